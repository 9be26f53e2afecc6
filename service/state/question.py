"""`/v1/state`: the question that everything turns on."""

from __future__ import annotations

from service.asking.filters import (
    AFTER,
    COUNTRY,
    EXPECTED,
    FIELD,
    LIMIT_OF_PAGE,
    STATUS,
)
from service.asking.following import Follow
from service.asking.question import Column, Example, Members, Question, Table, within
from service.asking.turning import on_a_day
from service.state.answer import state_answer
from service.state.schemas import StateSchema


def _overdue(row: Members) -> str:
    return " ".join(plan["statement"] for plan in row.get("overdue", ()))


FACILITIES = Table(
    rows="facilities",
    key=("id",),
    title="Facilities",
    columns=(
        Column(name="id"),
        Column(name="name", words=True),
        Column(name="country"),
        Column(name="field"),
        Column(name="status"),
        Column(name="since", value=within("since", "date")),
        Column(name="since_earliest", value=within("since", "earliest")),
        Column(name="since_latest", value=within("since", "latest")),
        Column(name="certainty"),
        Column(name="statement"),
        Column(name="expected", value=within("expected", "status")),
        Column(name="expected_date", value=within("expected", "date")),
        Column(name="overdue", value=_overdue),
    ),
)
"""One facility a row; for a period, one status that it held."""

STATE = Question(
    name="state",
    path="/v1/state",
    summary="The state at three clocks: facilities, policies, indicators and findings.",
    filters=(COUNTRY, FIELD, STATUS, EXPECTED, LIMIT_OF_PAGE, AFTER),
    answer=state_answer,
    schema=StateSchema,
    tables=(
        FACILITIES,
        Table(rows="policies", key=("id",), title="Policies in force"),
        Table(rows="indicators", key=("id",), title="Indicators"),
        Table(rows="discoveries", key=("id",), title="Discoveries of the time"),
        Table(rows="observations", key=("id",), title="Observations of the time"),
    ),
    follow=Follow(turns=on_a_day),
    has_mementos=True,
    command="state",
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
