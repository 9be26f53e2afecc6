"""`scripts/bench cluster`: the log in PostgreSQL, nodes that read, a cache in front, a failover.

All of it runs on one machine: what more machines add is not seen here, but told by what each part
takes of a processor (`scripts/bench scale`).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.chronicle import World, batches
from benchmarks.cluster import appending, failing, lagging, reading, starting
from benchmarks.cluster.database import Server, server
from benchmarks.figures import Figures
from benchmarks.kept import CACHE, world_of
from benchmarks.loading import BATCH, load
from service.archive import LOG, Archive, node

PATIENCE = 600.0
"""Seconds in which a whole world must be signed."""

SMALL = 30_000
"""The statements of a small run: with fewer a start tells nothing."""


def run(statements: int, *, small: bool = False) -> Iterator[Figures]:
    """Appends on a server of their own; then nodes of a world of so many statements."""
    with server() as database:
        yield from appending.run(database, seconds=1 if small else 5)
    world = world_of(max(statements, SMALL) if small else statements)
    with nodes_of(world) as (database, (first, *others)):
        yield from starting.run(database, first, others, world.statements)
        yield from lagging.run(first, others[0], world, commits=50 if small else 500)
        folders = (first, *others)
        yield from reading.by_nodes(database, folders, seconds=2 if small else 8)
        yield from reading.kept(folders, seconds=2 if small else 8)
    yield from failing.run(failing.WHICH[:1] if small else failing.WHICH)


@contextmanager
def nodes_of(world: World) -> Iterator[tuple[Server, list[Path]]]:
    """A database that has been told a world by the first of three nodes, which has signed it, so
    that it has the key; the others are not made yet. Raises TimeoutError."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with server() as database, tempfile.TemporaryDirectory(dir=CACHE) as name:
        node.make(database.address)
        folders = [Path(name) / each for each in ("first", "second", "third")]
        node.become(folders[0], database.address, log=LOG)
        with Archive(folders[0]) as archive:
            load(archive, batches(world.by_time(), size=BATCH))
            archive.catch_up()
            archive.sign()
            ends = time.monotonic() + PATIENCE
            while not archive.is_settled(archive.views.tracked()):
                if time.monotonic() > ends:
                    raise TimeoutError(f"nothing is signed after {PATIENCE:g} seconds")
                time.sleep(0.02)
        yield database, folders
