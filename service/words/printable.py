"""Texts for formats that cannot have every character: a log of old may hold any."""

from __future__ import annotations

import re


def printable(text: str) -> str:
    r"""A text without the characters that XML cannot have, each replaced by U+FFFD.

    >>> printable("Odd\x00 name\n")
    'Odd\ufffd name\n'
    """
    return _UNPRINTABLE.sub("\ufffd", text)


_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
