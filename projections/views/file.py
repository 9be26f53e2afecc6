"""The views' own file: where it lies, who reads it, and how far it has read the log.

Rows and tracking change in one transaction, so a view that was killed while it
wrote goes on where its last whole page ended. A rebuild makes another file
beside and swaps it in by replacing the pointer, a small file that names the
one in use; readers notice with their next question.

Whoever meets damage takes the pointer away, so that nobody is answered by what
is not whole; whoever follows the log then makes the views anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec
from sqlite_utils import Database

from events.errors import AnnalesError, OtherViews, ViewsMending
from events.store.connections import Alone, alone_name, is_unwritable, lies_alone
from projections import VIEW
from projections.views.columns import Shelf

__all__ = [
    "Database",
    "Views",
    "ViewsDamaged",
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

DAMAGED = "views.damaged"
"""What the pointer is renamed to where the views are damaged: that takes no room on a full disk. It
then says why, if there is room."""

LOCK = "views.lock"
"""Who swaps files in, or removes what was left of them, holds a lock on this one."""

TURN = "views.follower"
"""Its lock says who follows the log."""

NAMED = re.compile(r"views-[\w-]+\.sqlite")
"""What a pointer may say."""

HASHED = 1000
"""How many rows are hashed at a time."""

LOOK_AGAIN = 60.0
"""Seconds after which a whole file is read again because of an error that nobody foresaw."""

DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT})
SHORT = frozenset(
    {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}
)
"""What SQLite says of a file that does not hold what was written to it. It says `SQLITE_ERROR` of
a table that is not there, and of much else."""

Stamp = tuple[int, int]

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
TRACK = """
    UPDATE tracking SET position = :position, recorded_at = :recorded_at
    WHERE view = :view
"""
CHECK = "PRAGMA quick_check(1)"


class ViewsDamaged(AnnalesError):
    """The views are not what was written to them. They are made anew from the log."""


class _Opened(NamedTuple):
    """A connection to a file of views, the pointer by which it was found, and what it has open."""

    db: Database
    pointer: Stamp
    path: Path
    files: tuple[str, ...]
    lying: tuple[int, ...]

    def lies_there(self) -> bool:
        """Whether its files are still those at their places, and the first has not lost its end."""
        *files, size = _lying(self.files)
        return files == [*self.lying[:-1]] and size >= self.lying[-1]


class Views:
    """The file of the views in a folder. Threads share it, each with a connection of its own."""

    def __init__(
        self,
        folder: Path,
        creates: Sequence[str],
        *,
        belong: Callable[[Database], bool] = lambda _: True,
    ) -> None:
        """Open the views of a folder, making empty ones where there are none of this version.

        `belong` says whether views were made from the log. Raises OtherViews where somebody follows
        the log into views of a later version.
        """
        self.folder = folder
        self._pointer = str(folder / POINTER)
        self._creates = creates
        self._belong = belong
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._shelf = Shelf()
        self._looked = -LOOK_AGAIN
        self._given_up: tuple[Stamp | None, str] = None, ""
        self._begin()

    def _begin(self) -> None:
        """Have views of this version in use."""
        try:
            self.db()
        except ViewsMending:
            self.begin_anew()
        except OtherViews as other:
            if other.is_later and self._is_followed():
                raise
            log.warning("the views in %s are of another form: they are made anew", self.folder)
            self.begin_anew()

    def _is_followed(self) -> bool:
        """Whether somebody follows the log, here or elsewhere."""
        try:
            with _locked(self.folder / TURN, patiently=False):
                return False
        except BlockingIOError:
            return True

    def path(self) -> Path | None:
        """The file in use; None where there is none."""
        try:
            name = (self.folder / POINTER).read_text(errors="replace").strip()
        except FileNotFoundError:
            return None
        path = self.folder / name
        return path if NAMED.fullmatch(name) and path.exists() else None

    def used(self) -> Path:
        """The file in use. Raises ViewsMending where there is none."""
        path = self.path()
        if path is None:
            raise ViewsMending(self.damage() or "")
        return path

    def damage(self) -> str | None:
        """Why no views are in use; None if some are."""
        if (self.folder / POINTER).exists():
            return None
        try:
            return (self.folder / DAMAGED).read_text(errors="replace").strip()
        except FileNotFoundError:
            return f"{POINTER} is gone"

    def met(self, error: Exception) -> bool:
        """Whether an error that somebody met in reading comes of damage; then these views are out
        of use, and whoever follows makes them anew."""
        opened: _Opened | None = getattr(self._local, "opened", None)
        is_damaged = _tells_of_damage(error)
        if is_damaged is None and opened is not None:
            is_damaged = self._is_damaged(opened)
        if is_damaged and opened is not None:
            self.give_up(f"{error}" if str(error) else type(error).__name__, opened.pointer)
        return bool(is_damaged)

    def _is_damaged(self, opened: _Opened) -> bool:
        """Whether the file that is in use is damaged, as far as SQLite and the columns can tell.

        It is read from end to end, so not each time that somebody fails.
        """
        if not opened.lies_there():
            return True
        if time.monotonic() < self._looked + LOOK_AGAIN:
            return False
        columns = self._shelf.of(opened.db)
        if not is_sound(opened.path) or (columns is not None and not columns.is_right()):
            return True
        self._looked = time.monotonic()
        return False

    def give_up(self, why: str, pointer: Stamp) -> None:
        """Take views out of use, for everybody, if the pointer is still the one that named them."""
        if not os.access(self.folder, os.W_OK):
            # Then it is for each process to know, as long as the pointer is the same.
            self._given_up = pointer, why
            return
        with _locked(self.folder / LOCK):
            if _stamp(self._pointer) != pointer:
                return
            (self.folder / POINTER).replace(self.folder / DAMAGED)
            log.error("the views in %s are damaged, and are made anew: %s", self.folder, why)
            with suppress(OSError):  # on a full disk it says less
                (self.folder / DAMAGED).write_text(why)

    def begin_anew(self) -> None:
        """Put empty views into use."""
        with self.beside() as path:
            self.swap_in(path)

    @contextmanager
    def beside(self) -> Iterator[Path]:
        """A new file with empty views that have read nothing; removed with the end of the block,
        unless it is in use by then."""
        self.sweep()
        path = self._new_path()
        with _locked(_made_by(path)):
            try:
                yield self.make_beside(path)
            finally:
                if self.path() != path:
                    remove(path)

    @contextmanager
    def elsewhere(self) -> Iterator[Path]:
        """A new file with empty views that will never be in use, in a temporary folder."""
        with TemporaryDirectory(prefix="annales-") as folder:
            yield self.make_beside(Path(folder) / "views-elsewhere.sqlite")

    def sweep(self) -> None:
        """Remove the files of whoever was killed before they were in use."""
        with _locked(self.folder / LOCK):
            used = self.path()
            for path in self.folder.glob("views-*.sqlite"):
                if path != used:
                    with suppress(BlockingIOError), _locked(_made_by(path), patiently=False):
                        remove(path)
            for beside in self.folder.glob("views-*.sqlite[.-]*"):
                # What lies beside a file that is gone, or was half made by a process that is.
                views, _, rest = beside.name.partition(".sqlite")
                maker = rest.partition(".columns.")[2]
                is_half_made = maker.isdigit() and not Path(f"/proc/{maker}").exists()
                if is_half_made or not (self.folder / f"{views}.sqlite").exists():
                    beside.unlink(missing_ok=True)

    def make_beside(self, path: Path | None = None) -> Path:
        """A new file with empty views that have read nothing; not yet in use."""
        path = path or self._new_path()
        with closing(_connect(path, mode="rwc")) as connection:
            # Once and for all: on a file that was cut short it would wait for whoever has it open.
            connection.execute("PRAGMA journal_mode = WAL")
            for create in definitions(self._creates):
                connection.executescript(create)
            connection.execute(BEGIN_TRACKING, {"view": VIEW, "shape": shape(self._creates)})
        return path

    def _new_path(self) -> Path:
        return self.folder / f"views-{secrets.token_hex(4)}.sqlite"

    def swap_in(self, path: Path, *, where_none: bool = False) -> None:
        """Put a file into use, at once and for everybody, and remove the one before.

        With `where_none`, only if there is none.
        """
        with _locked(self.folder / LOCK):
            before = self.path()
            if where_none and before is not None:
                return
            temporary = self.folder / f"{POINTER}.{secrets.token_hex(4)}"
            temporary.write_text(path.name)
            temporary.replace(self.folder / POINTER)
            (self.folder / DAMAGED).unlink(missing_ok=True)
            if before is not None and before != path:
                remove(before)

    def db(self) -> Database:
        """This thread's connection to the file in use. Raises ViewsMending where it is damaged or
        there is none, and OtherViews."""
        opened: _Opened | None = getattr(self._local, "opened", None)
        pointer = _stamp(self._pointer)
        if opened is None or opened.pointer != pointer:
            self.let_go()
            opened = self._local.opened = self._open()
        elif isinstance(opened.db.conn, Alone):
            if not lies_alone(opened.path):  # from now on somebody may write to it
                self.let_go()
                return self.db()
        elif not opened.lies_there():
            self.give_up("its files were removed, replaced or cut short", opened.pointer)
            self.let_go()
            return self.db()
        return opened.db

    def let_go(self) -> None:
        """Close this thread's connection; the next question opens another."""
        opened: _Opened | None = getattr(self._local, "opened", None)
        if opened is not None:
            self._local.opened = None
            self._close(opened.db.conn)

    def _close(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if connection in self._opened:
                self._opened.remove(connection)
        connection.close()

    def _open(self) -> _Opened:
        """A connection to the file that is named now."""
        while True:
            pointer = _stamp(self._pointer)
            if pointer is None or pointer == self._given_up[0]:
                raise ViewsMending(self.damage() or self._given_up[1])
            try:
                return self._open_named(pointer)
            except (ViewsDamaged, sqlite3.DatabaseError) as error:
                # Between its naming and its opening a rebuild may have put another in its place.
                if _stamp(self._pointer) != pointer:
                    continue
                if not _tells_of_damage(error):
                    raise
                self.give_up(str(error), pointer)
                raise ViewsMending(str(error)) from error

    def _open_named(self, pointer: Stamp) -> _Opened:
        path = self.path()
        if path is None:
            raise ViewsDamaged(f"{POINTER} names no file of views that is there")
        connection = _connect(path)
        with self._lock:
            self._opened.append(connection)
        db = Database(connection, use_counts_table=False)
        try:
            self._check(db)
        except BaseException:
            self._close(connection)
            raise
        files = tuple(f"{path}{suffix}" for suffix in ("", "-wal", "-shm"))
        return _Opened(db, pointer, path, files, _lying(files))

    def _check(self, db: Database) -> None:
        """Refuse views of another version, or of another log. Raises OtherViews, ViewsDamaged."""
        made_by = db.conn.execute(MADE_BY).fetchone()
        if made_by is None:
            raise ViewsDamaged("they do not say what made them")
        if made_by != (VIEW, shape(self._creates)):
            raise OtherViews(made_by[0], VIEW)
        if not self._belong(db):
            raise ViewsDamaged("they were made from another log")

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
    lock = Path(f"{path_of(db)}.lock")
    if not os.access(lock.parent, os.W_OK):  # where nobody can write, there is nobody to keep out
        yield
        return
    with _locked(lock):
        yield


@contextmanager
def _locked(path: Path, *, patiently: bool = True) -> Iterator[None]:
    """Hold the lock of a file; if not patiently, raise BlockingIOError where another has it."""
    with path.open("a") as file:
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


def made_by(db: Database) -> tuple[int, str]:
    """The version of the program's views in a file, and what identifies their tables."""
    version, shape_of_tables = db.conn.execute(MADE_BY).fetchone()
    return version, shape_of_tables


def definitions(creates: Sequence[str]) -> tuple[str, ...]:
    """The statements that make a file of views."""
    return CREATE_TRACKING, *creates


def track(db: Database, position: int, *, recorded_at: str) -> None:
    """Note how far the views have read; part of the transaction that writes their rows.

    Raises OtherViews, so that nothing is written to views of another version.
    """
    noted = db.conn.execute(
        TRACK, {"position": position, "recorded_at": recorded_at, "view": VIEW}
    ).rowcount
    if noted != 1:
        view, _ = db.conn.execute(MADE_BY).fetchone()
        raise OtherViews(view, VIEW)


def is_sound(path: Path) -> bool:
    """Whether SQLite finds its own order everywhere in a file. It is read from end to end."""
    try:
        # A connection that has read before would find what it remembers.
        with closing(_connect(path)) as connection:
            return bool(connection.execute(CHECK).fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def path_of(db: Database) -> Path:
    """The file that a connection has open."""
    (_, _, name), *_ = db.conn.execute("PRAGMA database_list").fetchall()
    return Path(name)


def last_written(db: Database) -> Stamp:
    """What changes when anybody writes to the file of a connection."""
    status = path_of(db).stat()
    return status.st_size, status.st_mtime_ns


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
    """A connection to a file; where nothing can be written, to one that nobody else has open, it
    takes no locks."""
    try:
        return _connected(f"{path.absolute().as_uri()}?mode={mode}")
    except sqlite3.OperationalError as error:
        if mode != "rw" or not is_unwritable(error) or not lies_alone(path):
            raise
        return _connected(alone_name(path), factory=Alone)


def _connected(
    name: str, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    connection = sqlite3.connect(
        name,
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=30,
        cached_statements=256,
        factory=factory,
    )
    try:
        _set_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection) -> None:
    # NORMAL is enough here: what a loss of power takes, the log gives again.
    connection.execute("PRAGMA synchronous = NORMAL")
    # Every thread of every process has one, so what it keeps is small: what is asked about many
    # records is answered from the columns, and the system keeps the file. It is not mapped: whoever
    # reads beyond the end of a mapped file that was cut short is killed.
    connection.execute("PRAGMA cache_size = -8192")
    connection.execute("PRAGMA user_version").fetchone()  # only what reads it opens a file


def _tells_of_damage(error: Exception) -> bool | None:
    """Whether an error says that a file of views is damaged; None where it may be."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:  # of another process, or of a connection that is closed
            return type(error) is sqlite3.DatabaseError
        if code == sqlite3.SQLITE_ERROR:
            return str(error).startswith("no such table")
        return code & 0xFF in DAMAGE or code in SHORT
    if isinstance(error, AnnalesError):
        return isinstance(error, ViewsDamaged)
    return False if isinstance(error, OSError) else None


def _stamp(pointer: str) -> Stamp | None:
    """What changes when another file is put into use; None where none is."""
    try:
        status = os.stat(pointer)  # noqa: PTH116 -- with every question, in a fifth of the time
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


def _lying(files: Sequence[str]) -> tuple[int, ...]:
    """Which files lie at their places, 0 where there is none; and how long the first is."""
    found, size = [], 0
    for path in files:
        try:
            status = os.stat(path)  # noqa: PTH116 -- as above
        except FileNotFoundError:
            found.append(0)
            continue
        if not found:
            size = status.st_size
        found.append(status.st_ino)
    return (*found, size)
