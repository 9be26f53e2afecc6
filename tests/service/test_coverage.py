"""Coverage: beside what is counted stands what the chronicle holds of it (rule 20)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from service.sentences.coverage import (
    Covered,
    Held,
    Part,
    coverage_sentence,
    sides_coverage_sentence,
)
from service.words.places import Place
from tests.service.asked import Reader

CHINA = {"facilities": 83, "first_said": "1975-12-23", "last_said": "2026-11-24"}


def held(members: dict[str, Any]) -> dict[str, Any]:
    """What is held, without what else is told of it."""
    return {name: members[name] for name in CHINA}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/state?at=1990&country=CN",
        "/v1/state?at=2013&stated=1980&country=CN&status=operating",
        "/v1/records?country=CN&limit=1",
        "/v1/search?q=neutrino&country=CN",
        "/v1/slips?country=CN&outcome=late",
        "/v1/trends?country=CN&measure=policies",
        "/v1/hindsight?at=2020&stated=2016&country=CN",
    ],
)
def test_it_is_the_same_whatever_else_is_asked(reader: Reader, path: str) -> None:
    """Only the place, the field, the class and `known` matter."""
    assert held(reader.ask(f"{path}&known=@1199").get_json()["coverage"]) == CHINA


def test_what_an_answer_sets_apart_has_its_own(reader: Reader) -> None:
    """By its key, regions too; and each side of a comparison."""
    asked = "status=operating&by=country&country=CN,BR&region=asia"
    covered = reader.ask(f"/v1/trends?{asked}").get_json()["coverage"]
    by = {
        each["key"]["country"] or each["key"]["region"]: each["facilities"]
        for each in covered["by"]
    }
    assert by == {"asia": 91, "BR": 0, "CN": 83}
    assert covered["facilities"] == 91
    sides = reader.ask("/v1/compare?at=2020&country=CN&to_country=US").get_json()["coverage"]
    assert [sides[name]["facilities"] for name in ("a", "b")] == [83, 7]


@pytest.mark.parametrize("path", ["/v1/state?", "/v1/slips?", "/v1/trends?status=operating&"])
def test_what_is_not_held_is_told_so(reader: Reader, path: str) -> None:
    """Never as none, and with what is held."""
    sentence = reader.ask(f"{path}country=BR").get_json()["sentence"]
    assert sentence["en"].startswith("This chronicle holds nothing of Brazil. It covers 106 ")
    assert sentence["zh"].startswith("本编年史未收录巴西的任何内容。本编年史收录6个国家的装置106座")
    page = reader.ask(f"{path.removeprefix('/v1')}country=BR").get_data(as_text=True)
    assert "This chronicle holds nothing of Brazil." in page


def test_a_day_beyond_all_that_is_told_is_told_so(reader: Reader) -> None:
    """Before the first thing that is held, before the first word, and after the last one."""

    def said(path: str) -> str:
        return str(reader.ask(path).get_json()["sentence"]["en"])

    assert said("/v1/state?at=1700").startswith("This chronicle holds nothing at the end of 1700.")
    early = said("/v1/state?at=2013&stated=1900&country=CN")
    assert early.startswith(
        "This chronicle holds nothing of China that was said by the end of 1900"
    )
    carried = "This is carried on from what was last said, in November 2026."
    assert carried in said("/v1/state?at=2200&country=CN")
    assert carried not in said("/v1/state?at=2013&country=CN")


def test_a_class_that_is_meant_to_be_whole_says_what_is_missing() -> None:
    """Of any other part it says that it is not complete."""
    some = Held(3, 1, 0, 800)
    light = Covered(Part(class_="light-source"), some, some)
    assert "known to be missing: ELSA, TERAS," in str(coverage_sentence(light).members()["en"])
    assert "已知尚缺：ELSA" in str(coverage_sentence(light).members()["zh"])
    china = Covered(Part(Place(("CN",))), some, some)
    brazil = Covered(Part(Place(("BR",))), Held(), some)
    assert sides_coverage_sentence(brazil, china).members()["en"] == (
        "This chronicle holds 3 facilities of China and nothing of Brazil. It is not complete."
    )
    assert sides_coverage_sentence(brazil, china).members()["zh"] == (
        "本编年史收录中国装置3座、巴西尚无。收录并不完整。"
    )


@pytest.mark.parametrize("place", [Place(), Place(("CN",))])
def test_one_part_that_was_empty_on_one_side_is_told_of_once(place: Place) -> None:
    """Nothing is said of the log before there was anything in it."""
    filled = Covered(Part(place), Held(3, 1, 0, 800), Held(3, 1, 0, 800))
    empty = Covered(Part(place), Held(), Held())
    told = coverage_sentence(filled).members()
    assert sides_coverage_sentence(empty, filled).members() == told
    assert sides_coverage_sentence(filled, empty).members() == told


def test_comparisons_of_places_say_that_they_count_what_is_held(reader: Reader) -> None:
    """In their own sentence."""
    trend = reader.ask("/v1/trends?status=operating&by=country&country=CN,US").get_json()
    assert "facilities operating that this chronicle holds:" in trend["sentence"]["en"]
    sides = reader.ask("/v1/compare?at=2020&country=CN&to_country=US").get_json()
    assert sides["sentence"]["en"].endswith("Counted are those that this chronicle holds.")


def test_the_map_of_the_world_has_the_number_that_runs(reader: Reader) -> None:
    """That of the state: a disc counts what has no place too, so that is not off the map."""
    asked = "at=2026-11-24&known=@1199"
    state = reader.ask(f"/v1/state?{asked}&country=CN&status=operating").get_json()
    running = state["totals"]["status"]["operating"]
    page = reader.ask(f"/state?{asked}").get_data(as_text=True)
    assert re.search(rf'>China</text><text class="on"[^>]*>{running}</text>', page)
    assert "disc counts all of its facilities" in page
    assert "Off the map" not in page
