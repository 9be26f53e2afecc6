"""The log is known again: its head is noted beside it, and nothing else goes on in its place."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from events.chronicle import Chronicle
from events.errors import LogReplaced
from events.fact import Line
from tests.story.telling import Clock, command


def source(id: str) -> Line:
    """A source of an id."""
    return {"type": "source", "id": id, "medium": "book", "title": id}


def told(folder: Path, *ids: str, new_epoch: bool = False) -> None:
    """Record a source of each id, a commit each."""
    with Chronicle(folder / "log.sqlite", clock=Clock(), new_epoch=new_epoch) as chronicle:
        for id in ids:
            chronicle.execute(command(source(id)))


def head(folder: Path) -> int:
    """Where the log ends."""
    with Chronicle(folder / "log.sqlite") as chronicle:
        commit = chronicle.log.head()
        return commit.position if commit else 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a log that ends at @3; `earlier.sqlite` is a copy of it that ends at @2."""
    told(tmp_path, "a", "b")
    shutil.copy(tmp_path / "log.sqlite", tmp_path / "earlier.sqlite")
    told(tmp_path, "c")
    return tmp_path


def test_an_earlier_copy_of_the_log_is_refused_until_it_is_the_right_one_again(
    folder: Path,
) -> None:
    """The message says where both end; nothing of either is changed by it."""
    log, right = folder / "log.sqlite", folder / "right.sqlite"
    log.rename(right)
    shutil.copy(folder / "earlier.sqlite", log)
    with pytest.raises(LogReplaced, match=r"ends at @2, and @3 was recorded.*--new-epoch"):
        told(folder, "d")
    right.replace(log)
    told(folder, "d")
    assert head(folder) == 4


def test_a_log_that_went_on_elsewhere_is_refused_though_it_is_longer(folder: Path) -> None:
    """It has another commit where the noted one was."""
    other = folder / "elsewhere"
    other.mkdir()
    shutil.copy(folder / "earlier.sqlite", other / "log.sqlite")
    told(other, "x", "y", "z")
    shutil.copy(other / "log.sqlite", folder / "log.sqlite")
    with pytest.raises(LogReplaced, match="at @3 is not what was recorded there"):
        head(folder)


def test_a_log_that_was_lost_does_not_begin_anew(folder: Path) -> None:
    """An empty one in its place would give its positions again."""
    (folder / "log.sqlite").unlink()
    with pytest.raises(LogReplaced, match="ends at @0"):
        told(folder, "d")


@pytest.mark.parametrize("note", [None, b"", b"torn", b"0 0 0 0 0 00000000\n", b"x" * 500])
def test_a_note_that_is_missing_or_torn_is_made_again(folder: Path, note: bytes | None) -> None:
    """The log is what counts; so its file alone can be copied to another folder."""
    whole = (folder / "log.head").read_bytes()
    (folder / "log.head").unlink()
    if note is not None:
        (folder / "log.head").write_bytes(note)
    assert head(folder) == 3
    assert (folder / "log.head").read_bytes()[: len(whole)] == whole
    told(folder, "d")
    assert (folder / "log.head").read_bytes()[: len(whole)] != whole


def test_a_note_that_is_behind_is_no_refusal(folder: Path) -> None:
    """It is written when the commit is on the disk, so a kill in between leaves it so."""
    before = (folder / "log.head").read_bytes()
    told(folder, "d")
    (folder / "log.head").write_bytes(before)
    told(folder, "e")
    assert head(folder) == 5


def test_a_log_that_is_replaced_while_it_is_open_is_neither_read_nor_written(
    folder: Path,
) -> None:
    """Whoever put it there is told; when the right one is back, all goes on."""
    log, right = folder / "log.sqlite", folder / "right.sqlite"
    with Chronicle(log) as chronicle:
        log.rename(right)
        with pytest.raises(LogReplaced, match="gone"):
            chronicle.log.head()
        shutil.copy(folder / "earlier.sqlite", log)
        with pytest.raises(LogReplaced, match="another was put in its place"):
            chronicle.log.head()
        with pytest.raises(LogReplaced):
            chronicle.execute(command(source("d")))
        right.replace(log)
        chronicle.execute(command(source("d")))
    assert head(folder) == 4


def test_a_log_that_is_cut_behind_its_back_takes_no_commit(folder: Path) -> None:
    """The very file may be written over: each commit looks whether it goes on from the last."""
    with Chronicle(folder / "log.sqlite") as chronicle:
        chronicle.log.head()
        with closing(sqlite3.connect(folder / "log.sqlite")) as connection, connection:
            connection.execute("DROP TRIGGER commits_stay")
            connection.execute("DROP TRIGGER stored_events_stay")
            connection.execute("DELETE FROM commits WHERE position = 3")
            connection.execute("DELETE FROM stored_events WHERE rowid = 3")
        with pytest.raises(LogReplaced, match="ends at @2, and had come to @3"):
            chronicle.log.head()
        with pytest.raises(LogReplaced, match="ends at @2, and @3 was recorded"):
            chronicle.execute(command(source("d")))


def test_an_epoch_begins_where_an_earlier_copy_ends(folder: Path) -> None:
    """It is stored in the log for good, and what was recorded before is as it was."""
    shutil.copy(folder / "earlier.sqlite", folder / "log.sqlite")
    told(folder, "d", new_epoch=True)
    told(folder, "e")
    with Chronicle(folder / "log.sqlite") as chronicle:
        [epoch] = chronicle.log.epochs()
        assert (epoch.number, epoch.began) == (2, 2)
        assert list(chronicle.log.damage()) == []
    with (
        closing(sqlite3.connect(folder / "log.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute("UPDATE epochs SET began = 0")


@pytest.mark.parametrize("ids", ["x", "xyz", "xyzw"])
def test_an_epoch_of_another_log_begins_with_it(folder: Path, ids: str) -> None:
    """However long that is: nobody knows how far the two are the same."""
    other = folder / "elsewhere"
    other.mkdir()
    told(other, *ids)
    shutil.copy(other / "log.sqlite", folder / "log.sqlite")
    told(folder, new_epoch=True)
    with Chronicle(folder / "log.sqlite") as chronicle:
        assert [epoch.began for epoch in chronicle.log.epochs()] == [0]


def test_the_number_of_an_epoch_is_never_given_again(folder: Path) -> None:
    """The copy of an epoch that is over knows nothing of those since; the note does."""
    for id in ("d", "e"):
        shutil.copy(folder / "earlier.sqlite", folder / "log.sqlite")
        told(folder, id, new_epoch=True)
    with Chronicle(folder / "log.sqlite") as chronicle:
        assert [epoch.number for epoch in chronicle.log.epochs()] == [3]


def test_damage_to_an_epoch_is_found(folder: Path) -> None:
    """Its row has a seal, as a commit has."""
    told(folder, new_epoch=True)
    with closing(sqlite3.connect(folder / "log.sqlite")) as connection, connection:
        connection.execute("DROP TRIGGER epochs_stay_as_they_are")
        connection.execute("UPDATE epochs SET began = 1")
    with Chronicle(folder / "log.sqlite") as chronicle:
        *_, (position, why) = chronicle.log.damage()  # after the trigger that is missing
    assert (position, "epoch 2" in why) == (1, True)


def test_a_process_that_is_open_hears_of_an_epoch_with_its_first_commit(folder: Path) -> None:
    """Whoever has the log open need not be told."""
    with Chronicle(folder / "log.sqlite") as chronicle:
        chronicle.log.head()
        assert chronicle.log.epochs() == ()
        told(folder, "d", new_epoch=True)
        chronicle.log.head()
        assert [epoch.began for epoch in chronicle.log.epochs()] == [3]


def test_looking_whether_it_can_be_written_leaves_the_epochs(folder: Path) -> None:
    """The number of the schema, which is what is written again, is that of a log with epochs."""
    told(folder, new_epoch=True)
    with Chronicle(folder / "log.sqlite") as chronicle:
        before = chronicle.log.epochs()
        chronicle.log.try_to_write()
    with Chronicle(folder / "log.sqlite") as chronicle:
        assert chronicle.log.epochs() == before != ()
        assert list(chronicle.log.damage()) == []
