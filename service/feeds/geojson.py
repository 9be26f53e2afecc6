"""GeoJSON: what happened where, for maps with a slider of time.

GeoJSON itself has no time (RFC 7946), so each feature says it three times, for
three families of tools: in flat `properties` (whole days in `start` and `end`,
both included, and as years with a fraction, as OpenHistoricalMap filters by),
in `when` of the Linked Places format, the one form that has earliest and latest
days, and in `time` of JSON-FG. What has no place is left out and counted.
"""

from __future__ import annotations

from typing import Any

import msgspec

from events.dates import Day, civil, day, iso
from events.vocabulary import CLASSES, FIELDS, STATUSES
from service.feeds.feed import Context, Feed
from service.feeds.titles import title_of
from service.items.item import KINDS, Item
from service.items.when import When
from service.words.word import word

Members = dict[str, Any]


def render(context: Context) -> bytes:
    """A FeatureCollection with one point an item."""
    return msgspec.json.encode(
        {
            "type": "FeatureCollection",
            "title": context.title,
            "_annales": context.about(),
            "features": [_feature(item, context) for item in context.items],
        }
    )


def lacks(item: Item) -> str | None:
    """A map needs a place, and a slider some day."""
    if item.place is None:
        return "no-place"
    return None if item.dated else "no-date"


def _said(meaning: str, type: str = "string") -> Members:
    return {"type": type, "description": meaning}


PROPERTIES: Members = {
    "title": _said("What it is called; a phase by its facility and status."),
    "name": _said("The name of the facility."),
    "record": _said("The id of its record."),
    "url": _said("The page of the record."),
    "statement": _said("The id of the statement behind it."),
    "kind": {"enum": list(KINDS), "description": "What it is; a phase lasts."},
    "status": {"enum": list(STATUSES), "description": "The status of a phase, or what it gave."},
    "milestone": _said("The step that was made."),
    "country": _said("ISO 3166-1, alpha-2."),
    "field": {"enum": list(FIELDS), "description": "The field of science."},
    "class": {"enum": list(CLASSES), "description": "The class of the facility."},
    "summary": _said("More of it."),
    "value": {"description": "What was read of an indicator."},
    "unit": _said("The unit of the value."),
    "start": _said("The first day by the rules, ISO 8601."),
    "end": _said("The last day by the rules, included."),
    "start_decdate": _said("The noon of the first day, as a year with a fraction.", "number"),
    "end_decdate": _said("The noon of the last day, as a year with a fraction.", "number"),
    "edtf": _said(
        "EDTF as the source gave it. Where `point` is true, `A/B` is one day somewhere from A to B;"
        " where it is false, the stretch from A to B. Absent where an end of a stretch is itself"
        " such an interval, as EDTF has none of intervals: then see `start_edtf` and `end_edtf`."
    ),
    "start_edtf": _said("EDTF: when it happened or began; `A/B` is one day from A to B."),
    "end_edtf": _said("EDTF: what ended it; `A/B` is one day from A to B."),
    "date_text": _said("All of that in words."),
    "point": _said("Whether it happened on one day, perhaps a vague one.", "boolean"),
    "open": _said("Whether no end of it is known.", "boolean"),
    "planned": _said("Whether it is only promised.", "boolean"),
    "overdue": _said("Whether it was promised for a day that has passed.", "boolean"),
    "disputed": _said("Whether what says so is disputed.", "boolean"),
    "contested": {
        "type": "boolean",
        "description": "True where its date is contested, else not there.",
    },
}
"""What is told of an item beside its place and time, each only where there is something."""

FEATURE: Members = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties", "when", "time"],
    "properties": {
        "type": {"const": "Feature"},
        "id": _said("Unique in the feed, and stable."),
        "geometry": {
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {
                "type": {"const": "Point"},
                "coordinates": {
                    "type": "array",
                    "items": {"type": "number"},
                    "minItems": 2,
                    "maxItems": 2,
                    "description": "Longitude and latitude.",
                },
            },
        },
        "properties": {
            "type": "object",
            "required": ["title", "record", "url", "statement", "kind", "point"],
            "properties": PROPERTIES,
            "additionalProperties": False,
        },
        "when": _said("The time in the Linked Places format, with first and last days.", "object"),
        "time": {"type": ["object", "null"], "description": "The time in JSON-FG."},
    },
}

GEOJSON = Feed(
    name="geojson",
    media_type="application/geo+json",
    summary=word(
        "feed", "Points with their time, for QGIS, Kepler.gl, Leaflet, OpenHistoricalMap and GDAL."
    ),
    suffix="geojson",
    reader="QGIS, Kepler.gl, Leaflet, GDAL (as `JSONFG:` for `time`)",
    render=render,
    lacks=lacks,
    schema={
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "title": {"type": "string"},
            "_annales": {"type": "object"},
            "features": {"type": "array", "items": FEATURE},
        },
    },
)


def _feature(item: Item, context: Context) -> Members:
    latitude, longitude = item.place or (0.0, 0.0)  # `lacks` keeps out what has none
    return {
        "type": "Feature",
        "id": item.id,
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": _properties(item, context),
        "when": _when(item, context),
        "time": _time(item),
    }


def _properties(item: Item, context: Context) -> Members:
    """Flat, and without those that say nothing."""
    members = {
        "title": title_of(item, context.lang),
        "name": item.name.get(context.lang),
        "record": item.record,
        "url": context.url(f"/records/{item.record}"),
        "statement": item.statement,
        "kind": item.kind,
        "status": item.status,
        "milestone": item.milestone,
        "country": item.country,
        "field": item.field,
        "class": item.home.class_,
        "summary": item.summary[context.lang],
        "value": item.claim.value,
        "unit": item.claim.unit,
        "start": _iso(item.first),
        "end": _iso(item.last),
        "start_decdate": None if item.first is None else decimal_year(item.first),
        "end_decdate": None if item.last is None else decimal_year(item.last),
        "edtf": item.edtf,
        "start_edtf": item.start.edtf if item.start else None,
        "end_edtf": item.end.edtf if item.end else None,
        "date_text": item.date_in_words[context.lang],
        "point": item.point,
        "open": item.open,
        "planned": item.planned,
        "overdue": item.overdue,
        "disputed": item.disputed,
        "contested": item.contested or None,
    }
    return {name: value for name, value in members.items() if value not in (None, "")}


def decimal_year(number: Day) -> float:
    """The noon of a day as a year with a fraction; years count as in ISO 8601, with a year 0.

    >>> decimal_year(day(2000, 1, 1)), decimal_year(day(-240, 12, 31))
    (2000.001366, -239.001366)
    """
    year = civil(number)[0]
    first = day(year, 1, 1)
    return round(year + (number - first + 0.5) / (day(year + 1, 1, 1) - first), 6)


def _when(item: Item, context: Context) -> Members:
    """The time as the Linked Places format has it. An end that is not known is absent."""
    end = item.start if item.point else item.end
    span = {"start": _bounds(item.start), "end": _bounds(end)}
    members: Members = {"timespans": [{name: each for name, each in span.items() if each}]}
    if label := item.date_in_words[context.lang]:
        members["label"] = label
    certainty = certainty_of(item.start)
    return members | ({"certainty": certainty} if certainty else {})


def certainty_of(start: When | None) -> str | None:
    """How sure a date is, in the words of the Linked Places format."""
    if start is None or not (start.approximate or start.uncertain):
        return None
    return "uncertain" if start.uncertain else "less-certain"


def _bounds(when: When | None) -> Members:
    if when is None:
        return {}
    if when.earliest is not None and when.earliest == when.latest:
        return {"in": iso(when.earliest)}
    ends = {"earliest": _iso(when.earliest), "latest": _iso(when.latest)}
    return {name: end for name, end in ends.items() if end is not None}


def _time(item: Item) -> Members | None:
    """The time as JSON-FG has it, which knows the years 0000 to 9999 alone."""
    ends = [".." if end is None else iso(end) for end in (item.first, item.last)]
    if ends == ["..", ".."] or any(end[0] in "+-" for end in ends):
        return None
    return {"date": ends[0]} if ends[0] == ends[1] else {"interval": ends}


def _iso(number: Day | None) -> str | None:
    return None if number is None else iso(number)
