"""SQLite alone, in this process: as near to the rows as one can be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.peers.sql import Rows

CACHE_KB = 1_000_000


class Sqlite(AbstractContextManager["Sqlite"]):
    """A file of SQLite for one table, with a large cache."""

    types: Mapping[str, str] = {"text": "TEXT", "code": "TEXT"}

    def __init__(self, path: Path) -> None:
        self.name = f"SQLite {sqlite3.sqlite_version}"
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        self._db.execute("PRAGMA mmap_size = 4000000000")

    def run(self, statement: str) -> None:
        """Run a statement."""
        self._db.execute(statement)

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows in one transaction."""
        self._db.execute("BEGIN")
        self._db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._db.execute("COMMIT")

    def settle(self, table: str) -> None:
        """Gather statistics, and put all into the one file."""
        self._db.execute(f"ANALYZE {table}")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def rows(self, statement: str, values: Mapping[str, Any]) -> Rows:
        """All rows of a question."""
        named = statement.replace("%(", ":").replace(")s", "")
        return self._db.execute(named, values).fetchall()

    def size(self, table: str) -> int:  # noqa: ARG002 -- there is but one
        """The bytes of the file, which holds nothing but the table and its indexes."""
        return self._path.stat().st_size

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
