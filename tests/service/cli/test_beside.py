"""While a file is loaded or restored, another process follows the log into the views."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from projections.views.following import verify
from service.archive import LOG, Archive
from service.cli import beside
from tests.service.cli.test_cli import POLICY, ROOT, SOURCE, done, jsonl, run

LINES = [SOURCE, *({**POLICY, "id": f"p-{number}"} for number in range(40))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with nothing in it."""
    return tmp_path / "folder"


@pytest.fixture(autouse=True)
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few lines are worth a process."""
    monkeypatch.setattr(beside, "WORTH_IT", 5)


def check(folder: Path, head: int) -> None:
    """The views have read to the head, and are what the log adds up to."""
    with Archive(folder) as archive:
        assert archive.views.tracked() == head
        assert verify(archive.chronicle, archive.views).position == head


def test_a_file_can_become_many_commits(folder: Path) -> None:
    """Of so many lines each; loaded again, all of it is passed over."""
    told = json.loads(done(folder, "load", "-", "--commits-of", "3", "--json", given=jsonl(LINES)))
    assert (told["recorded"], told["skipped"], told["position"]) == (41, 0, "@41")
    check(folder, 41)
    with Archive(folder) as archive:
        assert len(archive.chronicle.log.commits()) == 14
    assert "Nothing new" in done(folder, "load", "-", "--commits-of", "7", given=jsonl(LINES))


def test_what_comes_before_a_refused_line_stays_recorded(folder: Path) -> None:
    """The line is named by its number in the file, and the rest goes on when it is mended."""
    bad = [*LINES[:20], {**POLICY, "id": "p-bad", "date": "soon"}, *LINES[20:]]
    result = run(folder, "load", "-", "--commits-of", "10", given=jsonl(bad))
    assert result.exit_code == 1
    assert "line 21: /date" in result.stderr
    assert "what comes before is recorded, up to @20" in result.stderr
    told = json.loads(done(folder, "load", "-", "--commits-of", "9", "--json", given=jsonl(LINES)))
    assert (told["recorded"], told["skipped"]) == (21, 20)
    check(folder, 41)


def test_a_dry_run_is_of_one_commit(folder: Path) -> None:
    """It cannot know what the commits before would leave."""
    result = run(folder, "load", "-", "--dry-run", "--commits-of", "3", given=jsonl(LINES))
    assert result.exit_code == 2
    assert "--commits-of" in result.stderr


def test_a_restored_log_has_its_views(folder: Path, tmp_path: Path) -> None:
    """They were followed beside it, and come into the folder with it."""
    done(folder, "load", "-", "--commits-of", "3", given=jsonl(LINES))
    exported = done(folder, "export")
    restored = tmp_path / "restored"
    assert "stands at @41" in done(restored, "restore", "-", given=exported)
    check(restored, 41)
    assert done(restored, "export") == exported
    assert not list(restored.glob("restore-*"))


def killed(folder: Path, pipe: Connection) -> None:
    """Instead of whoever follows: killed at once."""
    assert folder
    assert pipe
    os.kill(os.getpid(), signal.SIGKILL)


def failing(folder: Path, pipe: Connection) -> None:
    """Instead of whoever follows: fails at once."""
    pipe.send(f"no room in {folder.name}")


@pytest.mark.parametrize(
    ("follow", "said"), [(killed, "was killed"), (failing, "no room in folder")]
)
def test_the_views_come_also_where_the_other_process_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch, follow: object, said: str
) -> None:
    """It is told, and the command reads what is left."""
    monkeypatch.setattr(beside, "_follow", follow)
    result = run(folder, "load", "-", "--commits-of", "3", given=jsonl(LINES))
    assert result.exit_code == 0
    assert f"{said}; going on in this process" in result.stderr
    check(folder, 41)


PROGRAM = """
import service.cli.beside
from service.cli import main

if __name__ == "__main__":
    service.cli.beside.WORTH_IT = 5
    main()
"""


def recorded(folder: Path) -> int:
    """How many events the log of a folder has, while somebody writes it."""
    if not (folder / LOG).exists():
        return 0
    with closing(sqlite3.connect(folder / LOG, timeout=5)) as connection:
        try:
            return int(
                connection.execute("SELECT coalesce(max(position), 0) FROM commits").fetchone()[0]
            )
        except sqlite3.OperationalError:
            return 0  # it is being made


def test_a_load_that_is_killed_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    """Whole commits are in the log, the other process ends by itself, and the next load passes
    over what is recorded."""
    lines = [SOURCE, *({**POLICY, "id": f"p-{number}"} for number in range(3000))]
    file, program = tmp_path / "lines.jsonl", tmp_path / "program.py"
    file.write_text(jsonl(lines))
    program.write_text(PROGRAM)
    command = [sys.executable, str(program), "--data", str(folder), "load", str(file)]
    with subprocess.Popen(
        [*command, "--commits-of", "2"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as process:
        while process.poll() is None and recorded(folder) < 300:
            time.sleep(0.01)
        process.kill()
        assert process.stdout is not None
        # Both have it open, so it ends with the second.
        process.stdout.read()
    with Archive(folder) as archive:
        head = archive.chronicle.log.head()
        assert head is not None
        assert head.position % 2 == 0
        reached = archive.views.tracked()
        assert verify(archive.chronicle, archive.views).position == reached <= head.position
    told = json.loads(done(folder, "load", str(file), "--commits-of", "500", "--json"))
    assert told["recorded"] + told["skipped"] == 3001
    assert told["skipped"] == head.position
    check(folder, 3001)
