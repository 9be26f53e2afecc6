"""Pictures of pages: their texts keep within the sheet, and their drawings apart."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from service.drawing.figures import Figure, draw_figures, draw_key
from service.drawing.ladder import MOST_STEPS, draw_ladder, draw_steps
from service.drawing.lanes import Rung, Staircase, on
from service.drawing.letters import folded, width
from service.drawing.picture import Told, page_picture
from service.drawing.poster import HEIGHT, WIDTH, poster
from service.drawing.sides import Pair, ShownSide, SideMark, SideRow, draw_pairs, draw_sides

SVG = "{http://www.w3.org/2000/svg}"

SHORT = Told(
    title="2013",
    sentence="It was so.",
    clocks="Date: 2013",
    coverage="",
    address="http://a.example/",
)
LONG = Told(
    title="中国、日本和美国，2024年：" + "大科学装置" * 20,
    sentence="In a long sentence nothing is left out as long as there is room. " * 30,
    clocks="According to sources up to 2026" * 9,
    coverage="This chronicle is not complete. " * 20,
    address="http://annales.example/state?" + "country=CN&" * 40,
)


def written(svg: str) -> list[tuple[str, float, float, float, str]]:
    """The lines of text on a sheet itself: class, size, x, y, and what is written."""
    root = ET.fromstring(svg)  # noqa: S314 - it is our own
    return [
        (
            each.get("class", ""),
            float(each.get("font-size", "0")),
            float(each.get("x", "0")),
            float(each.get("y", "0")),
            "".join(each.itertext()),
        )
        for each in root.findall(f"{SVG}text")
    ]


STAIRS = Staircase(
    rungs=tuple(
        Rung(said=on(at * 300), due=on(at * 400 + 900), slip=f"+{at} y") for at in range(15)
    ),
    came=on(7000),
    came_text="came",
    result="+9 y",
)


@pytest.mark.parametrize("told", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("drawn", [True, False])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_leaves_a_poster(told: Told, drawn: bool, lang: str) -> None:
    """However long its texts are; what is cut says so."""
    shown = draw_steps(STAIRS, lang="en", label="Steps") if drawn else None
    svg = poster(told, shown, lang=lang)  # type: ignore[arg-type]
    assert f'viewBox="0 0 {WIDTH} {HEIGHT}"' in svg
    lines = written(svg)
    assert lines
    right = 1144 - 500 if drawn else 1144
    for css, size, x, y, text in lines:
        assert 0 < y < HEIGHT
        if css in ("head", "says") and text != "Annales":
            assert x + width(text, size, bold=css == "head") <= right
            assert y < 558
    if told is LONG:
        assert [text for css, *_, text in lines if css == "says"][-1].endswith("…")


def test_a_poster_places_its_drawing_within_its_half() -> None:
    """Scaled as a whole, whatever its shape."""
    for shown in (
        draw_figures([Figure("7", "things")] * 2, label="Few", wide=1200),
        draw_ladder(STAIRS, lang="en", label="Tall", narrow=True),
    ):
        svg = poster(SHORT, shown, lang="en")
        found = re.search(
            r'<svg x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" class="chart', svg
        )
        assert found is not None
        x, y, wide, tall = map(float, found.groups())
        assert x >= 640
        assert x + wide <= 1145
        assert y >= 110
        assert y + tall <= 550


@pytest.mark.parametrize("heading", ["first light", "What came of this and that " * 9])
def test_what_a_drawing_is_of_stands_over_it(heading: str) -> None:
    """In as many lines as it takes, on a poster too, and neither leaves its half."""
    shown = draw_ladder(STAIRS, lang="en", label="Tall", narrow=True)
    svg = poster(SHORT, shown, heading=heading, lang="en")
    over = [line for line in written(svg) if line[0] == "label"]
    assert " ".join(text.strip() for *_, text in over) == heading.strip()
    found = re.search(r'y="([\d.]+)" width="[\d.]+" height="([\d.]+)" class="chart', svg)
    assert found is not None
    top, tall = map(float, found.groups())
    assert top + tall <= 550
    for _, size, x, y, text in over:
        assert 110 < y < top
        assert x >= 640
        assert x + width(text, size, bold=True) <= 1145


@pytest.mark.parametrize("told", [SHORT, LONG], ids=["short", "long"])
def test_a_picture_is_as_tall_as_what_it_holds(told: Told) -> None:
    """Texts, drawings and notes stand one below the other, all of them whole."""
    pairs = draw_pairs([Pair("a", 1, 3), Pair("b", 0, 0)], label="Pairs", none="none held")
    key = draw_key([("operating", "running"), ("proposed", "proposed")], label="Key", wide=600)
    svg = page_picture(told, [pairs, pairs], under=[key], beside=key, lang="en", base="http://a")
    lines = written(svg)
    ys = [y for *_, y, _ in lines]
    assert ys == sorted(ys)
    height = float(re.search(r'viewBox="0 0 1248 (\d+)"', svg)[1])  # type: ignore[index]
    assert max(ys) < height
    for css, size, x, _, text in lines:
        assert x + width(text, size, bold=css == "head") <= 1248
    said = "".join(text for css, *_, text in lines if css == "says")
    assert said.replace(" ", "") == told.sentence.replace(" ", "")


def test_sides_may_differ_in_what_they_have() -> None:
    """In how many rows there are, in their marks, and in nothing at all."""
    marks = [SideMark("operating", f"n{at}", new=at > 90) for at in range(300)]
    operating = SideRow(
        500, "operating", "operating", marks, left_out="300 of 500", new=409, said_new="409 new"
    )
    a = ShownSide("2013", "", [operating])
    b = ShownSide("The United States of America and others", "as stated by 2016", [
        SideRow(1, "operating", "operating", marks[:1]), SideRow(3, "suspended", "suspended"),
    ])  # fmt: skip
    for narrow in (False, True):
        drawn = draw_sides(a, b, label="Both", narrow=narrow)
        assert drawn.svg.count("<title>n") == (0 if narrow else 301)
        assert drawn.svg.count('class="new"') == (0 if narrow else 209)
        assert ("300 of 500" in drawn.svg) is not narrow
        assert ("409 new" in drawn.svg) is narrow
        assert "…" not in drawn.svg
        for x in re.findall(r' c?x="([\d.]+)"', drawn.svg):
            assert float(x) <= drawn.width
    empty = ShownSide("", "", [])
    assert draw_sides(empty, empty, label="None").height > 0


def test_places_stand_beside_each_other_without_an_arrow() -> None:
    """Each by a disc with its name; what was not collected has none."""
    pairs = [Pair("Fusion", 6, 3), Pair("Quantum", 1, None)]
    for narrow in (False, True):
        key = ("China", "The United States")
        drawn = draw_pairs(pairs, label="Fields", none="none held", key=key, narrow=narrow).svg
        assert "→" not in drawn
        assert 'class="went"' not in drawn
        assert all(f">{name}<" in drawn for name in (*key, "6 · 3", "1 · none held"))
        assert drawn.count('class="before"') == 3
        assert drawn.count('class="after"') == 2
    assert "6 → 3" in draw_pairs(pairs[:1], label="Fields", none="none held").svg


def test_a_ladder_seen_from_afar_keeps_its_first_step_and_the_last_ones() -> None:
    """So that its whole slip is seen."""
    drawn = draw_steps(STAIRS, lang="en", label="Steps")
    slips = re.findall(r"\+(\d+) y", drawn.svg)
    assert slips == ["0", *map(str, range(15 - MOST_STEPS + 1, 15)), "9"]
    assert drawn.height < draw_ladder(STAIRS, lang="en", label="Tall", narrow=True).height


def test_a_line_is_broken_where_a_reader_would() -> None:
    """Between words and Chinese characters, not before a closing mark, nor within a date."""
    text = "江门中微子实验于2025年8月26日投入运行。JUNO began（so）to operate."
    for room in range(60, 400, 7):
        lines = folded(text, 12, room)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(width(line, 12) <= room for line in lines)
        if room > 120:
            assert all(line[0] not in "。，）" for line in lines)
            assert not any(line.endswith(("2025年", "2025", "8月")) for line in lines)
    assert folded("", 12, 100) == []
    assert len(folded("x" * 20_000, 12, 100)) > 1000  # and at once
    assert folded("https://a.example/very-long-address", 12, 50)[0]
