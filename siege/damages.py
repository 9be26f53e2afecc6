"""Damage to the views under a running server, of eight kinds, while readers ask on.

A reader gets the right answer, or is told to come again; never an error, a wrong answer or none,
once a file that was changed in place has been looked at, which is done each second. `/readyz`
tells of it, and all is mended soon, without a restart.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from benchmarks.chronicle import facility_id
from events.orders import Command, orders
from projections.views.file import POINTER
from service.archive import Archive
from siege.attack import Bar, Tooth, below, none
from siege.clients import running
from siege.ground import Ground, first_edition
from siege.kills import verified
from siege.server import FAILURES, UNLIMITED, Server, served

MENDED_IN = 10.0
"""Seconds."""

UNLOOKED_AT = 1.5
"""Seconds after a file changed in place in which what it says may still be given out."""

READERS = 3

PATHS = (
    "/v1/state?at=2016&country=CN&known=@{head}",
    "/v1/state?during=2014&country=US&limit=500&known=@{head}",
    "/v1/records?limit=100&known=@{head}",
    "/v1/search?q=telescope&known=@{head}",
    "/v1/trends?country=CN&from=2000&to=2015&known=@{head}",
    "/v1/slips?country=CN&known=@{head}",
    "/v1/transitions?country=CN&from=2005&to=2015&known=@{head}",
    "/v1/records/{record}/timeline?known=@{head}",
    "/v1/records/{record}/history?known=@{head}",
)
"""What readers ask for; at this head, the answer never changes."""


def overwritten(path: Path) -> None:
    """The middle half has other bytes."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 4)
        file.write(random.Random(size).randbytes(size // 2))


def truncated(path: Path) -> None:
    """Nothing is left."""
    os.truncate(path, 0)


def views_of(folder: Path) -> Path:
    """The file of the views in use."""
    return folder / (folder / POINTER).read_text("utf-8").strip()


def _columns(folder: Path) -> Path:
    views = views_of(folder)
    return views.with_name(f"{views.name}.columns")


def _of_another_log(folder: Path) -> None:
    other = folder.with_name("another")
    with Archive(other) as archive:
        lines = first_edition()[:500]
        archive.chronicle.execute(
            Command(orders=tuple(orders(lines)), actor="siege", request="another")
        )
        archive.catch_up()
    views, columns = views_of(folder), _columns(folder)  # which nobody can tell after the first
    shutil.copy(views_of(other), views)
    shutil.copy(_columns(other), columns)


DAMAGES: Mapping[str, Callable[[Path], None]] = {
    "the middle overwritten": lambda folder: overwritten(views_of(folder)),
    "truncated to nothing": lambda folder: truncated(views_of(folder)),
    "deleted": lambda folder: views_of(folder).unlink(),
    "pointer deleted": lambda folder: (folder / POINTER).unlink(),
    "pointer garbage": lambda folder: overwritten(folder / POINTER),
    "columns overwritten": lambda folder: overwritten(_columns(folder)),
    "columns truncated": lambda folder: truncated(_columns(folder)),
    "views of another log": _of_another_log,
}


class Readers:
    """Clients that ask on, and compare what they are told with what it was."""

    def __init__(self, server: Server, right: Mapping[str, bytes]) -> None:
        self.wrong: Counter[str] = Counter()
        self.later = self.unanswered = 0
        self.told = False
        self.counts_from = 0.0  # on the monotonic clock
        self._server, self._right = server, right
        self._ended = threading.Event()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While the block lasts."""
        threads = [
            *(threading.Thread(target=self._ask, args=(number,)) for number in range(READERS)),
            threading.Thread(target=self._look),
        ]
        with running(threads, self._ended):
            yield

    def is_right(self) -> bool:
        """Whether every question is answered, and `/readyz` says so."""
        paths = (*self._right, "/readyz") * 2
        return all(self._asked(path) for path in paths)

    def told_wrong(self) -> str:
        """What was wrong, in words."""
        return ", ".join(f"{many} x {why}" for why, many in (+self.wrong).items()) or "0"

    def _asked(self, path: str) -> bool:
        """Whether the answer is right; one that says to come later is not, and is no fault."""
        short = path.partition("?")[0]
        try:
            answer = self._server.ask(path, timeout=5)
        except FAILURES:
            self.unanswered += self._counts()
            return False
        if answer.status == 503:
            self.later += 1
            return False
        if answer.status != 200:
            self.wrong[f"{answer.status} at {short}"] += self._counts()
            return False
        if path in self._right and answer.body != self._right[path]:
            self.wrong[f"another answer at {short}"] += self._counts()
            return False
        return True

    def _counts(self) -> bool:
        return time.monotonic() >= self.counts_from

    def _ask(self, number: int) -> None:
        paths = cycle([*self._right][number:] + [*self._right][:number])
        while not self._ended.is_set():
            # Who is told to come later does not come at once, though sooner than told.
            self._ended.wait(0.01 if self._asked(next(paths)) else 0.2)

    def _look(self) -> None:
        while not self._ended.wait(0.05):
            try:
                self.told |= self._server.ask("/readyz", timeout=5).status == 503
            except FAILURES:
                self.unanswered += self._counts()


def run(ground: Ground) -> Iterator[Bar]:
    """Each damage, and after all of them whether the files are whole."""
    folder = ground.large()
    record = ground.many(short="juno", long=facility_id(0))
    # No answer that was kept hides what becomes of the views.
    with served(folder, ANNALES_KEPT="0", **UNLIMITED) as server:
        right = right_answers(server, record)
        for name, damage in DAMAGES.items():
            server.wait()
            bars = list(_damaged(server, right, name, damage))
            yield from bars
            if not bars[0].held:
                return  # what is damaged already tells nothing of the next damage
        server.end()
    yield verified(folder)


def right_answers(server: Server, record: str) -> dict[str, bytes]:
    """What each path is answered before there is any damage."""
    head = server.ask("/readyz").json()["head"]
    answers = {
        path: server.ask(path) for path in (each.format(head=head, record=record) for each in PATHS)
    }
    for path, answer in answers.items():
        if answer.status != 200:
            raise ValueError(f"{path} is answered {answer.status} before there is damage")
    return {path: answer.body for path, answer in answers.items()}


def _damaged(
    server: Server, right: Mapping[str, bytes], name: str, damage: Callable[[Path], None]
) -> Iterator[Bar]:
    readers = Readers(server, right)
    with readers.asking():
        time.sleep(0.2)
        readers.counts_from = time.monotonic() + UNLOOKED_AT
        damage(server.folder)
        began = time.monotonic()
        time.sleep(0.2)
        while not readers.is_right() and time.monotonic() - began < MENDED_IN:
            time.sleep(0.1)
        after = time.monotonic() - began
    yield below(f"{name}: all right after", after, MENDED_IN, "s")
    yield none(f"{name}: errors, other answers", readers.wrong.total())._replace(
        measured=readers.told_wrong()
    )
    yield none(f"{name}: without an answer", readers.unanswered)
    yield none(
        f"{name}: come again, and /readyz was silent", readers.later > 0 and not readers.told
    )


def _silent(ground: Ground) -> Iterator[Bar]:
    """The processes say nothing once the pointer is gone."""
    with served(ground.shipped(), ANNALES_KEPT="0", **UNLIMITED) as server:

        def damage(folder: Path) -> None:
            DAMAGES["pointer deleted"](folder)
            for worker in server.workers():
                os.kill(worker, signal.SIGSTOP)

        yield from _damaged(server, right_answers(server, "juno"), "silence", damage)


def _otherwise(ground: Ground) -> Iterator[Bar]:
    """Another answer than before."""
    with served(ground.shipped(), ANNALES_KEPT="0", **UNLIMITED) as server:
        right = {path: body + b" " for path, body in right_answers(server, "juno").items()}
        yield from _damaged(server, right, "another", lambda _: None)


TEETH = {
    "the processes are silent": Tooth(_silent, misses="silence: all right after"),
    "an answer is another": Tooth(_otherwise, misses="another: errors, other answers"),
}
