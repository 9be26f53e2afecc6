"""A log in PostgreSQL is the library's recorder, and keeps what was written as it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from eventsourcing import postgres as stock
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.tests import persistence as library

from events.commit import Claim
from events.store.node import NodeLog
from events.store.postgres.log import PostgresLog
from service.archive.node import CHRONICLE
from tests.events.store.logs import Place, by, event, rows_of
from tests.postgres import NODE, OWNER, Database, Server, new_database

# What the library demands of a recorder.


class InADatabase:
    """Gives the library's cases a log in a database, with streams named by text."""

    @pytest.fixture(autouse=True)
    def _of_the_session(self, postgres: Server) -> None:
        self._postgres = postgres

    def new_originator_id(self) -> str:
        return f"record:{uuid4()}"

    def create_recorder(self) -> PostgresLog:
        database = self.enterContext(new_database(self._postgres))  # type: ignore[attr-defined] # of unittest.TestCase
        log = PostgresLog(database.address, CHRONICLE)
        self.addCleanup(log.close)  # type: ignore[attr-defined] # of unittest.TestCase
        return log


class TestAsTheLibraryDemands(InADatabase, library.ApplicationRecorderTestCase[PostgresLog]):
    """Inserts, reads, conflicts, threads and subscriptions."""

    def test_insert_subscribe(self) -> None:
        """A subscription yields what was recorded before it and after it."""
        self.optional_test_insert_subscribe()


class TestPositionsDoNotInterleave(InADatabase, library.NonInterleavingNotificationIDsBaseCase):
    """Two threads that insert at once."""


def test_a_subscription_hears_of_a_commit_at_once(shared: PostgresLog) -> None:
    """On the channel of the log, where the library would listen elsewhere."""
    with shared.subscribe(gt=0) as subscription:
        time.sleep(0.3)
        shared.insert_events([event("record:juno", 1)])
        began = time.monotonic()
        assert next(subscription).id == 1
        assert time.monotonic() - began < 5


# What was written stays as it is.


@pytest.fixture
def filled(node: NodeLog) -> NodeLog:
    """A log with a row in each table."""
    with node.writing():
        node.insert_events([event("record:juno", 1)], commit=by(claims=(Claim("a", "b", "c"),)))
        node.body_kept("body", b"body")
    node.begin_epoch()
    node.shared.put_beside("name", "text")
    return node


@pytest.mark.parametrize("role", [NODE, OWNER, "postgres"])
@pytest.mark.parametrize(
    "table", ["stored_events", "commits", "names", "epochs", "bodies", "beside"]
)
@pytest.mark.usefixtures("filled")
def test_what_was_written_can_be_neither_changed_nor_removed(
    database: Database, table: str, role: str
) -> None:
    """Neither by whoever keeps a node, nor by the owner, nor by a superuser."""
    refused = "permission denied" if role == NODE else "the log is append-only"
    with psycopg.connect(database.as_role(role), autocommit=True) as connection:
        [[column]] = database.run(
            "SELECT attname FROM pg_attribute WHERE attnum = 1 AND attrelid = %s::regclass",
            [f"{CHRONICLE}.{table}"],
        )
        for statement in (
            f"UPDATE {CHRONICLE}.{table} SET {column} = {column}",
            f"DELETE FROM {CHRONICLE}.{table}",
            f"TRUNCATE {CHRONICLE}.{table}",
        ):
            with pytest.raises(psycopg.Error, match=refused):
                connection.execute(statement.encode())


def test_the_role_of_a_node_can_neither_drop_nor_alter(database: Database) -> None:
    """Nor take the triggers off, nor lock the table by itself, nor make anything of its own."""
    with psycopg.connect(database.address, autocommit=True) as connection:
        for statement in (
            f"DROP TABLE {CHRONICLE}.beside",
            f"ALTER TABLE {CHRONICLE}.commits DISABLE TRIGGER ALL",
            f"LOCK TABLE {CHRONICLE}.stored_events IN EXCLUSIVE MODE",
            f"CREATE TABLE {CHRONICLE}.mine ()",
            f"DROP FUNCTION {CHRONICLE}.refuse() CASCADE",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement.encode())


@pytest.fixture
def stock_recorder(database: Database) -> Iterator[stock.PostgresApplicationRecorder]:
    """The library's own recorder on the same table, made by a superuser."""
    place = {"dbname": database.name, "host": "127.0.0.1", "port": database.server.port}
    datastore = stock.PostgresDatastore(
        **place,  # type: ignore[arg-type]
        user="postgres",
        password="",
        schema=CHRONICLE,
        originator_id_type="text",
    )
    with closing(datastore):
        recorder = stock.PostgresApplicationRecorder(datastore)
        for statement in recorder.sql_create_statements:
            if "CREATE TYPE" in statement.as_string():
                database.run(statement.as_string())
        datastore.register_type_adapters()
        yield recorder


def test_an_insert_that_knows_of_no_turn_fails(
    stock_recorder: stock.PostgresApplicationRecorder, database: Database, shared: PostgresLog
) -> None:
    """The library would give a position of its own; here there is none to be given."""
    shared.insert_events([event("record:juno", 1)])
    before = rows_of(database)
    with pytest.raises(IntegrityError, match="notification_id"):
        stock_recorder.insert_events([event("record:juno", 2)])
    assert rows_of(database) == before


# What a commit may hold.


@pytest.mark.parametrize(
    ("batch", "commit"),
    [
        ([StoredEvent("record:\0", 1, "t-v1", b"{}")], by()),
        ([event("record:a", 1)], by("wa\0ng")),
        ([event("record:a", 1)], by(key="k\0")),
        ([event("record:a", 1)], by(claims=(Claim("a", "\0", "c"),))),
        ([event("record:a", 1)], by("\ud800")),
        ([event("record:a", 1)], by(claims=(Claim("a", "\ud800", "c"),))),
    ],
)
def test_text_that_no_database_can_hold_is_refused_whole(
    node: NodeLog, database: Database, batch: list[StoredEvent], commit: Any
) -> None:
    """A NUL or half a character, wherever it stands; and the log goes on."""
    node.insert_events([event("record:juno", 1)])
    before = rows_of(database)
    with pytest.raises(Exception, match=r"NUL|0x00|surrogate|non-UTF-8"):
        node.insert_events(batch, commit=commit)
    assert rows_of(database) == before
    assert node.insert_events([event("record:juno", 2)]) == [2]


def test_claims_come_back_in_the_order_in_which_they_were_sealed(
    node: NodeLog, other: NodeLog
) -> None:
    """By code points, whatever the language of the database sorts by."""
    ids = ("é", "e", "Z", "z", "a-b", "ab", "中", "\U0001f52d", "￿", "_", "1")
    claims = tuple(Claim(space, id, "r") for id in ids for space in ("b", "B", "a b"))
    node.insert_events([event("record:juno", 1)], commit=by(claims=claims))
    assert other.copy() == 1


def test_a_commit_of_many_events_is_copied_whole(node: NodeLog, other: NodeLog) -> None:
    """More of them than a statement takes, or a page; and what follows it."""
    state = b'{"a":"' + b"x" * 400 + b'"}'
    many = 12_000
    node.insert_events([event("record:juno", version, state) for version in range(1, many + 1)])
    node.insert_events([event("record:juno", many + 1)])
    assert other.copy() == many + 1
    assert other.head() == node.head()


def test_pages_end_where_their_events_are_enough(
    node: NodeLog, other: NodeLog, shared: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a commit at least, and none is left out."""
    monkeypatch.setattr("events.store.postgres.log.EVENTS", 10)
    version = 0
    for size in (4, 6, 1, 25, 3, 12, 12, 1):
        batch = [event("record:juno", version + number + 1) for number in range(size)]
        version += size
        node.insert_events(batch)
    pages, after = [], 0
    while commits := shared.page(after, epoch=1, limit=1000).commits:
        pages.append([len(each.events) for each in commits])
        after = commits[-1].commit.position
    assert pages == [[4, 6], [1], [25], [3], [12], [12], [1]]
    assert other.copy() == version


def test_an_epoch_is_copied_with_the_commits_before_it(
    node: NodeLog, other: NodeLog, shared: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a copy that is under way has none that begins beyond it."""
    node.insert_events([event("record:juno", 1)])
    node.insert_events([event("record:juno", 2)])
    epoch = node.begin_epoch()
    assert shared.page(0, epoch=1, limit=1).epochs == []
    assert [each for each, _ in shared.page(0, epoch=1, limit=2).epochs] == [epoch]
    monkeypatch.setattr(other, "_page", 1)
    other.copy()
    assert other.epochs() == (epoch,)


def test_an_epoch_that_another_process_of_the_node_has_copied_is_known(
    node: NodeLog, file: Path, database: Database
) -> None:
    """Though the head is where it was, and there is nothing left to copy."""
    node.insert_events([event("record:juno", 1)])
    assert node.epochs() == ()
    with Place(file, database).opened() as beside:
        epoch = beside.begin_epoch()
    assert node.copy() == 1
    assert node.epochs() == (epoch,)
    assert node.insert_events([event("record:juno", 2)]) == [2]


# What lies beside it.


def test_of_each_name_what_was_put_last_lies_beside_the_log(shared: PostgresLog) -> None:
    """And since a number only what came after it."""
    assert shared.beside(0) == (0, {})
    for name, text in (("b", "1"), ("a", "2"), ("b", "3")):
        shared.put_beside(name, text)
    assert shared.beside(0) == (3, {"a": "2", "b": "3"})
    assert shared.beside(2) == (3, {"b": "3"})
    assert shared.beside(3) == (3, {})
