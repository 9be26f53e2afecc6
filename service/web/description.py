"""What every pinned answer has in common over HTTP: its headers, and how it is described.

`described` makes a route of an answer, and with it what /openapi.json and the tables of the docs
say of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from flask import Response
from flask_smorest import Blueprint

from service.asking import forms
from service.asking.parameter import Parameter
from service.web.access import needs
from service.web.schemas import headers, id_parameter, problem_responses

REQUEST_HEADERS = (
    Parameter(
        name="If-None-Match",
        form={"type": "string"},
        meaning="The `ETag` of an answer that the client has: 304 where it is still so.",
    ),
    Parameter(
        name="Annales-Min-Position",
        form={**forms.POSITION, "examples": [1199]},
        meaning="Answer only from views that have read so far; else 503.",
    ),
)
"""The headers that every question takes."""

ANSWER_HEADERS = ("ETag", "Cache-Control", "Annales-Position")
"""The headers that every answer has."""

OFTEN = (
    *("Content-Location", "Repr-Digest", "RateLimit", "RateLimit-Policy"),
    *("Annales-Lag", "Annales-Silent", "Annales-Settled"),
)
"""The headers that any answer may have."""

NOT_MODIFIED = "The client has this answer."

View = Callable[..., Response]


def openapi_parameters(
    parameters: Iterable[Parameter],
    *,
    place: Literal["query", "header"] = "query",
    required: bool = False,
) -> list[dict[str, Any]]:
    """The Parameter Objects of OpenAPI for parameters of a query, or for headers."""
    needed = {"required": True} if required else {}
    return [
        {"in": place, "name": each.name, **needed, "schema": each.form, "description": each.meaning}
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
    sends: Sequence[str] = (),
    may_send: Sequence[str] = (),
    also: Mapping[str, Any] = MappingProxyType({}),
    refuses: Sequence[int] = (),
) -> Callable[[View], View]:
    """A decorator that routes a view to a path in a blueprint, and documents it for OpenAPI.

    The view gives a pinned answer. `body` is the schema of that, of marshmallow or of JSON; `also`
    maps the other media types of the body to theirs. `ids` are examples of the `{id}` in the path.
    Beside the headers of every answer the view always `sends` some, and `may_send` others; beside
    what every question refuses it `refuses` with some statuses of its own.
    """
    sent = headers(*ANSWER_HEADERS, *sends, sometimes=(*OFTEN, *may_send))

    def register(view: View) -> View:
        name = view.__name__
        view = needs("reader")(view)
        for other, shape in also.items():
            view = blueprint.alt_response(200, schema=shape, content_type=other)(view)
        view = blueprint.response(200, body, content_type=media_type, headers=sent)(view)
        view = blueprint.doc(
            operationId=name,
            parameters=[
                *openapi_parameters(parameters),
                *openapi_parameters(REQUEST_HEADERS, place="header"),
            ],
            responses={"304": {"description": NOT_MODIFIED, "headers": sent}}
            | problem_responses(400, 401, 403, 404, *refuses, 410, 414, 422, 429, 503),
            security=[{}, {"key": []}],
        )(view)
        routed: View = blueprint.route(
            path.replace("{id}", "<string:id>"), parameters=id_parameter(*ids) if ids else None
        )(view)
        return routed

    return register
