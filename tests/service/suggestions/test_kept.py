"""The log of suggestions: whole under several processes, found out where it is not, carried by
backups and exports, and nothing where nobody suggested anything."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from events.errors import LogDamaged, LogReplaced
from service.archive import Archive
from service.archive.suggestions import (
    SUGGESTIONS,
    NoSuchSuggestion,
    SuggestionClosed,
    Suggestions,
    damaged,
)
from service.cli.command import annales
from tests.service.suggestions.conftest import DAY_BEFORE
from tests.story.telling import JUNO, SOURCE, Clock, command


def run(folder: Path, *words: str) -> Result:
    """Run `annales` on a folder."""
    return CliRunner().invoke(annales, ["--data", str(folder), *words])


def done(folder: Path, *words: str) -> str:
    """What a command prints that succeeds."""
    result = run(folder, *words)
    assert result.exit_code == 0, result.output
    return result.stdout


def suggest(suggestions: Suggestions, number: int) -> str:
    """The id of a suggestion that is made."""
    made, _ = suggestions.suggest(
        line={**DAY_BEFORE, "changes": {"summary": f"The {number}th."}},
        reason="So.",
        where=None,
        stream="record:juno",
        revision=1,
        by="everyone",
        permit=lambda: None,
    )
    return made.id


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one suggestion that waits, one that was taken and one that was declined."""
    folder = tmp_path / "archive"
    with Archive(folder, clock=Clock()) as archive:
        for line in (SOURCE, JUNO):
            archive.chronicle.execute(command(line))
        ids = [suggest(archive.suggestions, number) for number in range(3)]
        archive.suggestions.take(ids[1], recorded=2, by="li")
        archive.suggestions.decline(ids[2], reason="No.", by="li")
    return folder


def told_by(folder: Path) -> list[bytes]:
    """All that a folder has of suggestions."""
    with closing(Suggestions(folder)) as suggestions:
        return list(suggestions.lines())


def test_nothing_is_made_where_nobody_suggests_anything(tmp_path: Path) -> None:
    """Nor by asking."""
    with closing(Suggestions(tmp_path)) as suggestions:
        assert suggestions.waiting() == []
        assert suggestions.get("nope") is None
        assert (len(suggestions), suggestions.log) == (0, None)
        suggestions.migrate()
    assert list(tmp_path.iterdir()) == []


def test_what_is_closed_stays_closed(folder: Path) -> None:
    """It is neither taken nor declined again, and what there is not is neither."""
    with closing(Suggestions(folder)) as suggestions:
        (waits,) = suggestions.waiting()
        suggestions.decline(waits.id, reason="No.", by="li")
        with pytest.raises(SuggestionClosed, match="declined already"):
            suggestions.take(waits.id, recorded=9, by="wang")
        with pytest.raises(NoSuchSuggestion):
            suggestions.decline("nope", reason="No.", by="li")
        assert suggestions.waiting() == []
        found = suggestions.get(waits.id)
        assert found is not None
        assert (found.state, found.answer, found.closed_by) == ("declined", "No.", "li")


def test_another_process_sees_what_waits(folder: Path) -> None:
    """And what does not any more."""
    with closing(Suggestions(folder)) as ours, closing(Suggestions(folder)) as theirs:
        id = suggest(ours, 7)
        assert id in {each.id for each in theirs.waiting()}
        theirs.decline(id, reason="No.", by="li")
        assert id not in {each.id for each in ours.waiting()}


def test_a_backup_has_what_was_suggested(folder: Path, tmp_path: Path) -> None:
    """Verified, and as it was."""
    target = tmp_path / "backup"
    assert json.loads(done(folder, "backup", str(target), "--json"))["suggestions"] == 1
    assert told_by(target) == told_by(folder)
    assert "1 suggestions wait" in done(folder, "backup", str(tmp_path / "another"))


def test_an_export_has_what_was_suggested_beside_it(folder: Path, tmp_path: Path) -> None:
    """Restored, it is the same at the same places; a folder with some of its own keeps them."""
    export = tmp_path / "export.jsonl"
    done(folder, "export", str(export))
    beside = Path(f"{export}.suggestions")
    assert len(beside.read_bytes().splitlines()) == 5
    again = tmp_path / "again"
    done(again, "restore", str(export))
    assert told_by(again) == told_by(folder)
    assert json.loads(done(again, "verify", "--json"))["suggestions"] == 1
    assert "The suggestions are whole: 1 wait." in done(again, "verify")
    with closing(Suggestions(again)) as suggestions:
        suggest(suggestions, 8)
    (again / "log.sqlite").unlink()
    done(again, "restore", str(export))
    assert len(told_by(again)) == 6
    (tmp_path / "empty").mkdir()
    done(tmp_path / "empty", "load", "--help")
    with Archive(tmp_path / "none", clock=Clock()) as archive:
        archive.chronicle.execute(command(SOURCE))
    done(tmp_path / "none", "export", str(export))
    assert not beside.exists()


MADE = (
    b'{"line":{"type":"withdrawal","statement":"juno-plan"},"reason":"So.","stream":"record:juno",'
    b'"revision":1}'
)


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        *(
            (
                b'{"type":"suggestion","id":"%b","event":"suggestion-made-v1","says":%b,'
                b'"recorded_at":"2027-01-01T00:00:00.000000Z","actor":"li","position":9}'
            )
            % (id, says)
            for id, says in (
                (b"", MADE),
                (b"A B\\n", MADE),
                (b"a" * 16, MADE.replace(b'"type":"withdrawal",', b"")),
                (b"a" * 16, MADE.replace(b'"statement"', b'"statements"')),
                (b"a" * 16, MADE.replace(b"record:juno", b"zzz")),
                (b"a" * 16, MADE.replace(b'"revision":1', b'"revision":-5')),
            )
        ),
        (
            b'{"type":"suggestion","id":"aaaaaaaaaaaaaaaa","event":"suggestion-taken-v1","says":{"recorded":1},'
            b'"recorded_at":"2027-01-01T00:00:00.000000Z","actor":"li","position":9}'
        ),
        (
            b'{"type":"suggestion","id":"aaaaaaaaaaaaaaaa","event":"suggestion-made-v1","says":{"recorded":1},'
            b'"recorded_at":"2027-01-01T00:00:00.000000Z","actor":"li","position":9}'
        ),
    ],
)
def test_an_export_that_does_not_hold_together_is_refused(
    folder: Path, tmp_path: Path, line: bytes
) -> None:
    """And leaves nothing behind."""
    export = tmp_path / "export.jsonl"
    done(folder, "export", str(export))
    beside = Path(f"{export}.suggestions")
    beside.write_bytes(beside.read_bytes() + line)
    assert run(tmp_path / "again", "restore", str(export)).exit_code != 0
    assert not (tmp_path / "again" / SUGGESTIONS).exists()
    assert not (tmp_path / "again" / "log.sqlite").exists()


def test_an_older_file_in_its_place_is_found_out(folder: Path, tmp_path: Path) -> None:
    """As with the keys; with `--new-epoch` it is taken as it is."""
    older = tmp_path / "older"
    shutil.copyfile(folder / SUGGESTIONS, older)
    with closing(Suggestions(folder)) as suggestions:
        suggest(suggestions, 9)
    shutil.copyfile(older, folder / SUGGESTIONS)
    with pytest.raises(LogReplaced, match=SUGGESTIONS):
        Archive(folder)
    done(folder, "migrate", "--new-epoch")
    assert len(told_by(folder)) == 5


def test_it_can_be_begun_anew(folder: Path) -> None:
    """Nothing of the chronicle rests on it: the file and what is noted of it may go."""
    for name in (SUGGESTIONS, "suggestions.head"):
        (folder / name).unlink()
    with Archive(folder) as archive:
        assert archive.suggestions.waiting() == []
    assert json.loads(done(folder, "verify", "--json"))["suggestions"] is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET state = x'7b7d' WHERE rowid = 1",
        "DELETE FROM stored_events WHERE rowid = 2",
    ],
)
def test_verify_reads_every_byte_of_it(folder: Path, statement: str) -> None:
    """And names the file; without the triggers, which whoever damages a file does not obey."""
    with closing(sqlite3.connect(folder / SUGGESTIONS)) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement).rowcount == 1
        for _, text in triggers:
            connection.execute(text)
        connection.commit()
    result = run(folder, "verify")
    assert result.exit_code == 3
    assert SUGGESTIONS in result.stderr


def test_events_that_tell_of_no_suggestion_are_damage(folder: Path) -> None:
    """However whole the file is."""
    with closing(Suggestions(folder)) as suggestions:
        (waits,) = suggestions.waiting()
        log = suggestions.log
        assert log is not None
        suggestions._append(waits.id, "suggestion-lost-v1", b"{}", by="li")
        with pytest.raises(LogDamaged, match="no room for"):
            suggestions.waiting()
    assert [why for _, why in damaged(folder)] != []
