"""What a process and all that it started have had of the processors."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from benchmarks.memory import descendants

TICK = 1 / os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """The seconds of a process and its descendants; those of children that ended count too."""
    return TICK * sum(map(_ticks_of_one, (pid, *descendants(pid))))


def _ticks_of_one(pid: int) -> int:
    # A process may end while it is looked at.
    with suppress(OSError):
        # The name of the program, in brackets, may hold anything. proc(5) counts from 1.
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return sum(map(int, fields[11:15]))
    return 0
