"""The suite. It is a package, since a client that it installs brings a package `tests` too."""
