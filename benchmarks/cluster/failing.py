"""The gap of a failover, as clients felt it through HAProxy, and which part of it was Patroni's.

The faults are those of `scripts/cluster faults`, with its clients and its bars: three nodes under
Patroni and etcd, clients that send an order again until it is answered, and all that was
acknowledged looked for in every place where it must be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from benchmarks.figures import Figures

if TYPE_CHECKING:
    from siege.attack import Bar

WHICH = ("killed", "frozen", "etcd")
"""The faults whose gap is told; of a small run the first."""

GAP = "the gap as clients felt it"
OF_PATRONI = "of it until PostgreSQL took commits"
LOST = "acknowledged events lost"
ACKNOWLEDGED = "events acknowledged"


def run(names: Sequence[str] = WHICH) -> Iterator[Figures]:
    """Some faults of one cluster, one after the other."""
    # The siege and the cluster stand on benchmarks themselves.
    from cluster import Settings, running  # noqa: PLC0415
    from cluster.faults import FAULTS  # noqa: PLC0415

    with running(Settings()) as cluster:
        rows = [row(name, list(FAULTS[name].run(cluster))) for name in names]
    yield Figures(
        "The gap of a failover, through HTTP, of three nodes under Patroni and etcd",
        ("", "gap", "bar", "met", "of it Patroni's", "acknowledged", "lost"),
        rows,
        note=(
            "The longest time in which nothing was acknowledged. Patroni's part is until a"
            " PostgreSQL took commits again; events are those that clients were told of."
        ),
    )


def row(name: str, bars: Sequence[Bar]) -> list[str]:
    """What is told of a fault, out of all that was held against a bar. Raises KeyError."""
    found = {bar.what: bar for bar in bars}
    gap = found[GAP]
    return [
        name,
        gap.measured,
        gap.bar,
        "yes" if gap.held else "no",
        found[OF_PATRONI].measured,
        found[ACKNOWLEDGED].measured,
        found[LOST].measured,
    ]
