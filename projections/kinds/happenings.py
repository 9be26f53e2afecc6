"""Discoveries and observations: things that happened once, from their first possible day."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from projections.engine.account import Account
from projections.engine.spans import Projection, Span
from projections.kinds.listing import LISTED, listing


def _spans(kind: str) -> Callable[[Account], Iterator[Span]]:
    def spans(account: Account) -> Iterator[Span]:
        yield from listing(account, kind)
        for statement in account.actual():
            yield Span(kind, statement.id, statement.earliest, None, statement.id)

    return spans


DISCOVERY = Projection("discovery", (*LISTED, "discovery"), _spans("discovery"))
OBSERVATION = Projection("observation", (*LISTED, "observation"), _spans("observation"))
