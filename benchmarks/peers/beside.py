"""`scripts/bench peers`: Annales beside the best systems that do the same work, in one run.

All of them hold the row versions that one made-up chronicle comes to. First each is asked the same
questions at clocks by chance, and every row must be the same as ours; then they are timed, one
question of each in turn. Annales and Datasette are asked over HTTP as well, where none of them may
code what it sends.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple, TypeAlias

import msgspec

from benchmarks.chronicle import World, country_of
from benchmarks.draws import Draw, drawn, late_paths, moment_now
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.kept import Kept, kept, world_of
from benchmarks.peers import datasette, mariadb, postgresql
from benchmarks.peers.datasette import path_of
from benchmarks.peers.ours import Answers, Rows
from benchmarks.peers.peer import Peer
from benchmarks.peers.simple_history import SimpleHistory
from benchmarks.peers.sql import PlainColumns
from benchmarks.peers.sqlite import Sqlite
from benchmarks.row_versions import row_versions
from benchmarks.servers import (
    CONNECTIONS,
    DATASETTE,
    TWO_PROCESSES,
    Asked,
    Load,
    annales,
    in_turn,
    load_of,
    rate,
    told,
)
from benchmarks.servers import datasette as serving_datasette
from service.archive import Archive

Asker: TypeAlias = Any
"""A `Peer`, or one of ours."""

COMPARED = 20
"""How many questions of each kind are compared row by row."""

SECONDS = 8
ROUNDS = 2
"""How long, and how often, servers are asked in turn."""

EIGHT = 1
"""Which row over HTTP is that of many connections."""

PATHS = 10_000
"""As many answers as a server hardly gives in that time, and keeps still less."""


class Kind(NamedTuple):
    """A kind of question: what it is called, how often it is timed, and how somebody is asked."""

    title: str
    times: int
    ask: Callable[[Asker, Draw], Any]
    of_rows: bool = True
    """Whether the rows of our views answer it, and so can be compared with those of the peers."""


KINDS = (
    Kind("a country now", 100, lambda who, of: who.country(of.country, of.now.on(who.clocks))),
    Kind(
        "a country at clocks by chance",
        100,
        lambda who, of: who.country(of.country, of.moment.on(who.clocks)),
    ),
    Kind(
        "the world counted by status",
        15,
        lambda who, of: who.counted(of.moment.on(who.clocks)),
    ),
    Kind(
        "the status of one facility",
        200,
        lambda who, of: who.facility(of.facility, of.moment.on(who.clocks)),
    ),
    Kind("the history of one facility", 200, lambda who, of: who.history(of.facility), False),
    Kind(
        "what differs in a country between two positions of the log",
        50,
        lambda who, of: who.difference(of.country, of.moment.on(who.clocks), of.to_known),
    ),
)
NOW, BY_CHANCE = KINDS[0].title, KINDS[1].title

Times: TypeAlias = dict[str, dict[str, list[float]]]
"""By kind of question and by name, the seconds of each answer."""


def run(statements: int, *, small: bool = False) -> Iterator[Figures]:
    """Rows alike, then times in process, then over HTTP."""
    # Where both have a package, ours stands first.
    sys.path.extend(map(str, DATASETTE.parents[1].glob("lib/python*/site-packages")))
    of = kept(world_of(statements))
    with Archive(of.folder) as archive, _peers() as peers:
        yield _filled(archive, of, peers)
        draws = list(drawn(archive, of.world, count=max(kind.times for kind in KINDS)))
        ours = [Rows(archive, clocks) for clocks in (3, 2, 1)]
        compare(ours, peers, draws[:COMPARED])
        compare_answers(ours[0], Answers(archive), draws[:COMPARED])
        times = timed([*ours, Answers(archive), *peers], draws, share=0.05 if small else 1)
        for kind in KINDS:
            yield beside(kind, times[kind.title], of.world)
        yield as_of_beside_now(times)
    over_http = _over_http(of, seconds=1 if small else SECONDS)
    yield over_http
    yield reached(times, float(over_http.rows[EIGHT][-1]))


# --- the peers


@contextmanager
def _peers() -> Iterator[list[Peer]]:
    """Every peer, empty and ready."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        elephant = running.enter_context(postgresql.server())
        seal = running.enter_context(mariadb.server())
        files = (running.enter_context(Sqlite(folder / f"{clocks}.sqlite")) for clocks in (3, 2))
        yield [
            *(
                PlainColumns(file, clocks=clocks)
                for clocks, file in zip((3, 2), files, strict=True)
            ),
            postgresql.Ranges(elephant, clocks=3),
            postgresql.Ranges(elephant, clocks=2),
            PlainColumns(elephant, clocks=3),
            PlainColumns(elephant, clocks=2),
            PlainColumns(seal, clocks=3),
            mariadb.Versioned(seal),
            SimpleHistory(folder / "django.sqlite"),
        ]


def _filled(archive: Archive, of: Kept, peers: Sequence[Peer]) -> Figures:
    """Give every peer its rows."""
    rows = list(row_versions(archive))
    shown = [
        [
            "Annales, log and views",
            "3",
            f"{of.loading.seconds:,.1f} s",
            f"{(of.loading.log_bytes + of.loading.view_bytes) / of.world.statements:,.0f} B",
        ]
    ]
    for peer in peers:
        began = time.perf_counter()
        peer.fill(rows)
        seconds = time.perf_counter() - began
        size = peer.bytes() / of.world.statements
        shown.append([peer.name, str(peer.clocks), f"{seconds:,.1f} s", f"{size:,.0f} B"])
    return Figures(
        f"{of.world.statements:,} statements, which come to {len(rows):,} row versions of the"
        f" status of {of.world.facilities:,} facilities in {of.world.countries} countries",
        ("", "clocks", "loaded in", "bytes a statement"),
        shown,
        note=(
            "Annales takes statements, decides on them and derives all its views; the peers take"
            " the rows of one view, ready made. On two clocks they have `at` and `known`, the rows"
            " that stand on `stated` after all was said; on one `known` alone, at the end of 2024."
        ),
    )


# --- questions


def compare(ours: Sequence[Rows], peers: Sequence[Peer], draws: Sequence[Draw]) -> None:
    """Ask everybody the same. Raises ValueError where a peer has other rows than ours."""
    for kind in (kind for kind in KINDS if kind.of_rows):
        for draw in draws:
            expected = {each.clocks: sorted(kind.ask(each, draw)) for each in ours}
            for peer in peers:
                if sorted(kind.ask(peer, draw)) != expected[peer.clocks]:
                    raise ValueError(f"{peer.name} and Annales differ on {kind.title}: {draw}")


def compare_answers(rows: Rows, answers: Answers, draws: Sequence[Draw]) -> None:
    """Whole answers list just the facilities of the rows. Raises ValueError where they do not."""
    for draw in draws:
        listed = msgspec.json.decode(answers.country(draw.country, draw.moment))["facilities"]
        having = {(each["id"], each["status"]) for each in listed if each["status"]}
        found = rows.country(draw.country, draw.moment)
        if having != {(row.facility, row.status) for row in found if row.status}:
            raise ValueError(f"the answer and the rows differ: {draw}")


def timed(askers: Sequence[Asker], draws: Sequence[Draw], *, share: float) -> Times:
    """Ask each in turn, so that whatever else the machine does disturbs all alike."""
    times: Times = {}
    for kind in KINDS:
        able = [who for who in askers if kind.of_rows or not isinstance(who, Rows)]
        times[kind.title] = {_label(who): [] for who in able}
        for who in able:
            kind.ask(who, draws[-1])
        for draw in draws[: max(2, int(kind.times * share))]:
            for who in able:
                began = time.perf_counter()
                kind.ask(who, draw)
                times[kind.title][_label(who)].append(time.perf_counter() - began)
    return times


def _label(who: Asker) -> str:
    return f"{who.name} ({who.clocks})"


def beside(kind: Kind, times: dict[str, list[float]], world: World) -> Figures:
    """Everybody's times, and how often ours go into them."""
    shown = []
    for label, seconds in times.items():
        p50 = quantile(seconds, 0.5)
        ours = times.get(f"Annales, rows {label[-3:]}") or times["Annales, whole answers (3)"]
        shown.append(
            [
                label,
                milliseconds(p50),
                milliseconds(quantile(seconds, 0.95)),
                f"{p50 / quantile(ours, 0.5):.2f}",
            ]
        )
    return Figures(
        f"{kind.title[0].upper()}{kind.title[1:]}, in process"
        f" ({world.statements:,} statements, {world.facilities // world.countries:,} facilities"
        " a country)",
        ("(on how many clocks)", "p50", "p95", "to ours"),
        shown,
        note=f"{len(seconds)} questions of each, in turn; to our rows on as many clocks.",
    )


def as_of_beside_now(times: Times) -> Figures:
    """How much longer the past takes than the present."""
    now, then = times[NOW], times[BY_CHANCE]
    p50 = {label: (quantile(now[label], 0.5), quantile(then[label], 0.5)) for label in now}
    return Figures(
        "As-of beside now: a country, p50",
        ("(on how many clocks)", "now", "by chance", "ratio"),
        [
            [label, milliseconds(one), milliseconds(other), f"{other / one:.2f}"]
            for label, (one, other) in p50.items()
        ],
        note="`scripts/bench bars` has the same for whole answers of equal content.",
    )


def reached(times: Times, to_datasette: float) -> Figures:
    """The bars that are set beside peers; the others stand in `scripts/bench bars`."""
    rows = []
    for title in (NOW, BY_CHANCE):
        p50 = {label: quantile(seconds, 0.5) for label, seconds in times[title].items()}
        best = min(p50[label] for label in p50 if label.startswith("PostgreSQL") and "(3)" in label)
        ratio = best / p50["Annales, rows (3)"]
        what = f"{title}, the same rows: PostgreSQL's quickest time to ours"
        rows.append([what, f"{ratio:.2f}", "≥ 1.00", "yes" if ratio >= 1 else "no"])
    what = f"a country over HTTP, {CONNECTIONS} connections, clocks by chance: to Datasette"
    rows.append([what, f"{to_datasette:.2f}", "≥ 1.50", "yes" if to_datasette >= 1.5 else "no"])
    return Figures("What is to be reached beside them", ("", "measured", "bar", "met"), rows)


# --- over HTTP


def _over_http(of: Kept, *, seconds: int) -> Figures:
    """A country of ours at clocks by chance, beside the same rows in a table of Datasette."""
    options = TWO_PROCESSES
    processes = 2 if options else 1
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        file = Path(name) / "peer.sqlite"
        with Archive(of.folder) as archive:
            fresh = late_paths(of.world, end=moment_now(archive).known)
            listed = list(_listed_now(archive, of.world))
        datasette.fill(file, chain.from_iterable(listed))
        tables = [path_of(rows[0]["country"], 1000) for rows in listed]
        ours = [Asked(running.enter_context(annales(of.folder, *options)).port, "/")]
        theirs = [
            Asked(running.enter_context(serving_datasette(file)).port, "/")
            for _ in range(processes)
        ]

        def row(what: str, *, connections: int, answers: int) -> list[str]:
            """Both asked in turn, ours for so many answers that nobody asked for before."""
            loads: tuple[list[Load], list[Load]] = ([], [])
            paths: list[str] = []
            for _ in range(ROUNDS):
                paths = list(islice(fresh, answers))
                for side, servers, some in ((0, ours, paths), (1, theirs, tables[:answers])):
                    among = [each._replace(script=in_turn(some)) for each in servers[:connections]]
                    loads[side].append(load_of(*among, seconds=seconds, connections=connections))
            sizes = (_bytes(ours[0], paths), _bytes(theirs[0], tables[:answers]))
            rates = [rate(each) for each in loads]
            cells = [
                (size, f"{rate:,.0f}/s", *_quantiles(each))
                for size, rate, each in zip(sizes, rates, loads, strict=True)
            ]
            return [what, *chain.from_iterable(cells), f"{rates[0] / rates[1]:.2f}"]

        rows = [
            row("clocks by chance, 1 connection", connections=1, answers=PATHS),
            row(f"the same, {CONNECTIONS} connections", connections=CONNECTIONS, answers=PATHS),
            row(
                f"the same answer again, {CONNECTIONS} connections",
                connections=CONNECTIONS,
                answers=1,
            ),
        ]
    return Figures(
        f"A country over HTTP, {of.world.facilities // of.world.countries:,} facilities among"
        f" {of.world.statements:,} statements; {processes} "
        f"{'process' if processes == 1 else 'processes'} of each",
        ("", "bytes", "Annales", "p50", "p95", "bytes", "Datasette", "p50", "p95", "ratio"),
        rows,
        note=(
            "Datasette gives the rows of one state as a plain table, whatever is asked; its"
            " processes have a port each, over which the connections are spread. Ours has clocks"
            " of the last twenty years, when countries are as full as now. Nothing is compressed."
        ),
    )


def _listed_now(archive: Archive, world: World) -> Iterator[list[dict[str, Any]]]:
    """The facilities of each country as its answer lists them now."""
    answers = Answers(archive)
    now = moment_now(archive)
    for number in range(min(world.countries, world.facilities)):
        text = answers.country(country_of(number, world.countries), now)
        yield msgspec.json.decode(text)["facilities"]


def _bytes(server: Asked, paths: Sequence[str]) -> str:
    """How long some answers are. Raises ValueError for one that is none, or is coded."""
    sizes = []
    for path in paths[:40]:
        answer = told(server._replace(path=path))
        if answer.status != 200 or "content-encoding" in answer.headers:
            raise ValueError(f"{path}: {answer.status}, {answer.headers}")
        sizes.append(len(answer.body))
    return f"{fmean(sizes):,.0f}"


def _quantiles(loads: Sequence[Load]) -> list[str]:
    return [
        milliseconds(fmean(load.p50 for load in loads)),
        milliseconds(fmean(load.p95 for load in loads)),
    ]
