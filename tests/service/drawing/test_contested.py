"""A bar whose date is contested has a ring over its beginning, which the legend explains."""

from __future__ import annotations

from events.dates import day
from service.drawing.lanes import Bar, Frame, Lane, as_written, on
from service.drawing.life import draw_life
from service.drawing.marks import legend
from tests.service.drawing.seeing import classed, tree

FRAME = Frame(first=day(2000, 1, 1), last=day(2020, 12, 31), cursor=day(2020, 12, 31))


def rings(*, contested: bool, status: str = "operating") -> int:
    """How many rings the life of a facility has, of which the date is contested or not."""
    bar = Bar(status=status, start=on(day(2010, 1, 1)), contested=contested, title="a")
    lane = Lane(record="a", name="A", href="/records/a", bars=(bar,))
    return len(classed(tree(draw_life(lane, FRAME, lang="en", label="a")), "contested"))


def test_a_contested_beginning_has_a_ring() -> None:
    """Also one that closes the lane; others have none."""
    assert [rings(contested=each) for each in (True, False)] == [1, 0]
    assert rings(contested=True, status="decommissioned") == 1


def test_the_legend_has_the_ring() -> None:
    """In words."""
    [sign] = [each for each in legend(as_written)["marks"] if each.text == "date contested"]
    assert "contested" in sign.svg
