"""Viewers and frames in a browser: our feeds in the tools of others, our pages in theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.browser.conftest import OpenPage

READ = {
    "timelinejs": "body => body.events.length",
    "vis-timeline": "body => body.items.length",
    "vega-lite": "body => body.data.values.length",
}
"""How many items a feed has, by the viewer that reads it."""

SEEN = {
    "timelinejs": "document.querySelectorAll('.tl-timemarker').length",
    "vis-timeline": "document.querySelectorAll('.vis-item').length",
    "vega-lite": "document.querySelectorAll('#viewer svg path[aria-label]').length",
}
"""How many marks a tool has drawn."""


@pytest.mark.parametrize("viewer", READ)
def test_a_viewer_draws_what_its_feed_has(
    open_page: OpenPage, server: str, viewer: str, outside: list[str], complaints: list[str]
) -> None:
    """With our policy, without a request to anyone else, and without a complaint."""
    page = open_page(viewport={"width": 1200, "height": 900})
    answer = page.goto(f"{server}/viewers/{viewer}?field=astronomy&at=2013&lang=en")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "script-src 'self';" in policy
    page.wait_for_selector("#viewer[data-drawn]", timeout=15_000)
    feed = page.get_attribute("#viewer", "data-feed")
    count = page.evaluate(f"async url => ({READ[viewer]})(await (await fetch(url)).json())", feed)
    assert int(page.get_attribute("#viewer", "data-drawn") or 0) == count > 10
    assert page.evaluate(SEEN[viewer]) >= min(count, 10)
    assert page.inner_text("#viewer-status") == ""
    assert (outside, complaints) == ([], [])


@pytest.mark.parametrize("viewer", READ)
def test_a_viewer_says_what_it_leaves_out(open_page: OpenPage, server: str, viewer: str) -> None:
    """In words, from what its feed says in a header."""
    page = open_page()
    page.goto(f"{server}/viewers/{viewer}?limit=20&lang=en")
    told = page.locator("#viewer-omitted", has_text="that are less significant")
    told.wait_for(timeout=15_000)
    assert told.inner_text().startswith("Not shown: ")


def test_vis_timeline_has_every_row_once(
    open_page: OpenPage, server: str, outside: list[str], complaints: list[str]
) -> None:
    """On the whole chronicle, where what was found at a facility may be of another field."""
    page = open_page(viewport={"width": 1200, "height": 900})
    page.goto(f"{server}/viewers/vis-timeline?lang=zh")
    page.wait_for_selector("#viewer[data-drawn]", timeout=15_000)
    assert page.locator(".vis-labelset .vis-label").count() > 50
    assert (outside, complaints) == ([], [])


def test_without_scripts_a_viewer_leads_to_its_feed(open_page: OpenPage, server: str) -> None:
    """And a timeline in a frame is the server's drawing."""
    page = open_page(java_script_enabled=False)
    page.goto(f"{server}/viewers/timelinejs?country=CN&lang=en")
    link = page.locator("noscript a")
    assert link.is_visible()
    assert link.get_attribute("href") == "/v1/feeds/timelinejs?country=CN&lang=en"
    page.goto(f"{server}/embed/timeline?lang=en")
    assert page.locator("svg.tl:visible").count() > 5


def test_a_frame_shows_in_a_page_of_another_origin_and_a_page_does_not(
    open_page: OpenPage, server: str
) -> None:
    """At 600 by 400, with nothing cut off to the sides."""
    page = open_page(viewport={"width": 1300, "height": 900})
    framed = [f"{server}{path}" for path in ("/embed/state?at=2013", "/embed/timeline", "/")]
    with another_site(framed) as address:
        page.goto(address)
        state, timeline, whole = page.frames[1:]
        assert state.locator("h1").inner_text().startswith("2013")
        assert state.locator("a.logo").get_attribute("href") == "/state?at=2013"
        timeline.wait_for_selector('annales-timeline[data-painted="canvas"]')
        assert whole.url.startswith("chrome-error:")
        for frame in (state, timeline):
            assert frame.evaluate("document.documentElement.scrollWidth") <= 600


@contextmanager
def another_site(sources: list[str]) -> Iterator[str]:
    """The address of a page of another origin with a frame for each of some addresses.

    It is served over a socket: a page that only the browser made up would count as one of the
    internet, which may not reach into a local network.
    """
    frames = "".join(f'<iframe src="{url}" width="600" height="400"></iframe>' for url in sources)
    body = f'<!doctype html><html lang="en"><title>A page</title>{frames}</html>'.encode()

    class Page(BaseHTTPRequestHandler):
        """Answers every path with it."""

        def do_GET(self) -> None:
            """Send the page."""
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as site:
        thread = Thread(target=site.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{site.server_port}/page"
        finally:
            site.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "path",
    [
        "/embed/state?at=2013",
        "/embed/timeline",
        "/embed/records/juno",
        "/embed/trends",
        "/embed/slips",
        "/embed/compare?at=2013&to_at=2024",
    ],
)
def test_a_frame_fits_and_complains_of_nothing(
    open_page: OpenPage, server: str, path: str, outside: list[str], complaints: list[str]
) -> None:
    """Its foot with the two links is in sight at 600 by 400 and at 320 by 240."""
    page = open_page(viewport={"width": 600, "height": 400}, color_scheme="dark")
    for width, height in ((600, 400), (320, 240)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{server}{path}")
        box: Any = page.locator(".em-foot").bounding_box()
        assert box["y"] + box["height"] <= height + 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.scrollHeight") <= height
    assert (outside, complaints) == ([], [])
