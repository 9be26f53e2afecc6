"""Loading: lines read, decided on and kept in the log, durably; then the views caught up.

The peer is SQLite alone: the same lines into one table, in transactions of the
same size that survive a loss of power just as the log does.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.chronicle import World, batches
from benchmarks.figures import Figures, per_second
from events.fact import Line
from events.orders import Command, orders
from service.archive import LOG, Archive

BATCH = 1000

PEER_TABLE = "CREATE TABLE lines (position INTEGER PRIMARY KEY, line BLOB NOT NULL) STRICT"
PEER_INSERT = "INSERT INTO lines (line) VALUES (?)"


class Loaded(NamedTuple):
    """The seconds that a load took: its log, its views, the peer; and what the files hold."""

    log: float
    views: float
    peer: float
    log_bytes: int
    view_bytes: int


def run(*, small: bool) -> Iterator[Figures]:
    """Short lives, life by life and then year by year, and longer ones; each beside the peer."""
    facilities, runs = (500, 1) if small else (10_000, 3)
    world = World(facilities=facilities)
    rows = [_row("10 a facility, life by life", world, list(world.by_facility()), runs)]
    for length in (10, 30, 100):
        lives = World(facilities=world.statements // length, to_a_facility=length)
        rows.append(_row(f"{length} a facility, year by year", lives, list(lives.by_time()), 1))
    yield Figures(
        f"Loading {world.statements:,} statements in batches of {BATCH:,} lines",
        ("", "end to end", "log", "views", "SQLite alone", "ratio", "log", "views"),
        rows,
        note=(
            "Statements a second, cards and sources loaded with them; how often SQLite alone is"
            f" faster; the bytes of a statement. The first row is the median of {runs}."
        ),
    )


def load(archive: Archive, lines: Iterable[list[bytes]]) -> None:
    """Record batches of lines, each as one commit."""
    for number, batch in enumerate(lines):
        command = Command(orders=tuple(orders(batch)), actor="bench", request=f"batch-{number}")
        archive.chronicle.execute(command)


def _row(title: str, world: World, lines: list[Line], runs: int) -> list[str]:
    import_file = list(batches(lines, size=BATCH))
    loads = [_loaded(import_file) for _ in range(runs)]
    log, views, peer = (median(each[place] for each in loads) for place in range(3))
    whole = median(each.log + each.views for each in loads)
    return [
        title,
        *(per_second(world.statements, seconds) for seconds in (whole, log, views, peer)),
        f"{whole / peer:.0f}",
        *(
            f"{size / world.statements:,.0f} B"
            for size in (loads[0].log_bytes, loads[0].view_bytes)
        ),
    ]


def _loaded(import_file: list[list[bytes]]) -> Loaded:
    with tempfile.TemporaryDirectory() as folder:
        with Archive(Path(folder)) as archive:
            began = time.perf_counter()
            load(archive, import_file)
            kept = time.perf_counter()
            archive.catch_up()
            ended = time.perf_counter()
            views = archive.views.path()
        if views is None:
            raise FileNotFoundError(folder)
        return Loaded(
            log=kept - began,
            views=ended - kept,
            peer=_seconds_of_peer(Path(folder) / "peer.sqlite", import_file),
            log_bytes=(Path(folder) / LOG).stat().st_size,
            view_bytes=views.stat().st_size,
        )


def _seconds_of_peer(path: Path, import_file: list[list[bytes]]) -> float:
    with closing(sqlite3.connect(path, isolation_level=None)) as peer:
        peer.execute("PRAGMA journal_mode = WAL")
        peer.execute("PRAGMA synchronous = FULL")
        peer.execute(PEER_TABLE)
        began = time.perf_counter()
        for batch in import_file:
            peer.execute("BEGIN IMMEDIATE")
            peer.executemany(PEER_INSERT, ((line,) for line in batch))
            peer.execute("COMMIT")
        return time.perf_counter() - began
