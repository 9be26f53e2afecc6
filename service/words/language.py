"""Dates and instants in words, and which language a text says it is in."""

from __future__ import annotations

import re
from collections.abc import Iterator
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


def instant(text: str, lang: str) -> str:
    """An instant of the log to the minute; its other digits are for programs.

    >>> instant("2026-11-25T09:00:00.000001Z", "en"), instant("2026-11-25T09:00:00.000001Z", "zh")
    ('25 November 2026, 09:00 UTC', '2026年11月25日09:00（UTC）')
    """
    day, _, time = text.partition("T")
    words = date(day, lang)
    return f"{words}{time[:5]}（UTC）" if lang == "zh" else f"{words}, {time[:5]} UTC"


def whole_dates(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text in either language, each with whether it is a date, which is not to be
    broken at the end of a line.

    >>> list(whole_dates("On 26 November 2026 it ran"))
    [('On ', False), ('26 November 2026', True), (' it ran', False)]
    >>> list(whole_dates("自2025年8月26日起"))
    [('自', False), ('2025年8月26日', True), ('起', False)]
    """
    pieces = ((piece, bool(at % 2)) for at, piece in enumerate(_DATES.split(text)))
    return ((piece, is_date) for piece, is_date in pieces if piece)


_DATES = re.compile(
    r"(\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December) \d{4}|\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?)"
)

_MONTHS = re.compile(
    r"\b(?:January|February|March|April|June|July|August|September|October|November|December)\b"
)
