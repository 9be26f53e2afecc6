"""Access: every route needs a role, and a route that names none is closed.

Reads are open to everyone unless the settings close them. A key that opens
nothing is refused even where none is needed: whoever sends one means it; so is one in the
address, which would stand in links, pages and caches. At the desk
a session stands for the key that began it. Where reading needs a key, it reads too, pages
and the data that they load, and orders nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, request

from service.archive.keys import Identity, Keyring, holds_key
from service.asking.errors import FromAnotherSite, MisplacedKey, NotAllowed, NotAuthenticated
from service.web.root import root
from service.web.sessions import COOKIE, Session, Sessions

EVERYONE = Identity("everyone", "reader", None)

DESK = "desk"
"""The blueprint of the pages where one signs in."""

FRAMES = "frames"
"""The blueprint of what other sites show, to whoever visits them; a session is nothing there."""

CITE_FORM = "citation.cite"
"""The view that takes the form by which readers cite a page."""

SUGGESTING = "suggesting"
"""The blueprint of the forms by which readers suggest a correction."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


def needs(role: str) -> Callable[[_Function], _Function]:
    """Mark a view as needing a role; `open` lets everyone in, whatever the settings say."""

    def mark(view: _Function) -> _Function:
        view.annales_role = role  # type: ignore[attr-defined] # a mark of ours on the function
        return view

    return mark


def register(
    app: Flask,
    keyring: Keyring,
    sessions: Sessions,
    *,
    open_reads: bool,
) -> None:
    """Let nobody through to a view whose role they do not have."""
    app.extensions["annales.keys"] = keyring
    app.extensions["annales.sessions"] = sessions
    app.extensions["annales.open_reads"] = open_reads
    app.before_request(_check)
    if not open_reads:
        app.after_request(_keep_private)


def identity() -> Identity:
    """Who makes the request."""
    return cast("Identity", g.identity)


def session() -> Session | None:
    """The session of the request; None where a key was sent, or nothing."""
    return cast("Session | None", g.session)


def may_read() -> bool:
    """Whether who makes the request may ask questions."""
    return bool(current_app.extensions["annales.open_reads"]) or identity().key is not None


def is_from_here() -> bool:
    """Whether the browser, if it says so, says that the form comes from a page of ours."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    # A proxy may have put its own name into Host, and may speak TLS in our place.
    hosts = (request.host, _host(root()))
    return origin is None or _host(origin) in hosts


def need_own_site() -> None:
    """Refuse what a page of another site makes its visitor send. Raises FromAnotherSite.

    A key in a header is none that the browser sends by itself: whoever sends it means it.
    """
    if "Authorization" not in request.headers and not is_from_here():
        raise FromAnotherSite


def _host(origin: str) -> str:
    return origin.partition("://")[2]


def role_needed(view: Callable[..., Any] | None) -> str | None:
    """The role that a view names, if it names one."""
    return cast("str | None", getattr(view, "annales_role", None))


def _check() -> None:
    # Whoever shows a key that opens nothing is everyone in the problem that says so.
    g.session, g.identity = None, EVERYONE
    if holds_key(f"{request.host}{request.full_path}"):
        raise MisplacedKey("the address")
    g.identity = _identify()
    if request.endpoint is None or request.method == "OPTIONS":
        return
    needed = role_needed(current_app.view_functions.get(request.endpoint))
    if needed == "open":
        return
    if needed is None:
        raise NotAllowed("this path is open to nobody", role=g.identity.role, needed="none yet")
    open_reads = current_app.extensions["annales.open_reads"]
    if g.identity.key is None and not (needed == "reader" and open_reads):
        raise NotAuthenticated("send a key as Authorization: Bearer annales_…")
    if not g.identity.may(needed):
        raise NotAllowed("not with this key", role=g.identity.role, needed=needed)


def _keep_private(response: Response) -> Response:
    """Where reading needs a key, no shared cache may keep an answer."""
    directives = response.headers.get("Cache-Control", "")
    if directives.startswith("public"):
        response.headers["Cache-Control"] = directives.replace("public", "private", 1)
    return response


def _identify() -> Identity:
    header = request.headers.get("Authorization")
    if header is None:
        g.session = _signed_in()
        return EVERYONE if g.session is None else _as_here(g.session.identity)
    scheme, _, text = header.partition(" ")
    keyring = cast("Keyring", current_app.extensions["annales.keys"])
    found = keyring.identify(text.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise NotAuthenticated("the key opens nothing: it is wrong, revoked or expired")
    return found


def _signed_in() -> Session | None:
    """The session that the cookie names, where one is meant."""
    secret = request.cookies.get(COOKIE) if _is_desk() or _is_closed_reading() else None
    if secret is None:
        return None
    return cast("Sessions", current_app.extensions["annales.sessions"]).find(secret)


def _as_here(signed_in: Identity) -> Identity:
    """Whoever signed in, who away from the desk only reads."""
    return signed_in if _is_desk() else signed_in._replace(role="reader")


def _is_desk() -> bool:
    return DESK in request.blueprints


def _is_closed_reading() -> bool:
    """Whether something is read, or cited, that is not open to everyone."""
    reads = request.method in ("GET", "HEAD") and request.blueprint != FRAMES
    reads = reads or request.endpoint == CITE_FORM or request.blueprint == SUGGESTING
    return reads and not current_app.extensions["annales.open_reads"]
