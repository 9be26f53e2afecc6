"""The threads that answer, in lanes, so that no kind of request waits for another kind.

A WSGI application answers in a thread. `questions` has few of them, which share the interpreter;
`orders` has some more, as an order may wait until the views have read it; `followers` is for
whoever is told what is new; and `beside` for those that ask how things are, which must be answered
when all else is busy. A request that pauses leaves its thread, and goes on in its lane.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from threading import Lock
from typing import Any, Literal, NamedTuple

from service.serving import response
from service.serving.connection import Connection
from service.serving.pausing import Pause, Paused, Turn
from service.serving.request import Request, environ_of

log = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
"""A WSGI application."""

Lane = Literal["questions", "orders", "followers", "beside"]
LaneOf = Callable[[Request], Lane]

Park = Callable[[Connection, Pause, Callable[[], None]], None]
"""Lets a request wait: what it calls is to go on when the pause is over, or the client gone."""

LONGEST_QUEUE = 1000
"""So many requests may wait for a thread of their lane; whoever comes then is told at once."""

THREADS: dict[Lane, int] = {"orders": 4, "followers": 2, "beside": 2}
"""How many threads the lanes have whose number is no matter of taste."""


class Lanes:
    """The threads of a process that call the application."""

    def __init__(
        self, application: Application, lane_of: LaneOf, park: Park, *, threads: int
    ) -> None:
        self._application = application
        self._lane_of = lane_of
        self._park = park
        self._lanes = {
            lane: ThreadPoolExecutor(many, lane)
            for lane, many in (THREADS | {"questions": threads}).items()
        }
        self._queued = dict.fromkeys(self._lanes, 0)
        self._counting = Lock()

    def take(self, connection: Connection, request: Request) -> bool:
        """Have a request answered; False where too many wait already."""
        lane = self._lane_of(request)
        with self._counting:
            if self._queued[lane] >= LONGEST_QUEUE:
                return False
        self._submit(lane, connection, _answering(self._application, connection, request))
        return True

    def close(self) -> None:
        """Take nothing more; what is being answered goes on."""
        for lane in self._lanes.values():
            lane.shutdown(wait=False, cancel_futures=True)

    def _submit(self, lane: Lane, connection: Connection, answering: Generator[Pause]) -> None:
        with self._counting:
            self._queued[lane] += 1
        self._lanes[lane].submit(self._go_on, lane, connection, answering)

    def _go_on(self, lane: Lane, connection: Connection, answering: Generator[Pause]) -> None:
        with self._counting:
            self._queued[lane] -= 1
        try:
            if connection.gone:
                answering.close()
                connection.finish(b"", closes=True)
            elif (pause := next(answering, None)) is not None:
                self._park(connection, pause, partial(self._submit, lane, connection, answering))
        except Exception:
            # What was promised in the head can no longer be kept, or not even begun.
            log.exception("a request was not answered")
            connection.finish(b"", closes=True)


def _answering(
    application: Application, connection: Connection, request: Request
) -> Generator[Pause]:
    """Answer a request; before it goes on, each pause has to be over that it gives."""
    started: list[_Started] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        started[:] = [_Started(status, headers)]

    with closing(Turn()) as turn:
        while True:
            environ = environ_of(
                request, server=connection.server, client=connection.client, turn=turn
            )
            turn.times += 1
            try:
                body = application(environ, start_response)
            except Paused as paused:
                pause = paused.pause
            else:
                break
            yield pause
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
                chunked = request.version == "1.1"
                yield from _streaming(connection, answer, body, closes=closes, chunked=chunked)
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


def _streaming(
    connection: Connection,
    answer: _Started,
    body: Iterable[bytes],
    *,
    closes: bool,
    chunked: bool,
) -> Iterator[Pause]:
    """Send a body whose length is not known, part by part, as the client takes it."""
    closes = closes or not chunked
    connection.send(answer.head(closes=closes, chunked=chunked))
    for part in body:
        if isinstance(part, Pause):
            yield part
        elif part:
            connection.send(response.chunk(part) if chunked else part)
            yield UNTIL_THERE_IS_ROOM
    connection.finish(response.LAST_CHUNK if chunked else b"", closes=closes)


UNTIL_THERE_IS_ROOM = Pause("", 0, until=0)
"""Nobody goes on whose client has not taken what was written."""
