"""How the figures of a state went from year to year, to be drawn small behind each of them.

A point is the last day of a year, and its count is the one that `/v1/state` has there.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from events.dates import Day, day, year_of
from projections.views.reading import Slice
from service.pages.drawn.lanes import FAMILIES
from service.promises.slips import quantile
from service.promises.tally import Tally
from service.trends.sweeps import SWEEPS, Point
from service.trends.trend import MEASURES, MOST_POINTS, Key, Measure, Trend


@dataclass(frozen=True, slots=True)
class Courses:
    """By figure, its value at the end of each year from `first` on; None where there is none."""

    first: int
    by: Mapping[str, Sequence[float | None]]


def courses(
    slice: Slice,
    *,
    tally: Tally,
    first: int,
    last: int,
) -> Courses:
    """The courses of the figures over some years, of the country and the field of the slice, whose
    ladders are those of the tally. There is no status beyond the horizon."""
    last = max(first, min(last, year_of(slice.as_of.stated)))
    # More years than this have no room in a drawing, and a trend has no more points.
    years = range(max(first, last + 1 - MOST_POINTS), last + 1)
    held = _swept(slice, "status", years)
    policies = _swept(slice, "policies", years)
    by: dict[str, Sequence[float | None]] = {
        name: _counts([held.get((status,), ()) for status in statuses], years)
        for name, statuses in FAMILIES
    }
    by["policies"] = _counts(policies.values(), years)
    by["slip"] = _medians(tally, years)
    return Courses(years.start, by)


def median_by(tally: Tally, last: Day) -> tuple[float, float, int] | None:
    """The median slip of the ladders of which something had come by a day, in days, at least and
    at most, and of how many it is."""
    _, least, most = tally.counted(np.flatnonzero(tally.came <= last))
    return (quantile(least, 2), quantile(most, 2), len(least)) if len(least) else None


def _swept(slice: Slice, measure: Measure, years: range) -> Mapping[Key, Sequence[Point]]:
    """The points of a trend at the end of each year."""
    trend = Trend(
        measure=measure,
        key=MEASURES[measure],
        step="year",
        steps=years,
        countries=(),
        regions=(),
        fields=(),
        classes=(),
        statuses=(),
        series=(),
    )
    return SWEEPS[measure](slice, trend)


def _counts(swept: Iterable[Sequence[Point]], years: range) -> Sequence[float | None]:
    """The sum of some trends at the end of each year; a trend without points counts nothing."""
    counts = [[point["count"] for point in points] for points in swept if points]
    return list(map(sum, zip(*counts, strict=True))) if counts else [0] * len(years)


def _medians(tally: Tally, years: range) -> Sequence[float | None]:
    """The median slip, halfway between at least and at most, of what had come by each year."""
    slips = tally.come_and_closed()
    least: list[int] = []
    most: list[int] = []
    medians: list[float | None] = []
    for year in years:
        come = bisect_right(slips, day(year, 12, 31), key=lambda slip: slip[0])
        for _, earliest, latest in slips[len(least) : come]:
            insort(least, earliest)
            insort(most, latest)
        medians.append((quantile(least, 2) + quantile(most, 2)) / 2 if least else None)
    return medians
