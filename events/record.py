"""A record: a thing with a life of its own, folded from the events of its stream.

`Record` is what a stream adds up to at some position: the card and every
statement as last corrected. The fold only writes down, it refuses nothing;
what may be recorded is decided before (`events.decision`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, Self

import msgspec

from events.catalogue import CARD_TYPES, STATEMENT_TYPES
from events.dates import Day
from events.fact import Line
from events.statement import Statement
from events.stream import Stream


class StreamLine(NamedTuple):
    """A line of a stream, with its position in the log and the UTC day of its recording."""

    line: Line
    position: int
    recorded_on: Day


class Kept(msgspec.Struct, gc=False):
    """A statement's line as last corrected, and when it was first recorded."""

    line: Line
    position: int
    recorded_on: Day
    withdrawn: bool = False


class Record(msgspec.Struct, gc=False):
    """What a stream adds up to. `kind` is that of its first line: facility, indicator, …;
    `number` is the position of its first event, `card_number` that of the event that made its
    card."""

    id: str
    kind: str = ""
    number: int = 0
    revision: int = 0
    card: Line | None = None
    card_number: int = 0
    kept: dict[str, Kept] = msgspec.field(default_factory=dict)
    _read: dict[str, Statement] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, stream: str, lines: Iterable[StreamLine] = ()) -> Record:
        """What the lines of a stream, from its first, come to."""
        return cls(Stream.parse(stream).id).fold(lines)

    def fold(self, lines: Iterable[StreamLine]) -> Self:
        """Write down the next events of the stream, in their order."""
        for line, position, recorded_on in lines:
            self.apply(line, position=position, recorded_on=recorded_on)
        return self

    def apply(self, line: Line, *, position: int, recorded_on: Day) -> None:
        """Write down one event of the stream."""
        self.revision += 1
        self.number = self.number or position
        kind = line["type"]
        self._read.pop(line.get("statement", ""), None)
        if kind == "correction":
            kept = self.kept[line["statement"]]
            kept.line = changed(kept.line, line["changes"])
        elif kind == "withdrawal":
            self.kept[line["statement"]].withdrawn = True
        elif kind == "reinstatement":
            self.kept[line["statement"]].withdrawn = False
        elif kind == "amendment":
            self.card = changed(self.card or {}, line["changes"])
        elif kind in STATEMENT_TYPES:
            self.kept[line["id"]] = Kept(line=line, position=position, recorded_on=recorded_on)
            self.kind = self.kind or STATEMENT_TYPES[kind].RECORD_KIND
        else:
            self.card = line
            self.card_number = position
            self.kind = CARD_TYPES[kind].RECORD_KIND

    def statement(self, id: str) -> Statement:
        """One statement, ready to be weighed. Raises KeyError where the record has none."""
        statement = self._read.get(id)
        if statement is None:
            statement = self._read[id] = self.statement_as(id, self.kept[id].line)
        return statement

    def statement_as(self, id: str, line: Line) -> Statement:
        """One statement with another line than it has now, such as the one before a correction."""
        kept = self.kept[id]
        return Statement.of(
            line,
            record=self.id,
            entry=STATEMENT_TYPES[line["type"]].entry_of(line),
            withdrawn=kept.withdrawn,
            position=kept.position,
            recorded_on=kept.recorded_on,
        )

    def statements(self) -> list[Statement]:
        """All statements, the withdrawn ones too, in the order of first recording."""
        read = self._read
        return [read.get(id) or self.statement(id) for id in self.kept]


class Subject(NamedTuple):
    """What a line is about: the id of a statement, of a record or of a source."""

    space: Literal["statement", "record", "source"]
    id: str


def touched(line: Line) -> Subject:
    """What a line is about, whatever id the line has of its own.

    A statement, or a change of one, is about the statement; a card or its amendment about the
    record or the source.

    >>> touched({"type": "correction", "id": "fix-1", "statement": "juno-came"})
    Subject(space='statement', id='juno-came')
    """
    kind = line["type"]
    if kind in STATEMENT_TYPES:
        return Subject("statement", line["id"])
    if "statement" in line:
        return Subject("statement", line["statement"])
    if kind == "amendment":
        return (
            Subject("record", line["record"])
            if "record" in line
            else Subject("source", line["source"])
        )
    return Subject(CARD_TYPES[kind].SPACE, line["id"])


def changed(line: Line, changes: Mapping[str, Any]) -> Line:
    """A line with some members set anew; null removes one."""
    merged = {**line, **changes}
    return {name: value for name, value in merged.items() if value is not None}
