"""What an operator sees: figures for Prometheus, a line of JSON for each request, request ids.

Figures are labelled by the rule of the route, never by the path, so their
number stays small. Neither figures nor lines ever hold a key.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec
from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from werkzeug.exceptions import BadRequest

from service.archive import Archive
from service.web.access import needs

requests_log = logging.getLogger("annales.requests")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_SECRET = re.compile(r"annales_\w+_[^\s&\"]+")
_STREAM = "text/event-stream"

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
"""The methods that are counted by name; a client may invent any number of others."""


def register(app: Flask, archive: Archive) -> None:
    """Count and log every request, and show the figures at `/metrics`."""
    figures = _Figures(archive)
    app.before_request(_begin)
    app.after_request(figures.count)

    @app.get("/metrics")
    @needs("open")
    def metrics() -> Response:
        return figures.show()


def log_requests(stream: TextIO) -> None:
    """Write one line of JSON to a stream for each request that is answered from now on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    requests_log.addHandler(handler)
    requests_log.setLevel(logging.INFO)
    requests_log.propagate = False


def request_id() -> str:
    """The id of the request: the client's `X-Request-Id` if it is plain, else a new one."""
    chosen: str = g.request_id
    return chosen


class _Figures:
    def __init__(self, archive: Archive) -> None:
        self._registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self._requests = Counter(
            "annales_requests", "Requests answered.", labels, registry=self._registry
        )
        self._seconds = Histogram(
            "annales_request_seconds",
            "Time to make an answer; streams are left out.",
            ("route",),
            registry=self._registry,
        )
        self._gauge("annales_head_position", "The head of the log.", lambda: _head(archive))
        self._gauge(
            "annales_projected_position",
            "How far the views have read the log.",
            archive.views.tracked,
        )
        self._gauge(
            "annales_lag_positions",
            "How far the views are behind.",
            lambda: _head(archive) - archive.views.tracked(),
        )
        self._gauge(
            "annales_open_streams",
            "How many wait for changes, by streams and long polls.",
            lambda: archive.streams.taken,
        )

    def count(self, response: Response) -> Response:
        """Count and log the request that was answered."""
        route = request.url_rule.rule if request.url_rule is not None else "none"
        seconds = time.perf_counter() - g.get("begun", time.perf_counter())
        method = request.method if request.method in METHODS else "other"
        self._requests.labels(route, method, str(response.status_code)).inc()
        if response.mimetype != _STREAM:
            self._seconds.labels(route).observe(seconds)
        response.headers.setdefault("X-Request-Id", request_id())
        if requests_log.isEnabledFor(logging.INFO):
            requests_log.info("%s", _line(response, seconds))
        return response

    def show(self) -> Response:
        """The figures, in the text format of Prometheus."""
        return Response(generate_latest(self._registry), content_type=CONTENT_TYPE_LATEST)

    def _gauge(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        Gauge(name, meaning, registry=self._registry).set_function(read)


def _begin() -> None:
    g.begun = time.perf_counter()
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    try:
        request.args.keys()
    except UnicodeDecodeError:
        raise BadRequest("the query is no UTF-8; write %XX for every other byte") from None


def _line(response: Response, seconds: float) -> str:
    identity = g.get("identity")
    members: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "request": request_id(),
        "method": request.method,
        "path": _SECRET.sub("annales_***", _asked()),
        "status": response.status_code,
        "ms": round(seconds * 1000, 2),
        "actor": identity.name if identity is not None else None,
        "position": response.headers.get("Annales-Position"),
        "replayed": response.headers.get("Idempotency-Replayed"),
    }
    return msgspec.json.encode(
        {name: value for name, value in members.items() if value is not None}
    ).decode()


def _asked() -> str:
    """The path and query of the request, whatever bytes are in it."""
    query = request.query_string.decode(errors="replace")
    return f"{request.path}?{query}" if query else request.path


def _head(archive: Archive) -> int:
    head = archive.chronicle.log.head()
    return head.position if head is not None else 0
