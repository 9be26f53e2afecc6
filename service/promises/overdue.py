"""Open promises: which are overdue, and which are due.

`at` moves the overdue alone, which are those of the earlier of `at` and the
horizon. What is due is counted from the horizon, by the last possible day of
each plan: `within=P1Y` are the plans that will be overdue in a year if nothing
comes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from events.dates import Bounds
from events.milestone import MilestoneRecorded
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.kinds.ladders import Slip, slip
from projections.views.reading import Reading, Slice
from projections.views.state import Row
from service.asking.json_text import Fragment
from service.asking.paging import page_of_rows
from service.asking.query import Query
from service.asking.table import Members
from service.promises.filters import Promised, after_period
from service.promises.slips import days_of, name_of, rung
from service.sentences.slips import Longest, overdue_sentence


def overdue_answer(reading: Reading, query: Query) -> Members:
    """The members of `OverduePlansSchema`, less the clocks: the longest first."""
    meant: Promised = query.about
    slice = reading.at(query.as_of, country=meant.country, field=meant.field)
    day = slice.status_day
    rows = slice.stab("overdue", day)
    rows.sort(key=lambda row: (row.vf, row.record, row.statement))
    longest = None
    if rows:
        card = slice.cards([rows[0].record])[rows[0].record]
        longest = Longest(name_of(query, rows[0].record, card), day - rows[0].vf)
    sentence = overdue_sentence(
        at=day,
        stated=query.as_of.stated,
        overdue=len(rows),
        longest=longest,
        about=meant,
        href=query.pinned,
    )
    plans = _plans(slice, query, rows, lambda bounds: slip(bounds, Bounds(day, day)))
    return {"sentence": sentence.members(), **plans}


def due_answer(reading: Reading, query: Query) -> Members:
    """The members of `DuePlansSchema`, less the clocks: the soonest first."""
    meant: Promised = query.about
    slice = reading.at(query.as_of, country=meant.country, field=meant.field)
    horizon = query.as_of.stated
    rows = slice.stab("due", AFTER_ALL, first=BEFORE_ALL)
    if meant.within is not None:
        last = after_period(horizon, meant.within)
        rows = [row for row in rows if row.vt <= last + 1]
    rows.sort(key=lambda row: (row.vt, row.vf, row.record, row.statement))
    return _plans(slice, query, rows, lambda bounds: slip(Bounds(horizon, horizon), bounds))


def _plans(
    slice: Slice, query: Query, rows: Sequence[Row], days: Callable[[Bounds], Slip]
) -> Members:
    """The members that list open plans; `days` counts them to the bounds of one."""
    page, following = page_of_rows(query, rows)
    cards = slice.cards({row.record for row in page})
    texts = slice.statements({row.statement for row in page})
    items = []
    for row in page:
        line, card = Fragment(texts[row.statement]), cards[row.record]
        items.append(
            {
                "record": row.record,
                "name": card["name"],
                "country": card["country"],
                "field": card["field"],
                "entry": MilestoneRecorded.entry_of(line.members),
                **rung(line),
                "title": line["title"],
                "stated": line["stated"],
                "said": line["said"]["day"],
                "days": days_of(days(Bounds.of(line["bounds"]))),
            }
        )
    return {"total": len(rows), "items": items, "next": following}
