"""A policy: a decision that holds for a time, alone or in a chain of decisions."""

from __future__ import annotations

from typing import ClassVar, Literal

from events.fact import Edtf
from events.statement import ChainedFact


class PolicyDecisionRecorded(ChainedFact, frozen=True, kw_only=True):
    """A decision was claimed: to begin something, to go on with it, or to end it."""

    TYPE: ClassVar[str] = "policy"
    TOPIC: ClassVar[str] = "policy-decision-recorded-v1"
    EVENT: ClassVar[str] = "PolicyDecisionRecorded"
    RECORD_KIND: ClassVar[str] = "policy"
    DATES: ClassVar[tuple[str, ...]] = ("date", "stated", "until")

    until: Edtf | None = None
    decision: Literal["ended"] | None = None
