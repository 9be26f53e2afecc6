"""The drawings of a state: the events of each year, and the life of every facility below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import partial

import numpy as np

from events.dates import year_of
from projections.engine.spans import BEFORE_ALL
from projections.views.reading import Slice
from service.drawing.lanes import Frame, Lane
from service.drawing.marks import definitions, legend
from service.drawing.strip import Tally, strip
from service.drawing.timeline import timeline, timeline_scale
from service.items.item import Item
from service.pages.drawn.lanes import headings_of
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import year_text
from service.pages.shell.layout import Members
from service.sentences import times
from service.state.facilities import NUMBER
from service.words import labels, language


def state_drawings(
    visit: Visit,
    lanes: Sequence[Lane],
    tallies: Sequence[Tally],
    frame: Frame,
    *,
    ran: Collection[str],
    day_text: str,
    apart: bool,
) -> Members:
    """The strip of years and the lanes below it, wide and narrow, with their legend; `strip_alone`
    draws it without what belongs to the lanes.

    `ran` are the facilities that ran on the day or in the period, or would, `day_text` is how the
    page names it. `apart` leaves the narrow lanes of several fields to the page of
    each: a phone gets no lighter drawing than a desk, and both together are most of a page.
    """
    lang, say = visit.lang, visit.say

    def of_year(year: int) -> str:
        return visit.here.url(at=year_text(year), during=None)

    as_of = visit.query.as_of
    when = times.when(as_of.at, lang) if as_of.during is None else times.during(as_of.during, lang)
    headings = headings_of(
        lanes, ran, when=when, say=say,
        beyond=as_of.at > as_of.stated, of_period=as_of.during is not None,
    )  # fmt: skip
    apart = apart and len(headings) > 1
    drawn: Members = {
        "definitions": definitions(),
        "legend": legend(labels.drawn(say)),
        "lanes_elsewhere": [
            {"label": heading.label, "href": visit.here.url(field=field, after=None)}
            for field, heading in headings.items()
            if apart and field
        ],
    }
    for narrow in (False, True):
        scale = timeline_scale(lanes, frame, narrow=narrow)
        draw = partial(
            strip, tallies, frame, scale,
            lang=lang, words=labels.drawn(say),
            label=say("Events of each year"), flag=_flag(visit, day_text), href=of_year,
        )  # fmt: skip
        if not narrow:
            drawn["strip_alone"] = draw
        drawn["strip_narrow" if narrow else "strip"] = draw(remarks=say("delay"), narrow=narrow)
        here = [lane for lane in lanes if not (narrow and apart and lane.group)]
        drawn["lanes_narrow" if narrow else "lanes"] = timeline(
            here, frame, lang=lang, headings=headings, narrow=narrow
        )
    return drawn


def _flag(visit: Visit, day_text: str) -> str:
    """What stands over the cursor: a year has ended there, unless it is all meant."""
    year = language.date(day_text, visit.lang)
    if visit.query.as_of.during is not None:
        return year
    return visit.say("end of %(year)s", year=year) if len(day_text) == 4 else year


def tallies_of(items: Iterable[Item]) -> list[Tally]:
    """How many events of each kind there were in each year, and what is still promised."""
    counts: Counter[tuple[int, str]] = Counter()
    for item in items:
        if item.kind == "phase" or item.disputed:
            continue
        if item.planned:
            last = item.start.latest if item.start else None
            if last is not None and item.kind == "milestone":
                counts[year_of(last), "plan"] += 1
        elif item.first is not None:
            counts[year_of(item.first), item.kind] += 1
    return [Tally(year, kind, count) for (year, kind), count in counts.items()]


def tallies_of_many(slice: Slice) -> list[Tally]:
    """How many events there were in each year where there are too many to make items of all: in
    place of milestones, when facilities went from one status to another."""
    counts: Counter[tuple[int, str]] = Counter()
    for facet, kind in FACETS.items():
        found = slice.find(facet, slice.as_of.stated, first=BEFORE_ALL)
        records, days, values = found["record"], slice.first_days(found), found["value"]
        if facet == "status":
            order = np.lexsort((days, records))
            records, days, values = records[order], days[order], values[order]
            begins = np.ones(len(records), bool)
            # What gives a status may change while the status does not.
            begins[1:] = (records[1:] != records[:-1]) | (values[1:] != values[:-1])
            days = days[begins & (values != NUMBER[""])]
        years = (year_of(each) for each in days[days > BEFORE_ALL].tolist())
        counts.update((year, kind) for year in years)
    return [Tally(year, kind, count) for (year, kind), count in counts.items()]


FACETS = {"status": "milestone", "discovery": "discovery", "policy": "policy"}
"""What rows of the views are counted as."""
