"""The facilities of a state on its day: which are listed, what each has, what is expected.

There may be tens of thousands, so they are looked at as numbers, each at its place in the order of
ids; texts are made of those on a page alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt

from events.vocabulary import STATUSES
from projections import VALUES
from projections.views.columns import Found
from projections.views.order import Order
from projections.views.reading import Slice
from projections.views.state import Row
from service.asking.filters import Wanted
from service.state.row import (
    CONTESTED,
    NO_STATUS,
    certainties,
    certainty,
    day_shown,
    row_texts,
    texts_of,
)

Places = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

NUMBER = {"": 0, **{status: VALUES.index(status) for status in STATUSES}}
"""The statuses as rows have them; 0 is none, though something is told of the facility."""

UNTOLD = -1
"""Instead of a status: nothing is told."""


class Facilities:
    """The facilities of a slice, on the day that their rows show."""

    def __init__(self, slice: Slice, *, expecting: bool = True, order: Order | None = None) -> None:
        """`expecting` says whether it matters what is expected beyond the horizon; `order` is that
        of other facilities, to be compared with."""
        self.slice = slice
        self.status = self._found("status")
        self.order: Order = slice.order() if order is None else order
        day = day_shown("expected", at=slice.as_of.at, stated=slice.as_of.stated)
        self.expected: list[Row] = []
        if expecting and day is not None:
            self.expected = slice.stab("expected", day)

    @cached_property
    def overdue(self) -> Found:
        """The plans that are overdue."""
        return self._found("overdue")

    @cached_property
    def expected_places(self) -> Places:
        """Where the facilities are of which something is expected, in the order of `expected`."""
        return self.order.of(records_of(self.expected))

    @cached_property
    def statuses(self) -> Places:
        """The number of the status of every record; `UNTOLD` where it has none here."""
        return expected_by_place(self.order, self.status, ())

    @cached_property
    def would(self) -> Places:
        """The same, of the status that is expected, else of the one that it has."""
        return expected_by_place(self.order, self.status, self.expected)

    def statuses_shown(self, page: Places, *, marked: bool = True) -> list[str]:
        """What the row of each facility of a page shows of its status: JSON members without
        braces; `marked` says also whether its date is contested."""
        on_page = self.order.mask(page)
        rows = self.status.where(on_page[self.places(self.status)])
        beyond = self.slice.is_beyond
        texts, words = texts_of(self.slice, rows), certainties(rows["odds"], beyond=beyond)
        statements = rows["statement"].tolist()
        contested = self.slice.contested(rows.statements()) if marked else ()
        shown = {
            record: f'{text},"certainty":"{word}"{CONTESTED if given in contested else ""}'
            for record, text, word, given in zip(
                rows["record"].tolist(), texts, words, statements, strict=True
            )
        }
        without = f'{NO_STATUS},"certainty":"{certainty(0, beyond=beyond)}"'
        return [shown.get(record, without) for record in self.order.numbers[page].tolist()]

    def expected_shown(self, page: Places) -> dict[int, str]:
        """What the rows of a page show of what is expected: JSON objects, by the number of the
        record."""
        of_page = self.order.mask(page)[self.expected_places].tolist()
        rows = list(compress(self.expected, of_page))
        texts = row_texts(self.slice, rows)
        return {-row.id >> 32: f"{{{texts[row.id]}}}" for row in rows}

    def meant(self, wanted: Wanted) -> Mask:
        """Of every record, whether it has one of the statuses that are wanted and would have one of
        those expected; all where none are named."""
        meant = np.ones(len(self.order.ids), bool)
        if wanted.statuses:
            meant &= np.isin(self.statuses, numbers_of(wanted.statuses))
        if wanted.expected:
            meant &= np.isin(self.would, numbers_of(wanted.expected))
        return meant

    def listed(self, wanted: Wanted, meant: Mask | None = None) -> Mask:
        """Of every record, whether a state lists it: what has a status, and what is promised where
        no status is wanted, as far as it is `meant`."""
        listed = self.statuses > NUMBER[""]
        if not wanted.statuses:
            listed[self.places(self.overdue)] = True
            listed[self.expected_places] = True
        return np.asarray(listed & (self.meant(wanted) if meant is None else meant))

    def places(self, found: Found) -> Places:
        """Where the records of rows are."""
        return self.order.of(found["record"])

    def _found(self, facet: str) -> Found:
        day = day_shown(facet, at=self.slice.as_of.at, stated=self.slice.as_of.stated)
        if day is None:
            raise ValueError(f"no day shows {facet}")
        return self.slice.find(facet, day)


def expected_by_place(order: Order, statuses: Found, expected: Iterable[Row]) -> Places:
    """The number of the status of every record, that of the last row of several: the one that is
    expected, else the one that it has; `UNTOLD` where there is none."""
    rows = list(expected)
    would = order.by_place(statuses["record"], statuses["value"], otherwise=UNTOLD)
    would[order.of(records_of(rows))] = [NUMBER[row.value] for row in rows]
    return would


def counts_by_status(statuses: Places) -> Counter[str]:
    """How many of some facilities have each status; `UNTOLD` and none are not counted."""
    numbers, counts = np.unique(statuses[statuses > NUMBER[""]], return_counts=True)
    return Counter(
        {VALUES[number]: count for number, count in zip(numbers, counts.tolist(), strict=True)}
    )


def records_of(expected: Iterable[Row]) -> npt.NDArray[np.int32]:
    """The numbers of the records of what is expected."""
    return np.array([-row.id >> 32 for row in expected], np.int32)


def numbers_of(statuses: Iterable[str]) -> Sequence[int]:
    """Statuses as rows have them."""
    return [NUMBER[status] for status in statuses]
