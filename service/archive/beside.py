"""A log that lies beside the chronicle's in its folder, of the same make, for what nothing in the
chronicle rests on. Nothing is made in a folder before something is to be kept there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from events.commit import LoggedEvent
from events.store.clock import Clock, system_clock
from events.store.noted import NotedHead
from events.store.opening import Opened, opened
from events.store.sqlite import ChronicleRecorder

if TYPE_CHECKING:
    from events.store.node import NodeLog
    from events.store.postgres.log import PostgresLog

_Found = TypeVar("_Found")


class LogBeside:
    """A log beside the chronicle's, in the `FILE` of its class.

    Safe to share between threads; other processes may write too. Close it when done.
    """

    FILE: ClassVar[str]

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock = system_clock,
        as_they_are: bool = False,
        shared: PostgresLog | None = None,
    ) -> None:
        """Open the log in a folder, if there is one; a copy of a `shared` log is made at once.

        Raises LogReplaced where an older file was put in its place, unless its events are taken
        `as_they_are`.
        """
        self._path = folder / self.FILE
        self._clock = clock
        self._as_they_are = as_they_are
        self._shared = shared
        self._opening = Lock()
        self._open: Opened | None = None
        _ = self.log

    @classmethod
    def is_there(cls, folder: Path) -> bool:
        """Whether a folder has such a log, or had one."""
        path = folder / cls.FILE
        return path.exists() or NotedHead(path).path.exists()

    @property
    def log(self) -> ChronicleRecorder | None:
        """The log; None where nothing was kept yet."""
        with self._opening:
            if self._open is None and (self._shared or self.is_there(self._path.parent)):
                self._open = self._begin()
            return None if self._open is None else self._open.log

    def to_write(self) -> ChronicleRecorder:
        """The log, made where there is none."""
        with self._opening:
            if self._open is None:
                self._open = self._begin()
            return self._open.log

    def events(self, *, after: int = 0) -> Iterator[LoggedEvent]:
        """Its events after a position, the earliest first."""
        while (log := self.log) is not None:
            events = log.select_log(after=after, limit=1000)
            if not events:
                return
            yield from events
            after = events[-1].position

    def found(self, look: Callable[[], _Found | None]) -> _Found | None:
        """What a look finds here, or, on a node, in all that the shared log has: another node may
        have told somebody of it just before. Raises LogUnreachable."""
        found = look()
        if found is None and self._shared is not None:
            cast("NodeLog", self.to_write()).copy()
            found = look()
        return found

    def __len__(self) -> int:
        log = self.log
        return 0 if log is None else log.max_notification_id() or 0

    def migrate(self) -> None:
        """Bring it to the schema of this version, where it is there."""
        if (log := self.log) is not None:
            log.migrate()

    def close(self) -> None:
        """Close the file."""
        with self._opening:
            if self._open is not None:
                self._open.factory.close()
                self._open = None

    def prepare(self, log: ChronicleRecorder) -> None:
        """Make room for what lies beside its events, before it is opened."""

    def _begin(self) -> Opened:
        return opened(
            self._path,
            self._shared,
            clock=self._clock,
            as_it_is=self._as_they_are,
            prepare=self.prepare,
        )
