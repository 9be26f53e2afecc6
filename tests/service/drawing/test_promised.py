"""Promised against came: where each promise stands, and that any dates are drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from events.dates import day
from service.drawing.lanes import Drawing, Edge, on
from service.drawing.promised import MOST_NAMES, AxisWords, Promised, draw_promised
from tests.service.drawing.seeing import classed, leaving, meeting, tree

WORDS = AxisWords(promised="first promised for", came="came", horizon="2026", about="A mark each")

KEPT = Promised(
    promised=on(day(2012, 6, 1)),
    came=on(day(2012, 6, 1)),
    now=on(day(2012, 6, 1)),
    outcome="kept",
    title="a <b>",
    href="/records/a",
)
LATE = replace(KEPT, came=on(day(2016, 6, 1)), outcome="late")
PENDING = replace(KEPT, came=None, now=on(day(2029, 6, 1)), outcome="pending")
OVERDUE = replace(KEPT, came=None, outcome="overdue")
OPEN = replace(KEPT, promised=Edge(None, day(2015, 1, 1)), now=Edge(day(2015, 1, 1), None))


def drawn(*promises: Promised, narrow: bool = False) -> Drawing:
    """The drawing in English, as stated by the end of 2026."""
    return draw_promised(
        promises, day(2026, 12, 31), lang="en", label="slips", words=WORDS, narrow=narrow
    )


def test_what_is_late_stands_above_the_line_by_its_stem() -> None:
    """Kept is a square on the line, late a dot on a stem, open a hollow ring."""
    [square] = classed(tree(drawn(KEPT)), "camed")
    assert not classed(tree(drawn(KEPT)), "stem")
    [dot] = classed(tree(drawn(KEPT, LATE)), "came-late")
    assert float(dot.attrib["cy"]) < float(square.attrib["y"])
    assert len(classed(tree(drawn(LATE)), "stem")) == 1
    for each in (PENDING, OVERDUE):
        root = tree(drawn(each))
        assert len(classed(root, "prom")) == len(classed(root, "stem")) == 1
        assert not [*classed(root, "camed"), *classed(root, "came-late")]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(
    "promises", [(), (KEPT,), (KEPT, LATE, PENDING, OVERDUE, OPEN), (replace(KEPT, href="/<"),)]
)
def test_any_promises_are_drawn(promises: tuple[Promised, ...], narrow: bool) -> None:
    """In both widths, with a description, no text on another and none outside."""
    shown = drawn(*promises, narrow=narrow)
    root = tree(shown)
    assert root.findtext("desc") == "A mark each"
    assert meeting(shown) == []
    assert leaving(shown) == []


@pytest.mark.parametrize("narrow", [False, True])
def test_those_that_slipped_the_most_have_their_names(narrow: bool) -> None:
    """Each facility once, as many as there is room for, on no mark and no other text; never what
    was kept."""
    late = [
        replace(
            LATE,
            promised=on(day(2000 + number, 6, 1)),
            came=on(day(2001 + number + number % 7, 6, 1)),
            name=f"N{number}",
        )
        for number in range(20)
    ]
    overdue = [replace(OVERDUE, name="Overdue", href=f"/records/{each}") for each in range(3)]
    shown = drawn(replace(KEPT, name="Kept"), *late, *overdue, narrow=narrow)
    names = [each.text or "" for each in classed(tree(shown), "slipname")]
    assert "Overdue" in names
    assert "N13" in names
    assert "Kept" not in names
    assert len(names) == len(set(names)) <= MOST_NAMES[narrow]
    assert meeting(shown) == []
    assert leaving(shown) == []
