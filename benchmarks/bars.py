"""`scripts/bench bars`: what Annales is to reach at a million statements, and what it reaches.

Each line is a bar that was set for two cores: a time that must not be longer, a rate that must not
be lower, bytes that must not be more. Bars that grow with the world are told in proportion.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from benchmarks import command, orders
from benchmarks.chronicle import World, batches
from benchmarks.draws import drawn, late_paths, moment_now
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.following import across
from benchmarks.kept import CACHE, Kept, kept, world_of
from benchmarks.loading import BATCH, load
from benchmarks.memory import MB, pss, watched
from benchmarks.peers.ours import Answers, Rows
from benchmarks.servers import (
    CONNECTIONS,
    TWO_PROCESSES,
    Asked,
    annales,
    in_turn,
    load_of,
    rate,
    told,
)
from benchmarks.typical import OF_THE_WORLD, TYPICAL, answered
from events.commit import microseconds
from service.archive import Archive

TIMES = 200
"""How often a question is asked whose answer is short."""

PATHS = 10_000
"""How many different answers a server is asked for, one after the other."""

ORDERS_A_SECOND = 300

ALIKE = 0.1
"""By which part an answer may be smaller or larger than another and still count as equal."""


class Bar(NamedTuple):
    """What is measured, what came of it, and what it is to be: as texts, and whether it is met."""

    what: str
    measured: str
    bar: str
    met: bool | None = None

    def row(self) -> list[str]:
        """As a table shows it."""
        return [self.what, self.measured, self.bar, {True: "yes", False: "no", None: ""}[self.met]]


def run(statements: int, *, small: bool = False) -> Iterator[Figures]:
    """Every bar, on the kept chronicle of a world or on a copy of it."""
    of = kept(world_of(statements))
    lines = [*_of_loading(of), *_life_by_life(of), *in_process(of, times=10 if small else TIMES)]
    lines += _over_http(of, seconds=1 if small else 8)
    lines += [_ordered(statements, seconds=1 if small else 8)]
    with _copied(of) as folder:
        lines += [_rebuilt(folder, of), _followed(folder, of, commits=30 if small else 1500)]
    world = of.world
    yield Figures(
        f"What is to be reached, with {world.statements:,} statements told year by year,"
        f" {world.to_a_facility} a facility, {world.countries} countries",
        ("", "measured", "bar", "met"),
        [line.row() for line in lines],
        note=(
            "Times are p50 unless said otherwise, in process those of the processor, so that other"
            f" load does not count; a country has {world.facilities // world.countries:,}"
            " facilities. Bars beside peers stand in `scripts/bench peers`."
        ),
    )


# --- bars


def _at_most(what: str, seconds: float, bar: float) -> Bar:
    return Bar(what, milliseconds(seconds), f"≤ {milliseconds(bar)}", seconds <= bar)


def _at_least(what: str, a_second: float, bar: float) -> Bar:
    return Bar(what, f"{a_second:,.0f}/s", f"≥ {bar:,.0f}/s", a_second >= bar)


def _times_at_most(what: str, times: float, bar: float) -> Bar:
    return Bar(what, f"{times:.2f}", f"≤ {bar:.1f}", times <= bar)


def _memory_at_most(what: str, size: int, bar: int) -> Bar:
    return Bar(what, f"{size / MB:,.0f} MB", f"≤ {bar / MB:,.0f} MB", size <= bar)


# --- loading


def _of_loading(of: Kept) -> Iterator[Bar]:
    count, loading = of.world.statements, of.loading
    bar = 8_000 if count <= 100_000 else 5_000
    yield _at_least("loading, year by year, log and views", count / loading.seconds, bar)
    yield Bar("of it the log alone", f"{count / loading.log_seconds:,.0f}/s", "")
    size = loading.view_bytes / count
    yield Bar("views, bytes a statement", f"{size:,.0f}", "≤ 600", size <= 600)
    yield _memory_at_most("memory while loading", loading.peak, 500 * MB)


def _life_by_life(of: Kept) -> Iterator[Bar]:
    """Ten a facility, each with its whole life, as many as there are, but not for a million."""
    count = of.world.statements
    if count <= 100_000:
        seconds, _ = watched(_seconds_of_lives, World(facilities=count // 10))
        yield _at_least("loading, ten a facility, life by life", count / seconds, 12_000)


def _seconds_of_lives(world: World) -> float:
    lines = list(batches(world.by_facility(), size=BATCH))
    with tempfile.TemporaryDirectory(dir=CACHE) as folder, Archive(Path(folder)) as archive:
        began = time.perf_counter()
        load(archive, lines)
        archive.catch_up()
        return time.perf_counter() - began


# --- questions in process


def in_process(of: Kept, *, times: int) -> Iterator[Bar]:
    """All that is asked without HTTP, each so many times or less."""
    with Archive(of.folder) as archive:
        yield from _answers(archive, of, times)
        yield from _as_of(archive, of, times)
        yield from _differences(archive)


def _answers(archive: Archive, of: Kept, times: int) -> Iterator[Bar]:
    share = of.world.statements / 100_000
    draws = list(drawn(archive, of.world, count=times))
    rows, answers = Rows(archive, 3), Answers(archive)
    for what, moment_of, bar in (
        ("now", attrgetter("now"), 0.001),
        ("at clocks by chance", attrgetter("moment"), 0.002),
    ):
        about = [(draw.country, moment_of(draw)) for draw in draws]
        first, again = (_p50(lambda of: answers.facilities(*of), about) for _ in range(2))
        whole = _p50(lambda of: answers.country(*of), about)
        yield _at_most(f"the facilities of a country {what}, warm", again, bar)
        yield Bar("the same, asked for the first time", milliseconds(first), "")
        yield Bar("the same as a whole answer, warm", milliseconds(whole), "")
    yield _at_most(
        "the world counted by status, clocks by chance",
        _p50(lambda of: rows.counted(of.moment), draws[: max(5, times // 5)]),
        0.008,
    )
    yield _at_most(
        "the status of one record, clocks by chance",
        _p50(lambda of: rows.facility(of.facility, of.moment), draws),
        0.0003,
    )
    # Nothing but the card is recorded besides the statements.
    events = of.world.to_a_facility + 1
    yield _at_most(
        "its page's answer, for each of its events",
        _p50(lambda of: answers.facility(of.facility, of.now), draws) / events,
        0.0001,
    )
    yield _at_most(
        "its history, for each of its events",
        _p50(lambda of: answers.history(of.facility), draws) / events,
        0.0001,
    )
    for what, bar in (
        ("trends of the world", 0.235 / 5),
        ("slips of the world", 0.540 / 5),
        ("hindsight of the world", 0.170 / 5),
    ):
        asked = [OF_THE_WORLD[what]] * max(3, times // 20)
        seconds = _p50(lambda url: answered(archive, url), asked)
        yield _at_most(what, seconds, bar * share)


def _as_of(archive: Archive, of: Kept, times: int) -> Iterator[Bar]:
    """As-of beside now: the rows, and whole answers about as large as that of now."""
    rows, answers, now = Rows(archive, 3), Answers(archive), moment_now(archive)
    draws = list(drawn(archive, of.world, count=times))
    stab_now = _p50(lambda of: rows.country(of.country, of.now), draws)
    stab_then = _p50(lambda of: rows.country(of.country, of.moment), draws)
    yield _times_at_most("as-of to now, the rows of a country", stab_then / stab_now, 1.2)
    sizes = {draw.country: len(answers.country(draw.country, now)) for draw in draws}
    alike, seconds_now = [], []
    for path in islice(late_paths(of.world, end=now.known), times):
        country = path.partition("&country=")[2].partition("&")[0]
        size = len(answered(archive, path).text)
        if country in sizes and abs(size / sizes[country] - 1) <= ALIKE:
            seconds_now.append(_seconds(answers.country, country, now))
            alike.append(_seconds(answered, archive, path))
    ratio = quantile(alike, 0.5) / quantile(seconds_now, 0.5) if alike else float("nan")
    what = f"as-of to now, whole answers of equal content ({len(alike)} of {times})"
    yield _times_at_most(what, ratio, 2.0)


def _differences(archive: Archive) -> Iterator[Bar]:
    """Between two positions of the log, near ones and ones that lie far from each other."""
    head = moment_now(archive).known
    a_change: list[float] = []
    for back in (head // 100, head // 10):
        url = f"/v1/diff?country=CN&known=@{head - back}&to_known=@{head}"
        seconds = _p50(lambda url: answered(archive, url), [url] * 5)
        answer = msgspec.json.decode(answered(archive, url).text)
        changes = sum(len(answer[name]) for name in ("added", "removed", "changed"))
        a_change.append(seconds / max(1, changes))
        what = f"difference of two `known`, {changes:,} rows of a country"
        yield Bar(what, milliseconds(seconds), "")
    times = a_change[1] / a_change[0]
    yield _times_at_most("a row that differs among many to one among few", times, 1.2)


def _p50(ask: Callable[[Any], object], draws: Sequence[Any]) -> float:
    """The median of the seconds on the processor, each question asked of warm views."""
    for draw in draws[:3]:
        ask(draw)
    return quantile([_seconds(ask, draw) for draw in draws], 0.5)


def _seconds(ask: Callable[..., object], *about: object) -> float:
    """What an answer takes on the processor."""
    began = time.process_time()
    ask(*about)
    return time.process_time() - began


# --- over HTTP


def _over_http(of: Kept, *, seconds: int) -> Iterator[Bar]:
    with Archive(of.folder) as archive:
        fresh = late_paths(of.world, end=moment_now(archive).known)
    options = TWO_PROCESSES
    with annales(of.folder, *options) as server:
        yield _at_most("a start until /readyz", server.seconds, 1.5)
        paths = [list(islice(fresh, PATHS)) for _ in range(2)]
        one, many, again = (
            Asked(server.port, "/", script=in_turn(some)) for some in (*paths, paths[0][:1])
        )
        alone = load_of(one, seconds=seconds, connections=1)
        yield _at_most("a country over HTTP, 1 connection, uncached", alone.p50, 0.0025)
        what = f"the same, {CONNECTIONS} connections, clocks by chance"
        yield Bar(what, f"{rate([load_of(many, seconds=seconds)]):,.0f}/s", "see `peers`")
        what = f"the same answer again, {CONNECTIONS} connections"
        yield _at_least(what, rate([load_of(again, seconds=seconds)]), 6000)
        for url in (*TYPICAL.values(), *OF_THE_WORLD.values()):
            if (status := told(Asked(server.port, url)).status) != 200:
                raise ValueError(f"{url}: {status}")
        what = "memory of a server of 2 processes after every question"
        yield _memory_at_most(what, pss(server.pid), 600 * MB)


# --- what writes


def _ordered(statements: int, *, seconds: int) -> Bar:
    """Orders one by one beside the same SQLite without us, in a world of its own."""
    world = World(facilities=min(statements, 100_000) // 10)
    sides = orders.in_turns(world, seconds=seconds)
    what = (
        f"single durable orders over HTTP, {CONNECTIONS} connections: {sides.orders:,.0f}/s,"
        f" to SQLite alone with as many writers: {sides.rows:,.0f}/s"
    )
    ratio = sides.orders / sides.rows
    return Bar(what, f"{ratio:.2f}", "≥ 0.80", ratio >= 0.8)


@contextmanager
def _copied(of: Kept) -> Iterator[Path]:
    """A copy of the chronicle to work on."""
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        yield Path(shutil.copytree(of.folder, Path(folder) / "data"))


def _rebuilt(folder: Path, of: Kept) -> Bar:
    a_second = of.world.statements / command.seconds_to_rebuild(folder)
    return _at_least("rebuilding the views", a_second, 18_000)


def _followed(folder: Path, of: Kept, *, commits: int) -> Bar:
    """From the commit of an order to the views, while another process records."""
    news = list(islice(of.world.news(), commits))
    lags = across(folder, news, pause=1 / ORDERS_A_SECOND)
    with Archive(folder) as archive:
        log = archive.chronicle.log
        end = moment_now(archive).known
        first, last = log.commit_at(end - commits + 1), log.commit_at(end)
    if first is None or last is None:
        raise LookupError("nothing was recorded")
    took = (microseconds(last.recorded_at) - microseconds(first.recorded_at)) / 1e6
    what = f"from a commit to the views, p99, while {commits / took:,.0f} orders/s come"
    return _at_most(what, quantile(lags, 0.99), 0.05)
