"""The curator's desk: signing in, its forms, and what they send."""
