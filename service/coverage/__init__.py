"""Coverage: what the log holds of a part of the world, beside every answer that counts."""
