"""Following: how long after its commit a statement stands in the views.

One writer records statements one by one, in this process or in another, and
the views follow here. Two lags are taken: how long a writer who has recorded a
statement waits until he reads it, and how long after its commit anyone reads it,
from the instant that the log gave to it. That instant is before the commit was
on the disk, so the second lag tells too much rather than too little.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Protocol

from benchmarks.chronicle import World, batches
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.loading import BATCH, load
from events.commit import microseconds
from events.fact import Line
from events.orders import Command, Order
from service.archive import Archive

PAUSE = 0.02
"""The longest pause of the writer between two statements, in seconds."""

LOOK = 0.0002
"""How often it is asked how far the views are, in seconds."""


class Writer(Protocol):
    """A thread or a process."""

    def start(self) -> None:
        """Begin."""

    def join(self) -> None:
        """Wait for its end."""


def run(*, small: bool) -> Iterator[Figures]:
    """Facilities with short lives, then with long ones."""
    commits = 50 if small else 500
    rows: list[list[str]] = []
    for length in (10, 100):
        world = World(facilities=(2_000 if small else 20_000) // length, to_a_facility=length)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with Archive(folder) as archive:
                load(archive, batches(world.by_facility(), size=BATCH))
                archive.catch_up()
            news = list(islice(world.news(), 3 * commits))
            for who, lags in (
                ("the writer waits", waiting(folder, news[:commits])),
                ("a thread writes", within(folder, news[commits : 2 * commits])),
                ("a process writes", across(folder, news[2 * commits :])),
            ):
                rows.append([f"{length} a facility, {who}", *_quantiles(lags)])
    yield Figures(
        f"Following {commits} statements, each a commit: the lag until they are in the views",
        ("", "p50", "p99", "max"),
        rows,
        note="The bars at p99: 50 ms in one process, 150 ms from another.",
    )


def waiting(folder: Path, news: Iterable[Line]) -> list[float]:
    """Seconds that a writer waits for his own statements, each after it was recorded."""
    lags = []
    with Archive(folder) as archive:
        following = archive.follow()
        for position in write(archive, news):
            recorded = time.perf_counter()
            following.wait_for(position, timeout=2)
            lags.append(time.perf_counter() - recorded)
    return lags


def within(folder: Path, news: list[Line]) -> list[float]:
    """Seconds from commit to view where a thread of the same process writes."""
    with Archive(folder) as archive:
        archive.follow()
        writer = threading.Thread(target=lambda: list(write(archive, news)))
        return _lags(archive, writer, commits=len(news))


def across(
    folder: Path, news: list[Line], *, pause: float = PAUSE, written_to: Path | None = None
) -> list[float]:
    """Seconds from commit to view where another process writes, to this folder or to another."""
    with Archive(folder) as archive:
        archive.follow()
        context = multiprocessing.get_context("spawn")
        writer = context.Process(target=write_all, args=(written_to or folder, news, pause))
        return _lags(archive, writer, commits=len(news))


def write_all(folder: Path, news: list[Line], pause: float) -> None:
    """What the other process does."""
    with Archive(folder) as archive:
        for _ in write(archive, news, pause=pause):
            pass


def write(archive: Archive, news: Iterable[Line], *, pause: float = PAUSE) -> Iterator[int]:
    """Record lines one by one, a pause up to so long before each; gives the position of each
    commit."""
    chance = Random(1)
    for number, line in enumerate(news):
        time.sleep(chance.uniform(0, pause))
        command = Command(orders=(Order(1, line),), actor="bench", request=f"news-{number}")
        recorded = archive.chronicle.execute(command)
        yield recorded.events[0].position


def _lags(archive: Archive, writer: Writer, *, commits: int) -> list[float]:
    """Look how far the views are until they have read all that the writer will write."""
    position = archive.views.tracked()
    end = position + commits
    seen: list[tuple[int, float]] = []
    writer.start()
    while position < end:
        time.sleep(LOOK)
        reached, now = archive.views.tracked(), time.time()
        seen += ((position, now) for position in range(position + 1, reached + 1))
        position = reached
    writer.join()
    instants = (archive.chronicle.log.commit_at(position) for position, _ in seen)
    return [
        now - microseconds(commit.recorded_at) / 1e6
        for (_, now), commit in zip(seen, instants, strict=True)
        if commit is not None
    ]


def _quantiles(lags: list[float]) -> list[str]:
    return [milliseconds(quantile(lags, share)) for share in (0.5, 0.99, 1)]
