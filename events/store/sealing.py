"""A commit as it is written: its place and time, the leaves of its events, and its seal.

Whichever database keeps the log, what is written there is made here, from what the writer says and
how the log ends; so the same commit comes to the same bytes in each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple, cast

import msgspec
from eventsourcing.persistence import StoredEvent

from events.canonical import canonical, leaf_hash
from events.commit import Claim, Commit, Epoch, NewCommit, microseconds, next_instant
from events.errors import LogDamaged
from events.store.clock import Clock, system_clock


class End(NamedTuple):
    """How a log ends: the last position that was given, and the position and the instant of its
    last commit; 0 and None where it has none."""

    given: int
    position: int
    recorded_at: str | None


class Written(NamedTuple):
    """A commit as it is written. A row of `events` has position, stream, version, topic, state and
    leaf."""

    commit: Commit
    seal: bytes
    claims: tuple[Claim, ...]
    events: list[tuple[int, str, int, str, bytes, bytes]]


def sealed(events: Sequence[StoredEvent], new: NewCommit, end: End, *, clock: Clock) -> Written:
    """What is written of a new commit behind the end of a log.

    Raises LogDamaged where an explicit `recorded_at` or `positions` does not lie beyond it.
    """
    recorded_at = _recorded_at(new, end, clock=clock)
    positions = _positions(new, end.given, len(events))
    claims = tuple(sorted(new.claims))
    commit = Commit(
        position=positions[-1],
        first=positions[0],
        recorded_at=recorded_at,
        actor=new.actor,
        request=new.request,
        key=new.key,
        fingerprint=new.fingerprint,
    )
    rows = [
        (
            position,
            cast("str", event.originator_id),
            event.originator_version,
            event.topic,
            event.state,
            leaf_hash(
                stream=cast("str", event.originator_id),
                version=event.originator_version,
                topic=event.topic,
                state=event.state,
                recorded_at=recorded_at,
                actor=new.actor,
            ),
        )
        for position, event in zip(positions, events, strict=True)
    ]
    seal = seal_of(commit, previous=end.position, positions=positions, claims=claims)
    return Written(commit, seal, claims, rows)


def made_again(written: Written, end: End) -> Written:
    """A commit that another log has, made again behind the end of a log, as it was made there.

    Raises LogDamaged where that does not come to the same bytes.
    """
    commit = written.commit
    if not written.events:
        raise LogDamaged(commit.position, "the commit has none of its events")
    new = NewCommit(
        actor=commit.actor,
        request=commit.request,
        key=commit.key,
        fingerprint=commit.fingerprint,
        claims=written.claims,
        recorded_at=commit.recorded_at,
        positions=tuple(row[0] for row in written.events),
    )
    events = [StoredEvent(*row[1:5]) for row in written.events]
    try:
        again = sealed(events, new, end, clock=system_clock)
    except (LogDamaged, ValueError, TypeError, msgspec.MsgspecError) as error:
        raise LogDamaged(commit.position, f"the commit is not what was written: {error}") from error
    for ours, theirs in zip(again.events, written.events, strict=True):
        if ours != theirs:
            raise LogDamaged(theirs[0], "it is another event than was written: its leaf differs")
    if again != written:
        raise LogDamaged(commit.position, "it is another commit than was written: its seal differs")
    return again


def seal_of(
    commit: Commit, *, previous: int, positions: list[int], claims: Iterable[Sequence[object]]
) -> bytes:
    """The checksum of a commit: of its row, its claims, its places, and the one before it.

    The leaves hold what the events say; this holds the rest, so that no byte
    of the log is without a witness.
    """
    members = [previous, positions, *msgspec.structs.astuple(commit), [list(c) for c in claims]]
    return sha256(canonical(members)).digest()


def seal_of_epoch(epoch: Epoch) -> bytes:
    """The checksum of what is stored of an epoch."""
    return sha256(canonical(list(msgspec.structs.astuple(epoch)))).digest()


def _recorded_at(new: NewCommit, end: End, *, clock: Clock) -> str:
    if new.recorded_at is None:
        return next_instant(end.recorded_at, now=clock())
    try:
        microseconds(new.recorded_at)
    except ValueError as error:
        raise LogDamaged(end.given, str(error)) from error
    if end.recorded_at is not None and new.recorded_at <= end.recorded_at:
        raise LogDamaged(end.given, f"{new.recorded_at} is not later than {end.recorded_at}")
    return new.recorded_at


def _positions(new: NewCommit, given: int, events: int) -> list[int]:
    if new.positions is None:
        return list(range(given + 1, given + 1 + events))
    positions = list(new.positions)
    if len(positions) != events:
        raise LogDamaged(given, f"{len(positions)} positions for {events} events")
    for before, position in zip([given, *positions], positions, strict=False):
        if position <= before:
            raise LogDamaged(before, f"the position after it cannot be {position}")
    return positions
