"""Places with a network of their own each, on a bridge of this machine, which can be cut.

For root alone. What is cut is silent: packets go to a machine that there is not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cluster.places import NAMES, Place

NETWORK = "10.77.0.0/24"

NOBODYS = "02:00:00:00:00:99"
"""The address of no card in it."""


def are_there() -> bool:
    """Whether this program may make them."""
    return os.geteuid() == 0 and shutil.which("ip") is not None


@contextmanager
def networks() -> Iterator[tuple[Place, ...]]:
    """Three places, until the end of the block. Raises CalledProcessError."""
    ours = os.getpid() % 100_000
    bridge = f"an{ours}"
    places = tuple(
        Place(name, host, host, ("ip", "netns", "exec", f"annales-{ours}-{name}"))
        for number, name in enumerate(NAMES, 11)
        for host in [f"10.77.0.{number}"]
    )
    try:
        _ip("link", "add", bridge, "type", "bridge")
        _ip("addr", "add", "10.77.0.1/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for number, place in enumerate(places):
            space, cable = place.within[-1], f"{bridge}v{number}"
            _ip("netns", "add", space)
            _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("link", "set", cable, "master", bridge, "up")
            for words in (
                ("addr", "add", f"{place.inside}/24", "dev", "eth0"),
                ("link", "set", "eth0", "up"),
                ("link", "set", "lo", "up"),
            ):
                _ip("-n", space, *words)
        yield places
    finally:
        for place in places:
            _ip("netns", "del", place.within[-1], must=False)
        _ip("link", "del", bridge, must=False)


def cut(place: Place, others: Sequence[Place]) -> None:
    """Let a place and others hear nothing of each other; clients reach all of them still."""
    for here, there in _pairs(place, others):
        words = ("replace", there.inside, "lladdr", NOBODYS, "nud", "permanent", "dev", "eth0")
        _ip("-n", here.within[-1], "neigh", *words)


def heal(place: Place, others: Sequence[Place]) -> None:
    """Let them hear of each other again."""
    for here, there in _pairs(place, others):
        _ip("-n", here.within[-1], "neigh", "del", there.inside, "dev", "eth0")


def _pairs(place: Place, others: Sequence[Place]) -> Iterator[tuple[Place, Place]]:
    for other in others:
        yield place, other
        yield other, place


def _ip(*words: str, must: bool = True) -> None:
    subprocess.run(["ip", *words], check=must, capture_output=True)  # noqa: S603, S607
