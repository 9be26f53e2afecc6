"""Whether the log still holds what was written: every stored byte against its witness.

The leaf of an event is the witness of what it says, the seal of a commit that
of everything else: its row, its claims, its places, and the commit before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from events.canonical import canonical, leaf_hash
from events.commit import Commit
from events.store.schema import (
    EVERY_CLAIM,
    EVERY_COMMIT,
    EVERY_EVENT,
    FARTHEST,
    LAST_GIVEN,
)


def seal_of(
    commit: Commit, *, previous: int, positions: list[int], claims: Iterable[Sequence[object]]
) -> bytes:
    """The checksum of a commit: of its row, its claims, its places, and the one before it.

    The leaves hold what the events say; this holds the rest, so that no byte
    of the log is without a witness.
    """
    members = [previous, positions, *msgspec.structs.astuple(commit), [list(c) for c in claims]]
    return sha256(canonical(members)).digest()


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


def damaged_file(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """What SQLite itself finds wrong with the file; it stands at position 0."""
    try:
        for (finding,) in connection.execute("PRAGMA integrity_check"):
            if finding != b"ok":
                yield 0, finding.decode(errors="replace")
    except sqlite3.DatabaseError as error:
        yield 0, f"the file cannot be read: {error}"


def damaged_log(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """What differs from what was written, each with its position.

    The connection must give texts as bytes: a damaged one may be no UTF-8.
    """
    reached = 0
    try:
        events = _Ahead(connection.execute(EVERY_EVENT))
        claims = _Ahead(connection.execute(EVERY_CLAIM))
        previously = ""
        for *columns, seal in connection.execute(EVERY_COMMIT):
            position = columns[0]
            own_events = events.up_to(position)
            own_claims = claims.up_to(position)
            try:
                commit = commit_of(tuple(_text(column) for column in columns))
                yield from _damaged_commit(
                    commit, seal, own_events, own_claims, previous=reached, previously=previously
                )
                previously = commit.recorded_at
            except UnicodeDecodeError:
                yield position, "a text of its commit is not UTF-8"
            reached = position
        for row in events.up_to(FARTHEST):
            yield row[0], "the event lies in no commit"
        for row in claims.up_to(FARTHEST):
            yield row[0], "a name is claimed by no commit"
        given = connection.execute(LAST_GIVEN).fetchone()[0]
        if given != reached:
            yield reached, f"the log ends here, but positions up to @{given} were given"
    except sqlite3.DatabaseError as error:
        yield reached, f"what follows cannot be read: {error}"


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
        elif row[5] != _leaf_again(row, commit):
            yield row[0], "the event is not what was written: its leaf differs"
    positions = [row[0] for row in events]
    own = [tuple(_text(column) for column in row[1:]) for row in claims]
    # Two claims that lie about their commit also break the seal of this one.
    strays = any(row[0] != commit.position for row in claims)
    if strays or seal != seal_of(commit, previous=previous, positions=positions, claims=own):
        yield commit.position, "the commit is not what was written: its seal differs"


def _leaf_again(row: tuple[Any, ...], commit: Commit) -> bytes | None:
    _, stream, version, topic, state, _ = row
    try:
        return leaf_hash(
            stream=stream.decode(),
            version=version,
            topic=topic.decode(),
            state=state,
            recorded_at=commit.recorded_at,
            actor=commit.actor,
        )
    except UnicodeDecodeError:
        return None


def _text(column: bytes | int | None) -> str | int | None:
    return column.decode() if isinstance(column, bytes) else column


class _Ahead:
    """Rows that are taken in portions, by the position that each begins with."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def up_to(self, position: int) -> list[tuple[Any, ...]]:
        taken = []
        while self._next is not None and self._next[0] <= position:
            taken.append(self._next)
            self._next = next(self._rows, None)
        return taken
