"""Open promises: which are overdue, and which are due.

`at` moves the overdue alone, which are those of the earlier of `at` and the
horizon. What is due is counted from the horizon, by the last possible day of
each plan: `within=P1Y` are the plans that will be overdue in a year if nothing
comes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from events.dates import Bounds, Day
from events.milestone import MilestoneRecorded
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.kinds.ladders import Slip, slip
from projections.views import bulk
from projections.views.columns import Found
from projections.views.reading import Reading, Slice
from projections.views.state import Row
from service.asking.aging import years_before
from service.asking.json_text import Fragment
from service.asking.paging import page_of
from service.asking.query import Query
from service.asking.table import Members
from service.promises.filters import Promised, after_period
from service.promises.slips import days_of, name_of, rung
from service.promises.tally import run_by
from service.sentences.slips import Longest, overdue_sentence


def overdue_answer(reading: Reading, query: Query) -> Members:
    """The members of `OverduePlansSchema`, less the clocks: the longest first."""
    meant: Promised = query.about
    view = reading.at(
        query.as_of, countries=meant.place.codes, field=meant.field, class_=meant.class_
    )
    day = view.status_day
    plans = _Plans.of(view, view.find("overdue", day), meant)
    longest = None
    for row in plans.by_first_day(slice(1)):
        card = view.cards([row.record])[row.record]
        longest = Longest(name_of(query, row.record, card), day - row.vf)
    sentence = overdue_sentence(
        at=day,
        stated=query.as_of.stated,
        overdue=len(plans.found),
        longest=longest,
        about=meant,
        href=query.pinned,
    )
    page, following = page_of(query, len(plans.found))
    items = _items(view, plans.by_first_day(page), lambda each: slip(each, Bounds(day, day)))
    return {
        "sentence": sentence.members(),
        "total": len(plans.found),
        "items": items,
        "next": following,
    }


class Silence(NamedTuple):
    """Of how many overdue promises nothing was said of the facility since they were due, of how
    many of them the last word is old, and of those on a page its day, by the ids of their
    statements."""

    promises: int
    old: int
    last_said: Mapping[str, Day]


def silence(reading: Reading, query: Query) -> Silence:
    """What is overdue because nobody said more, of the promises of `overdue_answer`."""
    meant: Promised = query.about
    view = reading.at(
        query.as_of, countries=meant.place.codes, field=meant.field, class_=meant.class_
    )
    plans = _Plans.of(view, view.find("overdue", view.status_day), meant)
    said = view.last_said(plans.found["record"])
    # A plan is overdue from its last possible day on.
    unheard = said < plans.first
    last = dict(zip(plans.found["record"].tolist(), said.tolist(), strict=True))
    page, _ = page_of(query, len(plans.found))
    shown = ((row, last[abs(row.id) >> 32]) for row in plans.by_first_day(page))
    old = unheard & (said < years_before(query.as_of.stated))
    return Silence(
        int(unheard.sum()),
        int(old.sum()),
        {row.statement: day for row, day in shown if day < row.vf},
    )


def due_answer(reading: Reading, query: Query) -> Members:
    """The members of `DuePlansSchema`, less the clocks: the soonest first."""
    meant: Promised = query.about
    view = reading.at(
        query.as_of, countries=meant.place.codes, field=meant.field, class_=meant.class_
    )
    horizon = query.as_of.stated
    plans = _Plans.of(view, view.find("due", AFTER_ALL, first=BEFORE_ALL), meant)
    if meant.within is not None:
        plans = plans.ending_by(after_period(horizon, meant.within))
    page, following = page_of(query, len(plans.found))
    days = Bounds(horizon, horizon)
    items = _items(view, plans.by_last_day(page), lambda each: slip(days, each))
    return {"total": len(plans.found), "items": items, "next": following}


@dataclass(frozen=True, slots=True)
class _Plans:
    """Open plans as rows of the columns, with their first days and those after their last."""

    view: Slice
    found: Found
    first: bulk.Numbers
    end: bulk.Numbers

    @classmethod
    def of(cls, view: Slice, found: Found, meant: Promised) -> _Plans:
        """The plans of some rows, those of the operator that is meant."""
        if meant.operator is not None:
            found = found.where(run_by(view, found["record"], meant.operator))
        return cls(view, found, view.first_days(found), view.ends(found))

    def ending_by(self, last: Day) -> _Plans:
        """Those whose last possible day is another or before it."""
        some = self.end <= last + 1
        return replace(
            self, found=self.found.where(some), first=self.first[some], end=self.end[some]
        )

    def by_first_day(self, page: slice) -> list[Row]:
        """A stretch of them in the order of their first days."""
        return self._in_order((self.first,), page)

    def by_last_day(self, page: slice) -> list[Row]:
        """A stretch of them in the order of their last days, then of their first ones."""
        return self._in_order((self.first, self.end), page)

    def _in_order(self, keys: tuple[bulk.Numbers, ...], page: slice) -> list[Row]:
        """A stretch by some keys, then by the ids of records and statements, which are looked up
        of those alone that the keys do not tell apart."""
        stretch = bulk.stretch(keys, page)
        rows = self.view.rows(self.found.where(stretch.rows))
        settled = sorted(
            zip(stretch.groups, rows, strict=True),
            key=lambda each: (each[0], each[1].record, each[1].statement),
        )
        return [row for _, row in settled[stretch.within]]


def _items(view: Slice, page: Sequence[Row], days: Callable[[Bounds], Slip]) -> list[Members]:
    """What is shown of open plans; `days` counts them to the bounds of one."""
    cards = view.cards({row.record for row in page})
    texts = view.statements({row.statement for row in page})
    items: list[Members] = []
    for row in page:
        line, card = Fragment(texts[row.statement]), cards[row.record]
        items.append(
            {
                "record": row.record,
                "name": card["name"],
                "country": card["country"],
                "field": card["field"],
                **({"class": card["class"]} if "class" in card else {}),
                "entry": MilestoneRecorded.entry_of(line.members),
                **rung(line),
                "title": line["title"],
                "stated": line["stated"],
                "said": line["said"]["day"],
                "days": days_of(days(Bounds.of(line["bounds"]))),
            }
        )
    return items
