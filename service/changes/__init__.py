"""The log as others read it: a feed of its events, and who recorded them."""
