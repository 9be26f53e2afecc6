"""An id for what has none yet: it says what it is of, and nobody has it.

It is a suggestion: the form takes any other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from itertools import count

from events.catalogue import CARD_TYPES, STATEMENT_TYPES
from events.dates import parse, year_of
from events.errors import BadDate
from events.fact import Line
from service.archive import Archive

MOST_WORDS = 5
"""So many words of a title stand in an id."""

LONGEST = 60
"""In characters, before a number that makes it unique."""


def suggested_id(service: Archive, line: Line, besides: Container[str] = ()) -> str:
    """A free id for a line, by what the line says so far; none of those `besides`."""
    stem = stem_of(line)
    spaces = _spaces(line["type"])
    ids = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    taken = service.chronicle.claimed
    return next(
        id for id in ids if id not in besides and not any(taken(space, [id]) for space in spaces)
    )


def stem_of(line: Line) -> str:
    """The words of an id for a line, joined by hyphens; another line may have the same.

    >>> stem_of({"type": "milestone", "facility": "juno", "milestone": "upgraded", "date": "2031~"})
    'juno-upgraded-2031'
    >>> stem_of({"type": "observation", "title": "参观", "date": "2026-11"})
    'observation-2026'
    """
    about = line.get("facility") or line.get("record") or line.get("series") or ""
    plan = "plan" if line.get("modality") == "planned" else ""
    parts = [_words(about), _words(_what(line)), plan, _year(line)]
    if not parts[0] and not parts[1]:
        parts[0] = line["type"]
    return "-".join(filter(None, parts))[:LONGEST].rstrip("-")


def _what(line: Line) -> str:
    """What distinguishes a line from others about the same record."""
    if line["type"] in CARD_TYPES:
        return str(line.get("acronym") or line.get("name") or line.get("title") or "")
    if "record" in line or "series" in line:
        return ""
    return str(line.get("milestone") or line.get("title") or "")


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain)[:MOST_WORDS])


def _year(line: Line) -> str:
    """The year of its date or, of what has none, the one in which it was said."""
    try:
        date = parse(str(line.get("date") or line.get("stated") or ""))
    except BadDate:
        return ""
    day = date.latest if date.earliest is None else date.earliest
    return "" if day is None else str(abs(year_of(day)))


def _spaces(type: str) -> tuple[str, ...]:
    """Where an id must be free: that of a statement may begin a record and an entry too."""
    if type in STATEMENT_TYPES:
        return ("statement", "record", "entry")
    return (CARD_TYPES[type].SPACE,)
