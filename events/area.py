"""The country and the field that something belongs to: its own, else those of its facility."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from events.fact import Line


class Area(NamedTuple):
    """A country and a field, by their codes; empty where there is none."""

    country: str
    field: str

    def within(self, other: Area) -> Area:
        """The same, with what it has not from another area."""
        return Area(self.country or other.country, self.field or other.field)


def area_of(line: Line, card_of: Callable[[str], Line | None]) -> Area:
    """The area of a card or of a statement. `card_of` gives the card of a facility by its id,
    None without one.

    >>> juno = {"type": "facility", "country": "CN", "field": "neutrino-physics"}
    >>> area_of({"type": "discovery", "facility": "juno", "field": "astronomy"}, {"juno": juno}.get)
    Area(country='CN', field='astronomy')
    """
    own = Area(line.get("country") or "", line.get("field") or "")
    if (own.country and own.field) or "facility" not in line:
        return own
    return own.within(area_of(card_of(line["facility"]) or {}, card_of))
