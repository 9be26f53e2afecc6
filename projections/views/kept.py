"""Texts that were made of rows, kept in memory until what they were made of changes.

What is shown of a row, of a card or of a statement follows from the stream of its record alone,
from one commit on until another touches it. So a text is kept with the positions between which it
is right; an open end holds as far as the views were read when it was made, and falls when a later
commit touches the stream. A log that grows costs in proportion to what came.

At most so many bytes are kept: what nobody asked for longest goes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import NamedTuple

MOST = 64 * 2**20
"""How many bytes are kept, about."""

BESIDE = 250
"""How many bytes a text takes beside its characters, about."""

STILL = 2**63 - 1
"""The end of what is right as far as the views are read."""


class Text(NamedTuple):
    """A text, and the positions from and up to which it is right."""

    since: int
    until: int
    text: str


class Kept:
    """The texts. Each is of a record and a part of it, both by number."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._position = 0
        self._lock = Lock()
        self._bytes = 0
        # Of a text of those made last, as which others count that are asked for again.
        self._mean = BESIDE
        self._asked: dict[int, dict[int, Text]] = {}
        # What was not asked for since `_asked` was begun.
        self._before: dict[int, dict[int, Text]] = {}

    def texts(
        self,
        records: Sequence[int],
        parts: Sequence[int],
        *,
        known: int,
        position: int,
        make: Callable[[list[int]], Iterable[Text]],
    ) -> list[str]:
        """The text of each part of a record, as it is right at `known`.

        `make` gives the texts at some places of the two lists, from views that have read up to
        `position`; those that are kept are not made again.
        """
        with self._lock:
            found, missing = self._look_up(records, parts, known)
        if missing:
            made = list(make(missing))
            with self._lock:
                # Where somebody read on meanwhile, or before, they may be of before that.
                if self._position == position:
                    self._keep(records, parts, missing, made)
            for place, text in zip(missing, made, strict=True):
                found[place] = text.text
        return found

    def read_on(self, position: int, touched: Callable[[int], Iterable[int]]) -> None:
        """Drop what commits touched, up to a position that the views have read. `touched` gives
        the records that were touched beyond another position."""
        with self._lock:
            if position > self._position:
                for record in touched(self._position) if self._asked or self._before else ():
                    self._asked.pop(record, None)
                    self._before.pop(record, None)
                self._position = position

    def _look_up(
        self, records: Sequence[int], parts: Sequence[int], known: int
    ) -> tuple[list[str], list[int]]:
        found = [""] * len(records)
        missing: list[int] = []
        asked, before, again = self._asked, self._before, 0
        get = asked.get
        for place, (record, part) in enumerate(zip(records, parts, strict=True)):
            of = get(record)
            if of is None and (of := before.pop(record, None)) is not None:
                asked[record] = of
                again += len(of)
            text = None if of is None else of.get(part)
            if text is not None and text[0] <= known < text[1]:
                found[place] = text[2]
            else:
                missing.append(place)
        self._bytes += again * self._mean
        return found, missing

    def _keep(
        self,
        records: Sequence[int],
        parts: Sequence[int],
        places: Sequence[int],
        made: Iterable[Text],
    ) -> None:
        asked, size = self._asked, 0
        for place, text in zip(places, made, strict=True):
            of = asked.get(records[place])
            if of is None:
                of = asked[records[place]] = {}
            of[parts[place]] = text
            size += BESIDE + len(text[2])
        self._bytes += size
        self._mean = size // len(places)
        if self._bytes > self._most // 2:
            self._before, self._asked, self._bytes = self._asked, {}, 0
