"""`/v1/changes`: the feed of the log in three forms, by `Accept`.

A batch of CloudEvents (the HTTP Feeds convention, with a long poll), JSON
Lines for much at once, or server-sent events. Pages are whole: a full one never
changes and may be kept for ever; any other is asked for again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from hashlib import sha256

from flask import Response, request
from flask_smorest import Blueprint
from werkzeug.exceptions import NotAcceptable

from events.errors import BadFilter, PositionAhead
from projections import VIEW
from service.asking import forms
from service.asking.errors import TooManyStreams
from service.asking.filters import KINDS, wanted
from service.asking.parameter import whole_number
from service.asking.query import located
from service.changes.feed import LogFilter, read
from service.changes.schemas import ChangeSchema
from service.follows.feed import check, read_changes
from service.follows.followable import OF
from service.follows.followed import followed_question
from service.follows.schemas import AnswerChangedSchema
from service.web.access import needs
from service.web.cloud_events import PATH, Page, Reading, checkpoint_text, server_sent
from service.web.response import ASK_AGAIN, FOR_EVER, archive, parameters, unless_held
from service.web.schemas import headers, problem_responses

BATCH = "application/cloudevents-batch+json"
STREAM = "text/event-stream"
LINES = "application/x-ndjson"

LIMIT = 100
LARGEST_LIMIT: Mapping[str, int] = {BATCH: 1000, LINES: 10_000}
"""How many a page has at most, by its form."""

LONGEST_POLL = 30_000
"""Milliseconds."""

FILTERS = ("country", "kind", "record")
FOLLOWED_KINDS = (*KINDS, "source")

FARTHEST = 10**18
"""No position is as large, and a larger number is no position."""

PARAMETERS = [
    {
        "in": "query",
        "name": "lastEventId",
        "schema": {**forms.POSITION, "default": 0, "examples": [1197]},
        "description": "The id of the last event that is known; 0 is the beginning.",
    },
    {
        "in": "query",
        "name": "limit",
        "schema": {
            "type": "integer",
            "minimum": 1,
            "maximum": LARGEST_LIMIT[LINES],
            "default": LIMIT,
        },
        "description": f"How many a page has at most: {LARGEST_LIMIT[BATCH]} in a batch, "
        f"{LARGEST_LIMIT[LINES]} as JSON Lines. A stream takes none.",
    },
    {
        "in": "query",
        "name": "timeout",
        "schema": {"type": "integer", "minimum": 0, "maximum": LONGEST_POLL, "default": 0},
        "description": "How many milliseconds to wait where there is nothing yet. "
        "A stream takes none.",
    },
    {
        "in": "query",
        "name": "kind",
        "schema": {"type": "string", "enum": list(FOLLOWED_KINDS)},
        "description": "Only records of this kind, or sources.",
    },
    {
        "in": "query",
        "name": "record",
        "schema": {"type": "string", "examples": ["juno"]},
        "description": "Only this record.",
    },
    {
        "in": "query",
        "name": "country",
        "schema": {**forms.COUNTRY, "examples": ["CN"]},
        "description": "ISO 3166-1 alpha-2: of the record or the statement, before the event or "
        "after it. Leaves out what has no country.",
    },
    {
        "in": "query",
        "name": "of",
        "schema": OF.form,
        "description": f"{OF.meaning} Then only the commits that alter its answer are shown, "
        "each as one event of its own type; the other filters stand in the question itself.",
    },
    {
        "in": "header",
        "name": "Last-Event-ID",
        "schema": {**forms.POSITION, "examples": [1197]},
        "description": "Where a stream goes on; it takes the place of `lastEventId`.",
    },
]

PAGED = ("ETag", "Annales-Position", "Link")
"""The headers of a page, which a stream has not."""

SENT_EVENT = {
    "type": "object",
    "description": "One event after another, in the format of server-sent events.",
    "properties": {
        "id": {"type": "string", "description": "What to go on from."},
        "event": {"type": "string", "description": "The type of the CloudEvent."},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "The CloudEvent, as in a batch.",
        },
        "retry": {"type": "integer", "description": "Milliseconds before coming back."},
    },
    "required": ["id", "event", "data"],
}

RESPONSES = {
    "200": {
        "description": "A page of changes, or a stream of them.",
        "headers": headers("Cache-Control", "Vary", sometimes=PAGED),
        "content": {
            BATCH: {
                "schema": {
                    "type": "array",
                    "items": {"anyOf": [ChangeSchema, AnswerChangedSchema]},
                }
            },
            LINES: {"schema": {"type": "string"}},
            STREAM: {"schema": SENT_EVENT},
        },
    },
    "304": {
        "description": "The client has this page.",
        "headers": headers("Cache-Control", "Vary", *PAGED),
    },
}

blueprint = Blueprint("changes", __name__, description="The log, to be followed.")


@blueprint.route(PATH)
@blueprint.doc(
    operationId="changes",
    parameters=PARAMETERS,
    security=[{}, {"key": []}],
    responses=RESPONSES | problem_responses(401, 403, 404, 406, 422, 429, 503),
)
@needs("reader")
def changes() -> Response:
    """What was recorded, event by event, to be followed without a gap."""
    form = _form()
    response = _stream() if form == STREAM else _page(form)
    response.headers["Vary"] = "Accept"
    return response


def _form() -> str:
    accepted = request.accept_mimetypes
    form = accepted.best_match((BATCH, LINES, STREAM)) if accepted else BATCH
    if form is None:
        raise NotAcceptable(f"the changes come as {BATCH}, {LINES} or {STREAM}")
    return form


def _page(form: str) -> Response:
    texts = parameters(("lastEventId", "limit", "timeout", "of", *FILTERS))
    reading = _reading(texts)
    limit = _number("limit", texts.get("limit"), LIMIT, least=1, most=LARGEST_LIMIT[form])
    timeout = _number("timeout", texts.get("timeout"), 0, least=0, most=LONGEST_POLL)
    after = _after("lastEventId", texts.get("lastEventId"))
    page = reading(after=after, limit=limit)
    if timeout and not page.changes and page.at_head:
        page = _awaited(page, reading, limit=limit, timeout=timeout / 1000)

    last = page.changes[-1].position if page.changes else after
    if not page.full and not page.at_head:
        last = page.reached  # a checkpoint will be the last
    given = {name: texts[name] for name in sorted(texts) if name != "lastEventId"}
    response = Response(mimetype=form)
    # How an answer is told may change with the views, whose version no URL of ours has here.
    for_ever = page.full and "of" not in texts
    response.headers["Cache-Control"] = FOR_EVER if for_ever else ASK_AGAIN
    response.headers["Annales-Position"] = str(page.reached)
    following = located(PATH, [("lastEventId", str(page.reached)), *given.items()])
    response.headers["Link"] = f'<{following}>; rel="next"'
    asked = repr((form, after, limit, [given.get(name) for name in ("of", *FILTERS)], VIEW))
    tag = f"c{last}.{sha256(asked.encode()).hexdigest()[:12]}"
    return unless_held(response, tag, lambda: _body(form, page))


def _awaited(page: Page, reading: Reading, *, limit: int, timeout: float) -> Page:
    """The page after an empty one, once there is something in it or the time is over."""
    streams = archive().streams
    ends = time.monotonic() + timeout
    _take_place()
    try:
        while (
            not page.changes
            and page.at_head
            and (left := ends - time.monotonic()) > 0
            and streams.wait(beyond=page.reached, timeout=left)
        ):
            page = reading(after=page.reached, limit=limit, looked=page.looked)
    finally:
        streams.leave()
    return page


def _body(form: str, page: Page) -> bytes:
    texts = [change.text() for change in page.changes]
    if not page.full and not page.at_head:
        # Who goes on from the last id, and not by the link, must come further too.
        texts.append(checkpoint_text(page.reached))
    if form == BATCH:
        return b"[" + b",".join(texts) + b"]"
    return b"".join(text + b"\n" for text in texts)


def _stream() -> Response:
    texts = parameters(("lastEventId", "of", *FILTERS))
    reading = _reading(texts)
    # A client that comes back sends the URL it began with, so its header counts.
    resumed = request.headers.get("Last-Event-ID")
    after = _after("lastEventId", texts.get("lastEventId"))
    if resumed:
        after = _after("Last-Event-ID", resumed)
    service = archive()
    _take_place()
    response = Response(
        server_sent(reading, service.streams, after=after),
        mimetype=STREAM,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    # Not in the generator: one that was never begun runs no `finally`.
    response.call_on_close(service.streams.leave)
    return response


def _take_place() -> None:
    streams = archive().streams
    if not streams.enter():
        raise TooManyStreams(streams.places)


def _reading(texts: Mapping[str, str]) -> Reading:
    """How what is followed is read: the events of the log, or the changes of an answer.

    Raises NotFollowable, and BadFilter for whatever is asked beside a question.
    """
    service = archive()
    if "of" not in texts:
        return partial(read, service.chronicle.log, _followed(texts))
    for name in FILTERS:
        if name in texts:
            raise BadFilter(name, texts[name], "not beside `of`: it belongs into the question")
    followed = followed_question(service.chronicle, texts["of"])
    tracked = service.views.tracked()
    check(service.chronicle, service.reading_at(tracked), followed, known=tracked)
    return partial(read_changes, service, followed)


def _followed(texts: Mapping[str, str]) -> LogFilter:
    kind = texts.get("kind")
    if kind is not None and kind not in FOLLOWED_KINDS:
        raise BadFilter("kind", kind, "no kind of that name", allowed=FOLLOWED_KINDS)
    country = wanted(country=texts.get("country")).country
    return LogFilter(kind=kind, record=texts.get("record"), country=country)


def _after(name: str, text: str | None) -> int:
    """The position that a client knows. Raises BadFilter, PositionAhead."""
    after = _number(name, text, 0, least=0, most=FARTHEST)
    head = archive().chronicle.log.head()
    reached = head.position if head else 0
    if after > reached:
        raise PositionAhead(after, reached)
    return after


def _number(name: str, text: str | None, default: int, *, least: int, most: int) -> int:
    if text is None:
        return default
    return whole_number(name, text, least, most)
