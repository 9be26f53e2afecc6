"""Every answer has the shape that its schema says, with headers that all of them share."""

from __future__ import annotations

import re
from typing import Any

import pytest

from service.app import create_app
from service.archive import Archive
from tests.naive.histories import logged
from tests.naive.model import Naive
from tests.service.asked import PATHS, QUESTIONS, Asked, Reader
from tests.story.telling import JUNO, NOON, SOURCE, Clock, Teller, plan, statement

EMPTY = {
    "totals": {"status": {}, "range": {}, "operating_by_field": {}},
    "facilities": [],
    "policies": [],
    "indicators": [],
    "discoveries": [],
    "observations": [],
    "discoveries_to_date": 0,
    "next": None,
}


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_every_answer_loads_by_its_schema_and_has_no_other_member(
    reader: Reader, asked: Asked
) -> None:
    """By all clocks and filters, the empty log and the ends of time included. What had not been
    recorded by then is no record of ours: 404."""
    loaded = 0
    for url, answer in reader.asks(asked):
        if answer.status_code == 404:
            assert asked.is_of_one, url
            assert "known" in url, url
        else:
            assert answer.status_code == 200, url
            asked.schema().load(answer.get_json())
            loaded += 1
    assert loaded >= 8


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_an_answer_tells_the_position_that_it_reflects(reader: Reader, asked: Asked) -> None:
    """`Annales-Position` on every answer, also on one that the client has already."""
    for url in asked.urls({}):
        answer = reader.ask(url)
        assert answer.headers["Annales-Position"] == "1203"
        again = reader.ask(url, If_None_Match=answer.headers["ETag"])
        assert (again.status_code, again.headers["Annales-Position"]) == (304, "1203")


def test_texts_are_sent_as_they_are_written(reader: Reader) -> None:
    """Chinese goes out as UTF-8, not as escapes of six bytes."""
    answer = reader.ask("/v1/records/mengxiang")
    assert answer.mimetype == "application/json"
    assert "梦想号".encode() in answer.data
    assert not reader.ask("/openapi.json").data.isascii()
    for url in ("/openapi.json", *(url for asked in QUESTIONS for url in asked.urls({}))):
        assert not re.search(rb"\\u[0-9a-fA-F]{4}", reader.ask(url).data), url


def test_the_state_is_as_the_design_has_it(reader: Reader) -> None:
    """Every member by its name and place, and the numbers of the shipped chronicle for 2013."""
    state = reader.get("/v1/state", at="2013", country="CN", known="@1199")
    assert list(state) == [
        "at", "stated", "known", "known_at", "view", "pinned", "totals",
        "facilities", "policies", "indicators", "discoveries", "observations",
        "discoveries_to_date", "sentence", "coverage", "next",
    ]  # fmt: skip
    assert [state[name] for name in ("at", "stated", "known", "known_at")] == [
        "2013-12-31",
        "2026-11-24",
        "@1199",
        "2026-11-24T12:00:00.000000Z",
    ]
    view = state["view"]
    assert state["pinned"] == (
        f"/v1/state?at=2013-12-31&stated=2026-11-24&known=@1199&country=CN&view={view}"
    )
    totals = state["totals"]
    assert list(totals) == ["status", "range", "operating_by_field"]
    assert (totals["status"]["operating"], totals["status"]["under-construction"]) == (25, 3)
    assert totals["range"]["operating"] == {"certain": 25, "possible": 25}
    assert totals["operating_by_field"]["particle-physics"] == 4
    assert (state["discoveries_to_date"], state["next"]) == (10, None)
    ids = [row["id"] for row in state["facilities"]]
    assert ids == sorted(set(ids))
    (bepcii,) = [row for row in state["facilities"] if row["id"] == "bepcii"]
    assert bepcii == {
        "id": "bepcii",
        "name": "Beijing Electron-Positron Collider II",
        "country": "CN",
        "field": "particle-physics",
        "status": "operating",
        "since": {"date": "2008-07-22", "earliest": "2008-07-22", "latest": "2008-07-22"},
        "certainty": "certain",
        "alternatives": ["operating"],
        "statement": "bepcii-operation",
        "expected": None,
        "overdue": [],
        "last_said": "2016-04-30",
    }


def test_a_state_beyond_the_horizon_tells_what_was_expected(reader: Reader) -> None:
    """`expected` and `overdue` have the members of the design."""
    rows = {
        row["id"]: row
        for row in reader.get("/v1/state", at="2025", stated="2023-01-01")["facilities"]
    }
    assert rows["juno"]["certainty"] == "last-known"
    assert rows["juno"]["expected"] == {
        "status": "operating",
        "statement": "juno-plan-2023",
        "date": "2023",
    }
    for row in rows.values():
        for late in row["overdue"]:
            assert set(late) == {"statement", "milestone", "date", "stated"}
    assert any(row["overdue"] for row in rows.values())


def test_what_is_listed_beside_the_facilities_holds_on_the_day(reader: Reader) -> None:
    """Policies latest first and readings by series, each with `holds`; findings of the year."""
    state = reader.get("/v1/state", at="2013")
    for section in ("policies", "indicators"):
        assert state[section]
        for row in state[section]:
            assert row["holds"]["from"] <= "2013-12-31"
            assert row["holds"]["to"] is None or row["holds"]["to"] >= "2013-12-31"
    began = [row["holds"]["from"] for row in state["policies"]]
    assert began == sorted(began, reverse=True)
    series = [row["series"] for row in state["indicators"]]
    assert series == sorted(set(series))
    for section in ("discoveries", "observations"):
        assert state[section]
        for row in state[section]:
            assert row["bounds"]["earliest"][:4] == "2013"
            assert set(row["said"]) == {"day", "assumed"}


def test_a_sentence_names_no_discovery_that_had_not_come(reader: Reader) -> None:
    """Rule 10: the list has the whole year, the sentence what counts by the day."""
    for at, come in {"2012-01-15": 0, "2012-03-01": 1, "2012-05": 1, "2012": 2}.items():
        state = reader.get("/v1/state", at=at, country="CN")
        titles = [line["title"] for line in state["discoveries"]]
        assert titles == [
            "Third neutrino mixing angle measured at Daya Bay",
            "Jiaolong dives to 7,062 m",
        ]
        for lang in ("en", "zh"):
            told = [title for title in titles if title in state["sentence"][lang]]
            assert told == titles[:come], at


@pytest.mark.parametrize("date", ["2012-03/2012-06", "2012-03-01~", "2012-03"])
def test_a_discovery_is_named_from_its_first_possible_day(juno: Teller, date: str) -> None:
    """As it counts; in a period it is named as it is listed."""
    juno.tell(statement("discovery", "found", date, title="It is found"))
    for at, named in {"2012-02-29": False, "2012-03-01": True, "2013-01-01": False}.items():
        assert ("It is found" in juno.state(at=at)["sentence"]["en"]) == named, at
    assert "It is found" in juno.state(during="2012-03")["sentence"]["en"]
    assert "It is found" not in juno.state(during="2012-02")["sentence"]["en"]


@pytest.mark.parametrize("sign", ["", "-"])
def test_far_days_are_told_apart(teller: Teller, sign: str) -> None:
    """Beyond what the columns of the views hold: what is listed of a year, counted to date, and in
    which order plans are overdue, as the naive model has it."""
    years = [f"Y{sign}{million}000000" for million in range(6, 10)]
    lines = [
        SOURCE,
        JUNO,
        *(statement("discovery", f"found-{number}", year) for number, year in enumerate(years)),
        *(statement("observation", f"seen-{number}", year) for number, year in enumerate(years)),
        plan("a", "completed", f"Y{sign}6500000", "2001"),
        plan("b", "upgraded", f"Y{sign}6400000", "2001"),
        plan("c", "accepted", f"Y{sign}6600000", "2001"),
    ]
    teller.tell(*lines)
    naive = Naive(logged([lines], [NOON]))
    stated = "+9999999-01-01"
    for year in (*years, "Y6700000"):
        day = f"{int(year[1:]):+}-12-31"
        answer = teller.state(at=year, stated=stated)
        expected = naive.state(at=day, stated=stated, known=len(lines))
        assert {name: answer[name] for name in expected} == expected, year


def test_a_period_has_a_row_for_each_status_clipped_to_it(reader: Reader) -> None:
    """In 2025 JUNO was completed, then operating; neither is told beyond the year."""
    rows = [
        (row["status"], row["holds"])
        for row in reader.get("/v1/state", during="2025")["facilities"]
        if row["id"] == "juno"
    ]
    assert rows == [
        ("completed", [{"from": "2025-01-01", "to": "2025-08-25"}]),
        ("operating", [{"from": "2025-08-26", "to": "2025-12-31"}]),
    ]


def test_filters_leave_in_just_what_they_name(reader: Reader) -> None:
    """Country, field and status of the rows, and `totals` of what the filter lets through."""
    every = reader.get("/v1/state", at="2020")["facilities"]

    def kept(**filters: str) -> list[Any]:
        return [
            row["id"] for row in every if all(row[name] == value for name, value in filters.items())
        ]

    for filters in (
        {"country": "CN"},
        {"field": "space"},
        {"status": "operating"},
        {"country": "CN", "field": "space", "status": "operating"},
    ):
        state = reader.get("/v1/state", at="2020", **filters)
        assert [row["id"] for row in state["facilities"]] == kept(**filters)
        operating = (
            kept(**filters, status="operating") if "status" not in filters else kept(**filters)
        )
        assert state["totals"]["status"]["operating"] == len(operating)
        page = reader.get("/v1/state", at="2020", limit="1", **filters)
        assert page["totals"] == state["totals"]
        assert len(page["facilities"]) == 1


def test_the_empty_log_has_an_empty_state(archive: Archive, clock: Clock) -> None:
    """A service with nothing recorded answers, at @0 and at no instant; a record is a 404."""
    client = Reader(create_app(archive))
    state = client.get("/v1/state")
    assert (state["known"], state["known_at"]) == ("@0", None)
    assert {name: state[name] for name in EMPTY} == EMPTY
    assert client.ask("/v1/records").get_json()["items"] == []
    assert client.refused("/v1/records/juno") == (404, "no-such-record")
    clock.set("2027-01-01T00:00:00.000000Z")
    assert client.get("/v1/state")["at"] == "2027-01-01"


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_head_is_get_without_a_body_and_options_tells_the_methods(
    reader: Reader, asked: Asked
) -> None:
    """HEAD has the headers of GET, OPTIONS has `Allow` and what a page of elsewhere may send."""
    for url in asked.urls({}):
        got, head = reader.ask(url), reader.ask(url, method="HEAD")
        assert (head.status_code, head.data) == (200, b"")
        for name in ("ETag", "Content-Length", "Cache-Control", "Content-Location", "Content-Type"):
            assert head.headers[name] == got.headers[name]
        options = reader.ask(url, method="OPTIONS")
        assert options.status_code in (200, 204)
        assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["Allow"].split(", "))
        assert options.headers["Access-Control-Allow-Methods"] == options.headers["Allow"]


def test_options_tell_no_methods_where_nothing_is(reader: Reader) -> None:
    """A 404 that a page of elsewhere may read; `*` is the server as a whole, and there."""
    client = reader.app.test_client()
    nowhere = client.options("/nowhere")
    everywhere = client.options("/", environ_overrides={"PATH_INFO": "*"})
    assert (nowhere.status_code, everywhere.status_code, everywhere.data) == (404, 204, b"")
    for answer in (nowhere, everywhere):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        for name in ("Allow", "Access-Control-Allow-Methods", "Access-Control-Max-Age"):
            assert name not in answer.headers
    assert client.get("/", environ_overrides={"PATH_INFO": "*"}).status_code == 404


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_a_question_takes_no_other_method(reader: Reader, asked: Asked) -> None:
    """405 with `Allow`; a DELETE never removes, a PUT never replaces."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        path = next(iter(asked.paths()))
        answer = reader.ask(path, method=method)
        if answer.status_code == 401:
            continue  # the path takes orders too
        assert answer.status_code == 405, f"{method} {path}"
        allowed = set(answer.headers["Allow"].split(", "))
        assert "GET" in allowed
        assert method not in allowed
