"""What of the orders that were acknowledged is in the log afterwards: in PostgreSQL on every node,
and in every node's copy.

An order is there when both its statements are, each once, the last at the position that was told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import psycopg

from cluster.load import Acknowledged, Load
from cluster.nodes import Node, wait_until
from cluster.running import Cluster
from siege.attack import Bar, none, told
from siege.recording import OURS, recorded

Placed = Mapping[str, Mapping[str, list[int]]]
"""The positions of the halves of each order."""

EVENTS = "SELECT notification_id, state FROM annales.stored_events"

HEAD = "SELECT max(position) FROM annales.commits"

CATCHES_UP = 60.0
"""Seconds in which every node must have what the primary has."""


def in_postgresql(node: Node) -> Placed:
    """What the PostgreSQL of a node has, be it primary or standby."""
    placed: dict[str, dict[str, list[int]]] = {}
    for position, state in node.execute(EVENTS):
        if found := OURS.search(bytes(state)):
            name, half = (part.decode() for part in found.groups())
            placed.setdefault(name, {}).setdefault(half, []).append(position)
    return placed


def lost(acknowledged: Mapping[str, Acknowledged], placed: Placed) -> int:
    """How many events of acknowledged orders are not there, or not where they were told to be."""
    missing = 0
    for name, order in acknowledged.items():
        halves = placed.get(name, {})
        missing += sum(half not in halves for half in "ab")
        last = max((at for places in halves.values() for at in places), default=order.position)
        missing += 2 * (last != order.position)
    return missing


def twice(placed: Placed) -> int:
    """How many statements were recorded more than once."""
    return sum(len(places) > 1 for halves in placed.values() for places in halves.values())


def by_half(placed: Placed) -> int:
    """Of how many orders there is only one statement."""
    return sum(set(halves) != {"a", "b"} for halves in placed.values())


def everywhere(cluster: Cluster) -> Iterator[tuple[str, Placed]]:
    """What each place has that holds the log, once all have what the primary has: by its name.
    Raises TimeoutError."""
    head = cluster.primary().execute(HEAD)[0][0]
    for node in cluster.nodes:
        name = f"PostgreSQL of {node.name}"
        wait_until(partial(_has, node, head), f"{name} has @{head}", CATCHES_UP)
        yield name, in_postgresql(node)
    for node in cluster.nodes:
        name = f"the copy of {node.name}"
        wait_until(partial(_has_copied, node, head), f"{name} has @{head}", CATCHES_UP)
        yield name, recorded(node.chronicle)


def _has(node: Node, position: int) -> bool:
    try:
        return int(node.execute(HEAD)[0][0]) >= position
    except psycopg.OperationalError:
        return False  # it begins


def _has_copied(node: Node, position: int) -> bool:
    return node.head() >= position


def bars(cluster: Cluster, load: Load) -> Iterator[Bar]:
    """What clients were told, beside what there is."""
    events = 2 * len(load.acknowledged)
    yield told("events acknowledged", events)
    yield told("orders sent more than once", load.sent_again)
    places = list(everywhere(cluster))
    yield told("places where they must be", len(places))
    yield none("acknowledged events lost", max(lost(load.acknowledged, it) for _, it in places))
    yield none("statements recorded twice", max(twice(it) for _, it in places))
    yield none("halves of orders", max(by_half(it) for _, it in places))
    first = places[0][1]
    yield none("places that differ from the first", sum(it != first for _, it in places))
    words = ", ".join(f"{many} x {why}" for why, many in load.refused.items())
    yield none("orders refused", load.refused.total())._replace(measured=words or "0")
