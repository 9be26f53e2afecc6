"""TimelineJS 3: a slide an item, as its JSON has them.

A date carries only the members that its source gave, which is how TimelineJS
knows its precision, and always a text of its own (`display_date`): the label
that TimelineJS makes itself says "240 BCE" of the astronomical year -240, and
knows no "circa". Its years are astronomical, like its axis.
"""

from __future__ import annotations

from html import escape
from typing import Any

import msgspec

from events.dates import Day, civil, day
from service.feeds.feed import Context, Feed
from service.feeds.titles import title_of
from service.items.item import Item
from service.items.when import When, when
from service.words.labels import (
    CONTESTED,
    DISPUTED,
    KIND_WORDS,
    ORIGIN,
    PLANNED,
    PRESENT,
    RECORD,
    field_word,
)
from service.words.word import word

FARTHEST = (-271_000, 275_000)
"""The years that a date of JavaScript can have, rounded inwards."""

FIRST, LAST = day(FARTHEST[0], 1, 1), day(FARTHEST[1], 12, 31)

Members = dict[str, Any]


def _render(context: Context) -> bytes:
    body: Members = {
        "title": {
            "unique_id": "annales",
            "text": {
                "headline": escape(context.title),
                "text": _clocks(context),
            },
        },
        "events": [_slide(item, context) for item in context.items],
        "scale": "human",
        "_annales": context.about(),
    }
    return msgspec.json.encode(body)


def lacks(item: Item) -> str | None:
    """Why a tool that keeps dates in JavaScript cannot have an item."""
    days = item.bounds
    if not days:
        return "no-date"
    return None if min(days) >= FIRST and max(days) <= LAST else "far-year"


def within(number: Day) -> Day:
    """The day itself, or the nearest that a date of JavaScript can be."""
    return min(max(number, FIRST), LAST)


TIMELINEJS = Feed(
    name="timelinejs",
    media_type="application/json",
    suffix="timelinejs.json",
    summary=word("feed", "TimelineJS 3: a slide an item."),
    reader="TimelineJS 3",
    render=_render,
    lacks=lacks,
    # More than a hundred slides are not to be clicked through.
    limit=100,
    most=1_000,
    kinds=("milestone", "discovery", "policy"),
    schema={
        "type": "object",
        "required": ["events"],
        "properties": {
            "title": {"type": "object"},
            "events": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["unique_id", "start_date", "text"],
                    "properties": {
                        "start_date": {"type": "object", "required": ["year", "display_date"]},
                        "end_date": {"type": "object", "required": ["year", "display_date"]},
                    },
                },
            },
        },
    },
)


def _clocks(context: Context) -> str:
    """The clocks of the feed, with a link to where it stands for ever."""
    return f'<p><a href="{escape(context.pinned)}">{escape(context.clocks)}</a></p>'


def _slide(item: Item, context: Context) -> Members:
    lang = context.lang
    start, end = _ends(item, context)
    slide: Members = {"unique_id": item.id.replace("/", "_"), "start_date": start}
    if end is not None:
        slide["end_date"] = end
    field = item.field
    slide["group"] = field_word(field, lang) if field else KIND_WORDS[item.kind][lang]
    marks = [
        word[lang]
        for word, holds in (
            (PLANNED, item.planned),
            (DISPUTED, item.disputed),
            (CONTESTED, item.contested),
        )
        if holds
    ]
    headline = escape(title_of(item, lang))
    if marks:
        headline = f"{headline} <small>({', '.join(marks)})</small>"
    slide["text"] = {"headline": headline, "text": _text(item, context)}
    return slide


def _text(item: Item, context: Context) -> str:
    record = context.url(f"/records/{item.record}")
    summary = item.summary[context.lang]
    parts = [f"<p>{escape(summary)}</p>"] if summary else []
    named = [
        f'<a href="{escape(source.url)}">{escape(source.title)}</a>'
        if source.url
        else escape(source.title)
        for source in item.sources
    ]
    if named:
        colon, between = ("：", "；") if context.lang == "zh" else (": ", "; ")
        parts.append(f"<p>{ORIGIN[context.lang]}{colon}{between.join(named)}</p>")
    parts.append(f'<p><a href="{escape(record)}">{RECORD[context.lang]}</a></p>')
    return "".join(parts)


def _ends(item: Item, context: Context) -> tuple[Members, Members | None]:
    lang = context.lang
    if item.start is None:
        raise ValueError(f"{item.id} has no start")
    start = _date(item.start, lang)
    if item.point:
        return start, None
    if item.open:
        at = within(context.query.as_of.at)
        shown = _parts(at, "day") | {"display_date": PRESENT[lang]}
        return start, shown if civil(at) > _drawn(start) else None
    if item.end is None:
        return start, None
    end = _date(item.end, lang)
    if _drawn(end) <= _drawn(start) and item.end.latest is not None:
        # An end in the same year would be drawn on its first of January, before the start.
        end = _parts(item.end.latest, "day") | {"display_date": item.end.text[lang]}
    return start, end if _drawn(end) > _drawn(start) else None


def _date(date: When, lang: str) -> Members:
    number = date.day
    if number is None:
        raise ValueError(f"{date.edtf} has no bound")
    return _parts(number, _precision(date)) | {"display_date": date.text[lang]}


def _precision(date: When) -> str:
    """That of the end on whose day a date is put, where it is an interval."""
    if date.precision != "interval":
        return date.precision
    first, last = date.edtf.split("/")
    return when(last if first == ".." else first).precision


_FINEST = {"day": 3, "month": 2, "season": 2}


def _parts(number: Day, precision: str) -> Members:
    """The members of a date that its precision allows."""
    return dict(
        zip(("year", "month", "day"), civil(number)[: _FINEST.get(precision, 1)], strict=False)
    )


def _drawn(date: Members) -> tuple[int, int, int]:
    """Where TimelineJS puts a date."""
    return (date["year"], date.get("month", 1), date.get("day", 1))
