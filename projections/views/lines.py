"""Lines: the cards and statements of records as they stood at any `known`, and who names whom.

What a statement says is kept by the log alone. Here stand its number (the position of its first
recording), its record, the commits between which it stood in each version, and the id and dates
that rows show. Its text is read from the log: one event where it was never mended, else its record.
A statement is found by its id through the log, which knows who claimed it, and in which commit.

Cards are short and shown again and again, so they are kept whole.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import msgspec
from sqlite_utils import Database

from events.catalogue import STATEMENT_TYPES
from events.chronicle import stream_lines
from events.clocks import utc_day
from events.commit import LoggedEvent
from events.dates import iso, parse_iso
from events.fact import Line
from events.record import Record
from events.statement import Statement
from events.store.sqlite import ChronicleRecorder
from events.store.transcoding import line_of
from events.stream import Stream
from projections.views.folding import CommitRead, Reader
from projections.views.history import names_of_streams, numbers_of_streams
from projections.views.view import Written, as_json

CREATE = """
    CREATE TABLE cards (
        stream INTEGER NOT NULL,
        kf INTEGER NOT NULL,
        kt INTEGER,
        name TEXT NOT NULL,
        brief TEXT NOT NULL,
        card TEXT NOT NULL,
        PRIMARY KEY (stream, kf)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX cards_by_commit ON cards (kf);

    CREATE TABLE statements (
        record INTEGER NOT NULL,
        number INTEGER NOT NULL,
        kf INTEGER NOT NULL,
        kt INTEGER,
        by INTEGER,
        id ANY NOT NULL,
        date ANY,
        stated ANY,
        PRIMARY KEY (record, number, kf)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX statements_mended ON statements (kf) WHERE by IS NOT NULL;

    CREATE TABLE citations (
        source INTEGER NOT NULL,
        record INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (source, record, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE contradictions (
        named TEXT NOT NULL,
        statement TEXT NOT NULL,
        PRIMARY KEY (named, statement)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE mentions (
        facility TEXT NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (facility, record)
    ) STRICT, WITHOUT ROWID;
"""
"""`by` is the position of the event that made a version, where that is not the first. An id that
begins with that of its record is a blob of the rest; a date is a number where it can be
(`packed`). `number` of a card is that of its stream, and so is `source`."""

ID = """
    CASE typeof(statements.id)
        WHEN 'blob' THEN substr(streams.name, 1 + length('record:')) || CAST(statements.id AS TEXT)
        ELSE statements.id
    END
"""
"""The id of a statement of a stream."""

A_VERSION = f"record, statements.number, kf, kt, by, {ID}, date, stated"

INSERT_CARD = "INSERT INTO cards VALUES (?, ?, ?, ?, ?, ?)"
CLOSE_CARD = "UPDATE cards SET kt = ? WHERE stream = ? AND kt IS NULL"
INSERT_STATEMENT = "INSERT INTO statements VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
CLOSE_STATEMENT = "UPDATE statements SET kt = ? WHERE record = ? AND number = ? AND kt IS NULL"
INSERT_CITATION = "INSERT OR IGNORE INTO citations VALUES (?, ?, ?)"
INSERT_CONTRADICTION = "INSERT OR IGNORE INTO contradictions VALUES (?, ?)"
INSERT_MENTION = "INSERT OR IGNORE INTO mentions VALUES (?, ?)"
MENTIONING = """
    SELECT DISTINCT record
    FROM mentions
    WHERE facility IN (SELECT value FROM json_each(:facilities))
    ORDER BY record
"""

CARDS = """
    SELECT streams.name, cards.name, cards.brief, cards.card
    FROM streams
    CROSS JOIN cards ON cards.stream = streams.number
    WHERE streams.name IN (SELECT value FROM json_each(:streams))
      AND (cards.kt IS NULL OR cards.kt > :known)
      AND cards.kf <= :known
"""

CARDS_MENDED = """
    SELECT stream, kf
    FROM cards
    WHERE kf > :after
      AND kf <= :known
      AND EXISTS (
        SELECT 1 FROM cards AS before WHERE before.stream = cards.stream AND before.kf < cards.kf
      )
"""

STATEMENTS_MENDED = """
    SELECT record, number, kf
    FROM statements
    WHERE by IS NOT NULL AND kf > :after AND kf <= :known AND kf IS NOT kt
"""

CARDS_BY_NUMBER = """
    SELECT stream, kf, kt, brief
    FROM cards
    WHERE stream IN (SELECT value FROM json_each(:streams))
      AND (kt IS NULL OR kt > :known)
      AND kf <= :known
"""

VERSIONS_OF_COMMITS = f"""
    SELECT {A_VERSION}
    FROM json_each(:keys) AS key
    CROSS JOIN statements
      ON statements.record = key.value ->> 0
     AND statements.number BETWEEN key.value ->> 1 AND key.value ->> 2
    CROSS JOIN streams ON streams.number = statements.record
    WHERE kf <= :known
"""
"""The versions, that began up to a position, of the statements of some records that were recorded
between two positions."""

VERSIONS_BY_NUMBER = f"""
    SELECT {A_VERSION}
    FROM json_each(:keys) AS key
    CROSS JOIN statements
      ON statements.record = key.value >> 32
     AND statements.number = key.value & 0xFFFFFFFF
    CROSS JOIN streams ON streams.number = statements.record
    WHERE kf <= :known
"""
"""The same, by record and number."""

VERSIONS_OF_RECORDS = f"""
    SELECT {A_VERSION}
    FROM streams
    CROSS JOIN statements ON statements.record = streams.number
    WHERE streams.name IN (SELECT value FROM json_each(:streams))
      AND kf <= :known
"""
"""The same, of some records."""

COUNT_OF_RECORDS = """
    SELECT count(*)
    FROM statements
    WHERE record IN (SELECT value FROM json_each(:records))
      AND kf <= :known
      AND (kt IS NULL OR kt > :known)
"""

CHANGES_OF_RECORDS = """
    SELECT record, kf
    FROM statements
    WHERE record IN (SELECT value FROM json_each(:streams)) AND kf > :after AND kf <= :known
      AND kf IS NOT kt
    UNION
    SELECT record, kt
    FROM statements
    WHERE record IN (SELECT value FROM json_each(:streams)) AND kt > :after AND kt <= :known
      AND kf IS NOT kt
"""

IDS = f"""
    SELECT DISTINCT statements.number, {ID}
    FROM json_each(:keys) AS key
    CROSS JOIN statements
      ON statements.record = key.value >> 32
     AND statements.number = key.value & 0xFFFFFFFF
    CROSS JOIN streams ON streams.number = statements.record
"""

CONTRADICTING = """
    SELECT DISTINCT statement
    FROM contradictions
    WHERE named IN (SELECT value FROM json_each(:named))
    ORDER BY statement
"""

CITING = f"""
    SELECT DISTINCT coalesce({ID}, streams.name)
    FROM streams AS cited
    CROSS JOIN citations ON citations.source = cited.number
    CROSS JOIN streams ON streams.number = citations.record
    LEFT JOIN statements
      ON statements.record = citations.record
     AND statements.number = citations.number
    WHERE cited.name = :source
    ORDER BY 1
"""

DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
"""What is kept as a number, in three bytes: a year, with a month or season, and a day."""


class Version(NamedTuple):
    """A statement as it stood from the commit `kf` until `kt`; None: it still does. `mended_by` is
    the event that made the version, if that is not the first one."""

    record: int
    number: int
    kf: int
    kt: int | None
    mended_by: int | None
    id: str
    packed_date: int | str | None
    packed_stated: int | str | None

    @property
    def date(self) -> str | None:
        """Its date."""
        return unpacked(self.packed_date)

    @property
    def stated(self) -> str | None:
        """When it was stated."""
        return unpacked(self.packed_stated)

    def stands(self, known: int) -> bool:
        """Whether it stood at a position, not before its beginning."""
        return self.kt is None or known < self.kt


class Lines:
    """The view: its tables, how it follows the log, and what it answers."""

    tables: ClassVar[tuple[str, ...]] = (
        "cards",
        "statements",
        "citations",
        "contradictions",
        "mentions",
    )
    create: ClassVar[str] = CREATE

    def __init__(self, log: ChronicleRecorder) -> None:
        self._log = log
        self._cards = _Versions()
        self._statements = _Versions()
        self._rows: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
        self._cited: dict[str, set[tuple[int, int]]] = defaultdict(set)

    # --- following the log

    def begin(self, db: Database, reader: Reader) -> None:
        """A page begins: a line follows from its own record, so nothing else is read."""

    def take(self, commit: CommitRead) -> None:
        """Note the versions that a commit closes and opens."""
        known = commit.commit.position
        for change in commit.changes:
            record = commit.touched[change.event.stream]
            if change.of is None:
                first = change.line["type"] != "amendment"
                self._card(record, change.after or {}, known, first=first)
            else:
                self._statement(record, change.of, change.event.position, known)

    def finish(self) -> list[Written]:
        """What is to be written of the page."""
        written: list[Written] = [
            (CLOSE_CARD, self._cards.closed),
            (INSERT_CARD, self._cards.rows()),
            (CLOSE_STATEMENT, self._statements.closed),
            (INSERT_STATEMENT, self._statements.rows()),
            (INSERT_CITATION, self._citations()),
            *((statement, sorted(rows)) for statement, rows in self._rows.items()),
        ]
        self.forget()
        return written

    def forget(self) -> None:
        """Drop the page: nothing is kept between pages."""
        self._cards, self._statements = _Versions(), _Versions()
        self._rows.clear()
        self._cited.clear()

    def _citations(self) -> list[tuple[int, int, int]]:
        """What rests on which source; a source may begin in a part that is not written yet."""
        numbers = self._log.first_positions(str(Stream.source(id)) for id in self._cited)
        return sorted(
            (numbers[str(Stream.source(id))], *key)
            for id, keys in self._cited.items()
            for key in keys
        )

    def _card(self, record: Record, card: Line, known: int, *, first: bool) -> None:
        name = card.get("name") or card.get("title") or ""
        shown = {member: card.get(member) for member in ("id", "name", "country", "field")}
        self._cards.open(
            (record.number,), known, name, as_json(shown)[1:-1], as_json(card), first=first
        )
        for citation in card.get("sources", ()):
            self._cited[citation["id"]].add((record.number, record.number))

    def _statement(self, record: Record, id: str, by: int, known: int) -> None:
        kept = record.kept[id]
        key = (record.number, kept.position)
        line = kept.line
        first = by == kept.position
        if first or not kept.withdrawn:
            rest = id[len(record.id) :].encode() if id.startswith(record.id) else id
            dates = packed(line.get("date")), packed(line.get("stated"))
            self._statements.open(key, known, None if first else by, rest, *dates, first=first)
        if kept.withdrawn:
            self._statements.close(key, known)
        for citation in line.get("sources", ()):
            self._cited[citation["id"]].add(key)
        for named in line.get("contradicts", ()):
            self._rows[INSERT_CONTRADICTION].add((named, id))
        facility = line.get("facility")
        if facility is not None and facility != record.id:
            self._rows[INSERT_MENTION].add((facility, record.id))

    # --- asking

    def briefs(
        self, db: Database, streams: Iterable[str], *, known: int
    ) -> dict[str, tuple[str, str]]:
        """The name and the brief of each stream's card."""
        found = db.execute(CARDS, {"streams": as_json(list(streams)), "known": known})
        return {stream: (name, brief) for stream, name, brief, _ in found}

    def briefs_by_number(
        self, db: Database, streams: Iterable[int], *, known: int
    ) -> dict[int, tuple[int, int | None, str]]:
        """The brief of each stream's card as it stood from a commit to another: (from, to, brief),
        by the number of the stream."""
        found = db.execute(CARDS_BY_NUMBER, {"streams": as_json(list(streams)), "known": known})
        return {stream: (kf, kt, brief) for stream, kf, kt, brief in found}

    def cards(self, db: Database, streams: Iterable[str], *, known: int) -> dict[str, Line]:
        """The whole card of each stream, as it stood at a position."""
        found = db.execute(CARDS, {"streams": as_json(list(streams)), "known": known})
        return {stream: msgspec.json.decode(card) for stream, _, _, card in found}

    def versions(self, db: Database, ids: Iterable[str], *, known: int) -> dict[str, Version]:
        """Of each statement that stands at a position, the version that does."""
        return {each.id: each for each in self._began(db, ids, known) if each.stands(known)}

    def by_number(
        self, db: Database, keys: Iterable[tuple[int, int]], *, known: int
    ) -> dict[int, Version]:
        """The versions that stand at a position, by the number of the statement; the keys are
        those of a record and a statement."""
        asked = {"keys": _together(keys), "known": known}
        versions = map(Version._make, db.execute(VERSIONS_BY_NUMBER, asked))
        return {each.number: each for each in versions if each.stands(known)}

    def statements(self, db: Database, ids: Iterable[str], *, known: int) -> dict[str, str]:
        """The text of each statement, a JSON object, as it stood at a position."""
        return self.texts(db, self.versions(db, ids, known=known).values(), known=known)

    def statements_of(
        self, db: Database, records: Iterable[str], *, known: int
    ) -> Iterator[tuple[str, int, str]]:
        """The texts of all statements of some records that stand at a position: (record, position
        of the first recording, text)."""
        streams = {str(Stream.record(record)): record for record in records}
        found = db.execute(VERSIONS_OF_RECORDS, {"streams": as_json(list(streams)), "known": known})
        standing = [each for each in map(Version._make, found) if each.stands(known)]
        names = names_of_streams(db, {each.record for each in standing})
        texts = self.texts(db, standing, known=known)
        for each in standing:
            yield streams[names[each.record]], each.number, texts[each.id]

    def count(self, db: Database, records: Iterable[int], *, known: int) -> int:
        """How many statements of some records, by number, stand at a position."""
        found = db.execute(COUNT_OF_RECORDS, {"records": as_json(list(records)), "known": known})
        count: int = found.fetchone()[0]
        return count

    def gone(self, db: Database, ids: Iterable[str], *, known: int) -> dict[str, str]:
        """The texts, as they last stood, of those statements that stand no more at a position.

        What was recorded and withdrawn in one commit never stood.
        """
        last: dict[str, Version] = {}
        for each in self._began(db, ids, known):
            if each.kf == each.kt:
                continue
            if each.id not in last or last[each.id].kf < each.kf:
                last[each.id] = each
        left = [each for each in last.values() if not each.stands(known)]
        texts: dict[str, str] = {}
        for each in left:
            texts |= self.texts(db, [each], known=each.kf)
        return texts

    def changed(self, db: Database, ids: Iterable[str], *, known: int) -> dict[str, int]:
        """The position of the commit since which each statement stands as it does at another."""
        return {id: each.kf for id, each in self.versions(db, ids, known=known).items()}

    def record_of(self, db: Database, statement: str, *, known: int) -> str | None:
        """The record in which a statement lies, withdrawn or not."""
        return self.records_of(db, [statement], known=known).get(statement)

    def records_of(self, db: Database, ids: Iterable[str], *, known: int) -> dict[str, str]:
        """The records in which statements lie, by the ids of these, withdrawn or not."""
        lying = {each.id: each.record for each in self._began(db, ids, known)}
        names = names_of_streams(db, set(lying.values()))
        return {id: Stream.parse(names[record]).id for id, record in lying.items()}

    def citing(self, db: Database, source: str) -> list[str]:
        """The statements, and the streams of cards, that rested on a source at any time."""
        return [row[0] for row in db.execute(CITING, {"source": str(Stream.source(source))})]

    def contradicting_ever(self, db: Database, named: Iterable[str]) -> list[str]:
        """The statements that contradicted one of some others at any time."""
        return [row[0] for row in db.execute(CONTRADICTING, {"named": as_json(list(named))})]

    def belonging(self, db: Database, *facilities: str) -> list[str]:
        """The other records with statements that belonged to a facility, or one of several, at any
        time."""
        found = db.execute(MENTIONING, {"facilities": as_json(facilities)})
        return [record for (record,) in found]

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

    def cards_mended(self, db: Database, *, after: int, known: int) -> list[tuple[int, int]]:
        """The records whose cards were set anew beyond a position and up to another, each with
        the commit."""
        return db.execute(CARDS_MENDED, {"after": after, "known": known}).fetchall()

    def statements_mended(
        self, db: Database, *, after: int, known: int
    ) -> list[tuple[int, int, int]]:
        """The statements of which another version than the first began beyond a position and up
        to another: (record, number, commit)."""
        return db.execute(STATEMENTS_MENDED, {"after": after, "known": known}).fetchall()

    def changes_of(
        self, db: Database, records: Iterable[int], *, after: int, known: int
    ) -> list[tuple[int, int]]:
        """The commits beyond `after`, up to `known`, in which a statement of some records came,
        changed or went: (record, commit)."""
        asked = {"streams": as_json(list(records)), "after": after, "known": known}
        return db.execute(CHANGES_OF_RECORDS, asked).fetchall()

    def ids_of(self, db: Database, keys: Iterable[tuple[int, int]]) -> dict[int, str]:
        """The ids of statements by number; the keys are those of a record and a statement."""
        return dict(db.execute(IDS, {"keys": _together(keys)}).fetchall())

    def texts(self, db: Database, versions: Iterable[Version], *, known: int) -> dict[str, str]:
        """The texts of versions that stand at a position, by the ids of the statements."""
        as_recorded, mended = [], defaultdict(list)
        for each in versions:
            if each.mended_by is None:
                as_recorded.append(each.number)
            else:
                mended[each.record].append(each.id)
        statements = [_as_recorded(event) for event in self._log.events_at(sorted(as_recorded))]
        for number, stream in names_of_streams(db, mended).items():
            record = Record.of(stream, stream_lines(self._log, stream, up_to=known))
            statements += [record.statement(id) for id in mended[number]]
        return {statement.id: statement_text(statement) for statement in statements}

    def _began(self, db: Database, ids: Iterable[str], known: int) -> Iterator[Version]:
        wanted = set(ids)
        claims = self._log.claims("statement", wanted)
        names = {str(Stream.record(claim.record)) for claim in claims}
        numbers = numbers_of_streams(db, names)
        keys = {
            (numbers[stream], claim.first, claim.last)
            for claim in claims
            if (stream := str(Stream.record(claim.record))) in numbers
        }
        found = db.execute(VERSIONS_OF_COMMITS, {"keys": as_json(sorted(keys)), "known": known})
        # A commit may have recorded others of the same record.
        return (version for version in map(Version._make, found) if version.id in wanted)


def packed(date: str | None) -> int | str | None:
    """A date as rows keep it.

    >>> packed("1987-10"), packed("1987~")
    (4069696, '1987~')
    """
    parts = date and DATE.fullmatch(date)
    if not parts:
        return date
    year, month, day = (int(part or 0) for part in parts.groups())
    return (year << 6 | month) << 5 | day


@lru_cache(maxsize=65_536)
def unpacked(date: int | str | None) -> str | None:
    """A date that `packed` gave.

    >>> [unpacked(packed(date)) for date in ("0987", "1987-10", "1987-10-02", "1987~")]
    ['0987', '1987-10', '1987-10-02', '1987~']
    """
    if not isinstance(date, int):
        return date
    month, day = date >> 5 & 63, date & 31
    return f"{date >> 11:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


def _together(keys: Iterable[tuple[int, int]]) -> str:
    """Keys of a record and a statement as a list of numbers, each once: pairs would be texts."""
    return as_json(list({record << 32 | number for record, number in keys}))


def statement_text(statement: Statement) -> str:
    """A statement in any answer: its line as it stands, the day it was said, its bounds."""
    earliest, latest = statement.earliest, statement.latest
    return as_json(
        {
            **statement.line,
            "said": {"day": iso(statement.said), "assumed": statement.assumed},
            "bounds": {
                "earliest": None if earliest is None else iso(earliest),
                "latest": None if latest is None else iso(latest),
            },
        }
    )


def _as_recorded(event: LoggedEvent) -> Statement:
    line = line_of(event.topic, event.state)
    return Statement.of(
        line,
        record=Stream.parse(event.stream).id,
        entry=STATEMENT_TYPES[line["type"]].entry_of(line),
        withdrawn=False,
        position=event.position,
        recorded_on=utc_day(event.commit.recorded_at),
    )


class _Versions:
    """The versions of a page, by what they are of: each stands until the next closes it."""

    def __init__(self) -> None:
        self.closed: list[tuple[int, ...]] = []
        self._done: list[list[Any]] = []
        self._open: dict[tuple[int, ...], list[Any]] = {}
        self._firsts: set[tuple[int, ...]] = set()
        self._never: dict[tuple[int, ...], list[Any]] = {}

    def open(self, key: tuple[int, ...], known: int, *values: Any, first: bool) -> None:
        """A version begins; `first` is the first one of all."""
        if first:
            self._firsts.add(key)
        else:
            self.close(key, known)
        self._never.pop(key, None)
        self._open[key] = [*key, known, None, *values]

    def close(self, key: tuple[int, ...], known: int) -> None:
        """A version ends, if there is one. One that ends where it began never stood, and is kept
        only where it is all that there is."""
        version = self._open.pop(key, None)
        place = len(key)
        if version is None:
            self.closed.append((known, *key))
        elif version[place] != known:
            version[place + 1] = known
            self._done.append(version)
        elif key in self._firsts:
            version[place + 1] = known
            self._never[key] = version

    def rows(self) -> list[list[Any]]:
        """What is to be written, in the order of the keys."""
        return sorted([*self._done, *self._never.values(), *self._open.values()])
