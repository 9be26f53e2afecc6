"""The Merkle tree of the log: its root, its tiles and its proofs, from the hashes that it keeps.

A tree of n leaves is told apart as RFC 9162 does: the left of a node is the largest whole tree
below it. Of the nodes only each 256th level is kept, a hash for each 256 of the level below; what
lies between is made again from at most 256 of them, so a proof reads a tile a level.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Protocol

from events.ledger.checking import BITS, TILE


class Hashes(Protocol):
    """Where hashes are kept."""

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Hashes of whole trees of 256 ** level leaves each, from the one with this number on, of
        which the first 0 has the first leaves. They are there, whoever asks knows."""


def root_of(kept: Hashes, size: int) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _root(kept, 0, size) if size else sha256().digest()


def inclusion(kept: Hashes, index: int, size: int) -> list[bytes]:
    """The path from the leaf at an index to the root of the tree of a size, the lowest first."""
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _left(end - first)
        if index < middle:
            path.append(_root(kept, middle, end))
            end = middle
        else:
            path.append(_root(kept, first, middle))
            first = middle
    return path[::-1]


def consistency(kept: Hashes, old_size: int, size: int) -> list[bytes]:
    """The path that shows that the tree of a size begins with that of another."""
    if old_size in (0, size):
        return []
    path: list[bytes] = []
    first, end = 0, size
    while end != old_size:
        middle = first + _left(end - first)
        if old_size <= middle:
            path.append(_root(kept, middle, end))
            end = middle
        else:
            path.append(_root(kept, first, middle))
            first = middle
    if first:  # else the old tree is one whole tree, which whoever checks has
        path.append(_root(kept, first, end))
    return path[::-1]


def tile_width(level: int, number: int, size: int) -> int:
    """How many hashes a tile has in a tree of a size, from 0 to 256."""
    return max(0, min(TILE, (size >> (BITS * level)) - number * TILE))


def joined(hashes: Sequence[bytes]) -> bytes:
    """The root over some hashes of one level."""
    row = list(hashes)
    while len(row) > 1:
        # As `node_of` does, without a call for each: this is where a proof spends its time.
        pairs = zip(row[::2], row[1::2], strict=False)
        above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        row = above if len(row) % 2 == 0 else [*above, row[-1]]
    return row[0]


def _left(size: int) -> int:
    """How many of `size` leaves, two or more, lie left."""
    return 1 << ((size - 1).bit_length() - 1)


def _root(kept: Hashes, first: int, end: int) -> bytes:
    """The root over the leaves from `first` to before `end`; a whole tree that could hold them all
    would begin at `first`."""
    size = end - first
    level = (size.bit_length() - 1) // BITS
    whole = 1 << (BITS * level)
    count = size // whole
    row = kept.hashes(level, first // whole, count)
    rest = first + count * whole
    # What does not fill one more of these stands last in the row, as if it did.
    whole_row = (*row, *(() if rest == end else (_root(kept, rest, end),)))
    return _joined_above(whole_row) if level else joined(whole_row)


@lru_cache(1024)
def _joined_above(hashes: tuple[bytes, ...]) -> bytes:
    """The same of what stands above the leaves, which proofs of whatever event have in common."""
    return joined(hashes)
