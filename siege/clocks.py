"""The clock of the machine steps back by two hours, ahead by ten years, and back again.

What is known keeps its order, and pinned answers their bytes. While the clock is not to be
believed orders are refused, `/readyz` tells of it, and no commit bears a year to come.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import msgspec

from service.archive import LOG
from siege.attack import Bar, Tooth, none, told
from siege.damages import Readers, right_answers
from siege.ground import Ground, key
from siege.recording import statements
from siege.server import UNLIMITED, Server, served

HOUR, YEAR = 3600, 31_557_600

STEPPED = """
import time
from pathlib import Path
steps, now = Path({steps!r}), time.time_ns
time.time_ns = lambda: now() + int(steps.read_text()) * 10**9
time.time = lambda: time.time_ns() / 1e9
"""
"""What lets the clock of a server step, by the seconds in a file."""

COMMITS = "SELECT recorded_at FROM commits ORDER BY position"


def run(ground: Ground) -> Iterator[Bar]:
    """Orders at each step, and the same questions after each."""
    yield from _stepped(ground)


def _stepped(ground: Ground, *, disorders: bool = False) -> Iterator[Bar]:
    folder, steps = ground.shipped(), ground.folder / "steps"
    _step(steps, 0)
    with served(
        folder, before=STEPPED.format(steps=str(steps)), ANNALES_KEPT="0", **UNLIMITED
    ) as server:
        token = key(folder)
        readers = Readers(server, right_answers(server, "juno"))
        yield Bar("an order before", *_answered(server, token, "before", {201}))
        _step(steps, -2 * HOUR)
        yield Bar("two hours back", *_answered(server, token, "back", {201, 503}))
        wrong = not readers.is_right()
        _step(steps, 10 * YEAR)
        yield Bar("ten years ahead", *_answered(server, token, "ahead", {503}))
        ready = server.ask("/readyz")
        says = ready.json()["clock"]
        yield Bar("/readyz then", str(says), "says why", says is not None)
        _step(steps, 0)
        server.wait()
        yield Bar("an order after", *_answered(server, token, "after", {201}))
        wrong |= not readers.is_right()
        server.end()
    if disorders:
        _disorder(folder)
    with closing(sqlite3.connect(folder / LOG)) as log:
        recorded = [instant for (instant,) in log.execute(COMMITS)]
    yield told("commits", len(recorded))
    yield none("commits recorded before the one before", sum(b <= a for a, b in pairwise(recorded)))
    beyond = time.strftime("%Y", time.gmtime(time.time() + YEAR))
    yield none("commits of a year to come", sum(instant[:4] > beyond for instant in recorded))
    yield none("other bytes at a pinned URL, or errors", readers.wrong.total() + wrong)._replace(
        measured=readers.told_wrong()
    )


def _step(steps: Path, seconds: int) -> None:
    new = steps.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(steps)
    time.sleep(1.5)  # whoever looks now and then has seen it


def _answered(server: Server, token: str, name: str, right: set[int]) -> tuple[str, str, bool]:
    """How an order is answered, how it must be, and whether it is."""
    status = server.ask(
        "/v1/batches",
        "POST",
        b"\n".join(map(msgspec.json.encode, statements(name))),
        Authorization=f"Bearer {token}",
        Content_Type="application/jsonl",
    ).status
    return str(status), " or ".join(map(str, sorted(right))), status in right


def _disorder(folder: Path) -> None:
    """Let the last commit be recorded before all others."""
    with closing(sqlite3.connect(folder / LOG)) as log, log:
        log.execute("DROP TRIGGER commits_stay_as_they_are")
        log.execute(
            "UPDATE commits SET recorded_at = '2001-01-01T00:00:00.000000Z'"
            " WHERE position = (SELECT max(position) FROM commits)"
        )


def _disordered(ground: Ground) -> Iterator[Bar]:
    """A commit was recorded before the one before it."""
    yield from _stepped(ground, disorders=True)


TEETH = {
    "a commit is recorded before the one before": Tooth(
        _disordered, misses="commits recorded before the one before"
    )
}
