"""The three-clock engine: from what a record says to rows that answer at any clocks.

A projection is a pure function from an `Account` to spans: what holds from which
day to which. The engine calls it for every account of the record, joins neighbours
that agree, compares the outcome with the rows that are open on the clock `known`,
and gives what closes and what opens. Whoever writes a new kind of record writes
only the pure function.

All intervals are half-open. An open end is None in a span; in a row it is
`BEFORE_ALL` or `AFTER_ALL`, so that SQL can compare; answers never show these
values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from events.dates import Day
from events.fact import Line
from events.statement import Statement
from projections.engine.account import Account, accounts

BEFORE_ALL = -(2**62)
AFTER_ALL = 2**62

FOR_LISTS = frozenset({"record", "named", "due", "slip"})
"""Facets whose rows serve lists of their own; what describes a life leaves them out."""


# These come by the million and hold plain values, so the collector of cycles need not see them.
class Span(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """Something that holds in a record from the day `first` up to, not including, `end`.

    `statement` is the one behind it, `text` what is shown of it (members of a
    JSON object, without its braces), `odds` a set of alternatives as bits.
    """

    facet: str
    value: str
    first: Day | None = None
    end: Day | None = None
    statement: str | None = None
    text: str = ""
    odds: int = 0

    def has_begun(self, day: Day) -> bool:
        """Whether it holds on a day, or held before."""
        return self.first is None or self.first <= day

    def covers(self, day: Day) -> bool:
        """Whether it holds on a day."""
        return self.has_begun(day) and (self.end is None or day < self.end)


class Projection(NamedTuple):
    """How records of one kind become spans.

    `spans` is the pure function. `horizon_days` gives the days on which the horizon
    itself changes what follows, though nothing is said on them.
    """

    kind: str
    spans: Callable[[Account], Iterable[Span]]
    horizon_days: Callable[[Sequence[Statement]], Iterable[Day]]


class Box(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A span with its stated interval, ends as rows hold them."""

    facet: str
    value: str
    odds: int
    vf: int
    vt: int
    sf: int
    st: int
    statement: str
    text: str


def no_horizon_days(_: Sequence[Statement]) -> Iterable[Day]:
    """For projections to which the horizon means nothing but what had been said."""
    return ()


def boxes(
    projection: Projection,
    record: str,
    card: Line | None,
    statements: Sequence[Statement],
    *,
    since: Day = BEFORE_ALL,
    before: Iterable[Box] = (),
) -> set[Box]:
    """Every span of the record in every account of it, equal neighbours joined.

    With `since`, only those that reach that day or a later one: `before` holds
    the boxes that did so before the record changed, from that day on.
    """
    done: set[Box] = set()
    running = {_span(box): box.sf for box in before if box.sf < since}
    days = projection.horizon_days(statements)
    for account in accounts(record, card, statements, days, None if since == BEFORE_ALL else since):
        start = BEFORE_ALL if account.horizon is None else account.horizon
        now = set(projection.spans(account))
        for span in running.keys() - now:
            done.add(_box(span, running.pop(span), start))
        for span in now - running.keys():
            running[span] = start
    for span, start in running.items():
        done.add(_box(span, start, AFTER_ALL))
    return done


def _box(span: Span, sf: int, st: int) -> Box:
    return Box(
        span.facet,
        span.value,
        span.odds,
        BEFORE_ALL if span.first is None else span.first,
        AFTER_ALL if span.end is None else span.end,
        sf,
        st,
        span.statement or "",
        span.text,
    )


def _span(box: Box) -> Span:
    return Span(
        box.facet,
        box.value,
        None if box.vf == BEFORE_ALL else box.vf,
        None if box.vt == AFTER_ALL else box.vt,
        box.statement or None,
        box.text,
        box.odds,
    )
