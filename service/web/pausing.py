"""Waiting for the log and the views, which holds no thread of a server of ours.

Whatever waits here ends the request for now, and it comes again when that for which it waits is
there or its time is over. Behind any other server the thread waits.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any, cast

from flask import request
from werkzeug.wsgi import ClosingIterator

from events.errors import NotProjected
from projections.views.budget import Budget
from projections.views.reading import Reading
from service.archive import Archive
from service.archive.hearing import SECOND
from service.serving.pausing import TURN, Dear, Marks, Pause, Paused, Turn
from service.web.root import archive

LOG, VIEWS, HEARD = "log", "views", "heard"

PATIENCE = 2.0
"""Seconds that a question waits until the views have read far enough."""

ENDED = 2**62
"""Where the log is for all who wait for it, when the service ends."""

LOOK_SECONDS = 0.01


def marks_of(archive: Archive) -> Marks:
    """What requests wait for: how far the log is, how far the views have read it, and on a node
    when PostgreSQL was asked last how far it is there."""

    def log() -> int:
        return ENDED if archive.streams.ended else archive.chronicle.log.max_notification_id() or 0

    def views() -> int:
        return ENDED if archive.streams.ended else archive.views.tracked()

    def heard() -> int:
        return ENDED if archive.streams.ended else archive.hearing.asked()

    marks: Marks = {LOG: log, VIEWS: views}
    return marks if archive.shared is None else {**marks, HEARD: heard}


def turn() -> Turn:
    """The turn of the request."""
    return cast("Turn", request.environ[TURN])


def pause(mark: str, *, beyond: int, until: float) -> None:
    """Wait until a mark is beyond a number; returns once the time is over, or the service ends.

    Raises Paused.
    """
    if time.monotonic() < until and not archive().streams.ended:
        raise Paused(Pause(mark, beyond, until=until))


def reading_at(position: int, budget: Budget | None = None) -> Reading:
    """The views, once they have read the position, read as far as a budget goes. Raises Paused,
    and NotProjected after `PATIENCE`."""
    await_views(position)
    return archive().reading_at(position, budget)


def await_views(position: int) -> None:
    """Wait until the views have read the position, or `PATIENCE` is over; not for views that cannot
    follow. Raises Paused."""
    service = archive()
    is_followed = service.is_followed and service.stuck_at() is None
    if is_followed and service.views.tracked() < position:
        pause(VIEWS, beyond=position - 1, until=turn().begun + PATIENCE)


def await_copy(position: int) -> None:
    """On a node, wait for a position that its copy lacks, `PATIENCE` at most; returns where
    PostgreSQL lacks it too, and where the log lies here alone.

    Nobody asks PostgreSQL for it but the one who copies, so that those who name positions that
    never were cost it nothing. Raises Paused, and NotProjected where the position is not here in
    time, or nobody knows whether it was given.
    """
    service = archive()
    if service.copying is None:
        return
    heard = service.hearing.heard()
    until = turn().begun + PATIENCE
    if position > heard.head:
        begun = service.hearing.now() - int((time.monotonic() - turn().begun) * SECOND)
        if heard.asked > begun:
            return
        if not heard.is_silent:
            service.called.call()
            pause(HEARD, beyond=begun, until=until)
    else:
        pause(LOG, beyond=position - 1, until=until)
    raise NotProjected(position, service.views.tracked())


def as_dear(client: str) -> None:
    """Go on where answers are made that cost much, for a client. Raises Dear, unless this is
    there."""
    if not turn().is_dear:
        raise Dear(client)


class Blocking:
    """A WSGI application in whose thread another one waits, where its server lets none go."""

    def __init__(self, application: Any, marks: Marks) -> None:
        self._application = application
        self._marks = marks

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        if TURN in environ:
            return self._application(environ, start_response)  # type: ignore[no-any-return]
        turn = environ[TURN] = Turn()
        turn.is_dear = True  # there is no other place
        try:
            body = self._asked(turn, environ, start_response)
        except BaseException:
            turn.close()
            raise
        closing = [body.close] if hasattr(body, "close") else []
        return ClosingIterator(self._parts(body), [*closing, turn.close])

    def _asked(self, turn: Turn, environ: dict[str, Any], start_response: Any) -> Any:
        while True:
            turn.times += 1
            try:
                return self._application(environ, start_response)
            except Paused as paused:
                self._wait(paused.pause)

    def _parts(self, body: Iterable[bytes]) -> Iterator[bytes]:
        for part in body:
            if isinstance(part, Pause):
                self._wait(part)
            else:
                yield part

    def _wait(self, pause: Pause) -> None:
        mark = self._marks[pause.mark]
        while not pause.is_over({pause.mark: mark()}, time.monotonic()):
            time.sleep(LOOK_SECONDS)
