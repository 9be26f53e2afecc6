"""Serving: questions a second over HTTP, beside Datasette; orders a second; a crowd that hangs.

Annales and Datasette run by themselves, and `wrk` asks them in turns, twice. Datasette
has the rows of one state in a table of SQLite: it answers how things are, not how they were. Who
waits for whom is the same for both: a few connections, each of which asks again at once. All of
it stays on this machine. Annales runs three times: as it is served, so that an answer is given
again where it is kept, and without keeping any, by as many processes and by one.
"""

from __future__ import annotations

import json
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from benchmarks.chronicle import World, batches
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.loading import BATCH, load
from benchmarks.peers.datasette import fill
from benchmarks.servers import CONNECTIONS, Asked, Load, Told, load_of, rate, told
from benchmarks.servers import annales as serving_annales
from benchmarks.servers import datasette as serving_datasette
from events.catalogue import STATEMENT_TYPES
from events.clocks import as_of
from service.archive import Archive
from service.asking.filters import Wanted
from service.asking.query import Query
from service.data import editions
from service.state.question import STATE

HERE = Path(__file__).resolve().parent

COUNTRY = "CN"
ROUNDS = 2
"""How often the servers take turns."""

CROWD = 500
"""So many connections whose requests are never finished."""

LOOKS = 300
"""How often it is asked whether the process answers."""

AT_RANDOM = """
request = function()
  local at = string.format("%%d-%%02d", math.random(%(first)d, %(last)d), math.random(12))
  return wrk.format("GET", "%(path)s&at=" .. at)
end
"""
"""Another month with each request."""

YEARS = (1990, 2026)

ORDER = """
local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer %(key)s" }
local facilities = { %(facilities)s }
local number = 0
request = function()
  number = number + 1
  local facility = facilities[number %% #facilities + 1]
  local id = "%(run)s-" .. number
  return wrk.format("POST", "/v1/statements", headers, string.format(
    '{"type":"milestone","id":"%%s","facility":"%%s","entry":"%%s/upgraded/%%s",' ..
    '"milestone":"upgraded","modality":"actual","date":"2026-10","title":"Upgraded once more"}',
    id, facility, facility, id))
end
"""
"""A new statement with each request."""


class Ways(NamedTuple):
    """The ports of Annales as it is served, without keeping answers, and so by one process."""

    served: int
    unkept: int
    one: int


def run(*, small: bool) -> Iterator[Figures]:
    """One folder behind both servers: questions, then orders, then the crowd."""
    seconds = 2 if small else 10
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        folder = Path(name)
        with Archive(folder / "data") as archive:
            statements = _load(archive, small=small)
            rows = _rows(archive)
            key = archive.keys.issue(name="bench", role="contributor", by="bench")
        fill(folder / "peer.sqlite", rows)
        annales = Ways(
            *(
                servers.enter_context(
                    serving_annales(folder / "data", *options, settings={"ANNALES_KEPT": kept})
                ).port
                for options, kept in (((), "64"), ((), "0"), (("--processes", "1"), "0"))
            )
        )
        datasette = servers.enter_context(serving_datasette(folder / "peer.sqlite")).port
        yield _questions(annales, datasette, rows, statements=statements, seconds=seconds)
        yield _orders(annales.served, key, [row["id"] for row in rows], seconds=seconds)
        yield _crowd(annales.served)


# --- the load


def _load(archive: Archive, *, small: bool) -> int:
    """How many statements were recorded."""
    if small:
        commits = [list(edition.lines) for edition in editions()]
        load(archive, commits)
        archive.catch_up()
        types = [json.loads(line)["type"] for lines in commits for line in lines]
        return sum(type in STATEMENT_TYPES for type in types)
    world = World(facilities=10_000)
    load(archive, batches(world.by_time(), size=BATCH))
    archive.catch_up()
    return world.statements


def _rows(archive: Archive) -> list[dict[str, Any]]:
    """The facilities of the state that is asked for."""
    clocks = as_of(
        log=archive.chronicle.log,
        now=archive.chronicle.now(),
    )
    asked = Wanted(countries=(COUNTRY,), limit=1000)
    query = Query("/v1/state", clocks, {"country": COUNTRY}, about=asked)
    answer = json.loads(STATE.text(archive.reading(archive.db_at(clocks.known)), query))
    found: list[dict[str, Any]] = answer["facilities"]
    return found


# --- questions


def _questions(
    annales: Ways,
    datasette: int,
    rows: Sequence[Mapping[str, Any]],
    *,
    statements: int,
    seconds: int,
) -> Figures:
    record = rows[len(rows) // 2]["id"]
    state = f"/v1/state?country={COUNTRY}&limit=1000"
    first = told(Asked(annales.served, state))
    tag, pinned = first.headers["etag"], first.headers["content-location"]
    row = f"/peer/facilities/{record}.json?_shape=array"
    table = f"/peer/facilities.json?_shape=array&_size={len(rows)}&_nocount=1&_nofacet=1"
    months = AT_RANDOM % {"path": state, "first": YEARS[0], "last": YEARS[1]}
    ours = {
        "one record": Asked(annales.unkept, f"/v1/records/{record}"),
        "one record, again": Asked(annales.served, f"/v1/records/{record}"),
        "the state": Asked(annales.unkept, state),
        "the state, one process": Asked(annales.one, state),
        "the state, any month": Asked(annales.unkept, state, script=months),
        "the state, again": Asked(annales.served, state),
        "the state, 304": Asked(annales.unkept, state, (("If-None-Match", tag),)),
        "the state, pinned, again": Asked(annales.served, pinned),
    }
    theirs = {"one record": Asked(datasette, row), "the state": Asked(datasette, table)}
    answers = {asked: told(asked) for asked in (*ours.values(), *theirs.values())}
    _check(ours, theirs, answers, rows=len(rows))
    loads: dict[Asked, list[Load]] = {asked: [] for asked in answers}
    for _ in range(ROUNDS):
        for asked, measured in loads.items():
            measured.append(load_of(asked, seconds=seconds))
    return Figures(
        f"Asking for {len(rows)} facilities among {statements:,} statements,"
        f" {CONNECTIONS} connections, {ROUNDS} rounds of {seconds} s",
        ("", "bytes", "Annales", "p50", "p99", "bytes", "Datasette", "p50", "p99", "ratio"),
        [_beside(what, ours, theirs, answers, loads) for what in ours],
        note=(
            "Datasette gives one row or all rows of one table, as JSON; a 304 and other months"
            " stand beside its whole table. The ratio is ours to its. What is asked again is kept,"
            " all else is made anew; there are as many processes as cores, at most four, unless"
            " there is one."
        ),
    )


def _check(
    ours: Mapping[str, Asked],
    theirs: Mapping[str, Asked],
    told: Mapping[Asked, Told],
    *,
    rows: int,
) -> None:
    """Every answer is what it is taken for, or nothing is measured."""
    for what, asked in (*ours.items(), *theirs.items()):
        if told[asked].status != (304 if "304" in what else 200):
            raise ValueError(f"{asked.path}: {told[asked].status}")
    if len(json.loads(told[ours["the state"]].body)["facilities"]) != rows:
        raise ValueError("the state is not whole")
    if len(json.loads(told[theirs["the state"]].body)) != rows:
        raise ValueError("the table is not whole")
    if "immutable" not in told[ours["the state, pinned, again"]].headers["cache-control"]:
        raise ValueError("the pinned answer is not pinned")


def _beside(
    what: str,
    ours: Mapping[str, Asked],
    theirs: Mapping[str, Asked],
    told: Mapping[Asked, Told],
    loads: Mapping[Asked, list[Load]],
) -> list[str]:
    sides = (ours[what], theirs[what.partition(",")[0]])
    rates = [rate(loads[asked]) for asked in sides]
    cells = ((f"{len(told[asked].body):,}", *_figures(loads[asked])) for asked in sides)
    return [what, *(cell for side in cells for cell in side), f"{rates[0] / rates[1]:.1f}"]


def _figures(loads: Sequence[Load]) -> list[str]:
    """Requests a second, p50 and p99; of several runs the mean."""
    return [
        f"{rate(loads):,.0f}/s",
        milliseconds(fmean(load.p50 for load in loads)),
        milliseconds(fmean(load.p99 for load in loads)),
    ]


# --- orders


def _orders(annales: int, key: str, facilities: Sequence[str], *, seconds: int) -> Figures:
    named = ", ".join(f'"{facility}"' for facility in facilities)
    rows = []
    for connections in (1, CONNECTIONS):
        before = _position(annales)
        script = ORDER % {"key": key, "facilities": named, "run": f"bench-{connections}"}
        load = load_of(
            Asked(annales, "/v1/statements", script=script),
            seconds=seconds,
            connections=connections,
        )
        if _position(annales) - before < load.requests:
            raise ValueError("fewer statements were recorded than were answered for")
        rows.append([f"connections: {connections}", *_figures([load])])
    return Figures(
        f"Recording statements, one a request, for {seconds} s",
        ("", "orders", "p50", "p99"),
        rows,
        note="Each is on the disk before it is answered. The views follow in one of the processes.",
    )


def _position(annales: int) -> int:
    return int(json.loads(told(Asked(annales, "/readyz")).body)["head"])


# --- the crowd


def _crowd(annales: int) -> Figures:
    """Whether the process answers, alone and beside connections that only begin to ask."""
    rows = [["nobody else", *_looks(annales)]]
    with ExitStack() as crowd:
        for _ in range(CROWD):
            rude = crowd.enter_context(socket.create_connection(("127.0.0.1", annales), 10))
            rude.sendall(b"GET /v1/state HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        rows.append([f"{CROWD} half requests", *_looks(annales)])
    return Figures(
        f"/healthz, {LOOKS} times, each on a new connection", ("beside", "p50", "p99", "max"), rows
    )


def _looks(annales: int) -> list[str]:
    seconds = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        if told(Asked(annales, "/healthz")).status != 200:
            raise ValueError("the process does not answer")
        seconds.append(time.perf_counter() - began)
    return [milliseconds(quantile(seconds, share)) for share in (0.5, 0.99, 1)]
