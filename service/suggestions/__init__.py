"""What readers suggest: how it is checked, how it waits, and where they follow it."""
