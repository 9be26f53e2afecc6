"""An id for what has none yet: it says what it is of, and nobody has it.

It is a suggestion: the form takes any other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
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


def suggested_id(service: Archive, line: Line) -> str:
    """A free id for a line, by what the line says so far."""
    return next(suggested_ids(service, [line]))


def suggested_ids(
    service: Archive, lines: Iterable[Line], besides: Iterable[str] = ()
) -> Iterator[str]:
    """The same for each of many lines; none of those `besides`, and none twice."""
    taken = set(besides)
    numbered: dict[str, Iterator[str]] = {}  # so that many lines alike take no longer than others
    for line in lines:
        stem, spaces = stem_of(line), _spaces(line["type"])
        if stem not in numbered:
            numbered[stem] = _numbered(stem)
        id = next(
            id
            for id in numbered[stem]
            if id not in taken and not any(service.chronicle.claimed(each, [id]) for each in spaces)
        )
        taken.add(id)
        yield id


def _numbered(stem: str) -> Iterator[str]:
    return (stem if number == 1 else f"{stem}-{number}" for number in count(1))


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
