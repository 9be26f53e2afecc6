"""An observation: what somebody said about big science, worth keeping but changing no state."""

from __future__ import annotations

from typing import ClassVar

from events.statement import ChainedFact


class ObservationRecorded(ChainedFact, frozen=True, kw_only=True):
    """A remark by someone was entered."""

    TYPE: ClassVar[str] = "observation"
    TOPIC: ClassVar[str] = "observation-recorded-v1"
    EVENT: ClassVar[str] = "ObservationRecorded"
    RECORD_KIND: ClassVar[str] = "observation"
