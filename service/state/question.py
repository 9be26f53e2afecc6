"""`/v1/state`: the question that everything turns on."""

from __future__ import annotations

from service.asking.filters import (
    AFTER,
    EXPECTED,
    LIMIT_OF_PAGE,
    PART,
    STATUS,
)
from service.asking.following import Follow
from service.asking.question import Example, Question
from service.asking.turning import on_a_day
from service.state.answer import state_answer
from service.state.schemas import StateSchema
from service.state.tables import (
    DISCOVERIES,
    FACILITIES,
    INDICATORS,
    OBSERVATIONS,
    POLICIES,
    counts,
)

STATE = Question(
    name="state",
    path="/v1/state",
    summary="The state at three clocks: facilities, policies, indicators and findings.",
    filters=(*PART, STATUS, EXPECTED, LIMIT_OF_PAGE, AFTER),
    answer=state_answer,
    schema=StateSchema,
    tables=(FACILITIES, POLICIES, INDICATORS, DISCOVERIES, OBSERVATIONS),
    follow=Follow(turns=on_a_day, passing=("last_said",)),
    has_mementos=True,
    command="state",
    lead=counts,
    examples=(
        Example(
            name="state",
            path="/v1/state?at=2013&country=CN&field=fusion",
            shows="the state on the last day",
        ),
        Example(
            name="state-beyond",
            path="/v1/state?at=2025&stated=2016&country=CN&field=particle-physics&limit=2",
            shows="a state beyond the horizon, its first page",
        ),
        Example(
            name="state-during",
            path="/v1/state?during=2006&country=CN&field=fusion",
            shows="every status held in a year",
        ),
    ),
)
