"""A cluster on paper: how its parts wait for each other, event by event.

One turn to write, a wait for the disk of PostgreSQL and its standby, nodes that copy and bring
their views up to what they have, readers, and a cache in front. What each part costs is handed in:
it is measured one at a time (`benchmarks/scale.py`), and what many at a time come to is found here.
Chance comes from a seed, so the same cluster does the same again.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Generator, Iterator
from itertools import count, cycle
from random import Random
from typing import NamedTuple

from benchmarks.figures import quantile

Then = Callable[[], None]
Step = Callable[[Then], None]
"""Begins something, and goes on with what it is given when that is over."""

Steps = Generator[Step, None, None]
"""What one after the other is done by a client, a copier or a follower."""


class Costs(NamedTuple):
    """What the parts take, in seconds. All is of a processor, but what is waited for."""

    answered: float
    """An order, beside its turn: it is read and checked, and answered."""
    decided: float
    """An order while it has the turn, on its node and in PostgreSQL."""
    awaited: float
    """Waited for: that PostgreSQL, and a standby where it is told to, has a commit on its disk."""
    kept: float
    """Waited for: that a copy has on its disk what was written to it."""
    heard: float
    """Waited for: that another node hears of a commit."""
    page: float
    """To copy a page, and for each commit in it `copied`."""
    copied: float
    views: float
    """To bring the views up to what was copied, and for each commit in that `followed`."""
    followed: float
    read: float
    """An answer that is made anew."""
    given: float
    """An answer that the cache in front has, of a processor there."""


class Cluster(NamedTuple):
    """So many nodes, on a machine of so many cores each, or all of them on one."""

    nodes: int
    cores: int = 2
    front: int = 2
    """The cores of the cache in front."""
    is_one_machine: bool = False


class Asked(NamedTuple):
    """What is asked of it: by clients who ask again once they are answered, or by so many a
    second, by chance, who wait for nobody."""

    writers: int = 0
    readers: int = 0
    orders: float = 0.0
    reads: float = 0.0
    again: float = 0.0
    """The share of the reads that the cache in front has."""


class Outcome(NamedTuple):
    """What came of it: a second, in seconds, and what the views of some node lack in the end."""

    orders: float
    ordered: list[float]
    lags: list[float]
    """From a commit until the views of another node have it."""
    reads: float
    answered: list[float]
    behind: int
    busy: float
    """The part of their time that the processors of the nodes worked."""

    def lag(self, share: float) -> float:
        """The lag that a share of the commits does not exceed; 0 where none was seen."""
        return quantile(self.lags, share) if self.lags else 0.0

    def wait(self, share: float) -> float:
        """The same of reads."""
        return quantile(self.answered, share) if self.answered else 0.0


def simulated(
    costs: Costs, cluster: Cluster, asked: Asked, *, seconds: float, seed: int = 1959
) -> Outcome:
    """Let a cluster be asked for so many seconds of its own time.

    >>> free = Costs(*[0.0] * 11)._replace(read=0.01)
    >>> simulated(free, Cluster(nodes=1), Asked(readers=8), seconds=10).reads
    200.0
    """
    return _Running(costs, cluster, asked, Random(seed)).run(seconds)


class Clock:
    """Does what is due, in the order of time."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Then]] = []
        self._number = count()

    def after(self, seconds: float, then: Then) -> None:
        """Do something after so many seconds."""
        heapq.heappush(self._due, (self.now + seconds, next(self._number), then))

    def wait(self, seconds: float) -> Step:
        """A step that takes so long, and nobody's processor."""
        return lambda then: self.after(seconds, then)

    def start(self, steps: Steps) -> None:
        """Do some steps one after the other."""
        step = next(steps, None)
        if step is not None:
            step(lambda: self.start(steps))

    def run(self, seconds: float) -> None:
        """Do all that is due before that time."""
        while self._due and self._due[0][0] < seconds:
            self.now, _, then = heapq.heappop(self._due)
            then()
        self.now = seconds


class Places:
    """So many places, which are given to whoever came first: processors, a turn, a lock."""

    def __init__(self, clock: Clock, many: int) -> None:
        self.many = many
        self.worked = 0.0
        self._clock = clock
        self._free = many
        self._waiting: deque[Then] = deque()

    def take(self, then: Then) -> None:
        """A step that ends once a place is there."""
        if self._free:
            self._free -= 1
            then()
        else:
            self._waiting.append(then)

    def give(self) -> None:
        """Give the place to whoever waits."""
        if self._waiting:
            self._clock.after(0.0, self._waiting.popleft())
        else:
            self._free += 1

    def work(self, seconds: float) -> Steps:
        """Work at a place for so long."""
        yield self.take
        self.worked += seconds
        yield self._clock.wait(seconds)
        self.give()


class Bell:
    """Wakes whoever waits for it; one who was not waiting finds it rung."""

    def __init__(self) -> None:
        self._is_rung = False
        self._waiting: Then | None = None

    def ring(self) -> None:
        """Wake who waits."""
        self._is_rung = True
        if self._waiting is not None:
            then, self._waiting, self._is_rung = self._waiting, None, False
            then()

    def hear(self, then: Then) -> None:
        """A step that ends when it rings."""
        if self._is_rung:
            self._is_rung = False
            then()
        else:
            self._waiting = then


class Node:
    """A node: how far its copy is, and how far its views are."""

    def __init__(self, clock: Clock, processors: Places) -> None:
        self.processors = processors
        self.copy = Places(clock, 1)
        """The lock of the copy."""
        self.position = 0
        self.tracked = 0
        self.news = Bell()
        self.grown = Bell()


class _Running:
    def __init__(self, costs: Costs, cluster: Cluster, asked: Asked, chance: Random) -> None:
        self._costs, self._asked, self._chance = costs, asked, chance
        self._clock = Clock()
        self._turn = Places(self._clock, 1)
        self._front = Places(self._clock, cluster.front)
        machines = 1 if cluster.is_one_machine else cluster.nodes
        self._machines = [Places(self._clock, cluster.cores) for _ in range(machines)]
        self._nodes = [
            Node(self._clock, self._machines[number % machines]) for number in range(cluster.nodes)
        ]
        self._in_turn = cycle(self._nodes)
        self._committed: list[tuple[float, Node]] = []
        self._ordered: list[float] = []
        self._lags: list[float] = []
        self._answered: list[float] = []

    def run(self, seconds: float) -> Outcome:
        start = self._clock.start
        for node in self._nodes:
            start(self._copies(node))
            start(self._follows(node))
        for _ in range(self._asked.writers):
            start(self._again(self._orders))
        for _ in range(self._asked.readers):
            start(self._again(self._reads))
        for a_second, one in ((self._asked.orders, self._orders), (self._asked.reads, self._reads)):
            if a_second:
                start(self._by_chance(a_second, one))
        self._clock.run(seconds)
        worked = sum(machine.worked for machine in self._machines)
        places = sum(machine.many for machine in self._machines)
        return Outcome(
            orders=len(self._ordered) / seconds,
            ordered=self._ordered,
            lags=self._lags,
            reads=len(self._answered) / seconds,
            answered=self._answered,
            behind=len(self._committed) - min(node.tracked for node in self._nodes),
            busy=min(1.0, worked / places / seconds),
        )

    # --- who asks

    def _again(self, one: Callable[[Node], Steps]) -> Steps:
        """A client of one node who asks again at once."""
        node = next(self._in_turn)
        while True:
            yield from one(node)
            yield self._clock.wait(1e-9)  # where nothing costs anything, time still goes on

    def _by_chance(self, a_second: float, one: Callable[[Node], Steps]) -> Steps:
        """Many clients who do not know of each other."""
        while True:
            yield self._clock.wait(self._chance.expovariate(a_second))
            self._clock.start(one(next(self._in_turn)))

    def _orders(self, node: Node) -> Steps:
        """An order: the turn, what the copy lacks, the decision, PostgreSQL's disk, the copy's."""
        began, costs = self._clock.now, self._costs
        yield from node.processors.work(costs.answered)
        yield self._turn.take
        yield node.copy.take
        yield from self._take_in(node)
        yield from node.processors.work(costs.decided)
        yield self._clock.wait(costs.awaited)
        self._committed.append((self._clock.now, node))
        node.position = len(self._committed)
        self._turn.give()
        for other in self._nodes:
            if other is not node:
                self._clock.after(costs.heard, other.news.ring)
        yield self._clock.wait(costs.kept)
        node.copy.give()
        node.grown.ring()
        self._ordered.append(self._clock.now - began)

    def _reads(self, node: Node) -> Steps:
        """A read: of the cache in front, or made anew by a node."""
        began = self._clock.now
        if self._asked.again and self._chance.random() < self._asked.again:
            yield from self._front.work(self._costs.given)
        else:
            yield from node.processors.work(self._costs.read)
        self._answered.append(self._clock.now - began)

    # --- what a node does

    def _copies(self, node: Node) -> Steps:
        """The thread that copies what it hears of."""
        while True:
            yield node.news.hear
            yield node.copy.take
            yield from self._take_in(node)
            node.copy.give()
            node.grown.ring()

    def _take_in(self, node: Node) -> Steps:
        """Copy what is lacking, if anything is."""
        lacking = len(self._committed) - node.position
        if lacking:
            up_to = len(self._committed)
            yield from node.processors.work(self._costs.page + lacking * self._costs.copied)
            yield self._clock.wait(self._costs.kept)
            node.position = up_to

    def _follows(self, node: Node) -> Steps:
        """The thread that brings the views up to the copy."""
        while True:
            yield node.grown.hear
            while node.tracked < node.position:
                up_to = node.position
                taken = self._costs.views + (up_to - node.tracked) * self._costs.followed
                yield from node.processors.work(taken)
                self._lags.extend(self._seen(node, up_to))
                node.tracked = up_to

    def _seen(self, node: Node, up_to: int) -> Iterator[float]:
        """How long ago the commits of other nodes were, of those that the views now have."""
        for committed, by in self._committed[node.tracked : up_to]:
            if by is not node:
                yield self._clock.now - committed
