"""A page of the log, read for the views: what each event changed, and in which record.

The `Reader` keeps the records it has read, folded up to the last page, so that
a view gets, for each event, what stood before it and what stands after. Of records
that it does not follow it can read the cards, on which a statement may depend. Where a
question is about events, `changes_at` and `changes_of` work out the same from the log.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from events.card import Card
from events.catalogue import CATALOGUE
from events.changes import RecordAmended
from events.clocks import utc_day
from events.commit import Commit, LoggedEvent
from events.facility import FacilityRegistered
from events.fact import Line
from events.record import Record, touched
from events.statement import StatementFact
from events.store.sqlite import ChronicleRecorder
from events.store.transcoding import line_of
from events.stream import Stream

KEPT = 50_000
"""How many events the records that are kept in memory may have in all, between two pages."""

MENDING = frozenset(fact.TOPIC for fact in CATALOGUE if not issubclass(fact, StatementFact | Card))
"""The topics of what changes a statement or a card; all else says by itself what then stands."""


CARDS = (FacilityRegistered.TOPIC, RecordAmended.TOPIC)
"""The topics of what makes the card of a facility."""

NAMING = frozenset(
    fact.TOPIC
    for fact in CATALOGUE
    if issubclass(fact, StatementFact) and fact.RECORD_KIND != "facility"
)
"""The topics of statements that may name a facility whose record they are not part of."""


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
    """A commit with its changes and, folded to its end, the streams that it touched.

    `elsewhere` are its changes of cards in streams that are not followed.
    """

    commit: Commit
    changes: list[Change]
    touched: dict[str, Record]
    elsewhere: list[Change]


class Reader:
    """Folds the log's pages into records. `load` gives a record as of the page before."""

    def __init__(self, load: Callable[[str], Record]) -> None:
        self._load = load
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._events = 0

    def read(
        self, events: Iterable[LoggedEvent], *, elsewhere: Collection[str] = ()
    ) -> Iterable[CommitRead]:
        """One `CommitRead` for each commit. Records change as it is read on.

        The streams `elsewhere` are read for their cards alone.
        """
        current: CommitRead | None = None
        for event in events:
            if current is None or current.commit.position != event.commit.position:
                if current is not None:
                    yield current
                current = CommitRead(event.commit, [], {}, [])
            record = self._new(event.stream) if event.version == 1 else self.record(event.stream)
            self._events += 1
            if event.stream in elsewhere:
                current.elsewhere.append(_change(event, record))
            else:
                current.changes.append(_change(event, record))
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
        while self._events > KEPT:
            _, record = self._records.popitem(last=False)
            self._events -= record.revision

    def _new(self, stream: str) -> Record:
        record = self._records[stream] = Record.of(stream)
        return record


def facilities_named(events: Iterable[LoggedEvent]) -> set[str]:
    """The streams of the facilities that statements name whose records are others."""
    lines = (line_of(event.topic, event.state) for event in events if event.topic in NAMING)
    return {str(Stream.record(line["facility"])) for line in lines if "facility" in line}


def changes_of(
    log: ChronicleRecorder, stream: str, *, after: int, known: int, limit: int
) -> list[Change]:
    """What the first `limit` events of a stream beyond the position `after` changed, in order.

    The stream is folded from its beginning, but only if one of them mends something.
    """
    events = log.select_stream(stream, after=after, up_to=known, limit=limit)
    record = Record.of(stream)
    if after and not MENDING.isdisjoint(event.topic for event in events):
        _fold(log.select_stream(stream, up_to=after), record)
    return _fold(events, record)


def changes_at(log: ChronicleRecorder, positions: Iterable[int]) -> list[Change]:
    """What the events at some positions of the log changed, in order.

    The streams in which one of them mends something are folded, each as far as they reach.
    """
    events = log.events_at(positions)
    mended = {event.stream for event in events if event.topic in MENDING}
    last = {event.stream: event.position for event in events if event.stream in mended}
    folded = {
        change.event.position: change
        for stream, position in last.items()
        for change in _fold(log.select_stream(stream, up_to=position), Record.of(stream))
    }
    return [
        folded[event.position]
        if event.stream in mended
        else _change(event, Record.of(event.stream))
        for event in events
    ]


def _fold(events: Iterable[LoggedEvent], record: Record) -> list[Change]:
    return [_change(event, record) for event in events]


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
