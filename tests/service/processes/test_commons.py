"""What processes share outlives each of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from mmap import mmap
from typing import Any, NoReturn, cast

import pytest

from service.commons import Commons, Held, Memory, Records, key_of

# Whoever runs the suite on several cores has threads of its own, which a child does not need.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")


def apart(work: Callable[[], object]) -> int:
    """Do something in a process of its own, to its end; how it ended."""
    pid = os.fork()
    if pid == 0:
        _do(work)
    _, status = os.waitpid(pid, 0)
    return status


def _do(work: Callable[[], object]) -> NoReturn:
    try:
        work()
        os._exit(0)
    finally:
        os._exit(1)


def test_what_one_process_puts_down_another_finds() -> None:
    """Under its key, with zeros behind it; and what it removes is gone."""
    records = Records(8, width=16)

    def put() -> None:
        with records.held() as held:
            held.put(key_of("a"), b"one")
            held.put(key_of("b"), b"two")
            held.remove(key_of("b"))

    assert apart(put) == 0
    with records.held() as held:
        assert held.get(key_of("a")) == b"one".ljust(16, b"\0")
        assert held.get(key_of("b")) is None
        assert [key for key, _ in held.all()] == [key_of("a")]


def test_where_all_places_are_taken_another_gives_way_in_turn() -> None:
    """A free place is taken first."""
    records = Records(3, width=4)
    with records.held() as held:
        for name in "abcde":
            held.put(key_of(name), name.encode())
        assert [held.get(key_of(name)) is None for name in "abcde"] == [True] * 2 + [False] * 3
        held.remove(key_of("d"))
        held.put(key_of("f"), b"f")
        held.put(key_of("e"), b"E")
        assert {value[:1] for _, value in held.all()} == {b"c", b"E", b"f"}


class _Lasting(bytearray):
    """Memory whose process is killed after so many writes to it."""

    writes = 0

    def __setitem__(self, place: Any, value: Any) -> None:
        self.writes -= 1
        if self.writes < 0:
            raise KeyboardInterrupt
        super().__setitem__(place, value)


@pytest.mark.parametrize("writes", range(4))
def test_who_is_killed_while_it_writes_leaves_no_value_under_the_key_of_another(
    writes: int,
) -> None:
    """The record is there or not; one that gave way is not taken for it."""
    memory = _Lasting(16 + 16 + 4)
    held = Held(cast("mmap", memory), 1, 4)
    memory.writes = 3
    held.put(key_of("a"), b"a")
    memory.writes = writes
    with suppress(KeyboardInterrupt):
        held.put(key_of("b"), b"b")
    assert held.get(key_of("a")) in (None, b"a\0\0\0")
    assert held.get(key_of("b")) in (None, b"b\0\0\0")


def test_who_is_killed_with_the_lock_in_its_hand_holds_nobody_up() -> None:
    """The system takes the lock back."""
    memory = Memory(8)

    def die() -> None:
        with memory.held():
            os.kill(os.getpid(), signal.SIGKILL)

    assert os.WTERMSIG(apart(die)) == signal.SIGKILL
    with memory.held() as held:
        held[0] = 1


@pytest.fixture
def commons() -> Iterator[Commons]:
    """What three processes share."""
    with closing(Commons(3)) as shared:
        yield shared


def test_places_are_counted_over_all_processes(commons: Commons) -> None:
    """And by client; what a process that is no more held is given back."""
    places = commons.streams

    def take() -> None:
        commons.become(1)
        assert places.enter("a", most=3, of_one=2) is not None
        assert places.enter("a", most=3, of_one=2) is not None
        assert (places.own, places.taken) == (2, 2)

    assert apart(take) == 0
    assert places.enter("a", most=3, of_one=2) is None
    place = places.enter("b", most=3, of_one=2)
    assert place is not None
    assert places.enter("c", most=3, of_one=2) is None
    assert (places.own, places.taken) == (1, 3)
    commons.forget(1)
    assert places.taken == 1
    places.leave(place)
    assert places.taken == 0


def test_a_process_rings_the_bells_of_the_others(commons: Commons) -> None:
    """And not its own; whoever does not listen is not waited for."""
    bells = commons.bells
    assert bells is not None
    for _ in range(5000):
        bells.ring(b"x", but=1)
    assert bells.of(0).recv(1) == bells.of(2).recv(1) == b"x"
    with pytest.raises(BlockingIOError):
        bells.of(1).recv(1)
