"""What was expected and what came, and what stands beside what: `/v1/hindsight`, `/v1/compare`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from math import inf
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from service.app import create_app
from service.archive import Archive
from service.cli.command import annales
from service.comparing.diff import MOST
from service.comparing.schemas import CompareSchema, HindsightSchema
from tests.naive.expectations import (
    by_record,
    days_between,
    grouped,
    hindsight,
    milestones,
    rows_of,
)
from tests.naive.histories import (
    FIELDS,
    logged,
    random_history,
    random_instants,
    random_question,
)
from tests.naive.model import Logged, Naive, day_of, read
from tests.service.asked import FOREVER
from tests.story.telling import (
    Teller,
    amendment,
    facility,
    kept,
    milestone,
    plan,
    reading,
    statement,
    withdrawal,
)

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "states.json").read_text("utf-8"))
CLOCKS = ("at", "stated", "known")
SIGNED = {"+": ("came",), "-": ("ended",), "~": ("went-on", "other"), "=": ("same",)}

RUNS = milestone("juno-runs", "operation-started", "2025-08-26", stated="2025-08-26")
PROMISED = plan("juno-plan", "operation-started", "2020", "2015")

HOPED = statement("policy", "m", "2020", facility="juno", modality="planned", stated="2014")
"""A policy that JUNO was to have; it never held."""

Answer = dict[str, Any]


class Asker:
    """Asks the service over an archive, its views brought up to the log."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.client: FlaskClient = create_app(archive).test_client()

    def hindsight(self, **asked: str) -> Answer:
        """What was expected and what came; it loads by its schema, and its sentence is whole."""
        return self._whole("/v1/hindsight", HindsightSchema(), asked)

    def compare(self, **asked: str) -> Answer:
        """Two sides; the answer loads by its schema, and its sentence is whole."""
        return self._whole("/v1/compare", CompareSchema(), asked)

    def get(self, path: str, **asked: str) -> Answer:
        """The JSON of an answer."""
        self.archive.catch_up()
        response = self.client.get(path, query_string=asked or None)
        assert response.status_code == 200, response.text
        found: Answer = response.get_json()
        return found

    def refused(self, url: str) -> tuple[int, str]:
        """The status and the slug of a problem."""
        self.archive.catch_up()
        response = self.client.get(url)
        return response.status_code, response.get_json()["type"].removeprefix("/problems/")

    def _whole(self, path: str, schema: Any, asked: dict[str, str]) -> Answer:
        answer = self.get(path, **asked)
        schema.load(answer)
        for lang, figures in answer["sentence"]["figures"].items():
            text = answer["sentence"][lang]
            assert all(text[each["start"] : each["end"]] == each["text"] for each in figures)
            assert any(character.isalnum() for character in text)
        return answer


@pytest.fixture(scope="module")
def chronicle(shipped: Archive) -> Asker:
    """Asks over the shipped chronicle."""
    return Asker(shipped)


@pytest.fixture
def asker(juno: Teller) -> Asker:
    """Asks over an archive with a source and JUNO, at @1 and @2."""
    return Asker(juno.archive)


def by_id(rows: list[Answer]) -> dict[str, Answer]:
    """Rows by their id."""
    return {row["id"]: row for row in rows}


def only(rows: list[Answer]) -> Answer:
    """The one row."""
    (row,) = rows
    return row


# --- hindsight of the shipped chronicle


def test_what_china_would_run_in_2024_as_2016_saw_it(chronicle: Asker) -> None:
    """Worked out by hand: 38 would run and 51 do; three did not come, nine were never named."""
    answer = chronicle.hindsight(at="2024", stated="2016", country="CN")
    assert {name: count for name, count in answer["totals"].items() if name != "range"} == {
        "then": 38,
        "now": 51,
        "expected_and_came": 35,
        "expected_not_come": 3,
        "unexpected_named": 7,
        "unexpected_unnamed": 9,
    }
    assert answer["expected_not_come"] == ["daya-bay", "juno", "smile"]
    named = {row["id"]: row["named"] for row in answer["rows"] if row["group"] == "unexpected"}
    assert sorted(named) == answer["unexpected"]
    assert [id for id, was in named.items() if was] == [
        "carr", "csns", "dcls", "fast", "hl-3", "lhaaso", "sxfel",
    ]  # fmt: skip
    assert [id for id, was in named.items() if not was] == [
        "change-4", "change-5", "earthlab", "gecam", "hxmt", "mengxiang", "svom", "taiji-1",
        "tianwen-1",
    ]  # fmt: skip
    assert {"aso-s", "bepcii", "ep", "quess"} <= set(answer["expected_and_came"])
    assert answer["totals"]["range"] == {"then": None, "now": {"certain": 51, "possible": 51}}
    state = chronicle.get("/v1/state", at="2024", country="CN")
    assert state["totals"]["status"]["operating"] == answer["totals"]["now"]


def test_a_row_tells_both_sides(chronicle: Asker) -> None:
    """JUNO was due in 2020 and stood filled in 2024; Daya Bay ran in 2016 and had closed."""
    rows = by_id(chronicle.hindsight(at="2024", stated="2016", country="CN")["rows"])
    juno = rows["juno"]
    assert (juno["group"], juno["named"]) == ("expected-not-come", True)
    assert (juno["then"]["status"], juno["then"]["certainty"]) == (
        "under-construction",
        "last-known",
    )
    assert juno["then"]["expected"] == {
        "status": "operating",
        "statement": "juno-plan-2020",
        "date": "2020",
    }
    assert (juno["now"]["status"], juno["now"]["certainty"]) == ("completed", "certain")
    assert juno["now"]["since"]["date"] == "2024-11-20"
    daya = rows["daya-bay"]
    assert (daya["then"]["status"], daya["then"]["expected"]) == ("operating", None)
    assert (daya["now"]["status"], daya["now"]["since"]["date"]) == ("decommissioned", "2020-12-12")
    tianwen = rows["tianwen-1"]
    assert (tianwen["then"]["status"], tianwen["then"]["alternatives"]) == (None, [None])
    assert (tianwen["now"]["status"], tianwen["named"]) == ("operating", False)


def test_pages_hold_the_rows_and_every_page_the_whole_count(chronicle: Asker) -> None:
    """The pages together are the rows of one answer; lists, totals and sentence are on each."""
    asked = {"at": "2024", "stated": "2016", "country": "CN"}
    whole = chronicle.hindsight(**asked)
    page = chronicle.hindsight(**asked, limit="20")
    rows = page["rows"]
    pages = 1
    while page["next"] is not None:
        page = chronicle.get(page["next"])
        rows += page["rows"]
        pages += 1
        for member in ("totals", "expected_and_came", "unexpected", "sentence"):
            assert page[member] == whole[member]
    assert (rows, pages) == (whole["rows"], 3)
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)


def test_without_another_word_then_is_now(chronicle: Asker) -> None:
    """Where `stated` is not given nothing is unexpected, and both points are the same."""
    answer = chronicle.hindsight(at="2024", country="CN")
    assert (answer["expected_not_come"], answer["unexpected"]) == ([], [])
    assert {name: answer[name] for name in CLOCKS} == {name: answer["to"][name] for name in CLOCKS}


# --- hindsight, rule by rule


def test_a_promise_that_stood_is_expected_and_one_overdue_is_not(
    juno: Teller, asker: Asker
) -> None:
    """Seen from 2016 JUNO would run in 2024; seen from 2021, its date had passed unkept."""
    juno.tell(PROMISED, RUNS)
    assert asker.hindsight(at="2024", stated="2016")["expected_not_come"] == ["juno"]
    assert asker.hindsight(at="2026", stated="2016")["expected_and_came"] == ["juno"]
    row = only(asker.hindsight(at="2026", stated="2021")["rows"])
    assert (row["group"], row["named"], row["then"]["expected"]) == ("unexpected", True, None)
    assert asker.hindsight(at="2019", stated="2016")["rows"] == []


def test_within_the_horizon_the_status_of_then_counts(juno: Teller, asker: Asker) -> None:
    """What had happened was no expectation: a start said too early came to nothing."""
    juno.tell(milestone("juno-early", "operation-started", "2018", stated="2019"))
    juno.tell(
        withdrawal("juno-early"),
        milestone("juno-heard", "operation-started", "2018/2022", stated="2023"),
    )
    answer = asker.hindsight(at="2018", stated="2019", known="@3", to_known="@5")
    assert answer["expected_and_came"] == ["juno"]
    assert answer["totals"]["range"] == {
        "then": {"certain": 1, "possible": 1},
        "now": {"certain": 0, "possible": 1},
    }
    row = only(answer["rows"])
    assert (row["then"]["certainty"], row["now"]["certainty"]) == ("certain", "possible")
    assert row["now"]["alternatives"] == [None, "operating"]


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ((), False),
        ((milestone("m", "accepted", "2014", stated="2014"),), True),
        ((milestone("m", "accepted", "2014", stated="2017"),), False),
        ((milestone("m", "approved", "2014", stated="2014", rank="disputed"),), True),
        ((plan("m", "completed", "2018", "2014", rank="disputed"),), True),
        ((milestone("m", "approved", "2014", stated="2014"), withdrawal("m")), False),
        ((statement("observation", "m", "2014", facility="juno"),), True),
        ((statement("observation", "m", "2014", facility="juno"), withdrawal("m")), False),
        ((statement("observation", "m", "2017", facility="juno"),), False),
        ((statement("observation", "m", "2014", country="CN"),), False),
        ((reading("m", "2014", 1.0, facility="juno"),), True),
        ((HOPED,), True),
        (
            (
                statement("discovery", "m", "2014", facility="juno", record="r", entry="e"),
                statement("discovery", "n", "2015", record="r", entry="e"),
            ),
            False,
        ),
    ],
)  # fmt: skip
def test_what_names_a_facility(
    juno: Teller, asker: Asker, lines: tuple[Answer, ...], named: bool
) -> None:
    """What fills an entry by then, of its own or of something that belongs to it; no card does."""
    juno.tell(RUNS)
    if lines:
        juno.tell(*lines)
    answer = asker.hindsight(at="2026", stated="2016")
    row = only(answer["rows"])
    assert (row["group"], row["named"]) == ("unexpected", named)
    assert answer["totals"]["unexpected_named"] == int(named)
    assert answer["totals"]["unexpected_unnamed"] == int(not named)


def test_what_was_recorded_later_had_not_named_it(juno: Teller, asker: Asker) -> None:
    """At the `known` of then a statement that was recorded afterwards is not there."""
    juno.tell(RUNS)
    juno.tell(milestone("juno-hole", "accepted", "2014", stated="2014"))
    told = asker.hindsight(at="2026", stated="2016", known="@3", to_known="@4")
    assert only(told["rows"])["named"] is False
    assert only(asker.hindsight(at="2026", stated="2016")["rows"])["named"] is True


def test_filters_go_by_the_card_of_now(juno: Teller, asker: Asker) -> None:
    """An amendment that takes a facility to another country breaks no promise."""
    juno.tell(PROMISED, RUNS)
    juno.tell(amendment("juno", {"country": "JP", "name": "JUNO of Japan"}))
    asked = {"at": "2026", "stated": "2016", "known": "@4", "to_known": "@5", "to_stated": "2026"}
    assert asker.hindsight(**asked, country="CN")["rows"] == []
    here = asker.hindsight(**asked, country="JP")
    assert here["expected_and_came"] == ["juno"]
    row = only(here["rows"])
    assert (row["name"], row["country"]) == ("JUNO of Japan", "JP")
    # The other way round the card of now is the older one.
    back = {**asked, "known": "@5", "to_known": "@4"}
    assert only(asker.hindsight(**back, country="CN")["rows"])["name"] == "JUNO"
    assert asker.hindsight(**back, country="JP")["rows"] == []


def test_what_has_no_card_now_goes_by_that_of_then(juno: Teller, asker: Asker) -> None:
    """Before it was recorded it is expected all the same, for then had it."""
    juno.tell(PROMISED)
    asked = {"at": "2026", "stated": "2016", "to_stated": "2026", "known": "@3", "to_known": "@0"}
    for filters in ({}, {"country": "CN"}):
        answer = asker.hindsight(**asked, **filters)
        assert answer["expected_not_come"] == ["juno"]
        assert only(answer["rows"])["name"] == "JUNO"
    assert asker.hindsight(**asked, country="JP")["rows"] == []


def test_the_clocks_of_now_default_to_everything(juno: Teller, asker: Asker) -> None:
    """`to_known` to the same `known`, `to_stated` to the default of `stated` where that is."""
    juno.tell(PROMISED, on="2026-11-26")
    juno.tell(RUNS, on="2026-11-28")
    answer = asker.hindsight(stated="2016")
    assert (answer["at"], answer["to"]["stated"]) == ("2026-11-28", "2026-11-28")
    answer = asker.hindsight(at="2026", stated="2016", known="@3")
    assert (answer["known"], answer["to"]["known"]) == ("@3", "@3")
    assert answer["to"]["stated"] == "2026-11-26"
    assert answer["expected_and_came"] == []
    answer = asker.hindsight(at="2026", stated="2016", known="@3", to_known="@4")
    assert (answer["to"]["known"], answer["to"]["stated"]) == ("@4", "2026-11-28")
    assert answer["to"]["at"] == answer["at"] == "2026-12-31"
    answer = asker.hindsight(at="2026", stated="2016", to_stated="2019")
    assert (answer["stated"], answer["to"]["stated"]) == ("2016-12-31", "2019-12-31")


# --- comparisons of the shipped chronicle


def test_two_years_pair_up_as_the_golden_states_have_them(chronicle: Asker) -> None:
    """From 2003 to 2020 each facility has on each side the status that hand's work gives it."""
    golden = {
        state["at"][:4]: {id: status for status, ids in state["status"].items() for id in ids}
        for state in GOLDEN["states"]
    }
    answer = chronicle.compare(at="2003", to_at="2020", country="CN")
    assert answer["by"] == "record"
    for side, year in (("a", "2003"), ("b", "2020")):
        found = {
            pair["id"]: pair[side]["status"]
            for pair in answer["pairs"]
            if pair[side] is not None and pair[side]["status"] is not None
        }
        assert found == golden[year]
        counts = Counter(golden[year].values())
        assert answer[side]["totals"]["status"] == counts
        assert sum((Counter(by) for by in answer[side]["by_field"].values()), Counter()) == counts
    assert answer["only_b"]["facilities"] == sorted(golden["2020"].keys() - golden["2003"].keys())
    assert answer["only_a"]["facilities"] == []


def test_the_change_in_ten_years_by_hand(chronicle: Asker) -> None:
    """From 2003 to 2013 in fusion: EAST ran, HT-7 closed, HL-3 was begun, the rest as before."""
    answer = chronicle.compare(at="2003", to_at="2013", country="CN", field="fusion")
    assert {pair["id"]: pair["change"] for pair in answer["pairs"]} == {
        "east": "went-on",
        "hl-1": "same",
        "hl-1m": "same",
        "hl-2a": "same",
        "hl-3": "came",
        "ht-7": "ended",
    }
    assert answer["change"] == {"+": 1, "-": 1, "~": 1, "=": 3}
    assert (answer["a"]["label"], answer["b"]["label"]) == (
        {"en": "2003", "zh": "2003年"},
        {"en": "2013", "zh": "2013年"},
    )
    east = by_id(answer["pairs"])["east"]
    assert (east["a"]["since"]["date"], east["b"]["since"]["date"]) == ("2000-10", "2006-09")
    whole = chronicle.compare(at="2003", to_at="2013", country="CN")
    assert whole["change"] == {"+": 25, "-": 4, "~": 10, "=": 12}
    share = next(pair for pair in whole["indicators"] if pair["series"] == "rd-share-of-gdp")
    assert (share["a"]["value"], share["b"]["value"], share["difference"]) == (0.57, 2.01, 1.44)
    assert (whole["a"]["policies"], whole["b"]["policies"]) == (15, 21)
    assert "infra-plan-issued" in whole["only_b"]["policies"]
    assert whole["only_a"]["policies"] == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"at": "2003", "country": "CN"}, {"at": "2013", "country": "CN"}),
        ({"at": "2024", "country": "CN"}, {"at": "2024", "country": "US"}),
        ({"at": "2024", "field": "space"}, {"at": "2025", "field": "fusion"}),
        ({"at": "2025", "stated": "2016"}, {"at": "2025", "stated": "2022"}),
    ],
)
def test_each_side_is_the_state_at_its_clocks(chronicle: Asker, a: Answer, b: Answer) -> None:
    """The totals and counts of a side are those that `/v1/state` gives."""
    answer = chronicle.compare(**a, **{f"to_{name}": value for name, value in b.items()})
    for side, asked in (("a", a), ("b", b)):
        state = chronicle.get("/v1/state", **asked)
        assert answer[side]["totals"] == state["totals"]
        assert answer[side]["policies"] == len(state["policies"])
        assert answer[side]["discoveries_to_date"] == state["discoveries_to_date"]
        assert answer[side]["facility"] is None


def test_two_countries_pair_up_by_field(chronicle: Asker) -> None:
    """In 2024 both run detectors of astroparticles; only one of them runs computers."""
    answer = chronicle.compare(at="2024", country="CN", to_country="US")
    pairs = {pair["field"]: pair for pair in answer["pairs"]}
    assert answer["by"] == "field"
    assert pairs["astrophysics"]["b"] == {
        "count": 1,
        "counts": {"operating": 1},
        "facilities": ["ligo"],
    }
    assert pairs["astrophysics"]["a"]["facilities"] == ["argo-ybj", "lhaaso", "ybj"]
    assert (pairs["computing"]["b"], pairs["computing"]["change"]) == (None, "only-a")
    assert {"computing", "fusion", "space"} < set(answer["only_a"]["fields"])
    assert answer["only_b"]["fields"] == answer["only_b"]["statuses"] == []
    assert answer["only_b"]["facilities"] == [
        "dune", "lcls", "ligo", "nsls-ii", "sns", "ssc", "tevatron",
    ]  # fmt: skip
    assert (answer["a"]["label"]["en"], answer["b"]["label"]["zh"]) == ("China", "美国")


def test_series_of_two_countries_are_one_where_only_the_code_differs(chronicle: Asker) -> None:
    """`nature-index-share-cn` stands beside `nature-index-share-us`, with the difference."""
    answer = chronicle.compare(at="2026", country="CN", to_country="US")
    pair = next(pair for pair in answer["indicators"] if pair["series"] == "nature-index-share")
    assert (pair["a"]["series"], pair["b"]["series"]) == (
        "nature-index-share-cn",
        "nature-index-share-us",
    )
    assert pair["difference"] == pytest.approx(pair["b"]["value"] - pair["a"]["value"])
    assert "nature-index-share" not in answer["only_a"]["indicators"]
    assert "rd-share-of-gdp" in answer["only_a"]["indicators"]


def test_no_series_stands_for_another_of_its_side(juno: Teller) -> None:
    """Where a country has `rd-share` and `rd-share-cn`, both are told."""
    juno.tell(facility("lhc", country="CH"))
    for series, country in (("rd-share", "CN"), ("rd-share-cn", "CN"), ("rd-share-ch", "CH")):
        juno.tell(reading(f"r-{series}", "2020", 1.5, series=series, country=country))
    answer = Asker(juno.archive).compare(at="2021", country="CN", to_country="CH")
    assert [
        (pair["series"], *(side and side["series"] for side in (pair["a"], pair["b"])))
        for pair in answer["indicators"]
    ] == [("rd-share", "rd-share", "rd-share-ch"), ("rd-share-cn", "rd-share-cn", None)]


def test_two_fields_pair_up_by_status(chronicle: Asker) -> None:
    """In 2024 China builds two tokamaks, and had one satellite approved."""
    answer = chronicle.compare(at="2024", country="CN", field="fusion", to_field="space")
    pairs = {pair["status"]: pair for pair in answer["pairs"]}
    assert answer["by"] == "status"
    assert pairs["under-construction"]["a"]["facilities"] == ["best", "craft"]
    assert pairs["under-construction"]["b"] is None
    assert pairs["approved"]["b"] == {
        "count": 1,
        "counts": {"space": 1},
        "facilities": ["smile"],
    }
    assert (pairs["operating"]["a"]["count"], pairs["operating"]["b"]["count"]) == (3, 11)
    assert (answer["only_a"]["statuses"], answer["only_b"]["statuses"]) == (
        ["under-construction"],
        ["approved"],
    )
    assert list(pairs) == ["approved", "under-construction", "operating", "decommissioned"]


def test_two_facilities_stand_side_by_side_milestone_by_milestone(chronicle: Asker) -> None:
    """JUNO and SMILE: approved in some day of 2013 and 2015, running 266 days apart."""
    answer = chronicle.compare(record="juno", to_record="smile")
    assert (answer["by"], answer["pairs"]) == ("milestone", [])
    found = {pair["milestone"]: pair for pair in answer["milestones"]}
    assert found["approved"]["days"] == {"earliest": 366, "latest": 1094}
    assert found["operation-started"]["days"] == {"earliest": 266, "latest": 266}
    assert found["construction-started"]["b"] is None
    assert answer["only_a"]["milestones"] == ["construction-started", "completed"]
    assert answer["change"] == {"+": 0, "-": 2, "~": 2, "=": 0}
    assert answer["a"]["facility"]["status"] == answer["b"]["facility"]["status"] == "operating"
    assert answer["a"]["label"] == {
        "en": "Jiangmen Underground Neutrino Observatory",
        "zh": "江门中微子实验",
    }
    discoveries = [
        line
        for line in chronicle.get("/v1/records/juno/timeline")["effective"]
        if line["type"] == "discovery"
    ]
    assert discoveries == []
    assert answer["a"]["discoveries_to_date"] == 1


def test_one_facility_at_two_sets_of_clocks(chronicle: Asker) -> None:
    """JUNO as 2016 saw it and as it is told now: a promise for 2020, and the day it came."""
    answer = chronicle.compare(at="2026", record="juno", stated="2016", to_stated="2026")
    pair = only(answer["pairs"])
    assert (answer["by"], pair["id"], pair["change"]) == ("record", "juno", "went-on")
    assert pair["a"]["expected"]["statement"] == "juno-plan-2020"
    runs = next(each for each in answer["milestones"] if each["milestone"] == "operation-started")
    assert (runs["a"]["modality"], runs["b"]["modality"]) == ("planned", "actual")
    assert runs["days"] == {"earliest": 1699, "latest": 2064}
    approved = next(each for each in answer["milestones"] if each["milestone"] == "approved")
    # Its year is all that is known, yet it is one day that both tell of.
    assert (approved["days"], approved["change"]) == ({"earliest": 0, "latest": 0}, "same")
    assert answer["a"]["label"]["en"] == "2026, as said by 2016"
    assert answer["a"]["totals"]["range"] == {"under-construction": {"certain": 1, "possible": 1}}
    assert answer["b"]["totals"]["operating_by_field"] == {"particle-physics": 1}


# --- comparisons, rule by rule


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("approved", "approved", "same"),
        (None, "approved", "came"),
        (None, "decommissioned", "came"),
        ("approved", "operation-started", "went-on"),
        ("operation-started", "suspended", "went-on"),
        ("operation-started", "decommissioned", "ended"),
        ("approved", "cancelled", "ended"),
        ("operation-started", "approved", "other"),
        ("decommissioned", "operation-started", "other"),
        ("decommissioned", "cancelled", "other"),
        ("approved", None, "ended"),
        ("decommissioned", None, "ended"),
    ],
)
def test_what_became_of_a_facility(
    juno: Teller, asker: Asker, before: str | None, after: str | None, change: str
) -> None:
    """Each pair of statuses, at two positions of the log, has its word and its sign."""
    first, second = lived(before, "a"), lived(after, "b")
    known = head(juno) if not first else told(juno, *first)
    to_known = told(juno, *(withdrawal(line["id"]) for line in first), *second)
    answer = asker.compare(at="2020", stated="2026", known=known, to_known=to_known)
    pair = only(answer["pairs"])
    assert pair["change"] == change
    assert answer["change"] == {sign: int(change in words) for sign, words in SIGNED.items()}
    assert (pair["a"] is None, pair["b"] is None) == (before is None, after is None)
    assert answer["only_a"]["facilities"] == (["juno"] if after is None else [])
    assert answer["only_b"]["facilities"] == (["juno"] if before is None else [])


def lived(last: str | None, tag: str) -> list[Answer]:
    """A life of JUNO that ends with a milestone; none where that is none."""
    if last is None:
        return []
    path = ["operation-started", last] if last == "suspended" else [last]
    return [
        milestone(f"{tag}-{what}", what, "2016", stated="2016", entry=f"juno/{tag}-{what}")
        for what in path
    ]


def told(juno: Teller, *lines: Answer) -> str:
    """Tell some lines; the position, as a clock has it."""
    commit = juno.tell(*lines).commit
    assert commit is not None
    return f"@{commit.position}"


def head(juno: Teller) -> str:
    """The head of the log, as a clock has it."""
    commit = juno.archive.chronicle.log.head()
    assert commit is not None
    return f"@{commit.position}"


def test_what_is_only_promised_has_no_status(juno: Teller, asker: Asker) -> None:
    """It is the same where both sides promise it, else other; neither side has it to itself."""
    juno.tell(PROMISED)
    both = asker.compare(at="2021", stated="2016", to_at="2022")
    assert [(pair["id"], pair["change"]) for pair in both["pairs"]] == [("juno", "same")]
    one = asker.compare(at="2016", stated="2016", to_at="2022")
    pair = only(one["pairs"])
    assert (pair["a"], pair["b"]["status"], pair["change"]) == (None, None, "other")
    assert (one["only_b"]["facilities"], one["change"]["~"]) == ([], 1)


def test_milestones_of_one_kind_pair_up_by_date(juno: Teller, asker: Asker) -> None:
    """The first upgrade beside the first, the second beside none; a plan given up has no days."""
    juno.tell(
        facility("heps"),
        milestone("j-up-2", "upgraded", "2020", entry="juno/second", stated="2021"),
        milestone("j-up-1", "upgraded", "2015-05", entry="juno/first", stated="2021"),
        milestone("h-up", "upgraded", "2015-06-10/..", facility="heps", stated="2021"),
        plan("j-plan", "completed", "2025", "2016"),
        plan("h-plan", "completed", "2025", "2016", facility="heps"),
        {
            **plan("h-gives-up", "completed", "2025", "2018", facility="heps"),
            "date": None,
            "dropped": True,
        },
    )
    answer = asker.compare(at="2024", record="juno", to_record="heps")
    completed, first, second = answer["milestones"]
    assert (completed["b"]["date"], completed["days"], completed["change"]) == (None, None, "other")
    assert (first["a"]["statement"], first["b"]["statement"]) == ("j-up-1", "h-up")
    assert first["days"] == {"earliest": 10, "latest": None}
    assert (second["a"]["statement"], second["b"]) == ("j-up-2", None)
    assert answer["only_a"]["milestones"] == []
    assert answer["change"] == {"+": 0, "-": 1, "~": 2, "=": 0}


def test_what_belongs_to_a_facility_stands_beside_it(juno: Teller, asker: Asker) -> None:
    """Policies, readings and discoveries that name it as theirs, with series by what is common."""
    juno.tell(
        facility("heps"),
        reading("j", "2015", 2000, series="juno-cost", unit="CNY", facility="juno"),
        reading("h", "2016", 4761.5, series="heps-cost", unit="CNY", facility="heps"),
        reading("n", "2016", 1, series="gdp", unit="CNY"),
        statement("policy", "pact", "2014", until="2020", facility="juno"),
        statement("discovery", "mass", "2016", facility="juno", country="JP"),
    )
    answer = asker.compare(at="2018", record="juno", to_record="heps")
    pair = only(answer["indicators"])
    assert (pair["series"], pair["unit"], pair["difference"]) == ("cost", "CNY", 2761.5)
    assert only(answer["policies"]) == {
        "record": "pact",
        "a": [{"id": "pact", "title": "policy pact", "date": "2014"}],
        "b": [],
    }
    assert (answer["a"]["policies"], answer["b"]["policies"]) == (1, 0)
    assert (answer["a"]["discoveries_to_date"], answer["b"]["discoveries_to_date"]) == (1, 0)
    later = asker.compare(at="2018", record="juno", to_at="2022")
    assert (later["a"]["policies"], later["b"]["policies"]) == (1, 0)
    assert only(later["indicators"])["series"] == "juno-cost"


def test_policies_pair_up_by_their_chain(juno: Teller, asker: Asker) -> None:
    """An agreement that was signed anew is one row, with another decision on each side."""
    chain = {"record": "agreement", "country": "CN"}
    juno.tell(
        statement("policy", "signed", "1979", stated="1979", **chain),
        statement("policy", "anew", "2005", stated="2005", supersedes="signed", **chain),
    )
    pair = only(asker.compare(at="2000", to_at="2010", country="CN")["policies"])
    assert (only(pair["a"])["id"], only(pair["b"])["id"]) == ("signed", "anew")


def test_a_facility_may_be_missing_on_one_side(juno: Teller, asker: Asker) -> None:
    """Before it was recorded there was none: that side is empty, and the other has it all."""
    juno.tell(RUNS)
    answer = asker.compare(at="2026", record="juno", known="@1", to_known="@3", stated="2026")
    pair = only(answer["pairs"])
    assert (pair["a"], pair["change"], answer["a"]["facility"]) == (None, "came", None)
    assert answer["a"]["totals"] == {"status": {}, "range": {}, "operating_by_field": {}}
    assert only(answer["milestones"])["change"] == "came"


def test_what_tells_the_sides_apart_is_their_label(juno: Teller, asker: Asker) -> None:
    """A label has the part of the world or the clocks that differ, in both languages."""
    juno.tell(RUNS)

    def labels(**asked: str) -> tuple[str, str]:
        answer = asker.compare(**asked)
        return answer["a"]["label"]["en"], answer["b"]["label"]["zh"]

    assert labels(at="2013-05-06", to_at="2013-06-30") == ("6 May 2013", "2013年6月")
    assert labels(at="2026", known="@2", to_known="@3") == (
        "2026, as recorded at @2",
        "2026年，记录至@3",
    )
    assert labels(at="2026", to_country="JP") == ("all countries", "日本")
    assert labels(at="Y12025", to_at="-0240")[0] == "+012025-12-31"


# --- pinned


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/hindsight", {"at": "2026", "stated": "2016", "limit": "1"}),
        ("/v1/hindsight", {"at": "2026", "known": "@2", "to_known": "@4"}),
        ("/v1/compare", {"at": "2016", "to_at": "2026"}),
        ("/v1/compare", {"at": "2026", "country": "CN", "to_country": "JP"}),
        ("/v1/compare", {"record": "juno", "to_record": "heps"}),
        ("/v1/compare", {"record": "juno", "to_stated": "2016", "to_known": "@3"}),
    ],
)
def test_a_pinned_answer_stays(
    juno: Teller, asker: Asker, path: str, asked: dict[str, str]
) -> None:
    """The pinned URL has both sides written out and gives the same bytes, whatever comes."""
    juno.tell(facility("heps"), PROMISED)
    juno.archive.catch_up()
    loose = asker.client.get(path, query_string=asked)
    assert loose.status_code == 200
    pinned = loose.headers["Content-Location"]
    juno.tell(
        RUNS,
        withdrawal("juno-plan"),
        milestone("h", "approved", "2013", facility="heps", stated="2013"),
        on="2026-11-28",
    )
    juno.archive.catch_up()
    kept = asker.client.get(pinned)
    assert kept.data == loose.data
    assert kept.headers["Cache-Control"] == FOREVER
    assert kept.get_json()["pinned"] == pinned
    again = asker.client.get(pinned, headers={"If-None-Match": kept.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    if "known" not in asked:
        assert asker.client.get(path, query_string=asked).data != loose.data


# --- refused


@pytest.mark.parametrize(
    ("url", "status", "slug"),
    [
        ("/v1/hindsight?at=2024&stated=spring", 422, "bad-edtf"),
        ("/v1/hindsight?at=2024&to_stated=20x6", 422, "bad-edtf"),
        ("/v1/hindsight?at=2024&to_known=17", 422, "validation"),
        ("/v1/hindsight?at=2024&stated=2020&to_stated=2016", 422, "validation"),
        ("/v1/hindsight?at=2024&to_known=@99", 404, "position-ahead"),
        ("/v1/hindsight?during=2024&stated=2016", 422, "unknown-parameter"),
        ("/v1/hindsight?at=2024&to_at=2016", 422, "unknown-parameter"),
        ("/v1/hindsight?at=2024&status=operating", 422, "unknown-parameter"),
        ("/v1/hindsight?at=2024&country=XX", 422, "validation"),
        ("/v1/hindsight?at=2024&field=alchemy", 422, "validation"),
        ("/v1/hindsight?at=2024&limit=2001", 422, "validation"),
        ("/v1/hindsight?at=2024&after=A*", 400, "bad-cursor"),
        ("/v1/hindsight?at=2024&view=0", 410, "old-view"),
        ("/v1/compare", 422, "nothing-to-compare"),
        ("/v1/compare?at=2024&country=CN&record=juno", 422, "nothing-to-compare"),
        ("/v1/compare?to_at=20x3", 422, "bad-edtf"),
        ("/v1/compare?to_known=@99", 404, "position-ahead"),
        ("/v1/compare?during=2024&to_at=2016", 422, "unknown-parameter"),
        ("/v1/compare?to_at=2016&limit=3", 422, "unknown-parameter"),
        ("/v1/compare?country=CN&to_country=XX", 422, "validation"),
        ("/v1/compare?field=alchemy&to_field=fusion", 422, "validation"),
        ("/v1/compare?record=juno&country=CN&to_at=2013", 422, "validation"),
        ("/v1/compare?record=juno&to_field=fusion", 422, "validation"),
        ("/v1/compare?to_record=juno", 422, "validation"),
        ("/v1/compare?record=juno&to_record=series", 422, "validation"),
        ("/v1/compare?record=juno&to_record=atlantis", 404, "no-such-record"),
        ("/v1/compare?record=atlantis&to_at=2013", 404, "no-such-record"),
        ("/v1/compare?to_at=2016&view=0", 410, "old-view"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    juno: Teller, asker: Asker, url: str, status: int, slug: str
) -> None:
    """An unknown clock, filter, record or page, one side only: each has the problem of its kind."""
    juno.tell(reading("r", "2014", 1.0, series="series"))
    assert asker.refused(url) == (status, slug)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/v1/hindsight?to_stated=x", "to_stated"),
        ("/v1/hindsight?stated=x", "stated"),
        ("/v1/compare?to_at=x", "to_at"),
        ("/v1/compare?to_country=XX", "to_country"),
        ("/v1/compare?country=XX&to_at=2013", "country"),
        ("/v1/compare?record=juno&to_record=series", "to_record"),
    ],
)
def test_a_fault_names_the_parameter_it_is_in(
    juno: Teller, asker: Asker, url: str, name: str
) -> None:
    """What is wrong of the other side is told as `to_`."""
    juno.tell(reading("r", "2014", 1.0, series="series"))
    juno.archive.catch_up()
    problem = asker.client.get(url).get_json()
    assert [error["parameter"] for error in problem["errors"]] == [name]


def test_more_than_can_be_compared_is_refused(juno: Teller, asker: Asker) -> None:
    """Beyond the bound a comparison says to narrow it down; hindsight counts on, page by page."""
    juno.tell(
        *(facility(f"f-{number}") for number in range(MOST + 1)),
        *(
            milestone(f"m-{number}", "operation-started", "2018", facility=f"f-{number}")
            for number in range(MOST + 1)
        ),
    )
    assert asker.refused("/v1/compare?at=2020&to_at=2019") == (422, "too-much-to-compare")
    assert asker.compare(at="2020", to_at="2017", field="quantum")["pairs"] == []
    answer = asker.hindsight(at="2020", stated="2016")
    assert answer["totals"]["unexpected_unnamed"] == MOST + 1
    assert (len(answer["unexpected"]), len(answer["rows"])) == (MOST + 1, 500)


@pytest.mark.parametrize(
    "question", ["/v1/compare?record=juno&", "/v1/compare?country=CN&", "/v1/diff?country=CN&"]
)
def test_so_is_what_stands_beside_facilities(juno: Teller, asker: Asker, question: str) -> None:
    """More policies than can be compared are no shorter for belonging to one facility."""
    policies = (
        statement("policy", f"p-{number}", "2018", facility="juno") for number in range(MOST + 1)
    )
    juno.tell(*policies)
    juno.archive.catch_up()
    assert asker.refused(f"{question}at=2019&to_at=2020") == (422, "too-much-to-compare")
    assert asker.client.get(f"{question}at=2016&to_at=2017").status_code == 200


# --- the command line


@pytest.mark.parametrize(
    ("words", "url", "shown"),
    [
        (
            ["hindsight", "--at", "2024", "--stated", "2016", "--country", "CN", "--limit", "3"],
            "/v1/hindsight?at=2024&stated=2016&country=CN&limit=3",
            ["Then 38 would run", "51 run", "Expected, and came", "--after besiii"],
        ),
        (
            ["hindsight", "--at", "2024", "--stated", "2016", "--field", "neutron-science"],
            "/v1/hindsight?at=2024&stated=2016&field=neutron-science",
            ["Unexpected", "csns"],
        ),
        (
            ["compare", "--at", "2003", "--to-at", "2013", "--country", "CN", "--field", "fusion"],
            "/v1/compare?at=2003&to_at=2013&country=CN&field=fusion",
            ["Facilities by status", "under-construction, October 2000", "1 came", "−"],
        ),
        (
            ["compare", "--at", "2024", "--country", "CN", "--to-country", "US"],
            "/v1/compare?at=2024&country=CN&to_country=US",
            ["Facilities by field", "3: 3 operating", "the United States"],
        ),
        (
            ["compare", "--at=2026", "--record=juno", "--stated=2016", "--to-stated=2026"],
            "/v1/compare?at=2026&record=juno&stated=2016&to_stated=2026",
            ["Milestones", "2020 (planned)", "+1,699 to +2,064"],
        ),
        (
            ["compare", "--at", "2013", "--to-at", "2003", "--country", "CN"],
            "/v1/compare?at=2013&to_at=2003&country=CN",
            ["Indicators", "-1.44"],
        ),
        (
            ["compare", "--at=2026", "--stated=2016", "--to-stated=2017", "--field=space"],
            "/v1/compare?at=2026&stated=2016&to_stated=2017&field=space",
            ["promised"],
        ),
    ],
)  # fmt: skip
def test_the_command_line_answers_as_http(
    chronicle: Asker, words: list[str], url: str, shown: list[str]
) -> None:
    """With `--json` the bytes of the answer, without it tables with what it tells."""
    folder = ["--data", str(chronicle.archive.folder)]
    known = ["--known", "@1203"]
    printed = CliRunner().invoke(annales, [*folder, *words, *known, "--json"])
    assert printed.exit_code == 0, printed.output
    assert printed.stdout.strip() == chronicle.client.get(f"{url}&known=@1203").text
    tables = CliRunner().invoke(annales, [*folder, *words, *known])
    assert tables.exit_code == 0, tables.output
    assert [text for text in shown if text not in tables.stdout] == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["compare", "--at", "2013"], 2, "give one of --to-at, --to-stated"),
        (["compare", "--record", "atlantis", "--to-at", "2013"], 1, "atlantis"),
        (["compare", "--to-country", "XX"], 2, "ISO 3166-1"),
        (["hindsight", "--at", "20x4"], 2, "a clock takes"),
        (["hindsight", "--after", "A*"], 2, "no id of a record"),
    ],
)
def test_the_command_line_refuses_in_a_line(
    chronicle: Asker, words: list[str], code: int, told: str
) -> None:
    """Wrong usage ends with 2, what is not there with 1, and says why."""
    ended = CliRunner().invoke(annales, ["--data", str(chronicle.archive.folder), *words])
    assert (ended.exit_code, told in ended.output) == (code, True), ended.output


# --- any history


@pytest.fixture(scope="module", params=[0, 3, 9, 11])
def story(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, Asker, list[Logged]]]:
    """A random history in which facilities run, as the archive and the naive model have it."""
    chance = Random(request.param)
    batches = random_history(chance, lines=110)
    instants = random_instants(chance, len(batches))
    with kept(tmp_path_factory.mktemp("story"), batches, instants) as archive:
        yield request.param, Asker(archive), logged(batches, instants)


def points(chance: Random, log: list[Logged]) -> tuple[Answer, Answer, Answer]:
    """Two points, and filters."""
    start, end = (random_question(chance, log) for _ in range(2))
    filters: Answer = {
        name: start[name] for name in ("country", "region", "field", "class") if name in start
    }
    one, other = ({name: each[name] for name in CLOCKS} for each in (start, end))
    return one, other, filters


def written(point: Answer, *, to: str = "") -> dict[str, str]:
    """Clocks as a URL has them."""
    return {
        f"{to}{name}": f"@{value}" if name == "known" else str(value)
        for name, value in point.items()
    }


def as_json(value: Any) -> Any:
    """What JSON makes of a value."""
    return json.loads(json.dumps(value))


def test_hindsight_is_what_the_naive_model_says(
    story: tuple[int, Asker, list[Logged]],
) -> None:
    """At any clocks and filters: lists, totals, and each row with its group and its naming."""
    seed, asker, log = story
    chance = Random(seed)
    found = set()
    for _ in range(150):
        then, now, filters = points(chance, log)
        filters = chance.choice((filters, {}))
        if chance.random() < 0.7:
            # Mostly as it is asked: of a late day, then by an early word, now by every word.
            then["known"] = now["known"] = log[-1].position
            then["at"] = f"{chance.randrange(2005, 2040)}-12-31"
            now["stated"] = "2060-01-01"
        now["at"] = then["at"]
        if day_of(now["stated"]) < day_of(then["stated"]):
            # Now hears no less than then.
            then["stated"], now["stated"] = now["stated"], then["stated"]
        asked = {**written(then), **written(now, to="to_"), **filters}
        del asked["to_at"]
        answer = asker.hindsight(**asked)
        told = as_json(hindsight(log, then, now, **filters))
        for name in ("expected_and_came", "expected_not_come", "unexpected"):
            assert answer[name] == told[name]
        assert answer["totals"].items() >= told["totals"].items()
        assert {row["id"] for row in answer["rows"]} == told["rows"].keys()
        for row in answer["rows"]:
            expected = told["rows"][row["id"]]
            assert (row["group"], row["named"]) == (expected["group"], expected["named"])
            for side in ("then", "now"):
                assert row[side].items() >= expected[side].items()
            found.add((row["group"], row["named"]))
    assert len(found) >= 4


def test_a_comparison_of_two_points_is_what_the_naive_model_says(
    story: tuple[int, Asker, list[Logged]],
) -> None:
    """At any two points: the rows of both states side by side, and what became of each."""
    seed, asker, log = story
    chance = Random(seed)
    for _ in range(60):
        a, b, filters = points(chance, log)
        answer = asker.compare(**written(a), **written(b, to="to_"), **filters)
        changes = by_record(log, a, b, **filters)
        assert {pair["id"]: pair["change"] for pair in answer["pairs"]} == changes
        assert [pair["id"] for pair in answer["pairs"]] == sorted(changes)
        for side, point in (("a", a), ("b", b)):
            state = as_json(Naive(log).state(**point, **filters))
            rows = by_id(state["facilities"])
            about = ("id", "name", "country", "field", "class")
            for pair in answer["pairs"]:
                row = rows.get(pair["id"])
                shown = row and {name: row[name] for name in row if name not in about}
                assert pair[side] == shown
            assert answer[side]["totals"] == state["totals"]
            assert answer[side]["policies"] == len(state["policies"])
            assert answer[side]["discoveries_to_date"] == state["discoveries_to_date"]
            decisions = [each["id"] for pair in answer["policies"] for each in pair[side]]
            assert sorted(decisions) == sorted(line["id"] for line in state["policies"])
            readings = [pair[side]["id"] for pair in answer["indicators"] if pair[side]]
            assert sorted(readings) == sorted(line["id"] for line in state["indicators"])
        held = [
            {id for ids in grouped(rows_of(log, point, **filters), "id").values() for id in ids}
            for point in (a, b)
        ]
        assert set(answer["only_a"]["facilities"]) == held[0] - held[1]
        assert set(answer["only_b"]["facilities"]) == held[1] - held[0]


PLACES = [
    {"country": "CN"},
    {"country": "FR,CN,FR"},
    {"region": "eastern-asia"},
    {"country": "US", "region": "europe"},
]


@pytest.mark.parametrize(
    ("by", "parts"), [("field", PLACES), ("status", [{"field": field} for field in FIELDS])]
)
def test_a_comparison_of_two_parts_of_the_world_is_what_the_naive_model_says(
    story: tuple[int, Asker, list[Logged]], by: str, parts: list[dict[str, str]]
) -> None:
    """Of two places by field, of two fields by status: the same facilities in each group."""
    seed, asker, log = story
    chance = Random(seed)
    for _ in range(30):
        point, _, _ = points(chance, log)
        one, other = chance.sample(parts, k=2)
        second = {f"to_{name}": text for name, text in other.items()}
        answer = asker.compare(**written(point), **one, **second)
        assert answer["by"] == by
        for side, part in (("a", one), ("b", other)):
            rows = rows_of(log, point, **part)
            groups = grouped(rows, by)
            found = {pair[by]: pair[side] for pair in answer["pairs"] if pair[side]}
            assert {name: group["facilities"] for name, group in found.items()} == groups
            counted = "status" if by == "field" else "field"
            for name, group in found.items():
                assert group["counts"] == Counter(rows[id][counted] for id in groups[name])
                assert group["count"] == len(groups[name])


def test_a_comparison_of_facilities_is_what_the_naive_model_says(
    story: tuple[int, Asker, list[Logged]],
) -> None:
    """Of one facility at two points, every entry with its effective statement and the days."""
    seed, asker, log = story
    chance = Random(seed)
    for _ in range(60):
        a, b, _ = points(chance, log)
        cards = read(log, min(a["known"], b["known"]))[0]
        if not cards:
            continue
        record = chance.choice(sorted(cards))
        answer = asker.compare(**written(a), **written(b, to="to_"), record=record)
        sides = [as_json(milestones(log, record, point)) for point in (a, b)]
        seen: list[set[str]] = [set(), set()]
        for pair in answer["milestones"]:
            for place, side in enumerate(("a", "b")):
                if pair[side] is not None:
                    entry = pair[side]["entry"]
                    told = sides[place][entry]
                    assert pair["milestone"] == told.pop("milestone")
                    assert pair[side].items() >= told.items()
                    seen[place].add(entry)
            if pair["a"] and pair["b"]:
                assert pair["a"]["entry"] == pair["b"]["entry"]
                days = days_between(pair["a"], pair["b"])
                ends = [None if abs(end) == inf else end for end in days or ()]
                assert list((pair["days"] or {}).values()) == ends
        assert seen == [side.keys() for side in sides]
        for side, point in (("a", a), ("b", b)):
            row = rows_of(log, point).get(record)
            if row is not None:
                assert answer[side]["facility"] == as_json(row)
            else:
                assert answer[side]["facility"]["status"] is None
