"""A hostile test of Annales on this machine: attacks, what they measured, and the bars for it.

`ATTACKS` is the one list: a new one is a file with a function `run(ground)` that yields bars, its
`TEETH`, which run the same on something that is broken, and a line here. An attack speaks to
servers of its own on the loopback, from other addresses than the client who behaves.
"""

from __future__ import annotations

from siege import (
    bodies,
    clocks,
    connections,
    damages,
    disk,
    flips,
    followers,
    kills,
    polls,
    power,
    questions,
    routes,
    texts,
    writers,
)
from siege.attack import Attack

ATTACKS: dict[str, Attack] = {
    "kills": Attack(kills.run, kills.TEETH),
    "connections": Attack(connections.run, connections.TEETH),
    "damages": Attack(damages.run, damages.TEETH),
    "questions": Attack(questions.run, questions.TEETH),
    "polls": Attack(polls.run, polls.TEETH),
    "power": Attack(power.run, power.TEETH),
    "flips": Attack(flips.run, flips.TEETH),
    "disk": Attack(disk.run, disk.TEETH),
    "bodies": Attack(bodies.run, bodies.TEETH),
    "writers": Attack(writers.run, writers.TEETH),
    "followers": Attack(followers.run, followers.TEETH),
    "clocks": Attack(clocks.run, clocks.TEETH),
    "routes": Attack(routes.run, routes.TEETH),
    "texts": Attack(texts.run, texts.TEETH),
}
