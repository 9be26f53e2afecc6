"""vis-timeline: `{items, groups, options}`, to be handed to its constructor as they are.

Its axis is in local time, so a day is written as local midnight (without an
offset): it stands on the same civil day in every time zone. It draws ends
as they are, so an item ends where its last day does. A bar of which no end is
known has the class `open`: it ends with the day of `at`, as nothing is known of
the days after it, or where the view does if all of it is still to come. A vague
edge has a second item behind it, of type `background`. Contents are HTML to it,
and are escaped here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

import msgspec

from events.dates import Day, iso
from service.feeds.feed import Context, Feed
from service.feeds.timelinejs import lacks, within
from service.feeds.titles import lane_fields, title_of
from service.items.item import Item
from service.words.labels import (
    CONTESTED,
    DISPUTED,
    KIND_WORDS,
    NO_END,
    OVERDUE,
    PLANNED,
    field_word,
    status,
)
from service.words.word import word

Members = dict[str, Any]

DAY = 86_400_000
"""In milliseconds."""


class View(NamedTuple):
    """The days that can be seen."""

    first: Day
    stop: Day

    def held(self) -> View:
        """As much of it as dates of JavaScript can say, a day at least."""
        first = within(self.first)
        return View(first, max(within(self.stop), first + 1))


def _render(context: Context) -> bytes:
    view = viewed(context).held()
    body = {
        "items": [each for item in context.items for each in _items(item, view, context)],
        "groups": list(_groups(context.items, context.lang)),
        "options": {
            "start": _midnight(view.first),
            "end": _midnight(view.stop),
            "min": _midnight(view.first),
            "max": _midnight(view.stop),
            "groupOrder": "order",
            "orientation": {"axis": "both"},
            "stack": True,
            # One phase begins where another ends: that is no reason to put them in two rows.
            "margin": {"axis": 6, "item": {"horizontal": 0, "vertical": 4}},
            "selectable": True,
            "editable": False,
            "showCurrentTime": False,
            "zoomMin": DAY,
            # Its own is 10,000 years. A day more, since clocks were once set by the sun.
            "zoomMax": DAY * (view.stop - view.first + 1),
            "tooltip": {"followMouse": True},
        },
        "_annales": context.about(),
    }
    return msgspec.json.encode(body)


def viewed(context: Context) -> View:
    """From the first day of all to the last, `at` among them, with a twentieth more on each side.

    Where `from` or `to` are given, they are its ends.
    """
    at = context.query.as_of.at
    days = [at]
    for item in context.items:
        days += item.bounds
    edge = max((max(days) - min(days)) // 20, 30)
    first, last = context.wanted.first, context.wanted.last
    begin = min(days) - edge if first is None else first
    stop = max(days) + edge if last is None else last + 1
    return View(begin, max(stop, begin + 1))


def tooltip(item: Item, lang: str) -> str:
    """An item in one line: its title, its dates, and whether it is promised or disputed."""
    said = item.date_in_words[lang]
    if item.open:
        said = f"{item.start.text[lang] if item.start else ''} – {NO_END[lang]}"
    marks = [
        word[lang]
        for word, holds in (
            (PLANNED, item.planned),
            (OVERDUE, item.overdue),
            (DISPUTED, item.disputed),
            (CONTESTED, item.contested),
        )
        if holds
    ]
    mark = f" ({', '.join(marks)})" if marks else ""
    return f"{title_of(item, lang)}{mark}: {said}"


VIS_TIMELINE = Feed(
    name="vis-timeline",
    media_type="application/json",
    suffix="vis.json",
    summary=word("feed", "vis-timeline: items, groups and options for its constructor."),
    reader="vis-timeline",
    render=_render,
    lacks=lacks,
    kinds=("phase", "discovery", "policy"),
    schema={
        "type": "object",
        "required": ["items", "groups", "options"],
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", "content", "start", "group", "type"],
                    "properties": {"type": {"enum": ["point", "range", "background"]}},
                },
            },
            "groups": {"type": "array", "items": {"type": "object", "required": ["id", "content"]}},
            "options": {"type": "object"},
        },
    },
)


def _items(item: Item, view: View, context: Context) -> Iterator[Members]:
    first, stop = _span(item, view, within(context.query.as_of.at))
    shown: Members = {
        "id": item.id,
        "content": escape(_content(item, context.lang)),
        "start": _midnight(first),
        "group": item.lane,
        "type": "point",
        "className": " ".join(_classes(item)),
        "title": escape(tooltip(item, context.lang)),
    }
    if not item.point or (item.start is not None and item.start.earliest != item.start.latest):
        shown |= {"end": _midnight(stop), "type": "range"}
    yield shown
    if item.point:
        return
    for edge, when in (("start", item.start), ("end", item.end)):
        if when is not None and (span := when.span) is not None:
            yield {
                "id": f"{item.id}/{edge}",
                "content": "",
                "start": _midnight(span[0]),
                "end": _midnight(span[1]),
                "group": item.lane,
                "subgroup": item.id,
                "type": "background",
                "className": f"vague {edge}",
            }


def _span(item: Item, view: View, at: Day) -> tuple[Day, Day]:
    """The days that are drawn, half-open, a day at least."""
    start = item.start
    if item.point and start is not None:
        first = view.first if start.earliest is None else start.earliest
        stop = view.stop if start.latest is None else start.latest + 1
    else:
        first = view.first if item.first is None else item.first
        goes_on_to = view.stop if item.planned else at + 1
        stop = goes_on_to if item.stop is None else item.stop
    return first, max(stop, first + 1)


def _content(item: Item, lang: str) -> str:
    if item.kind == "phase" and item.status is not None:
        return status(item.status, lang, ran=item.ran)
    return title_of(item, lang)


def _classes(item: Item) -> Iterator[str]:
    yield item.kind
    if item.status is not None:
        yield item.status
    for name, holds in (
        ("open", item.open),
        ("planned", item.planned),
        ("overdue", item.overdue),
        ("disputed", item.disputed),
        ("contested", item.contested),
        ("vague", any(when is not None and when.vague for when in (item.start, item.end))),
    ):
        if holds:
            yield name


def _groups(items: Sequence[Item], lang: str) -> Iterator[Members]:
    """The fields, each with its facilities below it, then a row for each kind of the others."""
    fields: dict[str, dict[str, str]] = {}
    kinds: dict[str, None] = {}
    homes = lane_fields(items)
    for item in items:
        if item.name:
            fields.setdefault(homes[item.lane], {}).setdefault(item.lane, item.name[lang])
        else:
            kinds[item.kind] = None
    order = 0
    for field, lanes in sorted(fields.items()):
        yield {
            "id": f"field:{field}",
            "content": escape(field_word(field, lang)),
            "order": order,
            "nestedGroups": list(lanes),
            "showNested": True,
            "treeLevel": 1,
        }
        for lane, name in lanes.items():
            order += 1
            yield {
                "id": lane,
                "content": escape(name),
                "order": order,
                "subgroupStack": False,
                "treeLevel": 2,
            }
        order += 1
    for kind in kinds:
        yield {
            "id": f"kind:{kind}",
            "content": escape(KIND_WORDS[kind][lang]),
            "order": order,
            "treeLevel": 1,
        }
        order += 1


def _midnight(day: Day) -> str:
    return f"{iso(day)}T00:00:00"
