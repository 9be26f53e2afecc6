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


def pieces_of(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text in either language, each with whether it is not to be broken at the end
    of a line: a date, and in Chinese a number with what it counts, which no blank sets apart.

    >>> list(pieces_of("On 26 November 2026 it ran"))
    [('On ', False), ('26 November 2026', True), (' it ran', False)]
    >>> list(pieces_of("自2025年8月26日起，推迟4.7至5.7年"))
    [('自', False), ('2025年8月26日', True), ('起，推迟', False), ('4.7至5.7年', True)]
    """
    pieces = ((piece, bool(at % 2)) for at, piece in enumerate(_WHOLE.split(text)))
    return ((piece, is_whole) for piece, is_whole in pieces if piece)


_WHOLE = re.compile(
    r"(\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December) \d{4}|\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?"
    r"|[+−]?\d[\d.,]*(?:至[+−]?\d[\d.,]*)?(?:个月|[年天座项条]))"
)

_MONTHS = re.compile(
    r"\b(?:January|February|March|April|June|July|August|September|October|November|December)\b"
)
