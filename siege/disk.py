"""A disk that is full under the log and the views, while clients record and read.

An order that has no room is refused as 507 and leaves nothing behind (one may still fit what the
log has taken of the disk before); what was recorded is read as before, `/readyz` tells of it, and
once there is room all goes on unaided.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress

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

BALLAST = "ballast"

LARGEST_FILE = 64 * 1024
"""Bytes, where there is no root."""

PATHS = ("/v1/state?at=2016&country=CN", "/v1/records/juno", "/state?at=2013", "/v1/changes")


def run(ground: Ground) -> Iterator[Bar]:
    """A small file system as root; without, a largest size of files of the server's processes."""
    yield from _filled(ground)


def _filled(ground: Ground, *, forgets: bool = False) -> Iterator[Bar]:
    with closing(Disk(ground)) as disk:
        folder = disk.folder
        with served(folder) as server:
            token = key(folder)
            writers = Writers(server, token)
            with writers.recording(2):
                time.sleep(0.5)
                disk.fill(server)
                refused = _orders(server, token, many=ground.many(short=4, long=100))
                read = [server.ask(path).status for path in PATHS * 3]
                ready = server.ask("/readyz")
                small = _order(server, token, _lines("small"))
                time.sleep(0.5)
                disk.make_room(server)
                resumed = time.monotonic()
                server.wait("/readyz", seconds=3 * RESUMES_IN)
                late = _until_recorded(server, token)
            after = time.monotonic() - resumed
            server.end()
        if forgets:
            writers.acknowledged["a lost one"] = 1
        yield told("orders without room were answered", _told(refused))
        without = sum(refused[status] for status in disk.refusals)
        yield Bar("of them refused as 507", str(without), "some", without > 0)
        yield every("of them recorded or refused", without + refused[201], of=refused.total())
        yield every("reads answered meanwhile", read.count(200), of=len(read))
        # Where a large order has no room, a small one may have some.
        says = small == 201 or ready.json()["failure"] is not None
        told_ready = f"{ready.status} {ready.json()['failure']}; a small order {small}"
        yield Bar("/readyz meanwhile", told_ready, "says so", says)
        yield below("ready and recording again after", after, ground.time(RESUMES_IN), "s")
        yield none("orders refused once there is room", late != 201)
        yield from writers.bars(folder)
        yield verified(folder)


def _told(statuses: Counter[int]) -> str:
    return ", ".join(f"{many} x {status}" for status, many in statuses.items())


class Disk:
    """A disk that can be filled, with a folder of the shipped chronicle on it.

    As root it is a small file system of its own. Without, it is full for the processes of a server
    alone: they may write no file beyond a size.
    """

    def __init__(self, ground: Ground) -> None:
        self._mount = ground.folder / "disk"
        self._mount.mkdir()
        self._is_small = os.geteuid() == 0 and _succeeds(
            "mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "none", str(self._mount)
        )
        self.folder = Ground(folder=self._mount, short=ground.short).shipped()

    @property
    def refusals(self) -> frozenset[int]:
        """How an order may be refused: a file that is too large may be any fault of a disk."""
        return frozenset({507}) if self._is_small else frozenset({503, 507})

    def fill(self, server: Server) -> None:
        """Leave no room."""
        if not self._is_small:
            _limit(server, LARGEST_FILE)
            return
        with (self._mount / BALLAST).open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass

    def make_room(self, server: Server) -> None:
        """Let there be room again."""
        if self._is_small:
            (self._mount / BALLAST).unlink()
        else:
            _limit(server, resource.RLIM_INFINITY)

    def close(self) -> None:
        """Take the file system away."""
        if self._is_small:
            _succeeds("umount", "--lazy", str(self._mount))


def _succeeds(*command: str) -> bool:
    done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 -- mount, umount
    return done.returncode == 0


def _limit(server: Server, size: int) -> None:
    for pid in (server.pid, *server.workers()):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


MOST_ORDERS = 60
"""More than fit what a log takes of a disk before it begins its write-ahead log anew."""


def _orders(server: Server, token: str, *, many: int) -> Counter[int]:
    """How large orders are answered, until so many were not recorded."""
    came: Counter[int] = Counter()
    for number in range(MOST_ORDERS + many):
        if came.total() - came[201] == many:
            break
        lines = [
            each | {"summary": "x" * 4000, "title": "large"}
            for part in range(50)
            for each in statements(f"large-{number}-{part}")
        ]
        came[_order(server, token, b"\n".join(map(msgspec.json.encode, lines)))] += 1
    return came


def _until_recorded(server: Server, token: str) -> int:
    """The status of an order after the one that may have met the full disk."""
    status = 0
    for number in range(20):
        if (status := _order(server, token, _lines(f"late-{number}"))) == 201:
            break
        time.sleep(0.2)
    return status


def _lines(name: str) -> bytes:
    return b"\n".join(map(msgspec.json.encode, statements(name)))


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
