"""Trends: fifty years in one question, beside fifty questions about a single year each.

Both are asked of the same views in the same run, and each point must be what
the state says of its year.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from benchmarks.chronicle import COUNTRIES, World, batches, country_of
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.loading import BATCH, load
from events.clocks import as_of
from service.archive import Archive
from service.asking.filters import Wanted
from service.asking.parameter import written
from service.asking.query import Arguments, Query
from service.state.question import STATE
from service.trends.question import TRENDS

YEARS = 50
LAST = 2026


def run(*, small: bool) -> Iterator[Figures]:
    """One world, loaded and then mended, and a few kinds of trends asked of it."""
    return measure(World(facilities=500 if small else 10_000), times=5 if small else 20)


def measure(world: World, *, times: int) -> Iterator[Figures]:
    """The trends of a world, each kind asked so many times, beside as many sets of states."""
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder)) as archive:
        load(archive, batches(world.by_time(), size=BATCH))
        load(archive, batches(world.mending(), size=BATCH // 10))
        archive.catch_up()
        chance = Random(world.seed)
        countries = [country_of(chance.randrange(world.facilities)) for _ in range(times)]
        kinds: dict[str, list[Mapping[str, str]]] = {
            f"a country of {world.facilities // len(COUNTRIES):,} facilities": [
                {"country": country} for country in countries
            ],
            "the same, as said by 1990": [
                {"country": country, "stated": "1990"} for country in countries
            ],
            f"the world of {world.facilities:,} facilities": [{}] * times,
        }
        yield Figures(
            f"{YEARS} years of {world.statements:,} statements by status",
            ("", "trend p50", f"{YEARS} states p50", "ratio"),
            [_beside_states(archive, title, asked) for title, asked in kinds.items()],
            note=f"{times} times each; a state lists one facility and counts them all.",
        )
        apart: Mapping[str, Mapping[str, str]] = {
            "by country, four countries": {"by": "country", "country": "CN,US,JP,DE"},
            "by country, the world": {"by": "country"},
            "by operator, a country": {"by": "operator", "country": "CN"},
            "by month, a country": {"step": "month", "country": "CN"},
        }
        yield Figures(
            "Other trends of the same",
            ("", "p50", "p99"),
            [
                [title, *(milliseconds(quantile(seconds, share)) for share in (0.5, 0.99))]
                for title, asked in apart.items()
                for seconds in [[_trend(archive, asked)[1] for _ in range(times)]]
            ],
        )


def _beside_states(archive: Archive, title: str, asked: list[Mapping[str, str]]) -> list[str]:
    trends, states = [], []
    _trend(archive, asked[0])
    for each in asked:
        points, seconds = _trend(archive, each)
        trends.append(seconds)
        counts, seconds = _states(archive, each)
        states.append(seconds)
        if points != counts:
            raise ValueError(f"the trend and the states differ: {each}")
    one, many = quantile(trends, 0.5), quantile(states, 0.5)
    return [title, milliseconds(one), milliseconds(many), f"{many / one:,.1f}"]


Counts = list[dict[str, int]]
"""How many facilities had each status, year by year."""


def _trend(archive: Archive, asked: Mapping[str, str]) -> tuple[Counts, float]:
    """The counts of a trend, and the seconds that its answer took."""
    log, now = archive.chronicle.log, archive.chronicle.now()
    began = time.perf_counter()
    ends = {"from": str(LAST - YEARS + 1), "to": str(LAST)}
    texts = {**ends, **asked}
    query = TRENDS.query(Arguments(path=TRENDS.path, texts=texts, log=log, now=now))
    text = TRENDS.text(archive.reading(archive.db_at(query.as_of.known)), query)
    seconds = time.perf_counter() - began
    counts: Counts = [{} for _ in query.about.steps]
    for series in msgspec.json.decode(text)["series"]:
        for place, point in enumerate(series["points"]):
            if point["count"]:
                counts[place][series["key"]["status"]] = point["count"]
    return counts, seconds


def _states(archive: Archive, asked: Mapping[str, str]) -> tuple[Counts, float]:
    """The counts of one state a year, and the seconds that their answers took."""
    log, now = archive.chronicle.log, archive.chronicle.now()
    about = Wanted(countries=tuple(asked.get("country", "").split()), limit=1)
    began = time.perf_counter()
    texts = []
    for year in range(LAST - YEARS + 1, LAST + 1):
        clocks = as_of(
            at=str(year),
            stated=asked.get("stated"),
            log=log,
            now=now,
        )
        query = Query("/v1/state", clocks, written(STATE.filters, about), about=about)
        texts.append(STATE.text(archive.reading(archive.db_at(clocks.known)), query))
    seconds = time.perf_counter() - began
    answers: list[dict[str, Any]] = list(map(msgspec.json.decode, texts))
    return [answer["totals"]["status"] for answer in answers], seconds
