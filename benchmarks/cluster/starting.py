"""A new node: how long from nothing until it serves, by replay and from a snapshot of another.

By replay it copies the whole log, makes every leaf and seal again, and derives its views. A
snapshot brings both as another node had them.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import command
from benchmarks.cluster.database import Server
from benchmarks.figures import Figures
from benchmarks.servers import annales
from service.archive import LOG, node

PATIENCE = 4 * 3600.0
"""Seconds in which a node must serve."""


class Started(NamedTuple):
    """How a node came to serve, and the seconds that each step took."""

    title: str
    steps: Sequence[tuple[str, float]]

    @property
    def seconds(self) -> float:
        """All of it."""
        return sum(seconds for _, seconds in self.steps)


def run(database: Server, of: Path, folders: Sequence[Path], statements: int) -> Iterator[Figures]:
    """Two new nodes of a database, beside one that has all."""
    one, other = folders
    both = by_replay(database, one), by_snapshot(database, of, other)
    yield Figures(
        f"From nothing until a new node serves, {statements:,} statements",
        ("", "in all", "of it", "statements a second"),
        [
            [
                started.title,
                f"{started.seconds:,.1f} s",
                ", ".join(f"{step} {seconds:,.1f} s" for step, seconds in started.steps),
                f"{statements / started.seconds:,.0f}/s",
            ]
            for started in both
        ],
    )


def by_replay(database: Server, folder: Path) -> Started:
    """An empty folder becomes a node, and is served."""
    node.become(folder, database.address, log=LOG)
    return Started("by replay", [("serving", _seconds_to_serve(folder))])


def by_snapshot(database: Server, of: Path, folder: Path) -> Started:
    """Another node writes a snapshot; an empty folder begins with it as a node, and is served."""
    file = str(folder.with_suffix(".tar"))
    steps = [
        ("writing it", _seconds(of, "snapshot", file)),
        ("beginning", _seconds(folder, "--log", database.address, "begin", file)),
        ("serving", _seconds_to_serve(folder)),
    ]
    return Started("from a snapshot", steps)


def _seconds_to_serve(folder: Path) -> float:
    with annales(folder, patience=PATIENCE) as served:
        return served.seconds


def _seconds(folder: Path, *arguments: str) -> float:
    """How long a command takes, its start with it."""
    began = time.perf_counter()
    subprocess.run(  # noqa: S603 -- our own command line
        command.annales(folder, *arguments), cwd=command.HERE, capture_output=True, check=True
    )
    return time.perf_counter() - began
