"""The record of a page as the visit asks for it, read once for all that the page shows."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from events.statement import Statement
from events.stream import Stream
from projections.engine.spans import AFTER_ALL
from projections.views.history import folded
from service.asking.paging import Lists
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.pages.shell.pager import Pager
from service.records.answer import RecordAt, linked_in, record_members, visible


class Subject:
    """A record at the clocks of a visit, with its log, its statements and those about it."""

    def __init__(self, visit: Visit) -> None:
        """Raises NotFound."""
        reading = visit.reading
        self.visit, self.id, self.as_of = visit, visit.query.id, visit.query.as_of
        self.log = list(
            reading.entries(
                str(Stream.record(self.id)), known=self.as_of.known, after=0, limit=AFTER_ALL
            )
        )
        record = folded(self.id, self.log)
        self.record_at = RecordAt(record, self.as_of, linked_in(reading, record, self.as_of))
        asked: Lists = visit.query.about
        self.pager = Pager(visit.here, skipped=asked.skipped, limit=asked.limit)
        self.answer = {
            **visit.query.head(),
            **record_members(self.record_at, replace(visit.query, about=self.pager.wanted)),
        }
        self.card: Members = self.answer.get("card") or {}
        self.is_facility = self.answer["kind"] == "facility"
        self.own = {each.id: each for each in self.record_at.visible()}

    @cached_property
    def others(self) -> list[Statement]:
        """The statements of other records that belong to this facility, said and standing."""
        if not self.is_facility:
            return []
        reading = self.visit.reading
        owned = reading.lines.belonging(reading.db, self.id)
        records = reading.records((str(Stream.record(id)) for id in owned), known=self.as_of.known)
        return [
            statement
            for record in records.values()
            for statement in visible(record.statements(), self.as_of.stated)
            if statement.line.get("facility") == self.id
        ]

    @cached_property
    def told(self) -> tuple[Statement, ...]:
        """All statements about it, its own first."""
        return (*self.own.values(), *self.others)
