"""Linked Places: valid by what its specification says, and honest in its dates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geojson
import jsonschema
import pytest

from tests.service.asked import LINES, Reader, url
from tests.service.feeds.hard_dates import HARD, Hard
from tests.service.feeds.test_feeds import omitted
from tests.story.telling import SOURCE, Teller, facility, milestone, plan

PATH = "/v1/feeds/linked-places"
SCHEMA = json.loads(Path(__file__).with_name("linked_places_schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

FAR = {"at": "Y20000", "stated": "Y20000"}
"""Clocks at which all of the hard dates have passed."""


def told(reader: Reader, **asked: str) -> dict[str, Any]:
    """The places of a collection that is valid by the schema and as GeoJSON, by their ids."""
    answer = reader.ask(url(PATH, **asked))
    assert (answer.status_code, answer.mimetype) == (200, "application/geo+json")
    body = json.loads(answer.data)
    VALIDATOR.validate(body)
    collection = geojson.loads(answer.get_data(as_text=True))
    assert collection.is_valid, collection.errors()
    return {each["@id"].rpartition("/")[2]: each for each in body["features"]}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("clocks", [{}, {"at": "2013", "stated": "2016"}, {"known": "@700"}])
def test_the_shipped_chronicle_is_a_gazetteer(
    reader: Reader, clocks: dict[str, str], lang: str
) -> None:
    """Valid, and each facility of the state that has been anything is in it."""
    listed = reader.get("/v1/state", **clocks, limit="2000")["facilities"]
    found = told(reader, **clocks, lang=lang)
    assert [*found] == [each["id"] for each in listed if each["id"] in found]
    assert {each["id"] for each in listed if each["status"] is not None} <= found.keys()
    for id, place in found.items():
        card = next(line for line in LINES if line["id"] == id)
        names = {(each["toponym"], each.get("lang")) for each in place["names"]}
        assert (card["name"], "en") in names
        assert "name_zh" not in card or (card["name_zh"], "zh") in names
        title = card.get("name_zh", card["name"]) if lang == "zh" else card["name"]
        assert place["properties"]["title"] == title


def test_the_schema_can_refuse() -> None:
    """A start is needed, a year has four digits, and each name is one."""
    broken: Any
    for broken in (
        {"timespans": [{"end": {"in": "1990"}}]},
        {"timespans": [{"start": {"in": "-000240-01-01"}}]},
        {"timespans": [{"start": {"in": "1990", "latest": "1991"}}]},
        {"timespans": []},
    ):
        when = SCHEMA["$defs"]["when"] | {"$defs": SCHEMA["$defs"]}
        assert not jsonschema.Draft202012Validator(when).is_valid(broken)


YEARS = {
    "bce": {"earliest": "-0240-01-01", "latest": "-0240-12-31"},
    "too-far": {"earliest": "-300000", "latest": "-300000"},
}
"""Those that the format writes otherwise than we do."""


@pytest.mark.parametrize(
    "date", [each for each in HARD if each.name != "far"], ids=lambda d: d.name
)
def test_a_hard_date_keeps_its_bounds(juno: Teller, small: Reader, date: Hard) -> None:
    """The first and the last possible day of the beginning, as far as there are any."""
    juno.tell(
        facility("old", latitude=1.5, longitude=-2.25),
        milestone("begun", "operation-started", date.edtf, facility="old"),
    )
    juno.archive.catch_up()
    when = told(small, **FAR)["old"]["when"]
    (span,) = when["timespans"]
    ends = {"earliest": date.earliest, "latest": date.latest}
    shown = {name: day for name, day in ends.items() if day is not None}
    if date.earliest == date.latest:
        shown = {"in": str(date.earliest)}
    assert span["start"] == YEARS.get(date.name, shown)
    assert when["label"] == f"from {date.en}"
    assert when.get("certainty") == (
        "uncertain" if date.edtf[-1] in "?%" else "less-certain" if date.edtf[-1] == "~" else None
    )


def test_a_day_after_9999_is_counted_and_not_made_up(juno: Teller, small: Reader) -> None:
    """The format has no such year; what begins in one has no time, and is left out."""
    juno.tell(facility("far"), milestone("begun", "operation-started", "Y12025", facility="far"))
    juno.archive.catch_up()
    answer = small.ask(url(PATH, **FAR))
    assert json.loads(answer.data)["features"] == []
    assert omitted(answer) == {"far-year": 1}


def test_what_goes_on_ends_no_earlier_than_it_was_heard_of(juno: Teller, small: Reader) -> None:
    """A start alone would mean the whole of it. What was closed ended then; each phase has its
    own time."""
    juno.tell(
        facility("bepc", latitude=39.91, longitude=116.24, name_zh="北京正负电子对撞机"),
        milestone("begun", "construction-started", "1984-10-07", facility="bepc"),
        milestone("running", "operation-started", "1987~", facility="bepc"),
    )
    juno.archive.catch_up()
    (span,) = told(small, stated="2020")["bepc"]["when"]["timespans"]
    assert span == {"start": {"in": "1984-10-07"}, "end": {"earliest": "2020-12-31"}}

    juno.tell(milestone("closed", "decommissioned", "2004-04", facility="bepc"))
    juno.archive.catch_up()
    place = told(small)["bepc"]
    assert place["when"]["timespans"] == [
        {"start": {"in": "1984-10-07"}, "end": {"earliest": "2004-04-01", "latest": "2004-04-30"}}
    ]
    phases = {each["sourceLabels"][0]["label"]: each.get("when") for each in place["types"]}
    assert phases["operating"]["timespans"] == [
        {
            "start": {"earliest": "1987-01-01", "latest": "1987-12-31"},
            "end": {"earliest": "2004-04-01", "latest": "2004-04-30"},
        }
    ]
    assert phases["operating"]["label"] == "c. 1987 – April 2004"
    assert {(each["toponym"], each["lang"]) for each in place["names"]} == {
        ("BEPC", "en"),
        ("北京正负电子对撞机", "zh"),
    }


def test_what_was_only_promised_has_been_nowhere(juno: Teller, small: Reader) -> None:
    """It is counted; a place without coordinates is a place."""
    juno.tell(
        facility("dream", latitude=1.0, longitude=2.0),
        plan("dream-plan", "operation-started", "2035", "2024", facility="dream"),
        facility("nowhere"),
        milestone("there", "approved", "2016-11-02", facility="nowhere"),
    )
    juno.archive.catch_up()
    found = told(small, at="2040")
    assert found.keys() == {"nowhere"}
    assert found["nowhere"]["geometry"] is None
    answer = small.ask(url(PATH, at="2040"))
    assert omitted(answer) == {"only-planned": 1}
    assert json.loads(answer.data)["_annales"]["without_geometry"] == 1


def test_a_name_that_was_borne_later_has_its_time(juno: Teller, small: Reader) -> None:
    """From the day of its milestone."""
    juno.tell(
        facility("lab"),
        milestone("begun", "operation-started", "1990", facility="lab"),
        milestone("called", "renamed", "1999-05", facility="lab", attributes={"name": "New lab"}),
    )
    juno.archive.catch_up()
    (name,) = [each for each in told(small)["lab"]["names"] if each["toponym"] == "New lab"]
    (span,) = name["when"]["timespans"]
    assert span["start"] == {"earliest": "1999-05-01", "latest": "1999-05-31"}


def test_sources_are_cited_and_linked(juno: Teller, small: Reader) -> None:
    """Of the card beside its name and as documents of the place; of a phase with what it says."""
    paper = {**SOURCE, "id": "paper", "title": "A paper", "url": "https://example.org/paper"}
    cited = {"sources": [{"id": "paper"}]}
    juno.tell(
        paper,
        facility("lab", **cited),
        milestone("begun", "operation-started", "1990", facility="lab", title="It runs", **cited),
    )
    juno.archive.catch_up()
    place = told(small)["lab"]
    assert {"label": "A paper", "@id": paper["url"]} in place["names"][0]["citations"]
    assert place["links"] == [{"type": "subjectOf", "identifier": paper["url"]}]
    assert place["descriptions"] == [{"value": "It runs", "source": paper["url"]}]


def test_what_others_call_it_is_a_link(juno: Teller, small: Reader) -> None:
    """Wikidata by the alias that the gazetteer knows; its class, and what was said in Chinese, are
    told too."""
    same = ["https://www.wikidata.org/entity/Q42", "https://ror.org/03v8tnc06"]
    juno.tell(
        facility("lab", **{"class": "light-source"}, same_as=same),
        milestone("begun", "operation-started", "1990", facility="lab", title_zh="运行"),
    )
    juno.archive.catch_up()
    place = told(small)["lab"]
    links = [(each["type"], each["identifier"]) for each in place["links"]]
    assert links == [("exactMatch", "wd:Q42"), ("exactMatch", same[1])]
    assert place["properties"]["class"] == "light-source"
    assert {"value": "运行", "lang": "zh"} in place["descriptions"]
    labels = [each["sourceLabels"][0]["label"] for each in place["types"]]
    assert "Light sources" in labels


def test_a_gazetteer_of_another_status_or_place(reader: Reader) -> None:
    """It takes what the state takes."""
    asked = {"at": "2013", "status": "operating", "field": "fusion"}
    listed = reader.get("/v1/state", **asked, limit="2000")["facilities"]
    assert [*told(reader, **asked)] == [each["id"] for each in listed]
    assert listed
