"""The ladder, the life of a record, courses and sparklines."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from events.dates import day
from service.drawing.course import Series, course, spread
from service.drawing.ladder import draw_ladder
from service.drawing.lanes import Bar, Drawing, Edge, Frame, Lane, Rung, Staircase, on
from service.drawing.life import draw_life
from service.drawing.sparkline import sparkline
from tests.service.drawing.conftest import Scene
from tests.service.drawing.seeing import classed, leaving, meeting, texts, tree

FRAME = Frame(first=day(1980, 1, 1), last=day(2026, 12, 31), cursor=day(2013, 12, 31))


def rung(said: int, due: int, *, text: str = "", slip: str = "", note: str = "") -> Rung:
    """A promise of a year for a year."""
    return Rung(
        said=on(day(said, 6, 1)),
        due=Edge(day(due, 1, 1), day(due, 12, 31)),
        text=text,
        slip=slip,
        note=note,
    )


LADDER = Staircase(
    rungs=(
        rung(2015, 2020, text="said 2015, for 2020", slip="first promise"),
        rung(2019, 2021, text="said 2019, for 2021", slip="+1.0 y", note="a source <b>"),
        rung(2021, 2022, text="said 2021, for 2022", slip="+2.0 y"),
    ),
    came=on(day(2025, 8, 26)),
    came_text="began 26 Aug 2025",
    result="+4.7 y",
)


def ladder(of: Staircase, *, narrow: bool = False) -> Drawing:
    """The ladder in English."""
    return draw_ladder(of, lang="en", label="JUNO", narrow=narrow)


@pytest.mark.parametrize("narrow", [False, True])
def test_no_text_of_a_ladder_meets_another_on_the_shipped_chronicle(
    scene: Callable[[int, str], Scene], narrow: bool
) -> None:
    """Every ladder of the shipped chronicle can be read in both widths."""
    lanes = scene(2024, "2026-11-25").lanes
    found = [each for lane in lanes for each in lane.promises]
    assert len(found) > 30
    for each in found:
        shown = ladder(each, narrow=narrow)
        assert not meeting(shown), each
        assert not leaving(shown), each


def test_the_rungs_go_down_like_a_staircase() -> None:
    """Boxes lie later and lower with each slip, and hatching runs from the first promise."""
    root = tree(ladder(LADDER))
    boxes = classed(root, "prom")
    assert [float(box.get("x", "")) for box in boxes] == sorted(
        float(box.get("x", "")) for box in boxes
    )
    assert [float(box.get("y", "")) for box in boxes] == sorted(
        float(box.get("y", "")) for box in boxes
    )
    first_end = float(boxes[0].get("x", "")) + float(boxes[0].get("width", ""))
    hatched = classed(root, "slipbar")
    assert len(hatched) == 3, "two rungs behind the first, and what came"
    starts = [float(bar.get("x", "")) for bar in hatched]
    assert starts == pytest.approx([first_end] * 3, abs=0.12)
    came, *behind = (float(bar.get("width", "")) for bar in hatched)
    assert behind[0] < behind[1] < came


def test_what_came_is_a_line_through_all_rungs() -> None:
    """The day that it came is drawn in the colour of what runs; without it there is no line."""
    assert len(classed(tree(ladder(LADDER)), "camel")) == 1
    pending = replace(LADDER, came=None, came_text="", result="", pending=True)
    assert not classed(tree(ladder(pending)), "camel")


@pytest.mark.parametrize(
    "rungs",
    [
        (),
        (rung(-300, -240),),
        (rung(12000, 12025),),
        (Rung(said=on(day(2015, 1, 1)), due=Edge(day(2020, 1, 1), None)),),
        (Rung(said=Edge(None, day(2015, 1, 1)), due=Edge(None, day(2020, 1, 1))),),
        (Rung(said=on(day(2015, 1, 1)), due=Edge(None, None)),),
    ],
)
def test_any_ladder_is_drawn(rungs: tuple[Rung, ...]) -> None:
    """No rung, far years and open dates give a drawing whose texts stay inside."""
    for narrow in (False, True):
        shown = ladder(Staircase(rungs=rungs), narrow=narrow)
        assert len(classed(tree(shown), "prom")) == len(rungs)
        assert not leaving(shown)


def test_a_life_names_each_status_over_its_beginning() -> None:
    """Texts that would meet move up a row, so that all are kept."""
    bars = tuple(
        Bar(status=status, start=on(day(2024, month, 1)), end=None, text=f"{status} {month} 2024")
        for status, month in (("approved", 1), ("under-construction", 2), ("operating", 3))
    )
    lane = Lane(record="juno", name="JUNO", href="/records/juno", bars=bars)
    for narrow in (False, True):
        shown = draw_life(lane, FRAME, lang="en", label="Phases", narrow=narrow)
        assert [box.text for box in texts(shown) if "2024" in box.text] == [b.text for b in bars]
        assert not meeting(shown)
        assert not leaving(shown)


def series(count: int, *, value: float = 10) -> list[Series]:
    """So many series that all end close together."""
    return [
        Series(
            key=str(n),
            name=f"Country {n}",
            points=(
                (day(1985, 1, 1), 0),
                (day(2000, 1, 1), None),
                (day(2005, 1, 1), value + n / 9),
            ),
            href=f"/trends?country={n}&x",
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 5, 30])
@pytest.mark.parametrize("wide", [340, 1200])
def test_names_at_the_ends_of_lines_stand_apart(count: int, wide: int) -> None:
    """However close the lines end, their names do not meet, and none is left out."""
    shown = course(series(count), FRAME, lang="en", label="Trends", unit="facilities", wide=wide)
    assert len(classed(tree(shown), "end-name")) == count
    assert not meeting(shown)
    assert not leaving(shown)


def test_a_name_is_joined_to_where_its_line_ends() -> None:
    """A line that breaks off for good is joined to its name from there, not from the rim."""
    ended = replace(series(1)[0], points=((day(1985, 1, 1), 5), (day(2000, 1, 1), None)))
    shown = course([ended], FRAME, lang="en", label="Trends")
    (lead,), (line,) = classed(tree(shown), "lead"), classed(tree(shown), "run")
    assert lead.get("d", "").startswith(f"M{line.get('d', '').rsplit('H', 1)[1]} ")


def test_a_series_without_values_has_no_line_and_no_name() -> None:
    """Nothing known is not drawn as nought, and a long name is whole in its title."""
    empty = replace(series(1)[0], points=())
    long = replace(series(1)[0], name="The longest name of a series that anybody has ever given")
    shown = course([empty, long], FRAME, lang="en", label="Trends", wide=340)
    assert len(classed(tree(shown), "run")) == 1
    assert long.name in {title.text for title in tree(shown).iter("title")}
    assert not leaving(shown)


def test_the_clock_is_drawn_on_a_ladder_where_it_lies_among_the_dates() -> None:
    """A clock before or after all dates is not drawn."""
    for year, lines in ((2018, 1), (1990, 0), (2040, 0)):
        shown = draw_ladder(LADDER, lang="zh", label="JUNO", cursor=day(year, 12, 31))
        assert len(classed(tree(shown), "cursor")) == lines


def test_a_line_holds_its_value_and_breaks_at_a_gap() -> None:
    """A stepped course goes level to its gap, and begins anew after it."""
    shown = course(series(1), FRAME, lang="en", label="Trends")
    (line,) = classed(tree(shown), "run")
    assert line.get("d", "").count("M") == 2
    assert "L" not in line.get("d", "")
    joined = course(series(1), FRAME, lang="en", label="Trends", stepped=False)
    assert "H" not in classed(tree(joined), "run")[0].get("d", "")


def test_spread_moves_no_place_that_stands_apart() -> None:
    """Places with room keep it; those in a crowd stand about their mean, inside the bounds."""
    assert spread([20, 60, 100], 14, 0, 200) == [20, 60, 100]
    crowd = spread([50, 50, 50], 14, 0, 200)
    assert crowd == [36, 50, 64]
    edge = spread([199, 199], 14, 0, 200)
    assert edge == [186, 200]
    assert spread([1, 1], 14, 0, 200) == [0, 14]


def test_a_sparkline_is_dark_to_the_clock_and_pale_after_it() -> None:
    """The dark part ends at the clock with a dot; what came after is another line."""
    points = [(day(year, 1, 1), float(year - 1980)) for year in range(1980, 2026)]
    root = tree(str(sparkline(points, FRAME)))
    (dark,), (pale,), (dot,) = classed(root, "sp"), classed(root, "sp-l"), classed(root, "sp-d")
    ends = max(float(x) for x in re.findall(r"H([0-9.]+)", dark.get("d", "")))
    assert ends == pytest.approx(float(dot.get("cx", "")), abs=0.06)
    assert float(pale.get("d", "").split()[0][1:]) <= ends


@pytest.mark.parametrize("points", [[], [(day(2030, 1, 1), 1.0)], [(day(2000, 1, 1), None)]])
def test_a_sparkline_without_a_value_at_the_clock_has_no_dot(
    points: list[tuple[int, float | None]],
) -> None:
    """Nothing known is not drawn as nought."""
    assert not classed(tree(str(sparkline(points, FRAME))), "sp-d")


def test_whatever_is_given_is_escaped() -> None:
    """Texts with signs of markup come back as they were given."""
    nasty = "<b>\"quoted\" & 'single'</b>"
    shown = (
        ladder(replace(LADDER, came_text=nasty)),
        course([replace(series(1)[0], name=nasty)], FRAME, lang="zh", label=nasty, unit=nasty),
    )
    for each in shown:
        assert nasty in {box.text for box in texts(each)}
