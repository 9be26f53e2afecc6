"""Trends: how counts and indicators went through the years."""
