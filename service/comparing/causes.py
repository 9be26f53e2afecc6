"""Why a row of the state changed, when one clock was moved and the others stood still.

The boxes of the row's record are walked along the clock, from the lower of the
two points to the higher: each place at which the row comes to show something
else is a turn, and what lies at the turn did it. What was undone before the
end did nothing.

- `known`: the events of the record in the commit at the turn. Of several, those
  about statements that the row names before or after it, and the one about its
  card where the row shows that; where there are none, all. Corrections,
  withdrawals, reinstatements and amendments mended our own record ("record");
  what was recorded for the first time is a new word, however late ("sources").
- `stated`: the statements said on the day of the turn without which the row would
  be another there ("sources"). There may be none: the sources are then only
  heard up to a later day, on which a plan came due in silence.
- `at`: the effective statements whose date begins or ends at the turn
  ("world"). There may be none, where `at` only went beyond what is heard of.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from events import dates
from events.catalogue import BY_TYPE
from events.clocks import AsOf
from events.dates import day, year_of
from events.record import Record
from events.statement import Statement
from projections import PROJECTIONS
from projections.engine.account import Account, account
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, Span
from projections.views.history import Entry, folded
from projections.views.reading import Reading
from projections.views.state import Boxed, Row, expected_from
from service.asking.filters import Wanted
from service.state.row import day_shown, shown_members

Members = dict[str, Any]
Clock = Literal["known", "stated", "at"]

MENDING = frozenset({"correction", "withdrawal", "reinstatement", "amendment"})
"""The types of events that mend our own record; all others bring a new word."""

FINDINGS = ("discovery", "observation")
"""The kinds of statements that a state shows by the calendar year of `at`."""


class Step(NamedTuple):
    """A move of one clock; the points before and after differ in nothing else."""

    clock: Clock
    before: AsOf
    after: AsOf

    def ends(self) -> tuple[int, int]:
        """The lower and the higher place of the clock that moves."""
        one, other = getattr(self.before, self.clock), getattr(self.after, self.clock)
        return min(one, other), max(one, other)


MOST_TRIED = 50
"""Of so many statements that were said on one day it is tried which of them did it; of more, those
that the row came to show, or shows no more, are taken to have done it."""


class Causes:
    """Finds the causes of changed rows; keeps what it read of records for the next row."""

    def __init__(self, reading: Reading, wanted: Wanted) -> None:
        self._reading = reading
        self._wanted = wanted
        self._entries: dict[tuple[str, int], list[Entry]] = {}
        self._records: dict[tuple[str, int], Record] = {}
        self._accounts: dict[tuple[str, int, int], Account] = {}

    def of(self, kind: str, id: str, step: Step) -> list[Members]:
        """The causes of a change of the row `id`, of a facility or of a statement of that kind.

        Each `{"cause", "clock", "events", "statements"}`: the events that did it, or
        those that recorded the statements that did it, each as `short` shows it.
        """
        row = self._row(kind, id, step)
        turns = row.turns(step)
        if step.clock == "known":
            events = self._events(row, turns, step)
            mended = [event for event in events if event.type in MENDING]
            new = [event for event in events if event.type not in MENDING]
            return [
                _cause(cause, step, found)
                for cause, found in (("record", mended), ("sources", new))
                if found
            ]
        find = self._said if step.clock == "stated" else self._passed
        found = {statement.position for turn in turns for statement in find(row, turn, step)}
        entries = self._entries_of(row.stream, step.after.known) if found else []
        recorded = [entry for entry in entries if entry.position in found]
        return [_cause("sources" if step.clock == "stated" else "world", step, recorded)]

    def _row(self, kind: str, id: str, step: Step) -> _Row:
        known = step.ends() if step.clock == "known" else (step.after.known, step.after.known)
        stated = step.ends() if step.clock == "stated" else (step.after.stated, step.after.stated)
        db, state = self._reading.db, self._reading.state
        record = id if kind == "facility" else self._reading.lines.record_of(db, id, known=known[1])
        if record is None:
            raise ValueError(f"{id} is in a state, and no record has it")
        boxes = state.of_record(
            db,
            record,
            at=(BEFORE_ALL, AFTER_ALL),
            stated=stated,
            known=known,
            budget=self._reading.budget,
        )
        wanted = self._wanted
        listed = [
            box
            for box in boxes
            if wanted.place.has(box.row.country)
            and wanted.field in (None, box.row.field)
            and wanted.class_ in (None, box.row.class_)
        ]
        # Where the texts that the row shows may have been set anew: of a facility its card and
        # the dates of its statements.
        stream = f"record:{record}"
        entries = self._entries_of(stream, known[1]) if step.clock == "known" else []
        rewritten = frozenset(
            entry.commit_position
            for entry in entries
            if kind == "facility" or entry.statement == id
        )
        make = _FacilityRow if kind == "facility" else _StatementRow
        return make(self._reading, kind, id, record, listed, rewritten)

    # --- known

    def _events(self, row: _Row, turns: list[Turn], step: Step) -> list[Entry]:
        """The events that did it, in their order."""
        _, last = step.ends()
        entries = self._entries_of(row.stream, last)
        found: list[Entry] = []
        for turn in turns:
            here = [entry for entry in entries if entry.commit_position == turn.place]
            if not here:
                # A statement without a country of its own moves with its facility's card.
                here = self._amendments(row, turn.place, last)
            elif len(here) > 1:
                here = [entry for entry in here if row.is_about(entry, turn)] or here
            found += here
        return found

    def _amendments(self, row: _Row, place: int, last: int) -> list[Entry]:
        kept = self._record(row.record, last).kept.get(row.id)
        facility = None if kept is None else kept.line.get("facility")
        return [
            entry
            for entry in self._entries_of(f"record:{facility}", last)
            if entry.commit_position == place and entry.statement is None
        ]

    # --- stated and at

    def _said(self, row: _Row, turn: Turn, step: Step) -> list[Statement]:
        """The statements said on the day of the turn that did it."""
        record = self._record(row.record, step.after.known)
        standing = [each for each in record.statements() if not each.withdrawn]
        said = [statement for statement in standing if statement.said == turn.place]

        def without(*left_out: str) -> frozenset[Any]:
            self._reading.budget.spend(rows=len(standing))
            others = [statement for statement in standing if statement.id not in left_out]
            spans = PROJECTIONS[record.kind].heard(
                account(row.record, record.card, others, turn.place), turn.place
            )
            return _showing(row, spans, at=step.after.at, stated=turn.place)

        if not said or without(*(each.id for each in said)) == (whole := without()):
            return []
        if len(said) == 1:
            return said
        if len(said) > MOST_TRIED:
            named = turn.named_on_one_side
            return [statement for statement in said if statement.id in named] or said
        return [statement for statement in said if without(statement.id) != whole] or said

    def _passed(self, row: _Row, turn: Turn, step: Step) -> list[Statement]:
        """The statements whose date `at` passed at the turn."""
        shown = self._account(row.record, step.after).effective
        effective = [each.statement for each in shown.values() if each.counts]
        if row.kind in FINDINGS:
            return [statement for statement in effective if statement.id == row.id]
        if row.kind == "policy":
            effective = [
                statement
                for statement in effective
                if row.id in (statement.id, statement.line.get("supersedes"))
            ]
        passed = [statement for statement in effective if turn.place in _edges(statement)]
        return passed or [
            statement for statement in effective if statement.id in turn.named_on_one_side
        ]

    # --- what was read

    def _entries_of(self, stream: str, known: int) -> list[Entry]:
        entries = self._entries.get((stream, known))
        if entries is None:
            entries = self._entries[stream, known] = list(
                self._reading.entries(stream, known=known, after=0, limit=AFTER_ALL)
            )
        return entries

    def _record(self, id: str, known: int) -> Record:
        record = self._records.get((id, known))
        if record is None:
            record = folded(id, self._entries_of(f"record:{id}", known))
            self._records[id, known] = record
        return record

    def _account(self, id: str, clocks: AsOf) -> Account:
        key = (id, clocks.known, clocks.stated)
        if key not in self._accounts:
            record = self._record(id, clocks.known)
            self._accounts[key] = account(id, record.card, record.statements(), clocks.stated)
        return self._accounts[key]


class Shown(NamedTuple):
    """What a row shows at a point, the statements behind it, and what it shows of a card."""

    parts: frozenset[Any]
    named: frozenset[str]
    card: str = ""


NOTHING = Shown(frozenset(), frozenset())
"""There is no row."""


class Turn(NamedTuple):
    """A place on a clock at which a row comes to show something else."""

    place: int
    before: Shown
    after: Shown

    @property
    def named(self) -> frozenset[str]:
        """The statements that the row names before or after."""
        return self.before.named | self.after.named

    @property
    def named_on_one_side(self) -> frozenset[str]:
        """The statements that the row names before or after, but not both."""
        return self.before.named ^ self.after.named


@dataclass(frozen=True)
class _Row(ABC):
    """A row of the state, as the boxes of its record make it at any point near the step.

    `rewritten` are the positions at which its texts beside the boxes were set anew,
    `read` keeps what was read of these.
    """

    reading: Reading
    kind: str
    id: str
    record: str
    boxes: list[Boxed]
    rewritten: frozenset[int]
    read: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def stream(self) -> str:
        return f"record:{self.record}"

    def turns(self, step: Step) -> list[Turn]:
        """Where the row changed along the clock, and did not change back."""
        first, last = step.ends()
        others = {name: getattr(step.after, name) for name in ("at", "stated", "known")}
        beginning = before = self.shown(**{**others, step.clock: first})
        turns: list[Turn] = []
        for place in sorted({place for place in self._places(step) if first < place <= last}):
            after = self.shown(**{**others, step.clock: place})
            if after.parts != before.parts:
                turns.append(Turn(place, before, after))
            if after.parts == beginning.parts:
                turns.clear()
            before = after
        return turns

    @abstractmethod
    def shown(self, *, at: int, stated: int, known: int) -> Shown:
        """What the row shows at a point."""

    def is_about(self, entry: Entry, turn: Turn) -> bool:
        """Whether an event of several in the commit of a turn is about what the row shows."""
        if entry.statement is None:
            return turn.before.card != turn.after.card
        return entry.statement in turn.named

    def _places(self, step: Step) -> Iterable[int]:
        """Every place at which the row can change."""
        for box in self.boxes:
            if step.clock == "known":
                yield from (box.kf, box.kt)
            else:
                yield from (box.row.vf, box.row.vt)
            if step.clock == "stated":
                yield from (box.sf, box.st)
            if step.clock != "known" and box.row.facet == "due":
                # What is expected turns where a plan would count, and where it is late.
                for end in (box.row.vf, box.row.vt - 1):
                    yield from (end - 1, end, end + 1)
        if step.clock == "known":
            yield from self.rewritten
        elif step.clock == "stated":
            # What lies beyond the horizon is shown in another way.
            yield step.after.at
        else:
            yield step.after.stated + 1


class _FacilityRow(_Row):
    def shown(self, *, at: int, stated: int, known: int) -> Shown:
        heard = [
            box.row for box in self.boxes if box.sf <= stated < box.st and box.kf <= known < box.kt
        ]
        if at > stated:
            heard += expected_from("expected", heard, stated)
        held = [
            row
            for row in heard
            if (place := day_shown(row.facet, at=at, stated=stated)) is not None
            and row.vf <= place < row.vt
        ]
        statuses = (row.facet == "status" and row.value for row in held)
        if not any(statuses) and not any(row.facet in ("overdue", "expected") for row in held):
            return NOTHING
        name, brief = self._card(known)
        # A name is shown only where it is not the one on the card.
        showing = [row for row in held if row.facet != "name" or row.value != name]
        named = frozenset(row.statement for row in showing if row.statement)
        dates = self._dates(named, known)
        parts = {
            (row.facet, row.value, shown_members(row, *dates.get(row.statement, (None, None))))
            for row in showing
        }
        return Shown(frozenset({*parts, brief, at > stated}), named, brief)

    def _card(self, known: int) -> tuple[str, str]:
        """The name and the brief of the card."""
        if known not in self.read:
            db, lines = self.reading.db, self.reading.lines
            self.read[known] = lines.briefs(db, [self.stream], known=known)[self.stream]
        card: tuple[str, str] = self.read[known]
        return card

    def _dates(self, statements: frozenset[str], known: int) -> dict[str, Any]:
        """The dates of statements as they stood at a position."""
        if (known, statements) not in self.read:
            db, lines = self.reading.db, self.reading.lines
            versions = lines.versions(db, statements, known=known)
            self.read[known, statements] = {
                id: (version.date, version.stated) for id, version in versions.items()
            }
        dates: dict[str, Any] = self.read[known, statements]
        return dates


class _StatementRow(_Row):
    def shown(self, *, at: int, stated: int, known: int) -> Shown:
        for box in self.boxes:
            if (
                box.row.facet == self.kind
                and box.row.statement == self.id
                and box.sf <= stated < box.st
                and box.kf <= known < box.kt
                and self._holds(box.row, at)
            ):
                holds = None if self.kind in FINDINGS else (box.row.vf, box.row.vt)
                return Shown(frozenset({holds, self._text(known)}), frozenset({self.id}))
        return NOTHING

    def _text(self, known: int) -> str:
        if known not in self.read:
            db, lines = self.reading.db, self.reading.lines
            self.read[known] = lines.statements(db, [self.id], known=known)[self.id]
        return str(self.read[known])

    def _holds(self, row: Row, at: int) -> bool:
        if self.kind in FINDINGS:
            year = year_of(at)
            return day(year, 1, 1) <= row.vf <= day(year, 12, 31)
        return row.vf <= at < row.vt

    def _places(self, step: Step) -> Iterable[int]:
        yield from super()._places(step)
        if step.clock == "at" and self.kind in FINDINGS:
            for box in self.boxes:
                row = box.row
                if (row.facet, row.statement) == (self.kind, self.id) and row.vf != BEFORE_ALL:
                    year = year_of(row.vf)
                    yield from (day(year, 1, 1), day(year + 1, 1, 1))


def short(entry: Entry) -> Members:
    """An event in few words."""
    return {
        "position": entry.position,
        "event": BY_TYPE[entry.type].EVENT,
        "statement": entry.statement,
        "recorded_at": entry.recorded_at,
        "actor": entry.actor,
        "reason": entry.reason,
    }


def _cause(cause: str, step: Step, entries: list[Entry]) -> Members:
    named = dict.fromkeys(entry.statement for entry in entries if entry.statement is not None)
    return {
        "cause": cause,
        "clock": step.clock,
        "events": list(map(short, entries)),
        "statements": list(named),
    }


def _showing(row: _Row, spans: Iterable[Span], *, at: int, stated: int) -> frozenset[Any]:
    """What the row would show of the spans that its record comes to."""
    if row.kind in FINDINGS:
        return frozenset(
            span.first for span in spans if (span.facet, span.statement) == (row.kind, row.id)
        )
    if row.kind != "facility":
        return frozenset(
            (span.first, span.end)
            for span in spans
            if (span.facet, span.statement) == (row.kind, row.id) and span.covers(at)
        )
    return frozenset(
        (span.facet, span.value, span.odds, span.statement)
        for span in spans
        if (place := day_shown(span.facet, at=at, stated=stated)) is not None and span.covers(place)
    )


def _edges(statement: Statement) -> set[int]:
    """The days on which a statement begins to count, counts for certain, or counts no longer."""
    edges = {statement.earliest, statement.latest}
    if "until" in statement.line:
        until = dates.parse(statement.line["until"]).latest
        edges.add(None if until is None else until + 1)
    return {edge for edge in edges if edge is not None}
