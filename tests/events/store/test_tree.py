"""The tree of a log is what its leaves come to, however the log came about."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest
from eventsourcing.persistence import StoredEvent

from events.commit import NewCommit
from events.ledger.checking import Growing
from events.ledger.tree import root_of
from events.store.inspection import damage
from events.store.schema import SCHEMA_NUMBER, SCHEMA_OF_EPOCHS, WITH_EPOCHS, WITHOUT_EPOCHS
from events.store.sqlite import ChronicleFactory, ChronicleRecorder


@contextmanager
def opened(file: Path) -> Iterator[ChronicleRecorder]:
    """The log of a file."""
    factory = ChronicleFactory({"SQLITE_DBNAME": str(file)})
    with closing(factory):
        yield factory.application_recorder()


def record(log: ChronicleRecorder, many: int, *, positions: tuple[int, ...] | None = None) -> None:
    """Let one commit with so many events join the log."""
    head = log.max_notification_id() or 0
    made = [StoredEvent(f"record:{head}-{each}", 1, "t", b"{}") for each in range(many)]
    log.insert_events(made, commit=NewCommit(actor="wang", request="", positions=positions))


def leaves_of(log: ChronicleRecorder) -> list[tuple[int, bytes]]:
    """Every position with its leaf."""
    return [(event.position, event.leaf) for event in log.events_between(0)]


def is_whole(log: ChronicleRecorder, file: Path) -> None:
    """The tree says of each size, index and tile what the leaves come to."""
    leaves = leaves_of(log)
    growing = Growing()
    assert log.tree.size() == len(leaves)
    for index, (position, leaf) in enumerate(leaves):
        growing.add(leaf)
        if index % 97 == 0 or index % 256 in (0, 254, 255) or index == len(leaves) - 1:
            assert log.tree.index_of(position) == index
            assert log.tree.hashes(0, index, 1) == [leaf]
            assert root_of(log.tree, index + 1) == growing.root()
    assert list(damage(file)) == []


def test_a_log_of_commits_of_any_size_and_of_holes_has_its_tree(tmp_path: Path) -> None:
    """Single commits over the edge of a tile, large ones over many, and positions with holes."""
    file, chance = tmp_path / "log.db", Random(13)
    with opened(file) as log:
        is_whole(log, file)
        record(log, 240)
        for _ in range(20):
            record(log, 1)
        record(log, 1000)
        for _ in range(40):
            head, many = log.max_notification_id() or 0, chance.randrange(1, 60)
            places = sorted(chance.sample(range(head + 1, head + 400), many))
            record(log, many, positions=tuple(places))
        record(log, 212)
        is_whole(log, file)
        head = log.max_notification_id() or 0
        there = {position for position, _ in leaves_of(log)}
        missing = [place for place in range(head + 3) if place not in there]
        assert len(missing) > 100
        assert {log.tree.index_of(place) for place in missing} == {None}


def test_a_tree_of_three_levels_is_made_in_one_commit(tmp_path: Path) -> None:
    """65,536 leaves have a row of the second level, and one more has none of another."""
    file = tmp_path / "log.db"
    with opened(file) as log:
        record(log, 65_536)
        record(log, 1)
        growing = Growing()
        for _, leaf in leaves_of(log):
            growing.add(leaf)
        assert root_of(log.tree, 65_537) == growing.root()
        assert [len(log.tree.rows(level, 0, 500)) for level in (1, 2, 3)] == [256, 1, 0]
        assert log.tree.index_of(65_537) == 65_536
        assert log.damage_of_tree() is None


@pytest.mark.parametrize("schema", [WITHOUT_EPOCHS, WITH_EPOCHS])
def test_a_log_of_an_earlier_schema_is_written_as_it_is_until_it_is_migrated(
    schema: int, tmp_path: Path
) -> None:
    """Then it has the tree that it would have had from its first commit on."""
    file = tmp_path / "log.db"
    with opened(file) as log:
        record(log, 1)
    with closing(sqlite3.connect(file)) as old:
        old.execute("DROP TABLE tree")
        old.execute("DROP TABLE epochs")
        old.execute(f"PRAGMA user_version = {schema}")
        if schema == WITH_EPOCHS:
            for statement in SCHEMA_OF_EPOCHS:
                old.execute(statement)
        old.commit()
    with opened(file) as log, opened(file) as beside:
        record(log, 600)
        assert (log.schema(), log.tree.exists()) == (schema, False)
        assert (beside.migrate(), beside.schema()) == (schema, SCHEMA_NUMBER)
        assert beside.migrate() == SCHEMA_NUMBER
        record(log, 200)
        is_whole(log, file)


@pytest.mark.parametrize(
    ("done", "position", "why"),
    [
        ("UPDATE tree SET hash = zeroblob(32) WHERE number = 1", 257, "something from here"),
        ("UPDATE stored_events SET leaf = zeroblob(32) WHERE rowid = 300", 257, "to @512 is not"),
        ("DELETE FROM stored_events WHERE rowid = 300", 300, "beyond @256 and up to @512 there"),
        ("DELETE FROM tree WHERE number = 1", 256, "no row 1 of level 1"),
        ("DELETE FROM tree WHERE number = 2", 513, "no row 2 of level 1"),
        ("UPDATE tree SET position = 513 WHERE number = 1", 257, "more than 256"),
    ],
)
def test_a_tree_that_is_not_of_these_leaves_is_found(
    done: str, position: int, why: str, tmp_path: Path
) -> None:
    """Whoever mends the leaf does not know of the tree, and the other way round."""
    file = tmp_path / "log.db"
    with opened(file) as log:
        record(log, 800)
        with closing(sqlite3.connect(file)) as other:
            triggers = other.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            for (name,) in triggers.fetchall():
                other.execute(f"DROP TRIGGER {name}")
            other.execute(done)
            other.commit()
        found = log.damage_of_tree()
        assert found is not None
        assert found[0] == position
        assert why in found[1]
        assert found in list(damage(file))
