"""The threads that answer: requests that wait, and those that only look, have threads of their own.

A WSGI application answers in a thread. `questions` has few of them, which share the interpreter;
`waiting` is for requests that mostly sleep, such as an open stream, and has as many threads as may
wait; `beside` is for those that ask how things are, which must be answered when all else is busy.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, Literal, NamedTuple

from service.serving import response
from service.serving.connection import Connection
from service.serving.request import Request, environ_of

log = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
"""A WSGI application."""

Lane = Literal["questions", "waiting", "beside"]
LaneOf = Callable[[Request], Lane]

LONGEST_QUEUE = 1000
"""So many requests may wait for a thread of their lane; whoever comes then is told at once."""

BESIDE_THREADS = 2
"""How many threads look after those who only ask how things are, or whether they may wait."""


class Lanes:
    """The threads of a process that call the application."""

    def __init__(
        self, application: Application, lane_of: LaneOf, *, threads: int, waiting: int
    ) -> None:
        self._application = application
        self._lane_of = lane_of
        self._lanes = {
            lane: ThreadPoolExecutor(many, lane)
            for lane, many in (
                ("questions", threads),
                # Somebody has to say that all places are taken.
                ("waiting", waiting + BESIDE_THREADS),
                ("beside", BESIDE_THREADS),
            )
        }
        self._queued = dict.fromkeys(self._lanes, 0)
        self._counting = Lock()

    def take(self, connection: Connection, request: Request) -> bool:
        """Have a request answered; False where too many wait already."""
        lane = self._lane_of(request)
        with self._counting:
            if self._queued[lane] >= LONGEST_QUEUE:
                return False
            self._queued[lane] += 1
        self._lanes[lane].submit(self._answer, lane, connection, request)
        return True

    def close(self) -> None:
        """Take nothing more; what is being answered goes on."""
        for lane in self._lanes.values():
            lane.shutdown(wait=False, cancel_futures=True)

    def _answer(self, lane: Lane, connection: Connection, request: Request) -> None:
        with self._counting:
            self._queued[lane] -= 1
        try:
            self._call(connection, request)
        except Exception:
            # What was promised in the head can no longer be kept, or not even begun.
            log.exception("a request was not answered")
            connection.finish(b"", closes=True)

    def _call(self, connection: Connection, request: Request) -> None:
        started: list[_Started] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            started[:] = [_Started(status, headers)]

        environ = environ_of(
            request,
            server=connection.server,
            client=connection.client,
            is_gone=lambda: connection.gone,
        )
        body = self._application(environ, start_response)
        try:
            [answer] = started
            closes = not request.keeps_alive or connection.ends_after
            if request.method == "HEAD" or answer.has_no_body:
                connection.finish(answer.head(closes=closes), closes=closes)
            elif answer.length is not None:
                data = b"".join(body)
                if len(data) != answer.length:
                    raise ValueError(f"{len(data)} bytes instead of {answer.length}")
                connection.finish(answer.head(closes=closes) + data, closes=closes)
            else:
                _stream(connection, request, answer, body, closes=closes)
        finally:
            if hasattr(body, "close"):
                body.close()


class _Started(NamedTuple):
    """What an application has said before the body."""

    status: str
    headers: list[tuple[str, str]]

    @property
    def has_no_body(self) -> bool:
        return self.status.startswith(("1", "204", "304"))

    @property
    def length(self) -> int | None:
        for name, value in self.headers:
            if name.lower() == "content-length":
                return int(value)
        return None

    def head(self, *, closes: bool, chunked: bool = False) -> bytes:
        return response.head(self.status, self.headers, closes=closes, chunked=chunked)


def _stream(
    connection: Connection,
    request: Request,
    answer: _Started,
    body: Iterable[bytes],
    *,
    closes: bool,
) -> None:
    """Send a body whose length is not known, part by part, while the client is there."""
    chunked = request.version == "1.1"
    closes = closes or not chunked
    sent = connection.send(answer.head(closes=closes, chunked=chunked))
    for part in body:
        if not sent:
            break
        if part:
            sent = connection.send(response.chunk(part) if chunked else part)
    connection.finish(response.LAST_CHUNK if chunked else b"", closes=closes)
