"""Thousands of connections that say nothing, or a byte a second.

The server has to answer others meanwhile, close every one of them in its time, and not end. Where
its descriptors run out it has to keep its words short, and to answer again afterwards.
"""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import cast

from siege.attack import Bar, Tooth, below, every, none, told
from siege.clients import Behaving, crowd
from siege.ground import Ground
from siege.server import ATTACKER, HOST, Server, served

CLOSED_IN = 30.0
"""Seconds."""

HEALTH, RECORD = 50, 500
"""Milliseconds."""

KINDS = {
    "idle": b"",
    "slow head": b"GET /v1/records/juno HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    "slow body": b"POST /v1/batches HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n",
}
"""What each kind sends at once. The slow ones go on, a byte a second."""

QUICKER = """
from service.serving import connection
connection.HEAD_SECONDS, connection.BODY_SECONDS, connection.IDLE_SECONDS = 2, 4, 4
"""
"""A server that waits less long, for the short form."""

TABLE = 256
FEW = f"""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({TABLE}, {TABLE}))
"""
"""A server that has so few descriptors that it runs out of them."""


def run(ground: Ground) -> Iterator[Bar]:
    """Idle connections, heads and bodies that drip; and more than there are descriptors."""
    quicker = ground.many(short=QUICKER, long="")
    with served(ground.shipped(), before=quicker) as server:
        yield from _crowded(server, ground)
    with served(ground.shipped("few"), before=quicker + FEW) as server:
        yield from _run_out(server, ground)


def _crowded(server: Server, ground: Ground) -> Iterator[Bar]:
    idle, slow = ground.many(short=(500, 100), long=(5000, 500))
    kinds = {"idle": idle, "slow head": slow, "slow body": slow}
    seconds = ground.many(short=8.0, long=CLOSED_IN)
    behaving = Behaving(server, ["juno", "cepc"])
    with behaving.asking(), crowd(hold, server.port, kinds, seconds) as said:
        opened, lasted = said()
    yield told("connections opened", opened)
    for kind, many in kinds.items():
        closed = [each for each in lasted[kind] if each is not None]
        yield every(f"closed, {kind}", len(closed), of=many)
        yield below(f"the last closed, {kind}", max(closed, default=0.0), seconds, "s")
    yield from behaving.bars(health=ground.time(HEALTH), record=ground.time(RECORD))
    yield none("servers ended", not server.is_running)


def _run_out(server: Server, ground: Ground) -> Iterator[Bar]:
    """More connections than a server has descriptors."""
    said_before = server.words.stat().st_size
    with crowd(hold, server.port, {"idle": 3 * TABLE}, 0.0) as said:
        said()
    yield below(
        "answers after descriptors ran out",
        server.wait("/v1/records/juno"),
        ground.many(short=8.0, long=15.0),
        "s",
    )
    words = server.words.stat().st_size - said_before
    yield below("words on stderr meanwhile", words / 1000, 20, "kB")
    yield none("servers ended without descriptors", not server.is_running)


def hold(
    is_over: Callable[[], bool],  # noqa: ARG001 -- it is over when all are closed
    port: int,
    kinds: dict[str, int],
    seconds: float,
) -> tuple[int, dict[str, list[float | None]]]:
    """Open so many connections of each kind, and watch them until all are closed, or for so long
    and five seconds; returns how many were opened, and how long each lasted, if it was closed."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return asyncio.run(_hold(port, kinds, seconds + 5))


async def _hold(
    port: int, kinds: dict[str, int], seconds: float
) -> tuple[int, dict[str, list[float | None]]]:
    loop = asyncio.get_running_loop()
    held: dict[str, list[_Held]] = {kind: [] for kind in kinds}
    for kind, many in kinds.items():
        for number in range(many):
            with suppress(OSError):
                _, connection = await loop.create_connection(
                    partial(_Held, KINDS[kind], drips="slow" in kind),
                    HOST,
                    port,
                    local_addr=(ATTACKER, 0),
                )
                held[kind].append(connection)
            if number % 100 == 99:
                await asyncio.sleep(0.02)  # no flood, which is another attack
    everyone = [each for some in held.values() for each in some]
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and any(each.lasted is None for each in everyone):
        for each in everyone:
            each.drip()
        await asyncio.sleep(1)
    return len(everyone), {kind: [each.lasted for each in some] for kind, some in held.items()}


class _Held(asyncio.Protocol):
    """One connection, which is never left."""

    def __init__(self, first: bytes, *, drips: bool) -> None:
        self.lasted: float | None = None
        self._first, self._drips = first, drips

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say what is said at once."""
        self._transport = cast("asyncio.Transport", transport)
        self._began = time.monotonic()
        if self._first:
            self._transport.write(self._first)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 -- of the protocol
        """Note how long it lasted."""
        self.lasted = time.monotonic() - self._began

    def drip(self) -> None:
        """One byte more."""
        if self._drips and self.lasted is None:
            self._transport.write(b"a")


def _patient(ground: Ground) -> Iterator[Bar]:
    """A server that waits for ever."""
    for_ever = (
        "from service.serving import connection as it\n"
        "it.HEAD_SECONDS = it.BODY_SECONDS = it.IDLE_SECONDS = 1e6"
    )
    with served(ground.shipped(), before=for_ever) as server:
        behaving = Behaving(server, ["juno"])
        with (
            behaving.asking(),
            crowd(hold, server.port, {"idle": 20, "slow head": 20}, 1.0) as said,
        ):
            _, lasted = said()
        yield from (
            every(f"closed, {kind}", sum(each is not None for each in some), of=20)
            for kind, some in lasted.items()
        )


TEETH = {"a server waits for ever": Tooth(_patient, misses="closed, slow head")}
