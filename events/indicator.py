"""An indicator: a reading of a series of figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from events.errors import MalformedLine
from events.fact import Line, Slug, Text
from events.statement import OwnedFact


class IndicatorRecorded(OwnedFact, frozen=True, kw_only=True):
    """A reading of a series was claimed, or aimed at."""

    TYPE: ClassVar[str] = "indicator"
    TOPIC: ClassVar[str] = "indicator-recorded-v1"
    EVENT: ClassVar[str] = "IndicatorRecorded"
    RECORD_KIND: ClassVar[str] = "indicator"

    series: Slug
    value: int | float
    unit: Text

    def unsound(self) -> Iterator[MalformedLine]:
        """Also that a reading says neither its date nor its entry."""
        yield from OwnedFact.unsound(self)
        if self.dropped and self.date is None and self.entry is None:
            yield MalformedLine("a reading without a date must name its entry", pointer="/entry")

    @classmethod
    def record_of(cls, line: Line) -> str:
        """Its series."""
        return str(line["series"])

    @classmethod
    def default_entry(cls, line: Line) -> str:
        """Series and date: one reading a date."""
        return f"{line['series']}/{line['date']}"
