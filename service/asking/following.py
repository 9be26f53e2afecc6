"""How a question is followed along `known`: at which commits its answer can change.

No commit may be missed, so where it is not known which ones matter, all do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from projections.views.reading import Reading
from service.asking.query import Query


class MadeOf(Protocol):
    """The streams that an answer is made of, each with the position from which it counts."""

    def __call__(self, reading: Reading, id: str, *, known: int) -> dict[str, int]:
        """All of them that count anywhere up to `known`."""


class Turns(Protocol):
    """The positions beyond `after`, up to `known`, of commits that can change an answer.

    None: any commit can.
    """

    def __call__(
        self, reading: Reading, query: Query, *, after: int, known: int
    ) -> list[int] | None:
        """In order, each once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """A question that can be followed.

    A query is settled when it gives at least one clock of each tuple of `settled`; then only new
    events can change its answer. `streams` or `turns` limit which commits are looked at: of a
    settled query over the whole log, else within a day. Without them all commits matter. `passing`
    are the members of rows that change by the mere passing of days: how many there are since,
    and that a last word grew old.
    """

    settled: tuple[tuple[str, ...], ...] = (("at", "during"), ("stated",))
    streams: MadeOf | None = None
    turns: Turns | None = None
    passing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Never:
    """A question that cannot be followed, with the reason and what to follow instead."""

    why: str
