"""The timeline: bars lie where dates say, and every name can be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from events.dates import day
from service.drawing.lanes import Bar, Dot, Drawing, Edge, Frame, Heading, Lane, Rung, Staircase, on
from service.drawing.marks import finished
from service.drawing.timeline import in_order, timeline, timeline_scale, weight
from tests.service.drawing.conftest import Scene
from tests.service.drawing.seeing import classed, leaving, marks_of, meeting, texts, tree

FRAME = Frame(first=day(2000, 1, 1), last=day(2029, 12, 31), cursor=day(2013, 12, 31))
LANE = Lane(record="juno", name="JUNO", href="/records/juno", group="particles")


def bar(status: str, start: Edge, end: Edge | None = None, *, expected: bool = False) -> Bar:
    """A bar whose statement is its status."""
    return Bar(
        status=status, start=start, end=end, expected=expected, title=status, statement=status
    )


def drawn(*bars: Bar, frame: Frame = FRAME, narrow: bool = False) -> Drawing:
    """The one drawing of a lane with the bars."""
    (only,) = timeline([replace(LANE, bars=bars)], frame, lang="en", narrow=narrow)
    return only


def x_of(frame: Frame, when: int, *bars: Bar) -> float:
    """Where a day lies in the drawing of a lane with the bars."""
    return timeline_scale([replace(LANE, bars=bars)], frame).x(when)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(
    ("year", "stated"),
    [(1985, "2026-11-25"), (2008, "2026-11-25"), (2013, "2026-11-25"), (2024, "2026-11-25"),
     (2013, "2013-12-31"), (2024, "2016-12-31"), (2031, "2016-12-31")],
)  # fmt: skip
def test_no_two_texts_meet_and_none_leaves_on_the_shipped_chronicle(
    scene: Callable[[int, str], Scene], year: int, stated: str, narrow: bool
) -> None:
    """Names, headings, years and remarks of the shipped chronicle stand apart in every year."""
    shown = scene(year, stated)
    drawings = timeline(shown.lanes, shown.frame, lang="en", headings=shown.headings, narrow=narrow)
    assert len(drawings) > 8
    assert sum(len(classed(tree(each), "lab")) for each in drawings) == len(shown.lanes)
    for each in drawings:
        assert not meeting(each), each.key
        assert not leaving(each), each.key


def test_the_check_of_texts_sees_what_meets() -> None:
    """Two names on one spot are found to meet, so that the rule above has teeth."""
    one = drawn(bar("operating", on(day(2010, 1, 1))))
    name = re.search(r"<text class=\"lab run\".*?</text>", str(one.svg))
    assert name is not None
    twice = replace(one, svg=finished(str(one.svg).replace(name[0], name[0] * 2)))
    assert meeting(twice) == [("JUNO", "JUNO")]


def test_a_bar_known_to_the_day_lies_from_its_first_day_to_its_end() -> None:
    """A rectangle begins at the morning of its first day, and ends where what follows begins."""
    built = bar("under-construction", on(day(2008, 3, 1)), on(day(2012, 7, 1)))
    (rect,) = marks_of(tree(drawn(built)), "under-construction")
    left = x_of(FRAME, day(2008, 3, 1), built)
    right = x_of(FRAME, day(2012, 7, 1), built)
    assert float(rect.get("x", "")) == pytest.approx(left, abs=0.06)
    assert float(rect.get("width", "")) == pytest.approx(right - left, abs=0.06)
    assert rect.get("mask") is None


def test_a_vague_edge_fades_from_its_first_to_its_last_possible_day() -> None:
    """What is only known to the year rises over the whole year, and falls over the other one."""
    vague = Edge(day(2005, 1, 1), day(2005, 12, 31))
    gone = Edge(day(2010, 1, 1), day(2010, 12, 31))
    held = bar("operating", vague, gone)
    rise, solid, fall = marks_of(tree(drawn(held)), "operating")
    assert (rise.get("mask"), solid.get("mask"), fall.get("mask")) == (
        "url(#an-in)",
        None,
        "url(#an-out)",
    )
    for shape, first, last in (
        (rise, vague.earliest, vague.latest),
        (solid, vague.latest, gone.earliest),
        (fall, gone.earliest, gone.latest),
    ):
        assert first is not None
        assert last is not None
        left, right = x_of(FRAME, first, held), x_of(FRAME, last, held)
        assert float(shape.get("x", "")) == pytest.approx(left, abs=0.06)
        assert float(shape.get("width", "")) == pytest.approx(right - left, abs=0.12)


def test_a_bar_that_may_have_ended_before_it_is_known_to_have_begun_is_vague_throughout() -> None:
    """Where both edges overlap nothing is solid, and nothing lies outside the bounds."""
    held = bar(
        "operating",
        Edge(day(2005, 1, 1), day(2009, 12, 31)),
        Edge(day(2007, 1, 1), day(2011, 12, 31)),
    )
    shapes = marks_of(tree(drawn(held)), "operating")
    assert [shape.get("mask") for shape in shapes] == ["url(#an-in)", "url(#an-out)"]
    left, right = x_of(FRAME, day(2005, 1, 1), held), x_of(FRAME, day(2011, 12, 31), held)
    begins = float(shapes[0].get("x", ""))
    ends = float(shapes[1].get("x", "")) + float(shapes[1].get("width", ""))
    assert [begins, ends] == pytest.approx([left, right], abs=0.12)


def test_a_bar_without_an_end_is_pointed_at_the_last_day_known() -> None:
    """An open end reaches to today and has a tip; it is never drawn to a far date."""
    open_bar = bar("operating", on(day(2008, 1, 1)))
    frame = replace(FRAME, today=day(2020, 6, 30))
    (path,) = marks_of(tree(drawn(open_bar, frame=frame)), "operating")
    xs = [float(x) for x in re.findall(r"[MHL]([0-9.]+)", path.get("d", ""))]
    today = x_of(frame, day(2020, 7, 1), open_bar)
    assert sorted(set(xs))[-2] == pytest.approx(today, abs=0.06)
    assert max(xs) == pytest.approx(today + 6, abs=0.06)


def test_beyond_the_horizon_a_status_goes_on_hollow_to_the_cursor() -> None:
    """What was last stated is solid to the horizon, and only outlined from there."""
    held = bar("operating", on(day(2008, 1, 1)))
    frame = replace(FRAME, cursor=day(2024, 12, 31), horizon=day(2016, 12, 31))
    root = tree(drawn(held, frame=frame))
    (solid,) = marks_of(root, "operating")
    ends = float(solid.get("x", "")) + float(solid.get("width", ""))
    horizon, cursor = x_of(frame, day(2017, 1, 1), held), x_of(frame, day(2025, 1, 1), held)
    assert ends == pytest.approx(horizon, abs=0.12)
    (hollow,) = [each for each in classed(root, "x") if "b" in each.get("class", "").split()]
    xs = {float(x) for x in re.findall(r"[MH]([0-9.]+)", hollow.get("d", ""))}
    assert [min(xs), max(xs)] == pytest.approx([horizon, cursor], abs=0.06)
    assert len(classed(root, "horizon")) == 1


def test_what_is_expected_is_hollow_and_stops_what_goes_on() -> None:
    """Beyond the horizon the present status goes on only to what is expected next."""
    built = bar("under-construction", on(day(2014, 1, 1)))
    hoped = bar("operating", Edge(day(2020, 1, 1), day(2020, 12, 31)), expected=True)
    frame = replace(FRAME, cursor=day(2024, 12, 31), horizon=day(2016, 12, 31))
    root = tree(drawn(built, hoped, frame=frame))
    assert all("x" in shape.get("class", "").split() for shape in marks_of(root, "operating"))
    going_on = [
        each
        for each in classed(root, "x")
        if "s-under-construction" in each.get("class", "").split()
    ]
    xs = {float(x) for each in going_on for x in re.findall(r"[MH]([0-9.]+)", each.get("d", ""))}
    assert max(xs) == pytest.approx(x_of(frame, day(2020, 1, 1), built, hoped), abs=0.06)


def test_a_short_mission_is_seen() -> None:
    """A bar of weeks is three pixels wide at least."""
    flown = bar("operating", on(day(2010, 5, 1)), on(day(2010, 5, 24)))
    (rect,) = marks_of(tree(drawn(flown)), "operating")
    assert float(rect.get("width", "")) >= 3


def test_the_closing_of_a_lane_is_a_stroke_and_that_of_a_plan_has_a_cross() -> None:
    """Closed is an upright stroke; cancelled one with a cross."""
    closed = marks_of(tree(drawn(bar("decommissioned", on(day(2010, 1, 1))))), "decommissioned")
    ended = marks_of(tree(drawn(bar("cancelled", on(day(2010, 1, 1))))), "cancelled")
    assert [shape.get("class") for shape in (*closed, *ended)] == ["stop", "stop"]
    assert closed[0].get("d", "").count("M") == 1
    assert ended[0].get("d", "").count("M") == 3


def test_promises_are_diamonds_and_dashes_run_from_the_first_to_what_came() -> None:
    """A diamond lies at the last possible day of each promise; rivals have none."""
    ladder = Staircase(
        rungs=(
            Rung(said=on(day(2005, 1, 1)), due=Edge(day(2008, 1, 1), day(2008, 12, 31))),
            Rung(said=on(day(2007, 1, 1)), due=Edge(day(2010, 1, 1), day(2010, 12, 31))),
            Rung(said=on(day(2007, 1, 1)), due=on(day(2020, 1, 1)), rival=True),
        ),
        came=on(day(2012, 6, 1)),
    )
    lane = replace(LANE, bars=(bar("operating", on(day(2012, 6, 1))),), promises=(ladder,))
    (only,) = timeline([lane], FRAME, lang="en")
    root, scale = tree(only), timeline_scale([lane], FRAME)
    tips = [float(each.get("d", "").split()[0][1:]) for each in classed(root, "plan")]
    due = [scale.x(day(2008, 12, 31)), scale.x(day(2010, 12, 31))]
    assert tips == pytest.approx(due, abs=0.06)
    (tail,) = classed(root, "tail")
    start, end = re.findall(r"[MH]([0-9.]+)", tail.get("d", ""))
    assert float(start) == pytest.approx(due[0], abs=0.06)
    assert float(end) == pytest.approx(scale.x(day(2012, 6, 1)), abs=0.06)


def test_a_promise_still_open_points_at_the_horizon() -> None:
    """Dashes of what is overdue end in an arrow head at the last day known; kept ones have none."""
    late = Staircase(rungs=(Rung(said=on(day(2005, 1, 1)), due=on(day(2008, 1, 1))),), pending=True)
    lane = replace(LANE, promises=(late,))
    frame = replace(FRAME, today=day(2020, 12, 31))
    (only,) = timeline([lane], frame, lang="en")
    (head,) = classed(tree(only), "came")
    tip = float(head.get("d", "").split("L")[1].split()[0])
    assert tip == pytest.approx(timeline_scale([lane], frame).x(day(2021, 1, 1)), abs=0.06)
    (moot,) = timeline([replace(lane, promises=(replace(late, pending=False),))], frame, lang="en")
    assert not classed(tree(moot), "came")


@pytest.mark.parametrize("year", [-240, 1999, 2030, 12025])
def test_a_cursor_outside_the_frame_is_not_drawn(year: int) -> None:
    """No red line stands at the rim for a year that is not shown."""
    only = drawn(
        bar("operating", on(day(2010, 1, 1))), frame=replace(FRAME, cursor=day(year, 12, 31))
    )
    assert not classed(tree(only), "cursor")
    assert not leaving(only)


def test_a_discovery_is_a_disc_and_an_upgrade_a_notch() -> None:
    """Each lies in the middle of the days that its date can be."""
    when = Edge(day(2010, 1, 1), day(2010, 12, 31))
    lane = replace(
        LANE,
        bars=(bar("operating", on(day(2005, 1, 1))),),
        dots=(Dot(kind="discovery", date=when), Dot(kind="upgrade", date=when)),
    )
    (only,) = timeline([lane], FRAME, lang="en")
    root, scale = tree(only), timeline_scale([lane], FRAME)
    middle = (scale.x(day(2010, 1, 1)) + scale.x(day(2010, 12, 31))) / 2
    assert float(classed(root, "disc")[0].get("cx", "")) == pytest.approx(middle, abs=0.06)
    assert float(classed(root, "notch")[0].get("d", "").split()[0][1:]) == pytest.approx(
        middle, abs=0.06
    )


def test_the_name_of_what_runs_is_bold_and_of_what_is_over_grey() -> None:
    """The weight of a name tells the state at the cursor."""
    lane = replace(
        LANE,
        bars=(
            bar("under-construction", on(day(2005, 1, 1)), on(day(2010, 1, 1))),
            bar("operating", on(day(2010, 1, 1)), on(day(2015, 1, 1))),
            bar("decommissioned", on(day(2015, 1, 1))),
        ),
    )
    years = {2004: "off", 2007: "", 2013: "run", 2016: "off"}
    assert {year: weight(lane, day(year, 12, 31)) for year in years} == years


def test_names_step_down_with_the_bars() -> None:
    """Lanes stand by their first day, whatever order they are given in."""
    lanes = [
        replace(
            LANE, record=str(year), name=str(year), bars=(bar("operating", on(day(year, 1, 1))),)
        )
        for year in (2012, 2003, 2007)
    ]
    assert [lane.record for lane in in_order(lanes, FRAME)] == ["2003", "2007", "2012"]
    (only,) = timeline(lanes, FRAME, lang="en")
    names = [box for box in texts(only) if box.text in ("2003", "2007", "2012") and box.top > 26]
    assert [box.text for box in names] == ["2003", "2007", "2012"]
    assert [box.right for box in names] == sorted(box.right for box in names)


def test_a_name_has_room_even_at_the_very_left() -> None:
    """The scale begins so far to the right that a name before the first day fits."""
    lane = replace(
        LANE, name="Jiangmen Underground", bars=(bar("operating", Edge(None, day(2001, 1, 1))),)
    )
    (only,) = timeline([lane], FRAME, lang="en")
    assert not leaving(only)
    assert any(box.text == "Jiangmen Underground" for box in texts(only))


def test_a_name_too_long_is_cut_short_and_whole_in_its_title() -> None:
    """A cut name ends in an ellipsis, and nothing of it is lost."""
    name = "A Very Long Name of a Facility that Nobody Ever Shortened at All"
    for narrow, begins in ((False, 2001), (True, 2020)):
        lane = replace(LANE, name=name, bars=(bar("operating", on(day(begins, 1, 1))),))
        (only,) = timeline([lane], FRAME, lang="en", narrow=narrow)
        assert not leaving(only)
        assert any(title.text == name for title in tree(only).iter("title"))
        assert any(box.text.endswith("…") for box in texts(only))


def test_a_long_name_takes_the_room_before_its_first_mark() -> None:
    """Nothing is cut short where there is room for it."""
    name = "A Very Long Name of a Facility that Nobody Ever Shortened at All"
    lane = replace(LANE, name=name, bars=(bar("operating", on(day(2020, 1, 1))),))
    (only,) = timeline([lane], FRAME, lang="en")
    assert not leaving(only)
    assert any(box.text == name for box in texts(only))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("first", [-240, -12025, 0, 12025])
def test_far_years_are_drawn_like_any_other(first: int, narrow: bool) -> None:
    """Years before the common era and after 9999 have their bars and their labels."""
    frame = Frame(
        first=day(first - 30, 1, 1), last=day(first + 30, 12, 31), cursor=day(first, 12, 31)
    )
    held = bar("operating", on(day(first - 10, 1, 1)), on(day(first + 5, 1, 1)))
    only = drawn(held, frame=frame, narrow=narrow)
    assert len(marks_of(tree(only), "operating")) == 1
    labels = [box.text for box in texts(only)]
    assert any(label.endswith("BC") for label in labels) == (first <= 0)
    assert not meeting(only)
    assert not leaving(only)


def test_dates_outside_the_frame_stay_inside_the_drawing() -> None:
    """What began long before and ends long after lies from edge to edge."""
    held = bar("operating", on(day(-240, 1, 1)), on(day(12025, 1, 1)))
    scale = timeline_scale([replace(LANE, bars=(held,))], FRAME)
    (rect,) = marks_of(tree(drawn(held)), "operating")
    assert float(rect.get("x", "")) == pytest.approx(scale.left, abs=0.06)
    assert float(rect.get("width", "")) == pytest.approx(scale.right - scale.left, abs=0.12)


def test_nothing_to_draw_gives_no_drawing() -> None:
    """An empty chronicle has an empty timeline; a group without lanes is left out."""
    assert timeline([], FRAME, lang="en", headings={"fusion": Heading(title="Fusion")}) == []


def test_a_lane_without_any_mark_is_named() -> None:
    """A record of which nothing is dated still has its lane."""
    only = drawn()
    assert [box.text for box in texts(only) if box.text == "JUNO"] == ["JUNO"]
    assert not leaving(only)


def test_groups_come_in_the_order_of_the_headings() -> None:
    """Headings give the order; a group without one comes after them, headed by its key."""
    lanes = [replace(LANE, group=group) for group in ("space", "fusion", "other")]
    headings = {"fusion": Heading(title="Fusion"), "space": Heading(title="Space")}
    drawings = timeline(lanes, FRAME, lang="en", headings=headings)
    assert [each.key for each in drawings] == ["fusion", "space", "other"]
    assert [tree(each).get("aria-label") for each in drawings] == ["Fusion", "Space", "other"]


def test_whatever_is_given_is_escaped() -> None:
    """Names, titles, links and headings with signs of markup come back as they were given."""
    nasty = "<b>\"quoted\" & 'single'</b>"
    lane = replace(
        LANE,
        record=nasty,
        name=nasty,
        href=f"/records/{nasty}",
        group=nasty,
        remark=nasty,
        bars=(Bar(status="operating", start=on(day(2010, 1, 1)), title=nasty, statement=nasty),),
    )
    for narrow in (False, True):
        (only,) = timeline([lane], FRAME, lang="en", narrow=narrow)
        root = tree(only)
        assert root.get("aria-label") == nasty
        assert {each.get("href") for each in root.iter("a")} == {f"/records/{nasty}"}
        assert nasty in {title.text for title in root.iter("title")}
        assert not list(root.iter("b"))


def test_every_mark_is_a_link_out_of_the_order_of_tabs() -> None:
    """Links have tabindex -1 and a title or a text; the drawing is a group with a name."""
    root = tree(drawn(bar("operating", on(day(2010, 1, 1)))))
    assert (root.get("role"), root.get("aria-label")) == ("group", "particles")
    links = list(root.iter("a"))
    assert {link.get("tabindex") for link in links} == {"-1"}
    assert all(link.find("title") is not None or link.find("text") is not None for link in links)


def test_the_same_data_give_the_same_drawing(scene: Callable[[int, str], Scene]) -> None:
    """A drawing depends on its data alone, and not on the order of the lanes."""
    shown = scene(2013, "2026-11-25")
    one = timeline(shown.lanes, shown.frame, lang="zh", headings=shown.headings)
    other = timeline(shown.lanes[::-1], shown.frame, lang="zh", headings=shown.headings)
    assert one == other
