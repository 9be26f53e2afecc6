"""What every pinned answer has in common over HTTP: its headers, and how it is described.

`described` makes a route of an answer, and with it what /openapi.json and the tables of the docs
say of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from service.asking import forms
from service.asking.parameter import Parameter
from service.web.access import needs
from service.web.schemas import headers, id_parameter, problem_responses

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

View = Callable[..., Response]


def query_parameters(parameters: Iterable[Parameter]) -> list[dict[str, Any]]:
    """What a description says of the parameters of a query."""
    return [
        {"in": "query", "name": each.name, "schema": each.form, "description": each.meaning}
        for each in parameters
    ]


def described(
    blueprint: Blueprint,
    path: str,
    parameters: Iterable[Parameter],
    body: Any,
    *,
    media_type: str = "application/json",
    ids: Sequence[str] = (),
    tells: Sequence[str] = (),
    may_tell: Sequence[str] = (),
    also: Mapping[str, Any] = MappingProxyType({}),
) -> Callable[[View], View]:
    """The route of a pinned answer in a blueprint, with what its description says of it.

    `body` describes the answer, a schema of marshmallow or of JSON; `also` has the other types of
    its body, with theirs. `ids` are examples of the `{id}` in the path; `tells` and `may_tell` are
    headers that it has besides those of all.
    """
    told = headers(*TOLD, *tells, sometimes=("Content-Location", *may_tell))

    def register(view: View) -> View:
        name = view.__name__
        view = needs("reader")(view)
        for other, shape in also.items():
            view = blueprint.alt_response(200, schema=shape, content_type=other)(view)
        view = blueprint.response(200, body, content_type=media_type, headers=told)(view)
        view = blueprint.doc(
            operationId=name,
            parameters=[*query_parameters(parameters), *ASKED],
            responses={"304": {"description": NOT_MODIFIED, "headers": told}}
            | problem_responses(400, 401, 403, 404, 410, 422, 429, 503),
            security=[{}, {"key": []}],
        )(view)
        routed: View = blueprint.route(
            path.replace("{id}", "<string:id>"), parameters=id_parameter(*ids) if ids else None
        )(view)
        return routed

    return register
