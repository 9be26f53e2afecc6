"""Errors as RFC 9457 problems: one table from error class to slug, status and members.

Every problem has `type` (`/problems/<slug>`), `title`, `status` and `detail`;
what else it carries are the facts of its error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from events.errors import (
    AnnalesError,
    BadClock,
    BadDate,
    BadFilter,
    BatchRefused,
    ClashingClocks,
    EventTooLarge,
    IdTaken,
    IsWithdrawn,
    KeyReused,
    NotFound,
    NotJson,
    NotProjected,
    NotWithdrawn,
    OldView,
    PositionAhead,
    Refusal,
    StaleRevision,
)
from service.asking.errors import (
    BadAcceptDatetime,
    BadCursor,
    BadHeader,
    BodyTooLarge,
    FeedTooLarge,
    NoRevisionGiven,
    NotAllowed,
    NotAuthenticated,
    NotDrawn,
    NotFollowable,
    NothingToCompare,
    TooManyPoints,
    TooManyStreams,
    TooMuchToCompare,
    UnknownParameter,
    WrongMediaType,
)

MEDIA_TYPE = "application/problem+json"


class Problem(NamedTuple):
    """A kind of problem: what its slug, status and title are, and when it comes."""

    slug: str
    status: int
    title: str
    meaning: str


VALIDATION = Problem(
    "validation",
    422,
    "A value is not valid",
    "A parameter or a member has a value that it cannot take; `errors` names each.",
)
UNKNOWN_PARAMETER = Problem(
    "unknown-parameter",
    422,
    "An unknown parameter",
    "A parameter that the question does not take, or one given twice; nothing is ignored.",
)
BAD_EDTF = Problem(
    "bad-edtf",
    422,
    "Not a date",
    "A clock is not a year, a month or a day, such as 2013, 2013-05 or 2013-05-06.",
)
NOTHING_TO_COMPARE = Problem(
    "nothing-to-compare",
    422,
    "One point only",
    "A comparison needs at least one of the `parameters` that tell its other point or side.",
)
TOO_MUCH_TO_COMPARE = Problem(
    "too-much-to-compare",
    422,
    "Too much to compare",
    "At one of the points there are more than `most` facilities; ask for a country or a field.",
)
NOT_FOLLOWABLE = Problem(
    "not-followable",
    422,
    "Not a question to follow",
    "`of` is not the path of a question that can be followed; `followable` lists those that can.",
)
TOO_MANY_POINTS = Problem(
    "too-many-points",
    422,
    "Too many points",
    "The answer would have more than `most` points; `narrow` names what to ask for less of.",
)
FEED_TOO_LARGE = Problem(
    "feed-too-large",
    422,
    "Too much for a feed",
    "The feed would have `items`, and `most` is the most: narrow it down, or give a `limit`.",
)
POSITION_AHEAD = Problem(
    "position-ahead",
    404,
    "The log is not there yet",
    "The question names a position beyond the `head` of the log.",
)
NO_SUCH = Problem(
    "no-such-record",
    404,
    "Nothing of that name",
    "At these clocks there is no record, statement or source of that id.",
)
NOT_FOUND = Problem("not-found", 404, "No such page", "There is nothing at this path.")
METHOD_NOT_ALLOWED = Problem(
    "method-not-allowed", 405, "Not that way", "The path does not take this method; see `Allow`."
)
NOT_ACCEPTABLE = Problem(
    "not-acceptable", 406, "No such format", "The answer is not made in the format asked for."
)
OLD_VIEW = Problem(
    "old-view",
    410,
    "An answer of an earlier view",
    "Pinned answers of this version of the views are no longer made; `current` asks the same now.",
)
NOT_YET_PROJECTED = Problem(
    "not-yet-projected",
    503,
    "The views are not there yet",
    "The log has the position, the views have read to `projected`; ask again in a second.",
)
NOT_DRAWN = Problem(
    "not-drawn",
    503,
    "No picture in time",
    "Too many pictures are drawn, or one takes too long or fails; `Retry-After` says when to come"
    " back.",
)
TOO_MANY_STREAMS = Problem(
    "too-many-streams",
    503,
    "No place to wait",
    "As many wait for changes as the server has places for; `Retry-After` says when to come back.",
)
BAD_ACCEPT_DATETIME = Problem(
    "bad-accept-datetime",
    400,
    "Not a date of HTTP",
    "Accept-Datetime is not such as Sat, 01 Jun 2019 00:00:00 GMT.",
)
BAD_CURSOR = Problem(
    "bad-cursor",
    400,
    "Not where a page begins",
    "`after` is not from the `next` of a page of this list; begin at its first page.",
)
MALFORMED_JSON = Problem(
    "malformed-json", 400, "Not JSON", "The body is not JSON that can be read in one way only."
)
BAD_HEADER = Problem(
    "bad-header", 400, "A header is not understood", "A header has a value that it cannot take."
)
NOT_AUTHENTICATED = Problem(
    "not-authenticated", 401, "Who are you?", "The path needs a key, or the key opens nothing."
)
NOT_ALLOWED = Problem(
    "not-allowed", 403, "Not with this key", "The key's role is not enough for this."
)
ID_TAKEN = Problem("id-taken", 409, "The id exists", "An id stands for one thing for good.")
ILLEGAL_TRANSITION = Problem(
    "illegal-transition",
    409,
    "Not in this state",
    "A withdrawn statement takes only a reinstatement, and only a withdrawn one takes it.",
)
STALE_REVISION = Problem(
    "stale-revision",
    412,
    "The record changed",
    "The record is at `current_revision`; read it again and decide anew.",
)
PRECONDITION_REQUIRED = Problem(
    "precondition-required",
    428,
    "If-Match is missing",
    "A change names the revision that its author has read.",
)
PAYLOAD_TOO_LARGE = Problem(
    "payload-too-large", 413, "Too large", "The body, or one event in it, is too large."
)
UNSUPPORTED_MEDIA_TYPE = Problem(
    "unsupported-media-type", 415, "Another type of body", "See `Accept-Post`."
)
RATE_LIMITED = Problem(
    "rate-limited", 429, "Too often", "The limit is used up; `Retry-After` says when to come back."
)
BATCH_REFUSED = Problem(
    "batch-refused",
    422,
    "Some lines are refused",
    "Nothing was recorded; `errors` names every bad line.",
)
KEY_REUSED = Problem(
    "idempotency-key-reused",
    422,
    "The key stands for another request",
    "An idempotency key is for one request; make a new one.",
)
BAD_REQUEST = Problem("bad-request", 400, "Not understood", "The request is not well formed.")
INTERNAL = Problem(
    "internal", 500, "A fault of ours", "Something failed here; the log tells what it was."
)

PROBLEMS: tuple[Problem, ...] = (
    VALIDATION,
    UNKNOWN_PARAMETER,
    BAD_EDTF,
    NOTHING_TO_COMPARE,
    TOO_MUCH_TO_COMPARE,
    NOT_FOLLOWABLE,
    TOO_MANY_POINTS,
    FEED_TOO_LARGE,
    POSITION_AHEAD,
    NO_SUCH,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    OLD_VIEW,
    NOT_YET_PROJECTED,
    NOT_DRAWN,
    TOO_MANY_STREAMS,
    BAD_ACCEPT_DATETIME,
    BAD_CURSOR,
    MALFORMED_JSON,
    BAD_HEADER,
    NOT_AUTHENTICATED,
    NOT_ALLOWED,
    ID_TAKEN,
    ILLEGAL_TRANSITION,
    STALE_REVISION,
    PRECONDITION_REQUIRED,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    RATE_LIMITED,
    BATCH_REFUSED,
    KEY_REUSED,
    BAD_REQUEST,
    INTERNAL,
)

Members = dict[str, Any]


def _of_clock(error: BadClock) -> Members:
    return {"errors": [{"in": "query", "parameter": error.clock, "detail": error.why}]}


def _of_filter(error: BadFilter) -> Members:
    named = {"in": "query", "parameter": error.name, "detail": error.why}
    return {"errors": [named | ({"allowed": error.allowed} if error.allowed else {})]}


def _of_refusal(error: Refusal) -> Members:
    return {"errors": [_fault(error)]}


def _of_batch(error: BatchRefused) -> Members:
    return {"errors": [{"line": number, **_fault(refusal)} for number, refusal in error.refusals]}


def _fault(refusal: Refusal) -> Members:
    """Where a line is at fault, and which values would do."""
    fault: Members = {"in": "body", "pointer": refusal.pointer, "detail": str(refusal)}
    allowed = getattr(refusal, "allowed", ())
    return fault | ({"allowed": allowed} if allowed else {})


def _of_stale(error: StaleRevision) -> Members:
    return {
        "record": error.record,
        "current_revision": error.actual,
        "expected_revision": error.expected,
        "errors": [_fault(error)],
    }


RAISED: Mapping[type[AnnalesError], tuple[Problem, Callable[[Any], Members]]] = {
    UnknownParameter: (
        UNKNOWN_PARAMETER,
        lambda error: {"parameter": error.name, "allowed": error.allowed},
    ),
    ClashingClocks: (VALIDATION, _of_clock),
    BadClock: (BAD_EDTF, _of_clock),
    BadFilter: (VALIDATION, _of_filter),
    NothingToCompare: (NOTHING_TO_COMPARE, lambda error: {"parameters": error.clocks}),
    TooMuchToCompare: (TOO_MUCH_TO_COMPARE, lambda error: {"most": error.most}),
    NotFollowable: (
        NOT_FOLLOWABLE,
        lambda error: {"path": error.path, "followable": error.followable},
    ),
    TooManyPoints: (
        TOO_MANY_POINTS,
        lambda error: {"points": error.points, "most": error.most, "narrow": error.narrow},
    ),
    FeedTooLarge: (
        FEED_TOO_LARGE,
        lambda error: {"items": error.items, "most": error.most},
    ),
    PositionAhead: (
        POSITION_AHEAD,
        lambda error: {"position": error.position, "head": error.head},
    ),
    NotProjected: (
        NOT_YET_PROJECTED,
        lambda error: {"position": error.position, "projected": error.projected},
    ),
    NotFound: (NO_SUCH, lambda error: {"kind": error.kind, "id": error.id}),
    Refusal: (VALIDATION, _of_refusal),
    BadDate: (BAD_EDTF, _of_refusal),
    IdTaken: (ID_TAKEN, _of_refusal),
    IsWithdrawn: (ILLEGAL_TRANSITION, _of_refusal),
    NotWithdrawn: (ILLEGAL_TRANSITION, _of_refusal),
    StaleRevision: (STALE_REVISION, _of_stale),
    EventTooLarge: (PAYLOAD_TOO_LARGE, _of_refusal),
    BatchRefused: (BATCH_REFUSED, _of_batch),
    NotJson: (MALFORMED_JSON, _of_refusal),
    KeyReused: (KEY_REUSED, lambda error: {"position": error.position}),
    NoRevisionGiven: (PRECONDITION_REQUIRED, lambda _: {}),
    BadCursor: (BAD_CURSOR, lambda error: {"value": error.value}),
    BadHeader: (BAD_HEADER, lambda error: {"header": error.header}),
    BadAcceptDatetime: (BAD_ACCEPT_DATETIME, lambda error: {"value": error.value}),
    NotDrawn: (NOT_DRAWN, lambda _: {}),
    TooManyStreams: (TOO_MANY_STREAMS, lambda error: {"places": error.places}),
    WrongMediaType: (UNSUPPORTED_MEDIA_TYPE, lambda error: {"accepted": error.accepted}),
    BodyTooLarge: (PAYLOAD_TOO_LARGE, lambda error: {"limit": error.limit}),
    NotAuthenticated: (NOT_AUTHENTICATED, lambda _: {}),
    NotAllowed: (NOT_ALLOWED, lambda error: {"role": error.role, "needed": error.needed}),
    OldView: (OLD_VIEW, lambda error: {"current": error.current}),
}

MOMENTS = ("known", "to_known", "from", "to")
"""The clocks that take a position or an instant of the log, which are no dates of EDTF."""

STATUSES: Mapping[int, Problem] = {
    404: NOT_FOUND,
    405: METHOD_NOT_ALLOWED,
    406: NOT_ACCEPTABLE,
    413: PAYLOAD_TOO_LARGE,
    422: VALIDATION,
}


def register(app: Flask) -> None:
    """Answer every error of the app with a problem."""
    app.register_error_handler(AnnalesError, _raised)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def problem_response(problem: Problem, detail: str, members: Members) -> Response:
    """A problem as it goes out. It is never kept by a cache."""
    body = {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
        "instance": request.path,
        **members,
    }
    response = Response(msgspec.json.encode(body), problem.status, mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if problem.status == 503:
        response.headers["Retry-After"] = "5" if problem is TOO_MANY_STREAMS else "1"
    if problem is STALE_REVISION:
        response.set_etag(f"r{members['current_revision']}")
    if problem is NOT_AUTHENTICATED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="annales"'
    if problem is UNSUPPORTED_MEDIA_TYPE:
        response.headers["Accept-Post"] = members["accepted"]
    if problem is OLD_VIEW:
        response.headers["Link"] = f'<{members["current"]}>; rel="successor-version"'
    return response


def _raised(error: AnnalesError) -> Response:
    for kind in type(error).__mro__:
        if kind in RAISED:
            problem, members = RAISED[kind]
            if isinstance(error, BadClock) and error.clock in MOMENTS and problem is BAD_EDTF:
                problem = VALIDATION
            return problem_response(problem, str(error), members(error))
    return _unforeseen(error)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    problem = STATUSES.get(status) or (BAD_REQUEST if status < 500 else INTERNAL)
    response = problem_response(
        problem._replace(status=status), error.description or problem.meaning, {}
    )
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _unforeseen(error: Exception) -> Response:
    current_app.logger.error("an error that nobody foresaw", exc_info=error)
    return problem_response(INTERNAL, INTERNAL.meaning, {})
