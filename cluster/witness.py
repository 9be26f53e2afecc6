"""Who takes commits, as each PostgreSQL shows it: on each node something is committed again and
again, past Patroni and HAProxy, and it is noted when that was acknowledged, and on which timeline.

With each promotion a timeline begins. If an earlier one still acknowledges what was begun after a
later one had acknowledged something, there are two writers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg

from cluster.load import longest_gap
from cluster.nodes import Node
from cluster.running import Cluster
from siege.attack import Bar, none
from siege.clients import running as threads_running

MAKE = "CREATE TABLE IF NOT EXISTS witnesses (node text, at timestamptz DEFAULT now())"

FOLLOWS = "SELECT pg_is_in_recovery()"

COMMIT = """
    INSERT INTO witnesses (node)
    VALUES (%s)
    RETURNING ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer
"""

PAUSE = 0.1
"""Seconds from one commit to the next."""


class Commit(NamedTuple):
    """A commit that was acknowledged: where, on which timeline, and when it began and ended."""

    node: str
    timeline: int
    began: float
    ended: float


class Witness:
    """What each PostgreSQL acknowledged."""

    def __init__(self, cluster: Cluster) -> None:
        self.commits: list[Commit] = []
        self._cluster = cluster
        self._ended = threading.Event()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """While the block lasts."""
        self._cluster.primary().execute(MAKE, database="postgres")
        threads = [
            threading.Thread(target=self._look, args=(node,), daemon=True)
            for node in self._cluster.nodes
        ]
        with threads_running(threads, self._ended):
            yield

    def _look(self, node: Node) -> None:
        while not self._ended.is_set():
            try:
                with psycopg.connect(
                    node.address("postgres"), autocommit=True, tcp_user_timeout=5000
                ) as connection:
                    while not self._ended.wait(PAUSE):
                        if connection.execute(FOLLOWS).fetchall()[0][0]:
                            continue
                        began = time.monotonic()
                        rows = connection.execute(COMMIT, (node.name,)).fetchall()
                        commit = Commit(node.name, rows[0][0], began, time.monotonic())
                        if not connection.info.error_message:
                            self.commits.append(commit)
            except psycopg.Error:
                self._ended.wait(PAUSE)

    def next_primary(self, before: str, since: float) -> tuple[str, float] | None:
        """The first node but one that acknowledged something begun after a moment, and how long
        after; None where none did."""
        found = [
            (each.ended - since, each.node)
            for each in self.commits
            if each.began > since and each.node != before
        ]
        return (min(found)[1], min(found)[0]) if found else None

    def gap(self, since: float) -> float:
        """The longest time in which no PostgreSQL acknowledged anything, of those that a moment is
        in or before."""
        return longest_gap([each.ended for each in self.commits], since)

    def two_writers(self) -> int:
        """How many commits were acknowledged on a timeline that a later one had ended."""
        begins: dict[int, float] = {}
        for each in self.commits:
            begins[each.timeline] = min(each.ended, begins.get(each.timeline, each.ended))
        return sum(
            any(each.timeline < later and each.began > began for later, began in begins.items())
            for each in self.commits
        )

    def bars(self) -> Iterator[Bar]:
        """That there were never two."""
        yield none("commits taken by a second writer", self.two_writers())
