"""What leaves the page: a whole file, whose look is in it; and the stylesheet itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from service.drawing.alone import stand_alone, style
from service.drawing.lanes import Drawing, as_written
from service.drawing.map import draw_map
from service.drawing.marks import DEFS, WORDS, definitions, glyph, icon, legend
from service.drawing.strip import strip
from service.drawing.timeline import timeline, timeline_scale
from tests.service.drawing.conftest import Scene
from tests.service.drawing.seeing import CSS, TOKENS, tree

SVG = "{http://www.w3.org/2000/svg}"
STATUSES = (
    "proposed",
    "approved",
    "under-construction",
    "completed",
    "commissioning",
    "operating",
    "suspended",
    "decommissioned",
    "cancelled",
)


@pytest.fixture
def drawings(scene: Callable[[int, str], Scene]) -> list[Drawing]:
    """The timeline and the map of 2013."""
    shown = scene(2013, "2026-11-25")
    lanes = timeline(shown.lanes, shown.frame, lang="en", headings=shown.headings)
    return [*lanes, draw_map(shown.places, words=as_written, label="Map").drawing]


def test_a_drawing_alone_is_a_whole_file(drawings: list[Drawing]) -> None:
    """It parses, has its title, language, size, clocks and sources, and all the drawings."""
    text = stand_alone(drawings, lang="zh", title="2013 <年底>", captions=("At & by", "CC0"))
    root = tree(text)
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title") == "2013 <年底>"
    assert root.get("lang") == "zh-CN"
    assert len(root.findall(f"{SVG}svg")) == len(drawings)
    told = [each.text for each in root.findall(f"{SVG}text")]
    assert told == ["2013 <年底>", "At & by", "CC0"]
    assert float(root.get("height", "")) > sum(each.height for each in drawings)


def test_drawings_below_each_other_do_not_overlap(drawings: list[Drawing]) -> None:
    """Each begins where the one before it ends, or lower."""
    placed = tree(stand_alone(drawings, lang="en", title="2013")).findall(f"{SVG}svg")
    end = 0.0
    for each in placed:
        assert float(each.get("y", "")) >= end
        end = float(each.get("y", "")) + float(each.get("height", ""))


def test_a_drawing_alone_needs_nothing_from_outside(drawings: list[Drawing]) -> None:
    """Every colour is written out, every texture it points at is in it, no link is left short."""
    text = stand_alone(drawings, lang="en", title="2013", base="https://example.org")
    assert "var(" not in text
    assert "@media" not in text
    pointed = set(re.findall(r"url\(#([a-z-]+)\)", text))
    assert pointed <= set(re.findall(r' id="([a-z-]+)"', text))
    assert pointed
    hrefs = set(re.findall(r' href="([^"]+)"', text))
    assert hrefs
    assert all(href.startswith("https://example.org/") for href in hrefs)


def test_what_xml_cannot_hold_is_replaced() -> None:
    """A control sign in a text does not break the file."""
    assert "a\ufffdb" in str(
        tree(stand_alone([], lang="en", title="a\x0bb")).findtext(f"{SVG}title")
    )


def test_a_long_line_below_is_folded() -> None:
    """Sources without end, and a line without a blank, stay within the file."""
    long = ("many words and more " * 40, "无" * 300)
    root = tree(stand_alone([], lang="en", title="x", captions=long))
    lines = [each.text or "" for each in root.findall(f"{SVG}text")][1:]
    assert len(lines) > 8
    assert "".join(lines).replace(" ", "") == "".join(long).replace(" ", "")


def test_every_token_is_in_light_and_every_colour_in_dark() -> None:
    """The stylesheet uses only tokens that there are, and dark redefines each colour of light."""
    light, dark = TOKENS.split("@media screen", 1)
    dark = dark.split("@media print", 1)[0]
    named = set(re.findall(r"(--[a-z0-9-]+):", light))
    assert set(re.findall(r"var\((--[a-z0-9-]+)\)", CSS)) <= named
    colours = set(re.findall(r"(--[a-z0-9-]+): #", light))
    assert set(re.findall(r"(--[a-z0-9-]+): #", dark)) == colours
    assert "var(" not in style()


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_can_be_read_on_paper_in_light_and_dark(scheme: int) -> None:
    """Inks, statuses and series have a contrast of 4.5 on both papers (WCAG 2.1, 1.4.3)."""
    block = TOKENS.split("@media print", 1)[0].split("@media screen", 1)[scheme]
    colours = dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]{6})", block))
    writing = [f"--{status}" for status in STATUSES] + ["--ink", "--ink-2", "--ink-3", "--seal"]
    writing += [f"--series-{number}" for number in range(1, 7)]
    for name in writing:
        for paper in ("--paper", "--paper-2"):
            assert _contrast(colours[name], colours[paper]) >= 4.495, (name, paper)
    assert _contrast(colours["--ink-2"], colours["--land"]) >= 4.5


@pytest.mark.parametrize("expected", [False, True])
def test_every_status_has_a_sign_of_its_own(expected: bool) -> None:
    """Without colour, statuses differ; those that look alike mean alike."""
    signs = {
        status: re.sub(r"s-[a-z-]+", "", glyph(status, expected=expected)) for status in STATUSES
    }
    alike = {frozenset(s for s in STATUSES if signs[s] == sign) for sign in signs.values()}
    assert {each for each in alike if len(each) > 1} == {
        frozenset({"completed", "commissioning"}),
        frozenset({"decommissioned", "cancelled"}),
    }
    assert tree(str(icon("operating", expected=expected))).get("aria-hidden") == "true"


def test_a_status_nobody_knows_is_drawn_and_escaped() -> None:
    """An odd status is an empty disc, never broken markup."""
    assert tree(glyph('odd"<')).get("class") == 'gl s-odd"<'


def test_the_legend_asks_only_for_listed_words(scene: Callable[[int, str], Scene]) -> None:
    """What is asked of `words` is in WORDS, so that all of it can be translated."""
    asked: set[str] = set()

    def words(text: str) -> str:
        asked.add(text)
        return f"<{text}>"

    shown = scene(2013, "2026-11-25")
    swatches = [swatch for part in legend(words).values() for swatch in part]
    scale = timeline_scale(shown.lanes, shown.frame)
    strip(shown.tallies, shown.frame, scale, lang="en", words=words, label="x")
    draw_map(shown.places, words=words, label="x")
    assert asked <= set(WORDS)
    assert all(swatch.text.startswith("<") and tree(str(swatch.svg)) is not None
               for swatch in swatches)  # fmt: skip


def test_the_definitions_are_one_element_with_ids_of_their_own() -> None:
    """A page may hold them once: every id begins alike, and none comes twice."""
    ids = [each.get("id") for each in tree(str(definitions())).iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert all(str(id).startswith("an-") for id in ids)
    assert set(re.findall(r"url\(#([a-z-]+)\)", CSS + DEFS)) <= set(ids)


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
