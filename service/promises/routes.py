"""The questions about promises: slips, what is overdue, what is due."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request
from flask_smorest import Blueprint

from projections.kinds.ladders import OUTCOMES
from projections.views.file import Database
from service.asking import forms
from service.asking.query import Query
from service.promises.asking import (
    DUE_FILTERS,
    GROUPS,
    OVERDUE_FILTERS,
    RECORD_SLIPS_FILTERS,
    SLIPS_FILTERS,
    SORTS,
    Promised,
    given_of,
    promised,
)
from service.promises.overdue import due_answer, overdue_answer
from service.promises.schemas import (
    DuePlansSchema,
    OverduePlansSchema,
    RecordSlipsSchema,
    SlipsSchema,
)
from service.promises.slips import slips_answer
from service.web.description import PARAMETERS, Parameter, question
from service.web.response import CLOCKS, archive, clocks, parameters, respond

blueprint = Blueprint("promises", __name__, description="What was promised, and what came of it.")

PAGED: dict[str, Parameter] = {
    "limit": (PARAMETERS["limit"][0], "How many a page has at most."),
    "after": (
        {"type": "string", "pattern": "^[0-9]{1,9}$"},
        "Where the page begins; comes from the `next` of the one before.",
    ),
}

OWN: dict[str, Parameter] = {
    **PAGED,
    "operator": (
        {"type": "string", "minLength": 1, "examples": ["Institute of Plasma Physics, CAS"]},
        (
            "Only facilities whose card names this operator: its text as a whole, or what stands "
            "between its semicolons where there are several."
        ),
    ),
    "outcome": ({"type": "string", "enum": list(OUTCOMES)}, "Only ladders that came to this."),
    "came_by": (
        {**forms.DAY, "examples": ["2013"]},
        "Only ladders of which something had come by this day, by its last possible day.",
    ),
    "by": (
        {**forms.list_of(GROUPS), "examples": ["country,decade"]},
        "What to count by: " + ", ".join(f"`{name}`" for name in GROUPS) + ". Default: all.",
    ),
    "sort": (
        {"type": "string", "enum": list(SORTS), "default": SORTS[0]},
        "`slip` puts the ladder that certainly slipped the most first.",
    ),
    "within": (
        {**forms.DURATION, "examples": ["P1Y"]},
        "Only what is due within this period after the horizon, by its last possible day.",
    ),
}


def _asked(
    filters: tuple[str, ...], record: str | None = None
) -> tuple[Mapping[str, str], Query, Promised]:
    """The texts of the request, the question, and which promises it is about.

    Raises BadFilter, BadCursor, and what the clocks and the parameters raise.
    """
    texts = parameters((*CLOCKS, *filters, "view"))
    asked = promised(texts, record=record)
    return texts, Query(request.path, clocks(texts), given_of(asked)), asked


@question(blueprint, "/v1/slips", SlipsSchema, *SLIPS_FILTERS, own=OWN)
def slips() -> Response:
    """Every ladder of plans: how often it was put off, and what came of it."""
    texts, asked, meant = _asked(SLIPS_FILTERS)
    state = archive().state
    return respond(texts, asked, lambda db: slips_answer(state, db, asked, meant))


@question(
    blueprint,
    "/v1/records/<string:id>/slips",
    RecordSlipsSchema,
    *RECORD_SLIPS_FILTERS,
    own=PAGED,
    ids=("juno", "smile", "cepc"),
    tells=("Annales-Revision",),
)
def record_slips(id: str) -> Response:
    """The ladders of plans of one record."""
    service = archive()
    texts, asked, meant = _asked(RECORD_SLIPS_FILTERS, record=id)

    def make(db: Database) -> str:
        service.history.check_exists(db, f"record:{id}", known=asked.as_of.known)
        return slips_answer(service.state, db, asked, meant)

    return respond(texts, asked, make, revision=f"record:{id}")


@question(blueprint, "/v1/overdue", OverduePlansSchema, *OVERDUE_FILTERS, own=PAGED)
def overdue() -> Response:
    """What was promised and has not come, the longest first."""
    texts, asked, meant = _asked(OVERDUE_FILTERS)
    state = archive().state
    return respond(texts, asked, lambda db: overdue_answer(state, db, asked, meant))


@question(blueprint, "/v1/due", DuePlansSchema, *DUE_FILTERS, own=OWN)
def due() -> Response:
    """What is promised for after the horizon, the soonest first."""
    texts, asked, meant = _asked(DUE_FILTERS)
    state = archive().state
    return respond(texts, asked, lambda db: due_answer(state, db, asked, meant))
