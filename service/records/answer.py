"""Answers about one record: all that is said of it, and its timeline.

One record is derived when it is asked for, from its part of the history: that
costs microseconds, and needs no stored rows but the audit log's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

import msgspec

from events.clocks import AsOf
from events.dates import Day, iso
from events.errors import NotFound
from events.record import Record
from events.statement import Statement
from events.statement_warnings import warnings_among
from events.stream import Stream
from projections import PROJECTIONS
from projections.engine.account import Account, Effective, account
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, FOR_LISTS, Span
from projections.kinds.facility import FOR_GOOD, alternatives
from projections.views.lines import statement_text
from projections.views.reading import Reading
from service.asking.aging import is_old
from service.asking.json_text import Fragment
from service.asking.paging import page_of_lists
from service.asking.query import Query
from service.records.sentence import facility_in_words, other_in_words
from service.state.row import day_shown, shown_members, status_members

Members = dict[str, Any]


class RecordAt:
    """A record at three clocks: what is visible of it, and what follows."""

    def __init__(self, record: Record, as_of: AsOf, linked: Iterable[str] = ()) -> None:
        """`record` is as of `known`; `linked` are visible statements that another visible one
        contradicts, or that contradict another. Raises NotFound where the log had none then."""
        if record.revision == 0:
            raise NotFound("record", record.id)
        self.record, self.as_of = record, as_of
        self.all = record.statements()
        self.account: Account = account(record.id, record.card, self.all, as_of.stated)
        self.spans = sorted(
            PROJECTIONS[self.record.kind].heard(self.account, as_of.stated),
            key=lambda span: (BEFORE_ALL if span.first is None else span.first, span.facet),
        )
        self._contested = {
            *linked,
            *(span.statement for span in self.spans if span.facet == "contested"),
        }

    @classmethod
    def read(cls, reading: Reading, id: str, as_of: AsOf) -> Self:
        """The record of an id. Raises NotFound where the log had none."""
        record = reading.record(str(Stream.record(id)), known=as_of.known)
        return cls(record, as_of, linked_in(reading, record, as_of))

    def visible(self) -> list[Statement]:
        """The statements that were said by the horizon and stand, by their dates."""
        return sorted(visible(self.all, self.as_of.stated), key=_by_date)

    def is_contested(self, statement: str | None) -> bool:
        """Whether the date of an effective statement is contested."""
        return statement in self._contested

    def holding(self, facet: str, day: int) -> Iterator[Span]:
        """The spans of a facet that hold on a day."""
        return (span for span in self.spans if span.facet == facet and span.covers(day))

    def shown(self, facet: str) -> Iterator[Span]:
        """The spans of a facet that the row of a facility shows."""
        day = day_shown(facet, at=self.as_of.at, stated=self.as_of.stated)
        return iter(()) if day is None else self.holding(facet, day)

    def members_of(self, span: Span) -> str:
        """What is shown of a span, as JSON members without braces."""
        return _shown(span, self.record)

    def effective(self) -> Iterator[Members]:
        """The effective statement of each entry, by entry: its members, with `entry`, and in
        `counts` whether it counts."""
        for entry, each in sorted(self.account.effective.items()):
            yield effective_members(entry, each)


def linked_in(reading: Reading, record: Record, as_of: AsOf) -> set[str]:
    """The statements that `contradicts` links, both visible, among which one is of a record."""
    pairs = reading.lines.contradictions(
        reading.db, stated=as_of.stated, known=as_of.known, among=record.kept
    )
    return {each.id for pair in pairs for each in pair}


def effective_members(entry: str, effective: Effective) -> Members:
    """The members of the effective statement of an entry, with `entry` and `counts`."""
    return {
        # Where a line has a member of the name, the new one counts.
        **msgspec.json.decode(statement_text(effective.statement)),
        "entry": entry,
        "counts": effective.counts,
    }


def visible(statements: Iterable[Statement], stated: Day) -> Iterator[Statement]:
    """Those of some statements that were said by the horizon and stand."""
    for statement in statements:
        if not statement.withdrawn and statement.said <= stated:
            yield statement


def record_answer(reading: Reading, query: Query) -> Members:
    """The members of `RecordSchema`, less the clocks. Raises NotFound."""
    return record_members(RecordAt.read(reading, query.id, query.as_of), query)


def record_members(found: RecordAt, query: Query) -> Members:
    """The members of `RecordSchema`, less the clocks."""
    members: Members = {
        "id": found.record.id,
        "kind": found.record.kind,
        "revision": found.record.revision,
        "card": found.record.card,
    }
    if found.record.kind == "facility":
        members |= facility_members(found)
        members["sentence"] = facility_in_words(
            found.record.card or {}, found.as_of, members, found.spans, found.all
        )
    else:
        members |= _others(found)
        members["sentence"] = other_in_words(
            found.account, found.as_of, found.spans, found.record.kind
        )
    lines = found.visible()
    of_kind = "overdue" if found.record.kind == "facility" else "holding"
    page, rest = page_of_lists(
        query,
        {
            of_kind: members[of_kind],
            "entries": sorted(found.account.effective.items()),
            "warnings": list(warnings_among(lines)),
            "statements": lines,
        },
    )
    members[of_kind] = page[of_kind]
    members["entries"] = [
        {
            "entry": entry,
            "effective": each.statement.id,
            "counts": each.counts,
            **_mark(found, each.statement.id),
        }
        for entry, each in page["entries"]
    ]
    members["warnings"] = [
        {"statement": statement.id, "code": warning.code, "text": warning.text}
        for statement, warning in page["warnings"]
    ]
    members["statements"] = [Fragment(statement_text(each)) for each in page["statements"]]
    return members | rest


def timeline_answer(reading: Reading, query: Query) -> Members:
    """The members of `TimelineSchema`, less the clocks: every span of the record's life, then the
    statements that they follow from. Raises NotFound."""
    found = RecordAt.read(reading, query.id, query.as_of)
    effective = sorted(
        found.account.effective.items(), key=lambda each: (_by_date(each[1].statement), each[0])
    )
    page, rest = page_of_lists(
        query,
        {
            "spans": [span for span in found.spans if span.facet not in FOR_LISTS],
            "effective": effective,
        },
    )
    return {
        "id": query.id,
        "kind": found.record.kind,
        "spans": [span_members(span, found.record, found.as_of.stated) for span in page["spans"]],
        "effective": [
            effective_members(entry, each) | _mark(found, each.statement.id)
            for entry, each in page["effective"]
        ],
        **rest,
    }


def facility_members(found: RecordAt) -> Members:
    """What the row of a facility shows of it, less its id, in the order of a record's members."""
    card = found.record.card or {}
    status, expected, name = (
        next(found.shown(facet), None) for facet in ("status", "expected", "name")
    )
    shown = status_members(
        status,
        "" if status is None else found.members_of(status),
        beyond=found.as_of.at > found.as_of.stated,
    )
    members: Members = {
        **{name: card[name] for name in ("name", "country", "field", "class") if name in card},
        **_members(shown),
        "expected": None if expected is None else _members(found.members_of(expected)),
        "overdue": [
            _members(found.members_of(span))
            for span in sorted(found.shown("overdue"), key=_by_end_of_plan)
        ],
    }
    if status is not None:
        members |= _mark(found, status.statement)
    said = (each.said for each in visible(found.all, found.as_of.stated))
    old = is_old(said, found.as_of.stated)
    if old is not None and members["status"] is not None and members["status"] not in FOR_GOOD:
        members["last_said"] = iso(old)
    if name is not None and name.value != card["name"]:
        members["name_then"] = name.value
    return members


def _mark(found: RecordAt, statement: str | None) -> Members:
    """The member that marks a contested date, where it is one."""
    return {"contested": True} if found.is_contested(statement) else {}


def _others(found: RecordAt) -> Members:
    """What holds of a policy or a series, or what has happened, on the day."""
    return {
        "holding": [
            {
                "statement": span.statement,
                "holds": _holds(span),
                **_mark(found, span.statement),
            }
            for span in found.holding(found.record.kind, found.as_of.at)
        ]
    }


def span_members(span: Span, record: Record, stated: int) -> Members:
    """A span of a record as the timeline shows it. What is expected begins after the horizon."""
    holds = _holds(span)
    if span.facet == "expected" and span.first is None:
        holds["from"] = iso(stated + 1)
    shown: Members = {"facet": span.facet, "value": span.value or None, **holds}
    shown["statement"] = span.statement
    if span.facet == "status":
        certain = len(alternatives(span.odds)) == 1
        shown["certainty"] = "certain" if certain else "possible"
    return shown | _members(_shown(span, record))


def _shown(span: Span, record: Record) -> str:
    """What is shown of a span, as JSON members without braces."""
    line = record.kept[span.statement].line if span.statement else {}
    return shown_members(span, line.get("date"), line.get("stated"))


def _holds(span: Span) -> Members:
    return {
        "from": None if span.first is None else iso(span.first),
        "to": None if span.end is None or span.end == AFTER_ALL else iso(span.end - 1),
    }


def _members(text: str) -> Members:
    members: Members = msgspec.json.decode("{" + text + "}")
    return members


def _by_date(statement: Statement) -> tuple[int, int]:
    earliest = statement.earliest
    return (BEFORE_ALL if earliest is None else earliest, statement.position)


def _by_end_of_plan(span: Span) -> tuple[int, str]:
    return (BEFORE_ALL if span.first is None else span.first, span.statement or "")
