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
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

import msgspec
import numpy as np
from sqlite_utils import Database

from events.area import area_of
from events.dates import Day
from events.record import Record
from events.store.sqlite import ChronicleRecorder
from events.stream import Stream
from events.vocabulary import FIELDS
from projections import EXPECTING, FACETS, OF_THE_RECORD, OF_THE_STATEMENT, PROJECTIONS, VALUES
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, Span, boxes
from projections.views import bulk
from projections.views import columns as shared
from projections.views.bulk import Numbers
from projections.views.columns import Columns, Found, Indexes, country_of, field_of, place_of
from projections.views.folding import Change, CommitRead, Reader
from projections.views.kept import Kept
from projections.views.lines import Lines
from projections.views.order import Order, Orders
from projections.views.rows import (
    ALL,
    CREATE,
    OF_RECORDS,
    SOME,
    Rows,
    Stored,
    area_of_row,
    by_key,
    in_order,
    value_of,
)
from projections.views.view import Written

REMEMBERED = 100_000
"""How many ids of records and of statements are kept in memory."""

STATEMENTS_OF_RECORDS = """
    SELECT record, count(DISTINCT number)
    FROM statements
    WHERE record IN (SELECT value FROM json_each(:records))
    GROUP BY record
"""

FROM_ITS_DAY_ON = ("discovery", "observation", "due")
"""What is counted, or expected, on all days from its own."""


class Row(NamedTuple):
    """A box that was stabbed. `vf` and `vt` are its valid interval, ends as boxes have them.

    `country` and `field` are empty where there is none. `others` and `text` are filled in where
    the rows were read with their details.
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


class State:
    """The view: its table, how it follows the log, and what it answers."""

    tables: ClassVar[tuple[str, ...]] = ("spans",)
    create: ClassVar[str] = CREATE

    def __init__(self, log: ChronicleRecorder) -> None:
        self._lines = Lines(log)
        self._rows = Rows()
        self._reader: Reader | None = None
        self._mentions: dict[str, dict[str, None]] = defaultdict(dict)
        self._shelf = shared.Shelf()
        self._ids: dict[int, str] = {}
        self._orders = Orders()
        self.shown = Kept()

    # --- following the log

    def begin(self, db: Database, reader: Reader) -> None:
        """A page begins: the rows before it lie in `db`, other records are read from `reader`."""
        self._reader = reader
        self._rows.begin(db)
        self._mentions.clear()

    def take(self, commit: CommitRead) -> None:
        """Work out what a commit closes and opens."""
        since = {stream: AFTER_ALL for stream in commit.touched if stream.startswith("record:")}
        for change in commit.changes:
            stream = change.event.stream
            if change.of is not None:
                record = commit.touched[stream]
                facility = record.kept[change.of].line.get("facility")
                if facility is not None and facility != record.id:
                    self._mentions[facility][record.id] = None
                if since[stream] > BEFORE_ALL:
                    since[stream] = min(since[stream], _since(change, change.of, record))
            elif stream in since:
                since[stream] = BEFORE_ALL
        for change in (*commit.changes, *commit.elsewhere):
            if _moved(change):
                since |= dict.fromkeys(self._mentioning(change.line["record"]), BEFORE_ALL)
        for stream, day in since.items():
            self._project(stream, known=commit.commit.position, since=day)

    def finish(self) -> list[Written]:
        """What is to be written to the table."""
        return self._rows.written()

    def kept(self, db: Database, position: int, *, more: bool) -> None:
        """The page is on the disk: write it to the columns, too. `more` says that another follows,
        so that what came since need not be sorted yet."""
        columns = self._shelf.of(db)
        if columns is None or columns.position == position:
            raise RuntimeError("the columns were not made whole before the page")
        columns.begin()
        rows = self._rows
        new = rows.page()
        if not columns.apply(new, rows.cuts, rows.closed):
            columns = self._replace(columns, columns.sorted_again(room=len(new)))
            columns.begin()
            columns.apply(new, rows.cuts, rows.closed)
        columns.end(position)
        rows.drop_page()
        if not more and columns.tail > shared.TAIL:
            self._replace(columns, columns.sorted_again())

    def forget(self) -> None:
        """Drop what is kept of open rows, because the views moved on without this one."""
        self._rows.forget()
        self._reader = None

    def make_whole(self, db: Database, position: int) -> None:
        """Make the columns anew if they are not those of the table, which has read so far."""
        columns = self._shelf.of(db)
        if columns is None or not columns.is_whole or columns.position != position:
            if columns is not None:
                columns.give_up()
            made = shared.make(self._shelf.path(db), db.execute(ALL), position)
            self._shelf.put(made)

    def _replace(self, before: Columns, made: Columns) -> Columns:
        before.give_up()
        self._shelf.put(made)
        return made

    def _mentioning(self, facility: str) -> list[str]:
        """The streams of other records whose statements belong to a facility."""
        written = self._lines.belonging(self._rows.db, facility)
        return [str(Stream.record(id)) for id in {*written, *self._mentions.get(facility, ())}]

    def _project(self, stream: str, *, known: int, since: Day) -> None:
        """Compare what the record comes to with its open rows.

        `since` is the first day of `stated` on which anything can have changed.
        """
        if self._reader is None:
            raise RuntimeError("no page was begun")
        record, card_of = self._reader.record(stream), self._reader.card
        said = record.statements()
        reaching = self._rows.reaching(record, since)
        of_card = area_of(record.card, card_of) if record.card else None
        found = boxes(
            PROJECTIONS[record.kind],
            record.id,
            record.card,
            said,
            since=since,
            before=reaching,
        )
        if of_card is not None:
            wanted = dict.fromkeys(found, of_card)
        else:
            statements = {statement.id: statement.line for statement in said}
            wanted = {
                box: area_of(statements.get(box.span.statement or "", {}), card_of) for box in found
            }
        self._rows.settle(record, reaching, wanted, known=known)

    # --- the columns

    def columns_of(self, db: Database) -> Columns:
        """The columns beside a file of views; without rows, if nothing was read."""
        return self._shelf.of(db) or Columns.none(self._shelf.path(db))

    def find(
        self,
        db: Database,
        facet: str,
        *,
        first: int,
        last: int,
        stated: int,
        known: int,
        country: str | None,
        field: str | None,
    ) -> tuple[Columns, Indexes]:
        """The rows of a facet that hold on some day from `first` to `last`, as indexes."""
        columns = self.columns_of(db)
        places = (
            None if country is None else (place_of(country, None), place_of(country, None) + 64)
        )
        found = columns.find(
            facet,
            places=places,
            field=None if field is None else FIELDS.index(field),
            first=first,
            last=last,
            stated=stated,
            known=known,
        )
        if any(map(shared.is_far, (first, last, stated))):
            found = self._with_far(
                db, columns, found, facet, first=first, last=last, stated=stated, known=known,
                country=country, field=field,
            )  # fmt: skip
        return columns, found

    def _with_far(
        self,
        db: Database,
        columns: Columns,
        found: Indexes,
        facet: str,
        *,
        first: int,
        last: int,
        stated: int,
        known: int,
        country: str | None,
        field: str | None,
    ) -> Indexes:
        """The same, where days are asked about that columns do not tell apart."""
        far = columns.far()
        rows = self._stored(db, columns, far)
        holding = [
            index
            for index, row in zip(far.tolist(), rows, strict=True)
            if FACETS[row.facet] == facet
            and country in (None, row.country)
            and field in (None, area_of_row(row).field)
            and row.holds(stated=stated, known=known)
            and row.covers(first=first, last=last)
        ]
        near = np.setdiff1d(found, far, assume_unique=True)
        return np.concatenate([near, np.array(holding, np.intp)])

    def _stored(self, db: Database, columns: Columns, found: Indexes) -> list[Stored]:
        """Rows as the table has them, in the order of the indexes."""
        keys = list(
            zip(columns["record"][found].tolist(), columns["seq"][found].tolist(), strict=True)
        )
        rows = {by_key(row): row for row in in_order(db.execute(SOME, {"keys": _json(keys)}))}
        return [rows[key] for key in keys]

    # --- asking

    def stab(
        self,
        db: Database,
        facet: str,
        *,
        first: int,
        last: int,
        stated: int,
        known: int,
        country: str | None,
        field: str | None,
        detailed: bool = False,
    ) -> list[Row]:
        """The rows of a facet that hold on some day from `first` to `last`."""
        asked: dict[str, Any] = {"stated": stated, "known": known}
        asked |= {"country": country, "field": field}
        if facet in EXPECTING:
            return self._expected(db, facet, first=first, last=last, **asked)
        columns, found = self.find(db, facet, first=first, last=last, **asked)
        return self.rows(db, columns, found, detailed=detailed)

    def stab_records(
        self,
        db: Database,
        facet: str,
        records: Iterable[str],
        *,
        day: int,
        stated: int,
        known: int,
    ) -> list[Row]:
        """The rows of a facet that hold on a day in some records, with their details."""
        return [
            row
            for row in self._of_records(db, facet, records, stated=stated, known=known)
            if row.vf <= day < row.vt
        ]

    def stretches(
        self,
        db: Database,
        facet: str,
        *,
        stated: int,
        known: int,
        country: str | None,
        field: str | None,
        records: Iterable[str] | None = None,
    ) -> list[Stretch]:
        """The stretches of a facet on all days, by record and day; of some records, wherever they
        are listed, if they are named.

        A statement gives one value, for one stretch of days, whatever the odds.
        """
        if records is None:
            rows = self.stab(
                db, facet, first=BEFORE_ALL, last=AFTER_ALL, stated=stated, known=known,
                country=country, field=field,
            )  # fmt: skip
        else:
            rows = self._of_records(db, facet, records, stated=stated, known=known)
            rows = [row for row in rows if field in (None, row.field)]
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

    def begun(
        self,
        db: Database,
        facet: str,
        *,
        last: int,
        stated: int,
        known: int,
        country: str | None,
        field: str | None,
    ) -> list[Row]:
        """The rows of a facet that had begun by the day `last`."""
        columns, found = self.find(
            db, facet, first=BEFORE_ALL, last=last, stated=stated, known=known,
            country=country, field=field,
        )  # fmt: skip
        return self.rows(db, columns, found)

    def count_listed(
        self, db: Database, *, stated: int, known: int, country: str | None, field: str | None
    ) -> int:
        """How many records are listed in a country and a field."""
        _, found = self.find(
            db, "record", first=BEFORE_ALL, last=AFTER_ALL, stated=stated, known=known,
            country=country, field=field,
        )  # fmt: skip
        return len(found)

    def count_world(
        self, db: Database, *, at: int, stated: int, known: int
    ) -> list[tuple[str, int, str, int]]:
        """How many facilities have each status, odds and field: (status, odds, field, count)."""
        columns, found = self.find(
            db, "status", first=at, last=at, stated=stated, known=known, country=None, field=None
        )
        return counted(Found(columns, found))

    def order(self, db: Database) -> Order:
        """The order of all records, by id."""
        return self._orders.latest(db)

    def scattered(self, db: Database, *, stated: int, known: int) -> dict[str, str]:
        """The kinds of the records without a card whose statements may lie in several places."""
        columns, found = self.find(
            db, "record", first=BEFORE_ALL, last=AFTER_ALL, stated=stated, known=known,
            country=None, field=None,
        )  # fmt: skip
        found = found[columns["value"][found] != VALUES.index("facility")]
        numbers = columns["record"][found].tolist()
        counts = dict(db.execute(STATEMENTS_OF_RECORDS, {"records": _json(numbers)}).fetchall())
        several = [number for number in numbers if counts.get(number, 0) > 1]
        kinds = dict(zip(numbers, columns["value"][found].tolist(), strict=True))
        names = self._lines.names(db, several)
        return {Stream.parse(names[each]).id: VALUES[kinds[each]] for each in several}

    def of_record(
        self,
        db: Database,
        record: str,
        *,
        at: tuple[int, int],
        stated: tuple[int, int],
        known: tuple[int, int],
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

    # --- where answers turn on the clock `known`

    def turns(
        self,
        db: Database,
        *,
        first: int,
        last: int,
        stated: int,
        after: int,
        known: int,
        countries: Iterable[str] | None,
        field: str | None,
        facets: Iterable[str] | None = None,
    ) -> list[int]:
        """The positions beyond `after`, up to `known`, at which anything changed of the rows
        that hold on some day from `first` to `last`, or of the cards and statements behind
        them; a finding is meant from its day on. None means all countries, fields and facets."""
        cards, statements = self._mended(db, after=after, known=known)
        found = [NONE]
        some: list[str | None] = [None] if countries is None else list(countries)
        for facet, country in itertools.product(_rows_behind(facets), some):
            begins = BEFORE_ALL if facet in FROM_ITS_DAY_ON else first
            rows = self._over(
                db, facet, first=begins, last=last, stated=stated, after=after, known=known,
                country=country, field=field,
            )  # fmt: skip
            found += [rows.positions(), rows.within("record", cards)]
            found += [rows.within("statement", statements[:, 1:])]
        return _positions(found)

    def statement_turns(
        self,
        db: Database,
        kind: str,
        *,
        stated: int,
        after: int,
        known: int,
        country: str | None,
        field: str | None,
    ) -> list[int]:
        """The positions beyond `after`, up to `known`, at which records of a kind came or went, or
        anything changed of what their cards and statements say, whatever follows from it."""
        rows = self._over(
            db, "record", first=BEFORE_ALL, last=AFTER_ALL, stated=stated, after=after,
            known=known, country=country, field=field, value=VALUES.index(kind),
        )  # fmt: skip
        records = np.unique(rows.columns["record"][rows.found]).tolist()
        changes = self._lines.changes_of(db, records, after=after, known=known)
        cards, _ = self._mended(db, after=after, known=known)
        return _positions(
            [rows.positions(), rows.within("record", cards), rows.within("record", _pairs(changes))]
        )

    def ladder_turns(
        self,
        db: Database,
        *,
        stated: int,
        after: int,
        known: int,
        country: str | None,
        field: str | None,
    ) -> list[int]:
        """The positions beyond `after`, up to `known`, at which any plan of a ladder changed in
        what it says, whether the ladder came to something else by it or not."""
        rows = self._over(
            db, "slip", first=BEFORE_ALL, last=AFTER_ALL, stated=stated, after=after,
            known=known, country=country, field=field,
        )  # fmt: skip
        _, statements = self._mended(db, after=after, known=known)
        # Only the ladders of records with such a statement can name one.
        of_record = np.isin(rows.columns["record"][rows.found], statements[:, 0])
        rows = replace(rows, found=rows.found[of_record])
        numbers = bulk.others(db, rows.columns, rows.found)
        named = np.array(list(itertools.chain.from_iterable(numbers)), np.int64)
        rows = replace(rows, found=np.repeat(rows.found, list(map(len, numbers))))
        return _positions([rows.within(named, statements[:, 1:])])

    def _mended(self, db: Database, *, after: int, known: int) -> tuple[Numbers, Numbers]:
        """Beyond one position and up to another, the records whose cards were set anew, and the
        records and statements of which another version began; each with the commit."""
        cards = self._lines.cards_mended(db, after=after, known=known)
        statements = self._lines.statements_mended(db, after=after, known=known)
        return _pairs(cards), np.array(statements, np.int64).reshape(-1, 3)

    def _over(
        self,
        db: Database,
        facet: str,
        *,
        first: int,
        last: int,
        stated: int,
        after: int,
        known: int,
        country: str | None,
        field: str | None,
        value: int | None = None,
    ) -> _Over:
        """The rows that hold at some position beyond `after` and up to `known`."""
        columns = self.columns_of(db)
        places = (
            None if country is None else (place_of(country, None), place_of(country, None) + 64)
        )
        found = columns.find(
            facet,
            places=places,
            field=None if field is None else FIELDS.index(field),
            first=first,
            last=last,
            stated=stated,
            after=after,
            known=known,
        )
        if value is not None:
            found = found[columns["value"][found] == value]
        return _Over(columns, found, shared.asked(stated), after, known)

    # --- rows

    def rows(
        self, db: Database, columns: Columns, found: Indexes, *, detailed: bool = False
    ) -> list[Row]:
        """Rows by their indexes; `detailed` with what else they name, and their text."""
        at = columns
        vf, vt = at["vf"][found], at["vt"][found]
        of_table = (vf == shared.FIRST_DAY) | (vf == shared.LAST_DAY)
        of_table |= (vt == shared.FIRST_DAY) | (vt == shared.LAST_DAY)
        of_table |= at["value"][found] == shared.OTHER_VALUE
        if detailed:
            of_table |= at["more"][found] != 0
        if of_table.any():
            near = iter(self.rows(db, columns, found[~of_table]))
            far = iter(self._from_table(db, self._stored(db, columns, found[of_table])))
            return [next(far if each else near) for each in of_table.tolist()]
        records, statements = at["record"][found].tolist(), at["statement"][found].tolist()
        ids = self.ids(db, records, statements)
        places = at["place"][found]
        of_place = {place: (field_of(place), country_of(place)) for place in set(places.tolist())}
        firsts = np.where(vf == shared.OPEN_LOW, BEFORE_ALL, vf.astype(np.int64)).tolist()
        ends = np.where(vt == shared.OPEN_HIGH, AFTER_ALL, vt.astype(np.int64)).tolist()
        rows = []
        for facet, value, odds, place, record, seq, statement, first, end in zip(
            at["facet"][found].tolist(), at["value"][found].tolist(), at["odds"][found].tolist(),
            places.tolist(), records, at["seq"][found].tolist(), statements, firsts, ends,
            strict=True,
        ):  # fmt: skip
            field, country = of_place[place]
            id, of = ids[record], ids[-statement] if statement else ""
            text = (
                id if value == OF_THE_RECORD else of if value == OF_THE_STATEMENT else VALUES[value]
            )
            rows.append(
                Row(
                    (record << 32) | seq, FACETS[facet], text, odds, field, id, of, first, end,
                    country,
                )
            )  # fmt: skip
        return rows

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
            names = self._lines.names(db, wanted)
            found = {number: Stream.parse(name).id for number, name in names.items()}
            found |= {-number: id for number, id in self._lines.ids_of(db, keys).items()}
            ids.update(found)
        return ids

    def _expected(
        self,
        db: Database,
        facet: str,
        *,
        first: int,
        last: int,
        stated: int,
        known: int,
        country: str | None,
        field: str | None,
    ) -> list[Row]:
        """What is expected beyond the horizon on some day from `first` to `last`, of every record
        in a country and a field."""
        beyond = EXPECTING[facet]
        asked: dict[str, Any] = {"stated": stated, "known": known}
        asked |= {"country": country, "field": field}
        rows: list[Row] = []
        concerned = np.zeros(0, np.int32)
        for each in beyond.on_all_days:
            columns, found = self.find(
                db, each, first=BEFORE_ALL, last=max(last, stated + 1), **asked
            )
            concerned = np.union1d(concerned, columns["record"][found])
            rows += self.rows(db, columns, found, detailed=True)
        for each in beyond.at_horizon:
            columns, found = self.find(db, each, first=stated, last=stated, **asked)
            found = found[np.isin(columns["record"][found], concerned)]
            rows += self.rows(db, columns, found, detailed=True)
        return expected_from(facet, rows, stated, first=first, last=last)

    def _of_records(
        self, db: Database, facet: str, records: Iterable[str], *, stated: int, known: int
    ) -> list[Row]:
        """The rows of a facet, by what was heard and known, of some records."""
        beyond = EXPECTING.get(facet)
        facets = (*beyond.at_horizon, *beyond.on_all_days) if beyond else (facet,)
        stored = [
            row
            for row in self._stored_of(db, records)
            if FACETS[row.facet] in facets and row.holds(stated=stated, known=known)
        ]
        rows = self._from_table(db, stored)
        return expected_from(facet, rows, stated) if beyond else rows

    def _stored_of(self, db: Database, records: Iterable[str]) -> list[Stored]:
        numbers = self._lines.numbers(db, (str(Stream.record(record)) for record in records))
        return list(in_order(db.execute(OF_RECORDS, {"records": _json(list(numbers.values()))})))

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
                )
            )
        return rows

    def valid(self, db: Database, columns: Columns, found: Indexes) -> tuple[Numbers, Numbers]:
        """The first days of rows, and those on which they end; open ends as boxes have them."""
        ends = []
        for name in ("vf", "vt"):
            days = columns[name][found].astype(np.int64)
            far = np.flatnonzero((days == shared.FIRST_DAY) | (days == shared.LAST_DAY))
            days[days == shared.OPEN_LOW] = BEFORE_ALL
            days[days == shared.OPEN_HIGH] = AFTER_ALL
            if len(far):
                days[far] = [getattr(row, name) for row in self._stored(db, columns, found[far])]
            ends.append(days)
        first, end = ends
        return first, end


NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class _Over:
    """Rows that hold at some positions beyond `after` and up to `known`."""

    columns: Columns
    found: Indexes
    stated: int
    after: int
    known: int

    @property
    def begun(self) -> Numbers:
        """Where each row came."""
        return self.columns["kf"][self.found].astype(np.int64)

    @property
    def gone(self) -> Numbers:
        """Where each row went: it was closed, or cut before the horizon."""
        at, found = self.columns, self.found
        kt = at["kt"][found].astype(np.int64)
        return np.where(at["st"][found] <= self.stated, np.minimum(kt, at["ks"][found]), kt)

    def positions(self) -> Numbers:
        """Where rows came and went."""
        places = np.concatenate([self.begun, self.gone])
        return places[(places > self.after) & (places <= self.known)]

    def within(self, of: str | Numbers, changes: Numbers) -> Numbers:
        """Of changes, given as what was changed and where, those where a row of what was changed
        held; `of` is what each row is of, or the member that has it."""
        keys = self.columns[of][self.found] if isinstance(of, str) else of
        some = np.flatnonzero(np.isin(keys, changes[:, 0]))
        order = some[np.argsort(keys[some], kind="stable")]
        low, high = (
            np.searchsorted(keys[order], changes[:, 0], side) for side in ("left", "right")
        )
        many = high - low
        places = np.repeat(changes[:, 1], many)
        # Beside each change, one after the other, the rows from `low` up to `high`.
        nth = np.arange(len(places)) - np.repeat(np.cumsum(many) - many, many)
        rows = order[np.repeat(low, many) + nth]
        since, until = self.begun[rows], self.gone[rows]
        held: Numbers = places[(since < places) & (places <= until)]
        return held


def _pairs(rows: Sequence[tuple[int, int]]) -> Numbers:
    return np.array(rows, np.int64).reshape(-1, 2)


def _positions(found: Sequence[Numbers]) -> list[int]:
    """All positions, each once, in order."""
    positions: list[int] = np.unique(np.concatenate(found)).tolist()
    return positions


def counted(statuses: Found) -> list[tuple[str, int, str, int]]:
    """How many rows have each value, odds and field: (value, odds, field, count)."""
    numbers = (statuses["value"].astype(np.int64) << 32) | (statuses["place"] % shared.NO_PLACE)
    numbers |= statuses["odds"].astype(np.int64) << 8
    keys, counts = np.unique(numbers, return_counts=True)
    return [
        (VALUES[key >> 32], (key >> 8) & 0xFFFF, field_of(key & 0xFF), count)
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True)
    ]


def _rows_behind(facets: Iterable[str] | None) -> Iterable[str]:
    """The facets of rows from which those follow that are asked about."""
    if facets is None:
        return FACETS
    stored = (
        (*EXPECTING[facet].at_horizon, *EXPECTING[facet].on_all_days)
        if facet in EXPECTING
        else (facet,)
        for facet in facets
    )
    return dict.fromkeys(itertools.chain.from_iterable(stored))


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


def _since(change: Change, id: str, record: Record) -> Day:
    """The first day of `stated` on which a change to a statement can change anything else.

    A disputed rival counts or not by what else its entry holds, whenever that was said.
    """
    now = record.kept[id].line
    versions = [
        record.statement(id) if line is now else record.statement_as(id, line)
        for line in (change.before, change.after)
        if line is not None
    ]
    entries = {version.entry for version in versions}
    disputed = [other for other, kept in record.kept.items() if "rank" in kept.line]
    rivals = [rival for rival in map(record.statement, disputed) if rival.entry in entries]
    return min(each.said for each in (*versions, *rivals))


def _moved(change: Change) -> bool:
    """Whether a facility's card came to another country or field."""
    before, after = change.before, change.after
    if change.of is not None or before is None or after is None or after["type"] != "facility":
        return False
    return (before["country"], before["field"]) != (after["country"], after["field"])


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
