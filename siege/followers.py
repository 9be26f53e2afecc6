"""kill -9 of whoever follows the log and of those who rebuild the views, while orders come.

Readers get the same bytes at a pinned URL all the while, and the views are in the end what the log
adds up to; nothing is left of the rebuilds that were killed.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from benchmarks import command
from projections.views.file import POINTER, TURN
from service.archive import Archive
from siege.attack import Bar, Tooth, none, told
from siege.damages import Readers, right_answers, views_of
from siege.ground import Ground, key
from siege.kills import verified
from siege.recording import Writers
from siege.server import UNLIMITED, Server, served


def run(ground: Ground) -> Iterator[Bar]:
    """A kill of a rebuild, and then one of the process that follows, again and again."""
    yield from _killed(ground, kills=ground.many(short=6, long=30))


def _killed(ground: Ground, *, kills: int, alters: bool = False) -> Iterator[Bar]:
    folder, chance, followers = ground.shipped(), random.Random(kills), 0
    with served(folder, ANNALES_KEPT="0", **UNLIMITED) as server:
        readers = Readers(server, right_answers(server, "juno"))
        writers = Writers(server, key(folder))
        with readers.asking(), writers.recording(2):
            for number in range(kills):
                with _rebuilding(folder) as rebuilding:
                    time.sleep(chance.uniform(0.2, 0.9))
                    if number % 2:
                        followers += _kill_follower(server)
                        rebuilding.wait(60)
                server.wait()
        server.end()
    with Archive(folder) as archive:  # as at any start
        archive.catch_up()
    if alters:
        _alter(folder)
    yield told("kills of rebuilds, of followers", f"{kills - kills // 2}, {followers}")
    yield none("other bytes at a pinned URL, or errors", readers.wrong.total())._replace(
        measured=readers.told_wrong()
    )
    yield told("told to come again", readers.later)
    yield told("cut off with a process", readers.unanswered)
    yield from writers.bars(folder)
    yield verified(folder)
    in_use = (folder / POINTER).read_text("utf-8").strip()
    left = [path.name for path in folder.glob("views-*") if not path.name.startswith(in_use)]
    yield none("files left of killed rebuilds", len(left))


@contextmanager
def _rebuilding(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`annales rebuild`, which is killed at the end of the block if it has not ended."""
    with subprocess.Popen(  # noqa: S603 -- our own command line
        command.annales(folder, "rebuild"),
        cwd=command.HERE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        yield process
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _kill_follower(server: Server) -> int:
    """Kill the process of the server that holds the lock of those who follow."""
    inode = (server.folder / TURN).stat().st_ino
    found = re.search(rf"FLOCK .* (\d+) \S+:{inode} ", Path("/proc/locks").read_text("ascii"))
    if found is None or int(found[1]) not in server.workers():
        return 0
    os.kill(int(found[1]), signal.SIGKILL)
    return 1


def _alter(folder: Path) -> None:
    """Take one row out of the views."""
    with closing(sqlite3.connect(views_of(folder))) as db, db:
        db.execute("DELETE FROM history WHERE position = (SELECT max(position) FROM history)")


def _altered(ground: Ground) -> Iterator[Bar]:
    """The views lack a row."""
    yield from _killed(ground, kills=1, alters=True)


TEETH = {"the views lack a row": Tooth(_altered, misses="annales verify")}
