"""Columns: the timeline as arrays of numbers, for a canvas that draws a hundred thousand spans.

A span is a place in the arrays. Days are whole numbers counted from 1970-01-01, so that no
date has to be read; spans are in the order of their lanes, and within a lane of their
first days. What many spans share (lanes, statuses, dates in words, records) stands in a
list once, and is meant by its place there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from events.dates import Day, Language
from events.vocabulary import FIELDS, STATUSES
from projections.kinds.facility import FOR_GOOD
from service.drawing.marks import HEIGHTS
from service.feeds.feed import MOST, Context, Feed
from service.feeds.titles import lane_fields, lane_name, title_of
from service.feeds.vis_timeline import viewed
from service.items.item import KINDS, Item
from service.items.when import When
from service.words.labels import (
    CONTESTED,
    DISPUTED,
    KIND_WORDS,
    NO_END,
    PLANNED,
    STATUS_WORDS,
    field_word,
)
from service.words.word import word

Members = dict[str, Any]

MOST_SPANS = 100_000
"""How many items it may have: a canvas bears more than other tools."""

SIGNS = (*STATUSES, *(kind for kind in KINDS if kind != "phase"))
"""What a span is drawn as: a status, or something of a kind that has none."""

PLANNED_FLAG, DISPUTED_FLAG, CONTESTED_FLAG = 1, 2, 4


def render(context: Context) -> bytes:
    """`{lanes, statuses, texts, records, columns, …}`, all columns of the same length."""
    spans = [_Span.of(item) for item in context.items]
    lanes = _lanes(context.items, context.lang)
    place = {lane["id"]: index for index, lane in enumerate(lanes)}
    spans.sort(key=lambda span: (place[span.item.lane], span.start))
    view = viewed(context)
    as_of = context.query.as_of
    return msgspec.json.encode(
        {
            "title": context.title,
            "view": {"first": view.first, "last": view.stop},
            "at": as_of.at,
            "stated": as_of.stated,
            "groups": [{"id": id, "name": name} for id, name in _groups(lanes, context.lang)],
            "lanes": lanes,
            "statuses": [
                {
                    "id": sign,
                    "name": _sign_name(sign, context.lang),
                    "height": HEIGHTS.get(sign, 0),
                    "closes": sign in FOR_GOOD,
                }
                for sign in SIGNS
            ],
            "words": {
                "planned": PLANNED[context.lang],
                "disputed": DISPUTED[context.lang],
                "contested": CONTESTED[context.lang],
                "open": NO_END[context.lang],
            },
            **_columns(spans, place, context.lang),
            "_annales": context.about(),
        }
    )


def lacks(item: Item) -> str | None:
    """A span needs some day."""
    return None if item.dated else "no-date"


_NUMBERS = {"type": "array", "items": {"type": ["integer", "null"]}}

COLUMNS = Feed(
    name="columns",
    media_type="application/json",
    summary=word("feed", "The timeline in columns of numbers, for a canvas."),
    suffix="columns.json",
    reader="the timeline of these pages",
    render=render,
    lacks=lacks,
    limit=MOST,
    most=MOST_SPANS,
    kinds=("phase", "discovery"),
    completes=False,
    schema={
        "type": "object",
        "required": ["view", "lanes", "statuses", "texts", "records", "columns", "_annales"],
        "properties": {
            "lanes": {"type": "array", "items": {"type": "object", "required": ["id", "name"]}},
            "statuses": {"type": "array", "items": {"type": "object"}},
            "texts": {"type": "array", "items": {"type": "string"}},
            "records": {"type": "array", "items": {"type": "string"}},
            "columns": {
                "type": "object",
                "required": [
                    *("lane", "status", "start", "start_latest", "end_earliest", "end"),
                    *("flags", "start_text", "end_text", "record", "title"),
                ],
                "properties": {
                    **dict.fromkeys(("lane", "status", "start", "end"), _NUMBERS),
                    "title": {"type": "array", "items": {"type": ["string", "null"]}},
                },
            },
            "_annales": {"type": "object"},
        },
    },
)


class _Span(NamedTuple):
    """An item with the days between which it begins and ends; the end is open if it is None."""

    item: Item
    start: Day
    start_latest: Day
    end_earliest: Day | None
    end: Day | None

    @classmethod
    def of(cls, item: Item) -> _Span:
        begins = _known(item.start, item.first, item.stop)
        if item.point:
            return cls(item, *begins, *begins)
        if item.open:
            return cls(item, *begins, None, None)
        earliest, latest = _known(item.end, item.stop, item.first)
        return cls(item, *begins, max(earliest, begins[0]), max(latest, begins[0]))


def _known(when: When | None, *else_days: Day | None) -> tuple[Day, Day]:
    """The bounds of a date; one that is open counts as the other, and without any a day does."""
    days = [] if when is None else [when.earliest, when.latest]
    found = [day for day in days if day is not None] or [
        day for day in else_days if day is not None
    ][:1]
    return found[0], found[-1]


def _lanes(items: Sequence[Item], lang: Language) -> list[Members]:
    """The facilities by field and first day, then a lane for each kind of the others."""
    fields = {field: index for index, field in enumerate(FIELDS)}
    lanes: dict[str, Members] = {}
    order: dict[str, tuple[int, int]] = {}
    homes = lane_fields(items)
    for item in items:
        if item.lane in lanes:
            continue
        if item.name:
            lanes[item.lane] = {
                "id": item.lane, "name": lane_name(item, lang), "group": homes[item.lane],
                "record": item.lane,
            }  # fmt: skip
            order[item.lane] = (fields.get(homes[item.lane], len(fields)), len(order))
        else:
            lanes[item.lane] = {
                "id": item.lane, "name": lane_name(item, lang), "group": "", "record": None,
            }  # fmt: skip
            order[item.lane] = (len(fields) + 1, len(order))
    return sorted(lanes.values(), key=lambda lane: order[lane["id"]])


def _groups(lanes: Iterable[Members], lang: Language) -> Iterator[tuple[str, str]]:
    for field in dict.fromkeys(lane["group"] for lane in lanes):
        yield field, field_word(field, lang) if field else ""


def _sign_name(sign: str, lang: Language) -> str:
    return (STATUS_WORDS.get(sign) or KIND_WORDS[sign])[lang]


def _sign(item: Item) -> str:
    """A phase is drawn as its status; whatever else happened in a lane as its kind."""
    return item.status if item.kind == "phase" and item.status is not None else item.kind


def _columns(spans: Sequence[_Span], place: dict[str, int], lang: Language) -> Members:
    texts, records = _Shared(), _Shared()
    signs = {sign: index for index, sign in enumerate(SIGNS)}
    columns: dict[str, list[Any]] = {
        "lane": [place[span.item.lane] for span in spans],
        "status": [signs[_sign(span.item)] for span in spans],
        "start": [span.start for span in spans],
        "start_latest": [span.start_latest for span in spans],
        "end_earliest": [span.end_earliest for span in spans],
        "end": [span.end for span in spans],
        "flags": [
            PLANNED_FLAG * span.item.planned
            + DISPUTED_FLAG * span.item.disputed
            + CONTESTED_FLAG * span.item.contested
            for span in spans
        ],
        "start_text": [texts.place(_text(span.item.start, lang)) for span in spans],
        "end_text": [texts.place(_text(span.item.end, lang)) for span in spans],
        "record": [records.place(span.item.record) for span in spans],
        # The lane and the status of a phase are title enough.
        "title": [
            None if span.item.kind == "phase" else title_of(span.item, lang) for span in spans
        ],
    }  # fmt: skip
    return {"texts": list(texts.places), "records": list(records.places), "columns": columns}


class _Shared:
    """A list in which each text stands once."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def place(self, text: str) -> int:
        return self.places.setdefault(text, len(self.places))


def _text(when: When | None, lang: Language) -> str:
    return "" if when is None else when.text[lang]
