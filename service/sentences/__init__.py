"""The sentences: what an answer says in words, built from its figures, in each language."""
