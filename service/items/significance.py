"""What is kept where not all can be shown: the most significant items."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

from events.dates import Day
from events.vocabulary import MILESTONES
from service.items.item import Item


def most_significant(found: Iterable[Item], limit: int) -> list[Item]:
    """The first so many of them, by their significance."""
    return nsmallest(limit, found, key=significance)


def significance(item: Item) -> tuple[int, int, int, Day, str]:
    """What is kept where there is no room for all: the lowest come first.

    Steps that gave a facility its status, its phases, and discoveries come before decisions,
    these before other steps and open plans, and all before readings, observations and
    whatever is disputed; among steps, the further one; then what has more sources, and the later.
    """
    return (
        4 if item.disputed else _weight(item),
        _advance(item),
        -len(item.claim.cited),
        0 if item.first is None else -item.first,
        item.id,
    )


def _weight(item: Item) -> int:
    if item.planned:
        return 2
    if item.kind == "discovery" or item.status is not None:
        return 0
    if item.kind == "policy":
        return 1
    return 2 if item.kind == "milestone" else 3


_FURTHEST = {
    "operating": 0,
    "operation-started": 0,
    "decommissioned": 1,
    "cancelled": 1,
    "commissioning": 2,
    "first-light": 2,
    "completed": 3,
    "under-construction": 4,
    "construction-started": 4,
    "approved": 5,
    "suspended": 6,
    "proposed": 7,
}

_LATE = len(MILESTONES)


def _advance(item: Item) -> int:
    """How far a step is, the furthest first. A discovery stands beside the start of operation."""
    return _FURTHEST.get(item.milestone or item.status or "", 0 if item.status is None else _LATE)
