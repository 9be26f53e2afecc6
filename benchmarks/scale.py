"""`scripts/bench scale`: where Annales breaks as its log grows, and how far reads can grow.

Nothing of a billion statements is measured. What is measured is how each cost grows up to a size
that fits a quarter of an hour (`growth`), and what each part of a small cluster takes; from the one
it is computed what a larger log costs, from the other found by a model
(`benchmarks/simulated.py`) what many at a time come to. How far the model is from the small
cluster itself is told beside it.
"""

from __future__ import annotations

import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import growth
from benchmarks.cluster import nodes_of, parts
from benchmarks.cluster.parts import Seen, Small
from benchmarks.cluster.starting import by_replay
from benchmarks.figures import Figures, milliseconds
from benchmarks.growth import Measured, slope
from benchmarks.kept import CACHE, world_of
from benchmarks.loading import BATCH
from benchmarks.results import rewrite
from benchmarks.servers import CONNECTIONS, annales
from benchmarks.simulated import Asked, Cluster, Costs, Outcome, simulated
from benchmarks.typical import OF_THE_WORLD
from events.ledger.ledger import Ledger
from events.ledger.publishing import Publisher
from service.archive import Archive

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "scale.md"

SIZES = (10**6, 10**7, 10**8, 10**9, 10**11)
"""The statements of the logs that are computed."""

WRITTEN = (10**6, 10**9, 10**11)

SIMULATED = (10**6, 10**7, 10**8, 10**9)

READS = 100_000
"""How many reads a second a cluster is to answer."""

ORDERS = 20
"""How many orders a second come meanwhile."""

CORES = 8
"""The cores of a machine of such a cluster."""

FULL = 0.6
"""The part of their time that its processors are to work."""

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86_400, 31_557_600

TABLE_OF_POSTGRESQL = 32 * 2**40
"""Bytes: a table of PostgreSQL with pages of 8 KiB holds no more."""


TABLE = "SELECT pg_table_size('annales.stored_events')"


class Law(NamedTuple):
    """How something grows: what it was in logs of some sizes, the smallest first. `holds` is the
    most that one machine of today takes, or whoever waits, and `then` what is done beyond that."""

    title: str
    sizes: Sequence[float]
    values: Sequence[float]
    text: Callable[[float], str]
    adds_up: bool = True
    """Whether all of the log is read: then it grows by so much a statement, however large a part of
    it at a small size was for something else. If not, it grows by its slope."""
    holds: float = math.inf
    then: str = ""

    @property
    def slope(self) -> float:
        """The exponent with which it grew; 1 where only one size was measured."""
        return 1.0 if self.sizes[0] == 0 else slope(self.sizes, self.values)

    @property
    def each(self) -> float:
        """What a statement more costs, from the smallest size to the largest."""
        grown = (self.values[-1] - self.values[0]) / (self.sizes[-1] - self.sizes[0])
        return max(0.0, grown)

    def at(self, statements: float) -> float:
        """What it is in a log of so many statements.

        >>> Law("a sum", [100, 1_100], [2.0, 3.0], str).at(10_100)
        12.0
        >>> round(Law("a start", [1, 100], [0.2, 2.0], str, adds_up=False).at(10_000), 6)
        20.0
        """
        if self.adds_up:
            return self.values[-1] + self.each * (statements - self.sizes[-1])
        return self.values[-1] * math.pow(statements / self.sizes[-1], self.slope)

    def breaks_at(self) -> float:
        """In a log of how many statements it is as much as is held out.

        >>> round(Law("a rebuild", [0, 1_000], [0.0, 60.0], str, holds=3600.0).breaks_at())
        60000
        """
        if (self.each == 0) if self.adds_up else (self.slope < FLAT):
            return math.inf
        if self.adds_up:
            return self.sizes[-1] + (self.holds - self.values[-1]) / self.each
        return self.sizes[-1] * math.pow(self.holds / self.values[-1], 1 / self.slope)


COUNTRY = "the state of a country"

BY_PARTITION = "asked once, at its pinned address; views by partition"

Text = Callable[[float], str]
"""How a value is written."""

FLAT = 0.05
"""What grows by less is taken not to grow: so much comes by chance."""


class Grown(NamedTuple):
    """What was measured of a world: by `growth`, and here."""

    of: Measured
    start: float
    signature: float
    """Seconds of the first signature of a process, for which it reads all of the log."""


def run(statements: int, *, small: bool = False) -> Iterator[Figures]:
    """Worlds up to so many statements; then a small cluster, and the model beside it."""
    sizes = [size for size in growth.SIZES if size <= statements]
    if len(sizes) < 2:
        sizes = [statements // 4, statements]
    grown = [_grown(size) for size in sizes]
    world = world_of(sizes[-1])
    with nodes_of(world) as (database, (first, second, _)):
        replayed = by_replay(database, second).seconds
        (table,) = database.connection.execute(TABLE).fetchone() or (0,)
        measured = parts.run(
            database,
            (first, second),
            world,
            times=10 if small else parts.TIMES,
            seconds=1 if small else 5,
        )
    found = tables(laws(grown, replayed, table), measured)
    if not small:
        for name, figures in found.items():
            rewrite(
                DOCUMENT, f"table of scripts/bench scale: {name}", [figures.markdown()], head=""
            )
    yield from found.values()


def _grown(size: int) -> Grown:
    of = growth.measured(world_of(size))
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        copy = Path(shutil.copytree(of.of.folder, Path(folder) / "data"))
        with Archive(copy) as archive:
            began = time.perf_counter()
            Publisher(Ledger(archive.chronicle.log, copy)).publish()
            signature = time.perf_counter() - began
        with annales(copy) as served:
            return Grown(of, served.seconds, signature)


def laws(grown: Sequence[Grown], replayed: float, table: int) -> list[Law]:
    """How each cost grows. `replayed` are the seconds of a new node of the largest world, and
    `table` the bytes of its events in PostgreSQL."""
    sizes = [each.of.size for each in grown]

    def law(title: str, value: Callable[[Grown], float], text: Text, **of: Any) -> Law:
        return Law(title, sizes, [value(each) for each in grown], text, **of)

    def question(name: str) -> Callable[[Grown], float]:
        return lambda each: each.of.questions[name].seconds

    def once(title: str, value: float, text: Text, **of: Any) -> Law:
        return Law(title, [0, sizes[-1]], [0.0, value], text, **of)

    return [
        *(
            law(name, question(name), duration, holds=10, then=BY_PARTITION)
            for name in OF_THE_WORLD
        ),
        law(
            "memory, every question asked",
            lambda each: each.of.asking_peak,
            size_of,
            holds=64e9,
            then="views by partition",
        ),
        law(
            "rebuild the views",
            lambda each: each.of.worked.rebuild,
            duration,
            holds=8 * HOUR,
            then="one node rebuilds, and the others begin with its snapshot; views by partition",
        ),
        once(
            "a new node, by replay",
            replayed,
            duration,
            holds=8 * HOUR,
            then="a snapshot of another",
        ),
        law(
            "the first signature of a process",
            lambda each: each.signature,
            duration,
            holds=15 * MINUTE,
            then="to go on from what this node signed itself, which is not built",
        ),
        law(
            "a start until /readyz",
            lambda each: each.start,
            duration,
            adds_up=False,
            holds=MINUTE,
            then="another node answers meanwhile",
        ),
        law(
            "bytes of the views",
            lambda each: each.of.of.loading.view_bytes,
            size_of,
            holds=4e12,
            then="views by partition",
        ),
        law(
            "bytes of a copy of the log",
            lambda each: each.of.of.loading.log_bytes,
            size_of,
            holds=4e12,
            then="larger disks: nothing but the disk holds it up",
        ),
        once(
            "the table of events in PostgreSQL",
            table,
            size_of,
            holds=TABLE_OF_POSTGRESQL,
            then="the table by ranges of positions",
        ),
        law("load, log and views", lambda each: each.of.of.loading.seconds, duration),
        law(COUNTRY, question("state"), duration, adds_up=False),
        law("a record", question("record"), duration, adds_up=False),
    ]


# --- tables


def tables(found: Sequence[Law], small: Small, *, seconds: float = 1.0) -> dict[str, Figures]:
    """What larger logs cost, where they break, and what the model says of many reads in so many
    seconds: by the names of their places in the document."""
    read = next(law for law in found if law.title == COUNTRY)
    return {
        "sizes": _of_sizes(found),
        "breaks": _of_breaks(found),
        "writing": _of_writing(small),
        "parts": _of_parts(small.costs),
        "model": held_against(small),
        "reads": _of_reads(small.costs, read, seconds),
    }


def _of_sizes(found: Sequence[Law]) -> Figures:
    measured = found[0].sizes[-1]
    return Figures(
        "What a log costs by its size, computed",
        ("statements", f"{measured:,.0f}, measured", "slope", "by", *map(power, SIZES)),
        [
            [
                law.title,
                law.text(law.values[-1]),
                f"{law.slope:.2f}",
                "statement" if law.adds_up else "slope",
                *(law.text(law.at(size)) for size in SIZES),
            ]
            for law in found
        ],
        note=(
            "What reads all of the log grows by so much a statement, from the smallest size that"
            " was measured to the largest; what does not, by its slope. On a machine as this one,"
            " with memory for all of it: without, it is more."
        ),
    )


def _of_breaks(found: Sequence[Law]) -> Figures:
    breaking = sorted((law for law in found if law.then), key=Law.breaks_at)
    return Figures(
        "What breaks first, computed",
        ("", "holds", "breaks at", "then"),
        [
            [
                law.title,
                law.text(law.holds),
                "not by its size" if math.isinf(law.breaks_at()) else power(law.breaks_at()),
                law.then,
            ]
            for law in breaking
        ],
        note="Statements by which the cost is what one machine, or whoever waits, holds out.",
    )


def _of_writing(small: Small) -> Figures:
    costs, seen = small.costs, small.seen
    rates = {
        "one at a time, 8 clients of two nodes": seen.orders_by_two,
        f"in batches of {BATCH:,}, one client": seen.in_bulk,
        "followed by a node that does nothing else, one at a time": 1
        / (costs.copied + costs.followed),
    }
    return Figures(
        "How long it takes to write a log, and to follow it, computed",
        ("", "a second", *map(power, WRITTEN)),
        [
            [name, f"{rate:,.0f}/s", *(duration(size / rate) for size in WRITTEN)]
            for name, rate in rates.items()
        ],
        note="PostgreSQL has no standby here; `scripts/bench cluster` tells what one costs.",
    )


def _of_parts(costs: Costs) -> Figures:
    return Figures(
        "What each part of a small cluster takes, one at a time",
        ("", "p50"),
        [[name, milliseconds(seconds)] for name, seconds in costs._asdict().items()],
        note="The parts are those of `benchmarks/simulated.py:Costs`.",
    )


def held_against(small: Small) -> Figures:
    """The model beside the small cluster that it is of."""
    seen, told = small.seen, predicted(small.costs)
    rows = {
        "orders a second, 8 clients of one node": "orders_by_one",
        "orders a second, 8 clients of two nodes": "orders_by_two",
        "from a commit to the views of another node, p50": "lag_p50",
        "the same, p99": "lag_p99",
        "reads a second, 8 clients of one node": "reads_of_one",
        "reads a second, 8 clients of two nodes": "reads_of_two",
        "reads a second that the front keeps, 8 clients": "kept",
    }
    return Figures(
        "The model beside a small cluster on this machine",
        ("", "seen", "by the model", "to what was seen"),
        [
            [title, *(_told(name, of) for of in (seen, told)), f"{_ratio(name, told, seen):.2f}"]
            for title, name in rows.items()
        ],
        note=(
            "Nodes of one process each, PostgreSQL without a standby, all on the cores of this"
            " machine. The model knows what one at a time takes, and nothing of what was seen."
        ),
    )


def _told(name: str, of: Seen) -> str:
    value = getattr(of, name)
    return milliseconds(value) if name.startswith("lag") else f"{value:,.0f}/s"


def _ratio(name: str, told: Seen, seen: Seen) -> float:
    value: float = getattr(told, name) / getattr(seen, name)
    return value


def predicted(costs: Costs, *, seconds: float = 10.0) -> Seen:
    """What the model says of the small cluster."""
    one, two = (Cluster(nodes, is_one_machine=True) for nodes in (1, 2))
    # A process has one processor at a time.
    alone = Cluster(1, cores=1)

    def of(cluster: Cluster, asked: Asked) -> Outcome:
        return simulated(costs, cluster, asked, seconds=seconds)

    lags = of(two, Asked(orders=2 / parts.PACE))
    return Seen(
        orders_by_one=of(one, Asked(writers=CONNECTIONS)).orders,
        orders_by_two=of(two, Asked(writers=CONNECTIONS)).orders,
        lag_p50=lags.lag(0.5),
        lag_p99=lags.lag(0.99),
        reads_of_one=of(alone, Asked(readers=CONNECTIONS)).reads,
        reads_of_two=of(two, Asked(readers=CONNECTIONS)).reads,
        kept=of(two, Asked(readers=CONNECTIONS, again=1.0)).reads,
        in_bulk=math.nan,
    )


def _of_reads(costs: Costs, read: Law, seconds: float) -> Figures:
    rows = []
    for size in SIMULATED:
        grown = costs._replace(read=costs.read * max(1.0, read.at(size) / read.values[-1]))
        for again in (0.9, 0.99):
            cluster = sufficient(grown, again)
            asked = Asked(orders=ORDERS, reads=READS, again=again)
            outcome = simulated(grown, cluster, asked, seconds=seconds)
            rows.append(
                [
                    f"{power(size)}, {again:.0%} of the reads kept",
                    f"{cluster.nodes}",
                    f"{cluster.front}",
                    f"{outcome.reads:,.0f}/s",
                    *(milliseconds(outcome.wait(share)) for share in (0.5, 0.99)),
                    milliseconds(outcome.lag(0.99)),
                    f"{outcome.busy:.0%}",
                ]
            )
    return Figures(
        f"{READS:,} reads and {ORDERS} orders a second, by the model",
        ("statements", "nodes", "cores in front", "answered", "p50", "p99", "lag p99", "busy"),
        rows,
        note=(
            f"Nodes of {CORES} cores such as those of this machine, as many as work at most"
            f" {FULL:.0%} of their time. A read that is made anew is the state of a country."
        ),
    )


def sufficient(costs: Costs, again: float) -> Cluster:
    """A cluster that has to work no more than a part of its time."""
    anew = (1 - again) * READS * costs.read
    nodes = math.ceil(anew / FULL / CORES)
    # Each follows every order, and that is no longer there for reads.
    followed = ORDERS * (costs.page + costs.copied + costs.views + costs.followed)
    nodes = math.ceil((anew + nodes * followed) / FULL / CORES)
    front = math.ceil(again * READS * costs.given / FULL)
    return Cluster(max(2, nodes), cores=CORES, front=max(2, front))


def power(statements: float) -> str:
    """A number of statements as a power of ten.

    >>> power(10**9), power(2.6e7)
    ('10^9', '3·10^7')
    """
    times, _, exponent = f"{statements:.0e}".partition("e+")
    return f"{'' if times == '1' else f'{times}·'}10^{int(exponent)}"


def duration(seconds: float) -> str:
    """A time in the unit in which it is a small number.

    >>> [duration(each) for each in (0.002, 2.0, 120.0, 36_000.0, 864_000.0, 1e9)]
    ['2.0 ms', '2.0 s', '2.0 min', '10.0 h', '10.0 days', '31.7 years']
    """
    for unit, name in ((YEAR, "years"), (DAY, "days"), (HOUR, "h"), (MINUTE, "min"), (1, "s")):
        if seconds >= unit:
            return f"{seconds / unit:,.1f} {name}"
    return milliseconds(seconds)


def size_of(many: float) -> str:
    """Bytes in the unit in which they are a small number.

    >>> size_of(5.7e8), size_of(5.7e13)
    ('570 MB', '57.0 TB')
    """
    for unit, name in ((1e12, "TB"), (1e9, "GB")):
        if many >= unit:
            return f"{many / unit:,.1f} {name}"
    return f"{many / 1e6:,.0f} MB"
