"""Another process on the same folder, for the stories that need one.

    python another_process.py FOLDER write          a command a line in, what came of it a line out
    python another_process.py FOLDER follow PAGE    follows the log with pages of so many events
    python another_process.py FOLDER rebuild PART   makes the views anew, again and again, in parts
                                                    of so many events
    python another_process.py FOLDER replay         says the digest that a replay of the log gives

Each says `ready` first. A command is JSON: `{"lines": […], "revision": …, "key": …, …}`; what came
of it is `{"positions": […], "revisions": […], "replayed": …}` or `{"refused": the class}`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from events.errors import AnnalesError
from projections.views import following as runner
from projections.views import making
from projections.views.file import digest, open_file, remove
from service.archive import Archive
from tests.story.telling import command

ROOT = Path(__file__).parents[2]


def another_process(folder: Path, *order: str, **env: str) -> subprocess.Popen[str]:
    """Start one, with more environment variables if told, and wait until it is ready."""
    process = subprocess.Popen(
        [sys.executable, __file__, str(folder), *order],
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def main(folder: str, order: str, *arguments: str) -> None:
    """Carry out one order."""
    with Archive(Path(folder)) as archive:
        say("ready")
        if order == "write":
            write(archive)
        elif order == "follow":
            follow(archive, *arguments)
        elif order == "rebuild":
            rebuild(archive, *arguments)
        else:
            replay(archive)


def write(archive: Archive) -> None:
    """Execute commands until there are no more."""
    for text in sys.stdin:
        told: dict[str, Any] = json.loads(text)
        try:
            recorded = archive.chronicle.execute(command(*told.pop("lines"), **told))
        except AnnalesError as refused:
            say(json.dumps({"refused": type(refused).__name__}))
        else:
            came = {
                "positions": [placed.position for placed in recorded.events],
                "revisions": [placed.revision for placed in recorded.events],
                "replayed": recorded.replayed,
            }
            say(json.dumps(came))


def follow(archive: Archive, page: str) -> None:
    """Follow the log until killed, or until there is no parent to say a word."""
    runner.PAGE = int(page)
    archive.follow()
    sys.stdin.read()


def rebuild(archive: Archive, part: str) -> None:
    """Rebuild until killed."""
    making.PART = int(part)
    while True:
        runner.rebuild(archive.chronicle, archive.views)
        say("rebuilt")


def replay(archive: Archive) -> None:
    """Replay the log into empty views."""
    path = archive.views.make_beside()
    db = open_file(path)
    runner.Follower(archive.chronicle, lambda: db).catch_up()
    say(digest(db, runner.TABLES))
    db.conn.close()
    remove(path)


def say(line: str) -> None:
    """A line for the parent, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
