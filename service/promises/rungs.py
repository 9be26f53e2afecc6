"""What all answers about promises show: milestones, days between them, names, pages.

All of it stands at the horizon, `stated`: a plan that nobody had made by then is none. What came
of promises is in `service.promises.slips`, those that are still open in
`service.promises.overdue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import asdict

from events.fact import Line
from projections.kinds.ladders import Slip
from service.asking.query import Query, pinned_path
from service.asking.question import Members
from service.sentences.sentence import Name


def name_of(query: Query, record: str, card: Line) -> Name:
    """What a facility is called, with the path of its record."""
    return Name.of(card, pinned_path(f"/v1/records/{record}", query.as_of))


def rung(line: Mapping[str, Any]) -> Members:
    """A milestone of a ladder, planned or come."""
    return {
        "statement": line["id"],
        "milestone": line["milestone"],
        "date": line["date"],
        "bounds": line["bounds"],
        "sources": line.get("sources", []),
    }


def days_of(slip: Slip | None) -> Members | None:
    """A slip as `DaysSchema` describes it."""
    return None if slip is None else asdict(slip)
