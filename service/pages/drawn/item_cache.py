"""A cache of the items that drawings are made from.

The items at `stated` and `known` follow from the log alone and can never change, so a reader who
goes from year to year has them made once. Those used last are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from events.clocks import AsOf
from projections.views.reading import Reading
from projections.views.state import State
from service.items.item import Item
from service.items.reading import items
from service.items.selection import Selection

MOST = 8
"""How many lists of items the cache holds for a chronicle."""

Key = tuple[int, int, Selection]


class _Made(NamedTuple):
    """Items, and how many rows were read for them."""

    items: list[Item]
    cost: int


_cache: WeakKeyDictionary[State, OrderedDict[Key, _Made]] = WeakKeyDictionary()
"""By the view of a chronicle, which each has one of."""

_lock = Lock()


def cached_items(reading: Reading, as_of: AsOf, wanted: Selection) -> list[Item]:
    """The items of a selection. They are shared, and must not be changed.

    Those that are kept cost what they did, so that nothing is refused for want of a cache.
    """
    key = (as_of.stated, as_of.known, wanted)
    with _lock:
        ours = _cache.setdefault(reading.state, OrderedDict())
        if key in ours:
            ours.move_to_end(key)
            reading.budget.spend(rows=ours[key].cost)
            return ours[key].items
    before = reading.budget.spent
    found = items(reading, as_of, wanted)
    with _lock:
        ours[key] = _Made(found, reading.budget.spent - before)
        while len(ours) > MOST:
            ours.popitem(last=False)
    return found
