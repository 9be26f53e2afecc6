"""The scale: days to pixels, and round ticks for a span of any length."""

from __future__ import annotations

from itertools import pairwise

import pytest

from events.dates import Language, civil, day
from service.drawing.letters import fitted, width
from service.drawing.scale import Scale, ticks, year_label

SPANS = [
    (day(2025, 8, 20), day(2025, 8, 29)),
    (day(2025, 8, 1), day(2025, 10, 31)),
    (day(2025, 1, 1), day(2026, 12, 31)),
    (day(2013, 1, 1), day(2016, 12, 31)),
    (day(2013, 1, 1), day(2027, 12, 31)),
    (day(1970, 1, 1), day(2032, 12, 31)),
    (day(-240, 1, 1), day(2032, 12, 31)),
    (day(-9999, 1, 1), day(12025, 12, 31)),
    (day(-1_000_000, 1, 1), day(1_000_000, 12, 31)),
    (day(12025, 3, 1), day(12025, 5, 1)),
]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("pixels", [330, 1180])
@pytest.mark.parametrize(("first", "last"), SPANS)
def test_ticks_stand_apart_whatever_the_span(
    first: int, last: int, pixels: int, lang: Language
) -> None:
    """From days to millions of years there are ticks, inside the scale, with room for labels."""
    scale = Scale(first=first, last=last, left=0, right=pixels)
    found = ticks(scale, lang=lang)
    assert 1 <= len(found) <= pixels / 40
    assert all(first <= tick.day <= last for tick in found)
    for one, other in pairwise(found):
        assert scale.x(other.day) - scale.x(one.day) >= width(one.text, 11)


@pytest.mark.parametrize(("first", "last"), SPANS[4:])
def test_ticks_of_years_lie_on_the_first_of_january(first: int, last: int) -> None:
    """A tick of a year is its first day, and its years are round."""
    found = ticks(Scale(first=first, last=last, left=0, right=400), lang="en")
    if last - first > 1000:
        assert {civil(tick.day)[1:] for tick in found} == {(1, 1)}


def test_a_scale_of_any_length_has_ticks() -> None:
    """No width and no length of a span is without ticks that stand apart."""
    for pixels in (60, 330, 1180):
        for days in range(3, 6000, 41):
            scale = Scale(first=day(2013, 5, 9), last=day(2013, 5, 9) + days, left=0, right=pixels)
            found = ticks(scale, lang="en")
            for one, other in pairwise(found):
                assert scale.x(other.day) - scale.x(one.day) >= width(one.text, 11)


def test_a_day_and_its_pixel_are_turned_round() -> None:
    """`day` gives back the day of every pixel that `x` gave."""
    scale = Scale(first=day(2000, 1, 1), last=day(2009, 12, 31), left=50, right=1100)
    for each in range(scale.first, scale.last, 97):
        assert scale.day(scale.x(each) + scale.per_day / 2) == each


def test_a_year_before_the_first_is_labelled_as_people_count() -> None:
    """The year 0 is 1 BC: no label shows a year 0 or a minus."""
    assert [year_label(year, "en") for year in (1, 0, -1)] == ["1", "1 BC", "2 BC"]
    assert year_label(-239, "zh") == "公元前240年"


def test_a_text_is_never_fitted_beyond_its_room() -> None:
    """The longest beginning that fits is kept, in every room."""
    name = "江门中微子实验 Jiangmen Underground"
    for room in range(20, 300, 7):
        kept = fitted(name, 12, room)
        assert width(kept, 12) <= room
        assert kept == name or kept.endswith("…")
