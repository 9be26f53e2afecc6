"""A walk through a failover: a cluster is brought up and written to, the node that leads is killed,
comes back, and all that was acknowledged is looked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from cluster import counting
from cluster.nodes import wait_until
from cluster.running import Settings, running
from cluster.trial import Trial

Tell = Callable[[str], None]


def walk(tell: Tell, settings: Settings) -> int:
    """Walk, and tell what is seen; returns how many acknowledged events were lost. Raises
    TimeoutError, ChildProcessError."""
    began = time.monotonic()
    with running(settings) as cluster:
        tell(f"up after {time.monotonic() - began:.0f} s: {cluster.front} before")
        for node in cluster.nodes:
            role = "leads" if node.is_primary() else "follows"
            tell(f"  {node.name}: {node.url}; its PostgreSQL {role}")
        trial = Trial(cluster, "walk")
        with trial.under_load():
            node = cluster.primary()
            orders = len(trial.load.acknowledged)
            tell(f"{orders} orders acknowledged; kill -9 of all that runs on {node.name}")
            trial.now()
            node.kill()
            gap = trial.await_acknowledgements()
            tell(f"orders are acknowledged again after {gap:.1f} s; {node.name} begins again")
            node.begin()
            back = wait_until(node.is_standby, f"{node.name} follows", 120)
            tell(f"{node.name} follows after {back:.1f} s")
            cluster.wait_until_whole()
        for line in _seen(trial):
            tell(line)
        places = list(counting.everywhere(cluster))
        lost = max(counting.lost(trial.load.acknowledged, placed) for _, placed in places)
        for name, placed in places:
            missing = counting.lost(trial.load.acknowledged, placed)
            tell(f"  {name}: {len(placed):,} orders, {missing} events missing")
    return lost


def _seen(trial: Trial) -> Iterator[str]:
    load, witness, answers = trial.load, trial.witness, trial.answers
    yield f"led before: {trial.before}; leads after: {trial.cluster.primary().name}"
    told = witness.next_primary(trial.before, trial.at)
    part = f"; {told[0]} took commits after {told[1]:.1f} s" if told else ""
    yield f"the gap as clients felt it: {load.gap(trial.at):.1f} s{part}"
    later = ", ".join(f"{many} x {why}" for why, many in load.later.items())
    yield (
        f"orders: {len(load.acknowledged):,} acknowledged, {load.sent_again:,} of them sent again"
        f" ({later}), {load.refused.total()} refused"
    )
    yield (
        f"settled answers compared: {answers.asked:,} of {len(answers.first):,} addresses,"
        f" {len(answers.wrong)} wrong; commits of a second writer: {witness.two_writers()}"
    )
