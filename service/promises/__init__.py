"""Promises: what came of them, which are overdue, and which are due."""
