"""History: who did what to which record, when, why, and what it changed from what to what.

All of that is in the log, and is read from there. The view keeps one narrow row an event, of what
the events of many streams are chosen and counted by: `streams` numbers the streams, each by the
position of its first event, and `history` has the events. `tallies` counts them by blocks of
positions, small ones and ever larger ones, so that the events of a long stretch of the log are
counted, and those of one who did little are found, without looking at each.

A record's document is its card and the statements that stand, by id; the patch
of an event (RFC 6902) leads from the document before it to the one after. The
patches of a stream, applied in order to `{}`, give the document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple, Self

from sqlite_utils import Database

from events.area import area_of
from events.catalogue import BY_TYPE
from events.chronicle import stream_lines
from events.clocks import utc_day
from events.commit import Commit
from events.errors import NotFound
from events.record import Record, StreamLine
from events.store.sqlite import ChronicleRecorder
from events.store.transcoding import line_of
from events.stream import Stream
from projections.views.folding import Change, CommitRead, Reader, changes_at, changes_of
from projections.views.patch import Operation, patch_between
from projections.views.view import Written, as_json

TYPES = tuple(BY_TYPE)
"""In rows a type is its place here, and so is a kind, since each is a type too."""

CREATE = f"""
    CREATE TABLE streams (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL
    ) STRICT;

    CREATE TABLE history (
        position INTEGER PRIMARY KEY,
        stream INTEGER NOT NULL,
        kind INTEGER NOT NULL, -- of {", ".join(TYPES)}
        type INTEGER NOT NULL,
        country TEXT NOT NULL,
        actor TEXT NOT NULL
    ) STRICT;
    CREATE INDEX history_of_withdrawals ON history (type) WHERE type = {TYPES.index("withdrawal")};

    CREATE TABLE tallies (
        bits INTEGER NOT NULL,
        block INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        type INTEGER NOT NULL,
        actor TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (bits, block, kind, type, actor)
    ) STRICT, WITHOUT ROWID;
"""
"""The types stand in it, so that views are made anew where they have other numbers. A block of so
many `bits` has the positions that are its number without them."""

BITS = (8, 14, 20)
"""How large blocks are: a block of each has 64 of those before."""

INSERT_STREAM = "INSERT INTO streams VALUES (?, ?, ?)"
INSERT = "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)"
COUNT = """
    INSERT INTO tallies VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
"""Whichever page comes first, of what is counted together it makes the same."""

NUMBERS_OF_STREAMS = """
    SELECT name, number
    FROM streams
    WHERE name IN (SELECT value FROM json_each(:names))
"""

NAMES_OF_STREAMS = """
    SELECT number, name
    FROM streams
    WHERE number IN (SELECT value FROM json_each(:numbers))
"""

EVERY_EVENT = "history"
THE_EVENTS = "json_each(:positions) CROSS JOIN history ON history.position = json_each.value"
"""What acts are chosen from: all events, or those at some positions."""

MEANT = """
    FROM {events}
    WHERE history.position > :after AND history.position <= :last
      AND (:actor IS NULL OR history.actor = :actor)
      AND (:kind IS NULL OR history.kind = :kind)
      AND (:countries IS NULL OR history.country IN (SELECT value FROM json_each(:countries)))
      AND (:streams IS NULL OR history.stream IN (SELECT value FROM json_each(:streams)))
"""

ACTIVITY = f"""
    SELECT history.position, history.kind
    {MEANT}
    ORDER BY history.position {{direction}}
    LIMIT :limit
"""

ACTIVITY_COUNTS = f"""
    SELECT history.kind, history.type, history.actor, count(*)
    {MEANT}
    GROUP BY history.kind, history.type, history.actor
"""

TALLIES = """
    SELECT kind, type, actor, sum(count)
    FROM tallies
    WHERE bits = :bits AND block >= :first AND block < :stop
      AND (:actor IS NULL OR actor = :actor)
      AND (:kind IS NULL OR kind = :kind)
    GROUP BY kind, type, actor
"""

BLOCKS = """
    SELECT DISTINCT block
    FROM tallies
    WHERE bits = :bits AND block >= :first AND block < :stop
      AND (:actor IS NULL OR actor = :actor)
      AND (:kind IS NULL OR kind = :kind)
    ORDER BY block {direction}
"""
"""The blocks in which something is, one after the other as they are asked for."""

TOUCHED = "SELECT DISTINCT stream FROM history WHERE position > :after AND position <= :last"

WITHDRAWALS = f"""
    SELECT position
    FROM history INDEXED BY history_of_withdrawals
    WHERE type = {TYPES.index("withdrawal")} AND position <= :known
"""

A_STREAM = 100
"""How many rows are looked at in the time in which the events of a stream are looked up."""


class Version(NamedTuple):
    """A commit that made something as it then was: its position and its instant."""

    position: int
    recorded_at: str

    @classmethod
    def of(cls, commit: Commit) -> Self:
        """The version that a commit made."""
        return cls(commit.position, commit.recorded_at)


class Entry(NamedTuple):
    """An event as the audit log shows it, and what it changed."""

    position: int
    commit_position: int
    version: int
    type: str
    statement: str | None
    recorded_at: str
    actor: str
    request: str
    reason: str | None
    change: Change

    @classmethod
    def of(cls, change: Change) -> Self:
        """The entry of an event."""
        event, line = change.event, change.line
        return cls(
            position=event.position,
            commit_position=event.commit.position,
            version=event.version,
            type=line["type"],
            statement=change.of,
            recorded_at=event.commit.recorded_at,
            actor=event.commit.actor,
            request=event.commit.request,
            reason=line.get("reason"),
            change=change,
        )

    @property
    def line(self) -> str:
        """The JSON text of its line."""
        return as_json(self.change.line)

    @property
    def patch(self) -> str:
        """The JSON text of what it changed in the document of the record (RFC 6902)."""
        return as_json(patch_of(self.change))

    @property
    def of_stream(self) -> StreamLine:
        """Its line, as a record folds it."""
        return StreamLine(self.change.line, self.position, utc_day(self.recorded_at))


class Act(NamedTuple):
    """An event of any stream; `kind` is that of its record, or `source`."""

    stream: str
    kind: str
    entry: Entry


class Withdrawn(NamedTuple):
    """A statement that was withdrawn, even if reinstated since, and when that was last so."""

    stream: str
    statement: str
    position: int
    recorded_at: str


class Acts(NamedTuple):
    """Which events are meant: those beyond `after`, up to `last`, by whom and where.

    `streams` are the names of the streams; None is all, as for `actor` and `kind`, and so are no
    `countries`. An event is of the country in which its commit left what it is about; one of a
    source is of none.
    """

    after: int
    last: int
    actor: str | None = None
    kind: str | None = None
    streams: tuple[str, ...] | None = None
    countries: tuple[str, ...] = ()


class History:
    """The view: its tables, how it follows the log, and what it answers."""

    tables: ClassVar[tuple[str, ...]] = ("streams", "history", "tallies")
    create: ClassVar[str] = CREATE

    def __init__(self, log: ChronicleRecorder) -> None:
        self._log = log
        self._reader: Reader | None = None
        self._streams: list[tuple[int, str, str]] = []
        self._rows: list[tuple[int, int, int, int, str, str]] = []
        self._counts: Counter[tuple[int, int, int, int, str]] = Counter()

    # --- following the log

    def begin(self, db: Database, reader: Reader) -> None:
        """A page begins: other records are read from `reader`."""
        self._reader = reader

    def take(self, commit: CommitRead) -> None:
        """Make a row of each event of a commit. Raises RuntimeError outside a page."""
        if self._reader is None:
            raise RuntimeError("no page was begun")
        for change in commit.changes:
            event = change.event
            record = commit.touched[event.stream]
            line = record.card or record.kept[change.of or ""].line
            country = area_of(line, self._reader.card).country
            kind, type = TYPES.index(record.kind), TYPES.index(change.line["type"])
            actor = event.commit.actor
            self._rows.append((event.position, record.number, kind, type, country, actor))
            for bits in BITS:
                self._counts[bits, event.position >> bits, kind, type, actor] += 1
            if event.version == 1:
                self._streams.append((event.position, event.stream, record.kind))

    def finish(self) -> list[Written]:
        """The rows of the page."""
        counted = [(*block, count) for block, count in sorted(self._counts.items())]
        written: list[Written] = [
            (INSERT_STREAM, self._streams),
            (INSERT, self._rows),
            (COUNT, counted),
        ]
        self.forget()
        return written

    def forget(self) -> None:
        """Drop the page: nothing is kept between pages."""
        self._reader = None
        self._streams, self._rows, self._counts = [], [], Counter()

    def touched(self, db: Database, *, after: int, last: int) -> list[int]:
        """The numbers of the streams with an event beyond one position and up to another."""
        found = db.execute(TOUCHED, {"after": after, "last": last})
        return [number for (number,) in found]

    # --- one stream

    def record(self, db: Database, stream: str, *, known: int) -> Record:
        """The record of a stream as the log had it at a position."""
        return Record.of(stream, self.lines(db, stream, after=0, known=known))

    def records(self, db: Database, streams: Iterable[str], *, known: int) -> dict[str, Record]:
        """The records of those of some streams that the log had at a position, by stream."""
        records = {stream: self.record(db, stream, known=known) for stream in streams}
        return {stream: record for stream, record in records.items() if record.revision}

    def lines(self, db: Database, stream: str, *, after: int, known: int) -> Iterator[StreamLine]:
        """The lines of a stream beyond one position and up to another, in their order."""
        return iter(stream_lines(self._log, stream, after=after, up_to=known))

    def entries(
        self, db: Database, stream: str, *, known: int, after: int, limit: int
    ) -> Iterator[Entry]:
        """The events of a stream beyond the position `after`, in order."""
        changes = changes_of(self._log, stream, after=after, known=known, limit=limit)
        return map(Entry.of, changes)

    def revision(self, db: Database, stream: str, *, known: int) -> int:
        """How many events the stream had at a position."""
        return self._log.revision(stream, up_to=known)

    def check_exists(self, db: Database, stream: str, *, known: int) -> None:
        """Raises NotFound where the stream had no event at a position."""
        if self.revision(db, stream, known=known) == 0:
            raise NotFound(*Stream.parse(stream))

    # --- events of many streams

    def acts(self, db: Database, acts: Acts, *, limit: int) -> Iterator[Act]:
        """The first events of those that are meant, in order."""
        return self._acts(db, acts, "ASC", limit)

    def last_acts(self, db: Database, acts: Acts, *, limit: int) -> Iterator[Act]:
        """The last events of those that are meant, in order."""
        return self._acts(db, acts, "DESC", limit)

    def _acts(self, db: Database, acts: Acts, direction: str, limit: int) -> Iterator[Act]:
        kinds: dict[int, int] = {}
        for part in self._parts(db, acts, direction):
            events, parameters = self._meant(db, part)
            statement = ACTIVITY.format(events=events, direction=direction)
            rows = db.execute(statement, {**parameters, "limit": limit - len(kinds)})
            kinds.update(rows.fetchall())
            if len(kinds) == limit:
                break
        for change in changes_at(self._log, kinds):
            kind = TYPES[kinds[change.event.position]]
            yield Act(change.event.stream, kind, Entry.of(change))

    def _parts(
        self, db: Database, acts: Acts, direction: str, bits: Sequence[int] | None = None
    ) -> Iterator[Acts]:
        """The parts of the log, in order, in which all lies that is meant: where it is of one
        actor or kind, the small blocks that have some of these."""
        bits = BITS[::-1] if bits is None else bits
        if not bits or acts.streams is not None or (acts.actor, acts.kind) == (None, None):
            yield acts
            return
        wide, *narrow = bits
        asked = _of_blocks(acts, wide, acts.after + 1 >> wide, (acts.last >> wide) + 1)
        for (block,) in db.execute(BLOCKS.format(direction=direction), asked).fetchall():
            first, last = block << wide, (block + 1 << wide) - 1
            part = acts._replace(after=max(acts.after, first - 1), last=min(acts.last, last))
            yield from self._parts(db, part, direction, narrow)

    def counts(self, db: Database, acts: Acts) -> list[tuple[str, str, str, int]]:
        """How many events are meant of each kind, type and actor: (kind, type, actor, count)."""
        found: Counter[tuple[int, int, str]] = Counter()
        first, stop = acts.after + 1, acts.last + 1
        are_tallied = acts.streams is None and not acts.countries
        parts = blocks_of(first, stop) if are_tallied else iter([(0, first, stop)])
        for bits, first, stop in parts:
            if bits:
                rows = db.execute(TALLIES, _of_blocks(acts, bits, first, stop))
            else:
                part = acts._replace(after=first - 1, last=stop - 1)
                events, parameters = self._meant(db, part)
                rows = db.execute(ACTIVITY_COUNTS.format(events=events), parameters)
            for kind, type, actor, count in rows:
                found[kind, type, actor] += count
        return [
            (TYPES[kind], TYPES[type], actor, count) for (kind, type, actor), count in found.items()
        ]

    def _meant(self, db: Database, acts: Acts) -> tuple[str, dict[str, Any]]:
        """What acts are chosen from, and the named parameters of the queries.

        In a long stretch of the log, the events of a few streams are those that the log finds by
        their names; in a short one they are chosen by their numbers.
        """
        parameters = {
            **acts._asdict(),
            "kind": _number_of(acts.kind),
            "streams": None,
            "countries": as_json(acts.countries) if acts.countries else None,
        }
        if acts.streams is None:
            return EVERY_EVENT, parameters
        if acts.last - acts.after < A_STREAM * len(acts.streams):
            numbers = numbers_of_streams(db, acts.streams)
            return EVERY_EVENT, {**parameters, "streams": as_json(list(numbers.values()))}
        positions = [
            position
            for stream in acts.streams
            for position in self._log.positions_of(stream, after=acts.after, up_to=acts.last)
        ]
        return THE_EVENTS, {**parameters, "positions": as_json(positions)}

    def withdrawn(self, db: Database, *, known: int) -> list[Withdrawn]:
        """The statements that were ever withdrawn, the last one first."""
        positions = [position for (position,) in db.execute(WITHDRAWALS, {"known": known})]
        last = {
            (event.stream, line_of(event.topic, event.state)["statement"]): event
            for event in self._log.events_at(positions)
        }
        found = (
            Withdrawn(stream, statement, event.position, event.commit.recorded_at)
            for (stream, statement), event in last.items()
        )
        return sorted(found, key=attrgetter("position"), reverse=True)

    def instants(self, db: Database, positions: Iterable[int]) -> dict[int, str]:
        """When the events at some positions were recorded, by position."""
        events = self._log.events_at(positions)
        return {event.position: event.commit.recorded_at for event in events}

    def recorded_at(self, db: Database, position: int) -> str | None:
        """When the event at a position was recorded; None where there is none."""
        return self.instants(db, [position]).get(position)

    # --- versions

    def versions(
        self, db: Database, stream: str | None, *, known: int, after: int, limit: int
    ) -> list[Version]:
        """The versions of a stream beyond the position `after`, in order; None is everything."""
        commits = self._log.commits(stream, after=after, up_to=known, limit=limit)
        return list(map(Version.of, commits))

    def last_commits(self, db: Database, *, known: int, after: int, limit: int) -> list[Version]:
        """The commits up to a position and beyond another, the last one first."""
        commits = self._log.commits(after=after, up_to=known, limit=limit, last_first=True)
        return list(map(Version.of, commits))

    def last_version(self, db: Database, stream: str | None, *, known: int) -> Version | None:
        """The version that a stream had at a position; None before the first."""
        for commit in self._log.commits(stream, up_to=known, limit=1, last_first=True):
            return Version.of(commit)
        return None


def blocks_of(first: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """Some positions as the largest blocks that have no others: of how many bits, from which one
    on, up to which. A block of no bits is a position.

    >>> list(blocks_of(255, 16_385))
    [(0, 255, 256), (0, 16384, 16385), (8, 1, 64)]
    """
    for bits, wider in pairwise((0, *BITS)):
        step = wider - bits
        low, high = -(-first >> step), stop >> step
        if low >= high:
            yield bits, first, stop
            return
        if first < low << step:
            yield bits, first, low << step
        if high << step < stop:
            yield bits, high << step, stop
        first, stop = low, high
    yield BITS[-1], first, stop


def _of_blocks(acts: Acts, bits: int, first: int, stop: int) -> dict[str, Any]:
    kind = _number_of(acts.kind)
    return {"bits": bits, "first": first, "stop": stop, "actor": acts.actor, "kind": kind}


def _number_of(kind: str | None) -> int | None:
    return None if kind is None else TYPES.index(kind)


def names_of_streams(db: Database, numbers: Iterable[int]) -> dict[int, str]:
    """The names of streams by their numbers."""
    return dict(db.execute(NAMES_OF_STREAMS, {"numbers": as_json(list(numbers))}).fetchall())


def numbers_of_streams(db: Database, names: Iterable[str]) -> dict[str, int]:
    """The numbers of those of some streams that were read of, by name."""
    return dict(db.execute(NUMBERS_OF_STREAMS, {"names": as_json(list(names))}).fetchall())


def folded(id: str, entries: Iterable[Entry]) -> Record:
    """The record of an id after all the events of its stream up to some position."""
    return Record(id).fold(entry.of_stream for entry in entries)


def patch_of(change: Change) -> list[Operation]:
    """From the document before to the document after, in the operations of RFC 6902."""
    path = "/card" if change.of is None else f"/statements/{change.of}"
    if change.before is None and change.after is None:
        return []
    if change.before is None:
        add = {"op": "add", "path": path, "value": change.after}
        if change.event.version == 1 and change.of is not None:
            return [{"op": "add", "path": "/statements", "value": {}}, add]
        if change.event.version == 1:
            return [add, {"op": "add", "path": "/statements", "value": {}}]
        return [add]
    if change.after is None:
        return [{"op": "remove", "path": path}]
    return patch_between(change.before, change.after, path=path)
