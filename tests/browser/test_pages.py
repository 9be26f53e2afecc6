"""The pages in a browser: in every light, on every screen, by keyboard, and with nothing but HTML.

With `ANNALES_SCREENSHOTS=1` each is written as a picture to `build/screenshots`, to be looked at.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from events.dates import day
from tests.browser.conftest import OpenPage
from tests.browser.looking import SCREENSHOTS, faults

PAGES = {
    "home": "/",
    "home-zh": "/?lang=zh",
    "about": "/about",
    "about-zh": "/about?lang=zh",
    "state": "/state?at=2013&country=CN",
    "state-then": "/state?at=2024&stated=2016&country=CN",
    "state-world": "/state?at=2026",
    "state-during": "/state?during=2013&field=fusion",
    "state-known": "/state?at=2013&known=@600",
    "state-empty": "/state?known=@0",
    "state-zh": "/state?at=2013&country=CN&lang=zh",
    "record": "/records/juno",
    "record-zh": "/records/juno?lang=zh",
    "record-policy": "/records/us-china-science-agreement",
    "record-series": "/records/rd-share-of-gdp",
    "record-discovery": "/records/grb-13tev",
    "compare-years": "/compare?at=2003&to_at=2013&country=CN",
    "compare-countries": "/compare?at=2024&country=CN&to_country=US",
    "compare-then-now": "/compare?at=2024&stated=2016&to_stated=2026&country=CN&lang=zh",
    "compare-facilities": "/compare?record=juno&to_record=daya-bay",
    "slips": "/slips?country=CN",
    "slips-zh": "/slips?lang=zh&sort=slip",
    "trends": "/trends?by=country&country=CN,US,JP&region=europe&status=operating&from=1980",
    "trends-indicator": "/trends?measure=indicator&series=rd-share-of-gdp&lang=zh",
    "search": "/search?q=neutrino",
    "search-zh": "/search?q=中微子&lang=zh",
    "activity": "/activity",
    "source": "/sources/ihep-hist",
    "feeds": "/feeds",
    "feeds-zh": "/feeds?lang=zh",
    "viewers": "/viewers",
    "desk": "/desk/sign-in",
    "disputed": "/disputed?country=CN",
    "problem": "/state?at=3/4/2013&country=XX",
    "problem-zh": "/state?at=soon&lang=zh",
    "not-there": "/records/jnuo",
}
"""A page of every kind, by the name of its picture."""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_well_in_every_light_and_on_every_screen(
    open_page: OpenPage, server: str, name: str, outside: list[str], complaints: list[str]
) -> None:
    """axe finds nothing, nothing has to be scrolled sideways, nothing is asked of others."""
    page = open_page(viewport={"width": 1280, "height": 800})
    answer = page.goto(f"{server}{PAGES[name]}")
    assert faults(page, name) == {}
    assert outside == []
    # A page that says what is wrong comes with the status that says so, which browsers tell.
    assert answer is not None
    assert len(complaints) == (answer.status >= 400)


LABELS = """() => [...document.querySelectorAll("svg")]
  .filter((svg) => svg.checkVisibility() && svg.getBoundingClientRect().width > 200)
  .map((svg) => {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")]
      .filter((text) => text.textContent.trim() && text.checkVisibility())
      .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0);
    const out = texts.filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top - 2 || box.bottom > frame.bottom + 2);
    const meet = [];
    texts.forEach((one, i) => texts.slice(i + 1).forEach((other) => {
      const [a, b] = [one.box, other.box];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1.5 && high > 0.35 * Math.min(a.height, b.height)) {
        meet.push([one.text, other.text]);
      }
    }));
    return [out.map(({ text }) => text), meet];
  })
  .filter(([out, meet]) => out.length || meet.length)"""
"""The labels of each drawing that leave it, and those that meet."""


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "path",
    [
        "/state?at=1988&country=CN",
        "/state?at=2013&country=CN",
        "/state?at=2024&stated=2016&country=CN",
        "/state?at=2026",
        "/state?at=2034",
        "/state?at=2013&country=US",
        "/records/juno",
        "/records/csst",
        "/records/bepc",
        "/trends?by=country&status=operating",
    ],
)
def test_no_label_meets_another_or_leaves_its_drawing(
    open_page: OpenPage, server: str, path: str, lang: str
) -> None:
    """Names, years and towns, in the wide drawings and in the narrow ones."""
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server}{path}{'&' if '?' in path else '?'}lang={lang}")
    for width in (1280, 900, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(LABELS) == [], width


HEADS = """() => {
  const box = (of) => {
    const range = document.createRange();
    range.selectNodeContents(of);
    return range.getBoundingClientRect();
  };
  const texts = [...document.querySelectorAll(".cmp-hero .yr2, .cmp-hero .lede")];
  const boxes = texts.map(box);
  const meet = [];
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
    if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) {
      meet.push([texts[i].textContent.trim(), Math.round(a.right), Math.round(b.left)]);
    }
  }));
  return meet;
}"""
"""Which of the two sides of a comparison and its sentence stand on another."""


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "asked",
    [
        "at=2016&to_at=2026-11-27",
        "at=2016-09-27&to_at=2026-09-28&country=CN",
        "at=2026-09-28&country=CN&to_country=US",
    ],
)
def test_no_side_of_a_comparison_is_written_over_another(
    open_page: OpenPage, server: str, asked: str, lang: str
) -> None:
    """A day in words is longer than a year, and has the same room."""
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server}/compare?{asked}&lang={lang}")
    for width in (1920, 1440, 1280, 1024, 961, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(HEADS) == [], width


CHOSEN = """() => [...document.querySelectorAll(".clock select, .clock summary")].filter((each) => {
    if (!each.checkVisibility()) return false;
    const { font, paddingLeft, paddingRight } = getComputedStyle(each);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = font;
    const words = (each.selectedOptions?.[0] ?? each.lastChild).textContent.trim();
    const arrow = each.matches("select") ? 20 : 12;
    const room = each.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - arrow;
    return pen.measureText(words).width > room;
}).map((each) => each.textContent.trim())"""
"""What stands in the choices of the clock bar and does not fit there."""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_the_clock_bar_says_is_not_cut(open_page: OpenPage, server: str, lang: str) -> None:
    """On the screens that most have, as long as nothing is chosen that is longer."""
    page = open_page(viewport={"width": 1280, "height": 800})
    for path in ("/state", "/slips"):
        page.goto(f"{server}{path}?lang={lang}")
        for width in (800, 1024, 1280, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(CHOSEN) == [], (path, width)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_without_scripts(open_page: OpenPage, server: str, name: str) -> None:
    """What it says and shows is there, but for how to use the scripts; no control does nothing."""
    plain, full = open_page(java_script_enabled=False), open_page()
    for page in (plain, full):
        page.goto(f"{server}{PAGES[name]}")
    full.locator(".small.hint").evaluate_all("hints => hints.forEach(hint => hint.remove())")
    said = [page.locator("main").inner_text() for page in (plain, full)]
    assert re.sub(r"\s+", " ", said[0]) == re.sub(r"\s+", " ", said[1])
    assert plain.locator("svg:visible").count() == full.locator("svg:visible").count()
    assert plain.locator("button[type=button]:visible, input[type=range]:visible").count() == 0


def test_the_clocks_are_a_form_that_needs_no_scripts(open_page: OpenPage, server: str) -> None:
    """Year, horizon and part of the world lead to one clean address, and back again."""
    page = open_page(java_script_enabled=False)
    page.goto(f"{server}/state?at=2013&country=CN&lang=en")
    page.fill(".clock input[name=at]", "2024")
    page.select_option("select[name=said]", "day")
    page.fill(".clock input[name=stated]", "2016")
    page.click(".go button")
    assert page.url == f"{server}/state?at=2024&stated=2016&country=CN&lang=en"
    assert " ".join(page.locator("h1").inner_text().split()) == "2024 as stated by the end of 2016"
    page.go_back()
    assert page.locator("h1").inner_text().startswith("2013")


# --- where scripts run


def test_the_slider_moves_the_cursor_and_then_shows_the_year(
    open_page: OpenPage, server: str, complaints: list[str]
) -> None:
    """Year by year with the arrows; what still tells the loaded year is dimmed until the slider
    rests. Then the page of that year takes its place, with the keyboard where it was, and Back
    brings the year before."""
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server}/state?at=2013&country=CN&lang=en")
    slider = page.locator("input[type=range]")
    slider.focus()
    ran = page.locator(".figs .n").first.inner_text()
    before = page.locator("svg.strip .cursor").first.bounding_box()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("#bigyear").inner_text() == "2015"
    assert slider.get_attribute("aria-valuetext") == "2015"
    assert "2013" in page.locator("#moved").inner_text()
    assert page.locator(".flagbox text").first.text_content() == "2015"
    moved = page.locator(".figs .n").first.inner_text()
    assert moved != ran
    after = page.locator("svg.strip .cursor").first.bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] > before["x"]
    page.wait_for_url("**/state?at=2015&country=CN&lang=en")
    page.wait_for_selector("#moved:empty", state="attached")
    # What the slider told of that year is what the page of that year says.
    assert page.locator(".figs .n").first.inner_text() == moved
    assert page.locator("h1").inner_text() == "2015"
    assert "2015" in page.title()
    assert page.evaluate("document.activeElement.matches('input[type=range]')")
    assert page.locator("link[rel=canonical][href*='at=2015']").count() == 1
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/state?at=2016&country=CN&lang=en")
    page.go_back()
    page.wait_for_url("**/state?at=2015&country=CN&lang=en")
    page.wait_for_selector("#bigyear:text-is('2015')")
    page.go_back()
    page.wait_for_url("**/state?at=2013&country=CN&lang=en")
    page.wait_for_selector("#bigyear:text-is('2013')")
    assert page.locator(".figs .n").first.inner_text() == ran
    assert complaints == []


def test_as_told_then_ends_with_the_years_that_are_over(open_page: OpenPage, server: str) -> None:
    """Moved from year to year each is as it was told then; of a year to come nothing was."""
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server}/state?at=2024&stated=2024&country=CN&lang=en")
    page.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/state?at=2025&stated=2025&country=CN&lang=en")
    page.wait_for_selector("#moved:empty", state="attached")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/state?at=2026&country=CN&lang=en")


def test_a_year_without_events_is_a_year_to_look_at(open_page: OpenPage, server: str) -> None:
    """A click on the strip goes to the year below it, whether there is a column or none."""
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server}/state?at=2013&country=CN&field=fusion&lang=en")
    page.locator("#h-tl").evaluate("heading => heading.scrollIntoView()")
    strip = page.locator(".wide svg.strip")
    held = set(
        strip.locator("[data-year]").evaluate_all("all => all.map(each => +each.dataset.year)")
    )
    empty = next(year for year in range(2012, 1985, -1) if year not in held)
    x, y = strip.evaluate(
        """(strip, day) => {
            const [first, last] = strip.dataset.days.split(" ").map(Number);
            const [left, right] = strip.dataset.x.split(" ").map(Number);
            const box = strip.getBoundingClientRect();
            const x = left + (day - first) * (right - left) / (last + 1 - first);
            return [box.left + x * box.width / strip.viewBox.baseVal.width, box.top + 60];
        }""",
        (date(empty, 7, 1) - date(1970, 1, 1)).days,
    )
    page.mouse.click(x, y)
    page.wait_for_url(f"**at={empty}&**")
    page.wait_for_selector(f"#bigyear:text-is('{empty}')")


def test_play_walks_on_and_stops(open_page: OpenPage, server: str) -> None:
    """Only when it is pressed; slower for who would rather have less motion."""
    for motion, least in (("no-preference", 2), ("reduce", 0)):
        page = open_page(viewport={"width": 1280, "height": 900}, reduced_motion=motion)
        page.goto(f"{server}/state?at=1990&country=CN&lang=en")
        play = page.locator("button.play")
        page.wait_for_timeout(900)
        assert page.locator("#bigyear").inner_text() == "1990"
        play.click()
        assert (play.inner_text(), play.get_attribute("aria-pressed")) == ("Pause", "true")
        page.wait_for_timeout(1800)
        assert int(page.locator("#bigyear").inner_text()) in range(1990 + least, 1993)
        play.click()
        assert (play.inner_text(), play.get_attribute("aria-pressed")) == ("Play", None)
        stands = page.locator("#bigyear").inner_text()
        page.wait_for_timeout(900)
        assert page.locator("#bigyear").inner_text() == stands
        assert page.url == f"{server}/state?at={stands}&country=CN&lang=en"


def test_the_keyboard_reaches_everything(
    open_page: OpenPage, server: str, complaints: list[str]
) -> None:
    """The tables are one skip away, the timeline is one stop, arrows lead through its marks, what
    is reached is said, and Enter opens it."""
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server}/state?at=2013&country=CN&lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the tables"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#facilities') !== null")

    timeline = page.locator("[data-timeline]:visible")
    assert timeline.count() == 1
    reachable = timeline.locator("a:not([tabindex='-1']), button, input, [tabindex='0']")
    assert reachable.count() == 0
    timeline.focus()
    said = []
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "End", "ArrowUp", "Home"):
        page.keyboard.press(key)
        page.wait_for_timeout(250)
        said.append(page.locator("#live").inner_text())
    # The years of the strip, then a lane, and back.
    assert said[0] != said[1]
    assert "operating" in said[2]
    assert said[4] != said[3]
    assert said[5] == said[0]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[data-timeline]') === null")
    page.keyboard.press("Shift+Tab")
    timeline.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/*")
    assert complaints == []


def test_whoever_drags_over_the_strip_looks_closer(
    open_page: OpenPage, server: str, outside: list[str], complaints: list[str]
) -> None:
    """Some years stand in the address; the strip shows which, Back brings all of them."""
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server}/state?at=2013&country=CN&lang=en")
    page.locator("#h-tl").evaluate("heading => heading.scrollIntoView()")
    first, last = (
        page.locator(f".wide svg.strip [data-year='{year}']").bounding_box()
        for year in (1998, 2009)
    )
    assert first is not None
    assert last is not None
    page.mouse.move(first["x"] + 2, first["y"] + 40)
    page.mouse.down()
    page.mouse.move(last["x"] + 2, last["y"] + 30, steps=8)
    page.mouse.up()
    page.wait_for_url("**#years=1998-2009")
    page.wait_for_selector('annales-timeline[data-painted="canvas"]')
    first_day, end = (day(year, 1, 1) for year in (1998, 2010))
    page.wait_for_function(
        "([first, end]) => { const { seen } = document.querySelector('annales-timeline').painter;"
        " return Math.abs(seen.first - first) < 1 && Math.abs(seen.last - end) < 1; }",
        arg=[first_day, end],
    )
    assert page.locator(".wide .pane").is_visible()
    assert page.locator(".wide svg.tl:not(.strip):visible").count() == 0
    page.reload()
    page.wait_for_selector('annales-timeline[data-painted="canvas"]')
    page.go_back()
    page.wait_for_selector("annales-timeline:not([data-painted])")
    assert page.url == f"{server}/state?at=2013&country=CN&lang=en"
    assert page.locator(".wide svg.tl:not(.strip):visible").count() > 5
    assert not page.locator(".wide .pane").is_visible()
    # A click is no drag: it opens the year.
    page.mouse.click(first["x"] + 2, first["y"] + 40)
    page.wait_for_url("**at=1998*")
    assert (outside, complaints) == ([], [])


def test_the_keyboard_looks_closer_too(open_page: OpenPage, server: str) -> None:
    """Plus on a mark shows the years around it, and 0 all of them again."""
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server}/state?at=2013&country=CN&lang=en")
    page.locator("[data-timeline]:visible").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("+")
    page.wait_for_selector('annales-timeline[data-painted="canvas"]')
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.className") == "at-scroll"
    page.keyboard.press("0")
    page.wait_for_selector("annales-timeline:not([data-painted])")
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement.hasAttribute('data-timeline')")


def test_few_stops_lead_to_the_first_table(open_page: OpenPage, server: str) -> None:
    """Every stop has a name, and is seen when it is reached."""
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server}/state?at=2013&country=CN&lang=en")
    for _ in range(45):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const at = document.activeElement, style = getComputedStyle(at);
              const name = at.getAttribute("aria-label") || at.textContent.trim()
                || at.labels?.[0]?.textContent || at.value;
              return [name, style.outlineStyle, at.closest("[data-timeline]") !== null];
            }"""
        )
        assert stop[0]
        assert stop[1] != "none", stop
        if stop[2]:
            break
    else:
        pytest.fail("the timeline was not reached")


# --- on paper


@pytest.mark.parametrize("name", ["state", "state-then", "record", "compare-years", "slips"])
def test_paper_has_all_of_it(open_page: OpenPage, server: str, tmp_path: Path, name: str) -> None:
    """A4 landscape, every row of every table, the wide drawings, and the clocks in words."""
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server}{PAGES[name]}")
    rows = page.locator("main tr").count()
    page.emulate_media(media="print")
    assert page.locator("main tr:visible").count() == rows
    assert page.locator("form.clock").first.is_hidden()
    assert "recorded" in page.locator("footer").inner_text()
    if name.startswith("state"):
        assert page.locator(".clockwords").is_visible()
        assert page.locator(".wide svg:visible").count() > 5
        assert page.locator(".narrow svg:visible").count() == 0
    file = tmp_path / "page.pdf"
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.pdf(path=file, prefer_css_page_size=True)
    (SCREENSHOTS / f"{name}.pdf").write_bytes(file.read_bytes())
    sheets = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", file.read_bytes())
    assert {(round(float(wide)), round(float(tall))) for wide, tall in sheets} == {(842, 595)}
    assert len(sheets) >= 2


@pytest.mark.parametrize(
    "path",
    [
        "/state?country=CN&at=2020",
        "/state?at=2013-05-06&lang=zh",
        "/compare?country=CN&to_country=US",
    ],
)
def test_paper_may_stand_upright(open_page: OpenPage, server: str, path: str) -> None:
    """Nothing is cut at the right, and no map lies over the year."""
    page = open_page(viewport={"width": 718, "height": 1000})
    page.goto(f"{server}{path}")
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    ends = page.evaluate(
        """() => {
            const [year, map] = [".year", ".mapbox"].map((each) => document.querySelector(each));
            if (!year) return [];
            const range = document.createRange();
            range.selectNodeContents(year);
            return [range.getBoundingClientRect().right, map.getBoundingClientRect().left];
        }"""
    )
    assert ends == sorted(ends)


def test_a_form_keeps_the_years_that_are_looked_at(open_page: OpenPage, server: str) -> None:
    """Whoever chooses a field stays as close as they were."""
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server}/state?country=CN&at=2013&lang=en#years=2008-2016")
    page.locator("form.clock select[name=field]").select_option("fusion")
    page.locator("form.clock button[type=submit]").click()
    page.wait_for_url("**field=fusion**")
    assert page.url.endswith("#years=2008-2016")


def test_parts_fold_on_a_phone_and_open_for_what_leads_into_them(
    open_page: OpenPage, server: str
) -> None:
    """Long parts show their headings alone; a link within the page opens its end, and a button the
    rest of a list."""
    page = open_page(viewport={"width": 390, "height": 800})
    page.goto(f"{server}/state?at=2013&country=CN&lang=en")
    table = page.locator("#s-operating")
    assert not table.locator("tbody").is_visible()
    page.locator(".figs a").first.click()
    assert table.locator("tbody").is_visible()
    policies = page.locator("section[aria-labelledby=h-p]")
    button = policies.get_by_role("button", name="Open: Policies in force")
    assert button.get_attribute("aria-expanded") == "false"
    button.click()
    assert policies.locator("ul").is_visible()
    page.goto(f"{server}/activity?lang=en")
    rows = page.locator("#events tbody tr")
    shown = sum(row.is_visible() for row in rows.all())
    assert shown < rows.count()
    page.locator("#events .unfold").click()
    assert rows.last.is_visible()


def test_an_address_that_leads_nowhere_stops_no_script(
    open_page: OpenPage, server: str, complaints: list[str]
) -> None:
    """Whatever stands behind its #: what the page leads to later opens all the same."""
    page = open_page(viewport={"width": 390, "height": 800})
    page.goto(f"{server}/state?at=2013&country=CN&lang=en#%E0%A4%A")
    page.locator(".figs a").first.click()
    assert page.locator("#s-operating tbody").is_visible()
    assert complaints == []


def test_the_clocks_stand_in_one_line_on_a_phone(open_page: OpenPage, server: str) -> None:
    """The form is behind it, with scripts or without."""
    page = open_page(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page.goto(f"{server}/state?at=2024&stated=2016&lang=en")
    line = page.locator("label.clockwords")
    box = line.bounding_box()
    assert box is not None
    assert box["height"] < 60
    assert "2024" in line.inner_text()
    assert not page.locator("form.clock").is_visible()
    line.click()
    assert page.locator("form.clock").is_visible()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "path",
    [
        "/state?at=2024&stated=2016&known=@3018",
        "/records/juno?stated=2016&known=@3018",
        "/compare?at=2024&stated=2016&to_stated=2025-11-27",
    ],
)
def test_no_clock_is_cut_on_a_phone(open_page: OpenPage, server: str, path: str, lang: str) -> None:
    """However many of them are given; and the foot is folded."""
    page = open_page(viewport={"width": 390, "height": 800})
    page.goto(f"{server}{path.replace('@3018', '@1199')}&lang={lang}")
    for span in page.locator(".clockwords > span:visible").all():
        assert span.evaluate("it => it.scrollWidth <= it.clientWidth + 1 || !it.clientWidth")
    line = page.locator(".clockwords")
    assert line.evaluate("it => it.scrollWidth <= it.clientWidth + 1")
    assert "2016" in line.inner_text()
    foot = page.locator("footer").bounding_box()
    assert foot is not None
    assert foot["height"] < 450


def test_the_years_looked_at_go_along_to_the_other_language(
    open_page: OpenPage, server: str
) -> None:
    """As they stand in the address."""
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server}/state?at=2013&country=CN&lang=en#years=1990-2013")
    page.locator(".mast .lang a").click()
    page.wait_for_url("**#years=1990-2013")
    assert "lang=zh" in page.url


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_head_of_a_page_is_in_few_lines(open_page: OpenPage, server: str, lang: str) -> None:
    """In one on a desk, in two on a phone, and the other language stands beside the search."""
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server}/state?at=2013&lang={lang}")
    for width, most in ((1280, 60), (1024, 60), (800, 60), (420, 90), (360, 90)):
        page.set_viewport_size({"width": width, "height": 800})
        head = page.locator(".mast").bounding_box()
        other, find = (page.locator(f".mast .{each}").bounding_box() for each in ("lang", "find"))
        assert head is not None
        assert other is not None
        assert find is not None
        assert head["height"] <= most, width
        assert abs(other["y"] + other["height"] / 2 - find["y"] - find["height"] / 2) < 8, width


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_front_page_is_told_in_one_screen(open_page: OpenPage, server: str, lang: str) -> None:
    """With the last rung of its ladder."""
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server}/?lang={lang}")
    ladder = page.locator(".front-delay .wide svg").bounding_box()
    assert ladder is not None
    assert ladder["y"] + ladder["height"] <= 805
