"""A thread that signs the log a moment after each commit, as long as a server runs.

Of all processes that have a folder open for others one does so: the one that holds the lock of the
file `TURN`. The system gives it to another when that process ends, however it ends. Of all nodes of
a log in PostgreSQL one does so that has the key, while it holds a lock there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from events import files
from events.chronicle import Chronicle
from events.errors import LogUnreachable
from events.ledger import signing
from events.ledger.ledger import Ledger
from events.ledger.publishing import Publisher
from projections.views.following import turn
from service.archive.hearing import SILENT
from service.archive.published import Published

if TYPE_CHECKING:
    from psycopg import Connection

    from events.store.postgres.log import PostgresLog

log = logging.getLogger(__name__)

TURN = "ledger.signer"

BETWEEN = 0.8
"""Seconds from one signature to the next at least, so that a commit waits less than one."""

BETWEEN_TURNS = 1.0
"""Seconds after which whoever does not sign looks whether it is its turn."""

PAUSE = 0.005
"""Seconds from one page of events to the next, in which others have the interpreter: the first time
all of the log is read."""

IDLE = 60.0
"""Seconds after which it is looked whether there is something to sign though nothing was heard."""

SOON, LATE = 1.0, 60.0
"""Seconds after which is tried again what was refused: at first, and after that twice as long each
time, up to so many."""


class Elsewhere:
    """What is published of a log in PostgreSQL lies there, for all nodes, and here."""

    def __init__(self, log: PostgresLog, ledger: Ledger) -> None:
        self._log = log
        self._ledger = ledger
        self._folder = ledger.folder
        self._connection: Connection[Any] | None = None

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether this node signs: no other does before this is left. Raises LogUnreachable."""
        with self._log.signing() as connection:
            self._connection = connection
            try:
                yield connection is not None and self._is_for_us()
            finally:
                self._connection = None

    def _is_for_us(self) -> bool:
        """Whether the key is here, or there is none yet; what was published last is here then."""
        _, texts = self._log.beside(0)
        known, signer = texts.get(signing.PUBLIC), signing.read(self._folder)
        if known is not None and (signer is None or f"{signer.public}\n" != known):
            return False
        for name in (signing.PUBLIC, signing.CHECKPOINT):
            path = self._folder / name
            if name not in texts and path.exists():  # a log that was moved there
                self._log.put_beside(name, path.read_text(encoding="utf-8"))
        # Where it is not to be had yet, what was signed beyond is not known here, and is not to be
        # signed otherwise.
        return Published(self._ledger, self._log).take(texts)

    def keep(self, name: str, text: str) -> None:
        """Publish a text under a name. Raises LogUnreachable."""
        self._log.put_beside(name, text)
        files.write(self._folder / name, text)

    def await_safe(self) -> None:
        """Wait until a standby has what is to be signed, where one is asked for. Raises
        LogUnreachable."""
        if self._connection is None or not self._log.is_on_standby(self._connection):
            raise LogUnreachable("no synchronous standby has all that the log holds")


class Signing:
    """Signs, until it is stopped; `on_failed` is told why it cannot, and None when it can again."""

    def __init__(
        self,
        chronicle: Chronicle,
        publisher: Publisher,
        folder: Path,
        on_failed: Callable[[Exception | None], None],
        *,
        elsewhere: Elsewhere | None = None,
        on_turn: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """`elsewhere` is where a node publishes; `on_turn` is told whether this process signs."""
        self._log = chronicle.log
        self._publisher = publisher
        self._turn = folder / TURN
        self._elsewhere = elsewhere
        self._on_failed = on_failed
        self._on_turn = on_turn
        self._failed = ""
        self._well = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="signer", daemon=True)

    def start(self) -> None:
        """Begin to sign."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a signature under way is finished first."""
        self._ended.set()
        self._log.wake()
        self._thread.join()

    def _run(self) -> None:
        patience = SOON
        while not self._ended.is_set():
            try:
                with turn(self._turn) as is_ours:
                    if is_ours and self._elsewhere is None:
                        self._sign()
                    elif is_ours and self._elsewhere is not None:
                        with self._elsewhere.turn() as is_ours_of_all:
                            if is_ours_of_all:
                                self._sign()
                            else:
                                self._is_well()  # another node signs
                self._well = time.monotonic()
                patience = SOON
                self._ended.wait(BETWEEN_TURNS)
            except Exception as failure:
                # A failover takes seconds, and after it nothing is settled until this is signed.
                is_soon_over = isinstance(failure, LogUnreachable)
                # Reading and recording go on; /readyz says so, of what is soon over as late as
                # that PostgreSQL is silent.
                if not is_soon_over or time.monotonic() - self._well > SILENT:
                    if str(failure) != self._failed:
                        log.exception("the log is not signed")
                    self._failed = str(failure)
                    self._on_failed(failure)
                self._ended.wait(patience)
                patience = SOON if is_soon_over else min(2 * patience, LATE)

    def _is_well(self) -> None:
        self._on_failed(None)
        self._failed = ""

    def _sign(self) -> None:
        self._on_turn(True)
        try:
            self._sign_on()
        finally:
            self._on_turn(False)

    def _sign_on(self) -> None:
        is_told = False
        while not self._ended.is_set():
            head = self._log.max_notification_id() or 0
            self._publisher.publish(lambda: not self._ended.wait(PAUSE))
            self._well = time.monotonic()
            if not is_told:  # also of what another has told that had the turn before
                self._is_well()
                is_told = True
            self._ended.wait(BETWEEN)
            self._log.wait_for(head, IDLE, interrupt=self._ended)
