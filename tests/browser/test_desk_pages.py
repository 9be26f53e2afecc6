"""The desk in a browser: every form in every light and on every screen, by keyboard, as one types.

A curator signs in and works: looks at what would change, records it, corrects it, takes it back.
With `ANNALES_SCREENSHOTS=1` each page on the way is written as a picture to `build/screenshots`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from service.archive import Archive
from tests.browser.conftest import OpenPage
from tests.browser.looking import SIGHTS, faults
from tests.service.serving import serving
from tests.story.telling import JUNO, SOURCE, Clock, command, correction, milestone, plan

PLANNED = plan("juno-plan", "operation-started", "2020", "2016", title="To run from 2020")
CAME = milestone("juno-came", "operation-started", "2025-08-26", title="Takes data")

BATCH = "\n".join(
    json.dumps(line)
    for line in (
        {"type": "source", "id": "diary", "medium": "book", "title": "A diary"},
        {**CAME, "id": "juno-first", "milestone": "first-light", "sources": [{"id": "diary"}]},
        {"type": "withdrawal", "statement": "juno-plan", "reason": "Misread."},
    )
)

SHEET = """id,facility,modality,date,stated,title,summary,attributes.visitors,sources
open-day,juno,actual,03/04/2025,,Open day,A day on which everybody may look.,1200,yearbook#p. 3
closed,jinu,actuel,2026~,12/2025,Closed,,,yearbook; lost
"""

MENDED = SHEET.replace("03/04", "13/04").replace("jinu", "juno").replace("actuel", "actual")
MENDED = MENDED.replace("; lost", "")

SEEN_IN = {"en": SIGHTS, "zh": [sight for sight in SIGHTS if sight.name in ("light", "least")]}
"""How the pages of a language are looked at: their colours are all the same, their widths not."""

REFUSED = "Failed to load resource: the server responded with a status of 4"
"""What browsers complain of where a page says what is wrong, and its status too."""


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """JUNO with a plan and what came of it."""
    with Archive(tmp_path / "archive", clock=Clock()) as opened:
        opened.chronicle.execute(command(SOURCE, JUNO, PLANNED, CAME))
        opened.catch_up()
        yield opened


@pytest.fixture
def desk(archive: Archive) -> Iterator[str]:
    """The address of the desk of a server."""
    with serving(archive) as base_url:
        yield f"{base_url}/desk"


def sign_in(page: Page, desk: str, archive: Archive, lang: str = "en") -> None:
    """Show a curator's key."""
    page.goto(f"{desk}/sign-in?lang={lang}")
    page.fill("#f-key", archive.keys.issue(name="grace", role="curator", by="root"))
    page.click("main form button")


class Walk:
    """Somebody who works at the desk, and every page of theirs, judged as it is reached."""

    def __init__(self, page: Page, desk: str, lang: str) -> None:
        self.page, self.desk, self.lang = page, desk, lang
        self.found: dict[str, object] = {}

    def open(self, path: str, name: str) -> None:
        """Open a path of the desk."""
        self.page.goto(f"{self.desk}{path}{'&' if '?' in path else '?'}lang={self.lang}")
        self.judge(name)

    def look(self, name: str, **written: str) -> None:
        """Fill in the form and look at what it would change."""
        for field, text in written.items():
            control = self.page.locator(f"#f-{field.replace('_', '-')}")
            if control.evaluate("each => each.tagName") == "SELECT":
                control.select_option(text)
            else:
                control.fill(text)
        self.page.click("main button[value=preview]")
        self.judge(name)

    def record(self, name: str) -> None:
        """Record what was looked at."""
        self.page.click("button[value=record]:not([aria-hidden])")
        self.page.wait_for_selector("[role=status]")
        self.judge(name)

    def judge(self, name: str) -> None:
        """Nothing is found by axe in any light, and nothing has to be scrolled sideways."""
        self.found |= faults(self.page, f"desk-{name}-{self.lang}", SEEN_IN[self.lang])


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_curator_works_through_all_forms(
    open_page: OpenPage,
    desk: str,
    archive: Archive,
    *,
    lang: str,
    outside: list[str],
    complaints: list[str],
) -> None:
    """From a record to a new statement, a correction, a withdrawal and back, a card, many lines at
    once, and somebody who was faster; every page reads well wherever it is read."""
    page = open_page(viewport={"width": 1280, "height": 800})
    walk = Walk(page, desk, lang)
    sign_in(page, desk, archive, lang)
    walk.open("?q=juno", "home")
    page.click(".hits a")
    walk.judge("record")
    page.click("#h-new ~ ul a >> nth=0")
    walk.judge("new")
    written = {"milestone": "upgraded", "modality": "planned", "date": "2031", "stated": "2026-11"}
    walk.look("refused", **written)
    walk.look("looked", title="To be upgraded")
    walk.record("recorded")
    assert page.locator("#st-juno-upgraded-plan-2031").count() == 1

    page.click("#st-juno-upgraded-plan-2031 a[href*=correct]")
    walk.look("correct-refused", date="2025-02-30", why_reason="It says so.")
    walk.look("correct-looked", date="2032", title="To be upgraded in 2032")
    walk.record("corrected")
    for what in ("withdraw", "reinstate"):
        page.click(f"#st-juno-upgraded-plan-2031 a[href*={what}]")
        walk.judge(what)
        walk.look(f"{what}-looked", why_reason="Another machine.")
        walk.record(f"{what}-recorded")

    walk.open("/records/juno/amend", "amend")
    walk.look("amend-looked", acronym="JUNO", place="Kaiping", why_reason="It is known.")
    walk.record("amended")
    walk.open("/sources/yearbook", "source")
    walk.open("/sources/yearbook/amend", "source-amend")
    walk.look("source-amend-looked", author="IHEP", why_reason="Its cover names it.")
    walk.record("source-amended")

    walk.open("/batch", "batch")
    walk.look("batch-refused", text='{"type": "source", "id": "No Id"}\n{"a": 1')
    walk.look("sheet-refused", text=SHEET, type="observation")
    walk.look("sheet-looked", text=MENDED)
    walk.look("batch-looked", text=BATCH)
    walk.record("batch-recorded")

    walk.open("/statements/juno-came/correct", "correct")
    archive.chronicle.execute(command(correction("juno-came", {"title": "Began"}), actor="zhao"))
    walk.look("stale", date="2025-08-25", why_reason="The log book.")
    assert page.locator(".meantime").inner_text().count("zhao") == 1
    walk.record("stale-recorded")

    assert walk.found == {}
    assert outside == []
    assert [each for each in complaints if not each.startswith(REFUSED)] == []
    lines = [line["type"] for line in archive.chronicle.export()][4:]
    assert lines == [
        *("milestone", "correction", "withdrawal", "reinstatement", "amendment", "amendment"),
        *("source", "milestone", "withdrawal", "correction", "correction"),
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_reader_suggests_and_a_curator_takes_and_declines_it(
    open_page: OpenPage,
    desk: str,
    archive: Archive,
    *,
    lang: str,
    outside: list[str],
    complaints: list[str],
) -> None:
    """From a record to a form that is refused and sent, to the queue, and back to what became of
    it; then two revisions are compared, and the last change is undone."""
    page = open_page(viewport={"width": 1280, "height": 800})
    base = desk.removesuffix("/desk")
    walk = Walk(page, base, lang)
    walk.open("/records/juno", "suggest-from")
    page.click("#st-juno-came a.mend")
    walk.judge("suggest")
    page.fill("#f-date", "31/12/2025")
    page.fill("#f-reason", "The log book has the day before.")
    page.click("main form button")
    walk.judge("suggest-refused")
    followed = []
    for date in ("2025-08-25", "2025-08-24"):
        page.fill("#f-date", date)
        page.fill("#f-where", "https://example.org/log")
        page.click("main form button")
        page.wait_for_url("**/suggestions/*")
        followed.append(page.url)
        walk.open("/suggest/statements/juno-came/correct", f"suggest-{date}")
        page.fill("#f-reason", "Another day.")
    for path in ("statements/juno-came/withdraw", "records/juno/amend", "new/facility"):
        walk.open(f"/suggest/{path}", f"suggest-{path.replace('/', '-')}")

    sign_in(page, desk, archive, lang)
    walk.open("/desk/suggestions", "queue")
    page.click(".waiting h2 a >> nth=0")
    walk.judge("suggested")
    assert page.input_value("[name='source.url']") == "https://example.org/log"
    page.fill("[name='source.title']", "The log book")
    page.click("main button[value=preview]")
    walk.judge("suggested-refused")
    page.fill("[name='source.medium']", "book")
    page.click("main button[value=preview]")
    walk.judge("suggested-looked")
    walk.record("taken")
    page.check(".waiting input[type=checkbox] >> nth=0")
    page.fill("#f-reason", "It was the day before.")
    page.click("button[value=decline]:not([aria-hidden])")
    walk.judge("declined")
    for url, name in zip(followed, ("taken", "declined"), strict=True):
        page.goto(url)
        walk.judge(f"followed-{name}")
    walk.open("/desk/records/juno/revisions?from=1", "revisions")
    walk.open("/desk/records/juno/undo", "undo")
    page.fill("#f-reason", "The book is of another machine.")
    walk.record("undone")

    assert walk.found == {}
    assert outside == []
    assert [each for each in complaints if not each.startswith(REFUSED)] == []
    lines = [line["type"] for line in archive.chronicle.export()][4:]
    assert lines == ["source", "correction", "correction"]


def test_what_it_would_change_is_told_as_one_types(
    open_page: OpenPage, desk: str, archive: Archive, complaints: list[str]
) -> None:
    """Dates in words, ids looked up, an id suggested until one writes another, and what the form
    would do; nothing of it is recorded."""
    page = open_page(viewport={"width": 1280, "height": 800})
    walk = Walk(page, desk, "en")
    sign_in(page, desk, archive)
    page.goto(f"{desk}/new/milestone?facility=juno")
    page.fill("#f-date", "2025-02-30")
    bad = "2025-02-30 is not a date: 2025-02 has no day 30"
    expect(page.locator("#f-date-live")).to_have_text(bad)
    assert page.locator("#f-date").get_attribute("aria-invalid") == "true"
    page.fill("#f-date", "2031")
    page.select_option("#f-milestone", "upgraded")
    page.select_option("#f-modality", "actual")
    page.fill("#f-title", "Upgraded")
    expect(page.locator("#f-id")).to_have_value("juno-upgraded-2031")
    expect(page.locator("#live")).to_contain_text("What would be written")
    walk.judge("live")
    page.fill("#f-date", "2032")
    expect(page.locator("#f-id")).to_have_value("juno-upgraded-2032")
    page.fill("#f-id", "JUNO Bad Id")
    expect(page.locator("#f-id-live.bad")).to_contain_text("JUNO Bad Id is not an id")
    page.fill("#f-id", "mine")
    expect(page.locator("#f-id-live")).to_have_text("free")
    page.fill("#f-date", "2033")
    expect(page.locator("#live")).to_contain_text("2033")
    assert page.input_value("#f-id") == "mine"
    walk.judge("live-own-id")
    assert walk.found == {}
    assert complaints == []
    assert len(list(archive.chronicle.export())) == 4


def test_the_keyboard_goes_to_what_was_looked_at(
    open_page: OpenPage, desk: str, archive: Archive
) -> None:
    """To what it would change, or before that to what others changed meanwhile; of many lines
    too."""
    page = open_page(viewport={"width": 1280, "height": 800})
    sign_in(page, desk, archive)
    page.goto(f"{desk}/statements/juno-came/correct")
    page.fill("#f-why-reason", "The log book.")
    page.fill("#f-title", "Began")
    page.click("main button[value=preview]")
    expect(page.locator("#h-pre")).to_be_focused()
    archive.chronicle.execute(command(correction("juno-came", {"title": "X"}), actor="zhao"))
    page.click("button[value=record]:not([aria-hidden])")
    expect(page.locator("#h-mean")).to_be_focused()
    page.goto(f"{desk}/batch")
    page.fill("#f-text", BATCH)
    page.click("main button[value=preview]")
    expect(page.locator("#h-pre")).to_be_focused()


def test_who_is_signed_out_meanwhile_is_told_so_as_they_type(
    open_page: OpenPage, desk: str, archive: Archive
) -> None:
    """In place of what it would change; and that nothing is lost."""
    page = open_page(viewport={"width": 1280, "height": 800})
    sign_in(page, desk, archive)
    page.goto(f"{desk}/statements/juno-came/correct")
    page.fill("#f-why-reason", "The log book.")
    page.fill("#f-title", "Began")
    expect(page.locator("#live")).to_contain_text("What would be written")
    page.context.clear_cookies()
    page.fill("#f-title", "Began to take data")
    expect(page.locator("#live")).to_contain_text("You are no longer signed in.")


def test_another_row_has_labels_of_its_own(
    open_page: OpenPage, desk: str, archive: Archive
) -> None:
    """Where the last source is written into, there is another one, and its inputs say so."""
    page = open_page(viewport={"width": 1280, "height": 800})
    sign_in(page, desk, archive)
    page.goto(f"{desk}/new/milestone?facility=juno")
    page.get_by_label("Source 2, its id").fill("yearbook")
    page.get_by_label("Source 3, its id").fill("x")
    expect(page.locator("#f-sources-live")).to_have_text("")
    page.get_by_label("Source 4, the place in it").fill("p. 9")
    assert page.get_by_label("Source 4, its id").is_visible()
    expect(page.locator("#f-sources-live")).to_have_text("nothing of that id is recorded")


def test_what_is_still_being_written_is_not_called_wrong(
    open_page: OpenPage, desk: str, archive: Archive
) -> None:
    """The beginning of an id is none yet, and the list has what it may become; once the input is
    left it is."""
    page = open_page(viewport={"width": 1280, "height": 800})
    sign_in(page, desk, archive)
    page.goto(f"{desk}/new/milestone?facility=juno")
    source, told = page.get_by_label("Source 1, its id"), page.locator("#f-sources-live")
    source.press_sequentially("year")
    expect(page.locator("#list-source option")).to_have_attribute("value", "yearbook")
    assert told.inner_text() == ""
    page.keyboard.press("Tab")
    expect(told).to_have_text("nothing of that id is recorded")
    assert source.get_attribute("aria-invalid") == "true"
    source.fill("yearbook")
    expect(told).to_have_text("A yearbook")
    assert source.get_attribute("aria-invalid") is None


def test_what_is_wrong_comes_first_and_goes_along_to_the_other_language(
    open_page: OpenPage, desk: str, archive: Archive
) -> None:
    """The keyboard is at the list, only what is wrong is marked, and what was written stays."""
    page = open_page(viewport={"width": 1280, "height": 800})
    sign_in(page, desk, archive)
    page.goto(f"{desk}/statements/juno-came/correct")
    page.fill("#f-why-reason", "So.")
    page.get_by_label("Source 2, its id").nth(0).fill("lost")
    page.click("main button[value=preview]")
    page.wait_for_selector("#problems")
    assert page.title().startswith("Error: ")
    marked = "[...document.querySelectorAll('[aria-invalid]')].map(each => each.value)"
    assert page.evaluate(marked) == ["lost"]
    assert page.evaluate("document.activeElement.id") == "problems"
    page.click(".lang button[formaction]")
    page.wait_for_selector("html[lang=zh-CN] #problems")
    assert page.title().startswith("错误：")
    assert page.input_value("#f-why-reason") == "So."
    assert page.evaluate(marked) == ["lost"]


def test_a_late_answer_about_one_row_is_not_told_of_another(
    open_page: OpenPage, desk: str, archive: Archive
) -> None:
    """Sources share one line below them, which speaks of the one that was written last."""
    page = open_page(viewport={"width": 1280, "height": 800})
    sign_in(page, desk, archive)
    page.goto(f"{desk}/new/milestone?facility=juno")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/desk/id?*id=yearbook*", hold)
    with page.expect_request("**/desk/id?*id=yearbook*"):
        page.get_by_label("Source 2, its id").fill("yearbook")
    page.get_by_label("Source 3, its id").fill("x")
    page.keyboard.press("Tab")
    told = page.locator("#f-sources-live")
    expect(told).to_have_text("nothing of that id is recorded")
    with page.expect_response("**/desk/id?*id=yearbook*"):
        held[0].continue_()
    page.wait_for_timeout(50)
    expect(told).to_have_text("nothing of that id is recorded")


@pytest.mark.parametrize(
    "path",
    [
        "/new/observation",
        "/statements/juno-came/correct",
        "/statements/juno-came/withdraw",
        "/batch",
    ],
)
def test_the_keyboard_reaches_everything(
    open_page: OpenPage, desk: str, archive: Archive, path: str, complaints: list[str]
) -> None:
    """Every stop has a name, and is seen when it is reached."""
    page = open_page(viewport={"width": 1280, "height": 800})
    sign_in(page, desk, archive)
    page.goto(f"{desk}{path}")
    stops = page.locator(
        "main :is(a, button, input, select, textarea, summary):visible:not([type=hidden])"
    ).count()
    reached = set()
    for _ in range(stops + 20):
        page.keyboard.press("Tab")
        number, name, outline = page.evaluate(
            """() => {
              const at = document.activeElement, all = [...document.querySelectorAll("main *")];
              const name = at.labels?.[0]?.textContent || at.getAttribute("aria-label")
                || at.textContent.trim();
              return [all.indexOf(at), name, getComputedStyle(at).outlineStyle];
            }"""
        )
        if number >= 0:
            assert name
            assert outline != "none", name
            reached.add(number)
    assert len(reached) == stops
    assert complaints == []


def test_enter_looks_and_never_records(open_page: OpenPage, desk: str, archive: Archive) -> None:
    """Whoever ends a line in a form sees what it would change; to record it takes the button."""
    page = open_page(viewport={"width": 1280, "height": 800})
    sign_in(page, desk, archive)
    page.goto(f"{desk}/statements/juno-came/correct")
    page.fill("#f-why-reason", "The log book.")
    for title in ("Began", "Began to take data"):
        page.fill("#f-title", title)
        page.press("#f-title", "Enter")
        expect(page.locator("#preview ins").first).to_have_text(title)
    assert len(list(archive.chronicle.export())) == 4
    page.focus("#preview button")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_have_text("Recorded at @5.")
    page.goto(f"{desk.removesuffix('/desk')}/suggest/statements/juno-came/correct")
    page.fill("#f-reason", "The log book.")
    page.fill("#f-title", "Takes data")
    page.press("#f-title", "Enter")
    page.wait_for_url("**/suggestions/*")


def test_the_desk_needs_no_scripts(open_page: OpenPage, desk: str, archive: Archive) -> None:
    """An id is suggested on the page that is looked at, and what it shows is what is recorded."""
    page = open_page(java_script_enabled=False)
    sign_in(page, desk, archive)
    page.goto(f"{desk}/new/milestone?facility=juno")
    page.select_option("#f-milestone", "upgraded")
    page.select_option("#f-modality", "actual")
    page.fill("#f-date", "2031")
    page.fill("#f-title", "Upgraded")
    page.click("main button[value=preview]")
    shown = json.loads(page.locator("#preview pre").text_content() or "")
    page.click("button[value=record]:not([aria-hidden])")
    assert page.locator("[role=status]").inner_text() == "Recorded at @5."
    line = list(archive.chronicle.export())[-1]
    assert {name: line[name] for name in shown} == shown
    assert line["id"] == "juno-upgraded-2031"
