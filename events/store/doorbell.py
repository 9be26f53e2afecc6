"""How threads hear that the log has grown, whichever process wrote to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from threading import Condition

from eventsourcing.persistence import OperationalError


class Doorbell:
    """Wakes threads when the log may have grown, whichever process wrote to it.

    Nothing runs in the background: those who wait take turns in looking, every
    `poll_interval` seconds, whether another connection has committed. Processes that know each
    other need not wait for that: `on_ring` is called when this one has committed, and may tell
    the others, who then call `hear`.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], *, poll_interval: float) -> None:
        self.closed = False
        self.wakes = 0
        self.on_ring: Callable[[], None] = lambda: None
        self._connect = connect
        self._poll_interval = poll_interval
        self._connection: sqlite3.Connection | None = None
        self._looked = 0.0
        self._data_version = 0
        self._rings = 0
        self._rung = Condition()

    def rings(self) -> int:
        """How often it has rung so far. Read this, look at the log, then `wait`."""
        with self._rung:
            self._look()
            return self._rings

    def wait(self, *, since: int, timeout: float) -> None:
        """Wait until it has rung more often than `since`, is closed, or the time is over."""
        deadline = time.monotonic() + timeout
        with self._rung:
            while self._rings == since and not self.closed:
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                self._rung.wait(min(left, self._poll_interval))
                self._look()

    def ring(self) -> None:
        """Say that the log has grown by this process."""
        self.hear()
        self.on_ring()

    def hear(self) -> None:
        """Say that the log has grown, here or elsewhere."""
        with self._rung:
            self._rings += 1
            self._rung.notify_all()

    def wake(self) -> None:
        """Say that whoever waits shall give up."""
        with self._rung:
            self.wakes += 1
            self._rings += 1
            self._rung.notify_all()

    def close(self) -> None:
        """Wake everyone for good."""
        with self._rung:
            self.closed = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            self._rung.notify_all()

    def _look(self) -> None:
        now = time.monotonic()
        if self.closed or (self._connection and now - self._looked < self._poll_interval / 2):
            return
        self._looked = now
        if self._connection is None:
            self._connection = self._connect()
        try:
            [(version,)] = self._connection.execute("PRAGMA data_version").fetchall()
        except sqlite3.DatabaseError as error:
            raise OperationalError(error) from error
        if version != self._data_version:
            self._data_version = version
            self._rings += 1
            self._rung.notify_all()
