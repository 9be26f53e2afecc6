"""The chronicle of the first release: three states worked out by hand, and its cases.

Each expected value was read off the lines of the chronicle by the rules, never
off an answer of the engine. The chronicle is recorded on 2026-11-25.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from events.clocks import as_of
from events.orders import Command, orders
from service.archive import Archive
from service.asking.query import Query
from service.records.audit import statement_answer
from tests.story.telling import Clock, Teller

GOLDEN = Path(__file__).parents[1] / "golden"
CHRONICLE = GOLDEN / "first-release.jsonl"
STATES: list[dict[str, Any]] = json.loads((GOLDEN / "states.json").read_text("utf-8"))["states"]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teller]:
    """The chronicle of the first release, recorded as one commit."""
    clock = Clock()
    with Archive(tmp_path_factory.mktemp("shipped"), clock=clock) as archive:
        with CHRONICLE.open("rb") as lines:
            archive.chronicle.execute(
                Command(orders=tuple(orders(lines)), actor="curator", request="load")
            )
        yield Teller(archive, clock)


def explained(teller: Teller, statement: str) -> dict[str, Any]:
    """Why a statement holds or not, at the head of the log."""
    teller.archive.catch_up()
    clocks = as_of(
        log=teller.archive.chronicle.log,
        now=teller.archive.chronicle.now(),
    )
    reading = teller.archive.reading(teller.archive.db_at(clocks.known))
    query = Query(f"/v1/statements/{statement}", clocks, {}, id=statement)
    return dict(statement_answer(reading, query))


def policies(teller: Teller, **asked: str) -> list[tuple[str, str | None, str | None]]:
    """The decisions of the United States-China science agreement that hold, with their days."""
    return [
        (policy["id"], policy["holds"]["from"], policy["holds"]["to"])
        for policy in teller.state(country="CN", **asked)["policies"]
        if policy.get("record") == "us-china-science-agreement"
    ]


@pytest.mark.parametrize("golden", STATES, ids=[state["at"][:4] for state in STATES])
def test_a_year_is_as_it_was_worked_out_by_hand(shipped: Teller, golden: dict[str, Any]) -> None:
    """Every facility of the country has just the status of the golden state, and no other has."""
    answer = shipped.state(at=golden["at"], country=golden["country"])
    found = defaultdict(list)
    for row in answer["facilities"]:
        if row["status"] is not None:
            found[row["status"]].append(row["id"])
    assert found == golden["status"]
    counted = {status: len(ids) for status, ids in golden["status"].items()}
    assert answer["totals"]["status"] == counted


def test_juno_as_2016_expected_it(shipped: Teller) -> None:
    """2016 knew the plan for 2020 alone: under construction at its horizon, running in 2025."""
    juno = shipped.facility("juno", at="2025", stated="2016")
    assert juno == {
        "id": "juno",
        "name": juno["name"],
        "country": "CN",
        "field": "particle-physics",
        "status": "under-construction",
        "since": {"date": "2015-01-10", "earliest": "2015-01-10", "latest": "2015-01-10"},
        "alternatives": ["under-construction"],
        "statement": "juno-construction",
        "certainty": "last-known",
        "expected": {"status": "operating", "statement": "juno-plan-2020", "date": "2020"},
        "overdue": [],
    }
    # A beginning counts from its first possible day: 1 January 2020, and not a day before.
    assert shipped.facility("juno", at="2019", stated="2016")["expected"] is None
    assert shipped.facility("juno", at="2020-01-01", stated="2016")["expected"] is not None


def test_juno_as_it_came(shipped: Teller) -> None:
    """Asked today, JUNO runs since 26 August 2025, and all of its nine plans are answered."""
    juno = shipped.facility("juno", at="2025")
    assert (juno["status"], juno["since"]["date"]) == ("operating", "2025-08-26")
    assert (juno["statement"], juno["certainty"]) == ("juno-operation", "certain")
    assert (juno["expected"], juno["overdue"]) == (None, [])
    assert shipped.facility("juno", at="2025-08-25")["status"] == "completed"


@pytest.mark.parametrize(
    ("stated", "statement"),
    [
        ("2015-07-24", "juno-plan-2020"),
        ("2019-05-30", "juno-plan-2020"),
        ("2019-05-31", "juno-plan-2021"),
        ("2021-12-31", "juno-plan-2022"),
        ("2022", "juno-plan-2023"),
        ("2023", "juno-plan-2024"),
        ("2024-05-14", "juno-plan-late2024"),
        # Two plans were said in October 2024, of the same last day: the later line counts.
        ("2024-10", "juno-plan-late2025"),
        ("2024-11-20", "juno-plan-2025-08"),
    ],
)
def test_each_plan_of_juno_has_its_time(shipped: Teller, stated: str, statement: str) -> None:
    """The plan said last by the horizon, on the last possible day of its saying, is expected."""
    juno = shipped.facility("juno", at="2026", stated=stated)
    assert juno["expected"]["statement"] == statement


def test_the_science_agreement_as_september_2024_had_it(shipped: Teller) -> None:
    """It was reported as expired on 27 August; the one report counts while it stands alone."""
    assert policies(shipped, at="2024-09-30", stated="2024-09-30") == []
    # The end that was reported takes the last day from the second extension.
    assert policies(shipped, at="2024-08-26", stated="2024-09-30") == [
        ("sta-ext-2024", "2024-02-01", "2024-08-26")
    ]
    # A month before, its own `until` was all that was said of its end.
    assert policies(shipped, at="2024-08-26", stated="2024-08-26") == [
        ("sta-ext-2024", "2024-02-01", "2024-08-27")
    ]


def test_the_science_agreement_since_december_2024(shipped: Teller) -> None:
    """Extended in December from the day it expired: now it held all through September."""
    for stated, expected in (
        ("2024-12-12", []),
        ("2024-12-13", [("sta-ext-5y", "2024-08-27", "2029-08-27")]),
        ("2026-11-25", [("sta-ext-5y", "2024-08-27", "2029-08-27")]),
    ):
        assert policies(shipped, at="2024-09-30", stated=stated) == expected
    assert policies(shipped, at="2029-08-28") == []
    assert explained(shipped, "sta-expired")["standing"] == "disputed"


def test_the_science_agreement_in_the_years_before(shipped: Teller) -> None:
    """Each extension ends what it supersedes on the day before its own first possible day."""
    assert policies(shipped, at="2000") == [("sta-1979", "1979-01-31", "2023-07-31")]
    assert policies(shipped, at="2000", stated="2000") == [("sta-1979", "1979-01-31", None)]
    assert policies(shipped, during="2024") == [
        ("sta-ext-5y", "2024-08-27", "2029-08-27"),
        ("sta-ext-2024", "2024-02-01", "2024-08-26"),
        ("sta-ext-2023", "2023-08-01", "2024-01-31"),
    ]


def test_smile_slipped_until_it_flew(shipped: Teller) -> None:
    """A plan is due until its last day, then overdue until the next word, then answered."""
    due = shipped.facility("smile", at="2026", stated="2025")
    assert (due["status"], due["certainty"], due["overdue"]) == ("approved", "last-known", [])
    assert due["expected"] == {
        "status": "operating",
        "statement": "smile-plan-2026",
        "date": "2026-04-08/2026-05-07",
    }
    late = shipped.facility("smile", at="2026-04-23", stated="2026-04-23")
    assert late["overdue"] == [
        {
            "statement": "smile-plan-0409",
            "milestone": "operation-started",
            "date": "2026-04-09",
            "stated": "2026-02",
        }
    ]
    assert shipped.facility("smile", at="2026-04-24", stated="2026-04-24")["overdue"] == []
    flown = shipped.facility("smile", at="2026-05-19", stated="2026-05-19")
    assert (flown["status"], flown["statement"]) == ("operating", "smile-launch")
    assert (flown["expected"], flown["overdue"]) == (None, [])


def test_cepc_was_given_up(shipped: Teller) -> None:
    """Planned for 2022, overdue, then planned for 2027, then superseded by its suspension."""
    overdue = shipped.facility("cepc", at="2022", stated="2022")["overdue"]
    assert [plan["statement"] for plan in overdue] == ["cepc-plan-2022"]
    assert shipped.facility("cepc", at="2022-12-30", stated="2022-12-30")["overdue"] == []

    expected = shipped.facility("cepc", at="2030", stated="2024")["expected"]
    assert expected == {
        "status": "under-construction",
        "statement": "cepc-plan-2027",
        "date": "2027",
    }
    # It is to be proposed again in 2030. That step is open beside the proposal of 2012, since it
    # was told once the project lay still (ADR 52), and would end the suspension.
    given_up = shipped.facility("cepc", at="2030", stated="2026-11-25")
    assert (given_up["status"], given_up["statement"]) == ("suspended", "cepc-out")
    assert (given_up["expected"], given_up["overdue"]) == (
        {"status": "proposed", "statement": "cepc-planned-proposed-2030", "date": "2030"},
        [],
    )


def test_a_suspension_within_a_month_is_possible_until_the_month_ends(shipped: Teller) -> None:
    """CEPC was suspended in November 2025, perhaps: an ending counts from its last day."""
    unsure = shipped.facility("cepc", at="2025-11-15")
    assert (unsure["status"], unsure["certainty"]) == ("proposed", "possible")
    assert unsure["alternatives"] == ["proposed", "suspended"]
    assert shipped.facility("cepc", at="2025-10-31")["alternatives"] == ["proposed"]
    ended = shipped.facility("cepc", at="2025-11-30")
    assert (ended["status"], ended["certainty"]) == ("suspended", "certain")
    assert ended["since"] == {"date": "2025-11?", "earliest": "2025-11-01", "latest": "2025-11-30"}


def test_the_share_of_research_in_gdp_was_revised(shipped: Teller) -> None:
    """2.68 % by the first report of 2024, 2.69 % by the final one: a new statement, no mending."""

    def share(**asked: str) -> tuple[str, float, str | None]:
        (found,) = [
            reading
            for reading in shipped.state(country="CN", **asked)["indicators"]
            if reading["series"] == "rd-share-of-gdp"
        ]
        return found["id"], found["value"], found["holds"]["to"]

    assert share(at="2024", stated="2025-01-23") == ("rd-2024-prelim", 2.68, None)
    assert share(at="2024", stated="2025-09-28") == ("rd-2024-prelim", 2.68, None)
    assert share(at="2024", stated="2025-09-29") == ("rd-2024-final", 2.69, None)
    assert share(at="2024") == ("rd-2024-final", 2.69, "2024-12-31")
    # What was aimed at for 2020 never holds.
    assert share(at="2020") == ("ind-r-d-share-of-gdp-reached-in-2020", 2.4, "2023-12-31")


def test_the_18_tev_of_grb_221009a_never_counted(shipped: Teller) -> None:
    """A discovery that is disputed throughout is kept and explained, and counts nowhere."""

    def bursts(year: str, stated: str) -> list[str]:
        discoveries = shipped.state(at=year, stated=stated)["discoveries"]
        return [found["id"] for found in discoveries if "GRB 221009A" in found["title"]]

    assert bursts("2022", "2022") == []
    assert bursts("2022", "2026-11-25") == []
    assert bursts("2023", "2026-11-25") == [
        "dis-tev-afterglow-of-grb-221009a-from-a-narrow-jet",
        "grb-13tev",
    ]
    claim = explained(shipped, "grb-18tev")
    assert (claim["standing"], claim["counts"]) == ("effective", False)
    assert claim["contradicts"] == ["grb-13tev"]


def test_a_contradiction_shows_from_both_sides(shipped: Teller) -> None:
    """`contradicts` is symmetric within a record, whichever line says it."""
    assert explained(shipped, "bepc-operation")["contradicts"] == [
        "bepc-launch-1984-claim",
        "bepc-operation-started-1989",
        "bepc-operation-started-1990",
    ]


def test_a_contradiction_shows_from_both_sides_across_records(shipped: Teller) -> None:
    """`contradicts` is symmetric also between statements of two records."""
    assert explained(shipped, "grb-13tev")["contradicts"] == ["grb-18tev"]


def test_the_launch_of_bepc_in_1984_is_disputed(shipped: Teller) -> None:
    """A claim of 2024 that BEPC began in 1984 gives way: then its ground was broken."""
    bepc = shipped.facility("bepc", at="1985")
    assert (bepc["status"], bepc["statement"]) == ("under-construction", "bepc-groundbreaking")
    assert (bepc["certainty"], bepc["since"]["date"]) == ("certain", "1984-10-07")
    claim = explained(shipped, "bepc-launch-1984-claim")
    assert (claim["standing"], claim["effective"]) == ("disputed", "bepc-operation")
    assert claim["counts"] is True


def test_bepc_began_on_some_day_of_october_1988(shipped: Teller) -> None:
    """Operating counts from the first of the month; what else is possible is named."""
    for day, alternatives in (
        ("1988-09-30", ["under-construction"]),
        ("1988-10-10", ["under-construction", "operating"]),
        # First collisions on the 16th are certain, so it was at least commissioning.
        ("1988-10-20", ["commissioning", "operating"]),
        ("1988-10-31", ["operating"]),
    ):
        bepc = shipped.facility("bepc", at=day)
        assert bepc["alternatives"] == alternatives
        assert bepc["status"] == ("operating" if "operating" in alternatives else alternatives[0])
