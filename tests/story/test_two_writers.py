"""Two processes write at once: nobody's word is lost unheard, and nothing is recorded twice.

In one folder, or each in a node of its own.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from events import chronicle
from events.fact import Line
from events.orders import Recorded
from service.archive import LOG, Archive, node
from tests.story.another_process import another_process
from tests.story.telling import SOURCE, Teller, command, facility, milestone

ROUNDS = 25
"""How often each race is run; in most rounds both writers are in the middle of it at once."""

Came = dict[str, Any]


class Writers:
    """Two processes that are each given a command at the same time."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self.processes = processes

    def race(self, one: Came, two: Came) -> list[Came]:
        """What came of a command for each."""
        for process, order in zip(self.processes, (one, two), strict=True):
            assert process.stdin is not None
            process.stdin.write(json.dumps(order) + "\n")
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.flush()
        return [self._came(process) for process in self.processes]

    def _came(self, process: subprocess.Popen[str]) -> Came:
        assert process.stdout is not None
        came: Came = json.loads(process.stdout.readline())
        return came


@pytest.fixture
def writers(juno: Teller, tmp_path: Path) -> Iterator[Writers]:
    """Two writers on a chronicle with JUNO in it."""
    folders = [juno.archive.folder] * 2
    if (address := node.address_of(juno.archive.folder)) is not None:
        folders[1] = tmp_path / "another"
        node.become(folders[1], address, log=LOG)
    processes = [another_process(folder, "write") for folder in folders]
    with processes[0], processes[1]:
        yield Writers(processes)
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()


def step(id: str, **more: Any) -> Line:
    """A milestone in an entry of its own."""
    return milestone(id, "upgraded", "2024", entry=f"juno/{id}", **more)


def revision(teller: Teller) -> int:
    """The revision of JUNO."""
    with teller.archive.chronicle.log.writing():  # so that it is the newest, wherever it was made
        return teller.archive.chronicle.log.revision("record:juno")


def test_of_two_with_one_revision_one_wins_and_the_other_is_told(
    juno: Teller, writers: Writers
) -> None:
    """Both had read the same revision; only the first to come may write upon it."""
    for number in range(ROUNDS):
        before = revision(juno)
        came = writers.race(
            {"lines": [step(f"one-{number}")], "revision": before},
            {"lines": [step(f"two-{number}")], "revision": before},
        )
        won = [each for each in came if "refused" not in each]
        assert [each["revisions"] for each in won] == [[before + 1]]
        assert {"refused": "StaleRevision"} in came
        assert revision(juno) == before + 1


def test_without_a_revision_both_are_kept(juno: Teller, writers: Writers) -> None:
    """Whoever comes second is decided on anew, on top of the first."""
    for number in range(ROUNDS):
        before = revision(juno)
        came = writers.race(
            {"lines": [step(f"one-{number}")], "actor": "wang"},
            {"lines": [step(f"two-{number}")], "actor": "li"},
        )
        assert sorted(each["revisions"] for each in came) == [[before + 1], [before + 2]]
    assert list(juno.archive.chronicle.log.damage()) == []


def test_of_two_with_one_id_one_wins_and_the_other_is_told(juno: Teller, writers: Writers) -> None:
    """An id is taken by the first; in whichever record the second wants it."""
    juno.tell(facility("cepc"))
    for number in range(ROUNDS):
        came = writers.race(
            {"lines": [step(f"same-{number}")]},
            {"lines": [{**step(f"same-{number}"), "facility": "cepc", "entry": f"c/{number}"}]},
        )
        assert [each["refused"] for each in came if "refused" in each] == ["IdTaken"]


def test_of_two_batches_one_wins_whole(juno: Teller, writers: Writers) -> None:
    """Of the one that loses no line is recorded, not even those that were good."""
    for number in range(ROUNDS):
        before = revision(juno)
        came = writers.race(
            {"lines": [step(f"one-{number}"), step(f"same-{number}")]},
            {"lines": [step(f"same-{number}"), step(f"two-{number}")]},
        )
        assert [each["refused"] for each in came if "refused" in each] == ["BatchRefused"]
        assert revision(juno) == before + 2


def test_one_request_sent_twice_at_once_is_recorded_once(juno: Teller, writers: Writers) -> None:
    """Under one key both get the same answer, of one commit."""
    for number in range(ROUNDS):
        before = revision(juno)
        request = {"lines": [step(f"one-{number}")], "key": f"k-{number}", "fingerprint": "abc"}
        came = writers.race(request, request)
        assert sorted(each.pop("replayed") for each in came) == [False, True]
        assert came[0] == came[1]
        assert revision(juno) == before + 1


def test_a_long_command_that_is_overtaken_is_decided_anew(
    juno: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may write while it is decided on; it is recorded on top of what they wrote."""
    monkeypatch.setattr(chronicle, "MANY", 1)
    with Archive(juno.archive.folder) as other:
        first: list[Recorded] = []

        def overtaken() -> int:
            if not first:
                first.append(other.chronicle.execute(command(step("one"))))
            return juno.clock()

        with Archive(juno.archive.folder, clock=overtaken) as slow:
            long = slow.chronicle.execute(command(step("two"), step("three")))
            alone = slow.chronicle.execute(command(step("four"), step("five")))
    revisions = [placed.revision for came in (*first, long, alone) for placed in came.events]
    assert revisions == [2, 3, 4, 5, 6]


def test_two_requests_under_one_key_at_once(juno: Teller, writers: Writers) -> None:
    """The key stands for the one that came first; the other is told."""
    for number in range(ROUNDS):
        before = revision(juno)
        came = writers.race(
            {"lines": [step(f"one-{number}")], "key": f"k-{number}", "fingerprint": "abc"},
            {"lines": [step(f"two-{number}")], "key": f"k-{number}", "fingerprint": "abd"},
        )
        assert [each["refused"] for each in came if "refused" in each] == ["KeyReused"]
        assert revision(juno) == before + 1


def test_a_new_record_begun_by_two_at_once_is_one_record(writers: Writers) -> None:
    """Two decisions of a chain that nobody had begun lie in it one after the other."""
    for number in range(ROUNDS):
        decision = {**SOURCE, "type": "policy", "modality": "actual", "date": "2024"}
        del decision["medium"]
        came = writers.race(
            {"lines": [{**decision, "id": f"one-{number}", "record": f"chain-{number}"}]},
            {"lines": [{**decision, "id": f"two-{number}", "record": f"chain-{number}"}]},
        )
        assert sorted(each["revisions"] for each in came) == [[1], [2]]
