"""The ledger: a Merkle tree over the events of the log, and what is signed and proved of it.

`checking.py` is all that a stranger needs to check it, `tree.py` makes the proofs from the hashes
that the log keeps, `signing.py` has the key, `publishing.py` signs what may be signed, and
`ledger.py` is what others ask.
"""
