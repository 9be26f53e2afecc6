"""What an operator sees: figures for Prometheus, a line of JSON for each request, request ids.

Figures are labelled by the rule of the route, never by the path, so their
number stays small. Neither figures nor lines ever hold a key.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
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
    Metric,
    generate_latest,
    values,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.values import MultiProcessValue
from werkzeug.exceptions import BadRequest, RequestURITooLarge

from events.errors import AnnalesError
from service.archive import Archive
from service.archive.keys import hide_keys, holds_key
from service.archive.suggestions import suggestion_of
from service.commons import Commons
from service.web.access import needs

requests_log = logging.getLogger("annales.requests")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_STREAM = "text/event-stream"

ROUTE = "annales.route"
"""Where the environ of WSGI says under which route a request was counted."""

LOOKS = frozenset({"/healthz", "/readyz", "/metrics", "/version"})
"""What is asked to see how the server does, and must be answered when it does badly."""

LONGEST_ADDRESS = 4000
"""In characters, path and query. `Location`, `Content-Location` and `Link` repeat it."""

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
"""The methods that are counted by name; a client may invent any number of others."""


def register(app: Flask, archive: Archive, commons: Commons) -> Figures:
    """Count and log every request, and show the figures at `/metrics`."""
    figures = Figures(archive, commons)
    app.before_request(_begin)
    app.after_request(figures.count)

    @app.get("/metrics")
    @needs("open")
    def metrics() -> Response:
        return figures.show()

    return figures


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


def id_of(given: str) -> str:
    """The id that a request has whose client chose this one, or none.

    A key is not taken: the id stands in the log, and is shown, for good. Nor is what names a
    suggestion, by which a commit says that it came of that.
    """
    is_plain = _REQUEST_ID.fullmatch(given) and not holds_key(given)
    return given if is_plain and suggestion_of(given) is None else uuid.uuid4().hex


class Answered(msgspec.Struct, kw_only=True):
    """A request that was answered, as it is counted and logged; `asked` is its path and query."""

    route: str
    request: str
    method: str
    asked: str
    status: int
    seconds: float
    actor: str | None
    position: str | None
    replayed: str | None = None
    streams: bool = False


class Figures:
    """What the processes of a server have counted; each sees the sum of all."""

    def __init__(self, archive: Archive, commons: Commons) -> None:
        if commons.figures is not None:
            # A process that takes the place of another goes on with its figures.
            values.ValueClass = MultiProcessValue(lambda: commons.process)  # type: ignore[no-untyped-call]
        own = CollectorRegistry()
        labels = ("route", "method", "status")
        self._requests = Counter("annales_requests", "Requests answered.", labels, registry=own)
        self._seconds = Histogram(
            "annales_request_seconds",
            "Time to make an answer; streams are left out.",
            ("route",),
            registry=own,
        )
        self._kept = Counter(
            "annales_kept",
            "Questions: hit, the answer was kept; miss, it is from now on; passed, it cannot be.",
            ("found",),
            registry=own,
        )
        self._kept_bytes = Gauge(
            "annales_kept_bytes",
            "How many bytes of finished answers are kept.",
            registry=own,
            multiprocess_mode="sum",
        )
        self._shown = CollectorRegistry()
        self._shown.register(_Standing(archive))
        if commons.figures is None:
            self._shown.register(own)
        else:
            MultiProcessCollector(self._shown, path=str(commons.figures))  # type: ignore[no-untyped-call]

    def count(self, response: Response) -> Response:
        """Count and log the request that the app has answered."""
        identity = g.get("identity")
        response.headers.setdefault("X-Request-Id", request_id())
        route = request.url_rule.rule if request.url_rule is not None else "none"
        request.environ[ROUTE] = route
        query = request.query_string.decode(errors="replace")
        self.answered(
            Answered(
                route=route,
                request=request_id(),
                method=request.method,
                asked=f"{request.path}?{query}" if query else request.path,
                status=response.status_code,
                seconds=time.perf_counter() - g.get("begun", time.perf_counter()),
                actor=identity.name if identity is not None else None,
                position=response.headers.get("Annales-Position"),
                replayed=response.headers.get("Idempotency-Replayed"),
                streams=response.mimetype == _STREAM,
            )
        )
        return response

    def answered(self, told: Answered) -> None:
        """Count and log a request."""
        method = told.method if told.method in METHODS else "other"
        self._requests.labels(told.route, method, str(told.status)).inc()
        if not told.streams:
            self._seconds.labels(told.route).observe(told.seconds)
        if requests_log.isEnabledFor(logging.INFO):
            requests_log.info("%s", _line(told))

    def kept(self, found: str, bytes: int) -> None:
        """Count a question that might have been kept, and how many bytes are kept by now."""
        self._kept.labels(found).inc()
        self._kept_bytes.set(bytes)

    def show(self) -> Response:
        """The figures, in the text format of Prometheus."""
        return Response(generate_latest(self._shown), content_type=CONTENT_TYPE_LATEST)


class _Standing(Collector):
    """Figures that are the same for all processes, read when they are asked for."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def collect(self) -> Iterator[Metric]:
        """The figures."""
        head, projected, _ = self._archive.standing()
        for name, meaning, value in (
            ("annales_head_position", "The head of the log.", head),
            ("annales_projected_position", "How far the views have read the log.", projected),
            ("annales_lag_positions", "How far the views are behind.", head - projected),
            (
                "annales_open_streams",
                "How many wait for changes, by streams and long polls.",
                self._archive.streams.taken,
            ),
        ):
            yield GaugeMetricFamily(name, meaning, value)
        with suppress(AnnalesError):  # of a damaged log of theirs, all other figures are told
            waiting = len(self._archive.suggestions.waiting())
            yield GaugeMetricFamily(
                "annales_suggestions_waiting", "How many suggestions wait.", waiting
            )
        if self._archive.copying is not None:
            yield from _of_a_node(self._archive)


def _of_a_node(archive: Archive) -> Iterator[Metric]:
    heard = archive.hearing.heard()
    for name, meaning, value in (
        (
            "annales_copied_position",
            "How far the copy of the log goes.",
            archive.chronicle.log.max_notification_id() or 0,
        ),
        (
            "annales_silent_seconds",
            "Seconds since PostgreSQL was asked last that answered.",
            round(heard.seconds, 3),
        ),
        ("annales_settled_position", "How far the log is settled.", archive.settled() or 0),
        (
            "annales_checkpoint_events",
            "How many events the newest checkpoint is of.",
            archive.signed(),
        ),
        (
            "annales_signs",
            "Whether this node signs the log: 1, or 0.",
            int(archive.signer.is_held),
        ),
    ):
        yield GaugeMetricFamily(name, meaning, value)


def _begin() -> None:
    g.begun = time.perf_counter()
    g.request_id = id_of(request.headers.get("X-Request-Id", ""))
    if len(request.path) + len(request.query_string) > LONGEST_ADDRESS:
        raise RequestURITooLarge(f"an address has at most {LONGEST_ADDRESS} characters")
    try:
        request.args.keys()
    except UnicodeDecodeError:
        raise BadRequest("the query is no UTF-8; write %XX for every other byte") from None


def _line(told: Answered) -> str:
    members: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "request": told.request,
        "method": told.method,
        "path": hide_keys(told.asked),
        "status": told.status,
        "ms": round(told.seconds * 1000, 2),
        "actor": told.actor,
        "position": told.position,
        "replayed": told.replayed,
    }
    return msgspec.json.encode(
        {name: value for name, value in members.items() if value is not None}
    ).decode()
