"""What a command would change, for a dry run: which rivals stand, and how the views would answer.

The records that the command touches are folded once as they are and once with
what it would record; their spans of today are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from events.clocks import utc_day
from events.decision import Decided, Decision
from events.record import Record, StreamLine
from events.statement import Statement
from events.stream import Stream
from projections import PROJECTIONS
from projections.engine.account import account
from projections.engine.spans import BEFORE_ALL, FOR_LISTS, Span
from service.archive import Archive
from service.records.answer import span_members
from service.state.row import shown_members

Members = dict[str, Any]


class Touched(NamedTuple):
    """A stream as it is, as it would be, and the events in between."""

    stream: str
    before: Record
    after: Record
    events: list[Decided]

    @property
    def touched(self) -> set[str]:
        """The statements that the events are about."""
        return {each.about.id for each in self.events if each.about.space == "statement"}


def changes(service: Archive, decision: Decision) -> Iterator[Touched]:
    """Each stream that a command would change, in the order of its lines."""
    today = utc_day(service.chronicle.now())
    for stream in dict.fromkeys(decided.event.originator_id for decided in decision.decided):
        lines = service.chronicle.stream(stream)
        before = Record.of(stream, lines)
        head = max((kept.position for kept in before.kept.values()), default=0)
        new = [decided for decided in decision.decided if decided.event.originator_id == stream]
        later = (
            StreamLine(decided.event.fact.line(), position, today)
            for position, decided in enumerate(new, start=head + 1)
        )
        after = Record.of(stream, [*lines, *later])
        yield Touched(stream, before, after, new)


def preview(service: Archive, decision: Decision) -> list[Members]:
    """What would change, a dict for each record: `record`, `rivals` (which include possible
    duplicates), and the spans that `ends` and `begins` list."""
    today = utc_day(service.chronicle.now())
    records = []
    for change in changes(service, decision):
        if not Stream.parse(change.stream).is_record:
            continue
        before, after = (
            {_key(span, record): (span, record) for span in _spans(record, today)}
            for record in (change.before, change.after)
        )
        records.append(
            {
                "record": change.after.id,
                "rivals": _rivals(change.after, change.touched),
                "ends": _members_of((before[key] for key in before.keys() - after), today),
                "begins": _members_of((after[key] for key in after.keys() - before), today),
            }
        )
    return records


def _rivals(record: Record, touched: set[str]) -> list[Members]:
    """The standing statements that compete with what is touched for an entry, or say as much."""
    standing = [statement for statement in record.statements() if not statement.withdrawn]
    ours = [statement for statement in standing if statement.id in touched]
    return [
        {
            "statement": other.id,
            "rival_of": statement.id,
            "entry": other.entry,
            "same": other.entry == statement.entry,
            "date": other.line.get("date"),
            "modality": other.line["modality"],
            "title": other.line["title"],
        }
        for other in standing
        if other.id not in touched
        for statement in ours
        if other.entry == statement.entry or _alike(other, statement)
    ]


def _alike(one: Statement, other: Statement) -> bool:
    """Whether two statements of different entries may mean the same event."""
    if one.kind != other.kind or one.planned != other.planned:
        return False
    if one.line.get("milestone") != other.line.get("milestone"):
        return False
    return one.date is not None and one.date == other.date


def _spans(record: Record, today: int) -> set[Span]:
    if not record.kind:
        return set()
    life = account(record.id, record.card, record.statements(), today)
    return {
        span for span in PROJECTIONS[record.kind].heard(life, today) if span.facet not in FOR_LISTS
    }


def _key(span: Span, record: Record) -> tuple[Span, str]:
    """A span and what is shown of it: with another date it is another."""
    line = record.kept[span.statement].line if span.statement else {}
    return span, shown_members(span, line.get("date"), line.get("stated"))


def _members_of(spans: Iterable[tuple[Span, Record]], today: int) -> list[Members]:
    def place(shown: tuple[Span, Record]) -> tuple[int, str]:
        span, _ = shown
        return (BEFORE_ALL if span.first is None else span.first, span.facet)

    return [span_members(span, record, today) for span, record in sorted(spans, key=place)]
