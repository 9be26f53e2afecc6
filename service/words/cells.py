"""What stands in the cells of a table for people, in English: dates, days that hold, intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from service.words.language import date
from service.words.number import number_text


def date_cell(text: str | None) -> str:
    """A date in words; nothing for none.

    >>> date_cell("2025-08~"), date_cell(None)
    ('c. August 2025', '')
    """
    return "" if text is None else date(text, "en")


def held_cell(holds: Mapping[str, Any], end: str) -> str:
    """The first day of what holds in words, or its last: `end` is "from" or "to".

    >>> held_cell({"from": "2013-05-01", "to": None}, "to")
    'not known'
    """
    return date_cell(holds[end]) or "not known"


def interval_cell(days: Mapping[str, Any] | None) -> str:
    """A number of days from the earliest to the latest, `?` where an end is open.

    >>> interval_cell({"earliest": 44, "latest": 296}), interval_cell({"earliest": 7, "latest": 7})
    ('44 to 296', '7')
    """
    if days is None:
        return ""
    first, last = (
        "?" if days[end] is None else number_text(days[end], grouped=False)
        for end in ("earliest", "latest")
    )
    return first if first == last else f"{first} to {last}"


def value_cell(value: object) -> str:
    """Any value of JSON in one line; a string without its quotes.

    >>> value_cell("a"), value_cell({"shaft_m": 700}), value_cell(None)
    ('a', '{"shaft_m":700}', '(nothing)')
    """
    if value is None:
        return "(nothing)"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
