"""Facilities on a map: a point each with its status, as GeoJSON and as the same table in CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import geojson
import pytest

from service.feeds.facilities import COLUMNS, PROPERTIES
from service.words.labels import label
from tests.service.asked import FOREVER, LINES, Reader, url
from tests.service.feeds.hard_dates import HARD, Hard
from tests.service.feeds.test_feeds import omitted
from tests.story.telling import Teller, facility, milestone, plan

PATH = "/v1/feeds/facilities"


def told(reader: Reader, **asked: str) -> dict[str, Any]:
    """The features of a valid collection, by id."""
    answer = reader.ask(url(PATH, **asked))
    assert (answer.status_code, answer.mimetype) == (200, "application/geo+json")
    collection = geojson.loads(answer.get_data(as_text=True))
    assert collection.is_valid, collection.errors()
    return {each["id"]: each for each in collection["features"]}


def rows(reader: Reader, **asked: str) -> dict[str, dict[str, str]]:
    """The rows of the table, by id."""
    answer = reader.ask(url(PATH, format="csv", **asked))
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    text = answer.get_data(as_text=True)
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)}


@pytest.mark.parametrize(
    "clocks",
    [
        {},
        {"at": "1990"},
        {"at": "2013", "stated": "2016"},
        {"at": "2025", "stated": "2016"},
        {"at": "2013", "known": "@600"},
        {"at": "2013", "status": "operating,under-construction"},
        {"at": "2030", "expected": "operating"},
        {"at": "2013", "country": "CN", "field": "fusion"},
    ],
    ids=str,
)
def test_the_map_has_the_facilities_of_the_state_with_their_status(
    reader: Reader, clocks: dict[str, str]
) -> None:
    """The same ones at the same clocks, with the same status, and what is expected."""
    listed = reader.get("/v1/state", **clocks, limit="2000")["facilities"]
    found = told(reader, **clocks)
    assert list(found) == [each["id"] for each in listed]
    for each in listed:
        shown = found[each["id"]]["properties"]
        assert (shown["status"], shown["certainty"]) == (each["status"], each["certainty"])
        assert shown["statement"] == each["statement"]
        assert shown["since_edtf"] == (each["since"] and each["since"]["date"])
        assert shown["since"] == (each["since"] and each["since"]["earliest"])
        assert shown["expected"] == (each["expected"] and each["expected"]["status"])


def test_every_feature_has_every_property_and_none_holds_others(reader: Reader) -> None:
    """Tools that look at the first few features find every column, and can filter by each."""
    for each in told(reader).values():
        assert tuple(each["properties"]) == PROPERTIES
        for value in each["properties"].values():
            assert value is None or isinstance(value, str | int | float)


def test_what_has_no_place_has_a_null_geometry_and_is_counted(reader: Reader) -> None:
    """As RFC 7946 has it; the others are where their card says, longitude first."""
    cards = {line["id"]: line for line in LINES if line["type"] == "facility"}
    answer = reader.ask(PATH)
    without = 0
    for each in json.loads(answer.data)["features"]:
        card = cards[each["id"]]
        if "latitude" in card:
            assert each["geometry"] == {
                "type": "Point",
                "coordinates": [card["longitude"], card["latitude"]],
            }
        else:
            assert each["geometry"] is None
            without += 1
    assert without
    # They are there: nothing is omitted.
    assert omitted(answer) == {}
    about = json.loads(answer.data)["_annales"]
    assert (about["omitted"], about["without_geometry"]) == (0, without)
    table = rows(reader)
    for id, row in table.items():
        assert (row["latitude"] != "") == ("latitude" in cards[id])


def test_the_table_has_what_the_map_has(hard_reader: Reader) -> None:
    """Cell by cell, in both languages; a place is two columns more."""
    for lang in ("en", "zh"):
        found, table = told(hard_reader, lang=lang), rows(hard_reader, lang=lang)
        assert table.keys() == found.keys()
        for id, row in table.items():
            assert tuple(row) == COLUMNS
            for name, value in found[id]["properties"].items():
                assert row[name] == ("" if value is None else str(value)), name


def test_the_table_is_asked_for_in_three_ways(reader: Reader) -> None:
    """By the URL, by the end of the path, by the headers; all are pinned by one URL."""
    ways = [
        reader.ask(f"{PATH}?at=2013&format=csv"),
        reader.ask(f"{PATH}.csv?at=2013"),
        reader.ask(f"{PATH}?at=2013", Accept="text/csv"),
    ]
    assert len({answer.get_data() for answer in ways}) == 1
    (pinned,) = {answer.headers["Content-Location"] for answer in ways}
    assert "format=csv" in pinned
    assert "Accept" in ways[2].headers["Vary"]
    kept = reader.ask(pinned)
    assert (kept.mimetype, kept.headers["Cache-Control"]) == ("text/csv", FOREVER)
    assert (
        reader.ask(f"{PATH}.geojson?at=2013").get_data() == reader.ask(f"{PATH}?at=2013").get_data()
    )
    assert reader.refused(f"{PATH}?format=shapefile") == (422, "validation")


@pytest.mark.parametrize("date", HARD, ids=lambda date: date.name)
def test_a_hard_date_is_told_with_its_bounds(juno: Teller, small: Reader, date: Hard) -> None:
    """Of what began then: as the source gave it, and its first and its last possible day."""
    juno.tell(
        facility("old", latitude=1.5, longitude=-2.25),
        milestone("begun", "operation-started", date.edtf, facility="old"),
    )
    juno.archive.catch_up()
    later = {"at": "Y20000", "stated": "Y20000"}
    shown = told(small, **later)["old"]["properties"]
    assert shown["since_edtf"] == date.edtf
    assert (shown["since"], shown["since_latest"]) == (date.earliest, date.latest)
    began = date.earliest or date.latest
    assert began is not None
    assert shown["since_year"] == int(began[: began.index("-", 1)])
    row = rows(small, **later)["old"]
    assert (row["since"], row["since_latest"]) == (date.earliest or "", date.latest or "")


def test_what_is_not_certain_names_what_is_possible(juno: Teller, small: Reader) -> None:
    """In a year in which it began some day, it is there or not yet."""
    juno.tell(
        facility("old"),
        milestone("approved", "approved", "1980", facility="old"),
        milestone("begun", "operation-started", "1987", facility="old"),
        plan("later", "upgraded", "2040", "2020", facility="old"),
    )
    juno.archive.catch_up()
    shown = told(small, at="1987-06")["old"]["properties"]
    assert (shown["certainty"], shown["alternatives"]) == ("possible", "approved operating")
    assert told(small, at="1980-06")["old"]["properties"]["alternatives"] == "none approved"


def test_one_facility_and_as_many_as_are_asked_for(reader: Reader) -> None:
    """The first ones by their ids; what else there is, is counted."""
    assert list(told(reader, record="juno")) == ["juno"]
    assert told(reader, record="us-china-science-agreement") == {}
    every = list(told(reader))
    answer = reader.ask(f"{PATH}?limit=3")
    assert [each["id"] for each in json.loads(answer.data)["features"]] == every[:3]
    assert omitted(answer)["limit"] == len(every) - 3


def test_a_map_is_told_countries_as_other_tools_call_them(reader: Reader) -> None:
    """By three letters, and by name in each language."""
    assert told(reader, record="juno")["juno"]["properties"]["iso3"] == "CHN"
    shown = told(reader, record="juno", lang="zh")["juno"]["properties"]
    assert (shown["country_name"], shown["country"]) == ("中国", "CN")


def test_a_map_has_what_a_card_says_in_either_language(juno: Teller, small: Reader) -> None:
    """Its class, its operator, its place, and what others call it."""
    wikidata = "https://www.wikidata.org/entity/Q1"
    juno.tell(
        facility(
            "lab",
            **{"class": "light-source", "operator": "IHEP", "operator_zh": "高能所"},
            place="Beijing", place_zh="北京", same_as=[wikidata],
        ),
        milestone("begun", "operation-started", "1990", facility="lab"),
    )  # fmt: skip
    juno.archive.catch_up()
    shown = told(small, lang="zh")["lab"]["properties"]
    assert (shown["class"], shown["class_name"]) == ("light-source", label("light-source", "zh"))
    assert (shown["operator"], shown["operator_zh"]) == ("IHEP", "高能所")
    assert (shown["place"], shown["place_zh"]) == ("Beijing", "北京")
    assert shown["same_as"] == wikidata


@pytest.mark.parametrize("feed", ["csv", "geojson", "columns", "timelinejs"])
def test_a_feed_of_items_takes_statuses_as_the_state_does(reader: Reader, feed: str) -> None:
    """It has the facilities that had one of them on the day, and what was done with these."""
    asked = {"at": "2000", "status": "operating,suspended"}
    held = {each["id"] for each in reader.get("/v1/state", **asked, limit="2000")["facilities"]}
    assert held
    every = reader.ask(url(f"/v1/feeds/{feed}", at="2000", limit="1000")).get_data()
    some = reader.ask(url(f"/v1/feeds/{feed}", **asked, limit="1000"))
    assert len(some.get_data()) < len(every)
    assert "status=operating%2Csuspended" in some.headers["Content-Location"]
    if feed == "csv":
        table = list(csv.DictReader(io.StringIO(some.get_data(as_text=True), newline="")))
        assert {row["lane"] for row in table} == held
        assert {"phase", "milestone", "discovery"} <= {row["kind"] for row in table}
