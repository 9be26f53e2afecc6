"""The pages of the curator's desk: what its forms show, and in what words."""
