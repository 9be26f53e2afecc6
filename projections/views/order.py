"""The order of lists: all records by their ids.

Rows name a record by its number; what is listed stands in the order of ids. So each record has a
place among all of them, and whoever asks sorts, merges and counts places, and looks up ids only
for the page that is shown. A record keeps its number and its id for good, so the order of one
file of views is that of any other; it only grows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlite_utils import Database

from events.stream import Stream

STREAMS_SINCE = "SELECT number, name FROM streams WHERE number > :after"

Places = npt.NDArray[np.int32]

NOWHERE = -1
"""The place of what is no record."""


class Order(NamedTuple):
    """The records of the views up to some number, by id; `places` has the place of each number."""

    ids: list[str]
    numbers: npt.NDArray[np.int32]
    places: Places

    def of(self, records: npt.NDArray[Any]) -> Places:
        """The places of records by their numbers."""
        places: Places = self.places[records]
        return places

    def places_of(self, ids: Iterable[str]) -> Places:
        """The places of those of some ids that are of records."""
        at = {bisect_left(self.ids, id): id for id in ids}
        last = len(self.ids)
        return np.array(
            [place for place, id in at.items() if place < last and self.ids[place] == id], np.int32
        )

    def ids_at(self, places: npt.NDArray[Any]) -> list[str]:
        """The ids at some places."""
        ids = self.ids
        return [ids[place] for place in places.tolist()]

    def after(self, id: str) -> int:
        """The first place whose id is beyond one."""
        return bisect_right(self.ids, id)

    def by_place(
        self,
        records: npt.NDArray[Any],
        values: npt.ArrayLike,
        *,
        otherwise: int,
        kind: type[np.integer[Any]] = np.int16,
    ) -> npt.NDArray[Any]:
        """A number of every record, by its place: that of the last of some records, by their
        numbers; `otherwise` is that of all others. `kind` has room for each, a small one by
        default."""
        found = np.full(len(self.ids), otherwise, kind)
        found[self.of(records)] = values
        return found

    def mask(self, places: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Of every place, whether it is one of some."""
        found = np.zeros(len(self.ids), bool)
        found[places] = True
        return found


class Orders:
    """Keeps the order of all records up with the views."""

    def __init__(self) -> None:
        self._latest = _order([], np.zeros(0, np.int32), 0)

    def latest(self, db: Database) -> Order:
        """The order of all records that the views have read of."""
        order = self._latest
        last = len(order.places) - 1
        new = db.execute(STREAMS_SINCE, {"after": last}).fetchall()
        if new:
            last = max(number for number, _ in new)
            records = sorted(
                (stream.id, number)
                for number, stream in ((number, Stream.parse(name)) for number, name in new)
                if stream.space == "record"
            )
            # Another thread may come first: what it found is the same.
            order = self._latest = _with(order, records, last)
        return order


def _with(order: Order, records: Sequence[tuple[str, int]], last: int) -> Order:
    ids = [id for id, _ in records]
    at = [bisect_left(order.ids, id) for id in ids]
    numbers = np.insert(order.numbers, at, [number for _, number in records])
    return _order(sorted([*order.ids, *ids]), numbers, last)


def _order(ids: list[str], numbers: npt.NDArray[np.int32], last: int) -> Order:
    places = np.full(last + 1, NOWHERE, np.int32)
    places[numbers] = np.arange(len(numbers), dtype=np.int32)
    return Order(ids, numbers, places)
