"""`annales verify`: it finds what is damaged, in whichever file, names it, and changes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from shutil import copytree

import pytest
from click.testing import CliRunner, Result
from eventsourcing.persistence import StoredEvent

from events.canonical import canonical
from events.commit import NewCommit
from events.store.sqlite import ChronicleFactory
from projections.views.file import DAMAGED, POINTER
from projections.views.following import Follower
from projections.views.verifying import Finding
from service.archive import LOG, Archive
from service.archive.keys import ISSUED, KEYS, REVOKED, Keyring
from service.archive.verifying import verified
from service.cli.command import annales
from tests.naive.histories import random_history, random_instants
from tests.service.cli.flips import files, flips
from tests.story.telling import kept

FLIPS = 25
"""How many bits of each file flip here."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed folder with a short history, its views, and some keys."""
    folder = tmp_path_factory.mktemp("whole") / "archive"
    chance = Random(4)
    batches = random_history(chance, lines=60)
    with kept(folder, batches, random_instants(chance, len(batches))) as archive:
        archive.catch_up()
        for name in ("li", "wu", "chen"):
            archive.keys.issue(name=name, role="curator", by="root")
        archive.keys.revoke(next(iter(archive.keys.all())), by="root")
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(copytree(whole, tmp_path / "archive"))


def verify(folder: Path, *arguments: str) -> Result:
    """Run `annales verify`; an error that nobody foresaw is raised."""
    result = CliRunner().invoke(annales, ["--data", str(folder), "verify", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def places(folder: Path) -> set[tuple[str, str | None]]:
    """Where `verify` finds something, by file and place; it ends with 3 if it does."""
    result = verify(folder, "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == (0 if told["whole"] else 3)
    assert told["whole"] is not bool(told["findings"])
    return {(found["file"], found["place"]) for found in told["findings"]}


def listed(folder: Path) -> dict[str, bytes]:
    """The files of a folder, with their bytes."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("file", range(4), ids=["log", "keys", "views", "columns"])
def test_every_flipped_bit_that_changes_what_a_file_gives_is_found(folder: Path, file: int) -> None:
    """And nothing is found in the same file before and after."""
    assert places(folder) == set()
    came_to = flips(files(folder)[file], FLIPS, seed=file)
    assert came_to.missed == []
    assert 0 < came_to.changed <= came_to.found
    assert places(folder) == set()


def test_a_flip_that_is_not_found_is_told(folder: Path) -> None:
    """Who sees nothing misses all that changed."""
    came_to = flips(files(folder)[0], 5, seed=0, find=lambda _: False)
    assert len(came_to.missed) == came_to.changed > 0


def test_it_changes_nothing(folder: Path) -> None:
    """Neither in a folder that is whole, nor in one whose views are of another form; it notes how
    late it is, as every command does."""
    assert verify(folder).exit_code == 0
    before = listed(folder)
    assert verify(folder).exit_code == 0
    assert listed(folder) == before
    views = files(folder)[2]
    with Archive(folder) as archive:
        archive.views.db().conn.execute("UPDATE tracking SET view = 2")
    before = listed(folder)
    assert places(folder) == {(views.name, "tracking")}
    assert listed(folder) == before


@pytest.mark.parametrize("file", range(4), ids=["log", "keys", "views", "columns"])
@pytest.mark.parametrize("content", [b"", b"no database at all" * 500], ids=["empty", "other"])
def test_a_file_that_is_none_of_ours_is_named(folder: Path, file: int, content: bytes) -> None:
    """In one line, with exit code 3."""
    path = files(folder)[file]
    path.write_bytes(content)
    assert {name for name, _ in places(folder)} == {path.name}
    result = verify(folder)
    assert result.stderr.startswith(f"{path.name}")
    assert result.stderr.splitlines()[-1].startswith("Error: ")


def test_an_index_that_says_something_else_than_its_table_is_found(folder: Path) -> None:
    """Questions are answered by the index; each is held against the other."""
    views = files(folder)[2]
    sql = "CREATE INDEX cards_by_commit ON cards (kf)"
    for become, order in (
        (sql, "UPDATE cards SET kf = kf + 1000 WHERE stream = 2"),
        (f"{sql} WHERE kf < 0", "UPDATE cards SET kf = kf - 1000 WHERE stream = 2"),  # not told
        (sql, "SELECT 1"),
    ):
        with closing(sqlite3.connect(views)) as connection, connection:
            connection.execute("PRAGMA writable_schema = ON")
            changed = "UPDATE sqlite_schema SET sql = ? WHERE name = 'cards_by_commit'"
            connection.execute(changed, (become,))
        with closing(sqlite3.connect(views)) as connection, connection:
            connection.execute(order)
    assert {name for name, _ in places(folder)} == {views.name}
    assert "cards_by_commit" in verify(folder).stderr


def test_a_pointer_to_nothing_is_found_and_none_is_no_damage(folder: Path) -> None:
    """A backup has no views, and whoever opens it makes them."""
    (folder / POINTER).write_text("views-00000000.sqlite")
    assert places(folder) == {(POINTER, None)}
    (folder / POINTER).unlink()
    assert places(folder) == set()
    assert "There are no views" in verify(folder).stdout


def test_views_that_were_taken_out_of_use_are_found(folder: Path) -> None:
    """Whoever met the damage has said what it was."""
    (folder / POINTER).rename(folder / DAMAGED)
    (folder / DAMAGED).write_text("a page is torn")
    assert places(folder) == {(DAMAGED, None)}
    assert "a page is torn" in verify(folder).stderr


@pytest.mark.parametrize("name", [LOG, KEYS, POINTER, "columns"])
def test_what_cannot_be_read_is_found(folder: Path, name: str) -> None:
    """Whatever the system says of it: here a folder lies in the place of a file."""
    path = files(folder)[3] if name == "columns" else folder / name
    path.unlink()
    path.mkdir()
    assert {found for found, _ in places(folder)} == {path.name}


def test_every_flipped_bit_of_the_pointer_is_found(folder: Path) -> None:
    """Whatever it names then is not there, or is no name at all."""
    pointer = folder / POINTER
    sound = pointer.read_bytes()
    for place in range(0, len(sound), 4):
        for bit in range(8):
            rotten = bytearray(sound)
            rotten[place] ^= 1 << bit
            pointer.write_bytes(rotten)
            assert verified(folder).findings == [
                Finding(POINTER, None, "it names a file that is not there")
            ]


def test_views_that_have_read_nothing_or_lag_are_told(tmp_path: Path) -> None:
    """They are not said to agree with what they have not read."""
    chance = Random(5)
    batches = random_history(chance, lines=30)
    with kept(tmp_path, batches, random_instants(chance, len(batches))) as archive:
        head = archive.chronicle.log.head()
        assert head is not None
        assert "The views have read nothing yet." in verify(tmp_path).stdout
        first = archive.chronicle.log.commits()[0].position
        Follower(archive.chronicle, archive.views.db).catch_up(until=first)
        said = verify(tmp_path).stdout
        assert f"up to @{first}, and have yet to read up to @{head.position}" in said
        archive.catch_up()
        assert f"agree with it up to @{head.position};" in verify(tmp_path).stdout


@pytest.fixture
def of_keys(folder: Path) -> Iterator[ChronicleFactory]:
    """The log of the keys, open for somebody who writes past the program."""
    with closing(ChronicleFactory({"SQLITE_DBNAME": str(folder / KEYS)})) as factory:
        yield factory


@pytest.mark.parametrize(
    ("stream", "topic", "state"),
    [
        ("key:new", "key-lent-v1", {}),
        ("key:new", REVOKED, {}),
        ("key:new", ISSUED, {"name": "eve", "role": "queen", "digest": "00"}),
        ("key:new", ISSUED, {"name": "eve"}),
    ],
    ids=["another event", "no key to revoke", "no role", "half a key"],
)
def test_events_that_make_no_key_are_found(
    folder: Path,
    of_keys: ChronicleFactory,
    stream: str,
    topic: str,
    state: dict[str, str],
) -> None:
    """Though each is what was written, with its leaf and its seal."""
    event = StoredEvent(stream, 1, topic, canonical(state))
    of_keys.application_recorder().insert_events([event], commit=NewCommit(actor="eve", request=""))
    assert places(folder) == {(KEYS, "@5")}


def test_keys_that_are_whole_are_counted(folder: Path) -> None:
    """Those that are revoked too; a folder that never had any says so."""
    assert "The keys are whole: 3 ever issued." in verify(folder).stdout
    for path in folder.glob("keys.*"):
        path.unlink()
    assert "There are no keys." in verify(folder).stdout
    assert not (folder / KEYS).exists()
    with closing(Keyring(folder)):
        assert "There are no keys." in verify(folder).stdout


def test_damage_in_several_files_is_told_at_once(folder: Path) -> None:
    """Each with its way out."""
    for path in files(folder)[:3]:
        path.write_bytes(b"x" * 5000)
    assert {name for name, _ in places(folder)} == {path.name for path in files(folder)[:3]}
    said = verify(folder).stderr.splitlines()[-1]
    assert all(way in said for way in ("restore from a backup", "issue new", "rebuild --replace"))
    assert LOG in verify(folder).stderr
