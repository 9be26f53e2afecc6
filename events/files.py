"""Files that are whole and on the disk, or as they were, whatever ends the program meanwhile."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def written(path: Path, *, mode: int = 0o666, only_new: bool = False) -> Iterator[IO[bytes]]:
    """A stream whose bytes are in the file once the block is done, else nowhere.

    With `only_new` it takes no other's place. Raises FileExistsError, and any other OSError by the
    name of the file.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(file, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            if only_new:
                path.hardlink_to(beside)
            else:
                beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        if str(error.filename) != str(beside):
            raise
        # Whoever named the file knows of none beside it.
        raise OSError(error.errno, error.strerror, str(path)) from error
    keep_names(path.parent)


def write(path: Path, text: str, *, mode: int = 0o644, only_new: bool = False) -> None:
    """Put a text in its place. Raises like `written`."""
    with written(path, mode=mode, only_new=only_new) as stream:
        stream.write(text.encode())


def move(built: Path, place: Path) -> None:
    """Put a finished file or folder in its place, for good."""
    built.replace(place)
    keep_names(place.parent)


def keep_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
