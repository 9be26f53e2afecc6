"""The density strip: columns of a year, on the timeline's own scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from events.dates import day
from service.drawing.lanes import Drawing, Frame, as_written
from service.drawing.scale import Scale
from service.drawing.strip import Tally, strip
from service.drawing.timeline import timeline_scale
from tests.service.drawing.conftest import Scene
from tests.service.drawing.seeing import classed, leaving, meeting, texts, tree

FRAME = Frame(first=day(1970, 1, 1), last=day(2029, 12, 31), cursor=day(2013, 12, 31))
SCALE = Scale(first=FRAME.first, last=FRAME.last, left=60, right=1100)


def drawn(*tallies: Tally, frame: Frame = FRAME, scale: Scale = SCALE) -> Drawing:
    """A strip of the tallies that links to years."""
    return strip(
        tallies,
        frame,
        scale,
        lang="en",
        words=as_written,
        label="Events a year",
        flag="end of 2013",
        href=lambda year: f"/?at={year}&x=1",
    )


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("year", [1970, 1971, 1985, 2013, 2024, 2032])
def test_no_two_texts_meet_on_the_shipped_chronicle(
    scene: Callable[[int, str], Scene], year: int, narrow: bool
) -> None:
    """The flag, the years and the greatest number stand apart wherever the cursor is."""
    shown = scene(year, "2026-11-25")
    only = strip(
        shown.tallies,
        shown.frame,
        timeline_scale(shown.lanes, shown.frame, narrow=narrow),
        lang="en",
        words=as_written,
        label="Events a year",
        flag=f"end of {year}",
        remarks="slip",
        narrow=narrow,
    )
    assert not meeting(only)
    assert not leaving(only)
    assert str(year) in [box.text for box in texts(only)]


def test_a_column_stands_on_its_year_and_is_as_tall_as_its_count() -> None:
    """Heights are in proportion, and a column lies between the first days of two years."""
    root = tree(drawn(Tally(1980, "milestone", 4), Tally(1990, "milestone", 2)))
    tall, short = classed(root, "k-milestone")
    assert float(tall.get("height", "")) > 1.9 * float(short.get("height", ""))
    left, right = SCALE.x(day(1980, 1, 1)), SCALE.x(day(1981, 1, 1))
    x = float(tall.get("x", ""))
    assert left <= x
    assert x + float(tall.get("width", "")) <= right


def test_a_column_is_a_link_to_its_year_that_tells_its_numbers() -> None:
    """The title names the kinds; the link is escaped."""
    root = tree(
        drawn(Tally(1980, "milestone", 4), Tally(1980, "policy", 1), Tally(1980, "odd<", 1))
    )
    (link,) = root.iter("a")
    assert link.get("href") == "/?at=1980&x=1"
    assert link.find("title") is not None
    assert link.findtext("title") == "1980: milestones 4, policies 1, odd< 1"


def test_years_too_narrow_to_see_are_put_together() -> None:
    """Over ten thousand years a column is a whole number of years, and no count is lost."""
    frame = Frame(first=day(-240, 1, 1), last=day(12025, 12, 31), cursor=day(2013, 12, 31))
    scale = Scale(first=frame.first, last=frame.last, left=60, right=1100)
    root = tree(drawn(*(Tally(year, "milestone", 1) for year in range(-240, 2000)), frame=frame,
                      scale=scale))  # fmt: skip
    titles = [title.text or "" for title in root.iter("title")]
    assert sum(int(title.rsplit(" ", 1)[1]) for title in titles) == 2240
    assert "BC" in titles[0]


def test_without_events_there_is_still_an_axis() -> None:
    """An empty chronicle has a strip with years and a cursor."""
    only = drawn()
    assert len(classed(tree(only), "cursor")) == 1
    assert "2013" in [box.text for box in texts(only)]


def test_the_horizon_and_the_cursor_are_drawn_where_they_lie() -> None:
    """What had been stated by then ends at a dotted line; a cursor outside is not drawn."""
    frame = replace(FRAME, cursor=day(2024, 12, 31), horizon=day(2016, 12, 31))
    root = tree(drawn(frame=frame))
    (horizon,), (cursor,) = classed(root, "horizon"), classed(root, "cursor")
    lines = [float(each.get("d", "").split()[0][1:]) for each in (horizon, cursor)]
    days = [SCALE.x(day(2017, 1, 1)), SCALE.x(day(2025, 1, 1))]
    assert lines == pytest.approx(days, abs=0.06)
    for outside in (-240, 12025):
        only = drawn(frame=replace(FRAME, cursor=day(outside, 12, 31)))
        assert not classed(tree(only), "cursor")
        assert not classed(tree(only), "flagbox")
        assert not meeting(only)
