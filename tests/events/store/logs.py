"""Logs to be tested, each in a place of its own: in a file, and as a node of one in PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from eventsourcing.persistence import StoredEvent

import events
from events.commit import NewCommit
from events.store.clock import system_clock
from events.store.opening import factory_of
from events.store.postgres.log import PostgresLog
from events.store.sqlite import ChronicleRecorder
from service.archive.node import CHRONICLE
from tests.postgres import Database

NOON = 1_795_608_000_000_000  # 2026-11-25T12:00:00Z

WRITER = Path(__file__).with_name("log_writer.py")
ROOT = Path(events.__file__).parent.parent

OF_A_FILE = ("stored_events", "commits", "names", "sqlite_sequence")
OF_POSTGRES = ("stored_events", "commits", "names", "epochs")

Rows = list[list[tuple[Any, ...]]]


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


class Place(NamedTuple):
    """Where a log lies: in a file, which copies a database if there is one."""

    file: Path
    database: Database | None = None

    @contextmanager
    def opened(self, clock: Callable[[], int] | None = None) -> Iterator[ChronicleRecorder]:
        """The log, as a process opens it."""
        env = {"SQLITE_DBNAME": str(self.file), "SQLITE_LOCK_TIMEOUT": "1"}
        clock = clock or system_clock
        with ExitStack() as stack:
            shared = None
            if self.database is not None:
                shared = PostgresLog(self.database.address, CHRONICLE, clock=clock)
                stack.callback(shared.close)
            factory = stack.enter_context(closing(factory_of(env, shared, clock=clock)))
            log = factory.application_recorder()
            if shared is not None:
                log.open()
            yield log

    def rows(self) -> Rows:
        """All that the log holds, to be compared."""
        with closing(sqlite3.connect(self.file)) as connection:
            rows = [
                connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
                for table in OF_A_FILE
            ]
        return rows + (rows_of(self.database) if self.database is not None else [])

    def writer(self, *order: str) -> subprocess.Popen[str]:
        """Another process that writes."""
        address = "-" if self.database is None else self.database.address
        return subprocess.Popen(
            [sys.executable, str(WRITER), str(self.file), address, *order],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def rows_of(database: Database) -> Rows:
    """All that a log in PostgreSQL holds."""
    return [
        database.run(f"SELECT * FROM {CHRONICLE}.{table} ORDER BY 1, 2") for table in OF_POSTGRES
    ]


def event(stream: str, version: int, state: bytes = b"{}") -> StoredEvent:
    """An event of no particular content."""
    return StoredEvent(stream, version, "noted-v1", state)


def by(actor: str = "wang", **told: Any) -> NewCommit:
    """What a curator says about a commit."""
    return NewCommit(actor=actor, request="r-1", **told)
