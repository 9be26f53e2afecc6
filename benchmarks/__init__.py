"""How fast Annales is, beside a peer in the same run. Figures are printed, never asserted.

`BENCHMARKS` is the one list: a new one is a file with a function `run(small=…)` that yields tables,
and a line here. `REPORTS` are those about a world of any size, which `RESULTS.md` keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks import (
    asking,
    bars,
    cluster,
    drawing,
    expectations,
    feeding,
    following,
    growth,
    ledger,
    loading,
    orders,
    promises,
    scale,
    serving,
    trends,
)
from benchmarks.figures import Figures
from benchmarks.peers import beside

BENCHMARKS: dict[str, Callable[..., Iterator[Figures]]] = {
    "loading": loading.run,
    "ledger": ledger.run,
    "following": following.run,
    "asking": asking.run,
    "serving": serving.run,
    "orders": orders.run,
    "trends": trends.run,
    "expectations": expectations.run,
    "promises": promises.run,
    "feeding": feeding.run,
    "drawing": drawing.run,
}

REPORTS: dict[str, Callable[..., Iterator[Figures]]] = {
    "peers": beside.run,
    "growth": growth.run,
    "bars": bars.run,
    "cluster": cluster.run,
    "scale": scale.run,
}
