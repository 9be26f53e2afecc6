"""An export in a file as the source of a log: its lines, and the checkpoint in the first of them.

`annales export` writes the newest checkpoint of the log into the first line. The leaves that the
lines name are read through once, so that `Joining` can see whether they lead to it before it reads
the lines themselves; what they come to is only known where they are recorded.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, cast

import msgspec

from events.chronicle import Place
from events.commit import Epoch
from events.errors import SourceRefused
from events.mirroring.joining import Leaves, Sized
from events.orders import orders

LONGEST_LINE = 1_000_000
"""Bytes; the largest event has 65,535, and its place in the log a few hundred."""

GZIP = b"\x1f\x8b"


class _Line(msgspec.Struct):
    commit: Place


class Exported:
    """An export. Raises SourceRefused for a file that is none, or has no checkpoint."""

    def __init__(self, path: Path, *, name: str | None = None) -> None:
        self.path, self.name = path, name or str(path.absolute())
        self._leaves = Leaves()
        decode = msgspec.json.Decoder(_Line).decode
        first: Place | None = None
        for text in self._texts():
            try:
                place = decode(text).commit
                self._leaves.extend([bytes.fromhex(place.leaf)])
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                raise SourceRefused(self.name, None, f"it is no export: {error}") from None
            first = first or place
        if first is None or first.checkpoint is None or first.verified_by is None:
            why = "its first line has no checkpoint: `annales export` writes it, once it is signed"
            raise SourceRefused(self.name, None, why)
        self.checkpoint, self.key, self._first = first.checkpoint, first.verified_by, first

    @property
    def size(self) -> int:
        """How many events it has."""
        return len(self._leaves)

    def lines(self, after: int) -> Iterator[Sized]:
        """See `joining.Source`."""
        decode = msgspec.json.Decoder(_Line).decode
        for text in self._texts():
            if decode(text).commit.event > after:
                for order in orders([text]):
                    yield len(text), order

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """See `tree.Hashes`. Raises SourceRefused where the file ends before."""
        if (first + count) * 256**level > self.size:
            why = f"it ends after {self.size:,} events, and its checkpoint has more"
            raise SourceRefused(self.name, None, why)
        return self._leaves.hashes(level, first, count)

    def epochs(self) -> tuple[Epoch, ...]:
        """See `joining.Source`."""
        return self._first.epochs

    def _texts(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            is_packed = file.peek(2).startswith(GZIP)
            lines = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if is_packed else file
            while text := self._line(lines):
                if len(text) == LONGEST_LINE:
                    why = f"a line has more than {LONGEST_LINE:,} bytes"
                    raise SourceRefused(self.name, None, why)
                if text.strip():
                    yield text

    def _line(self, lines: IO[bytes]) -> bytes:
        try:
            return lines.readline(LONGEST_LINE)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            why = f"it is no whole file of gzip: {error}"
            raise SourceRefused(self.name, None, why) from None
