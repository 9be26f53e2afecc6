"""Appends a second by what a COMMIT waits for, beside the library's own recorder.

The recorder of eventsourcing locks its table for each append, as ours does for a turn, and puts the
same events into it. Ours writes beside each the commit, its seal and the leaf, and the same once
more with all that an order takes: read, checked, decided and put into the node's copy too. They
take turns on one server.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from benchmarks.chronicle import World, batches, facility_id
from benchmarks.cluster.database import ALONE, HOST, MODES, Mode, Server, standby
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.loading import BATCH, load
from benchmarks.servers import CONNECTIONS, Asked, annales, load_of
from benchmarks.serving import ORDER
from events.store.postgres import opening
from events.store.postgres.log import PostgresLog
from service.archive import LOG, Archive, node

ROUNDS = 2
"""How often they take turns."""

WORLD = World(facilities=1_000)
"""What the node has been told before."""

LOG_ALONE = "bench"
"""A log that no node copies, for appends without orders."""

Append = Callable[[int], object]
"""Appends so many events as one commit."""


class Written(NamedTuple):
    """What came of one turn: events a second, and how long each append took."""

    rate: float
    each: Sequence[float]


class Side(NamedTuple):
    """One of those that take turns: single events by all clients at once, and many by one."""

    title: str
    single: Callable[[float], Written]
    bulk: Callable[[float], Written]


def run(server: Server, *, seconds: float) -> Iterator[Figures]:
    """Every mode; the standby is there for those that wait for it."""
    node.make(server.address)
    opening.make(server.address, [LOG_ALONE])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        node.become(folder / "node", server.address, log=LOG)
        with Archive(folder / "node") as archive:
            load(archive, batches(WORLD.by_time(), size=BATCH))
            archive.catch_up()
            key = archive.keys.issue(name="bench", role="contributor", by="bench")
        with (
            closing(PostgresLog(server.address, LOG_ALONE)) as log,
            library(server) as recorder,
            annales(folder / "node") as served,
            Archive(folder / "node") as archive,
        ):
            news = batches(WORLD.news(), size=BATCH)
            sides = (
                side("eventsourcing's recorder", recorder.insert_events, count()),
                side("the log in PostgreSQL", log.insert_events, count()),
                Side(
                    "a node, over HTTP; in bulk in process",
                    lambda seconds: _ordered(served.port, key, seconds),
                    lambda seconds: _loaded(archive, news, seconds),
                ),
            )
            found = {ALONE: _in_turns(sides, seconds)}
            with standby(server):
                for mode in MODES[1:]:
                    server.wait_for(mode)
                    found[mode] = _in_turns(sides, seconds)
    yield _figures(found, seconds)


@contextmanager
def library(server: Server) -> Iterator[PostgresApplicationRecorder]:
    """The library's own recorder, with a table of its own on the same server."""
    with closing(
        PostgresDatastore(
            "postgres",
            HOST,
            server.port,
            "bench",
            "",
            pool_size=CONNECTIONS,
            originator_id_type="text",
        )
    ) as datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="peer_events")
        recorder.create_table()
        yield recorder


def side(
    title: str, insert: Callable[[Sequence[StoredEvent]], object], number: Iterator[int]
) -> Side:
    """A recorder that inserts events, which are numbered as they come."""

    def append(many: int) -> None:
        insert([_event(each) for each in islice(number, many)])

    return Side(
        title,
        lambda seconds: _together(append, seconds),
        lambda seconds: _repeated(append, BATCH, seconds),
    )


def _event(number: int) -> StoredEvent:
    """One as large as those that are recorded."""
    return StoredEvent(f"peer:{number}", 1, "statement-made-v1", f"{number:0560}".encode())


def _in_turns(sides: Sequence[Side], seconds: float) -> list[tuple[str, Written, Written]]:
    """For each side its single appends and those in bulk, the best of its turns."""
    single: dict[str, list[Written]] = {side.title: [] for side in sides}
    bulk: dict[str, list[Written]] = {side.title: [] for side in sides}
    for _ in range(ROUNDS):
        for side in sides:
            single[side.title].append(side.single(seconds))
            bulk[side.title].append(side.bulk(seconds))
    return [(each, max(single[each]), max(bulk[each])) for each in single]


def _together(append: Append, seconds: float) -> Written:
    """As many clients as there are connections, each with one event a commit."""
    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as clients:
        took = list(clients.map(lambda _: _times(append, 1, seconds), range(CONNECTIONS)))
    each = [one for client in took for one in client]
    return Written(len(each) / (time.perf_counter() - began), each)


def _repeated(append: Append, many: int, seconds: float) -> Written:
    began = time.perf_counter()
    each = _times(append, many, seconds)
    return Written(many * len(each) / (time.perf_counter() - began), each)


def _times(append: Append, many: int, seconds: float) -> list[float]:
    took: list[float] = []
    ends = time.perf_counter() + seconds
    while not took or time.perf_counter() < ends:
        began = time.perf_counter()
        append(many)
        took.append(time.perf_counter() - began)
    return took


def _ordered(port: int, key: str, seconds: float) -> Written:
    """Orders of single statements, by as many clients."""
    named = ", ".join(f'"{facility_id(number)}"' for number in range(WORLD.facilities))
    script = ORDER % {"key": key, "facilities": named, "run": f"run-{time.time_ns()}"}
    told = load_of(Asked(port, "/v1/statements", script=script), seconds=max(1, int(seconds)))
    return Written(told.requests / told.seconds, [told.p50])


def _loaded(archive: Archive, news: Iterator[list[bytes]], seconds: float) -> Written:
    """Batches of statements, decided on in process by one client."""
    return _repeated(lambda _: load(archive, [next(news)]), BATCH, seconds)


def _figures(found: dict[Mode, list[tuple[str, Written, Written]]], seconds: float) -> Figures:
    rows = []
    for mode, sides in found.items():
        (_, their_single, their_bulk), *_ = sides
        rows += [
            [
                f"{mode.title}: {title}",
                f"{single.rate:,.0f}/s",
                milliseconds(quantile(single.each, 0.5)),
                f"{single.rate / their_single.rate:.2f}",
                f"{bulk.rate:,.0f}/s",
                f"{bulk.rate / their_bulk.rate:.2f}",
            ]
            for title, single, bulk in sides
        ]
    return Figures(
        f"Appends to PostgreSQL by what a COMMIT waits for, the best of {ROUNDS} turns of"
        f" {seconds:g} s",
        ("", "single", "p50", "ratio", "in bulk", "ratio"),
        rows,
        note=(
            f"Events a second: one a commit by {CONNECTIONS} clients at once, and {BATCH:,} a"
            " commit by one. The ratio is to the recorder of eventsourcing, which locks its table"
            " as a turn does. All processes share one machine and its disk."
        ),
    )
