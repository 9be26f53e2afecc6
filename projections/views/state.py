"""The state: which spans hold at three clocks, with the cards and texts that show them.

A row of `spans` is a box: valid, stated and known, half-open on each, so any
question is a stab at three points; the covering index finds a country's rows
without touching the table. Cards and statements have one clock, `known`, and
are joined when read, so an amendment reopens no box. `tally` repeats the
statuses in small integers, to count the whole world.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

import msgspec
from sqlite_utils import Database

from events.area import area_of
from events.dates import Day, iso, parse_iso
from events.fact import Line
from events.record import Record
from events.statement import Statement
from events.store.sqlite import ChronicleRecorder
from events.vocabulary import STATUSES
from projections import PROJECTIONS
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, Box, boxes
from projections.views.folding import Change, CommitRead, Reader

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
        brief TEXT NOT NULL,
        card TEXT NOT NULL
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
        kf INTEGER NOT NULL,
        position INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX records_of_record ON records (record, position);

    CREATE TABLE citations (
        source TEXT NOT NULL,
        statement TEXT NOT NULL,
        PRIMARY KEY (source, statement)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE contradictions (
        named TEXT NOT NULL,
        statement TEXT NOT NULL,
        PRIMARY KEY (named, statement)
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
INSERT_CARD = "INSERT INTO cards (stream, kf, kt, name, brief, card) VALUES (?, ?, ?, ?, ?, ?)"
CLOSE_CARD = "UPDATE cards SET kt = :kt WHERE stream = :key AND kt = 4611686018427387904"
INSERT_STATEMENT = "INSERT INTO statements (statement, kf, kt, text) VALUES (?, ?, ?, ?)"
CLOSE_STATEMENT = """
    UPDATE statements SET kt = :kt
    WHERE statement = :key AND kt = 4611686018427387904
"""
INSERT_RECORD = "INSERT INTO records VALUES (?, ?, ?, ?)"
INSERT_CITATION = "INSERT OR IGNORE INTO citations VALUES (?, ?)"
INSERT_CONTRADICTION = "INSERT OR IGNORE INTO contradictions VALUES (?, ?)"
INSERT_COUNTRY = "INSERT OR IGNORE INTO countries VALUES (?)"
INSERT_MENTION = "INSERT OR IGNORE INTO mentions VALUES (?, ?)"
MENTIONING = "SELECT record FROM mentions WHERE facility = :facility ORDER BY record"
LAST_ID = "SELECT coalesce(max(id), 0) FROM spans"

STAB = """
    SELECT id, value, odds, field, record, statement, vf, vt, country
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

STAB_RECORDS = """
    SELECT id, value, odds, field, record, statement, vf, vt, country
    FROM spans
    WHERE record IN (SELECT value FROM json_each(:records))
      AND kt > :known
      AND facet = :facet
      AND st > :stated
      AND vf <= :day
      AND vt > :day
      AND sf <= :stated
      AND kf <= :known
"""
"""The rows of a facet that hold on a day in some records, for when they are few."""

STRETCHES = """
    SELECT record, statement, value, min(vf), max(vt)
    FROM spans
    WHERE country IN (SELECT value FROM json_each(:countries))
      AND facet = :facet
      AND kt > :known
      AND st > :stated
      AND sf <= :stated
      AND kf <= :known
      AND statement <> ''
      AND value <> ''
      AND (:field IS NULL OR field = :field)
    GROUP BY record, statement
    ORDER BY record, min(vf)
"""
"""From when to when a statement gives a value, whatever the odds, from the index alone.

A statement gives one value, for one stretch of days.
"""

STRETCHES_OF_RECORDS = """
    SELECT record, statement, value, min(vf), max(vt)
    FROM spans
    WHERE record IN (SELECT value FROM json_each(:records))
      AND kt > :known
      AND facet = :facet
      AND st > :stated
      AND sf <= :stated
      AND kf <= :known
      AND statement <> ''
      AND value <> ''
      AND (:field IS NULL OR field = :field)
    GROUP BY record, statement
    ORDER BY record, min(vf)
"""
"""The same in some records, for when they are few."""

COUNT_LISTED = """
    SELECT count(*)
    FROM spans
    WHERE country IN (SELECT value FROM json_each(:countries))
      AND facet = 'record'
      AND kt > :known
      AND st > :stated
      AND sf <= :stated
      AND kf <= :known
      AND (:field IS NULL OR field = :field)
"""

SCATTERED = """
    SELECT record, value
    FROM spans
    WHERE country IN (SELECT value FROM json_each(:countries))
      AND facet = 'record'
      AND kt > :known
      AND st > :stated
      AND sf <= :stated
      AND kf <= :known
      AND value <> 'facility'
      AND (SELECT count(*) FROM records WHERE records.record = spans.record) > 1
"""
"""The records without a card that have several statements, each of which says where it lies."""

BEGUN = """
    SELECT id, value, odds, field, record, statement, vf, vt, country
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

CARDS = """
    SELECT stream, card
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

STATEMENTS_OF_RECORDS = """
    SELECT records.record, records.position, statements.text
    FROM records
    CROSS JOIN statements ON statements.statement = records.statement
    WHERE records.record IN (SELECT value FROM json_each(:records))
      AND statements.kt > :known
      AND statements.kf <= :known
"""
"""The statements of some records that stand at a position, with where each was first recorded."""

AS_IT_STOOD = """
    SELECT statement, text, kt, max(kf)
    FROM statements
    WHERE statement IN (SELECT value FROM json_each(:statements))
      AND kf <= :known
    GROUP BY statement
"""
"""The last text of each of some statements, up to a position, and how long it stood."""

CHANGED = """
    SELECT statement, kf
    FROM statements
    WHERE statement IN (SELECT value FROM json_each(:statements))
      AND kt > :known
      AND kf <= :known
"""
"""Since which commit each of some statements stands as it does at a position."""

OF_RECORD = """
    SELECT facet, value, odds, country, field, statement, text, vf, vt, sf, st, kf, kt
    FROM spans
    WHERE record = :record
      AND kt > :known_first
      AND kf <= :known_last
      AND st > :stated_first
      AND sf <= :stated_last
      AND vt > :at_first
      AND vf <= :at_last
"""
"""All rows of a record that hold somewhere within a stretch of each clock."""

TURNS = """
    WITH matching AS MATERIALIZED (
        SELECT record, statement, kf, kt
        FROM spans
        WHERE country IN (SELECT value FROM json_each(:countries))
          AND (:field IS NULL OR field = :field)
          AND (:facets IS NULL OR facet IN (SELECT value FROM json_each(:facets)))
          AND kt > :after
          AND st > :stated
          AND vf <= :last
          AND (vt > :first OR facet IN ('discovery', 'observation'))
          AND sf <= :stated
          AND kf <= :known
    )
    SELECT kf AS position
    FROM matching
    WHERE kf > :after
    UNION
    SELECT kt
    FROM matching
    WHERE kt <= :known
    UNION
    SELECT cards.kf
    FROM matching
    CROSS JOIN cards ON cards.stream = 'record:' || matching.record
    WHERE cards.kf > max(matching.kf, :after)
      AND cards.kf <= min(matching.kt, :known)
    UNION
    SELECT statements.kf
    FROM matching
    CROSS JOIN statements ON statements.statement = matching.statement
    WHERE statements.kf > max(matching.kf, :after)
      AND statements.kf <= min(matching.kt, :known)
    ORDER BY position
"""
"""Where, on the clock `known`, rows that hold or had begun came, went or were shown anew."""

STATEMENT_TURNS = """
    WITH matching AS MATERIALIZED (
        SELECT record, kf, kt
        FROM spans
        WHERE country IN (SELECT value FROM json_each(:countries))
          AND facet = 'record'
          AND value = :kind
          AND (:field IS NULL OR field = :field)
          AND kt > :after
          AND st > :stated
          AND sf <= :stated
          AND kf <= :known
    )
    SELECT kf AS position
    FROM matching
    WHERE kf > :after
    UNION
    SELECT kt
    FROM matching
    WHERE kt <= :known
    UNION
    SELECT cards.kf
    FROM matching
    CROSS JOIN cards ON cards.stream = 'record:' || matching.record
    WHERE cards.kf > max(matching.kf, :after)
      AND cards.kf <= min(matching.kt, :known)
    UNION
    SELECT statements.kf
    FROM matching
    CROSS JOIN records ON records.record = matching.record
    CROSS JOIN statements ON statements.statement = records.statement
    WHERE statements.kf > max(matching.kf, :after)
      AND statements.kf <= min(matching.kt, :known)
    UNION
    SELECT statements.kt
    FROM matching
    CROSS JOIN records ON records.record = matching.record
    CROSS JOIN statements ON statements.statement = records.statement
    WHERE statements.kt > max(matching.kf, :after)
      AND statements.kt <= min(matching.kt, :known)
    ORDER BY position
"""
"""Where records of a kind came into a place or left it, or their cards or any of their statements
changed: also statements without a row, because a later milestone of the same day hides them."""

LADDER_TURNS = """
    WITH matching AS MATERIALIZED (
        SELECT json('{' || text || '}') AS slip, kf, kt
        FROM spans
        WHERE country IN (SELECT value FROM json_each(:countries))
          AND facet = 'slip'
          AND (:field IS NULL OR field = :field)
          AND kt > :after
          AND st > :stated
          AND sf <= :stated
          AND kf <= :known
    )
    SELECT DISTINCT statements.kf AS position
    FROM matching
    CROSS JOIN json_each(
        json_insert(json_extract(slip, '$.plans'), '$[#]', json_extract(slip, '$.came'))
    ) AS plan
    CROSS JOIN statements ON statements.statement = plan.value
    WHERE statements.kf > max(matching.kf, :after)
      AND statements.kf <= min(matching.kt, :known)
    ORDER BY position
"""
"""Where the plans of ladders and what came were shown anew, which a row has by their ids alone."""

RECORDS_OF = """
    SELECT statement, record
    FROM records
    WHERE statement IN (SELECT value FROM json_each(:statements))
      AND kf <= :known
"""

CONTRADICTING = """
    SELECT DISTINCT statement
    FROM contradictions
    WHERE named IN (SELECT value FROM json_each(:named))
    ORDER BY statement
"""

CITING = "SELECT statement FROM citations WHERE source = :source ORDER BY statement"


class Row(NamedTuple):
    """A box that was stabbed. `vf` and `vt` are its valid interval, ends as rows hold them.

    `country` and `field` are empty where there is none.
    """

    id: int
    value: str
    odds: int
    field: str
    record: str
    statement: str
    vf: int
    vt: int
    country: str


# A world has tens of thousands of these.
class Stretch(msgspec.Struct, frozen=True, gc=False):
    """The days on which a statement of a record gives a value, half-open; None is an open end."""

    record: str
    statement: str
    value: str
    first: Day | None
    stop: Day | None


class Boxed(NamedTuple):
    """A row of a record with all of its box, ends as rows hold them."""

    facet: str
    value: str
    odds: int
    country: str
    field: str
    statement: str
    text: str
    vf: int
    vt: int
    sf: int
    st: int
    kf: int
    kt: int


class _Key(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """What tells an open row from another: where it is listed, and its box."""

    country: str
    field: str
    box: Box


class State:
    """The view: its tables, how it follows the log, and what it answers."""

    tables: ClassVar[tuple[str, ...]] = (
        "spans",
        "tally",
        "cards",
        "statements",
        "records",
        "citations",
        "contradictions",
        "countries",
        "mentions",
    )
    create: ClassVar[str] = CREATE

    def __init__(self, log: ChronicleRecorder) -> None:
        self._log = log
        self._open: dict[str, dict[_Key, int]] = {}
        self._writer: _Writer | None = None

    def forget(self) -> None:
        """Drop what is kept of open rows, because the views moved on without this one."""
        self._open.clear()

    # --- following the log

    def begin(self, db: Database, reader: Reader) -> None:
        """A page begins: rows will be written to `db`, other records are read from `reader`."""
        for stream in reader.dropped:
            self._open.pop(stream, None)
        self._writer = _Writer(db, self._open, reader)

    def take(self, commit: CommitRead) -> None:
        """Work out what a commit closes and opens."""
        writer = self._page()
        known = commit.commit.position
        since = {stream: AFTER_ALL for stream in commit.touched if stream.startswith("record:")}
        for change in commit.changes:
            stream = change.event.stream
            if change.event.version == 1 and stream in since:
                writer.begin(stream)
            if change.of is None:
                writer.card(stream, change.after or {}, change.line, known=known)
                if stream in since:
                    since[stream] = BEFORE_ALL
                if _moved(change.before, change.after):
                    since |= dict.fromkeys(writer.mentioning(change.line["record"]), BEFORE_ALL)
            else:
                record = commit.touched[stream]
                writer.statement(change.of, record, change.line, known=known)
                if since[stream] > BEFORE_ALL:
                    since[stream] = min(since[stream], _since(change, change.of, record))
        for stream, day in since.items():
            writer.project(stream, known=known, since=day)

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
        """The rows of a facet that hold on a day in some records."""
        rows = db.execute(
            STAB_RECORDS,
            {
                "records": _json(list(records)),
                "facet": facet,
                "day": day,
                "stated": stated,
                "known": known,
            },
        )
        return [Row._make(row) for row in rows]

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
        are listed, if they are named."""
        asked = {"facet": facet, "stated": stated, "known": known, "field": field}
        if records is None:
            asked["countries"] = self._countries(db, country)
            rows = db.execute(STRETCHES, asked)
        else:
            asked["records"] = _json(list(records))
            rows = db.execute(STRETCHES_OF_RECORDS, asked)
        return [
            Stretch(
                record,
                statement,
                value,
                None if vf == BEFORE_ALL else vf,
                None if vt == AFTER_ALL else vt,
            )
            for record, statement, value, vf, vt in rows
        ]

    def count_listed(
        self, db: Database, *, stated: int, known: int, country: str | None, field: str | None
    ) -> int:
        """How many records are listed in a country and a field."""
        asked = {"stated": stated, "known": known, "field": field}
        listed = {"countries": self._countries(db, country)}
        return int(db.execute(COUNT_LISTED, {**asked, **listed}).fetchone()[0])

    def scattered(self, db: Database, *, stated: int, known: int) -> dict[str, str]:
        """The kinds of the records without a card whose statements may lie in several places."""
        asked = {"countries": self._countries(db, None), "stated": stated, "known": known}
        return dict(db.execute(SCATTERED, asked).fetchall())

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

    def of_record(
        self,
        db: Database,
        record: str,
        *,
        at: tuple[int, int],
        stated: tuple[int, int],
        known: tuple[int, int],
    ) -> list[Boxed]:
        """The rows of a record that hold somewhere within a stretch (first, last) of each clock."""
        rows = db.execute(
            OF_RECORD,
            {
                "record": record,
                "at_first": at[0],
                "at_last": at[1],
                "stated_first": stated[0],
                "stated_last": stated[1],
                "known_first": known[0],
                "known_last": known[1],
            },
        )
        return list(map(Boxed._make, rows))

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
        rows = db.execute(
            TURNS,
            {
                "countries": self._all_countries(db)
                if countries is None
                else _json(list(countries)),
                "field": field,
                "facets": None if facets is None else _json(list(facets)),
                "first": first,
                "last": last,
                "stated": stated,
                "after": after,
                "known": known,
            },
        )
        return [row[0] for row in rows]

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
        rows = db.execute(
            STATEMENT_TURNS,
            {
                "countries": self._countries(db, country),
                "field": field,
                "kind": kind,
                "stated": stated,
                "after": after,
                "known": known,
            },
        )
        return [row[0] for row in rows]

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
        rows = db.execute(
            LADDER_TURNS,
            {
                "countries": self._countries(db, country),
                "field": field,
                "stated": stated,
                "after": after,
                "known": known,
            },
        )
        return [row[0] for row in rows]

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

    def cards(self, db: Database, streams: Iterable[str], *, known: int) -> dict[str, Line]:
        """The whole card of each stream, as it stood at a position."""
        rows = db.execute(CARDS, {"streams": _json(list(streams)), "known": known})
        return {stream: msgspec.json.decode(card) for stream, card in rows}

    def statements(self, db: Database, ids: Iterable[str], *, known: int) -> dict[str, str]:
        """The text of each statement, a JSON object, as it stood at a position."""
        rows = db.execute(STATEMENTS, {"statements": _json(list(ids)), "known": known})
        return dict(rows.fetchall())

    def statements_of(
        self, db: Database, records: Iterable[str], *, known: int
    ) -> Iterator[tuple[str, int, str]]:
        """The texts of all statements of some records that stand at a position: (record, position
        of the first recording, text)."""
        return iter(
            db.execute(STATEMENTS_OF_RECORDS, {"records": _json(list(records)), "known": known})
        )

    def gone(self, db: Database, ids: Iterable[str], *, known: int) -> dict[str, str]:
        """The texts, as they last stood, of those statements that stand no more at a position.

        What was recorded and withdrawn in one commit never stood.
        """
        rows = db.execute(AS_IT_STOOD, {"statements": _json(list(ids)), "known": known})
        return {id: text for id, text, kt, _ in rows if kt <= known}

    def changed(self, db: Database, ids: Iterable[str], *, known: int) -> dict[str, int]:
        """The position of the commit since which each statement stands as it does at another."""
        rows = db.execute(CHANGED, {"statements": _json(list(ids)), "known": known})
        return dict(rows.fetchall())

    def record_of(self, db: Database, statement: str, *, known: int) -> str | None:
        """The record in which a statement lies, withdrawn or not."""
        return self.records_of(db, [statement], known=known).get(statement)

    def records_of(self, db: Database, ids: Iterable[str], *, known: int) -> dict[str, str]:
        """The records in which statements lie, by the ids of these, withdrawn or not."""
        rows = db.execute(RECORDS_OF, {"statements": _json(list(ids)), "known": known})
        return dict(rows.fetchall())

    def citing(self, db: Database, source: str) -> list[str]:
        """The statements that rested on a source at any time."""
        return [row[0] for row in db.execute(CITING, {"source": source})]

    def contradicting_ever(self, db: Database, named: Iterable[str]) -> list[str]:
        """The statements that contradicted one of some others at any time."""
        return [row[0] for row in db.execute(CONTRADICTING, {"named": _json(list(named))})]

    def belonging(self, db: Database, facility: str) -> list[str]:
        """The other records with statements that belonged to a facility at any time."""
        return [row[0] for row in db.execute(MENTIONING, {"facility": facility})]

    def contradicting(
        self, db: Database, named: Iterable[str], *, stated: int, known: int
    ) -> dict[str, list[Line]]:
        """By the ids of some statements, those that contradict them: said by `stated`, standing
        at a position, in the order of their ids. What nothing contradicts has an empty list."""
        found: dict[str, list[Line]] = {id: [] for id in named}
        texts = self.statements(db, self.contradicting_ever(db, found), known=known)
        for _, text in sorted(texts.items()):
            line = msgspec.json.decode(text)
            if parse_iso(line["said"]["day"]) <= stated:
                for id in line.get("contradicts", ()):
                    if id in found:
                        found[id].append(line)
        return found

    def _countries(self, db: Database, country: str | None) -> str:
        return self._all_countries(db) if country is None else _json([country])

    def _all_countries(self, db: Database) -> str:
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
        self._next = itertools.count(int(db.execute(LAST_ID).fetchone()[0]) + 1)
        self._new: dict[int, list[Any]] = {}
        self._closed: list[tuple[int, int, int, str]] = []
        self._cards = _Versions()
        self._statements = _Versions()
        self._mentions: dict[str, dict[str, None]] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {
            INSERT_RECORD: [],
            INSERT_CITATION: [],
            INSERT_CONTRADICTION: [],
            INSERT_COUNTRY: [],
            INSERT_MENTION: [],
        }
        self._known_countries: set[str] = set()

    def begin(self, stream: str) -> None:
        """A record begins: no row of it was written."""
        self._open[stream] = {}

    def card(self, stream: str, card: Line, line: Line, *, known: int) -> None:
        """A card was entered or amended."""
        name = card.get("name") or card.get("title") or ""
        brief = _json(
            {
                "id": card["id"],
                "name": card.get("name"),
                "country": card.get("country"),
                "field": card.get("field"),
            }
        )[1:-1]
        first = card["type"] == line["type"]
        self._cards.open(stream, known, name, brief, _json(card), first=first)
        for citation in card.get("sources", ()):
            self._rows[INSERT_CITATION].append((citation["id"], stream))

    def statement(self, id: str, record: Record, line: Line, *, known: int) -> None:
        """A statement was recorded, corrected, withdrawn or reinstated."""
        kept = record.kept[id]
        first = line["type"] == kept.line["type"]
        if kept.withdrawn:
            self._statements.close(id, known)
        else:
            text = statement_text(record.statement(id))
            self._statements.open(id, known, text, first=first)
        if first:
            self._rows[INSERT_RECORD].append((id, record.id, known, kept.position))
        for citation in kept.line.get("sources", ()):
            self._rows[INSERT_CITATION].append((citation["id"], id))
        for named in kept.line.get("contradicts", ()):
            self._rows[INSERT_CONTRADICTION].append((named, id))
        facility = kept.line.get("facility")
        if facility is not None and facility != record.id:
            self._rows[INSERT_MENTION].append((facility, record.id))
            self._mentions.setdefault(facility, {})[record.id] = None

    def mentioning(self, facility: str) -> list[str]:
        """The streams of other records whose statements belong to a facility."""
        written = [row[0] for row in self._db.execute(MENTIONING, {"facility": facility})]
        return [f"record:{id}" for id in {*written, *self._mentions.get(facility, ())}]

    def project(self, stream: str, *, known: int, since: Day) -> None:
        """Compare what the record comes to with its open rows; close and open.

        `since` is the first day of `stated` on which anything can have changed.
        """
        record = self._reader.record(stream)
        projection = PROJECTIONS[record.kind]
        statements = {statement.id: statement for statement in record.statements()}
        rows = self._open_rows(stream, record)
        reaching = {key for key in rows if key.box.st >= since}
        of_card = area_of(record.card, self._reader.card) if record.card else None
        wanted: set[_Key] = set()
        for box in boxes(
            projection,
            record.id,
            record.card,
            list(statements.values()),
            since=since,
            before=(key.box for key in reaching),
        ):
            statement = statements.get(box.statement)
            area = of_card or area_of(statement.line if statement else {}, self._reader.card)
            wanted.add(_Key(area.country, area.field, box))
        for key in reaching - wanted:
            self._close(rows.pop(key), key, known)
        for key in wanted - reaching:
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
        execute(CLOSE_CARD, self._cards.closed)
        execute(INSERT_CARD, self._cards.rows())
        execute(CLOSE_STATEMENT, self._statements.closed)
        execute(INSERT_STATEMENT, self._statements.rows())
        for statement, rows in self._rows.items():
            execute(statement, rows)

    def _open_rows(self, stream: str, record: Record) -> dict[_Key, int]:
        rows = self._open.get(stream)
        if rows is None:
            found = self._db.execute(OPEN_SPANS, {"record": record.id})
            rows = self._open[stream] = {
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


class _Versions:
    """The versions of a page, by what they are of: each stands until the next closes it."""

    def __init__(self) -> None:
        self.closed: list[dict[str, Any]] = []
        self._done: list[list[Any]] = []
        self._open: dict[str, list[Any]] = {}

    def open(self, key: str, known: int, *texts: str, first: bool) -> None:
        """A version begins; `first` is the first one of all."""
        if not first:
            self.close(key, known)
        self._open[key] = [key, known, AFTER_ALL, *texts]

    def close(self, key: str, known: int) -> None:
        """A version ends, if there is one. One that ends where it began never stood."""
        version = self._open.pop(key, None)
        if version is None:
            self.closed.append({"kt": known, "key": key})
        elif version[1] != known:
            version[2] = known
            self._done.append(version)

    def rows(self) -> list[list[Any]]:
        """What is to be written."""
        return [*self._done, *self._open.values()]


def _moved(before: Line | None, after: Line | None) -> bool:
    """Whether a facility's card came to another country or field."""
    if before is None or after is None or after["type"] != "facility":
        return False
    return (before["country"], before["field"]) != (after["country"], after["field"])


def _since(change: Change, id: str, record: Record) -> Day:
    """The first day of `stated` on which a change to a statement can change anything else.

    A disputed rival counts or not by what else its entry holds, whenever that was said.
    """
    versions = [
        record.statement_as(id, line) for line in (change.before, change.after) if line is not None
    ]
    entries = {version.entry for version in versions}
    rivals = [each for each in record.statements() if each.disputed and each.entry in entries]
    return min(each.said for each in (*versions, *rivals))


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
