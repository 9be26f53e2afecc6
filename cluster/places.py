"""Where the nodes of a cluster stand: each has an address of its own, all have the same ports."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import closing
from typing import NamedTuple

NAMES = ("one", "two", "three")

FIRST, LAST = 20_000, 32_000
"""Where free ports are looked for: below those that the system gives to whoever connects."""


class Place(NamedTuple):
    """A node's name, its address among the nodes and the one that clients reach; `within` is what
    stands before a command that is to run there."""

    name: str
    inside: str
    outside: str
    within: tuple[str, ...] = ()


class Ports(NamedTuple):
    """The ports of each node, and those of HAProxy."""

    etcd: int
    peers: int
    postgresql: int
    patroni: int
    annales: int
    http: int
    https: int

    @classmethod
    def beginning(cls, first: int) -> Ports:
        """Those from a first one on."""
        return cls(*range(first, first + len(cls._fields)))


def on_loopback() -> tuple[Place, ...]:
    """Places on this machine, which share its network."""
    return tuple(
        Place(name, f"127.0.0.{number}", f"127.0.0.{number}")
        for number, name in enumerate(NAMES, 1)
    )


def free_ports(places: Iterable[Place]) -> Ports:
    """Ports that nobody has at any of some places. Raises OSError where there are none."""
    hosts = {"127.0.0.1", *(place.inside for place in places if not place.within)}
    for first in range(FIRST, LAST, len(Ports._fields)):
        ports = Ports.beginning(first)
        if all(_is_free(host, port) for host in hosts for port in ports):
            return ports
    raise OSError(f"no ports are free between {FIRST} and {LAST}")


def _is_free(host: str, port: int) -> bool:
    try:
        with closing(socket.create_server((host, port))):
            return True
    except OSError:
        return False
