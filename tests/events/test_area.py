"""The country and the field of something are its own, else those of its facility."""

from __future__ import annotations

import pytest

from events.area import area_of
from events.fact import Line

CARDS: dict[str, Line] = {
    "juno": {"type": "facility", "id": "juno", "country": "CN", "field": "particle-physics"}
}


@pytest.mark.parametrize(
    ("line", "area"),
    [
        (CARDS["juno"], ("CN", "particle-physics")),
        ({"facility": "juno"}, ("CN", "particle-physics")),
        ({"facility": "juno", "country": "IT"}, ("IT", "particle-physics")),
        ({"facility": "juno", "field": "astronomy"}, ("CN", "astronomy")),
        ({"country": "IT"}, ("IT", "")),
        ({"facility": "unheard-of", "country": "IT"}, ("IT", "")),
        ({}, ("", "")),
    ],
)
def test_the_facility_says_what_a_line_leaves_out(line: Line, area: tuple[str, str]) -> None:
    """Each of the two by itself; what neither says is empty."""
    assert area_of(line, CARDS.get)[:2] == area


def test_a_class_is_that_of_the_facility() -> None:
    """A statement has none of its own; what belongs to no facility has none."""
    ring = {"type": "facility", "country": "CN", "field": "photon-science", "class": "light-source"}
    cards = {"ring": ring, **CARDS}
    assert area_of(ring, cards.get).class_ == "light-source"
    finding = {"facility": "ring", "country": "IT", "field": "materials"}
    assert area_of(finding, cards.get) == ("IT", "materials", "light-source")
    assert area_of({"country": "CN"}, cards.get).class_ == ""
