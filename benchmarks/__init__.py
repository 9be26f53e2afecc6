"""How fast Annales is, beside a peer in the same run. Figures are printed, never asserted.

`BENCHMARKS` is the one list: a new one is a file with a function `run(small=…)`
that yields tables, and a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks import (
    asking,
    drawing,
    expectations,
    feeding,
    following,
    loading,
    orders,
    promises,
    serving,
    trends,
)
from benchmarks.figures import Figures

BENCHMARKS: dict[str, Callable[..., Iterator[Figures]]] = {
    "loading": loading.run,
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
