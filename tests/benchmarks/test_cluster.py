"""`scripts/bench cluster` and the small cluster of `scripts/bench scale`, on 200 statements.

Real servers of PostgreSQL, nodes and HAProxy; where a program that `scripts/bench` unpacks is
missing, what needs it is left out.
"""

from __future__ import annotations

import inspect
import re
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from benchmarks import cluster as benchmark
from benchmarks.chronicle import World
from benchmarks.cluster import appending, failing, lagging, parts, reading, starting
from benchmarks.cluster.database import ALONE, MODES, Server, server, standby
from benchmarks.debian import program
from benchmarks.simulated import Costs
from cluster import counting, trial
from cluster.faults import FAULTS
from events.store.postgres import opening
from events.store.postgres.log import PostgresLog
from service.archive import LOG, Archive, node
from siege.attack import Bar

WORLD = World(facilities=10, to_a_facility=20, countries=1)


def needs(*patterns: str) -> pytest.MarkDecorator:
    """Leave out where one of these programs is neither installed nor unpacked."""
    missing = []
    for pattern in patterns:
        try:
            program(pattern)
        except FileNotFoundError:
            missing.append(pattern)
    return pytest.mark.skipif(bool(missing), reason=f"no {', '.join(missing)}")


POSTGRESQL = needs("usr/lib/postgresql/*/bin/initdb", "usr/lib/postgresql/*/bin/pg_basebackup")
WRK = needs("usr/bin/wrk")
HAPROXY = needs("usr/sbin/haproxy")

pytestmark = POSTGRESQL


@pytest.fixture(scope="module", autouse=True)
def cache() -> Iterator[None]:
    """What is made lies where whoever runs PostgreSQL may go."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        patch.setattr("benchmarks.debian.CACHE", folder)
        patch.setattr("benchmarks.cluster.CACHE", folder)
        yield


class Nodes(NamedTuple):
    """A database with a world in it, and the folders of three nodes, the first of them made."""

    database: Server
    folders: list[Path]


@pytest.fixture(scope="module")
def nodes(cache: None) -> Iterator[Nodes]:  # noqa: ARG001 -- it is to be there before
    """A world of two hundred statements."""
    with benchmark.nodes_of(WORLD) as (database, folders):
        yield Nodes(database, folders)


def copied(nodes: Nodes, folder: Path) -> Path:
    """Another node of the database, which has all."""
    node.become(folder, nodes.database.address, log=LOG)
    with Archive(folder) as archive:
        archive.catch_up()
    return folder


def test_a_commit_waits_for_what_its_mode_says() -> None:
    """A server has the setting of each mode, and its standby what was committed."""
    with server() as database, standby(database):
        for mode in MODES:
            database.wait_for(mode)
            with psycopg.connect(database.address, autocommit=True) as connection:
                said = connection.execute("SHOW synchronous_commit").fetchone()
                names = connection.execute("SHOW synchronous_standby_names").fetchone()
                connection.execute("CREATE TABLE IF NOT EXISTS lines (line text)")
            assert said == (mode.commit,)
            assert names == ("*" if mode.needs_standby else "",)
        assert database.processor() > 0
        waiting = database.connection.execute("SELECT flush_lsn FROM pg_stat_replication")
        assert waiting.fetchone() is not None


def test_both_recorders_append_what_they_are_given() -> None:
    """Ours and the library's have as many events as were counted, one a commit and many."""
    with server() as database, appending.library(database) as theirs:
        opening.make(database.address, [appending.LOG_ALONE])
        ours = PostgresLog(database.address, appending.LOG_ALONE)
        try:
            for recorder in (ours, theirs):
                counted = count()
                side = appending.side("one", recorder.insert_events, counted)
                assert side.single(0.1).rate > 0
                assert side.bulk(0.1).rate > 0
                assert recorder.max_notification_id() == next(counted)
        finally:
            ours.close()


@WRK
def test_appends_are_told_for_every_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three sides in each, with their ratio to the library's recorder."""
    monkeypatch.setattr(appending, "WORLD", World(facilities=10))
    monkeypatch.setattr(appending, "BATCH", 20)
    monkeypatch.setattr(appending, "ROUNDS", 1)
    with server() as database:
        (figures,) = appending.run(database, seconds=0.2)
    assert len(figures.rows) == 3 * len(MODES)
    assert [row[3] for row in figures.rows[::3]] == ["1.00"] * len(MODES)
    assert ALONE.title in figures.rows[0][0]


def test_the_lag_of_a_node_is_that_of_every_commit(nodes: Nodes, tmp_path: Path) -> None:
    """Some statements by one node, seen by another."""
    other = copied(nodes, tmp_path / "other")
    (figures,) = lagging.run(nodes.folders[0], other, WORLD, commits=5)
    assert len(figures.rows) == len(lagging.PAUSES)
    assert all(cell.endswith(" ms") for row in figures.rows for cell in row[1:])


def test_a_new_node_serves_by_replay(nodes: Nodes, tmp_path: Path) -> None:
    """It begins with nothing, and has all once it serves."""
    started = starting.by_replay(nodes.database, tmp_path / "new")
    assert started.seconds > 0
    with Archive(tmp_path / "new") as archive, Archive(nodes.folders[0]) as first:
        assert archive.views.tracked() == first.chronicle.log.max_notification_id()


def test_a_new_node_serves_from_a_snapshot_of_another(nodes: Nodes, tmp_path: Path) -> None:
    """Each step is told, and it has all once it serves."""
    first, new = nodes.folders[0], tmp_path / "new"
    started = starting.by_snapshot(nodes.database, first, new)
    assert [step for step, _ in started.steps] == ["writing it", "beginning", "serving"]
    with Archive(new) as archive, Archive(first) as other:
        assert archive.views.tracked() == other.chronicle.log.max_notification_id()


@WRK
@HAPROXY
def test_reads_are_told_by_nodes_and_from_the_cache(nodes: Nodes, tmp_path: Path) -> None:
    """With what they take of the processors, and 200 once no node is left."""
    folders = [nodes.folders[0], copied(nodes, tmp_path / "other")]
    (by_nodes,) = reading.by_nodes(nodes.database, folders, seconds=1)
    assert [row[0] for row in by_nodes.rows] == ["1", "2"]
    assert all(re.fullmatch(r"[\d.,]+ ms a read", row[4]) for row in by_nodes.rows)
    (kept,) = reading.kept(folders, seconds=1)
    assert [row[1] for row in kept.rows] == ["200", "200", "200"]


@HAPROXY
def test_the_configuration_that_is_shipped_is_the_one_that_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that is no longer there to be replaced is named."""
    other = tmp_path / "haproxy.cfg"
    shutil.copy(reading.FRONT, other)
    other.write_text(other.read_text("utf-8").replace("bind :80\n", "bind :8080\n"), "utf-8")
    monkeypatch.setattr(reading, "FRONT", other)
    with pytest.raises(LookupError, match="bind :80"), reading.haproxy([1]):
        pass


def test_the_gap_of_a_failover_is_told_with_its_bar() -> None:
    """Of the faults that `scripts/cluster faults` knows, with what was lost."""
    bars = [
        Bar("led before, and after", "a, b"),
        Bar(failing.GAP, "31.0 s", "< 30 s", held=False),
        Bar(failing.OF_PATRONI, "14.0 s"),
        Bar(failing.ACKNOWLEDGED, "900"),
        Bar(failing.LOST, "0", "0"),
    ]
    told = failing.row("killed", bars)
    assert told == ["killed", "31.0 s", "< 30 s", "no", "14.0 s", "900", "0"]
    assert set(failing.WHICH) <= set(FAULTS)
    words = inspect.getsource(trial) + inspect.getsource(counting)
    for said in (failing.GAP, failing.OF_PATRONI, failing.ACKNOWLEDGED, failing.LOST):
        assert f'"{said}"' in words


@pytest.mark.long
@WRK
@HAPROXY
def test_the_parts_of_a_small_cluster_are_measured(tmp_path: Path) -> None:
    """Each of them, and what many at a time come to."""
    with benchmark.nodes_of(WORLD) as (database, folders):
        nodes = folders[0], copied(Nodes(database, folders), tmp_path / "other")
        small = parts.run(database, nodes, WORLD, times=3, seconds=3)
    assert isinstance(small.costs, Costs)
    assert all(seconds >= 0 for seconds in small.costs)
    assert all(value > 0 for value in small.seen)
