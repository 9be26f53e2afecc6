"""Vega-Lite: every chart is compiled by vl-convert, which finds what a schema does not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import vl_convert

from tests.service.asked import Reader
from tests.service.feeds.hard_dates import HARD, TOO_FAR, Hard
from tests.story.telling import Teller, milestone

DAY = re.compile(r"(?:[0-9]{4}|[+-][0-9]{6})-[0-9]{2}-[0-9]{2}")
CHARTS = ("timeline", "trends", "slips")


def spec(reader: Reader, **asked: str) -> Any:
    """A chart."""
    return reader.get("/v1/feeds/vega-lite", **asked)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_compiles_and_draws(reader: Reader, chart: str, lang: str) -> None:
    """Of the shipped chronicle, in both languages, with no signal named twice."""
    found = spec(reader, chart=chart, lang=lang, country="CN")
    compiled = vl_convert.vegalite_to_vega(json.dumps(found))
    names = [signal["name"] for signal in compiled["signals"]]
    assert len(set(names)) == len(names)
    drawn = vl_convert.vegalite_to_svg(json.dumps(found))
    assert drawn.count("<path") > 10
    assert "aria-label" in drawn


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_of_hard_dates_and_one_of_nothing_compile(hard_reader: Reader, chart: str) -> None:
    """No mark stands at NaN."""
    stretch = {
        "timeline": {"from": "-0300", "to": "Y13000"},
        "trends": {"from": "1950", "to": "2030"},
        "slips": {"limit": "1"},
    }
    for asked in ({}, {"known": "@0"}, {"country": "LI"}, stretch[chart]):
        drawn = vl_convert.vegalite_to_svg(json.dumps(spec(hard_reader, chart=chart, **asked)))
        assert "NaN" not in drawn
        assert "undefined" not in drawn


@pytest.mark.parametrize("date", HARD, ids=lambda date: date.name)
def test_a_row_has_full_days_only(hard_reader: Reader, date: Hard) -> None:
    """The first possible day, else the last; a vague date its bounds besides."""
    rows = {row["id"]: row for row in spec(hard_reader)["data"]["values"]}
    if date.id == TOO_FAR:
        assert date.id not in rows
        return
    row = rows[date.id]
    assert DAY.fullmatch(row["start"])
    if date.earliest is not None:
        assert row["start"] == date.earliest
    assert date.en in row["text"]
    assert row["edtf"] == row["start_edtf"] == date.edtf
    vague = None not in (date.earliest, date.latest) and date.earliest != date.latest
    assert ("vague_start" in row) == vague


def test_an_end_that_is_not_known_is_drawn_to_the_clock(hard_reader: Reader) -> None:
    """Null would draw no bar at all. An expected one, which begins later, is a day long."""
    rows = {row["id"]: row for row in spec(hard_reader, at="2030")["data"]["values"]}
    approved = rows["dream/approved/1"]
    assert (approved["open"], approved["end_shown"]) == (True, "2030-12-31")
    assert rows["dream/expected/operating/1"]["end_shown"] > "2035-01-01"
    for row in rows.values():
        assert None not in row.values()
        assert DAY.fullmatch(row["end_shown"])


def test_what_began_by_some_day_and_goes_on_is_drawn_from_that_day(
    small: Reader, juno: Teller
) -> None:
    """It has no first day and no last one."""
    juno.tell(milestone("runs", "operation-started", "../2010"))
    juno.archive.catch_up()
    (row,) = spec(small, kind="phase", at="2020")["data"]["values"]
    assert (row["start"], row["end_shown"], row["open"]) == ("2010-12-31", "2020-12-31", True)


def test_the_days_of_the_view_are_said_once(hard_reader: Reader) -> None:
    """Where there is one end alone: of several, and of a second end, the browser makes a union."""
    layers = spec(hard_reader)["layer"]
    saying = [layer for layer in layers if "domain" in layer["encoding"]["x"]["scale"]]
    assert [layer["name"] for layer in saying] == ["clock"]
    assert "x2" not in saying[0]["encoding"]


def test_a_selection_stands_in_one_layer(hard_reader: Reader) -> None:
    """In two, the schema is content and the browser fails."""
    layers = spec(hard_reader)["layer"]
    assert [layer["name"] for layer in layers if "params" in layer] == ["phases"]
    assert all(layer["encoding"]["x"]["scale"]["type"] == "utc" for layer in layers)


def test_the_slips_are_those_of_the_question(reader: Reader) -> None:
    """The same days, the latest first; what has none is counted."""
    answer = reader.ask("/v1/feeds/vega-lite?chart=slips&limit=5")
    rows = answer.get_json()["data"]["values"]
    told = reader.get("/v1/slips", sort="slip", limit="5")["items"]
    assert [(row["record"], row["earliest_days"], row["latest_days"]) for row in rows] == [
        (each["record"], each["slip_days"]["earliest"], each["slip_days"]["latest"])
        for each in told
    ]
    whole = reader.get("/v1/slips")["totals"]
    left = answer.get_json()["usermeta"]["_annales"]["reasons"]
    assert left["limit"] + 5 == whole["of"]
    assert left["no-slip"] == whole["ladders"] - whole["of"]


def test_the_trends_are_those_of_the_question(reader: Reader) -> None:
    """The same counts at the same days."""
    rows = spec(reader, chart="trends", country="CN")["data"]["values"]
    series = reader.get("/v1/trends", measure="status", country="CN")["series"]
    told = {
        (each["key"]["status"], point["at"]): point["count"]
        for each in series
        for point in each["points"]
    }
    assert {(row["status"], row["at"]): row["count"] for row in rows} == told


@pytest.mark.parametrize(
    "query",
    [
        "chart=trends&kind=phase",
        "chart=trends&record=hard",
        "chart=trends&limit=3",
        "chart=slips&from=1980",
        "chart=slips&kind=phase",
    ],
)
def test_a_filter_that_a_chart_cannot_have_is_refused(hard_reader: Reader, query: str) -> None:
    """Nothing is ignored."""
    assert hard_reader.refused(f"/v1/feeds/vega-lite?{query}") == (422, "validation")


def test_the_slips_of_a_record_that_there_is_not_are_not_found(hard_reader: Reader) -> None:
    """As its items are not."""
    refused = hard_reader.refused("/v1/feeds/vega-lite?chart=slips&record=atlantis")
    assert refused == (404, "no-such-record")


def test_an_unknown_chart_is_refused(hard_reader: Reader) -> None:
    """With those that there are."""
    answer = hard_reader.ask("/v1/feeds/vega-lite?chart=pie")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["allowed"] == list(CHARTS)
