"""A discovery: something found, at a facility or elsewhere."""

from __future__ import annotations

from typing import ClassVar

from events.statement import ChainedFact


class DiscoveryRecorded(ChainedFact, frozen=True, kw_only=True):
    """A finding was claimed."""

    TYPE: ClassVar[str] = "discovery"
    TOPIC: ClassVar[str] = "discovery-recorded-v1"
    EVENT: ClassVar[str] = "DiscoveryRecorded"
    RECORD_KIND: ClassVar[str] = "discovery"
