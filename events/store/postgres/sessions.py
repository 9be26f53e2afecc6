"""Who is signed in at the desk of any node: rows that come and go, beside a log that stays.

A failover may lose the last of them, and whoever had one signs in again: no standby is waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from events.store.postgres import schema
from events.store.postgres.log import PostgresLog

GET = "SELECT value FROM {log}.sessions WHERE digest = %(digest)s"

PUT = """
    INSERT INTO {log}.sessions (digest, value)
    VALUES (%(digest)s, %(value)s)
    ON CONFLICT (digest) DO UPDATE SET value = excluded.value
"""

REMOVE = "DELETE FROM {log}.sessions WHERE digest = %(digest)s"

ALL = "SELECT digest, value FROM {log}.sessions"


class SharedSessions:
    """The sessions beside a log. Safe to share between threads."""

    def __init__(self, log: PostgresLog) -> None:
        self._log = log

    @contextmanager
    def held(self) -> Iterator[Held]:
        """The sessions, in one transaction. Raises LogUnreachable."""
        with self._log.connected() as connection, connection.transaction():
            connection.execute("SET LOCAL synchronous_commit = off")
            yield Held(connection, self._log.name)


class Held:
    """The sessions within a transaction, each by the digest of its secret."""

    def __init__(self, connection: psycopg.Connection[Any], log: str) -> None:
        self._cursor = connection.cursor(row_factory=tuple_row)
        self._log = log

    def get(self, key: bytes) -> bytes | None:
        """One; None where there is none."""
        row = self._do(GET, digest=key).fetchone()
        return None if row is None else bytes(row[0])

    def put(self, key: bytes, value: bytes) -> None:
        """Keep one, in the place of that before."""
        self._do(PUT, digest=key, value=value)

    def remove(self, key: bytes) -> None:
        """Keep none."""
        self._do(REMOVE, digest=key)

    def all(self) -> list[tuple[bytes, bytes]]:
        """All of them."""
        return [(bytes(row[0]), bytes(row[1])) for row in self._do(ALL).fetchall()]

    def _do(self, statement: str, **values: bytes) -> psycopg.Cursor[Any]:
        return self._cursor.execute(schema.of(self._log, statement), values)
