"""How the figures of a state went from year to year, to be drawn small behind each of them.

A point is the last day of a year, and its count is the one that `/v1/state` has there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from events.dates import Day, day, year_of
from projections.state import Row, State
from projections.views import Database
from service.pages.lanes import FAMILIES
from service.question import Question
from service.slips import Counted, slip_totals
from service.state import Wanted


@dataclass(frozen=True, slots=True)
class Courses:
    """By figure, its value at the end of each year from `first` on; None where there is none."""

    first: int
    by: Mapping[str, Sequence[float | None]]

    @property
    def last(self) -> int:
        """The last year."""
        return self.first + len(next(iter(self.by.values()))) - 1


def courses(
    view: State,
    db: Database,
    question: Question,
    *,
    wanted: Wanted,
    counted: Iterable[Counted],
    came_by: Callable[[Counted], Day | None],
    first: int,
    last: int,
) -> Courses:
    """The courses of the figures over some years. No status is told beyond the horizon."""
    last = max(first, min(last, year_of(question.as_of.stated)))
    rows = {
        facet: view.begun(
            db,
            facet,
            last=day(last, 12, 31),
            stated=question.as_of.stated,
            known=question.as_of.known,
            country=wanted.country,
            field=wanted.field,
        )
        for facet in ("status", "policy")
    }
    by: dict[str, Sequence[float | None]] = {
        name: _counts([row for row in rows["status"] if row.value in statuses], first, last)
        for name, statuses in FAMILIES
    }
    by["policies"] = _counts(rows["policy"], first, last)
    by["slip"] = _medians(counted, came_by, first, last)
    return Courses(first, by)


def median_of(counted: Iterable[Counted]) -> tuple[float, float, int] | None:
    """The median slip of ladders in days, at least and at most, and of how many it is."""
    totals = slip_totals(list(counted))
    median = totals["median"]
    return None if median is None else (median["earliest"], median["latest"], totals["of"])


def _counts(rows: Iterable[Row], first: int, last: int) -> Sequence[float | None]:
    """How many rows hold on the last day of each year."""
    changes = [0] * (last - first + 2)
    for row in rows:
        begins = _place(row.vf, first, last)
        ends = _place(row.vt, first, last)
        changes[begins] += 1
        changes[ends] -= 1
    return list(accumulate(changes))[:-1]


def _place(begins: Day, first: int, last: int) -> int:
    """The first year, counted from `first`, whose last day is not before a day."""
    if begins <= day(first, 12, 31):
        return 0
    if begins > day(last, 12, 31):
        return last - first + 1
    return year_of(begins) - first


def _medians(
    counted: Iterable[Counted], came_by: Callable[[Counted], Day | None], first: int, last: int
) -> Sequence[float | None]:
    dated = [(came, each) for each in counted if (came := came_by(each)) is not None]
    medians: list[float | None] = []
    before: tuple[int, float | None] = (0, None)
    for year in range(first, last + 1):
        found = [each for came, each in dated if came <= day(year, 12, 31)]
        if len(found) != before[0]:
            median = median_of(found)
            before = (len(found), None if median is None else sum(median[:2]) / 2)
        medians.append(before[1])
    return medians
