"""What each part of a cluster takes, one at a time, and what many at a time really come to.

The first is handed to the model (`benchmarks/simulated.py`), and the second is what the model must
come to. Everything runs on this machine, in PostgreSQL without a standby.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import psycopg

from benchmarks.chronicle import World, batches, facility_id
from benchmarks.cluster.database import Server as Database
from benchmarks.cluster.reading import STATE, haproxy, settled, unkept
from benchmarks.figures import quantile
from benchmarks.following import across, write
from benchmarks.loading import BATCH, load
from benchmarks.servers import CONNECTIONS, Asked, Load, Server, load_of
from benchmarks.serving import AT_RANDOM, ORDER, YEARS
from benchmarks.simulated import Costs
from events.fact import Line
from events.store.node import NodeLog
from service.archive import Archive

TIMES = 100
"""How often each part is done alone."""

PAGE = 50
"""The commits of a page that is copied at once, and followed at once."""

PACE = 0.04
"""The longest pause between two statements whose lag is taken, in seconds: 50 a second."""


class Seen(NamedTuple):
    """What many at a time came to: a second, or in seconds."""

    orders_by_one: float
    orders_by_two: float
    lag_p50: float
    lag_p99: float
    reads_of_one: float
    reads_of_two: float
    kept: float
    in_bulk: float
    """Statements a second in batches, of which the model says nothing."""


class Small(NamedTuple):
    """A small cluster: what its parts take, and what was seen of the whole."""

    costs: Costs
    seen: Seen


def run(
    database: Database, folders: tuple[Path, Path], world: World, *, times: int, seconds: int
) -> Small:
    """Two nodes of a world, each with all of it."""
    first, second = folders
    news = world.news()
    with Archive(first) as archive, Archive(second) as other:
        other.catch_up()
        key = archive.keys.issue(name="bench", role="contributor", by="bench")
        executed, page, copied, views, followed = _written_and_copied(archive, other, news, times)
        batch = next(batches(news, size=BATCH))
        in_bulk = BATCH / _seconds(lambda: load(archive, [batch]))
    disk, kept = _committed(database), _kept(first)
    with ExitStack() as running:
        nodes = [running.enter_context(unkept(folder)) for folder in folders]
        orders = _Orders(key, world)
        single = orders.load(nodes[:1], connections=1, seconds=seconds)
        read = _read(nodes[:1], connections=1, seconds=seconds)
        by_one = orders.load(nodes[:1], seconds=seconds)
        by_two = orders.load(nodes, seconds=seconds)
        of_one, of_two = _read(nodes[:1], seconds=seconds), _read(nodes, seconds=seconds)
        with haproxy([node.port for node in nodes]) as port:
            pinned = Asked(port, settled(port, STATE))
            given = load_of(pinned, seconds=seconds, connections=1)
            of_the_cache = load_of(pinned, seconds=seconds)
    with Archive(second) as other:
        other.catch_up()
    lags = across(second, list(islice(news, 5 * times)), pause=PACE, written_to=first)
    costs = Costs(
        answered=max(0.0, single.p50 - executed),
        decided=max(0.0, executed - disk - kept),
        awaited=disk,
        kept=kept,
        heard=_heard(database),
        page=max(0.0, page - kept),
        copied=copied,
        views=views,
        followed=followed,
        read=read.p50,
        given=given.p50,
    )
    seen = Seen(
        orders_by_one=_rate(by_one),
        orders_by_two=_rate(by_two),
        lag_p50=quantile(lags, 0.5),
        lag_p99=quantile(lags, 0.99),
        reads_of_one=_rate(of_one),
        reads_of_two=_rate(of_two),
        kept=_rate(of_the_cache),
        in_bulk=in_bulk,
    )
    return Small(costs, seen)


def _rate(load: Load) -> float:
    return load.requests / load.seconds


# --- one at a time


def _written_and_copied(
    archive: Archive, other: Archive, news: Iterator[Line], times: int
) -> tuple[float, float, float, float, float]:
    """The seconds of an order in process, and of a page and a commit copied and followed: by pages
    of one commit, and by pages of many."""
    log, views = _copying_of(other), other.catch_up
    single: list[tuple[float, float, float]] = []
    many: list[tuple[float, float]] = []
    for _ in range(times):
        ordered = _seconds(lambda: _order(archive, news, 1))
        single.append((ordered, _seconds(log), _seconds(views)))
    for _ in range(max(2, times // 10)):
        _order(archive, news, PAGE)
        many.append((_seconds(log), _seconds(views)))
    executed, copy_one, view_one = (quantile(each, 0.5) for each in zip(*single, strict=True))
    copy_many, view_many = (quantile(each, 0.5) for each in zip(*many, strict=True))
    copied, followed = (
        max(0.0, (all_ - one) / (PAGE - 1))
        for all_, one in ((copy_many, copy_one), (view_many, view_one))
    )
    return executed, copy_one - copied, copied, max(0.0, view_one - followed), followed


def _copying_of(archive: Archive) -> Callable[[], object]:
    log = archive.chronicle.log
    if not isinstance(log, NodeLog):
        raise TypeError(f"{archive.folder} is no node")
    return log.copy


def _order(archive: Archive, news: Iterator[Line], many: int) -> None:
    for _ in write(archive, islice(news, many), pause=0.0):
        pass


def _committed(database: Database) -> float:
    """Until PostgreSQL has a commit on its disk."""
    with psycopg.connect(database.address, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS disk (line text)")

        def commit() -> float:
            connection.execute("BEGIN")
            connection.execute("INSERT INTO disk VALUES (repeat('x', 500))")
            return _seconds(lambda: connection.execute("COMMIT"))

        return quantile([commit() for _ in range(TIMES)], 0.5)


def _kept(folder: Path) -> float:
    """Until a file of SQLite has a commit on the same disk as the copy."""
    with closing(sqlite3.connect(folder / "disk.sqlite", isolation_level=None)) as file:
        file.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        file.execute("CREATE TABLE disk (line TEXT)")

        def commit() -> float:
            file.execute("BEGIN IMMEDIATE")
            file.execute("INSERT INTO disk VALUES (?)", ("x" * 500,))
            return _seconds(lambda: file.execute("COMMIT"))

        return quantile([commit() for _ in range(TIMES)], 0.5)


def _heard(database: Database) -> float:
    """Until another connection hears of a commit."""
    with (
        psycopg.connect(database.address, autocommit=True) as one,
        psycopg.connect(database.address, autocommit=True) as other,
    ):
        other.execute("LISTEN heard")

        def hear() -> float:
            one.execute("NOTIFY heard")
            return _seconds(lambda: list(other.notifies(timeout=1, stop_after=1)))

        return quantile([hear() for _ in range(TIMES)], 0.5)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# --- many at a time


class _Orders:
    """Orders of single statements by `wrk`, each run with ids of its own."""

    def __init__(self, key: str, world: World) -> None:
        self._key = key
        self._facilities = ", ".join(f'"{facility_id(each)}"' for each in range(world.facilities))

    def load(self, nodes: list[Server], *, seconds: int, connections: int = CONNECTIONS) -> Load:
        """Orders to some nodes at once."""
        asked = [
            Asked(
                node.port,
                "/v1/statements",
                script=ORDER
                % {
                    "key": self._key,
                    "facilities": self._facilities,
                    "run": f"run-{time.time_ns()}-{node.port}",
                },
            )
            for node in nodes
        ]
        return load_of(*asked, seconds=seconds, connections=connections)


def _read(nodes: list[Server], *, seconds: int, connections: int = CONNECTIONS) -> Load:
    months = AT_RANDOM % {"path": STATE, "first": YEARS[0], "last": YEARS[1]}
    asked = [Asked(node.port, STATE, script=months) for node in nodes]
    return load_of(*asked, seconds=seconds, connections=connections)
