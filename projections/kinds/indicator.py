"""Indicators: which reading of a series holds, each until the next.

Readings that were only planned never hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from events.statement import Statement
from projections.engine.account import Account
from projections.engine.spans import BEFORE_ALL, Projection, Span
from projections.kinds.listing import LISTED, listing


def spans(account: Account) -> Iterator[Span]:
    """One span for each reading, from its first possible day to that of the next."""
    yield from listing(account, "indicator")
    readings = sorted(account.actual(), key=_place)
    for reading, following in zip(readings, [*readings[1:], None], strict=False):
        end = None if following is None else following.earliest
        if following is None or reading.earliest != end:
            yield Span("indicator", account.record, reading.earliest, end, reading.id)


INDICATOR = Projection("indicator", (*LISTED, "indicator"), spans)


def _place(reading: Statement) -> tuple[int, str]:
    return (BEFORE_ALL if reading.earliest is None else reading.earliest, reading.entry)
