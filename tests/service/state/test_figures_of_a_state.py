"""The numbers in the sentence of a state, and of what compares states, lead to what they count."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.service.asked import Reader

CLOCKS = [
    "at=1950",
    "at=1976-07-01",
    "at=1988",
    "at=2013",
    "at=2024",
    "at=2024&stated=2016",
    "at=2020&stated=2010",
    "at=2034",
    "during=2013",
    "during=1976",
    "during=2024-03",
    "during=2013&stated=2013-12-30",
]
FILTERS = [
    "",
    "country=CN",
    "country=CN&field=particle-physics",
    "country=US",
    "status=operating",
    "status=under-construction,commissioning&country=CN",
    "expected=operating&country=CN",
    "status=under-construction,approved&expected=operating",
]


@pytest.mark.parametrize("clocks", CLOCKS)
@pytest.mark.parametrize("filters", FILTERS)
def test_a_number_is_how_many_facilities_stand_where_it_leads(
    reader: Reader, clocks: str, filters: str
) -> None:
    """In a range, at most as many as may and at least as many as must have one of the statuses
    stand there: those that have one as far as anybody knows."""
    assert_led(reader, f"/v1/state?{clocks}&{filters}".rstrip("&"))


@pytest.mark.parametrize(
    "asked",
    [
        "/v1/compare?at=2003&to_at=2023&country=CN",
        "/v1/compare?at=2024&stated=2016&to_stated=2026&country=CN",
        "/v1/compare?at=2034&country=CN&to_country=US",
        "/v1/compare?at=1976-07-01&field=particle-physics&to_field=fusion",
        "/v1/hindsight?at=2024&stated=2016&country=CN",
        "/v1/hindsight?at=2026&stated=2013",
        "/v1/hindsight?at=2010&stated=2013&field=space",
    ],
)
def test_so_is_a_number_of_a_comparison(reader: Reader, asked: str) -> None:
    """Each leads to the state at its own side."""
    assert assert_led(reader, asked) > 0


def assert_led(reader: Reader, asked: str) -> int:
    """How many numbers lead to a state, each of which was found to hold as many."""
    led = 0
    for figure in reader.ask(asked).get_json()["sentence"]["figures"]["en"]:
        numbers = [int(each) for each in re.findall("[0-9]+", figure["text"])]
        if not (figure["href"] or "").startswith("/v1/state?") or not numbers:
            continue
        rows: list[Any] = reader.ask(figure["href"]).get_json()["facilities"]
        listed = len({row["id"] for row in rows})
        least = 0 if figure["text"].startswith("up to") else numbers[0]
        assert least <= listed <= numbers[-1], figure
        led += 1
    return led


def test_what_was_expected_is_a_question(reader: Reader) -> None:
    """In 2016 four more facilities were expected to run in 2024 than ran when last heard of, and
    each tells why it is among them."""
    asked = "/v1/state?at=2024&stated=2016&country=CN"
    whole = reader.ask(asked).get_json()["facilities"]
    would = {row["id"]: (row["expected"] or row)["status"] for row in whole}
    running = reader.ask(f"{asked}&expected=operating").get_json()
    assert [row["id"] for row in running["facilities"]] == [
        id for id, status in would.items() if status == "operating"
    ]
    assert len(running["facilities"]) == 38
    assert running["totals"]["status"]["operating"] == 34
    assert running["sentence"]["en"] == (
        "Seen from the end of 2016, China would have 38 big-science facilities operating"
        " at the end of 2024."
    )
    built = reader.ask(f"{asked}&status=under-construction,commissioning&expected=operating")
    assert {row["status"] for row in built.get_json()["facilities"]} <= {
        "under-construction",
        "commissioning",
    }
    assert built.get_json()["facilities"]


@pytest.mark.parametrize(
    ("asked", "en"),
    [
        (
            "at=2024&stated=2016&country=CN&status=under-construction,commissioning&expected=operating",
            (
                "Seen from the end of 2016, of the big-science facilities of China that were under"
                " construction or in commissioning when last heard of, 1 would be operating at the"
                " end of 2024."
            ),
        ),
        (
            "at=2024&stated=2016&country=CN&status=operating",
            "By the end of 2016, China had 34 big-science facilities operating when last heard of.",
        ),
        (
            "during=2030&stated=2016&country=CN&expected=operating",
            "By the end of 2016, China had 34 big-science facilities operating when last heard of.",
        ),
        (
            "during=2030&stated=2016&country=CN",
            "By the end of 2016, China had 34 big-science facilities operating when last heard of.",
        ),
        (
            "at=2013&country=CN&status=operating&expected=approved",
            (
                "At the end of 2013 no big-science facilities of China were at once operating and"
                " approved."
            ),
        ),
        (
            "at=2013&country=CN&status=operating,approved&expected=approved",
            "At the end of 2013 China had 3 big-science facilities approved.",
        ),
        (
            "at=2024&stated=2016&country=JP&status=cancelled",
            (
                "By the end of 2016, the chronicle counted no big-science facilities cancelled in"
                " Japan when last heard of."
            ),
        ),
    ],
)
def test_a_sentence_is_of_the_list_below_it(reader: Reader, asked: str, en: str) -> None:
    """What was expected and what was so when last heard of are told apart."""
    answer = reader.ask(f"/v1/state?{asked}").get_json()
    assert answer["sentence"]["en"] == en
    numbers = [
        int(each) for each in re.findall("[0-9]+", en.replace("2016", "").replace("2013", ""))
    ]
    listed = len({row["id"] for row in answer["facilities"]})
    assert listed in (numbers or [0]) or asked == "during=2030&stated=2016&country=CN"


@pytest.mark.parametrize("part", ["", "&status=operating", "&status=under-construction"])
@pytest.mark.parametrize("year", [2007, 2013, 2024])
def test_of_a_period_that_is_not_over_the_horizon_counts(
    reader: Reader, part: str, year: int
) -> None:
    """As the state of that day has it: what ended within the period is not counted any more."""
    status = part.partition("=")[2] or "operating"
    clocks = f"stated={year}-12-30{part}"
    period = reader.get(f"/v1/state?during={year}&{clocks}")
    day = reader.get(f"/v1/state?at={year}-12-30&{clocks}")
    assert day["totals"]["status"][status] < period["totals"]["status"][status]
    counted = f" {day['totals']['status'][status]} big-science facilities"
    assert counted in period["sentence"]["en"]
    assert counted in day["sentence"]["en"]


def test_several_statuses_are_one_question_with_one_address(reader: Reader) -> None:
    """In whatever order they are given; the sentence names them all."""
    asked = "/v1/state?at=2013&country=CN&status="
    one = reader.ask(f"{asked}commissioning,under-construction").get_json()
    other = reader.ask(f"{asked}under-construction,commissioning,commissioning").get_json()
    assert one == other
    assert "status=under-construction%2Ccommissioning&" in one["pinned"]
    statuses = {row["status"] for row in one["facilities"]}
    assert statuses == {"under-construction", "commissioning"}
    assert "under construction or in commissioning" in one["sentence"]["en"]
    assert "“在建或" in one["sentence"]["zh"]


def test_a_word_that_is_no_status_is_refused_by_its_name(reader: Reader) -> None:
    """Also where others beside it are."""
    answer = reader.ask("/v1/state?expected=operating,humming")
    assert answer.status_code == 422
    assert answer.get_json()["detail"].startswith("expected=humming")
