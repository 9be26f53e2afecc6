"""The views as a question reads them: one connection, and a slice at three clocks.

A question about a day beyond the horizon gets the status at the horizon: that rule stands in
`status_day`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from events.clocks import AsOf
from events.dates import Day
from events.fact import Line
from events.stream import Stream
from projections.views.columns import Columns, Indexes
from projections.views.file import Database
from projections.views.history import History
from projections.views.lines import Lines, Version
from projections.views.search import Search
from projections.views.state import Row, State, Stretch


def status_day(*, at: Day, stated: Day) -> Day:
    """The day whose status is shown: the day asked about, beyond the horizon the horizon."""
    return min(at, stated)


class Reading(NamedTuple):
    """A connection to the views' file, and the views that read by it."""

    db: Database
    state: State
    lines: Lines
    history: History
    search: Search
    record_of_entry: Callable[[str], str | None]
    """The record that an entry lies in, for good, by the claims of the log; None if in none."""

    def at(self, as_of: AsOf, *, country: str | None = None, field: str | None = None) -> Slice:
        """The rows at three clocks, of a country and a field where they are given."""
        return Slice(self, as_of, country, field)


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of the views at three clocks, within a country and a field (None: within all)."""

    reading: Reading
    as_of: AsOf
    country: str | None
    field: str | None

    @property
    def status_day(self) -> Day:
        """The day whose status is shown."""
        return status_day(at=self.as_of.at, stated=self.as_of.stated)

    @property
    def is_beyond(self) -> bool:
        """Whether the day `at` lies after the horizon."""
        return self.as_of.at > self.as_of.stated

    def stab(
        self, facet: str, last: Day, *, first: Day | None = None, detailed: bool = False
    ) -> list[Row]:
        """The rows of a facet that hold on the day `last`, or on some day from `first` to it;
        `detailed` with what else they name, and their text."""
        return self.reading.state.stab(
            self.reading.db,
            facet,
            first=last if first is None else first,
            last=last,
            stated=self.as_of.stated,
            known=self.as_of.known,
            country=self.country,
            field=self.field,
            detailed=detailed,
        )

    def find(self, facet: str, last: Day, *, first: Day | None = None) -> tuple[Columns, Indexes]:
        """The same rows as indexes into the columns, for what is counted over all of them."""
        return self.reading.state.find(
            self.reading.db,
            facet,
            first=last if first is None else first,
            last=last,
            stated=self.as_of.stated,
            known=self.as_of.known,
            country=self.country,
            field=self.field,
        )

    def stab_records(self, facet: str, records: Iterable[str], day: Day) -> list[Row]:
        """The rows of a facet that hold on a day, of some records."""
        rows = self.reading.state.stab_records(
            self.reading.db,
            facet,
            records,
            day=day,
            stated=self.as_of.stated,
            known=self.as_of.known,
        )
        return [
            row
            for row in rows
            if self.country in (None, row.country) and self.field in (None, row.field)
        ]

    def stretches(self, facet: str, *, records: Iterable[str] | None = None) -> list[Stretch]:
        """The stretches of a facet on all days, by record and day; those of some records wherever
        they are listed, if they are named."""
        return self.reading.state.stretches(
            self.reading.db,
            facet,
            stated=self.as_of.stated,
            known=self.as_of.known,
            country=self.country,
            field=self.field,
            records=records,
        )

    def begun(self, facet: str, last: Day) -> list[Row]:
        """The rows of a facet that had begun by the day `last`."""
        return self.reading.state.begun(
            self.reading.db,
            facet,
            last=last,
            stated=self.as_of.stated,
            known=self.as_of.known,
            country=self.country,
            field=self.field,
        )

    def count_world(self) -> list[tuple[str, int, str, int]]:
        """How many facilities of the whole world have each status, odds and field: (status, odds,
        field, count)."""
        return self.reading.state.count_world(
            self.reading.db,
            at=self.status_day,
            stated=self.as_of.stated,
            known=self.as_of.known,
        )

    def cards(self, records: Iterable[str]) -> dict[str, Line]:
        """The cards of records by id, as they stand at `known`."""
        streams = (str(Stream.record(record)) for record in records)
        cards = self.reading.lines.cards(self.reading.db, streams, known=self.as_of.known)
        return {Stream.parse(stream).id: card for stream, card in cards.items()}

    def sources(self, ids: Iterable[str]) -> dict[str, Line]:
        """The cards of sources by id, as they stand at `known`."""
        streams = (str(Stream.source(id)) for id in ids)
        cards = self.reading.lines.cards(self.reading.db, streams, known=self.as_of.known)
        return {Stream.parse(stream).id: card for stream, card in cards.items()}

    def briefs(self, records: Iterable[str]) -> dict[str, tuple[str, str]]:
        """By id, the name of a record and the JSON text of what a row shows of its card."""
        streams = (str(Stream.record(record)) for record in records)
        briefs = self.reading.lines.briefs(self.reading.db, streams, known=self.as_of.known)
        return {Stream.parse(stream).id: brief for stream, brief in briefs.items()}

    def statements(self, ids: Iterable[str]) -> dict[str, str]:
        """The JSON texts of statements by id, as they stand at `known`."""
        return self.reading.lines.statements(self.reading.db, ids, known=self.as_of.known)

    def statements_of(self, records: Iterable[str]) -> Iterator[tuple[str, int, str]]:
        """All statements of records that stand at `known`, whenever said: (record, position of
        the first recording, JSON text)."""
        return self.reading.lines.statements_of(self.reading.db, records, known=self.as_of.known)

    def versions(self, ids: Iterable[str]) -> dict[str, Version]:
        """The versions of statements that stand at `known`, by id."""
        return self.reading.lines.versions(self.reading.db, ids, known=self.as_of.known)
