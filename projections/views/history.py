"""History: one row an event, with who, when, why, and what it changed from what to what.

A record's document is its card and the statements that stand, by id; the patch
of an event (RFC 6902) leads from the document before it to the one after. The
patches of a stream, applied in order to `{}`, give the document.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, ClassVar, NamedTuple

import msgspec
from sqlite_utils import Database

from events.area import area_of
from events.clocks import utc_day
from events.errors import NotFound
from events.fact import Line
from events.record import Record, StreamLine
from events.stream import Stream
from projections.views.folding import Change, CommitRead, Reader
from projections.views.patch import Operation, patch_between

CREATE = """
    CREATE TABLE history (
        position INTEGER PRIMARY KEY,
        commit_position INTEGER NOT NULL,
        stream TEXT NOT NULL,
        kind TEXT NOT NULL,
        country TEXT NOT NULL,
        version INTEGER NOT NULL,
        type TEXT NOT NULL,
        statement TEXT,
        recorded_at TEXT NOT NULL,
        actor TEXT NOT NULL,
        request TEXT NOT NULL,
        reason TEXT,
        line TEXT NOT NULL,
        patch TEXT NOT NULL
    ) STRICT;
    CREATE INDEX history_of_stream ON history (stream, position);
    CREATE INDEX history_of_all ON history (position, stream, kind, type, actor, country);
    CREATE INDEX history_of_withdrawals ON history (position, stream, statement)
        WHERE type = 'withdrawal';
"""

INSERT = """
    INSERT INTO history
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

LINES_OF_STREAM = """
    SELECT line, position, recorded_at
    FROM history
    WHERE stream = :stream AND position <= :known AND position > :after
    ORDER BY position
"""

LINES_OF_STREAMS = """
    SELECT stream, line, position, recorded_at
    FROM history
    WHERE stream IN (SELECT value FROM json_each(:streams)) AND position <= :known
    ORDER BY stream, position
"""

OF_STREAM = """
    SELECT position, commit_position, version, type, statement,
           recorded_at, actor, request, reason, line, patch
    FROM history
    WHERE stream = :stream AND position <= :known AND position > :after
    ORDER BY position
    LIMIT :limit
"""

ACTIVITY = """
    SELECT stream, kind,
           position, commit_position, version, type, statement,
           recorded_at, actor, request, reason, line, patch
    FROM history
    WHERE position IN (
        SELECT position
        FROM history INDEXED BY history_of_all
        WHERE position > :after AND position <= :last
          AND (:actor IS NULL OR actor = :actor)
          AND (:kind IS NULL OR kind = :kind)
          AND (:country IS NULL OR country = :country)
          AND (:streams IS NULL OR stream IN (SELECT value FROM json_each(:streams)))
        ORDER BY position
        LIMIT :limit
    )
    ORDER BY position
"""
"""A page of the events of all streams; which ones is found in the index alone."""

LAST_ACTIVITY = """
    SELECT stream, kind,
           position, commit_position, version, type, statement,
           recorded_at, actor, request, reason, line, patch
    FROM history
    WHERE position IN (
        SELECT position
        FROM history INDEXED BY history_of_all
        WHERE position > :after AND position <= :last
          AND (:actor IS NULL OR actor = :actor)
          AND (:kind IS NULL OR kind = :kind)
          AND (:country IS NULL OR country = :country)
          AND (:streams IS NULL OR stream IN (SELECT value FROM json_each(:streams)))
        ORDER BY position DESC
        LIMIT :limit
    )
    ORDER BY position
"""
"""The last of them, in order too."""

ACTIVITY_COUNTS = """
    SELECT kind, type, actor, count(*)
    FROM history INDEXED BY history_of_all
    WHERE position > :after AND position <= :last
      AND (:actor IS NULL OR actor = :actor)
      AND (:kind IS NULL OR kind = :kind)
      AND (:country IS NULL OR country = :country)
      AND (:streams IS NULL OR stream IN (SELECT value FROM json_each(:streams)))
    GROUP BY kind, type, actor
"""

WITHDRAWALS = """
    SELECT stream, statement, max(position), recorded_at
    FROM history INDEXED BY history_of_withdrawals
    WHERE type = 'withdrawal' AND position <= :known
    GROUP BY stream, statement
    ORDER BY 3 DESC
"""

RECORDED_AT = """
    SELECT position, recorded_at
    FROM history
    WHERE position IN (SELECT value FROM json_each(:positions))
"""

REVISION = """
    SELECT version
    FROM history
    WHERE stream = :stream AND position <= :known
    ORDER BY position DESC
    LIMIT 1
"""

VERSIONS_OF_STREAM = """
    SELECT commit_position, min(recorded_at)
    FROM history
    WHERE stream = :stream AND position <= :known AND position > :after
    GROUP BY commit_position
    ORDER BY commit_position
    LIMIT :limit
"""
"""The commits that touched a stream; `after` is the position of one, or 0."""

VERSIONS_OF_ALL = """
    SELECT commit_position, recorded_at
    FROM history
    WHERE position = commit_position AND position <= :known AND position > :after
    ORDER BY position
    LIMIT :limit
"""
"""The commits. A commit has the position of its last event, so each is found once."""

LAST_VERSIONS_OF_ALL = """
    SELECT commit_position, recorded_at
    FROM history
    WHERE position = commit_position AND position <= :known AND position > :after
    ORDER BY position DESC
    LIMIT :limit
"""
"""The same from the last one on."""

LAST_VERSION_OF_STREAM = """
    SELECT commit_position, recorded_at
    FROM history
    WHERE stream = :stream AND position <= :known
    ORDER BY position DESC
    LIMIT 1
"""

LAST_VERSION_OF_ALL = """
    SELECT commit_position, recorded_at
    FROM history
    WHERE position <= :known
    ORDER BY position DESC
    LIMIT 1
"""


class Version(NamedTuple):
    """A commit that made something as it then was: its position and its instant."""

    position: int
    recorded_at: str


class Entry(NamedTuple):
    """An event as the audit log shows it."""

    position: int
    commit_position: int
    version: int
    type: str
    statement: str | None
    recorded_at: str
    actor: str
    request: str
    reason: str | None
    line: str
    patch: str

    @property
    def of_stream(self) -> StreamLine:
        """Its line, as a record folds it."""
        return _stream_line(self.line, self.position, self.recorded_at)


class Act(NamedTuple):
    """An event of any stream; `kind` is that of its record, or `source`."""

    stream: str
    kind: str
    entry: Entry


class Withdrawn(NamedTuple):
    """A statement that was withdrawn, even if reinstated since, and when that was last so."""

    stream: str
    statement: str
    position: int
    recorded_at: str


class Acts(NamedTuple):
    """Which events are meant: those beyond `after`, up to `last`, by whom and where.

    `streams` are the names of the streams; None is all, as for `actor` and `kind`. An event is
    of the country in which its commit left what it is about; one of a source is of none.
    """

    after: int
    last: int
    actor: str | None = None
    kind: str | None = None
    streams: tuple[str, ...] | None = None
    country: str | None = None

    def parameters(self) -> dict[str, Any]:
        """The named parameters of the queries; `streams` is a JSON text or None."""
        streams = None if self.streams is None else msgspec.json.encode(self.streams).decode()
        return {**self._asdict(), "streams": streams}


class History:
    """The view: its table, how it follows the log, and what it answers."""

    tables: ClassVar[tuple[str, ...]] = ("history",)
    create: ClassVar[str] = CREATE

    def __init__(self) -> None:
        self._db: Database | None = None
        self._reader: Reader | None = None
        self._rows: list[tuple[Any, ...]] = []

    def begin(self, db: Database, reader: Reader) -> None:
        """A page begins: rows will be written to `db`, other records are read from `reader`."""
        self._db, self._reader = db, reader

    def take(self, commit: CommitRead) -> None:
        """Make a row of each event of a commit. Raises RuntimeError outside a page."""
        if self._reader is None:
            raise RuntimeError("no page was begun")
        for change in commit.changes:
            record = commit.touched[change.event.stream]
            line = record.card or record.kept[change.of or ""].line
            self._rows.append(_row(change, record.kind, area_of(line, self._reader.card).country))

    def finish(self) -> None:
        """Write the rows of the page. Raises RuntimeError outside a page."""
        if self._db is None:
            raise RuntimeError("no page was begun")
        self._db.conn.executemany(INSERT, self._rows)
        self.forget()

    def forget(self) -> None:
        """Drop the page: nothing is kept between pages."""
        self._db = self._reader = None
        self._rows.clear()

    def record(self, db: Database, stream: str, *, known: int) -> Record:
        """The record of a stream as the log had it at a position."""
        return Record.of(stream, self.lines(db, stream, after=0, known=known))

    def records(self, db: Database, streams: Iterable[str], *, known: int) -> dict[str, Record]:
        """The records of those of some streams that the log had at a position, by stream."""
        parameters = {"streams": msgspec.json.encode(list(streams)).decode(), "known": known}
        rows = db.execute(LINES_OF_STREAMS, parameters)
        return {
            stream: Record.of(stream, (_stream_line(*row) for _, *row in of_stream))
            for stream, of_stream in itertools.groupby(rows, key=itemgetter(0))
        }

    def lines(self, db: Database, stream: str, *, after: int, known: int) -> Iterator[StreamLine]:
        """The lines of a stream beyond one position and up to another, in their order."""
        rows = db.execute(LINES_OF_STREAM, {"stream": stream, "after": after, "known": known})
        return (_stream_line(*row) for row in rows)

    def entries(
        self, db: Database, stream: str, *, known: int, after: int, limit: int
    ) -> Iterator[Entry]:
        """The events of a stream beyond the position `after`, in order."""
        rows = db.execute(
            OF_STREAM, {"stream": stream, "known": known, "after": after, "limit": limit}
        )
        return (Entry._make(row) for row in rows)

    def acts(self, db: Database, acts: Acts, *, limit: int) -> Iterator[Act]:
        """The first events of those that are meant, in order."""
        rows = db.execute(ACTIVITY, {**acts.parameters(), "limit": limit})
        return (Act(stream, kind, Entry._make(row)) for stream, kind, *row in rows)

    def last_acts(self, db: Database, acts: Acts, *, limit: int) -> Iterator[Act]:
        """The last events of those that are meant, in order."""
        rows = db.execute(LAST_ACTIVITY, {**acts.parameters(), "limit": limit})
        return (Act(stream, kind, Entry._make(row)) for stream, kind, *row in rows)

    def counts(self, db: Database, acts: Acts) -> list[tuple[str, str, str, int]]:
        """How many events are meant of each kind, type and actor: (kind, type, actor, count)."""
        return [
            (kind, type, actor, count)
            for kind, type, actor, count in db.execute(ACTIVITY_COUNTS, acts.parameters())
        ]

    def withdrawn(self, db: Database, *, known: int) -> list[Withdrawn]:
        """The statements that were ever withdrawn, the last one first."""
        return list(map(Withdrawn._make, db.execute(WITHDRAWALS, {"known": known})))

    def recorded_at(self, db: Database, position: int) -> str | None:
        """When the event at a position was recorded; None where there is none."""
        return self.instants(db, [position]).get(position)

    def instants(self, db: Database, positions: Iterable[int]) -> dict[int, str]:
        """When the events at some positions were recorded, by position."""
        parameters = {"positions": msgspec.json.encode(list(positions)).decode()}
        return dict(db.execute(RECORDED_AT, parameters).fetchall())

    def revision(self, db: Database, stream: str, *, known: int) -> int:
        """How many events the stream had at a position."""
        row = db.execute(REVISION, {"stream": stream, "known": known}).fetchone()
        return int(row[0]) if row else 0

    def check_exists(self, db: Database, stream: str, *, known: int) -> None:
        """Raises NotFound where the stream had no event at a position."""
        if self.revision(db, stream, known=known) == 0:
            raise NotFound(*Stream.parse(stream))

    def versions(
        self, db: Database, stream: str | None, *, known: int, after: int, limit: int
    ) -> list[Version]:
        """The versions of a stream beyond the position `after`, in order; None is everything."""
        statement = VERSIONS_OF_ALL if stream is None else VERSIONS_OF_STREAM
        parameters = {"stream": stream, "known": known, "after": after, "limit": limit}
        return [Version._make(row) for row in db.execute(statement, parameters)]

    def last_commits(self, db: Database, *, known: int, after: int, limit: int) -> list[Version]:
        """The commits up to a position and beyond another, the last one first."""
        parameters = {"known": known, "after": after, "limit": limit}
        return list(map(Version._make, db.execute(LAST_VERSIONS_OF_ALL, parameters)))

    def last_version(self, db: Database, stream: str | None, *, known: int) -> Version | None:
        """The version that a stream had at a position; None before the first."""
        statement = LAST_VERSION_OF_ALL if stream is None else LAST_VERSION_OF_STREAM
        row = db.execute(statement, {"stream": stream, "known": known}).fetchone()
        return Version._make(row) if row else None


def folded(id: str, entries: Iterable[Entry]) -> Record:
    """The record of an id after all the events of its stream up to some position."""
    return Record(id).fold(entry.of_stream for entry in entries)


def _stream_line(line: str, position: int, recorded_at: str) -> StreamLine:
    return StreamLine(msgspec.json.decode(line), position, utc_day(recorded_at))


def patch_of(change: Change) -> list[Operation]:
    """From the document before to the document after, in the operations of RFC 6902."""
    path = "/card" if change.of is None else f"/statements/{change.of}"
    if change.before is None and change.after is None:
        return []
    if change.before is None:
        add = {"op": "add", "path": path, "value": change.after}
        if change.event.version == 1 and change.of is not None:
            return [{"op": "add", "path": "/statements", "value": {}}, add]
        if change.event.version == 1:
            return [add, {"op": "add", "path": "/statements", "value": {}}]
        return [add]
    if change.after is None:
        return [{"op": "remove", "path": path}]
    return patch_between(change.before, change.after, path=path)


def document(record: Record) -> Line:
    """The card and the statements that stand: what the patches of a record lead to."""
    standing = {id: kept.line for id, kept in record.kept.items() if not kept.withdrawn}
    card = {} if record.card is None else {"card": record.card}
    return {**card, "statements": standing}


def _row(change: Change, kind: str, country: str) -> tuple[Any, ...]:
    event, line = change.event, change.line
    encode = msgspec.json.encode
    return (
        event.position,
        event.commit.position,
        event.stream,
        kind,
        country,
        event.version,
        line["type"],
        change.of,
        event.commit.recorded_at,
        event.commit.actor,
        event.commit.request,
        line.get("reason"),
        encode(line).decode(),
        encode(patch_of(change)).decode(),
    )
