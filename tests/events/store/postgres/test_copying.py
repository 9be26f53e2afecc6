"""A node copies all that a log in PostgreSQL has, as it was written, and goes on from no other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
from eventsourcing.persistence import ProgrammingError

from events.commit import Claim
from events.errors import CopyAhead, LogDamaged
from events.store.bodies import Bodies, make_room
from events.store.clock import system_clock
from events.store.node import NodeFactory, NodeLog
from events.store.postgres.log import PostgresLog
from events.store.sqlite import ChronicleRecorder
from service.archive.node import CHRONICLE, CITATIONS
from tests.events.store.logs import Clock, Place, by, event
from tests.postgres import Database

WRITERS, COMMITS = 6, 40


def fill(log: ChronicleRecorder) -> None:
    """Five events in three commits, and an epoch."""
    log.insert_events(
        [event("source:recall", 1, b'{"title":"ReCALL"}'), event("record:juno", 1)],
        commit=by(key="k-1", fingerprint="f-1", claims=(Claim("record", "juno", "juno"),)),
    )
    log.insert_events([event("record:juno", 2, b'{"mass":20}')], commit=by("li"))
    log.insert_events(
        [event("record:juno", 3), event("record:juno", 4)],
        commit=by(key="k-2", fingerprint="f-2", claims=(Claim("entry", "juno/x", "juno"),)),
    )
    log.begin_epoch()


def test_a_copy_says_what_the_log_says(
    node: NodeLog, file: Path, tmp_path: Path, database: Database, clock: Clock
) -> None:
    """To the byte: the node that wrote it, one that copied it, and a log in a file."""
    fill(node)
    copied, alone = Place(tmp_path / "copied.db", database), Place(tmp_path / "alone.db")
    with copied.opened(clock), alone.opened(clock) as log:
        fill(log)
    ours, theirs = Place(file).rows(), Place(copied.file).rows()
    assert ours == theirs == alone.rows()


# Nothing is missed.


def followed(node: NodeLog, database: Database, order: str) -> tuple[list[int], list[int]]:
    """What some processes acknowledged that wrote at once, and what a node had copied by then, that
    did so all the while."""
    place = Place(Path("unused"), database)
    with ExitStack() as stack:
        writers = []
        for number in range(WRITERS):
            one = place.writer(order, f"record:{number}", str(COMMITS))
            stack.enter_context(one)
            stack.callback(one.kill)  # where something is raised
            writers.append(one)
        while any(each.poll() is None for each in writers):
            node.copy()
            time.sleep(0.001)
        acknowledged = [int(line) for each in writers for line in each.communicate()[0].split()]
    assert [each.returncode for each in writers] == [0] * WRITERS
    node.copy()
    return sorted(acknowledged), [each.position for each in node.select_log(after=0, limit=9999)]


def test_a_node_that_copies_while_others_write_misses_nothing(
    node: NodeLog, database: Database
) -> None:
    """Whoever has the turn has it until the commit is seen, so no position comes later than one
    beyond it."""
    acknowledged, copied = followed(node, database, "at-once")
    assert acknowledged == copied == list(range(1, WRITERS * COMMITS + 1))
    assert list(node.damage()) == []


def test_writers_without_a_turn_would_be_found_out(node: NodeLog, database: Database) -> None:
    """So the test above can fail: a commit that comes later than one beyond it is missed, and the
    seal of that one tells."""
    database.run("CREATE SEQUENCE places")
    database.run("GRANT USAGE ON SEQUENCE places TO PUBLIC")
    with pytest.raises(LogDamaged, match="than was written"):
        followed(node, database, "unturned")
    assert [each.position for each in node.select_log(after=0, limit=9999)] != [
        row[0] for row in database.run(f"SELECT position FROM {CHRONICLE}.commits ORDER BY 1")
    ]


# What was changed is found.


@pytest.mark.parametrize(
    ("change", "position"),
    [
        ("UPDATE {log}.stored_events SET state = '{{\"mass\":21}}' WHERE notification_id = 3", 3),
        ("UPDATE {log}.stored_events SET state = '\\xff' WHERE notification_id = 3", 3),
        ("UPDATE {log}.stored_events SET topic = 'noted-v2' WHERE notification_id = 2", 2),
        ("UPDATE {log}.stored_events SET leaf = '\\x00' WHERE notification_id = 5", 5),
        ("UPDATE {log}.stored_events SET originator_version = 9 WHERE notification_id = 4", 4),
        ("UPDATE {log}.stored_events SET notification_id = 9 WHERE notification_id = 4", 5),
        ("DELETE FROM {log}.stored_events WHERE notification_id = 3", 3),
        ("DELETE FROM {log}.stored_events WHERE notification_id = 1", 2),
        ("UPDATE {log}.commits SET actor = 'mo' WHERE position = 3", 3),
        ("UPDATE {log}.commits SET request = 'r' WHERE position = 3", 3),
        ("UPDATE {log}.commits SET key = 'k' WHERE position = 5", 5),
        ("UPDATE {log}.commits SET fingerprint = 'f' WHERE position = 5", 5),
        ("UPDATE {log}.commits SET first = 3 WHERE position = 5", 5),
        ("UPDATE {log}.commits SET seal = '\\x00' WHERE position = 2", 2),
        ("UPDATE {log}.commits SET recorded_at = 'today' WHERE position = 3", 3),
        ("UPDATE {log}.commits SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE first = 3", 3),
        ("DELETE FROM {log}.commits WHERE position = 3", 3),
        ("UPDATE {log}.names SET id = 'lhaaso' WHERE id = 'juno'", 2),
        ("UPDATE {log}.names SET position = 5 WHERE position = 2", 2),
        ("INSERT INTO {log}.names VALUES ('a', 'b', 'c', 3)", 3),
        ("DELETE FROM {log}.names WHERE position = 5", 5),
        ("UPDATE {log}.epochs SET recorded_at = 'x'", 5),
    ],
)  # fmt: skip
def test_what_was_changed_in_the_database_is_named(
    node: NodeLog, database: Database, tmp_path: Path, change: str, position: int
) -> None:
    """By its position, and nothing of it is copied; what comes before is."""
    fill(node)
    database.tamper(change.format(log=CHRONICLE))
    place = Place(tmp_path / "new.db", database)
    with pytest.raises(LogDamaged) as damaged, place.opened():
        pass
    assert damaged.value.position == position


def test_an_event_that_lies_in_no_commit_is_found_by_whoever_writes(
    node: NodeLog, database: Database
) -> None:
    """Nothing is written behind it."""
    fill(node)
    database.tamper(f"INSERT INTO {CHRONICLE}.stored_events VALUES ('record:x', 1, 't', '', 6, '')")
    with pytest.raises(LogDamaged) as damaged:
        node.insert_events([event("record:juno", 5)])
    assert damaged.value.position == 6


@contextmanager
def with_bodies(file: Path, database: Database) -> Iterator[NodeLog]:
    """A node of a log whose events tell of bodies, before it has copied anything."""
    shared = PostgresLog(database.address, CITATIONS, has_bodies=True)
    factory = NodeFactory({"SQLITE_DBNAME": str(file)}, shared, clock=system_clock)
    with closing(shared), closing(factory):
        yield factory.application_recorder()


CITED = [event("address:a", 1)]
CITATION = by(claims=(Claim("citation", "x", "address:a"),))


def test_a_body_is_copied_with_the_commit_that_tells_of_it(
    database: Database, tmp_path: Path
) -> None:
    """And is in neither database where that fails."""
    with (
        with_bodies(tmp_path / "one.db", database) as one,
        with_bodies(tmp_path / "two.db", database) as two,
    ):
        make_room(one)
        make_room(two)
        ours, theirs = Bodies(one), Bodies(two)
        with suppress(KeyError), one.writing():
            ours.keep("x", b"lost")
            raise KeyError
        with one.writing():
            ours.keep("x", b"a body")
            one.insert_events(CITED, commit=CITATION)
        two.open()
        assert ours.get("x") == theirs.get("x") == b"a body"
        assert database.run(f"SELECT id FROM {CITATIONS}.bodies") == [("x",)]


def test_a_body_that_is_gone_is_found(database: Database, tmp_path: Path) -> None:
    """An event tells of it, so a copy without it would be no copy."""
    with closing(PostgresLog(database.address, CITATIONS, has_bodies=True)) as shared:
        shared.insert_events(CITED, commit=CITATION)
    with (
        with_bodies(tmp_path / "one.db", database) as one,
        pytest.raises(LogDamaged, match="no body of x"),
    ):
        one.open()


# It is another log.


@pytest.mark.parametrize(
    "use", [NodeLog.copy, lambda node: node.insert_events([event("record:juno", 5)])]
)
def test_a_log_that_lost_commits_is_not_gone_on_from(
    node: NodeLog, database: Database, use: Callable[[NodeLog], object]
) -> None:
    """Nor written to by who has seen more of it; the message says what to do."""
    fill(node)
    database.tamper(
        f"DELETE FROM {CHRONICLE}.epochs",
        f"DELETE FROM {CHRONICLE}.names WHERE position = 5",
        f"DELETE FROM {CHRONICLE}.commits WHERE position = 5",
        f"DELETE FROM {CHRONICLE}.stored_events WHERE notification_id > 3",
    )
    with pytest.raises(CopyAhead, match="up to @5 that PostgreSQL has not"):
        use(node)


def test_a_log_that_went_on_otherwise_is_another(
    node: NodeLog, other: NodeLog, database: Database
) -> None:
    """Though it is as long as the one that was copied."""
    fill(node)
    database.tamper(
        f"DELETE FROM {CHRONICLE}.epochs",
        *(f"DELETE FROM {CHRONICLE}.{table}" for table in ("names", "commits", "stored_events")),
    )
    for version in range(1, 8):
        other.insert_events([event("record:lhaaso", version)])
    with pytest.raises(CopyAhead):
        node.copy()


def test_nothing_is_recorded_in_a_copy_alone(node: NodeLog) -> None:
    """What is no part of the log may be written to its file, and nothing else."""
    with pytest.raises(ProgrammingError, match="not in its copy alone"), node.writing_here():
        node.insert_events([event("record:juno", 1)])
    assert node.head() is None
    assert node.insert_events([event("record:juno", 1)]) == [1]


# PostgreSQL is out of reach.


def test_what_was_copied_can_be_read_without_it(file: Path, database: Database) -> None:
    """A node that was closed opens, and says what it has."""
    with Place(file, database).opened() as log:
        fill(log)
    database.server.stop()
    try:
        with Place(file, database).opened() as log:
            assert log.max_notification_id() == 5
    finally:
        database.server.start()
