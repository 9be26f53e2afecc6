"""How counts and indicators went through the years: `/v1/trends`.

A trend is a row of points, each the last day of a year or a month, and each of
them says what `/v1/state` says of that day at the same `stated` and `known`; one that
lies beyond the horizon is marked as what was known last. It runs over the clock `at`, so
it takes none: `from` and `to` are the steps in which its first and its last point lie.
China catching up with the United States, Japan and Europe is one request:

    /v1/trends?measure=status&status=operating&by=country
        &country=CN,US,JP&region=europe&from=1980&to=2026
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from events.dates import Day, iso
from events.fact import Line
from projections.views.reading import Reading
from projections.views.state import Scope
from service.asking.query import Query
from service.asking.table import Members
from service.coverage.members import coverage_members
from service.coverage.reading import Apart, covered
from service.sentences.coverage import Covered, Part
from service.sentences.trends import Ends, trends_sentence
from service.trends.sweeps import SWEEPS, Point
from service.trends.trend import Measure, Trend, place
from service.words.places import WORLD, Place

Series = dict[str, Any]
"""`key` and `points` of a series, one point for each step; of readings what its card says, too."""


def trends_answer(reading: Reading, query: Query) -> Members:
    """The members of `TrendsSchema`, less the clocks. Raises TooManyPoints.

    It has every series that has something at some point, or whose key is asked for by name, in the
    order of their keys. A status may have points whose count is 0 and whose `possible` is not.
    """
    trend: Trend = query.about
    points = SWEEPS[trend.measure](reading.at(query.as_of), trend)
    beyond = bisect_right(trend.days, query.as_of.stated)
    for found in points.values():
        for point in found[beyond:]:
            point["certainty"] = "last-known"
    keys = {
        key: {name: value or None for name, value in zip(trend.key, key, strict=True)}
        for key in sorted(points, key=lambda key: place(key, trend.key))
    }
    named: dict[str, Members] = {}
    if trend.measure == "indicator":
        cards = reading.at(query.as_of).cards({str(key["series"]) for key in keys.values()})
        named = {id: _named(card) for id, card in cards.items()}
    series = [
        {"key": members, **named.get(str(members.get("series")), {}), "points": points[key]}
        for key, members in keys.items()
    ]
    apart = _apart(trend, keys.values())
    held = covered(
        reading,
        query.as_of.known,
        Part(
            _place(trend),
            *(some[0] if len(some) == 1 else None for some in (trend.fields, trend.classes)),
        ),
        fields=trend.fields,
        classes=trend.classes,
        apart=apart.values(),
    )
    unheld = {key for key, (_, of) in zip(apart, held.apart, strict=True) if not of.facilities}
    return {
        "sentence": _sentence(trend, series, held, unheld, stated=query.as_of.stated),
        "coverage": coverage_members(held, [key for key, _ in apart.values()]),
        "measure": trend.measure,
        "by": trend.key,
        "step": trend.step,
        "from": iso(trend.first),
        "to": iso(trend.last),
        "series": series,
        "next": None,
    }


SET_APART = ("country", "region", "field", "class")
"""The members of a key of which it is told what the log holds of them."""


def _place(trend: Trend) -> Place:
    """Where anything counts."""
    return Place(trend.countries, trend.regions) if trend.countries else WORLD


def _set_apart(key: Mapping[str, str | None]) -> tuple[str | None, ...]:
    """What a key sets apart, of which it is told what the log holds."""
    return tuple(key[name] for name in SET_APART if name in key)


def _apart(
    trend: Trend, keys: Iterable[Mapping[str, str | None]]
) -> dict[tuple[str | None, ...], Apart]:
    """What the keys of series set apart, each once, and where it lies."""
    found: dict[tuple[str | None, ...], Apart] = {}
    for whole in keys:
        key = {name: whole[name] for name in SET_APART if name in whole}
        country, region = key.get("country"), key.get("region")
        lies = Place(trend.countries)
        if country or region:
            lies = Place(*((each,) if each else () for each in (country, region)))
        if key:
            found.setdefault(_set_apart(key), (key, lies))
    return found


def _named(card: Line) -> Members:
    """What a series is called, by its card, and what its unit is called in Chinese."""
    return {name: card[name] for name in ("name", "name_zh", "unit", "unit_zh") if name in card}


def _sentence(
    trend: Trend,
    series: Sequence[Series],
    held: Covered,
    unheld: Collection[tuple[str | None, ...]],
    *,
    stated: Day,
) -> Mapping[str, object] | None:
    """What the series say in words, as far as anything is known; None where that is one point.

    Of a status, the first point beyond the horizon has what is so at the horizon.
    """
    days = trend.days
    beyond = bisect_right(days, stated)
    shown = days[:beyond]
    if trend.measure == "status" and beyond and beyond < len(days) and days[beyond - 1] < stated:
        shown.append(stated)
    if len(shown) < 2:
        return None
    last = len(shown) - 1
    return trends_sentence(
        first=shown[0],
        last=shown[last],
        measure=trend.measure,
        series=[
            Ends(
                each["key"],
                _value(each["points"][0]),
                _value(each["points"][last]),
                each if "name" in each else None,
                trend.measure != "status" or _set_apart(each["key"]) not in unheld,
            )
            for each in series
        ],
        countries=() if "country" in trend.key else trend.countries,
        fields=() if "field" in trend.key else trend.fields,
        classes=() if "class" in trend.key else trend.classes,
        covered=held,
    ).members()


def _value(point: Point) -> float | None:
    value: float | None = point.get("count", point.get("value"))
    return value


# --- at which commits it can change

MEASURED: Mapping[Measure, str] = {
    "status": "status",
    "discoveries": "discovery",
    "policies": "policy",
    "indicator": "indicator",
}
"""The facet of the rows that a trend is made of, by its measure."""


def between_ends(reading: Reading, query: Query, *, after: int, known: int) -> list[int]:
    """The commits beyond `after`, up to `known`, that can change a trend: their positions."""
    trend: Trend = query.about
    stated = query.as_of.stated
    field = trend.fields[0] if len(trend.fields) == 1 else None
    class_ = trend.classes[0] if len(trend.classes) == 1 else None
    return reading.turns.of_rows(
        reading.db,
        Scope(stated, known, trend.codes, field, class_),
        # Beyond the horizon a status is the one at the horizon.
        first=min(trend.first, stated),
        last=trend.last,
        after=after,
        facets=[MEASURED[trend.measure]],
    )
