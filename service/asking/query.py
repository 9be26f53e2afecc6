"""A query: a question with everything written out, so that whoever holds it can ask it again.

It has a path, the three clocks, and its filters by name, and from them the one URL at which its
answer stands for ever. `Arguments` is what it is read from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from events.clocks import AsOf, Log, as_of, canonical, epoch_at
from events.dates import iso
from projections import VIEW
from service.asking.filters import CLOCKS
from service.asking.parameter import Texts


@dataclass(frozen=True, slots=True)
class Query:
    """A path, three clocks, and filters by name as a URL writes them.

    `about` is what the filters mean, `id` the one in the path, if it is about one thing;
    `position` is how far the views must have read to answer it, if not only to its `known`.
    `clocks` are those that mean something here, and `ends` the ends of a period, each with its
    name, where the query is about one.
    """

    path: str
    as_of: AsOf
    filters: Mapping[str, str]
    about: Any = field(default=None, kw_only=True)
    id: str = field(default="", kw_only=True)
    position: int | None = field(default=None, kw_only=True)
    clocks: tuple[str, ...] = field(default=("at", "during", "stated", "known"), kw_only=True)
    ends: tuple[tuple[str, str], ...] = field(default=(), kw_only=True)

    @property
    def pinned(self) -> str:
        """The one URL at which this answer stands for ever."""
        return self.url()

    def url(self, **changed: str | None) -> str:
        """The pinned URL, with some filters set anew, and those that are None left out."""
        filters = {**self.filters, **changed}
        set_ = {name: value for name, value in filters.items() if value is not None}
        return located(self.path, self.pairs(set_))

    def pairs(self, filters: Mapping[str, str]) -> list[tuple[str, str]]:
        """The parameters of a pinned URL, in their order."""
        clocks = (pair for pair in canonical(self.as_of) if pair[0] in self.clocks)
        return [*clocks, *self.ends, *sorted(filters.items()), *self.pins]

    @property
    def pins(self) -> list[tuple[str, str]]:
        """What a pinned URL ends in: the epoch, if it is not the first, and the view."""
        epoch = [("epoch", str(self.epoch))] if self.epoch > 1 else []
        return [*epoch, ("view", str(VIEW))]

    @property
    def epoch(self) -> int:
        """The epoch of the log of which the answer is."""
        known = self.as_of.known
        reach = known if self.position is None else max(known, self.position)
        return epoch_at(self.as_of.epochs, reach)

    def is_pinned_by(self, parameters: Mapping[str, str]) -> bool:
        """Whether parameters say, in whatever order, just what the pinned URL says."""
        return dict(parameters) == dict(self.pairs(self.filters))

    def head(self) -> dict[str, Any]:
        """The members that begin every answer."""
        members = clock_members(self.as_of) | {"view": VIEW, "pinned": self.pinned}
        if self.as_of.during is not None:
            members = {"during": self.as_of.during.text} | members
            del members["at"]
        for name in ("at", "stated"):
            if name not in self.clocks:
                members.pop(name, None)
        return members


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What comes with a request: the texts of its parameters, the id in its path, the log that
    its moments are of, and the instant of asking."""

    path: str
    texts: Texts
    log: Log
    now: str
    id: str = ""

    def clocks(self) -> AsOf:
        """The three clocks, defaults written out.

        Raises BadClock, ClashingClocks, PositionAhead.
        """
        named = {each.name: self.texts.get(each.name) for each in CLOCKS}
        return as_of(**named, log=self.log, now=self.now)


def clock_members(as_of: AsOf) -> dict[str, Any]:
    """The clocks of a day as members of an answer, and the instant of `known`."""
    return {
        "at": iso(as_of.at),
        "stated": iso(as_of.stated),
        "known": f"@{as_of.known}",
        "known_at": as_of.known_at,
    }


def pinned_path(path: str, as_of: AsOf) -> str:
    """The URL at which the answer of a path without filters stands for ever."""
    return Query(path, as_of, {}).pinned


def located(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """A path with parameters, as every URL of ours writes them.

    >>> located("/v1/state", [("known", "@17"), ("at", "+012025-12-31")])
    '/v1/state?known=@17&at=%2B012025-12-31'
    """
    query = "&".join(f"{name}={quote(value, safe='@:/~')}" for name, value in pairs)
    escaped = quote(path, safe="@:/~")
    return f"{escaped}?{query}" if query else escaped
