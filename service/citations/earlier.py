"""The pinned URLs of earlier views: who asks for one gets what was cited of it, where it was.

The question need not exist any more, nor its parameters: this stands before all routes, behind
who may read and how much.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import Flask, Response, request

from projections import VIEW
from service.asking.query import located
from service.citations.giving import given, liked
from service.web.access import may_read
from service.web.root import archive


def register(app: Flask) -> None:
    """Look for what was cited before anything is answered."""
    app.before_request(_cited)


def _cited() -> Response | None:
    if b"view=" not in request.query_string or request.method not in ("GET", "HEAD"):
        return None
    pairs = parse_qsl(request.query_string.decode(errors="replace"), keep_blank_values=True)
    view = dict(pairs).get("view", "")
    if not is_earlier(view) or not may_read():
        return None
    of = located(request.path, pairs)
    citation = liked(archive().citations.of_address(of), request.accept_mimetypes)
    if citation is None:
        return None
    response = given(citation)
    response.vary.add("Accept")
    current = [(name, str(VIEW) if name == "view" else value) for name, value in pairs]
    response.headers.add("Link", f'<{located(request.path, current)}>; rel="successor-version"')
    return response


def is_earlier(view: str) -> bool:
    """Whether a text is the number of an earlier version of the views.

    >>> is_earlier("1"), is_earlier("x")
    (True, False)
    """
    return view.isascii() and view.isdigit() and int(view[:9]) < VIEW
