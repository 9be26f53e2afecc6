"""The log in SQLite keeps what it acknowledged, whole, in order, and unchanged."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import (
    ConnectionPoolClosedError,
    ConnectionUnavailableError,
    InfrastructureFactory,
    IntegrityError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    StoredEvent,
)
from eventsourcing.tests import persistence as library

import events
from events.canonical import leaf_hash
from events.commit import Claim, Commit, NewCommit
from events.errors import IdTaken, LogDamaged, NotDurable, NotWritten
from events.store.copying import copy
from events.store.inspection import damage, damaged_log, one_state
from events.store.sqlite import ChronicleDatastore, ChronicleFactory, ChronicleRecorder

NOON = 1_795_608_000_000_000  # 2026-11-25T12:00:00Z
WRITER = Path(__file__).with_name("log_writer.py")
ROOT = Path(events.__file__).parent.parent


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The clock of the log under test."""
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the log under test lies."""
    return tmp_path / "log.db"


@pytest.fixture
def log(file: Path, clock: Clock) -> Iterator[ChronicleRecorder]:
    """An empty log."""
    with opened(file, clock) as recorder:
        yield recorder


@contextmanager
def opened(file: Path | str, clock: Callable[[], int] | None = None) -> Iterator[ChronicleRecorder]:
    """The log of a file, as a process opens it."""
    env = {"SQLITE_DBNAME": str(file), "SQLITE_LOCK_TIMEOUT": "1"}
    factory = ChronicleFactory(env, clock=clock) if clock else ChronicleFactory(env)
    try:
        yield factory.application_recorder()
    finally:
        factory.close()


def event(stream: str, version: int, state: bytes = b"{}") -> StoredEvent:
    """An event of no particular content."""
    return StoredEvent(stream, version, "noted-v1", state)


def by(actor: str = "wang", **told: Any) -> NewCommit:
    """What a curator says about a commit."""
    return NewCommit(actor=actor, request="r-1", **told)


def tables(file: Path) -> list[list[tuple[Any, ...]]]:
    """All that the log holds, to be compared."""
    with closing(sqlite3.connect(file)) as connection:
        return [
            connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("stored_events", "commits", "names", "sqlite_sequence")
        ]


def writer(file: Path, *order: str) -> subprocess.Popen[str]:
    """Another process that writes."""
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(file), *order],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


# What the library demands of a recorder.


class OnAFile:
    """Gives the library's cases a log in a file, with streams named by text."""

    def new_originator_id(self) -> str:
        return f"record:{uuid4()}"

    def create_recorder(self) -> ChronicleRecorder:
        folder = TemporaryDirectory()
        datastore = ChronicleDatastore(str(Path(folder.name) / "log.db"))
        self.addCleanup(folder.cleanup)  # type: ignore[attr-defined] # of unittest.TestCase
        self.addCleanup(datastore.close)  # type: ignore[attr-defined] # of unittest.TestCase
        recorder = ChronicleRecorder(datastore)
        recorder.create_table()
        return recorder


class TestAsTheLibraryDemands(OnAFile, library.ApplicationRecorderTestCase[ChronicleRecorder]):
    """Inserts, reads, conflicts, threads and subscriptions."""

    def test_insert_subscribe(self) -> None:
        """A subscription yields what was recorded before it and after it."""
        self.optional_test_insert_subscribe()


class TestPositionsDoNotInterleave(OnAFile, library.NonInterleavingNotificationIDsBaseCase):
    """Two threads that insert at once."""


# How the log is opened.


def test_the_library_finds_the_log_by_its_persistence_module(file: Path) -> None:
    """`PERSISTENCE_MODULE` names the module; snapshots and views are refused this file."""
    factory = InfrastructureFactory.construct(
        {"PERSISTENCE_MODULE": "events.store.sqlite", "SQLITE_DBNAME": str(file)}
    )
    with closing(factory):
        log = factory.application_recorder()
        assert log.insert_events([event("record:juno", 1)]) == [1]
        assert log.select_events("record:juno") == [event("record:juno", 1)]
        for refused in (
            factory.aggregate_recorder,
            factory.tracking_recorder,
            factory.process_recorder,
        ):
            with pytest.raises(NotSupportedError):
                refused()


def test_the_file_holds_the_log_and_nothing_else(log: ChronicleRecorder, file: Path) -> None:
    """Three strict tables under a schema number, in a file in WAL mode."""
    log.insert_events([event("record:juno", 1)])
    with closing(sqlite3.connect(file)) as connection:
        lists = connection.execute("PRAGMA table_list").fetchall()
        assert {row[1] for row in lists if row[2] == "table" and row[5]} == {
            "stored_events",
            "commits",
            "names",
            "epochs",
            "tree",
        }
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_each_connection_syncs_in_full(log: ChronicleRecorder) -> None:
    """Those that read, the one that writes, and those given away."""
    for commit in (True, False):
        with log.datastore.get_connection(commit=commit) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone()[0] == 2
    with closing(log.datastore.pool.connect()) as plain:
        assert plain.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize("name", [":memory:", "file:log?mode=memory", "file:{}?vfs=unix-dotfile"])
def test_a_store_that_would_lose_a_commit_is_refused(name: str, file: Path) -> None:
    """In memory, or where SQLite cannot keep a write-ahead log, nothing is opened."""
    with pytest.raises(NotDurable, match="wal"), opened(name.format(file)):
        pass


def test_a_file_that_is_no_log_is_left_alone(tmp_path: Path) -> None:
    """Another application's database, a later schema, a picture: each is refused as it is."""
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE stored_events (id)")
    with pytest.raises(NotSupportedError, match="not a log of schema 3"), opened(other):
        pass

    later = tmp_path / "later.db"
    with closing(sqlite3.connect(later)) as connection:
        connection.execute("PRAGMA user_version = 4")
    with pytest.raises(NotSupportedError, match="schema 4"), opened(later):
        pass

    picture = tmp_path / "picture.db"
    picture.write_bytes(b"\x89PNG" * 2000)
    with pytest.raises(LogDamaged, match="not a database"), opened(picture):
        pass


def test_many_processes_may_open_a_new_log_at_once(file: Path) -> None:
    """Whoever comes first creates it; the others find it."""
    writers = [writer(file, "append", f"record:{number}", "1", "1") for number in range(6)]
    for process in writers:
        process.communicate(timeout=60)

    assert [process.returncode for process in writers] == [0] * 6
    with opened(file) as log:
        assert log.max_notification_id() == 6


def test_a_closed_log_says_so(log: ChronicleRecorder) -> None:
    """Neither readers nor writers get anything from it, and closing twice is harmless."""
    log.datastore.close()
    log.datastore.close()
    with pytest.raises(ConnectionPoolClosedError):
        log.head()
    with pytest.raises(ConnectionPoolClosedError):
        log.insert_events([event("record:juno", 1)])
    assert log.wait_for(0, timeout=5) is False


# What a commit is.


def test_a_commit_says_who_when_and_why_and_its_events_share_it(log: ChronicleRecorder) -> None:
    """One row for the commit, a leaf for each event, read back together."""
    batch = [event("source:recall", 1), event("record:juno", 1, b'{"a":1}')]
    new = by(key="k-1", fingerprint="f-1")

    assert log.insert_events(batch, commit=new) == [1, 2]

    expected = Commit(
        position=2,
        first=1,
        recorded_at="2026-11-25T12:00:00.000000Z",
        actor="wang",
        request="r-1",
        key="k-1",
        fingerprint="f-1",
    )
    one, two = log.select_log(after=0, limit=10)
    assert log.head() == one.commit == expected
    assert two.commit is one.commit
    assert two[:5] == (2, "record:juno", 1, "noted-v1", b'{"a":1}')
    assert two.leaf == leaf_hash(
        stream="record:juno",
        version=1,
        topic="noted-v1",
        state=b'{"a":1}',
        recorded_at=expected.recorded_at,
        actor="wang",
    )


def test_without_a_commit_of_its_own_an_insert_is_the_systems(log: ChronicleRecorder) -> None:
    """So that the library's own calls make whole commits too; no events make none."""
    assert log.insert_events([]) == []
    assert log.head() is None

    log.insert_events([event("record:juno", 1)])

    head = log.head()
    assert head is not None
    assert (head.actor, head.request, head.key) == ("system", "", None)


def test_recorded_at_increases_strictly_whatever_the_clock_says(
    log: ChronicleRecorder, clock: Clock
) -> None:
    """A clock that stands still or steps back makes one microsecond of difference."""
    for version, now in enumerate([NOON, NOON, NOON - 7_200_000_000, NOON + 5, NOON - 1], start=1):
        clock.now = now
        log.insert_events([event("record:juno", version)])

    assert [logged.commit.recorded_at[19:] for logged in log.select_stream("record:juno")] == [
        ".000000Z",
        ".000001Z",
        ".000002Z",
        ".000005Z",
        ".000006Z",
    ]


def test_a_commit_is_found_by_position_by_instant_and_by_key(
    log: ChronicleRecorder, clock: Clock
) -> None:
    """A place inside a batch and a time between two commits round down to the last whole one."""
    assert log.commit_at(5) is None
    log.insert_events([event("record:juno", 1), event("record:juno", 2)], commit=by(key="a"))
    clock.now += 10
    log.insert_events([event("record:juno", version) for version in (3, 4, 5)])

    def place(commit: Commit | None) -> int:
        return commit.position if commit else 0

    assert [place(log.commit_at(n)) for n in range(7)] == [0, 0, 2, 2, 2, 5, 5]
    assert [
        place(log.commit_by(f"2026-11-25T{time}Z"))
        for time in ("11:59:59.999999", "12:00:00.000000", "12:00:00.000009", "12:00:00.000010")
    ] == [0, 2, 2, 5]
    assert place(log.commit_by_key(actor="wang", key="a")) == 2
    assert log.commit_by_key(actor="li", key="a") is None
    assert log.commit_by_key(actor="wang", key="b") is None


def test_an_instant_of_another_form_is_no_question(log: ChronicleRecorder) -> None:
    """As text it would stand in the wrong place of the order."""
    with pytest.raises(ValueError, match="is no instant"):
        log.commit_by("2026-11-25T12:00:00Z")


# What a commit cannot be.


def test_a_claim_is_taken_once_for_good(log: ChronicleRecorder) -> None:
    """Once in each space; the error names the one that is taken, and the rest stays free."""
    mine = (Claim("record", "juno", "juno"), Claim("statement", "juno", "juno"))
    log.insert_events([event("record:juno", 1)], commit=by(claims=mine))

    theirs = (
        Claim("statement", "a", "lhaaso"),
        Claim("record", "juno", "lhaaso"),
        Claim("statement", "b", "lhaaso"),
    )
    with pytest.raises(IdTaken) as taken:
        log.insert_events([event("record:lhaaso", 1)], commit=by(claims=theirs))

    assert (taken.value.kind, taken.value.id) == ("record", "juno")
    assert log.claimed("record", ["juno", "lhaaso"]) == {"juno": "juno"}
    assert log.claimed("statement", ["a", "b", "juno", "'; --", "\x00"]) == {"juno": "juno"}
    assert log.claimed("statement", []) == {}


def test_a_batch_cannot_claim_an_id_twice(log: ChronicleRecorder) -> None:
    """Not even for itself."""
    twice = (Claim("entry", "a", "x"), Claim("entry", "b", "x"), Claim("entry", "a", "y"))
    with pytest.raises(IdTaken) as taken:
        log.insert_events([event("record:x", 1)], commit=by(claims=twice))
    assert (taken.value.kind, taken.value.id) == ("entry", "a")


def test_thousands_of_ids_are_looked_up_at_once(log: ChronicleRecorder) -> None:
    """More than SQLite takes as parameters of one statement."""
    claims = tuple(Claim("statement", f"s-{number}", "juno") for number in range(40_000))
    log.insert_events([event("record:juno", 1)], commit=by(claims=claims))
    assert len(log.claimed("statement", [claim.id for claim in claims])) == 40_000


def test_a_key_is_used_once_by_each_actor(log: ChronicleRecorder) -> None:
    """Said before anything else: the repetition of a request conflicts with itself in all."""
    claims = (Claim("record", "juno", "juno"),)
    log.insert_events([event("record:juno", 1)], commit=by(key="k", claims=claims))

    with pytest.raises(IntegrityError, match=r"commits\.actor"):
        log.insert_events([event("record:juno", 1)], commit=by(key="k", claims=claims))
    log.insert_events([event("record:juno", 2)], commit=by("li", key="k"))


def test_a_version_of_a_stream_is_given_once(log: ChronicleRecorder) -> None:
    """That is how two writers who read the same revision are told apart."""
    log.insert_events([event("record:juno", 1)])
    with pytest.raises(IntegrityError, match=r"stored_events\.originator_id"):
        log.insert_events([event("record:lhaaso", 1), event("record:juno", 1)])


def test_an_insert_that_fails_leaves_every_table_as_it_was(
    log: ChronicleRecorder, file: Path
) -> None:
    """Whatever fails, and wherever in the commit; and the log goes on."""
    log.insert_events(
        [event("record:juno", 1)], commit=by(key="k", claims=(Claim("record", "juno", "juno"),))
    )
    before = tables(file)
    free = (Claim("record", "a", "a"),)
    failures: list[tuple[type[Exception], list[StoredEvent], NewCommit]] = [
        (IntegrityError, [event("record:a", 1), event("record:juno", 1)], by(claims=free)),
        (IntegrityError, [event("record:a", 1), event("record:a", 1)], by(claims=free)),
        (IntegrityError, [event("record:a", 1)], by(claims=free, key="k")),
        (IdTaken, [event("record:a", 1)], by(claims=(*free, Claim("record", "juno", "a")))),
        (LogDamaged, [event("record:a", 1)], by(claims=free, positions=(1,))),
        (TypeError, [StoredEvent("record:a", 1, "t", "{}")], by(claims=free)),  # type: ignore[arg-type] # on purpose
        (IntegrityError, [StoredEvent("record:a", 1, None, b"{}")], by(claims=free)),  # type: ignore[arg-type] # on purpose
    ]
    for error, batch, commit in failures:
        with pytest.raises(error):
            log.insert_events(batch, commit=commit)
        assert tables(file) == before

    assert log.insert_events([event("record:a", 1)], commit=by(claims=free)) == [2]


def test_a_full_disk_is_an_error_and_not_the_end(log: ChronicleRecorder, file: Path) -> None:
    """What was acknowledged stays, and with room the next commit succeeds on its own."""
    log.insert_events([event("record:juno", 1)])
    with log.datastore.get_connection(commit=True) as connection:
        pages = connection.cursor()
        pages.execute("PRAGMA page_count")
        [count] = pages.fetchone()
        pages.execute(f"PRAGMA max_page_count = {count + 3}")
    before = tables(file)

    with pytest.raises(NotWritten, match="full"):
        log.insert_events([event("record:juno", 2, b"x" * 100_000)])
    assert tables(file) == before

    with log.datastore.get_connection(commit=True) as connection:
        connection.cursor().execute("PRAGMA max_page_count = 1000000")
    assert log.insert_events([event("record:juno", 2, b"x" * 100_000)]) == [2]


def test_a_commit_that_fails_at_its_very_end_leaves_no_transaction_open(
    log: ChronicleRecorder,
) -> None:
    """Else the next one could not begin."""
    with log.datastore.get_connection(commit=True) as connection:
        for order in (
            "PRAGMA foreign_keys = ON",
            "CREATE TEMP TABLE parents (id PRIMARY KEY)",
            "CREATE TEMP TABLE children (id REFERENCES parents DEFERRABLE INITIALLY DEFERRED)",
        ):
            connection.cursor().execute(order)

    def fail() -> None:
        with log.datastore.transaction(commit=True) as cursor:
            log._insert_events(cursor, [event("record:juno", 1)])
            cursor.execute("INSERT INTO children VALUES (1)")

    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        fail()
    assert log.insert_events([event("record:juno", 1)]) == [1]


@pytest.mark.parametrize("table", ["stored_events", "commits", "names"])
@pytest.mark.parametrize("extra", [(), ("PRAGMA recursive_triggers = ON",)])
def test_what_was_written_can_be_neither_changed_nor_removed(
    log: ChronicleRecorder, file: Path, table: str, extra: tuple[str, ...]
) -> None:
    """Not even by someone who opens the file with another program."""
    log.insert_events(
        [event("record:juno", 1)], commit=by(claims=(Claim("record", "juno", "juno"),))
    )
    with closing(sqlite3.connect(file)) as connection:
        column = connection.execute(f"SELECT * FROM {table}").description[0][0]
        orders = [f"UPDATE {table} SET {column} = 9", f"DELETE FROM {table}"]
        if extra:
            orders.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        for pragma in extra:
            connection.execute(pragma)
        for order in orders:
            with pytest.raises(sqlite3.IntegrityError, match="the log is append-only"):
                connection.execute(order)


def test_our_own_connections_cannot_replace_what_was_written(log: ChronicleRecorder) -> None:
    """INSERT OR REPLACE passes by the triggers unless it is told not to."""
    log.insert_events([event("record:juno", 1)])
    with (
        pytest.raises(IntegrityError, match="append-only"),
        log.datastore.transaction(commit=True) as cursor,
    ):
        cursor.execute("INSERT OR REPLACE INTO stored_events SELECT * FROM stored_events")


# Positions.


def test_a_restore_keeps_positions_and_times(log: ChronicleRecorder, clock: Clock) -> None:
    """Also the holes that a log in PostgreSQL has, between commits and inside one."""
    clock.now = NOON - 86_400_000_000
    log.insert_events(
        [event("record:juno", 1), event("record:juno", 2)],
        commit=by(positions=(3, 7), recorded_at="2026-11-25T09:00:00.000001Z"),
    )
    assert log.insert_events([event("record:juno", 3)]) == [8]
    log.insert_events([event("record:juno", 4)], commit=by(positions=(20,)))

    assert [
        (logged.position, logged.commit.first, logged.commit.position, logged.commit.recorded_at)
        for logged in log.select_log(after=0, limit=1000)
    ] == [
        (3, 3, 7, "2026-11-25T09:00:00.000001Z"),
        (7, 3, 7, "2026-11-25T09:00:00.000001Z"),
        (8, 8, 8, "2026-11-25T09:00:00.000002Z"),
        (20, 20, 20, "2026-11-25T09:00:00.000003Z"),
    ]
    assert list(log.damage()) == []


@pytest.mark.parametrize(
    ("commit", "why"),
    [
        (by(positions=(1, 3)), "after it cannot be 1"),
        (by(positions=(2, 2)), "after it cannot be 2"),
        (by(positions=(4, 3)), "after it cannot be 3"),
        (by(positions=(2,)), "1 positions for 2 events"),
        (by(positions=(2, 3, 4)), "3 positions for 2 events"),
        (by(recorded_at="2026-11-25T12:00:00.000000Z"), "is not later than"),
        (by(recorded_at="2026-11-25T13:00:00Z"), "is no instant"),
        (by(recorded_at="2026-13-25T13:00:00.000000Z"), "month"),
    ],
)
def test_a_restore_that_contradicts_the_log_is_refused(
    log: ChronicleRecorder, file: Path, commit: NewCommit, why: str
) -> None:
    """Positions ascend and times increase, restored or not."""
    log.insert_events([event("record:juno", 1)])
    before = tables(file)
    with pytest.raises(LogDamaged, match=why):
        log.insert_events([event("record:juno", 2), event("record:juno", 3)], commit=commit)
    assert tables(file) == before


def test_a_position_is_never_given_again(log: ChronicleRecorder, file: Path) -> None:
    """Not after a conflict, and not if someone removed the end of the log by force."""
    log.insert_events([event("record:juno", 1), event("record:juno", 2)])
    with pytest.raises(IntegrityError):
        log.insert_events([event("record:juno", 2)])
    assert log.insert_events([event("record:juno", 3)]) == [3]

    tamper(file, "DELETE FROM stored_events WHERE rowid = 3", "DELETE FROM commits WHERE first = 3")
    file.with_suffix(".head").unlink()
    assert log.insert_events([event("record:juno", 3)]) == [4]


# How the log is read.


def test_a_page_is_made_of_whole_commits_at_every_limit(log: ChronicleRecorder) -> None:
    """It ends with the commit in which the limit falls, and nothing is left out or repeated."""
    sizes = [1, 3, 1, 5, 2, 1, 4]
    version = 0
    ends = [0]
    for size in sizes:
        batch = [event("record:juno", version + number) for number in range(1, size + 1)]
        version += size
        ends.append(log.insert_events(batch)[-1])

    for limit in (*range(20), 1000):
        read: list[int] = []
        while page := log.select_log(after=read[-1] if read else 0, limit=limit):
            positions = [logged.position for logged in page]
            begin, end = positions[0], positions[-1]
            assert begin - 1 in ends
            assert end in ends
            assert end == min(e for e in ends if e >= min(begin - 1 + max(limit, 1), version))
            assert all(one.commit.first <= one.position <= one.commit.position for one in page)
            read += positions
        assert read == list(range(1, version + 1))
    assert [logged.position for logged in log.select_log(after=6, limit=1)] == [7, 8, 9, 10]


def test_a_stream_is_read_by_itself_and_up_to_a_position(log: ChronicleRecorder) -> None:
    """In the order of its versions, each event with its commit."""
    log.insert_events([event("record:juno", 1), event("record:lhaaso", 1), event("record:juno", 2)])
    log.insert_events([event("record:lhaaso", 2)])
    log.insert_events([event("record:juno", 3)])

    def read(stream: str, **up_to: int) -> list[tuple[int, int, int]]:
        rows = log.select_stream(stream, **up_to)
        return [(row.version, row.position, row.commit.position) for row in rows]

    assert read("record:juno") == [(1, 1, 3), (2, 3, 3), (3, 5, 5)]
    assert read("record:juno", up_to=4) == [(1, 1, 3), (2, 3, 3)]
    assert read("record:juno", up_to=0) == []
    assert read("record:heps") == []
    one, two, _ = log.select_stream("record:juno")
    assert one.commit is two.commit


def test_a_page_of_a_stream_begins_anywhere(log: ChronicleRecorder) -> None:
    """Beyond a position, with so many events at most; where they lie is read without them."""
    for version in range(1, 6):
        log.insert_events([event("record:juno", version), event("record:lhaaso", version)])
    read = [row.position for row in log.select_stream("record:juno", after=3, up_to=8, limit=2)]
    assert read == [5, 7]
    assert log.positions_of("record:juno", after=3, up_to=8) == [5, 7]
    assert log.positions_of("record:heps") == []
    assert [log.revision("record:juno", up_to=up_to) for up_to in (0, 1, 2, 3)] == [0, 1, 1, 2]
    assert (log.revision("record:juno"), log.revision("record:heps")) == (5, 0)


def test_events_are_read_by_their_positions(log: ChronicleRecorder) -> None:
    """In order, each once and with its commit; where there is none, none."""
    log.insert_events([event("record:juno", 1), event("record:lhaaso", 1)])
    log.insert_events([event("record:juno", 2)])
    found = log.events_at([3, 1, 3, 9])
    assert found == [log.select_log(after=0, limit=9)[place] for place in (0, 2)]
    assert [row.commit.position for row in found] == [2, 3]
    assert log.events_at([]) == []


def test_commits_are_read_in_both_directions(log: ChronicleRecorder) -> None:
    """All of them, or those that touched a stream, each once."""
    log.insert_events([event("record:juno", 1), event("record:juno", 2)])
    log.insert_events([event("record:lhaaso", 1)])
    log.insert_events([event("record:lhaaso", 2), event("record:juno", 3)])
    log.insert_events([event("record:juno", 4)])

    def read(*stream: str, **stretch: Any) -> list[int]:
        return [commit.position for commit in log.commits(*stream, **stretch)]

    assert read() == [2, 3, 5, 6]
    assert read(after=2, up_to=5) == [3, 5]
    assert read(limit=2, last_first=True) == [6, 5]
    assert read("record:juno") == [2, 5, 6]
    assert read("record:juno", after=2, limit=1) == [5]
    assert read("record:juno", up_to=5, limit=2, last_first=True) == [5, 2]
    assert read("record:heps") == []
    assert log.commits(limit=1, last_first=True) == [log.head()]


def test_the_versions_that_streams_came_to_are_read_on_from_a_position(
    log: ChronicleRecorder,
) -> None:
    """Position, stream and version of each event, no more of them than are wanted."""
    log.insert_events([event("record:juno", 1), event("record:lhaaso", 1)])
    log.insert_events([event("record:juno", 2)])
    assert log.versions_after(1, limit=9) == [(2, "record:lhaaso", 1), (3, "record:juno", 2)]
    assert log.versions_after(0, limit=1) == [(1, "record:juno", 1)]
    assert log.versions_after(3, limit=9) == []


def test_the_reads_need_no_scan(log: ChronicleRecorder) -> None:
    """Each question goes by an index, so it costs the same in a log of any length."""
    from events.store import sqlite as module  # noqa: PLC0415 - the statements, by name

    asked = {
        "position": 1, "recorded_at": "", "actor": "", "key": "", "space": "", "ids": "[]",
        "after": 1, "limit": 1, "end": 1, "first": 1, "last": 1, "stream": "", "up_to": 1,
        "positions": "[1]",
    }  # fmt: skip
    with closing(log.datastore.pool.connect()) as connection:
        for name in (
            "HEAD", "COMMIT_AT", "COMMIT_BY", "COMMIT_BY_KEY", "CLAIMED", "EVENTS_AFTER",
            "EVENTS_BETWEEN", "COMMITS_OVER", "EVENTS_OF_STREAM", "LAST_GIVEN", "EVENTS_AT",
            "POSITIONS_OF_STREAM", "REVISION", "COMMITS", "COMMITS_OF_STREAM", "VERSIONS_AFTER",
        ):  # fmt: skip
            sql = getattr(module, name).format(direction="DESC")
            plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", asked)
            steps = [row[3] for row in plan]
            assert not [
                step
                for step in steps
                if ("SCAN" in step or "TEMP B-TREE" in step)
                and not step.startswith(("SCAN json_each", "SCAN CONSTANT", "SCAN sqlite_sequence"))
                and not (name == "HEAD" and step == "SCAN commits")  # its last row
            ], (name, steps)


# Several at once.


def test_of_two_processes_at_one_version_one_wins_and_the_other_is_told(
    log: ChronicleRecorder, file: Path
) -> None:
    """Neither waits for ever, neither is lost."""
    writers = [writer(file, "race", "record:juno") for _ in range(2)]
    for process in writers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in writers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    assert sorted(process.communicate(timeout=30)[0] for process in writers) == ["told\n", "won\n"]
    assert log.max_notification_id() == 1


def test_processes_that_write_at_once_lose_nothing(file: Path) -> None:
    """Their commits stand one after the other, each whole."""
    writers = [writer(file, "append", f"record:{number}", "100", "3") for number in range(3)]
    for process in writers:
        process.communicate(timeout=60)

    assert [process.returncode for process in writers] == [0, 0, 0]
    with opened(file) as log:
        assert log.max_notification_id() == 900
        assert list(log.damage()) == []


def test_processes_that_open_a_new_log_at_once_all_do(file: Path) -> None:
    """SQLite itself waits for nobody when it turns a file to its write-ahead log."""
    for round_ in range(3):
        new = file.with_name(f"new-{round_}.db")
        writers = [writer(new, "append", f"record:{number}", "1", "1") for number in range(6)]
        for process in writers:
            process.communicate(timeout=60)
        assert [process.returncode for process in writers] == [0] * 6


def test_a_writer_who_waits_too_long_is_told(log: ChronicleRecorder, file: Path) -> None:
    """Whether it waits for this process or for another; afterwards it can write again."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            log.insert_events([event("record:juno", 1)])
        other.execute("ROLLBACK")

    with (
        log.datastore.transaction(commit=True),
        pytest.raises(ConnectionUnavailableError, match="another writer"),
    ):
        log.insert_events([event("record:juno", 1)])
    assert log.insert_events([event("record:juno", 1)]) == [1]


def test_what_is_written_together_is_one_commit_of_the_disk(
    log: ChronicleRecorder, file: Path
) -> None:
    """Whoever writes reads what it has written so far; others see all of it at the end."""
    with opened(file) as other:
        with log.writing():
            assert log.insert_events([event("record:juno", 1)]) == [1]
            assert log.insert_events([event("record:juno", 2)]) == [2]
            assert [each.version for each in log.select_stream("record:juno")] == [1, 2]
            assert other.head() is None
        assert [each.version for each in other.select_stream("record:juno")] == [1, 2]


def test_where_something_is_raised_nothing_of_it_is_written(log: ChronicleRecorder) -> None:
    """And the next writer writes at the same place."""
    with suppress(KeyError), log.writing():
        log.insert_events([event("record:juno", 1)])
        raise KeyError
    assert log.head() is None
    assert log.insert_events([event("record:juno", 1)]) == [1]


def test_what_is_read_together_is_of_one_state(log: ChronicleRecorder, file: Path) -> None:
    """Whoever writes meanwhile, and whichever questions are asked."""
    with opened(file) as other:
        other.insert_events([event("record:juno", 1)])
        with log.reading():
            before = log.head()
            other.insert_events([event("record:juno", 2)])
            assert log.head() == before
            assert len(log.select_stream("record:juno")) == 1
            with log.reading():
                assert log.head() == before
        assert len(log.select_stream("record:juno")) == 2


def test_nothing_is_written_where_it_would_be_lost(log: ChronicleRecorder) -> None:
    """Within a transaction that only reads."""
    with log.reading(), pytest.raises(ProgrammingError, match="only reads"):
        log.insert_events([event("record:juno", 1)])
    assert log.head() is None


def test_readers_go_on_while_someone_writes(log: ChronicleRecorder) -> None:
    """And see whole commits only."""
    log.insert_events([event("record:juno", 1)])
    with log.datastore.transaction(commit=True) as cursor:
        log._insert_events(cursor, [event("record:juno", 2)])
        assert log.max_notification_id() == 1
    assert log.max_notification_id() == 2


def test_kill_9_loses_no_acknowledged_commit(file: Path) -> None:
    """Each commit is there whole, or it was not acknowledged and is absent whole."""
    acknowledged = 0
    for round_ in range(4):
        with writer(file, "append", f"record:{round_}", "100000", "2") as process:
            assert process.stdout is not None
            last = [int(process.stdout.readline()) for _ in range(40 + 30 * round_)][-1]
            process.send_signal(signal.SIGKILL)
            # Not `communicate`, which passes over what `readline` has taken off the pipe already.
            rest = process.stdout.read().split("\n")[:-1]
        acknowledged = int(rest[-1]) if rest else last

        with opened(file) as log:
            head = log.head()
            assert head is not None
            assert acknowledged <= head.position <= acknowledged + 2
            assert head.position % 2 == 0
            assert list(log.damage()) == []


# How the log is followed.


def test_a_waiting_thread_hears_of_a_commit_of_its_process(file: Path) -> None:
    """As soon as it is made, without looking at the file; and at once if it was made before."""
    with closing(ChronicleFactory({"SQLITE_DBNAME": str(file)}, poll_interval=60)) as factory:
        log = factory.application_recorder()
        later = threading.Timer(0.1, log.insert_events, [[event("record:juno", 1)]])
        later.start()
        began = time.monotonic()
        assert log.wait_for(0, timeout=30) is True
        assert time.monotonic() - began < 5
        later.join()
        assert log.wait_for(0, timeout=0) is True
        assert log.wait_for(1, timeout=0.05) is False


def test_where_nothing_was_written_nobody_is_woken(log: ChronicleRecorder) -> None:
    """Who has the log for itself may find that there is nothing to say."""
    heard: list[str] = []
    log.datastore.doorbell.on_ring = lambda: heard.append("rung")
    with log.writing():
        assert log.head() is None
    assert heard == []
    with log.writing():
        log.insert_events([event("record:juno", 1)])
    assert heard == ["rung"]


def test_a_waiting_thread_hears_of_a_commit_of_another_process(
    log: ChronicleRecorder, file: Path
) -> None:
    """Within a second, by looking whether the file has changed."""
    heard: list[float] = []

    def wait() -> None:
        assert log.wait_for(1, timeout=30)
        heard.append(time.monotonic())

    log.insert_events([event("record:juno", 1)])
    waiting = threading.Thread(target=wait)
    waiting.start()
    process = writer(file, "append", "record:lhaaso", "1", "1")
    assert process.stdout is not None
    assert process.stdout.readline() == "2\n"
    acknowledged = time.monotonic()
    waiting.join()
    process.communicate(timeout=30)
    assert heard[0] - acknowledged < 1


@pytest.mark.parametrize("end", ["wake", "close", "interrupt"])
def test_a_waiting_thread_can_be_ended_at_once(log: ChronicleRecorder, end: str) -> None:
    """By a word, by closing the log, or for good, whichever comes first."""
    answers: list[bool] = []
    interrupt = threading.Event()
    waiting = threading.Thread(
        target=lambda: answers.append(log.wait_for(0, timeout=60, interrupt=interrupt))
    )
    waiting.start()
    time.sleep(0.1)
    if end == "close":
        log.datastore.close()
    else:
        if end == "interrupt":
            interrupt.set()
        log.wake()
    waiting.join(timeout=5)
    assert answers == [False]


def test_an_interrupt_that_comes_before_the_wait_is_not_missed(log: ChronicleRecorder) -> None:
    """A follower that is stopped between two waits does not begin another."""
    interrupt = threading.Event()
    interrupt.set()
    log.wake()
    assert log.wait_for(0, timeout=60, interrupt=interrupt) is False


def test_a_subscription_hears_of_other_processes(log: ChronicleRecorder, file: Path) -> None:
    """In order and within a second, also if what comes first has a topic it did not ask for."""
    log.insert_events([StoredEvent("record:juno", 1, "other-v1", b"{}")])
    with log.subscribe(gt=0, topics=["noted-v1"]) as subscription:
        process = writer(file, "append", "record:lhaaso", "3", "2")
        output, _ = process.communicate(timeout=30)
        acknowledged = time.monotonic()
        heard = [next(subscription).id for _ in range(6)]
        assert time.monotonic() - acknowledged < 1
        assert heard == [2, 3, 4, 5, 6, 7]
        assert output.split() == ["3", "5", "7"]


def test_a_subscription_to_what_never_comes_sleeps(log: ChronicleRecorder) -> None:
    """Events of other topics wake it once, not for ever."""

    class Counting(ChronicleRecorder):
        """Counts the pages that are read."""

        pages = 0

        def select_notifications(self, *args: Any, **kwargs: Any) -> Any:
            self.pages += 1
            return super().select_notifications(*args, **kwargs)

    log.insert_events([event("record:juno", 1)])
    counting = Counting(log.datastore)
    with counting.subscribe(gt=0, topics=["other-v1"]):
        time.sleep(0.2)
    assert counting.pages < 5


def test_a_subscription_ends_when_the_log_is_closed(log: ChronicleRecorder) -> None:
    """Whoever iterates is told, instead of waiting for ever."""
    subscription = log.subscribe(gt=0)
    log.datastore.close()
    with pytest.raises(ConnectionPoolClosedError):
        next(subscription)
    subscription._pull_thread.join(timeout=5)
    assert not subscription._pull_thread.is_alive()


# How the log is kept.


def filled(file: Path) -> None:
    """A log of five events in three commits, closed."""
    with opened(file, Clock()) as log:
        log.insert_events(
            [event("source:recall", 1, b'{"title":"ReCALL"}'), event("record:juno", 1)],
            commit=by(
                key="k-1",
                fingerprint="f-1",
                claims=(Claim("source", "recall", "recall"), Claim("record", "juno", "juno")),
            ),
        )
        log.insert_events([event("record:juno", 2, b'{"mass":20}')], commit=by("li"))
        log.insert_events(
            [event("record:juno", 3), event("record:juno", 4)],
            commit=by(key="k-2", fingerprint="f-2", claims=(Claim("entry", "juno/x", "juno"),)),
        )


def tamper(file: Path, *orders: str) -> None:
    """Do what the triggers forbid, and leave no trace in them."""
    with closing(sqlite3.connect(file)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        kept = triggers.fetchall()
        for name, _ in kept:
            connection.execute(f"DROP TRIGGER {name}")
        for order in orders:
            connection.execute(order)
        for _, sql in kept:
            connection.execute(sql)
        connection.commit()


def damage_of(file: Path) -> list[tuple[int, str]]:
    """What the log says about itself."""
    with opened(file) as log:
        return list(log.damage())


def test_a_log_that_was_left_alone_is_not_damaged(file: Path) -> None:
    """No false alarm, on an empty log either."""
    assert damage_of(file) == []
    filled(file)
    assert damage_of(file) == []


COLUMNS = {
    "stored_events": ("originator_id", "originator_version", "topic", "state", "leaf"),
    "commits": (
        "first",
        "recorded_at",
        "actor",
        "request",
        "key",
        "fingerprint",
        "seal",
    ),
    "names": ("space", "id", "record"),
}


@pytest.mark.parametrize("column", [f"{table}.{c}" for table in COLUMNS for c in COLUMNS[table]])
@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize("mask", [0x01, 0x80])
def test_a_flipped_bit_in_any_column_is_found(
    file: Path, column: str, place: int, mask: int
) -> None:
    """And its position is named, even where every index of the file agrees with it."""
    table, column = column.split(".")
    by_ = "rowid" if table == "stored_events" else "position"
    position = 3 if table == "stored_events" else 5
    filled(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.text_factory = bytes
        [value] = connection.execute(
            f"SELECT {column} FROM {table} WHERE {by_} = ?", [position]
        ).fetchone()
    if isinstance(value, int):
        new = str(value ^ (mask << 3))  # no version that the stream has
    else:
        flipped = bytearray(value)
        flipped[place] ^= mask
        kind = "BLOB" if column in {"state", "leaf", "seal"} else "TEXT"
        new = f"CAST(X'{flipped.hex()}' AS {kind})"
    tamper(file, f"UPDATE {table} SET {column} = {new} WHERE {by_} = {position}")

    assert position in [where for where, _ in damage_of(file)]


@pytest.mark.parametrize(
    "orders",
    [
        ("UPDATE stored_events SET rowid = 9 WHERE rowid = 5",),
        ("UPDATE stored_events SET rowid = 9 WHERE rowid = 3",),
        ("DELETE FROM stored_events WHERE rowid = 4",),
        ("DELETE FROM stored_events WHERE rowid = 1",),
        ("DELETE FROM commits WHERE position = 3",),
        ("DELETE FROM commits WHERE position = 5",),
        ("DELETE FROM commits WHERE position = 3", "DELETE FROM stored_events WHERE rowid = 3"),
        ("DELETE FROM commits WHERE position = 5", "DELETE FROM stored_events WHERE rowid > 3"),
        ("UPDATE commits SET position = 4 WHERE position = 3",),
        ("DELETE FROM names WHERE id = 'juno'",),
        ("UPDATE names SET position = 3 WHERE position = 5",),
        ("UPDATE names SET position = 1 WHERE id = 'juno'",),
        ("INSERT INTO names VALUES ('record', 'lhaaso', 'lhaaso', 9)",),
        ("UPDATE sqlite_sequence SET seq = 4",),
    ],
    ids=lambda orders: orders[0],
)
def test_what_was_moved_removed_or_added_is_found(file: Path, orders: tuple[str, ...]) -> None:
    """A row that is missing is damage as much as one that is wrong."""
    filled(file)
    tamper(file, *orders)
    assert damage_of(file)


def test_bytes_that_rot_in_the_file_are_found_or_were_not_in_use(file: Path) -> None:
    """One bit at a time, all over the file: either it is named, or nothing of the log changed."""
    filled(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sound, before = file.read_bytes(), tables(file)
    found = 0
    for place in range(100, len(sound), 211):
        rotten = bytearray(sound)
        rotten[place] ^= 0x04
        file.write_bytes(rotten)
        for beside in ("-wal", "-shm"):
            Path(f"{file}{beside}").unlink(missing_ok=True)
        try:
            named = damage_of(file)
        except (OperationalError, NotSupportedError, LogDamaged):
            named = [(0, "it cannot even be opened")]
        found += bool(named)
        assert named or tables(file) == before, f"byte {place}"
    assert found > 5


OF_ANY_KIND = ("NULL", "7", "-1.5", "9223372036854775807", "'text'", "X'00ff'", "''")


@pytest.mark.parametrize(
    "column", [f"{table}.{c}" for table in COLUMNS for c in COLUMNS[table]] + ["names.position"]
)
def test_a_value_of_another_kind_is_found(file: Path, column: str) -> None:
    """One bit in the head of a row makes a number of a text; no error comes of it."""
    table, column = column.split(".")
    row = "rowid = 3" if table == "stored_events" else "position = 5"
    for value in OF_ANY_KIND[column in {"space", "id"} :]:  # no key of a table is NULL
        for path in (file, file.with_suffix(".head")):
            path.unlink(missing_ok=True)
        filled(file)
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute(
                "UPDATE sqlite_schema SET sql = replace(replace(sql, 'STRICT,', ''), 'STRICT', '')"
            )
            connection.execute(
                "UPDATE sqlite_schema SET sql = replace(replace(replace(replace("
                "sql, 'NOT NULL', ''), ' TEXT', ''), ' INTEGER,', ','), ' BLOB', '')"
                " WHERE type = 'table'"
            )
        tamper(file, f"UPDATE {table} SET {column} = {value} WHERE {row}")
        with closing(sqlite3.connect(file)) as connection:
            connection.text_factory = bytes
            assert [why for _, why in damaged_log(connection)], value


def test_other_tables_and_triggers_are_found(file: Path) -> None:
    """A trigger that is gone or says something else would let the log be rewritten."""
    filled(file)
    tamper(file)
    assert damage_of(file) == []
    as_blob = "UPDATE sqlite_schema SET sql = CAST(sql AS BLOB) WHERE name = 'names_stay'"
    for order, told in (
        (f"PRAGMA writable_schema = ON; {as_blob}", "names_stay is not defined"),
        ("DROP TRIGGER commits_stay", "commits_stay is not defined"),
        ("PRAGMA user_version = 4", "its schema is 4"),
    ):
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(order)
        assert any(told in why for _, why in damage(file))


def test_looking_for_damage_leaves_no_file(file: Path) -> None:
    """Nor is anything made where there is no file."""
    filled(file)
    before = set(file.parent.iterdir())
    assert list(damage(file)) == []
    assert set(file.parent.iterdir()) == before
    [(position, why)] = damage(file.with_name("other.db"))
    assert (position, "cannot be read" in why) == (0, True)
    assert set(file.parent.iterdir()) == before


def test_a_file_that_cannot_be_opened_is_damaged_as_a_whole(file: Path) -> None:
    """Verification says so, instead of failing."""
    with opened(file) as log:
        log.insert_events([event("record:juno", 1)])
    file.write_bytes(b"\x89PNG" * 4096)
    datastore = ChronicleDatastore(str(file))
    with closing(datastore):
        [(position, why)] = ChronicleRecorder(datastore).damage()
    assert position == 0
    assert "cannot be read" in why


def test_a_copy_is_a_log_of_its_own(log: ChronicleRecorder, file: Path, tmp_path: Path) -> None:
    """Taken while the log is in use; it never overwrites."""
    log.insert_events([event("record:juno", 1)], commit=by(claims=(Claim("record", "a", "a"),)))
    made = tmp_path / "copy.db"
    copy({file: made})
    log.insert_events([event("record:juno", 2)])

    assert list(damage(made)) == []
    with opened(made) as other:
        assert other.select_log(after=0, limit=9) == log.select_log(after=0, limit=1)
        assert other.insert_events([event("record:juno", 2)]) == [2]
    with pytest.raises(FileExistsError):
        copy({file: made})


def test_a_state_is_that_of_the_moment_at_which_it_was_opened(
    log: ChronicleRecorder, file: Path
) -> None:
    """So copies of several files are of one moment, however long each takes."""
    log.insert_events([event("record:juno", 1)])
    with one_state(file) as state:
        log.insert_events([event("record:juno", 2)])
        assert state.execute("SELECT count(*) FROM stored_events").fetchone() == (1,)
        with pytest.raises(sqlite3.OperationalError):
            state.execute("DELETE FROM names")
