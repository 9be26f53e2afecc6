"""A thread that copies the logs of a node as they grow, as long as a server runs.

Of all processes that have a folder open for others one does so: the one that holds the lock of the
file `TURN`; when it ends, however it ends, another does. It hears of each commit from PostgreSQL,
and looks each second all the same, across lost connections. What it heard it notes for all
processes of the node (`hearing.py`), and what is published beside the log it takes over when the
copy comes to it (`published.py`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from events.errors import AnnalesError, CopyAhead, LogUnreachable
from projections.views.following import turn
from service.archive.hearing import SILENT, TURN, Hearing
from service.archive.published import NotWhatWasSigned, Published
from service.commons import Call

if TYPE_CHECKING:
    from events.store.node import NodeLog
    from events.store.sqlite import ChronicleRecorder
    from service.archive.node import Shared

log = logging.getLogger(__name__)

BETWEEN_TURNS = 0.2
"""Seconds after which whoever does not copy looks whether it is its turn."""

LOOK = 1.0
"""Seconds after which it is looked whether the log has grown though nothing was heard."""

AGAIN = 0.2
"""Seconds after which is tried again what failed."""

AHEAD = 2.0
"""The same where the copy is to be set aside, for which nobody may copy."""


class Copying:
    """Copies until it is stopped.

    `call` gives what lets it look at once. `on_failed` is told why it cannot copy, and None when it
    can again; `on_heard` is called whenever PostgreSQL has answered, `on_ahead` where the copy has
    commits that PostgreSQL has not.
    """

    def __init__(
        self,
        shared: Shared,
        logs: Sequence[ChronicleRecorder],
        *,
        published: Published,
        hearing: Hearing,
        call: Callable[[], Call],
        on_failed: Callable[[Exception | None], None],
    ) -> None:
        self._shared = shared
        self._logs = cast("Sequence[NodeLog]", logs)  # as they are where logs are shared
        self._published = published
        self._hearing = hearing
        self._call = call
        self._on_failed = on_failed
        self.on_heard: Callable[[], None] = lambda: None
        self.on_ahead: Callable[[], None] = lambda: None
        self._doubt: NotWhatWasSigned | None = None
        self._told = ""
        self._well = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="copier", daemon=True)

    def start(self, folder: Path) -> None:
        """Begin to copy, when it is the turn of this process in a folder."""
        self._turn = folder / TURN
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a page that it is writing is finished first."""
        self._ended.set()
        self._call().call()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with turn(self._turn) as is_ours:
                    if is_ours:
                        self._copy_on()
                    self._well = time.monotonic()
                self._ended.wait(BETWEEN_TURNS)
            except Exception as failure:
                # A failover takes some seconds, and nobody is behind who knows all that was told.
                is_patient = isinstance(failure, LogUnreachable)
                if not is_patient or time.monotonic() - self._well > SILENT:
                    if str(failure) != self._told:
                        is_foreseen = isinstance(failure, AnnalesError)
                        log.error("the log is not copied: %s", failure, exc_info=not is_foreseen)
                    self._told = str(failure)
                    self._on_failed(failure)
                if isinstance(failure, CopyAhead):
                    self._tell_ahead()
                self._ended.wait(AHEAD if isinstance(failure, CopyAhead) else AGAIN)

    def _tell_ahead(self) -> None:
        try:
            self.on_ahead()
        except Exception:
            log.exception("it is not known whether the copy may be made anew")

    def _copy_on(self) -> None:
        with self._shared.chronicle.listening() as listener:
            while not self._ended.is_set():
                self._call().take()
                self.copy()
                self._told, self._well = "", time.monotonic()
                self._on_failed(self._doubt)
                listener.wait(LOOK, call=self._call().heard)

    def copy(self) -> None:
        """Copy what is new in each log, and what lies beside them."""
        chronicle, *others = self._logs
        asked = self._hearing.now()
        self._heard(chronicle.copy(self._look_up), asked)
        for each in others:
            each.copy()
        try:
            if self._published.look():
                self._doubt = None
        except NotWhatWasSigned as doubt:
            log.error("%s", doubt)
            self._doubt = doubt

    def _look_up(self, _: int) -> None:
        """Where there is much to copy, tell how much."""
        asked = self._hearing.now()
        self._heard(self._shared.chronicle.head(), asked)

    def _heard(self, head: int, asked: int) -> None:
        self._hearing.note(head, asked=asked)
        self.on_heard()
