"""Vega-Lite: a whole chart with its data in it, to be embedded or compiled as it is.

`chart=timeline` draws the items, `trends` how many facilities had each status in
each year, `slips` how late each promise came. Days are full dates in ISO 8601,
which the time scales read as UTC; an end that is not known is drawn to `at`,
and marked `open`. A selection that zooms stands in one layer: in two, Vega-Lite
compiles it and the browser fails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from events.dates import iso
from events.vocabulary import STATUSES
from service.feeds.charts import slip_rows, trend_rows
from service.feeds.feed import Context, Feed
from service.feeds.parameters import choice
from service.feeds.timelinejs import lacks, within
from service.feeds.titles import lane_name, title_of
from service.feeds.vis_timeline import viewed
from service.items.item import Item
from service.words.labels import DAYS_LATE, KIND_WORDS, OUTCOME_WORDS, STATUS_WORDS
from service.words.printable import printable
from service.words.word import word

Members = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

COLOURS = {
    "proposed": "#756d5c",
    "approved": "#7d6829",
    "under-construction": "#965a08",
    "completed": "#26747b",
    "commissioning": "#3f8f95",
    "operating": "#17536b",
    "suspended": "#75598a",
    "decommissioned": "#626a73",
    "cancelled": "#8b929a",
}
"""A colour for each status, as the pages have them."""

SEAL = "#b02a1c"
"""The colour of time: the day of the clock, and lateness."""


def _render(context: Context) -> bytes:
    chart = CHARTS[context.options["chart"]](context)
    return msgspec.json.encode(
        _printable(
            {
                "$schema": SCHEMA,
                "title": context.title,
                "config": {
                    "font": "Noto Sans, Noto Sans CJK SC, sans-serif",
                    "view": {"stroke": None},
                    "axis": {"labelLimit": 260},
                },
                **chart,
                "usermeta": {"_annales": context.about()},
            }
        )
    )


def _printable(value: Any) -> Any:
    """JSON without the characters that a drawing, which is XML, cannot have."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: _printable(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(each) for each in value]
    return value


OUTCOMES = {"late": SEAL, "kept": "#17536b", "early": "#26747b"}
"""A colour for each outcome of something that came."""


def _nominal(field: str, **more: Any) -> Members:
    """The encoding of a field whose values are names."""
    return {"field": field, "type": "nominal", **more}


def _status_colour(lang: str, **legend: str) -> Members:
    """The encoding of a status by its colour; `legend` is what its legend has of its own."""
    return _nominal(
        "status",
        title=None,
        scale={"domain": list(STATUSES), "range": [COLOURS[status] for status in STATUSES]},
        legend={"labelExpr": _labels(lang), **legend},
    )


ZOOM = [{"name": "zoom", "select": {"type": "interval", "encodings": ["x"]}, "bind": "scales"}]
"""The selection by which a reader zooms."""

IN_WORDS = {
    "tooltip": _nominal("text"),
    "href": _nominal("url"),
    "description": _nominal("text"),
}
"""The encoding of what a mark says and where it leads."""


# --- the timeline


def _timeline(context: Context) -> Members:
    names = _names(context)
    rows = [_row(item, names[item.lane], context) for item in context.items]
    lanes = list(dict.fromkeys(row["lane"] for row in rows))
    view = viewed(context).held()
    time = {"type": "temporal", "scale": {"type": "utc"}, "title": None}
    # Said once, and where there is no second end: of several such Vega-Lite makes a union, and
    # complains.
    viewed_time = {**time, "scale": {"type": "utc", "domain": [iso(view.first), iso(view.stop)]}}
    lane = _nominal("lane", sort=lanes, title=None)
    colour = _status_colour(context.lang, orient="top")
    day = iso(within(context.query.as_of.at))
    return {
        "width": 900,
        "height": {"step": 16},
        "data": {"values": rows, "format": {"type": "json"}},
        "layer": [
            {
                "name": "phases",
                "transform": [{"filter": "!datum.point && !datum.planned"}],
                "params": ZOOM,
                "mark": {"type": "bar", "height": 9, "cursor": "pointer"},
                "encoding": {
                    "x": {"field": "start", **time},
                    "x2": {"field": "end_shown"},
                    "y": lane,
                    "color": colour,
                    "opacity": {
                        "condition": {"test": "datum.disputed", "value": 0.4}, "value": 1
                    },
                    **IN_WORDS,
                },
            },
            {
                "name": "planned",
                "transform": [{"filter": "!datum.point && datum.planned"}],
                "mark": {
                    "type": "bar", "height": 8, "fillOpacity": 0, "strokeDash": [4, 2],
                    "strokeWidth": 1, "cursor": "pointer",
                },
                "encoding": {
                    "x": {"field": "start", **time},
                    "x2": {"field": "end_shown"},
                    "y": lane,
                    "stroke": {**colour, "legend": None},
                    **IN_WORDS,
                },
            },
            {
                "name": "vague",
                "transform": [{"filter": "datum.vague_end > datum.vague_start"}],
                "mark": {"type": "bar", "height": 14, "color": "#888", "opacity": 0.25},
                "encoding": {
                    "x": {"field": "vague_start", **time}, "x2": {"field": "vague_end"}, "y": lane,
                },
            },
            {
                "name": "points",
                "transform": [{"filter": "datum.point"}],
                "mark": {
                    "type": "point", "size": 64, "filled": True, "opacity": 1, "cursor": "pointer",
                    "stroke": "#ffffff", "strokeWidth": 1,
                },
                "encoding": {
                    "x": {"field": "start", **time},
                    "y": lane,
                    "shape": _nominal("sign", title=None, legend={"orient": "top"}),
                    "fill": {
                        "condition": {"test": "datum.planned", "value": SEAL}, "value": "#33414d"
                    },
                    **IN_WORDS,
                },
            },
            {
                "name": "clock",
                "data": {"values": [{"at": day, "text": day}]},
                "mark": {"type": "rule", "color": SEAL},
                "encoding": {
                    "x": {"field": "at", **viewed_time}, "description": _nominal("text"),
                },
            },
        ],
        "resolve": {"scale": {"color": "independent", "shape": "independent"}},
    }  # fmt: skip


def _names(context: Context) -> dict[str, str]:
    """What each lane is called; the id is added where two are called the same."""
    names = {item.lane: lane_name(item, context.lang) for item in context.items}
    twice = Counter(names.values())
    return {lane: name if twice[name] == 1 else f"{name} ({lane})" for lane, name in names.items()}


def _row(item: Item, lane: str, context: Context) -> Members:
    lang, at = context.lang, within(context.query.as_of.at)
    title = title_of(item, lang)
    first = next(day for day in (item.first, item.stop, *item.bounds) if day is not None)
    stop = at if item.stop is None else item.stop
    row: Members = {
        "id": item.id,
        "record": item.record,
        "kind": item.kind,
        "sign": _sign(item)[lang],
        "lane": lane,
        "title": title,
        "text": f"{title}: {item.date_in_words[lang]}",
        "start": iso(first),
        "end_shown": iso(max(stop, first + 1)),
        "open": item.open,
        "point": item.point,
        "planned": item.planned,
        "overdue": item.overdue,
        "disputed": item.disputed,
        "edtf": item.edtf or "",
        "start_edtf": item.start.edtf if item.start else "",
        "url": context.url(f"/records/{item.record}"),
    }
    if item.contested:
        row["contested"] = True
    if item.status is not None:
        row["status"] = item.status
    if item.end is not None:
        row["end_edtf"] = item.end.edtf
    if item.start is not None and (span := item.start.span) is not None:
        row |= {"vague_start": iso(span[0]), "vague_end": iso(span[1])}
    return row


def _sign(item: Item) -> Mapping[str, str]:
    """What the shape of a point means: that a facility closed, else its kind."""
    if item.kind == "phase" and item.status is not None:
        return STATUS_WORDS[item.status]
    return KIND_WORDS[item.kind]


def _labels(lang: str) -> str:
    """An expression that gives the word of a status."""
    words = {status: STATUS_WORDS[status][lang] for status in STATUSES}
    return f"({msgspec.json.encode(words).decode()})[datum.value]"


# --- trends and slips


def _trends(context: Context) -> Members:
    rows, days = trend_rows(context)
    return {
        "width": 900,
        "height": 300,
        "data": {"values": rows, "format": {"type": "json"}},
        "params": ZOOM,
        "mark": {"type": "line", "interpolate": "step-after", "point": {"size": 12}},
        "encoding": {
            "x": {
                "field": "at",
                "type": "temporal",
                # An empty chart has no days of its own.
                "scale": {"type": "utc", "domain": days},
                "title": None,
            },
            "y": {
                "field": "count",
                "type": "quantitative",
                "scale": {"domainMin": 0},
                "title": None,
            },
            "color": _status_colour(context.lang),
            "tooltip": [
                _nominal("status"),
                {"field": "at", "type": "temporal"},
                {"field": "count", "type": "quantitative"},
            ],
            "description": _nominal("text"),
        },
    }


def _slips(context: Context) -> Members:
    rows = slip_rows(context)
    outcomes = [OUTCOME_WORDS[outcome][context.lang] for outcome in OUTCOMES]
    scale = {"domain": outcomes, "range": list(OUTCOMES.values())}
    colour = _nominal("outcome", title=None, scale=scale)
    return {
        "width": 700,
        "height": {"step": 16},
        "data": {"values": rows, "format": {"type": "json"}},
        "params": ZOOM,
        "mark": {"type": "bar", "height": 8, "strokeWidth": 2, "cursor": "pointer"},
        "encoding": {
            "x": {
                "field": "earliest_days",
                "type": "quantitative",
                "title": DAYS_LATE[context.lang],
            },
            "x2": {"field": "latest_days"},
            "y": _nominal("entry", sort=[row["entry"] for row in rows], title=None),
            "color": colour,
            # A slip of one day has no width but that of its edge.
            "stroke": {**colour, "legend": None},
            **IN_WORDS,
        },
    }


CHARTS: Mapping[str, Callable[[Context], Members]] = {
    "timeline": _timeline,
    "trends": _trends,
    "slips": _slips,
}

VEGA_LITE = Feed(
    name="vega-lite",
    media_type="application/json",
    suffix="vl.json",
    summary=word("feed", "Vega-Lite 6: a chart with its data, for vega-embed or vl-convert."),
    reader="vega-embed, vl-convert, Altair, Observable",
    render=_render,
    lacks=lacks,
    needs_items=lambda options: options["chart"] == "timeline",
    kinds=("phase", "discovery"),
    own=(
        choice(
            "chart",
            tuple(CHARTS),
            "What is drawn: the items, how many facilities had each status, or how late what came.",
        ),
    ),
    schema={
        "type": "object",
        "required": ["$schema", "title", "data", "usermeta"],
        "properties": {
            "$schema": {"const": SCHEMA},
            "data": {"type": "object", "required": ["values"]},
            "usermeta": {"type": "object", "required": ["_annales"]},
        },
    },
)
