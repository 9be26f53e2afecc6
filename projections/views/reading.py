"""The views as a question reads them: one connection, and a slice at three clocks.

A question about a day beyond the horizon gets the status at the horizon: that rule stands in
`status_day`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from events.clocks import AsOf
from events.dates import Day
from events.fact import Line
from events.record import Record
from events.stream import Stream
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, SAID
from projections.kinds.contested import FACETS as CONTESTED
from projections.views.budget import Budget
from projections.views.bulk import Numbers
from projections.views.columns import Found
from projections.views.file import Database
from projections.views.history import Entry, History, numbers_of_streams
from projections.views.kept import STILL, Text
from projections.views.lines import Lines, Version
from projections.views.order import Order
from projections.views.search import Search
from projections.views.state import Gist, Row, Scope, State, Stretch
from projections.views.turns import Turns

Making = Callable[[Gist | Row, Version | None], str]
"""Makes what is shown of a row from what there is of it, and the version of its statement."""

CARD = 0
"""The part of a record that is its card. A row's part is its number in the record, a statement's
the negative of its number."""

NO_WORD = BEFORE_ALL
"""The day of the last word on what nothing was said of."""


def status_day(*, at: Day, stated: Day) -> Day:
    """The day whose status is shown: the day asked about, beyond the horizon the horizon."""
    return min(at, stated)


class Reading(NamedTuple):
    """A connection to the views' file, and the views that read by it."""

    db: Database
    state: State
    turns: Turns
    lines: Lines
    history: History
    search: Search
    record_of_entry: Callable[[str], str | None]
    """The record that an entry lies in, for good, by the claims of the log; None if in none."""

    budget: Budget
    """What is read for the answer, and how much of it may be."""

    def at(
        self,
        as_of: AsOf,
        *,
        countries: tuple[str, ...] = (),
        field: str | None = None,
        class_: str | None = None,
    ) -> Slice:
        """The rows at three clocks, of some countries, a field and a class where they are given."""
        return Slice(self, as_of, countries, field, class_)

    def record(self, stream: str, *, known: int) -> Record:
        """The record of a stream as the log had it at a position."""
        self._spend_on(stream, known)
        return self.history.record(self.db, stream, known=known)

    def records(self, streams: Iterable[str], *, known: int) -> dict[str, Record]:
        """The records of those of some streams that the log had at a position, by stream."""
        streams = list(streams)
        for stream in streams:
            self._spend_on(stream, known)
        return self.history.records(self.db, streams, known=known)

    def entries(self, stream: str, *, known: int, after: int, limit: int) -> Iterator[Entry]:
        """The events of a stream beyond the position `after`, in order."""
        self._spend_on(stream, known)
        return self.history.entries(self.db, stream, known=known, after=after, limit=limit)

    def _spend_on(self, stream: str, known: int) -> None:
        # What an event changed is told by all that came before it.
        self.budget.spend(texts=self.history.revision(self.db, stream, known=known))


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of the views at three clocks, within some countries, a field and a class (none of
    them: within all)."""

    reading: Reading
    as_of: AsOf
    countries: tuple[str, ...]
    field: str | None
    class_: str | None

    @property
    def scope(self) -> Scope:
        """What is heard and known, and where."""
        return Scope(self.as_of.stated, self.as_of.known, self.countries, self.field, self.class_)

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
        first = last if first is None else first
        return self.reading.state.stab(
            self.reading.db, facet, self.scope, budget=self.reading.budget,
            first=first, last=last, detailed=detailed,
        )  # fmt: skip

    def find(self, facet: str, last: Day, *, first: Day | None = None) -> Found:
        """The same, as numbers."""
        first = last if first is None else first
        return self.reading.state.find(self.reading.db, facet, self.scope, first=first, last=last)

    def rows(self, found: Found, *, detailed: bool = False) -> list[Row]:
        """What was found, each as a row; `detailed` with what else it names, and its text."""
        self.reading.budget.spend(rows=len(found))
        return self.reading.state.rows(self.reading.db, found, detailed=detailed)

    def first_days(self, found: Found) -> Numbers:
        """The first days of rows, however far; an open end as boxes have it."""
        return self.reading.state.days(self.reading.db, found, "vf")

    def ends(self, found: Found) -> Numbers:
        """The days on which rows end, likewise."""
        return self.reading.state.days(self.reading.db, found, "vt")

    def order(self) -> Order:
        """The order of all records, by id."""
        return self.reading.state.order(self.reading.db)

    def stab_records(self, facet: str, records: Iterable[str], day: Day) -> list[Row]:
        """The rows of a facet that hold on a day, of some records."""
        rows = self.reading.state.of_records(
            self.reading.db, facet, records, self.scope, budget=self.reading.budget
        )
        return [row for row in rows if row.vf <= day < row.vt and self.scope.has(row.area)]

    def stretches(self, facet: str, *, records: Iterable[str] | None = None) -> list[Stretch]:
        """The stretches of a facet on all days, by record and day; those of some records wherever
        they are listed, if they are named."""
        return self.reading.state.stretches(
            self.reading.db, facet, self.scope, budget=self.reading.budget, records=records
        )

    def begun(self, facet: str, last: Day) -> list[Row]:
        """The rows of a facet that had begun by the day `last`."""
        return self.rows(self.find(facet, last, first=BEFORE_ALL))

    def count_world(self) -> list[tuple[str, int, str, int]]:
        """How many facilities of the whole world have each status, odds and field: (status, odds,
        field, count)."""
        scope = self.scope._replace(countries=(), field=None, class_=None)
        return self.reading.state.count_world(self.reading.db, scope, self.status_day)

    def contested(self, keys: Iterable[tuple[int, int]]) -> set[int]:
        """Those of some statements that are shown, each by its record and its own number, whose
        dates are contested (rule 23)."""
        shown = {number: record for record, number in keys}
        if not shown:
            return set()
        db = self.reading.db
        linked = self.reading.lines.contradicted(
            db,
            set(shown.values()),
            stated=self.as_of.stated,
            known=self.as_of.known,
            position=self.reading.state.columns_of(db).position,
        )
        return shown.keys() & {*self._rivalled()["statement"].tolist(), *linked}

    def contested_ids(self) -> set[str]:
        """The ids of all statements whose dates are contested where they are effective."""
        reading, known, stated = self.reading, self.as_of.known, self.as_of.stated
        found = self._rivalled()
        pairs = reading.lines.contradictions(reading.db, stated=stated, known=known)
        reading.budget.spend(rows=len(pairs) + len(found))
        return {each.id for pair in pairs for each in pair}.union(
            reading.lines.ids_of(reading.db, found.statements()).values()
        )

    def _rivalled(self) -> Found:
        """The rows of statements that are shown in place of one that is disputed."""
        scope, day = Scope(self.as_of.stated, self.as_of.known), self.as_of.stated
        return self.reading.state.find(self.reading.db, "contested", scope, first=day, last=day)

    def doubted(self) -> set[int]:
        """The numbers of the records with a visible statement that is disputed, or that contradicts
        another visible one or is contradicted by it."""
        reading, known, stated = self.reading, self.as_of.known, self.as_of.stated
        scope = Scope(stated, known)
        records: set[int] = set()
        for facet in CONTESTED:
            found = reading.state.find(reading.db, facet, scope, first=stated, last=stated)
            records.update(found["record"].tolist())
        pairs = reading.lines.contradictions(reading.db, stated=stated, known=known)
        reading.budget.spend(rows=len(pairs))
        return records.union(each.record for pair in pairs for each in pair)

    def last_said(self, records: npt.NDArray[Any]) -> Numbers:
        """The latest day on which any visible statement of each of some facilities, by number, was
        said; `NO_WORD` where none was."""
        reading, stated, known = self.reading, self.as_of.stated, self.as_of.known
        reading.budget.spend(rows=len(records))
        # Of each the last word of all, which is the answer unless it came after the horizon.
        found = self.find(SAID, AFTER_ALL, first=BEFORE_ALL)
        order = self.order()
        days = self.ends(found) - 1
        last = order.by_place(found["record"], days, otherwise=NO_WORD, kind=np.int64)
        said: Numbers = last[order.of(records)]
        later = np.flatnonzero(said > stated)
        if len(later):
            few = records[later].tolist()
            by_then = reading.lines.last_said(reading.db, few, stated=stated, known=known)
            said[later] = [by_then.get(record, NO_WORD) for record in few]
        return said

    def cards(self, records: Iterable[str]) -> dict[str, Line]:
        """The cards of records by id, as they stand at `known`."""
        return self._cards(map(Stream.record, records))

    def sources(self, ids: Iterable[str]) -> dict[str, Line]:
        """The cards of sources by id, as they stand at `known`."""
        return self._cards(map(Stream.source, ids))

    def _cards(self, streams: Iterable[Stream]) -> dict[str, Line]:
        names = list(map(str, streams))
        self.reading.budget.spend(rows=len(names))
        cards = self.reading.lines.cards(self.reading.db, names, known=self.as_of.known)
        return {Stream.parse(name).id: card for name, card in cards.items()}

    def briefs(self, records: Iterable[str]) -> dict[str, tuple[str, str]]:
        """By id, the name of a record and the JSON text of what a row shows of its card."""
        streams = [str(Stream.record(record)) for record in records]
        self.reading.budget.spend(rows=len(streams))
        briefs = self.reading.lines.briefs(self.reading.db, streams, known=self.as_of.known)
        return {Stream.parse(stream).id: brief for stream, brief in briefs.items()}

    def briefs_of(self, records: npt.NDArray[Any]) -> list[str]:
        """Of each of some records, by number, the JSON text of what a row shows of its card;
        empty where it had none at `known`."""

        def made(places: list[int]) -> Iterator[Text]:
            numbers = records[places].tolist()
            briefs = self.reading.lines.briefs_by_number(
                self.reading.db, numbers, known=self.as_of.known
            )
            for number in numbers:
                since, until, brief = briefs.get(number, (0, 0, ""))
                yield Text(since, STILL if until is None else until, brief)

        self.reading.budget.spend(rows=len(records))
        return self._kept(records, CARD, made)

    def texts_of(self, found: Found, make: Making) -> list[str]:
        """What is shown of each row, as `make` gives it, the same one for all rows of a facet,
        from the row and the version of its statement."""

        def made(places: list[int]) -> Iterator[Text]:
            few = found.where(np.array(places))
            versions = self._versions_of(few)
            statements = [version and version.id for version in versions]
            gists = self.reading.state.gists(self.reading.db, few, statements)
            for gist, version in zip(gists, versions, strict=True):
                yield _right(gist, version, make)

        self.reading.budget.spend(rows=len(found))
        return self._kept(found["record"], found["seq"], made)

    def texts_of_rows(self, rows: Sequence[Row], make: Making) -> list[str]:
        """The same of rows; of what is expected it is the text of the row behind it."""

        def made(places: list[int]) -> Iterator[Text]:
            few = [rows[place] for place in places]
            ids = {row.statement for row in few if row.statement}
            versions = self.reading.lines.versions(self.reading.db, ids, known=self.as_of.known)
            for row in few:
                yield _right(row, versions.get(row.statement), make)

        self.reading.budget.spend(rows=len(rows))
        behind = np.array([abs(row.id) for row in rows], np.int64)
        return self._kept(behind >> 32, behind & 0xFFFF_FFFF, made)

    def statements_behind(self, found: Found) -> list[str]:
        """The JSON text of the statement of each row, as it stands at `known`."""

        def made(places: list[int]) -> Iterator[Text]:
            versions = self._versions_of(found.where(np.array(places)))
            standing = [version for version in versions if version is not None]
            texts = self.reading.lines.texts(self.reading.db, standing, known=self.as_of.known)
            for version in standing:
                yield _text(texts[version.id], version)

        self.reading.budget.spend(texts=len(found))
        return self._kept(found["record"], -found["statement"], made)

    def _versions_of(self, found: Found) -> list[Version | None]:
        """The version of the statement of each row; None where it has none."""
        versions = self.reading.lines.by_number(
            self.reading.db, found.statements(), known=self.as_of.known
        )
        return [versions.get(number) for _, number in found.statements()]

    def _kept(
        self,
        records: npt.NDArray[Any],
        parts: npt.NDArray[Any] | int,
        made: Callable[[list[int]], Iterable[Text]],
    ) -> list[str]:
        state, db = self.reading.state, self.reading.db
        position = state.columns_of(db).position
        state.shown.read_on(
            position,
            lambda after: self.reading.history.touched(db, after=after, last=position),
        )
        return state.shown.texts(
            records, parts, known=self.as_of.known, position=position, make=made
        )

    def statements(self, ids: Iterable[str]) -> dict[str, str]:
        """The JSON texts of statements by id, as they stand at `known`."""
        reading, known = self.reading, self.as_of.known
        standing = reading.lines.versions(reading.db, ids, known=known).values()
        reading.budget.spend(texts=len(standing))
        return reading.lines.texts(reading.db, standing, known=known)

    def statements_of(self, records: Iterable[str]) -> Iterator[tuple[str, int, str]]:
        """All statements of records that stand at `known`, whenever said: (record, position of
        the first recording, JSON text)."""
        reading, known, records = self.reading, self.as_of.known, list(records)
        numbers = numbers_of_streams(reading.db, (str(Stream.record(each)) for each in records))
        count = reading.lines.count(reading.db, numbers.values(), known=known)
        reading.budget.spend(texts=count)
        return reading.lines.statements_of(reading.db, records, known=known)

    def versions(self, ids: Iterable[str]) -> dict[str, Version]:
        """The versions of statements that stand at `known`, by id."""
        ids = list(ids)
        self.reading.budget.spend(rows=len(ids))
        return self.reading.lines.versions(self.reading.db, ids, known=self.as_of.known)


def _text(text: str, version: Version) -> Text:
    """A text that is right as long as a statement stands in a version."""
    return Text(version.kf, STILL if version.kt is None else version.kt, text)


def _right(row: Gist | Row, version: Version | None, make: Making) -> Text:
    """The text of a row; one without a statement is always the same."""
    text = make(row, version)
    if version is None:
        return Text(0, 0 if row.statement else STILL, text)
    return _text(text, version)
