"""Asking: the state of a country at the head and at clocks by chance, beside a plain fold.

The fold is what a log can do without views: read it from the beginning, keep
what concerns the country, and work out each facility anew. It is the reference
model of the tests, given one facility at a time, and what it finds must be what
the views answered.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, NamedTuple, TypeVar

import msgspec

from benchmarks.chronicle import COUNTRIES, World, batches, country_of, facility_id
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.loading import BATCH, load
from events.clocks import AsOf, utc_day
from events.dates import day, iso
from events.store.transcoding import line_of
from projections import PROJECTIONS
from projections.engine.account import account
from projections.engine.spans import Span
from projections.views.state import Scope
from service.archive import Archive
from service.asking.filters import Wanted
from service.asking.query import Query
from service.state.question import STATE
from tests.naive.model import Logged, Naive

FOLDS = 5
"""How often a fold is taken: each one reads the whole log."""

Answer = TypeVar("Answer")

YEARS = (1955, 2026)
"""The years between which clocks are drawn."""


class Asked(NamedTuple):
    """Three clocks, and the number of a facility, whose country is asked for."""

    as_of: AsOf
    number: int


class Folded(NamedTuple):
    """The seconds that reading the log and working it out took, and what came of it."""

    reading: float
    working: float
    facilities: list[dict[str, Any]]


def run(*, small: bool) -> Iterator[Figures]:
    """One world, loaded and then mended, and every question asked of it."""
    world = World(facilities=500 if small else 10_000)
    times = 50 if small else 300
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder)) as archive:
        load(archive, batches(world.by_time(), size=BATCH))
        load(archive, batches(world.mending(), size=BATCH // 10))
        archive.catch_up()
        chance = Random(world.seed)
        asked = {
            title: [
                Asked(clocks(archive, chance), chance.randrange(world.facilities))
                for _ in range(times)
            ]
            for title, clocks in (("at the head", _head), ("at clocks by chance", _by_chance))
        }
        yield Figures(
            f"The state of a country, {world.facilities // len(COUNTRIES)} facilities"
            f" of {world.facilities:,}",
            ("", "p50", "p99", "fold", "of it reading", "ratio"),
            [_beside_fold(archive, title, questions) for title, questions in asked.items()],
            note=f"{times} questions each; the first {FOLDS} folded too (medians).",
        )
        yield Figures(
            f"Other questions to these {world.statements:,} statements, {times} each",
            ("", "p50", "p99"),
            [
                [f"{what}, {title}", *_quantiles(_seconds(archive, ask, questions)[1])]
                for what, ask in (("the world counted", counted), ("one record derived", derived))
                for title, questions in asked.items()
            ],
        )


def answered(archive: Archive, asked: Asked) -> str:
    """The answer of the views about the country."""
    country = country_of(asked.number)
    query = Query(
        "/v1/state", asked.as_of, {"country": country}, about=Wanted(countries=(country,))
    )
    return STATE.text(archive.reading(archive.db_at(asked.as_of.known)), query)


def counted(archive: Archive, asked: Asked) -> list[tuple[str, int, str, int]]:
    """The whole world by status."""
    as_of = asked.as_of
    db, scope = archive.db_at(as_of.known), Scope(as_of.stated, as_of.known)
    return archive.state.count_world(db, scope, min(as_of.at, as_of.stated))


def derived(archive: Archive, asked: Asked) -> list[Span]:
    """The facility's life, worked out from its events alone."""
    as_of = asked.as_of
    record = archive.history.record(
        archive.db_at(as_of.known), f"record:{facility_id(asked.number)}", known=as_of.known
    )
    told = account(record.id, record.card, record.statements(), as_of.stated)
    return PROJECTIONS["facility"].heard(told, as_of.stated)


def _head(archive: Archive, _: Random) -> AsOf:
    head = archive.chronicle.log.head()
    if head is None:
        raise LookupError("nothing was loaded")
    today = utc_day(head.recorded_at)
    return AsOf(at=today, during=None, stated=today, known=head.position, known_at=head.recorded_at)


def _by_chance(archive: Archive, chance: Random) -> AsOf:
    """A day of the world, a day of the sources and a commit, all by chance."""
    head = _head(archive, chance)
    commit = archive.chronicle.log.commit_at(chance.randrange(head.known // 2, head.known))
    if commit is None:
        raise LookupError("the first half of the log is one commit")
    at, stated = (day(chance.randrange(*YEARS), chance.randrange(1, 13), 1) for _ in range(2))
    return AsOf(
        at=at, during=None, stated=stated, known=commit.position, known_at=commit.recorded_at
    )


def _beside_fold(archive: Archive, title: str, questions: Sequence[Asked]) -> list[str]:
    answers, seconds = _seconds(archive, answered, questions)
    folds = [_fold(archive, asked) for asked in questions[:FOLDS]]
    for asked, answer, fold in zip(questions, answers, folds, strict=False):
        if msgspec.json.decode(answer)["facilities"] != fold.facilities:
            raise ValueError(f"the views and the fold differ: {asked}")
    whole = median(fold.reading + fold.working for fold in folds)
    return [
        title,
        *_quantiles(seconds),
        milliseconds(whole),
        milliseconds(median(fold.reading for fold in folds)),
        f"{whole / quantile(seconds, 0.5):,.0f}",
    ]


def _fold(archive: Archive, asked: Asked) -> Folded:
    """Read the log, keep the country's lines, and work out each facility from them."""
    as_of, country = asked.as_of, country_of(asked.number)
    began = time.perf_counter()
    lives: dict[str, list[Logged]] = {}
    position = 0
    while events := archive.chronicle.log.select_log(after=position, limit=BATCH):
        for event in events:
            line = line_of(event.topic, event.state)
            if line["type"] == "facility" and line["country"] == country:
                lives[event.stream] = []
            if event.stream in lives:
                commit = event.commit
                lives[event.stream].append(
                    Logged(commit.position, commit.position, commit.recorded_at, line)
                )
        position = events[-1].position
    read = time.perf_counter()
    facilities = [
        facility
        for _, life in sorted(lives.items())
        for facility in Naive(life).state(
            at=iso(as_of.at), stated=iso(as_of.stated), known=as_of.known
        )["facilities"]
    ]
    return Folded(read - began, time.perf_counter() - read, facilities)


def _seconds(
    archive: Archive, ask: Callable[[Archive, Asked], Answer], questions: Sequence[Asked]
) -> tuple[list[Answer], list[float]]:
    """The answers, and how long each of them took; the first one is asked twice."""
    answers, seconds = [], []
    ask(archive, questions[0])
    for asked in questions:
        began = time.perf_counter()
        answers.append(ask(archive, asked))
        seconds.append(time.perf_counter() - began)
    return answers, seconds


def _quantiles(seconds: list[float]) -> list[str]:
    return [milliseconds(quantile(seconds, share)) for share in (0.5, 0.99)]
