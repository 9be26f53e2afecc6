"""Every question that HTTP takes: its path, its parameters, its shape, who answers it.

A route reads nothing and decides nothing: `asking.answer` reads the clocks and
filters, the modules of the answers make the text. What the docs say of a
parameter stands in `PARAMETERS`, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from events.vocabulary import FIELDS, STATUSES
from projections import VIEW
from service import forms
from service.access import needs
from service.activity import ACTIVITY_KINDS, ENDS, activity_response
from service.asking import CLOCKS, answer, archive
from service.audit import history_answer, source_answer, statement_answer
from service.diff import FORMATS, FROM_CLOCKS, PATCH_MEDIA_TYPE, TO_CLOCKS, diff_response
from service.filters import (
    FACETS,
    FINDABLE,
    KINDS,
    LARGEST_LIMIT,
    LIMIT,
    LONGEST_QUERY,
    SORTS,
    position_after,
)
from service.finding import LISTED, SEARCHED, records_answer, search_answer
from service.memento import links_of
from service.records import record_answer, timeline_answer
from service.schemas import (
    ActivitySchema,
    DiffSchema,
    ExplanationSchema,
    HealthSchema,
    HistorySchema,
    ReadySchema,
    RecordSchema,
    RecordsSchema,
    SearchSchema,
    SourceSchema,
    StateSchema,
    TimelineSchema,
    headers,
    id_parameter,
    problem_responses,
)
from service.state import state_answer

READY_LAG = 1000
"""How many positions the views may be behind for the service to call itself ready."""

Parameter = tuple[dict[str, Any], str]
"""What is said of a parameter: its schema, and what it means."""

PARAMETERS: dict[str, Parameter] = {
    "at": (
        {**forms.DAY, "examples": ["2013", "2013-05-06", "-0240"]},
        "Valid time: a year, month or day, meaning its last day. Default: the day of `known`.",
    ),
    "during": (
        {**forms.PERIOD, "examples": ["2013"]},
        "In place of `at`: every status held on some day of the year, month or day.",
    ),
    "stated": (
        {**forms.DAY, "examples": ["2016"]},
        "Decision time: what the sources had said by then. Default: everything said.",
    ),
    "known": (
        {**forms.MOMENT, "examples": ["@1199", "2026-11-24T12:00:00Z"]},
        "Transaction time: a position of the log `@n`, or an RFC 3339 instant. Default: the head.",
    ),
    "to_at": (
        {**forms.DAY, "examples": ["2020"]},
        "`at` at the point that is compared with. Default: the same `at`.",
    ),
    "to_stated": (
        {**forms.DAY, "examples": ["2022"]},
        "`stated` at the point that is compared with. Default: the same `stated`.",
    ),
    "to_known": (
        {**forms.MOMENT, "examples": ["@1199", "2026-11-24T12:00:00Z"]},
        "`known` at the point that is compared with. Default: the same `known`.",
    ),
    "format": (
        {"type": "string", "enum": list(FORMATS), "default": "json"},
        "`patch` is one RFC 6902 patch over the whole; `Accept` may ask for it too.",
    ),
    "from": (
        {**forms.MOMENT, "examples": ["@17", "2026-11-01T00:00:00Z"]},
        "What was recorded after this position or instant. Default: from the beginning.",
    ),
    "to": (
        {**forms.MOMENT, "examples": ["@1199", "2026-11-24T12:00:00Z"]},
        "What was recorded up to this position or instant. Default: up to the head.",
    ),
    "actor": ({"type": "string"}, "Only what this actor recorded."),
    "record": ({"type": "string", "examples": ["juno"]}, "Only this record or source, by its id."),
    "view": (
        {**forms.VIEW_VERSION, "examples": [VIEW]},
        "The version of the views, in pinned URLs. An earlier one is answered with 410.",
    ),
    "country": (
        {**forms.COUNTRY, "examples": ["CN"]},
        "ISO 3166-1 alpha-2. Leaves out what has no country.",
    ),
    "field": ({"type": "string", "enum": list(FIELDS)}, "Leaves out what has no field."),
    "status": ({"type": "string", "enum": list(STATUSES)}, "Only facilities of this status."),
    "kind": (
        {"type": "string", "enum": list(FINDABLE)},
        "Only records of this kind; `source` only with `q`.",
    ),
    "q": (
        {
            "type": "string",
            "maxLength": LONGEST_QUERY,
            "pattern": forms.WORDS,
            "examples": ['"gamma ray" bu', "中微子"],
        },
        (
            "Words, all of which a card, a statement or a source must have. A phrase stands in "
            "double quotes, a minus leaves out the records that have a word anywhere, `*` stands "
            "after a beginning; the last word is a beginning anyway. Chinese is found by any "
            "characters in a row."
        ),
    ),
    "near": (
        {**forms.PLACE, "examples": ["39.9,116.4"]},
        "Latitude and longitude in degrees: gives `distance_km`, and leaves out what has no place.",
    ),
    "radius": (
        {
            "type": "number",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": 100_000,
            "multipleOf": 0.001,
            "examples": [100],
        },
        "Only what is within so many kilometres of `near`.",
    ),
    "sort": (
        {"type": "string", "enum": list(SORTS)},
        (
            "Default: `distance` with `near`, else `relevance` with `q`, else `id`. `since` is "
            "the first possible day of a facility's status; what has none comes last."
        ),
    ),
    "facets": (
        {**forms.list_of(FACETS), "examples": [",".join(FACETS)]},
        "What to count over the whole list, not only the page: "
        + ", ".join(f"`{name}`" for name in FACETS)
        + ".",
    ),
    "fields": (
        {**forms.list_of(SEARCHED), "examples": ["name,country"]},
        "The members that an item keeps besides its `id`: "
        + ", ".join(f"`{name}`" for name in SEARCHED)
        + ". Default: all.",
    ),
    "limit": (
        {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": LIMIT},
        "How many a page has at most; more is refused.",
    ),
    "after": (
        {"type": "string"},
        "Where the page begins; comes from the `next` of the one before.",
    ),
}

ASKED = [
    {
        "in": "header",
        "name": "If-None-Match",
        "schema": {"type": "string"},
        "description": "The `ETag` of an answer that the client has: 304 where it is still so.",
    },
    {
        "in": "header",
        "name": "Annales-Min-Position",
        "schema": {**forms.POSITION, "examples": [1199]},
        "description": "Answer only from views that have read so far; else 503.",
    },
]
"""The headers that every question takes."""

TOLD = ("ETag", "Cache-Control", "Annales-Position")
"""The headers that every answer has."""

NOT_MODIFIED = "The client has this answer."

blueprint = Blueprint("annales", __name__, description="Questions at three clocks.")

View = Callable[..., Response]


def question(
    path: str,
    schema: type[Any],
    *filters: str,
    clocks: tuple[str, ...] = CLOCKS,
    own: Mapping[str, Parameter] = MappingProxyType({}),
    ids: tuple[str, ...] = (),
    tells: tuple[str, ...] = (),
    may_tell: tuple[str, ...] = (),
    also: Mapping[str, Any] = MappingProxyType({}),
) -> Callable[[View], View]:
    """A route that takes the clocks and these filters, and what it answers.

    `own` says of a parameter what is so on this path alone, `ids` are examples of
    the id in the path, `tells` and `may_tell` the headers that this answer has
    besides those of all, `also` its other types of body, with their schemas.
    """
    names = (*clocks, *filters, "view")
    described = {**PARAMETERS, **own}
    parameters = [
        {
            "in": "query",
            "name": name,
            "schema": described[name][0],
            "description": described[name][1],
        }
        for name in names
    ]
    told = headers(*TOLD, *tells, sometimes=("Content-Location", *may_tell))
    responses = {"304": {"description": NOT_MODIFIED, "headers": told}}

    def register(view: View) -> View:
        view = needs("reader")(view)
        for name, each in also.items():
            view = blueprint.alt_response(200, schema=each, content_type=name)(view)
        view = blueprint.response(200, schema, headers=told)(view)
        view = blueprint.doc(
            operationId=view.__name__,
            parameters=[*parameters, *ASKED],
            responses=responses | problem_responses(400, 401, 403, 404, 410, 422, 429, 503),
            security=[{}, {"key": []}],
        )(view)
        routed: View = blueprint.route(path, parameters=id_parameter(*ids) if ids else None)(view)
        return routed

    return register


MEMENTO = ("Link", "Memento-Datetime")


@question(
    "/v1/state",
    StateSchema,
    *("country", "field", "status", "limit", "after"),
    may_tell=MEMENTO,
)
def state() -> Response:
    """The state at three clocks: facilities, policies, indicators and findings."""
    view = archive().state
    return answer(
        lambda db, asked, wanted: state_answer(view, db, asked, wanted),
        filters=("country", "field", "status", "limit", "after"),
        more=links_of(None),
    )


LIST = (
    "kind", "country", "field", "status",
    "near", "radius", "sort", "facets", "fields", "limit", "after",
)  # fmt: skip
"""What every list of records takes."""

FROM_A_PAGE = {"after": (forms.CURSOR, PARAMETERS["after"][1])}
EVENTS_FROM = {"after": (forms.PAGE_OF_EVENTS, PARAMETERS["after"][1])}
"""What `after` looks like, in a list of records and in one of events."""

ONLY_RECORDS: dict[str, Parameter] = {
    **FROM_A_PAGE,
    "kind": ({"type": "string", "enum": list(KINDS)}, "Only records of this kind."),
    "sort": (
        {"type": "string", "enum": [name for name in SORTS if name != "relevance"]},
        (
            "Default: `distance` with `near`, else `id`. `since` is the first possible day of a "
            "facility's status; what has none comes last."
        ),
    ),
    "fields": (
        {**forms.list_of(LISTED), "examples": ["name,country"]},
        "The members that an item keeps besides its `id`: "
        + ", ".join(f"`{name}`" for name in LISTED)
        + ". Default: all.",
    ),
}
"""What is different of a list without words."""


@question("/v1/records", RecordsSchema, *LIST, own=ONLY_RECORDS)
def records() -> Response:
    """The records that exist at the clocks."""
    service = archive()
    return answer(
        lambda db, asked, wanted: records_answer(service.state, service.search, db, asked, wanted),
        filters=LIST,
    )


@question("/v1/search", SearchSchema, "q", *LIST, own=FROM_A_PAGE)
def search() -> Response:
    """Records and sources by the words of their cards and statements, in English or Chinese."""
    service = archive()
    return answer(
        lambda db, asked, wanted: search_answer(service.state, service.search, db, asked, wanted),
        filters=("q", *LIST),
    )


RECORDS = ("juno", "cepc", "us-china-science-agreement", "rd-share-of-gdp", "grb-13tev")


@question(
    "/v1/records/<string:id>",
    RecordSchema,
    ids=RECORDS,
    tells=("Annales-Revision",),
    may_tell=MEMENTO,
)
def record(id: str) -> Response:
    """A record: its card, what holds, and every statement that is visible."""
    history = archive().history
    return answer(
        lambda db, asked, _: record_answer(history, db, asked, id),
        revision=f"record:{id}",
        more=links_of(f"record:{id}"),
    )


@question(
    "/v1/records/<string:id>/timeline", TimelineSchema, ids=RECORDS, tells=("Annales-Revision",)
)
def timeline(id: str) -> Response:
    """A record's whole life at `stated` and `known`: every span, every effective statement."""
    history = archive().history
    return answer(
        lambda db, asked, _: timeline_answer(history, db, asked, id), revision=f"record:{id}"
    )


@question(
    "/v1/records/<string:id>/history",
    HistorySchema,
    *("limit", "after"),
    own=EVENTS_FROM,
    ids=RECORDS,
    tells=("Annales-Revision",),
)
def history(id: str) -> Response:
    """How a record changed: one entry an event. Told by `known` alone."""
    view = archive().history
    return answer(
        lambda db, asked, wanted: history_answer(
            view, db, asked, f"record:{id}", after=position_after(wanted.after), limit=wanted.limit
        ),
        filters=("limit", "after"),
        revision=f"record:{id}",
    )


@question("/v1/statements/<string:id>", ExplanationSchema, ids=("juno-operation", "rd-2024-prelim"))
def statement(id: str) -> Response:
    """A statement explained: its rivals and why they lost, its events, its sources."""
    service = archive()
    return answer(
        lambda db, asked, _: statement_answer(service.state, service.history, db, asked, id)
    )


@question("/v1/sources/<string:id>", SourceSchema, ids=("ihep-hist",), tells=("Annales-Revision",))
def source(id: str) -> Response:
    """A source, and what rests on it."""
    service = archive()
    return answer(
        lambda db, asked, _: source_answer(service.state, service.history, db, asked, id),
        revision=f"source:{id}",
    )


@question(
    "/v1/diff",
    DiffSchema,
    *("country", "field", "format"),
    clocks=(*FROM_CLOCKS, *TO_CLOCKS),
    may_tell=("Vary",),
    also={PATCH_MEDIA_TYPE: {"type": "array", "items": {"type": "object"}}},
)
def diff() -> Response:
    """What differs between two points of the clocks, and what made the difference."""
    return diff_response()


@question(
    "/v1/activity",
    ActivitySchema,
    *("actor", "record", "kind", "limit", "after"),
    clocks=ENDS,
    own={
        **EVENTS_FROM,
        "kind": ({"type": "string", "enum": list(ACTIVITY_KINDS)}, "Only events of this kind."),
    },
)
def activity() -> Response:
    """Who did what between two moments of the log, the newest last."""
    return activity_response()


@blueprint.route("/healthz")
@blueprint.response(200, HealthSchema)
@blueprint.doc(operationId="healthz", responses=problem_responses(401, 429))
@needs("open")
def healthz() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@blueprint.route("/readyz")
@blueprint.alt_response(503, schema=ReadySchema)
@blueprint.response(200, ReadySchema)
@blueprint.doc(operationId="readyz", responses=problem_responses(401, 429))
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
