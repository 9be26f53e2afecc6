"""The log as a question that names no moment finds it: to its head, or as far as the views say.

Views that cannot follow, on a full disk, would answer nothing if the default of `known` were a
commit that they have not read. So it is the last one that they have.
"""

from __future__ import annotations

from collections.abc import Callable

from events.clocks import Commit, Log
from events.commit import Epoch


class Reached:
    """A log whose head is no commit that views have not read which cannot follow it.

    `stuck_at` says how far those have read; None where they follow.
    """

    def __init__(self, log: Log, stuck_at: Callable[[], int | None]) -> None:
        self._log = log
        self._stuck_at = stuck_at

    def head(self) -> Commit | None:
        """The last commit that can be asked about."""
        head, read = self._log.head(), self._stuck_at()
        if head is None or read is None or read >= head.position:
            return head
        return self._log.commit_at(read)

    def commit_at(self, position: int) -> Commit | None:
        """The last whole commit at or before a position."""
        return self._log.commit_at(position)

    def commit_by(self, recorded_at: str) -> Commit | None:
        """The last commit recorded at or before an instant."""
        return self._log.commit_by(recorded_at)

    def epochs(self) -> tuple[Epoch, ...]:
        """The epochs after the first, in order."""
        return self._log.epochs()
