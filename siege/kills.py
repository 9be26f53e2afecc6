"""kill -9 of the whole server, and of single ones of its processes, while eight clients record.

No acknowledged order may be missing, none be there by half, none recorded twice, none refused
when it is sent again; the server has to answer again soon, and all files be whole.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from benchmarks import command
from benchmarks.figures import quantile
from service.archive import LOG
from siege.attack import Bar, Run, Tooth, below, told
from siege.ground import Ground, key
from siege.recording import Writers
from siege.server import Server, served

SERVES_AGAIN = 3.0
"""Seconds."""


def run(ground: Ground) -> Iterator[Bar]:
    """Two kills of one of the processes, and then one of all of them."""
    folder = ground.shipped()
    writers, times = _under_fire(folder, kills=ground.many(short=6, long=100))
    yield told("kills", ground.many(short=6, long=100))
    yield from writers.bars(folder)
    yield below("answers again, p99", quantile(times, 0.99), ground.time(SERVES_AGAIN), "s")
    yield verified(folder)


def verified(folder: Path) -> Bar:
    """Whether `annales verify` finds nothing."""
    done = subprocess.run(  # noqa: S603 -- our own command line
        command.annales(folder, "verify"),
        cwd=command.HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    words = f": {done.stderr.strip()[-200:]}" if done.returncode else ""
    return Bar("annales verify", f"exit {done.returncode}{words}", "exit 0", done.returncode == 0)


def _under_fire(folder: Path, *, kills: int) -> tuple[Writers, list[float]]:
    """What the writers were told, and the seconds after which it answered again."""
    chance, times = random.Random(kills), []
    with served(folder) as server:
        writers = Writers(server, key(folder))
        with writers.recording():
            for number in range(kills):
                time.sleep(chance.uniform(0.1, 0.4))
                if number % 3 == 2:
                    server.kill()
                    server.begin()
                else:
                    _kill_one(server, chance)
                times.append(server.wait("/v1/records/juno"))
                server.wait_for_all()
            time.sleep(0.2)
        server.end()
    return writers, times


def _kill_one(server: Server, chance: random.Random) -> None:
    with suppress(ProcessLookupError):
        os.kill(chance.choice(server.workers()), signal.SIGKILL)


def _forgets(*, halves: bool) -> Run:
    """An order that was acknowledged is taken out of the log, or the first half of it."""

    def run(ground: Ground) -> Iterator[Bar]:
        folder = ground.shipped()
        writers, _ = _under_fire(folder, kills=1)
        last = max(writers.acknowledged.values())
        with closing(sqlite3.connect(folder / LOG)) as log, log:
            log.execute("DROP TRIGGER stored_events_stay")
            log.execute(
                "DELETE FROM stored_events WHERE rowid IN (?, ?)",
                (last - 1, last - 1 if halves else last),
            )
        yield from writers.bars(folder)

    return run


TEETH = {
    "an acknowledged order is not in the log": Tooth(
        _forgets(halves=False), misses="acknowledged orders lost"
    ),
    "half an order is not in the log": Tooth(_forgets(halves=True), misses="halves of orders"),
}
