"""`annales serve`: the web service, until a signal ends it."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from service.archive import Archive
from service.cli.exits import UNAVAILABLE, Ended
from service.settings import Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="0 is any free port.",
)
@click.option(
    "--threads", type=click.IntRange(1), default=16, show_default=True, help="Answers at once."
)
@click.option("--quiet", is_flag=True, help="No line on stderr for each request.")
@click.pass_obj
def serve(folder: Path, /, *, host: str, port: int, threads: int, quiet: bool) -> None:
    """Serve the chronicle over HTTP.

    SIGTERM and Ctrl-C end it once the answers under way are given.
    """
    # No other command needs these, and they are a third of what it takes to start.
    from waitress.server import create_server  # noqa: PLC0415

    from service.app import create_app  # noqa: PLC0415
    from service.orders.writing import LARGEST_BATCH  # noqa: PLC0415
    from service.web.observing import log_requests  # noqa: PLC0415

    # A request that waits its turn for a moment is no event; /metrics shows how long they take.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    settings = replace(Settings.of(os.environ), data=folder)
    if not quiet:
        log_requests(sys.stderr)
    _on_ending()
    with Archive(folder) as archive:
        # Before the server waits for its threads: an open stream would hold one for a minute.
        _on_ending(archive.streams.end)
        archive.streams.places = max(1, threads // 2)
        archive.follow()
        try:
            server = create_server(
                create_app(archive, settings),
                host=host,
                port=port,
                threads=threads,
                connection_limit=1000,
                channel_timeout=30,
                # What is larger is refused before it is read; what is a little too large gets
                # a problem of ours.
                max_request_body_size=4 * LARGEST_BATCH,
                ident="annales",
            )
        except (OSError, ValueError) as error:
            raise Ended(f"cannot listen on {host}:{port}: {error}", UNAVAILABLE) from error
        click.echo(f"Annales serves {folder} on http://{host}:{_port(server)}")
        try:
            server.run()
        finally:
            server.close()


def _on_ending(*first: Callable[[], None]) -> None:
    """From now on SIGTERM and Ctrl-C do this first, and then end the process."""

    def end(*_: object) -> None:
        for each in first:
            each()
        sys.exit(0)

    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, end)


def _port(server: Any) -> int:
    """The port that it listens on; with `--port 0` the one that it got."""
    # A host name may stand for several addresses, each with a socket of its own.
    listens = getattr(server, "effective_listen", None) or [(None, server.effective_port)]
    return int(listens[0][1])
