"""The points of a trend, of each measure by one sweep.

Nothing is asked anew for each point. What holds anywhere within the points is
one range stab (one for each country that is named, where no region is); a row that
holds from a day to a day covers the points between two places of their list, so it
is added where it begins and taken away where it ends, and one sweep sums them up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

import msgspec

from events.dates import Day, iso
from projections.kinds.facility import BIT, alternatives
from projections.views.reading import Slice
from projections.views.state import Row
from service.trends.trend import Key, Measure, Trend

Point = dict[str, Any]
Sweep = Callable[[Slice, Trend], dict[Key, list[Point]]]


def _statuses(slice: Slice, trend: Trend) -> dict[Key, list[Point]]:
    """How many facilities have each status. Beyond the horizon it is the one at the horizon."""
    stated = slice.as_of.stated
    days = [min(each, stated) for each in trend.days]
    rows = _stab(slice, trend, "status", days)
    operators = _operators(slice, rows) if "operator" in trend.key else {}
    groups: Counter[tuple[int, int, str, int, str, str, str]] = Counter()
    for row in rows:
        start, stop = bisect_left(days, row.vf), bisect_left(days, row.vt)
        if start < stop:
            operator = operators.get(row.record, "")
            groups[start, stop, row.value, row.odds, row.country, row.field, operator] += 1
    counts, certain, possible = (_Sums(trend) for _ in range(3))
    for (start, stop, value, odds, country, field, operator), count in groups.items():
        home = {"country": country, "field": field, "operator": operator}
        for status in {value, *alternatives(odds)}:
            if not status or (trend.statuses and status not in trend.statuses):
                continue
            for key in trend.keys_of({**home, "status": status}):
                counts.add(key, start, stop, count * (status == value))
                certain.add(key, start, stop, count * (odds == BIT[status]))
                possible.add(key, start, stop, count * bool(odds & BIT[status]))
    dates = list(map(iso, trend.days))
    return {
        key: [
            {"at": at, "count": count}
            if sure == perhaps
            else {"at": at, "count": count, "certain": sure, "possible": perhaps}
            for at, count, sure, perhaps in zip(
                dates, counts.of(key), certain.of(key), possible.of(key), strict=True
            )
        ]
        for key in _all(counts, trend)
    }


def _operators(slice: Slice, rows: Iterable[Row]) -> dict[str, str]:
    """The operator on the card of each facility, empty where it names none."""
    cards = slice.cards({row.record for row in rows})
    return {id: card.get("operator") or "" for id, card in cards.items()}


def _discoveries(slice: Slice, trend: Trend) -> dict[Key, list[Point]]:
    """How many discoveries there were to date, and how many of them are new in the step."""
    days = trend.days
    counts, new = _Sums(trend), _Sums(trend)
    for row in _begun(slice, trend, "discovery", days[-1]):
        start = bisect_left(days, row.vf)
        for key in trend.keys_of(_home(row)):
            counts.add(key, start, len(days), 1)
            if row.vf >= trend.first:
                new.add(key, start, start + 1, 1)
    dates = list(map(iso, days))
    return {
        key: [
            {"at": at, "count": count, "new": fresh}
            for at, count, fresh in zip(dates, counts.of(key), new.of(key), strict=True)
        ]
        for key in _all(counts, trend)
    }


def _policies(slice: Slice, trend: Trend) -> dict[Key, list[Point]]:
    """How many policies are in force."""
    days = trend.days
    counts = _Sums(trend)
    for row in _stab(slice, trend, "policy", days):
        start, stop = bisect_left(days, row.vf), bisect_left(days, row.vt)
        if start < stop:
            for key in trend.keys_of(_home(row)):
                counts.add(key, start, stop, 1)
    dates = list(map(iso, days))
    return {
        key: [{"at": at, "count": count} for at, count in zip(dates, counts.of(key), strict=True)]
        for key in _all(counts, trend)
    }


def _readings(slice: Slice, trend: Trend) -> dict[Key, list[Point]]:
    """The reading of each series that holds, with its date; null where none does."""
    days = trend.days
    rows = [
        row
        for row in _stab(slice, trend, "indicator", days)
        if not trend.series or row.value in trend.series
    ]
    texts = slice.statements({row.statement for row in rows})
    lines = {id: msgspec.json.decode(text) for id, text in texts.items()}
    held: dict[Key, list[tuple[int, int, str]]] = {}
    for row in rows:
        start, stop = bisect_left(days, row.vf), bisect_left(days, row.vt)
        if start < stop:
            unit = lines[row.statement]["unit"]
            [key] = trend.keys_of({**_home(row), "series": row.value, "unit": unit})
            held.setdefault(key, []).append((start, stop, row.statement))
            trend.check_size(len(held))
    nothing = {"value": None, "date": None, "statement": None}
    dates = list(map(iso, days))
    found: dict[Key, list[Point]] = {}
    for key, stretches in held.items():
        points: list[Point] = [{"at": at, **nothing} for at in dates]
        for start, stop, statement in stretches:
            line = lines[statement]
            reading = {"value": line["value"], "date": line["date"], "statement": statement}
            for point in points[start:stop]:
                point.update(reading)
        found[key] = points
    return found


SWEEPS: Mapping[Measure, Sweep] = {
    "status": _statuses,
    "discoveries": _discoveries,
    "policies": _policies,
    "indicator": _readings,
}
"""What finds the points of each series, by measure; it raises TooManyPoints."""


class _Sums:
    """Sums over the points by key: what is added to a stretch is noted at its two ends."""

    def __init__(self, trend: Trend) -> None:
        self._trend = trend
        self._steps: dict[Key, list[int]] = {}

    def __iter__(self) -> Iterator[Key]:
        """The keys that anything was added to."""
        return iter(self._steps)

    def add(self, key: Key, start: int, stop: int, count: int) -> None:
        """Add a count to the points from the place `start` up to, not including, `stop`."""
        steps = self._steps.get(key)
        if steps is None:
            steps = self._steps[key] = [0] * (len(self._trend.steps) + 1)
            self._trend.check_size(len(self._steps))
        steps[start] += count
        steps[stop] -= count

    def of(self, key: Key) -> Iterable[int]:
        """The sum at each point."""
        steps = self._steps.get(key) or [0] * (len(self._trend.steps) + 1)
        return accumulate(steps[:-1])


def _all(counted: Iterable[Key], trend: Trend) -> Iterable[Key]:
    """The keys that something was counted for, and those that are asked for by name."""
    keys = dict.fromkeys(counted)
    for key in trend.named_keys():
        keys[key] = None
        trend.check_size(len(keys))
    return keys


# --- rows


def _stab(slice: Slice, trend: Trend, facet: str, days: Sequence[Day]) -> list[Row]:
    """The rows of a facet that hold on some day within the points and pass the filters."""
    return _fitting(slice, trend, lambda part: part.stab(facet, days[-1], first=days[0]))


def _begun(slice: Slice, trend: Trend, facet: str, last: Day) -> list[Row]:
    """The rows of a facet that had begun by a day and pass the filters."""
    return _fitting(slice, trend, lambda part: part.begun(facet, last))


def _fitting(slice: Slice, trend: Trend, rows_of: Callable[[Slice], list[Row]]) -> list[Row]:
    """With a region, one look at all countries is cheaper than one at each of its own."""
    some = trend.countries if not trend.regions else ()
    parts = [replace(slice, country=country) for country in some] or [slice]
    fields = trend.fields
    return [row for part in parts for row in rows_of(part) if not fields or row.field in fields]


def _home(row: Row) -> dict[str, str]:
    return {"country": row.country, "field": row.field}
