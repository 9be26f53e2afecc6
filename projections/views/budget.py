"""What an answer may read, counted before it is read.

What it costs follows from the question and the log alone: it is the same in every process, under
any load, and whether what is read was kept in memory or not. So is its refusal.
"""

from __future__ import annotations

from events.errors import TooCostly

TEXT = 10
"""A statement or an event that is read from the log takes as long as so many rows of the views."""


class Budget:
    """How many rows one answer has read, and how many it may read; None: as many as it takes.

    `narrow` are the parameters by which its question can be asked for less.
    """

    def __init__(self, most: int | None = None, *, narrow: tuple[str, ...] = ()) -> None:
        self.most, self.narrow = most, narrow
        self.spent = 0

    def spend(self, *, rows: int = 0, texts: int = 0) -> None:
        """Count what is about to be read. Raises TooCostly where that is more than there may be."""
        self.spent += rows + TEXT * texts
        if self.most is not None and self.spent > self.most:
            raise TooCostly(self.spent, self.most, self.narrow)

    @property
    def left(self) -> int | None:
        """How many rows may still be read; None: as many as it takes."""
        return None if self.most is None else self.most - self.spent

    def afresh(self) -> Budget:
        """The budget of another answer to the same question."""
        return Budget(self.most, narrow=self.narrow)
