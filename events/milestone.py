"""A milestone: a dated step in the life of a facility."""

from __future__ import annotations

from typing import ClassVar

from events.fact import Line, Slug
from events.statement import StatementFact
from events.vocabulary import Milestone


class MilestoneRecorded(StatementFact, frozen=True, kw_only=True):
    """A step in the life of a facility was claimed, as made or as planned."""

    TYPE: ClassVar[str] = "milestone"
    TOPIC: ClassVar[str] = "milestone-recorded-v1"
    EVENT: ClassVar[str] = "MilestoneRecorded"
    RECORD_KIND: ClassVar[str] = "facility"

    facility: Slug
    milestone: Milestone

    @classmethod
    def record_of(cls, line: Line) -> str:
        """Its facility."""
        return str(line["facility"])

    @classmethod
    def default_entry(cls, line: Line) -> str:
        """Facility and milestone: each milestone once."""
        return f"{line['facility']}/{line['milestone']}"
