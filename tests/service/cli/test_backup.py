"""`annales backup`: whole, whoever writes meanwhile; verified before it has its name."""

from __future__ import annotations

import itertools
import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import Queue

import pytest
from click.testing import CliRunner, Result

from events.ledger.publishing import Publisher
from service.archive import LOG, Archive
from service.archive.keys import KEYS, Keyring
from service.cli.command import annales
from tests.story.telling import JUNO, SOURCE, command, milestone

WRITERS = 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a little in it, and one key."""
    folder = tmp_path / "archive"
    with Archive(folder) as archive:
        for line in (SOURCE, JUNO, milestone("ground", "construction-started", "2015-01-10")):
            archive.chronicle.execute(command(line))
        archive.keys.issue(name="li", role="curator", by="root")
    return folder


def run(folder: Path, *arguments: str) -> Result:
    """Run `annales` on a folder; an error that nobody foresaw is raised."""
    result = CliRunner().invoke(annales, ["--data", str(folder), *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def done(folder: Path, *arguments: str) -> str:
    """What a command that succeeds prints."""
    result = run(folder, *arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_a_backup_answers_as_the_folder_did(folder: Path, tmp_path: Path) -> None:
    """It has the log, the keys and what is noted of both; the views are made when it is opened.
    What signs the log stays where it is: the copy signs with a key of its own."""
    questions = (("export",), ("record", "juno", "--json"), ("keys", "list", "--json"))
    answers = [done(folder, *question) for question in questions]
    with Archive(folder) as archive:
        signed = Publisher(archive.ledger).publish()
    assert signed is not None
    copy = tmp_path / "backups" / "monday"
    told = json.loads(done(folder, "backup", str(copy), "--json"))
    assert told == {
        "folder": str(copy),
        "head": "@3",
        "keys": 1,
        "citations": None,
        "suggestions": None,
    }
    assert {path.name for path in copy.iterdir()} == {LOG, "log.head", KEYS, "keys.head"}
    assert [path.name for path in copy.parent.iterdir()] == ["monday"]
    assert [done(copy, *question) for question in questions] == answers
    assert "There are no views" not in done(copy, "verify")
    with Archive(copy) as archive:
        of_copy = Publisher(archive.ledger).publish()
    assert of_copy is not None
    assert (of_copy.size, of_copy.root) == (signed.size, signed.root)
    assert of_copy.origin != signed.origin


def test_an_export_has_no_checkpoint_of_before_the_epoch(folder: Path, tmp_path: Path) -> None:
    """It is of what the log was; a mirror would take it for one that the export is short of."""
    with Archive(folder) as archive:
        Publisher(archive.ledger).publish()
    assert "checkpoint" in json.loads(done(folder, "export").splitlines()[0])["commit"]
    export = tmp_path / "export.jsonl"
    done(folder, "export", str(export))
    for file in folder.glob("log.*"):
        file.unlink()
    done(folder, "restore", str(export), "--to", "@2", "--new-epoch")
    assert (folder / "checkpoint").exists()
    assert "checkpoint" not in json.loads(done(folder, "export").splitlines()[0])["commit"]


def test_a_backup_under_writers_has_all_that_was_acknowledged_before(
    folder: Path, tmp_path: Path
) -> None:
    """Each is a whole beginning of the log, up to some commit; nobody waits for it."""
    heads, before = [], []
    with Archive(folder) as archive, ThreadPoolExecutor(WRITERS) as pool:
        acknowledged: Queue[int] = Queue()
        ended = threading.Event()

        def write(writer: int) -> None:
            for number in itertools.takewhile(lambda _: not ended.is_set(), itertools.count()):
                line = milestone(f"w{writer}-{number}", "construction-started", "2020")
                commit = archive.chronicle.execute(command(line)).commit
                assert commit is not None
                acknowledged.put(commit.position)

        writers = [pool.submit(write, number) for number in range(WRITERS)]
        try:
            for number in range(3):
                before.append(max(acknowledged.get(timeout=30) for _ in range(WRITERS)))
                told = json.loads(done(folder, "backup", str(tmp_path / str(number)), "--json"))
                heads.append(int(told["head"][1:]))
            acknowledged.get(timeout=30)
        finally:
            ended.set()
        for writer in writers:
            writer.result()
    assert all(has >= had for has, had in zip(heads, before, strict=True))
    whole = done(folder, "export").splitlines()
    for number, head in enumerate(heads):
        assert done(tmp_path / str(number), "export").splitlines() == whole[:head]


def test_what_is_there_is_never_overwritten(folder: Path, tmp_path: Path) -> None:
    """Neither a file nor a folder, empty or not."""
    for name, make in (("file", Path.touch), ("empty", Path.mkdir)):
        target = tmp_path / name
        make(target)
        result = run(folder, "backup", str(target))
        assert result.exit_code == 1
        assert "is there already" in result.stderr
    assert (tmp_path / "file").read_bytes() == b""
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize("file", [LOG, KEYS])
def test_a_log_that_is_damaged_is_not_copied_as_if_it_were_whole(
    folder: Path, tmp_path: Path, file: str
) -> None:
    """What is wrong is named, and nothing is left."""
    with closing(sqlite3.connect(folder / file)) as log, log:
        log.execute("DROP TRIGGER stored_events_stay_as_they_are")
        log.execute("UPDATE stored_events SET state = x'7b7d' WHERE rowid = 1")
    result = run(folder, "backup", str(tmp_path / "copy"))
    assert result.exit_code == 3
    assert f"{file} @1: " in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_a_folder_without_keys_is_copied_too(folder: Path, tmp_path: Path) -> None:
    """There are none before anybody opens it for use."""
    (folder / KEYS).unlink()
    told = done(folder, "backup", str(tmp_path / "copy"))
    assert "The log up to @3, 0 keys and 0 citations" in told
    assert {path.name for path in (tmp_path / "copy").iterdir()} == {LOG, "log.head"}
    assert not (folder / KEYS).exists()


def test_a_key_that_was_issued_before_a_commit_is_there(folder: Path, tmp_path: Path) -> None:
    """Whoever starts from a backup is known by the keys of then."""
    with closing(Keyring(folder)) as ring:
        key = ring.issue(name="wu", role="contributor", by="root")
    done(folder, "backup", str(tmp_path / "copy"))
    with closing(Keyring(tmp_path / "copy")) as ring:
        identity = ring.identify(key)
    assert identity is not None
    assert identity.name == "wu"
