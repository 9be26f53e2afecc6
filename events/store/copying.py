"""Copies of files of SQLite as they stand, while others go on writing to them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path

from events.store.inspection import one_state


def copy(files: Mapping[Path, Path]) -> None:
    """Copy files, each into a new one, all as they stand now; the copies are on the disk.

    What is written to one that comes later has had time to be in it. Raises FileExistsError: a
    copy never overwrites.
    """
    with ExitStack() as stack:
        opened = [(stack.enter_context(one_state(path)), to) for path, to in files.items()]
        for connection, to in opened:
            to.touch(exist_ok=False)
            with closing(sqlite3.connect(to)) as beside:
                connection.backup(beside)
            with to.open("rb") as file:
                os.fsync(file.fileno())
