"""A disk that is full under the log and the views, while clients record and read.

An order that has no room is refused as 507 and leaves nothing behind; what was recorded is read as
before, `/readyz` tells of it, and once there is room all goes on unaided.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from siege.attack import Bar, Tooth, below, every, none, told
from siege.ground import Ground, key
from siege.kills import verified
from siege.recording import Writers, statements
from siege.server import Server, served

SIZE = 24
"""Megabytes of the file system that is filled."""

RESUMES_IN = 10.0
"""Seconds."""

NO_ROOM = 507

PATHS = ("/v1/state?at=2016&country=CN", "/v1/records/juno", "/state?at=2013", "/v1/changes")


def run(ground: Ground) -> Iterator[Bar]:
    """A small file system as root; without, a largest size of files of the server's processes."""
    yield from _filled(ground)


def _filled(ground: Ground, *, forgets: bool = False) -> Iterator[Bar]:
    with _small_disk(ground) as (folder, fill, make_room):
        with served(folder) as server:
            token = key(folder)
            writers = Writers(server, token)
            with writers.recording(2):
                time.sleep(0.5)
                fill(server)
                refused = _orders(server, token, many=ground.many(short=8, long=100))
                read = [server.ask(path).status for path in PATHS * 3]
                ready = server.ask("/readyz")
                time.sleep(0.5)
                make_room(server)
                resumed = time.monotonic()
                server.wait("/readyz", seconds=3 * RESUMES_IN)
                late = _until_recorded(server, token)
            after = time.monotonic() - resumed
            server.end()
        if forgets:
            writers.acknowledged["a lost one"] = 1
        yield told("orders without room were answered", _told(refused))
        yield every("of them refused as 507", refused[NO_ROOM], of=refused.total())
        yield every("reads answered meanwhile", read.count(200), of=len(read))
        says = ready.status == 503 or ready.json().get("failure") is not None
        yield Bar(
            "/readyz meanwhile", f"{ready.status} {ready.body.decode()[:120]}", "says so", says
        )
        yield below("ready and recording again after", after, ground.time(RESUMES_IN), "s")
        yield none("orders refused once there is room", late != 201)
        yield from writers.bars(folder)
        yield verified(folder)


def _told(statuses: Counter[int]) -> str:
    return ", ".join(f"{many} x {status}" for status, many in statuses.items())


@contextmanager
def _small_disk(
    ground: Ground,
) -> Iterator[tuple[Path, Callable[[Server], None], Callable[[Server], None]]]:
    """A folder with the shipped chronicle, what fills its disk, and what makes room again."""
    disk = ground.folder / "disk"
    disk.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(  # noqa: S603 -- no argument from outside
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "none", disk],  # noqa: S607 -- the system's
            check=False,
            capture_output=True,
        ).returncode
    )
    ballast = disk / "ballast"

    def fill(server: Server) -> None:
        if not mounted:
            _limit(server, 64 * 1024)
            return
        with ballast.open("wb", buffering=0) as file:
            try:
                for size in (1 << 20, 4096):
                    while file.write(bytes(size)) == size:
                        pass
            except OSError:
                return

    def make_room(server: Server) -> None:
        if mounted:
            ballast.unlink()
        else:
            _limit(server, resource.RLIM_INFINITY)

    try:
        yield Ground(folder=disk, short=ground.short).shipped(), fill, make_room
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", disk], check=True)  # noqa: S603, S607 -- as above


def _limit(server: Server, size: int) -> None:
    for pid in (server.pid, *server.workers()):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _orders(server: Server, token: str, *, many: int) -> Counter[int]:
    """How orders are answered that are larger than whatever room is left somewhere."""
    came: Counter[int] = Counter()
    for number in range(many):
        lines = [
            each | {"summary": "x" * 4000, "title": "large"}
            for part in range(500)
            for each in statements(f"large-{number}-{part}")
        ]
        came[_order(server, token, b"\n".join(map(msgspec.json.encode, lines)))] += 1
    return came


def _until_recorded(server: Server, token: str) -> int:
    """The status of an order after the one that may have met the full disk."""
    status = 0
    for number in range(20):
        body = b"\n".join(map(msgspec.json.encode, statements(f"late-{number}")))
        if (status := _order(server, token, body)) == 201:
            break
        time.sleep(0.2)
    return status


def _order(server: Server, token: str, body: bytes) -> int:
    return server.ask(
        "/v1/batches",
        "POST",
        body,
        Authorization=f"Bearer {token}",
        Content_Type="application/jsonl",
    ).status


def _lost(ground: Ground) -> Iterator[Bar]:
    """An order was acknowledged that is not there."""
    yield from _filled(ground, forgets=True)


TEETH = {
    "an acknowledged order is lost": Tooth(_lost, misses="acknowledged orders lost"),
}
