"""The paths of Memento (RFC 7089): a TimeGate and a TimeMap for each record and for the state."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from service.asking import forms
from service.asking.parameter import Parameter
from service.asking.question import Question
from service.memento.versions import LINK_FORMAT, WORLD, timegate, timemap
from service.questions import QUESTIONS
from service.web.access import needs
from service.web.description import openapi_parameters
from service.web.schemas import headers, id_parameter, problem_responses

ACCEPT_DATETIME = Parameter(
    name="Accept-Datetime",
    form={**forms.HTTP_DATE, "examples": ["Sat, 01 Jun 2019 00:00:00 GMT"]},
    meaning="As what time the log is to be seen; without it, the last memento.",
)
BEYOND = Parameter(
    name="beyond",
    form={"type": "string", "pattern": "^@[0-9]{1,18}$", "examples": ["@600"]},
    meaning="Only mementos after this position; the TimeMap links to its pages.",
)
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


def _register(kind: str, question: Question) -> None:
    """The TimeGate or the TimeMap of a question, which takes what that takes besides `known`."""
    is_gate = kind == "timegate"
    answer = timegate if is_gate else timemap

    def view(id: str = "") -> Response:
        return answer(question, id)

    view.__name__ = f"{question.name}_{kind}"
    what = f"a {question.name}" if question.ids else f"the {question.name}"
    view.__doc__ = (
        f"The way to {what} as it was known at a time." if is_gate else f"Every version of {what}."
    )
    world = (each for each in question.clocks if each.name in WORLD)
    query = openapi_parameters([*world, *question.filters, *([] if is_gate else [BEYOND])])
    header = openapi_parameters([ACCEPT_DATETIME] if is_gate else [], place="header")
    path = question.path.removeprefix("/v1").replace("{id}", "<string:id>")
    blueprint.route(f"/v1/{kind}{path}", parameters=id_parameter("juno") if question.ids else None)(
        blueprint.doc(
            operationId=view.__name__,
            parameters=[*query, *header],
            security=[{}, {"key": []}],
            responses=(FOUND if is_gate else LISTED)
            | problem_responses(400, 401, 403, 404, 422, 429, 503),
        )(needs("reader")(view))
    )


for _kind in ("timegate", "timemap"):
    for _question in QUESTIONS:
        if _question.has_mementos:
            _register(_kind, _question)
