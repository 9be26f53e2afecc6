"""The head of a log, noted beside it, so that another file in its place is found out.

The note is written after a commit is on the disk, and is not synced: it may lie behind the log, or
be torn or gone after a loss of power, and then it is made again from the log. It never lies ahead.
"""

from __future__ import annotations

import os
import zlib
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Note:
    """A line with a checksum in a file of its own. Whoever writes it gives it always one length."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[str]:
        """The words of the line; none where there is none that is whole."""
        try:
            line, _, _ = self.path.read_bytes().partition(b"\n")
            told, _, checksum = line.rpartition(b" ")
            return told.decode().split(" ") if int(checksum, 16) == zlib.crc32(told) else []
        except (OSError, ValueError):
            return []

    def write(self, words: str) -> None:
        """Put words in the place of those before."""
        told = words.encode()
        # What it is about is done, whatever becomes of the note: on a full disk it stays behind.
        with suppress(OSError):
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o644)
            try:
                os.pwrite(file, b"%b %08x\n" % (told, zlib.crc32(told)), 0)
            finally:
                os.close(file)

    def forget(self) -> None:
        """Take the note away."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


class Noted(NamedTuple):
    """The last commit that a folder had, by its place and its seal; `origin` is the seal of the
    first commit of the log, `epoch` the number of the last epoch that began in it."""

    epoch: int
    position: int
    recorded_at: str
    seal: bytes
    origin: bytes


class NotedHead:
    """The note of the head of a log: of `log.sqlite` it is `log.head`."""

    def __init__(self, log: Path) -> None:
        self.path = log.with_suffix(".head")
        self._note = Note(self.path)

    def read(self) -> Noted | None:
        """What is noted; None where there is no note that is whole."""
        try:
            epoch, position, recorded_at, seal, origin = self._note.read()
            seals = bytes.fromhex(seal), bytes.fromhex(origin)
            return Noted(int(epoch), int(position), recorded_at, *seals)
        except ValueError:
            return None

    def write(self, noted: Noted) -> None:
        """Note a commit, in place of the one before."""
        epoch, position, recorded_at, seal, origin = noted
        self._note.write(f"{epoch:09d} {position:019d} {recorded_at} {seal.hex()} {origin.hex()}")

    def forget(self) -> None:
        """Take the note away."""
        self._note.forget()
