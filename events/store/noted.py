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


class Noted(NamedTuple):
    """The last commit that a folder had, by its place and its seal; `origin` is the seal of the
    first commit of the log, `epoch` the number of the last epoch that began in it."""

    epoch: int
    position: int
    recorded_at: str
    seal: bytes
    origin: bytes


class NotedHead:
    """The file of a note."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, log: str) -> NotedHead:
        """The note of a log: of `log.sqlite` it is `log.head`."""
        return cls(Path(log).with_suffix(".head"))

    def read(self) -> Noted | None:
        """What is noted; None where there is no note that is whole."""
        try:
            line, _, _ = self.path.read_bytes().partition(b"\n")
            told, _, checksum = line.rpartition(b" ")
            if int(checksum, 16) != zlib.crc32(told):
                return None
            epoch, position, recorded_at, seal, origin = told.decode().split(" ")
            seals = bytes.fromhex(seal), bytes.fromhex(origin)
            return Noted(int(epoch), int(position), recorded_at, *seals)
        except (OSError, ValueError):
            return None

    def write(self, noted: Noted) -> None:
        """Note a commit, in place of the one before: each note has the same length."""
        epoch, position, recorded_at, seal, origin = noted
        told = f"{epoch:09d} {position:019d} {recorded_at} {seal.hex()} {origin.hex()}".encode()
        # The commit is on the disk, whatever becomes of the note: a full disk may keep it behind.
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
