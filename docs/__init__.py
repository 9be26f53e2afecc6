"""The parts of the docs that come from the code: tables between two marks, and sample answers.

`scripts/docs` writes them; `tests/test_docs.py` holds what is written against the code.
"""
