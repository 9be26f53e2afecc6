"""The pages by which readers suggest a correction, and follow it: what they look like."""
