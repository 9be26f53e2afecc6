"""The paths of Memento (RFC 7089): a TimeGate and a TimeMap for each record and for the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from events.stream import Stream
from service.asking import forms
from service.asking.filters import STATE_FILTERS
from service.memento.versions import LINK_FORMAT, WORLD, timegate, timemap
from service.web.access import needs
from service.web.description import PARAMETERS
from service.web.schemas import headers, id_parameter, problem_responses

ACCEPT_DATETIME = {
    "in": "header",
    "name": "Accept-Datetime",
    "schema": {**forms.HTTP_DATE, "examples": ["Sat, 01 Jun 2019 00:00:00 GMT"]},
    "description": "As what time the log is to be seen; without it, the last memento.",
}
BEYOND = {
    "in": "query",
    "name": "beyond",
    "schema": {"type": "string", "pattern": "^@[0-9]{1,18}$", "examples": ["@600"]},
    "description": "Only mementos after this position; the TimeMap links to its pages.",
}
FOUND = {
    "302": {
        "description": "The memento is at `Location`, its neighbours in `Link`.",
        "headers": headers("Location", "Link", "Vary", "Annales-Position", "Cache-Control"),
    }
}
LISTED = {
    "200": {
        "description": "The mementos as links, with their datetimes.",
        "content": {LINK_FORMAT: {"schema": {"type": "string"}}},
        "headers": headers("ETag", "Annales-Position", "Cache-Control"),
    },
    "304": {
        "description": "The client has this list.",
        "headers": headers("ETag", "Annales-Position", "Cache-Control"),
    },
}

blueprint = Blueprint("mementos", __name__, description="Time travel by HTTP alone (RFC 7089).")

View = Callable[..., Response]


def travel(
    path: str,
    *filters: str,
    more: dict[str, Any],
    answers: dict[str, Any],
    ids: tuple[str, ...] = (),
) -> Callable[[View], View]:
    """A route of Memento, which takes what its original takes besides `known`."""
    parameters: list[Any] = [
        {
            "in": "query",
            "name": name,
            "schema": PARAMETERS[name][0],
            "description": PARAMETERS[name][1],
        }
        for name in (*WORLD, *filters)
    ]

    def register(view: View) -> View:
        view = needs("reader")(view)
        view = blueprint.doc(
            operationId=view.__name__,
            parameters=[*parameters, more],
            security=[{}, {"key": []}],
            responses=answers | problem_responses(400, 401, 403, 404, 422, 429, 503),
        )(view)
        routed: View = blueprint.route(path, parameters=id_parameter(*ids) if ids else None)(view)
        return routed

    return register


@travel("/v1/timegate/state", *STATE_FILTERS, more=ACCEPT_DATETIME, answers=FOUND)
def state_timegate() -> Response:
    """The way to the state as it was known at a time."""
    return timegate("/v1/state", None, STATE_FILTERS)


@travel("/v1/timegate/records/<string:id>", more=ACCEPT_DATETIME, answers=FOUND, ids=("juno",))
def record_timegate(id: str) -> Response:
    """The way to a record as it was known at a time."""
    return timegate(f"/v1/records/{id}", str(Stream.record(id)), ())


@travel("/v1/timemap/state", *STATE_FILTERS, more=BEYOND, answers=LISTED)
def state_timemap() -> Response:
    """Every version of the state."""
    return timemap("/v1/state", None, STATE_FILTERS)


@travel("/v1/timemap/records/<string:id>", more=BEYOND, answers=LISTED, ids=("juno",))
def record_timemap(id: str) -> Response:
    """Every version of a record."""
    return timemap(f"/v1/records/{id}", str(Stream.record(id)), ())
