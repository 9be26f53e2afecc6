"""Errors as RFC 9457 problems: one entry a kind, with the errors that become one.

Every problem has `type` (`/problems/<slug>`), `title`, `status` and `detail`;
what else it carries are the facts of its error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher, get_close_matches
from typing import Any

import msgspec
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from events import errors
from events.clocks import as_of
from service.archive import LOG, suggestions
from service.archive.keys import hide_keys
from service.asking import errors as asking
from service.web.near import near_facilities
from service.web.pausing import await_copy
from service.web.root import archive

MEDIA_TYPE = "application/problem+json"

LONGEST_PATH = 100
"""In characters: what is longer is not compared with the paths that there are."""

ROOTS = frozenset({"/api", "/api/v1", "/v1"})
"""Where people look for what an API has."""

ALIKE = 0.75
"""How much of two paths must be the same, from 0 to 1."""

Members = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A kind of problem: what its slug, status and title are, and when it comes.

    `raised` are the errors that become one, each with what gives the members that it adds. An
    error that is not named is what the nearest class above it is. `headers` are sent with it, by
    the members.
    """

    slug: str
    status: int
    title: str
    meaning: str
    raised: Mapping[type[errors.AnnalesError], Callable[[Any], Members]] = field(
        default_factory=dict
    )
    headers: Callable[[Members], Mapping[str, str]] = lambda _: {}


def facts(*names: str, **attributes: str) -> Callable[[errors.AnnalesError], Members]:
    """The members of a problem, in this order: attributes of its error, of the same name or of
    another.

    >>> facts("id", of="kind")(errors.NotFound("record", "juno"))
    {'id': 'juno', 'of': 'record'}
    """
    taken = {**dict(zip(names, names, strict=True)), **attributes}
    return lambda error: {member: getattr(error, name) for member, name in taken.items()}


def _of_clock(error: errors.BadClock) -> Members:
    return {"errors": [{"in": "query", "parameter": error.clock, "detail": error.why}]}


def _of_filter(error: errors.BadFilter) -> Members:
    place = "path" if error.name in (request.view_args or ()) else "query"
    named = {"in": place, "parameter": error.name, "detail": error.why}
    some = {name: values for name in ("allowed", "near") if (values := getattr(error, name))}
    return {"errors": [named | some]}


def _of_missing(error: errors.NotFound) -> Members:
    """What is not there; of a record the facilities whose names are near too, but for pages, which
    tell them in words."""
    missing = facts("kind", "id")(error)
    if error.kind != "record" or not request.path.startswith("/v1/"):
        return missing
    try:
        now = as_of(log=archive().log_asked({}), now=archive().chronicle.now())
        world = archive().reading_at(now.known).at(now)
        near = [each.id for each in near_facilities(error.id, world, "en")]
    except errors.AnnalesError:
        near = []  # that there is none is told all the same
    return {**missing, "near": near}


def _of_refusal(error: errors.Refusal) -> Members:
    return {"errors": [_fault(error)]}


def _of_batch(error: errors.BatchRefused) -> Members:
    return {"errors": [{"line": number, **_fault(refusal)} for number, refusal in error.refusals]}


def _of_sheet(error: errors.SheetRefused) -> Members:
    return {"errors": [_placed(fault) for fault in error.faults]}


def _placed(fault: errors.Fault) -> Members:
    """What is wrong with a cell, a row or a sheet, and where that is."""
    place = {"row": fault.row, "column": fault.column, "cell": fault.cell}
    return {**{name: each for name, each in place.items() if each}, **_fault(fault.refusal)}


def _fault(refusal: errors.Refusal) -> Members:
    """Where a line is at fault, and which values would do."""
    fault: Members = {"in": "body", "pointer": refusal.pointer, "detail": str(refusal)}
    allowed = getattr(refusal, "allowed", ())
    return fault | ({"allowed": allowed} if allowed else {})


def _of_stale(error: errors.StaleRevision) -> Members:
    return {
        "record": error.record,
        "current_revision": error.actual,
        "expected_revision": error.expected,
        "errors": [_fault(error)],
    }


def _successor(members: Members) -> dict[str, str]:
    return {"Link": f'<{members["current"]}>; rel="successor-version"'}


PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "validation",
        422,
        "A value is not valid",
        "A parameter or a member has a value that it cannot take; `errors` names each.",
        raised={
            errors.ClashingClocks: _of_clock,
            errors.BadFilter: _of_filter,
            errors.Refusal: _of_refusal,
        },
    ),
    Problem(
        "unknown-parameter",
        422,
        "A parameter that is unknown, or given twice",
        "A parameter that the question does not take, or one given twice; nothing is ignored. What"
        " takes several values takes them joined by commas.",
        raised={asking.UnknownParameter: facts(parameter="name", allowed="allowed")},
    ),
    Problem(
        "bad-edtf",
        422,
        "Not a date",
        "A clock is not a year, a month or a day, such as 2013, 2013-05 or 2013-05-06.",
        raised={
            errors.BadClock: _of_clock,
            errors.BadDate: _of_refusal,
        },
    ),
    Problem(
        "nothing-to-compare",
        422,
        "One point only",
        "A comparison needs at least one of the `parameters` that tell its other point or side.",
        raised={asking.NothingToCompare: facts(parameters="clocks")},
    ),
    Problem(
        "proof-of-changing",
        422,
        "A proof of what may change",
        "`proof` is given of a pinned answer alone; `pinned` is where this one has it.",
        raised={asking.ProofOfChanging: facts("pinned")},
    ),
    Problem(
        "too-much-to-compare",
        422,
        "Too much to compare",
        "At one of the points a list of the state, such as its facilities, has more than `most`"
        " rows; ask for a country or a field.",
        raised={asking.TooMuchToCompare: facts("most")},
    ),
    Problem(
        "misplaced-key",
        422,
        "A key in the wrong place",
        "A key belongs in `Authorization`. `where` it was sent it would be stored, shown or logged:"
        " revoke it.",
        raised={asking.MisplacedKey: facts("where")},
    ),
    Problem(
        "not-followable",
        422,
        "Not a question to follow",
        "`of` is not the path of a question that can be followed; `followable` lists those that"
        " can.",
        raised={asking.NotFollowable: facts("path", "followable")},
    ),
    Problem(
        "too-many-points",
        422,
        "Too many points",
        "The answer would have more than `most` points; `narrow` names what to ask for less of.",
        raised={asking.TooManyPoints: facts("points", "most", "narrow")},
    ),
    Problem(
        "too-costly",
        422,
        "Too much to read",
        "The answer would read at least `cost` rows, and `most` is the most; `narrow` names what to"
        " ask for less of. It follows from the question and the log alone: to ask again is of no"
        " use.",
        raised={errors.TooCostly: facts("cost", "most", "narrow")},
    ),
    Problem(
        "feed-too-large",
        422,
        "Too much for a feed",
        "The feed would have `items`, and `most` is the most: narrow it down, or give a `limit`.",
        raised={asking.FeedTooLarge: facts("items", "most")},
    ),
    Problem(
        "position-ahead",
        404,
        "The log is not there yet",
        "The question names a position beyond the `head` of the log.",
        raised={errors.PositionAhead: facts("position", "head")},
    ),
    Problem(
        "no-such-event",
        404,
        "No event there",
        "The log has no event at the position, and gave it to none.",
        raised={errors.NoEvent: facts("position")},
    ),
    Problem(
        "no-such-tile",
        404,
        "No such tile",
        "The tree of the newest checkpoint, with its `size`, has no such tile, or none of this"
        " width.",
        raised={errors.NoTile: facts("size")},
    ),
    Problem(
        "not-signed",
        404,
        "Not signed",
        "No checkpoint reaches so far; the detail says what to do, or to wait for.",
        raised={errors.NotSigned: facts()},
    ),
    Problem(
        "no-such-record",
        404,
        "Nothing of that name",
        "At these clocks there is no record, statement or source of that id; `near` are facilities"
        " that may be meant.",
        raised={errors.NotFound: _of_missing},
    ),
    Problem(
        "no-frame",
        404,
        "No frame for this page",
        "oEmbed gives frames of some pages of this service; `framed` are their paths.",
        raised={asking.NoFrame: facts("url", "framed")},
    ),
    Problem(
        "not-found",
        404,
        "No such page",
        "There is nothing at this path; `near` are paths that may be meant.",
    ),
    Problem(
        "method-not-allowed",
        405,
        "Not that way",
        "The path does not take this method; see `Allow`.",
    ),
    Problem(
        "not-acceptable",
        406,
        "No such format",
        "The answer is not made in the format asked for.",
    ),
    Problem(
        "not-installed",
        406,
        "Nothing here makes this format",
        "What makes this format is optional, and not installed; `extra` is what to install with"
        " Annales.",
        raised={asking.NotInstalled: facts("extra")},
    ),
    Problem(
        "old-view",
        410,
        "An answer of an earlier view",
        "Pinned answers of this version of the views are no longer made; `current` asks the same"
        " now.",
        raised={errors.OldView: facts("current")},
        headers=_successor,
    ),
    Problem(
        "old-epoch",
        410,
        "An answer of an earlier epoch",
        "The log was replaced by an earlier copy of itself or by another, and what it told here"
        " before is no longer known; `current` asks the same now.",
        raised={errors.OldEpoch: facts("current")},
        headers=_successor,
    ),
    Problem(
        "cited-too-late",
        410,
        "Not cited while it stood",
        "What is to be cited is of an earlier version of the views, and nobody cited it while that"
        " was made; `current` asks the same now.",
        raised={asking.CitedTooLate: facts("of", "current")},
        headers=_successor,
    ),
    Problem(
        "not-pinned",
        422,
        "Not pinned",
        "What is to be cited may change; `pinned` is where the same stands for good, if it does"
        " anywhere.",
        raised={asking.NotPinned: facts("of", "pinned")},
    ),
    Problem(
        "foreign-host",
        422,
        "Of another service",
        "What is to be cited is at another address than `ours`.",
        raised={asking.ForeignHost: facts("host", "ours")},
    ),
    Problem(
        "nothing-to-cite",
        422,
        "Nothing to cite",
        "At the address that is to be cited no answer stands; `answered` is the status, and"
        " `because` says why.",
        raised={asking.NothingToCite: facts("of", answered="status", because="why")},
    ),
    Problem(
        "not-answered",
        503,
        "Not answered just now",
        "What is to be cited could not be answered at the moment; `Retry-After` says when to come"
        " back.",
        raised={asking.NotAnswered: facts("of", answered="status")},
    ),
    Problem(
        "too-large-to-cite",
        413,
        "Too large to cite",
        "The answer that is to be cited has more than `most` bytes: narrow it down.",
        raised={asking.TooLargeToCite: facts("most")},
    ),
    Problem(
        "too-many-citations",
        429,
        "Too many citations",
        "So much may be cited in a day without a key, as `limit` says; `Retry-After` says when to"
        " come back. What was cited before may be cited again.",
        raised={asking.TooManyCitations: facts("limit", retry_after="seconds")},
        headers=lambda members: {"Retry-After": str(members["retry_after"])},
    ),
    Problem(
        "no-such-citation",
        404,
        "Not cited",
        "Nothing was cited under this id.",
        raised={asking.NoSuchCitation: facts("id")},
    ),
    Problem(
        "too-many-suggestions",
        429,
        "Too many suggestions",
        "So much may be suggested in a day without a key, as `limit` says; `Retry-After` says when"
        " to come back.",
        raised={asking.TooManySuggestions: facts("limit", retry_after="seconds")},
        headers=lambda members: {"Retry-After": str(members["retry_after"])},
    ),
    Problem(
        "queue-full",
        503,
        "No more suggestions for now",
        "As many suggestions are `waiting` to be looked at as are kept; come back when some of them"
        " have been.",
        raised={suggestions.QueueFull: facts("waiting")},
        headers=lambda _: {"Retry-After": "3600"},
    ),
    Problem(
        "no-such-suggestion",
        404,
        "Not suggested",
        "Nothing was suggested under this id.",
        raised={suggestions.NoSuchSuggestion: facts("id")},
    ),
    Problem(
        "suggestion-closed",
        409,
        "Taken or declined already",
        "Another curator took or declined the suggestion, as `state` says.",
        raised={suggestions.SuggestionClosed: facts("id", "state")},
    ),
    Problem(
        "log-replaced",
        503,
        "Another log lies there",
        "The log is no longer the one that was opened, so nothing is read from it or recorded in it"
        " until the right one is put back or the service begins anew.",
        raised={errors.LogReplaced: facts()},
        headers=lambda _: {"Retry-After": "60"},
    ),
    Problem(
        "not-yet-projected",
        503,
        "The views are not there yet",
        "The log has the position, the views have read to `projected`; ask again in a second.",
        raised={errors.NotProjected: facts("position", "projected")},
    ),
    Problem(
        "views-mending",
        503,
        "The views are being made anew",
        "The views are damaged or gone, and are being made anew from the log, which has lost"
        " nothing; `Retry-After` says when to come back.",
        raised={errors.ViewsMending: facts()},
        headers=lambda _: {"Retry-After": "2"},
    ),
    Problem(
        "other-views",
        503,
        "Views of another version",
        "A program of another version has put its `view` into use while this one ran, whose own is"
        " `program`: end the one that is not wanted.",
        raised={errors.OtherViews: facts("view", program="ours")},
    ),
    Problem(
        "clock-not-believed",
        503,
        "The clock is not believed",
        "The clock of the server went another way than time does, and what it dates is dated for"
        " good; orders are taken again when it is right, or confirmed by `annales confirm-clock`.",
        raised={errors.ClockNotBelieved: facts("now", "why")},
        headers=lambda _: {"Retry-After": "60"},
    ),
    Problem(
        "not-drawn",
        503,
        "No picture in time",
        "Too many pictures are drawn, or one takes too long or fails; `Retry-After` says when to"
        " come back.",
        raised={asking.NotDrawn: facts()},
    ),
    Problem(
        "too-many-streams",
        503,
        "No place to wait",
        "As many wait for changes as the server has places for, in all or for one client;"
        " `Retry-After` says when to come back.",
        raised={asking.TooManyStreams: facts("places")},
        headers=lambda _: {"Retry-After": "5"},
    ),
    Problem(
        "overloaded",
        503,
        "Overloaded",
        "As many requests wait for an answer as the server lets wait; `Retry-After` says when to"
        " come back.",
    ),
    Problem(
        "bad-accept-datetime",
        400,
        "Not a date of HTTP",
        "Accept-Datetime is not such as Sat, 01 Jun 2019 00:00:00 GMT.",
        raised={asking.BadAcceptDatetime: facts("value")},
    ),
    Problem(
        "bad-cursor",
        400,
        "Not where a page begins",
        "`after` is not from the `next` of a page of this list; begin at its first page.",
        raised={asking.BadCursor: facts("value")},
    ),
    Problem(
        "malformed-json",
        400,
        "Not JSON",
        "The body is not JSON that can be read in one way only.",
        raised={errors.NotJson: _of_refusal},
    ),
    Problem(
        "bad-header",
        400,
        "A header is not understood",
        "A header has a value that it cannot take.",
        raised={asking.BadHeader: facts("header")},
    ),
    Problem(
        "not-authenticated",
        401,
        "Who are you?",
        "The path needs a key, or the key opens nothing.",
        raised={asking.NotAuthenticated: facts()},
        headers=lambda _: {"WWW-Authenticate": 'Bearer realm="annales"'},
    ),
    Problem(
        "not-allowed",
        403,
        "Not with this key",
        "The key's role is not enough for this, or a page of another site sent it without one.",
        raised={asking.NotAllowed: facts("role", "needed"), asking.FromAnotherSite: facts()},
    ),
    Problem(
        "id-taken",
        409,
        "The id exists",
        "An id stands for one thing for good.",
        raised={errors.IdTaken: _of_refusal},
    ),
    Problem(
        "illegal-transition",
        409,
        "Not in this state",
        "A withdrawn statement takes only a reinstatement, and only a withdrawn one takes it.",
        raised={
            errors.IsWithdrawn: _of_refusal,
            errors.NotWithdrawn: _of_refusal,
        },
    ),
    Problem(
        "is-mirror",
        409,
        "This is a mirror",
        "The chronicle copies the one at `source`, which takes the orders. It takes some of its own"
        " when its keeper lets it go on by itself, by `annales mirror --detach`.",
        raised={errors.IsMirror: facts("source")},
    ),
    Problem(
        "stale-revision",
        412,
        "The record changed",
        "The record is at `current_revision`; read it again and decide anew.",
        raised={errors.StaleRevision: _of_stale},
        headers=lambda members: {"ETag": f'"r{members["current_revision"]}"'},
    ),
    Problem(
        "precondition-required",
        428,
        "If-Match is missing",
        "A change names the revision that its author has read.",
        raised={asking.NoRevisionGiven: facts()},
    ),
    Problem(
        "payload-too-large",
        413,
        "Too large",
        "The body, or one event in it, is too large.",
        raised={
            errors.EventTooLarge: _of_refusal,
            asking.BodyTooLarge: facts("limit"),
        },
    ),
    Problem(
        "address-too-long",
        414,
        "Too long an address",
        "Path and query have more characters than an address may have: ask for less at once.",
    ),
    Problem(
        "unsupported-media-type",
        415,
        "Another type of body",
        "See `Accept-Post`.",
        raised={asking.WrongMediaType: facts("accepted")},
        headers=lambda members: {"Accept-Post": members["accepted"]},
    ),
    Problem(
        "rate-limited",
        429,
        "Too often",
        "The limit is used up; `Retry-After` says when to come back.",
    ),
    Problem(
        "insufficient-storage",
        507,
        "Nothing can be recorded",
        "The disk of the log is full, or its folder is for reading alone. Nothing was recorded, not"
        " even a part; what is recorded can be asked for.",
        raised={errors.NotWritten: facts()},
    ),
    Problem(
        "log-unreachable",
        503,
        "The log cannot be reached",
        "The log lies in PostgreSQL, which does not answer at the moment. Nothing was recorded, not"
        " even a part; what this node has copied can be asked for.",
        raised={errors.LogUnreachable: facts()},
    ),
    Problem(
        "outcome-unknown",
        503,
        "Whether it was recorded is not known",
        "PostgreSQL was lost while it committed. Send the same again under the same idempotency"
        " key: if it was recorded, that is the answer, and it is not recorded twice.",
        raised={errors.OutcomeUnknown: facts()},
    ),
    Problem(
        "batch-refused",
        422,
        "Some lines are refused",
        "Nothing was recorded; `errors` names every bad line.",
        raised={errors.BatchRefused: _of_batch},
    ),
    Problem(
        "sheet-refused",
        422,
        "Some cells are refused",
        "Nothing was recorded; `errors` names every bad cell of the CSV, by row and column.",
        raised={errors.SheetRefused: _of_sheet},
    ),
    Problem(
        "idempotency-key-reused",
        422,
        "The key stands for another request",
        "An idempotency key is for one request; make a new one.",
        raised={errors.KeyReused: facts("position")},
    ),
    Problem(
        "bad-request",
        400,
        "Not understood",
        "The request is not well formed.",
    ),
    Problem(
        "log-damaged",
        500,
        "Damaged",
        "What is kept here is not what was written any more, and is not given. Whoever runs the"
        " service finds the place by `annales verify`, and restores it from a backup.",
        raised={errors.LogDamaged: facts("position")},
    ),
    Problem(
        "internal",
        500,
        "A fault of ours",
        "Something failed here; the log tells what it was.",
    ),
)


BY_SLUG: Mapping[str, Problem] = {problem.slug: problem for problem in PROBLEMS}

RAISED: Mapping[type[errors.AnnalesError], tuple[Problem, Callable[[Any], Members]]] = {
    error: (problem, members) for problem in PROBLEMS for error, members in problem.raised.items()
}

MOMENTS = ("known", "to_known", "from", "to")
"""The clocks that take a position or an instant of the log, which are no dates of EDTF."""

STATUSES: Mapping[int, Problem] = {
    404: BY_SLUG["not-found"],
    405: BY_SLUG["method-not-allowed"],
    406: BY_SLUG["not-acceptable"],
    413: BY_SLUG["payload-too-large"],
    414: BY_SLUG["address-too-long"],
    422: BY_SLUG["validation"],
}


def register(app: Flask) -> None:
    """Answer every error of the app with a problem."""
    for error in RAISED:
        app.register_error_handler(error, _raised)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def problem_response(problem: Problem, detail: str, members: Members) -> Response:
    """A problem as it goes out. It is never kept by a cache, and no key stands in it."""
    body = {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
        "instance": request.path,
        **members,
    }
    text = hide_keys(msgspec.json.encode(body).decode())
    response = Response(text, problem.status, mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(problem.headers(members))
    if problem.status == 503:
        response.headers.setdefault("Retry-After", "1")
    return response


def problem_of(error: type[errors.AnnalesError]) -> tuple[Problem, Callable[[Any], Members]]:
    """The problem of an error of RAISED, or of a class below one, and the function that gives the
    members that the error adds.

    Raises StopIteration for any other error.
    """
    return next(RAISED[each] for each in error.__mro__ if each in RAISED)


def _raised(error: errors.AnnalesError) -> Response:
    if isinstance(error, errors.PositionAhead):  # wherever it is named, another node may have it
        try:
            await_copy(error.position)
        except errors.NotProjected as late:
            error = late
    problem, members = problem_of(type(error))
    if isinstance(error, errors.LogDamaged):
        current_app.logger.error("what is kept is damaged", exc_info=error)
    if type(error) is errors.NotWritten:
        archive().troubles.tell(LOG, error.why)
    if isinstance(error, errors.BadClock) and error.clock in MOMENTS:
        problem = BY_SLUG["validation"]
    return problem_response(problem, str(error), members(error))


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    other = BY_SLUG["bad-request" if status < 500 else "internal"]
    problem = replace(STATUSES.get(status, other), status=status)
    # The framework's own words are for people at a browser, and say nothing of this service.
    is_ours = error.description not in (None, type(error).description)
    if status == 404 and request.url_rule is None:
        near = near_paths(request.path)
        meant = f"; is {' or '.join(near)} meant?" if near else "."
        detail = f"There is nothing at this path{meant}"
        response = problem_response(problem, detail, {"near": near})
    else:
        detail = str(error.description if is_ours else problem.meaning)
        response = problem_response(problem, detail, {})
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def near_paths(asked: str) -> list[str]:
    """The paths that a path may mean, which is none; few or none."""
    if len(asked) > LONGEST_PATH:
        return []
    bare = asked.rstrip("/")
    if bare in ROOTS:
        return ["/docs", "/openapi.json"]
    parts = bare.split("/")
    paths, filled = set(), set()
    for rule in current_app.url_map.iter_rules():
        named = str(rule).split("/")
        if "GET" not in (rule.methods or ()) or named[:2] != parts[:2]:
            continue
        if not rule.arguments:
            paths.add(str(rule))
        elif len(named) == len(parts):
            pairs = list(zip(named, parts, strict=True))
            if all("<" in name or _alike(name, part) for name, part in pairs):
                filled.add("/".join(part if "<" in name else name for name, part in pairs))
    return get_close_matches(bare, {*paths, *filled} - {asked}, cutoff=ALIKE)


def _alike(one: str, other: str) -> bool:
    return one == other or SequenceMatcher(None, one, other).ratio() >= ALIKE


def _unforeseen(error: Exception) -> Response:
    if archive().views.met(error):
        return _raised(errors.ViewsMending(str(error)))
    current_app.logger.error("an error that nobody foresaw", exc_info=error)
    problem = BY_SLUG["internal"]
    return problem_response(problem, problem.meaning, {})
