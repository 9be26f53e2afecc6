"""What says what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Says what time it is, in microseconds since 1970."""


def system_clock() -> int:
    """The time of the machine."""
    return time.time_ns() // 1000
