"""What each command does in a folder that is a node, with PostgreSQL and without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from events.ledger.publishing import Publisher
from service.archive import LOG, Archive, node
from service.cli.command import annales
from tests.postgres import Database
from tests.story.telling import JUNO, SOURCE, command

LATER = {**JUNO, "id": "juno-two", "name": "JUNO two"}


def run(folder: Path, *words: str | Path, gives: int = 0) -> Result:
    """Run a command in a folder."""
    result = CliRunner().invoke(annales, ["--data", str(folder), *map(str, words)])
    assert result.exit_code == gives, result.output
    return result


def of_file(folder: Path, *lines: object) -> Path:
    """A file with lines."""
    path = folder / "lines.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


@contextmanager
def away(database: Database) -> Iterator[None]:
    """PostgreSQL does not answer meanwhile."""
    run_there = database.server.run
    run_there(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false")
    run_there(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database.name]
    )
    yield
    run_there(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS true")


@pytest.fixture
def two(tmp_path: Path, database: Database) -> tuple[Path, Path]:
    """The folders of two nodes, of which the first has recorded a source and JUNO, and the second
    has copied the source."""
    first, second = tmp_path / "a", tmp_path / "b"
    run(first, "--log", database.address, "load", of_file(tmp_path, SOURCE))
    run(second, "--log", database.address, "migrate")
    run(first, "load", of_file(tmp_path, JUNO))
    return first, second


def test_what_is_read_is_copied_first(two: tuple[Path, Path], tmp_path: Path) -> None:
    """An export and a backup hold what any node had recorded before."""
    _, second = two
    run(second, "export", tmp_path / "out.jsonl")
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 2
    run(second, "backup", tmp_path / "kept")
    assert not (tmp_path / "kept" / node.NODE).exists()
    with Archive(tmp_path / "kept") as kept:
        assert kept.shared is None
        assert kept.chronicle.log.max_notification_id() == 2


def test_without_postgresql_a_node_gives_what_it_has(
    two: tuple[Path, Path], database: Database, tmp_path: Path
) -> None:
    """And says on stderr that there may be more."""
    _, second = two
    with away(database):
        for words in (
            ["record", "juno"],
            ["state", "--at", "2013"],
            ["export", tmp_path / "out.jsonl"],
            ["backup", tmp_path / "kept"],
        ):
            result = run(second, *words, gives=1 if "record" in words else 0)
            assert "PostgreSQL does not answer" in result.stderr, words
        assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 1
        for words in (["keys", "list"], ["rebuild"], ["confirm-clock"]):
            run(second, *words)
        assert "was not compared with PostgreSQL" in run(second, "verify").output
        assert not json.loads(run(second, "verify", "--json").output)["compared"]
        for words in (
            ["load", of_file(tmp_path, LATER)],
            ["migrate"],
            ["migrate", "--new-epoch"],
            ["keys", "create", "--role", "curator", "--name", "Alice"],
            ["load-shipped"],
        ):
            result = run(second, *words, gives=4)
            assert "cannot be reached" in result.stderr, words
        fresh = run(tmp_path / "fresh", "--log", database.address, "state", gives=4)
        assert "cannot be reached" in fresh.stderr
        run(tmp_path / "fresh", "keys", "list", gives=4)
    assert "juno" in run(second, "record", "juno", "--json").output


def test_a_node_is_not_restored_into(two: tuple[Path, Path], tmp_path: Path) -> None:
    """Its log lies elsewhere, and what to do is said."""
    first, second = two
    run(first, "export", tmp_path / "out.jsonl")
    result = run(second, "restore", tmp_path / "out.jsonl", gives=1)
    assert "is a node" in result.stderr
    assert "annales copy ELSEWHERE ADDRESS" in result.stderr


def test_verify_compares_each_commit(two: tuple[Path, Path], database: Database) -> None:
    """By its seal, so that it costs next to nothing."""
    first, second = two
    assert "commit for commit" in run(first, "verify").output
    assert json.loads(run(second, "verify", "--json").output)["compared"]
    database.tamper("UPDATE annales.commits SET seal = '\\x00' WHERE position = 2")
    result = run(first, "verify", gives=3)
    assert "@2" in result.output
    assert "not the one that PostgreSQL has" in result.output
    run(second, "verify")  # it has not copied that one
    database.tamper(
        "DELETE FROM annales.stored_events WHERE notification_id = 2",
        "DELETE FROM annales.commits WHERE position = 2",
    )
    assert "a failover lost it" in run(first, "verify", gives=3).output


def test_a_mirror_is_one_on_every_node(database: Database, tmp_path: Path) -> None:
    """What a log is a copy of lies beside it in PostgreSQL, and so does that it goes on alone."""
    first, second, file = tmp_path / "a", tmp_path / "b", tmp_path / "out.jsonl"
    with Archive(tmp_path / "source") as archive:
        archive.chronicle.execute(command(SOURCE))
        Publisher(archive.ledger, origin="source.test").publish()
    run(tmp_path / "source", "export", file)
    run(second, "--log", database.address, "migrate")
    run(first, "--log", database.address, "mirror", file)
    refused = run(second, "load", of_file(tmp_path, JUNO), gives=1)
    assert "this is a mirror" in refused.stderr
    with away(database):
        assert "cannot be reached" in run(second, "mirror", file, gives=4).stderr
    run(second, "mirror", "--detach")
    run(first, "load", of_file(tmp_path, JUNO))
    assert not json.loads((first / "base.json").read_text())["mirrors"]


def test_who_has_a_log_of_their_own_is_no_node(database: Database, tmp_path: Path) -> None:
    """A slip of the finger takes no folder over."""
    run(tmp_path / "plain", "load", of_file(tmp_path, SOURCE))
    result = run(tmp_path / "plain", "--log", database.address, "state", gives=3)
    assert "it is another log" in result.stderr
    assert not (tmp_path / "plain" / node.NODE).exists()
    with Archive(tmp_path / "plain") as archive:
        archive.chronicle.execute(command(JUNO))
        assert (archive.folder / LOG).exists()
