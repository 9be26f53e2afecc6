"""A real server in a thread, for clients that speak HTTP and nothing else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from service.app import create_app
from service.archive import Archive
from service.lanes import is_patient, lane_of, largest_body
from service.serving.listening import Server
from service.settings import Settings
from service.web.pausing import marks_of


@contextmanager
def serving(archive: Archive, *, threads: int = 8, open_reads: bool = True) -> Iterator[str]:
    """The base URL of a server that answers from the archive, whose views follow the log."""
    archive.follow()
    with closing(socket.create_server(("127.0.0.1", 0), backlog=2048)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = Server(
            create_app(archive, Settings(data=archive.folder, url=base, open_reads=open_reads)),
            listener,
            lane_of=lane_of,
            is_patient=is_patient,
            largest_body=largest_body,
            threads=threads,
            marks=marks_of(archive),
            on_end=archive.streams.end,
        )
        begun = threading.Event()
        thread = threading.Thread(target=server.run, args=(lambda _: begun.set(),), name="server")
        thread.start()
        assert begun.wait(10)
        try:
            yield base
        finally:
            server.end()
            thread.join()
