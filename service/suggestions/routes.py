"""`/v1/suggestions`: to suggest, what became of it, and for curators what waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response
from flask_smorest import Blueprint

from events.errors import MalformedLine, pointer_to
from service.archive.suggestions import Suggestion
from service.asking.positions import PAGING, page_asked, page_of
from service.orders.writing import body_line
from service.suggestions.making import Wish, suggested
from service.suggestions.schemas import SuggestionSchema, SuggestionsSchema, SuggestSchema
from service.web.access import need_own_site, needs
from service.web.description import openapi_parameters
from service.web.response import parameters
from service.web.root import archive, root
from service.web.schemas import headers, id_parameter, problem_responses

PATH = "/v1/suggestions"

JSON = "application/json"

EXAMPLE_ID = "mzxw6ytboi5dcmjr"

SUGGEST_BODY = {
    "required": True,
    "content": {
        JSON: {
            "schema": SuggestSchema,
            "examples": {
                "a correction": {
                    "value": {
                        "order": {
                            "type": "correction",
                            "statement": "juno-operation",
                            "changes": {"date": "2025-08-25"},
                        },
                        "reason": "The log book has the day before.",
                        "where": "Log book of JUNO, volume 3, page 41",
                    }
                }
            },
        }
    },
}

blueprint = Blueprint(
    "suggestions",
    __name__,
    description="What readers suggest, until a curator takes or declines it.",
)


def address_of(suggestion: Suggestion) -> str:
    """Where whoever made it follows it."""
    return f"/suggestions/{suggestion.id}"


def members_of(suggestion: Suggestion) -> dict[str, Any]:
    """A suggestion, as `SuggestionSchema` describes it."""
    return {
        "id": suggestion.id,
        "url": root() + address_of(suggestion),
        "state": suggestion.state,
        "about": suggestion.stream,
        "revision": suggestion.revision,
        "order": suggestion.line,
        "reason": suggestion.reason,
        "where": suggestion.where,
        "made_at": suggestion.made_at,
        "actor": suggestion.actor,
        "closed_at": suggestion.closed_at,
        "closed_by": suggestion.closed_by,
        "recorded": suggestion.recorded,
        "answer": suggestion.answer,
    }


@blueprint.route(PATH, methods=["POST"])
@blueprint.doc(
    operationId="suggest",
    requestBody=SUGGEST_BODY,
    security=[{}, {"key": []}],
    responses=problem_responses(400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503, 507),
)
@blueprint.response(201, SuggestionSchema, headers=headers("Location", "Cache-Control"))
@blueprint.alt_response(200, schema=SuggestionSchema, headers=headers("Location", "Cache-Control"))
@needs("reader")
def suggest() -> Response:
    """Suggest an order: it is checked, and waits until a curator takes or declines it.

    A page of another site needs a key for it, or would suggest in the name of its visitors.
    """
    parameters(())
    need_own_site()
    made, is_new = suggested(_wished(body_line()))
    response = _told(members_of(made), 201 if is_new else 200)
    response.headers["Location"] = f"{PATH}/{made.id}"
    return response


def _wished(body: Mapping[str, Any]) -> Wish:
    """What a body asks for. Raises MalformedLine."""
    for name in body:
        if name not in ("order", "reason", "where"):
            raise MalformedLine(f"{name[:80]!r} is no member of it", pointer=pointer_to(name[:80]))
    line, reason, where = body.get("order"), body.get("reason"), body.get("where")
    if not isinstance(line, dict):
        raise MalformedLine("it is a line of the format, a JSON object", pointer="/order")
    for name in ("reason", "revision", "commit"):
        if name in line:
            why = "it stands beside the order" if name == "reason" else "a suggestion has none"
            raise MalformedLine(why, pointer=f"/order/{name}")
    if not isinstance(reason, str):
        raise MalformedLine("it says why, in words", pointer="/reason")
    if not isinstance(where, str | None):
        raise MalformedLine("it is a text", pointer="/where")
    return Wish(line, reason, where)


@blueprint.route(PATH)
@blueprint.doc(
    operationId="suggestions",
    parameters=openapi_parameters(PAGING),
    security=[{"key": []}],
    responses=problem_responses(400, 401, 403, 422, 429, 503),
)
@blueprint.response(200, SuggestionsSchema, headers=headers("Cache-Control"))
@needs("curator")
def suggestions() -> Response:
    """What waits for a curator, the earliest first."""
    texts = parameters(tuple(each.name for each in PAGING))
    limit, after = page_asked(texts)
    waiting = archive().suggestions.waiting()
    found = [each for each in waiting if each.position > (after or 0)]
    shown, following = page_of(found, limit=limit, path=PATH, texts=texts)
    return _told(
        {"items": list(map(members_of, shown)), "waiting": len(waiting), "next": following}
    )


@blueprint.route(f"{PATH}/<string:id>", parameters=id_parameter(EXAMPLE_ID))
@blueprint.doc(
    operationId="suggestion",
    security=[{}, {"key": []}],
    responses=problem_responses(400, 401, 403, 404, 422, 429, 503),
)
@blueprint.response(200, SuggestionSchema, headers=headers("Cache-Control"))
@needs("reader")
def suggestion(id: str) -> Response:
    """A suggestion: what it is, and what became of it."""
    parameters(())
    return _told(members_of(archive().suggestions.need(id)))


def _told(members: dict[str, Any], status: int = 200) -> Response:
    response = Response(msgspec.json.encode(members), status, mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response
