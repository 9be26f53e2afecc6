"""Places of the naive model: which of a few countries a question means, worked out anew."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

COUNTRIES = ("CN", "JP", "FR")
"""The countries of random histories."""

REGIONS = {
    "asia": ("CN", "JP"),
    "eastern-asia": ("CN", "JP"),
    "europe": ("CH", "DE", "FR"),
    "western-europe": ("CH", "DE", "FR"),
    "africa": (),
}
"""Some regions, each with those countries of random histories and of the shipped chronicle that the
United Nations count to it."""


def within(country: str | None, region: str | None) -> Callable[[str | None], bool]:
    """Whether something of a country, or of none, is meant; both texts may have commas."""
    if country is None and region is None:
        return lambda _: True
    meant = set(country.split(",")) if country else set()
    for name in region.split(",") if region else ():
        meant |= {*REGIONS[name]}
    return lambda of: of in meant


def random_place(rng: Random) -> dict[str, str]:
    """The filters of some countries, some regions or both, in any order, some twice."""
    countries = rng.choices((*COUNTRIES, "US"), k=rng.choice((0, 1, 1, 2, 3)))
    regions = rng.choices(tuple(REGIONS), k=rng.choice((0, 0, 1, 2)))
    named = {"country": ",".join(countries), "region": ",".join(regions)}
    return {name: text for name, text in named.items() if text}
