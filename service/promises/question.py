"""The questions about promises: how far they slipped, which are overdue, which are due."""

from __future__ import annotations

from dataclasses import replace

from projections.views.reading import Reading
from projections.views.state import Scope
from service.asking.filters import PART
from service.asking.following import Follow
from service.asking.query import Query
from service.asking.question import Example, Question
from service.asking.turning import of_record, on_any_day
from service.promises.filters import (
    BY,
    CAME_BY,
    OPERATOR,
    OUTCOME,
    PAGE,
    SORT,
    WITHIN,
    Promised,
)
from service.promises.overdue import due_answer, overdue_answer
from service.promises.schemas import (
    DuePlansSchema,
    OverduePlansSchema,
    RecordSlipsSchema,
    SlipsSchema,
)
from service.promises.slips import record_slips_answer, slips_answer
from service.promises.tables import BY_GROUP, DUE_PLANS, LADDERS, MEDIANS, OVERDUE_PLANS, slip_lines

BY_HORIZON = (("stated",),)
"""What settles a question in which `at` plays no part."""


def _of_ladders(reading: Reading, query: Query, *, after: int, known: int) -> list[int]:
    """Of an answer that lists every plan that was said, the overtaken ones too."""
    about: Promised = query.about
    scope = Scope(query.as_of.stated, known, about.place.codes, about.field, about.class_)
    plans = reading.turns.of_ladders(reading.db, scope, after=after)
    return sorted({*plans, *on_any_day(reading, query, after=after, known=known)})


SLIPS = Question(
    name="slips",
    path="/v1/slips",
    summary="Every ladder of plans: how often it was put off, and what came of it.",
    filters=(*PART, OPERATOR, OUTCOME, CAME_BY, BY, SORT, *PAGE),
    about=Promised,
    answer=slips_answer,
    schema=SlipsSchema,
    tables=(LADDERS, *BY_GROUP),
    formats=(MEDIANS,),
    lead=slip_lines,
    turns_on_at=False,
    follow=Follow(settled=BY_HORIZON, turns=_of_ladders),
    command="slips",
    examples=(
        Example(
            name="slips",
            path="/v1/slips?country=CN&field=space&by=decade&limit=1",
            shows="how far plans slipped",
        ),
    ),
)

RECORD_SLIPS = Question(
    name="record_slips",
    path="/v1/records/{id}/slips",
    summary="The ladders of plans of one record.",
    space="record",
    ids=("juno", "smile", "cepc"),
    filters=PAGE,
    about=Promised,
    answer=record_slips_answer,
    schema=RecordSlipsSchema,
    tables=(replace(LADDERS, key=("entry",)),),
    lead=slip_lines,
    turns_on_at=False,
    follow=Follow(settled=BY_HORIZON, streams=of_record),
    is_revised=True,
    command="slips",
    examples=(
        Example(
            name="slips-record", path="/v1/records/cepc/slips", shows="the ladders of one record"
        ),
    ),
)

OVERDUE = Question(
    name="overdue",
    path="/v1/overdue",
    summary="What was promised and has not come, the longest first.",
    filters=(*PART, *PAGE),
    about=Promised,
    answer=overdue_answer,
    schema=OverduePlansSchema,
    tables=(OVERDUE_PLANS,),
    lead=lambda answer: (f"{answer['total']} overdue.",),
    follow=Follow(turns=on_any_day, passing=("days",)),
    command="overdue",
    examples=(
        Example(name="overdue", path="/v1/overdue?country=CN&limit=1", shows="what is overdue"),
    ),
)

DUE = Question(
    name="due",
    path="/v1/due",
    summary="What is promised for after the horizon, the soonest first.",
    filters=(*PART, WITHIN, *PAGE),
    about=Promised,
    answer=due_answer,
    schema=DuePlansSchema,
    tables=(DUE_PLANS,),
    lead=lambda answer: (f"{answer['total']} due.",),
    follow=Follow(settled=BY_HORIZON, turns=on_any_day, passing=("days",)),
    command="due",
    examples=(
        Example(name="due", path="/v1/due?country=CN&within=P1Y&limit=1", shows="what is due"),
    ),
)
