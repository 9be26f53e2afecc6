"""Which items are wanted."""

from __future__ import annotations

from dataclasses import dataclass

from events.area import Area
from events.dates import Day
from service.items.item import KINDS, Item, Kind
from service.words.places import Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection(Placed):
    """Which items are wanted. Days `first` to `last` of valid time, both included; None is all.

    `record` wants one record and, of a facility, what was done with it; `facilities` likewise
    some of them; `among` looks into these records alone.
    """

    kinds: tuple[Kind, ...] = KINDS
    field: str | None = None
    class_: str | None = None
    record: str | None = None
    facilities: frozenset[str] | None = None
    among: frozenset[str] | None = None
    first: Day | None = None
    last: Day | None = None

    def takes(self, item: Item) -> bool:
        """Whether an item of a kind that is wanted is so itself."""
        # There may be tens of thousands of items: a filter that is not set costs no call.
        if self.place.among and item.country not in self.place.among:
            return False
        if self.field is not None and item.field != self.field:
            return False
        if self.class_ is not None and item.home.class_ != self.class_:
            return False
        if self.record is not None and self.record not in (item.record, item.lane):
            return False
        if self.facilities is not None and item.home.facility not in self.facilities:
            return False
        if self.first is not None and item.stop is not None and item.stop <= self.first:
            return False
        if self.last is None:
            return True
        begins = item.first
        if begins is None and item.start is not None:
            begins = item.start.earliest
        return begins is None or begins <= self.last

    def is_at(self, area: Area) -> bool:
        """Whether something of a country, a field and a class is wanted."""
        return (
            self.place.has(area.country)
            and self.field in (None, area.field)
            and self.class_ in (None, area.class_)
        )
