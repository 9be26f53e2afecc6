"""How a record without a card is listed: by the statement that names it best.

That is, of its effective statements, one that counts before one that does not,
an actual one before a plan, then the one that begins last.
"""

from __future__ import annotations

from collections.abc import Iterator

from projections.engine.account import Account, Effective
from projections.engine.spans import BEFORE_ALL, Span
from projections.kinds.contested import FACETS, contested

LISTED = ("record", "named", *FACETS)
"""The facets of what `listing` gives."""


def listing(account: Account, kind: str) -> Iterator[Span]:
    """The span that puts a record into lists, as soon as anything was said of it.

    One more names each facility that an effective statement of it belongs to; others tell what is
    disputed.
    """
    if account.effective:
        best = max(account.effective.values(), key=_standing)
        yield Span("record", kind, statement=best.statement.id)
    owners = {
        each.statement.line["facility"]: each.statement.id
        for each in account.effective.values()
        if "facility" in each.statement.line
    }
    for facility, statement in owners.items():
        yield Span("named", facility, statement=statement)
    yield from contested(account)


def _standing(each: Effective) -> tuple[bool, bool, int, int]:
    statement = each.statement
    earliest = BEFORE_ALL if statement.earliest is None else statement.earliest
    return each.counts, not statement.planned, earliest, statement.position
