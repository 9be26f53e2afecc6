"""A server of one process: it takes connections from a socket, and ends when it is told to.

There is no `select()`, and no more connections than the process may have open files. Where the
machine has none left, the server waits for a moment instead of trying again and again. Several
processes may take connections from one socket; each takes one at a time, so that they share them.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import resource
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from service.serving.connection import Connection
from service.serving.lanes import Application, IsPatient, LaneOf, Lanes
from service.serving.parking import Parking
from service.serving.pausing import Marks, Pause
from service.serving.request import Request

log = logging.getLogger(__name__)

OWN_FILES = 256
"""How many open files a process keeps for itself: databases, the log, pipes."""

SWEEP_SECONDS = 1.0
"""How often the server looks for connections whose time is over."""

SWEPT_AT_ONCE = 50
"""Where thousands are over at one moment, whoever asks something comes between them."""

LINGER_SECONDS = 1.0
"""A server that ends waits so long for the next request of a client that has just asked one."""

PATIENCE = 20.0
"""Seconds that a server that ends gives to the answers under way."""

LARGEST_BODIES = 128 * 1024 * 1024
"""Bytes of all bodies together that are being read or answered: nobody is known before that."""

LargestBody = Callable[[str, bytes], int]
"""How many bytes the body of a request with a method and a path may have."""


class Server:
    """Answers what comes to a listening socket by a WSGI application."""

    def __init__(
        self,
        application: Application,
        listener: socket.socket,
        *,
        lane_of: LaneOf,
        is_patient: IsPatient,
        largest_body: LargestBody,
        threads: int,
        marks: Marks,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        """`threads` answer. `marks` is what requests may wait for without one, and `on_end` lets
        those go on that do."""
        self.ending = False
        self.largest_body = largest_body
        self._listener = listener
        self._lanes = Lanes(application, lane_of, is_patient, self._park, threads=threads)
        self._parking = Parking(marks)
        self._on_end = on_end
        self._connections: set[Connection] = set()
        self._held = 0
        self._opening: set[asyncio.Task[object]] = set()
        self._most = most_connections()
        self._listens = False
        self._complained = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()

    def run(self, begun: Callable[[asyncio.AbstractEventLoop], None] = lambda _: None) -> None:
        """Serve until `end`. `begun` is called with the loop once the socket is listened to."""
        asyncio.run(self._run(begun))

    def end(self) -> None:
        """Take no new connection, give the answers under way, and let `run` return."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ended.set)

    def look(self) -> None:
        """A mark may have moved: let those go on that waited for it. Any thread may say so."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                self._loop.call_soon_threadsafe(self._parking.look)

    # --- what a connection is held by

    def hold(self, number: int) -> bool:
        """Hold so many bytes more of bodies, or less; False where there are too many of them."""
        self._held += number
        return self._held <= LARGEST_BODIES

    def answer(self, connection: Connection, request: Request) -> bool:
        """Have a request answered; False where too many wait already."""
        return self._lanes.take(connection, request)

    def came(self, connection: Connection) -> None:
        """A connection is open."""
        self._connections.add(connection)

    def moved(self, connection: Connection) -> None:
        """A client has room again, or is gone."""
        self._parking.moved(connection)

    def left(self, connection: Connection) -> None:
        """A connection is closed; there is room for another."""
        self._connections.discard(connection)
        self._listen()

    # --- the loop

    async def _run(self, begun: Callable[[asyncio.AbstractEventLoop], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener.setblocking(False)
        self._listen()
        begun(self._loop)
        while not self._ended.is_set():
            try:
                await asyncio.wait_for(self._ended.wait(), SWEEP_SECONDS)
            except TimeoutError:
                await self._sweep()
        await self._finish()

    async def _sweep(self) -> None:
        now = time.monotonic()
        self._lanes.sweep(now)
        for number, connection in enumerate(list(self._connections)):
            connection.sweep(now)
            if number % SWEPT_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _finish(self) -> None:
        self.ending = True
        self._deafen()
        self._on_end()
        self._parking.look()
        ends = time.monotonic() + PATIENCE
        while self._connections or self._opening:
            now = time.monotonic()
            for connection in list(self._connections):
                if now > ends:
                    connection.abort()
                else:
                    connection.end(silent_since=now - LINGER_SECONDS)
            await asyncio.sleep(0.05)
        self._lanes.close()
        self._parking.close()

    def _park(self, connection: Connection, pause: Pause, go_on: Callable[[], None]) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._parking.park, connection, pause, go_on)

    def _listen(self) -> None:
        if self._loop is None or self.ending or self._listens:
            return
        if len(self._connections) + len(self._opening) < self._most:
            self._loop.add_reader(self._listener, self._accept)
            self._listens = True

    def _deafen(self) -> None:
        if self._loop is not None and self._listens:
            self._loop.remove_reader(self._listener)
            self._listens = False

    def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            client, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process was quicker, or the client is gone
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                raise
            self._complain(error)
            self._deafen()
            loop.call_later(1, self._listen)
            return
        client.setblocking(False)
        if client.family in (socket.AF_INET, socket.AF_INET6):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opening = loop.create_task(loop.connect_accepted_socket(lambda: Connection(self), client))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)
        if len(self._connections) + len(self._opening) >= self._most:
            self._deafen()

    def _complain(self, error: OSError) -> None:
        now = time.monotonic()
        if now - self._complained > 60 or not self._complained:
            self._complained = now
            log.error("no connection can be taken at the moment: %s", os.strerror(error.errno or 0))


def most_connections() -> int:
    """How many connections the process may hold, by how many files it may have open.

    The limit is raised as far as the process may.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = 65536
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(16, max(soft, hard) - OWN_FILES)
