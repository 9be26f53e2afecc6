"""The points of a trend, of each measure by one sweep.

Nothing is asked anew for each point. What holds anywhere within the points is one look into the
columns of the views, at the places that are named alone. A row that holds
from a day to a day covers the points between two places of their list: it is noted at these two,
and the sums from point to point are the trend. Only what the answer shows becomes objects.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from events.dates import Day, iso
from events.vocabulary import CLASSES, FIELDS, STATUSES
from projections import VALUES
from projections.engine.spans import BEFORE_ALL
from projections.kinds.facility import BIT
from projections.views import bulk
from projections.views.columns import class_in, class_of, country_of, field_in, field_of
from projections.views.reading import Slice
from projections.views.state import Row
from service.trends.trend import MOST_IN_ALL, Key, Measure, Trend

Point = dict[str, Any]
Sweep = Callable[[Slice, Trend], dict[Key, list[Point]]]
Numbers = npt.NDArray[Any]
Sums = list[list[int]]
"""Of a key, each of its sums at every point."""


def _statuses(slice: Slice, trend: Trend) -> dict[Key, list[Point]]:
    """How many facilities have each status. Beyond the horizon it is the one at the horizon."""
    days = [min(each, slice.as_of.stated) for each in trend.days]
    rows = _covering(slice, trend, "status", days[0], days)
    keyed = _keyed(slice, trend, rows)
    value, odds = rows.value[keyed.rows], rows.odds[keyed.rows]
    sums: dict[Key, Sums] = {}
    for status in trend.statuses or STATUSES:
        is_so, can_be = value == VALUES.index(status), (odds & BIT[status]) != 0
        of_status = keyed.where(is_so | can_be)
        parts = [keyed.where(each) for each in (is_so, odds == BIT[status], can_be)]
        _check_size(trend, len(sums) + len(of_status.used))
        for key, each in _sums(slice, trend, rows, of_status.used, parts).items():
            # The key of a status begins with it.
            sums[status, *key[1:]] = each
    dates = list(map(iso, trend.days))
    return {
        key: [
            {"at": at, "count": count}
            if sure == perhaps
            else {"at": at, "count": count, "certain": sure, "possible": perhaps}
            for at, count, sure, perhaps in zip(dates, *_of(sums, key, trend, 3), strict=True)
        ]
        for key in _all(sums, trend)
    }


def _discoveries(slice: Slice, trend: Trend) -> dict[Key, list[Point]]:
    """How many discoveries there were to date, and how many of them are new in the step."""
    rows = _covering(slice, trend, "discovery", BEFORE_ALL, trend.days)
    rows = rows._replace(stop=np.full_like(rows.stop, len(trend.steps)))
    keyed = _keyed(slice, trend, rows)
    new = keyed.where(rows.first[keyed.rows] >= trend.first)
    counts = _sums(slice, trend, rows, keyed.used, [keyed])
    fresh = _sums(slice, trend, rows._replace(stop=rows.start + 1), keyed.used, [new])
    dates = list(map(iso, trend.days))
    return {
        key: [
            {"at": at, "count": count, "new": new}
            for at, count, new in zip(
                dates, *_of(counts, key, trend, 1), *_of(fresh, key, trend, 1), strict=True
            )
        ]
        for key in _all(counts, trend)
    }


def _policies(slice: Slice, trend: Trend) -> dict[Key, list[Point]]:
    """How many policies are in force."""
    rows = _covering(slice, trend, "policy", trend.days[0], trend.days)
    keyed = _keyed(slice, trend, rows)
    sums = _sums(slice, trend, rows, keyed.used, [keyed])
    dates = list(map(iso, trend.days))
    return {
        key: [
            {"at": at, "count": count}
            for at, count in zip(dates, *_of(sums, key, trend, 1), strict=True)
        ]
        for key in _all(sums, trend)
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
    slice.reading.budget.spend(rows=len(held) * len(days))
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


# --- sums


class _Rows(NamedTuple):
    """Rows that cover points: each from the place `start` up to, not including, `stop`."""

    start: Numbers
    stop: Numbers
    first: Numbers
    value: Numbers
    odds: Numbers
    place: Numbers
    record: Numbers


class _Keyed(NamedTuple):
    """Under which keys rows count: the places of rows, and beside each that of one of its keys."""

    keys: list[Key]
    rows: Numbers
    of: Numbers

    def where(self, holds: Numbers) -> _Keyed:
        """Some of these pairs."""
        return self._replace(rows=self.rows[holds], of=self.of[holds])

    @property
    def used(self) -> Numbers:
        """The places of the keys under which any row counts, in order."""
        return np.unique(self.of)


def _keyed(slice: Slice, trend: Trend, rows: _Rows) -> _Keyed:
    """The keys of rows; those of a status stand with an empty one. Raises TooManyPoints."""
    operators, run_by = [""], np.zeros(len(rows.record), np.int64)
    if "operator" in trend.key:
        operators, run_by = _operators(slice, rows.record)
    homes, of_home = np.unique((run_by << 32) | rows.place, return_inverse=True)
    keys: dict[Key, int] = {}
    pairs: list[tuple[int, int]] = []
    for number, home in enumerate(homes.tolist()):
        thing = {
            "country": country_of(home & 0xFFFFFFFF),
            "field": field_of(home & 0xFFFFFFFF),
            "class": class_of(home & 0xFFFFFFFF),
            "operator": operators[home >> 32],
            "status": "",
        }
        pairs += [(number, keys.setdefault(key, len(keys))) for key in trend.keys_of(thing)]
        _check_size(trend, len(keys))
    # A home has a key of its own, and one for each region in which it lies.
    order = np.argsort(of_home, kind="stable")
    bounds = np.searchsorted(of_home[order], np.arange(len(homes) + 1)).tolist()
    parts = [order[bounds[home] : bounds[home + 1]] for home, _ in pairs]
    of = np.repeat([key for _, key in pairs], [len(part) for part in parts]).astype(np.int64)
    return _Keyed(list(keys), np.concatenate([*parts, np.zeros(0, np.int64)]), of)


def _operators(slice: Slice, records: Numbers) -> tuple[list[str], Numbers]:
    """The operators on the cards of facilities, and the place of each row's among them; that of
    those that name none is empty."""
    different, of_rows = np.unique(records, return_inverse=True)
    numbers: list[int] = different.tolist()
    slice.reading.budget.spend(rows=len(numbers))
    named = bulk.of_cards(slice.reading.db, "operator", numbers, known=slice.as_of.known)
    places: dict[str, int] = {}
    of = [places.setdefault(named.get(number, ""), len(places)) for number in numbers]
    return list(places), np.array(of, np.int64)[of_rows]


def _sums(
    slice: Slice, trend: Trend, rows: _Rows, used: Numbers, parts: Sequence[_Keyed]
) -> dict[Key, Sums]:
    """Of each key that is used, how many rows of each part cover every point."""
    width = len(trend.steps) + 1
    slice.reading.budget.spend(rows=len(used) * width)
    sums = []
    for part in parts:
        line = np.searchsorted(used, part.of) * width
        ends = (
            np.bincount(line + place[part.rows], minlength=len(used) * width)
            for place in (rows.start, rows.stop)
        )
        begun, gone = (each.reshape(-1, width) for each in ends)
        sums.append(np.cumsum(begun - gone, axis=1)[:, :-1].tolist())
    keys = parts[0].keys
    return {
        keys[key]: list(each)
        for key, each in zip(used.tolist(), zip(*sums, strict=True), strict=True)
    }


def _of(sums: Mapping[Key, Sums], key: Key, trend: Trend, many: int) -> Sums:
    """The sums of a key, so many of them; nothing but zeros where nothing was counted."""
    return sums.get(key) or [[0] * len(trend.steps)] * many


def _check_size(trend: Trend, series: int) -> None:
    """Raises TooManyPoints, with as many as the first series too many would make."""
    trend.check_size(min(series, MOST_IN_ALL // len(trend.steps) + 1))


def _all(counted: Iterable[Key], trend: Trend) -> Iterable[Key]:
    """The keys that something was counted for, and those that are asked for by name."""
    keys = dict.fromkeys(counted)
    for key in trend.named_keys():
        keys[key] = None
        trend.check_size(len(keys))
    return keys


# --- rows


def _covering(slice: Slice, trend: Trend, facet: str, first: Day, days: Sequence[Day]) -> _Rows:
    """The rows of a facet that hold on some day from `first` to the last of the points, pass the
    filters and cover a point, with the places of the points."""
    part = _within(slice, trend)
    rows = part.find(facet, days[-1], first=first)
    if trend.fields:
        fields = [FIELDS.index(field) + 1 for field in trend.fields]
        rows = rows.where(np.isin(field_in(rows["place"]), fields))
    if trend.classes:
        classes = [CLASSES.index(name) + 1 for name in trend.classes]
        rows = rows.where(np.isin(class_in(rows["place"]), classes))
    begins, ends = part.first_days(rows), part.ends(rows)
    start, stop = (np.searchsorted(days, each) for each in (begins, ends))
    members = (rows[name] for name in ("value", "odds", "place", "record"))
    every = _Rows(start, stop, begins, *members)
    covers = every.start < every.stop
    return _Rows(*(members[covers] for members in every))


def _stab(slice: Slice, trend: Trend, facet: str, days: Sequence[Day]) -> list[Row]:
    """The rows of a facet that hold on some day within the points and pass the filters."""
    rows = _within(slice, trend).stab(facet, days[-1], first=days[0])
    fields, classes = trend.fields, trend.classes
    return [
        row
        for row in rows
        if (not fields or row.field in fields) and (not classes or row.class_ in classes)
    ]


def _within(slice: Slice, trend: Trend) -> Slice:
    return replace(slice, countries=trend.codes) if trend.codes else slice


def _home(row: Row) -> dict[str, str]:
    return {"country": row.country, "field": row.field, "class": row.class_}
