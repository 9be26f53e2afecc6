"""To cite: the service is asked in the reader's name for what stands at an address, and keeps the
bytes that it gives.

The app itself is asked, uncompressed, so there is no second way in which an answer is made. What
is kept is what stands there for good: an answer with the `view` of its pinned URL. All else is
refused, and says what to cite instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextvars import Context
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from service.archive.citations import LARGEST, Citation, Citations, mimetype_of
from service.archive.keys import holds_key
from service.asking.errors import (
    CitedTooLate,
    ForeignHost,
    MisplacedKey,
    NotAnswered,
    NothingToCite,
    NotPinned,
    TooLargeToCite,
)
from service.asking.query import located
from service.serving.pausing import TURN, Pause
from service.web.settling import SETTLED

Environ = Mapping[str, Any]

HANDED_ON = (
    "HTTP_AUTHORIZATION",
    "HTTP_COOKIE",
    "HTTP_HOST",
    "HTTP_X_REQUEST_ID",
    "REMOTE_ADDR",
    "wsgi.url_scheme",
    TURN,
)
"""What of the request of whoever cites makes it theirs; with its turn, so that what waits, or costs
much, waits as it would have."""


NOT_SETTLED = "it is not signed yet, so no standby may have what it is of"


class Given(NamedTuple):
    """What the service gives at an address, which is written as its URLs are."""

    of: str
    status: int
    headers: Headers
    body: bytes

    @property
    def mimetype(self) -> str:
        """The type without its parameters."""
        return mimetype_of(self.headers.get("Content-Type") or "")


def cited(
    app: Flask,
    citations: Citations,
    of: str,
    *,
    chosen: str | None,
    by: str,
    environ: Environ,
    permit: Callable[[], None] = lambda: None,
) -> tuple[Citation, bool]:
    """The citation of what stands at an address, and whether it is a new one.

    `chosen` is a media type to ask for, `environ` the request in whose name is asked; `permit` may
    refuse what is new. Raises MisplacedKey, ForeignHost, NotPinned, CitedTooLate, NothingToCite,
    NotAnswered, TooLargeToCite, and what `permit` raises.
    """
    if holds_key(of):
        raise MisplacedKey("what is to be cited")
    address = _address(of, ours=app.config["ANNALES_URL"])
    given = ask(app, address, environ, accept=chosen)
    _check(given, chosen)
    if chosen is not None:
        alone = ask(app, address, environ)
        is_same = (alone.mimetype, alone.body) == (given.mimetype, given.body)
        chosen = None if is_same else given.mimetype
    return citations.cite(
        of=given.of,
        media_type=given.headers["Content-Type"],
        chosen=chosen,
        body=given.body,
        by=by,
        permit=permit,
    )


def ask(app: Flask, address: str, environ: Environ, *, accept: str | None = None) -> Given:
    """What the service gives at an address, in the name of a request; of a body no more than shows
    that it is too large, or that more comes only later."""
    parts = urlsplit(address)
    builder = EnvironBuilder(path=parts.path, query_string=parts.query)
    asking = builder.get_environ()
    builder.close()
    asking |= {name: environ[name] for name in HANDED_ON if name in environ}
    # Made anew, and not what was kept: so it is known as what address the app took it.
    asking["HTTP_CACHE_CONTROL"] = "no-cache"
    if accept is not None:
        asking["HTTP_ACCEPT"] = accept
    # In a context of its own: what the app notes of this request is none of the other's.
    status, headers, body = Context().run(_run, app, asking)
    path = asking["PATH_INFO"].encode("latin-1").decode(errors="replace")
    pairs = parse_qsl(asking["QUERY_STRING"], keep_blank_values=True)
    return Given(located(path, pairs), status, headers, body)


def _run(app: Flask, environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
    # Not by werkzeug's client, which keeps the environ to itself: an address that is turned into
    # another one, such as /state.json, is told there.
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
        begun[:] = [(status, headers)]

    body = bytearray()
    parts = app.wsgi_app(environ, start)
    try:
        for part in parts:
            body += part
            # What pauses goes on as the log grows, and would be read here until it ends.
            if len(body) > LARGEST or isinstance(part, Pause):
                break
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = begun[0]
    return int(status[:3]), Headers(headers), bytes(body)


def _address(of: str, *, ours: str) -> str:
    """The path and the parameters of what is to be cited; what a `#` leads to is within the page.

    Raises ForeignHost, NotPinned.
    """
    try:
        parts = urlsplit(of)
    except ValueError:
        raise NotPinned(of, None) from None
    if parts.scheme or parts.netloc:
        host = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
        if host.lower() != ours.lower():
            raise ForeignHost(host, ours)
    if not parts.path.startswith("/") or not of.isprintable():
        raise NotPinned(of, None)
    return f"{parts.path}?{parts.query}"


def _check(given: Given, chosen: str | None) -> None:
    """Refuse what does not stand for good, or is no answer."""
    of, status, headers, body = given
    if status == 429 or status >= 500:
        raise NotAnswered(of, status, _detail(body))
    if status == 410 and (current := _members(body).get("current")) is not None:
        raise CitedTooLate(of, str(current))
    if 300 <= status < 400:
        raise NotPinned(of, headers.get("Location"))
    if status != 200:
        raise NothingToCite(of, status, _detail(body))
    if chosen is not None and given.mimetype != mimetype_of(chosen):
        raise NothingToCite(of, 406, f"it is made as {given.mimetype} there")
    if SETTLED in headers:
        raise NotAnswered(of, 503, NOT_SETTLED)
    names = dict(parse_qsl(urlsplit(of).query))
    if "view" not in names or "immutable" not in headers.get("Cache-Control", ""):
        raise NotPinned(of, _pinned(given))
    if len(body) > LARGEST:
        raise TooLargeToCite(LARGEST)


def _pinned(given: Given) -> str | None:
    """The pinned address of what is given, as its headers have it; a page's has other bytes."""
    found = _MEMENTO.search(given.headers.get("Link", ""))
    return found[1] if found else given.headers.get("Content-Location")


_MEMENTO = re.compile(r'<([^>]+)>; rel="memento"')


def _detail(body: bytes) -> str:
    return str(_members(body).get("detail", "there is no answer"))


def _members(body: bytes) -> Mapping[str, Any]:
    """The members of a problem; none of what is no problem."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
