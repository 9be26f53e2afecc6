"""Signing in at the desk and out of it.

Whoever shows a key signs in for a while: the key is sent once, in the body of a form, and a
cookie stands for it that scripts cannot read and other sites cannot send. What somebody sent
after their session had ended is kept in the form for the key, and they go on with it.
"""

from __future__ import annotations

import hmac
import re
import secrets
from typing import cast

import msgspec
from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge

from events.errors import MalformedLine
from service.archive.keys import Keyring
from service.asking.errors import MisplacedKey
from service.desk.answering import any_desk, page, the_desk
from service.desk.guard import sent_form
from service.pages.desk.room import PATH
from service.pages.shell.answering import PROBLEM, reads_pages
from service.web.access import is_from_here, needs
from service.web.observing import LONGEST_ADDRESS
from service.web.response import parameters
from service.web.root import root
from service.web.sessions import COOKIE, LONGEST, Sessions

blueprint = Blueprint("signing", __name__)

FORM_COOKIE = "annales-desk-form"
"""Holds the token of the form for a key, when there is no session yet."""

EVERYWHERE = "/"
"""Where browsers send the cookie of a session; what it opens there, `service.web.access` says."""

Pairs = list[tuple[str, str]]
"""Each name that a form sent, with its value."""


@blueprint.get("/sign-in")
@needs("open")
def sign_in_form() -> Response:
    """The form that asks for a key."""
    then = parameters(("lang", "then")).get("then", PATH)
    return _key_form(then=_within(then))


@blueprint.post("/sign-in")
@needs("open")
def sign_in() -> Response:
    """Begin a session for the key that was sent."""
    then = _within(request.form.get("then", PATH))
    kept = request.form.get("kept", "")
    pairs = _pairs(kept)
    sent, held = request.form.get("token", ""), request.cookies.get(FORM_COOKIE, "")
    if not held or not hmac.compare_digest(sent.encode(), held.encode()):
        return _key_form(then=then, fault="stale", status=422, kept=kept)
    keyring = cast("Keyring", current_app.extensions["annales.keys"])
    who = keyring.identify(request.form.get("key", "").strip())
    if who is None:
        return _key_form(then=then, fault="wrong", status=401, kept=kept)
    if not who.may("contributor"):
        return _key_form(then=then, fault="reader", status=403, kept=kept)
    secret, token = _sessions().begin(who)
    response = _go_on(then, pairs, token) if pairs else cast("Response", redirect(then, 303))
    _set_cookie(response, COOKIE, secret, path=EVERYWHERE, max_age=LONGEST)
    response.delete_cookie(FORM_COOKIE, path=PATH)
    return response


@blueprint.post("/sign-out")
@needs("open")
def sign_out() -> Response:
    """End the session."""
    _sessions().end(request.cookies.get(COOKIE, ""))
    response = redirect(the_desk().here.to(f"{PATH}/sign-in"), 303)
    response.delete_cookie(COOKIE, path=EVERYWHERE)
    return cast("Response", response)


def ask_for_key(response: Response) -> Response:
    """The form for a key in place of the problem that none was sent, for who reads pages."""
    refused = response.mimetype == PROBLEM and response.status_code == 401
    if not refused or "Authorization" in request.headers or not reads_pages():
        return response
    kept = _kept() if request.method == "POST" else ""
    return _key_form(then=request.full_path.rstrip("?"), status=401, kept=kept)


def _key_form(*, then: str, fault: str = "", status: int = 200, kept: str = "") -> Response:
    held = request.cookies.get(FORM_COOKIE, "")
    token = held if _TOKEN.fullmatch(held) else secrets.token_urlsafe(32)
    shown = {"then": then, "fault": fault, "form_token": token, "kept": kept}
    response = page("desk/sign_in.html", any_desk(), status, **shown)
    _set_cookie(response, FORM_COOKIE, token, path=PATH, max_age=3600)
    return response


def _kept() -> str:
    """What a form of ours sent after its session had ended; "" for one of another page."""
    if "Origin" not in request.headers or not is_from_here():
        return ""
    try:
        pairs = [pair for pair in sent_form().items(multi=True) if pair[0] != "token"]
    except (RequestEntityTooLarge, MisplacedKey):
        return ""
    return msgspec.json.encode(pairs).decode()


def _pairs(kept: str) -> Pairs:
    """The names and values that were kept of a form. Raises MalformedLine."""
    try:
        return msgspec.json.decode(kept or "[]", type=Pairs)
    except msgspec.DecodeError:
        raise MalformedLine("what was kept of a form cannot be read: begin it anew") from None


def _go_on(then: str, pairs: Pairs, token: str) -> Response:
    """What was sent before, as a form that is sent by whoever signed in."""
    return page("desk/go_on.html", any_desk(), then=then, kept=pairs, token=token)


def _within(then: str) -> str:
    """A path of the desk; its beginning for any other place."""
    is_ours = len(then) <= LONGEST_ADDRESS and _INSIDE.fullmatch(then) and then.isprintable()
    return then if is_ours else PATH


def _set_cookie(response: Response, name: str, value: str, *, path: str, max_age: int) -> None:
    """A cookie out of reach of scripts and of other sites."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=path,
        secure=root().startswith("https://") or _is_https(),
        httponly=True,
        samesite="Strict",
    )


def _is_https() -> bool:
    """Whether the browser speaks TLS, be it to a proxy before us.

    A false header costs only its sender: their own cookie would not come back.
    """
    return request.is_secure or request.headers.get("Origin", "").startswith("https://")


def _sessions() -> Sessions:
    return cast("Sessions", current_app.extensions["annales.sessions"])


_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")
_INSIDE = re.compile(rf"{PATH}(/[\w-]+)*(\?[^\s\\]*)?")
