"""What the log of a folder can prove: its newest checkpoint, and that an event is in it.

`Ledger` only reads: the tree from the log, the checkpoint and the key from their files beside it.
Whoever signs is in `publishing.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from events.canonical import leaf_bytes
from events.commit import Commit, Epoch, LoggedEvent
from events.errors import NoEvent, NoTile, NotSigned
from events.ledger import signing
from events.ledger.checking import TILE, Checkpoint, Key, NotProved, Proof, checkpoint_of, tile_path
from events.ledger.tree import consistency, inclusion, root_of, tile_width

NO_TREE = "the log has no tree yet: `annales migrate` gives it one"
NOT_YET = "nothing is signed yet: `annales serve` signs what the log holds, a moment after it is"
SHORT = "the log has {size} events, and {signed} were signed: `annales verify` says more"
BEYOND = "the newest checkpoint has {size} events, and this is number {number}: ask again soon"


MOST_ABOVE = 64
"""How many tiles above the leaves are kept in memory: those of a million events are 16."""


class Tree(Protocol):
    """The tree of a log."""

    def exists(self) -> bool:
        """Whether there is one: a log of an earlier schema has none."""

    def size(self) -> int:
        """How many leaves it has."""

    def index_of(self, position: int) -> int | None:
        """The index of the event at a position; None where there is none."""

    def hashes(self, level: int, first: int, count: int) -> list[bytes]:
        """See `events/ledger/tree.py:Hashes`."""

    def rows(self, level: int, first: int, count: int) -> list[tuple[int, bytes]]:
        """The same, each with the position of its last leaf."""


class Log(Protocol):
    """What the ledger asks of a log."""

    @property
    def tree(self) -> Tree:
        """Its tree."""

    def reading(self) -> AbstractContextManager[None]:
        """What is read meanwhile is of one state of the log."""

    def events_at(self, positions: Sequence[int]) -> list[LoggedEvent]:
        """The events at some positions; none for a position that has no event."""

    def events_between(
        self, after: int, up_to: int | None = None, *, limit: int = ...
    ) -> list[LoggedEvent]:
        """The first events beyond one position and up to another."""

    def epochs(self) -> tuple[Epoch, ...]:
        """The epochs after the first."""

    def head(self) -> Commit | None:
        """The last commit."""

    def damage_of_tree(self) -> tuple[int, str] | None:
        """Where the tree is not what the leaves come to, and how."""


class Ledger:
    """The proofs of a log; `folder` is the one in which it lies."""

    def __init__(self, log: Log, folder: Path) -> None:
        self.log = log
        self.folder = folder
        self._epochs: tuple[Epoch, ...] = ()
        self._above: dict[tuple[int, int, int], list[bytes]] = {}

    def checkpoint(self) -> str | None:
        """The newest checkpoint, as it was signed; None where there is none."""
        try:
            return (self.folder / signing.CHECKPOINT).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def key(self) -> Key | None:
        """The key by which it can be checked; None where there is none yet."""
        return signing.read_public(self.folder)

    def signed(self, note: str | None = None) -> tuple[str, Checkpoint]:
        """A checkpoint of this log as it is, the newest where none is given, as it was signed and
        what it says. Raises NotSigned, also where the newest is of before the epoch."""
        note, checkpoint = self.kept(note)
        epochs = self.log.epochs()
        if signing.epoch_of(checkpoint.origin) != (epochs[-1].number if epochs else 1):
            raise NotSigned(NOT_YET)
        return note, checkpoint

    def kept(self, note: str | None = None) -> tuple[str, Checkpoint]:
        """The same, of whatever the log was when its key signed it. Raises NotSigned."""
        if not self.log.tree.exists():
            raise NotSigned(NO_TREE)
        note = note or self.checkpoint()
        key = self.key()
        if note is None or key is None:
            raise NotSigned(NOT_YET)
        try:
            return note, _read(note, key)
        except NotProved as error:
            raise NotSigned(f"the checkpoint is not of this log: {error}") from error

    def last_position(self, note: str) -> int:
        """The position of the last event that a checkpoint is of; 0 of none of this log."""
        try:
            _, checkpoint = self.signed(note)
        except NotSigned:
            return 0
        rows = self.log.tree.rows(0, checkpoint.size - 1, 1) if checkpoint.size else []
        return rows[0][0] if rows else 0

    def size(self) -> int:
        """How many leaves the tree of the log has at the moment; 0 where there is none."""
        return self.log.tree.size() if self.log.tree.exists() else 0

    def index_of(self, position: int) -> int:
        """The index of the event at a position, from 0. Raises NoEvent, and NotSigned where the
        log has no tree."""
        if not self.log.tree.exists():
            raise NotSigned(NO_TREE)
        index = self.log.tree.index_of(position)
        if index is None:
            raise NoEvent(position)
        return index

    def event_at(self, position: int) -> LoggedEvent:
        """The event at a position. Raises NoEvent."""
        events = self.log.events_at([position])
        if not events:
            raise NoEvent(position)
        return events[0]

    def proof(self, position: int, note: str | None = None) -> Proof:
        """The proof that the event at a position is in the newest checkpoint, or in a given one.

        Raises NoEvent, and NotSigned where it is beyond it.
        """
        index = self.index_of(position)
        note, checkpoint = self.signed(note)
        if index >= checkpoint.size:
            raise NotSigned(BEYOND.format(size=checkpoint.size, number=index + 1))
        self._need_all(checkpoint)
        # The log is read as it is after the checkpoint was: it may not lack what that has.
        with self.log.reading():
            path = inclusion(self._tiles(checkpoint.size), index, checkpoint.size)
        return Proof(index, tuple(path), note)

    def consistency(self, *, old_size: int, size: int) -> list[bytes]:
        """The path that shows that the log of one size is the beginning of that of another.

        Raises NotSigned where the newest checkpoint is of a smaller one.
        """
        _, checkpoint = self.signed()
        if size > checkpoint.size:
            raise NotSigned(f"the newest checkpoint has {checkpoint.size} events, and no {size}")
        self._need_all(checkpoint)
        with self.log.reading():
            return consistency(self._tiles(size), old_size, size)

    def _need_all(self, checkpoint: Checkpoint) -> None:
        """The checkpoint of a log of which something was taken away is told, so that an audit finds
        it; there is no path in its tree."""
        if checkpoint.size > (size := self.size()):
            raise NotSigned(SHORT.format(size=size, signed=checkpoint.size))

    def root(self, size: int) -> bytes:
        """The root of the tree of the first events, from the hashes that the log keeps."""
        with self.log.reading():
            return root_of(self._tiles(size), size)

    def _tiles(self, size: int) -> _Tiles:
        epochs = self.log.epochs()
        if len(self._above) > MOST_ABOVE or epochs != self._epochs:
            self._epochs, self._above = epochs, {}
        return _Tiles(self.log.tree, size, self._above)

    def hashes(self, level: int, first: int, count: int) -> list[bytes]:
        """The hashes of `events/ledger/tree.py:Hashes`."""
        return self.log.tree.hashes(level, first, count)

    def tile(self, level: int, number: int, width: int) -> bytes:
        """A tile of the tree of the newest checkpoint. Raises NotSigned, NoTile."""
        self._need_tile(level, level, number, width)
        return b"".join(self.hashes(level, number * TILE, width))

    def entries(self, number: int, width: int) -> list[bytes]:
        """The entries that a tile of the leaves is of. Raises NotSigned, NoTile."""
        self._need_tile(0, "entries", number, width)
        after = self.log.tree.rows(1, number - 1, 1)[0][0] if number else 0
        return list(map(entry_of, self.log.events_between(after, limit=width)))

    def _need_tile(self, level: int, named: int | str, number: int, width: int) -> None:
        _, checkpoint = self.signed()
        if not 0 < width <= tile_width(level, number, checkpoint.size):
            raise NoTile(tile_path(named, number, width), checkpoint.size)


class _Tiles:
    """The `Hashes` of a tree of a size, each tile of which is read once; those above the leaves,
    which never change in an epoch, are kept in `above` for the next."""

    def __init__(
        self, tree: Tree, size: int, above: dict[tuple[int, int, int], list[bytes]]
    ) -> None:
        self._tree = tree
        self._size = size
        self._above = above
        self._leaves: dict[tuple[int, int, int], list[bytes]] = {}

    def hashes(self, level: int, first: int, count: int) -> list[bytes]:
        """Some hashes of one tile."""
        number, place = divmod(first, TILE)
        width = tile_width(level, number, self._size)
        kept = self._above if level else self._leaves
        tile = kept.get((level, number, width))
        if tile is None:
            tile = self._tree.hashes(level, number * TILE, width)
            if len(tile) == width:  # a log that is shorter than it was may have more again
                kept[level, number, width] = tile
        return tile[place : place + count]


def entry_of(event: LoggedEvent) -> bytes:
    """What is hashed of an event: all that is stored of it but its position."""
    return leaf_bytes(
        stream=event.stream,
        version=event.version,
        topic=event.topic,
        state=event.state,
        recorded_at=event.commit.recorded_at,
        actor=event.commit.actor,
    )


@lru_cache(64)
def _read(note: str, key: Key) -> Checkpoint:
    return checkpoint_of(note, key)
