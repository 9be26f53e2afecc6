"""Discoveries and observations: things that happened once, from their first possible day."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from projections.engine.account import Account
from projections.engine.spans import Projection, Span, no_horizon_days
from projections.kinds.listing import listing


def _spans(kind: str) -> Callable[[Account], Iterator[Span]]:
    def spans(account: Account) -> Iterator[Span]:
        yield from listing(account, kind)
        for statement in account.actual():
            yield Span(kind, statement.id, statement.earliest, None, statement.id)

    return spans


DISCOVERY = Projection("discovery", _spans("discovery"), no_horizon_days)
OBSERVATION = Projection("observation", _spans("observation"), no_horizon_days)
