"""The log keeps what it acknowledged, whole and in order, whichever database it lies in.

Each test runs on a log in a file, and on a node of one in PostgreSQL.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import (
    ConnectionPoolClosedError,
    IntegrityError,
    ProgrammingError,
    StoredEvent,
)

from events.canonical import leaf_hash
from events.commit import Claim, Commit, NewCommit
from events.errors import IdTaken, LogDamaged
from events.store.sqlite import ChronicleRecorder
from tests.events.store.logs import NOON, Clock, Place, by, event
from tests.postgres import Database


@pytest.fixture(params=["in a file", "of a node"])
def place(request: pytest.FixtureRequest, file: Path) -> Place:
    """Where the log under test lies."""
    if request.param == "in a file":
        return Place(file)
    database: Database = request.getfixturevalue("database")
    return Place(file, database)


@pytest.fixture
def log(place: Place, clock: Clock) -> Iterator[ChronicleRecorder]:
    """An empty log."""
    with place.opened(clock) as recorder:
        yield recorder


# How the log is opened.


def test_a_closed_log_says_so(log: ChronicleRecorder) -> None:
    """Neither readers nor writers get anything from it, and closing twice is harmless."""
    log.datastore.close()
    log.datastore.close()
    with pytest.raises(ConnectionPoolClosedError):
        log.head()
    with pytest.raises(ConnectionPoolClosedError):
        log.insert_events([event("record:juno", 1)])
    assert log.wait_for(0, timeout=5) is False


# What a commit is.


def test_a_commit_says_who_when_and_why_and_its_events_share_it(log: ChronicleRecorder) -> None:
    """One row for the commit, a leaf for each event, read back together."""
    batch = [event("source:recall", 1), event("record:juno", 1, b'{"a":1}')]
    new = by(key="k-1", fingerprint="f-1")

    assert log.insert_events(batch, commit=new) == [1, 2]

    expected = Commit(
        position=2,
        first=1,
        recorded_at="2026-11-25T12:00:00.000000Z",
        actor="wang",
        request="r-1",
        key="k-1",
        fingerprint="f-1",
    )
    one, two = log.select_log(after=0, limit=10)
    assert log.head() == one.commit == expected
    assert two.commit is one.commit
    assert two[:5] == (2, "record:juno", 1, "noted-v1", b'{"a":1}')
    assert two.leaf == leaf_hash(
        stream="record:juno",
        version=1,
        topic="noted-v1",
        state=b'{"a":1}',
        recorded_at=expected.recorded_at,
        actor="wang",
    )


def test_without_a_commit_of_its_own_an_insert_is_the_systems(log: ChronicleRecorder) -> None:
    """So that the library's own calls make whole commits too; no events make none."""
    assert log.insert_events([]) == []
    assert log.head() is None

    log.insert_events([event("record:juno", 1)])

    head = log.head()
    assert head is not None
    assert (head.actor, head.request, head.key) == ("system", "", None)


def test_recorded_at_increases_strictly_whatever_the_clock_says(
    log: ChronicleRecorder, clock: Clock
) -> None:
    """A clock that stands still or steps back makes one microsecond of difference."""
    for version, now in enumerate([NOON, NOON, NOON - 7_200_000_000, NOON + 5, NOON - 1], start=1):
        clock.now = now
        log.insert_events([event("record:juno", version)])

    assert [logged.commit.recorded_at[19:] for logged in log.select_stream("record:juno")] == [
        ".000000Z",
        ".000001Z",
        ".000002Z",
        ".000005Z",
        ".000006Z",
    ]


def test_a_commit_is_found_by_position_by_instant_and_by_key(
    log: ChronicleRecorder, clock: Clock
) -> None:
    """A place inside a batch and a time between two commits round down to the last whole one."""
    assert log.commit_at(5) is None
    log.insert_events([event("record:juno", 1), event("record:juno", 2)], commit=by(key="a"))
    clock.now += 10
    log.insert_events([event("record:juno", version) for version in (3, 4, 5)])

    def place(commit: Commit | None) -> int:
        return commit.position if commit else 0

    assert [place(log.commit_at(n)) for n in range(7)] == [0, 0, 2, 2, 2, 5, 5]
    assert [
        place(log.commit_by(f"2026-11-25T{time}Z"))
        for time in ("11:59:59.999999", "12:00:00.000000", "12:00:00.000009", "12:00:00.000010")
    ] == [0, 2, 2, 5]
    assert place(log.commit_by_key(actor="wang", key="a")) == 2
    assert log.commit_by_key(actor="li", key="a") is None
    assert log.commit_by_key(actor="wang", key="b") is None


def test_a_commit_is_found_by_its_request(log: ChronicleRecorder, clock: Clock) -> None:
    """The first one after an instant, however long ago another had the same."""
    for version in (1, 2, 3):
        log.insert_events(
            [event("record:juno", version)], commit=NewCommit(actor="li", request="a")
        )
        clock.now += 10

    def place(request: str, since: str) -> int:
        commit = log.commit_by_request(request, since=f"2026-11-25T{since}Z")
        return commit.position if commit else 0

    times = ("11:59:59.999999", "12:00:00.000000", "12:00:00.000010", "12:00:00.000020")
    assert [place("a", time) for time in times] == [1, 2, 3, 0]
    assert place("b", times[0]) == 0


def test_an_instant_of_another_form_is_no_question(log: ChronicleRecorder) -> None:
    """As text it would stand in the wrong place of the order."""
    with pytest.raises(ValueError, match="is no instant"):
        log.commit_by("2026-11-25T12:00:00Z")


# What a commit cannot be.


def test_a_claim_is_taken_once_for_good(log: ChronicleRecorder) -> None:
    """Once in each space; the error names the one that is taken, and the rest stays free."""
    mine = (Claim("record", "juno", "juno"), Claim("statement", "juno", "juno"))
    log.insert_events([event("record:juno", 1)], commit=by(claims=mine))

    theirs = (
        Claim("statement", "a", "lhaaso"),
        Claim("record", "juno", "lhaaso"),
        Claim("statement", "b", "lhaaso"),
    )
    with pytest.raises(IdTaken) as taken:
        log.insert_events([event("record:lhaaso", 1)], commit=by(claims=theirs))

    assert (taken.value.kind, taken.value.id) == ("record", "juno")
    assert log.claimed("record", ["juno", "lhaaso"]) == {"juno": "juno"}
    assert log.claimed("statement", ["a", "b", "juno", "'; --", "\x00"]) == {"juno": "juno"}
    assert log.claimed("statement", []) == {}


def test_a_batch_cannot_claim_an_id_twice(log: ChronicleRecorder) -> None:
    """Not even for itself."""
    twice = (Claim("entry", "a", "x"), Claim("entry", "b", "x"), Claim("entry", "a", "y"))
    with pytest.raises(IdTaken) as taken:
        log.insert_events([event("record:x", 1)], commit=by(claims=twice))
    assert (taken.value.kind, taken.value.id) == ("entry", "a")


def test_thousands_of_ids_are_looked_up_at_once(log: ChronicleRecorder) -> None:
    """More than SQLite takes as parameters of one statement."""
    claims = tuple(Claim("statement", f"s-{number}", "juno") for number in range(40_000))
    log.insert_events([event("record:juno", 1)], commit=by(claims=claims))
    assert len(log.claimed("statement", [claim.id for claim in claims])) == 40_000


def test_a_key_is_used_once_by_each_actor(log: ChronicleRecorder) -> None:
    """Said before anything else: the repetition of a request conflicts with itself in all."""
    claims = (Claim("record", "juno", "juno"),)
    log.insert_events([event("record:juno", 1)], commit=by(key="k", claims=claims))

    with pytest.raises(IntegrityError, match=r"commits\.actor"):
        log.insert_events([event("record:juno", 1)], commit=by(key="k", claims=claims))
    log.insert_events([event("record:juno", 2)], commit=by("li", key="k"))


def test_a_version_of_a_stream_is_given_once(log: ChronicleRecorder) -> None:
    """That is how two writers who read the same revision are told apart."""
    log.insert_events([event("record:juno", 1)])
    with pytest.raises(IntegrityError, match=r"stored_events\.originator_id"):
        log.insert_events([event("record:lhaaso", 1), event("record:juno", 1)])


def test_an_insert_that_fails_leaves_every_table_as_it_was(
    log: ChronicleRecorder, place: Place
) -> None:
    """Whatever fails, and wherever in the commit; and the log goes on."""
    log.insert_events(
        [event("record:juno", 1)], commit=by(key="k", claims=(Claim("record", "juno", "juno"),))
    )
    before = place.rows()
    free = (Claim("record", "a", "a"),)
    failures: list[tuple[type[Exception], list[StoredEvent], NewCommit]] = [
        (IntegrityError, [event("record:a", 1), event("record:juno", 1)], by(claims=free)),
        (IntegrityError, [event("record:a", 1), event("record:a", 1)], by(claims=free)),
        (IntegrityError, [event("record:a", 1)], by(claims=free, key="k")),
        (IdTaken, [event("record:a", 1)], by(claims=(*free, Claim("record", "juno", "a")))),
        (LogDamaged, [event("record:a", 1)], by(claims=free, positions=(1,))),
        (TypeError, [StoredEvent("record:a", 1, "t", "{}")], by(claims=free)),  # type: ignore[arg-type] # on purpose
        (IntegrityError, [StoredEvent("record:a", 1, None, b"{}")], by(claims=free)),  # type: ignore[arg-type] # on purpose
    ]
    for error, batch, commit in failures:
        with pytest.raises(error):
            log.insert_events(batch, commit=commit)
        assert place.rows() == before

    assert log.insert_events([event("record:a", 1)], commit=by(claims=free)) == [2]


# Positions.


def test_a_restore_keeps_positions_and_times(log: ChronicleRecorder, clock: Clock) -> None:
    """Also the holes that a log in PostgreSQL has, between commits and inside one."""
    clock.now = NOON - 86_400_000_000
    log.insert_events(
        [event("record:juno", 1), event("record:juno", 2)],
        commit=by(positions=(3, 7), recorded_at="2026-11-25T09:00:00.000001Z"),
    )
    assert log.insert_events([event("record:juno", 3)]) == [8]
    log.insert_events([event("record:juno", 4)], commit=by(positions=(20,)))

    assert [
        (logged.position, logged.commit.first, logged.commit.position, logged.commit.recorded_at)
        for logged in log.select_log(after=0, limit=1000)
    ] == [
        (3, 3, 7, "2026-11-25T09:00:00.000001Z"),
        (7, 3, 7, "2026-11-25T09:00:00.000001Z"),
        (8, 8, 8, "2026-11-25T09:00:00.000002Z"),
        (20, 20, 20, "2026-11-25T09:00:00.000003Z"),
    ]
    assert list(log.damage()) == []


@pytest.mark.parametrize(
    ("commit", "why"),
    [
        (by(positions=(1, 3)), "after it cannot be 1"),
        (by(positions=(2, 2)), "after it cannot be 2"),
        (by(positions=(4, 3)), "after it cannot be 3"),
        (by(positions=(2,)), "1 positions for 2 events"),
        (by(positions=(2, 3, 4)), "3 positions for 2 events"),
        (by(recorded_at="2026-11-25T12:00:00.000000Z"), "is not later than"),
        (by(recorded_at="2026-11-25T13:00:00Z"), "is no instant"),
        (by(recorded_at="2026-13-25T13:00:00.000000Z"), "month"),
    ],
)
def test_a_restore_that_contradicts_the_log_is_refused(
    log: ChronicleRecorder, place: Place, commit: NewCommit, why: str
) -> None:
    """Positions ascend and times increase, restored or not."""
    log.insert_events([event("record:juno", 1)])
    before = place.rows()
    with pytest.raises(LogDamaged, match=why):
        log.insert_events([event("record:juno", 2), event("record:juno", 3)], commit=commit)
    assert place.rows() == before


# How the log is read.


def test_a_page_is_made_of_whole_commits_at_every_limit(log: ChronicleRecorder) -> None:
    """It ends with the commit in which the limit falls, and nothing is left out or repeated."""
    sizes = [1, 3, 1, 5, 2, 1, 4]
    version = 0
    ends = [0]
    for size in sizes:
        batch = [event("record:juno", version + number) for number in range(1, size + 1)]
        version += size
        ends.append(log.insert_events(batch)[-1])

    for limit in (*range(20), 1000):
        read: list[int] = []
        while page := log.select_log(after=read[-1] if read else 0, limit=limit):
            positions = [logged.position for logged in page]
            begin, end = positions[0], positions[-1]
            assert begin - 1 in ends
            assert end in ends
            assert end == min(e for e in ends if e >= min(begin - 1 + max(limit, 1), version))
            assert all(one.commit.first <= one.position <= one.commit.position for one in page)
            read += positions
        assert read == list(range(1, version + 1))
    assert [logged.position for logged in log.select_log(after=6, limit=1)] == [7, 8, 9, 10]


def test_a_stream_is_read_by_itself_and_up_to_a_position(log: ChronicleRecorder) -> None:
    """In the order of its versions, each event with its commit."""
    log.insert_events([event("record:juno", 1), event("record:lhaaso", 1), event("record:juno", 2)])
    log.insert_events([event("record:lhaaso", 2)])
    log.insert_events([event("record:juno", 3)])

    def read(stream: str, **up_to: int) -> list[tuple[int, int, int]]:
        rows = log.select_stream(stream, **up_to)
        return [(row.version, row.position, row.commit.position) for row in rows]

    assert read("record:juno") == [(1, 1, 3), (2, 3, 3), (3, 5, 5)]
    assert read("record:juno", up_to=4) == [(1, 1, 3), (2, 3, 3)]
    assert read("record:juno", up_to=0) == []
    assert read("record:heps") == []
    one, two, _ = log.select_stream("record:juno")
    assert one.commit is two.commit


def test_a_page_of_a_stream_begins_anywhere(log: ChronicleRecorder) -> None:
    """Beyond a position, with so many events at most; where they lie is read without them."""
    for version in range(1, 6):
        log.insert_events([event("record:juno", version), event("record:lhaaso", version)])
    read = [row.position for row in log.select_stream("record:juno", after=3, up_to=8, limit=2)]
    assert read == [5, 7]
    assert log.positions_of("record:juno", after=3, up_to=8) == [5, 7]
    assert log.positions_of("record:heps") == []
    assert [log.revision("record:juno", up_to=up_to) for up_to in (0, 1, 2, 3)] == [0, 1, 1, 2]
    assert (log.revision("record:juno"), log.revision("record:heps")) == (5, 0)


def test_events_are_read_by_their_positions(log: ChronicleRecorder) -> None:
    """In order, each once and with its commit; where there is none, none."""
    log.insert_events([event("record:juno", 1), event("record:lhaaso", 1)])
    log.insert_events([event("record:juno", 2)])
    found = log.events_at([3, 1, 3, 9])
    assert found == [log.select_log(after=0, limit=9)[place] for place in (0, 2)]
    assert [row.commit.position for row in found] == [2, 3]
    assert log.events_at([]) == []


def test_commits_are_read_in_both_directions(log: ChronicleRecorder) -> None:
    """All of them, or those that touched a stream, each once."""
    log.insert_events([event("record:juno", 1), event("record:juno", 2)])
    log.insert_events([event("record:lhaaso", 1)])
    log.insert_events([event("record:lhaaso", 2), event("record:juno", 3)])
    log.insert_events([event("record:juno", 4)])

    def read(*stream: str, **stretch: Any) -> list[int]:
        return [commit.position for commit in log.commits(*stream, **stretch)]

    assert read() == [2, 3, 5, 6]
    assert read(after=2, up_to=5) == [3, 5]
    assert read(limit=2, last_first=True) == [6, 5]
    assert read("record:juno") == [2, 5, 6]
    assert read("record:juno", after=2, limit=1) == [5]
    assert read("record:juno", up_to=5, limit=2, last_first=True) == [5, 2]
    assert read("record:heps") == []
    assert log.commits(limit=1, last_first=True) == [log.head()]


def test_the_versions_that_streams_came_to_are_read_on_from_a_position(
    log: ChronicleRecorder,
) -> None:
    """Position, stream and version of each event, no more of them than are wanted."""
    log.insert_events([event("record:juno", 1), event("record:lhaaso", 1)])
    log.insert_events([event("record:juno", 2)])
    assert log.versions_after(1, limit=9) == [(2, "record:lhaaso", 1), (3, "record:juno", 2)]
    assert log.versions_after(0, limit=1) == [(1, "record:juno", 1)]
    assert log.versions_after(3, limit=9) == []


# Several at once.


def test_of_two_processes_at_one_version_one_wins_and_the_other_is_told(
    log: ChronicleRecorder, place: Place
) -> None:
    """Neither waits for ever, neither is lost."""
    writers = [place.writer("race", "record:juno") for _ in range(2)]
    for process in writers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in writers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    assert sorted(process.communicate(timeout=30)[0] for process in writers) == ["told\n", "won\n"]
    assert log.max_notification_id() == 1


def test_processes_that_write_at_once_lose_nothing(place: Place) -> None:
    """Their commits stand one after the other, each whole."""
    writers = [place.writer("append", f"record:{number}", "100", "3") for number in range(3)]
    for process in writers:
        process.communicate(timeout=60)

    assert [process.returncode for process in writers] == [0, 0, 0]
    with place.opened() as log:
        assert log.max_notification_id() == 900
        assert list(log.damage()) == []


def test_what_is_written_together_is_one_commit_of_the_disk(
    log: ChronicleRecorder, place: Place
) -> None:
    """Whoever writes reads what it has written so far; others see all of it at the end."""
    with place.opened() as other:
        with log.writing():
            assert log.insert_events([event("record:juno", 1)]) == [1]
            assert log.insert_events([event("record:juno", 2)]) == [2]
            assert [each.version for each in log.select_stream("record:juno")] == [1, 2]
            assert other.head() is None
        assert [each.version for each in other.select_stream("record:juno")] == [1, 2]


def test_where_something_is_raised_nothing_of_it_is_written(log: ChronicleRecorder) -> None:
    """And the next writer writes at the same place."""
    with suppress(KeyError), log.writing():
        log.insert_events([event("record:juno", 1)])
        raise KeyError
    assert log.head() is None
    assert log.insert_events([event("record:juno", 1)]) == [1]


def test_what_is_read_together_is_of_one_state(log: ChronicleRecorder, place: Place) -> None:
    """Whoever writes meanwhile, and whichever questions are asked."""
    with place.opened() as other:
        other.insert_events([event("record:juno", 1)])
        with log.reading():
            before = log.head()
            other.insert_events([event("record:juno", 2)])
            assert log.head() == before
            assert len(log.select_stream("record:juno")) == 1
            with log.reading():
                assert log.head() == before
        assert len(log.select_stream("record:juno")) == 2


def test_nothing_is_written_where_it_would_be_lost(log: ChronicleRecorder) -> None:
    """Within a transaction that only reads."""
    with log.reading(), pytest.raises(ProgrammingError, match="only reads"):
        log.insert_events([event("record:juno", 1)])
    assert log.head() is None


def test_kill_9_loses_no_acknowledged_commit(place: Place) -> None:
    """Each commit is there whole, or it was not acknowledged and is absent whole."""
    acknowledged = 0
    for round_ in range(4):
        with place.writer("append", f"record:{round_}", "100000", "2") as process:
            assert process.stdout is not None
            last = [int(process.stdout.readline()) for _ in range(40 + 30 * round_)][-1]
            process.send_signal(signal.SIGKILL)
            # Not `communicate`, which passes over what `readline` has taken off the pipe already.
            rest = process.stdout.read().split("\n")[:-1]
        acknowledged = int(rest[-1]) if rest else last

        with place.opened() as log:
            head = log.head()
            assert head is not None
            assert acknowledged <= head.position <= acknowledged + 2
            assert head.position % 2 == 0
            assert list(log.damage()) == []


# How the log is followed.


def test_where_nothing_was_written_nobody_is_woken(log: ChronicleRecorder) -> None:
    """Who has the log for itself may find that there is nothing to say."""
    heard: list[str] = []
    log.datastore.doorbell.on_ring = lambda: heard.append("rung")
    with log.writing():
        assert log.head() is None
    assert heard == []
    with log.writing():
        log.insert_events([event("record:juno", 1)])
    assert heard == ["rung"]


def test_a_waiting_thread_hears_of_a_commit_of_another_process(
    log: ChronicleRecorder, place: Place
) -> None:
    """Within a second, by looking whether the file has changed."""
    heard: list[float] = []

    def wait() -> None:
        assert log.wait_for(1, timeout=30)
        heard.append(time.monotonic())

    log.insert_events([event("record:juno", 1)])
    waiting = threading.Thread(target=wait)
    waiting.start()
    process = place.writer("append", "record:lhaaso", "1", "1")
    assert process.stdout is not None
    assert process.stdout.readline() == "2\n"
    acknowledged = time.monotonic()
    waiting.join()
    process.communicate(timeout=30)
    assert heard[0] - acknowledged < 1


@pytest.mark.parametrize("end", ["wake", "close", "interrupt"])
def test_a_waiting_thread_can_be_ended_at_once(log: ChronicleRecorder, end: str) -> None:
    """By a word, by closing the log, or for good, whichever comes first."""
    answers: list[bool] = []
    interrupt = threading.Event()
    waiting = threading.Thread(
        target=lambda: answers.append(log.wait_for(0, timeout=60, interrupt=interrupt))
    )
    waiting.start()
    time.sleep(0.1)
    if end == "close":
        log.datastore.close()
    else:
        if end == "interrupt":
            interrupt.set()
        log.wake()
    waiting.join(timeout=5)
    assert answers == [False]


def test_an_interrupt_that_comes_before_the_wait_is_not_missed(log: ChronicleRecorder) -> None:
    """A follower that is stopped between two waits does not begin another."""
    interrupt = threading.Event()
    interrupt.set()
    log.wake()
    assert log.wait_for(0, timeout=60, interrupt=interrupt) is False


def test_a_subscription_hears_of_other_processes(log: ChronicleRecorder, place: Place) -> None:
    """In order and within a second, also if what comes first has a topic it did not ask for."""
    log.insert_events([StoredEvent("record:juno", 1, "other-v1", b"{}")])
    with log.subscribe(gt=0, topics=["noted-v1"]) as subscription:
        process = place.writer("append", "record:lhaaso", "3", "2")
        output, _ = process.communicate(timeout=30)
        acknowledged = time.monotonic()
        heard = [next(subscription).id for _ in range(6)]
        assert time.monotonic() - acknowledged < 1
        assert heard == [2, 3, 4, 5, 6, 7]
        assert output.split() == ["3", "5", "7"]


def test_a_subscription_to_what_never_comes_sleeps(log: ChronicleRecorder) -> None:
    """Events of other topics wake it once, not for ever."""

    class Counting(ChronicleRecorder):
        """Counts the pages that are read."""

        pages = 0

        def select_notifications(self, *args: Any, **kwargs: Any) -> Any:
            self.pages += 1
            return super().select_notifications(*args, **kwargs)

    log.insert_events([event("record:juno", 1)])
    counting = Counting(log.datastore)
    with counting.subscribe(gt=0, topics=["other-v1"]):
        time.sleep(0.2)
    assert counting.pages < 5


def test_a_subscription_ends_when_the_log_is_closed(log: ChronicleRecorder) -> None:
    """Whoever iterates is told, instead of waiting for ever."""
    subscription = log.subscribe(gt=0)
    log.datastore.close()
    with pytest.raises(ConnectionPoolClosedError):
        next(subscription)
    subscription._pull_thread.join(timeout=5)
    assert not subscription._pull_thread.is_alive()
