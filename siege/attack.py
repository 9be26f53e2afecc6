"""What an attack is, and the bars that it is held against."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

from siege.ground import Ground


class Bar(NamedTuple):
    """What was measured, beside what must be; what has no bar is told for its own sake."""

    what: str
    measured: str
    bar: str = ""
    held: bool = True


Run = Callable[[Ground], Iterator[Bar]]


class Tooth(NamedTuple):
    """The same attack on something that is broken, and the bar that must be missed there."""

    run: Run
    misses: str


class Attack(NamedTuple):
    """An attack, and the proof that it can fail: its teeth, by the words for what is broken."""

    run: Run
    teeth: Mapping[str, Tooth]


class Outcome(NamedTuple):
    """What came of an attack: what was measured, in how many seconds, and why it could not be
    carried out to its end, if it could not; of what was broken, what was found and what not."""

    name: str
    bars: list[Bar]
    seconds: float
    failure: str | None = None
    found: tuple[str, ...] = ()
    overlooked: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether every bar is held, and whatever was broken was found."""
        return self.failure is None and all(bar.held for bar in self.bars) and not self.overlooked


def none(what: str, count: int) -> Bar:
    """Something of which there may be nothing.

    >>> none("events lost", 2)
    Bar(what='events lost', measured='2', bar='0', held=False)
    """
    return Bar(what, f"{count:,}", "0", count == 0)


def every(what: str, count: int, of: int) -> Bar:
    """Something that must hold of all, of which there must be some.

    >>> every("flips found", 3, of=3)
    Bar(what='flips found', measured='3 of 3', bar='all', held=True)
    """
    return Bar(what, f"{count:,} of {of:,}", "all", 0 < of == count)


def below(what: str, measured: float, bar: float, unit: str) -> Bar:
    """A quantity that must stay below its bar.

    >>> below("/healthz, p99", 12.34, 50, "ms")
    Bar(what='/healthz, p99', measured='12.3 ms', bar='< 50 ms', held=True)
    """
    return Bar(what, f"{measured:,.1f} {unit}", f"< {bar:g} {unit}", measured < bar)


def told(what: str, measured: object) -> Bar:
    """What has no bar."""
    return Bar(what, f"{measured:,}" if isinstance(measured, int) else str(measured))


def carried_out(name: str, run: Run, ground: Ground, *, seconds: float) -> Outcome:
    """Carry out an attack, to its end or until its time is over."""
    began = time.monotonic()
    bars: list[Bar] = []
    failure = None
    try:
        with within(seconds):
            bars.extend(run(ground))
    except Exception as error:  # noqa: BLE001 -- the others are carried out all the same
        failure = f"{type(error).__name__}: {error}"
    return Outcome(name, bars, time.monotonic() - began, failure)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TimeoutError where a block takes longer. For the main thread."""

    def over(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 -- of a handler
        raise TimeoutError(f"not done after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
