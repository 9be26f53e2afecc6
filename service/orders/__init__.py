"""Orders over HTTP: from a request that changes something to a commit and its answer."""
