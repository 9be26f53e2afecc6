"""What a row of a facility shows, wherever one stands: in a state, a record, a hindsight, a
difference.

It shows what holds on one day: the day asked about, and beyond the horizon the day of the horizon.
Beyond the horizon, and only there, what is expected is looked up on the day asked about.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from events.dates import Day
from projections.engine.spans import FOR_LISTS
from projections.views.reading import Slice, status_day
from projections.views.state import Row
from service.asking.table import Members

NO_STATUS = '"status":null,"since":null,"alternatives":[null],"statement":null'
"""The members of a facility without a status."""


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
