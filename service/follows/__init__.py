"""Following: any question as a feed of what alters its answer."""
