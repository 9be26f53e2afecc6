"""Rule 19: a place is a union of countries and regions, wherever there is a country to ask for."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from projections.views.budget import Budget
from service.app import create_app
from service.archive import Archive
from service.asking.narrowing import narrowing
from service.asking.query import Arguments
from service.feeds import FEEDS
from service.questions import QUESTIONS
from service.state.question import STATE

EUROPE = "country=CH,DE,FR"
"""The countries of Europe of which the shipped chronicle holds anything."""


@pytest.fixture(scope="module")
def client(shipped: Archive) -> FlaskClient:
    """Somebody who asks the shipped chronicle."""
    return create_app(shipped).test_client()


def place_of(url: str) -> dict[str, str]:
    """What a URL says of places."""
    pairs = parse_qs(urlsplit(url).query)
    return {name: each[0] for name, each in pairs.items() if name.endswith(("country", "region"))}


def test_a_region_can_be_asked_for_wherever_a_country_can() -> None:
    """Of every question and every feed, on either side."""
    taken = [question.takes for question in QUESTIONS] + [feed.takes for feed in FEEDS]
    for names in taken:
        assert ("country" in names) == ("region" in names)
        assert ("to_country" in names) == ("to_region" in names)
    assert sum("region" in names for names in taken) > 20


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("country=JP,CN,JP", {"country": "CN,JP"}),
        ("region=europe,asia", {"region": "asia,europe"}),
        ("region=europe&country=FR,US", {"country": "US", "region": "europe"}),
        ("region=western-europe,europe&country=FR", {"region": "europe"}),
    ],
)
def test_one_question_has_one_url(client: FlaskClient, asked: str, written: dict[str, str]) -> None:
    """In the order of codes, each once, without what lies within a region that is named."""
    for path in ("/v1/state?", "/v1/slips?", "/v1/transitions?from=2000&to=2013&", "/v1/search?"):
        answer = client.get(f"{path}{asked}").get_json()
        assert place_of(answer["pinned"]) == written
        assert client.get(answer["pinned"]).get_json() == answer
    feed = client.get(f"/v1/feeds/timelinejs?{asked}&limit=1").text
    assert place_of(feed.partition('"pinned":"')[2].partition('"')[0]) == written


def test_to_a_trend_a_region_is_a_series_of_its_own(client: FlaskClient) -> None:
    """So what lies within it stays."""
    asked = "/v1/trends?status=operating&by=country&country=FR,CN&region=europe&from=2013&to=2013"
    answer = client.get(asked).get_json()
    assert place_of(answer["pinned"]) == {"country": "CN,FR", "region": "europe"}
    assert len(answer["series"]) == 3


def test_the_second_side_has_a_place_of_its_own(client: FlaskClient) -> None:
    """Either parameter takes the place of both; without one it is that of the first."""
    asked = "/v1/compare?at=2013&country=CN&region=americas"
    answer = client.get(f"{asked}&to_region=europe").get_json()
    first = {"country": "CN", "region": "americas"}
    assert place_of(answer["pinned"]) == {**first, "to_region": "europe"}
    assert answer["a"]["label"]["en"] == "China and the Americas"
    assert answer["b"]["label"]["zh"] == "欧洲"
    assert client.get(answer["pinned"]).get_json() == answer
    same = client.get(f"{asked}&to_at=2016").get_json()
    assert place_of(same["pinned"]) == {**first, "to_country": "CN", "to_region": "americas"}
    assert same["by"] == "record"


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("country=CN,Brazil", ["BR"]),
        ("country=uk", ["GB"]),
        ("region=south-east-asia", ["south-eastern-asia", "southern-asia"]),
        ("to_region=Europe&country=CN", ["europe"]),
    ],
)
def test_what_there_is_not_is_refused_with_what_is_near(
    client: FlaskClient, asked: str, near: list[str]
) -> None:
    """By the parameter, the value and the names that would do."""
    response = client.get(f"/v1/compare?at=2013&to_at=2014&{asked}")
    assert response.status_code == 422
    (error,) = response.get_json()["errors"]
    assert error["parameter"] == asked.partition("=")[0]
    assert [each for each in near if each in error["near"]] == near
    assert "region=europe" in client.get("/v1/state?country=europe").get_json()["detail"]


@pytest.mark.parametrize(
    "asked",
    [
        "/v1/records?limit=2000&{}",
        "/v1/changes?limit=1000&{}",
        "/v1/feeds/csv?{}",
        "/v1/feeds/vega-lite?chart=trends&from=2000&{}",
        "/v1/feeds/vega-lite?chart=slips&{}",
        "/v1/feeds/atom?limit=100&{}",
        "/v1/follows?of=/v1/state%3Fat=2013%26stated=2020%26{}",
    ],
)
def test_a_region_is_all_of_its_countries(client: FlaskClient, asked: str) -> None:
    """Whatever lists things of a place lists the same of a region and of its countries."""
    one, other = (told(client, asked.format(place)) for place in ("region=europe", EUROPE))
    assert one == other
    assert len(one) > 0


def told(client: FlaskClient, url: str) -> list[Any]:
    """What an answer lists, without the place that was asked for."""
    response = client.get(url)
    assert response.status_code == 200, (url, response.text[:300])
    if "csv" in url:
        return response.text.splitlines()
    if "atom" in url:
        return response.text.split("<entry>")[1:]
    answer = response.get_json()
    if isinstance(answer, list):
        return answer
    if "vega" in url:
        values: list[Any] = answer["data"]["values"]
        return values
    if "follows" in url:
        return [(each["position"], each["changes"]["counts"]) for each in answer["items"]]
    items: list[Any] = answer["items"]
    return items


def test_several_countries_cost_what_each_of_them_does(shipped: Archive) -> None:
    """An answer is counted by its own rows, however many countries there are."""

    def spent(country: str) -> int:
        texts = {"at": "2013", "country": country}
        log, now = shipped.chronicle.log, shipped.chronicle.now()
        query = STATE.query(Arguments(path=STATE.path, texts=texts, log=log, now=now))
        reading = shipped.reading_at(query.as_of.known, Budget())
        STATE.answer(reading, query)
        return reading.budget.spent

    each = [spent(country) for country in ("CH", "FR", "JP", "US")]
    assert 0 < spent("CH,FR,JP,US") <= sum(each) < spent("CN") + sum(each)


def test_who_asked_for_a_place_is_not_told_to_add_to_it() -> None:
    """A question that is too large is not made less by another country or region."""
    taken = ("country", "region", "field")
    assert [name for name in narrowing(taken, ["region"]) if name in taken] == ["field"]
    assert [name for name in narrowing(taken, []) if name in taken] == [*taken]
