"""Facilities: one point each with its status at the clocks, for makers of maps.

They are those that a state lists. Properties are flat and have short names, and every feature has
all of them, so that a tool which looks at the first few finds every column. A facility
without a place is in it with a null geometry (RFC 7946, section 3.2): it is not omitted, but
counted in `without_geometry`.
As CSV it is the same table, the place in two columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from events.dates import civil, iso, parse_iso
from events.fact import Line
from events.stream import Stream
from service.asking.errors import FeedTooLarge
from service.feeds.feed import MOST, Context, Feed, Form
from service.feeds.parameters import FACILITIES as OF_FACILITIES
from service.state.facilities import Facilities
from service.words.csv_text import MEDIA_TYPE as CSV
from service.words.csv_text import csv_text
from service.words.labels import CLASS_WORDS, STATUS_WORDS, field_word
from service.words.names import text_in
from service.words.places import alpha_3, country
from service.words.word import word

Members = dict[str, Any]

MOST_POINTS = 100_000
"""How many facilities it may have: a map bears more than a timeline."""


class Facility(NamedTuple):
    """A facility by its card; what a state shows of its status, and of what is expected of it."""

    card: Line
    status: Members
    expected: Members

    @property
    def point(self) -> list[float] | None:
        """Longitude and latitude, as GeoJSON has them."""
        if "longitude" not in self.card or "latitude" not in self.card:
            return None
        return [self.card["longitude"], self.card["latitude"]]


def facilities_of(context: Context) -> list[Facility]:
    """The facilities that are wanted, in the order of their ids. Raises NotFound, FeedTooLarge."""
    slice, record = context.slice, context.wanted.record
    if record is not None:
        history, known = context.reading.history, context.query.as_of.known
        history.check_exists(context.reading.db, str(Stream.record(record)), known=known)
    all = Facilities(slice)
    page = np.flatnonzero(all.listed(context.part))
    if record is not None:
        page = page[np.isin(page, all.order.places_of([record]))]
    if len(page) > MOST and "limit" not in context.query.filters:
        raise FeedTooLarge(len(page), MOST)
    context.omit("limit", max(0, len(page) - context.limit))
    page = page[: context.limit]
    ids, numbers = all.order.ids_at(page), all.order.numbers[page].tolist()
    cards, expected = slice.cards(ids), all.expected_shown(page)
    return [
        Facility(
            cards[id],
            msgspec.json.decode(f"{{{status}}}"),
            msgspec.json.decode(expected.get(number, "{}")),
        )
        for id, number, status in zip(ids, numbers, all.statuses_shown(page), strict=True)
    ]


def render(context: Context) -> bytes:
    """A FeatureCollection with one feature a facility."""
    features = [
        {
            "type": "Feature",
            "id": row["id"],
            "geometry": None if point is None else {"type": "Point", "coordinates": point},
            "properties": {name: row[name] for name in PROPERTIES},
        }
        for point, row in _rows(context)
    ]
    return msgspec.json.encode(
        {
            "type": "FeatureCollection",
            "title": context.title,
            "_annales": about_points(context, features),
            "features": features,
        }
    )


def about_points(context: Context, features: Sequence[Members]) -> Members:
    """The member `_annales` of features: what is omitted, and how many are there without a
    geometry."""
    return context.about(without_geometry=sum(feature["geometry"] is None for feature in features))


def _csv(context: Context) -> str:
    rows = ([row[name] for name in COLUMNS] for _, row in _rows(context))
    return csv_text(COLUMNS, rows, texts=TEXTS)


PROPERTIES = (
    *("id", "title", "name", "name_zh", "acronym"),
    *("status", "status_name", "since", "since_latest", "since_edtf", "since_year"),
    *("certainty", "contested", "alternatives", "expected", "expected_edtf"),
    *("country", "iso3", "country_name", "field", "field_name", "class", "class_name"),
    *("operator", "operator_zh", "place", "place_zh", "same_as", "statement", "at", "url"),
)
"""What is told of a facility beside its place, which each has, null where there is nothing."""

COLUMNS = (*PROPERTIES, "latitude", "longitude")

TEXTS = (
    *("title", "name", "name_zh", "acronym"),
    *("operator", "operator_zh", "place", "place_zh", "same_as"),
)
"""What holds words of others."""

FACILITIES = Feed(
    name="facilities",
    media_type="application/geo+json",
    suffix="geojson",
    summary=word("feed", "A point a facility with its status, for maps; also as CSV."),
    reader="Kepler.gl, QGIS, Leaflet, Datawrapper, Our World in Data",
    of=OF_FACILITIES,
    render=render,
    others=(Form("csv", CSV, "csv", _csv),),
    limit=MOST,
    most=MOST_POINTS,
    schema={
        "type": "object",
        "required": ["type", "title", "features", "_annales"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "title": {"type": "string"},
            "_annales": {"type": "object"},
            "features": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["type", "id", "geometry", "properties"],
                    "properties": {
                        "geometry": {"type": ["object", "null"]},
                        "properties": {"type": "object", "required": list(PROPERTIES)},
                    },
                },
            },
        },
    },
)


def _rows(context: Context) -> Iterator[tuple[list[float] | None, Members]]:
    """The place of each facility, and its row."""
    at = iso(context.query.as_of.at)
    for facility in facilities_of(context):
        yield facility.point, _row(facility, context, at)


def _row(facility: Facility, context: Context, at: str) -> Members:
    card, status, lang = facility.card, facility.status, context.lang
    since = status["since"] or {}
    begun = since.get("earliest") or since.get("latest")
    return {
        **{name: card.get(name) for name in COLUMNS},
        "title": text_in(card, "name", lang),
        "status": status["status"],
        "status_name": status["status"] and STATUS_WORDS[status["status"]][lang],
        "since": since.get("earliest"),
        "since_latest": since.get("latest"),
        "since_edtf": since.get("date"),
        "since_year": None if begun is None else civil(parse_iso(begun))[0],
        "certainty": status["certainty"],
        "contested": status.get("contested"),
        "alternatives": _alternatives(status["alternatives"]),
        "expected": facility.expected.get("status"),
        "expected_edtf": facility.expected.get("date"),
        "iso3": alpha_3(card["country"]),
        "country_name": country(card["country"], lang),
        "field_name": field_word(card["field"], lang),
        "class_name": CLASS_WORDS.of(card.get("class"), lang) or None,
        "same_as": " ".join(card.get("same_as", ())) or None,
        "statement": status["statement"],
        "at": at,
        "url": context.url(f"/records/{card['id']}"),
    }


def _alternatives(statuses: Sequence[str | None]) -> str | None:
    """Where the status is not certain, all that are possible; `none` is not there yet."""
    if len(statuses) < 2:
        return None
    return " ".join("none" if status is None else status for status in statuses)
