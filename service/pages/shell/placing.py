"""The places that the form of a page lets its reader choose, several at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from projections import VALUES
from projections.views.columns import country_of
from projections.views.reading import Slice
from service.translations import Language
from service.words.places import Place, country, name_order, place_title
from service.words.regions import REGIONS


@dataclass(frozen=True, slots=True)
class Choice:
    """A country or a region that can be chosen: what the form sends for it, and its name."""

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """The places that can be chosen, and what those that are chosen are called together."""

    chosen: str
    regions: list[Choice]
    countries: list[Choice]


def places_offered(world: Slice, chosen: Place, lang: Language) -> Choices:
    """The countries that have facilities in a slice, by name, and the regions in which they lie;
    what is chosen is there in any case."""
    found = world.find("record", world.as_of.at)
    places = np.unique(found["place"][found["value"] == VALUES.index("facility")])
    held = {country_of(place) for place in places.tolist()} - {""}
    codes = sorted(
        {*held, *chosen.countries}, key=lambda code: name_order(country(code, lang), lang)
    )
    return Choices(
        place_title(chosen, lang),
        [
            Choice(slug, place_title(Place(regions=(slug,)), lang), slug in chosen.regions)
            for slug, region in REGIONS.items()
            if slug in chosen.regions or region.countries & held
        ],
        [Choice(code, country(code, lang), code in chosen.countries) for code in codes],
    )
