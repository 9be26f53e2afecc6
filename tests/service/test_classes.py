"""The class of a facility sets facilities apart wherever their field does, with what is theirs."""

from __future__ import annotations

import csv
import io

import pytest

from events.vocabulary import CLASSES
from service.app import create_app
from service.words.labels import CLASS_WORDS, label
from service.words.whole_classes import WHOLE
from tests.service.asked import Reader
from tests.story.telling import SOURCE, Teller, amendment, facility, milestone, plan, statement


@pytest.fixture
def rings(teller: Teller) -> Teller:
    """Two light sources, a collider that becomes one, and a mine without a class."""
    light = {"class": "light-source"}
    teller.tell(
        SOURCE,
        facility("hls", **light),
        facility("aps", country="US", **light),
        facility("bepc", **{"class": "collider"}),
        facility("mine"),
        *(
            milestone(f"{id}-ran", "operation-started", year, facility=id)
            for id, year in (("hls", "1991"), ("aps", "1995"), ("bepc", "1988"), ("mine", "2000"))
        ),
        plan("hls-again", "upgraded", "2010", "2005", facility="hls"),
        statement("discovery", "found", "1992", facility="hls", field="materials", country="CN"),
        statement("policy", "law", "1990", country="CN"),
    )
    return teller


@pytest.fixture
def asked(rings: Teller) -> Reader:
    """Somebody who asks it."""
    rings.archive.catch_up()
    return Reader(create_app(rings.archive))


def test_a_state_is_that_of_the_facilities_of_a_class(asked: Reader) -> None:
    """With what belongs to them: of other countries and fields too, but no policy of a country."""
    state = asked.get("/v1/state?at=1999&class=light-source")
    assert [row["id"] for row in state["facilities"]] == ["aps", "hls"]
    assert state["facilities"][0]["class"] == "light-source"
    assert (state["discoveries_to_date"], state["policies"]) == (1, [])
    assert "class=light-source&view=" in state["pinned"]
    assert "the class of light sources" in state["sentence"]["en"]
    assert "光源类" in state["sentence"]["zh"]
    both = asked.get("/v1/state?at=1999&class=light-source&country=CN")
    assert [row["id"] for row in both["facilities"]] == ["hls"]
    assert "class" not in asked.get("/v1/state?at=2001&field=particle-physics")["facilities"][-1]


def test_what_is_whole_of_two_places_is_compared_first(asked: Reader) -> None:
    """In the sentence, in the tables of the page, and in its picture and its poster."""
    url = "?at=1999&country=CN&to_country=US&lang=en"
    said = asked.get(f"/v1/compare{url.partition('&lang')[0]}")["sentence"]["en"]
    assert said.startswith(
        "At the end of 1999, of the classes that this chronicle means to hold whole, China ran 2"
        " big-science facilities, the United States 1."
    )
    page = asked.ask(f"/compare{url}", Accept="text/html").get_data(as_text=True)
    assert f'<meta property="og:description" content="{said}">' in page
    assert page.index("of the classes meant to be whole") < page.index("facilities by field")
    picture = asked.ask(f"/pictures/compare.svg{url}").get_data(as_text=True)
    assert picture.index("of the classes meant to be whole") < picture.index('class="side"')
    assert ">Light sources<" in picture


def test_lists_and_facets_know_classes(asked: Reader) -> None:
    """What belongs to a facility of a class counts with it."""
    found = asked.get("/v1/records?class=light-source&facets=class,kind&at=2001")
    assert [each["id"] for each in found["items"]] == ["aps", "found", "hls"]
    assert found["facets"] == {
        "class": {"light-source": 3},
        "kind": {"facility": 2, "discovery": 1},
    }
    searched = asked.get("/v1/search?q=juno&class=collider&facets=class&at=2001")
    assert {each["id"] for each in searched["items"]} == {"bepc"}
    assert searched["facets"]["class"] == {"collider": 1}


def test_trends_slips_and_comparisons_tell_classes_apart(asked: Reader) -> None:
    """As a filter, by `by=class`, and as a side."""
    trend = asked.get("/v1/trends?status=operating&by=class&from=1999&to=2001")
    counts = {
        each["key"]["class"]: [p["count"] for p in each["points"]] for each in trend["series"]
    }
    assert counts == {None: [0, 1, 1], "collider": [1, 1, 1], "light-source": [2, 2, 2]}
    some = asked.get("/v1/trends?measure=discoveries&class=collider,light-source&from=1999&to=2000")
    assert [point["count"] for point in some["series"][0]["points"]] == [1, 1]
    slips = asked.get("/v1/slips?by=class")
    assert [(each["key"], each["ladders"]) for each in slips["by"]["class"]] == [
        ("light-source", 1)
    ]
    assert asked.get("/v1/slips?class=collider")["items"] == []
    assert [each["record"] for each in asked.get("/v1/overdue?class=light-source")["items"]] == [
        "hls"
    ]
    sides = asked.get("/v1/compare?at=2001&class=light-source&to_class=collider")
    assert (sides["by"], [sides[name]["totals"]["status"] for name in "ab"]) == (
        "status",
        [{"operating": 2}, {"operating": 1}],
    )
    assert asked.ask("/v1/compare?record=hls&class=collider&to_at=2001").status_code == 422
    began = asked.get("/v1/transitions?from=1980&to=1999&class=collider")
    assert [each["record"] for each in began["items"]] == ["bepc"]


def test_feeds_take_a_class(asked: Reader) -> None:
    """Of the items of its facilities."""
    rows = list(
        csv.DictReader(
            io.StringIO(asked.ask("/v1/feeds/csv?class=light-source").get_data(as_text=True))
        )
    )
    assert {row["record"] for row in rows} == {"aps", "hls", "found"}
    assert {row["class"] for row in rows} == {"light-source"}


def test_a_card_that_comes_to_another_class_takes_along_what_belongs_to_it(rings: Teller) -> None:
    """From the commit on; before it the answer stays, byte for byte."""
    before = rings.text(at="1999", known="@12", **{"class": "collider"})
    rings.tell(amendment("hls", {"class": "collider"}))
    now = rings.state(at="1999", **{"class": "collider"})
    assert [row["id"] for row in now["facilities"]] == ["bepc", "hls"]
    assert now["discoveries_to_date"] == 1
    assert rings.text(at="1999", known="@12", **{"class": "collider"}) == before
    rings.tell(amendment("hls", {"class": None}))
    assert len(rings.state(at="1999", **{"class": "collider"})["facilities"]) == 1


def test_an_unknown_class_is_refused_with_those_that_there_are(asked: Reader) -> None:
    """Like a field."""
    refused = asked.ask("/v1/state?class=cyclotron")
    assert refused.status_code == 422
    assert "light-source" in refused.get_data(as_text=True)


def test_each_class_has_its_words() -> None:
    """In both languages, all different; and those that are whole are classes."""
    assert tuple(CLASS_WORDS) == CLASSES
    for lang in ("en", "zh"):
        assert len({label(each, lang) for each in CLASSES}) == len(CLASSES)
    assert {*WHOLE} <= {*CLASSES}
