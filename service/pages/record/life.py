"""The life of a record in drawings: its phases, its promises, or the course of its readings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.dates import Day, Language, iso, parse_iso, year_of
from events.dates import day as day_of
from projections.kinds.ladders import ladder_of
from service.drawing.course import Series, course
from service.drawing.ladder import draw_ladder
from service.drawing.lanes import Bar, Edge, Frame, Lane
from service.drawing.life import draw_life
from service.drawing.marks import icon
from service.items.when import when
from service.pages.drawn.lanes import outcome_words, staircase_of
from service.pages.shell.answering import Asked
from service.pages.shell.page import Members
from service.promises.slips import Counted
from service.records.answer import RecordAt, span_members
from service.words import labels, language
from service.words.labels import unit_name
from service.words.speech import Speech


def phases(asked: Asked, told: RecordAt, name: str) -> Members | None:
    """The statuses of a facility as one lane, and in words; None before the first."""
    as_of, say, lang = asked.query.as_of, asked.say, asked.lang
    bars = _bars(told, lang, say)
    if not bars:
        return None
    years = [
        year_of(day)
        for bar in bars
        for day in (bar.start.earliest, bar.start.latest)
        if day is not None
    ]
    last = max(*years, year_of(as_of.stated)) if bars[-1].end is None else max(years)
    frame = Frame(
        first=day_of(min(years), 1, 1),
        last=day_of(last + 1, 12, 31),
        cursor=as_of.at,
        today=as_of.stated,
        horizon=as_of.stated if "stated" in asked.here.texts else None,
    )
    lane = Lane(record=asked.query.id, name=name, href=asked.here.url(), bars=tuple(bars))
    label = say("The phases of %(name)s", name=name)
    return {
        "wide": draw_life(lane, frame, lang=lang, label=label).svg,
        "narrow": draw_life(lane, frame, lang=lang, label=label, narrow=True).svg,
        "rows": [
            {"icon": icon(bar.status, expected=bar.expected), "text": bar.title} for bar in bars
        ],
    }


def _bars(told: RecordAt, lang: Language, say: Speech) -> list[Bar]:
    """A bar for each status, from the date of what gave it to that of what follows."""
    spans = [
        span_members(span, told.as_of.stated)
        for span in told.spans
        if span.facet in ("status", "expected")
    ]
    held: list[Members] = []
    for span in spans:
        if span["facet"] != "status" or span["value"] is None:
            continue
        if not held or (held[-1]["value"], held[-1]["statement"]) != (
            span["value"],
            span["statement"],
        ):
            held.append(span)
    hoped = [span for span in spans if span["facet"] == "expected" and span["value"]]
    dated = [(span, span["since"], False) for span in held] + [
        (span, {"date": span["date"], **_bounds_of(span)}, True) for span in hoped
    ]
    bars = []
    for index, (span, since, expected) in enumerate(dated):
        follows = dated[index + 1] if index + 1 < len(dated) else None
        date = language.brief_date(since["date"], lang)
        words = labels.label(span["value"], lang)
        text = say("%(status)s %(date)s", status=words, date=date)
        if expected:
            text = say("%(title)s (expected)", title=text)
        bars.append(
            Bar(
                status=span["value"],
                start=_edge_of(since),
                end=None if follows is None else _edge_of(follows[1]),
                expected=expected,
                title=text,
                text=text,
                statement=span["statement"] or "",
            )
        )
    return bars


def promises(asked: Asked, told: RecordAt, lines: Mapping[str, Members]) -> list[Members]:
    """Each ladder of promises of a facility, in words and as a staircase; `lines` are its
    statements by id."""
    as_of, say, lang = asked.query.as_of, asked.say, asked.lang
    counted = [
        Counted(asked.query.id, span.value, ladder_of(span.text), told.record.card or {})
        for span in told.holding("slip", as_of.stated)
    ]
    counted.sort(key=lambda each: (each.ladder.entry, each.ladder.plans))
    shown = []
    for each in counted:
        ladder = staircase_of(each, lines, lang=lang, stated=as_of.stated, say=say)
        words = outcome_words(each, lines, lang=lang, say=say)
        shown.append(
            {
                "words": words,
                "what": labels.milestone(each.ladder.milestone, lang),
                "outcome": each.outcome,
                "wide": draw_ladder(ladder, lang=lang, label=words).svg,
                "narrow": draw_ladder(ladder, lang=lang, label=words, narrow=True).svg,
            }
        )
    return shown


def readings(asked: Asked, answer: Mapping[str, Any], title: str) -> Members | None:
    """The readings of a series that are effective, where they are numbers of one unit."""
    effective = {each["effective"] for each in answer["entries"] if each["counts"]}
    read = [
        line
        for line in answer["statements"]
        if line["id"] in effective
        and line["modality"] == "actual"
        and isinstance(line["value"], int | float)
        and all(line["bounds"].values())
    ]
    units = {line["unit"] for line in read}
    if len(read) < 2 or len(units) > 1:
        return None
    [unit] = units
    points = sorted((_middle(line["bounds"]), float(line["value"])) for line in read)
    series = Series(key=asked.query.id, name=title, points=tuple(points))
    frame = Frame(
        first=day_of(year_of(points[0][0]), 1, 1),
        last=day_of(year_of(points[-1][0]), 12, 31),
        cursor=asked.query.as_of.at,
    )
    told = unit_name(unit, asked.lang)
    draw: dict[str, Any] = {"lang": asked.lang, "label": title, "unit": told, "stepped": False}
    return {
        "wide": course([series], frame, **draw).svg,
        "narrow": course([series], frame, **draw, wide=340, tall=220).svg,
    }


def _middle(bounds: Mapping[str, str]) -> Day:
    """The day amid those that a reading is of: one of a year stands in its middle."""
    return (parse_iso(bounds["earliest"]) + parse_iso(bounds["latest"])) // 2


def _edge_of(since: Mapping[str, Any]) -> Edge:
    return Edge(
        None if since["earliest"] is None else parse_iso(since["earliest"]),
        None if since["latest"] is None else parse_iso(since["latest"]),
    )


def _bounds_of(span: Mapping[str, Any]) -> Members:
    """The bounds of the plan behind what is expected."""
    date = when(span["date"])
    return {
        "earliest": None if date.earliest is None else iso(date.earliest),
        "latest": None if date.latest is None else iso(date.latest),
    }
