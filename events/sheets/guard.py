"""The apostrophe that keeps a text from being a formula, put before it and taken off again.

A spreadsheet takes a text that begins with `=`, `+`, `-`, `@`, a tab or a line break for a formula,
in full width too. `unguarded` gives back exactly what `guarded` was given.
"""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that a spreadsheet would reckon."""


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("JUNO"), guarded("'=1+1")
    ("'=1+1", 'JUNO', "''=1+1")
    """
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def unguarded(text: str) -> str:
    """The text of a cell without its guard.

    >>> unguarded("'=1+1"), unguarded("'90s"), unguarded("''=1+1")
    ('=1+1', "'90s", "'=1+1")
    """
    is_guard = text.startswith("'") and text.lstrip("'").startswith(FORMULA)
    return text[1:] if is_guard else text
