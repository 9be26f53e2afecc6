"""A way to a server that loses what is sent on it, when it is told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Fault = Literal["answer lost", "answer never comes", "commit lost", "commit never comes"]
"""What becomes of the next COMMIT: the server has it or not, and the client is cut off or not."""


class Proxy:
    """Passes on what is said, but for one COMMIT that it is told to fail."""

    def __init__(self, port: int, server: int) -> None:
        self.port = port
        self.fault: Fault | None = None
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", port))

    def run(self) -> None:
        """Until it is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                way = _Way(self, client, server)
                for each in (way.there, way.back):
                    threading.Thread(target=each, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        # Who waits in `accept` hears of no `close`.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


class _Way:
    """One connection through a proxy."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._fault: Fault | None = None

    def there(self) -> None:
        """From the client to the server."""
        with suppress(OSError):
            while said := self._client.recv(65_536):
                if self._fault is None and self._proxy.fault is not None and b"COMMIT" in said:
                    self._fault, self._proxy.fault = self._proxy.fault, None
                if self._fault == "commit lost":
                    break
                if self._fault != "commit never comes":
                    self._server.sendall(said)
        self._end()

    def back(self) -> None:
        """From the server to the client."""
        with suppress(OSError):
            while said := self._server.recv(65_536):
                if self._fault == "answer lost":
                    break
                if self._fault != "answer never comes":
                    self._client.sendall(said)
        self._end()

    def _end(self) -> None:
        for each in (self._client, self._server):
            with suppress(OSError):  # who waits in `recv` hears of no `close`
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextmanager
def proxy(port: int, server: int) -> Iterator[Proxy]:
    """A way through `port` to the port of a server."""
    made = Proxy(port, server)
    running = threading.Thread(target=made.run)
    running.start()
    try:
        yield made
    finally:
        made.close()
        running.join()
