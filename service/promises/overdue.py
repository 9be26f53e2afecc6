"""Open promises: which are overdue, and which are due.

`at` moves the overdue alone, which are those of the earlier of `at` and the
horizon. What is due is counted from the horizon, by the last possible day of
each plan: `within=P1Y` are the plans that will be overdue in a year if nothing
comes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from events.dates import Day
from events.milestone import MilestoneRecorded
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.views.file import Database
from projections.views.state import Row, State
from service.asking.json_text import members_of
from service.asking.query import Query
from service.promises.asking import (
    Members,
    Promised,
    about,
    after_period,
    bounds,
    cards_of,
    name_of,
    next_of,
    rung,
    stab,
)
from service.sentences.slips import Longest, overdue_sentence


def overdue_answer(view: State, db: Database, question: Query, asked: Promised) -> str:
    """The JSON text of `/v1/overdue`: the longest first."""
    as_of = question.as_of
    day = min(as_of.at, as_of.stated)
    rows = stab(view, db, "overdue", question, asked, day=day)
    rows.sort(key=lambda row: (row.vf, row.record, row.statement))

    def interval(earliest: Day | None, latest: Day | None) -> Members:
        return {
            "earliest": None if latest is None else day - latest,
            "latest": None if earliest is None else day - earliest,
        }

    sentence = overdue_sentence(
        at=day,
        stated=as_of.stated,
        overdue=len(rows),
        longest=_longest(view, db, question, rows[0], day) if rows else None,
        about=about(asked),
        href=question.pinned,
    )
    more = {"sentence": sentence.members()}
    return _listed(view, db, question, asked, rows=rows, interval=interval, more=more)


def _longest(view: State, db: Database, question: Query, row: Row, day: Day) -> Longest:
    card = cards_of(view, db, [row], known=question.as_of.known)[row.record]
    return Longest(name_of(question, row.record, card), day - row.vf)


def due_answer(view: State, db: Database, question: Query, asked: Promised) -> str:
    """The JSON text of `/v1/due`: the soonest first."""
    horizon = question.as_of.stated
    rows = view.stab(
        db,
        "due",
        first=BEFORE_ALL,
        last=AFTER_ALL,
        stated=horizon,
        known=question.as_of.known,
        country=asked.wanted.country,
        field=asked.wanted.field,
    )
    if asked.within is not None:
        last = after_period(horizon, asked.within)
        rows = [row for row in rows if row.vt <= last + 1]
    rows.sort(key=lambda row: (row.vt, row.vf, row.record, row.statement))

    def interval(earliest: Day | None, latest: Day | None) -> Members:
        return {
            "earliest": None if earliest is None else earliest - horizon,
            "latest": None if latest is None else latest - horizon,
        }

    return _listed(view, db, question, asked, rows=rows, interval=interval)


def _listed(
    view: State,
    db: Database,
    question: Query,
    asked: Promised,
    *,
    rows: Sequence[Row],
    interval: Callable[[Day | None, Day | None], Members],
    more: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    """An answer that lists open plans: `interval` counts the days to the bounds of one, `more` are
    its first members."""
    known = question.as_of.known
    page = rows[asked.skipped : asked.skipped + asked.wanted.limit]
    cards = cards_of(view, db, page, known=known)
    texts = view.statements(db, {row.statement for row in page}, known=known)
    items = []
    for row in page:
        line = msgspec.json.decode(texts[row.statement])
        card = cards[row.record]
        items.append(
            {
                "record": row.record,
                "name": card["name"],
                "country": card["country"],
                "field": card["field"],
                "entry": MilestoneRecorded.entry_of(line),
                **rung(line),
                "title": line["title"],
                "stated": line["stated"],
                "said": line["said"]["day"],
                "days": interval(*bounds(line)),
            }
        )
    following = next_of(question, asked, len(rows))
    members = {**more, "total": len(rows), "items": items, "next": following}
    return f"{{{members_of(question.head())},{members_of(members)}}}"
