"""A decision by outlines comes to what one by whole streams comes to, whoever else writes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import outlines as module
from events.chronicle import Chronicle, stream_lines
from events.clocks import utc_day
from events.decision import Decision, decide
from events.errors import BatchRefused, Refusal
from events.fact import Line
from events.orders import Command, Warning
from events.outline import Outline, Outlined
from events.outlines import PLACE, Outlines
from events.record import Record, StreamLine
from events.statement import Statement
from events.store.sqlite import ChronicleRecorder
from events.vocabulary import RANK, STATUS_OF
from tests.naive.histories import Story
from tests.story.telling import JUNO, NOON, SOURCE, Clock, command, facility, milestone

TODAY = utc_day(NOON)


class WholeStreams:
    """What a decision reads of the log, with each record folded from its whole stream."""

    def __init__(self, log: ChronicleRecorder) -> None:
        self.log = log

    def claimed(self, space: str, ids: Iterable[str]) -> dict[str, str]:
        """The ids that are taken."""
        return self.log.claimed(space, ids)

    def stream(self, stream: str) -> list[StreamLine]:
        """The lines of a stream."""
        return stream_lines(self.log, stream)

    def outline(self, stream: str) -> Outline:
        """The outline, by the statements as everybody else reads them."""
        record = Record.of(stream, self.stream(stream))
        return Outline(record.revision, {each.id: outlined(each) for each in record.statements()})


def outlined(statement: Statement) -> Outlined:
    """The outline of a statement that was read in full."""
    return Outlined(
        statement.id,
        statement.entry,
        statement.planned,
        statement.date.text if statement.date else None,
        statement.line["milestone"] if statement.kind == "milestone" else None,
        statement.withdrawn,
    )


def oddities(past: WholeStreams, decision: Decision) -> Iterator[tuple[int, str, str | None]]:
    """The number, code and rival of each warning that comes of rivals, by whole records."""
    records: dict[str, Record] = {}
    for number, event, about in decision.decided:
        stream = event.originator_id
        if stream not in records:
            records[stream] = Record.of(stream, past.stream(stream))
        line = event.fact.line()
        records[stream].apply(line, position=0, recorded_on=TODAY)
        if about.space == "statement" and line["type"] not in ("withdrawal", "reinstatement"):
            statements = records[stream].statements()
            yield from ((number, *odd) for odd in odd_beside(about.id, statements))


def odd_beside(id: str, statements: list[Statement]) -> Iterator[tuple[str, str]]:
    """What is odd about a statement beside the others: the code, and the first rival's id."""
    [it] = (each for each in statements if each.id == id)
    rivals = [each for each in statements if each.id != id and not each.withdrawn]
    same = [
        each.id
        for each in rivals
        if (each.entry, each.planned, each.date) == (it.entry, it.planned, it.date)
    ]
    later = [
        each.id
        for each in rivals
        if rank(it) is not None
        and rank(each) is not None
        and rank(each) > rank(it)
        and each.latest is not None
        and it.earliest is not None
        and each.latest < it.earliest
    ]
    yield from (("says-the-same", first) for first in same[:1])
    yield from (("lower-after-higher", first) for first in later[:1])


def rank(statement: Statement) -> Any:
    """How far a statement moves a facility, if at all."""
    if statement.planned or statement.kind != "milestone":
        return None
    return RANK.get(STATUS_OF.get(statement.line["milestone"], ""))


def rival_of(warning: Warning) -> str:
    """The rival that a warning names, which stands in quotes."""
    if warning.code == "says-the-same":
        return warning.text.split("'")[1]
    return warning.text.split("'")[-2]


def outcome(decision: Decision | Refusal) -> object:
    """All that a command came to, or why it was refused."""
    if isinstance(decision, BatchRefused):
        return [(number, outcome(each)) for number, each in decision.refusals]
    if isinstance(decision, Refusal):
        return type(decision), str(decision), decision.pointer
    return msgspec.structs.replace(decision, outlines={})


def decided(command: Command, past: Any) -> Decision | Refusal:
    """A decision, or the refusal."""
    try:
        return decide(command, past, today=TODAY)
    except Refusal as refusal:
        return refusal


def some_command(story: Story, rng: Random, said: list[Line]) -> Command:
    """Orders of any kind: good ones, bad ones, and such as were recorded before."""
    lines = []
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        (kind,) = rng.choices(list(story.kinds), weights=list(story.kinds.values()))
        line = rng.choice(said) if rng.random() < 0.1 else story.invented(kind)
        if line is not None:
            lines.append(line)
    return command(
        *(lines or [said[0]]),
        skip_recorded=rng.random() < 0.3,
        revision=rng.choice((None, None, None, 1, 3)),
    )


@pytest.mark.long
@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_outlines_decide_as_whole_streams_do(seed: int) -> None:
    """Two chronicles write to one log in turn; orders of every kind, many of them refused."""
    rng = Random(seed)
    story = Story(rng)
    with TemporaryDirectory() as place, ExitStack() as opened:
        path = Path(place) / "log.sqlite"
        writers = [opened.enter_context(Chronicle(path, clock=Clock())) for _ in range(2)]
        past = WholeStreams(writers[0].log)
        said = story.opening()
        writers[0].execute(command(*said))
        for _ in range(30):
            order = some_command(story, rng, said)
            expected = decided(order, past)
            writer = rng.choice(writers)
            try:
                came: Decision | Refusal = writer.propose(order)
            except Refusal as refusal:
                came = refusal
            assert outcome(came) == outcome(expected)
            if isinstance(came, Refusal):
                continue
            found = [
                (number, warning.code, rival_of(warning))
                for number, warning in came.warnings
                if warning.code in ("says-the-same", "lower-after-higher")
            ]
            assert found == list(oddities(past, came))
            writer.execute(order)
            told = [each.event.fact.line() for each in came.decided]
            story.shadow.lines += told
            story.shadow.sources |= {line["id"] for line in told if line["type"] == "source"}
            said += told
        check_outlines(*writers)


def check_outlines(*writers: Chronicle) -> None:
    """Every outline that is kept is that of the whole stream."""
    for writer in writers:
        writer.propose(command({**SOURCE, "id": "nobody-has-it"}))
        past = WholeStreams(writer.log)
        for event in writer.log.select_log(after=0, limit=1_000_000):
            assert writer.outline(event.stream) == past.outline(event.stream)


def test_threads_that_write_to_one_record_keep_its_outline_right(tmp_path: Path) -> None:
    """Whichever of them comes by last, and while another chronicle writes too."""
    path = tmp_path / "log.sqlite"
    with Chronicle(path, clock=Clock()) as chronicle, Chronicle(path, clock=Clock()) as other:
        chronicle.execute(command(SOURCE, JUNO, facility("cepc")))

        def write(writer: Chronicle, name: str) -> None:
            for number in range(20):
                id, of = f"{name}-{number}", ("juno", "cepc")[number % 2]
                writer.execute(
                    command(milestone(id, "upgraded", "2024", facility=of, entry=f"{of}/{id}"))
                )

        threads = [
            Thread(target=write, args=(writer, f"writer-{number}"))
            for number, writer in enumerate([chronicle] * 4 + [other] * 2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert chronicle.revision("record:juno") == 1 + 6 * 10
        check_outlines(chronicle, other)


def test_outlines_take_no_more_room_than_they_may() -> None:
    """By their own count, which is no less than what they take."""
    room = 1_000_000
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        outlines = Outlines(room=room)
        for number in range(1, 5_000):
            outline = Outline(
                1, {"a": Outlined("a" * (number % 700), "e", True, "2013", None, False)}
            )
            outlines.keep({f"record:facility-{number:06}": outline}, first=number, last=number)
            assert outlines.size <= room
        del outline
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert room / 3 < taken <= outlines.size


def test_the_outline_that_nobody_needed_for_longest_makes_room() -> None:
    """Also one that was only read counts as needed."""
    outlines = Outlines(room=3 * (PLACE + 20))
    for position, stream in enumerate("abc", start=1):
        outlines.keep({stream: Outline(1)}, first=position, last=position)
    assert outlines.get("a") is not None
    outlines.keep({"d": Outline(1)}, first=4, last=4)
    assert [stream for stream in "abcd" if outlines.get(stream)] == ["a", "c", "d"]


@pytest.fixture
def told_thrice(tmp_path: Path) -> Iterator[ChronicleRecorder]:
    """A log in which JUNO was told of at @2, @3 and @4, each time in a commit of its own."""
    with Chronicle(tmp_path / "log.sqlite", clock=Clock()) as chronicle:
        chronicle.execute(command(SOURCE, JUNO))
        for id in ("one", "two"):
            chronicle.execute(command(milestone(id, "upgraded", "2014", entry=f"juno/{id}")))
        yield chronicle.log


@pytest.mark.parametrize(("last_to_come", "stays"), [(3, True), (2, False)])
def test_of_two_commits_the_newer_outline_stays(
    told_thrice: ChronicleRecorder, last_to_come: int, *, stays: bool
) -> None:
    """An older one that its thread brings later is found out, and forgotten."""
    outlines = Outlines()
    for revision in (5 - last_to_come, last_to_come):
        place = revision + 1
        outlines.keep({"record:juno": Outline(revision)}, first=place, last=place)
    outlines.follow(told_thrice)
    assert (outlines.get("record:juno") is not None) is stays


def test_an_outline_that_comes_too_late_is_not_kept(told_thrice: ChronicleRecorder) -> None:
    """The log was read past its commit: what followed that would not be noticed again."""
    outlines = Outlines()
    outlines.follow(told_thrice)
    outlines.keep({"record:juno": Outline(2)}, first=3, last=3)
    assert outlines.get("record:juno") is None


def test_an_outline_is_the_callers_own(tmp_path: Path) -> None:
    """A dry run changes an outline, and the next decision finds it as it was."""
    with Chronicle(tmp_path / "log.sqlite", clock=Clock()) as chronicle:
        chronicle.execute(command(SOURCE, JUNO))
        for _ in range(2):
            decision = chronicle.propose(command(milestone("built", "completed", "2014")))
            assert decision.decided[0].event.originator_version == 2


def test_after_much_that_others_wrote_all_outlines_are_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather than looked through, event by event."""
    monkeypatch.setattr(module, "FAR", 5)
    path = tmp_path / "log.sqlite"
    with Chronicle(path, clock=Clock()) as chronicle, Chronicle(path, clock=Clock()) as other:
        chronicle.execute(command(SOURCE, JUNO))
        for number in range(7):
            entry = {"entry": f"juno/{number}"}
            other.execute(command(milestone(f"up-{number}", "upgraded", "2014", **entry)))
        placed = chronicle.execute(command(milestone("built", "completed", "2014"))).events[0]
        assert placed.revision == 9
        check_outlines(chronicle, other)
