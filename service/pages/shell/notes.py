"""What a list says beside a status that is not plainly known: its date is contested, or it is long
since anything was said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.words import language
from service.words.speech import Speech


def notes_on(row: Mapping[str, Any], say: Speech) -> list[str]:
    """The notes on a row of a state, a list or a record."""
    notes = []
    if row.get("contested"):
        notes.append(say("date contested"))
    if "last_said" in row:
        date = language.brief_date(row["last_said"], say.lang)
        notes.append(say("its status last heard of %(date)s", date=date))
    return notes
