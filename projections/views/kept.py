"""Texts that were made of rows, kept in memory until what they were made of changes.

What is shown of a row, of a card or of a statement follows from the stream of its record alone,
from one commit on until another touches it. So a text is kept with the positions between which it
is right; an open end holds as far as the views were read when it was made, and falls when a later
commit touches the stream. A log that grows costs in proportion to what came.

At most so many bytes are kept: what nobody asked for longest goes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

MOST = 64 * 2**20
"""How many bytes are kept, about."""

BESIDE = 250
"""How many bytes a text takes beside its characters, about."""

STILL = 2**63 - 1
"""The end of what is right as far as the views are read."""

PART_BITS = 33
PART_ZERO = 2**32
"""A record and a part make one number: parts lie between -2**31 and 2**31."""


class Text(NamedTuple):
    """A text, and the positions from and up to which it is right."""

    since: int
    until: int
    text: str


class _Generation:
    """Texts by the number of what they are of, and of each record those numbers."""

    def __init__(self) -> None:
        self.texts: dict[int, Text] = {}
        self.of_records: dict[int, list[int]] = {}

    def put(self, number: int, text: Text) -> None:
        """Keep a text, in place of one that is of the same."""
        if number not in self.texts:
            self.of_records.setdefault(number >> PART_BITS, []).append(number)
        self.texts[number] = text

    def drop(self, record: int) -> None:
        """Drop the texts of a record."""
        for number in self.of_records.pop(record, ()):
            self.texts.pop(number, None)


class Kept:
    """The texts. Each is of a record and a part of it, both by number."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._position = 0
        self._lock = Lock()
        self._bytes = 0
        # Of a text of those made last, as which others count that are asked for again.
        self._mean = BESIDE
        self._asked = _Generation()
        # What was not asked for since `_asked` was begun.
        self._before = _Generation()

    def texts(
        self,
        records: npt.NDArray[Any],
        parts: npt.NDArray[Any] | int,
        *,
        known: int,
        position: int,
        make: Callable[[list[int]], Iterable[Text]],
    ) -> list[str]:
        """The text of each part of a record, as it is right at `known`.

        `make` gives the texts at some places of the two, from views that have read up to
        `position`; those that are kept are not made again.
        """
        numbers = (
            (records.astype(np.int64) << PART_BITS) + (np.asarray(parts, np.int64) + PART_ZERO)
        ).tolist()
        with self._lock:
            found, missing = self._look_up(numbers, known)
        if missing:
            made = list(make(missing))
            with self._lock:
                # Where somebody read on meanwhile, or before, they may be of before that.
                if self._position == position:
                    self._keep([numbers[place] for place in missing], made)
            for place, text in zip(missing, made, strict=True):
                found[place] = text.text
        return found

    def read_on(self, position: int, touched: Callable[[int], Iterable[int]]) -> None:
        """Drop what commits touched, up to a position that the views have read. `touched` gives
        the records that were touched beyond another position."""
        with self._lock:
            if position > self._position:
                some = self._asked.texts or self._before.texts
                for record in touched(self._position) if some else ():
                    self._asked.drop(record)
                    self._before.drop(record)
                self._position = position

    def _look_up(self, numbers: list[int], known: int) -> tuple[list[str], list[int]]:
        asked, before = self._asked, self._before.texts
        if before:
            for number in numbers:
                if (text := before.pop(number, None)) is not None:
                    asked.put(number, text)
                    self._bytes += self._mean
        get = asked.texts.get
        # Every text of a page comes by here, so it is the shortest loop that there is.
        found: list[Any] = [
            text[2] if (text := get(number)) is not None and text[0] <= known < text[1] else None
            for number in numbers
        ]
        return found, [place for place, text in enumerate(found) if text is None]

    def _keep(self, numbers: list[int], made: list[Text]) -> None:
        put, size = self._asked.put, 0
        for number, text in zip(numbers, made, strict=True):
            put(number, text)
            size += BESIDE + len(text[2])
        self._bytes += size
        self._mean = size // len(numbers)
        if self._bytes > self._most // 2:
            self._before, self._asked, self._bytes = self._asked, _Generation(), 0
