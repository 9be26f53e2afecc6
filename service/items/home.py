"""Where an item belongs: the facility by its card, or the place that its statement names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from events.fact import Line
from projections.views.file import Database
from projections.views.state import State
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
    place: tuple[float, float] | None = None

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
        place=place,
    )


def homes_of(
    view: State, db: Database, facilities: Iterable[str], *, known: int
) -> dict[str, Home]:
    """Where facilities are, by their ids."""
    cards = view.cards(db, (f"record:{id}" for id in facilities), known=known)
    return {card["id"]: home_of(card) for card in cards.values()}


def finder(
    view: State, db: Database, claims: Collection[Claim], *, known: int
) -> Callable[[Claim], Home]:
    """What says of each of some statements where it belongs: by its own word, else by that of its
    facility."""
    facilities = {claim.facility for claim in claims}
    homes = homes_of(view, db, (id for id in facilities if id is not None), known=known)

    def find(claim: Claim) -> Home:
        home = Home() if claim.facility is None else homes[claim.facility]
        country, field = claim.country or home.country, claim.field or home.field
        if (country, field) == (home.country, home.field):
            return home
        return msgspec.structs.replace(home, country=country, field=field)

    return find
