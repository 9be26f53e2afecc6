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
from collections.abc import Mapping, Sequence
from typing import Any

from events.dates import Day, iso
from projections.views.reading import Reading
from service.asking.query import Query
from service.asking.question import Members
from service.sentences.trends import Ends, trends_sentence
from service.trends.asking import Trend, place
from service.trends.sweeps import SWEEPS, Point

Series = dict[str, Any]
"""`key` and `points` of a series: one point for each step."""


def trends_answer(reading: Reading, query: Query) -> Members:
    """The members of `TrendsSchema`, less the clocks. Raises TooManyPoints.

    It has every series that has something at some point, or whose key is asked for by name, in the
    order of their keys. A status may have points whose count is 0 and whose `possible` is not.
    """
    asked: Trend = query.about
    points = SWEEPS[asked.measure](reading.at(query.as_of), asked)
    beyond = bisect_right(asked.days, query.as_of.stated)
    for found in points.values():
        for point in found[beyond:]:
            point["certainty"] = "last-known"
    series = [
        {
            "key": {name: value or None for name, value in zip(asked.key, key, strict=True)},
            "points": points[key],
        }
        for key in sorted(points, key=lambda key: place(key, asked.key))
    ]
    return {
        "sentence": _sentence(asked, series, stated=query.as_of.stated),
        "measure": asked.measure,
        "by": asked.key,
        "step": asked.step,
        "from": iso(asked.first),
        "to": iso(asked.last),
        "series": series,
        "next": None,
    }


def _sentence(
    asked: Trend, series: Sequence[Series], *, stated: Day
) -> Mapping[str, object] | None:
    """What the series say in words, as far as anything is known; None where that is one point.

    Of a status, the first point beyond the horizon has what is so at the horizon.
    """
    days = asked.days
    beyond = bisect_right(days, stated)
    told = days[:beyond]
    if asked.measure == "status" and beyond and beyond < len(days) and days[beyond - 1] < stated:
        told.append(stated)
    if len(told) < 2:
        return None
    last = len(told) - 1
    return trends_sentence(
        first=told[0],
        last=told[last],
        measure=asked.measure,
        series=[
            Ends(each["key"], _value(each["points"][0]), _value(each["points"][last]))
            for each in series
        ],
        countries=() if "country" in asked.key else asked.countries,
        fields=() if "field" in asked.key else asked.fields,
    ).members()


def _value(point: Point) -> float | None:
    value: float | None = point.get("count", point.get("value"))
    return value
