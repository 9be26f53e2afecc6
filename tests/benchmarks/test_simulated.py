"""The cluster on paper: what follows from its costs by arithmetic, it comes to."""

from __future__ import annotations

from statistics import fmean

import pytest

from benchmarks.simulated import Asked, Clock, Cluster, Costs, Places, Steps, simulated

FREE = Costs(*[0.0] * len(Costs._fields))


def test_a_turn_is_had_by_one_at_a_time() -> None:
    """However many write, by however many nodes, a commit takes its turn whole."""
    costs = FREE._replace(decided=0.001, awaited=0.004)
    for nodes, writers in ((1, 1), (1, 8), (3, 8)):
        asked = Asked(writers=writers)
        assert simulated(costs, Cluster(nodes), asked, seconds=10).orders == pytest.approx(
            200, rel=0.01
        )


def test_what_an_order_takes_beside_its_turn_is_done_by_many_at_once() -> None:
    """It makes one client wait, and not the others."""
    costs = FREE._replace(answered=0.010, awaited=0.001)
    one, many = (
        simulated(costs, Cluster(1, cores=8), Asked(writers=writers), seconds=10).orders
        for writers in (1, 8)
    )
    assert one == pytest.approx(1 / 0.011, rel=0.01)
    assert many == pytest.approx(8 * one, rel=0.2)


def test_a_commit_of_another_node_is_seen_after_what_its_parts_take() -> None:
    """One at a time, the lag is their sum."""
    costs = FREE._replace(heard=0.001, page=0.002, copied=0.003, kept=0.004, views=0.005)
    outcome = simulated(costs._replace(followed=0.006), Cluster(2), Asked(orders=2), seconds=50)
    assert outcome.lag(0.1) == pytest.approx(0.021)
    assert outcome.lag(0.99) < 0.05
    assert outcome.behind == 0


def test_what_comes_faster_than_it_is_followed_is_told() -> None:
    """Views that take longer than the commits before them are ever more behind."""
    costs = FREE._replace(followed=0.02)
    assert simulated(costs, Cluster(1), Asked(orders=100), seconds=10).behind > 400
    assert simulated(costs, Cluster(1), Asked(orders=25), seconds=10).behind < 10


def test_reads_grow_with_nodes_and_not_on_one_machine() -> None:
    """Each answers what its own cores can."""
    costs = FREE._replace(read=0.01)
    asked = Asked(readers=32)
    for nodes in (1, 2, 4):
        cluster = Cluster(nodes, cores=2)
        assert simulated(costs, cluster, asked, seconds=5).reads == pytest.approx(200 * nodes)
        shared = cluster._replace(is_one_machine=True)
        assert simulated(costs, shared, asked, seconds=5).reads == pytest.approx(200)


def test_the_cache_in_front_takes_its_share_from_the_nodes() -> None:
    """What it has takes nothing of a node, and what it has not takes all."""
    costs = FREE._replace(read=0.01, given=0.0001)
    outcome = simulated(costs, Cluster(2, cores=2), Asked(reads=1000, again=0.9), seconds=10)
    assert outcome.reads == pytest.approx(1000, rel=0.05)
    assert outcome.busy == pytest.approx(100 * 0.01 / 4, rel=0.1)
    assert outcome.wait(0.5) < 0.001
    assert outcome.wait(0.99) >= 0.01


def test_who_comes_by_chance_waits_as_the_theory_of_queues_says() -> None:
    """One place, a service of always the same length: Pollaczek and Khinchin have the mean."""
    costs, busy = FREE._replace(read=0.01), 0.7
    outcome = simulated(costs, Cluster(1, cores=1), Asked(reads=busy / 0.01), seconds=2000)
    waited = fmean(outcome.answered) - 0.01
    assert waited == pytest.approx(0.01 * busy / (2 * (1 - busy)), rel=0.05)
    assert outcome.busy == pytest.approx(busy, rel=0.02)


def test_the_same_cluster_does_the_same_again() -> None:
    """Chance comes from a seed."""
    costs = FREE._replace(read=0.001, decided=0.001, followed=0.001)
    asked = Asked(orders=50, reads=500)
    one, again, other = (
        simulated(costs, Cluster(2), asked, seconds=2, seed=seed) for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


def test_places_are_given_in_the_order_of_coming() -> None:
    """Nobody is overtaken, and the time that they worked is counted."""
    clock = Clock()
    places = Places(clock, 1)
    ended: list[tuple[str, float]] = []

    def work(name: str, seconds: float) -> Steps:
        yield from places.work(seconds)
        ended.append((name, clock.now))

    for name, seconds in (("long", 3.0), ("short", 1.0), ("last", 1.0)):
        clock.start(work(name, seconds))
    clock.run(10.0)
    assert ended == [("long", 3.0), ("short", 4.0), ("last", 5.0)]
    assert places.worked == 5.0
    assert clock.now == 10.0
