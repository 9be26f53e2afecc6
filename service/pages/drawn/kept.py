"""What the drawings are made from, kept for the next page.

The items at `stated` and `known` follow from the log alone and can never change, so whoever
goes from year to year has them made once. Few are kept, the ones used last.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from weakref import WeakKeyDictionary

from events.clocks import AsOf
from projections.views.file import Database
from service.archive import Archive
from service.items.item import Item
from service.items.reading import items
from service.items.selection import Selection

MOST = 8
"""How many lists of items are kept for a chronicle."""

Key = tuple[int, int, Selection]

_kept: WeakKeyDictionary[Archive, OrderedDict[Key, list[Item]]] = WeakKeyDictionary()
_lock = Lock()


def kept_items(archive: Archive, db: Database, as_of: AsOf, wanted: Selection) -> list[Item]:
    """The items of a selection. They are shared: whoever gets them leaves them as they are."""
    key = (as_of.stated, as_of.known, wanted)
    with _lock:
        ours = _kept.setdefault(archive, OrderedDict())
        if key in ours:
            ours.move_to_end(key)
            return ours[key]
    found = items(archive, db, as_of, wanted)
    with _lock:
        ours[key] = found
        while len(ours) > MOST:
            ours.popitem(last=False)
    return found
