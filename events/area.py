"""The country, the field and the class that something belongs to: its own, else those of its
facility."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from events.fact import Line


class Area(NamedTuple):
    """A country, a field and a class of facilities, by their codes; empty where there is none."""

    country: str
    field: str
    class_: str = ""

    def within(self, other: Area) -> Area:
        """The same, with what it has not from another area."""
        return Area(*(own or others for own, others in zip(self, other, strict=True)))


def area_of(line: Line, card_of: Callable[[str], Line | None]) -> Area:
    """The area of a card or of a statement. `card_of` gives the card of a facility by its id,
    None without one. A class is on cards alone.

    >>> juno = {"type": "facility", "country": "CN", "field": "fusion", "class": "experiment"}
    >>> area_of({"type": "discovery", "facility": "juno", "field": "astronomy"}, {"juno": juno}.get)
    Area(country='CN', field='astronomy', class_='experiment')
    """
    own = Area(*(line.get(member) or "" for member in ("country", "field", "class")))
    if "facility" not in line:
        return own
    return own.within(area_of(card_of(line["facility"]) or {}, card_of))
