"""What a node heard of PostgreSQL last: how far the log is there, and when that was asked.

Whoever copies notes it in the folder, so that every process of the node knows how it stands, also
one that begins while another ends. It tells nothing once the machine was started again.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from events.store.noted import Note
from events.store.timekeeping import Steady, system_uptime

NAME = "node.heard"

TURN = "node.copier"
"""The file whose lock the one process has that copies into a folder."""

SILENT = 5.0
"""Seconds without an answer of PostgreSQL after which a node does not know how far the log is."""

FRESH = 0.05
"""Seconds for which what was read of the note is right enough for whoever only tells it."""

TRIES = 3

SECOND = 1_000_000


class Heard(NamedTuple):
    """How far the log was when PostgreSQL was asked last; when that was, by `Hearing.now`, and how
    many seconds ago."""

    head: int
    asked: int
    seconds: float

    @property
    def is_silent(self) -> bool:
        """Whether nobody here knows how far the log is."""
        return self.seconds > SILENT


class Hearing:
    """The note of a folder. Safe to share between threads and processes."""

    def __init__(self, folder: Path, *, steady: Steady = system_uptime) -> None:
        self._note = Note(folder / NAME)
        self._steady = steady
        self._read = -FRESH, 0, 0

    @property
    def is_there(self) -> bool:
        """Whether the logs were ever copied into the folder."""
        return self._note.path.exists()

    def now(self) -> int:
        """The microseconds by which it is noted when something was asked."""
        return self._steady().microseconds

    def note(self, head: int, *, asked: int) -> None:
        """Note how far the log was when it was asked, at a time of `now`."""
        self._note.write(f"{self._steady().boot} {asked:019d} {head:019d}")

    def asked(self) -> int:
        """When PostgreSQL was asked last that answered, by `now`; 0 where it never was."""
        return self._noted()[1]

    def heard(self, *, fresh: bool = True) -> Heard:
        """What was heard last; where it need not be `fresh`, as it was a moment ago."""
        if fresh or time.monotonic() - self._read[0] > FRESH:
            self._read = time.monotonic(), *self._noted()
        _, head, asked = self._read
        return Heard(head, asked, (self.now() - asked) / SECOND)

    def _noted(self) -> tuple[int, int]:
        """How far the log was, and when it was asked; 0 and 0 of before the machine was started."""
        for _ in range(TRIES):
            with suppress(ValueError):  # it is not there, or another is just writing it
                start, asked, head = self._note.read()
                return (int(head), int(asked)) if start == self._steady().boot else (0, 0)
        return 0, 0
