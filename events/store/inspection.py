"""Whether the log still holds what was written: every stored byte against its witness.

The leaf of an event is the witness of what it says, the seal of a commit that
of everything else: its row, its claims, its places, and the commit before. The
tables and triggers are those that the program would make, and SQLite holds its
indexes against its tables. A file may be damaged in any way: whatever SQLite
says of it then is a finding, and so is what has another form than was written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from events.canonical import leaf_hash
from events.commit import Commit, Epoch
from events.store.schema import (
    EPOCHS,
    EVERY_CLAIM,
    EVERY_COMMIT,
    EVERY_EVENT,
    FARTHEST,
    LAST_GIVEN,
    SCHEMA_NUMBER,
    SCHEMAS,
    WITHOUT_EPOCHS,
)
from events.store.sealing import seal_of, seal_of_epoch
from events.store.tree import damaged_tree

DEFINED_AT_ALL = "SELECT count(*) FROM sqlite_schema"
DEFINED = """
    SELECT name, type, tbl_name, sql,
           typeof(name) || typeof(type) || typeof(tbl_name) || typeof(sql)
    FROM sqlite_schema
"""
"""With the kinds: by one bit a text becomes a blob of the same bytes."""

NOT_OF_THE_FILE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
    }
)
"""Errors of SQLite that say something of the moment. All others say it of the file."""

NOTHING_BESIDE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
"""What SQLite says where it cannot make the files that it keeps beside an open one."""

Whole = TypeVar("Whole", Commit, Epoch)

_Event = tuple[int, bytes, int, bytes, bytes, bytes]
"""What a row of `EVERY_EVENT` is, its texts as bytes."""


def damage(path: Path) -> Iterator[tuple[int, str]]:
    """Re-read every stored byte of the log in a file: the position and what is wrong there.

    Position 0 stands for the file as a whole.
    """
    try:
        with one_state(path) as connection:
            yield from ((0, why) for why in damaged_file(connection))
            yield from ((0, why) for why in damaged_schema(connection, SCHEMAS))
            yield from damaged_log(connection)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        yield 0, f"the file cannot be read: {of_the_file(error)}"


@contextmanager
def one_state(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads one state of a file, whoever writes meanwhile, and writes nothing.

    It gives texts as bytes: a damaged one may be no UTF-8.
    """
    with closing(_connected(path)) as connection:
        connection.text_factory = bytes
        yield connection


def _connected(path: Path) -> sqlite3.Connection:
    """A connection that only reads. One that could not write would leave files beside."""
    try:
        return _opened(path, "mode=rw")
    except sqlite3.OperationalError as error:
        # Where nothing can be made beside a file, and nobody has, the file alone is everything.
        is_open = any(path.with_name(path.name + end).exists() for end in ("-wal", "-shm"))
        if is_open or error.sqlite_errorcode & 0xFF not in NOTHING_BESIDE:
            raise
        return _opened(path, "mode=ro&immutable=1")


def _opened(path: Path, how: str) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?{how}"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=20)
    try:
        for pragma in ("query_only = ON", "cell_size_check = ON", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        connection.execute(DEFINED_AT_ALL).fetchone()  # only what reads has begun
    except BaseException:
        connection.close()
        raise
    return connection


def of_the_file(error: sqlite3.Error | UnicodeDecodeError) -> Exception:
    """The error, as far as it says something of the file; another is raised again.

    Where SQLite names what it found in the file, its message may be no UTF-8.
    """
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in NOT_OF_THE_FILE:
        raise error
    return error


def commit_of(row: tuple[Any, ...]) -> Commit:
    """The commit in a row of `commits`, without its seal."""
    position, first, recorded_at, actor, request, key, fingerprint = row
    return Commit(
        position=position,
        first=first,
        recorded_at=recorded_at,
        actor=actor,
        request=request,
        key=key,
        fingerprint=fingerprint,
    )


def damaged_file(connection: sqlite3.Connection) -> Iterator[str]:
    """What SQLite itself finds wrong: with pages, rows, indexes against tables, full texts."""
    for (findings,) in connection.execute("PRAGMA integrity_check"):
        for finding in findings.decode(errors="replace").splitlines():
            if finding != "ok" and not finding.startswith("***"):  # a heading
                yield finding


def damaged_schema(
    connection: sqlite3.Connection, schemas: Mapping[int, Sequence[str]]
) -> Iterator[str]:
    """What differs from the tables, indexes and triggers that the statements of its schema make."""
    [(number,)] = connection.execute("PRAGMA user_version")
    if number not in schemas:
        yield f"the file says that its schema is {number}, which this program does not know"
        return
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.executescript(";".join(schemas[number]))
        empty.text_factory = bytes
        wanted = empty.execute(DEFINED).fetchall()
    defined = set(connection.execute(DEFINED))
    for row in wanted:
        if row not in defined:
            yield f"{row[0].decode()} is not defined as this program defines it"


def is_defined_by(path: Path, statements: Sequence[str]) -> bool:
    """Whether a file has the tables, indexes and triggers that some statements make, and no other:
    whatever else there was would run with what is written to it."""
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.executescript(";".join(statements))
        empty.text_factory = bytes
        wanted = set(empty.execute(DEFINED))
    try:
        with one_state(path) as connection:
            return set(connection.execute(DEFINED)) == wanted
    except (sqlite3.Error, UnicodeDecodeError) as error:
        of_the_file(error)
        return False


def damaged_log(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """What differs from what was written, each with its position."""
    reached = 0
    events = _Ahead(connection.execute(EVERY_EVENT))
    claims = _Ahead(connection.execute(EVERY_CLAIM))
    previously = ""
    for *columns, seal in connection.execute(EVERY_COMMIT):
        position = columns[0]
        own_events = events.up_to(position)
        own_claims = claims.up_to(position)
        try:
            commit = _again(columns, Commit)
        except (UnicodeDecodeError, msgspec.ValidationError) as error:
            yield position, f"its commit is not what was written: {error}"
        else:
            yield from _damaged_commit(
                commit, seal, own_events, own_claims, previous=reached, previously=previously
            )
            previously = commit.recorded_at
        reached = position
    for row in events.up_to(FARTHEST):
        yield row[0], "the event lies in no commit"
    for _ in claims.up_to(FARTHEST):
        yield reached, "a name is claimed by no commit"
    given = connection.execute(LAST_GIVEN).fetchone()[0]
    if given != reached:
        yield reached, f"the log ends here, but positions up to @{given} were given"
    yield from _damaged_epochs(connection, reached)
    [(schema,)] = connection.execute("PRAGMA user_version")
    if schema == SCHEMA_NUMBER:
        yield from damaged_tree(connection)


def _damaged_epochs(connection: sqlite3.Connection, head: int) -> Iterator[tuple[int, str]]:
    [(schema,)] = connection.execute("PRAGMA user_version")
    if schema == WITHOUT_EPOCHS:
        return
    for *columns, seal in connection.execute(EPOCHS):
        try:
            epoch = _again(columns, Epoch)
        except (UnicodeDecodeError, msgspec.ValidationError) as error:
            yield head, f"an epoch is not what was written: {error}"
            continue
        if epoch.began > head or seal != seal_of_epoch(epoch):
            yield epoch.began, f"epoch {epoch.number} is not what was written: its seal differs"


def _damaged_commit(
    commit: Commit,
    seal: bytes,
    events: list[tuple[Any, ...]],
    claims: list[tuple[Any, ...]],
    *,
    previous: int,
    previously: str,
) -> Iterator[tuple[int, str]]:
    if not previous < commit.first <= commit.position:
        yield commit.position, f"its commit begins at @{commit.first}, the last at @{previous}"
    if commit.recorded_at <= previously:
        yield commit.position, "it is not recorded later than the commit before it"
    for row in events:
        if row[0] < commit.first:
            yield row[0], "the event lies in no commit"
        elif (leaf := _leaf_again(row, commit)) is None or leaf != row[5]:
            yield row[0], "the event is not what was written: its leaf differs"
    again = _seal_again(commit, events, claims, previous=previous)
    if again is None or again != seal:
        yield commit.position, "the commit is not what was written: its seal differs"


def _again(columns: Sequence[Any], kind: type[Whole]) -> Whole:
    """The commit or the epoch in a row. Raises UnicodeDecodeError, or ValidationError where a
    column has another kind than was written."""
    written = dict(zip(kind.__struct_fields__, map(_text, columns), strict=True))
    return msgspec.convert(written, kind)


def _leaf_again(row: tuple[Any, ...], commit: Commit) -> bytes | None:
    try:
        _, stream, version, topic, state, _ = msgspec.convert(row, _Event)
        return leaf_hash(
            stream=stream.decode(),
            version=version,
            topic=topic.decode(),
            state=state,
            recorded_at=commit.recorded_at,
            actor=commit.actor,
        )
    except (UnicodeDecodeError, msgspec.ValidationError):
        return None


def _seal_again(
    commit: Commit,
    events: Iterable[tuple[Any, ...]],
    claims: Sequence[tuple[Any, ...]],
    *,
    previous: int,
) -> bytes | None:
    # Two claims that lie about their commit also break the seal of this one.
    if any(row[0] != commit.position for row in claims):
        return None
    try:
        own = [tuple(_text(column) for column in row[1:]) for row in claims]
        positions = [row[0] for row in events]
        return seal_of(commit, previous=previous, positions=positions, claims=own)
    except ValueError:  # no UTF-8, or what no JSON can say
        return None


def _text(column: object) -> object:
    return column.decode() if isinstance(column, bytes) else column


def _place(row: tuple[Any, ...]) -> int:
    """The position that a row begins with; where it is none, beyond all others."""
    return row[0] if isinstance(row[0], int) else FARTHEST


class _Ahead:
    """Rows that are taken in portions, by the position that each begins with."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def up_to(self, position: int) -> list[tuple[Any, ...]]:
        taken = []
        while self._next is not None and _place(self._next) <= position:
            taken.append(self._next)
            self._next = next(self._rows, None)
        return taken
