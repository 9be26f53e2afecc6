"""A command to the chronicle, and what came of it.

A command is one or more orders, each a line of the one format, recorded
together or not at all. `orders` reads them from JSON Lines, with the number of
each line, so that whatever is refused can be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from events.canonical import read
from events.commit import Commit
from events.errors import MalformedLine, Refusal
from events.fact import Line
from events.record import Subject


class Order(NamedTuple):
    """One line: its number, counted from 1, and what it says or why it cannot be read."""

    number: int
    line: Line | Refusal


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Orders that are to become one commit.

    `actor` is who sent it, `request` the id of the request. With `key`, an
    idempotency key, the same command records once; it is the same if its
    `fingerprint` is. `skip_recorded` passes over lines that say again what was
    recorded under their id. `revision` is the one that the record of every
    order must have; a line may carry its own.
    """

    orders: tuple[Order, ...]
    actor: str
    request: str
    key: str | None = None
    fingerprint: str | None = None
    revision: int | None = None
    skip_recorded: bool = False


class Warning(NamedTuple):
    """Something odd about a statement that was recorded all the same; `facts` are the days, ids and
    milestones that its text names."""

    code: str
    text: str
    facts: Mapping[str, str] = MappingProxyType({})


class Placed(NamedTuple):
    """An event with its place: the order's number, the position, stream, revision and subject."""

    number: int
    position: int
    type: str
    stream: str
    revision: int
    about: Subject

    @property
    def id(self) -> str:
        """The id of what it is about."""
        return self.about.id


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a command. `commit` is None where every line was recorded before."""

    commit: Commit | None
    events: tuple[Placed, ...]
    skipped: tuple[int, ...] = ()
    warnings: tuple[tuple[int, Warning], ...] = ()
    replayed: bool = False


def orders(lines: Iterable[bytes]) -> Iterator[Order]:
    """Read JSON Lines, passing over blank ones; a line that is no object becomes its refusal."""
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            value = read(text)
        except MalformedLine as refusal:
            yield Order(number, refusal)
            continue
        if isinstance(value, dict):
            yield Order(number, value)
        else:
            yield Order(number, MalformedLine("a line is a JSON object"))
