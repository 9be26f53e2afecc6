"""The questions about what the chronicle holds: each path, and who answers it.

A route decides nothing: the declaration parses the clocks and filters and gives the answer.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from service.asking.question import Question
from service.linked.routes import LINKED, in_form, preferred_form
from service.memento.versions import links_of
from service.questions import QUESTIONS
from service.records.question import RECORD
from service.web.access import needs
from service.web.description import described
from service.web.response import answered
from service.web.root import archive
from service.web.schemas import HealthSchema, ProvedSchema, ReadySchema, problem_responses

READY_LAG = 1000
"""How many positions the views may be behind the log, wherever that lies, for the service to call
itself ready."""

blueprint = Blueprint("annales", __name__, description="Questions at three clocks.")


def _route(question: Question) -> None:
    """The route of a question, and its description."""

    def view(id: str = "") -> Response:
        if question is RECORD and (form := preferred_form()) is not None:
            response = in_form(form, id)
        else:
            more = links_of(question.stream(id)) if question.has_mementos else None
            response = answered(question, id, more=more)
        if len(question.all_formats) > 1 and "format" not in request.args:
            response.vary.add("Accept")
        return response

    view.__name__, view.__doc__ = question.name, question.summary
    formats = question.all_formats[1:]
    described(
        blueprint,
        question.path,
        question.parameters,
        {"anyOf": [question.schema, ProvedSchema]},
        ids=question.ids,
        sends=["Annales-Revision"] if question.is_revised else [],
        may_send=[
            *(["Vary"] if formats else []),
            "Link",
            *(["Memento-Datetime"] if question.has_mementos else []),
        ],
        also={each.media_type: dict(each.shape) for each in formats}
        | ({form.media_type: {"type": "string"} for form in LINKED} if question is RECORD else {}),
    )(view)


for _question in QUESTIONS:
    _route(_question)


@blueprint.route("/healthz")
@blueprint.response(200, HealthSchema)
@blueprint.doc(operationId="healthz", responses=problem_responses(401))
@needs("open")
def healthz() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@blueprint.route("/readyz")
@blueprint.alt_response(503, schema=ReadySchema)
@blueprint.response(200, ReadySchema)
@blueprint.doc(operationId="readyz", responses=problem_responses(401))
@needs("open")
def readyz() -> tuple[dict[str, Any], int]:
    """Whether the log opens and the views keep up with it."""
    head, projected, failure = archive().standing()
    lag = head - projected
    ready = failure is None and lag <= READY_LAG
    body: dict[str, Any] = {
        "ready": ready,
        "head": head,
        "projected": projected,
        "lag": lag,
        "failure": failure,
        "clock": archive().beat(),
    }
    if archive().copying is not None:
        log = archive().chronicle.log
        heard = archive().hearing.heard()
        body["copied"] = log.max_notification_id() or 0
        body["heard"] = round(heard.seconds, 1)
    return body, 200 if ready else 503
