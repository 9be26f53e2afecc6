"""`/v1/changes`: the feed of the log in three forms, by `Accept`.

A batch of CloudEvents (the HTTP Feeds convention, with a long poll), JSON
Lines for much at once, or server-sent events. A full page never changes and may be
kept for ever; any other must be requested again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from hashlib import sha256

from flask import Response, request
from flask_smorest import Blueprint
from werkzeug.exceptions import NotAcceptable

from events.clocks import epoch_at
from events.errors import BadFilter, PositionAhead
from projections import VIEW
from service.asking import forms
from service.asking.errors import TooManyStreams
from service.asking.filters import COUNTRY, FINDABLE, REGION
from service.asking.forms import Form
from service.asking.parameter import Filter, one_of, values_of, whole_number
from service.asking.query import located
from service.changes.feed import LogFilter, read
from service.changes.schemas import ChangeSchema
from service.follows.feed import check, read_changes
from service.follows.followable import OF
from service.follows.followed import followed_question
from service.follows.schemas import AnswerChangedSchema
from service.web import pausing
from service.web.access import needs
from service.web.cloud_events import PATH, Page, ReadPage, checkpoint_text, server_sent
from service.web.description import openapi_parameters
from service.web.limiting import client
from service.web.response import (
    ASK_AGAIN,
    FOR_EVER,
    budget_of,
    of_epoch,
    parameters,
    unless_held,
)
from service.web.root import archive
from service.web.schemas import headers, problem_responses

BATCH = "application/cloudevents-batch+json"
STREAM = "text/event-stream"
LINES = "application/x-ndjson"

LIMIT = 100
LARGEST_LIMIT: Mapping[str, int] = {BATCH: 1000, LINES: 10_000}
"""How many a page has at most, by its form."""

LONGEST_POLL = 30_000
"""Milliseconds."""

FARTHEST = 10**18
"""No position is as large, and a larger number is no position."""


def _number(name: str, form: Form, least: int, most: int, meaning: str) -> Filter:
    """A parameter that takes a whole number; its default is that of its form."""
    return Filter(
        name=name,
        form=form,
        meaning=meaning,
        parse=lambda text: whole_number(name, text, least, most),
        default=form.get("default"),
    )


LAST_EVENT_ID = _number(
    "lastEventId",
    {**forms.POSITION, "default": 0, "examples": [1197]},
    0,
    FARTHEST,
    "The id of the last event that is known; 0 is the beginning.",
)
LAST_EVENT_ID_HEADER = _number(
    "Last-Event-ID",
    {**forms.POSITION, "examples": [1197]},
    0,
    FARTHEST,
    "Where a stream goes on; it takes the place of `lastEventId`.",
)
PAGE_LIMITS = {
    form: _number(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT[LINES], "default": LIMIT},
        1,
        most,
        f"How many a page has at most: {LARGEST_LIMIT[BATCH]} in a batch, "
        f"{LARGEST_LIMIT[LINES]} as JSON Lines. A stream takes none.",
    )
    for form, most in LARGEST_LIMIT.items()
}
TIMEOUT = _number(
    "timeout",
    {"type": "integer", "minimum": 0, "maximum": LONGEST_POLL, "default": 0},
    0,
    LONGEST_POLL,
    "How many milliseconds to wait where there is nothing yet. A stream takes none.",
)
FILTERS = (
    Filter(
        name="kind",
        form={"type": "string", "enum": list(FINDABLE)},
        meaning="Only records of this kind, or sources.",
        parse=one_of("kind", FINDABLE),
    ),
    Filter(
        name="record",
        form={"type": "string", "examples": ["juno"]},
        meaning="Only this record.",
    ),
    COUNTRY.but(
        meaning="ISO 3166-1 alpha-2, several joined by commas: of the record or the statement, "
        "before the event or after it. Leaves out what has no country.",
    ),
    REGION,
)
"""What the events of the log are filtered by: the members of a `LogFilter`."""

FILTER_NAMES = tuple(sorted(each.name for each in FILTERS))

OF_ANSWER = OF.but(
    meaning=f"{OF.meaning} Then only the commits that alter its answer are shown, each as one "
    "event of its own type; the other filters stand in the question itself.",
)

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
        "headers": headers("Cache-Control", "Vary", sometimes=(*PAGED, "Repr-Digest")),
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
    parameters=[
        *openapi_parameters([LAST_EVENT_ID, PAGE_LIMITS[BATCH], TIMEOUT, *FILTERS, OF_ANSWER]),
        *openapi_parameters([LAST_EVENT_ID_HEADER], place="header"),
    ],
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
    texts = parameters(("lastEventId", "limit", "timeout", "of", *FILTER_NAMES))
    read_page = _read_page(texts)
    values = values_of((PAGE_LIMITS[form], TIMEOUT, LAST_EVENT_ID), texts)
    limit, timeout = values["limit"], values["timeout"]
    after = _reached(values["lastEventId"])
    turn = pausing.turn()
    reached, looked = turn.kept or (after, 0)
    page = read_page(after=reached, limit=limit, looked=looked)
    if timeout and not page.changes and page.at_head:
        if turn.kept is None:
            _take_place()
        turn.kept = (page.reached, page.looked)
        until = turn.begun + timeout / 1000
        pausing.pause(_mark(texts), beyond=page.reached, until=until)

    last = page.changes[-1].position if page.changes else after
    if not page.full and not page.at_head:
        last = page.reached  # a checkpoint will be the last
    given = {name: texts[name] for name in sorted(texts) if name != "lastEventId"}
    response = Response(mimetype=form)
    # The items of an answer may change with the views, whose version no URL has here.
    # Nor has any the epoch of the log, in whose later ones other events lie there.
    epoch = epoch_at(archive().chronicle.log.epochs(), page.reached)
    for_ever = page.full and "of" not in texts and epoch == 1
    response.headers["Cache-Control"] = FOR_EVER if for_ever else ASK_AGAIN
    response.headers["Annales-Position"] = str(page.reached)
    following = located(PATH, [("lastEventId", str(page.reached)), *given.items()])
    response.headers["Link"] = f'<{following}>; rel="next"'
    request_text = repr(
        (form, after, limit, [given.get(name) for name in ("of", *FILTER_NAMES)], VIEW)
    )
    tag = f"{of_epoch(epoch)}c{last}.{sha256(request_text.encode()).hexdigest()[:12]}"
    return unless_held(response, tag, lambda: _body(form, page))


def _body(form: str, page: Page) -> bytes:
    texts = [change.text() for change in page.changes]
    if not page.full and not page.at_head:
        # Who goes on from the last id, and not by the link, must come further too.
        texts.append(checkpoint_text(page.reached))
    if form == BATCH:
        return b"[" + b",".join(texts) + b"]"
    return b"".join(text + b"\n" for text in texts)


def _stream() -> Response:
    texts = parameters(("lastEventId", "of", *FILTER_NAMES))
    read_page = _read_page(texts)
    after = _reached(values_of((LAST_EVENT_ID,), texts)["lastEventId"])
    # A client that comes back sends the URL it began with, so its header counts.
    if resumed := request.headers.get("Last-Event-ID"):
        after = _reached(LAST_EVENT_ID_HEADER.parse(resumed))
    service = archive()
    _take_place()
    return Response(
        server_sent(read_page, service.streams, after=after, mark=_mark(texts)),
        mimetype=STREAM,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _take_place() -> None:
    """Take a place until the end of the request. Raises TooManyStreams."""
    streams = archive().streams
    if (place := streams.enter(client())) is None:
        raise TooManyStreams(streams.places, streams.of_a_client)
    pausing.turn().at_end(partial(streams.leave, place))


def _mark(texts: Mapping[str, str]) -> str:
    """What has to move for something new."""
    return pausing.VIEWS if "of" in texts else pausing.LOG


def _read_page(texts: Mapping[str, str]) -> ReadPage:
    """The function that reads pages of the events of the log, or of the changes of an answer.

    Raises NotFollowable, and BadFilter for a filter beside a followed question.
    """
    service = archive()
    if "of" not in texts:
        return partial(read, service.chronicle.log, LogFilter(**values_of(FILTERS, texts)))
    for name in FILTER_NAMES:
        if name in texts:
            raise BadFilter(name, texts[name], "not beside `of`: it belongs into the question")
    followed = followed_question(service.chronicle, texts["of"])
    if not followed.id:
        pausing.as_dear(client())
    pausing.await_views(_head())
    tracked = service.views.tracked()
    reading = service.reading_at(tracked, budget_of(["of"], texts))
    check(service.chronicle, reading, followed, known=tracked)
    return partial(read_changes, service, followed)


def _reached(position: int) -> int:
    """A position that the log has reached. Raises PositionAhead."""
    if position > (reached := _head()):
        raise PositionAhead(position, reached)
    return position


def _head() -> int:
    head = archive().chronicle.log.head()
    return head.position if head else 0
