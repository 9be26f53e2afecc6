"""Reads: how many a second by one node, two and three, and what of a processor each takes; and what
a cache in front of them gives.

All nodes run on this machine, so more of them answer no more a second than its cores let them: what
they add on machines of their own is told by what a read takes of a node, which is to stay the same,
and of PostgreSQL, which is to be nothing.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks import debian
from benchmarks.cluster.database import Server as Database
from benchmarks.cluster.processor import seconds_of
from benchmarks.figures import Figures, milliseconds
from benchmarks.servers import Asked, Load, Server, annales, free_port, load_of, told, wait_for
from benchmarks.serving import AT_RANDOM, COUNTRY, YEARS

HERE = Path(__file__).resolve().parents[2]

STATE = f"/v1/state?country={COUNTRY}&limit=1000"

FRONT = HERE / "deploy" / "haproxy" / "haproxy.cfg"

IN_THE_OPEN = {
    r"    bind :80\n": "    bind 127.0.0.1:{port}\n",
    r"    bind :443 .*\n": "",
    r"    http-request redirect scheme https .*\n": "",
    r"    http-request return status 429 .*\n": "",
    r"    server annales 127\.0\.0\.1:8000 .*\n": "{servers}",
}
"""What is replaced in the configuration that is shipped: no TLS, no limits, and our nodes."""

BARELY = 20
"""How often as many answers a second the cache is to give at least."""

PATIENCE = 30.0
"""Seconds in which what was recorded is to be settled."""


class Read(NamedTuple):
    """What came of reads from some nodes: the load, and the processor's seconds that the nodes and
    PostgreSQL had meanwhile."""

    load: Load
    nodes: float
    database: float


def by_nodes(database: Database, folders: Sequence[Path], *, seconds: int) -> Iterator[Figures]:
    """The state of a country in any month, made anew, from one of the nodes, two, and so on."""
    found: list[Read] = []
    with ExitStack() as running:
        nodes: list[Server] = []
        for folder in folders:
            nodes.append(running.enter_context(unkept(folder)))
            found.append(_read(database, nodes, seconds=seconds))
    yield Figures(
        "The state of a country in any month, made anew, by nodes of one process each",
        ("nodes", "all, a second", "p50", "p99", "processor of a node", "of PostgreSQL"),
        [
            [
                str(number),
                f"{read.load.requests / read.load.seconds:,.0f}/s",
                milliseconds(read.load.p50),
                milliseconds(read.load.p99),
                f"{milliseconds(read.nodes / read.load.requests)} a read",
                f"{milliseconds(read.database / read.load.requests)} a read",
            ]
            for number, read in enumerate(found, start=1)
        ],
        note=(
            "The nodes share the cores of this machine, with `wrk` and PostgreSQL. On machines of"
            " their own they answer as many times what one does, for what a read takes of each."
        ),
    )


@contextmanager
def unkept(folder: Path) -> Iterator[Server]:
    """A node of one process that keeps no answers, and has answered before.

    While its first answers take long it refuses who would wait too long behind them.
    """
    with annales(folder, "--processes", "1", settings={"ANNALES_KEPT": "0"}) as served:
        for year in range(*YEARS):
            told(Asked(served.port, f"{STATE}&at={year}"))
        yield served


def _read(database: Database, nodes: Sequence[Server], *, seconds: int) -> Read:
    months = AT_RANDOM % {"path": STATE, "first": YEARS[0], "last": YEARS[1]}
    before = sum(seconds_of(node.pid) for node in nodes), database.processor()
    load = load_of(*(Asked(node.port, STATE, script=months) for node in nodes), seconds=seconds)
    after = sum(seconds_of(node.pid) for node in nodes), database.processor()
    return Read(load, after[0] - before[0], after[1] - before[1])


# --- the cache in front


def kept(folders: Sequence[Path], *, seconds: int) -> Iterator[Figures]:
    """A pinned answer from a node, from the cache in front, and once no node is there."""
    with ExitStack() as front, ExitStack() as running:
        nodes = [running.enter_context(unkept(folder)) for folder in folders]
        port = front.enter_context(haproxy([node.port for node in nodes]))
        pinned = settled(port, STATE)
        rows = {
            "made anew, from a node": _pinned(nodes[0].port, pinned, seconds),
            "the same through the front, kept there": _pinned(port, pinned, seconds),
        }
        running.close()
        rows["the same with every node down"] = _pinned(port, pinned, seconds)
    yield _of_the_cache(rows)


def _pinned(port: int, path: str, seconds: int) -> tuple[int, Load]:
    """The status of a pinned answer, and how many are given."""
    status = told(Asked(port, path)).status
    return status, load_of(Asked(port, path), seconds=seconds)


def _of_the_cache(rows: Mapping[str, tuple[int, Load]]) -> Figures:
    rates = {name: load.requests / load.seconds for name, (_, load) in rows.items()}
    uncached = next(iter(rates.values()))
    return Figures(
        "A pinned answer through HAProxy",
        ("", "status", "a second", "p50", "p99", "to a node", "bar", "met"),
        [
            [
                name,
                str(status),
                f"{rates[name]:,.0f}/s",
                milliseconds(load.p50),
                milliseconds(load.p99),
                f"{rates[name] / uncached:.1f}",
                "" if number == 0 else f"≥ {BARELY}",
                "" if number == 0 else "yes" if rates[name] >= BARELY * uncached else "no",
            ]
            for number, (name, (status, load)) in enumerate(rows.items())
        ],
        note="The configuration is that of deploy/haproxy, without TLS and without limits.",
    )


def settled(port: int, path: str) -> str:
    """The address of an answer that is settled: it is the same for ever. Raises TimeoutError."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        pinned = told(Asked(port, path)).headers["content-location"]
        if "immutable" in told(Asked(port, pinned)).headers["cache-control"]:
            return pinned
        time.sleep(0.2)
    raise TimeoutError(f"{path} is not settled after {PATIENCE:g} seconds")


@contextmanager
def haproxy(ports: Sequence[int]) -> Iterator[int]:
    """HAProxy before some nodes, as it is shipped but in the open and without limits; its port."""
    port = free_port()
    servers = "".join(
        f"    server node{number} 127.0.0.1:{each} check inter 500ms\n"
        for number, each in enumerate(ports)
    )
    text = FRONT.read_text("utf-8")
    for pattern, replacement in IN_THE_OPEN.items():
        text, many = re.subn(pattern, replacement.format(port=port, servers=servers), text)
        if not many:
            raise LookupError(f"{FRONT} has no {pattern}")
    with tempfile.TemporaryDirectory() as name:
        configuration = Path(name) / "haproxy.cfg"
        configuration.write_text(text, "utf-8")
        with subprocess.Popen(  # noqa: S603 -- the program that is looked up here
            [debian.program("usr/sbin/haproxy"), "-db", "-f", str(configuration)],
            env=debian.environment(),
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                wait_for(Asked(port, "/healthz"), PATIENCE)
                yield port
            finally:
                process.terminate()
