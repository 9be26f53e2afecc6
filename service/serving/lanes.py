"""The threads that answer, in lanes, so that no kind of request waits for another kind.

A WSGI application answers in a thread. `questions` has few of them, which share the interpreter;
`dear` one, for what the application finds to be so, and to which nothing cheap has to wait;
`orders` has some more, as an order may wait until the views have read it; `followers` is for
whoever is told what is new; and `beside` for those that ask how things are, which must be answered
when all else is busy. A request that pauses leaves its thread, and goes on in its lane.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from threading import Lock
from typing import Any, Literal, NamedTuple

from service.serving import response
from service.serving.connection import Connection
from service.serving.pausing import Dear, Pause, Paused, Turn
from service.serving.request import Request, environ_of

log = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
"""A WSGI application."""

Lane = Literal["questions", "dear", "orders", "followers", "beside"]
LaneOf = Callable[[Request], Lane]
IsPatient = Callable[[Request], bool]
"""Whether a request waits for its turn however long that takes."""

Park = Callable[[Connection, Pause, Callable[[], None]], None]
"""Lets a request wait: what it calls is to go on when the pause is over, or the client gone."""

LONGEST_QUEUE = 1000
"""So many requests may wait for a thread of their lane; whoever comes then is told at once."""

MOST_OF_A_CLIENT = 32
"""So many dear ones of them may be of one client."""

LONGEST_WAIT = 5.0
"""Seconds that a request may wait for its turn, by what those before it took."""

THREADS: dict[Lane, int] = {"dear": 1, "orders": 4, "followers": 2, "beside": 2}
"""How many threads the lanes have whose number is no matter of taste."""

AT_FIRST: dict[Lane, float] = {"dear": 1.0}
"""Seconds that a request is thought to take before any was answered, if not `LITTLE`."""

LITTLE = 0.01

RECENT = 0.2
"""How much the last request counts in what one takes."""


class Lanes:
    """The threads of a process that call the application."""

    def __init__(
        self,
        application: Application,
        lane_of: LaneOf,
        is_patient: IsPatient,
        park: Park,
        *,
        threads: int,
    ) -> None:
        self._application = application
        self._lane_of = lane_of
        self._is_patient = is_patient
        self._park = park
        self._lanes = {
            lane: _Threads(lane, many) for lane, many in (THREADS | {"questions": threads}).items()
        }

    def take(self, connection: Connection, request: Request) -> bool:
        """Have a request answered; False where too many wait already."""
        answering = _answering(self._application, connection, request)
        is_patient = self._is_patient(request)
        task = _Task(connection, answering, is_patient, request.is_of_browser)
        return self._enter(self._lane_of(request), task, "")

    def sweep(self, now: float) -> None:
        """Refuse those who have waited too long for their turn."""
        for threads in self._lanes.values():
            for task in threads.overdue(now):
                _refuse(task)

    def close(self) -> None:
        """Take nothing more; what is being answered goes on."""
        for threads in self._lanes.values():
            threads.close()

    def _enter(self, lane: Lane, task: _Task, client: str) -> bool:
        """Let a request wait for its turn in a lane; False where that would take too long."""
        threads = self._lanes[lane]
        if threads.queued >= LONGEST_QUEUE or (client and threads.of(client) >= MOST_OF_A_CLIENT):
            return False
        if not task.is_patient and threads.wait > LONGEST_WAIT:
            return False
        threads.submit(partial(self._go_on, lane, task), task, client)
        return True

    def _go_on(self, lane: Lane, task: _Task) -> None:
        connection = task.connection
        try:
            if connection.gone:
                task.answering.close()
                connection.finish(b"", closes=True)
                return
            waits_for = next(task.answering, None)
        except Exception:
            # What was promised in the head can no longer be kept, or not even begun.
            log.exception("a request was not answered")
            connection.finish(b"", closes=True)
            return
        if isinstance(waits_for, Pause):
            again = partial(self._lanes[lane].submit, partial(self._go_on, lane, task))
            self._park(connection, waits_for, again)
        elif waits_for is not None and not self._enter("dear", task, waits_for.client):
            _refuse(task)


class _Task(NamedTuple):
    """A request that is being answered."""

    connection: Connection
    answering: Generator[Pause | Dear]
    is_patient: bool
    is_of_browser: bool


def _refuse(task: _Task) -> None:
    """Tell a client that its turn comes too late."""
    task.answering.close()
    refusal = response.refusal(503, to_browser=task.is_of_browser)
    task.connection.finish(refusal, closes=True)


class _Threads:
    """The threads of a lane, and how long one waits for them."""

    def __init__(self, lane: Lane, many: int) -> None:
        self.queued = 0
        self._many = many
        self._seconds = AT_FIRST.get(lane, LITTLE)
        self._threads = ThreadPoolExecutor(many, lane)
        # When each came whose turn has not come, and for which client.
        self._entered: dict[_Task, tuple[float, str]] = {}
        self._counting = Lock()

    @property
    def wait(self) -> float:
        """How many seconds whoever comes now is likely to wait for its turn."""
        return self.queued * self._seconds / self._many

    def of(self, client: str) -> int:
        """How many of a client wait for their turn."""
        with self._counting:
            return sum(each == client for _, each in self._entered.values())

    def submit(self, work: Callable[[], None], task: _Task | None = None, client: str = "") -> None:
        """Have something done in its turn, unless it was for a task that is overdue by then."""
        with self._counting:
            self.queued += 1
            if task is not None:
                self._entered[task] = time.monotonic(), client
        self._threads.submit(self._do, work, task)

    def overdue(self, now: float) -> list[_Task]:
        """The tasks that have waited too long for their turn, which does not come any more."""
        with self._counting:
            overdue = [
                task
                for task, (entered, _) in self._entered.items()
                if now - entered > LONGEST_WAIT and not task.is_patient
            ]
            for task in overdue:
                del self._entered[task]
        return overdue

    def close(self) -> None:
        """Take nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _do(self, work: Callable[[], None], task: _Task | None) -> None:
        with self._counting:
            self.queued -= 1
            if task is not None and self._entered.pop(task, None) is None:
                return
        begun = time.monotonic()
        work()
        with self._counting:
            self._seconds += RECENT * (time.monotonic() - begun - self._seconds)


def _answering(
    application: Application, connection: Connection, request: Request
) -> Generator[Pause | Dear]:
    """Answer a request; it goes on when the pause is over that it gives, or in the lane of the
    dear ones."""
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
                waits_for: Pause | Dear = paused.pause
            except Dear as dear:
                turn.is_dear, waits_for = True, dear
            else:
                break
            yield waits_for
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
