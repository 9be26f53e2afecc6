"""Where requests wait without a thread, until their pause is over and their client has room.

All of it runs in the thread of the loop, but for the look at the marks. Whoever knows that a
mark has moved says so (`look`); where nobody does, it is looked every few hundredths of a second.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from service.serving.connection import Connection
from service.serving.pausing import Marks, Pause

LOOK_SECONDS = 0.05


@dataclass(slots=True)
class _Parked:
    pause: Pause
    go_on: Callable[[], None]
    is_over: bool = False


class Parking:
    """The requests of a process that wait, each by its connection."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._parked: dict[Connection, _Parked] = {}
        self._reader = ThreadPoolExecutor(1, "marks")
        self._is_reading = self._reads_again = False
        self._next: asyncio.TimerHandle | None = None

    def park(self, connection: Connection, pause: Pause, go_on: Callable[[], None]) -> None:
        """Let a request wait: `go_on` is called when that is over, or its client is gone."""
        # Where the mark stood was read before, and may be wrong by now.
        self._parked[connection] = _Parked(pause, go_on, pause.is_over({}, time.monotonic()))
        self.moved(connection)
        if connection in self._parked:
            self.look()

    def moved(self, connection: Connection) -> None:
        """The client has room again, or is gone."""
        parked = self._parked.get(connection)
        if parked is not None and (connection.gone or (parked.is_over and not connection.is_full)):
            del self._parked[connection]
            parked.go_on()

    def look(self) -> None:
        """Look where the marks are, now or right after the look that is under way."""
        if self._is_reading:
            self._reads_again = True
        elif self._parked:
            self._is_reading, self._reads_again = True, False
            reading = asyncio.get_running_loop().run_in_executor(self._reader, self._read)
            reading.add_done_callback(self._have_read)

    def close(self) -> None:
        """Look no more."""
        self._reader.shutdown(wait=False)

    def _read(self) -> dict[str, int]:
        marks = {}
        for mark, read in self._marks.items():
            # Whoever waits for it meets the error when its time is over.
            with suppress(Exception):
                marks[mark] = read()
        return marks

    def _have_read(self, reading: asyncio.Future[dict[str, int]]) -> None:
        self._is_reading = False
        if reading.cancelled():
            return
        marks, now = reading.result(), time.monotonic()
        for connection, parked in list(self._parked.items()):
            if not parked.is_over and parked.pause.is_over(marks, now):
                parked.is_over = True
                self.moved(connection)
        if self._reads_again:
            self.look()
        elif self._parked and self._next is None:
            self._next = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._next = None
        self.look()
