"""oEmbed 1.0: a frame for a page of ours, and for no other."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.service.asked import Reader, url

JUNO = "http://localhost/records/juno?at=2013&lang=zh"


class Frames(HTMLParser):
    """Collects the attributes of the elements of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def frame(html: str) -> dict[str, str | None]:
    """The attributes of the one frame, beside which there is nothing."""
    parser = Frames()
    parser.feed(html)
    ((tag, attributes),) = parser.found
    assert tag == "iframe"
    return attributes


def asked(reader: Reader, **parameters: str) -> Any:
    """What is told of a page."""
    answer = reader.ask(url("/oembed", **parameters))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.get_json()


def test_a_page_of_ours_has_a_frame(reader: Reader) -> None:
    """Rich, with the members that the specification wants, and the query kept."""
    told = asked(reader, url=JUNO)
    assert (told["version"], told["type"]) == ("1.0", "rich")
    assert (told["width"], told["height"]) == (800, 540)
    assert told["provider_url"] == "http://localhost/"
    attributes = frame(told["html"])
    assert attributes["src"] == "http://localhost/embed/records/juno?at=2013&lang=zh"
    assert (
        attributes["title"]
        == told["title"]
        == "江门中微子实验（Jiangmen Underground Neutrino Observatory）"
    )
    assert (attributes["width"], attributes["height"]) == ("100%", "540")
    assert told["thumbnail_url"].startswith("http://localhost/posters/records/juno.png?at=2013")
    assert (told["thumbnail_width"], told["thumbnail_height"]) == (1200, 630)


def test_every_page_that_can_be_embedded_has_its_frame(reader: Reader) -> None:
    """The first page is the state; a page that is embedded already stays as it is."""
    for page, source in (
        ("http://localhost/", "/embed/state"),
        ("http://localhost", "/embed/state"),
        ("http://localhost/state?at=2013", "/embed/state?at=2013"),
        ("HTTP://LOCALHOST/compare?at=1990&to_at=2020", "/embed/compare?at=1990&to_at=2020"),
        ("http://localhost/slips", "/embed/slips"),
        ("http://localhost/trends#here", "/embed/trends"),
        ("http://localhost/embed/records/juno", "/embed/records/juno"),
    ):
        assert frame(asked(reader, url=page)["html"])["src"] == f"http://localhost{source}"


def test_the_frame_is_no_larger_than_there_is_room(reader: Reader) -> None:
    """In both directions; more room than it needs it does not take."""
    told = asked(reader, url=JUNO, maxwidth="400", maxheight="300")
    assert (told["width"], told["height"]) == (400, 300)
    assert frame(told["html"])["style"] == "border:0;max-width:400px"
    heights = [asked(reader, url=JUNO, maxwidth=wide)["height"] for wide in ("358", "640")]
    assert heights == [720, 540]
    assert asked(reader, url="http://localhost/slips", maxwidth="358")["height"] == 880
    told = asked(reader, url=JUNO, maxwidth="4000", maxheight="3000")
    assert (told["width"], told["height"]) == (800, 540)
    assert "max-width" not in str(frame(asked(reader, url=JUNO)["html"])["style"])
    told = asked(reader, url=JUNO, maxwidth="50", maxheight="1")
    assert (told["width"], told["height"]) == (50, 1)


@pytest.mark.parametrize(
    ("room", "has_one"),
    [
        ({}, True),
        ({"maxwidth": "1200", "maxheight": "630"}, True),
        ({"maxwidth": "1199"}, False),
        ({"maxheight": "629"}, False),
    ],
)
def test_a_thumbnail_is_told_where_there_is_room_for_it(
    reader: Reader, room: dict[str, str], *, has_one: bool
) -> None:
    """It has one size; as oEmbed has it, its three members come together or not at all."""
    told = asked(reader, url=JUNO, **room)
    names = {name for name in told if name.startswith("thumbnail")}
    three = {"thumbnail_url", "thumbnail_width", "thumbnail_height"}
    assert names == (three if has_one else set())


def test_xml_says_the_same(reader: Reader) -> None:
    """Member for member."""
    answer = reader.ask(url("/oembed", url=JUNO, format="xml"))
    assert answer.content_type == "text/xml; charset=utf-8"
    root = ET.fromstring(answer.data)  # noqa: S314 - it is our own
    told = asked(reader, url=JUNO, format="json")
    assert root.tag == "oembed"
    assert {each.tag: each.text for each in root} == {name: str(told[name]) for name in told}


@pytest.mark.parametrize(
    "page",
    [
        "http://elsewhere.example/records/juno",
        "https://localhost/records/juno",
        "http://localhost:8080/records/juno",
        "http://localhost@elsewhere.example/records/juno",
        "http://localhost.example/records/juno",
        "//localhost/records/juno",
        "/records/juno",
        "javascript:alert(1)",
        "http://localhost/desk",
        "http://localhost/v1/state",
        "http://localhost/records/../desk",
        'http://localhost/records/juno"onload="alert(1)',
        "http://localhost/records/juno%2F..%2Fdesk",
        "http://localhost/embed/embed/state",
        "http://localhost//elsewhere.example/",
        "http://[/records/juno",
        "",
    ],
)
def test_a_page_that_is_not_ours_has_none(reader: Reader, page: str) -> None:
    """Nor one of ours that is not to be framed."""
    assert reader.refused(url("/oembed", url=page)) == (404, "no-frame")


def test_nothing_of_a_query_is_markup(reader: Reader) -> None:
    """A quote or an angle bracket makes no page; of what does, none ends an attribute."""
    markup = 'http://localhost/state?at="><script>alert(1)</script>'
    assert reader.refused(url("/oembed", url=markup)) == (404, "no-frame")
    told = asked(reader, url="http://localhost/state?at=2013&country=CN&lang=zh")
    assert frame(told["html"])["src"] == ("http://localhost/embed/state?at=2013&country=CN&lang=zh")


@pytest.mark.parametrize(
    "page",
    [
        "/records/nobody",
        "/state?at=soon",
        "/state?bogus=1",
        "/state?country=China",
        "/state?at=2013&at=2014",
        "/state?lang=de",
        "/compare?to_at=2013&to_known=@99999",
        "/trends?measure=luck",
    ],
)
def test_a_page_that_is_not_there_has_no_frame(reader: Reader, page: str) -> None:
    """Another site would show a problem for as long as it keeps the answer."""
    assert reader.refused(url("/oembed", url=f"http://localhost{page}"))[0] == 404


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("/records/change-4", "Chang’e-4 and Yutu-2"),
        ("/records/cern-mou-1981", "CERN and CAS sign a memorandum of understanding"),
        (
            "/state?at=2024&status=under-construction,commissioning",
            "2024: facilities under construction, commissioning",
        ),
    ],
)
def test_a_frame_is_called_by_what_it_shows(reader: Reader, page: str, title: str) -> None:
    """As its page is; an apostrophe is one that ends no attribute."""
    assert asked(reader, url=f"http://localhost{page}")["title"] == title


def test_what_sites_add_of_their_own_is_passed_over(reader: Reader) -> None:
    """As oEmbed 2.2 bids; WordPress asks for `dnt`."""
    assert asked(reader, url=JUNO, dnt="1", lang="en") == asked(reader, url=JUNO)


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({}, (422, "validation")),
        ({"url": JUNO, "format": "yaml"}, (422, "validation")),
        ({"url": JUNO, "maxwidth": "wide"}, (422, "validation")),
        ({"url": JUNO, "maxheight": "0"}, (422, "validation")),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_a_problem(
    reader: Reader, parameters: dict[str, str], problem: tuple[int, str]
) -> None:
    """The same as everywhere."""
    assert reader.refused(url("/oembed", **parameters)) == problem
