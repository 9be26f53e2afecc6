"""What a request waits for without a thread: marks, each a number that grows.

An application that has nothing to say yet raises `Paused` before it answers, and is called anew
with the same request; or its body yields a `Pause`, and is asked for more when that is over.
Where it finds that the answer costs much, it raises `Dear`, and is called anew in the lane of
such. The `Turn` of a request, `TURN` in the environ of WSGI, is the same however often it is
called.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Self

Marks = dict[str, Callable[[], int]]
"""Where each mark stands, by its name."""

TURN = "annales.turn"


class Pause(bytes):
    """An empty part of a body: nothing comes until the mark is beyond a number, or until a moment
    of the monotonic clock."""

    mark: str
    beyond: int
    until: float

    def __new__(cls, mark: str, beyond: int, *, until: float) -> Self:
        """A pause for a mark."""
        pause = super().__new__(cls)
        pause.mark, pause.beyond, pause.until = mark, beyond, until
        return pause

    def is_over(self, marks: dict[str, int], now: float) -> bool:
        """Whether it is over where the marks stand so."""
        return now >= self.until or marks.get(self.mark, 0) > self.beyond


class Paused(BaseException):
    """The request is to be asked anew after a pause. No Exception, so that nothing on its way
    takes it for an answer."""

    def __init__(self, pause: Pause) -> None:
        self.pause = pause
        super().__init__()


class Dear(BaseException):
    """The answer costs so much that it is to be made where nothing cheap waits behind it, among
    not too many for the same client."""

    def __init__(self, client: str) -> None:
        self.client = client
        super().__init__()


class Turn:
    """A request from when it came until it is answered or its client is gone.

    `begun` is when it came, by the monotonic clock; `times` counts how often the application was
    called for it; `kept` is what that puts down for when it is called anew; `is_dear` says that
    the answer costs much, and that this is the place to make it.
    """

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.times = 0
        self.kept: Any = None
        self.is_dear = False
        self._closing: list[Callable[[], object]] = []

    def at_end(self, call: Callable[[], object]) -> None:
        """Have something done at the end."""
        self._closing.append(call)

    def close(self) -> None:
        """Be at the end."""
        while self._closing:
            self._closing.pop()()
