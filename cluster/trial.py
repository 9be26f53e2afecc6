"""A cluster that is written to, watched and asked while something befalls it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from cluster import counting
from cluster.answers import Answers
from cluster.load import Load
from cluster.nodes import wait_until
from cluster.processes import kill_all
from cluster.running import Cluster
from cluster.witness import Witness
from siege.attack import Bar, below, told

WARM = 3.0
"""Seconds of load before something happens."""

AFTER = 3.0
"""Seconds of load once all is well again."""

GOES_ON = 120.0
"""Seconds in which orders must be acknowledged again."""


class Trial:
    """What clients, each PostgreSQL and readers saw meanwhile. `at` is the moment when it
    happened, and `before` the name of the node that led until then."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.load = Load(cluster, prefix=f"{name}-")
        self.witness = Witness(cluster)
        self.answers = Answers(cluster)
        self.before, self.at = "", 0.0

    @contextmanager
    def under_load(self) -> Iterator[None]:
        """While the block lasts, which begins when there has been some load."""
        with self.witness.looking(), self.answers.comparing(), self.load.recording():
            time.sleep(WARM)
            self.before = self.cluster.primary().name
            try:
                yield
            except (KeyboardInterrupt, SystemExit):
                kill_all(self.cluster.folder)  # no client waits for an answer then
                raise
            time.sleep(AFTER)

    def now(self) -> None:
        """It happens now."""
        self.at = time.monotonic()

    def await_acknowledgements(self) -> float:
        """Wait until something is acknowledged that was sent since then; returns after how many
        seconds."""
        return wait_until(self._goes_on, "orders are acknowledged again", GOES_ON)

    def _goes_on(self) -> bool:
        return any(each.began > self.at for each in list(self.load.acknowledged.values()))

    def bars(self, *, gap: float) -> Iterator[Bar]:
        """What was seen, against the longest time without acknowledgements, in seconds."""
        yield told("led before, and after", f"{self.before}, {self.cluster.primary().name}")
        yield below("the gap as clients felt it", self.load.gap(self.at), gap, "s")
        yield told("of it until PostgreSQL took commits", f"{self.witness.gap(self.at):.1f} s")
        yield from counting.bars(self.cluster, self.load)
        yield from self.witness.bars()
        yield from self.answers.bars()
