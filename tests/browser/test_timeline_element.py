"""The timeline element in a browser: when it paints, what it paints, how one walks through it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from benchmarks.chronicle import World, batches
from benchmarks.loading import BATCH, load
from service.archive import Archive
from tests.browser.conftest import OpenPage
from tests.browser.looking import AXE, findings_of_axe
from tests.service.serving import serving

FACILITIES = 400
"""With ten statements each, more spans than a drawing shows."""


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server with a made-up world."""
    with Archive(tmp_path_factory.mktemp("crowded")) as archive:
        load(archive, batches(World(facilities=FACILITIES).by_time(), size=BATCH))
        archive.catch_up()
        with serving(archive) as base_url:
            yield base_url


def painted(page: Page, url: str) -> None:
    """Open a page and wait until its timeline is painted."""
    page.goto(url)
    page.wait_for_selector('annales-timeline[data-painted="canvas"]', timeout=15_000)
    page.wait_for_function("document.querySelector('annales-timeline').painter.painted > 0")


PAINTER = "document.querySelector('annales-timeline').painter"

COLOURS = """() => {
  const canvas = document.querySelector('.at-canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 255) seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
  }
  return [...seen];
}"""
"""The colours on the canvas that nothing shines through."""


def test_a_canvas_is_painted_above_the_threshold_and_not_below(
    open_page: OpenPage, crowded: str, server: str, outside: list[str], complaints: list[str]
) -> None:
    """What the server drew is then for paper, and for who has no script."""
    page = open_page(viewport={"width": 1200, "height": 900})
    painted(page, f"{crowded}/state?at=2000&lang=en")
    told = page.locator("annales-timeline").get_attribute("spans")
    assert int(told or 0) > 2000
    assert page.evaluate(f"{PAINTER}.spans.count") == int(told or 0)
    assert page.evaluate(f"{PAINTER}.rows.filter(row => row.lane >= 0).length") == FACILITIES
    lanes = page.locator("annales-timeline .wide svg.tl:not(.strip)")
    assert not lanes.first.is_visible()
    assert page.locator("svg.strip").first.is_visible()
    page.emulate_media(media="print")
    assert lanes.first.is_visible()
    assert not page.locator(".at-canvas").is_visible()
    page.emulate_media(media="screen")
    page.goto(f"{server}/state?at=2013&lang=en")
    assert page.locator("annales-timeline[data-painted]").count() == 0
    assert page.locator("svg.tl:visible").count() > 5
    assert (outside, complaints) == ([], [])


def test_what_is_painted_has_the_colours_of_the_page(
    open_page: OpenPage, server: str, complaints: list[str]
) -> None:
    """In light and in dark, as sharp as the screen, and as wide as there is room."""
    page = open_page(viewport={"width": 600, "height": 400}, device_scale_factor=2)
    painted(page, f"{server}/embed/timeline?at=2013&lang=en")
    light = page.evaluate(COLOURS)
    assert "23,83,107" in light  # --operating
    assert "176,42,28" in light  # --seal
    size = page.evaluate(f"[{PAINTER}.canvas.width, {PAINTER}.width]")
    assert size[0] == 2 * size[1]
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(150)
    dark = page.evaluate(COLOURS)
    assert "125,188,214" in dark
    assert "23,83,107" not in dark
    page.set_viewport_size({"width": 360, "height": 400})
    page.wait_for_timeout(150)
    assert page.evaluate(f"{PAINTER}.width") < 360
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []


def test_the_timeline_is_one_stop_that_is_walked_through_with_arrows(
    open_page: OpenPage, server: str, complaints: list[str]
) -> None:
    """Home and End are the ends of a lane, plus and minus zoom, Enter opens, and all is said."""
    page = open_page(viewport={"width": 900, "height": 600}, reduced_motion="reduce")
    painted(page, f"{server}/embed/timeline?at=2013&lang=en")
    live = page.locator("output[aria-live=polite]")

    def says() -> str:
        page.wait_for_timeout(220)
        return live.inner_text()

    stops = page.evaluate(
        "[...document.querySelectorAll('annales-timeline [tabindex], annales-timeline a')]"
        ".filter(each => each.tabIndex >= 0 && each.offsetParent).length"
    )
    assert stops == 1
    page.keyboard.press("Tab")
    assert (
        page.evaluate("document.activeElement.getAttribute('aria-roledescription')") == "timeline"
    )
    assert live.inner_text() == ""
    page.keyboard.press("ArrowRight")
    first = says()
    assert "operating" in first
    page.keyboard.press("ArrowDown")
    assert says() != first
    page.keyboard.press("ArrowUp")
    assert says() == first
    # To a lane with a whole life.
    fast = f"{PAINTER}.spans.data.lanes.findIndex(lane => lane.id === 'fast')"
    page.evaluate(f"{PAINTER}.go({PAINTER}.spans.from[{fast}])")
    page.keyboard.press("Home")
    assert says().startswith("FAST: proposed")
    page.keyboard.press("ArrowRight")
    assert says().startswith("FAST: approved")
    page.keyboard.press("End")
    last = says()
    page.keyboard.press("ArrowRight")
    assert says() == last
    before = page.evaluate(f"{PAINTER}.seen.per")
    page.keyboard.press("+")
    page.wait_for_timeout(60)
    assert page.evaluate(f"{PAINTER}.seen.per") == pytest.approx(2 * before)
    page.keyboard.press("-")
    page.wait_for_timeout(60)
    assert page.evaluate(f"{PAINTER}.seen.per") == pytest.approx(before)
    page.keyboard.press("Home")
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    assert "/records/fast?at=2013" in opened.value.url
    assert complaints == []


def test_the_wheel_scrolls_and_zooms_only_with_a_key(
    open_page: OpenPage, crowded: str, complaints: list[str]
) -> None:
    """And a drag pans to the sides and up and down at once."""
    page = open_page(viewport={"width": 800, "height": 500}, reduced_motion="reduce")
    painted(page, f"{crowded}/embed/timeline?at=2000&lang=en")
    page.mouse.move(400, 250)
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(250)
    assert page.evaluate(f"{PAINTER}.scroller.scrollTop") > 0
    before = page.evaluate(f"{PAINTER}.seen.per")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    page.wait_for_timeout(150)
    zoomed: Any = page.evaluate(f"{PAINTER}.seen")
    assert zoomed["per"] > 1.5 * before
    top = page.evaluate(f"{PAINTER}.scroller.scrollTop")
    page.mouse.move(400, 250)
    page.mouse.down()
    page.mouse.move(460, 200, steps=4)
    page.mouse.up()
    page.wait_for_timeout(100)
    moved: Any = page.evaluate(f"{PAINTER}.seen")
    assert (zoomed["first"] - moved["first"]) * moved["per"] == pytest.approx(60, abs=2)
    assert page.evaluate(f"{PAINTER}.scroller.scrollTop") == top + 50
    assert complaints == []


def test_many_spans_in_a_pixel_are_painted_as_one(
    open_page: OpenPage, server: str, complaints: list[str]
) -> None:
    """And a search finds the first that is in view, whatever is over before."""
    page = open_page(viewport={"width": 600, "height": 400})
    painted(page, f"{server}/embed/timeline?lang=en")
    told: Any = page.evaluate(
        """() => {
          const element = document.querySelector('annales-timeline');
          const { d3 } = element.painter;
          const count = 20000, spans = [...Array(count).keys()];
          const columns = {
            lane: spans.map(() => 0), status: spans.map(() => 5), flags: spans.map(() => 0),
            start: spans.map((i) => i), start_latest: spans.map((i) => i),
            end_earliest: spans.map((i) => i + 1), end: spans.map((i) => (i === 3 ? 15000 : i + 1)),
            start_text: spans.map(() => 0), end_text: spans.map(() => 0),
            record: spans.map(() => 0), title: spans.map(() => null),
          };
          const data = {
            ...element.painter.spans.data, columns, texts: ["a day"], records: ["one"],
            groups: [], lanes: [{ id: "one", name: "One", group: "" }],
            view: { first: 0, last: count },
          };
          const painter = element.show(d3, data);
          painter.paint();
          const { spans: shown } = painter;
          return [painter.drawn, shown.firstSeen(0, 100), shown.firstSeen(0, 16000)];
        }"""
    )
    assert 100 < told[0] < 700
    # The fourth span reaches over all that follow up to its end.
    assert told[1:] == [3, 15999]
    assert complaints == []


def test_a_canvas_without_its_columns_leaves_what_the_server_drew(
    open_page: OpenPage, server: str
) -> None:
    """Nothing is lost when a request fails."""
    page = open_page(viewport={"width": 600, "height": 400})
    page.route("**/v1/feeds/columns*", lambda route: route.abort())
    page.goto(f"{server}/embed/timeline?lang=en")
    page.wait_for_selector('annales-timeline[data-painted="no"]')
    assert page.locator("svg.tl:visible").count() > 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_timeline_has_no_finding_of_axe(open_page: OpenPage, server: str, scheme: str) -> None:
    """Painted, in a frame."""
    page = open_page(viewport={"width": 600, "height": 400}, color_scheme=scheme)
    painted(page, f"{server}/embed/timeline?lang=en")
    page.evaluate(AXE)
    assert findings_of_axe(page) == []
