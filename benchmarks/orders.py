"""Orders: single statements over HTTP, each on the disk before it is answered, beside SQLite alone.

The peer is eight threads, each with a connection of its own, that put such lines into one table of
one file, a row a transaction, as durable as the log. Annales and the peer take turns. How fast they
are depends on the disk and on how writers wait for each other: only the ratio of one run tells.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from benchmarks.chronicle import World, batches, facility_id
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.loading import BATCH, PEER_INSERT, PEER_TABLE, load
from benchmarks.servers import CONNECTIONS, Asked, Load, annales, load_of
from benchmarks.serving import ORDER
from service.archive import Archive

ROUNDS = 3
"""How often Annales and the peer take turns."""

PATIENCE = 20
"""Seconds that a writer of the peer waits for the lock, as those of the log do."""


class Written(NamedTuple):
    """What the writers of the peer did: how many rows, in seconds, and how long each took."""

    rows: int
    seconds: float
    each: Sequence[float]


class Sides(NamedTuple):
    """What came of the turns of each."""

    ours: Sequence[Load]
    theirs: Sequence[Written]

    @property
    def orders(self) -> float:
        """How many orders Annales answered a second."""
        return sum(load.requests for load in self.ours) / sum(load.seconds for load in self.ours)

    @property
    def rows(self) -> float:
        """How many rows SQLite wrote a second."""
        return sum(each.rows for each in self.theirs) / sum(each.seconds for each in self.theirs)


def run(*, small: bool) -> Iterator[Figures]:
    """One served folder, and one file of the peer."""
    seconds, world = (1, World(facilities=100)) if small else (10, World(facilities=10_000))
    yield _figures(in_turns(world, seconds=seconds), statements=world.statements, seconds=seconds)


def in_turns(world: World, *, seconds: int) -> Sides:
    """Let Annales and the peer write, each for so many seconds a turn."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        folder = Path(name)
        with Archive(folder / "data") as archive:
            load(archive, batches(world.by_time(), size=BATCH))
            archive.catch_up()
            key = archive.keys.issue(name="bench", role="contributor", by="bench")
        facilities = list(map(facility_id, range(world.facilities)))
        _make_peer(folder / "peer.sqlite")
        port = servers.enter_context(annales(folder / "data")).port
        ours: list[Load] = []
        theirs: list[Written] = []
        for turn in range(ROUNDS):
            ours.append(_orders(port, key, facilities, run=f"turn-{turn}", seconds=seconds))
            theirs.append(_written(folder / "peer.sqlite", seconds=seconds))
    return Sides(ours, theirs)


def _orders(port: int, key: str, facilities: Sequence[str], *, run: str, seconds: int) -> Load:
    named = ", ".join(f'"{facility}"' for facility in facilities)
    script = ORDER % {"key": key, "facilities": named, "run": run}
    return load_of(Asked(port, "/v1/statements", script=script), seconds=seconds)


def _make_peer(path: Path) -> None:
    with closing(_peer(path)) as peer:
        peer.execute("PRAGMA journal_mode = WAL")
        peer.execute(PEER_TABLE)


def _peer(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _written(path: Path, *, seconds: int) -> Written:
    """Let as many writers as there are connections write at once for so many seconds."""
    with ThreadPoolExecutor(CONNECTIONS) as writers:
        took = list(writers.map(_write, [path] * CONNECTIONS, [seconds] * CONNECTIONS))
    each = [one for writer in took for one in writer]
    return Written(len(each), seconds, each)


def _write(path: Path, seconds: int) -> list[float]:
    """The seconds that each row took, of those that one writer has written."""
    line = _line()
    took: list[float] = []
    with closing(_peer(path)) as peer:
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            peer.execute("BEGIN IMMEDIATE")
            peer.execute(PEER_INSERT, (line,))
            peer.execute("COMMIT")
            took.append(time.perf_counter() - began)
    return took


def _line() -> bytes:
    """A line as long as those that Annales is sent."""
    facility = facility_id(0)
    line = {
        "type": "milestone",
        "id": "turn-0-1000",
        "facility": facility,
        "entry": f"{facility}/upgraded/turn-0-1000",
        "milestone": "upgraded",
        "modality": "actual",
        "date": "2026-10",
        "title": "Upgraded once more",
    }
    return json.dumps(line).encode()


def _figures(sides: Sides, *, statements: int, seconds: int) -> Figures:
    ours, orders, rows = sides.ours, sides.orders, sides.rows
    took = [one for each in sides.theirs for one in each.each]
    return Figures(
        f"Single durable orders beside {statements:,} statements, {CONNECTIONS} writers at once,"
        f" {ROUNDS} turns of {seconds} s",
        ("", "a second", "p50", "p99", "ratio"),
        [
            [
                "Annales over HTTP",
                f"{orders:,.0f}/s",
                milliseconds(sorted(load.p50 for load in ours)[len(ours) // 2]),
                milliseconds(max(load.p99 for load in ours)),
                f"{orders / rows:.2f}",
            ],
            [
                "SQLite alone",
                f"{rows:,.0f}/s",
                milliseconds(quantile(took, 0.5)),
                milliseconds(quantile(took, 0.99)),
                "1",
            ],
        ],
        note=(
            "Each is on the disk before it is answered. Annales reads, checks and answers a request"
            " and brings its views up to it; SQLite puts a row into a table."
        ),
    )
