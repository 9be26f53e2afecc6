"""The one list of event types: everything that the log can hold.

A new type is a file with a `Fact` and a line here. Reading lines, stored
events, schemas, tables in the docs and contract tests all come from this list.
"""

from __future__ import annotations

from events.card import Card
from events.changes import (
    RecordAmended,
    StatementCorrected,
    StatementReinstated,
    StatementWithdrawn,
)
from events.discovery import DiscoveryRecorded
from events.errors import MalformedLine
from events.facility import FacilityRegistered
from events.fact import Fact, Line
from events.indicator import IndicatorRecorded
from events.milestone import MilestoneRecorded
from events.observation import ObservationRecorded
from events.policy import PolicyDecisionRecorded
from events.series import SeriesRegistered
from events.source import SourceRecorded
from events.statement import StatementFact

CATALOGUE: tuple[type[Fact], ...] = (
    SourceRecorded,
    FacilityRegistered,
    SeriesRegistered,
    MilestoneRecorded,
    DiscoveryRecorded,
    PolicyDecisionRecorded,
    IndicatorRecorded,
    ObservationRecorded,
    StatementCorrected,
    StatementWithdrawn,
    StatementReinstated,
    RecordAmended,
)

BY_TYPE: dict[str, type[Fact]] = {fact.TYPE: fact for fact in CATALOGUE}
BY_TOPIC: dict[str, type[Fact]] = {fact.TOPIC: fact for fact in CATALOGUE}
CARD_TYPES: dict[str, type[Card]] = {
    fact.TYPE: fact for fact in CATALOGUE if issubclass(fact, Card)
}
STATEMENT_TYPES: dict[str, type[StatementFact]] = {
    fact.TYPE: fact for fact in CATALOGUE if issubclass(fact, StatementFact)
}


def fact_of(line: Line) -> Fact:
    """The fact that a line says. Raises MalformedLine or BadDate."""
    kind = line.get("type")
    if not isinstance(kind, str) or kind not in BY_TYPE:
        raise MalformedLine(f"{kind!r} is no type of line", pointer="/type", allowed=tuple(BY_TYPE))
    return BY_TYPE[kind].of({name: value for name, value in line.items() if name != "type"})
