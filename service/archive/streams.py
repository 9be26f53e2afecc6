"""The places of those who wait for the log: only so many, and only so many of one client.

They are counted over all processes of a server. Nobody holds a thread meanwhile; `end` says that
whoever waits shall stop, so that a server with open streams can shut down at once.
"""

from __future__ import annotations

import threading

from service.commons import PLACES, Places

OF_A_CLIENT = 16
"""How many of the places one client may take: whoever shares an address may follow too."""

PATIENCE = 2.0
"""Seconds that `close` gives to those who wait, before the files are closed under them."""


class Streams:
    """The places for those who wait for the log.

    `places` is how many may wait at once, `of_a_client` how many of them one client, counted by
    `counted`; `heartbeat` how many seconds a stream may be silent, `longest` how many it lasts.
    All can be set.
    """

    def __init__(self) -> None:
        self.places = PLACES
        self.of_a_client = OF_A_CLIENT
        self.heartbeat = 15.0
        self.longest = 55.0
        self.counted = Places(PLACES)
        self._left = threading.Condition()
        self._ended = threading.Event()

    @property
    def taken(self) -> int:
        """How many wait, in all processes."""
        return self.counted.taken

    @property
    def ended(self) -> bool:
        """Whether the service shuts down, and whoever waits shall stop."""
        return self._ended.is_set()

    def enter(self, client: str) -> int | None:
        """Take a place; None where all are taken, or all that this client may. Who took one must
        `leave` it."""
        return self.counted.enter(client, most=self.places, of_one=self.of_a_client)

    def leave(self, place: int) -> None:
        """Give a place back."""
        self.counted.leave(place)
        with self._left:
            self._left.notify_all()

    def end(self) -> None:
        """Let everyone who waits stop, now and from now on."""
        self._ended.set()

    def close(self) -> None:
        """`end`, and give those who wait `PATIENCE` seconds to be gone."""
        self.end()
        with self._left:
            self._left.wait_for(lambda: self.counted.own == 0, PATIENCE)
