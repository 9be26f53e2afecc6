"""The log in PostgreSQL: one log that many machines write to and copy."""
