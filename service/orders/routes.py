"""Every order that HTTP takes: its path, the line it makes of the body, and the role it needs.

What the path says of a line need not stand in the body.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from flask import Response
from flask_smorest import Blueprint

from events.catalogue import BY_TYPE, STATEMENT_TYPES
from events.errors import MalformedLine
from events.fact import Line
from service.asking import forms
from service.asking.parameter import Parameter
from service.orders.changes import CHANGES, Change
from service.orders.writing import JSON_LINES, body_line, record_batch, record_one
from service.web.access import needs
from service.web.description import openapi_parameters
from service.web.line_schemas import batch_body, line_body
from service.web.root import archive
from service.web.schemas import (
    PreviewSchema,
    RecordedSchema,
    headers,
    id_parameter,
    problem_responses,
)

blueprint = Blueprint("orders", __name__, description="Orders: what is to be recorded.")

DRY_RUN = Parameter(
    name="dry_run",
    form={"type": "boolean", "default": False},
    meaning="Decide only: what would be recorded, which rivals stand, what would change.",
)
TYPE = Parameter(
    name="type",
    form={"type": "string", "enum": list(BY_TYPE)},
    meaning="The type of the rows of a CSV, where no column says it.",
)
HEADERS = (
    Parameter(
        name="Idempotency-Key",
        form=forms.IDEMPOTENCY_KEY,
        meaning="The same request under the same key records once.",
    ),
    Parameter(
        name="Prefer",
        form={"type": "string", "examples": ["return=minimal", "wait=2"]},
        meaning="return=minimal, return=representation, wait=SECONDS for the views.",
    ),
)
IF_MATCH = Parameter(
    name="If-Match",
    form={**forms.IF_MATCH, "examples": ["*", '"r7"']},
    meaning='The record\'s ETag, its revision as `"r7"`, or `*` for any. Missing: 428.',
)

# What the guide records too, so that each example can be tried.
SOURCE: Line = {"id": "diary", "medium": "book", "title": "A diary"}
FACILITY: Line = {
    "id": "sppc",
    "name": "Super Proton-Proton Collider",
    "name_zh": "超级质子对撞机",
    "acronym": "SPPC",
    "country": "CN",
    "field": "particle-physics",
    "operator": "Institute of High Energy Physics, CAS",
}
SERIES: Line = {
    "id": "juno-reactor-power",
    "name": "Thermal power of the reactors that JUNO looks at",
    "name_zh": "江门中微子实验所测反应堆热功率",
    "unit": "GW",
    "unit_zh": "吉瓦",
}
PLAN: Line = {
    "type": "milestone",
    "id": "heps-upgrade-plan",
    "facility": "heps",
    "milestone": "upgraded",
    "modality": "planned",
    "date": "2031",
    "stated": "2026-11-24",
    "title": "HEPS to be upgraded by 2031",
    "sources": [{"id": "ihep-hist"}],
}
VISIT: Line = {
    "type": "observation",
    "id": "a-visit",
    "facility": "juno",
    "modality": "actual",
    "date": "2026-11",
    "title": "A visit to JUNO",
}
BATCH = "\n".join(
    msgspec.json.encode(line).decode()
    for line in (
        {"type": "source", "id": "visitors-book", "medium": "book", "title": "A visitors' book"},
        {**VISIT, "id": "another-visit", "sources": [{"id": "visitors-book"}]},
    )
)

SHEET = """type,id,medium,title,facility,modality,date,sources
source,gate-book,book,A book of the gate,,,,
observation,a-third-visit,,A third visit to JUNO,juno,actual,11/2026,gate-book#page 3
"""

RECORDED = ("Location", "Annales-Position", "Cache-Control")
OF_ONE_STREAM = ("ETag", "Annales-Revision")
MAY_SEND = ("Idempotency-Replayed", "Preference-Applied")
"""The headers of what was recorded: always, where it is in one record or source, and where the
request has a key or a preference."""

View = Callable[..., Response]


def order(
    path: str,
    body: dict[str, Any],
    *,
    ids: tuple[str, ...] = (),
    parameters: Sequence[Parameter] = (DRY_RUN,),
) -> Callable[[View], View]:
    """A route that records a line, or a batch of lines.

    One with an id in its path, of which `ids` are examples, changes something and
    needs If-Match.
    """
    batch = TYPE in parameters
    one = () if batch else OF_ONE_STREAM
    sent = headers(*RECORDED, *one, sometimes=(*MAY_SEND, *(OF_ONE_STREAM if batch else ())))
    statuses = (400, 401, 403, *((404,) if ids else ()), 409, 412, 413, 415, 422)

    def register(view: View) -> View:
        view = needs("contributor")(view)
        view = blueprint.alt_response(200, schema=PreviewSchema, headers=headers("Cache-Control"))(
            view
        )
        view = blueprint.response(201, RecordedSchema, headers=sent)(view)
        taken = [
            *openapi_parameters(parameters),
            *openapi_parameters(HEADERS, place="header"),
        ]
        if ids:
            taken += openapi_parameters([IF_MATCH], place="header", required=True)
        view = blueprint.doc(
            operationId=view.__name__,
            parameters=taken,
            responses=problem_responses(*statuses, *((428,) if ids else ()), 429, 503, 507),
            requestBody=body,
            security=[{"key": []}],
        )(view)
        routed: View = blueprint.route(
            path, methods=["POST"], parameters=id_parameter(*ids) if ids else None
        )(view)
        return routed

    return register


@order("/v1/records", line_body("facility", said=["type"], examples={"a facility": FACILITY}))
def record_facility() -> Response:
    """Register a facility."""
    return record_one(body_line(type="facility"))


@order("/v1/series", line_body("series", said=["type"], examples={"a series": SERIES}))
def record_series() -> Response:
    """Register a series of readings."""
    return record_one(body_line(type="series"))


@order("/v1/sources", line_body("source", said=["type"], examples={"a book": SOURCE}))
def record_source() -> Response:
    """Enter a source."""
    return record_one(body_line(type="source"))


@order(
    "/v1/statements",
    line_body(*STATEMENT_TYPES, said=(), examples={"a plan": PLAN, "an observation": VISIT}),
)
def record_statement() -> Response:
    """Record a statement: a milestone, discovery, policy, indicator or observation."""
    line = body_line()
    if line.get("type") not in tuple(STATEMENT_TYPES):
        raise MalformedLine(
            f"{line.get('type')!r} is no type of statement",
            pointer="/type",
            allowed=tuple(STATEMENT_TYPES),
        )
    return record_one(line)


def _change(change: Change) -> None:
    """Make the route of an order that changes something."""

    def view(id: str) -> Response:
        stream = change.stream(archive().chronicle, id)
        line = body_line(type=change.type, **{change.of: id})
        return record_one(line, changes=str(stream))

    view.__name__, view.__doc__ = change.name, change.summary
    body = line_body(change.type, said=change.said, examples={change.noun: change.example})
    order(change.path, body, ids=(change.tried_on,))(view)


for _each in CHANGES:
    _change(_each)


@order(
    "/v1/batches",
    batch_body(*JSON_LINES, examples={"two lines": BATCH}, sheets={"two rows": SHEET}),
    parameters=(DRY_RUN, TYPE),
)
def record_all() -> Response:
    """Record many lines as one commit, all or nothing."""
    return record_batch()
