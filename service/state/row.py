"""What a row of a facility shows, wherever one stands: in a state, a record, a hindsight, a
difference.

It shows what holds on one day: the day asked about, and beyond the horizon the day of the horizon.
Beyond the horizon, and only there, what is expected is looked up on the day asked about.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Protocol

from events.dates import Day, parse
from projections.engine.spans import FOR_LISTS
from projections.kinds.facility import alternatives
from projections.views.reading import Slice, status_day
from projections.views.state import Row
from service.asking.json_text import date_text, members_of
from service.asking.table import Members

FACETS = ("status", "overdue", "expected")
"""The facets of which a row shows members."""

NO_STATUS = '"status":null,"since":null,"alternatives":[null],"statement":null'
"""The members of a facility without a status."""


class Shown(Protocol):
    """A span, or a row of the views."""

    @property
    def facet(self) -> str:
        """What it is about."""

    @property
    def value(self) -> str:
        """What holds."""

    @property
    def odds(self) -> int:
        """The alternatives as bits."""

    @property
    def statement(self) -> str | None:
        """The id of the statement behind it."""


class Held(Protocol):
    """A row or a span of a status."""

    @property
    def odds(self) -> int:
        """The alternatives as bits."""


def day_shown(facet: str, *, at: Day, stated: Day) -> Day | None:
    """The day on which something of a facet must hold to be shown; None where none is."""
    if facet in FOR_LISTS:
        return None
    if facet == "expected":
        return at if at > stated else None
    return status_day(at=at, stated=stated)


def rows_shown(slice: Slice, facet: str) -> list[Row]:
    """The rows of a facet that the rows of facilities show."""
    day = day_shown(facet, at=slice.as_of.at, stated=slice.as_of.stated)
    return [] if day is None else slice.stab(facet, day)


def certainty(status: Held | None, *, beyond: bool) -> str:
    """Whether a status is "certain" or "possible"; beyond the horizon it is "last-known"."""
    if beyond:
        return "last-known"
    return "certain" if status is None or status.odds & (status.odds - 1) == 0 else "possible"


def row_texts(slice: Slice, rows: Iterable[Row]) -> dict[int, str]:
    """What the row of a facility shows of each row of the views, by the id of that: JSON members
    without braces."""
    rows = list(rows)
    versions = slice.versions({row.statement for row in rows if row.statement})
    found = {}
    for row in rows:
        version = versions.get(row.statement)
        date, stated = (version.date, version.stated) if version else (None, None)
        found[row.id] = shown_members(row, date, stated)
    return found


def shown_members(shown: Shown, date: str | None, stated: str | None) -> str:
    """What is shown of a span or a row, with the dates of its statement."""
    if shown.facet not in FACETS:
        return ""
    return _shown_members(shown.facet, shown.value, shown.odds, shown.statement, date, stated)


@lru_cache(maxsize=8192)
def _shown_members(*shown: Any) -> str:
    facet, value, odds, statement, date, stated = shown
    members: dict[str, Any]
    if facet == "status":
        since = None if date is None else date_text(parse(date))
        members = {"status": value or None, "since": since, "alternatives": alternatives(odds)}
        members["statement"] = statement or None
    elif facet == "overdue":
        members = {"statement": statement, "milestone": value, "date": date, "stated": stated}
    else:
        members = {"status": value or None, "statement": statement, "date": date}
    return members_of(members)


def status_members(status: Held | None, text: str, *, beyond: bool) -> str:
    """What a facility shows of its status, as JSON members without braces; `text` is what the
    views keep of it, empty where there is none."""
    return f'{text or NO_STATUS},"certainty":"{certainty(status, beyond=beyond)}"'


def expected_statuses(statuses: Iterable[Row], expected: Iterable[Row]) -> dict[str, str]:
    """The status that is expected of each facility, else the one that it has; empty where it has
    none."""
    return {row.record: row.value for rows in (statuses, expected) for row in rows}


def expected_status(row: Members) -> str | None:
    """The status that is expected of the facility of a row, else the one that it has."""
    status: str | None = (row["expected"] or row)["status"]
    return status
