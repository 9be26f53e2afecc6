"""What may be recorded: orders become events here, or are refused.

`decide` reads the orders of a command in their line's order, each on top of
what the ones before it would record, and gives the events, the ids they claim
and the warnings. It changes nothing itself and reads the log through `Past`, so
a dry run is the same decision, not kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from events.canonical import leaf_bytes
from events.card import Card
from events.catalogue import CARD_TYPES, STATEMENT_TYPES, fact_of
from events.changes import (
    RecordAmended,
    StatementCorrected,
    StatementReinstated,
    StatementWithdrawn,
)
from events.characters import check_characters
from events.commit import Claim
from events.dates import Day
from events.errors import (
    BadSupersedes,
    BatchRefused,
    CellsRefused,
    EventTooLarge,
    IdTaken,
    IsWithdrawn,
    MalformedLine,
    NotChangeable,
    NothingChanges,
    NotWithdrawn,
    Refusal,
    StaleRevision,
    UnknownReference,
    WrongRecord,
)
from events.fact import Fact, Line
from events.orders import Command, Order, Warning
from events.outline import Outline, Outlined
from events.record import Record, StreamLine, Subject, changed, touched
from events.statement import Statement, StatementFact
from events.statement_warnings import warnings_of
from events.store.transcoding import Event, state_of
from events.stream import Stream

LARGEST_EVENT = 65_535
"""Bytes of an entry of the log: a two-byte length must hold it."""

INSTANT = "2026-11-25T09:00:00.000001Z"
"""Any instant of the log: they are all of one length."""

FIXED = ("id", "type", "facility", "series", "record")
"""Members of a statement that no correction changes: with another one it is another claim."""


class Past(Protocol):
    """What the decision reads of the log."""

    def claimed(self, space: str, ids: Iterable[str]) -> dict[str, str]:
        """For each id that is taken in the space, the record (for records: the kind)."""

    def stream(self, stream: str) -> list[StreamLine]:
        """The lines of a stream in their order."""

    def outline(self, stream: str) -> Outline:
        """The outline of what the stream comes to. It is changed as orders are taken."""


class Decided(NamedTuple):
    """An event that may be recorded, the number of its order, and what it is about."""

    number: int
    event: Event
    about: Subject

    @property
    def id(self) -> str:
        """The id of what it is about."""
        return self.about.id


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a command comes to; the outlines are those that it would leave of its streams."""

    decided: tuple[Decided, ...]
    claims: tuple[Claim, ...]
    skipped: tuple[int, ...]
    warnings: tuple[tuple[int, Warning], ...]
    outlines: dict[str, Outline]


def decide(command: Command, past: Past, *, today: Day, restores: bool = False) -> Decision:
    """Decide on all orders. Raises the refusal of a single order, or BatchRefused.

    `restores` takes characters that were let in before there was a rule for them.
    """
    draft = _Draft(past, command, today, restores=restores)
    refusals: list[tuple[int, Refusal]] = []
    for order in command.orders:
        try:
            draft.take(order)
        except _BuildsOnRefused:
            continue
        except Refusal as refusal:
            refusals.append((order.number, refusal))
            draft.hold(order)
    if refusals and len(command.orders) == 1:
        raise refusals[0][1]
    if refusals:
        raise BatchRefused(refusals)
    return draft.decision()


def bare(line: Line) -> Line:
    """A line without what is said about it: its place in an export, the revision expected."""
    return {name: value for name, value in line.items() if name not in ("commit", "revision")}


class _BuildsOnRefused(Exception):
    """A line changes what a refused line would have recorded; it is not refused for its sake."""


class _Draft:
    """The log as it would be after the orders taken so far."""

    def __init__(self, past: Past, command: Command, today: Day, *, restores: bool) -> None:
        self._past = past
        self._command = command
        self._today = today
        self._restores = restores
        self._claims = _Claims(past, command.orders)
        self._records: dict[str, _Life] = {}
        self._decided: list[Decided] = []
        self._skipped: list[int] = []
        self._warnings: list[tuple[int, Warning]] = []
        self._refused: set[tuple[str, str]] = set()

    def take(self, order: Order) -> None:
        """Decide on one order. Raises its refusal."""
        if isinstance(order.line, CellsRefused):
            read, refusals = order.line.line, order.line.refusals
            unread = {each.pointer.split("/")[1] for each in refusals if each.pointer}
            found = self._against_the_log({k: v for k, v in read.items() if k not in unread})
            raise CellsRefused([*refusals, *found], read)
        if isinstance(order.line, Refusal):
            raise order.line
        revision = order.line.get("revision", self._command.revision)
        line = bare(order.line)
        fact = fact_of(line)
        if not isinstance(revision, int | None) or isinstance(revision, bool):
            raise MalformedLine("a revision is a whole number", pointer="/revision")
        if self._command.skip_recorded and self._is_recorded(fact):
            self._skipped.append(order.number)
            return
        if not self._restores:
            check_characters(line)
        TAKES[type(fact)](self, order.number, fact, revision)

    def hold(self, order: Order) -> None:
        """Keep the ids of a refused order, so that those which build on it are not
        refused for its sake."""
        line = _as_read(order)
        if not isinstance(line.get("id"), str):
            return
        shape = _shape(line)
        id = line["id"]
        if shape is not None:
            with suppress(KeyError):
                self._refused.add(("statement", id))
                self._claims.hold("statement", id, shape.record_of(line))
        elif card := CARD_TYPES.get(str(line.get("type"))):
            self._refused.add((card.SPACE, id))
            self._claims.hold(card.SPACE, id, card.RECORD_KIND)

    def _against_the_log(self, line: Line) -> Iterator[Refusal]:
        """What the log has against a row of which only these members can be read: an id that is
        taken, and all that it names and that there is not."""
        own = _own(line)
        if own is not None and not self._command.skip_recorded and self._is_taken(*own):
            yield IdTaken(*own)
        for space in ("statement", "record", "source") if line.get("type") in CHANGES else ():
            about = line.get(space)
            if isinstance(about, str) and self._claims.get(space, about) is None:
                yield UnknownReference(space, about, pointer=f"/{space}")
        facility = line.get("facility")
        if isinstance(facility, str) and self._claims.get("record", facility) != "facility":
            yield UnknownReference("facility", facility, pointer="/facility")
        earlier = line.get("supersedes")
        if isinstance(earlier, str) and self._claims.get("statement", earlier) is None:
            yield BadSupersedes(str(line.get("id")), earlier, str(facility or line.get("record")))
        for index, id in _cited(line):
            if self._claims.get("source", id) is None:
                yield UnknownReference("source", id, pointer=f"/sources/{index}/id")

    def _is_taken(self, space: str, id: str) -> bool:
        """Whether nothing else can have an id. Statements may come before the card of a record."""
        kind = self._claims.get(space, id)
        if kind is None or space != "record":
            return kind is not None
        return self._life(Stream.record(id)).record.card is not None

    def decision(self) -> Decision:
        return Decision(
            decided=tuple(self._decided),
            claims=tuple(self._claims.new),
            skipped=tuple(self._skipped),
            warnings=tuple(self._warnings),
            outlines={stream: life.outline for stream, life in self._records.items()},
        )

    # --- one kind of order each

    def _card(self, number: int, fact: Card, revision: int | None) -> None:
        """A card: a new id, or that of a record which its statements have begun without one."""
        line = fact.line()
        kind = self._claims.get(fact.SPACE, fact.id)
        life = self._life(Stream(fact.SPACE, fact.id), new=kind is None)
        if kind is not None and (
            kind != fact.RECORD_KIND
            or life.record.card is not None
            or (fact.SPACE, fact.id) in self._refused
        ):
            by = "" if kind in ("", fact.RECORD_KIND) else kind
            raise IdTaken(fact.SPACE, fact.id, by=by)
        self._claims.hold(fact.SPACE, fact.id, "" if fact.SPACE == "source" else fact.RECORD_KIND)
        self._need_sources(line)
        self._record(number, life, fact, line, revision)

    def _statement(self, number: int, fact: StatementFact, revision: int | None) -> None:
        line = fact.line()
        record, entry = fact.record_of(line), fact.entry_of(line)
        self._claims.take("statement", line["id"], record)
        kind = self._claims.get("record", record)
        if kind is None and fact.RECORD_KIND == "facility":
            raise UnknownReference("facility", record, pointer="/facility")
        if kind is not None and kind != fact.RECORD_KIND:
            raise WrongRecord(f"record {record!r} is a {kind}, not a {fact.RECORD_KIND}")
        self._need_references(line, record)
        self._need_entry(entry, record)
        self._claims.hold("record", record, fact.RECORD_KIND)
        life = self._life(Stream.record(record), new=kind is None)
        self._record(number, life, fact, line, revision)
        self._warn(number, life, self._new_statement(line, record, entry))

    def _correction(self, number: int, fact: StatementCorrected, revision: int | None) -> None:
        life = self._life_of_statement(fact.statement)
        if life.outline.statements[fact.statement].withdrawn:
            raise IsWithdrawn(fact.statement)
        for member in FIXED:
            if member in fact.changes:
                raise NotChangeable(member, fact.statement)
        before = life.record.kept[fact.statement].line
        after = changed(before, fact.changes)
        shape = STATEMENT_TYPES[before["type"]]
        with _pointing_into("/changes"):
            self._check_changed(before, after, fact.statement)
            self._need_references(after, life.id)
            self._need_entry(shape.entry_of(after), life.id)
        self._change(number, life, fact, revision)
        self._warn(number, life, life.record.statement(fact.statement))

    def _withdrawal(
        self, number: int, fact: StatementWithdrawn | StatementReinstated, revision: int | None
    ) -> None:
        life = self._life_of_statement(fact.statement)
        withdrawn = life.outline.statements[fact.statement].withdrawn
        if withdrawn and isinstance(fact, StatementWithdrawn):
            raise IsWithdrawn(fact.statement)
        if not withdrawn and isinstance(fact, StatementReinstated):
            raise NotWithdrawn(fact.statement)
        self._change(number, life, fact, revision)

    def _amendment(self, number: int, fact: RecordAmended, revision: int | None) -> None:
        space = "record" if fact.record else "source"
        id = fact.record or fact.source or ""
        if self._claims.get(space, id) is None:
            raise UnknownReference(space, id, pointer=f"/{space}")
        life = self._life(Stream(space, id))
        card = life.record.card
        if card is None and (space, id) in self._refused:
            raise _BuildsOnRefused("it amends the card of a refused line")
        if card is None:
            raise WrongRecord(f"{id!r} is a {life.record.kind} and has no card to amend")
        for member in ("id", "type"):
            if member in fact.changes:
                raise NotChangeable(member, id)
        after = changed(card, fact.changes)
        with _pointing_into("/changes"):
            self._check_changed(card, after, id)
            self._need_sources(after)
        self._change(number, life, fact, revision)

    # --- what several kinds need

    def _change(self, number: int, life: _Life, fact: Any, revision: int | None) -> None:
        line = fact.line()
        self._need_sources(line)
        if fact.id is not None:
            self._claims.take("change", fact.id, life.id)
        self._record(number, life, fact, line, revision)

    def _record(
        self, number: int, life: _Life, fact: Fact, line: Line, revision: int | None
    ) -> None:
        so_far = life.outline.revision
        if revision is not None and revision not in (so_far, life.revision_before):
            raise StaleRevision(life.id, revision, so_far)
        state = self._sealable(life.stream, so_far + 1, fact)
        about = touched(line)
        life.apply(StreamLine(line, len(self._decided), self._today), about)
        self._decided.append(Decided(number, Event(life.stream, so_far + 1, fact, state), about))

    def _sealable(self, stream: str, version: int, fact: Fact) -> bytes:
        """The bytes of a fact, if the log can hold the whole event."""
        state = _state(fact)
        size = len(
            leaf_bytes(
                stream=stream,
                version=version,
                topic=fact.TOPIC,
                state=state,
                recorded_at=INSTANT,
                actor=self._command.actor,
            )
        )
        if size > LARGEST_EVENT:
            raise EventTooLarge(size, LARGEST_EVENT)
        return state

    def _warn(self, number: int, life: _Life, statement: Statement) -> None:
        for warning in warnings_of(statement, life.outline.statements.values()):
            self._warnings.append((number, warning))

    def _new_statement(self, line: Line, record: str, entry: str) -> Statement:
        return Statement.of(
            line,
            record=record,
            entry=entry,
            withdrawn=False,
            position=len(self._decided),
            recorded_on=self._today,
        )

    def _need_references(self, line: Line, record: str) -> None:
        facility = line.get("facility")
        if facility is not None and self._claims.get("record", facility) != "facility":
            raise UnknownReference("facility", facility, pointer="/facility")
        supersedes = line.get("supersedes")
        if supersedes is not None and (
            supersedes == line["id"] or self._claims.get("statement", supersedes) != record
        ):
            raise BadSupersedes(line["id"], supersedes, record)
        self._need_sources(line)

    def _need_sources(self, line: Line) -> None:
        for index, citation in enumerate(line.get("sources", ())):
            if self._claims.get("source", citation["id"]) is None:
                raise UnknownReference("source", citation["id"], pointer=f"/sources/{index}/id")

    def _need_entry(self, entry: str, record: str) -> None:
        owner = self._claims.get("entry", entry)
        if owner is not None and owner != record:
            raise WrongRecord(
                f"entry {entry!r} lies in record {owner!r}, not in {record!r}", pointer="/entry"
            )
        self._claims.hold("entry", entry, record)

    def _check_changed(self, before: Line, after: Line, id: str) -> None:
        """The line with its changes must be a line of its type, and another one."""
        if _state(fact_of(after)) == state_of(fact_of(before)):
            raise NothingChanges(id)

    def _life_of_statement(self, statement: str) -> _Life:
        record = self._claims.get("statement", statement)
        if record is not None:
            life = self._life(Stream.record(record))
            if statement in life.outline.statements:
                return life
        if ("statement", statement) in self._refused:
            raise _BuildsOnRefused("it changes a refused line")
        raise UnknownReference("statement", statement, pointer="/statement")

    def _life(self, stream: Stream, *, new: bool = False) -> _Life:
        name = str(stream)
        if name not in self._records:
            self._records[name] = _Life(stream, None if new else self._past)
        return self._records[name]

    def _is_recorded(self, fact: Fact) -> bool:
        """Whether the log, before this command, says just this under the same id."""
        line = fact.line()
        space = _space_of(fact)
        id = str(line.get("id"))
        record = self._claims.before(space, id) if "id" in line else None
        if record is None:
            return False
        if isinstance(fact, Card):
            stream = Stream(fact.SPACE, id)
        elif isinstance(fact, RecordAmended) and fact.source:
            stream = Stream.source(fact.source)
        else:
            stream = Stream.record(record)
        said = self._life(stream).said_before.get((line["type"], id))
        return said is not None and state_of(fact_of(said)) == state_of(fact)


CHANGES = ("correction", "withdrawal", "reinstatement", "amendment")
"""The types of lines that are about what is there already."""

TAKES: Mapping[type[Fact], Callable[[_Draft, int, Any, int | None], None]] = {
    **dict.fromkeys(CARD_TYPES.values(), _Draft._card),
    **dict.fromkeys(STATEMENT_TYPES.values(), _Draft._statement),
    StatementCorrected: _Draft._correction,
    StatementWithdrawn: _Draft._withdrawal,
    StatementReinstated: _Draft._withdrawal,
    RecordAmended: _Draft._amendment,
}
"""How each type of line is decided on."""


class _Life:
    """A record as it would be: in outline, and in full for whoever asks.

    Without a past it is new.
    """

    def __init__(self, stream: Stream, past: Past | None) -> None:
        self.id = stream.id
        self.stream = str(stream)
        self.outline = Outline() if past is None else past.outline(self.stream)
        self.revision_before = self.outline.revision
        self._past = past
        self._now: list[StreamLine] = []
        self._record: Record | None = None

    @cached_property
    def before(self) -> list[StreamLine]:
        """What the log said of it before this command."""
        return [] if self._past is None else self._past.stream(self.stream)

    @cached_property
    def said_before(self) -> dict[tuple[str, str], Line]:
        """The lines of `before` by type and id."""
        return {(line["type"], line["id"]): line for line, *_ in self.before if "id" in line}

    @property
    def record(self) -> Record:
        """The record in full, with the orders taken so far."""
        if self._record is None:
            self._record = Record.of(self.stream, [*self.before, *self._now])
        return self._record

    def apply(self, said: StreamLine, about: Subject) -> None:
        """Write down what an order says."""
        self._now.append(said)
        if self._record is not None:
            self._record.fold([said])
        self.outline.revision += 1
        if about.space == "statement":
            statements, type = self.outline.statements, said.line["type"]
            if type in STATEMENT_TYPES:
                statements[about.id] = Outlined.of(said.line, withdrawn=False)
            elif type == "correction":
                statements[about.id] = Outlined.of(self.record.kept[about.id].line, withdrawn=False)
            else:
                withdrawn = type == "withdrawal"
                statements[about.id] = replace(statements[about.id], withdrawn=withdrawn)


class _Claims:
    """Which ids are taken: in the log, read once for all orders, and by the orders so far."""

    def __init__(self, past: Past, orders: Iterable[Order]) -> None:
        self._past = past
        self._before: dict[str, dict[str, str]] = defaultdict(dict)
        self._looked_up: dict[str, set[str]] = defaultdict(set)
        self._now: dict[tuple[str, str], str] = {}
        self.new: list[Claim] = []
        wanted: dict[str, set[str]] = defaultdict(set)
        for order in orders:
            for space, id in _named(_as_read(order)):
                wanted[space].add(id)
        for space, ids in wanted.items():
            self._look_up(space, ids)

    def before(self, space: str, id: str) -> str | None:
        """What the log held under an id before this command."""
        if id not in self._looked_up[space]:
            self._look_up(space, {id})
        return self._before[space].get(id)

    def get(self, space: str, id: str) -> str | None:
        now = self._now.get((space, id))
        return now if now is not None else self.before(space, id)

    def take(self, space: str, id: str, record: str) -> None:
        """Claim an id that must be new."""
        if self.get(space, id) is not None:
            raise IdTaken(space, id)
        self.hold(space, id, record)

    def hold(self, space: str, id: str, record: str) -> None:
        """Claim an id that may be held already."""
        if self.get(space, id) is None:
            self._now[space, id] = record
            self.new.append(Claim(space, id, record))

    def _look_up(self, space: str, ids: set[str]) -> None:
        self._looked_up[space] |= ids
        self._before[space].update(self._past.claimed(space, ids))


@contextmanager
def _pointing_into(member: str) -> Iterator[None]:
    """Let the pointer of a refusal lead into a member of the line."""
    try:
        yield
    except Refusal as refusal:
        refusal.pointer = member + refusal.pointer
        raise


def _state(fact: Fact) -> bytes:
    """The bytes of a fact, if they alone are not too many."""
    state = state_of(fact)
    if len(state) > LARGEST_EVENT:
        raise EventTooLarge(len(state), LARGEST_EVENT)
    return state


def _space_of(fact: Fact) -> str:
    if isinstance(fact, Card):
        return fact.SPACE
    return "statement" if isinstance(fact, StatementFact) else "change"


_SPACES = {
    "facility": "record",
    "series": "record",
    "record": "record",
    "source": "source",
    "statement": "statement",
    "supersedes": "statement",
    "entry": "entry",
}
"""The spaces in which the ids that a line names may have to be looked up, its own id excepted."""


def _named(line: Line) -> Iterator[tuple[str, str]]:
    """The ids that an unread line is likely to name, each with its space."""
    for member, space in _SPACES.items():
        if member in line and isinstance(line[member], str):
            yield space, line[member]
    for _, id in _cited(line):
        yield "source", id
    own = _own(line)
    if own is not None:
        yield own
    shape = _shape(line)
    if shape is not None:
        with suppress(KeyError):
            yield "entry", shape.entry_of(line)
        with suppress(KeyError):
            yield "record", shape.record_of(line)


def _own(line: Line) -> tuple[str, str] | None:
    """The id of an unread line, after its space; None where it has none."""
    if not isinstance(line.get("id"), str):
        return None
    card = CARD_TYPES.get(str(line.get("type")))
    return "statement" if _shape(line) else card.SPACE if card else "change", line["id"]


def _cited(line: Line) -> Iterator[tuple[int, str]]:
    """The ids of the sources that an unread line is likely to cite, each with its place."""
    citations = line.get("sources")
    for index, citation in enumerate(citations if isinstance(citations, list) else ()):
        if isinstance(citation, dict) and isinstance(citation.get("id"), str):
            yield index, citation["id"]


def _as_read(order: Order) -> Line:
    """The line of an order, of a row of a sheet what can be read of it; nothing of another."""
    if isinstance(order.line, CellsRefused):
        return order.line.line
    return {} if isinstance(order.line, Refusal) else order.line


def _shape(line: Line) -> type[StatementFact] | None:
    kind = line.get("type")
    return STATEMENT_TYPES.get(kind) if isinstance(kind, str) else None
