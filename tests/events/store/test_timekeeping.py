"""A clock that went another way than time does dates nothing until it is right, or confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.chronicle import Chronicle
from events.errors import ClockNotBelieved
from events.store.timekeeping import DAY, HOUR, SECOND, Timekeeper, Uptime
from tests.story.telling import SOURCE, command, facility

NOON = 1_795_608_000 * SECOND


class Machine:
    """A machine with its two clocks, of which one can be set."""

    def __init__(self) -> None:
        self.boot, self.up, self.now = "first", 5 * HOUR, NOON

    def clock(self) -> int:
        """What time it says it is."""
        return self.now

    def steady(self) -> Uptime:
        """How long it runs."""
        return Uptime(self.boot, self.up)

    def passes(self, time: int) -> None:
        """Time passes."""
        self.up += time
        self.now += time

    def starts_anew(self, *, after: int, says: int | None = None) -> None:
        """It is down for a time, and then says that it is another."""
        self.boot, self.up = f"{self.boot}+", 10 * SECOND
        self.now += after if says is None else says

    def keeper(self, folder: Path) -> Timekeeper:
        """A process that begins on it."""
        return Timekeeper(folder / "log.sqlite", clock=self.clock, steady=self.steady)


@pytest.fixture
def machine() -> Machine:
    """A machine that runs for five hours."""
    return Machine()


@pytest.fixture
def keeper(machine: Machine, tmp_path: Path) -> Timekeeper:
    """A process on it."""
    return machine.keeper(tmp_path)


@pytest.mark.parametrize("step", [-10 * 365 * DAY, -2 * HOUR, 2 * HOUR, 10 * 365 * DAY])
def test_a_clock_that_steps_while_the_machine_runs_is_not_believed(
    machine: Machine, keeper: Timekeeper, tmp_path: Path, step: int
) -> None:
    """Nor by a process that begins then; when it is right again, both believe it."""
    machine.passes(3 * DAY)
    keeper.check()
    machine.now += step
    for each in (keeper, machine.keeper(tmp_path)):
        with pytest.raises(ClockNotBelieved, match=r"hours (ahead of|behind).*confirm-clock"):
            each.check()
    machine.now -= step
    machine.passes(HOUR)
    keeper.check()
    machine.keeper(tmp_path).check()


def test_small_steps_are_taken_and_do_not_add_up(machine: Machine, keeper: Timekeeper) -> None:
    """A clock is set right by minutes; by an hour in all since the start it is another matter."""
    machine.now += 50 * 60 * SECOND
    keeper.check()
    machine.passes(DAY)
    keeper.check()
    machine.now += 50 * 60 * SECOND
    with pytest.raises(ClockNotBelieved):
        keeper.check()


@pytest.mark.parametrize("down", [0, DAY, 364 * DAY])
def test_a_machine_may_have_been_down(
    machine: Machine, keeper: Timekeeper, tmp_path: Path, down: int
) -> None:
    """The clock goes on meanwhile, and the start after that is believed as the first was."""
    machine.passes(DAY)
    keeper.check()
    machine.starts_anew(after=down)
    begun = machine.keeper(tmp_path)
    begun.check()
    machine.now += 2 * HOUR
    with pytest.raises(ClockNotBelieved):
        begun.check()


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (-20 * 365 * DAY, "it was .* already"),
        (-2 * HOUR, "it was .* already"),
        (366 * DAY, "366 days ago"),
    ],
)
def test_a_start_at_a_time_that_cannot_be_is_not_believed(
    machine: Machine, keeper: Timekeeper, tmp_path: Path, says: int, why: str
) -> None:
    """Before the last look, or longer after it than anything lies unused."""
    machine.passes(DAY)
    keeper.check()
    machine.starts_anew(after=0, says=says)
    begun = machine.keeper(tmp_path)
    with pytest.raises(ClockNotBelieved, match=why):
        begun.check()
    with pytest.raises(ClockNotBelieved, match=why):
        machine.keeper(tmp_path).check()
    machine.now -= says
    begun.check()


def test_a_clock_that_is_confirmed_is_believed_by_every_process(
    machine: Machine, keeper: Timekeeper, tmp_path: Path
) -> None:
    """By those that run too, with their next order; and what it was before is not, then."""
    machine.now += 2 * HOUR
    assert keeper.beat() is not None
    machine.keeper(tmp_path).confirm()
    keeper.check()
    machine.keeper(tmp_path).check()
    machine.now -= 2 * HOUR
    with pytest.raises(ClockNotBelieved):
        machine.keeper(tmp_path).check()


def test_a_look_notes_how_late_it_is(machine: Machine, keeper: Timekeeper, tmp_path: Path) -> None:
    """So the start after it is compared with the last look, and not with the first."""
    machine.passes(300 * DAY)
    assert keeper.beat() is None
    machine.starts_anew(after=300 * DAY)
    machine.keeper(tmp_path).check()


@pytest.mark.parametrize("note", [None, b"torn"])
def test_a_note_that_is_lost_makes_no_clock_believed(
    machine: Machine, keeper: Timekeeper, tmp_path: Path, note: bytes | None
) -> None:
    """A process that runs has what it believed in memory; one that begins takes what there is."""
    (tmp_path / "log.clock").unlink()
    if note is not None:
        (tmp_path / "log.clock").write_bytes(note)
    machine.now += 2 * HOUR
    with pytest.raises(ClockNotBelieved):
        keeper.check()
    machine.keeper(tmp_path).check()


@pytest.fixture
def chronicle(machine: Machine, tmp_path: Path) -> Iterator[Chronicle]:
    """A chronicle on it, with a source."""
    with Chronicle(tmp_path / "log.sqlite", clock=machine.clock, steady=machine.steady) as opened:
        opened.execute(command(SOURCE, key="k", fingerprint="f"))
        yield opened


def test_no_commit_is_dated_by_a_clock_that_is_not_believed(
    machine: Machine, chronicle: Chronicle
) -> None:
    """Nothing is recorded; what was recorded before is answered, and what would be is told."""
    head = chronicle.log.head()
    machine.now += 10 * 365 * DAY
    with pytest.raises(ClockNotBelieved):
        chronicle.execute(command(facility("juno")))
    assert chronicle.log.head() == head
    assert chronicle.execute(command(SOURCE, key="k", fingerprint="f")).replayed
    assert chronicle.propose(command(facility("juno"))).decided
    machine.now -= 10 * 365 * DAY
    assert chronicle.execute(command(facility("juno"))).commit is not None


def test_a_log_whose_head_lies_ahead_goes_on_by_microseconds(
    machine: Machine, tmp_path: Path
) -> None:
    """What a wrong clock once dated stands; the clock that is right is believed, and commits
    follow each other all the same."""
    log = tmp_path / "log.sqlite"
    with Chronicle(log, clock=lambda: NOON + 3650 * DAY) as chronicle:
        chronicle.execute(command(SOURCE))
    with Chronicle(log, clock=machine.clock, steady=machine.steady) as chronicle:
        dated = [chronicle.execute(command(facility(id))).commit for id in ("one", "two")]
    assert [commit.recorded_at[-7:] for commit in dated if commit] == ["000001Z", "000002Z"]
