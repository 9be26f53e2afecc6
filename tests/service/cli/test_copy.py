"""`annales copy`: a chronicle in another place, position for position, or a refusal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from events.errors import NotThisDatabase
from service.archive import LOG, Archive, node
from service.archive.keys import KEYS
from service.archive.moving import HALF, move_all, opened
from tests.postgres import Database
from tests.service.cli.chronicles import answers, beside, done, fill, refused, rows
from tests.story.telling import JUNO, SOURCE, command, milestone

UNUSED = Path("unused")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that a chronicle can have. Nobody changes it."""
    folder = tmp_path_factory.mktemp("told") / "archive"
    fill(folder)
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with three commits."""
    folder = tmp_path / "small"
    with Archive(folder) as archive:
        for line in (SOURCE, JUNO, milestone("m1", "construction-started", "2015")):
            archive.chronicle.execute(command(line))
    return folder


def copy(source: object, target: object, *more: str) -> str:
    """What `annales copy` prints."""
    return done(UNUSED, "copy", str(source), str(target), *more)


def copy_refused(source: object, target: object, code: int = 1) -> str:
    """Why `annales copy` is refused."""
    return refused(UNUSED, "copy", str(source), str(target), code=code)


class Killed(Exception):
    """The process was ended."""


def copy_until(source: object, target: object, position: int) -> None:
    """Copy until a position is written, and end there."""

    def add(_: str, __: int | None) -> Callable[[int], None]:
        def advance(done: int) -> None:
            if done >= position:
                raise Killed

        return advance

    with (
        opened(str(source), to_write=False) as theirs,
        opened(str(target), to_write=True) as ours,
        pytest.raises(Killed),
    ):
        move_all(theirs, ours, add)


def test_to_postgresql_and_back_not_a_byte_is_another(
    told: Path, tmp_path: Path, database: Database
) -> None:
    """Every row of every log, what lies beside them, every answer and every proof."""
    there = json.loads(copy(told, database.address, "--json"))
    assert (there["position"], there["keys"], there["citations"]) == ("@28", 3, 4)
    assert there["suggestions"] == 1
    back = tmp_path / "back"
    copy(database.address, back)
    assert rows(back) == rows(told)
    assert beside(back) == beside(told)
    assert answers(back) == answers(told)
    assert "The views agree" in done(back, "verify")
    assert node.address_of(back) is None
    assert not (back / "ledger.key").exists()


def test_a_folder_is_copied_into_another(told: Path, tmp_path: Path) -> None:
    """Needs no database; what is empty may be there, and what a file system puts there."""
    target = tmp_path / "target"
    (target / "lost+found").mkdir(parents=True)
    copy(told, target)
    assert rows(target) == rows(told)
    assert beside(target) == beside(told)
    assert not (target / HALF).exists()


def test_a_node_of_what_was_copied_answers_as_the_folder_did(
    told: Path, tmp_path: Path, database: Database
) -> None:
    """It copies from there what was copied to there; and what it has is a chronicle to copy."""
    copy(told, database.address)
    node.become(tmp_path / "node", database.address, log=LOG)
    with Archive(tmp_path / "node") as archive:
        archive.follow()
        archive.wait_for(28, timeout=30)
    assert rows(tmp_path / "node") == rows(told)
    copy(tmp_path / "node", tmp_path / "saved")  # as where the database is lost
    assert rows(tmp_path / "saved") == rows(told)
    assert node.address_of(tmp_path / "saved") is None


def test_the_command_says_where_the_secret_key_is(
    told: Path, tmp_path: Path, database: Database
) -> None:
    """It stays, and nothing is signed before it is moved; passwords of addresses are not shown."""
    printed = copy(told, database.address)
    assert "Both have 28 events in 9 commits, and the root " in printed
    assert f"{told / 'ledger.key'} stays where it is" in printed
    secret = database.address.replace("@", ":geheim@")
    printed = copy(secret, tmp_path / "back")
    assert "ledger.key is with the node that signs" in printed
    assert "geheim" not in printed
    assert "geheim" not in copy(tmp_path / "back", secret)


def test_what_was_recorded_meanwhile_is_copied_when_it_is_asked_again(
    small: Path, tmp_path: Path, database: Database
) -> None:
    """So a log is moved with its service running, and is away for a moment only."""
    for target in (tmp_path / "target", database.address):
        copy(small, target)
        with Archive(small) as archive:
            entry = f"more-{len(str(target))}"
            archive.chronicle.execute(command(milestone(entry, "upgraded", "2020")))
            archive.keys.issue(name="li", role="curator", by="root")
        before = json.loads(copy(small, target, "--json"))["before"]
        assert before in ("@3", "@4")
        assert "had the log already" in copy(small, target)
    copy(database.address, tmp_path / "back")
    assert rows(tmp_path / "back") == rows(small)


def test_a_copy_that_was_ended_is_no_chronicle_and_goes_on(small: Path, tmp_path: Path) -> None:
    """Nobody takes the half of it for all, and nobody loses it."""
    half = tmp_path / "half"
    copy_until(small, half, 1)
    assert [path.name for path in half.iterdir()] == [HALF]
    assert "there is no chronicle" in refused(half, "export", code=4)
    assert "half a copy" in copy_refused(half, tmp_path / "other")
    copy(small, half)
    assert rows(half) == rows(small)


def test_no_node_begins_with_half_a_copy(small: Path, tmp_path: Path, database: Database) -> None:
    """It says what to type, and then it does."""
    copy_until(small, database.address, 1)
    node.become(tmp_path / "node", database.address, log=LOG)
    with pytest.raises(NotThisDatabase, match=f"Type: annales copy {small}"):
        Archive(tmp_path / "node")
    copy(small, database.address)
    with Archive(tmp_path / "node") as archive:
        assert archive.chronicle.log.max_notification_id() == 3


def test_many_commits_are_copied_page_by_page(tmp_path: Path, database: Database) -> None:
    """More than a page has, with large ones between."""
    folder = tmp_path / "many"
    with Archive(folder) as archive:
        archive.chronicle.execute(command(SOURCE, JUNO))
        lines = (milestone(f"m{number}", "upgraded", "2020") for number in range(6000))
        archive.chronicle.execute(command(*lines))
        for number in range(1100):
            line = milestone(f"n{number}", "upgraded", "2021")
            archive.chronicle.execute(command(line))
    copy(folder, database.address)
    copy(database.address, tmp_path / "back")
    assert rows(tmp_path / "back") == rows(folder)
    copy_until(database.address, tmp_path / "half", 6500)
    copy(database.address, tmp_path / "half")
    assert rows(tmp_path / "half") == rows(folder)


def test_what_is_not_the_beginning_stays_as_it_is(
    small: Path, tmp_path: Path, database: Database
) -> None:
    """Another log, a longer one, and one that has other keys."""
    other = tmp_path / "other"
    with Archive(other) as archive:
        archive.chronicle.execute(command(SOURCE))
    copy(other, database.address)
    for target in (other, database.address):
        assert "has another log, or a longer one" in copy_refused(small, target)
    longer = tmp_path / "longer"
    copy(small, longer)
    with Archive(longer) as archive:
        archive.chronicle.execute(command(milestone("m2", "upgraded", "2020")))
    assert "has another log, or a longer one" in copy_refused(small, longer)
    keyed = tmp_path / "keyed"
    copy(small, keyed)
    with Archive(keyed) as archive:
        archive.keys.issue(name="li", role="curator", by="root")
    assert "has another log, or a longer one" in copy_refused(small, keyed)


def test_places_that_are_none_are_refused(
    small: Path, tmp_path: Path, database: Database, bare: Database
) -> None:
    """Each says what to name instead."""
    assert "there is no chronicle in" in copy_refused(tmp_path / "nowhere", tmp_path / "x")
    assert "are both" in copy_refused(small, tmp_path / "." / "small")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letters").touch()
    assert "is not empty (letters): name an empty folder" in copy_refused(small, tmp_path / "full")
    (tmp_path / "file").touch()
    assert "is no folder" in copy_refused(small, tmp_path / "file")
    node.become(tmp_path / "node", database.address, log=LOG)
    assert "is a node" in copy_refused(small, tmp_path / "node")
    assert "is empty: there is nothing to copy" in copy_refused(database.address, tmp_path / "x")
    assert "migrate" in copy_refused(small, bare.address, code=4)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("file", [LOG, KEYS])
def test_what_is_damaged_is_not_copied(told: Path, tmp_path: Path, file: str) -> None:
    """It is named by its position, and there is no copy."""
    damaged = tmp_path / "damaged"
    copy(told, damaged)
    with closing(sqlite3.connect(damaged / file)) as log, log:
        log.execute("DROP TRIGGER stored_events_stay_as_they_are")
        log.execute("UPDATE stored_events SET state = x'7b7d' WHERE rowid = 2")
    assert "@2" in copy_refused(damaged, tmp_path / "copy", code=3)
    assert not (tmp_path / "copy" / LOG).exists()


def test_what_differs_where_it_was_copied_is_found(small: Path, database: Database) -> None:
    """Both are asked what they come to."""
    copy(small, database.address)
    database.tamper("UPDATE annales.stored_events SET leaf = sha256('') WHERE notification_id = 2")
    assert "has another log" in copy_refused(small, database.address)
