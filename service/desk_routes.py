"""The curator's desk: signing in, and forms that record what the API records.

Whoever shows a key signs in for a while: the key is sent once, in the body of a form, and a
cookie stands for it that scripts cannot read and other sites cannot send. Every form carries
the token of its session. A form is first looked at, then recorded: what is recorded is the
line that was looked at, at the revision at which that was, once.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Response, current_app, redirect, request

from events.canonical import canonical, read
from events.catalogue import STATEMENT_TYPES
from events.dates import Language
from events.decision import Decision, stream_of
from events.errors import BadDate, BatchRefused, MalformedLine, Refusal, StaleRevision
from events.fact import Line
from events.orders import Command, Order
from service.access import DESK, identity, needs, session
from service.asking import archive, parameters
from service.keys import Keyring
from service.pages import desk_words, rendering
from service.pages.answering import HTML, PROBLEM
from service.pages.desk_form import Values
from service.pages.desk_page import (
    PREFILLED,
    REGISTERED,
    Task,
    again,
    card_task,
    faults_of,
    form_members,
    found,
    new_task,
    record_members,
    roles,
    source_members,
    statement_task,
    subject,
    titles,
)
from service.pages.desk_preview import Desk, meanwhile, seen, told_date
from service.pages.here import Here
from service.pages.page import Members, Page, navigation
from service.pages.speech import Speech
from service.problems import NOT_ALLOWED, RAISED, problem_response
from service.sessions import COOKIE, LONGEST, PATH, Sessions
from service.translations import LANGUAGES, chosen
from service.writing import batch_of, check_allowed, command_of, wait_for_views

blueprint = Blueprint(DESK, __name__, url_prefix=PATH)

FORM_COOKIE = "annales-desk-form"
"""Holds the token of the form for signing in, when there is no session yet."""

LARGEST_FORM = 4 * 1024 * 1024
"""In bytes. A batch of more is sent to the API."""

PATIENCE = 2.0
"""Seconds that a recording waits for the views, so that what its page links to is there."""

SPACES = ("record", "source", "statement")

TYPE_OF = {"correct": "correction", "withdraw": "withdrawal", "reinstate": "reinstatement"}


# --- signing in and out


@blueprint.get("/sign-in")
@needs("open")
def sign_in_form() -> Response:
    """The form that asks for a key."""
    then = parameters(("lang", "then")).get("then", PATH)
    return _sign_in(then=_within(then))


@blueprint.post("/sign-in")
@needs("open")
def sign_in() -> Response:
    """Begin a session for the key that was sent."""
    then = _within(request.form.get("then", PATH))
    kept = request.form.get("kept", "")
    sent, held = request.form.get("token", ""), request.cookies.get(FORM_COOKIE, "")
    if not held or not hmac.compare_digest(sent.encode(), held.encode()):
        return _sign_in(then=then, fault="stale", status=422, kept=kept)
    keyring = cast("Keyring", current_app.extensions["annales.keys"])
    who = keyring.identify(request.form.get("key", "").strip())
    if who is None:
        return _sign_in(then=then, fault="wrong", status=401, kept=kept)
    if not who.may("contributor"):
        return _sign_in(then=then, fault="reader", status=403, kept=kept)
    secret = _sessions().begin(who)
    response = _go_on(then, kept, secret) if kept else cast("Response", redirect(then, 303))
    _set_cookie(response, COOKIE, secret, max_age=LONGEST)
    response.delete_cookie(FORM_COOKIE, path=PATH)
    return response


@blueprint.post("/sign-out")
@needs("open")
def sign_out() -> Response:
    """End the session."""
    _sessions().end(request.cookies.get(COOKIE, ""))
    response = redirect(_desk().here.to(f"{PATH}/sign-in"), 303)
    response.delete_cookie(COOKIE, path=PATH)
    return cast("Response", response)


# --- choosing


@blueprint.get("")
@needs("contributor")
def home() -> Response:
    """What can be done: find something, or begin something new."""
    texts = parameters(("lang", "q"))
    q = texts.get("q", "").strip()
    desk = _desk()
    return _page(
        "desk.html",
        desk,
        q=q,
        found=found(desk, q[:200]) if q else None,
        registered=[(type, desk_words.type_of_line(type, desk.lang)) for type in REGISTERED],
        statements=[(type, desk_words.type_of_line(type, desk.lang)) for type in STATEMENT_TYPES],
    )


@blueprint.get("/records/<string:id>")
@needs("contributor")
def record(id: str) -> Response:
    """A record, and what can be changed of it."""
    desk = _desk()
    return _page("desk_record.html", desk, done=_done(), subject=record_members(desk, id))


@blueprint.get("/sources/<string:id>")
@needs("contributor")
def source(id: str) -> Response:
    """A source, and what can be recorded by it."""
    desk = _desk()
    return _page("desk_record.html", desk, done=_done(), subject=source_members(desk, id))


# --- recording


@blueprint.route("/new/<string:type>", methods=["GET", "POST"])
@needs("contributor")
def new(type: str) -> Response:
    """Register something, or record a statement."""
    filled = parameters(("lang", *PREFILLED)) if request.method == "GET" else {}
    return _task(new_task(type, {name: text for name, text in filled.items() if name != "lang"}))


@blueprint.route(
    "/statements/<string:id>/<any(correct, withdraw, reinstate):what>", methods=["GET", "POST"]
)
@needs("contributor")
def change(id: str, what: str) -> Response:
    """Correct a statement, take it back, or let it stand again."""
    _only_lang()
    return _task(statement_task(archive(), TYPE_OF[what], id, _revision()))


@blueprint.route("/records/<string:id>/amend", methods=["GET", "POST"])
@needs("contributor")
def amend_record(id: str) -> Response:
    """Mend a card."""
    _only_lang()
    return _task(card_task(archive(), "record", id, _revision()))


@blueprint.route("/sources/<string:id>/amend", methods=["GET", "POST"])
@needs("contributor")
def amend_source(id: str) -> Response:
    """Mend a source."""
    _only_lang()
    return _task(card_task(archive(), "source", id, _revision()))


@blueprint.route("/batch", methods=["GET", "POST"])
@needs("contributor")
def batch() -> Response:
    """Record the lines of a text, all or nothing."""
    desk = _desk()
    text = request.form.get("text", "").replace("\r\n", "\n")
    shown: Members = {"text": text, "preview": None, "faults": [], "stale": False}
    if request.method == "GET":
        return _page("desk_batch.html", desk, **shown)
    status = 200
    body = text.encode(errors="replace")
    try:
        if request.form.get("do") == "record":
            try:
                return _recorded(desk, _batch_command(body, _revisions(), _key()))
            except Refusal as refusal:
                if not _is_stale(refusal):
                    raise
                shown["stale"], status = True, _status(refusal)
        told = seen(desk, _proposed(_batch_command(body, {})))
        revisions = canonical(told["revisions"]).decode()
        shown["preview"] = {"seen": told, "revisions": revisions, "key": _new_key()}
    except Refusal as refusal:
        shown["faults"], status = faults_of(refusal, desk.say), _status(refusal)
    return _page("desk_batch.html", desk, status, **shown)


# --- what a script asks while one types


@blueprint.get("/date")
@needs("contributor")
def date() -> Response:
    """What a date means, in words."""
    text = parameters(("lang", "text")).get("text", "").strip()
    desk = _desk()
    try:
        return _json({"ok": True, "words": told_date(text, desk.say)})
    except BadDate as refused:
        return _json({"ok": False, "words": refused.why})


@blueprint.get("/id")
@needs("contributor")
def id_() -> Response:
    """Whether an id is taken, and by what."""
    texts = parameters(("lang", "of", "id"))
    space, id = texts.get("of", "record"), texts.get("id", "")
    desk = _desk()
    if space not in SPACES:
        raise MalformedLine(f"{space!r} is no space of ids", allowed=SPACES)
    taken = desk.service.chronicle.claimed(space, [id]).get(id)
    if taken is None:
        say = desk.say
        words = {"words": say("nothing of that id is recorded"), "words_new": say("free")}
        return _json({"taken": False, **words})
    name = _name(space, id, taken) or id
    words = {"words": name, "words_new": desk.say("taken: %(name)s", name=name)}
    return _json({"taken": True, **words})


@blueprint.get("/find")
@needs("contributor")
def find() -> Response:
    """Records or sources by words, for a list under an input."""
    texts = parameters(("lang", "of", "q"))
    space, q = texts.get("of", "record"), texts.get("q", "").strip()
    rows = found(_desk(), q[:200]) if q else []
    return _json([{"id": row["id"], "name": row["name"]} for row in rows if row["space"] == space])


def _only_lang() -> None:
    """Refuse a parameter that the form does not take."""
    parameters(("lang",))


def _name(space: str, id: str, taken: str) -> str:
    """What an id stands for: a title or a name."""
    stream = stream_of("record", taken) if space == "statement" else stream_of(space, id)
    for line, *_ in archive().chronicle.stream(stream):
        if space != "statement" or line.get("id") == id:
            return str(line.get("title") or line.get("name") or "")
    return ""


# --- one form: shown, looked at, recorded


def _task(task: Task) -> Response:
    desk = _desk()
    if request.method == "GET":
        return _form(desk, task, *task.filled())
    if request.form.get("do") == "record":
        return _record(desk, task)
    return _preview(desk, task, *task.sent(request.form))


def _preview(
    desk: Desk, task: Task, values: Values, why: Values, *, stale: list[Members] | None = None
) -> Response:
    """What the form would record, and the form beneath it; or what is wrong."""
    line = task.line(values, why)
    try:
        try:
            told = seen(desk, _proposed(_command(line, revision=task.revision)))
        except StaleRevision:
            stale = stale or meanwhile(desk, task.stream or "", task.revision or 0)
            task = again(archive(), task)
            values, why = task.shows(line)
            told = seen(desk, _proposed(_command(line)))
    except Refusal as refusal:
        faults = faults_of(refusal, desk.say)
        return _form(desk, task, values, why, faults=faults, stale=stale, status=_status(refusal))
    preview = {
        "seen": told,
        "line": canonical(line).decode(),
        "revision": told["revisions"]["1"],
        "key": _new_key(),
    }
    status = 200 if stale is None else 412
    return _form(desk, task, values, why, preview=preview, stale=stale, status=status)


def _record(desk: Desk, task: Task) -> Response:
    """Record the line that was looked at, if nothing came in between."""
    line = read(request.form.get("line", ""))
    if not isinstance(line, dict):
        raise MalformedLine("the line is a JSON object")
    values, why = task.shows(line)
    command = _command(line, revision=_revision(), key=_key())
    try:
        return _recorded(desk, command)
    except StaleRevision as stale:
        stream = task.stream or stream_of("record", stale.record)
        told = meanwhile(desk, stream, _revision() or 0)
        return _preview(desk, task, values, why, stale=told)
    except Refusal as refusal:
        faults = faults_of(refusal, desk.say)
        return _form(desk, task, values, why, faults=faults, status=_status(refusal))


def _form(
    desk: Desk,
    task: Task,
    values: Values,
    why: Values,
    *,
    faults: list[Members] | None = None,
    preview: Members | None = None,
    stale: list[Members] | None = None,
    status: int = 200,
) -> Response:
    shown = {
        "subject": subject(desk, task),
        "form": form_members(desk, task, values, why, faults or []),
        "preview": preview,
        "stale": stale,
        "revision": task.revision,
    }
    if request.form.get("do") == "live":
        return _html("desk_live.html", desk, 200, **shown)
    return _page("desk_form.html", desk, status, **shown)


def _command(line: Line, *, revision: int | None = None, key: str | None = None) -> Command:
    return command_of([Order(1, line)], body=canonical(line), key=key, revision=revision)


def _proposed(command: Command) -> Decision:
    """What the command comes to. Raises what recording it would."""
    check_allowed(command)
    return archive().chronicle.propose(command)


def _recorded(desk: Desk, command: Command) -> Response:
    """Record a command, once, and lead to what it changed."""
    chronicle = archive().chronicle
    recorded = chronicle.replay(command)
    if recorded is None:
        check_allowed(command)
        recorded = chronicle.execute(command)
    if recorded.commit is None:
        raise MalformedLine("nothing was to be recorded")
    wait_for_views(recorded.commit.position, PATIENCE)
    space, _, id = recorded.events[-1].stream.partition(":")
    path = f"{PATH}/{space}s/{id}"
    there = desk.here.to(path, recorded=str(recorded.commit.position))
    return cast("Response", redirect(there, 303))


def _batch_command(body: bytes, revisions: Mapping[str, int], key: str | None = None) -> Command:
    """The command of pasted lines, each at the revision at which it was looked at."""
    looked_at = [_at_revision(order, revisions.get(str(order.number))) for order in batch_of(body)]
    return command_of(looked_at, body=body, key=key)


def _at_revision(order: Order, revision: int | None) -> Order:
    """A line that names the revision at which it was looked at, unless it names one itself."""
    if revision is None or isinstance(order.line, Refusal):
        return order
    return order._replace(line={"revision": revision, **order.line})


def _is_stale(refusal: Refusal) -> bool:
    if isinstance(refusal, BatchRefused):
        return all(isinstance(each, StaleRevision) for _, each in refusal.refusals)
    return isinstance(refusal, StaleRevision)


def _status(refusal: Refusal) -> int:
    """The status that the API answers a refusal with."""
    return next(RAISED[kind][0].status for kind in type(refusal).__mro__ if kind in RAISED)


# --- what a form sends besides its members


def _revision() -> int | None:
    """The revision that the form was filled or looked at."""
    text = request.form.get("revision", "")
    return int(text) if _NUMBER.fullmatch(text) else None


def _revisions() -> dict[str, int]:
    """The revisions at which the lines of a batch were looked at, by their numbers."""
    told = read(request.form.get("revisions", "{}"))
    if not isinstance(told, dict) or not all(type(each) is int for each in told.values()):
        raise MalformedLine("the revisions are numbers by lines")
    return told


def _key() -> str:
    """The key under which the form records once."""
    key = request.form.get("key", "")
    if not _KEY.fullmatch(key):
        raise MalformedLine("the form has lost its key: begin it anew")
    return key


def _new_key() -> str:
    return secrets.token_urlsafe(24)


_NUMBER = re.compile(r"[0-9]{1,15}")
_KEY = re.compile(r"[A-Za-z0-9_-]{20,100}")


# --- who may send a form


@blueprint.before_request
def _check_form() -> Response | None:
    """Take forms of our own pages only, with the token of the session that they are sent in."""
    if request.method != "POST":
        return None
    request.max_content_length = LARGEST_FORM
    request.max_form_memory_size = LARGEST_FORM
    if not _is_from_here():
        return problem_response(NOT_ALLOWED, "the form was not sent by a page of this desk", {})
    signed_in = session()
    if signed_in is None:
        return None  # a key in a header, which no other site can make a browser send; or nobody
    token = request.form.get("token", "")
    if not hmac.compare_digest(token.encode(), signed_in.token.encode()):
        return problem_response(NOT_ALLOWED, "the form is not of this session: open it anew", {})
    return None


def _is_from_here() -> bool:
    """Whether the browser, if it says so, says that the form comes from a page of ours."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc == request.host


# --- around the pages


@blueprint.after_request
def _tell(response: Response) -> Response:
    """What everything at the desk carries; and a problem as a page, for who would rather read."""
    if response.mimetype == PROBLEM and _reads_pages():
        problem = msgspec.json.decode(response.get_data())
        page = _refused(problem)
        response.set_data(page.get_data())
        response.mimetype = HTML
        for cookie in page.headers.getlist("Set-Cookie"):
            response.headers.add("Set-Cookie", cookie)
        rendering.with_policy(response)
    response.headers["Cache-Control"] = "no-store, private"
    # With no referrer at all, browsers would not say either where a form comes from.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Access-Control-Allow-Origin"] = request.host_url.rstrip("/")
    return response


def _reads_pages() -> bool:
    offered = [HTML, PROBLEM, "application/json"]
    return request.accept_mimetypes.best_match(offered, default=HTML) == HTML


def _refused(problem: Members) -> Response:
    """A problem as a page; who is not signed in gets the form for it."""
    status = problem["status"]
    if status == 401 and "Authorization" not in request.headers:
        kept = _kept() if request.method == "POST" else ""
        return _sign_in(then=request.full_path.rstrip("?"), status=status, kept=kept)
    desk = _desk()
    return _page("problem.html", desk, status, problem=problem, sent=[], without=desk.here.url())


def _kept() -> str:
    """What a form of ours sent after its session had ended; "" for one of another page."""
    if "Origin" not in request.headers or not _is_from_here():
        return ""
    pairs = [pair for pair in request.form.items(multi=True) if pair[0] != "token"]
    return msgspec.json.encode(pairs).decode()


def _go_on(then: str, kept: str, secret: str) -> Response:
    """What was sent before, as a form that is sent by whoever signed in."""
    pairs = msgspec.convert(read(kept), type=list[tuple[str, str]])
    signed_in = _sessions().find(secret)
    token = signed_in.token if signed_in is not None else ""
    return _page("desk_go_on.html", _desk(), then=then, kept=pairs, token=token)


def _sign_in(*, then: str, fault: str = "", status: int = 200, kept: str = "") -> Response:
    desk = _desk()
    held = request.cookies.get(FORM_COOKIE, "")
    token = held if _KEY.fullmatch(held) else secrets.token_urlsafe(32)
    shown = {"then": then, "fault": fault, "form_token": token, "kept": kept}
    response = _page("desk_sign_in.html", desk, status, **shown)
    _set_cookie(response, FORM_COOKIE, token, max_age=3600)
    return response


def _within(then: str) -> str:
    """A path of the desk; its beginning for any other place."""
    parts = urlsplit(then)
    inside = parts.path == PATH or parts.path.startswith(f"{PATH}/")
    return then if inside and not parts.scheme and not parts.netloc else PATH


def _set_cookie(response: Response, name: str, value: str, *, max_age: int) -> None:
    """A cookie for the desk alone, out of reach of scripts and of other sites."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=PATH,
        secure=_is_https(),
        httponly=True,
        samesite="Strict",
    )


def _is_https() -> bool:
    """Whether the browser speaks TLS, be it to a proxy before us.

    A lie costs only whoever tells it: their own cookie would not come back.
    """
    return (
        request.is_secure
        or request.headers.get("X-Forwarded-Proto") == "https"
        or request.headers.get("Origin", "").startswith("https://")
    )


def _sessions() -> Sessions:
    return cast("Sessions", current_app.extensions["annales.sessions"])


def _desk() -> Desk:
    """The language and the links of this request. Raises BadFilter for an unknown language."""
    lang = _language()
    texts = {"lang": lang} if "lang" in request.args else {}
    return Desk(service=archive(), here=Here(request.path, texts), lang=lang, say=Speech(lang))


def _language() -> Language:
    asked = request.args.get("lang")
    return chosen(request.headers.get("Accept-Language"), asked if asked in LANGUAGES else None)


def _page(template: str, desk: Desk, status: int = 200, /, **shown: Any) -> Response:
    say = desk.say
    return _html(
        template,
        desk,
        status,
        page=Page(name="desk", subject=say("The curator's desk")),
        nav=navigation(desk.here, say),
        who=identity(),
        **shown,
    )


def _html(template: str, desk: Desk, status: int, /, **shown: Any) -> Response:
    signed_in = session()
    told = {
        "here": desk.here,
        "token": signed_in.token if signed_in is not None else "",
        "desk_path": PATH,
        "may_withdraw": identity().may("curator"),
        "roles": roles(desk.say),
        "titles": titles(desk.say),
        "type_words": {type: desk_words.type_of_line(type, desk.lang) for type in desk_words.TYPES},
        **shown,
    }
    text = rendering.render(template, desk.lang, told)
    return rendering.with_policy(Response(text, status, mimetype=HTML))


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), mimetype="application/json")


def _done() -> Members | None:
    """What was just recorded, where the page is the one after a recording."""
    text = parameters(("lang", "recorded")).get("recorded", "")
    position = int(text) if _NUMBER.fullmatch(text) else 0
    commit = archive().chronicle.log.commit_at(position) if position else None
    if commit is None or commit.position != position or commit.actor != identity().name:
        return None
    return {"position": position, "events": position - commit.first + 1}
