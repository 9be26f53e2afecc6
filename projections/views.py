"""The views' own file: where it lies, who reads it, and how far it has read the log.

Rows and tracking change in one transaction, so a view that was killed while it
wrote goes on where its last whole page ended. A rebuild makes another file
beside and swaps it in by replacing the pointer, a small file that names the
one in use; readers notice with their next question.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from projections import VIEW

__all__ = [
    "Database",
    "Views",
    "digest",
    "open_file",
    "remove",
    "track",
    "tracked",
    "writing",
]

POINTER = "views.current"

CREATE_TRACKING = """
    CREATE TABLE tracking (
        view INTEGER NOT NULL,
        position INTEGER NOT NULL
    ) STRICT;
"""

BEGIN_TRACKING = "INSERT INTO tracking VALUES (:view, 0)"
TRACKED = "SELECT position FROM tracking"
TRACKED_VIEW = "SELECT view FROM tracking"
TRACK = "UPDATE tracking SET position = :position"


class Views:
    """The file of the views in a folder. Threads share it, each with a connection of its own."""

    def __init__(self, folder: Path, creates: Sequence[str]) -> None:
        """Open the views of a folder, making empty ones where there are none of this version."""
        self.folder = folder
        self._creates = creates
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        path = self.path()
        if path is None or not _is_ours(path):
            self.swap_in(self.make_beside())

    def path(self) -> Path | None:
        """The file in use; None where there is none yet."""
        try:
            name = (self.folder / POINTER).read_text().strip()
        except FileNotFoundError:
            return None
        path = self.folder / name
        return path if name and path.exists() else None

    def make_beside(self) -> Path:
        """A new file with empty views that have read nothing; not yet in use."""
        path = self.folder / f"views-{secrets.token_hex(4)}.sqlite"
        with closing(_connect(path)) as connection:
            for create in (CREATE_TRACKING, *self._creates):
                connection.executescript(create)
            connection.execute(BEGIN_TRACKING, {"view": VIEW})
        return path

    def swap_in(self, path: Path) -> None:
        """Put a file into use, at once and for everybody, and remove the one before."""
        before = self.path()
        temporary = self.folder / f"{POINTER}.{secrets.token_hex(4)}"
        temporary.write_text(path.name)
        temporary.replace(self.folder / POINTER)
        if before is not None and before != path:
            remove(before)

    def db(self) -> Database:
        """This thread's connection to the file in use."""
        stamp = _stamp(self.folder / POINTER)
        if getattr(self._local, "stamp", None) != stamp:
            path = self.path()
            if path is None:
                raise FileNotFoundError(f"no views in {self.folder}")
            connection = _connect(path)
            with self._lock:
                self._opened.append(connection)
            self._local.db = Database(connection, use_counts_table=False)
            self._local.stamp = stamp
        db: Database = self._local.db
        return db

    def tracked(self) -> int:
        """The position up to which the views have read the log."""
        return tracked(self.db())

    def close(self) -> None:
        """Close every connection of every thread."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()


@contextmanager
def writing(db: Database) -> Iterator[Database]:
    """A transaction that holds the write lock from its first statement."""
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        db.conn.execute("ROLLBACK")
        raise
    db.conn.execute("COMMIT")


def tracked(db: Database) -> int:
    """The position up to which the views of a connection have read."""
    return int(db.execute(TRACKED).fetchone()[0])


def track(db: Database, position: int) -> None:
    """Note how far the views have read; part of the transaction that writes their rows."""
    db.conn.execute(TRACK, {"position": position})


def open_file(path: Path) -> Database:
    """A connection to a file of views that need not be the one in use."""
    return Database(_connect(path), use_counts_table=False)


def digest(db: Database, tables: Sequence[str]) -> str:
    """SHA-256 over every row of the tables, whatever order or row number they lie in."""
    total = hashlib.sha256()
    for table in tables:
        names = [column.name for column in db[table].columns if column.name != "id"]
        listed = ", ".join(f'"{name}"' for name in names)
        total.update(f"{table}({listed})\n".encode())
        for row in db.conn.execute(f'SELECT {listed} FROM "{table}" ORDER BY {listed}'):
            total.update(repr(tuple(row)).encode())
    return total.hexdigest()


def remove(path: Path) -> None:
    """Remove a file of views with what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    # NORMAL is enough here: what a loss of power takes, the log gives again.
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=30, cached_statements=256
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA mmap_size = 268435456")
    return connection


def _is_ours(path: Path) -> bool:
    """Whether the file holds views of this version."""
    try:
        with closing(_connect(path)) as connection:
            row = connection.execute(TRACKED_VIEW).fetchone()
    except sqlite3.Error:
        return False
    return row is not None and row[0] == VIEW


def _stamp(pointer: Path) -> tuple[int, int]:
    status = pointer.stat()
    return status.st_ino, status.st_mtime_ns
