"""Trends: counts and readings through the years, drawn side by side, and the table behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from events.dates import Language, parse_iso, year_of
from events.vocabulary import FIELDS, STATUSES
from projections.views.reading import Reading
from service.asking.query import Query
from service.drawing.course import LOOKS, Series, course
from service.drawing.lanes import Frame
from service.drawing.scale import year_label
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import written
from service.pages.shell.here import Here
from service.pages.shell.layout import Members, pieces
from service.pages.shell.like import whole_classes
from service.pages.shell.pictured import Pictured
from service.pages.shell.placing import places_offered
from service.pages.shell.titling import as_told, headed, part_of_the_world
from service.sentences.times import moment
from service.trends.answer import trends_answer
from service.trends.trend import BY, MEASURES, ONLY_WITH, Trend
from service.words import labels
from service.words.labels import unit_of
from service.words.names import text_in
from service.words.number import number_text
from service.words.places import Place, country, place_title
from service.words.speech import Speech

DRAWN = LOOKS * 2
"""So many series are drawn, those that end highest; the table has more."""

MOST_CHARTS = 20
"""In how many units series are drawn, those of the most series."""

MOST_PICTURED = 4
"""How many charts a picture of the page has, the first ones."""

SMALL = (440, 380)
"""The drawing on the poster of the page, in pixels."""

MOST_SERIES = 40
"""How many series the table has, the first ones."""

MOST_DAYS = 200
"""How many days the table has, the last ones."""


def trends_begin(texts: Mapping[str, str]) -> Mapping[str, str] | None:
    """The parameters, less those that belong to another measure; None if nothing was dropped.

    The form sends what it shows, and cannot take away what its reader chose before for another
    measure.
    """
    measure = texts.get("measure", "status")
    if measure not in MEASURES:
        return None
    kept = {
        name: text for name, text in texts.items() if measure in ONLY_WITH.get(name, (measure,))
    }
    if "by" in kept:
        words = kept["by"].split(",")
        kept["by"] = ",".join(word for word in words if measure in BY.get(word, (measure,)))
    kept = {name: text for name, text in kept.items() if text}
    return None if kept == {name: text for name, text in texts.items() if text} else kept


def trends_title(_: Reading, query: Query, say: Speech) -> str:
    """What is followed, of which part of the world, from when to when."""
    trend: Trend = query.about
    place = Place(trend.countries, trend.regions)
    measure = _measures(say)[trend.measure]
    if len(trend.statuses) == 1:
        measure = say("facilities %(status)s", status=labels.label(trend.statuses[0], say.lang))
    words = _split_words(say)
    if split := [words[name] for name in _further(trend.measure) if name in trend.key]:
        measure = say("%(what)s by %(split)s", what=measure, split=say(", ").join(split))
    first, last = (year_label(year_of(day), say.lang) for day in (trend.first, trend.last))
    what = say("%(what)s, %(year)s", what=measure, year=first)
    if first != last:
        what = say("%(what)s, %(first)s–%(last)s", what=measure, first=first, last=last)
    parts = [
        part_of_the_world(place, say),
        *(labels.field_phrase(each, say.lang) for each in trend.fields),
        *(labels.class_phrase(each, say.lang) for each in trend.classes),
    ]
    part = say(", ").join(filter(None, parts))
    return as_told(headed(part, what, say), query.as_of, say)


def trends_page(visit: Visit, *, narrow: tuple[int, int] = (340, 300)) -> Members:
    """What the template of the trends shows; `narrow` is the size of its narrow drawing."""
    lang, here, say, texts = visit.lang, visit.here, visit.say, visit.texts
    trend: Trend = visit.query.about
    stated = visit.query.as_of.stated
    answer = trends_answer(visit.reading, visit.query)
    shared = _shared(answer["series"])
    series: list[Members] = [
        {
            "name": _name(each, shared, lang, say("all")),
            "key": " ".join(value or "-" for value in each["key"].values()) or "all",
            "unit": unit_of(each["key"].get("unit") or "", each, lang),
            "points": [(parse_iso(point["at"]), _value(point)) for point in each["points"]],
            "cells": [_cell(point) for point in each["points"]],
            "status": _only_status(each["key"]),
        }
        for each in answer["series"]
    ]
    if not {"country", "region", "field", "class", "operator"}.isdisjoint(answer["by"]):
        series.sort(key=lambda each: -(_last(each["points"]) or 0))
    frame = Frame(
        first=parse_iso(answer["from"]), last=parse_iso(answer["to"]),
        cursor=min(parse_iso(answer["to"]), stated),
    )  # fmt: skip
    title = {
        "status": say("Facilities by status"),
        "discoveries": say("Discoveries to date"),
        "policies": say("Policies in force"),
        "indicator": say("Readings of indicators"),
    }[answer["measure"]]

    charts = [
        _chart(each, frame, say=say, label=title, narrow=narrow)
        for each in islice(_by_unit(series).values(), MOST_CHARTS)
    ]
    world, place = visit.reading.at(visit.query.as_of), Place(trend.countries, trend.regions)

    def of_class(code: str) -> str:
        of = {"measure": "status", "status": "operating", "by": "country", "class": code}
        return here.url(**{**of, "field": None, "series": None})

    return {
        "page": visit.page(
            "trends",
            skip_to="table",
            description=(answer.get("sentence") or {}).get(lang, ""),
        ),
        "whole_classes": whole_classes(world, [place], say, of_class),
        "answer": answer,
        "sentence": pieces(answer.get("sentence"), lang, here),
        "coverage": answer["coverage"]["sentence"][lang],
        "ahead": moment(stated, lang) if parse_iso(answer["to"]) > stated else "",
        "is_all_ahead": trend.days[0] > stated,
        "title": title,
        "charts": charts,
        "series": series,
        "drawn": sum(chart["drawn"] for chart in charts),
        "days": [written(day) for day, *_ in series[0]["points"]] if series else [],
        "most_series": MOST_SERIES,
        "most_days": MOST_DAYS,
        "texts": texts,
        "measures": _measures(say),
        "by_words": _split_words(say),
        "all_by": _further(answer["measure"]),
        "places": places_offered(world, place, lang),
        "statuses": STATUSES,
        "fields": FIELDS,
        "examples": _examples(here, say),
    }  # fmt: skip


def trends_pictured(shown: Mapping[str, Any]) -> Pictured:
    """The courses, as far as a picture bears them."""
    charts = shown["charts"][:MOST_PICTURED]
    small = charts[0]["small"]() if charts else None
    return Pictured(drawings=[each["wide"] for each in charts], small=small, of_a_day=False)


def _measures(say: Speech) -> dict[str, str]:
    """What can be followed, in words."""
    return {
        "status": say("facilities by status"), "discoveries": say("discoveries to date"),
        "policies": say("policies in force"), "indicator": say("indicators"),
    }  # fmt: skip


def _split_words(say: Speech) -> dict[str, str]:
    """What a measure can be split by, in words."""
    return {
        "country": say("country"), "field": say("field"), "class": say("class"),
        "operator": say("operator"), "status": say("status"),
    }  # fmt: skip


def _by_unit(series: Iterable[Members]) -> dict[str, list[Members]]:
    """Series by what they are counted in, which one axis can have only one of; the unit of the
    most series first."""
    found: dict[str, list[Members]] = {}
    for each in series:
        found.setdefault(each["unit"], []).append(each)
    return dict(sorted(found.items(), key=lambda each: (-len(each[1]), each[0])))


def _chart(
    series: Sequence[Members], frame: Frame, *, say: Speech, label: str, narrow: tuple[int, int]
) -> Members:
    """Series of one unit in one drawing, wide and narrow; `small` draws the first of them."""
    drawn = sorted(series, key=lambda each: -(_last(each["points"]) or 0))[:DRAWN]
    lines = [
        Series(
            key=each["key"],
            name=each["name"],
            points=tuple(each["points"]),
            status=each["status"] if len(drawn) > 1 else "",
        )
        for each in drawn
    ]
    unit, lang = drawn[0]["unit"], say.lang
    named = label + say(": ") + unit if unit else label
    return {
        "drawn": len(drawn),
        "wide": course(lines, frame, lang=lang, label=named, unit=unit),
        "narrow": course(
            lines, frame, lang=lang, label=named, unit=unit, wide=narrow[0], tall=narrow[1]
        ),
        "small": partial(
            course, lines[:LOOKS], frame,
            lang=lang, label=named, unit=unit, wide=SMALL[0], tall=SMALL[1],
        ),
    }  # fmt: skip


def _examples(here: Here, say: Speech) -> list[tuple[str, str]]:
    """Other trends, as links and their words."""
    return [
        (
            here.to("/trends", measure="status", status="operating", by="country"),
            say("Running facilities, country by country"),
        ),
        (
            here.to("/trends", measure="status", status="operating", by="field"),
            say("Running facilities, field by field"),
        ),
        (
            here.to("/trends", measure="status", status="operating", by="class"),
            say("Running facilities, class by class"),
        ),
        (here.to("/trends", measure="discoveries", by="field"), say("Discoveries by field")),
        (here.to("/trends", measure="policies"), say("Policies in force, year by year")),
        (here.to("/trends", measure="indicator"), say("Readings of indicators")),
    ]


def _further(measure: str) -> list[str]:
    """The keys by which a measure can be split besides those by which it always is."""
    return [name for name in BY if measure in BY[name] and name not in MEASURES[measure]]


def _only_status(key: Mapping[str, str | None]) -> str:
    """The status of a series whose key is its status alone."""
    return (key.get("status") or "") if len(key) == 1 else ""


def _shared(series: Iterable[Mapping[str, Any]]) -> set[str]:
    """The parts of the keys that are the same in every series."""
    values: dict[str, set[str | None]] = {}
    for each in series:
        for name, value in each["key"].items():
            values.setdefault(name, set()).add(value)
    shared = {name for name, found in values.items() if len(found) == 1}
    # A single line keeps one of them, or it would have no name.
    return shared if len(shared) < len(values) else shared - {next(iter(values), "")}


def _name(
    series: Mapping[str, Any], shared: Collection[str], lang: Language, everything: str
) -> str:
    """The name of a series: the parts of its key in words, without those that all share."""
    words = []
    for name, value in series["key"].items():
        if value is None or name == "unit" or name in shared:
            continue
        if name == "series" and "name" in series:
            words.append(text_in(series, "name", lang))
        elif name == "country":
            words.append(country(value, lang))
        elif name == "region":
            words.append(place_title(Place(regions=(value,)), lang))
        else:
            words.append(labels.label(value, lang))
    separator = "，" if lang == "zh" else ", "
    return separator.join(words) or everything


def _value(point: Mapping[str, object]) -> float | None:
    value = point.get("count", point.get("value"))
    return float(value) if isinstance(value, int | float) else None


def _cell(point: Mapping[str, Any]) -> str:
    """A point in the table: from how many are certain to how many are possible, as a state and a
    comparison say it, or its one number."""
    if "certain" in point and point["certain"] != point["possible"]:
        return f"{number_text(point['certain'])}–{number_text(point['possible'])}"
    value = _value(point)
    return "" if value is None else number_text(value)


def _last(points: list[tuple[int, float | None]]) -> float | None:
    return next((value for _, value in reversed(points) if value is not None), None)
