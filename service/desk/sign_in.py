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

from flask import Blueprint, Response, current_app, redirect, request

from service.archive.keys import Keyring
from service.desk.answering import any_desk, page, the_desk
from service.desk.keeping import go_on, packed, sent_here, unpacked
from service.pages.desk.room import PATH
from service.pages.shell.answering import PROBLEM, reads_pages
from service.web.access import needs
from service.web.observing import LONGEST_ADDRESS
from service.web.response import parameters
from service.web.root import root
from service.web.sessions import COOKIE, LONGEST, Sessions

blueprint = Blueprint("sign_in", __name__)

FORM_COOKIE = "annales-desk-form"
"""Holds the token of the form for a key, when there is no session yet."""

EVERYWHERE = "/"
"""Where browsers send the cookie of a session; what it opens there, `service.web.access` says."""


@blueprint.get("/sign-in")
@needs("open")
def sign_in_form() -> Response:
    """The form that asks for a key."""
    asked = parameters(("lang", "then", "out"))
    return _key_form(then=_within(asked.get("then", PATH)), is_out="out" in asked)


@blueprint.post("/sign-in")
@needs("open")
def sign_in() -> Response:
    """Begin a session for the key that was sent."""
    then = _within(request.form.get("then", PATH))
    kept = request.form.get("kept", "")
    pairs = unpacked(kept)
    sent, held = request.form.get("token", ""), request.cookies.get(FORM_COOKIE, "")
    if not held or not hmac.compare_digest(sent.encode(), held.encode()):
        return _key_form(then=then, fault="stale", status=422, kept=kept)
    if request.form.get("do") == "redraw":
        return _key_form(then=then, kept=kept)
    keyring = cast("Keyring", current_app.extensions["annales.keys"])
    who = keyring.identify(request.form.get("key", "").strip())
    if who is None:
        return _key_form(then=then, fault="wrong", status=401, kept=kept)
    if not who.may("contributor"):
        return _key_form(then=then, fault="reader", status=403, kept=kept)
    secret, token = _sessions().begin(who)
    response = go_on(then, pairs, token) if pairs else cast("Response", redirect(then, 303))
    _set_cookie(response, COOKIE, secret, path=EVERYWHERE, max_age=LONGEST)
    response.delete_cookie(FORM_COOKIE, path=PATH)
    return response


@blueprint.post("/sign-out")
@needs("open")
def sign_out() -> Response:
    """End the session."""
    _sessions().end(request.cookies.get(COOKIE, ""))
    response = redirect(the_desk().here.to(f"{PATH}/sign-in", out="1"), 303)
    response.delete_cookie(COOKIE, path=EVERYWHERE)
    return cast("Response", response)


def ask_for_key(response: Response) -> Response:
    """The form for a key in place of the problem that none was sent, for who reads pages."""
    refused = response.mimetype == PROBLEM and response.status_code == 401
    if not refused or "Authorization" in request.headers or not reads_pages():
        return response
    kept = packed(sent_here()) if request.method == "POST" else ""
    return _key_form(then=request.full_path.rstrip("?"), status=401, kept=kept)


def _key_form(
    *, then: str, fault: str = "", status: int = 200, kept: str = "", is_out: bool = False
) -> Response:
    held = request.cookies.get(FORM_COOKIE, "")
    token = held if _TOKEN.fullmatch(held) else secrets.token_urlsafe(32)
    shown = {"then": then, "fault": fault, "form_token": token, "kept": kept, "is_out": is_out}
    response = page("desk/sign_in.html", any_desk(), status, **shown, is_wrong=bool(fault))
    _set_cookie(response, FORM_COOKIE, token, path=PATH, max_age=3600)
    return response


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
