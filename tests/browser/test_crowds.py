"""More lives than are drawn one below the other, in a browser: folded, on paper, and painted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

import pytest

from service.archive import Archive
from tests.browser.conftest import OpenPage
from tests.browser.looking import SIGHTS, faults
from tests.service.pages.test_thousands import lives
from tests.service.serving import serving
from tests.story.telling import SOURCE, Clock, command

FACILITIES = 200


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server with 200 facilities."""
    with Archive(tmp_path_factory.mktemp("crowd"), clock=Clock()) as archive:
        lines = chain.from_iterable(islice(lives(), FACILITIES))
        archive.chronicle.execute(command(SOURCE, *lines))
        archive.catch_up()
        with serving(archive) as base_url:
            yield base_url


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("crowd", "/state?at=2013"),
        ("crowd-like", "/compare?at=2013&country=CN&to_country=US&lang=zh"),
        ("crowd-trends", "/trends?by=country&status=operating"),
    ],
)
def test_a_page_of_many_reads_well(
    open_page: OpenPage, crowd: str, name: str, path: str, complaints: list[str]
) -> None:
    """As all pages do."""
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{crowd}{path}")
    assert faults(page, name, [sight for sight in SIGHTS if sight.axe]) == {}
    assert complaints == []


def test_fields_unfold_without_scripts_and_on_paper(open_page: OpenPage, crowd: str) -> None:
    """Each says in its summary how many ran; paper has all of them."""
    page = open_page(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    page.goto(f"{crowd}/state?at=2013&lang=en")
    folds = page.locator(".wide details.fold")
    lives_seen = page.locator(".wide details.fold svg:visible")
    assert (folds.count(), lives_seen.count()) == (13, 0)
    assert "Astronomy: 14 of 16 facilities ran" in folds.first.inner_text()
    folds.first.locator("summary").click()
    assert lives_seen.count() == 1
    page.emulate_media(media="print")
    assert lives_seen.count() == 13


def test_the_canvas_stands_on_the_scale_of_the_strip(open_page: OpenPage, crowd: str) -> None:
    """One year is in one place in both, on a wide screen and on a narrow one."""
    for width in (1280, 390):
        page = open_page(viewport={"width": width, "height": 900})
        page.goto(f"{crowd}/state?at=1990&lang=en#years=1985-1995")
        page.wait_for_selector('annales-timeline[data-painted="canvas"]', state="attached")
        if width == 390:  # a long part of a page is folded there
            page.locator(".folded:has(annales-timeline) h2 .unfold").click()
        page.wait_for_selector('annales-timeline[data-painted="canvas"]')
        apart = page.evaluate(
            """() => {
                const { painter } = document.querySelector("annales-timeline");
                const strips = [...document.querySelectorAll("svg.strip")];
                const strip = strips.find((each) => each.checkVisibility());
                const drawn = strip.querySelector(".cursor").getBoundingClientRect();
                const { left } = painter.scroller.getBoundingClientRect();
                return left + painter.base(painter.cursor + 1) - (drawn.left + drawn.right) / 2;
            }"""
        )
        assert abs(apart) < 1, width
