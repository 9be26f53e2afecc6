"""How a log takes over what another holds: from a `Source`, and only what that has signed."""
