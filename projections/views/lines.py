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
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import msgspec
from sqlite_utils import Database

from events.catalogue import STATEMENT_TYPES
from events.chronicle import stream_lines
from events.clocks import utc_day
from events.commit import LoggedEvent
from events.dates import Day, iso, parse_iso
from events.fact import Line
from events.record import Record
from events.statement import Statement
from events.store.sqlite import ChronicleRecorder
from events.store.transcoding import line_of
from events.stream import Stream
from projections.views.folding import Change, CommitRead, Reader
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
        said INTEGER NOT NULL,
        PRIMARY KEY (record, number, kf)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX statements_mended ON statements (kf) WHERE by IS NOT NULL;

    CREATE TABLE citations (
        source INTEGER NOT NULL,
        record INTEGER NOT NULL,
        number INTEGER NOT NULL,
        since INTEGER NOT NULL,
        until INTEGER,
        PRIMARY KEY (source, record, number, since)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE contradictions (
        named TEXT NOT NULL,
        record INTEGER NOT NULL,
        number INTEGER NOT NULL,
        by INTEGER NOT NULL,
        PRIMARY KEY (named, record, number, by)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX contradictions_by_record ON contradictions (record);

    CREATE TABLE mentions (
        facility TEXT NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (facility, record)
    ) STRICT, WITHOUT ROWID;
"""
"""`by` is the position of the event that made a version, where that is not the first; `said` is the
day from which it is visible. An id that begins with that of its record is a blob of the rest; a
date is a number where it can be (`packed`). `number` of a card is that of its stream, and so is
`source`. A citation stands between two commits; one that stands since the thing was recorded begins
at 0, which takes no room."""

ID = """
    CASE typeof(statements.id)
        WHEN 'blob' THEN substr(streams.name, 1 + length('record:')) || CAST(statements.id AS TEXT)
        ELSE statements.id
    END
"""
"""The id of a statement of a stream."""

A_VERSION = f"statements.record, statements.number, kf, kt, statements.by, {ID}, date, stated, said"

INSERT_CARD = "INSERT INTO cards VALUES (?, ?, ?, ?, ?, ?)"
CLOSE_CARD = "UPDATE cards SET kt = ? WHERE stream = ? AND kt IS NULL"
INSERT_STATEMENT = "INSERT INTO statements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
CLOSE_STATEMENT = "UPDATE statements SET kt = ? WHERE record = ? AND number = ? AND kt IS NULL"
CLOSE_CITATION = """
    UPDATE citations SET until = ?
    WHERE source = ? AND record = ? AND number = ? AND until IS NULL
"""
INSERT_CITATION = "INSERT INTO citations VALUES (?, ?, ?, ?, ?)"
INSERT_CONTRADICTION = "INSERT OR IGNORE INTO contradictions VALUES (?, ?, ?, ?)"
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
      AND (
        EXISTS (
          SELECT 1 FROM cards AS before WHERE before.stream = cards.stream AND before.kf < cards.kf
        )
        OR EXISTS (
          SELECT 1 FROM statements WHERE record = cards.stream AND statements.kf < cards.kf
        )
      )
"""
"""The cards that are not the beginning of their records: amended, or of a series that had none."""

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

STANDING_OF_COMMITS = f"{VERSIONS_OF_COMMITS} AND (kt IS NULL OR kt > :known)"
"""Those of them that stand at the position: however often a statement was corrected, one."""

VERSIONS_BY_NUMBER = f"""
    SELECT {A_VERSION}
    FROM json_each(:keys) AS key
    CROSS JOIN statements
      ON statements.record = key.value >> 32
     AND statements.number = key.value & 0xFFFFFFFF
    CROSS JOIN streams ON streams.number = statements.record
    WHERE kf <= :known
      AND (kt IS NULL OR kt > :known)
"""
"""The versions that stand at a position, by record and number."""

VERSIONS_OF_RECORDS = f"""
    SELECT {A_VERSION}
    FROM streams
    CROSS JOIN statements ON statements.record = streams.number
    WHERE streams.name IN (SELECT value FROM json_each(:streams))
      AND kf <= :known
      AND (kt IS NULL OR kt > :known)
"""
"""The same, of some records."""

COUNT_OF_RECORDS = """
    SELECT count(*)
    FROM statements
    WHERE record IN (SELECT value FROM json_each(:records))
      AND kf <= :known
      AND (kt IS NULL OR kt > :known)
"""

VERSIONS_TOLD = f"""
    SELECT {A_VERSION}
    FROM statements
    CROSS JOIN streams ON streams.number = statements.record
    WHERE record IN (SELECT value FROM json_each(:records))
      AND kf <= :known
      AND kf IS NOT kt
    ORDER BY record, statements.number, kf
"""
"""Those that ever stood, by record, recording and commit."""

COUNT_TOLD = """
    SELECT record, count(*)
    FROM statements
    WHERE kf <= :known AND kf IS NOT kt
    GROUP BY record
    ORDER BY record
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

CONTRADICTING = f"""
    SELECT DISTINCT {ID}
    FROM contradictions
    CROSS JOIN statements
      ON statements.record = contradictions.record
     AND statements.number = contradictions.number
    CROSS JOIN streams ON streams.number = statements.record
    WHERE named IN (SELECT value FROM json_each(:named))
    ORDER BY 1
"""

CONTRADICTIONS = f"""
    SELECT contradictions.named, {A_VERSION}
    FROM contradictions
    CROSS JOIN statements
      ON statements.record = contradictions.record
     AND statements.number = contradictions.number
     AND ifnull(statements.by, statements.number) = contradictions.by
    CROSS JOIN streams ON streams.number = statements.record
    WHERE kf <= :known
"""
"""The versions, that began up to a position, that name another, with its name."""

CONTRADICTIONS_OF = f"""
    {CONTRADICTIONS}
      AND contradictions.named IN (SELECT value FROM json_each(:ids))
    UNION
    {CONTRADICTIONS}
      AND contradictions.record IN (SELECT value >> 32 FROM json_each(:keys))
      AND contradictions.record << 32 | contradictions.number
        IN (SELECT value FROM json_each(:keys))
"""
"""Those by which some statements are named, or name others."""

LAST_SAID = """
    SELECT record, max(said)
    FROM statements
    WHERE record IN (SELECT value FROM json_each(:records))
      AND said <= :stated
      AND kf <= :known
      AND (kt IS NULL OR kt > :known)
    GROUP BY record
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


RESTING = """
    SELECT record, citations.number
    FROM streams
    CROSS JOIN citations ON citations.source = streams.number
    WHERE streams.name = :source
      AND citations.number <= :known
      AND since <= :known
      AND (until IS NULL OR until > :known)
"""
"""What names a source at a commit: what began in it, or before, was recorded by it as a whole."""


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
    said: Day

    @property
    def date(self) -> str | None:
        """Its date."""
        return unpacked(self.packed_date)

    @property
    def stated(self) -> str | None:
        """When it was stated."""
        return unpacked(self.packed_stated)

    def is_visible(self, stated: Day, known: int) -> bool:
        """Whether it was said by a day and stood at a position, not before its beginning."""
        return self.said <= stated and self.stands(known)

    def stands(self, known: int) -> bool:
        """Whether it stood at a position, not before its beginning."""
        return self.kt is None or known < self.kt


class Named(NamedTuple):
    """A statement by its record and its number, and its id."""

    record: int
    number: int
    id: str

    @classmethod
    def of(cls, version: Version) -> Named:
        """The statement of a version."""
        return cls(version.record, version.number, version.id)


class Contradiction(NamedTuple):
    """A statement, and another that it contradicts."""

    one: Named
    other: Named


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
        self._citations = _Citations()
        self._linked: tuple[int, dict[int, list[tuple[Version, Version]]]] = (-1, {})
        self._rows: dict[str, set[tuple[Any, ...]]] = defaultdict(set)

    # --- following the log

    def begin(self, db: Database, reader: Reader) -> None:
        """A page begins: a line follows from its own record, so nothing else is read."""

    def take(self, commit: CommitRead) -> None:
        """Note the versions that a commit closes and opens."""
        known = commit.commit.position
        seen: set[tuple[str, str | None]] = set()
        for change in commit.changes:
            record = commit.touched[change.event.stream]
            if change.of is None:
                first = change.line["type"] != "amendment"
                self._card(record, change.after or {}, known, first=first)
            else:
                self._statement(record, change.of, change.event.position, known)
            if (change.event.stream, change.of) not in seen:
                seen.add((change.event.stream, change.of))
                self._cite(record, change, known)

    def finish(self) -> list[Written]:
        """What is to be written of the page."""
        # A source may begin in a part that is not written yet.
        sources = {source: str(Stream.source(source)) for source in self._citations.sources()}
        numbers = self._log.first_positions(sources.values())
        closed, cited = self._citations.rows({id: numbers[name] for id, name in sources.items()})
        written: list[Written] = [
            (CLOSE_CARD, self._cards.closed),
            (INSERT_CARD, self._cards.rows()),
            (CLOSE_STATEMENT, self._statements.closed),
            (INSERT_STATEMENT, self._statements.rows()),
            (CLOSE_CITATION, closed),
            (INSERT_CITATION, cited),
            *((statement, sorted(rows)) for statement, rows in self._rows.items()),
        ]
        self.forget()
        return written

    def forget(self) -> None:
        """Drop the page: nothing is kept between pages."""
        self._cards, self._statements = _Versions(), _Versions()
        self._citations = _Citations()
        self._rows.clear()

    def _card(self, record: Record, card: Line, known: int, *, first: bool) -> None:
        name = card.get("name") or card.get("title") or ""
        shown = {member: card.get(member) for member in ("id", "name", "country", "field")}
        if "class" in card:
            shown["class"] = card["class"]
        self._cards.open(
            (record.number,), known, name, as_json(shown)[1:-1], as_json(card), first=first
        )

    def _statement(self, record: Record, id: str, by: int, known: int) -> None:
        kept = record.kept[id]
        key = (record.number, kept.position)
        line = kept.line
        first = by == kept.position
        if first or not kept.withdrawn:
            said = record.statement(id).said
            rest = id[len(record.id) :].encode() if id.startswith(record.id) else id
            dates = packed(line.get("date")), packed(line.get("stated"))
            values = None if first else by, rest, *dates, said
            self._statements.open(key, known, *values, first=first)
        if kept.withdrawn:
            self._statements.close(key, known)
        for named in line.get("contradicts", ()):
            self._rows[INSERT_CONTRADICTION].add((named, *key, by))
        facility = line.get("facility")
        if facility is not None and facility != record.id:
            self._rows[INSERT_MENTION].add((facility, record.id))

    def _cite(self, record: Record, first: Change, known: int) -> None:
        """Note which sources a commit has a card or a statement name that it did not name, and
        which no more, by the first change of it."""
        line, number, is_gone = record.card, record.number, False
        if first.of is not None:
            kept = record.kept[first.of]
            line, number, is_gone = kept.line, kept.position, kept.withdrawn
        before = _cited(first.before)
        after = _cited(line)
        for source in before if is_gone else before - after:
            self._citations.end((source, record.number, number), known)
        is_new = first.event.position == number
        for source in after - before if is_new or not is_gone else ():
            key = (source, record.number, number)
            self._citations.begin(key, 0 if is_new else known)
            if is_gone:  # it never stood, but it was recorded
                self._citations.end(key, known)

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
        standing = self._began(db, ids, known, versions=STANDING_OF_COMMITS)
        return {each.id: each for each in standing}

    def by_number(
        self, db: Database, keys: Iterable[tuple[int, int]], *, known: int
    ) -> dict[int, Version]:
        """The versions that stand at a position, by the number of the statement; the keys are
        those of a record and a statement."""
        asked = {"keys": _together(keys), "known": known}
        versions = map(Version._make, db.execute(VERSIONS_BY_NUMBER, asked))
        return {each.number: each for each in versions}

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
        standing = [*map(Version._make, found)]
        names = names_of_streams(db, {each.record for each in standing})
        texts = self.texts(db, standing, known=known)
        for each in standing:
            yield streams[names[each.record]], each.number, texts[each.id]

    def count(self, db: Database, records: Iterable[int], *, known: int) -> int:
        """How many statements of some records, by number, stand at a position."""
        found = db.execute(COUNT_OF_RECORDS, {"records": as_json(list(records)), "known": known})
        count: int = found.fetchone()[0]
        return count

    def count_told(self, db: Database, *, known: int) -> list[tuple[int, int]]:
        """Of each record, by number, how many versions of its statements ever stood up to a
        position."""
        return db.execute(COUNT_TOLD, {"known": known}).fetchall()

    def told(
        self, db: Database, records: Iterable[int], *, known: int
    ) -> Iterator[tuple[Version, Statement]]:
        """All versions of the statements of some records that ever stood up to a position, each
        with the statement as it was then; by record, recording and commit."""
        found = db.execute(VERSIONS_TOLD, {"records": as_json(list(records)), "known": known})
        versions = [Version._make(row) for row in found]
        recorded = [each.number for each in versions if each.mended_by is None]
        statements = {
            event.position: _as_recorded(event) for event in self._log.events_at(sorted(recorded))
        }
        mended: dict[int, dict[int, str]] = defaultdict(dict)
        for each in versions:
            if each.mended_by is not None:
                mended[each.record][each.mended_by] = each.id
        for number, stream in names_of_streams(db, mended).items():
            statements.update(self._mended(stream, mended[number], known=known))
        for each in versions:
            yield each, statements[each.mended_by or each.number]

    def _mended(
        self, stream: str, made: Mapping[int, str], *, known: int
    ) -> Iterator[tuple[int, Statement]]:
        """The statements of a stream that events at some positions made, by these."""
        record = Record.of(stream)
        for line in stream_lines(self._log, stream, up_to=known):
            record.fold([line])
            if line.position in made:
                yield line.position, record.statement(made[line.position])

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

    def resting(self, db: Database, source: str, *, known: int) -> list[tuple[int, int]]:
        """The statements and the cards that name a source at a commit: (record, number)."""
        asked = {"source": str(Stream.source(source)), "known": known}
        return db.execute(RESTING, asked).fetchall()

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

    def contradictions(
        self, db: Database, *, stated: Day, known: int, among: Iterable[str] | None = None
    ) -> list[Contradiction]:
        """The statements that contradict one another, both of them visible; with `among`, those of
        which one is among these."""
        asked: dict[str, Any] = {"known": known}
        query = CONTRADICTIONS
        if among is not None:
            own = self.versions(db, among, known=known)
            keys = ((each.record, each.number) for each in own.values())
            asked |= {"ids": as_json(list(own)), "keys": _together(keys)}
            query = CONTRADICTIONS_OF
        pairs = [(named, Version(*ours)) for named, *ours in db.execute(query, asked)]
        pairs = [(named, ours) for named, ours in pairs if ours.is_visible(stated, known)]
        others = self.versions(db, {named for named, _ in pairs}, known=known)
        return [
            Contradiction(Named.of(ours), Named.of(others[named]))
            for named, ours in pairs
            if named in others and others[named].is_visible(stated, known)
        ]

    def contradicted(
        self, db: Database, records: Iterable[int], *, stated: Day, known: int, position: int
    ) -> Iterator[int]:
        """The numbers of the visible statements of some records that contradict another visible
        one, or are contradicted by one; `position` is how far the views have read.

        All pairs are kept until the views read on: they are few, and every state asks for some.
        """
        kept = self._linked
        if kept[0] != position:
            # Others may read at another position meanwhile: each goes on with its own.
            self._linked = kept = position, self._all_linked(db, position)
        for record in records:
            for pair in kept[1].get(record, ()):
                if all(each.kf <= known and each.is_visible(stated, known) for each in pair):
                    yield from (each.number for each in pair)

    def _all_linked(self, db: Database, position: int) -> dict[int, list[tuple[Version, Version]]]:
        found = db.execute(CONTRADICTIONS, {"known": position}).fetchall()
        others = defaultdict(list)
        for each in self._began(db, {named for named, *_ in found}, position):
            others[each.id].append(each)
        linked = defaultdict(list)
        for named, *ours in found:
            for other in others[named]:
                pair = Version(*ours), other
                for record in {each.record for each in pair}:
                    linked[record].append(pair)
        return dict(linked)

    def contradictions_changed(self, db: Database, *, after: int, known: int) -> list[int]:
        """The commits beyond `after`, up to `known`, in which a statement that ever contradicted
        another, or was contradicted, came, changed or went."""
        found = db.execute(CONTRADICTIONS, {"known": known}).fetchall()
        versions = [Version(*ours) for _, *ours in found]
        versions += self._began(db, {named for named, *_ in found}, known)
        positions = {at for each in versions if each.kf != each.kt for at in (each.kf, each.kt)}
        return sorted(at for at in positions if at is not None and after < at <= known)

    def last_said(
        self, db: Database, records: Iterable[int], *, stated: Day, known: int
    ) -> dict[int, Day]:
        """The latest day on which any visible statement of each of some records was said."""
        asked = {"records": as_json(list(records)), "stated": stated, "known": known}
        return dict(db.execute(LAST_SAID, asked).fetchall())

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

    def _began(
        self, db: Database, ids: Iterable[str], known: int, *, versions: str = VERSIONS_OF_COMMITS
    ) -> Iterator[Version]:
        """The versions of some statements that began up to a position; `versions` is the statement
        of SQL that reads all of them, or only some."""
        wanted = set(ids)
        claims = self._log.claims("statement", wanted)
        names = {str(Stream.record(claim.record)) for claim in claims}
        numbers = numbers_of_streams(db, names)
        keys = {
            (numbers[stream], claim.first, claim.last)
            for claim in claims
            if (stream := str(Stream.record(claim.record))) in numbers
        }
        found = db.execute(versions, {"keys": as_json(sorted(keys)), "known": known})
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


def _cited(line: Line | None) -> set[str]:
    """The sources that a card or a statement names."""
    return {citation["id"] for citation in (line or {}).get("sources", ())}


class _Citations:
    """The citations of a page, by what they are of: a source, a record and a number in it."""

    def __init__(self) -> None:
        self.closed: list[tuple[Any, ...]] = []
        self._since: dict[tuple[str, int, int], int] = {}
        self._until: dict[tuple[str, int, int, int], int | None] = {}

    def begin(self, key: tuple[str, int, int], since: int) -> None:
        """From now on it stands."""
        self._since[key] = since
        self._until[*key, since] = None

    def end(self, key: tuple[str, int, int], until: int) -> None:
        """It stands no more."""
        since = self._since.pop(key, None)
        if since is None:
            self.closed.append((until, *key))
        else:
            self._until[*key, since] = until

    def sources(self) -> set[str]:
        """The ids of the sources."""
        return {source for source, *_ in self._until} | {source for _, source, *_ in self.closed}

    def rows(
        self, numbers: Mapping[str, int]
    ) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """What is to be closed and what to be written, in the order of the keys, with the sources
        by their numbers."""
        closed = [(until, numbers[id], *rest) for until, id, *rest in self.closed]
        new = sorted((numbers[id], *key, until) for (id, *key), until in self._until.items())
        return closed, new


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
        never = self._never.pop(key, None)
        if never is not None and never[len(key)] != known:
            self._done.append(never)  # the page might have ended before this commit
        self._open[key] = [*key, known, None, *values]

    def close(self, key: tuple[int, ...], known: int) -> None:
        """A version ends, if there is one. One that ends where it began never stood, and is kept
        only where the commit that recorded it left nothing else."""
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
