"""Very many who wait for what is recorded next, by long polls and by streams.

Others have to be answered meanwhile, and a follower who comes from elsewhere gets a place and
misses nothing: each event once, in order, over a restart. Places are free soon after those who
held them hang up.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection

from benchmarks.chronicle import facility_id
from siege.attack import Bar, Tooth, below, every, none, told
from siege.clients import Behaving, crowd
from siege.ground import Ground, key
from siege.questions import HEALTH, MEMORY, RECORD
from siege.recording import Writers
from siege.server import BEHAVES, FAILURES, HOST, Server, served

FREE_IN = 3.0
"""Seconds."""

ADDRESSES = 70
"""Among how many addresses those who wait are spread, as one may have only so many places."""


class Follower:
    """A client that reads the stream of changes, and comes back where it ended."""

    def __init__(self, server: Server, after: int) -> None:
        self.seen: list[int] = []
        self.placed_after = float("inf")
        self._came = time.monotonic()
        self._server, self._after = server, after
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def end(self, head: int, *, seconds: float = 15.0) -> None:
        """Read on to a position, or for so many seconds."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and (not self.seen or self.seen[-1] < head):
            time.sleep(0.05)
        self._ended.set()
        self._thread.join()

    def bars(self, head: int) -> Iterator[Bar]:
        """What it saw, beside what was recorded."""
        wanted = range(self._after + 1, head + 1)
        yield every("events seen by the follower", len({*self.seen} & {*wanted}), of=len(wanted))
        yield none("seen twice", len(self.seen) - len({*self.seen}))
        yield none(
            "seen out of order", sum(b < a for a, b in zip(self.seen, self.seen[1:], strict=False))
        )

    def _follow(self) -> None:
        while not self._ended.is_set():
            with suppress(*FAILURES):
                self._read()
            self._ended.wait(0.1)

    def _read(self) -> None:
        with closing(
            HTTPConnection(HOST, self._server.port, timeout=3, source_address=(BEHAVES, 0))
        ) as http:
            last = self.seen[-1] if self.seen else self._after
            http.request(
                "GET",
                "/v1/changes",
                headers={"Accept": "text/event-stream", "Last-Event-ID": str(last)},
            )
            answer = http.getresponse()
            if answer.status != 200:
                return
            self.placed_after = min(self.placed_after, time.monotonic() - self._came)
            while not self._ended.is_set() and (line := answer.readline()):
                if line.startswith(b"id:"):
                    self.seen.append(int(line[3:]))


def run(ground: Ground) -> Iterator[Bar]:
    """So many who wait, half by each way, while two clients record; then it is begun again."""
    many, seconds = ground.many(short=(100, 2.0), long=(1000, 30.0))
    with served(ground.large()) as server:
        yield from _crowded(server, ground, many=many, seconds=seconds)


def _crowded(
    server: Server, ground: Ground, *, many: int, seconds: float, deaf: bool = False
) -> Iterator[Bar]:
    head = _figure(server, "annales_head_position")
    facility = ground.many(short="juno", long=facility_id(0))
    behaving = Behaving(server, [facility])
    writers, later = (
        Writers(server, key(server.folder), prefix=prefix, facility=facility)
        for prefix in ("before", "after")
    )
    with crowd(wait, server.port, many, head) as said:
        time.sleep(1)
        follower = Follower(server, head)
        with behaving.asking(), writers.recording(2):
            time.sleep(seconds)
        held = _figure(server, "annales_open_streams")
        came = said()
    free_after = _free_after(server)
    server.kill()
    server.begin()
    server.wait()
    with later.recording(2):
        time.sleep(1)
    last = _figure(server, "annales_head_position")
    follower.end(last)
    if deaf:
        del follower.seen[len(follower.seen) // 2]
    yield told("places taken", held)
    yield told("waits answered, or told to come again", came.total() - came["none"])
    yield none("waits without an answer", came["none"])
    yield below("a follower from elsewhere has a place after", follower.placed_after, FREE_IN, "s")
    yield from follower.bars(last)
    yield writers.refusals()
    yield later.refusals()._replace(what="orders refused once it was begun again")
    yield below("places are free after", free_after, FREE_IN, "s")
    yield from behaving.bars(health=ground.time(HEALTH), record=ground.time(RECORD), memory=MEMORY)


def _free_after(server: Server) -> float:
    """The seconds until only the follower has a place; no more than are of use."""
    began = time.monotonic()
    while (after := time.monotonic() - began) < 2 * FREE_IN:
        if _figure(server, "annales_open_streams") <= 1:
            break
        time.sleep(0.1)
    return after


def _figure(server: Server, name: str) -> int:
    found = re.search(rf"^{name} (\S+)$", server.ask("/metrics").body.decode(), re.MULTILINE)
    if found is None:
        raise LookupError(f"/metrics tells no {name}")
    return int(float(found[1]))


def wait(is_over: Callable[[], bool], port: int, many: int, head: int) -> Counter[str]:
    """Wait for what comes next, again and again, until it is over."""
    came: Counter[str] = Counter()
    asyncio.run(_wait(is_over, port, many, head, came))
    return came


async def _wait(
    is_over: Callable[[], bool], port: int, many: int, head: int, came: Counter[str]
) -> None:
    tasks = [asyncio.create_task(_poll(port, number, head, came)) for number in range(many)]
    while not is_over():  # noqa: ASYNC110 -- another process says so
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _poll(port: int, number: int, head: int, came: Counter[str]) -> None:
    """One of them: asks for what is beyond the head of the log by far, so that it waits."""
    accept = "text/event-stream" if number % 2 else "application/cloudevents-batch+json"
    query = f"lastEventId={head}&record=nobody" + ("" if number % 2 else "&timeout=30000")
    request = f"GET /v1/changes?{query} HTTP/1.1\r\nHost: a\r\nAccept: {accept}\r\n\r\n".encode()
    while True:
        try:
            reader, writer = await asyncio.open_connection(
                HOST, port, local_addr=(f"127.0.2.{number % ADDRESSES + 1}", 0)
            )
        except OSError:
            came["none"] += 1
            continue
        try:
            writer.write(request)
            status = (await reader.readline()).decode()[9:12] or "none"
            came[status] += 1
            while status == "200" and await reader.read(65536):
                pass
        except OSError:
            came["none"] += 1
        finally:
            writer.close()
        await asyncio.sleep(1)


def _misses(ground: Ground) -> Iterator[Bar]:
    """A follower misses an event."""
    with served(ground.shipped()) as server:
        yield from _crowded(server, ground, many=10, seconds=0.2, deaf=True)


def _keeps_places(ground: Ground) -> Iterator[Bar]:
    """Places are never given back."""
    keeps = "from service.archive.streams import Streams; Streams.leave = lambda self: None"
    with served(ground.shipped(), before=keeps) as server:
        yield from _crowded(server, ground, many=10, seconds=0.2)


TEETH = {
    "a follower misses an event": Tooth(_misses, misses="events seen by the follower"),
    "places are never given back": Tooth(_keeps_places, misses="places are free after"),
}
