"""How a log takes over what another holds: nothing joins it but what leads to a signed root.

A `Source` is another log as its copy sees it, over HTTP or in a file, and may be forged, forked or
rewritten. `Joining` takes its checkpoint only if the key has signed it and the log that is here is
its beginning. Then it takes the leaves of the source a batch at a time: together with those that
are here they must be the beginning of what was signed. Then it records commit by commit, each of
which must come to its leaves (`Chronicle.restore_commit`): so a process that is killed leaves a log
that was verified to its end, and the next one goes on there.

What is not in a leaf is not verified: at which positions the events stand, and under which request
they were recorded. Positions ascend, and a commit is what was recorded at one instant.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from events.chronicle import Chronicle, Place, commit_position, places_of
from events.commit import Epoch
from events.errors import LogDamaged, NotMirroring, SourceRefused
from events.ledger.base import NAME, Base
from events.ledger.checking import (
    BITS,
    TILE,
    Checkpoint,
    Key,
    NotProved,
    check_consistency,
    checkpoint_of,
)
from events.ledger.signing import epoch_of
from events.ledger.tree import Hashes, consistency, joined, root_of
from events.orders import Order

BATCH = 16 * TILE
"""How many leaves are verified at once, if no commit has more."""

LARGEST_COMMIT = 256_000_000
"""Bytes of the lines of one commit, which is held in memory until it is recorded."""


Sized = tuple[int, Order]
"""A line of an export, and how many bytes it has."""


class Source(Hashes, Protocol):
    """Another log, as its copy sees it."""

    name: str

    def lines(self, after: int) -> Iterator[Sized]:
        """The events beyond a position, as lines of an export."""

    def epochs(self) -> tuple[Epoch, ...]:
        """The epochs of the log after the first."""


class Leaves:
    """The hashes of leaves that are held in memory, and of the trees over them."""

    def __init__(self) -> None:
        self._rows = [bytearray()]

    def __len__(self) -> int:
        return len(self._rows[0]) // 32

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Let leaves join."""
        self._rows[0] += b"".join(leaves)

    def cut(self, size: int) -> None:
        """Keep the first so many leaves alone."""
        for level, row in enumerate(self._rows):
            del row[32 * (size >> BITS * level) :]

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """See `tree.Hashes`."""
        if level == len(self._rows):
            self._rows.append(bytearray())
        row = self._rows[level]
        for number in range(len(row) // 32, first + count if level else 0):
            row += joined(self.hashes(level - 1, number * TILE, TILE))
        return [bytes(row[32 * at : 32 * at + 32]) for at in range(first, first + count)]


class Joining:
    """A log that takes over what a source holds, which a key has signed.

    With `mirrors` the source alone says what joins the log from now on.
    """

    def __init__(
        self, chronicle: Chronicle, source: Source, key: Key, *, mirrors: bool = False
    ) -> None:
        self.chronicle, self.source, self.key, self.mirrors = chronicle, source, key, mirrors
        self.position = 0
        self._leaves, self._positions = Leaves(), array("q")
        while events := chronicle.log.select_log(after=self.position, limit=1000):
            self._leaves.extend(event.leaf for event in events)
            self._positions.extend(event.position for event in events)
            self.position = events[-1].position

    @property
    def size(self) -> int:
        """How many events the log has."""
        return len(self._positions)

    def shared(self, of: int) -> int:
        """How many of the first so many events, which both logs have, are the same from the
        beginning on."""
        for first in range(0, of, TILE):
            count = min(TILE, of - first)
            theirs = self.source.hashes(0, first, count)
            for place, leaf in enumerate(self._leaves.hashes(0, first, count)):
                if leaf != theirs[place]:
                    return first + place
        return of

    def take(self, note: str) -> Generator[int]:
        """Take over what a checkpoint of the source has signed; yields each position reached.

        At the end the checkpoint is noted. Raises SourceRefused, with what was verified kept;
        LogDamaged where the log is not what it was when it was verified, NotMirroring where it was
        detached meanwhile.
        """
        self._leaves.cut(self.size)
        try:
            signed = checkpoint_of(note, self.key)
        except NotProved as error:
            why = f"{error}; what another key has signed is taken with `annales mirror --key`"
            raise self._refused(None, why) from None
        base = self._check_base()
        told = (self.source.name, note, self.mirrors)
        if base is not None and (base.source, base.checkpoint, base.mirrors) == told:
            return
        self._check_beginning(signed)
        epochs = self._new_epochs()
        self._begin()
        later = yield from self._join(signed, epochs)
        with self.chronicle.log.writing():
            if self.mirrors and not self.chronicle.base.is_mirror():
                raise NotMirroring
            if late := self._keep_epochs(later, self.position):
                raise self._refused(self.position, f"epoch {late[0].number} began beyond it")
            self._note(note)

    def _check_base(self) -> Base | None:
        """See that the log still holds what was verified before; its base. Raises LogDamaged."""
        base = self.chronicle.base.read()
        if base is None or base.checkpoint is None:
            return base
        try:
            verified = checkpoint_of(base.checkpoint, Key.parse(base.key))
        except NotProved as error:
            raise LogDamaged(0, f"{NAME} holds no checkpoint of its source: {error}") from None
        if verified.size > self.size or root_of(self._leaves, verified.size) != verified.root:
            why = f"it is not what was verified of {base.source} ({NAME}): mirror into a new folder"
            raise LogDamaged(self.position, why)
        return base

    def _check_beginning(self, signed: Checkpoint) -> None:
        """See that the log is the beginning of what is signed. Raises SourceRefused."""
        both = min(self.size, signed.size)
        if not self._leads(both, signed):
            place = self.shared(both)
            if place == both:
                why = f"its tiles of the first {both:,} events do not lead to the root it signed"
                raise self._refused(None, why)
            why = (
                "what it has there is not what was verified before: it was rewritten, or forked"
                if self.chronicle.base.is_mirror()
                else "the log of this folder is another from there on: mirror into an empty folder"
            )
            raise self._refused(self._positions[place], why)
        if both < self.size:
            why = (
                f"it ends before, with {both:,} events, and what was verified goes on"
                if self.chronicle.base.is_mirror()
                else "the log of this folder goes on by itself from there"
            )
            raise self._refused(self._positions[both], why)

    def _leads(self, size: int, signed: Checkpoint) -> bool:
        """Whether our tree of a size is the beginning of the signed one."""
        try:
            check_consistency(
                old_size=size,
                old_root=root_of(self._leaves, size),
                size=signed.size,
                root=signed.root,
                path=consistency(self.source, size, signed.size),
            )
        except NotProved:
            return False
        return True

    def _new_epochs(self) -> list[Epoch]:
        """The epochs of the source that are not here, by which its addresses go. Raises
        SourceRefused."""
        epochs = self.source.epochs()
        numbers = [epoch.number for epoch in epochs]
        last = numbers[-1] if numbers else 1
        if last != epoch_of(self.key.name) or numbers != sorted({*numbers}):
            why = f"it signs as {self.key.name}, and tells of the epochs {numbers}"
            raise self._refused(None, why)
        known = {epoch.number: epoch.began for epoch in self.chronicle.log.epochs()}
        for epoch in epochs:
            if (began := known.get(epoch.number, epoch.began)) != epoch.began:
                why = f"its epoch {epoch.number} began at @{epoch.began}, and here at @{began}"
                raise self._refused(None, f"{why}: mirror into an empty folder")
        return [epoch for epoch in epochs if epoch.number not in known]

    def _begin(self) -> None:
        """Let the log be a mirror, if it is to be one and is none yet."""
        if not self.mirrors:
            return
        with self.chronicle.log.writing():
            head = self.chronicle.log.head()
            if (0 if head is None else head.position) != self.position:
                why = "the log of this folder has grown meanwhile: begin again"
                raise self._refused(self.position, why)
            base = self.chronicle.base.read()
            if base is None or base.checkpoint is None:
                self._note(None)
            elif not base.mirrors or base.source != self.source.name:
                # The key remains that of what was verified before.
                self.chronicle.base.write(
                    msgspec.structs.replace(base, source=self.source.name, mirrors=True)
                )

    def _join(
        self, signed: Checkpoint, epochs: Sequence[Epoch]
    ) -> Generator[int, None, Sequence[Epoch]]:
        """Record what is signed, yielding each position reached; the epochs that are not kept
        yet."""
        for batch, places in _commits(self.source.name, self.source.lines(self.position)):
            first, end = self.size, self.size + len(batch)
            if end > signed.size:
                break  # recorded since, and not signed yet
            if len(self._leaves) < end:
                self._verify(max(end, first + BATCH), signed)
            leaves = self._leaves.hashes(0, first, len(batch))
            for place, leaf in zip(places, leaves, strict=True):
                if place.leaf != leaf.hex():
                    raise self._refused(place.event, "the event is not the one that was signed")
            if (last := places[-1]).event != last.position:
                raise self._refused(last.event, f"the commit up to @{last.position} is not whole")
            # Who serves beside us looks for epochs where the log has grown, and not again.
            epochs = self._keep_epochs(epochs, last.position - 1)
            try:
                self.chronicle.restore_commit(batch, places, mirrors=self.mirrors)
            except LogDamaged as error:
                raise self._refused(error.position, error.why) from error
            self._positions.extend(place.event for place in places)
            self.position = self._positions[-1]
            yield self.position
        if self.size < signed.size:
            why = f"it shows no whole commit beyond, and signed {signed.size:,} events"
            raise self._refused(self.position, why)
        return epochs

    def _keep_epochs(self, epochs: Sequence[Epoch], position: int) -> list[Epoch]:
        """Keep the epochs that began up to a position; those that did not."""
        for epoch in epochs:
            if epoch.began <= position:
                self.chronicle.log.restore_epoch(epoch)
        return [epoch for epoch in epochs if epoch.began > position]

    def _verify(self, end: int, signed: Checkpoint) -> None:
        """Let leaves of the source join the tree, which with them is the beginning of what is
        signed. Raises SourceRefused."""
        first, end = len(self._leaves), min(end, signed.size)
        self._leaves.extend(self.source.hashes(0, first, end - first))
        if not self._leads(end, signed):
            why = f"the next {end - first:,} leaves do not lead to the root that it signed"
            raise self._refused(self.position, why)

    def _note(self, checkpoint: str | None) -> None:
        self.chronicle.base.write(
            Base(
                source=self.source.name,
                key=str(self.key),
                checkpoint=checkpoint,
                mirrors=self.mirrors,
            )
        )

    def _refused(self, position: int | None, why: str) -> SourceRefused:
        return SourceRefused(self.source.name, position, why)


def _commits(source: str, lines: Iterable[Sized]) -> Iterator[tuple[list[Order], list[Place]]]:
    """The lines of an export by their commits. Raises SourceRefused."""
    try:
        for position, group in itertools.groupby(lines, key=lambda line: commit_position(line[1])):
            size, batch = 0, list[Order]()
            for length, order in group:
                size += length
                if size > LARGEST_COMMIT:
                    why = f"the commit has more than {LARGEST_COMMIT:,} bytes"
                    raise SourceRefused(source, position, why)
                batch.append(order)
            yield batch, places_of(position, batch)
    except LogDamaged as error:
        raise SourceRefused(source, error.position, error.why) from error
