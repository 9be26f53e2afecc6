"""The state: which spans hold at three clocks, wherever they are listed.

Rows lie twice. The table (`projections.views.rows`) has them by record, for questions about a
few; the columns (`projections.views.columns`) have them by facet and country, for questions
about many. What is expected beyond the horizon is in neither: it is worked out from the rows that
hold at it, by the projection that expects it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from sqlite_utils import Database

from events.area import Area
from events.dates import Day
from events.errors import NotProjected
from events.store.sqlite import ChronicleRecorder
from events.stream import Stream
from events.vocabulary import CLASSES, FIELDS
from projections import EXPECTING, FACETS, OF_THE_RECORD, OF_THE_STATEMENT, VALUES
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, Span
from projections.views import columns as shared
from projections.views.budget import Budget
from projections.views.bulk import Numbers
from projections.views.columns import (
    Columns,
    Found,
    class_of,
    country_of,
    field_in,
    field_of,
    places_of,
)
from projections.views.file import tracked
from projections.views.history import names_of_streams, numbers_of_streams
from projections.views.kept import Kept
from projections.views.lines import Lines
from projections.views.order import Order, Orders
from projections.views.rows import (
    ALL,
    OF_RECORDS,
    SOME,
    Stored,
    area_of_row,
    by_key,
    in_order,
    value_of,
)
from projections.views.view import as_json

REMEMBERED = 100_000
"""How many ids of records and of statements are kept in memory."""

STATEMENTS_OF_RECORDS = """
    SELECT record, count(DISTINCT number)
    FROM statements
    WHERE record IN (SELECT value FROM json_each(:records))
    GROUP BY record
"""


class Row(NamedTuple):
    """A box that was stabbed. `vf` and `vt` are its valid interval, ends as boxes have them.

    `country`, `field` and `class_` are empty where there is none. `others` and `text` are filled in
    where the rows were read with their details.
    """

    id: int
    facet: str
    value: str
    odds: int
    field: str
    record: str
    statement: str
    vf: int
    vt: int
    country: str
    others: tuple[str, ...] = ()
    text: str = ""
    class_: str = ""

    @property
    def area(self) -> Area:
        """Where it is listed."""
        return Area(self.country, self.field, self.class_)

    @property
    def span(self) -> Span:
        """The same as its projection made it."""
        return Span(
            self.facet,
            self.value,
            None if self.vf == BEFORE_ALL else self.vf,
            None if self.vt == AFTER_ALL else self.vt,
            self.statement or None,
            self.text,
            self.odds,
            self.others,
        )


class Gist(NamedTuple):
    """What of a row is shown beside its days: it follows from its statement."""

    facet: str
    value: str
    odds: int
    statement: str


# A world has tens of thousands of these.
class Stretch(msgspec.Struct, frozen=True, gc=False):
    """The days on which a statement of a record gives a value, half-open; None is an open end."""

    record: str
    statement: str
    value: str
    first: Day | None
    stop: Day | None


class Boxed(NamedTuple):
    """A row of a record with all of its box, ends as boxes have them."""

    row: Row
    sf: int
    st: int
    kf: int
    kt: int


class Scope(NamedTuple):
    """By what was heard up to a day, known at a position, and where: some countries, in the order
    of their codes, a field and a class; none is all of them."""

    stated: Day
    known: int
    countries: tuple[str, ...] = ()
    field: str | None = None
    class_: str | None = None

    def has(self, area: Area) -> bool:
        """Whether what is listed in an area belongs to it."""
        return (
            (not self.countries or area.country in self.countries)
            and self.field in (None, area.field)
            and self.class_ in (None, area.class_)
        )


class State:
    """What holds, by the views of a connection."""

    def __init__(self, log: ChronicleRecorder) -> None:
        self._lines = Lines(log)
        self._shelf = shared.Shelf()
        self._ids: dict[int, str] = {}
        self._orders = Orders()
        self.shown = Kept()

    def columns_of(self, db: Database) -> Columns:
        """The columns beside a file of views; without rows, if nothing was read.

        Raises NotProjected where they are missing.
        """
        columns = self._shelf.of(db)
        if columns is None and (read := tracked(db)):
            raise NotProjected(read, 0)
        return columns or Columns.none(self._shelf.path(db))

    def order(self, db: Database) -> Order:
        """The order of all records, by id."""
        return self._orders.latest(db)

    # --- rows of many records

    def find(
        self,
        db: Database,
        facet: str,
        scope: Scope,
        *,
        first: Day = BEFORE_ALL,
        last: Day = AFTER_ALL,
        after: int | None = None,
    ) -> Found:
        """The rows of a facet that hold on some day from `first` to `last`; with `after`, at any
        position beyond it, up to that of the scope."""
        columns = self.columns_of(db)
        found = columns.find(
            facet,
            places=places_of(scope.countries) if scope.countries else None,
            field=None if scope.field is None else FIELDS.index(scope.field),
            class_=None if scope.class_ is None else CLASSES.index(scope.class_),
            first=first,
            last=last,
            stated=scope.stated,
            known=scope.known,
            after=after,
        )
        if any(map(shared.is_far, (first, last, scope.stated))):
            # Columns do not tell such days apart: rows with far days are read from the table.
            far = columns.far()
            rows = zip(far.tolist(), self._stored(db, Found(columns, far)), strict=True)
            holding = [
                index
                for index, row in rows
                if FACETS[row.facet] == facet
                and scope.has(area_of_row(row))
                and row.holds(stated=scope.stated, known=scope.known, after=after)
                and row.covers(first=first, last=last)
            ]
            near = np.setdiff1d(found, far, assume_unique=True)
            found = np.concatenate([near, np.array(holding, np.intp)])
        return Found(columns, found)

    def stab(
        self,
        db: Database,
        facet: str,
        scope: Scope,
        *,
        budget: Budget,
        first: Day = BEFORE_ALL,
        last: Day = AFTER_ALL,
        detailed: bool = False,
    ) -> list[Row]:
        """The rows of a facet that hold on some day from `first` to `last`, also of one that is
        worked out beyond the horizon; `detailed` with what else they name, and their text."""
        if facet in EXPECTING:
            return self._expected(db, facet, scope, budget=budget, first=first, last=last)
        found = self.find(db, facet, scope, first=first, last=last)
        budget.spend(rows=len(found))
        return self.rows(db, found, detailed=detailed)

    def stretches(
        self,
        db: Database,
        facet: str,
        scope: Scope,
        *,
        budget: Budget,
        records: Iterable[str] | None = None,
    ) -> list[Stretch]:
        """The stretches of a facet on all days, by record and day; of some records, wherever they
        are listed, if they are named.

        A statement gives one value, for one stretch of days, whatever the odds.
        """
        if records is None:
            rows = self.stab(db, facet, scope, budget=budget)
        else:
            rows = self.of_records(db, facet, records, scope, budget=budget)
            rows = [row for row in rows if scope._replace(countries=()).has(row.area)]
        given: dict[tuple[str, str, str], tuple[int, int]] = {}
        for row in rows:
            if row.statement and row.value:
                key = (row.record, row.statement, row.value)
                first, stop = given.get(key, (row.vf, row.vt))
                given[key] = min(first, row.vf), max(stop, row.vt)
        ordered = sorted(given.items(), key=lambda each: (each[0][0], each[1][0], each[0][1]))
        return [
            Stretch(
                *key,
                None if first == BEFORE_ALL else first,
                None if stop == AFTER_ALL else stop,
            )
            for key, (first, stop) in ordered
        ]

    def count_world(self, db: Database, scope: Scope, day: Day) -> list[tuple[str, int, str, int]]:
        """How many facilities have each status, odds and field: (status, odds, field, count)."""
        return counted(self.find(db, "status", scope, first=day, last=day))

    def scattered(self, db: Database, scope: Scope) -> dict[str, str]:
        """The kinds of the records without a card whose statements may lie in several places."""
        found = self.find(db, "record", scope)
        found = found.where(found["value"] != VALUES.index("facility"))
        numbers = found["record"].tolist()
        counts = dict(db.execute(STATEMENTS_OF_RECORDS, {"records": as_json(numbers)}).fetchall())
        several = [number for number in numbers if counts.get(number, 0) > 1]
        kinds = dict(zip(numbers, found["value"].tolist(), strict=True))
        names = names_of_streams(db, several)
        return {Stream.parse(names[each]).id: VALUES[kinds[each]] for each in several}

    def _expected(
        self, db: Database, facet: str, scope: Scope, *, budget: Budget, first: Day, last: Day
    ) -> list[Row]:
        """What is expected beyond the horizon on some day from `first` to `last`."""
        beyond, horizon = EXPECTING[facet], scope.stated
        rows: list[Row] = []
        concerned = np.zeros(0, np.int32)
        for each in beyond.on_all_days:
            found = self.find(db, each, scope, last=max(last, horizon + 1))
            concerned = np.union1d(concerned, found["record"])
            budget.spend(rows=len(found))
            rows += self.rows(db, found, detailed=True)
        for each in beyond.at_horizon:
            found = self.find(db, each, scope, first=horizon, last=horizon)
            found = found.where(np.isin(found["record"], concerned))
            budget.spend(rows=len(found))
            rows += self.rows(db, found, detailed=True)
        return expected_from(facet, rows, horizon, first=first, last=last)

    # --- rows of a few records

    def of_records(
        self, db: Database, facet: str, records: Iterable[str], scope: Scope, *, budget: Budget
    ) -> list[Row]:
        """The rows of a facet, by what was heard and known, of some records wherever they are
        listed, with their details."""
        beyond = EXPECTING.get(facet)
        facets = (*beyond.at_horizon, *beyond.on_all_days) if beyond else (facet,)
        stored = [
            row
            for row in self._stored_of(db, records)
            if FACETS[row.facet] in facets and row.holds(stated=scope.stated, known=scope.known)
        ]
        budget.spend(rows=len(stored))
        rows = self._from_table(db, stored)
        return expected_from(facet, rows, scope.stated) if beyond else rows

    def of_record(
        self,
        db: Database,
        record: str,
        *,
        at: tuple[int, int],
        stated: tuple[int, int],
        known: tuple[int, int],
        budget: Budget,
    ) -> list[Boxed]:
        """The rows of a record that hold somewhere within a stretch (first, last) of each clock.

        A row that was cut is two: with an open end before, and with its end since.
        """
        stored = self._stored_of(db, [record])
        boxes = [
            (of, sf, end, kf, gone)
            for of in stored
            if of.covers(first=at[0], last=at[1])
            for sf, end, kf, gone in of.boxes()
            if gone > known[0] and kf <= known[1] and end > stated[0] and sf <= stated[1]
        ]
        budget.spend(rows=len(boxes))
        rows = self._from_table(db, [of for of, *_ in boxes])
        return [
            Boxed(row, sf, end, kf, gone)
            for row, (_, sf, end, kf, gone) in zip(rows, boxes, strict=True)
        ]

    def every(self, db: Database, facet: str) -> Iterator[Boxed]:
        """All rows of a facet that there ever were, by record, each as `of_record` gives them."""
        number = FACETS.index(facet)
        rows = (row for row in in_order(db.execute(ALL)) if row.facet == number)
        while some := list(itertools.islice(rows, 10_000)):
            for row, of in zip(self._from_table(db, some), some, strict=True):
                yield from (Boxed(row, *box) for box in of.boxes())

    # --- rows as they are shown

    def rows(self, db: Database, found: Found, *, detailed: bool = False) -> list[Row]:
        """What was found, each as a row; `detailed` with what else it names, and its text."""
        vf, vt = found["vf"], found["vt"]
        of_table = (vf == shared.FIRST_DAY) | (vf == shared.LAST_DAY)
        of_table |= (vt == shared.FIRST_DAY) | (vt == shared.LAST_DAY)
        of_table |= found["value"] == shared.OTHER_VALUE
        if detailed:
            of_table |= found["more"] != 0
        if of_table.any():
            near = iter(self.rows(db, found.where(~of_table)))
            far = iter(self._from_table(db, self._stored(db, found.where(of_table))))
            return [next(far if each else near) for each in of_table.tolist()]
        records, statements = found["record"].tolist(), found["statement"].tolist()
        ids = self.ids(db, records, statements)
        places = found["place"]
        of_place = {
            place: (field_of(place), country_of(place), class_of(place))
            for place in set(places.tolist())
        }
        firsts = np.where(vf == shared.OPEN_LOW, BEFORE_ALL, vf.astype(np.int64)).tolist()
        ends = np.where(vt == shared.OPEN_HIGH, AFTER_ALL, vt.astype(np.int64)).tolist()
        rows = []
        for facet, value, odds, place, record, seq, statement, first, end in zip(
            found["facet"].tolist(), found["value"].tolist(), found["odds"].tolist(),
            places.tolist(), records, found["seq"].tolist(), statements, firsts, ends,
            strict=True,
        ):  # fmt: skip
            field, country, class_ = of_place[place]
            id, of = ids[record], ids[-statement] if statement else ""
            text = (
                id if value == OF_THE_RECORD else of if value == OF_THE_STATEMENT else VALUES[value]
            )
            rows.append(
                Row(
                    (record << 32) | seq, FACETS[facet], text, odds, field, id, of, first, end,
                    country, class_=class_,
                )
            )  # fmt: skip
        return rows

    def gists(
        self, db: Database, found: Found, statements: Sequence[str | None]
    ) -> Iterable[Gist | Row]:
        """What of each row is shown, given the ids of their statements."""
        values, numbers = found["value"], found["statement"].tolist()
        is_listed = (values == 0) | (values > OF_THE_STATEMENT)
        if not is_listed.all() or any(
            number and id is None for number, id in zip(numbers, statements, strict=True)
        ):
            return self.rows(db, found)
        return (
            Gist(FACETS[facet], VALUES[value], odds, id or "")
            for facet, value, odds, id in zip(
                found["facet"].tolist(), values.tolist(), found["odds"].tolist(), statements,
                strict=True,
            )
        )  # fmt: skip

    def ids(
        self, db: Database, records: Sequence[int], statements: Sequence[int]
    ) -> dict[int, str]:
        """The ids of records by their numbers, and of statements by the negative of theirs. Each
        statement is of the record in the same place; 0 is none."""
        ids = self._ids
        wanted = {record for record in records if record not in ids}
        keys = {
            (record, statement)
            for record, statement in zip(records, statements, strict=True)
            if statement and -statement not in ids
        }
        if wanted or keys:
            if len(ids) > REMEMBERED:
                ids = self._ids = {}
                return self.ids(db, records, statements)
            names = names_of_streams(db, wanted)
            found = {number: Stream.parse(name).id for number, name in names.items()}
            found |= {-number: id for number, id in self._lines.ids_of(db, keys).items()}
            ids.update(found)
        return ids

    def _stored(self, db: Database, found: Found) -> list[Stored]:
        """Rows as the table has them, in their order."""
        keys = list(zip(found["record"].tolist(), found["seq"].tolist(), strict=True))
        rows = {by_key(row): row for row in in_order(db.execute(SOME, {"keys": as_json(keys)}))}
        return [rows[key] for key in keys]

    def _stored_of(self, db: Database, records: Iterable[str]) -> list[Stored]:
        numbers = numbers_of_streams(db, (str(Stream.record(record)) for record in records))
        return list(in_order(db.execute(OF_RECORDS, {"records": as_json(list(numbers.values()))})))

    def _from_table(self, db: Database, stored: Sequence[Stored]) -> list[Row]:
        """Rows as the table has them, with their details."""
        keys = [
            (row.record, number) for row in stored for number in (row.statement or 0, *row.numbers)
        ]
        ids = self.ids(db, [key[0] for key in keys], [key[1] for key in keys])
        rows = []
        for row in stored:
            record, statement = ids[row.record], ids[-row.statement] if row.statement else ""
            area = area_of_row(row)
            rows.append(
                Row(
                    (row.record << 32) | row.seq,
                    FACETS[row.facet],
                    value_of(row, record=record, statement=statement),
                    row.odds or 0,
                    area.field,
                    record,
                    statement,
                    BEFORE_ALL if row.vf is None else row.vf,
                    AFTER_ALL if row.vt is None else row.vt,
                    area.country,
                    tuple(ids[-number] for number in row.numbers),
                    row.text or "",
                    area.class_,
                )
            )
        return rows

    def days(self, db: Database, found: Found, member: str) -> Numbers:
        """The days of rows in a member (`vf`, `vt`, `sf` or `st`), however far; open ends as boxes
        have them."""
        days = found[member].astype(np.int64)
        far = np.flatnonzero((days == shared.FIRST_DAY) | (days == shared.LAST_DAY))
        days[days == shared.OPEN_LOW] = BEFORE_ALL
        days[days == shared.OPEN_HIGH] = AFTER_ALL
        if len(far):
            days[far] = [getattr(row, member) for row in self._stored(db, found.where(far))]
        return days


def counted(statuses: Found) -> list[tuple[str, int, str, int]]:
    """How many rows have each value, odds and field: (value, odds, field, count)."""
    numbers = (statuses["value"].astype(np.int64) << 32) | field_in(statuses["place"])
    numbers |= statuses["odds"].astype(np.int64) << 8
    keys, counts = np.unique(numbers, return_counts=True)
    return [
        (VALUES[key >> 32], (key >> 8) & 0xFFFF, field_of(key & 0xFF), count)
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True)
    ]


def expected_from(
    facet: str,
    rows: Iterable[Row],
    stated: Day,
    *,
    first: Day = BEFORE_ALL,
    last: Day = AFTER_ALL,
) -> list[Row]:
    """What is expected beyond the horizon on some day from `first` to `last`, from the rows that
    hold at it."""
    beyond = EXPECTING[facet]
    of_record: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of_record[row.record].append(row)
    found = []
    for record, held in of_record.items():
        by_statement = {row.statement: row for row in held if row.facet in beyond.on_all_days}
        for span in (
            beyond.spans(record, (row.span for row in held), stated) if by_statement else ()
        ):
            vf = BEFORE_ALL if span.first is None else span.first
            vt = AFTER_ALL if span.end is None else span.end
            if vf <= last and first < vt:
                row = by_statement[span.statement or ""]
                found.append(
                    row._replace(
                        id=-row.id, facet=span.facet, value=span.value, odds=0, vf=vf, vt=vt,
                        text=span.text,
                    )
                )  # fmt: skip
    return found
