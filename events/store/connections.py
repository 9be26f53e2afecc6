"""The connections to a log in a SQLite file: many that read, one that writes.

What is committed survives a loss of power (WAL with synchronous=FULL, asserted on each connection),
so the log cannot be an in-memory database. Where nothing can be written, it is opened for reading
alone.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, local
from types import TracebackType
from typing import cast

from eventsourcing import sqlite as library
from eventsourcing.persistence import (
    ConnectionPoolClosedError,
    ConnectionUnavailableError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)

from events.errors import LogDamaged, LogReplaced, NotDurable
from events.store.doorbell import Doorbell
from events.store.noted import Noted, NotedHead
from events.store.schema import PRAGMAS

UNWRITABLE = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
)
"""What SQLite says where it cannot write."""

SHARED = 32_768
"""How long the memory that SQLite shares is at least; on a full disk there may be a part of it."""

LOOK = 0.0005
"""Seconds from one look to the next whether another process still writes."""


class ChronicleDatastore(library.SQLiteDatastore):
    """The connections to one log: a pool for readers, one for whoever writes, a doorbell.

    `lock_timeout` is how many seconds a writer waits for another, in this
    process or elsewhere; `poll_interval` how many pass before a commit of
    another process is heard.
    """

    pool: ChroniclePool

    def __init__(
        self, db_name: str, *, lock_timeout: int | None = None, poll_interval: float = 0.02
    ) -> None:
        super().__init__(db_name, originator_id_type="text")
        self.pool = ChroniclePool(
            db_name=db_name,
            lock_timeout=lock_timeout or library.SQLITE3_DEFAULT_LOCK_TIMEOUT,
            pool_size=16,
            max_overflow=16,
        )
        self.doorbell = Doorbell(self.pool.connect, poll_interval=poll_interval)
        self.noted = NotedHead(Path(db_name))
        self._writer: library.SQLiteConnection | None = None
        self._writing = Lock()
        self._ours = _OfThisThread()

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[library.SQLiteCursor]:
        """A cursor in a transaction of its own, or in the `one_transaction` of this thread."""
        ours = self._ours.connection
        if ours is None:
            self.pool.check_file()
            with super().transaction(commit=commit) as cursor:
                yield cursor
        elif commit and not self._ours.commit:
            raise ProgrammingError("nothing can be written in a transaction that only reads")
        else:
            with (cursor := ours.cursor()):
                yield cursor

    @contextmanager
    def one_transaction(self, *, commit: bool) -> Iterator[None]:
        """All transactions of this thread are one meanwhile. Raises like `get_connection`."""
        if self._ours.connection is not None:
            yield
            return
        with (
            self.get_connection(commit=commit) as connection,
            connection.transaction(commit=commit),
        ):
            self._ours.connection, self._ours.commit = connection, commit
            written = cast("ChronicleConnection", connection).written  # as the pool makes them
            before = written()
            try:
                self.pool.check_file()
                yield
            finally:
                self._ours.connection = None
                noted, self._ours.noted = self._ours.noted, None
            has_written = written() > before
        if noted is not None:
            self.noted.write(noted)
        if has_written:
            self.doorbell.ring()

    def is_in_transaction(self) -> bool:
        """Whether this thread is in `one_transaction`."""
        return self._ours.connection is not None

    def note_once_written(self, noted: Noted | None) -> None:
        """Note a commit beside the log when the transaction of this thread is on the disk."""
        self._ours.noted = noted

    @contextmanager
    def get_connection(self, *, commit: bool) -> Iterator[library.SQLiteConnection]:
        """A connection for a while: one of many to read, or the one to write.

        Raises ConnectionUnavailableError after `lock_timeout` seconds behind another writer, and
        ConnectionPoolClosedError when the datastore is closed.
        """
        # Writers do not go through the pool: when it has no connection left, it
        # raises and keeps its writer's lock for ever. One connection of their
        # own also keeps its statements prepared.
        if not commit:
            with super().get_connection(commit=False) as reader:
                yield reader
            return
        if not self._writing.acquire(timeout=self.pool.lock_timeout):
            raise ConnectionUnavailableError("timed out waiting for another writer")
        try:
            if self.pool.closed:
                raise ConnectionPoolClosedError
            if self._writer is not None and self._writer.closing:
                self._writer.close()
                self._writer = None
            if self._writer is None:
                self._writer = self.pool.create_connection(writes=True)
            yield self._writer
        finally:
            self._writing.release()

    def close(self) -> None:
        """Let a running commit end, then close every connection; waiting threads return."""
        self.doorbell.close()
        with self._writing:
            super().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = None


class _OfThisThread(local):
    """The transaction that a thread is in, if it is in one."""

    connection: library.SQLiteConnection | None = None
    commit = False
    noted: Noted | None = None


class ChroniclePool(library.SQLiteConnectionPool):
    """Makes connections on which a commit is durable, and no others."""

    lock_timeout: int
    _file: tuple[int, int] | None = None

    def check_file(self) -> None:
        """See that the file in its place is the one that was opened. Raises LogReplaced."""
        try:
            status = os.stat(self.db_name)  # noqa: PTH116 -- three times as fast as that of a Path
        except OSError as error:
            if self._file is None:
                return  # it is about to be made
            raise LogReplaced(Path(self.db_name).name, "it is gone") from error
        file = status.st_dev, status.st_ino
        if self._file is None:
            self._file = file
        elif file != self._file:
            why = "another was put in its place while it was open"
            raise LogReplaced(Path(self.db_name).name, why)

    def connect(self) -> sqlite3.Connection:
        """A plain connection to the log, for whoever closes it.

        Where nothing can be written, not even what SQLite keeps beside a file that it reads, it is
        one for reading alone. Raises NotDurable, LogReplaced, LogDamaged for a file that is no
        database, or the library's InterfaceError or OperationalError.
        """
        connection = self._connected(self.db_name)
        try:
            _make_durable(connection, patience=self.lock_timeout)
            self.check_file()
        except OperationalError as error:
            connection.close()
            if not is_unwritable(error.__cause__) or not lies_alone(self.db_name):
                raise
            return self._connected(alone_name(self.db_name), factory=Alone)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connected(
        self, name: str, factory: type[sqlite3.Connection] = sqlite3.Connection
    ) -> sqlite3.Connection:
        try:
            return sqlite3.connect(
                name,
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                timeout=self.lock_timeout,
                factory=factory,
            )
        except sqlite3.Error as error:
            raise InterfaceError(error) from error

    def create_connection(self, *, writes: bool = False) -> library.SQLiteConnection:
        """A connection as the library wants it, to read or to write with."""
        connection = self.connect()
        connection.row_factory = sqlite3.Row
        if writes:
            connection.execute("PRAGMA busy_timeout = 0")  # it waits in `_take_the_lock`
        return ChronicleConnection(connection, max_age=self.max_age, patience=self.lock_timeout)

    def _create_connection(self) -> library.SQLiteConnection:
        return self.create_connection()

    def put_connection(self, conn: library.SQLiteConnection) -> None:
        """Take a connection back; if the pool was closed meanwhile, close it."""
        with self._put_condition:
            if not self._closed:
                super().put_connection(conn)
            elif self._in_use.pop(id(conn), None):
                conn.in_use.release()
                conn.close()

    def close(self) -> None:
        """Close the connections that nobody uses; each of the others when it comes back.

        The library closes them all, and SQLite does not survive that in the
        middle of a statement of another thread.
        """
        with self._put_condition:
            self._closed = True
            while self._pool:
                self._pool.popleft().close()


class Alone(sqlite3.Connection):
    """A connection that takes no locks and writes nothing, to a file that nobody has open."""


def alone_name(path: str | Path) -> str:
    """The name of a file by which SQLite opens it like that."""
    return f"{Path(path).absolute().as_uri()}?immutable=1"


def lies_alone(path: str | Path) -> bool:
    """Whether nobody has a file open, and nothing of it lies elsewhere: as long as somebody has,
    SQLite keeps beside it what was written last, and who reads."""
    return Path(path).exists() and not _size(f"{path}-wal") and _size(f"{path}-shm") < SHARED


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except FileNotFoundError:
        return 0


def is_unwritable(error: BaseException | None) -> bool:
    """Whether SQLite said this where it could not write."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in UNWRITABLE


class ChronicleConnection(library.SQLiteConnection):
    """A connection whose writing transactions begin by taking the lock."""

    def __init__(
        self, connection: sqlite3.Connection, *, max_age: float | None, patience: float
    ) -> None:
        super().__init__(connection, max_age=max_age)
        self.patience = patience

    @property
    def closing(self) -> bool:
        """Whether it is not used again: somebody whom it would not hear may write from now on."""
        return isinstance(self._sqlite_conn, Alone) or super().closing

    def written(self) -> int:
        """How many rows were written by it so far."""
        return self._sqlite_conn.total_changes

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[library.SQLiteCursor]:
        """A cursor in a transaction, which ends in COMMIT if `commit` is set, else in ROLLBACK."""
        with _Transaction(self, commit=commit) as cursor, cursor:
            yield cursor


class _Transaction(library.SQLiteTransaction):
    connection: ChronicleConnection

    def __enter__(self) -> library.SQLiteCursor:
        cursor = self.connection.cursor()
        try:
            # A transaction that reads first and then writes is refused without
            # any waiting if someone else has committed in between.
            if self.commit:
                _take_the_lock(cursor, patience=self.connection.patience)
            else:
                cursor.execute("BEGIN")
        except sqlite3.DatabaseError as error:
            raise OperationalError(error) from error
        return cursor

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        try:
            super().__exit__(exc_type, exc_val, exc_tb)
        except BaseException:
            # Also a COMMIT can fail, on a full disk: it must leave no
            # transaction open for whoever has the connection next.
            self.connection.rollback()
            raise


def _take_the_lock(cursor: library.SQLiteCursor, *, patience: float) -> None:
    """Begin to write as soon as nobody else does, within so many seconds.

    SQLite would wait ever longer from look to look, up to a tenth of a second: whoever has just
    written is first again, and among many writers some wait for seconds.
    """
    ends = time.monotonic() + patience
    while True:
        try:
            cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(LOOK)
        else:
            return


def _make_durable(connection: sqlite3.Connection, *, patience: float) -> None:
    try:
        for pragma in PRAGMAS:
            connection.execute(pragma)
        journal = _write_ahead(connection, patience=patience)
        [(synchronous,)] = connection.execute("PRAGMA synchronous").fetchall()
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error
    except sqlite3.DatabaseError as error:
        raise LogDamaged(0, str(error)) from error
    if journal != "wal" or synchronous != 2:  # 2 is SQLite's number for FULL
        raise NotDurable(
            f"journal_mode is {journal} and synchronous {synchronous}: a log needs wal and 2,"
            " so keep it in a file on a local disk"
        )


def _write_ahead(connection: sqlite3.Connection, *, patience: float) -> str:
    """Turn to a write-ahead log, within so many seconds; the mode that the file then has.

    SQLite waits for no lock here: two processes that open a new file at once would fail.
    """
    ends = time.monotonic() + patience
    while True:
        try:
            [(journal,)] = connection.execute("PRAGMA journal_mode = WAL").fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(0.01)
        else:
            return str(journal)
