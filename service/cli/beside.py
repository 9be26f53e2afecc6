"""While a command writes a log, another process follows it into the views.

What a short file says is followed afterwards, by the command itself: starting a process would
take longer. If either of the two is killed, whoever comes next goes on from whole pages.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

import click

from projections.views.following import is_far
from service.archive import Archive
from service.cli import calm_the_collector
from service.cli.screen import AddBar, Advance

WORTH_IT = 20_000
"""After how many lines a process is started."""

LOOK = 0.1
"""Seconds after which the other process says how far it is."""

Each = TypeVar("Each")


class Beside:
    """The other process, once it is started."""

    def __init__(self, folder: Path, add_bar: AddBar) -> None:
        self._folder = folder
        self._add_bar = add_bar
        self._advance: Advance | None = None
        self._process: Any = None
        self._listening: threading.Thread | None = None
        self._pipe: Connection | None = None
        self._failure = ""

    def follow_once_worth_it(self, lines: Iterable[Each]) -> Iterator[Each]:
        """The lines of a file; when so many were read, their log is followed."""
        for number, line in enumerate(lines):
            if number == WORTH_IT:
                self._start()
            yield line

    def finish(self, head: int) -> None:
        """The log is written: wait until the views have read it all. What went wrong is told."""
        if self._pipe is None or self._listening is None:
            return
        self._advance = self._add_bar("Projecting", head)
        with contextlib.suppress(OSError):  # it has ended already
            self._pipe.send(head)
        self._listening.join()
        self._process.join()
        if self._failure:
            click.echo(f"{self._failure}; going on in this process", err=True)

    def end(self) -> None:
        """End the process, wherever it is."""
        if self._pipe is not None and self._listening is not None:
            self._process.terminate()
            self._process.join()
            self._listening.join()
            self._pipe.close()

    def _start(self) -> None:
        # A fork would copy what other threads of this process hold at the moment.
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_follow, args=(self._folder, theirs))
        self._advance = self._add_bar("Projecting", None)
        self._process.start()
        theirs.close()
        self._listening = threading.Thread(target=self._listen, args=(self._pipe,))
        self._listening.start()

    def _listen(self, pipe: Connection) -> None:
        while True:
            try:
                said = pipe.recv()
            except (EOFError, OSError):
                self._failure = "the process that follows the log was killed"
                return
            if isinstance(said, str):
                self._failure = said
                return
            if said is None:
                return
            if self._advance is not None:
                self._advance(said)


@contextmanager
def followed(folder: Path, add_bar: AddBar) -> Iterator[Beside]:
    """Whoever follows the log of a folder while the block writes it; ended with the block."""
    beside = Beside(folder, add_bar)
    try:
        yield beside
    finally:
        beside.end()


def _follow(folder: Path, pipe: Connection) -> None:
    """Follow the log of a folder until it is said how far it goes, and to there."""
    # Whoever began ends it, also on Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    calm_the_collector()
    # Nobody is there any more where whoever began was killed.
    with contextlib.suppress(EOFError, OSError):
        try:
            with Archive(folder) as archive:
                archive.follow()
                while not pipe.poll(LOOK):
                    _say(pipe, archive)
                head = pipe.recv()
                # What is far behind is made anew on all cores, by whoever began.
                while not is_far(archive.chronicle, archive.views):
                    if archive.wait_for(head, timeout=LOOK) >= head:
                        break
                    _say(pipe, archive)
        except (EOFError, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - it is told by whoever began
            pipe.send(f"{type(error).__name__}: {error}")
        else:
            pipe.send(None)


def _say(pipe: Connection, archive: Archive) -> None:
    """How far the views are. Raises why they cannot follow."""
    if (failure := archive.failure()) is not None:
        raise failure
    pipe.send(archive.views.tracked())
