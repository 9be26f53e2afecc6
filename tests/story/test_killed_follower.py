"""A follower that is killed at any moment leaves views from which following goes on as if nothing
had happened.

`ANNALES_KILLS` says how often it is killed; the suite kills it a few times.
"""

from __future__ import annotations

import os
import time
from random import Random

import pytest

from events.commit import microseconds
from projections.views.following import verify
from service.archive import Archive
from tests.naive.histories import random_history, random_instants
from tests.story.another_process import another_process
from tests.story.telling import Clock, command

KILLS = int(os.environ.get("ANNALES_KILLS", "8"))


class Story:
    """A history that is told bit by bit, always another one."""

    def __init__(self, archive: Archive, clock: Clock, seed: int) -> None:
        self.archive, self.clock = archive, clock
        chance = Random(seed)
        batches = random_history(chance, lines=150)
        self.left = list(zip(batches, random_instants(chance, len(batches)), strict=True))

    def goes_on(self, until: float) -> None:
        """Commits one after the other, until a moment or the end of the story."""
        while self.left and time.monotonic() < until:
            batch, instant = self.left.pop(0)
            self.clock.now = microseconds(instant)
            self.archive.chronicle.execute(command(*batch))
        time.sleep(max(0.0, until - time.monotonic()))


@pytest.mark.parametrize("seed", range(KILLS))
def test_after_a_kill_the_views_go_on_as_if_nothing_had_happened(
    archive: Archive, clock: Clock, seed: int
) -> None:
    """Killed while another writes: its rows and tracking agree, and catching up gives the digest
    of a clean rebuild."""
    chance = Random(seed)
    story = Story(archive, clock, seed)
    story.goes_on(time.monotonic() + 0.05)
    follower = another_process(archive.folder, "follow", str(chance.choice((1, 3, 20))))
    with follower:
        story.goes_on(time.monotonic() + chance.uniform(0, 0.25))
        follower.kill()
    # What it left, whole pages only, is what the log adds up to so far.
    verify(archive.chronicle, archive.views)
    story.goes_on(time.monotonic() + 0.05)
    archive.catch_up()
    head = archive.chronicle.log.head()
    assert head is not None
    assert verify(archive.chronicle, archive.views).position == head.position


def test_the_kills_fall_where_there_is_work(archive: Archive, clock: Clock) -> None:
    """A follower that is killed within its first tenth of a second has begun and has not ended."""
    story = Story(archive, clock, 1)
    while story.left:
        story.goes_on(time.monotonic() + 1)
    head = archive.chronicle.log.head()
    assert head is not None
    reached = 0
    with another_process(archive.folder, "follow", "1") as follower:
        patience = time.monotonic() + 30
        while reached == 0 and time.monotonic() < patience:
            reached = archive.views.tracked()
        follower.kill()
    assert 0 < archive.views.tracked() < head.position


def test_two_followers_in_two_processes_keep_one_file(archive: Archive, clock: Clock) -> None:
    """Both follow, a third catches up now and then, and one is killed: the rows are the same."""
    story = Story(archive, clock, 100)
    with (
        another_process(archive.folder, "follow", "1") as one,
        another_process(archive.folder, "follow", "5") as two,
    ):
        for _ in range(4):
            story.goes_on(time.monotonic() + 0.1)
            archive.catch_up()
        one.kill()
        story.goes_on(time.monotonic() + 0.1)
        head = archive.chronicle.log.head()
        assert head is not None
        patience = time.monotonic() + 30
        while archive.views.tracked() < head.position and time.monotonic() < patience:
            time.sleep(0.01)
        # The one that is left has read all, and nobody helped it.
        assert verify(archive.chronicle, archive.views).position == head.position
        two.kill()


def test_a_killed_rebuild_leaves_the_live_views(archive: Archive, clock: Clock) -> None:
    """Killed at any moment, a rebuild has either not begun for anybody, or is complete."""
    story = Story(archive, clock, 200)
    while story.left:
        story.goes_on(time.monotonic() + 1)
    archive.catch_up()
    chance = Random(0)
    expected = verify(archive.chronicle, archive.views)
    for _ in range(max(2, KILLS // 4)):
        # In parts, several processes work; those that are left end by themselves.
        part = chance.choice(("20000", "40"))
        with another_process(archive.folder, "rebuild", part) as rebuilding:
            time.sleep(chance.uniform(0, 0.2 if part == "20000" else 2))
            rebuilding.kill()
        with Archive(archive.folder) as reopened:
            assert reopened.views.tracked() == expected.position
            assert verify(reopened.chronicle, reopened.views) == expected
