"""The life of a record in drawings: its phases, its promises, or the course of its readings."""

from __future__ import annotations

from functools import partial
from itertools import zip_longest
from typing import Any

from events.dates import Bounds, Day, year_of
from events.dates import day as day_of
from events.statement import Statement
from projections.kinds.ladders import ladder_of
from projections.views.lines import statement_text
from service.asking.json_text import Fragment
from service.drawing.course import Series, course
from service.drawing.ladder import draw_ladder, draw_steps
from service.drawing.lanes import Bar, Edge, Frame, Lane
from service.drawing.life import draw_life
from service.drawing.marks import icon
from service.drawing.sparkline import Point, spread
from service.items.when import when
from service.pages.drawn.lanes import edge_of, last_of, outcome_words, staircase_of
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.pages.shell.pager import Pager
from service.promises.tally import Counted
from service.records.answer import RecordAt, span_members
from service.records.sentence import has_run, main_ladder
from service.words import labels, language
from service.words.speech import Speech

MOST_BARS = 100
"""How many phases are drawn at most, the last ones."""

MOST_LADDERS = 20
"""How many ladders of promises a page shows."""

MOST_READINGS = 500
"""How many readings are drawn at most, evenly spread over all."""


def phases(visit: Visit, record_at: RecordAt, name: str) -> Members | None:
    """The statuses of a facility as one lane, and in words; None before the first."""
    as_of, say, lang = visit.query.as_of, visit.say, visit.lang
    every = _bars(record_at, say)
    bars = every[-MOST_BARS:]
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
        horizon=as_of.stated if "stated" in visit.here.texts else None,
    )
    lane = Lane(record=visit.query.id, name=name, href=visit.here.url(), bars=tuple(bars))
    label = say("The phases of %(name)s", name=name)
    return {
        "wide": draw_life(lane, frame, lang=lang, label=label),
        "narrow": draw_life(lane, frame, lang=lang, label=label, narrow=True),
        "rows": [
            {"icon": icon(bar.status, expected=bar.expected), "text": bar.title} for bar in bars
        ],
        "left": len(every) - len(bars),
    }


def _bars(record_at: RecordAt, say: Speech) -> list[Bar]:
    """A bar for each status, from the date of what gave it to that of what follows."""
    lang = say.lang
    ran = has_run(record_at.spans, record_at.as_of.stated)
    spans = [
        span_members(span, record_at.record, record_at.as_of.stated)
        for span in record_at.spans
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
    dated = [
        (span, span["since"]["date"], Edge(*Bounds.of(span["since"])), False) for span in held
    ] + [(span, span["date"], edge_of(when(span["date"])), True) for span in hoped]
    bars = []
    for (span, since, start, expected), follows in zip_longest(dated, dated[1:]):
        date = language.brief_date(since, lang)
        words = labels.status(span["value"], lang, ran=ran)
        text = say("%(status)s %(date)s", status=words, date=date)
        if expected:
            text = say("%(title)s (expected)", title=text)
        elif record_at.is_contested(span["statement"]):
            text = say("%(title)s (date contested)", title=text)
        bars.append(
            Bar(
                status=span["value"],
                start=start,
                end=None if follows is None else follows[2],
                expected=expected,
                contested=not expected and record_at.is_contested(span["statement"]),
                title=text,
                text=text,
                statement=span["statement"] or "",
            )
        )
    return bars


def promises(visit: Visit, record_at: RecordAt, pager: Pager) -> list[Members]:
    """The ladders of promises of a facility that its page shows, in words and as staircases."""
    as_of = visit.query.as_of
    counted = [
        Counted(
            visit.query.id, span.value, ladder_of(visit.query.id, span), record_at.record.card or {}
        )
        for span in record_at.holding("slip", as_of.stated)
    ]
    counted.sort(key=lambda each: (each.ladder.entry, each.ladder.plans))
    return [ladder_drawn(visit, record_at, each) for each in pager.part(counted, most=MOST_LADDERS)]


def promise_told(visit: Visit, record_at: RecordAt) -> Members | None:
    """The ladder of promises of a facility of which its sentence tells; None without any."""
    id = visit.query.id
    found = main_ladder(id, record_at.spans)
    if found is None:
        return None
    return ladder_drawn(visit, record_at, Counted(id, *found, record_at.record.card or {}))


def ladder_drawn(visit: Visit, record_at: RecordAt, counted: Counted) -> Members:
    """One ladder of promises of a facility, in words and as a staircase, wide and narrow;
    `small` draws the steps alone."""
    as_of, say, lang = visit.query.as_of, visit.say, visit.lang
    drawn = last_of(counted)
    lines = {
        id: Fragment(statement_text(record_at.record.statement(id)))
        for id in (*drawn.ladder.plans, drawn.ladder.came)
        if id is not None
    }
    stairs = staircase_of(drawn, lines, stated=as_of.stated, say=say)
    words, first = outcome_words(counted, lines, say), lines[counted.ladder.plans[0]]
    return {
        "words": words,
        "what": labels.milestone(
            counted.ladder.milestone, lang, counted.card.get("class"), first.get("title_zh", "")
        ),
        "outcome": counted.outcome,
        "left": len(counted.ladder.plans) - len(drawn.ladder.plans),
        "wide": draw_ladder(stairs, lang=lang, label=words),
        "narrow": draw_ladder(stairs, lang=lang, label=words, narrow=True),
        "small": partial(draw_steps, stairs, lang=lang, label=words),
    }


def readings(visit: Visit, record_at: RecordAt, title: str) -> Members | None:
    """The readings of a series that are effective, where they are numbers of one unit."""
    read = [
        each.statement
        for each in record_at.account.effective.values()
        if each.counts
        and not each.statement.planned
        and isinstance(each.statement.line["value"], int | float)
        and each.statement.earliest is not None
        and each.statement.latest is not None
    ]
    units = {statement.line["unit"] for statement in read}
    if len(read) < 2 or len(units) > 1:
        return None
    [unit] = units
    every: list[Point] = sorted(
        (_middle(statement), float(statement.line["value"])) for statement in read
    )
    points = spread(every, MOST_READINGS)
    series = Series(key=visit.query.id, name=title, points=tuple(points))
    frame = Frame(
        first=day_of(year_of(points[0][0]), 1, 1),
        last=day_of(year_of(points[-1][0]), 12, 31),
        cursor=visit.query.as_of.at,
    )
    draw: dict[str, Any] = {
        "lang": visit.lang,
        "label": title,
        "unit": labels.unit_of(unit, record_at.record.card, visit.lang),
        "stepped": False,
    }
    return {
        "wide": course([series], frame, **draw),
        "narrow": course([series], frame, **draw, wide=340, tall=220),
        "drawn": len(points),
        "all": len(every),
    }


def _middle(reading: Statement) -> Day:
    """The middle of the days that a reading is of, which has both ends."""
    return ((reading.earliest or 0) + (reading.latest or 0)) // 2
