"""Policies: which decisions of a chain hold, from which day to which.

A decision holds from its first possible day to the earlier of the last possible
day of its `until` and the day before the decision that supersedes it; with
neither, its end is not known. A decision that ends another does not itself hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from events import dates
from events.statement import Statement
from projections.account import Account
from projections.listing import listing
from projections.spans import AFTER_ALL, BEFORE_ALL, Projection, Span, no_turns


def spans(account: Account) -> Iterator[Span]:
    """One span for each decision that holds for a day at least."""
    yield from listing(account, "policy")
    decisions = account.actual()
    for decision in decisions:
        if decision.line.get("decision") == "ended":
            continue
        first = BEFORE_ALL if decision.earliest is None else decision.earliest
        end = _end(decision, decisions)
        if first < end:
            yield Span(
                "policy",
                decision.id,
                decision.earliest,
                None if end == AFTER_ALL else end,
                decision.id,
            )


POLICY = Projection("policy", spans, no_turns)


def _end(decision: Statement, decisions: list[Statement]) -> int:
    """The first day on which a decision holds no longer; AFTER_ALL where that is not known."""
    until = decision.line.get("until")
    latest = dates.parse(until).latest if until is not None else None
    ends = [AFTER_ALL if latest is None else latest + 1]
    ends += (
        BEFORE_ALL if other.earliest is None else other.earliest
        for other in decisions
        if other.line.get("supersedes") == decision.id
    )
    return min(ends)
