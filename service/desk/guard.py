"""The guard of the desk: whose forms it takes, and what everything that leaves it carries.

It takes forms of its own pages only, by the headers of the browser and by the token of the session
in which they are sent. No cache keeps what it answers, and no other site may show it.
"""

from __future__ import annotations

import hmac

from flask import Response, request

from service.desk.keeping import go_on, sent_form, sent_here
from service.pages.desk.room import PATH
from service.web.access import is_from_here, session
from service.web.problems import BY_SLUG, problem_response
from service.web.root import root


def check_form() -> Response | None:
    """Refuse a form of another page; one of an earlier session is kept for whoever is signed in
    now, who may go on with it."""
    if request.method != "POST":
        return None
    form = sent_form()
    if not is_from_here():
        return _refused("the form was not sent by a page of this desk")
    signed_in = session()
    if signed_in is None:
        return None  # a key in a header, which no other site can make a browser send; or nobody
    if request.path == f"{PATH}/sign-in":
        return None  # it has a token of its own, so that one may sign in twice
    token = form.get("token", "")
    if not hmac.compare_digest(token.encode(), signed_in.token.encode()):
        if kept := sent_here():
            return go_on(request.full_path.rstrip("?"), kept, signed_in.token, is_late=True)
        return _refused("the form is not of this session: open it anew")
    return None


def _refused(why: str) -> Response:
    return problem_response(BY_SLUG["not-allowed"], why, {})


def close(response: Response) -> Response:
    """What everything at the desk carries."""
    response.headers["Cache-Control"] = "no-store, private"
    # With no referrer at all, browsers would not say either where a form comes from.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Access-Control-Allow-Origin"] = root()
    return response
