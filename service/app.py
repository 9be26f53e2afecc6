"""The web service put together: the archive, the routes, who may, the problems, the description.

`create_app` is the one place where they meet; no rule and no route stands here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request
from flask_compress import Compress

from service.archive import Archive
from service.asking.narrowing import MOST_READ
from service.changes.routes import blueprint as changes
from service.citations import earlier
from service.citations.giving import seal
from service.citations.page import blueprint as citation
from service.citations.routes import blueprint as citations
from service.commons import Commons
from service.desk.routes import blueprint as desk
from service.feeds import FEEDS
from service.feeds.routes import blueprint as feeds
from service.follows.routes import blueprint as follows
from service.ledger.routes import blueprint as ledger
from service.linked.routes import blueprint as linked
from service.memento.routes import blueprint as mementos
from service.orders.routes import blueprint as orders
from service.pages.finding import blueprint as finding
from service.pages.kinds import PAGES
from service.pages.oembed.routes import blueprint as oembed
from service.pages.pictures.routes import blueprint as pictures
from service.pages.routes import blueprint as pages
from service.pages.routes import frames
from service.pages.shell import tracked
from service.pages.shell.answering import problem_as_page
from service.pages.shell.twins import Twins
from service.pages.viewers.routes import blueprint as viewers
from service.questions import QUESTIONS
from service.routes import blueprint as questions
from service.settings import HERE, Settings, limits_of, networks_of
from service.suggestions.page import blueprint as suggesting
from service.suggestions.routes import blueprint as suggestions
from service.web import about as describing
from service.web import (
    access,
    digesting,
    kept,
    limiting,
    observing,
    openapi,
    pausing,
    problems,
    proxies,
    settling,
)
from service.web.sessions import Sessioned, Sessions

BLUEPRINTS = (
    questions,
    orders,
    changes,
    follows,
    mementos,
    feeds,
    linked,
    citations,
    suggestions,
    ledger,
    oembed,
)
"""The routes that /openapi.json describes."""

COMPRESSED = [
    "application/json",
    "application/problem+json",
    "application/schema+json",
    "application/cloudevents-batch+json",
    "application/json-patch+json",
    "application/atom+xml",
    "application/feed+json",
    "application/geo+json",
    "application/ld+json",
    "application/n-quads",
    "application/vnd.citationstyles.csl+json",
    "text/calendar",
    "text/turtle",
    "text/xml",
    "application/link-format",
    "application/x-ndjson",
    "application/csvm+json",
    "image/svg+xml",
    "text/html",
    "text/css",
    "text/csv",
    "text/javascript",
    "text/plain",
]
"""Types that shrink. An event stream is not among them: it would be held back."""

REFUSED = re.compile(r";\s*q=0(?:\.0*)?\s*$", re.IGNORECASE)
"""The end of a coding in `Accept-Encoding` that the client does not take."""

EXPOSED = (
    "ETag, Link, Location, Content-Location, Retry-After, Memento-Datetime, Allow, Accept-Post,"
    " WWW-Authenticate, Idempotency-Replayed, Preference-Applied, RateLimit, RateLimit-Policy,"
    " X-Request-Id, Repr-Digest, Annales-Citation, Annales-Lag, Annales-Omitted, Annales-Position,"
    " Annales-Revision, Annales-Settled, Annales-Silent"
)
"""The headers that a page of another origin may read."""


ALLOWED = (
    "Authorization, Content-Type, If-None-Match, If-Match, Idempotency-Key, Prefer,"
    " Accept-Datetime, Annales-Min-Position, Last-Event-ID, X-Request-Id"
)
"""The headers that a page of another origin may send."""


def create_app(
    archive: Archive,
    settings: Settings | None = None,
    commons: Commons | None = None,
    *,
    most_read: int = MOST_READ,
) -> Flask:
    """The WSGI app that answers from an archive. The caller keeps and closes the archive.

    `commons` is what it counts together with the other processes of its server, if there are any.
    `most_read` is how many rows an answer may read. No setting changes it: what is refused is
    refused by every service.
    """
    settings = settings or Settings(data=archive.folder)
    commons = commons or Commons()
    archive.streams.counted = commons.streams
    archive.troubles = commons.troubles
    archive.called, archive.signer = commons.copying, commons.signing
    app = Flask("annales", static_folder=None)
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # of the default provider
    app.json.sort_keys = False  # type: ignore[attr-defined] # of the default provider
    app.extensions["annales"] = archive
    app.config |= {
        "COMPRESS_MIMETYPES": COMPRESSED,
        "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
        "COMPRESS_STREAMS": False,
        "ANNALES_URL": settings.url or HERE,
        "ANNALES_MOST_READ": most_read,
    }
    # Functions after a request run in the opposite order: what is registered first sees all.
    figures = observing.register(app, archive, commons)
    problems.register(app)
    digesting.register(app)
    settling.register(app, archive)
    Compress(app)
    app.after_request(_with_headers)
    app.after_request(_where_nothing_is)
    access.register(
        app,
        archive.keys,
        Sessions(archive.keys, clock=archive.chronicle.clock, records=_sessions(archive, commons)),
        open_reads=settings.open_reads,
    )
    limits = limiting.Limits(
        commons.limits,
        orders=limits_of(settings.orders_limit),
        questions=limits_of(settings.questions_limit),
        citations=limits_of(settings.citations_limit),
        suggestions=limits_of(settings.suggestions_limit),
    )
    limiting.register(app, limits)
    app.before_request(_of_no_path)
    earlier.register(app)
    tracked.register(app)
    openapi.register(app, BLUEPRINTS)
    app.register_blueprint(describing.blueprint)
    app.register_blueprint(pages)
    app.register_blueprint(frames)
    app.register_blueprint(finding)
    app.register_blueprint(pictures)
    app.register_blueprint(viewers)
    app.register_blueprint(citation)
    app.register_blueprint(suggesting)
    app.register_blueprint(desk)
    if settings.open_reads and settings.kept:
        most = settings.kept // commons.processes
        kept.register(app, archive, limits, figures, most=most)
    app.wsgi_app = _without_refused_codings(app.wsgi_app)  # type: ignore[method-assign] # as Flask has it
    app.wsgi_app = Twins(app.wsgi_app, PAGES, QUESTIONS, FEEDS)  # type: ignore[method-assign] # as Flask has it
    app.wsgi_app = proxies.Proxies(app.wsgi_app, networks_of(settings.proxies))  # type: ignore[method-assign] # as Flask has it
    app.wsgi_app = pausing.Blocking(app.wsgi_app, pausing.marks_of(archive))  # type: ignore[method-assign] # as Flask has it
    return app


def _sessions(archive: Archive, commons: Commons) -> Sessioned:
    """Where the sessions are: in memory, or where all nodes know them."""
    return commons.sessions if archive.shared is None else archive.shared.sessions()


def _without_refused_codings(application: Any) -> Callable[..., Iterable[bytes]]:
    """A WSGI application that forgets the codings that the client refuses (`gzip;q=0`), which
    Flask-Compress would take for wanted ones.

    It stands before `Kept`, which tells answers apart by them, and leaves what has none refused as
    it is, since the same request may come again.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked = environ.get("HTTP_ACCEPT_ENCODING", "").split(",")
        wanted = [each for each in asked if not REFUSED.search(each)]
        if wanted != asked:
            environ["HTTP_ACCEPT_ENCODING"] = ",".join(wanted)
        return application(environ, start_response)  # type: ignore[no-any-return]

    return answer


def _of_no_path() -> Response | None:
    """`OPTIONS *` asks about the server as a whole, which is there (RFC 9110, 9.3.7)."""
    is_meant = request.method == "OPTIONS" and request.environ["PATH_INFO"] == "*"
    return Response(status=204) if is_meant else None


def _where_nothing_is(response: Response) -> Response:
    """A browser gets the problem of an unknown path as a page; any other client as JSON."""
    is_browser = "text/html" in (type for type, _ in request.accept_mimetypes)
    if request.url_rule is None and is_browser and not request.path.startswith("/v1/"):
        return problem_as_page(response)
    return response


def _with_headers(response: Response) -> Response:
    """What every answer carries: open to read from any page, and nothing to be guessed."""
    headers = response.headers
    seal(response)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    # Only the policy of a frame leaves out where it may stand.
    if "frame-ancestors" in headers.get("Content-Security-Policy", "frame-ancestors"):
        headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
    # A drawing that is opened by itself has its look in it.
    styles = " style-src 'unsafe-inline';" if response.mimetype == "image/svg+xml" else ""
    policy = f"default-src 'none';{styles} frame-ancestors 'none'"
    headers.setdefault("Content-Security-Policy", policy)
    headers.setdefault("Access-Control-Allow-Origin", "*")
    headers.setdefault("Access-Control-Expose-Headers", EXPOSED)
    if request.method == "OPTIONS" and request.url_rule is not None:
        headers.setdefault("Access-Control-Allow-Methods", headers.get("Allow", "GET"))
        headers.setdefault("Access-Control-Allow-Headers", ALLOWED)
        headers.setdefault("Access-Control-Max-Age", "86400")
    return response
