"""Whether the clock of the machine is believed, before it dates a commit for good.

A machine has a second clock that nobody sets: the time since it was started. Within one start both
must pass alike; from one start to the next the clock may go on by a time that a machine is down,
and never back. What was believed is noted beside the log, for other processes and the next start.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from events.commit import instant
from events.errors import ClockNotBelieved
from events.store.clock import Clock
from events.store.noted import Note

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

BEAT = 60
"""Seconds after which it is noted anew how late it is."""

LONGEST_DOWN = 365 * DAY
"""No folder is believed to have lain unused for longer, until somebody says so."""


class Uptime(NamedTuple):
    """Which start of the machine it is, and the microseconds since then."""

    boot: str
    microseconds: int


Steady = Callable[[], Uptime]
"""Says how long the machine runs."""

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def system_uptime() -> Uptime:
    """That of the machine; the time that it slept counts."""
    return Uptime(_BOOT, time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000)


# Where no start has a name, each process is one of its own.
_BOOT = BOOT_ID.read_text().strip() if BOOT_ID.exists() else str(uuid.uuid4())


class Believed(NamedTuple):
    """What was believed last: the start of the machine, when that was by the clock, and how late it
    was at the last look."""

    boot: str
    began: int
    last: int


class Timekeeper:
    """Looks at a clock beside a steady one. Safe to share between threads and processes."""

    def __init__(self, log: Path, *, clock: Clock, steady: Steady) -> None:
        """Of `log.sqlite` it notes in `log.clock`."""
        self._note = Note(log.with_suffix(".clock"))
        self._clock = clock
        self._steady = steady
        self._believed = self._read()
        self.beat()

    def check(self) -> None:
        """Raises ClockNotBelieved where it is not."""
        if (why := self.beat()) is not None:
            raise ClockNotBelieved(instant(self._clock()), why)

    def beat(self) -> str | None:
        """Note now and then how late it is, if the clock is believed; else say why it is not."""
        up, now = self._steady(), self._clock()
        why = _doubt(self._believed, up, now)
        if why is not None:
            # Somebody may have confirmed it meanwhile, in another process.
            self._believed = self._read() or self._believed
            why = _doubt(self._believed, up, now)
        if why is None and _is_stale(self._believed, up, now):
            self._note_as(up, now)
        return why

    def confirm(self) -> str:
        """Believe the clock as it is; the instant that it says."""
        up, now = self._steady(), self._clock()
        self._believed = None
        self._note_as(up, now)
        return instant(now)

    def _read(self) -> Believed | None:
        try:
            boot, began, last = self._note.read()
            return Believed(boot, int(began), int(last))
        except ValueError:
            return None

    def _note_as(self, up: Uptime, now: int) -> None:
        before = self._believed
        # Within one start what was believed first stands, so that no small steps add up.
        is_same = before is not None and before.boot == up.boot
        began = before.began if before is not None and is_same else now - up.microseconds
        self._believed = Believed(up.boot, began, now)
        self._note.write(f"{up.boot} {began:+020d} {now:+020d}")


def _doubt(believed: Believed | None, up: Uptime, now: int) -> str | None:
    """Why a clock is not believed that says `now`; None where it is."""
    if believed is None:
        return None
    if believed.boot == up.boot:
        step = now - up.microseconds - believed.began
        if abs(step) <= HOUR:
            return None
        way = "ahead of" if step > 0 else "behind"
        return f"it went {_hours(step)} {way} the time that passed since this machine was started"
    if now < believed.last - HOUR:
        return f"before this machine was started it was {_short(believed.last)} already"
    if now > believed.last + LONGEST_DOWN:
        days = (now - believed.last) // DAY
        return f"{days:,} days ago, at the last look, it was {_short(believed.last)}"
    return None


def _is_stale(believed: Believed | None, up: Uptime, now: int) -> bool:
    is_same = believed is not None and believed.boot == up.boot
    return believed is None or not is_same or abs(now - believed.last) > BEAT * SECOND


def _hours(step: int) -> str:
    return f"{abs(step) / HOUR:,.1f} hours"


def _short(moment: int) -> str:
    return f"{instant(moment)[:19]}Z"
