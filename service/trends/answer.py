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
from typing import NamedTuple

from events.dates import iso
from projections.views.file import Database
from projections.views.state import State
from service.asking.json_text import members_of
from service.sentences.trends import Ends, trends_sentence
from service.trends.asking import (
    Measure,
    Trend,
    place,
)
from service.trends.sweeps import SWEEPS, Point
from service.words.csv_text import csv_text

COLUMNS: Mapping[Measure, tuple[str, ...]] = {
    "status": ("count", "certain", "possible"),
    "discoveries": ("count", "new"),
    "policies": ("count",),
    "indicator": ("value", "date", "statement"),
}
"""The columns of CSV between the key and `certainty`, by measure."""


class Series(NamedTuple):
    """The points of one key, one for each step."""

    key: dict[str, str | None]
    points: list[Point]


def trends_text(view: State, db: Database, asked: Trend) -> str:
    """The JSON text of `/v1/trends`. Raises TooManyPoints."""
    question = asked.question
    series = trends(view, db, asked)
    members = {
        "sentence": _sentence(asked, series),
        "measure": asked.measure,
        "by": asked.key,
        "step": asked.step,
        "from": iso(question.first),
        "to": iso(question.last),
        "series": [each._asdict() for each in series],
        "next": None,
    }
    return f"{{{members_of(question.head())},{members_of(members)}}}"


def trends_csv(view: State, db: Database, asked: Trend) -> str:
    """The same as CSV (RFC 4180), a row for each point of each series. Raises TooManyPoints.

    `certain` and `possible` are always there.
    """
    columns = (*COLUMNS[asked.measure], "certainty")
    rows = []
    for series in trends(view, db, asked):
        key = [value or "" for value in series.key.values()]
        for point in series.points:
            sure = dict.fromkeys(("certain", "possible"), point.get("count"))
            told = {"certainty": None, **sure, **point}
            rows.append((point["at"], *key, *(told[column] for column in columns)))
    return csv_text(("at", *asked.key, *columns), rows, texts=asked.key)


def trends(view: State, db: Database, asked: Trend) -> list[Series]:
    """Every series that has something at some point, or whose key is asked for by name, in the
    order of their keys.

    A status may have points whose count is 0 and whose `possible` is not. Raises TooManyPoints.
    """
    points = SWEEPS[asked.measure](view, db, asked)
    beyond = bisect_right(asked.days, asked.question.as_of.stated)
    for found in points.values():
        for point in found[beyond:]:
            point["certainty"] = "last-known"
    return [
        Series(
            {name: value or None for name, value in zip(asked.key, key, strict=True)}, points[key]
        )
        for key in sorted(points, key=lambda key: place(key, asked.key))
    ]


def _sentence(asked: Trend, series: Sequence[Series]) -> Mapping[str, object] | None:
    """What the series say in words, as far as anything is known; None where that is one point.

    Of a status, the first point beyond the horizon has what is so at the horizon.
    """
    stated, days = asked.question.as_of.stated, asked.days
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
            Ends(each.key, _value(each.points[0]), _value(each.points[last])) for each in series
        ],
        countries=() if "country" in asked.key else asked.countries,
        fields=() if "field" in asked.key else asked.fields,
    ).members()


def _value(point: Point) -> float | None:
    value: float | None = point.get("count", point.get("value"))
    return value
