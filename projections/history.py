"""History: one row an event, with who, when, why, and what it changed from what to what.

A record's document is its card and the statements that stand, by id; the patch
of an event (RFC 6902) leads from the document before it to the one after. The
patches of a stream, applied in order to `{}`, give the document.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import jsonpatch
import msgspec
from sqlite_utils import Database

from events.clocks import utc_day
from events.fact import Line
from events.record import Record
from projections.page import Change, CommitRead

CREATE = """
    CREATE TABLE history (
        position INTEGER PRIMARY KEY,
        commit_position INTEGER NOT NULL,
        stream TEXT NOT NULL,
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
"""

INSERT = """
    INSERT INTO history
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

LINES_OF_STREAM = """
    SELECT line, position, recorded_at
    FROM history
    WHERE stream = :stream AND position <= :known
    ORDER BY position
"""

OF_STREAM = """
    SELECT position, commit_position, version, type, statement,
           recorded_at, actor, request, reason, line, patch
    FROM history
    WHERE stream = :stream AND position <= :known AND position > :after
    ORDER BY position
    LIMIT :limit
"""

REVISION = """
    SELECT version
    FROM history
    WHERE stream = :stream AND position <= :known
    ORDER BY position DESC
    LIMIT 1
"""


class Entry(NamedTuple):
    """What the audit log tells of one event."""

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


class History:
    """The view: its table, how it follows the log, and what can be asked of it."""

    tables = ("history",)
    create = CREATE

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []

    def take(self, commit: CommitRead) -> None:
        """Make a row of each event of a commit."""
        self._rows += map(_row, commit.changes)

    def finish(self, db: Database) -> None:
        """Write the rows of the page."""
        db.conn.executemany(INSERT, self._rows)
        self._rows.clear()

    def record(self, db: Database, stream: str, *, known: int) -> Record:
        """The record of a stream as the log had it at a position."""
        record = Record(stream.partition(":")[2])
        rows = db.execute(LINES_OF_STREAM, {"stream": stream, "known": known})
        for line, position, recorded_at in rows:
            record.apply(
                msgspec.json.decode(line), position=position, recorded_on=utc_day(recorded_at)
            )
        return record

    def entries(
        self, db: Database, stream: str, *, known: int, after: int, limit: int
    ) -> Iterator[Entry]:
        """The events of a stream beyond the position `after`, in order."""
        rows = db.execute(
            OF_STREAM, {"stream": stream, "known": known, "after": after, "limit": limit}
        )
        return (Entry._make(row) for row in rows)

    def revision(self, db: Database, stream: str, *, known: int) -> int:
        """How many events the stream had at a position."""
        row = db.execute(REVISION, {"stream": stream, "known": known}).fetchone()
        return int(row[0]) if row else 0


def patch_of(change: Change) -> list[dict[str, Any]]:
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
    operations = jsonpatch.make_patch(change.before, change.after).patch
    return [{**operation, "path": path + operation["path"]} for operation in operations]


def document(record: Record) -> Line:
    """The card and the statements that stand: what the patches of a record lead to."""
    standing = {id: kept.line for id, kept in record.kept.items() if not kept.withdrawn}
    card = {} if record.card is None else {"card": record.card}
    return {**card, "statements": standing}


def _row(change: Change) -> tuple[Any, ...]:
    event, line = change.event, change.line
    encode = msgspec.json.encode
    return (
        event.position,
        event.commit.position,
        event.stream,
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
