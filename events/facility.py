"""A facility: a machine, an observatory, a mission; its card says what it is.

Its life follows from milestones (`events.milestone`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import msgspec

from events.card import Card
from events.errors import MalformedLine
from events.fact import Citation, Country, Text, Uri, no_country
from events.vocabulary import Class, Field

Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]


class FacilityRegistered(Card, frozen=True, kw_only=True):
    """A facility was entered, with its card."""

    TYPE: ClassVar[str] = "facility"
    TOPIC: ClassVar[str] = "facility-registered-v1"
    EVENT: ClassVar[str] = "FacilityRegistered"
    RECORD_KIND: ClassVar[str] = "facility"

    name: Text
    name_zh: Text | None = None
    acronym: Text | None = None
    country: Country
    field: Field
    class_: Class | None = msgspec.field(default=None, name="class")
    operator: Text | None = None
    operator_zh: Text | None = None
    place: Text | None = None
    place_zh: Text | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    same_as: tuple[Uri, ...] = ()
    sources: tuple[Citation, ...] = ()

    def unsound(self) -> Iterator[MalformedLine]:
        """A country that there is not."""
        yield from no_country(self.country)
