"""The ladders of a part of the world, counted over arrays; those of a page alone become objects.

The outcome of a ladder stands in the columns of the views, its slip and the day of its first plan
in the text of its row, which is short. Some of the ladders are given by their places in the arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from events.dates import Day, year_of
from events.fact import Line
from projections import VALUES
from projections.engine.spans import AFTER_ALL
from projections.kinds.ladders import CAME, OUTCOMES, Ladder, Slip, ladder_of, written_of
from projections.kinds.ladders import OPEN as UNANSWERED
from projections.views import bulk
from projections.views.columns import Columns, Found, Indexes, class_of, country_of, field_of
from projections.views.reading import Slice
from service.items.when import when
from service.promises.filters import Promised, is_run_by

Ordered = Sequence[int] | bulk.Numbers
"""Numbers in their order."""

OPEN = AFTER_ALL
"""An open end of a slip; where nothing came, both are."""

_LAST = -1
"""The place of the last statement of a ladder."""

_OUTCOME = np.zeros(len(VALUES), np.int64)
"""The place among the outcomes of a value of a row."""
for _place, _name in enumerate(OUTCOMES):
    _OUTCOME[VALUES.index(_name)] = _place


class Counted(NamedTuple):
    """A ladder with its outcome, and the card of its facility."""

    record: str
    outcome: str
    ladder: Ladder
    card: Line


class Tally:
    """The ladders that are meant, in no order."""

    def __init__(self, view: Slice, meant: Promised) -> None:
        """Find them, and read what is counted of each."""
        self._view = view
        found = view.find("slip", view.as_of.stated)
        view.reading.budget.spend(rows=len(found))
        self._columns = found.columns
        self._found = _meant(view, self._columns, found.indexes, meant)
        self._records = self._columns["record"][self._found]
        self._outcomes = _OUTCOME[self._columns["value"][self._found]]
        self._said, self._least, self._most = np.full((3, len(self._found)), OPEN, np.int64)
        self._stands = np.full(len(self._found), _LAST, np.int64)
        for place, piece in bulk.pieces(self._found):
            written = written_of(bulk.texts(view.reading.db, self._columns, piece))
            self._said[place] = [each.said for each in written]
            self._stands[place] = [
                _LAST if each.stands is None else each.stands for each in written
            ]
            slips = [each.slip or (None, None) for each in written]
            self._least[place] = [OPEN if least is None else least for least, _ in slips]
            self._most[place] = [OPEN if most is None else most for _, most in slips]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._found)

    @property
    def every(self) -> Indexes:
        """The places of all."""
        return np.arange(len(self))

    def counted(self, part: Indexes) -> tuple[dict[str, int], bulk.Numbers, bulk.Numbers]:
        """How many of some ladders came to what; and of those whose slip is open on neither side
        all least slips in order, and all greatest."""
        counts = np.bincount(self._outcomes[part], minlength=len(OUTCOMES)).tolist()
        closed = self.closed(part)
        outcomes: dict[str, int] = dict(zip(OUTCOMES, counts, strict=True))
        return outcomes, np.sort(self._least[closed]), np.sort(self._most[closed])

    def closed(self, part: Indexes) -> Indexes:
        """Those of some ladders whose slip is open on neither side."""
        some: Indexes = part[(self._least[part] != OPEN) & (self._most[part] != OPEN)]
        return some

    @cached_property
    def came(self) -> bulk.Numbers:
        """The last possible day of what came of each; `OPEN` where nothing did, or it is open."""
        days = np.full(len(self), OPEN, np.int64)
        over = np.flatnonzero(self._outcomes < len(CAME))
        days[over] = _last_days(self._view, self._columns, self._found[over])
        return days

    @cached_property
    def due(self) -> bulk.Numbers:
        """The last possible day of the current plan of each ladder that is open; `OPEN` where it
        is not, or the plan has no such day."""
        days = np.full(len(self), OPEN, np.int64)
        still = np.flatnonzero(self._is_unanswered)
        which = self._stands[still].tolist()
        days[still] = _last_days(self._view, self._columns, self._found[still], which)
        return days

    @property
    def _is_unanswered(self) -> npt.NDArray[np.bool_]:
        are: npt.NDArray[np.bool_] = self._outcomes >= len(OUTCOMES) - len(UNANSWERED)
        return are

    def come_and_closed(self) -> list[tuple[Day, int, int]]:
        """Of those whose slip is open on neither side, in the order of the days by which something
        came: that day, and the ends of the slip."""
        closed = self.closed(self.every)
        members = (self.came, self._least, self._most)
        return sorted(zip(*(each[closed].tolist() for each in members), strict=True))

    def first_slips(self) -> list[Slip]:
        """The slips of two ladders of which something came; of fewer, if there are fewer."""
        few = np.flatnonzero(self._outcomes < len(CAME))[:2]
        ends = zip(self._least[few].tolist(), self._most[few].tolist(), strict=True)
        return [Slip(*(None if end == OPEN else end for end in each)) for each in ends]

    # --- orders

    def by_record(self, part: Indexes, page: slice) -> list[Counted]:
        """A stretch of some ladders, by record and entry."""
        return self._in_order(part, (self._names,), page)

    def by_slip(self, part: Indexes, page: slice) -> list[Counted]:
        """The same, the one that certainly slipped the most first; what has no slip comes last."""
        is_open = self._least == OPEN
        least, most = (np.where(is_open, 0, -ends) for ends in (self._least, self._most))
        return self._in_order(part, (self._names, most, least, is_open.astype(np.int64)), page)

    def by_due(self, part: Indexes, page: slice) -> list[Counted]:
        """The same, what is due or overdue first, the soonest before others."""
        is_over = (~self._is_unanswered).astype(np.int64)
        return self._in_order(part, (self._names, self.due, is_over), page)

    def farthest(self, parts: Sequence[Indexes]) -> list[Counted | None]:
        """Of each of some lists of ladders the one that certainly slipped the most, if the least
        slip of any is known. All are read at once."""
        first = [self._farthest(part) for part in parts]
        places = np.unique(np.concatenate(first))
        read = dict(zip(places.tolist(), self._read(places), strict=True))
        return [
            min((read[place] for place in part.tolist()), key=_by_entry, default=None)
            for part in first
        ]

    def _farthest(self, part: Indexes) -> Indexes:
        """Of some ladders those of one record than which none slipped more."""
        known: Indexes = part[self._least[part] != OPEN]
        for keys, first in ((self._least, np.max), (self._most, np.max), (self._names, np.min)):
            if len(known) > 1:
                known = known[keys[known] == first(keys[known])]
        return known

    def _in_order(
        self, part: Indexes, keys: Sequence[npt.NDArray[Any]], page: slice
    ) -> list[Counted]:
        """A stretch of some ladders by keys, the last one first, then by entry and plans, which
        are read of those alone that the keys do not tell apart."""
        found = bulk.stretch([key[part] for key in keys], page)
        read = zip(found.groups, self._read(part[found.rows]), strict=True)
        settled = sorted(read, key=lambda each: (each[0], _by_entry(each[1])))
        return [counted for _, counted in settled[found.within]]

    @cached_property
    def _names(self) -> npt.NDArray[Any]:
        return self._view.order().of(self._records)

    def _read(self, part: Indexes) -> list[Counted]:
        rows = self._view.rows(Found(self._columns, self._found[part]), detailed=True)
        cards = self._view.cards({row.record for row in rows})
        return [
            Counted(row.record, row.value, ladder_of(row.record, row), cards[row.record])
            for row in rows
        ]

    # --- groups

    def groups(self, name: str) -> Iterator[tuple[str | None, Indexes]]:
        """Each group with its ladders: the earliest decade first, all else by its letters, and
        None, of those whose card says none, before all."""
        keys, places = _GROUPED[name](self)
        order = np.argsort(places, kind="stable")
        bounds = np.searchsorted(places[order], np.arange(len(keys) + 1)).tolist()
        for key, first, stop in zip(keys, bounds[:-1], bounds[1:], strict=True):
            yield key or None, order[first:stop]

    def by_decade(self) -> _Grouped:
        """The decades of their first plans."""
        days, places = np.unique(self._said, return_inverse=True)
        years = [year_of(day) for day in days.tolist()]
        decades, of_days = np.unique(
            np.array([year - year % 10 for year in years], np.int64), return_inverse=True
        )
        return [f"{decade}s" for decade in decades.tolist()], of_days[places]

    def by_operator(self) -> _Grouped:
        """The operators on the cards of their facilities."""
        records, places = np.unique(self._records, return_inverse=True)
        operators = _operators(self._view, records.tolist())
        return _by_letters([operators.get(record, "") for record in records.tolist()], places)

    def by_place(self, part: Callable[[int], str]) -> _Grouped:
        """The countries, the fields or the classes in which they are listed."""
        listed, places = np.unique(self._columns["place"][self._found], return_inverse=True)
        return _by_letters(list(map(part, listed.tolist())), places)


_Grouped = tuple[list[str], npt.NDArray[Any]]
"""The keys of groups in their order, and the place of each ladder's among them."""

_GROUPED: dict[str, Callable[[Tally], _Grouped]] = {
    "country": lambda tally: tally.by_place(country_of),
    "field": lambda tally: tally.by_place(field_of),
    "class": lambda tally: tally.by_place(class_of),
    "operator": Tally.by_operator,
    "decade": Tally.by_decade,
}


def _by_letters(texts: Sequence[str], places: npt.NDArray[Any]) -> _Grouped:
    """Groups by texts, where each ladder has the place of its text."""
    keys = sorted(set(texts))
    ordered = {text: place for place, text in enumerate(keys)}
    return keys, np.array([ordered[text] for text in texts], np.int64)[places]


def _by_entry(counted: Counted) -> tuple[str, tuple[str, ...]]:
    return counted.ladder.entry, counted.ladder.plans


# --- what is meant


def _meant(view: Slice, columns: Columns, found: Indexes, meant: Promised) -> Indexes:
    """Those of the rows that pass the filters."""
    if meant.outcomes:
        values = [VALUES.index(outcome) for outcome in meant.outcomes]
        found = found[np.isin(columns["value"][found], values)]
    if meant.operator is not None:
        found = found[run_by(view, columns["record"][found], meant.operator)]
    if meant.came_by is not None:
        found = _come_by(view, columns, found, meant.came_by)
    return found


def run_by(view: Slice, records: npt.NDArray[Any], operator: str) -> npt.NDArray[np.bool_]:
    """Of each of some records, whether its card names an operator."""
    operators = _operators(view, np.unique(records).tolist())
    return np.isin(records, [id for id, name in operators.items() if is_run_by(name, operator)])


def _operators(view: Slice, records: Sequence[int]) -> dict[int, str]:
    return bulk.of_cards(view.reading.db, "operator", records, known=view.as_of.known)


def _come_by(view: Slice, columns: Columns, found: Indexes, day: Day) -> Indexes:
    """Those of which something had certainly come by a day."""
    found = found[_OUTCOME[columns["value"][found]] < len(CAME)]
    some: Indexes = found[_last_days(view, columns, found) <= day]
    return some


def _last_days(
    view: Slice, columns: Columns, found: Indexes, which: Sequence[int] | None = None
) -> bulk.Numbers:
    """The last possible days of statements of some ladders, of each the one that is so many after
    its first, else the last one, which is what came if something did; `OPEN` where it is open."""
    reading = view.reading
    reading.budget.spend(rows=2 * len(found))
    days = np.empty(len(found), np.int64)
    for place, piece in bulk.pieces(found):
        wanted = [_LAST] * len(piece) if which is None else which[place]
        numbers = bulk.others(reading.db, columns, piece)
        chosen = [each[index] for each, index in zip(numbers, wanted, strict=True)]
        keys = zip(columns["record"][piece].tolist(), chosen, strict=True)
        versions = reading.lines.by_number(reading.db, keys, known=view.as_of.known)
        days[place] = [_last_day(versions[number].date) for number in chosen]
    return days


def _last_day(date: str | None) -> Day:
    latest = None if date is None else when(date).latest
    return OPEN if latest is None else latest
