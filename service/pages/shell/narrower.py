"""What there is of a part of the world: how many facilities of each country, field and class, each
as a link to the same page about these alone. Of more than a page shows, it is where to go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from projections import VALUES
from projections.views.columns import class_of, country_of, field_of
from projections.views.reading import Slice
from service.translations import Language
from service.words import labels
from service.words.places import country

MOST_PARTS = 40
"""How many parts of a kind are named."""


class Part(NamedTuple):
    """A part of what a page is about: its name, how many facilities it has, and its page."""

    name: str
    facilities: int
    href: str


Parts = Mapping[str, list[Part]]
"""Parts by the parameter that asks for them, those with the most facilities first."""

IN: Mapping[str, Callable[[int], str]] = {
    "country": country_of,
    "field": field_of,
    "class": class_of,
}
"""What the number of a place says, by the parameter that asks for it."""


def parts_of(places: npt.NDArray[Any], lang: Language, url: Callable[[str, str], str]) -> Parts:
    """The parts of some facilities, by the numbers of their places.

    `url` gives the page about a value of a parameter. A parameter of which no value asks for less
    is left out.
    """
    numbers, counts = np.unique(places, return_counts=True)
    pairs = list(zip(numbers.tolist(), counts.tolist(), strict=True))
    found = {}
    for name, value_of in IN.items():
        by = Counter[str]()
        for number, count in pairs:
            by[value_of(number)] += count
        if len(by) > 1:
            found[name] = [
                Part(
                    country(code, lang) if name == "country" else labels.label(code, lang),
                    count,
                    url(name, code),
                )
                for code, count in by.most_common()
                if code
            ][:MOST_PARTS]
    return found


def places_of(slice: Slice) -> npt.NDArray[Any]:
    """The numbers of the places of the facilities of a slice."""
    found = slice.find("record", slice.as_of.at)
    return np.asarray(found["place"][found["value"] == VALUES.index("facility")])
