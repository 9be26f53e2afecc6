"""The guard of the desk: whose forms it takes, and what everything that leaves it carries.

It takes forms of its own pages only, by the headers of the browser and by the token of the session
in which they are sent. No cache keeps what it answers, and no other site may show it.
"""

from __future__ import annotations

import hmac

from flask import Response, request
from werkzeug.datastructures import MultiDict

from service.archive.keys import holds_key
from service.asking.errors import MisplacedKey
from service.web.access import is_from_here, session
from service.web.problems import BY_SLUG, problem_response
from service.web.root import root

LARGEST_FORM = 4 * 1024 * 1024
"""In bytes. A batch of more is sent to the API."""


def check_form() -> Response | None:
    """Refuse a form of another page, or of another session."""
    if request.method != "POST":
        return None
    form = sent_form()
    if not is_from_here():
        return _refused("the form was not sent by a page of this desk")
    signed_in = session()
    if signed_in is None:
        return None  # a key in a header, which no other site can make a browser send; or nobody
    token = form.get("token", "")
    if not hmac.compare_digest(token.encode(), signed_in.token.encode()):
        return _refused("the form is not of this session: open it anew")
    return None


def _refused(why: str) -> Response:
    return problem_response(BY_SLUG["not-allowed"], why, {})


def sent_form() -> MultiDict[str, str]:
    """What a form sent. Raises RequestEntityTooLarge, MisplacedKey."""
    request.max_content_length = LARGEST_FORM
    request.max_form_memory_size = LARGEST_FORM
    # What is sent as `key` is never shown again: it is how one signs in.
    pairs = request.form.items(multi=True)
    if any(name != "key" and holds_key(f"{name} {text}") for name, text in pairs):
        raise MisplacedKey("the form")
    return request.form


def close(response: Response) -> Response:
    """What everything at the desk carries."""
    response.headers["Cache-Control"] = "no-store, private"
    # With no referrer at all, browsers would not say either where a form comes from.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Access-Control-Allow-Origin"] = root()
    return response
