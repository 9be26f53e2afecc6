"""Rows: boxes on the clock `known`, in small integers, clustered by the record they are of.

A row is a box from the commit that opened it (`kf`) to the one that closed it (`kt`). Most
rows end because something newer was said: then the end of `stated` moves from open to a day.
Such a row is cut where it lies: `st` gets the day and `ks` the commit, so it holds

    at a day of `stated` from `sf`, before `st` or as long as `known` is before `ks`,

and no other row is opened. A row is cut once; whatever else becomes of it closes it.

Records and statements are named by the position of the event that began them. The rows of a
record are counted (`seq`), so that every replay numbers them alike. An open end is NULL.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlite_utils import Database

from events.area import Area
from events.record import Record
from events.vocabulary import CLASSES, FIELDS
from projections import FACETS, OF_THE_RECORD, OF_THE_STATEMENT, VALUES
from projections.engine.account import Walk
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, Box, Span
from projections.views.view import Written

CREATE = f"""
    -- Numbers in rows are places in these lists; other lists make other views.
    -- {" ".join(FIELDS)}
    -- {" ".join(CLASSES)}
    -- {" ".join(FACETS)}
    -- {" ".join(VALUES)}
    CREATE TABLE spans (
        record INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        country TEXT,
        field INTEGER,
        class INTEGER,
        facet INTEGER NOT NULL,
        value ANY,
        odds INTEGER,
        statement INTEGER,
        vf INTEGER,
        vt INTEGER,
        sf INTEGER,
        st INTEGER,
        ks INTEGER,
        kf INTEGER NOT NULL,
        kt INTEGER,
        others BLOB,
        text TEXT,
        PRIMARY KEY (record, seq)
    ) STRICT, WITHOUT ROWID;
"""

INSERT = "INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
CUT = "UPDATE spans SET st = ?, ks = ? WHERE record = ? AND seq = ?"
CLOSE = "UPDATE spans SET kt = ? WHERE record = ? AND seq = ?"

EVER = "SELECT max(seq) FROM spans WHERE record = :record"
OPEN = """
    SELECT * FROM spans
    WHERE record = :record AND kt IS NULL AND (st IS NULL OR st >= :since)
"""
PAST = "SELECT * FROM spans WHERE record = :record AND kt IS NULL AND st < :since"
OF_RECORDS = """
    SELECT * FROM spans
    WHERE record IN (SELECT value FROM json_each(:records))
"""
SOME = """
    SELECT spans.*
    FROM json_each(:keys) AS key
    CROSS JOIN spans ON record = key.value ->> 0 AND seq = key.value ->> 1
"""
ALL = "SELECT * FROM spans ORDER BY record, seq"

_FIELD = {field: number for number, field in enumerate(FIELDS)}
_CLASS = {name: number for number, name in enumerate(CLASSES)}
_FACET = {facet: number for number, facet in enumerate(FACETS)}
_VALUE = {value: number for number, value in enumerate(VALUES) if value}

NUMBERS = np.dtype("<i4")
"""How the numbers of other statements are written: 32 bits each, one after the other."""

KEPT = 50_000
"""How many open rows are kept in memory between two pages."""


_Listed = tuple[str | None, int | None, int | None]


class Stored(NamedTuple):
    """A row as the table has it, open ends None."""

    record: int
    seq: int
    country: str | None
    field: int | None
    class_: int | None
    facet: int
    value: int | str | None
    odds: int | None
    statement: int | None
    vf: int | None
    vt: int | None
    sf: int | None
    st: int | None
    ks: int | None
    kf: int
    kt: int | None
    others: bytes | None
    text: str | None

    @property
    def listed(self) -> _Listed:
        """Where it is listed: a country, a field and a class."""
        return self.country, self.field, self.class_

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the other statements that it names."""
        return tuple(numbers_in(self.others).tolist()) if self.others else ()

    def holds(self, *, stated: int, known: int, after: int | None = None) -> bool:
        """Whether it holds at two clocks; with `after`, at some position beyond it, up to
        `known`."""
        after = known if after is None else after
        return (
            self.kf <= known
            and (self.kt is None or after < self.kt)
            and (self.sf is None or self.sf <= stated)
            and (self.st is None or stated < self.st or (self.ks is not None and after < self.ks))
        )

    def boxes(self) -> Iterator[tuple[int, int, int, int]]:
        """Its stretches of `stated` and `known`, (sf, st, kf, kt), ends as boxes have them: of a
        row that was cut, the one with an open end before, and the one with its end since."""
        sf = BEFORE_ALL if self.sf is None else self.sf
        st = AFTER_ALL if self.st is None else self.st
        kt = AFTER_ALL if self.kt is None else self.kt
        cut = self.kf if self.ks is None else self.ks
        for end, since, gone in ((AFTER_ALL, self.kf, cut), (st, cut, kt)):
            if since < gone:
                yield sf, end, since, gone

    def covers(self, *, first: int, last: int) -> bool:
        """Whether it holds on some day from `first` to `last`."""
        return (self.vf is None or self.vf <= last) and (self.vt is None or first < self.vt)


class Open:
    """The open rows of a record by their boxes: those that reach the day `since` of `stated`, or a
    later one, and those `past` it, as far as they were `read`: from which day on. How many rows it
    `ever` had, and how far its life was walked."""

    __slots__ = ("ever", "past", "read", "rows", "since", "walk")

    def __init__(self, rows: dict[Box, Stored], *, ever: int, read: int) -> None:
        self.rows, self.ever, self.read = rows, ever, read
        self.past: dict[Box, Stored] = {}
        self.since = read
        self.walk: Walk | None = None

    def reach(self, since: int) -> None:
        """Part them by another day."""
        if since < self.since:
            self.rows |= self.past
            self.past = {}
        self.since = since
        for box in [box for box in self.rows if box.st < since]:
            self.past[box] = self.rows.pop(box)


class Rows:
    """Writes the rows of the views: compares what a record comes to with its open rows.

    What a page opens and closes again is changed in memory before it is ever written. `cuts`
    and `closed` are of rows that were written before the page.
    """

    def __init__(self) -> None:
        self._db: Database | None = None
        self._open: OrderedDict[int, Open] = OrderedDict()
        self._kept = 0
        self.new: dict[tuple[int, int], Stored] = {}
        self.cuts: list[Stored] = []
        self.closed: list[Stored] = []

    @property
    def db(self) -> Database:
        """The connection of the page. Raises RuntimeError outside a page."""
        if self._db is None:
            raise RuntimeError("no page was begun")
        return self._db

    def begin(self, db: Database) -> None:
        """A page begins."""
        self._db = db

    def forget(self) -> None:
        """Drop all that is kept in memory."""
        self._open.clear()
        self._kept = 0
        self.drop_page()

    def drop_page(self) -> None:
        """Drop what a page opened and closed: it is written, or never will be."""
        self.new.clear()
        self.cuts.clear()
        self.closed.clear()
        while self._kept > KEPT:
            _, dropped = self._open.popitem(last=False)
            self._kept -= len(dropped.rows) + len(dropped.past) + 1

    def open(self, record: Record, since: int) -> Open:
        """The open rows of a record, parted by the day `since`."""
        found = self._open.get(record.number)
        if found is None:
            ever = self.db.execute(EVER, {"record": record.number}).fetchone()[0] or 0
            rows = self._read(OPEN, record, since) if ever else {}
            found = self._open[record.number] = Open(rows, ever=ever, read=since)
            self._kept += 1
        elif since < found.read:
            found.past |= self._read(PAST, record, found.read)
            found.read = BEFORE_ALL
        self._open.move_to_end(record.number)
        found.reach(since)
        return found

    def settle(
        self,
        record: Record,
        open: Open,
        wanted: AbstractSet[Box],
        area_of: Callable[[Span], Area],
        *,
        known: int,
        may_move: bool,
    ) -> None:
        """Let the open rows become those wanted, each in its area: cut, close, open by a commit.
        Rows that stand are looked at again for their area where they `may_move`."""
        rows = open.rows
        gone = {box: rows[box] for box in rows.keys() - wanted}
        come = {box: area_of(box.span) for box in wanted if box not in rows}
        if may_move:
            for box, row in rows.items():
                if box not in gone and _listed(area := area_of(box.span)) != row.listed:
                    gone[box], come[box] = row, area
        if not gone and not come:
            return
        before = len(rows)
        for box in gone:
            del rows[box]
        uncut = {(box.span, box.sf): box for box in gone if box.st == AFTER_ALL}
        for box in sorted(come, key=_order):
            area = come[box]
            whole = uncut.get((box.span, box.sf)) if box.st < AFTER_ALL else None
            if whole is not None and _listed(area) == gone[whole].listed:
                rows[box] = self._cut(gone.pop(whole), box.st, known)
            else:
                open.ever += 1
                row = _stored(record, open.ever, box, area, known)
                rows[box] = self.new[row.record, row.seq] = row
        for row in gone.values():
            self._close(row, known)
        self._kept += len(rows) - before

    def page(self) -> list[Stored]:
        """The rows that the page opened, by their keys."""
        return [row for _, row in sorted(self.new.items())]

    def written(self) -> list[Written]:
        """What is to be written of the page."""
        return [
            (CUT, [(row.st, row.ks, row.record, row.seq) for row in self.cuts]),
            (CLOSE, [(row.kt, row.record, row.seq) for row in self.closed]),
            (INSERT, list(map(tuple, self.page()))),
        ]

    def _read(self, sql: str, record: Record, since: int) -> dict[Box, Stored]:
        """Open rows of a record that were written before this page."""
        ids = {kept.position: id for id, kept in record.kept.items()}
        found = in_order(self.db.execute(sql, {"record": record.number, "since": since}))
        rows = {_box(record, row, ids): row for row in found}
        self._kept += len(rows)
        return rows

    def _cut(self, row: Stored, st: int, known: int) -> Stored:
        cut = row._replace(st=st, ks=known)
        if (row.record, row.seq) in self.new:
            self.new[row.record, row.seq] = cut
        else:
            self.cuts.append(cut)
        return cut

    def _close(self, row: Stored, known: int) -> None:
        closed = row._replace(kt=known)
        if (row.record, row.seq) in self.new:
            self.new[row.record, row.seq] = closed
        else:
            self.closed.append(closed)


def numbers_in(others: bytes) -> npt.NDArray[np.int32]:
    """The numbers of the other statements that a row names, as they are written in it."""
    return np.frombuffer(others, NUMBERS)


def by_key(row: Stored) -> tuple[int, int]:
    """The key of a row."""
    return row.record, row.seq


def value_of(row: Stored, *, record: str, statement: str) -> str:
    """The value of a row, by the ids of its record and its statement."""
    if not isinstance(row.value, int):
        return row.value or ""
    if row.value == OF_THE_RECORD:
        return record
    return statement if row.value == OF_THE_STATEMENT else VALUES[row.value]


def area_of_row(row: Stored) -> Area:
    """Where a row is listed."""
    return Area(
        row.country or "",
        "" if row.field is None else FIELDS[row.field],
        "" if row.class_ is None else CLASSES[row.class_],
    )


def as_they_were(rows: Iterable[Any], position: int) -> Iterator[Stored]:
    """Rows that a query of all of their columns gave, as they were when the views had read so
    far."""
    for row in in_order(rows):
        if row.kf > position:
            continue
        was = row
        if row.ks is not None and row.ks > position:
            was = was._replace(st=None, ks=None)
        if row.kt is not None and row.kt > position:
            was = was._replace(kt=None)
        yield was


def in_order(rows: Iterable[Any]) -> Iterator[Stored]:
    """Rows that a query of all of their columns gave."""
    return map(Stored._make, rows)


@cache
def _listed(area: Area) -> _Listed:
    """An area as rows have it; there are no more than countries times fields times classes."""
    return (
        area.country or None,
        _FIELD[area.field] if area.field else None,
        _CLASS[area.class_] if area.class_ else None,
    )


def _stored(record: Record, seq: int, box: Box, area: Area, known: int) -> Stored:
    span, kept = box.span, record.kept
    others = np.array([kept[id].position for id in span.others], NUMBERS).tobytes()
    return Stored(
        record.number,
        seq,
        *_listed(area),
        _FACET[span.facet],
        _number_of_value(span, record.id),
        span.odds or None,
        kept[span.statement].position if span.statement else None,
        span.first,
        span.end,
        None if box.sf == BEFORE_ALL else box.sf,
        None if box.st == AFTER_ALL else box.st,
        None,
        known,
        None,
        others or None,
        span.text or None,
    )


def _number_of_value(span: Span, record: str) -> int | str | None:
    if not span.value:
        return None
    if span.value in _VALUE:
        return _VALUE[span.value]
    if span.value == record:
        return OF_THE_RECORD
    return OF_THE_STATEMENT if span.value == span.statement else span.value


def _box(record: Record, row: Stored, ids: Mapping[int, str]) -> Box:
    statement = "" if row.statement is None else ids[row.statement]
    span = Span(
        FACETS[row.facet],
        value_of(row, record=record.id, statement=statement),
        row.vf,
        row.vt,
        statement or None,
        row.text or "",
        row.odds or 0,
        tuple(ids[number] for number in row.numbers),
    )
    return Box(
        span,
        BEFORE_ALL if row.sf is None else row.sf,
        AFTER_ALL if row.st is None else row.st,
    )


def _order(box: Box) -> tuple[Any, ...]:
    span = box.span
    first = BEFORE_ALL if span.first is None else span.first
    end = AFTER_ALL if span.end is None else span.end
    return (
        span.facet, span.value, first, end, box.sf, box.st, span.statement or "",
        span.odds, span.text, span.others,
    )  # fmt: skip
