"""How long after a commit on one node the views of another have it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.chronicle import World
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.following import across
from service.archive import Archive

PAUSES = (0.2, 0.02)
"""The longest pauses of the writer between two statements, in seconds."""


def run(writer: Path, reader: Path, world: World, *, commits: int) -> Iterator[Figures]:
    """One node writes, at a slow pace and at a quick one, and the other is looked at."""
    news = islice(world.news(), len(PAUSES) * commits)
    with Archive(reader) as archive:
        archive.catch_up()
    rows = []
    for pause in PAUSES:
        lags = across(reader, list(islice(news, commits)), pause=pause, written_to=writer)
        rows.append(
            [
                f"{2 / pause:,.0f} a second",
                *(milliseconds(quantile(lags, share)) for share in (0.5, 0.99, 1)),
            ]
        )
    yield Figures(
        f"From a commit on one node to the views of another, {commits:,} statements",
        ("at most", "p50", "p99", "max"),
        rows,
        note=(
            "From the instant that the log gave to a commit, which is before it was on any disk."
            " Both nodes and PostgreSQL share one machine."
        ),
    )
