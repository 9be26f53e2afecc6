"""The log as a feed of CloudEvents: which events a follower gets, and their JSON.

The id of an event is its position, so a follower goes on exactly where it was.
Everything is read from the log itself, which is durable, and nothing from the
views, which may be behind. What was once a full page stays that page for good:
it is cut by position, and whether a filter lets an event through is decided by
what the log held at the event's own commit.

A type is a TOPIC of the log with our domain reversed in front and a dot before
the version: `statement-corrected-v1` is `org.annales.statement-corrected.v1`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from events.area import area_of
from events.catalogue import BY_TOPIC
from events.chronicle import stream_lines
from events.commit import LoggedEvent
from events.fact import Line
from events.record import Record, StreamLine, touched
from events.store.sqlite import ChronicleRecorder
from events.store.transcoding import line_of
from events.stream import Stream
from projections.views.folding import Change, Reader
from service.web.cloud_events import STEP, Page, cloud_event
from service.words.places import Placed

LOOKED = 20_000
"""How many events a page looks at, at most, for those that its filters let through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter(Placed):
    """Which events a follower gets; None is all of them.

    `kind` is that of the record, or `source`; the place is that of the record
    or of the statement, before the event or after it.
    """

    kind: str | None = None
    record: str | None = None


class LoggedChange(NamedTuple):
    """An event and the kind of the record that it belongs to."""

    event: LoggedEvent
    kind: str

    @property
    def position(self) -> int:
        """Where it stands in the log."""
        return self.event.position

    @property
    def type(self) -> str:
        """The type of the CloudEvent."""
        return event_type(self.event.topic)

    def text(self) -> bytes:
        """The CloudEvent in JSON."""
        return event_text(self)


def read(
    log: ChronicleRecorder, followed: LogFilter, *, after: int, limit: int, looked: int = 0
) -> Page:
    """The first `limit` changes beyond the position `after`.

    `looked` is how many events an empty page before it had looked at.
    """
    if followed.record is not None:
        return _read_record(log, Stream.record(followed.record), followed, after=after, limit=limit)
    found: list[LoggedChange] = []
    reached = after
    while len(found) < limit and looked < LOOKED:
        # Cut by count, not by what happens to be there, so that a full page is always the same.
        events = log.select_log(after=reached, limit=STEP)[: LOOKED - looked]
        if not events:
            return Page(found, reached, full=False, at_head=True, looked=looked)
        found += _chosen(log, followed, events, after=reached)
        looked += len(events)
        reached = events[-1].position
    return _cut(found, reached, limit=limit, at_head=False, looked=looked)


def _read_record(
    log: ChronicleRecorder, record: Stream, followed: LogFilter, *, after: int, limit: int
) -> Page:
    head = log.head()
    reached = max(after, head.position if head else 0)
    stream = log.select_stream(str(record), up_to=reached)
    events = [event for event in stream if event.position > after]
    found = _chosen(log, followed, events, after=after)
    return _cut(found, reached, limit=limit, at_head=True, looked=0)


def _cut(
    found: list[LoggedChange], reached: int, *, limit: int, at_head: bool, looked: int
) -> Page:
    if len(found) < limit:
        return Page(found, reached, full=False, at_head=at_head, looked=looked)
    found = found[:limit]
    return Page(found, found[-1].position, full=True, at_head=False, looked=looked)


def _chosen(
    log: ChronicleRecorder, followed: LogFilter, events: list[LoggedEvent], *, after: int
) -> list[LoggedChange]:
    """The events that the filters let through. `after` is the position before the first."""
    kinds = _kinds(log, events)
    changes = [
        LoggedChange(event, kinds[event.stream])
        for event in events
        if followed.kind in (None, kinds[event.stream])
    ]
    codes = {*followed.place.codes}
    if not codes:
        return changes
    countries = dict(_countries(log, [change.event for change in changes], after=after))
    return [change for change in changes if codes & countries[change.event.position]]


def _kinds(log: ChronicleRecorder, events: Iterable[LoggedEvent]) -> dict[str, str]:
    """The kind of each stream: of a record what it was claimed as, for good."""
    kinds = {}
    records = {}
    for stream in {event.stream for event in events}:
        named = Stream.parse(stream)
        if named.is_record:
            records[named.id] = stream
        else:
            kinds[stream] = named.space
    for id, kind in log.claimed("record", records).items():
        kinds[records[id]] = kind
    return kinds


def _countries(
    log: ChronicleRecorder, events: list[LoggedEvent], *, after: int
) -> Iterator[tuple[int, set[str]]]:
    """The position of each event, and the countries that it concerns as of its commit."""
    cards = _Cards(log, up_to=events[-1].commit.position if events else after)

    def before(stream: str) -> Record:
        return Record.of(stream, stream_lines(log, stream, up_to=after))

    for commit in Reader(before).read(events):
        card_of = partial(cards.at, position=commit.commit.position)
        for change in commit.changes:
            lines = _lines(change, commit.touched[change.event.stream].card)
            yield change.event.position, {area_of(line, card_of).country for line in lines}


class _Cards:
    """The cards of facilities at ascending positions up to one; each stream is folded once."""

    def __init__(self, log: ChronicleRecorder, *, up_to: int) -> None:
        self._log, self._up_to = log, up_to
        self._folded: dict[str, tuple[Record, deque[StreamLine]]] = {}

    def at(self, facility: str, position: int) -> Line | None:
        """The card as of a position, never before that of an earlier call; None without a card."""
        stream = str(Stream.record(facility))
        if stream not in self._folded:
            lines = stream_lines(self._log, stream, up_to=self._up_to)
            self._folded[stream] = Record.of(stream), deque(lines)
        record, later = self._folded[stream]
        while later and later[0].position <= position:
            record.fold([later.popleft()])
        return record.card


def _lines(change: Change, own: Line | None) -> Iterator[Line]:
    """The lines that say which country a change is of: a record's card, if it has one."""
    if change.of is not None and own is not None:
        yield own
        return
    for line in (change.before, change.after):
        if line is not None:
            yield line


# --- as JSON


def event_text(change: LoggedChange) -> bytes:
    """A change as a CloudEvent in JSON."""
    event = change.event
    line = line_of(event.topic, event.state)
    space, id = Stream.parse(event.stream)
    about = touched(line)
    return cloud_event(
        event.position,
        type=event_type(event.topic),
        more={"subject": f"{space}s/{id}", "time": event.commit.recorded_at},
        data={
            "position": event.position,
            "commit": event.commit.position,
            "event": BY_TOPIC[event.topic].EVENT,
            "kind": change.kind,
            "record": id if space == "record" else None,
            "source": id if space == "source" else None,
            "statement": about.id if about.space == "statement" else None,
            "revision": event.version,
            "actor": event.commit.actor,
            "request": event.commit.request,
            "reason": line.get("reason"),
            "line": line,
        },
    )


def event_type(topic: str) -> str:
    """The type of a CloudEvent, by the TOPIC of the log.

    >>> event_type("statement-corrected-v1")
    'org.annales.statement-corrected.v1'
    """
    return _OURS + re.sub(r"-(v[0-9]+)$", r".\1", topic)


def topic_of(type: str) -> str:
    """The TOPIC of the log, by the type of a CloudEvent.

    >>> topic_of("org.annales.statement-corrected.v1")
    'statement-corrected-v1'
    """
    return re.sub(r"\.(v[0-9]+)$", r"-\1", type.removeprefix(_OURS))


_OURS = "org.annales."
