"""The pages of what one page shows: of every list a stretch, with links to the next and to the one
before.

All lists of a page begin and go on together, as those of an answer do, so one number says where the
reader is; a list of larger rows may have fewer of them on each page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from service.asking.paging import Lists
from service.pages.shell.here import Here

ROWS = 100
"""How many rows of a list a page shows at most."""

ROWS_OF_MANY = 50
"""How many rows of its lists a page shows that could not show all of them."""

Row = TypeVar("Row")


class Pager:
    """Where the reader is among the pages, found out from the rows that come before, and how many
    pages the lists need that were cut by it."""

    def __init__(self, here: Here, *, skipped: int, limit: int = ROWS) -> None:
        """`skipped` and `limit` are what the address of the page says."""
        self._here, self._rows = here, min(limit, ROWS)
        self._number = skipped // self._rows
        self._last = 0

    @property
    def wanted(self) -> Lists:
        """The page of an answer with the same lists."""
        return Lists(limit=self._rows, skipped=self._number * self._rows)

    @property
    def first(self) -> int:
        """The number of the first row of the page, counted from 1."""
        return self._number * self._rows + 1

    def stretch(self, total: int, *, most: int = ROWS) -> slice:
        """Which of so many rows the page shows."""
        size = min(most, self._rows)
        self._last = max(self._last, (total - 1) // size)
        return slice(self._number * size, (self._number + 1) * size)

    def part(self, rows: Sequence[Row], *, most: int = ROWS) -> Sequence[Row]:
        """The rows of a list that the page shows."""
        return rows[self.stretch(len(rows), most=most)]

    @property
    def previous(self) -> str | None:
        """The address of the page before."""
        if not self._number:
            return None
        return self._at(min(self._number - 1, self._last))

    @property
    def next(self) -> str | None:
        """The address of the next page, while any list goes on."""
        return self._at(self._number + 1) if self._number < self._last else None

    def _at(self, number: int) -> str:
        return self._here.url(after=str(number * self._rows) if number else None)
