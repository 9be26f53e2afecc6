"""What a commit is made of, whichever database keeps it.

A commit is what is saved together and becomes visible together: one command,
or one batch. `NewCommit` is what the writer says about it, `Commit` what the
log made of it, `LoggedEvent` one event as the log keeps it. Nothing of ours is
imported here.

An instant of the log is text of a fixed width, `2026-11-25T09:00:00.000001Z`:
UTC, always with microseconds, so that the order of the texts is the order of
the instants.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec


class Claim(NamedTuple):
    """An id taken for good: no later commit can claim it again.

    `space` is "record", "statement", "source", "change" or "entry"; `record` is
    the record that the id lies in.
    """

    space: str
    id: str
    record: str


class NewCommit(msgspec.Struct, frozen=True, kw_only=True):
    """What a writer says about a commit; place and time are the log's to give.

    `key` is the writer's idempotency key, unique for each actor, `fingerprint`
    that of the request made under it. Only a restore sets `recorded_at` and
    `positions` (one for each event, ascending), and both must lie beyond the
    head of the log.
    """

    actor: str
    request: str
    key: str | None = None
    fingerprint: str | None = None
    claims: tuple[Claim, ...] = ()
    recorded_at: str | None = None
    positions: tuple[int, ...] | None = None


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """A commit of the log: `first` to `position` are the places of its events."""

    position: int
    first: int
    recorded_at: str
    actor: str
    request: str
    key: str | None
    fingerprint: str | None


class Epoch(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the log's own life: what was told of positions beyond `began` is told anew.

    The first one begins with the log and is stored nowhere; `number` counts from 2.
    """

    number: int
    began: int
    recorded_at: str


class LoggedEvent(NamedTuple):
    """An event as the log keeps it. Events of one commit share one `Commit`.

    `state` is the event's RFC 8785 JSON, `leaf` the 32 bytes by which it enters
    the Merkle tree.
    """

    position: int
    stream: str
    version: int
    topic: str
    state: bytes
    leaf: bytes
    commit: Commit


def instant(microseconds: int) -> str:
    """The text of a moment given in microseconds since 1970.

    >>> instant(1)
    '1970-01-01T00:00:00.000001Z'
    """
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="microseconds") + "Z"


def microseconds(recorded_at: str) -> int:
    """The microseconds since 1970 of an instant of the log.

    Raises ValueError for text in any other form.

    >>> microseconds("1970-01-01T00:00:00.000001Z")
    1
    >>> microseconds("1970-01-01T00:00:00Z")
    Traceback (most recent call last):
    ValueError: '1970-01-01T00:00:00Z' is no instant such as 2026-11-25T09:00:00.000001Z
    """
    if not _INSTANT.fullmatch(recorded_at):
        raise ValueError(f"{recorded_at[:80]!r} is no instant such as 2026-11-25T09:00:00.000001Z")
    moment, before = recorded_at[:-1], timedelta()
    if moment.startswith("0000"):  # `datetime` has no year 0; the calendar repeats every 400
        moment, before = f"0400{moment[4:]}", _FOUR_CENTURIES
    return (datetime.fromisoformat(moment) - _EPOCH - before) // _MICROSECOND


def next_instant(previous: str | None, *, now: int) -> str:
    """When the commit after the one of `previous` is recorded, by a clock that says `now`.

    Strictly later than `previous`, even where the clock has stepped back.

    >>> next_instant("1970-01-01T00:00:09.000000Z", now=5)
    '1970-01-01T00:00:09.000001Z'
    """
    if previous is None:
        return instant(now)
    return instant(max(now, microseconds(previous) + 1))


_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - all instants are UTC; naive is 3 times as fast
_MICROSECOND = timedelta(microseconds=1)
_FOUR_CENTURIES = timedelta(days=146_097)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
