"""What a stranger needs to check the log: checkpoints, tiles, events as stored, their proofs."""
