"""A real server in a thread, for clients that speak HTTP and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from service.app import create_app
from service.archive import Archive


@contextmanager
def serving(archive: Archive, *, threads: int = 8) -> Iterator[str]:
    """The base URL of a server that answers from the archive, whose views follow the log."""
    archive.follow()
    sockets: dict[int, Any] = {}
    server: Any = create_server(
        create_app(archive),
        map=sockets,
        host="127.0.0.1",
        port=0,
        threads=threads,
    )
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            wasyncore.loop(timeout=0.02, map=sockets, count=1)

    thread = threading.Thread(target=run, name="server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        archive.streams.end()
        server.task_dispatcher.shutdown()
        ended.set()
        thread.join()
        wasyncore.close_all(sockets)
