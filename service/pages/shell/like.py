"""Like with like: the classes that the chronicle means to hold whole in all countries, by which
these can be compared, each with how many of it lie in some places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from projections.views.columns import class_of, country_of
from projections.views.reading import Slice
from service.pages.shell.narrower import places_of
from service.words import labels
from service.words.number import number_text
from service.words.places import Place, place_title
from service.words.speech import Speech
from service.words.whole_classes import WHOLE

HOME = Place(("CN",))
"""Where no place is named, it is said how many lie in the country that the chronicle began with."""


class WholeClass(NamedTuple):
    """A class: its name, how many of it there are in some places and in all, and its page."""

    name: str
    figures: str
    href: str


def whole_classes(
    world: Slice, places: Iterable[Place], say: Speech, url: Callable[[str], str]
) -> list[WholeClass]:
    """The classes of which a slice of the world has any, those with the most facilities first."""
    found = [(class_of(each), country_of(each)) for each in places_of(world).tolist()]
    counts = Counter(code for code, _ in found if code in WHOLE)
    named = [place for place in dict.fromkeys(places) if place] or [HOME]
    return [
        WholeClass(
            labels.label(code, say.lang),
            say(
                "%(parts)s of %(all)s",
                parts=say(", ").join(
                    say(
                        "%(place)s %(count)s",
                        place=place_title(place, say.lang),
                        count=number_text(sum(of == code and place.has(in_) for of, in_ in found)),
                    )
                    for place in named
                ),
                all=number_text(count),
            ),
            url(code),
        )
        for code, count in counts.most_common()
    ]
