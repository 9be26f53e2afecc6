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
from service.feeds.feed import Context, Feed
from service.feeds.titles import title_of
from service.items.item import Item
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
            "features": {"type": "array", "items": {"type": "object"}},
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
        "date_text": item.start.text[context.lang] if item.start else None,
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
    if item.start is not None:
        members["label"] = item.start.text[context.lang]
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
