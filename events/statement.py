"""A statement: one claim that fills an entry of a record.

What all statements share stands here; each kind adds its own members in a file
of its own (`milestone`, `discovery`, `policy`, `indicator`, `observation`).
`Statement` is a claim as the log keeps it: its line as last corrected, with
its dates read and the day on which it was said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import msgspec

from events import dates
from events.dates import Date, Day
from events.errors import MalformedLine
from events.fact import Citation, Country, Edtf, Fact, Line, Slug, Text, no_country
from events.vocabulary import Evidence, Field, Modality

Entry = Text


class StatementFact(Fact, frozen=True, kw_only=True):
    """What every statement says: what, on which date, actual or planned, by which sources."""

    RECORD_KIND: ClassVar[str]
    DATES: ClassVar[tuple[str, ...]] = ("date", "stated")

    id: Slug
    entry: Entry | None = None
    modality: Modality
    rank: Literal["disputed"] | None = None
    date: Edtf | None = None
    stated: Edtf | None = None
    dropped: bool = False
    title: Text
    title_zh: Text | None = None
    summary: Text | None = None
    summary_zh: Text | None = None
    supersedes: Slug | None = None
    contradicts: tuple[Slug, ...] = ()
    said_by: Text | None = None
    attributes: dict[str, Any] = msgspec.field(default_factory=dict)
    sources: tuple[Citation, ...] = ()
    evidence: Evidence | None = None
    evidence_url: Text | None = None

    def unsound(self) -> Iterator[MalformedLine]:
        """A plan that nobody stated, and a date that is missing or may not be there."""
        if self.modality == "planned" and self.stated is None:
            yield MalformedLine(
                "a planned statement must say when it was stated", pointer="/stated"
            )
        if self.dropped and self.modality != "planned":
            yield MalformedLine("only a planned statement can be dropped", pointer="/dropped")
        if self.dropped and self.date is not None:
            yield MalformedLine("a plan that is dropped has no date", pointer="/date")
        if not self.dropped and self.date is None:
            yield MalformedLine("'date' is missing", pointer="/date")

    @classmethod
    def record_of(cls, line: Line) -> str:
        """The record whose life a line is part of: its own, unless a kind says more."""
        return str(line["id"])

    @classmethod
    def entry_of(cls, line: Line) -> str:
        """The entry that a line fills: the one it names, else the default of its kind."""
        return str(line.get("entry") or cls.default_entry(line))

    @classmethod
    def default_entry(cls, line: Line) -> str:
        """The entry that a line fills where it names none."""
        return str(line["id"])


class OwnedFact(StatementFact, frozen=True, kw_only=True):
    """A statement that belongs to a country and a field, by itself or through a facility."""

    facility: Slug | None = None
    country: Country | None = None
    field: Field | None = None

    def unsound(self) -> Iterator[MalformedLine]:
        """Also a country that there is not."""
        yield from StatementFact.unsound(self)
        yield from no_country(self.country)


class ChainedFact(OwnedFact, frozen=True, kw_only=True):
    """A statement whose record is the one it names, such as a chain of decisions."""

    record: Slug | None = None

    @classmethod
    def record_of(cls, line: Line) -> str:
        """The chain that it names, else one of its own."""
        return str(line.get("record") or line["id"])


class Statement(msgspec.Struct, frozen=True, kw_only=True, gc=False, eq=False):
    """A claim as the log keeps it at some position, ready to be weighed against its rivals.

    `said` is the day from which it is visible on the clock `stated`: the last
    possible day of its `stated`, without one of its `date` (then `assumed`),
    and never later than the UTC day on which it was first recorded. `earliest` and
    `latest` are the first and the last day that its date allows; None is an open end.

    It is compared by what it is, not by what it says: the views look up many by the
    thousand. Its values are plain, so the collector of cycles need not see it.
    """

    id: str
    kind: str
    record: str
    entry: str
    planned: bool
    disputed: bool
    date: Date | None
    stated: Date | None
    said: Day
    assumed: bool
    withdrawn: bool
    position: int
    recorded_on: Day
    line: Line
    earliest: Day | None
    latest: Day | None
    milestone: str | None
    supersedes: str | None

    @classmethod
    def of(
        cls,
        line: Line,
        *,
        record: str,
        entry: str,
        withdrawn: bool,
        position: int,
        recorded_on: Day,
    ) -> Statement:
        """Read the dates of a line; `position` and `recorded_on` are of its first recording."""
        date = dates.parse(line["date"]) if "date" in line else None
        stated = dates.parse(line["stated"]) if "stated" in line else None
        dated = stated or date
        said = recorded_on
        if dated is not None and dated.latest is not None and dated.latest < recorded_on:
            said = dated.latest
        return cls(
            id=line["id"],
            kind=line["type"],
            record=record,
            entry=entry,
            planned=line["modality"] == "planned",
            disputed="rank" in line,
            date=date,
            stated=stated,
            said=said,
            assumed=stated is None,
            withdrawn=withdrawn,
            position=position,
            recorded_on=recorded_on,
            line=line,
            earliest=date.earliest if date else None,
            latest=date.latest if date else None,
            milestone=line.get("milestone"),
            supersedes=line.get("supersedes"),
        )
