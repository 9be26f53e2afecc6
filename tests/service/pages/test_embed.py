"""Frames and viewers: who may show us in their page, and where what others wrote may run."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from service.feeds import FEEDS
from service.pages.shell import rendering
from service.pages.viewers.page import VIEWERS
from tests.service.asked import FOREVER, Reader

FRAMES = (
    ("/embed/state?at=2013", "/state?at=2013"),
    ("/embed/timeline?at=2013&country=CN", "/state?at=2013&country=CN"),
    ("/embed/records/juno?at=2020", "/records/juno?at=2020"),
    ("/embed/records/rd-share-of-gdp", "/records/rd-share-of-gdp"),
    ("/embed/records/us-china-science-agreement", "/records/us-china-science-agreement"),
    ("/embed/trends?status=operating&by=country", "/trends?by=country&status=operating"),
    ("/embed/slips?country=CN", "/slips?country=CN"),
    ("/embed/compare?at=2013&to_at=2024", "/compare?at=2013&to_at=2024"),
)
"""Frames, and the whole page of each."""

PAGES = ("/", "/state", "/records/juno", "/trends", "/slips", "/feeds", "/viewers", "/search")

frames = pytest.mark.parametrize(("frame", "whole"), FRAMES, ids=[frame for frame, _ in FRAMES])


def html(reader: Reader, url: str) -> tuple[TestResponse, str]:
    """A page as a browser asks for it."""
    answer = reader.ask(url, Accept="text/html", Accept_Language="en")
    assert answer.mimetype == "text/html", url
    return answer, answer.get_data(as_text=True)


def links(text: str) -> list[str]:
    """Where a page leads, its own files included."""
    return [unescape(url) for url in re.findall(r'(?:href|src)="([^"]+)"', text)]


def directives(answer: TestResponse) -> dict[str, str]:
    """The policy of a page, by directive."""
    policy = answer.headers["Content-Security-Policy"]
    parts = (each.strip().partition(" ") for each in policy.split(";"))
    return {name: value for name, _, value in parts}


@frames
def test_a_frame_may_stand_in_any_page(reader: Reader, frame: str, whole: str) -> None:
    """Also in a file on a disk, which `frame-ancestors *` would leave out; and is held to our own
    files like every page."""
    answer, _ = html(reader, frame)
    assert answer.status_code == 200
    assert "X-Frame-Options" not in answer.headers
    told = directives(answer)
    assert "frame-ancestors" not in told
    assert (told["default-src"], told["script-src"], told["style-src"]) == (
        "'none'", "'self'", "'self'",
    )  # fmt: skip
    assert directives(html(reader, whole)[0])["frame-ancestors"] == "'none'"


@pytest.mark.parametrize("path", [*PAGES, *(viewer.path for viewer in VIEWERS.values())])
def test_no_other_page_can_be_framed(reader: Reader, path: str) -> None:
    """By the old header and by the new one."""
    answer, _ = html(reader, path)
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert directives(answer)["frame-ancestors"] == "'none'"


def test_an_answer_that_is_no_page_cannot_be_framed(reader: Reader) -> None:
    """A frame's problem for a program is one like every other."""
    answer = reader.ask("/embed/state?at=soon", Accept="application/json")
    assert (answer.status_code, answer.headers["X-Frame-Options"]) == (422, "DENY")


@frames
def test_a_frame_leads_to_its_page_and_to_what_never_changes(
    reader: Reader, frame: str, whole: str
) -> None:
    """Its pinned link is the page's, which says the same for good."""
    _, text = html(reader, frame)
    assert whole in links(text)
    path = whole.partition("?")[0]
    pinned = next(url for url in links(text) if url.startswith(path) and "view=" in url)
    kept, _ = html(reader, pinned)
    assert (kept.status_code, kept.headers["Cache-Control"]) == (200, FOREVER)
    assert not [url for url in links(text) if url.startswith("/embed")]


def test_a_frame_has_nothing_around_it(reader: Reader) -> None:
    """No masthead, no form, and no script where none is needed."""
    for frame, _ in FRAMES:
        _, text = html(reader, frame)
        assert "<nav" not in text
        assert "<form" not in text
        assert ("<script" in text) == frame.startswith("/embed/timeline")


def test_a_record_has_a_short_path_too(reader: Reader) -> None:
    """Which leads to the one path that it has."""
    answer = reader.ask("/embed/record/juno?at=2013")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/embed/records/juno?at=2013")


def test_a_frame_that_cannot_be_made_says_so_in_the_frame(reader: Reader) -> None:
    """Whoever reads the page around it sees why, and not a browser's refusal."""
    for url, status in (
        ("/embed/state?at=soon", 422),
        ("/embed/timeline?above=many", 422),
        ("/embed/records/atlantis", 404),
    ):
        answer, text = html(reader, url)
        assert answer.status_code == status
        assert "frame-ancestors" not in directives(answer)
        assert "X-Frame-Options" not in answer.headers
        assert "<h1" in text


def test_from_how_many_spans_on_a_frame_is_painted_stands_in_its_url(reader: Reader) -> None:
    """Two frames that differ in it are two answers."""
    painted, first = html(reader, "/embed/timeline?lang=en")
    drawn, second = html(reader, "/embed/timeline?above=100000&lang=en")
    assert "<annales-timeline" in first
    assert "<annales-timeline" not in second
    assert painted.headers["ETag"] != drawn.headers["ETag"]


@pytest.mark.parametrize(
    "page", ["/state?at=2013", "/state?at=2013&lang=zh", "/records/juno?at=2013"]
)
def test_a_page_tells_where_its_frame_is_found(reader: Reader, page: str) -> None:
    """By oEmbed, whose answer holds a frame that is there and may be framed."""
    _, text = html(reader, page)
    alternate = r'<link rel="alternate" type="application/json\+oembed"[^>]*href="([^"]+)"'
    (link,) = re.findall(alternate, text)
    told = reader.ask(unescape(link)).get_json()
    (source,) = re.findall(r'src="http://localhost([^"]+)"', unescape(told["html"]))
    assert source.startswith("/embed/")
    assert "at=2013" in source
    answer, _ = html(reader, source)
    assert answer.status_code == 200
    assert "frame-ancestors" not in directives(answer)


@pytest.mark.parametrize(
    ("page", "about"),
    [
        ("/state?at=2013&country=CN&lang=en", "at=2013&country=CN"),
        ("/records/juno?stated=2016&lang=zh", "stated=2016&record=juno"),
    ],
)
def test_the_head_of_a_page_leads_to_every_feed_of_it(
    reader: Reader, page: str, about: str
) -> None:
    """Each is there, of the type that the link tells, and asked what the page is asked."""
    _, text = html(reader, page)
    alternate = r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="(/v1/feeds/[^"]+)"'
    found = {unescape(link): type for type, link in re.findall(alternate, text)}
    assert len(found) == sum(feed.alternate for feed in FEEDS)
    for link, type in found.items():
        answer = reader.ask(link)
        assert (answer.status_code, answer.mimetype) == (200, type.partition(";")[0]), link
        assert set(about.split("&")) <= set(urlsplit(link).query.split("&"))


def test_the_figures_of_a_frame_lead_to_the_whole_page(reader: Reader) -> None:
    """A frame has no tables, so a place on the page is one of the page that has them."""
    _, text = html(reader, "/embed/state?at=2013&lang=en")
    places = [link for link in links(text) if "#" in link]
    assert places
    assert all(link.startswith("/state?at=2013&lang=en#") for link in places)


@pytest.mark.parametrize("name", VIEWERS)
def test_a_viewer_loads_its_tool_from_here_and_nothing_runs_that_is_written_in_the_page(
    reader: Reader, name: str
) -> None:
    """No `eval`, no other origin; its feed is asked what the page is asked."""
    answer, text = html(reader, f"/viewers/{name}?at=2013&country=CN&lang=zh")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    assert directives(answer)["script-src"] == "'self'"
    for file in (*VIEWERS[name].scripts, *VIEWERS[name].styles):
        assert rendering.static(file) in links(text)
    feed = f"/v1/feeds/{name}?at=2013&country=CN&lang=zh"
    assert f'data-feed="{feed.replace("&", "&amp;")}"' in text
    assert f'value="http://localhost{feed.replace("&", "&amp;")}"' in text
    assert feed in links(text.partition("<noscript>")[2].partition("</noscript>")[0])
    assert reader.ask(feed).status_code == 200


@pytest.mark.parametrize("name", VIEWERS)
@pytest.mark.parametrize("asked", ["kind=nope", "country=XX", "at=soon", "nope=1", "during=2013"])
def test_a_viewer_refuses_what_its_feed_refuses(reader: Reader, name: str, asked: str) -> None:
    """As a page that says so."""
    answer, _ = html(reader, f"/viewers/{name}?{asked}")
    assert answer.status_code == 422


def test_a_viewer_that_there_is_not_is_not_found(reader: Reader) -> None:
    """Whatever its name."""
    answer, _ = html(reader, "/viewers/histropedia")
    assert answer.status_code == 404


def test_what_others_wrote_is_loaded_on_the_viewers_alone(reader: Reader) -> None:
    """Every other page is ours from end to end, but for D3 where a canvas is painted."""
    for path in (*PAGES, *(frame for frame, _ in FRAMES)):
        loaded = [url for url in links(html(reader, path)[1]) if "/vendor/" in url]
        assert loaded == [], path


def test_without_the_tools_of_others_all_else_works(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their pages say so, with a link to the feed; a timeline stays the server's drawing."""
    bare = tmp_path / "static"
    shutil.copytree(rendering.STATIC, bare, ignore=shutil.ignore_patterns("vendor"))
    monkeypatch.setattr(rendering, "STATIC", bare)
    for name in VIEWERS:
        answer, text = html(reader, f"/viewers/{name}?country=CN")
        assert answer.status_code == 200
        assert '<script src="/static/vendor' not in text
        assert 'id="viewer"' not in text
        assert f"/v1/feeds/{name}?country=CN&lang=en" in links(text)
    _, text = html(reader, "/embed/timeline")
    assert "<annales-timeline" not in text
    assert "<svg" in text
    for path in PAGES:
        assert html(reader, path)[0].status_code == 200
