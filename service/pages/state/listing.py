"""How much of a state its page lists: all facilities while they fit, else some, and where they are
among all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from projections import VALUES
from service.asking.filters import Wanted
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.pages.shell.narrower import Parts, parts_of
from service.pages.shell.pager import ROWS
from service.state.facilities import NUMBER, Facilities, Mask, Places, counts_by_status
from service.words import labels

MOST_FACILITIES = 400
"""So many facilities a page lists and draws; where there are more it has `LISTED` of them."""

LISTED = 50
"""How many facilities stand on each page, where one page does not hold all of them."""

MOST_MAPPED = 10_000
"""Of more facilities than this the map of the world shows those of the page alone."""


@dataclass(frozen=True)
class Listing:
    """The facilities of a state that its `visit` asks for.

    Of a period it is only known how many facilities there are at all, be they listed or not.
    """

    visit: Visit
    facilities: Facilities

    @property
    def wanted(self) -> Wanted:
        """What is asked for."""
        wanted: Wanted = self.visit.query.about
        return wanted

    @property
    def page(self) -> Wanted:
        """The same, as the page asks for it."""
        limit = min(self.wanted.limit, MOST_FACILITIES)
        if not self.is_whole and "limit" not in self.visit.texts:
            limit = LISTED
        return replace(self.wanted, limit=limit, beside=ROWS)

    @property
    def is_whole(self) -> bool:
        """Whether one page has room for all of them."""
        return self.total <= MOST_FACILITIES

    @property
    def total(self) -> int:
        """How many facilities are listed."""
        return int(np.count_nonzero(self._listed))

    @cached_property
    def statuses(self) -> Counter[str]:
        """How many facilities stand in the table of each status; beyond the horizon by what is
        expected of them."""
        return counts_by_status(self._shown[self._listed])

    @property
    def first(self) -> int | None:
        """The number of the first facility of the page, counted from 1; of a period None, as a
        facility may stand there more than once."""
        if self._is_of_period:
            return None
        after = self.wanted.after.partition(":")[0]
        return int(np.count_nonzero(self._listed[: self.facilities.order.after(after)])) + 1

    def parts(self) -> Parts:
        """The countries, fields and classes of them, each with its page."""
        here = self.visit.here
        found = self.facilities.slice.find("record", self.facilities.slice.as_of.at)
        places = found["place"][self._listed[self.facilities.places(found)]]

        def url(name: str, value: str) -> str:
            region = None if name == "country" else here.texts.get("region")
            return here.url(**{"region": region, name: value, "after": None})

        return parts_of(places, self.visit.lang, url)

    def of_status(self, *statuses: str) -> str:
        """The page of those of some statuses."""
        name = "expected" if self.facilities.slice.is_beyond else "status"
        return self.visit.here.url(**{name: ",".join(statuses), "after": None})

    def mapped(self) -> list[Members]:
        """Of every facility what the map of the world needs; nothing where there are too many, or
        where they lie in one country."""
        facilities = self.facilities
        if self.total > MOST_MAPPED or self._is_of_period:
            return []
        places = np.flatnonzero(self._listed)
        ids = facilities.order.ids_at(places)
        cards = facilities.slice.cards(ids)
        if len({card["country"] for card in cards.values()}) < 2:
            return []
        return [
            {
                "id": id,
                "short": labels.names_of(cards[id], self.visit.lang)[0],
                "shown": VALUES[number] if number > NUMBER[""] else None,
                "hoped": False,
                "country": cards[id]["country"],
                "place": cards[id].get("place", ""),
                "latitude": cards[id].get("latitude"),
                "longitude": cards[id].get("longitude"),
            }
            for id, number in zip(ids, self._shown[places].tolist(), strict=True)
        ]

    @property
    def _is_of_period(self) -> bool:
        return self.visit.query.as_of.during is not None

    @property
    def _shown(self) -> Places:
        """The number of the status by which each record stands in a table."""
        facilities = self.facilities
        return facilities.would if facilities.slice.is_beyond else facilities.statuses

    @cached_property
    def _listed(self) -> Mask:
        """Of every record, whether it is listed."""
        facilities = self.facilities
        if not self._is_of_period:
            return facilities.listed(self.wanted)
        found = facilities.slice.find("record", facilities.slice.as_of.at)
        of_facilities = found["value"] == VALUES.index("facility")
        return facilities.order.mask(facilities.places(found.where(of_facilities)))
