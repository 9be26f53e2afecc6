"""What a peer is asked, and what it must be able to do to be asked.

A peer holds row versions (`benchmarks.row_versions`) on as many of the three clocks as it can: one
that keeps a history by transaction has `known`, one that has periods has `at` too. A clock that it
lacks stands still for it, and then Annales is asked at the same point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from benchmarks.row_versions import RowVersion
from events.dates import day

FIXED_AT = day(2024, 12, 31)
FIXED_STATED = day(9999, 12, 31)
"""After all that was said."""


class Moment(NamedTuple):
    """A point on each clock: days, and a position of the log."""

    at: int
    stated: int
    known: int

    def on(self, clocks: int) -> Moment:
        """The same on so many clocks: on `known`, then on `at`, then on `stated`."""
        return Moment(
            at=self.at if clocks > 1 else FIXED_AT,
            stated=self.stated if clocks > 2 else FIXED_STATED,
            known=self.known,
        )

    @property
    def status_day(self) -> int:
        """The day whose status is shown: beyond the horizon, the horizon."""
        return min(self.at, self.stated)


class Held(NamedTuple):
    """The status of a facility."""

    facility: str
    field: str
    status: str
    odds: int


class Count(NamedTuple):
    """How many facilities of a field have a status."""

    status: str
    odds: int
    field: str
    facilities: int


class Peer(Protocol):
    """A system that holds row versions. Rows may come in any order."""

    name: str
    clocks: int

    def fill(self, rows: Iterable[RowVersion]) -> None:
        """Take the row versions in, with their indexes."""

    def bytes(self) -> int:
        """What they take on the disk."""

    def country(self, country: str, moment: Moment) -> list[Held]:
        """The facilities of a country."""

    def counted(self, moment: Moment) -> list[Count]:
        """The world by status."""

    def facility(self, facility: str, moment: Moment) -> list[Held]:
        """One facility."""

    def history(self, facility: str) -> int:
        """Read all row versions of a facility; how many there are."""

    def difference(self, country: str, moment: Moment, to_known: int) -> list[Held]:
        """What holds in a country at one of two positions of the log and not at the other."""


def on(rows: Iterable[RowVersion], clocks: int) -> Iterator[RowVersion]:
    """The row versions that concern somebody with so many clocks."""
    for row in rows:
        if clocks < 3 and not row.sf <= FIXED_STATED < row.st:
            continue
        if clocks < 2 and not row.vf <= FIXED_AT < row.vt:
            continue
        yield row
