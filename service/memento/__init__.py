"""Memento (RFC 7089): time travel by HTTP alone."""
