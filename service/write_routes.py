"""Every order that HTTP takes: its path, the line it makes of the body, and the role it needs.

What the path says of a line need not stand in the body.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from events.catalogue import BY_TYPE, STATEMENT_TYPES
from events.decision import stream_of
from events.errors import MalformedLine, NotFound
from service.access import needs
from service.asking import archive
from service.line_schemas import line_body
from service.schemas import PreviewSchema, RecordedSchema, problem_responses
from service.writing import (
    body_line,
    record_batch,
    record_one,
    stream_of_statement,
)

blueprint = Blueprint("orders", __name__, description="Orders: what is to be recorded.")

DRY_RUN = {
    "in": "query",
    "name": "dry_run",
    "schema": {"type": "boolean", "default": False},
    "description": "Decide only: what would be recorded, which rivals stand, what would change.",
}
HEADERS = [
    {
        "in": "header",
        "name": "Idempotency-Key",
        "schema": {"type": "string", "maxLength": 257},
        "description": "The same request under the same key records once.",
    },
    {
        "in": "header",
        "name": "Prefer",
        "schema": {"type": "string", "examples": ["return=minimal", "wait=2"]},
        "description": "return=minimal, return=representation, wait=SECONDS for the views.",
    },
]
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string", "examples": ['"r7"']},
    "description": 'The record\'s ETag, or its revision as `"r7"`. Missing: 428.',
}

View = Callable[..., Response]


def order(path: str, *types: str, changes: bool = False) -> Callable[[View], View]:
    """A route that records lines of these types; one that changes something needs If-Match."""

    def register(view: View) -> View:
        view = needs("contributor")(view)
        view = blueprint.alt_response(200, schema=PreviewSchema)(view)
        view = blueprint.response(201, RecordedSchema)(view)
        parameters: list[Any] = [DRY_RUN, *HEADERS, *([IF_MATCH] if changes else [])]
        view = blueprint.doc(
            parameters=parameters,
            responses=problem_responses(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503),
            requestBody=line_body(*types),
            security=[{"key": []}],
        )(view)
        routed: View = blueprint.route(path, methods=["POST"])(view)
        return routed

    return register


@order("/v1/records", "facility")
def record_facility() -> Response:
    """Register a facility."""
    return record_one(body_line(type="facility"))


@order("/v1/sources", "source")
def record_source() -> Response:
    """Enter a source."""
    return record_one(body_line(type="source"))


@order("/v1/statements", *STATEMENT_TYPES)
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


@order("/v1/statements/<string:id>/corrections", "correction", changes=True)
def correct(id: str) -> Response:
    """Mend what was recorded of a statement."""
    stream = stream_of_statement(id)
    return record_one(body_line(type="correction", statement=id), changes=stream)


@order("/v1/statements/<string:id>/withdrawals", "withdrawal", changes=True)
def withdraw(id: str) -> Response:
    """Take a statement back."""
    stream = stream_of_statement(id)
    return record_one(body_line(type="withdrawal", statement=id), changes=stream)


@order("/v1/statements/<string:id>/reinstatements", "reinstatement", changes=True)
def reinstate(id: str) -> Response:
    """Let a withdrawn statement stand again."""
    stream = stream_of_statement(id)
    return record_one(body_line(type="reinstatement", statement=id), changes=stream)


@order("/v1/records/<string:id>/amendments", "amendment", changes=True)
def amend_record(id: str) -> Response:
    """Mend the card of a facility."""
    if not archive().chronicle.claimed("record", [id]):
        raise NotFound("record", id)
    line = body_line(type="amendment", record=id)
    return record_one(line, changes=stream_of("record", id))


@order("/v1/sources/<string:id>/amendments", "amendment", changes=True)
def amend_source(id: str) -> Response:
    """Mend a source."""
    if not archive().chronicle.claimed("source", [id]):
        raise NotFound("source", id)
    line = body_line(type="amendment", source=id)
    return record_one(line, changes=stream_of("source", id))


@order("/v1/batches", *BY_TYPE)
def record_all() -> Response:
    """Record many lines as one commit, all or nothing."""
    return record_batch()
