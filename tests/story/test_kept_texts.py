"""What a process keeps in memory never shows: it answers as one that has just begun."""

from __future__ import annotations

from random import Random

import pytest

from events.commit import microseconds
from service.archive import Archive
from tests.naive.histories import random_history, random_instants
from tests.story.telling import JUNO, Clock, Teller, amendment, command, milestone, state_text


@pytest.mark.parametrize("seed", [1, 2])
def test_a_log_that_grows_is_answered_as_if_nothing_was_kept(
    archive: Archive, clock: Clock, seed: int
) -> None:
    """After each commit, at each `known` so far and at chance days."""
    chance = Random(seed)
    batches = random_history(chance, lines=50)
    positions = []
    for batch, instant in zip(batches, random_instants(chance, len(batches)), strict=True):
        clock.now = microseconds(instant)
        archive.chronicle.execute(command(*batch))
        positions.append(archive.catch_up())
        with Archive(archive.folder, clock=clock) as fresh:
            for known in {positions[-1], *chance.sample(positions, min(4, len(positions)))}:
                asked = {
                    "at": str(chance.randrange(1950, 2040)),
                    "stated": str(chance.randrange(1980, 2040)),
                    "known": f"@{known}",
                }
                assert state_text(archive, **asked) == state_text(fresh, **asked)


def test_a_card_that_is_amended_changes_the_row_from_then_on(juno: Teller) -> None:
    """The row is asked for before and after; at the `known` before, it stays as it was."""
    juno.tell(milestone("juno-approved", "approved", "2013"))
    before = juno.facility("juno")
    known = juno.archive.views.tracked()
    juno.tell(amendment("juno", {"name": "JUNO II"}))
    assert before["name"] == JUNO["name"]
    assert juno.facility("juno")["name"] == "JUNO II"
    assert juno.facility("juno", known=f"@{known}")["name"] == JUNO["name"]
    assert juno.facility("juno")["name"] == "JUNO II"
