"""`scripts/bench growth`: what everything costs in worlds of ten thousand statements and more.

Each world is loaded, asked and rebuilt in processes of its own, so that memory is that of the work.
A country has as many facilities in each, so what is asked about it, about a record or about a page
has an answer that does not grow; its cost should not grow either. The slope says how it does: it is
the exponent of the time against the size, 0 for what stays as it is and 1 for what doubles with it.
Times of questions are those of the processor, so that other load on it does not bend the slopes.
A country of the smallest world has fewer facilities than one of the others, so beside each slope
stands that of the answer's bytes: cost is to grow with these alone.

At a million statements all of it takes half an hour on two cores. What is being done is told on
stderr.
"""

from __future__ import annotations

import math
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmarks import command
from benchmarks.chronicle import World
from benchmarks.figures import Figures, milliseconds, per_second, quantile
from benchmarks.following import across
from benchmarks.growth_picture import Panel, picture
from benchmarks.kept import CACHE, Kept, kept, world_of
from benchmarks.memory import MB, watched
from benchmarks.typical import OF_THE_WORLD, TYPICAL, answered
from events.errors import AnnalesError
from service.archive import Archive

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
CORRECTIONS = (1, 10, 100)

LONGEST = 1.0
"""Seconds after which a question is asked no more, however seldom it was."""

TIMES = 20
NEWS = 200
"""How many statements come one by one while the views follow."""

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "growth.svg"

FACTS = 200
"""Of so many statements one is of the world whose facts are corrected: a hundred times each is half
as many events as the largest world has."""


class Told(NamedTuple):
    """What a question took on the processor, p50, and the bytes of its answer; not numbers where it
    refuses so large a world."""

    seconds: float = math.nan
    size: float = math.nan

    @property
    def is_refused(self) -> bool:
        """Whether there is no answer."""
        return math.isnan(self.seconds)


Questions = dict[str, Told]
"""By the name of the question."""


class Worked(NamedTuple):
    """What following and rebuilding took."""

    rebuild: float
    lag: float
    """From a commit to the views, p99."""


class Measured(NamedTuple):
    """All that was measured of one world."""

    of: Kept
    questions: Questions
    asking_peak: int
    worked: Worked
    working_peak: int

    @property
    def size(self) -> int:
        """Its statements."""
        return self.of.world.statements


def run(statements: int, *, small: bool = False) -> Iterator[Figures]:
    """Worlds of more and more statements, up to so many; then corrections; then one country."""
    sizes = [size for size in SIZES if size <= statements]
    if len(sizes) < 2:
        sizes = [statements // 4, statements]
    grown = [measured(world_of(size)) for size in sizes]
    yield from tables(grown)
    if not small:
        PICTURE.write_text(picture(list(panels(grown))), "utf-8")
    yield _of_corrections(statements)
    one = [replace(world_of(size), countries=1) for size in sizes if size <= 100_000]
    asked = [(world.statements, _asked_alone(world)[1]) for world in one]
    yield seconds_by_size(
        "A world of one country, p50",
        asked,
        [*TYPICAL, *OF_THE_WORLD],
        note="Answers that are no page grow with it; a comparison of so much is refused.",
    )


def measured(world: World) -> Measured:
    """Load a world, ask it every question, rebuild and follow it."""
    _say(f"{world.statements:,} statements: loading, unless they are kept")
    of = kept(world)
    _say("asking every question")
    questions, asking_peak = watched(ask_all, of.folder)
    _say("rebuilding and following a copy")
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        copy = Path(shutil.copytree(of.folder, Path(folder) / "data"))
        worked, working_peak = watched(_work, copy, world)
    return Measured(of, questions, asking_peak, worked, working_peak)


def _asked_alone(world: World, *, corrections: int = 0) -> tuple[Kept, Questions]:
    _say(
        f"{world.statements:,} statements in {world.countries} countries,"
        f" each corrected {corrections} times: loading and asking"
    )
    of = kept(world, corrections=corrections)
    return of, watched(ask_all, of.folder).result


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def ask_all(folder: Path) -> Questions:
    """Ask every question of a chronicle, again and again."""
    with Archive(folder) as archive:
        return {name: _told(archive, url) for name, url in {**TYPICAL, **OF_THE_WORLD}.items()}


def _told(archive: Archive, url: str) -> Told:
    ends = time.monotonic() + LONGEST
    seconds: list[float] = []
    try:
        size = len(answered(archive, url).text.encode())
        while not seconds or (len(seconds) < TIMES and time.monotonic() < ends):
            began = time.process_time()
            answered(archive, url)
            seconds.append(time.process_time() - began)
    except AnnalesError:
        return Told()
    return Told(quantile(seconds, 0.5), size)


def _work(folder: Path, world: World) -> Worked:
    """Rebuild the views of a chronicle, then let them follow some news."""
    rebuild = command.seconds_to_rebuild(folder)
    return Worked(rebuild, quantile(across(folder, list(islice(world.news(), NEWS))), 0.99))


# --- tables


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The exponent with which values grow with sizes, as the least squares of logarithms have it.

    >>> slope([10, 100, 1000], [5, 5, 5])
    0.0
    >>> round(slope([10, 100, 1000], [2, 20, 200]), 6)
    1.0
    """
    xs, ys = [list(map(math.log, each)) for each in (sizes, values)]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    across_ = sum((each - x) ** 2 for each in xs)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / across_


class Cost(NamedTuple):
    """Something that each world costs: its name, how much in all, and how it is written."""

    title: str
    value: Callable[[Measured], float]
    text: Callable[[Measured], str]


COSTS = (
    Cost(
        "load, log and views",
        lambda one: one.of.loading.seconds,
        lambda one: per_second(one.size, one.of.loading.seconds),
    ),
    Cost(
        "load, the log alone",
        lambda one: one.of.loading.log_seconds,
        lambda one: per_second(one.size, one.of.loading.log_seconds),
    ),
    Cost(
        "rebuild the views",
        lambda one: one.worked.rebuild,
        lambda one: per_second(one.size, one.worked.rebuild),
    ),
    Cost(
        "from a commit to the views, p99",
        lambda one: one.worked.lag,
        lambda one: milliseconds(one.worked.lag),
    ),
    Cost(
        "log, bytes a statement",
        lambda one: one.of.loading.log_bytes,
        lambda one: f"{one.of.loading.log_bytes / one.size:,.0f}",
    ),
    Cost(
        "views, bytes a statement",
        lambda one: one.of.loading.view_bytes,
        lambda one: f"{one.of.loading.view_bytes / one.size:,.0f}",
    ),
    Cost(
        "memory, loading",
        lambda one: one.of.loading.peak,
        lambda one: f"{one.of.loading.peak / MB:,.0f} MB",
    ),
    Cost(
        "memory, every question asked",
        lambda one: one.asking_peak,
        lambda one: f"{one.asking_peak / MB:,.0f} MB",
    ),
    Cost(
        "memory, rebuild and follow",
        lambda one: one.working_peak,
        lambda one: f"{one.working_peak / MB:,.0f} MB",
    ),
)


def tables(grown: Sequence[Measured]) -> Iterator[Figures]:
    """What each world costs, and its questions."""
    yield _of_all(grown)
    for title, names in (
        ("Questions whose answer is as large in each world, p50", TYPICAL),
        ("Questions about the world, p50", OF_THE_WORLD),
    ):
        yield seconds_by_size(title, [(one.size, one.questions) for one in grown], list(names))


def _of_all(grown: Sequence[Measured]) -> Figures:
    sizes = [one.size for one in grown]
    return Figures(
        "Load, follow, rebuild, bytes and memory",
        ("statements", *(f"{size:,}" for size in sizes), "slope"),
        [
            [
                cost.title,
                *(cost.text(one) for one in grown),
                f"{slope(sizes, [cost.value(one) for one in grown]):.2f}",
            ]
            for cost in COSTS
        ],
        note=(
            "The slope is that of the whole time, of all bytes and of all memory: 1 grows as the"
            " log does, 0 not at all."
        ),
    )


def seconds_by_size(
    title: str, asked: Sequence[tuple[int, Questions]], names: Sequence[str], *, note: str = ""
) -> Figures:
    """A row for each question: its times by the size of the world, their slope, and that of the
    bytes of its answers."""
    sizes = [size for size, _ in asked]
    rows = []
    for name in names:
        told = [questions[name] for _, questions in asked]
        slopes = ["", ""]
        if not any(each.is_refused for each in told):
            slopes = [f"{slope(sizes, values):.2f}" for values in zip(*told, strict=True)]
        rows.append([name, *map(_milliseconds, told), *slopes])
    return Figures(
        title,
        ("statements", *(f"{size:,}" for size in sizes), "slope", "of the answer"),
        rows,
        note=note,
    )


def _of_corrections(statements: int) -> Figures:
    """Few facts, each corrected ever more often."""
    world = replace(world_of(statements // FACTS), countries=1)
    both = {count: _asked_alone(world, corrections=count) for count in CORRECTIONS}
    asked = {count: of for count, (of, _) in both.items()}
    events = [world.statements * (1 + count) for count in CORRECTIONS]
    rows = [
        [
            "load, events a second",
            *(
                per_second(many, asked[count].loading.seconds)
                for many, count in zip(events, CORRECTIONS, strict=True)
            ),
        ],
        [
            "views, bytes an event",
            *(
                f"{asked[count].loading.view_bytes / many:,.0f}"
                for many, count in zip(events, CORRECTIONS, strict=True)
            ),
        ],
    ]
    rows += [
        [name, *(_milliseconds(questions[name]) for _, questions in both.values())]
        for name in TYPICAL
    ]
    return Figures(
        f"{world.statements:,} facts, each corrected so many times",
        ("corrections a fact", *map(str, CORRECTIONS)),
        rows,
        note="Questions are about now. A history tells every correction, so it grows with them.",
    )


def _milliseconds(told: Told) -> str:
    return "refused" if told.is_refused else milliseconds(told.seconds)


# --- the picture


def panels(grown: Sequence[Measured]) -> Iterator[Panel]:
    """Questions, rates and memory, as the picture shows them."""
    sizes = [one.size for one in grown]
    for title, names in (
        ("Questions whose answer does not grow, ms", TYPICAL),
        ("Questions about the world, ms", OF_THE_WORLD),
    ):
        lines = {name: [1000 * one.questions[name].seconds for one in grown] for name in names}
        yield Panel(title, sizes, lines)
    yield Panel(
        "Statements a second",
        sizes,
        {cost.title: [one.size / cost.value(one) for one in grown] for cost in COSTS[:3]},
    )
    yield Panel(
        "Memory, MB",
        sizes,
        {cost.title: [cost.value(one) / MB for one in grown] for cost in COSTS[-3:]},
    )
