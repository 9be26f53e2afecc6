"""Promises and what came of them: each answer beside a plain fold of the log.

The fold reads the log from the beginning, keeps what concerns the question, and works out
each facility anew by the reference model of the tests. What it counts must be what the
views answered.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from benchmarks.chronicle import COUNTRIES, World, batches
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.loading import BATCH, load
from events.clocks import AsOf, as_of
from events.dates import iso
from events.store.transcoding import line_of
from service.archive import Archive
from service.asking.query import Arguments, Query
from service.asking.question import Question
from service.comparing.question import COMPARE, HINDSIGHT
from service.promises.question import DUE, OVERDUE, SLIPS
from tests.naive import expectations, promises
from tests.naive.model import Logged

Texts = Mapping[str, str]
Answer = dict[str, Any]
Lives = list[list[Logged]]
"""What was recorded of each facility that is asked about."""

ONE = COUNTRIES[0]

QUESTIONS: tuple[tuple[str, str, Texts], ...] = (
    ("slips of the world", "/v1/slips", {}),
    ("slips of a country", "/v1/slips", {"country": ONE}),
    ("slips of the world, as said by 1980", "/v1/slips", {"stated": "1980"}),
    ("overdue, the world, as said by 1980", "/v1/overdue", {"stated": "1980"}),
    ("due, the world, as said by 1980", "/v1/due", {"stated": "1980"}),
    ("hindsight of the world", "/v1/hindsight", {"at": "2000", "stated": "1980"}),
    ("hindsight of a country", "/v1/hindsight", {"at": "2000", "stated": "1980", "country": ONE}),
    ("a country in two years", "/v1/compare", {"at": "2000", "to_at": "2020", "country": ONE}),
)


def run(*, small: bool) -> Iterator[Figures]:
    """One world, loaded and then mended, and every question asked of it."""
    return measure(World(facilities=500 if small else 10_000), times=10 if small else 30)


def measure(world: World, *, times: int) -> Iterator[Figures]:
    """Each question asked of a world so many times, and folded once."""
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder)) as archive:
        load(archive, batches(world.by_time(), size=BATCH))
        load(archive, batches(world.mending(), size=BATCH // 10))
        archive.catch_up()
        yield Figures(
            f"What was promised, and what came, of {world.facilities:,} facilities",
            ("", "p50", "p99", "fold", "of it reading", "ratio"),
            [
                _beside_fold(archive, title, KINDS[path], texts, times)
                for title, path, texts in QUESTIONS
            ],
            note=f"{world.statements:,} statements; {times} times each, folded once.",
        )


class Kind(NamedTuple):
    """A kind of question: how it is answered, how it is folded, and what both must say."""

    answer: Callable[[Archive, Texts], str]
    fold: Callable[[Lives, Archive, Texts], object]
    told: Callable[[Answer], object]


def _beside_fold(archive: Archive, title: str, kind: Kind, texts: Texts, times: int) -> list[str]:
    told = kind.told(msgspec.json.decode(kind.answer(archive, texts)))
    seconds = [_seconds(lambda: kind.answer(archive, texts)) for _ in range(times)]
    began = time.perf_counter()
    lives = _lives(archive, texts.get("country"))
    read = time.perf_counter()
    folded = kind.fold(lives, archive, texts)
    whole = time.perf_counter() - began
    if folded != told:
        raise ValueError(f"the views and the fold differ on {title}: {told}, {folded}")
    p50, p99 = (quantile(seconds, share) for share in (0.5, 0.99))
    times_told = (p50, p99, whole, read - began)
    return [title, *map(milliseconds, times_told), f"{whole / p50:,.0f}"]


def _seconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _lives(archive: Archive, country: str | None) -> Lives:
    """Read the whole log, and keep the facilities of a country, or all."""
    lives: dict[str, list[Logged]] = {}
    position = 0
    while events := archive.chronicle.log.select_log(after=position, limit=BATCH):
        for event in events:
            line = line_of(event.topic, event.state)
            if line["type"] == "facility" and country in (None, line["country"]):
                lives[event.stream] = []
            if event.stream in lives:
                commit = event.commit
                lives[event.stream].append(
                    Logged(commit.position, commit.position, commit.recorded_at, line)
                )
        position = events[-1].position
    return list(lives.values())


def _asking(question: Question) -> Callable[[Archive, Texts], str]:
    def answer(archive: Archive, texts: Texts) -> str:
        query = _query(archive, question, texts)
        position = query.as_of.known if query.position is None else query.position
        return question.text(archive.reading(archive.db_at(position)), query)

    return answer


def _query(archive: Archive, question: Question, texts: Texts) -> Query:
    log, now = archive.chronicle.log, archive.chronicle.now()
    return question.query(Arguments(path=question.path, texts=texts, log=log, now=now))


# --- slips, overdue, due


def _slips_folded(lives: Lives, archive: Archive, texts: Texts) -> object:
    point = _point(_clocks(archive, texts))
    del point["at"]
    ladders = [ladder for life in lives for ladder in promises.ladders(life, **point)]
    return _slips_told({"totals": promises.totals(ladders)})


def _slips_told(answer: Answer) -> object:
    return [answer["totals"][name] for name in ("ladders", "outcomes", "of", "median")]


def _overdue_folded(lives: Lives, archive: Archive, texts: Texts) -> object:
    point = _point(_clocks(archive, texts))
    plans = [plan for life in lives for plan in promises.overdue(life, **point)]
    return len(plans), sorted((plan["days"]["earliest"] for plan in plans), reverse=True)[:500]


def _overdue_told(answer: Answer) -> object:
    return answer["total"], [plan["days"]["earliest"] for plan in answer["items"]]


def _due_folded(lives: Lives, archive: Archive, texts: Texts) -> object:
    point = _point(_clocks(archive, texts))
    del point["at"]
    plans = [plan for life in lives for plan in promises.due(life, **point)]
    return len(plans), sorted(plan["days"]["latest"] for plan in plans)[:500]


def _due_told(answer: Answer) -> object:
    return answer["total"], [plan["days"]["latest"] for plan in answer["items"]]


# --- hindsight and comparisons


def _hindsight_folded(lives: Lives, archive: Archive, texts: Texts) -> object:
    asked = _query(archive, HINDSIGHT, texts).about
    points = _point(asked.start), _point(asked.to)
    counts: Counter[str] = Counter()
    for life in lives:
        counts.update(expectations.hindsight(life, *points)["totals"])
    return dict(counts)


def _hindsight_told(answer: Answer) -> object:
    return {name: count for name, count in answer["totals"].items() if name != "range"}


def _compare_folded(lives: Lives, archive: Archive, texts: Texts) -> object:
    a = _point(_clocks(archive, texts))
    b = _point(_clocks(archive, {"at": texts["to_at"]}))
    return Counter(
        change for life in lives for change in expectations.by_record(life, a, b).values()
    )


def _compare_told(answer: Answer) -> object:
    return Counter(pair["change"] for pair in answer["pairs"])


def _clocks(archive: Archive, texts: Texts) -> AsOf:
    return as_of(
        at=texts.get("at"),
        stated=texts.get("stated"),
        log=archive.chronicle.log,
        now=archive.chronicle.now(),
    )


def _point(clocks: AsOf) -> dict[str, Any]:
    """The clocks as the model takes them."""
    return {"at": iso(clocks.at), "stated": iso(clocks.stated), "known": clocks.known}


KINDS: Mapping[str, Kind] = {
    "/v1/slips": Kind(_asking(SLIPS), _slips_folded, _slips_told),
    "/v1/overdue": Kind(_asking(OVERDUE), _overdue_folded, _overdue_told),
    "/v1/due": Kind(_asking(DUE), _due_folded, _due_told),
    "/v1/hindsight": Kind(_asking(HINDSIGHT), _hindsight_folded, _hindsight_told),
    "/v1/compare": Kind(_asking(COMPARE), _compare_folded, _compare_told),
}
