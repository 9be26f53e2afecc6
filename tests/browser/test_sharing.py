"""Passing a page on, in a browser: a link is copied, a picture is taken along, and a frame fits
into the page of somebody else."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.looking import Sight, faults

FRAMED = (Sight("frame", 600), Sight("dark-frame", 600, scheme="dark"), Sight("narrow", 340))
"""How wide a frame may be."""

FRAMES = {
    "juno": "/embed/records/juno",
    "juno-zh": "/embed/records/juno?lang=zh",
    "slips": "/embed/slips?country=CN",
    "slips-zh": "/embed/slips?country=CN&lang=zh",
    "trends": "/embed/trends?status=operating&by=country&country=CN,US,JP",
    "compare": "/embed/compare?at=2013&to_at=2024&country=CN",
}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_link_is_copied_and_says_so(open_page: OpenPage, server: str, lang: str) -> None:
    """The whole address of what is seen, in its language; the page stays where it is."""
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    address = f"{server}/slips?country=CN&lang={lang}"
    page.goto(address)
    row = page.locator(".acts")
    link, permanent = row.locator("a[data-copy]").all()
    before = link.inner_text()
    link.click()
    copied = page.locator(".copied", has_text={"en": "Copied", "zh": "已复制"}[lang])
    link.and_(copied).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == address
    assert page.url == address
    permanent.click()
    permanent.and_(copied).wait_for()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address.startswith(f"{server}/slips?at=")
    assert "view=" in address
    copied.first.wait_for(state="detached")
    assert link.inner_text() == before


def test_a_link_that_is_not_copied_leads_there(open_page: OpenPage, server: str) -> None:
    """Without scripts, and where the browser does not let them copy."""
    plain = open_page(java_script_enabled=False)
    plain.goto(f"{server}/slips?lang=en")
    plain.locator(".acts a[data-copy]").nth(1).click()
    assert "view=" in plain.url
    bare = open_page()
    bare.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    bare.goto(f"{server}/slips?lang=en")
    bare.locator(".acts a[data-copy]").nth(1).click()
    bare.wait_for_url("**view=**")


def test_a_picture_is_taken_along(open_page: OpenPage, server: str) -> None:
    """As a file with a name, in both forms."""
    page = open_page(accept_downloads=True)
    page.goto(f"{server}/records/juno?lang=zh")
    for ending, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg xmlns")):
        with page.expect_download() as coming:
            page.locator(".acts").get_by_text(ending, exact=True).click()
        assert coming.value.suggested_filename == f"annales-juno.{ending.lower()}"
        assert coming.value.path().read_bytes().startswith(begins)


@pytest.mark.parametrize("path", ["/pictures/slips.svg?country=CN", "/v1/feeds/svg?country=CN"])
def test_a_drawing_that_is_opened_by_itself_has_its_look(
    open_page: OpenPage, server: str, path: str, complaints: list[str]
) -> None:
    """Its styles are in it, and nothing forbids them."""
    page = open_page()
    page.goto(f"{server}{path}")
    paper = "getComputedStyle(document.querySelector('.sheet')).fill"
    assert page.evaluate(paper) == "rgb(251, 250, 246)"
    assert complaints == []


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_fits_where_there_is_little_room(
    open_page: OpenPage, server: str, name: str, outside: list[str], complaints: list[str]
) -> None:
    """axe finds nothing, and nothing has to be scrolled sideways."""
    page = open_page(viewport={"width": 600, "height": 400})
    page.goto(f"{server}{FRAMES[name]}")
    assert faults(page, f"frame-{name}", FRAMED) == {}
    assert (outside, complaints) == ([], [])
    if name.startswith("juno"):
        page.set_viewport_size({"width": 600, "height": 400})
        page.wait_for_function(
            "document.querySelector('svg.ladder').getBoundingClientRect().bottom < 400"
        )
