"""A page of the log, read for the views: what each event changed, and in which record.

The `Reader` keeps the records it has read, folded up to the last page, so that
a view gets, for each event, what stood before it and what stands after.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from events.clocks import utc_day
from events.commit import Commit, LoggedEvent
from events.fact import Line
from events.record import Record, touched
from events.store.transcoding import line_of
from events.stream import Stream

KEPT = 50_000
"""How many events the records that are kept in memory may have in all, between two pages."""


class Change(NamedTuple):
    """An event, its line, and the member of its stream's record that it changed.

    `of` is the id of the statement, None for the card; `before` and `after` are
    the line that stood there, None where none did.
    """

    event: LoggedEvent
    line: Line
    of: str | None
    before: Line | None
    after: Line | None


class CommitRead(NamedTuple):
    """A commit with its changes and, folded to its end, the streams that it touched."""

    commit: Commit
    changes: list[Change]
    touched: dict[str, Record]


class Reader:
    """Folds the log's pages into records. `load` gives a record as of the page before.

    `dropped` are the streams dropped from memory after the last page.
    """

    def __init__(self, load: Callable[[str], Record]) -> None:
        self._load = load
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._events = 0
        self.dropped: list[str] = []

    def read(self, events: Iterable[LoggedEvent]) -> Iterable[CommitRead]:
        """One `CommitRead` for each commit. Records change as it is read on."""
        current: CommitRead | None = None
        for event in events:
            if current is None or current.commit is not event.commit:
                if current is not None:
                    yield current
                current = CommitRead(event.commit, [], {})
            record = self._new(event.stream) if event.version == 1 else self.record(event.stream)
            current.changes.append(_change(event, record))
            self._events += 1
            current.touched[event.stream] = record
        if current is not None:
            yield current
        self._drop()

    def record(self, stream: str) -> Record:
        """The record of a stream as of the last event read."""
        record = self._records.get(stream)
        if record is None:
            record = self._records[stream] = self._load(stream)
            self._events += record.revision
        else:
            self._records.move_to_end(stream)
        return record

    def card(self, facility: str) -> Line | None:
        """The card of a facility as of the last event read; None without one."""
        return self.record(str(Stream.record(facility))).card

    def forget(self) -> None:
        """Drop what is kept, because the views moved on without this reader."""
        self._records.clear()
        self._events = 0

    def _drop(self) -> None:
        """Let go of the records that were read longest ago, if there are too many."""
        self.dropped.clear()
        while self._events > KEPT:
            stream, record = self._records.popitem(last=False)
            self._events -= record.revision
            self.dropped.append(stream)

    def _new(self, stream: str) -> Record:
        record = self._records[stream] = Record.of(stream)
        return record


def _change(event: LoggedEvent, record: Record) -> Change:
    line = line_of(event.topic, event.state)
    about = touched(line)
    of = about.id if about.space == "statement" else None
    before = record.card if of is None else _standing(record, of)
    record.apply(line, position=event.position, recorded_on=utc_day(event.commit.recorded_at))
    after = record.card if of is None else _standing(record, of)
    return Change(event, line, of, before, after)


def _standing(record: Record, statement: str) -> Line | None:
    kept = record.kept.get(statement)
    return None if kept is None or kept.withdrawn else kept.line
