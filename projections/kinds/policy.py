"""Policies: which decisions of a chain hold, from which day to which.

A decision holds from its first possible day to the earlier of the last possible
day of its `until` and the day before the decision that supersedes it; with
neither, its end is not known. A decision that ends another does not itself hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from events import dates
from events.statement import Statement
from projections.engine.account import Account
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, Projection, Span
from projections.kinds.listing import LISTED, listing


def spans(account: Account) -> Iterator[Span]:
    """One span for each decision that holds for a day at least."""
    yield from listing(account, "policy")
    decisions = account.actual()
    superseded: dict[str, int] = {}
    for decision in decisions:
        if (named := decision.line.get("supersedes")) is not None:
            begins = BEFORE_ALL if decision.earliest is None else decision.earliest
            superseded[named] = min(begins, superseded.get(named, AFTER_ALL))
    for decision in decisions:
        if decision.line.get("decision") == "ended":
            continue
        first = BEFORE_ALL if decision.earliest is None else decision.earliest
        end = min(_until(decision), superseded.get(decision.id, AFTER_ALL))
        if first < end:
            yield Span(
                "policy",
                decision.id,
                decision.earliest,
                None if end == AFTER_ALL else end,
                decision.id,
            )


POLICY = Projection("policy", (*LISTED, "policy"), spans)


def _until(decision: Statement) -> int:
    """The first day after its `until`; AFTER_ALL where it has none, or an open one."""
    until = decision.line.get("until")
    latest = dates.parse(until).latest if until is not None else None
    return AFTER_ALL if latest is None else latest + 1
