"""The state: which spans hold at three clocks, with the cards and texts that show them.

A row of `spans` is a box: valid, stated and known, half-open on each, so any
question is a stab at three points; the covering index finds a country's rows
without touching the table. Cards and statements have one clock, `known`, and
are joined when read, so an amendment reopens no box. `tally` repeats the
statuses in small integers, to count the whole world.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlite_utils import Database

from events.dates import iso
from events.fact import Line
from events.record import Record
from events.statement import Statement
from events.vocabulary import STATUSES
from projections import PROJECTIONS
from projections.page import KEPT, CommitRead, Reader
from projections.spans import AFTER_ALL, Box, boxes

CREATE = """
    CREATE TABLE spans (
        id INTEGER PRIMARY KEY,
        record TEXT NOT NULL,
        country TEXT NOT NULL,
        field TEXT NOT NULL,
        facet TEXT NOT NULL,
        value TEXT NOT NULL,
        odds INTEGER NOT NULL,
        vf INTEGER NOT NULL,
        vt INTEGER NOT NULL,
        sf INTEGER NOT NULL,
        st INTEGER NOT NULL,
        kf INTEGER NOT NULL,
        kt INTEGER NOT NULL,
        statement TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX spans_stab ON spans
        (country, facet, kt, st, vf, vt, sf, kf, value, odds, field, record, statement);
    CREATE INDEX spans_of_record ON spans (record, kt);

    CREATE TABLE tally (
        st INTEGER NOT NULL,
        kt INTEGER NOT NULL,
        id INTEGER NOT NULL,
        sf INTEGER NOT NULL,
        kf INTEGER NOT NULL,
        vf INTEGER NOT NULL,
        vt INTEGER NOT NULL,
        status INTEGER NOT NULL,
        odds INTEGER NOT NULL,
        field TEXT NOT NULL,
        PRIMARY KEY (st, kt, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE cards (
        id INTEGER PRIMARY KEY,
        stream TEXT NOT NULL,
        kf INTEGER NOT NULL,
        kt INTEGER NOT NULL,
        name TEXT NOT NULL,
        brief TEXT NOT NULL
    ) STRICT;
    CREATE INDEX cards_of_stream ON cards (stream, kt);

    CREATE TABLE statements (
        id INTEGER PRIMARY KEY,
        statement TEXT NOT NULL,
        kf INTEGER NOT NULL,
        kt INTEGER NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX statements_by_id ON statements (statement, kt);

    CREATE TABLE records (
        statement TEXT PRIMARY KEY,
        record TEXT NOT NULL,
        kf INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE citations (
        source TEXT NOT NULL,
        statement TEXT NOT NULL,
        PRIMARY KEY (source, statement)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE countries (country TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

    CREATE TABLE mentions (
        facility TEXT NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (facility, record)
    ) STRICT, WITHOUT ROWID;
"""

INSERT_SPAN = """
    INSERT INTO spans
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
CLOSE_SPAN = "UPDATE spans SET kt = :kt WHERE id = :id"
INSERT_TALLY = "INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
CLOSE_TALLY = """
    UPDATE tally SET kt = :kt
    WHERE st = :st AND kt = 4611686018427387904 AND id = :id
"""
OPEN_SPANS = """
    SELECT id, country, field, facet, value, odds, vf, vt, sf, st, statement, text
    FROM spans
    WHERE record = :record AND kt = 4611686018427387904
"""
INSERT_CARD = "INSERT INTO cards (stream, kf, kt, name, brief) VALUES (?, ?, ?, ?, ?)"
CLOSE_CARD = "UPDATE cards SET kt = :kt WHERE stream = :stream AND kt = 4611686018427387904"
INSERT_STATEMENT = "INSERT INTO statements (statement, kf, kt, text) VALUES (?, ?, ?, ?)"
CLOSE_STATEMENT = """
    UPDATE statements SET kt = :kt
    WHERE statement = :statement AND kt = 4611686018427387904
"""
INSERT_RECORD = "INSERT INTO records VALUES (?, ?, ?)"
INSERT_CITATION = "INSERT OR IGNORE INTO citations VALUES (?, ?)"
INSERT_COUNTRY = "INSERT OR IGNORE INTO countries VALUES (?)"
INSERT_MENTION = "INSERT OR IGNORE INTO mentions VALUES (?, ?)"
MENTIONING = "SELECT record FROM mentions WHERE facility = :facility ORDER BY record"
LAST_ID = "SELECT coalesce(max(id), 0) FROM spans"

STAB = """
    SELECT id, value, odds, field, record, statement, vf, vt
    FROM spans
    WHERE country IN (SELECT value FROM json_each(:countries))
      AND facet = :facet
      AND kt > :known
      AND st > :stated
      AND vf <= :last
      AND vt > :first
      AND sf <= :stated
      AND kf <= :known
"""
"""All rows of a facet that hold on some day from `first` to `last`, from the index alone."""

BEGUN = """
    SELECT id, value, odds, field, record, statement, vf, vt
    FROM spans
    WHERE country IN (SELECT value FROM json_each(:countries))
      AND facet = :facet
      AND kt > :known
      AND st > :stated
      AND vf <= :last
      AND sf <= :stated
      AND kf <= :known
"""
"""All rows of a facet that had begun by `last`, from the index alone."""

COUNT_WORLD = """
    SELECT status, odds, field, count(*)
    FROM tally
    WHERE st > :stated
      AND kt > :known
      AND sf <= :stated
      AND kf <= :known
      AND vf <= :at
      AND vt > :at
    GROUP BY status, odds, field
"""

COUNTRIES = "SELECT country FROM countries ORDER BY country"

TEXTS = """
    SELECT id, text
    FROM spans
    WHERE id IN (SELECT value FROM json_each(:ids))
"""

BRIEFS = """
    SELECT stream, name, brief
    FROM cards
    WHERE stream IN (SELECT value FROM json_each(:streams))
      AND kt > :known
      AND kf <= :known
"""

STATEMENTS = """
    SELECT statement, text
    FROM statements
    WHERE statement IN (SELECT value FROM json_each(:statements))
      AND kt > :known
      AND kf <= :known
"""

HOME = "SELECT country, field FROM spans WHERE id = :id"

RECORD_OF = "SELECT record FROM records WHERE statement = :statement AND kf <= :known"
CITING = "SELECT statement FROM citations WHERE source = :source ORDER BY statement"


class Row(NamedTuple):
    """A box that was stabbed. `vf` and `vt` are its valid interval, ends as rows hold them."""

    id: int
    value: str
    odds: int
    field: str
    record: str
    statement: str
    vf: int
    vt: int


class _Key(NamedTuple):
    """What tells an open row from another: where it is listed, and its box."""

    country: str
    field: str
    box: Box


class State:
    """The view: its tables, how it follows the log, and what can be asked of it."""

    tables = (
        "spans",
        "tally",
        "cards",
        "statements",
        "records",
        "citations",
        "countries",
        "mentions",
    )
    create = CREATE

    def __init__(self) -> None:
        self._open: dict[str, dict[_Key, int]] = {}
        self._writer: _Writer | None = None

    def forget(self) -> None:
        """Drop what is kept of open rows, because the views moved on without this one."""
        self._open.clear()

    # --- following the log

    def begin(self, db: Database, reader: Reader) -> None:
        """A page begins: rows will be written to `db`, other records are asked of `reader`."""
        if len(self._open) > KEPT:
            self._open.clear()
        self._writer = _Writer(db, self._open, reader)

    def take(self, commit: CommitRead) -> None:
        """Work out what a commit closes and opens."""
        writer = self._page()
        known = commit.commit.position
        touched = dict.fromkeys(stream for stream in commit.touched if stream.startswith("record:"))
        for change in commit.changes:
            if change.of is None:
                writer.card(change.event.stream, change.after or {}, known=known)
                if _moved(change.before, change.after):
                    touched |= dict.fromkeys(writer.mentioning(change.line["record"]))
            else:
                record = commit.touched[change.event.stream]
                writer.statement(change.of, record, change.line, known=known)
        for stream in touched:
            writer.project(stream, known=known)

    def finish(self) -> None:
        """Write the page."""
        self._page().finish()
        self._writer = None

    def _page(self) -> _Writer:
        if self._writer is None:
            raise RuntimeError("no page was begun")
        return self._writer

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
    ) -> list[Row]:
        """The rows of a facet that hold on some day from `first` to `last`."""
        return _filtered(
            db.execute(
                STAB,
                {
                    "countries": self._countries(db, country),
                    "facet": facet,
                    "first": first,
                    "last": last,
                    "stated": stated,
                    "known": known,
                },
            ),
            field,
        )

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
        return _filtered(
            db.execute(
                BEGUN,
                {
                    "countries": self._countries(db, country),
                    "facet": facet,
                    "last": last,
                    "stated": stated,
                    "known": known,
                },
            ),
            field,
        )

    def count_world(
        self, db: Database, *, at: int, stated: int, known: int
    ) -> list[tuple[str, int, str, int]]:
        """How many facilities have each status, odds and field: (status, odds, field, count)."""
        rows = db.execute(COUNT_WORLD, {"at": at, "stated": stated, "known": known})
        return [
            (STATUSES[status] if status >= 0 else "", odds, field, count)
            for status, odds, field, count in rows
        ]

    def texts(self, db: Database, ids: Iterable[int]) -> dict[int, str]:
        """The texts of rows."""
        return dict(db.execute(TEXTS, {"ids": _json(list(ids))}).fetchall())

    def briefs(
        self, db: Database, streams: Iterable[str], *, known: int
    ) -> dict[str, tuple[str, str]]:
        """The name and the brief of each stream's card."""
        rows = db.execute(BRIEFS, {"streams": _json(list(streams)), "known": known})
        return {stream: (name, brief) for stream, name, brief in rows}

    def statements(self, db: Database, ids: Iterable[str], *, known: int) -> dict[str, str]:
        """The text of each statement, a JSON object, as it stood at a position."""
        rows = db.execute(STATEMENTS, {"statements": _json(list(ids)), "known": known})
        return dict(rows.fetchall())

    def home(self, db: Database, id: int) -> tuple[str | None, str | None]:
        """The country and field under which a row is listed."""
        country, field = db.execute(HOME, {"id": id}).fetchone()
        return country or None, field or None

    def record_of(self, db: Database, statement: str, *, known: int) -> str | None:
        """The record in which a statement lies, withdrawn or not."""
        row = db.execute(RECORD_OF, {"statement": statement, "known": known}).fetchone()
        return str(row[0]) if row else None

    def citing(self, db: Database, source: str) -> list[str]:
        """The statements that rested on a source at any time."""
        return [row[0] for row in db.execute(CITING, {"source": source})]

    def _countries(self, db: Database, country: str | None) -> str:
        if country is not None:
            return _json([country])
        return _json([row[0] for row in db.execute(COUNTRIES)])


def statement_text(statement: Statement) -> str:
    """A statement in any answer: its line as it stands, the day it was said, its bounds."""
    earliest, latest = statement.earliest, statement.latest
    return _json(
        {
            **statement.line,
            "said": {"day": iso(statement.said), "assumed": statement.assumed},
            "bounds": {
                "earliest": None if earliest is None else iso(earliest),
                "latest": None if latest is None else iso(latest),
            },
        }
    )


class _Writer:
    """Collects what a page closes and opens, and writes it at once.

    A row that opens and closes within the page is changed in memory before it
    is ever written.
    """

    def __init__(self, db: Database, open_rows: dict[str, dict[_Key, int]], reader: Reader) -> None:
        self._db = db
        self._reader = reader
        self._open = open_rows
        self._next = itertools.count(db.execute(LAST_ID).fetchone()[0] + 1)
        self._new: dict[int, list[Any]] = {}
        self._closed: list[tuple[int, int, int, str]] = []
        self._cards: list[Any] = []
        self._mentions: dict[str, dict[str, None]] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {
            INSERT_RECORD: [],
            INSERT_CITATION: [],
            INSERT_COUNTRY: [],
            INSERT_MENTION: [],
        }
        self._new_statements: dict[str, list[Any]] = {}
        self._done_statements: list[list[Any]] = []
        self._closed_statements: list[dict[str, Any]] = []
        self._known_countries: set[str] = set()

    def card(self, stream: str, card: Line, *, known: int) -> None:
        """A card was entered or amended."""
        self._db.conn.execute(CLOSE_CARD, {"kt": known, "stream": stream})
        name = card.get("name") or card.get("title") or ""
        brief = _json(
            {
                "id": card["id"],
                "name": card.get("name"),
                "country": card.get("country"),
                "field": card.get("field"),
            }
        )[1:-1]
        self._db.conn.execute(INSERT_CARD, (stream, known, AFTER_ALL, name, brief))
        for citation in card.get("sources", ()):
            self._rows[INSERT_CITATION].append((citation["id"], stream))

    def statement(self, id: str, record: Record, line: Line, *, known: int) -> None:
        """A statement was recorded, corrected, withdrawn or reinstated."""
        kept = record.kept[id]
        pending = self._new_statements.pop(id, None)
        if pending is not None and pending[1] != known:
            pending[2] = known
            self._done_statements.append(pending)
        elif pending is None and line["type"] != kept.line["type"]:
            self._closed_statements.append({"kt": known, "statement": id})
        if not kept.withdrawn:
            text = statement_text(record.statement(id))
            self._new_statements[id] = [id, known, AFTER_ALL, text]
        if line["type"] == kept.line["type"]:
            self._rows[INSERT_RECORD].append((id, record.id, known))
        for citation in kept.line.get("sources", ()):
            self._rows[INSERT_CITATION].append((citation["id"], id))
        facility = kept.line.get("facility")
        if facility is not None and facility != record.id:
            self._rows[INSERT_MENTION].append((facility, record.id))
            self._mentions.setdefault(facility, {})[record.id] = None

    def mentioning(self, facility: str) -> list[str]:
        """The streams of other records whose statements belong to a facility."""
        written = [row[0] for row in self._db.execute(MENTIONING, {"facility": facility})]
        return [f"record:{id}" for id in {*written, *self._mentions.get(facility, ())}]

    def project(self, stream: str, *, known: int) -> None:
        """Compare what the record comes to with its open rows; close and open."""
        record = self._reader.record(stream)
        projection = PROJECTIONS[record.kind]
        statements = {statement.id: statement for statement in record.statements()}
        wanted: set[_Key] = set()
        for box in boxes(projection, record.id, record.card, list(statements.values())):
            country, field = _home(record, statements.get(box.statement), self._reader)
            wanted.add(_Key(country, field, box))
        rows = self._open_rows(record)
        for key in rows.keys() - wanted:
            self._close(rows.pop(key), key, known)
        for key in wanted - rows.keys():
            rows[key] = self._open_row(record.id, key, known)

    def finish(self) -> None:
        """Write everything that was collected."""
        execute = self._db.conn.executemany
        execute(CLOSE_SPAN, [{"kt": kt, "id": id} for id, kt, _, _ in self._closed])
        execute(
            CLOSE_TALLY,
            [
                {"kt": kt, "st": st, "id": id}
                for id, kt, st, facet in self._closed
                if facet == "status"
            ],
        )
        execute(INSERT_SPAN, self._new.values())
        execute(INSERT_TALLY, map(_tally_row, filter(_is_status, self._new.values())))
        execute(CLOSE_STATEMENT, self._closed_statements)
        execute(INSERT_STATEMENT, [*self._done_statements, *self._new_statements.values()])
        for statement, rows in self._rows.items():
            execute(statement, rows)

    def _open_rows(self, record: Record) -> dict[_Key, int]:
        rows = self._open.get(record.id)
        if rows is None:
            found = self._db.execute(OPEN_SPANS, {"record": record.id})
            rows = self._open[record.id] = {
                _Key(country, field, Box(facet, value, odds, vf, vt, sf, st, statement, text)): id
                for (
                    id, country, field, facet, value, odds, vf, vt, sf, st, statement, text,
                ) in found
            }  # fmt: skip
        return rows

    def _open_row(self, record: str, key: _Key, known: int) -> int:
        id = next(self._next)
        box = key.box
        self._new[id] = [
            id, record, key.country, key.field, box.facet, box.value, box.odds, box.vf, box.vt,
            box.sf, box.st, known, AFTER_ALL, box.statement, box.text,
        ]  # fmt: skip
        if key.country not in self._known_countries:
            self._known_countries.add(key.country)
            self._rows[INSERT_COUNTRY].append((key.country,))
        return id

    def _close(self, id: int, key: _Key, known: int) -> None:
        fresh = self._new.get(id)
        if fresh is None:
            self._closed.append((id, known, key.box.st, key.box.facet))
        elif fresh[11] == known:
            del self._new[id]
        else:
            fresh[12] = known


def _home(record: Record, statement: Statement | None, reader: Reader) -> tuple[str, str]:
    """The country and field under which a row is listed; empty where there is none."""
    if record.card is not None:
        return record.card["country"], record.card["field"]
    if statement is None:
        return "", ""
    line = statement.line
    country, field = line.get("country"), line.get("field")
    if (country is None or field is None) and "facility" in line:
        card: Mapping[str, Any] = reader.record(f"record:{line['facility']}").card or {}
        country, field = country or card.get("country"), field or card.get("field")
    return country or "", field or ""


def _moved(before: Line | None, after: Line | None) -> bool:
    """Whether a facility's card came to another country or field."""
    if before is None or after is None or after["type"] != "facility":
        return False
    return (before["country"], before["field"]) != (after["country"], after["field"])


def _is_status(row: list[Any]) -> bool:
    return bool(row[4] == "status")


def _tally_row(row: list[Any]) -> tuple[Any, ...]:
    id, _, _, field, _, value, odds, vf, vt, sf, st, kf, kt, _, _ = row
    status = STATUSES.index(value) if value else -1
    return (st, kt, id, sf, kf, vf, vt, status, odds, field)


def _filtered(rows: Iterable[Any], field: str | None) -> list[Row]:
    return [row for row in map(Row._make, rows) if field is None or row.field == field]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
