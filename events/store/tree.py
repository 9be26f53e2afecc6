"""The Merkle tree of the log in its file: it grows with each commit, in the transaction of it.

The leaves are those of the events. Of what stands above them only the roots of whole trees of 256,
256 * 256, … leaves are rows, so that 255 commits of 256 write nothing more, and whatever is asked
of the tree is made again from at most 255 hashes a level. A row also names the position of its last
leaf: positions may have holes, and by these rows an index is found from a position and back.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from events.ledger.checking import TILE
from events.ledger.tree import joined
from events.store.schema import (
    COUNT_LEAVES,
    EVERY_OF_TREE,
    FARTHEST,
    INSERT_TREE,
    LAST_OF_TREE,
    LEAVES_AFTER,
    LEAVES_BETWEEN,
    SCHEMA_NUMBER,
    TREE_AT,
    TREE_BEFORE,
    TREE_BETWEEN,
    TREE_FROM,
)

if TYPE_CHECKING:
    from eventsourcing.sqlite import SQLiteCursor, SQLiteDatastore


def grow(cursor: SQLiteCursor, head: int) -> None:
    """Make a row of each whole tree that has none; the last event lies at the position `head`."""
    for level in itertools.count(1):
        number, position = _last(cursor, level)
        has_grown = False
        # No more events lie between two positions than the difference.
        while head - position >= TILE:
            number += 1
            below = _below(cursor, level, number, after=position)
            if len(below) < TILE:
                break
            position = below[-1][0]
            cursor.execute(
                INSERT_TREE, (level, number, position, joined([hash for _, hash in below]))
            )
            has_grown = True
        if not has_grown:
            return


def _last(cursor: SQLiteCursor, level: int) -> tuple[int, int]:
    """The number and the position of the last row of a level; -1 and 0 where it has none."""
    cursor.execute(LAST_OF_TREE, {"level": level})
    row = cursor.fetchone()
    return (row[0], row[1]) if row else (-1, 0)


def _below(
    cursor: SQLiteCursor, level: int, number: int, *, after: int
) -> Sequence[tuple[int, bytes]]:
    """The positions and hashes of which a row is made, or as many as there are."""
    if level == 1:
        cursor.execute(LEAVES_AFTER, {"after": after, "limit": TILE, "skipped": 0})
    else:
        first = {"level": level - 1, "number": number * TILE, "limit": TILE}
        cursor.execute(TREE_FROM, first)
    return cast("Sequence[tuple[int, bytes]]", cursor.fetchall())


def place_of(cursor: SQLiteCursor, index: int) -> dict[str, int]:
    """Where the event at an index lies: beyond which position, and behind how many events."""
    number, skipped = divmod(index, TILE)
    after = 0
    if number:
        cursor.execute(TREE_AT, {"level": 1, "number": number - 1})
        row = cursor.fetchone()
        after = row[0] if row else FARTHEST
    return {"after": after, "skipped": skipped}


class Tree:
    """What is asked of the tree: the `Hashes` of `events/ledger/tree.py`, sizes and indexes.

    A log of an earlier schema has none, until it is brought to this one.
    """

    def __init__(self, datastore: SQLiteDatastore) -> None:
        self._datastore = datastore
        self._is_there = False

    def is_there(self, cursor: SQLiteCursor) -> bool:
        """Whether the log has a tree; once there, it stays."""
        if not self._is_there:
            cursor.execute("PRAGMA user_version")
            self._is_there = cursor.fetchone()[0] == SCHEMA_NUMBER
        return self._is_there

    def exists(self) -> bool:
        """The same, of the log as it is now."""
        if not self._is_there:
            with self._datastore.transaction(commit=False) as cursor:
                self.is_there(cursor)
        return self._is_there

    def size(self) -> int:
        """How many leaves it has."""
        with self._datastore.transaction(commit=False) as cursor:
            number, position = _last(cursor, 1)
            cursor.execute(COUNT_LEAVES, {"after": position, "up_to": FARTHEST})
            return (number + 1) * TILE + cast("int", cursor.fetchone()[0])

    def index_of(self, position: int) -> int | None:
        """The index of the event at a position, from 0; None where there is none."""
        with self._datastore.transaction(commit=False) as cursor:
            cursor.execute(TREE_BEFORE, {"position": position})
            number, before = cursor.fetchone() or (-1, 0)
            cursor.execute(COUNT_LEAVES, {"after": before, "up_to": position})
            count, last = cursor.fetchone()
            return (number + 1) * TILE + cast("int", count) - 1 if last == position else None

    def hashes(self, level: int, first: int, count: int) -> list[bytes]:
        """Hashes of whole trees of 256 ** level leaves, from the one of a number on."""
        return [hash for _, hash in self.rows(level, first, count)]

    def rows(self, level: int, first: int, count: int) -> list[tuple[int, bytes]]:
        """The same, each with the position of its last leaf; fewer where there are not so many."""
        with self._datastore.transaction(commit=False) as cursor:
            if level == 0:
                cursor.execute(LEAVES_AFTER, {**place_of(cursor, first), "limit": count})
            else:
                wanted = {"level": level, "number": first, "limit": count}
                cursor.execute(TREE_FROM, wanted)
            return list(map(tuple, cursor.fetchall()))


def damaged_tree(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Where the tree is not what the leaves come to, each with its position."""
    below = LEAVES_BETWEEN
    for level in itertools.count(1):
        rows, after = 0, 0
        for number, position, hash in connection.execute(EVERY_OF_TREE, {"level": level}):
            if number != rows:
                yield after, f"the tree of the log has no row {rows} of level {level}"
                return
            stretch = {"level": level - 1, "after": after, "up_to": position}
            found = connection.execute(below, stretch).fetchall()
            finding = differs(found, after=after, position=position, hash=hash)
            if finding is not None:
                yield finding
            rows, after = rows + 1, position
        rest = {"level": level - 1, "after": after, "up_to": FARTHEST}
        if len(more := connection.execute(below, rest).fetchall()) >= TILE:
            yield more[0][0], f"the tree of the log has no row {rows} of level {level}"
        if not rows:
            return
        below = TREE_BETWEEN


def differs(
    found: Sequence[tuple[int, bytes]], *, after: int, position: int, hash: bytes
) -> tuple[int, str] | None:
    """Where, and how, the hashes beyond a position are not the 256 up to another of which the tree
    was made; None if they are."""
    # Who mends all else leaves no finer trace than this.
    if (
        len(found) == TILE
        and found[-1][0] == position
        and joined([each for _, each in found]) == hash
    ):
        return None
    if len(found) == TILE and found[-1][0] == position:
        why = f"something from here to @{position} is not what was written: their hash differs"
        return found[0][0], why
    there = {place for place, _ in found}
    missing = next(
        (each for each in range(after + 1, position + 1) if each not in there), after + 1
    )
    many = f"more than {TILE}" if len(found) > TILE else len(found)
    return missing, f"of {TILE} events beyond @{after} and up to @{position} there are {many}"
