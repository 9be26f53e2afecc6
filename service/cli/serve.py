"""`annales serve`: the web service, by as many processes as are wanted, until a signal ends it."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from events.errors import LogUnreachable
from events.store.timekeeping import BEAT
from service.archive import Archive
from service.cli.exits import UNAVAILABLE, Ended
from service.settings import HERE, Settings

if TYPE_CHECKING:
    import asyncio

    from projections.views.following import Following
    from service.commons import Commons
    from service.serving.listening import Server
    from service.serving.processes import Lifeline

log = logging.getLogger(__name__)

MOST_PROCESSES = 64

TRIAL = "from service import guard; guard.check(); import service.app, service.cli.serve"
"""What fails where the program could not begin anew."""

FIGURES = "PROMETHEUS_MULTIPROC_DIR"
"""The variable in which `prometheus_client` looks for the folder of the figures."""

SWITCH_SECONDS = 0.001
"""After so long a thread that computes lets another have the interpreter. A cheap answer asks for
it a few times, and beside a dear one waits as often."""

LOG_GREW, VIEWS_MOVED, POSTGRES_ANSWERED = b"l", b"v", b"p"
"""Why one process rings the bells of the others."""

ANEW = "anew"
"""Of what the processes are told where the program is to begin anew, so that one does it."""


def _host(context: click.Context, parameter: click.Parameter, host: str) -> str:
    """The address to listen on, if it may be one."""
    try:
        host.encode("idna")  # as the socket does it
    except UnicodeError:
        raise click.BadParameter("it is no address and no name", context, parameter) from None
    return host


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    callback=_host,
    help="The address to listen on.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="0 is any free port.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, MOST_PROCESSES),
    default=lambda: min(4, len(os.sched_getaffinity(0))),
    help="How many processes answer. Default: one a core, at most 4.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=3,
    show_default=True,
    help="Answers at once in each of them.",
)
@click.option("--quiet", is_flag=True, help="No line on stderr for each request.")
@click.pass_obj
def serve(
    folder: Path, /, *, host: str, port: int, processes: int, threads: int, quiet: bool
) -> None:
    """Serve the chronicle over HTTP.

    SIGTERM and Ctrl-C end it once the answers under way are given. SIGHUP begins it anew, with the
    program as it is then, and loses no request.
    """
    # No other command needs these, and they are a third of what it takes to start.
    import service.app  # noqa: PLC0415, F401 -- before the processes, which share it then
    from service.commons import Commons  # noqa: PLC0415
    from service.serving.processes import Before, CannotBegin, Processes, inherited  # noqa: PLC0415

    logging.basicConfig(stream=sys.stderr, format="%(message)s")
    settings = replace(Settings.of(os.environ), data=folder)
    before = inherited(os.environ)
    with Archive(folder):
        pass  # whatever is wrong with it is said once, and no two processes make it
    listener = before[0] if before else _listener(host, port)
    name = _named(host, listener.getsockname()[1])
    origin = None if settings.url is None else settings.url.partition("://")[2]
    if settings.url is None:
        settings = replace(settings, url=name)
    with (
        closing(listener),
        closing(Commons(processes)) as commons,
        _figures(is_anew=before is not None) as figures,
    ):
        commons.figures = figures
        parent = Processes(
            processes,
            lambda number, lifeline: _answer(
                number,
                lifeline,
                listener,
                commons,
                settings,
                origin=origin,
                threads=threads,
                quiet=quiet,
            ),
            listener,
            trial=TRIAL,
            forget=commons.forget,
            before=before[1] if before else Before(),
        )
        try:
            parent.run(lambda: click.echo(f"Annales serves {folder} on {name}"))
        except CannotBegin as error:
            raise Ended("a process ended before it answered anything", UNAVAILABLE) from error
    with Archive(folder):
        pass  # processes that close the log at once leave it to each other to empty its WAL


@contextmanager
def _figures(*, is_anew: bool) -> Iterator[Path]:
    """Where the processes keep their figures; those of a program that begins anew go on."""
    if not is_anew:
        os.environ[FIGURES] = tempfile.mkdtemp(prefix="annales-")
    folder = Path(os.environ[FIGURES])
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _listener(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=_family(host), backlog=2048)
    except (OSError, OverflowError) as error:
        why = str(error).partition(" (while attempting to bind")[0]  # which names it again
        raise Ended(f"cannot listen on {host}:{port}: {why}", UNAVAILABLE) from error


def _named(host: str, port: int) -> str:
    """The address of a listener, for who is on the same machine where it listens on all."""
    if not host.strip("0.:"):  # such as 0.0.0.0 and ::
        return f"{HERE}:{port}"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _answer(
    number: int,
    lifeline: Lifeline,
    listener: socket.socket,
    commons: Commons,
    settings: Settings,
    *,
    origin: str | None,
    threads: int,
    quiet: bool,
) -> None:
    """Be one of the processes: answer until the end."""
    from service.app import create_app  # noqa: PLC0415
    from service.lanes import is_patient, lane_of, largest_body  # noqa: PLC0415
    from service.serving.listening import Server  # noqa: PLC0415
    from service.web.observing import log_requests  # noqa: PLC0415
    from service.web.pausing import marks_of  # noqa: PLC0415

    commons.become(number)
    sys.setswitchinterval(SWITCH_SECONDS)
    if not quiet:
        log_requests(sys.stderr)
    with Archive(settings.data) as archive:
        server = Server(
            create_app(archive, settings, commons),
            listener,
            lane_of=lane_of,
            is_patient=is_patient,
            largest_body=largest_body,
            threads=threads,
            marks=marks_of(archive),
            on_end=archive.streams.end,
        )
        following = archive.follow()
        archive.sign(origin)

        is_orphan = threading.Event()

        def begun(loop: asyncio.AbstractEventLoop) -> None:
            _on_ending(loop, lifeline, server.end, is_orphan)
            _ring(archive, following, server, commons)
            _keep_time(loop, archive)
            if commons.bells is not None:
                _hear(loop, archive, following, server, commons.bells.of(number))
            os.write(lifeline.ready, b".")

        server.run(begun)
    if is_orphan.is_set() and commons.figures is not None:
        shutil.rmtree(commons.figures, ignore_errors=True)  # as the parent would have done


def _on_ending(
    loop: asyncio.AbstractEventLoop,
    lifeline: Lifeline,
    end: Callable[[], None],
    is_orphan: threading.Event,
) -> None:
    """End on SIGTERM, and when the parent is gone, which `is_orphan` then says."""

    def orphaned() -> None:
        loop.remove_reader(lifeline.parent)
        is_orphan.set()
        end()

    loop.add_signal_handler(signal.SIGTERM, end)
    loop.add_reader(lifeline.parent, orphaned)


def _ring(archive: Archive, following: Following, server: Server, commons: Commons) -> None:
    """Tell all processes what this one does."""

    def ring(what: bytes) -> None:
        server.look()
        if commons.bells is not None:
            commons.bells.ring(what, but=commons.process)

    archive.chronicle.log.datastore.doorbell.on_ring = lambda: ring(LOG_GREW)
    following.on_moved = lambda: ring(VIEWS_MOVED)
    if archive.copying is not None:
        archive.copying.on_heard = lambda: ring(POSTGRES_ANSWERED)
        archive.copying.on_ahead = partial(_begin_anew, archive)


def _begin_anew(archive: Archive) -> None:
    """Have the program begun anew, as SIGHUP does, where the copy of a node would be set aside
    then: it has commits that PostgreSQL has lost. Else the node goes on, and says what is wrong."""
    if archive.troubles.of(ANEW) is not None:
        return  # another process of this program has seen to it
    try:
        may = archive.may_begin_anew()
    except LogUnreachable:
        return  # it is asked again
    archive.troubles.tell(ANEW, "it was looked at")
    if may:
        log.warning("the copy has commits that PostgreSQL has lost: the program begins anew")
        os.kill(os.getppid(), signal.SIGHUP)


def _keep_time(loop: asyncio.AbstractEventLoop, archive: Archive) -> None:
    """Note now and then how late it is, for the next start of the machine."""
    archive.beat()
    loop.call_later(BEAT, _keep_time, loop, archive)


def _hear(
    loop: asyncio.AbstractEventLoop,
    archive: Archive,
    following: Following,
    server: Server,
    bell: socket.socket,
) -> None:
    """Hear what the other processes do."""

    def hear() -> None:
        heard = set()
        with suppress(BlockingIOError):
            while True:
                heard.add(bell.recv(1))
        if LOG_GREW in heard:
            archive.chronicle.log.datastore.doorbell.hear()
        if VIEWS_MOVED in heard:
            following.hear()
        server.look()

    loop.add_reader(bell, hear)
