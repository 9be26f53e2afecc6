"""The views' own file: where it lies, who reads it, and how far it has read the log.

Rows and tracking change in one transaction, so a view that was killed while it
wrote goes on where its last whole page ended. A rebuild makes another file
beside and swaps it in by replacing the pointer, a small file that names the
one in use; readers notice with their next question.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import logging
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import msgspec
from sqlite_utils import Database

from projections import VIEW
from projections.views.columns import Shelf

__all__ = [
    "Database",
    "Views",
    "alone",
    "digest",
    "filled",
    "open_file",
    "read_last",
    "remove",
    "shape",
    "track",
    "tracked",
    "writing",
]

log = logging.getLogger(__name__)

POINTER = "views.current"

LOCK = "views.lock"
"""Who swaps files in, or removes what was left of them, holds a lock on this one."""

HASHED = 1000
"""How many rows are hashed at a time."""

ATTEMPTS = 20
"""How often a file is looked for again where rebuilds come in between."""

CREATE_TRACKING = """
    CREATE TABLE tracking (
        view INTEGER NOT NULL,
        shape TEXT NOT NULL,
        position INTEGER NOT NULL,
        recorded_at TEXT NOT NULL
    ) STRICT;
"""
"""One row: the version of the views, a checksum of their tables' definitions, how far they have
read, and when that was recorded."""

BEGIN_TRACKING = "INSERT INTO tracking VALUES (:view, :shape, 0, '')"
TRACKED = "SELECT position, recorded_at FROM tracking"
MADE_BY = "SELECT view, shape FROM tracking"
INDEXES = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
TRACK = "UPDATE tracking SET position = :position, recorded_at = :recorded_at"


class Views:
    """The file of the views in a folder. Threads share it, each with a connection of its own."""

    def __init__(self, folder: Path, creates: Sequence[str]) -> None:
        """Open the views of a folder, making empty ones where there are none of this version."""
        self.folder = folder
        self._creates = creates
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._shelf = Shelf()
        path = self.path()
        if path is None or not self._is_ours(path):
            if path is not None:
                log.warning("the views in %s are of another form: they are made anew", folder)
            self.begin_anew()

    def path(self) -> Path | None:
        """The file in use; None where there is none yet."""
        try:
            name = (self.folder / POINTER).read_text().strip()
        except FileNotFoundError:
            return None
        path = self.folder / name
        return path if name and path.exists() else None

    def used(self) -> Path:
        """The file in use. Raises FileNotFoundError where there is none."""
        path = self.path()
        if path is None:
            raise FileNotFoundError(f"no views in {self.folder}")
        return path

    def begin_anew(self) -> None:
        """Put empty views into use."""
        with self.beside() as path:
            self.swap_in(path)

    @contextmanager
    def beside(self) -> Iterator[Path]:
        """A new file with empty views that have read nothing; removed with the end of the block,
        unless it is in use by then."""
        self._sweep()
        path = self._new_path()
        with _locked(_made_by(path)):
            try:
                yield self.make_beside(path)
            finally:
                if self.path() != path:
                    remove(path)

    def _sweep(self) -> None:
        """Remove the files of whoever was killed before they were in use."""
        with _locked(self.folder / LOCK):
            used = self.path()
            for path in self.folder.glob("views-*.sqlite"):
                if path != used:
                    with suppress(BlockingIOError), _locked(_made_by(path), patiently=False):
                        remove(path)
            for beside in self.folder.glob("views-*.sqlite.*"):
                # What lies beside a file that is gone, or was half made by a process that is.
                views, _, rest = beside.name.partition(".sqlite.")
                maker = rest.partition("columns.")[2]
                is_half_made = maker.isdigit() and not Path(f"/proc/{maker}").exists()
                if is_half_made or not (self.folder / f"{views}.sqlite").exists():
                    beside.unlink(missing_ok=True)

    def make_beside(self, path: Path | None = None) -> Path:
        """A new file with empty views that have read nothing; not yet in use."""
        path = path or self._new_path()
        with closing(_connect(path, mode="rwc")) as connection:
            for create in (CREATE_TRACKING, *self._creates):
                connection.executescript(create)
            connection.execute(BEGIN_TRACKING, {"view": VIEW, "shape": shape(self._creates)})
        return path

    def _new_path(self) -> Path:
        return self.folder / f"views-{secrets.token_hex(4)}.sqlite"

    def swap_in(self, path: Path) -> None:
        """Put a file into use, at once and for everybody, and remove the one before."""
        with _locked(self.folder / LOCK):
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
            self._forget()
            self._local.db, self._local.stamp = self._open()
        db: Database = self._local.db
        return db

    def _forget(self) -> None:
        """Close this thread's connection to a file that is no longer in use."""
        db: Database | None = getattr(self._local, "db", None)
        if db is not None:
            with self._lock:
                if db.conn in self._opened:
                    self._opened.remove(db.conn)
            db.conn.close()

    def _open(self) -> tuple[Database, tuple[int, int]]:
        """A connection to the file that is named now, with the stamp of the pointer.

        Between its naming and its opening a rebuild may have put another in its place.
        """
        for attempt in itertools.count(1):
            stamp = _stamp(self.folder / POINTER)
            path = self.path()
            try:
                if path is None:
                    raise FileNotFoundError(f"no views in {self.folder}")
                connection = _connect(path)
            except (FileNotFoundError, sqlite3.OperationalError):
                if attempt == ATTEMPTS:
                    raise
                continue
            with self._lock:
                self._opened.append(connection)
            return Database(connection, use_counts_table=False), stamp
        raise AssertionError("unreachable: the count has no end")

    def _is_ours(self, path: Path) -> bool:
        """Whether the file holds views of this version, in these tables."""
        try:
            with closing(_connect(path)) as connection:
                row = connection.execute(MADE_BY).fetchone()
        except sqlite3.DatabaseError:
            return False
        return bool(row == (VIEW, shape(self._creates)))

    def tracked(self) -> int:
        """The position up to which the views have read the log, columns and all."""
        return self.projected(self.db())

    def projected(self, db: Database) -> int:
        """The same, by a connection."""
        return self._shelf.position(db)

    def close(self) -> None:
        """Close every connection of every thread."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()


def shape(creates: Sequence[str]) -> str:
    """What identifies the version of tables, by the statements that make them."""
    return hashlib.sha256("\n".join(creates).encode()).hexdigest()


@contextmanager
def writing(db: Database) -> Iterator[Database]:
    """A transaction that holds the write lock from its first statement."""
    # Who writes comes back to the same pages, and there is one who does.
    db.conn.execute("PRAGMA cache_size = -65536")
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.conn.execute("COMMIT")
    except BaseException:
        # Also a COMMIT can fail, on a full disk.
        db.conn.rollback()
        raise


@contextmanager
def alone(db: Database) -> Iterator[None]:
    """Keep other followers of a file out, from the rows of a page to what is written after it."""
    (_, _, name), *_ = db.execute("PRAGMA database_list").fetchall()
    with _locked(Path(f"{name}.lock")):
        yield


@contextmanager
def _locked(path: Path, *, patiently: bool = True) -> Iterator[None]:
    """Hold the lock of a file; if not patiently, raise BlockingIOError where another has it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX if patiently else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _made_by(path: Path) -> Path:
    """What is locked as long as the file is being made."""
    return path.with_name(f"{path.name}.making")


def tracked(db: Database) -> int:
    """The position up to which the views of a connection have read."""
    return read_last(db)[0]


def read_last(db: Database) -> tuple[int, str]:
    """Position and instant of the commit that the views have read last; 0 and "" before any."""
    position, recorded_at = db.execute(TRACKED).fetchone()
    return position, recorded_at


def track(db: Database, position: int, *, recorded_at: str) -> None:
    """Note how far the views have read; part of the transaction that writes their rows."""
    db.conn.execute(TRACK, {"position": position, "recorded_at": recorded_at})


def open_file(path: Path) -> Database:
    """A connection to a file of views that need not be the one in use."""
    return Database(_connect(path), use_counts_table=False)


@contextmanager
def filled(path: Path) -> Iterator[Database]:
    """A connection that fills a file of empty views with the end of the block, quickly.

    Who reads it meanwhile sees nothing whole, and if the block fails, it is to be removed.
    """
    db = open_file(path)
    execute = db.conn.execute
    try:
        execute("PRAGMA journal_mode = OFF")
        execute("PRAGMA synchronous = OFF")
        execute("PRAGMA cache_size = -65536")
        # An index that is made of all rows at once costs a fraction of one that grows with them.
        indexes = execute(INDEXES).fetchall()
        for name, _ in indexes:
            execute(f'DROP INDEX "{name}"')
        execute("BEGIN")
        yield db
        execute("COMMIT")
        for _, create in indexes:
            execute(create)
        execute("PRAGMA journal_mode = WAL")
    finally:
        db.conn.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def digest(db: Database, tables: Sequence[str]) -> str:
    """SHA-256 over every row of the tables, whatever order or row number they lie in.

    Rows come in the order of their primary keys, which is that of their columns; so they are
    read as they lie. A query that is kept as a view says itself how its rows follow each other.
    """
    total, queries = hashlib.sha256(), set(db.view_names())
    for table in tables:
        names = [column.name for column in db[table].columns if column.name != "id"]
        listed = ", ".join(f'"{name}"' for name in names)
        total.update(f"{table}({listed})\n".encode())
        order = "" if table in queries else f"ORDER BY {listed}"
        # An index that has all columns would be read instead, and the table might say otherwise.
        rows = db.conn.execute(f'SELECT {listed} FROM "{table}" NOT INDEXED {order}')
        try:
            while some := rows.fetchmany(HASHED):
                total.update(msgspec.json.encode(some))
        except sqlite3.OperationalError as error:
            if hasattr(error, "sqlite_errorcode"):
                raise
            total.update(str(error).encode())  # of Python: a text is not UTF-8
    return total.hexdigest()


def remove(path: Path) -> None:
    """Remove a file of views with what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", ".columns", ".lock", ".making"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _connect(path: Path, *, mode: str = "rw") -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=30,
        cached_statements=256,
    )
    # NORMAL is enough here: what a loss of power takes, the log gives again.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    # Every thread of every process has one, so what it keeps is small: what is asked about many
    # records is answered from the columns, and the system keeps the file.
    connection.execute("PRAGMA cache_size = -8192")
    connection.execute("PRAGMA mmap_size = 67108864")
    return connection


def _stamp(pointer: Path) -> tuple[int, int]:
    status = pointer.stat()
    return status.st_ino, status.st_mtime_ns
