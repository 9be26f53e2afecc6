"""Whatever happens to PostgreSQL, a commit is recorded once or not at all, and nobody says else.

Where nobody can say which of the two it is, that is said.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import cast

import pytest
from eventsourcing.persistence import OperationalError

from events.errors import LogUnreachable, NotWritten, OutcomeUnknown
from events.store.node import NodeLog
from events.store.postgres.log import PostgresLog
from service.archive.node import CHRONICLE
from tests.events.store.logs import Place, event, rows_of
from tests.events.store.postgres.proxy import Fault, Proxy, proxy
from tests.postgres import NODE, Database, free_port

WAITING = """
    SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event = 'SyncRep'
"""


@pytest.fixture
def way(database: Database) -> Iterator[Proxy]:
    """A way to the server that may fail."""
    with proxy(free_port(), database.server.port) as made:
        yield made


@pytest.fixture
def far(way: Proxy, file: Path, database: Database) -> Iterator[NodeLog]:
    """A node that has only that way, with one commit."""
    address = f"postgresql://{NODE}@127.0.0.1:{way.port}/{database.name}"
    with Place(file, cast("Database", _At(address))).opened() as log:
        log.insert_events([event("record:juno", 1)])
        yield cast("NodeLog", log)


class _At:
    def __init__(self, address: str) -> None:
        self.address = address


def until(holds: Callable[[], object]) -> None:
    """Wait for something, ten seconds at most."""
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


# The answer to a COMMIT is lost.


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("fault", ["answer lost", "answer never comes"])
def test_a_commit_whose_answer_is_lost_is_a_success_once(
    far: NodeLog, way: Proxy, database: Database, fault: Fault
) -> None:
    """It is found under the next turn; nothing is written twice, nobody is told of a conflict."""
    way.fault = fault
    assert far.insert_events([event("record:juno", 2)]) == [2]
    assert way.fault is None
    assert far.insert_events([event("record:juno", 3)]) == [3]
    assert [row[0] for row in rows_of(database)[1]] == [1, 2, 3]
    assert list(far.damage()) == []


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("fault", ["commit lost", "commit never comes"])
def test_a_commit_that_never_comes_is_not_recorded(
    far: NodeLog, way: Proxy, database: Database, fault: Fault
) -> None:
    """That is known for certain when somebody else has had the turn; and it can be sent again."""
    way.fault = fault
    before = rows_of(database)
    with pytest.raises(LogUnreachable):
        far.insert_events([event("record:juno", 2)])
    assert way.fault is None
    assert rows_of(database) == before
    assert far.insert_events([event("record:juno", 2)]) == [2]
    assert list(far.damage()) == []


@pytest.mark.usefixtures("hurry")
def test_an_epoch_whose_answer_is_lost_may_have_begun(far: NodeLog, way: Proxy) -> None:
    """It has no seal to be looked for by, so that is said."""
    way.fault = "answer lost"
    with pytest.raises(OutcomeUnknown):
        far.begin_epoch()
    far.copy()
    assert len(far.epochs()) == 1


# A standby does not answer.


@contextmanager
def without_its_standby(database: Database) -> Iterator[None]:
    """A commit waits for a standby that does not exist."""
    with database.server.set(synchronous_standby_names="nobody"):
        until(
            lambda: (
                database.run("SELECT current_setting('synchronous_standby_names')") == [("nobody",)]
            )
        )
        yield


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads to write with."""
    with ThreadPoolExecutor() as made:
        yield made


def waiting(database: Database) -> int:
    """The process that waits for a standby."""
    until(lambda: database.run(WAITING, [database.name]))
    [[pid]] = database.run(WAITING, [database.name])
    return int(pid)


def test_a_commit_that_no_longer_waits_for_a_standby_is_not_acknowledged(
    node: NodeLog, database: Database, pool: ThreadPoolExecutor
) -> None:
    """It is seen by others, and a failover may lose it."""
    with without_its_standby(database):
        written = pool.submit(node.insert_events, [event("record:juno", 1)])
        database.run("SELECT pg_cancel_backend(%s)", [waiting(database)])
        with pytest.raises(OutcomeUnknown, match="cancel"):
            written.result(10)
    assert node.head() is None
    assert node.copy() == 1


@pytest.mark.usefixtures("hurry")
def test_nor_is_one_whose_process_was_ended_while_it_waited(
    node: NodeLog, database: Database, pool: ThreadPoolExecutor
) -> None:
    """It is found in the log then, which proves nothing of the standby."""
    with without_its_standby(database):
        written = pool.submit(node.insert_events, [event("record:juno", 1)])
        database.run("SELECT pg_terminate_backend(%s)", [waiting(database)])
        with pytest.raises(OutcomeUnknown, match="no standby has it"):
            written.result(10)


def test_it_is_acknowledged_as_soon_as_the_standby_has_it(
    node: NodeLog, database: Database, pool: ThreadPoolExecutor
) -> None:
    """Though its own answer was lost."""
    with without_its_standby(database):
        written = pool.submit(node.insert_events, [event("record:juno", 1)])
        first = waiting(database)
        database.run("SELECT pg_terminate_backend(%s)", [first])
        until(lambda: waiting(database) != first)
    assert written.result(10) == [1]


@pytest.mark.usefixtures("hurry")
def test_a_commit_that_waits_for_ever_is_told_to_be_unknown(
    node: NodeLog, other: NodeLog, database: Database
) -> None:
    """Within bounds, though it keeps the turn; nobody else can write, and each is told why."""
    with without_its_standby(database):
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown, match="lock timeout"):
            node.insert_events([event("record:juno", 1)])
        with pytest.raises(LogUnreachable, match="lock timeout"):
            other.insert_events([event("record:juno", 1)])
        assert time.monotonic() - began < 5
        assert other.copy() == 0
    until(lambda: other.copy() == 1)
    assert node.insert_events([event("record:juno", 2)]) == [2]


@pytest.mark.usefixtures("hurry")
def test_what_is_signed_is_on_the_standby(shared: PostgresLog, database: Database) -> None:
    """Whoever asks waits as a commit would, and has no more rights than it; the signer stays it."""
    with shared.signing() as connection:
        assert connection is not None
        assert shared.is_on_standby(connection)
        with without_its_standby(database):
            assert not shared.is_on_standby(connection)
            assert database.run(WAITING, [database.name]) == []
        assert shared.is_on_standby(connection)
        with shared.signing() as second:
            assert second is None


# Somebody has the turn.


@pytest.mark.usefixtures("hurry")
def test_whoever_waits_too_long_for_the_turn_is_told(
    node: NodeLog, other: NodeLog, database: Database
) -> None:
    """Nothing was recorded, and it can be tried again."""
    with node.shared.turn(), pytest.raises(LogUnreachable, match="lock timeout"):
        other.insert_events([event("record:juno", 1)])
    assert rows_of(database) == [[], [], [], []]
    assert other.insert_events([event("record:juno", 1)]) == [1]


def test_a_turn_is_taken_from_whoever_is_silent_with_it(
    node: NodeLog, other: NodeLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that is gone or frozen keeps nobody from writing; what it wrote is not recorded."""
    monkeypatch.setattr("events.store.postgres.log.TURN_SECONDS", 1)

    def be_silent() -> None:
        with node.writing():
            node.insert_events([event("record:juno", 1)])
            assert other.insert_events([event("record:lhaaso", 1)]) == [1]

    with pytest.raises(LogUnreachable):
        be_silent()
    assert node.copy() == 1
    assert [each.stream for each in node.select_log(after=0, limit=9)] == ["record:lhaaso"]
    assert list(node.damage()) == []


def test_what_the_copy_says_is_said_of_the_copy(node: NodeLog, other: NodeLog, file: Path) -> None:
    """An error of SQLite is none of PostgreSQL."""
    with closing(sqlite3.connect(file, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            node.insert_events([event("record:juno", 1)])
    assert other.copy() == 0


def test_a_commit_that_the_copy_has_no_room_for_is_recorded(
    node: NodeLog, other: NodeLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL has it, so it is not said that nothing was recorded; it is copied later."""

    def full(*_: object) -> None:
        raise NotWritten("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(node.datastore.noted, "write", full)
        with pytest.raises(OutcomeUnknown, match="disk is full"):
            node.insert_events([event("record:juno", 1)])
    assert other.copy() == 1
    assert node.insert_events([event("record:juno", 2)]) == [2]


# The server is lost, and comes back.


def test_a_restart_is_not_noticed(node: NodeLog, database: Database) -> None:
    """A connection that the server has ended is not used again."""
    node.insert_events([event("record:juno", 1)])
    database.server.stop()
    database.server.start()
    assert node.insert_events([event("record:juno", 2)]) == [2]
    database.end_connections()
    time.sleep(0.1)
    assert node.insert_events([event("record:juno", 3)]) == [3]
    assert node.copy() == 3


def test_it_is_told_at_once_why_nobody_answers(node: NodeLog, database: Database) -> None:
    """Nobody waits for a server that is down; and it is found at once when it is there again."""
    node.insert_events([event("record:juno", 1)])
    database.server.stop()
    try:
        for _ in range(5):
            began = time.monotonic()
            with pytest.raises(LogUnreachable, match="refused"):
                node.insert_events([event("record:juno", 2)])
            assert time.monotonic() - began < 3
            time.sleep(0.2)
    finally:
        database.server.start()
    began = time.monotonic()
    assert node.insert_events([event("record:juno", 2)]) == [2]
    assert time.monotonic() - began < 3


@pytest.mark.usefixtures("hurry")
def test_a_server_that_says_nothing_is_given_up(node: NodeLog, database: Database) -> None:
    """A frozen machine answers no more, and refuses nothing."""
    node.insert_events([event("record:juno", 1)])
    [[pid]] = database.run(
        "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = %s",
        [database.name, NODE],
    )
    database.server.freeze(pid)
    try:
        began = time.monotonic()
        with pytest.raises(LogUnreachable, match=r"no word of it for 0\.6 s"):
            node.insert_events([event("record:juno", 2)])
        assert time.monotonic() - began < 3
    finally:
        database.server.thaw(pid)
    until(lambda: node.insert_events([event("record:juno", 2)]) == [2])


def test_whoever_listens_hears_of_a_lost_connection_and_listens_again(
    shared: PostgresLog, database: Database
) -> None:
    """It is told, instead of waiting for what cannot come; what came meanwhile is copied."""
    heard: Future[float] = Future()

    def listen() -> None:
        with suppress(LogUnreachable), shared.listening() as listener:
            ready.set()
            listener.wait(30)
        heard.set_result(time.monotonic())

    for lose in (database.end_connections, lambda: shared.insert_events([event("record:a", 1)])):
        heard, ready = Future(), threading.Event()
        listening = threading.Thread(target=listen)
        listening.start()
        ready.wait(10)
        began = time.monotonic()
        lose()
        assert heard.result(10) - began < 5
        listening.join()


def test_a_primary_that_takes_no_commits_any_more_is_out_of_reach(node: NodeLog) -> None:
    """After a switchover a connection may still lead to it."""
    node.insert_events([event("record:juno", 1)])
    with node.shared.connected() as connection:
        connection.execute("SET default_transaction_read_only = on")
    with pytest.raises(LogUnreachable, match="read-only"):
        node.insert_events([event("record:juno", 2)])


def test_a_closed_log_is_out_of_reach(database: Database) -> None:
    """Whoever still has a connection gives it back, and it is closed then."""
    log = PostgresLog(database.address, CHRONICLE)
    with log.connected() as connection:
        log.close()
        log.close()
        assert connection.execute("SELECT 1 AS one").fetchone() == {"one": 1}
    assert connection.closed
    with pytest.raises(LogUnreachable, match="closed"):
        log.head()


def test_many_threads_have_a_connection_each(shared: PostgresLog) -> None:
    """And some are kept for the next."""
    together = threading.Barrier(12)

    def pids() -> int:
        with shared.connected() as connection:
            together.wait(10)
            return connection.info.backend_pid

    for _ in range(2):
        with ThreadPoolExecutor(12) as threads:
            ours = [threads.submit(pids) for _ in range(12)]
            assert len({each.result() for each in ours}) == 12
