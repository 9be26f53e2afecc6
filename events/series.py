"""A series of readings: its card says what the readings (`events.indicator`) are readings of.

The card is part of the record that they are part of, and either may come first. A reading goes on
to say its own unit, which holds where it differs.
"""

from __future__ import annotations

from typing import ClassVar

from events.card import Card
from events.fact import Text


class SeriesRegistered(Card, frozen=True, kw_only=True):
    """A series of readings was entered, with its card."""

    TYPE: ClassVar[str] = "series"
    TOPIC: ClassVar[str] = "series-registered-v1"
    EVENT: ClassVar[str] = "SeriesRegistered"
    RECORD_KIND: ClassVar[str] = "indicator"

    name: Text
    name_zh: Text | None = None
    unit: Text | None = None
    unit_zh: Text | None = None
