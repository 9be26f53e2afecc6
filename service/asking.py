"""From a request to a question, and from an answer's text to a response.

Every answer is cacheable by its clocks: at its pinned URL for ever, elsewhere
with an ETag that changes exactly when the clocks or the revision behind it do,
so that most questions asked again cost a comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import cast

from flask import Response, current_app, request
from sqlite_utils import Database

from events.clocks import as_of
from events.errors import BadFilter, OldView
from projections import VIEW
from service.archive import Archive
from service.filters import given, wanted
from service.problems import UnknownParameter
from service.question import Question
from service.state import Wanted

CLOCKS = ("at", "during", "stated", "known")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"

Answer = Callable[[Database, Question, Wanted], str]


def archive() -> Archive:
    """The archive of the app that is answering."""
    return cast("Archive", current_app.extensions["annales"])


def answer(make: Answer, *, filters: tuple[str, ...] = (), revision: str | None = None) -> Response:
    """Answer the request by `make`, which takes the filters of these names.

    `revision` is the stream whose revision begins the ETag, if any.
    """
    asked, question = _question(filters)
    known = question.as_of.known
    db = archive().db_at(known)
    tag = _etag(question)
    headers = {"Annales-Position": str(known)}
    if revision is not None:
        number = archive().history.revision(db, revision, known=known)
        headers["Annales-Revision"] = str(number)
        tag = f"r{number}.{tag}"
    if question.is_pinned_by(request.args):
        headers["Cache-Control"] = FOR_EVER
    else:
        headers["Cache-Control"] = ASK_AGAIN
        headers["Content-Location"] = question.pinned
    response = Response(mimetype="application/json", headers=headers)
    response.set_etag(tag)
    if not request.if_none_match.star_tag and request.if_none_match.contains_weak(tag):
        response.status_code = 304
        return response
    response.set_data(make(db, question, asked))
    return response


def _question(filters: tuple[str, ...]) -> tuple[Wanted, Question]:
    taken = (*CLOCKS, *filters, "view")
    texts = _parameters(taken)
    asked = wanted(**{name: texts.get(name) for name in filters})
    clocks = as_of(
        at=texts.get("at"),
        during=texts.get("during"),
        stated=texts.get("stated"),
        known=texts.get("known"),
        log=archive().chronicle.log,
        now=archive().chronicle.now(),
    )
    question = Question(request.path, clocks, given(asked))
    _check_view(texts.get("view"), question)
    return asked, question


def _parameters(taken: tuple[str, ...]) -> Mapping[str, str]:
    """The parameters of the request, each known and given once."""
    texts = {}
    for name, values in request.args.lists():
        if name not in taken:
            raise UnknownParameter(name, "is no parameter of this question", taken)
        if len(values) > 1:
            raise UnknownParameter(name, "is given more than once", taken)
        texts[name] = values[0]
    return texts


def _check_view(text: str | None, question: Question) -> None:
    if text is None or text == str(VIEW):
        return
    if text.isascii() and text.isdigit() and int(text[:9]) < VIEW:
        raise OldView(int(text[:9]), question.pinned)
    raise BadFilter("view", text, f"the views are at version {VIEW}")


def _etag(question: Question) -> str:
    """What tells one answer from another: position, view, and all that was asked."""
    digest = sha256(question.pinned.encode()).hexdigest()[:12]
    return f"{question.as_of.known}.{VIEW}.{digest}"
