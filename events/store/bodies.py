"""Bodies beside a log of SQLite, in its file: what an event tells of and is too large to hold.

A body is written in the transaction of the commit that tells of it, so that both are there or
neither is. It is kept compressed, under an id, and never changes: triggers refuse it.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from events.store.inspection import damaged_schema, of_the_file, one_state
from events.store.schema import SCHEMAS, append_only
from events.store.sqlite import ChronicleRecorder

if TYPE_CHECKING:
    from eventsourcing.sqlite import SQLiteCursor

CREATE_BODIES = """
    CREATE TABLE bodies (
        id TEXT PRIMARY KEY,
        body BLOB NOT NULL
    ) STRICT
"""

SCHEMA_OF_BODIES = (CREATE_BODIES, *append_only("bodies", "what is kept never changes"))

IS_THERE = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'bodies'"

INSERT_BODY = "INSERT INTO bodies (id, body) VALUES (?, ?)"

BODY_OF = "SELECT body FROM bodies WHERE id = :id"

EVERY_BODY = "SELECT id, body FROM bodies ORDER BY id"


def make_room(log: ChronicleRecorder) -> None:
    """Make room for bodies in the file of a log, where there is none."""
    with log.datastore.transaction(commit=False) as cursor:
        cursor.execute(IS_THERE)
        is_there = bool(cursor.fetchone()[0])
    if not is_there:
        with log.writing_here(), log.datastore.transaction(commit=True) as cursor:
            cursor.execute(IS_THERE)
            if not cursor.fetchone()[0]:  # no other process was quicker
                for statement in SCHEMA_OF_BODIES:
                    cursor.execute(statement)


class Bodies:
    """The bodies in the file of a log that has room for them."""

    def __init__(self, log: ChronicleRecorder) -> None:
        self._log = log
        self._datastore = log.datastore

    def keep(self, id: str, body: bytes) -> None:
        """Keep a body, in the `writing` of the log."""
        compressed = zlib.compress(body)
        with self._datastore.transaction(commit=True) as cursor:
            insert(cursor, id, compressed)
        self._log.body_kept(id, compressed)

    def get(self, id: str) -> bytes | None:
        """The body of an id; None where there is none. Raises zlib.error for a damaged one."""
        with self._datastore.transaction(commit=False) as cursor:
            cursor.execute(BODY_OF, {"id": id})
            row = cursor.fetchone()
        return None if row is None else zlib.decompress(row[0])


def insert(cursor: SQLiteCursor, id: str, compressed: bytes) -> None:
    """Write a body to the table."""
    cursor.execute(INSERT_BODY, (id, compressed))


def is_kept(cursor: SQLiteCursor, id: str) -> bool:
    """Whether the table has a body of an id."""
    cursor.execute(BODY_OF, {"id": id})
    return cursor.fetchone() is not None


def of_ids(cursor: SQLiteCursor, ids: Iterable[str]) -> dict[str, bytes]:
    """The bodies of some ids as they lie in the table, compressed; without those that it lacks."""
    found = {}
    for id in ids:
        cursor.execute(BODY_OF, {"id": id})
        if (row := cursor.fetchone()) is not None:
            found[id] = row[0]
    return found


def kept(path: Path) -> Iterator[tuple[str, bytes | None]]:
    """Each id in the file of a log with its body, None in place of one that is damaged.

    Raises sqlite3.Error and UnicodeDecodeError.
    """
    with one_state(path) as connection:
        for id, body in connection.execute(EVERY_BODY):
            try:
                yield id.decode(), zlib.decompress(body)
            except zlib.error:
                yield id.decode(), None


def damaged_room(path: Path) -> Iterator[str]:
    """What is wrong with the table of bodies in the file of a log, and with its triggers."""
    try:
        with one_state(path) as connection:
            yield from damaged_schema(connection, dict.fromkeys(SCHEMAS, SCHEMA_OF_BODIES))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        yield f"the file cannot be read: {of_the_file(error)}"
