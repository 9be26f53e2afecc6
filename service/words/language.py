"""Dates in words, and which language a text says it is in."""

from __future__ import annotations

import re
from functools import lru_cache

from events.dates import display, parse
from events.errors import BadDate

TAGS = {"en": "en", "zh": "zh-CN"}
"""What the attribute `lang` of a text in each language is."""


@lru_cache(maxsize=8192)
def date(text: str, lang: str) -> str:
    """A date as the source gave it, in words: `c. 1987`, `October–December 2024`.

    >>> date("1987~", "en")
    'c. 1987'
    """
    try:
        return display(parse(text), "zh" if lang == "zh" else "en")
    except BadDate:
        return text  # a day outside 0000 to 9999 as an answer prints it, which is no EDTF


@lru_cache(maxsize=8192)
def brief_date(text: str, lang: str) -> str:
    """The same in a table, with months in three letters.

    >>> brief_date("2024-10/2024-12", "en")
    'Oct–Dec 2024'
    """
    long = date(text, lang)
    return _MONTHS.sub(lambda month: month[0][:3], long) if lang == "en" else long


_MONTHS = re.compile(
    r"\b(?:January|February|March|April|June|July|August|September|October|November|December)\b"
)
