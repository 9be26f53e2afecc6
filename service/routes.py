"""Every question that HTTP takes: its path, its parameters, its shape, who answers it.

A route reads nothing and decides nothing: `asking.answer` reads the clocks and
filters, the modules of the answers make the text. What the docs say of a
parameter stands in `PARAMETERS`, once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from events.errors import BadFilter
from events.vocabulary import FIELDS, STATUSES
from service.access import needs
from service.asking import CLOCKS, answer, archive
from service.audit import history_answer, source_answer, statement_answer
from service.filters import KINDS, LARGEST_LIMIT, LIMIT
from service.records import record_answer, records_answer, timeline_answer
from service.schemas import (
    ExplanationSchema,
    HealthSchema,
    HistorySchema,
    ReadySchema,
    RecordSchema,
    RecordsSchema,
    SourceSchema,
    StateSchema,
    TimelineSchema,
    problem_responses,
)
from service.state import state_answer

READY_LAG = 1000
"""How many positions the views may be behind for the service to call itself ready."""

PARAMETERS: dict[str, tuple[dict[str, Any], str]] = {
    "at": (
        {"type": "string", "examples": ["2013", "2013-05-06", "-0240"]},
        "Valid time: a year, month or day, meaning its last day. Default: the day of `known`.",
    ),
    "during": (
        {"type": "string", "examples": ["2013"]},
        "In place of `at`: every status held on some day of the year, month or day.",
    ),
    "stated": (
        {"type": "string", "examples": ["2016"]},
        "Decision time: what the sources had said by then. Default: everything said.",
    ),
    "known": (
        {"type": "string", "examples": ["@1199", "2026-12-01T00:00:00Z"]},
        "Transaction time: a position of the log `@n`, or an RFC 3339 instant. Default: the head.",
    ),
    "view": (
        {"type": "integer", "minimum": 1},
        "The version of the views, in pinned URLs. An earlier one is answered with 410.",
    ),
    "country": (
        {"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["CN"]},
        "ISO 3166-1 alpha-2. Leaves out what has no country.",
    ),
    "field": ({"type": "string", "enum": list(FIELDS)}, "Leaves out what has no field."),
    "status": ({"type": "string", "enum": list(STATUSES)}, "Only facilities of this status."),
    "kind": ({"type": "string", "enum": list(KINDS)}, "Only records of this kind."),
    "limit": (
        {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": LIMIT},
        "How many a page has at most; more is refused.",
    ),
    "after": (
        {"type": "string"},
        "Where the page begins; comes from the `next` of the one before.",
    ),
}

blueprint = Blueprint("annales", __name__, description="Questions at three clocks.")

View = Callable[..., Response]


def question(path: str, schema: type[Any], *filters: str) -> Callable[[View], View]:
    """A route that takes the clocks and these filters, and what it answers."""
    names = (*CLOCKS, *filters, "view")
    parameters = [
        {
            "in": "query",
            "name": name,
            "schema": PARAMETERS[name][0],
            "description": PARAMETERS[name][1],
        }
        for name in names
    ]

    def register(view: View) -> View:
        view = needs("reader")(view)
        view = blueprint.response(200, schema)(view)
        view = blueprint.doc(
            parameters=parameters,
            responses=problem_responses(400, 401, 403, 404, 410, 422, 429, 503),
        )(view)
        routed: View = blueprint.route(path)(view)
        return routed

    return register


@question("/v1/state", StateSchema, "country", "field", "status", "limit", "after")
def state() -> Response:
    """The state at three clocks: facilities, policies, indicators and findings."""
    view = archive().state
    return answer(
        lambda db, asked, wanted: state_answer(view, db, asked, wanted),
        filters=("country", "field", "status", "limit", "after"),
    )


@question("/v1/records", RecordsSchema, "kind", "country", "field", "status", "limit", "after")
def records() -> Response:
    """The records that exist at the clocks, by id."""
    view = archive().state
    return answer(
        lambda db, asked, wanted: records_answer(view, db, asked, wanted),
        filters=("kind", "country", "field", "status", "limit", "after"),
    )


@question("/v1/records/<string:id>", RecordSchema)
def record(id: str) -> Response:
    """A record: its card, what holds, and every statement that is visible."""
    history = archive().history
    return answer(
        lambda db, asked, _: record_answer(history, db, asked, id), revision=f"record:{id}"
    )


@question("/v1/records/<string:id>/timeline", TimelineSchema)
def timeline(id: str) -> Response:
    """A record's whole life at `stated` and `known`: every span, every effective statement."""
    history = archive().history
    return answer(
        lambda db, asked, _: timeline_answer(history, db, asked, id), revision=f"record:{id}"
    )


@question("/v1/records/<string:id>/history", HistorySchema, "limit", "after")
def history(id: str) -> Response:
    """How a record changed: one entry an event. Told by `known` alone."""
    view = archive().history
    return answer(
        lambda db, asked, wanted: history_answer(
            view, db, asked, f"record:{id}", after=_position(wanted.after), limit=wanted.limit
        ),
        filters=("limit", "after"),
        revision=f"record:{id}",
    )


@question("/v1/statements/<string:id>", ExplanationSchema)
def statement(id: str) -> Response:
    """A statement explained: its rivals and why they lost, its events, its sources."""
    service = archive()
    return answer(
        lambda db, asked, _: statement_answer(service.state, service.history, db, asked, id)
    )


@question("/v1/sources/<string:id>", SourceSchema)
def source(id: str) -> Response:
    """A source, and what rests on it."""
    service = archive()
    return answer(
        lambda db, asked, _: source_answer(service.state, service.history, db, asked, id),
        revision=f"source:{id}",
    )


@blueprint.route("/healthz")
@blueprint.response(200, HealthSchema)
@needs("open")
def healthz() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@blueprint.route("/readyz")
@blueprint.alt_response(503, schema=ReadySchema)
@blueprint.response(200, ReadySchema)
@needs("open")
def readyz() -> tuple[dict[str, Any], int]:
    """Whether the log opens and the views keep up with it."""
    service = archive()
    head = service.chronicle.log.head()
    position = head.position if head else 0
    projected = service.views.tracked()
    failure = service.failure()
    ready = failure is None and position - projected <= READY_LAG
    body = {
        "ready": ready,
        "head": position,
        "projected": projected,
        "lag": position - projected,
        "failure": None if failure is None else str(failure),
    }
    return body, 200 if ready else 503


def _position(text: str) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadFilter("after", text, "a position, as the `next` of the page before has it")
    return int(text)
