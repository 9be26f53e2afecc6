"""Discoveries and observations: things that happened once, from their first possible day."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from projections.account import Account
from projections.listing import listing
from projections.spans import Projection, Span, no_turns


def _spans(kind: str) -> Callable[[Account], Iterator[Span]]:
    def spans(account: Account) -> Iterator[Span]:
        yield from listing(account, kind)
        for statement in account.actual():
            yield Span(kind, statement.id, statement.earliest, None, statement.id)

    return spans


DISCOVERY = Projection("discovery", _spans("discovery"), no_turns)
OBSERVATION = Projection("observation", _spans("observation"), no_turns)
