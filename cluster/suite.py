"""Faults are carried out one after the other, those of the same place on the same cluster."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from cluster.faults import FAULTS
from cluster.running import Cluster, running
from siege.attack import Bar, Outcome, within
from siege.results import figures

LONGEST = 480.0
"""Seconds after which a fault has failed."""


def carry_out(names: Sequence[str], tell: Callable[[str], None], first_port: int | None) -> int:
    """Carry out faults, and tell what came of each; the exit code. One that wants root is left out
    without it, and that is told."""
    outcomes: list[Outcome] = []
    waiting = []
    for name in (name for name in FAULTS if name in names):
        if FAULTS[name].wants_root and os.geteuid():
            tell(f"{name}: not carried out, as only root can")
        else:
            waiting.append(name)
    while waiting:
        place = FAULTS[waiting[0]].place
        with place() as settings, running(replace(settings, first_port=first_port)) as cluster:
            while waiting and FAULTS[waiting[0]].place is place:
                outcome = carried_out(waiting.pop(0), cluster)
                outcomes.append(outcome)
                tell(f"\n{figures(outcome)}\n")
                if outcome.failure is not None:
                    tell(cluster.words())
                    break  # it may not be whole: what follows gets another
    missed = [each.name for each in outcomes if not each.held]
    if missed:
        tell(f"not held: {', '.join(missed)}")
        return 1
    tell(f"all held: {', '.join(each.name for each in outcomes)}")
    return 0


def carried_out(name: str, cluster: Cluster) -> Outcome:
    """Carry out one fault, to its end or until its time is over."""
    began, failure = time.monotonic(), None
    bars: list[Bar] = []
    try:
        with within(LONGEST):
            bars.extend(FAULTS[name].run(cluster))
    except Exception as error:  # noqa: BLE001 -- it is told, and others are carried out
        failure = f"{type(error).__name__}: {error}"
    return Outcome(name, bars, time.monotonic() - began, failure)
