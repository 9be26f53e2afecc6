"""Hindsight and comparisons: what one answer costs, of a country and of the world.

A comparison refuses more than a side can list, so of the world there is only
hindsight; a horizon before everything makes each facility unnamed, which costs
the most to find out.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.chronicle import COUNTRIES, World, batches
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.loading import BATCH, load
from service.archive import Archive
from service.asking.query import Arguments
from service.asking.question import Question
from service.comparing.question import COMPARE, HINDSIGHT

ONE, OTHER = COUNTRIES[:2]

HINDSIGHTS: Mapping[str, Mapping[str, str]] = {
    "hindsight of a country": {"at": "2000", "stated": "1980", "country": ONE},
    "hindsight of the world": {"at": "2000", "stated": "1980"},
    "hindsight of the world, nothing named": {"at": "2000", "stated": "1500"},
}
COMPARISONS: Mapping[str, Mapping[str, str]] = {
    "a country in two years": {"at": "2000", "to_at": "2020", "country": ONE},
    "two countries": {"at": "2020", "country": ONE, "to_country": OTHER},
}


def run(*, small: bool) -> Iterator[Figures]:
    """One world, loaded and then mended, and a few kinds of questions asked of it."""
    return measure(World(facilities=500 if small else 10_000), times=5 if small else 20)


def measure(world: World, *, times: int) -> Iterator[Figures]:
    """Each question asked of a world so many times."""
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder)) as archive:
        load(archive, batches(world.by_time(), size=BATCH))
        load(archive, batches(world.mending(), size=BATCH // 10))
        archive.catch_up()
        rows = []
        for question, asked in ((HINDSIGHT, HINDSIGHTS), (COMPARE, COMPARISONS)):
            for title, texts in asked.items():
                _ask(archive, question, texts)
                seconds = [_ask(archive, question, texts) for _ in range(times)]
                rows.append([title, *(milliseconds(quantile(seconds, at)) for at in (0.5, 0.99))])
        yield Figures(
            f"What was expected, and what beside what, of {world.facilities:,} facilities",
            ("", "p50", "p99"),
            rows,
            note=f"{world.statements:,} statements; {times} times each.",
        )


def _ask(archive: Archive, question: Question, texts: Mapping[str, str]) -> float:
    """The seconds that an answer took."""
    log, now = archive.chronicle.log, archive.chronicle.now()
    began = time.perf_counter()
    query = question.query(Arguments(path=question.path, texts=texts, log=log, now=now))
    question.text(archive.reading(archive.db_at(query.position or 0)), query)
    return time.perf_counter() - began
