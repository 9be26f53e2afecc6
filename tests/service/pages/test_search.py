"""What the page of the search tells besides what it finds: what its words may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

import pytest
from flask.testing import FlaskClient

from events.orders import orders
from service.app import create_app
from service.archive import Archive
from service.data import CHRONICLE
from service.pages.search.meaning import meaning_of
from service.settings import Settings
from tests.service.pages.reading import read
from tests.story.telling import Clock


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The chronicle that ships with Annales, whose facilities have classes."""
    clock = Clock("2026-11-26T12:00:00.000000Z")
    with Archive(tmp_path_factory.mktemp("whole"), clock=clock) as archive:
        archive.chronicle.restore(orders(CHRONICLE.read_bytes().splitlines()))
        archive.catch_up()
        yield archive


@pytest.fixture(scope="module")
def client(whole: Archive) -> FlaskClient:
    """Somebody with a browser."""
    return create_app(whole).test_client()


class Offer(NamedTuple):
    """A link that the page offers, and how much it says is there."""

    name: str
    href: str
    there: int


def offered(html: str) -> list[Offer]:
    """What a page offers."""
    found = re.search(r'<ul class="offers">.*?</ul>', html, re.DOTALL)
    row = r'<a href="([^"]*)">(.*?)</a> <span class="muted">\((\d+)\)'
    links = re.findall(row, found[0]) if found else []
    return [Offer(name, unquote(href), int(count)) for href, name, count in links]


@pytest.mark.parametrize(
    ("query", "places", "statuses", "rest"),
    [
        ("中国对撞机", "CN", "", ("collider", None, "")),
        ("Chinese colliders", "CN", "", ("collider", None, "")),
        ("the UK and US light sources", "GB US", "", ("light-source", None, "")),
        ("telescopes in Chile", "CL", "", (None, None, "telescope")),
        ("在中国的望远镜", "CN", "", (None, None, "望远镜")),
        ("日本中微子", "JP", "", (None, None, "中微子")),
        ("马来西亚", "MY", "", (None, None, "")),
        ("South American", "south-america", "", (None, None, "")),
        ("在建的加速器", "", "under-construction", ("accelerator", None, "")),
        ("运行中的加速器", "", "operating", ("accelerator", None, "")),
        (
            "closed cosmic-ray observatories",
            "",
            "decommissioned",
            ("cosmic-ray-observatory", None, ""),
        ),
        ("planned", "", "proposed approved", (None, None, "")),
        ("2013年", "", "", (None, "2013", "")),
        ("2013年底中国的装置", "CN", "", (None, "2013", "")),
        ("state of 1990", "", "", (None, "1990", "")),
        ("LHC 2013 2014", "", "", (None, "2013", "LHC 2014")),
        ("1990年代", "", "", (None, None, "1990年代")),
        ("2013年5月", "", "", (None, None, "2013年5月")),
        ("HL-2013", "", "", (None, None, "HL-2013")),
        ("Indiana", "", "", (None, None, "Indiana")),
        ("light source reactor", "", "", ("light-source", None, "reactor")),
    ],
)
def test_words_mean_places_statuses_classes_and_years(
    query: str, places: str, statuses: str, rest: tuple[str | None, str | None, str]
) -> None:
    """Each by all that it is called; of two years or classes the first."""
    meaning = meaning_of(query)
    assert (*meaning.place.countries, *meaning.place.regions) == tuple(places.split())
    assert meaning.statuses == tuple(statuses.split())
    assert (meaning.class_, meaning.year, meaning.words) == rest


def test_a_class_is_a_word_of_what_is_named_too() -> None:
    """As it was written, together with what stands beside it."""
    assert meaning_of("中国散裂中子源").named == "散裂中子源"
    assert meaning_of("Asian quantum computing").field == "quantum"
    assert meaning_of("Asian quantum computing").named == "quantum computing"


@pytest.mark.parametrize("query", ['"Chinese collider"', "collid* China", "collider -China"])
def test_what_says_how_it_is_to_be_found_means_nothing_else(query: str) -> None:
    """Phrases, beginnings, and what is left out."""
    assert not meaning_of(query)


@pytest.mark.parametrize(
    ("asked", "name", "href"),
    [
        ("q=中国对撞机", "In China: colliders", "class=collider&country=CN&kind=facility"),
        ("q=Chinese collider", "In China: “collider”", "country=CN&q=collider"),
        ("q=中国对撞机&lang=zh", "中国：含“对撞机”的内容", "country=CN&q=对撞机&lang=zh"),
        ("q=日本的望远镜", "In Japan: “望远镜”", "country=JP&q=望远镜"),
        ("q=European telescope", "In Europe: “telescope”", "q=telescope&region=europe"),
        ("q=China", "In China", "country=CN"),
        (
            "q=在建的加速器&lang=zh",
            "在建的装置：加速器",
            "class=accelerator&kind=facility&status=under-construction&lang=zh",
        ),
        ("q=planned", "Facilities proposed or approved", "status=proposed,approved"),
        (
            "q=Chinese planned",
            "Facilities proposed or approved in China",
            "country=CN&status=proposed,approved",
        ),
        ("q=collider", "Facilities: colliders", "class=collider&kind=facility"),
        ("q=LHC 2013", "In 2013: “LHC”", "at=2013&q=LHC"),
        ("q=Swiss LHC 2013", "In Switzerland in 2013: “LHC”", "at=2013&country=CH&q=LHC"),
        ("q=中国散裂中子源", "In China: “散裂中子源”", "country=CN&q=散裂中子源"),
        # The clocks of the page, and its filters where nothing else is said.
        (
            "stated=2016&known=@3000&during=2013&country=CN&q=collider",
            "In China: colliders",
            "during=2013&stated=2016&known=@3000&class=collider&country=CN&kind=facility",
        ),
    ],
)
def test_what_a_search_may_mean_is_offered(
    client: FlaskClient, asked: str, name: str, href: str
) -> None:
    """As a link with how many records it leads to."""
    offers = offered(read(client, f"/search?{quote(asked, safe='=&@')}"))
    (offer,) = [each for each in offers if each.name == name]
    assert offer.href == f"/search?{href}"
    path = offer.href.replace("/search", "/search.json", 1).removesuffix("&lang=zh")
    assert client.get(path).get_json()["total"] == offer.there > 0
    assert len(offers) <= 3


@pytest.mark.parametrize(
    ("asked", "name", "href"),
    [
        ("q=2013", "The state of the world in 2013", "at=2013"),
        ("q=2013年&lang=zh", "2013年底全球的状态", "at=2013&lang=zh"),
        ("q=Japan 2013", "The state of Japan in 2013", "at=2013&country=JP"),
        ("q=Japan 2035&at=2020", "The state of Japan in 2035", "at=2035&country=JP"),
        (
            "q=Asian fusion devices running in 2010&during=2020&stated=2024",
            "The state of Asia in 2010: fusion devices, operating",
            "at=2010&stated=2024&class=fusion-device&region=asia&status=operating",
        ),
    ],
)
def test_the_state_of_a_year_is_offered(
    client: FlaskClient, asked: str, name: str, href: str
) -> None:
    """With how many facilities it lists."""
    offer = offered(read(client, f"/search?{quote(asked, safe='=&@')}"))[0]
    assert (offer.name, offer.href) == (name, f"/state?{href}")
    path = offer.href.replace("/state", "/state.json", 1).removesuffix("&lang=zh")
    state = client.get(path).get_json()
    assert len(state["facilities"]) == offer.there > 0


@pytest.mark.parametrize(
    "asked", ["q=juno", "q=Maltese", "q=Malta", "q=1850", "q=王淦昌", "status=operating", ""]
)
def test_what_leads_to_nothing_is_not_offered(client: FlaskClient, asked: str) -> None:
    """Nor is anything where the words mean no more than themselves."""
    assert not offered(read(client, f"/search?{quote(asked, safe='=')}"))


def test_further_pages_of_a_search_offer_nothing(client: FlaskClient) -> None:
    """It was offered on the first."""
    page = read(client, "/search?q=collider&limit=3")
    assert offered(page)
    following = re.search(r'href="(/search\?after=[^"]*)"', page)
    assert following
    assert not offered(read(client, following[1]))


def test_offers_that_would_cost_too_much_are_left_out(whole: Archive) -> None:
    """The page stands all the same."""
    settings = Settings(data=whole.folder, kept=0)
    clients = [create_app(whole, settings, most_read=rows).test_client() for rows in (400, 5_000)]
    pages = [read(client, "/search?q=Asian light source") for client in clients]
    assert [len(offered(page)) for page in pages] == [1, 2]


def test_names_that_are_near_begin_with_those_of_the_place(client: FlaskClient) -> None:
    """Where a search names one."""
    html = read(client, "/search?q=中国对撞机")
    near = re.search(r"Perhaps you mean: (.*?)</p>", html)
    assert near
    assert re.findall(r">([^<]+)</a>", near[1])[:3] == ["BEPC", "BEPCII", "CEPC"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("q=王淦昌", "No card, statement or source is found by these words."),
        ("q=王淦昌&lang=zh", "没有找到含这些词的卡片、陈述或来源。"),
        ("q=王淦昌&at=2013", "Nothing is found by these words on this date."),
        ("q=王淦昌&country=JP", "Nothing is found by these words with these filters."),
        ("country=JO&status=cancelled", "Nothing is found with these filters."),
    ],
)
def test_where_nothing_is_found_no_more_is_said_than_was_asked(
    client: FlaskClient, asked: str, said: str
) -> None:
    """Of a date only where one was given."""
    assert f"<p>{said}</p>" in read(client, f"/search?{quote(asked, safe='=&')}")
