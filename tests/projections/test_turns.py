"""Of all that follow the log of a folder one reads it, and another takes over when it ends."""

from __future__ import annotations

import fcntl
from pathlib import Path
from queue import SimpleQueue

from projections.views.file import TURN
from service.archive import Archive
from tests.story.telling import SOURCE, Clock, command, facility

PATIENCE = 20
"""Seconds."""


def is_somebodys_turn(folder: Path) -> bool:
    """Whether somebody follows, and nobody else can."""
    with (folder / TURN).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_one_of_two_follows_and_both_hear_of_it(tmp_path: Path) -> None:
    """Whoever waits in the other one sees what the first has read; when that ends, it is followed
    by the other, and by nobody after both."""
    with Archive(tmp_path, clock=Clock()) as second:
        with Archive(tmp_path, clock=Clock()) as first:
            first.follow()
            first.chronicle.execute(command(SOURCE))
            assert first.wait_for(1, timeout=PATIENCE) == 1
            second.follow()
            second.chronicle.execute(command(facility("juno")))
            assert second.wait_for(2, timeout=PATIENCE) == 2
            assert is_somebodys_turn(tmp_path)
        second.chronicle.execute(command(facility("heps")))
        assert second.wait_for(3, timeout=PATIENCE) == 3
    assert not is_somebodys_turn(tmp_path)


def test_others_are_told_when_the_views_have_moved(tmp_path: Path) -> None:
    """After each time that something was read; when it begins, one also tells how far one is."""
    with Archive(tmp_path, clock=Clock()) as archive:
        told: SimpleQueue[int] = SimpleQueue()
        archive.follow().on_moved = lambda: told.put(archive.views.tracked())
        archive.chronicle.execute(command(SOURCE))
        while told.get(timeout=PATIENCE) < 1:
            pass
