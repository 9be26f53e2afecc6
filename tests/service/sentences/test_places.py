"""Places: regions are those of M49, and a place is written in one way."""

from __future__ import annotations

from itertools import combinations

from events.vocabulary import countries
from service.words.places import Place, place_title, region_name
from service.words.regions import REGIONS

CONTINENTS = ("africa", "americas", "asia", "europe", "oceania")


def test_every_country_but_antarctica_lies_in_one_continent() -> None:
    """And two regions have no country in common, unless one lies within the other."""
    of = [REGIONS[name].countries for name in CONTINENTS]
    assert sum(map(len, of)) == len(countries()) - 1
    assert countries() - frozenset().union(*of) == {"AQ"}
    for one, other in combinations((each.countries for each in REGIONS.values()), 2):
        assert one.isdisjoint(other) or one < other or other < one
    assert {"RU", "GB", "CH"} < REGIONS["europe"].countries
    assert not {"CY", "TR", "KZ"} & REGIONS["europe"].countries


def test_every_region_has_a_name_in_each_language() -> None:
    """The English one is its slug but for capitals and blanks."""
    for slug, region in REGIONS.items():
        assert region_name(slug, "en").removeprefix("the ").lower().replace(" ", "-") == slug
        assert region_name(slug, "zh") == place_title(Place(regions=(slug,)), "zh")
        assert region.name_zh


def test_what_lies_within_a_region_is_left_out() -> None:
    """Whatever the order in which it was named, and regions too; the countries meant are the
    same."""
    place = Place(("US", "JP", "CN", "US"), ("asia", "eastern-asia"))
    assert (place.countries, place.regions) == (("US",), ("asia",))
    assert place == Place(("US",), ("asia",))
    assert {*place.codes} == {"US"} | REGIONS["asia"].countries
    assert list(place.codes) == sorted(place.codes)
