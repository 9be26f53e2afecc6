"""A facility: a machine, an observatory, a mission; its card says what it is.

Its life follows from milestones (`events.milestone`). The card has one clock,
`known`: an amendment mends it for good.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from events.fact import Citation, Country, Fact, Slug, Text, check_country
from events.vocabulary import Field

Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]


class FacilityRegistered(Fact, frozen=True, kw_only=True):
    """A facility was entered, with its card."""

    TYPE: ClassVar[str] = "facility"
    TOPIC: ClassVar[str] = "facility-registered-v1"
    EVENT: ClassVar[str] = "FacilityRegistered"

    id: Slug
    name: Text
    name_zh: Text | None = None
    acronym: Text | None = None
    country: Country
    field: Field
    operator: Text | None = None
    place: Text | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    sources: tuple[Citation, ...] = ()

    def check(self) -> None:
        """Refuse a country that there is not."""
        check_country(self.country)
