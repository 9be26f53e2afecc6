"""Where an item belongs: the facility by its card, or the place that its statement names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from events.area import Area
from events.fact import Line
from projections.views.reading import Slice
from service.items.claim import Claim
from service.items.when import Texts
from service.words.names import short_name


class Home(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Where an item belongs: its facility, what that is called, and where it lies.

    `place` is latitude and longitude, `brief` the short name. What belongs to no facility has a
    home without a name.
    """

    facility: str | None = None
    name: Texts = {}
    brief: str = ""
    country: str = ""
    field: str = ""
    class_: str = ""
    place: tuple[float, float] | None = None

    @property
    def area(self) -> Area:
        """The country, the field and the class."""
        return Area(self.country, self.field, self.class_)

    @property
    def short(self) -> Texts:
        """The name where there is little room; in Chinese the Chinese one, if there is one."""
        if not self.name:
            return self.name
        zh = self.brief if self.name["zh"] == self.name["en"] else self.name["zh"]
        return {"en": self.brief, "zh": zh}


def home_of(card: Line) -> Home:
    """Where a facility is, by its card."""
    name = card["name"]
    place = None
    if "latitude" in card and "longitude" in card:
        place = (card["latitude"], card["longitude"])
    return Home(
        facility=card["id"],
        name={"en": name, "zh": card.get("name_zh") or name},
        brief=short_name(card),
        country=card["country"],
        field=card["field"],
        class_=card.get("class", ""),
        place=place,
    )


def homes_of(slice: Slice, facilities: Iterable[str]) -> dict[str, Home]:
    """Where facilities are, by their ids."""
    return {id: home_of(card) for id, card in slice.cards(facilities).items()}


def finder(slice: Slice, claims: Collection[Claim]) -> Callable[[Claim], Home]:
    """Returns a function that gives the home of any of `claims`: the country and the field that
    it names itself, else its facility's."""
    facilities = {claim.facility for claim in claims}
    homes = homes_of(slice, (id for id in facilities if id is not None))

    def find(claim: Claim) -> Home:
        home = Home() if claim.facility is None else homes[claim.facility]
        area = claim.area.within(home.area)
        return home if area == home.area else msgspec.structs.replace(home, **area._asdict())

    return find
