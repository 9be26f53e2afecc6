"""What a list says beside a status that is not plainly known: its date is contested, or it was long
before the day that nothing more was said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.dates import Day, parse_iso
from service.words import language
from service.words.speech import Speech


def notes_on(row: Mapping[str, Any], say: Speech, *, at: Day) -> list[str]:
    """The notes on a row of a state, a list or a record as of a day: what was said after it says
    nothing against a status of then."""
    notes = []
    if row.get("contested"):
        notes.append(say("date contested"))
    if is_silent(row, at=at):
        date = language.brief_date(row["last_said"], say.lang)
        notes.append(say("its status last heard of %(date)s", date=date))
    return notes


def is_silent(row: Mapping[str, Any], *, at: Day) -> bool:
    """Whether nothing more was said of a facility by a day, and that is long since."""
    said = row.get("last_said")
    return said is not None and parse_iso(said) <= at
