"""The GeoJSON feed, by the `geojson` package; what has no place is told, not lost."""

from __future__ import annotations

import json
from typing import Any

import geojson
import pytest

from events.dates import civil, day, iso
from service.feeds.geojson import decimal_year
from tests.service.asked import LINES, Reader, url
from tests.service.feeds.hard_dates import HARD
from tests.story.telling import Teller, facility, milestone, plan, statement

PATH = "/v1/feeds/geojson"
PLACES = {line["id"]: line for line in LINES if line["type"] == "facility" and "latitude" in line}


def features(reader: Reader, **asked: str) -> dict[str, Any]:
    """The features of a valid collection, by id."""
    answer = reader.ask(url(PATH, **asked))
    assert (answer.status_code, answer.mimetype) == (200, "application/geo+json")
    collection = geojson.loads(answer.get_data(as_text=True))
    assert collection.is_valid, collection.errors()
    return {each["id"]: each for each in collection["features"]}


def test_all_that_has_a_place_is_valid_geojson(reader: Reader) -> None:
    """Points as longitude and latitude, those of the card of the facility."""
    found = features(reader, limit="5000")
    assert len(found) > 300
    for each in found.values():
        longitude, latitude = each["geometry"]["coordinates"]
        where = {(line["longitude"], line["latitude"]) for line in PLACES.values()}
        assert (longitude, latitude) in where


def test_what_has_no_place_is_left_out_and_counted(reader: Reader) -> None:
    """The body and the header tell how many, and that what is missing is a place."""
    answer = reader.ask(url(PATH, kind="policy"))
    body = json.loads(answer.data)
    told = body["_annales"]
    placed = [each for each in body["features"] if each["properties"]["kind"] == "policy"]
    assert len(placed) == len(body["features"])
    assert told["reasons"]["no-place"] > 10
    assert told["omitted"] == sum(told["reasons"].values())
    assert answer.headers["Annales-Omitted"] == f"no-place={told['reasons']['no-place']}"


def test_properties_are_flat_and_days_are_whole(reader: Reader) -> None:
    """No list and no object among them, none that is empty; `start` and `end` are whole days."""
    for each in features(reader, limit="5000").values():
        properties = each["properties"]
        for name, value in properties.items():
            assert isinstance(value, str | int | float | bool), name
            assert value != "", name
        for name in ("start", "end"):
            if name in properties:
                assert len(properties[name]) == 10
                year = int(properties[name][:4])
                assert year <= properties[f"{name}_decdate"] < year + 1


def test_a_vague_day_has_its_bounds(small: Reader, juno: Teller) -> None:
    """Circa 1987 is the whole of 1987, said to be less certain; a day is that day alone."""
    juno.tell(
        facility("bepc", latitude=39.91, longitude=116.24),
        milestone("begun", "construction-started", "1984-10-07", facility="bepc"),
        milestone("running", "operation-started", "1987~", facility="bepc"),
        milestone("closed", "decommissioned", "2004-04", facility="bepc"),
    )
    juno.archive.catch_up()
    found = features(small)

    running = found["bepc/operating/1"]
    (span,) = running["when"]["timespans"]
    assert span["start"] == {"earliest": "1987-01-01", "latest": "1987-12-31"}
    assert span["end"] == {"earliest": "2004-04-01", "latest": "2004-04-30"}
    assert running["when"]["label"] == "c. 1987 – April 2004"
    assert running["properties"]["date_text"] == "c. 1987 – April 2004"
    assert running["when"]["certainty"] == "less-certain"
    assert running["properties"]["edtf"] == "1987~/2004-04"
    # A beginning counts from its first possible day, an ending from its last.
    assert (running["properties"]["start"], running["properties"]["end"]) == (
        "1987-01-01",
        "2004-04-29",
    )
    assert running["time"] == {"interval": ["1987-01-01", "2004-04-29"]}

    begun = found["begun"]
    assert begun["when"]["timespans"] == [
        {"start": {"in": "1984-10-07"}, "end": {"in": "1984-10-07"}}
    ]
    assert begun["time"] == {"date": "1984-10-07"}
    assert "certainty" not in begun["when"]


def test_an_end_that_is_not_known_is_no_far_day(small: Reader, juno: Teller) -> None:
    """Absent in `when` and the properties, `..` in `time`, and told as `open`."""
    juno.tell(
        facility("bepc", latitude=39.91, longitude=116.24),
        milestone("running", "operation-started", "1988", facility="bepc"),
    )
    juno.archive.catch_up()
    running = features(small)["bepc/operating/1"]
    assert running["properties"]["open"] is True
    assert "end" not in running["properties"]
    assert running["when"]["timespans"] == [
        {"start": {"earliest": "1988-01-01", "latest": "1988-12-31"}}
    ]
    assert running["time"] == {"interval": ["1988-01-01", ".."]}
    assert running["properties"]["edtf"] == "1988/.."


def test_far_years_have_sign_and_six_digits_and_no_json_fg(small: Reader, juno: Teller) -> None:
    """-0240 is the year 240 before 0, which JSON-FG cannot write; the others can."""
    juno.tell(
        facility("sky", latitude=34.3, longitude=108.9),
        statement("discovery", "comet", "-0240", facility="sky"),
        statement("discovery", "far", "Y12025", facility="sky"),
        statement("discovery", "zero", "0000", facility="sky"),
    )
    juno.archive.catch_up()
    found = features(small, kind="discovery")
    comet, far, zero = (found[id] for id in ("comet", "far", "zero"))
    assert (comet["properties"]["start"], comet["properties"]["end"]) == (
        "-000240-01-01",
        "-000240-12-31",
    )
    assert -240 < comet["properties"]["start_decdate"] < comet["properties"]["end_decdate"] < -239
    assert far["properties"]["start"] == "+012025-01-01"
    assert comet["time"] is None
    assert far["time"] is None
    assert zero["time"] == {"interval": ["0000-01-01", "0000-12-31"]}


def test_a_stretch_is_told_from_a_day_within_it(small: Reader, juno: Teller) -> None:
    """`1975/1976` of a step is one day, `1976/1980` of a phase all of them; `point` says which."""
    juno.tell(
        facility("fair", latitude=50.0, longitude=8.7),
        milestone("begun", "construction-started", "1975/1976", facility="fair"),
        milestone("ran", "operation-started", "1980", facility="fair"),
        milestone("still", "suspended", "1990", facility="fair"),
    )
    juno.archive.catch_up()
    found = {
        id: feature["properties"]
        for id, feature in features(small, kind="phase,milestone", record="fair").items()
    }
    told = {id: (each["point"], each.get("edtf"), each["date_text"]) for id, each in found.items()}
    assert told["begun"] == (True, "1975/1976", "between 1975 and 1976")
    # EDTF has no interval that begins with one.
    assert told["fair/under-construction/1"] == (False, None, "from between 1975 and 1976 to 1980")
    assert found["fair/under-construction/1"]["start_edtf"] == "1975/1976"
    assert told["fair/operating/1"] == (False, "1980/1990", "1980 – 1990")
    assert told["fair/suspended/1"] == (False, "1990/..", "from 1990")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hard_dates_keep_their_bounds(hard_reader: Reader, lang: str) -> None:
    """Each as EDTF, by its first and last day wherever they are, and in words."""
    found = features(hard_reader, kind="discovery", lang=lang)
    for each in HARD:
        feature = found[each.id]
        properties = feature["properties"]
        assert properties["edtf"] == each.edtf
        assert properties.get("start") == each.earliest
        assert properties.get("end") == each.latest
        assert properties["date_text"] == getattr(each, lang)
        (span,) = feature["when"]["timespans"]
        bounds = {"earliest": each.earliest, "latest": each.latest}
        shown = {name: day for name, day in bounds.items() if day is not None}
        if each.earliest == each.latest:
            shown = {"in": str(each.earliest)}
        assert span == {"start": shown, "end": shown}
        far = any(day and day[0] in "+-" for day in bounds.values())
        assert (feature["time"] is None) == far


def test_a_promise_is_told_as_one(small: Reader, juno: Teller) -> None:
    """`planned`, and for when."""
    juno.tell(
        facility("heps", latitude=40.4, longitude=116.7),
        plan("heps-plan", "operation-started", "2030", "2019", facility="heps"),
    )
    juno.archive.catch_up()
    promised = features(small)["heps-plan"]["properties"]
    assert (promised["planned"], promised["edtf"]) == (True, "2030")


@pytest.mark.parametrize("year", [-240, 0, 1, 1900, 2000, 2023, 12025])
def test_a_year_with_a_fraction_grows_with_the_days(year: int) -> None:
    """Every day of a year lies within it, in order, at its noon."""
    days = range(day(year, 1, 1), day(year + 1, 1, 1))
    years = [decimal_year(each) for each in days]
    assert years == sorted(set(years))
    assert year < years[0] < years[-1] < year + 1
    half = len(days) / 2
    assert decimal_year(days[0] + int(half)) == pytest.approx(year + 0.5, abs=1 / len(days))
    assert civil(days[0])[0] == year, iso(days[0])
