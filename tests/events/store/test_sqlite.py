"""The file of the log in SQLite: how it is opened, written, copied, and found to be damaged.

What every log promises, whichever database it lies in, stands in `test_contract.py`.
"""

from __future__ import annotations

import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import (
    ConnectionUnavailableError,
    InfrastructureFactory,
    IntegrityError,
    NotSupportedError,
    OperationalError,
)
from eventsourcing.tests import persistence as library

from events.commit import Claim
from events.errors import LogDamaged, NotDurable, NotWritten
from events.store.connections import ChronicleDatastore
from events.store.copying import copy
from events.store.inspection import damage, damaged_log, one_state
from events.store.sqlite import ChronicleFactory, ChronicleRecorder
from tests.events.store.logs import Clock, Place, by, event


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


def tables(file: Path) -> list[list[tuple[Any, ...]]]:
    """All that the log holds, to be compared."""
    return Place(file).rows()


def writer(file: Path, *order: str) -> subprocess.Popen[str]:
    """Another process that writes."""
    return Place(file).writer(*order)


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


# What a commit cannot be.


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


def test_the_reads_need_no_scan(log: ChronicleRecorder) -> None:
    """Each question goes by an index, so it costs the same in a log of any length."""
    from events.store import sqlite as module  # noqa: PLC0415 - the statements, by name

    asked = {
        "position": 1, "recorded_at": "", "actor": "", "key": "", "space": "", "ids": "[]",
        "after": 1, "limit": 1, "end": 1, "first": 1, "last": 1, "stream": "", "up_to": 1,
        "positions": "[1]", "request": "", "since": "",
    }  # fmt: skip
    with closing(log.datastore.pool.connect()) as connection:
        for name in (
            "HEAD", "COMMIT_AT", "COMMIT_BY", "COMMIT_BY_KEY", "COMMIT_BY_REQUEST", "CLAIMED",
            "EVENTS_AFTER", "EVENTS_BETWEEN", "COMMITS_OVER", "EVENTS_OF_STREAM", "LAST_GIVEN",
            "EVENTS_AT", "POSITIONS_OF_STREAM", "REVISION", "COMMITS", "COMMITS_OF_STREAM",
            "VERSIONS_AFTER",
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


def test_readers_go_on_while_someone_writes(log: ChronicleRecorder) -> None:
    """And see whole commits only."""
    log.insert_events([event("record:juno", 1)])
    with log.datastore.transaction(commit=True) as cursor:
        log._insert_events(cursor, [event("record:juno", 2)])
        assert log.max_notification_id() == 1
    assert log.max_notification_id() == 2


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
