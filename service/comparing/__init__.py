"""Two points of the clocks, or two sides of the chronicle, beside each other."""
