"""A thread that copies the logs of a node as they grow, as long as a server runs.

Of all processes that have a folder open for others one does so: the one that holds the lock of the
file `TURN`. It hears of each commit from PostgreSQL, and looks each second all the same, across
lost connections. How it stands with the log is noted for all processes of the node: whoever has
not heard of PostgreSQL for `SILENT` seconds says so.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from events import files
from events.errors import LogUnreachable
from events.ledger import base, signing
from projections.views.following import turn

if TYPE_CHECKING:
    from events.store.node import NodeLog
    from events.store.sqlite import ChronicleRecorder
    from service.archive.node import Shared

log = logging.getLogger(__name__)

TURN = "node.copier"

BETWEEN_TURNS = 0.2
"""Seconds after which whoever does not copy looks whether it is its turn."""

LOOK = 1.0
"""Seconds after which it is looked whether the log has grown though nothing was heard."""

AGAIN = 0.2
"""Seconds after which is tried again what failed."""

SILENT = 5.0
"""Seconds without an answer of PostgreSQL after which a node is behind, as far as anybody knows."""

BESIDE = (signing.CHECKPOINT, signing.PUBLIC, base.NAME)
"""The files of a folder that lie beside a log in PostgreSQL too."""


class Copying:
    """Copies until it is stopped; `on_failed` is told why it cannot, and None when it can again."""

    def __init__(
        self,
        folder: Path,
        shared: Shared,
        logs: Sequence[ChronicleRecorder],
        on_failed: Callable[[Exception | None], None],
    ) -> None:
        self._folder = folder
        self._shared = shared
        self._logs = cast("Sequence[NodeLog]", logs)  # as they are where logs are shared
        self._on_failed = on_failed
        self._beside = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="copier", daemon=True)

    def start(self) -> None:
        """Begin to copy."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a page that it is writing is finished first."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        answered = time.monotonic()
        told = False
        while not self._ended.is_set():
            try:
                with turn(self._folder / TURN) as is_ours:
                    if is_ours:
                        self._copy_on()
                    answered, told = time.monotonic(), False
                self._ended.wait(BETWEEN_TURNS)
            except Exception as failure:
                # A failover takes some seconds, and nobody is behind who knows all that was told.
                is_patient = isinstance(failure, LogUnreachable)
                if not is_patient or time.monotonic() - answered > SILENT:
                    if not told:
                        log.exception("the log is not copied")
                        told = True
                    self._on_failed(failure)
                self._ended.wait(AGAIN)

    def _copy_on(self) -> None:
        with self._shared.chronicle.listening() as listener:
            while not self._ended.is_set():
                self.copy()
                self._on_failed(None)
                listener.wait(LOOK)

    def copy(self) -> None:
        """Copy what is new in each log, and what lies beside them."""
        for each in self._logs:
            each.copy()
        number, texts = self._shared.chronicle.beside(self._beside)
        for name, text in texts.items():
            if name in BESIDE:
                files.write(self._folder / name, text)
        self._beside = number
