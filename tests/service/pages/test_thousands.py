"""Thousands of facilities: pages of a size that one reads, whose numbers are those of all."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from html import unescape

import pytest
from flask.testing import FlaskClient

from events.fact import Line
from events.vocabulary import FIELDS
from service.app import create_app
from service.archive import Archive
from tests.story.telling import SOURCE, Clock, command, facility, milestone, plan

FACILITIES = 5_000
COUNTRIES = ("CN", "US", "JP", "DE", "FR", "GB", "IT", "RU", "KR", "IN")
MOST_SENT = 400_000
"""How many bytes of a state are sent at most, as they go over the wire."""


def lives() -> Iterator[list[Line]]:
    """Of ten facilities nine run, and one, which lies in India, was promised and did not come; of a
    hundred one is said, in a word that is disputed, to have begun in another year."""
    for number in range(FACILITIES):
        id = f"ring-{number:04d}"
        where: Line = {"latitude": number % 80, "longitude": number % 170}
        if number % 100 < 3:
            where["class"] = "light-source"
        country, field = COUNTRIES[number % 10], FIELDS[number % 13]
        life = [facility(id, name=f"Ring {number}", country=country, field=field, **where)]
        if number % 10 < 9:
            ran = {"facility": id, "milestone": "operation-started"}
            life.append(milestone(f"{id}-ran", date=str(1960 + number % 50), **ran))
            if number % 100 == 7:
                life.append(milestone(f"{id}-rumour", date="1959", rank="disputed", **ran))
        else:
            life.append(plan(f"{id}-due", "operation-started", "2010", "2005", facility=id))
        yield life


def batches(lives: Iterable[list[Line]], size: int = 1000) -> Iterator[list[Line]]:
    """Lines, so many lives to a commit."""
    batch: list[Line] = [SOURCE]
    for number, life in enumerate(lives, start=1):
        batch += life
        if number % size == 0:
            yield batch
            batch = []


@pytest.fixture(scope="module")
def thousands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Somebody who reads a chronicle of 5,000 facilities."""
    with Archive(tmp_path_factory.mktemp("thousands"), clock=Clock()) as archive:
        for batch in batches(lives()):
            archive.chronicle.execute(command(*batch))
        archive.catch_up()
        yield create_app(archive).test_client()


def read(client: FlaskClient, url: str) -> str:
    """A page, in English."""
    response = client.get(f"{url}&lang=en", headers=[("Accept", "text/html")])
    assert response.status_code == 200
    return response.text


def bare(html: str) -> str:
    """What a page says."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def link(html: str, text: str) -> str:
    """Where the first link of a text leads, less the language."""
    found = re.search(rf'href="([^"]*)"[^>]*>{re.escape(text)}</a>', html)
    assert found is not None, text
    return unescape(found[1]).replace("&lang=en", "")


def parts(html: str) -> dict[str, int]:
    """The parts of what there is that a page leads to, with their facilities."""
    shown = re.search(r'<dl class="facets">(.*?)</dl>', html, re.DOTALL)
    assert shown is not None
    found = re.findall(r'">([^<]*)</a> <span class="muted">([\d,]+)<', shown[1])
    return {unescape(name): int(count.replace(",", "")) for name, count in found}


def test_a_state_of_thousands_is_small_and_counts_all(thousands: FlaskClient) -> None:
    """Fifty rows; the heading, the captions, the figures and the map are of all facilities."""
    page = read(thousands, "/state?at=2013")
    tables = page[page.index('id="facilities"') :]
    assert len(gzip.compress(page.encode())) < MOST_SENT
    assert tables.count('<th scope="row">') == 50
    assert "Facilities at the end of 2013 5,000 Listed here: 1–50 of 5,000." in bare(tables)
    assert "Operating 45 of 4,500" in bare(tables)
    assert "China: 500 of 500 run" in page
    assert link(tables, "45 of 4,500") == "/state?at=2013&status=operating"
    assert 'href="/state?at=2013&amp;status=operating&amp;lang=en"><span class="num">' in page
    assert page.count("<details") - page.count('<details class="places') == 0
    # The columns of the years are of all, too: a hundred facilities began to run in each.
    assert "1963: milestones 100" in page


def test_its_pages_follow_each_other(thousands: FlaskClient) -> None:
    """Each says where it is, and the last one leads to none."""
    first = read(thousands, "/state?at=2013")
    second = read(thousands, link(first, "The next page"))
    assert "Listed here: 51–100 of 5,000." in bare(second)
    last = read(thousands, "/state?at=2013&after=ring-4949")
    assert "Listed here: 4,951–5,000 of 5,000." in bare(last)
    assert "The next page" not in last
    running = read(thousands, "/state?at=2013&status=operating&after=ring-0049")
    assert "Listed here: 46–95 of 4,500." in bare(running)


def test_what_is_less_can_be_asked_for(thousands: FlaskClient) -> None:
    """Countries, fields and classes, with what each has; what fits stands on one page, unfolded up
    to a number of lives and folded by fields above it."""
    page = read(thousands, "/state?at=2013")
    assert (parts(page)["China"], parts(page)["Astronomy"]) == (500, 385)
    china = read(thousands, link(page[page.index("<dl") :], "China"))
    assert parts(china)["Light sources"] == 50
    assert "United States" not in parts(china)
    lights = read(thousands, link(china[china.index("<dl") :], "Light sources"))
    assert lights.count('<th scope="row">') == 50
    assert "Listed here" not in lights
    assert '<details class="fold"' not in lights
    astronomy = read(thousands, "/state?at=2013&field=astronomy&region=europe")
    folds = astronomy.count('<details class="fold"><summary>Astronomy: ')
    assert ("Listed here" in astronomy, folds) == (False, 2)


def test_too_much_to_compare_leads_to_what_is_less(thousands: FlaskClient) -> None:
    """The form stays, and each part is a link to a comparison that is answered."""
    url = "/compare?at=2003&to_at=2013"
    page = read(thousands, url)
    assert thousands.get(url.replace("?", ".json?")).status_code == 422
    assert "a side has more than 2,000" in bare(page)
    assert '<form class="ask" method="get" action="/compare">' in page
    assert parts(page)["Light sources"] == 150
    few = read(thousands, link(page[page.index("<dl") :], "China"))
    assert few.count('<details class="fold">') == 13
    assert few.count("<tbody>") - 13 == few.count("<table>")
    # A field is no part of two fields; a country is.
    fields = read(thousands, f"{url}&to_field=fusion")
    assert "Astronomy" not in parts(fields)
    assert "China" in parts(fields)
    assert "a side has more than 2,000" in bare(read(thousands, f"/embed{url}"))


def test_thousands_of_promises_come_in_pages(thousands: FlaskClient) -> None:
    """Fifty ladders, and fifty of what is overdue, until there are no more."""
    page = read(thousands, "/slips?stated=2013")
    assert bare(page).count("Listed here: 1–50 of 500.") == 2
    assert page.count('<span class="outcome o-overdue">') == 50
    second = read(thousands, link(page, "The next page"))
    assert bare(second).count("Listed here: 51–100 of 500.") == 2
    last = read(thousands, "/slips?stated=2013&after=450")
    assert "Listed here: 451–500 of 500." in bare(last)
    assert "The next page" not in last
    # What fits stands open.
    assert "Listed here" not in read(thousands, "/slips?stated=2013&field=fusion")


def test_what_is_disputed_comes_in_pages(thousands: FlaskClient) -> None:
    """Of fifty records half on each."""
    page = read(thousands, "/disputed?at=2013")
    assert "Of 50 records sources say different things." in bare(page)
    assert page.count('<tr class="f">') == 25
    last = read(thousands, link(page, "The next page"))
    assert last.count('<tr class="f">') == 25
    assert "The next page" not in last


@pytest.mark.parametrize(
    ("url", "figures"),
    [
        ("/trends?by=country", "Light sources China 50 of 150"),
        ("/trends?by=country&country=US", "Light sources United States 50 of 150"),
        ("/embed/trends?by=country&status=operating", "Light sources China 50 of 150"),
        (
            "/compare?at=2013&country=CN&to_country=US&field=fusion",
            "Light sources China 50, United States 50 of 150",
        ),
        (
            "/embed/compare?at=2013&country=CN&to_region=europe&field=fusion",
            "Light sources China 50, Europe 0 of 150",
        ),
    ],
)
def test_classes_that_are_whole_come_first(thousands: FlaskClient, url: str, figures: str) -> None:
    """Each with how many of it there are in the places of the page, and a link to them alone."""
    page = read(thousands, url)
    like = page[page.index("Like with like:") :]
    assert figures in bare(like)
    assert ("<form" not in page) or page.index("Like with like:") < page.index('class="ask"')
    there = read(thousands, link(like, "Light sources"))
    assert "class=light-source" in link(like, "Light sources")
    assert "light sources" in bare(there).lower()


def test_classes_that_are_whole_have_chinese_words(thousands: FlaskClient) -> None:
    """As all of the page."""
    page = thousands.get("/trends?lang=zh", headers=[("Accept", "text/html")]).text
    assert "中国50，共150" in bare(page)


def test_what_a_canvas_paints_is_asked_for_with_the_page(thousands: FlaskClient) -> None:
    """And not when its script has come: by the same address, so that it is sent once."""
    page = read(thousands, "/state?at=2013")
    preloaded = re.search(r'<link rel="preload" as="fetch" crossorigin href="([^"]*)"', page)
    painted = re.search(r'<annales-timeline [^>]*\bsrc="([^"]*)"', page)
    assert preloaded is not None
    assert painted is not None
    assert preloaded[1] == painted[1]
