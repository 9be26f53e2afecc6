"""The three-clock engine: from what a record says to boxes that answer at any clocks.

A projection is a pure function from an `Account` to spans: what holds from which day to
which. An account is looked at once for each day on which something was said; what changes
by the mere passing of days is given with the days between which it holds (`Heard`), so that
a plan that comes due unanswered costs no second look. The engine calls the function for
every account of the record and joins neighbours that agree. Whoever writes a new kind of
record writes only the pure function.

All intervals are half-open. An open end is None in a span; of a box's stated interval it is
`BEFORE_ALL` or `AFTER_ALL`, so that ends can be compared; answers never show these values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from events.dates import Day
from events.statement import Statement
from projections.engine.account import Account, Walk

BEFORE_ALL = -(2**62)
AFTER_ALL = 2**62

FOR_LISTS = frozenset({"record", "named", "due", "slip", "contested", "disputed"})
"""Facets whose rows serve lists of their own; what describes a life leaves them out."""


# These come by the million and hold plain values, so the collector of cycles need not see them.
class Span(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """Something that holds in a record from the day `first` up to, not including, `end`.

    `statement` is the one behind it, `others` more that it names, `text` what only its
    projection reads, `odds` a set of alternatives as bits.
    """

    facet: str
    value: str = ""
    first: Day | None = None
    end: Day | None = None
    statement: str | None = None
    text: str = ""
    odds: int = 0
    others: tuple[str, ...] = ()

    def has_begun(self, day: Day) -> bool:
        """Whether it holds on a day, or held before."""
        return self.first is None or self.first <= day

    def covers(self, day: Day) -> bool:
        """Whether it holds on a day."""
        return self.has_begun(day) and (self.end is None or day < self.end)


class Heard(NamedTuple):
    """A span that holds on some days of the clock `stated` alone, if nothing else is said by then:
    from the day `since` up to, not including, `until`; None is an open end.

    A plan is due until its last possible day, and overdue since.
    """

    span: Span
    since: Day | None = None
    until: Day | None = None

    def within(self, since: Day, until: Day | None) -> Heard:
        """On those of its days that are of a stretch."""
        first = since if self.since is None else max(self.since, since)
        ends = [end for end in (self.until, until) if end is not None]
        return Heard(self.span, first, min(ends, default=None))


class Beyond(NamedTuple):
    """What a projection expects after the horizon: worked out when it is asked for, never kept.

    `spans` gives, of the record of an id, spans of the `facets`, each by the statement of a span
    `on_all_days`. It works them out from those that hold by what was heard up to a day: of the
    facets `at_horizon` the ones that hold on that day, of those `on_all_days` every one; of these,
    what begins after some day changes nothing on it.
    """

    facets: tuple[str, ...]
    at_horizon: tuple[str, ...]
    on_all_days: tuple[str, ...]
    spans: Callable[[str, Iterable[Span], Day], Iterable[Span]]


class Projection(NamedTuple):
    """How records of one kind become spans.

    `spans` is the pure function, which gives spans of the `facets`. Of their values, those that
    are in `values` are counted quickly. Most kinds expect nothing, and have no `beyond`.
    """

    kind: str
    facets: tuple[str, ...]
    spans: Callable[[Account], Iterable[Span | Heard]]
    values: tuple[str, ...] = ()
    beyond: Beyond | None = None

    def heard(self, account: Account, stated: Day) -> list[Span]:
        """What holds by an account, if nothing else was said up to the day `stated`."""
        held = [
            span
            for span, sf, st in _pieces(self.spans(account), BEFORE_ALL, AFTER_ALL)
            if sf <= stated < st
        ]
        if self.beyond is None:
            return held
        return [*held, *self.beyond.spans(account.record, held, stated)]


class Box(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A span with the days of the clock `stated` on which it holds: from `sf`, before `st`."""

    span: Span
    sf: int
    st: int


def boxes(
    projection: Projection,
    walk: Walk,
    statements: Iterable[Statement],
    *,
    since: Day = BEFORE_ALL,
    before: Iterable[Box] = (),
) -> set[Box]:
    """Every span of the record in every account of a walk, equal neighbours joined.

    With `since`, only those that reach that day or a later one: `before` holds
    the boxes that did so before the record changed, from that day on. Of these,
    what stands is given as it is.
    """
    done: list[Box] = []
    running: dict[Span, Box] = {}
    left: dict[Span, Box] | None = None
    until = since
    for account, following in walk.through(statements, None if since == BEFORE_ALL else since):
        start = BEFORE_ALL if account.horizon is None else account.horizon
        end = AFTER_ALL if following is None else following
        if left is None:
            # Where nothing had been said by `since`, nothing goes on from before it.
            until = min(start, since)
            left = {box.span: box for box in before if box.sf < until}
        for span, sf, st in _pieces(projection.spans(account), start, end):
            box = running.get(span)
            if box is None:
                if sf == until and (stood := left.pop(span, None)) is not None:
                    running[span] = stood if stood.st == st else Box(span, stood.sf, st)
                else:
                    running[span] = Box(span, sf, st)
            elif box.st == sf:
                running[span] = Box(span, box.sf, st)
            else:
                done.append(box)
                running[span] = Box(span, sf, st)
    done += running.values()
    done += [Box(span, box.sf, until) for span, box in (left or {}).items()]
    return {box for box in done if box.st >= since}


def _pieces(spans: Iterable[Span | Heard], start: int, end: int) -> list[tuple[Span, int, int]]:
    """The spans of an account that stands from `start` to `end`, each with the days of the clock
    `stated` on which it holds."""
    pieces: list[tuple[Span, int, int]] = []
    for each in spans:
        if isinstance(each, Span):
            pieces.append((each, start, end))
            continue
        span, since, until = each
        sf = start if since is None or since < start else since
        st = end if until is None or until > end else until
        if sf < st:
            pieces.append((span, sf, st))
    return pieces
