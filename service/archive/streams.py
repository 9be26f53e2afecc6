"""Waiting for the log on behalf of many: one watcher, and only so many who wait.

Whoever waits holds a thread, so a place has to be taken before waiting (`enter`); the places
are counted over all processes of a server. All who wait in one process sleep on one condition,
which a single thread rings when the log has grown; `end` wakes them for good, so that a server
with open streams can shut down at once.
"""

from __future__ import annotations

import logging
import threading

from events.store.sqlite import ChronicleRecorder
from service.sharing import Places

log = logging.getLogger(__name__)

PLACES = 64
"""How many may wait at once, in all processes together."""

PATIENCE = 2.0
"""Seconds that `close` gives to those who wait, before the files are closed under them."""


class Streams:
    """The places for those who wait for the log, and the one who watches it for them.

    `places` is how many may wait at once, counted by `counted`; `heartbeat` how many seconds a
    stream may be silent (a client that left is noticed at the second write, and holds its
    place until then), `longest` how many it lasts. All can be set.
    """

    def __init__(self, log: ChronicleRecorder) -> None:
        self.places = PLACES
        self.heartbeat = 2.0
        self.longest = 55.0
        self.counted = Places(1)
        self._log = log
        self._head = 0
        self._changed = threading.Condition()
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def taken(self) -> int:
        """How many wait, in all processes."""
        return self.counted.taken

    @property
    def ended(self) -> bool:
        """Whether the service shuts down, and whoever waits shall stop."""
        return self._ended.is_set()

    def enter(self) -> bool:
        """Take a place; False where all are taken. Who took one must `leave`."""
        return self.counted.enter(self.places)

    def leave(self) -> None:
        """Give a place back."""
        self.counted.leave()
        with self._changed:
            self._changed.notify_all()

    def wait(self, *, beyond: int, timeout: float) -> bool:
        """Wait until the log reaches beyond a position: True as soon as it does.

        False after `timeout` seconds, and at once when the service shuts down.
        """
        with self._changed:
            self._watch()
            self._changed.wait_for(lambda: self.ended or self._head > beyond, timeout)
            return self._head > beyond and not self.ended

    def end(self) -> None:
        """Let everyone who waits stop, now and from now on.

        A signal handler may call it, if the main thread answers no requests itself.
        """
        self._ended.set()
        self._log.wake()
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """`end`, and give those who wait `PATIENCE` seconds to be gone."""
        self.end()
        with self._changed:
            self._changed.wait_for(lambda: self.counted.own == 0, PATIENCE)
        if self._watcher is not None:
            self._watcher.join()

    def _watch(self) -> None:
        if self._watcher is None and not self.ended:
            self._watcher = threading.Thread(target=self._run, name="streams", daemon=True)
            self._watcher.start()

    def _run(self) -> None:
        while not self.ended:
            try:
                grown = self._log.wait_for(self._head, 60, interrupt=self._ended)
                head = self._log.max_notification_id() or 0
            except Exception:
                # Those who wait see nothing new, and this thread tries again.
                log.exception("the log cannot be watched")
                self._ended.wait(1)
                continue
            if grown:
                with self._changed:
                    self._head = head
                    self._changed.notify_all()
            else:
                # After the minute, or because `wake` was meant for somebody else.
                self._ended.wait(0.01)
