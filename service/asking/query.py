"""A question with everything written out: its path, clocks, filters, and pinned URL.

An answer's text begins with the clocks it was given at (`Question.head`), so
that whoever holds it can ask the same again, and gets the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from events.clocks import AsOf, canonical
from events.dates import iso
from projections import VIEW
from service.asking.json_text import members_of


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a path, three clocks, and filters by name."""

    path: str
    as_of: AsOf
    filters: Mapping[str, str]

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
        return [*canonical(self.as_of), *sorted(filters.items()), ("view", str(VIEW))]

    def is_pinned_by(self, parameters: Mapping[str, str]) -> bool:
        """Whether parameters say, in whatever order, just what the pinned URL says."""
        return dict(parameters) == dict(self.pairs(self.filters))

    def head(self) -> str:
        """The members that begin every answer, without the braces around them."""
        as_of = self.as_of
        clocks = clock_members(as_of) | {"view": VIEW, "pinned": self.pinned}
        if as_of.during is not None:
            clocks = {"during": as_of.during.text} | clocks
            del clocks["at"]
        return members_of(clocks)


def clock_members(as_of: AsOf) -> dict[str, Any]:
    """The clocks of a day as an answer tells them, and the instant of `known`."""
    return {
        "at": iso(as_of.at),
        "stated": iso(as_of.stated),
        "known": f"@{as_of.known}",
        "known_at": as_of.known_at,
    }


def located(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """A path with parameters, as every URL of ours writes them.

    >>> located("/v1/state", [("known", "@17"), ("at", "+012025-12-31")])
    '/v1/state?known=@17&at=%2B012025-12-31'
    """
    query = "&".join(f"{name}={quote(value, safe='@:/~')}" for name, value in pairs)
    escaped = quote(path, safe="@:/~")
    return f"{escaped}?{query}" if query else escaped
