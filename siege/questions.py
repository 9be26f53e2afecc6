"""Clients that ask the dearest questions there are, as fast as they are answered.

A client who behaves has to be answered soon meanwhile, whoever asks for health at once, and memory
to stay within bounds. A question may be told to come again, and is never left without an answer.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection

from benchmarks.chronicle import facility_id
from siege.attack import Bar, Tooth, none, told
from siege.clients import Behaving, crowd, running
from siege.ground import Ground
from siege.server import FAILURES, HOST, Server, served

CLIENTS = 32

HEALTH, RECORD, MEMORY = 100, 500, 800
"""Milliseconds, and megabytes."""

DEAREST = (
    "/",
    "/state?at={year}",
    "/v1/state?at={year}",
    "/v1/state?during={year}&limit=1000",
    "/v1/records?limit=1000&known=@{number}",
    "/v1/search?q=a*&known=@{number}",
    "/v1/trends?from=1950&to={year}",
    "/v1/trends?from=1950-01&to={year}-01",
    "/v1/slips?stated={year}",
    "/v1/overdue?stated={year}",
    "/v1/hindsight?at={year}&stated=1980",
    "/v1/compare?at={year}&to_at=2020",
    "/v1/diff?at={year}&to_at=2020",
    "/v1/transitions?from=1950&to={year}",
    "/v1/activity?limit=1000",
    "/v1/follows?of=/v1/state%3Fat%3D{year}",
    "/v1/feeds/timelinejs?at={year}",
    "/v1/feeds/png?at={year}",
    "/v1/feeds/csv?at={year}",
    "/v1/feeds/icalendar?at={year}",
    "/slips?stated={year}",
    "/trends?to={year}",
    "/compare?at={year}&to_at=2020",
    "/search?q=a*&known=@{number}",
)
"""Each with a year or a position by chance, so that no answer is there already."""

PROMISED = frozenset({200, 400, 413, 422, 429, 503})
"""What an honest answer has for a status: what asks for too much is told so, and what comes too
often, or now, when to come again."""


def run(ground: Ground) -> Iterator[Bar]:
    """So many clients, each from an address of its own, for a minute."""
    with served(ground.large()) as server:
        yield from _besieged(server, ground, seconds=ground.many(short=8.0, long=60.0))


def _besieged(server: Server, ground: Ground, *, seconds: float) -> Iterator[Bar]:
    records = ground.many(short=["juno", "cepc"], long=[facility_id(n) for n in range(200)])
    behaving = Behaving(server, records)
    head: int = server.ask("/readyz").json()["head"]
    with crowd(ask, server.port, head) as said:
        time.sleep(1)
        with behaving.asking():
            time.sleep(seconds)
            behaving.end()
            answered = said()
    yield told("dear questions answered", answered[200])
    yield told("told to ask for less", answered[400] + answered[413] + answered[422])
    yield told("told to come again", answered[429] + answered[503])
    others = {why: many for why, many in answered.items() if why not in PROMISED}
    yield none("answered otherwise", sum(others.values()))._replace(
        measured=", ".join(f"{many} x {why}" for why, many in others.items()) or "0"
    )
    yield from behaving.bars(health=ground.time(HEALTH), record=ground.time(RECORD), memory=MEMORY)
    yield none("servers ended", not server.is_running)


def ask(is_over: Callable[[], bool], port: int, head: int) -> Counter[int | str]:
    """Ask until it is over; returns how often what came of it."""
    came: Counter[int | str] = Counter()
    over = threading.Event()
    threads = [
        threading.Thread(target=_ask, args=(over, port, head, number, came))
        for number in range(CLIENTS)
    ]
    with running(threads, over):
        while not is_over():
            time.sleep(0.1)
    return came


def _ask(
    over: threading.Event, port: int, head: int, number: int, came: Counter[int | str]
) -> None:
    chance = random.Random(number)
    source = f"127.0.1.{number + 1}"
    while not over.is_set():
        path = chance.choice(DEAREST).format(
            year=chance.randint(1955, 2026), number=chance.randint(head // 2, head)
        )
        try:
            with closing(
                HTTPConnection(HOST, port, timeout=60, source_address=(source, 0))
            ) as http:
                http.request("GET", path)
                answer = http.getresponse()
                answer.read()
            later = answer.headers["Retry-After"]
            if answer.status in (429, 503) and later is None:
                came[f"{answer.status} without Retry-After"] += 1
            else:
                came[answer.status] += 1
            over.wait(min(1.0, float(later or 0)))
        except FAILURES as error:
            came[type(error).__name__] += 1


def _one_lane(ground: Ground) -> Iterator[Bar]:
    """Whoever asks for health waits behind the questions, each of which takes a while."""
    broken = """
import time
import service.lanes
from service.serving import lanes
service.lanes.BESIDE = frozenset()
answering = lanes._answering
def slow(*given):
    time.sleep(0.1)
    yield from answering(*given)
lanes._answering = slow
"""
    with served(ground.shipped(), "--threads", "1", before=broken) as server:
        yield from _besieged(server, ground, seconds=2.0)


TEETH = {"health waits behind the questions": Tooth(_one_lane, misses="/healthz, p99")}
