"""What an auditor is told: how a record changed, why a statement holds, what rests on a source."""

from __future__ import annotations

from random import Random
from typing import Any

import jsonpatch
import pytest

from events.statement_warnings import warnings_among, warnings_of
from events.vocabulary import MILESTONES
from tests.service.asked import IDS, LINES, Reader
from tests.story.telling import (
    SOURCE,
    Teller,
    amendment,
    correction,
    milestone,
    plan,
    reinstatement,
    statement,
    withdrawal,
)

ADDED = {"said", "bounds"}
"""What an answer adds to a statement's line."""


@pytest.fixture
def changed(juno: Teller) -> Teller:
    """JUNO (@2) with a plan (@3), what came (@4), then mended, withdrawn, renamed (@5 to @8)."""
    for number, line in enumerate(
        (
            plan("plan", "operation-started", "2020", "2016"),
            milestone("came", "operation-started", "2025-08-26", stated="2025-08-26"),
            correction("came", {"date": "2025-08-25", "summary": "Filled."}),
            withdrawal("plan"),
            amendment("juno", {"name": "江门中微子实验"}),
            reinstatement("plan"),
        ),
        start=1,
    ):
        juno.tell(line, actor=f"actor-{number}", request=f"request-{number}")
    juno.archive.catch_up()
    return juno


def line(row: dict[str, Any]) -> dict[str, Any]:
    """A statement as it was recorded."""
    return {name: value for name, value in row.items() if name not in ADDED}


def check_patches(reader: Reader, id: str) -> int:
    """Apply the patches of a record one by one, and hold each document to the record then."""
    document: Any = {}
    entries = reader.get(f"/v1/records/{id}/history")["entries"]
    for index, entry in enumerate(entries):
        document = jsonpatch.apply_patch(document, entry["patch"])
        assert entry["revision"] == index + 1
        following = entries[index + 1]["commit"] if index + 1 < len(entries) else None
        if following == entry["commit"]:
            continue  # inside a commit there is no record to compare with
        record = reader.get(f"/v1/records/{id}", known=f"@{entry['commit']}", stated="Y99999")
        assert record["revision"] == entry["revision"]
        assert document.get("card") == record["card"]
        shown = {row["id"]: line(row) for row in record["statements"]}
        assert document.get("statements", {}) == shown
    return len(entries)


@pytest.mark.parametrize("id", IDS["records"])
def test_the_patches_of_a_record_give_its_document_at_every_revision(
    reader: Reader, id: str
) -> None:
    """From `{}`, in order: the card and the statements that stand."""
    assert check_patches(reader, id) >= 1


def test_the_patches_of_changes_give_the_document_too(changed: Teller, small: Reader) -> None:
    """Corrections, withdrawals, reinstatements and amendments."""
    assert changed.archive.views.tracked() == 8
    assert check_patches(small, "juno") == 7


def test_a_history_has_one_entry_an_event_with_who_when_and_why(
    changed: Teller, small: Reader
) -> None:
    """In the order of the log; at an earlier `known`, only what was there."""
    entries = small.get("/v1/records/juno/history")["entries"]
    told = [(entry["position"], entry["event"], entry["statement"]) for entry in entries]
    assert told == [
        (2, "FacilityRegistered", None),
        (3, "MilestoneRecorded", "plan"),
        (4, "MilestoneRecorded", "came"),
        (5, "StatementCorrected", "came"),
        (6, "StatementWithdrawn", "plan"),
        (7, "RecordAmended", None),
        (8, "StatementReinstated", "plan"),
    ]
    assert [entry["actor"] for entry in entries[1:]] == [f"actor-{n}" for n in range(1, 7)]
    assert [entry["request"] for entry in entries[1:]] == [f"request-{n}" for n in range(1, 7)]
    reasons = [entry["reason"] for entry in entries]
    assert reasons[:3] == [None, None, None]
    assert all(reasons[3:])
    times = [entry["recorded_at"] for entry in entries]
    assert times == sorted(set(times))
    assert {op["path"] for op in entries[3]["patch"]} == {
        "/statements/came/date",
        "/statements/came/summary",
    }
    for position in range(2, 9):
        known = small.get("/v1/records/juno/history", known=f"@{position}")["entries"]
        assert known == [entry for entry in entries if entry["position"] <= position]
    assert changed.archive.views.tracked() == 8


def test_history_is_told_by_known_alone(reader: Reader) -> None:
    """Whatever `at` and `stated` are, the same events happened to the record."""
    entries = reader.get("/v1/records/juno/history")["entries"]
    for asked in ({"at": "1900"}, {"stated": "1900"}, {"at": "Y12025", "stated": "2016"}):
        assert reader.get("/v1/records/juno/history", **asked)["entries"] == entries


def explained(reader: Reader, id: str, **asked: str) -> tuple[str, str | None, bool]:
    """How a statement stands, which is effective instead, and whether its entry counts."""
    answer = reader.get(f"/v1/statements/{id}", **asked)
    assert answer["why"]
    return answer["standing"], answer["effective"], answer["counts"]


@pytest.mark.parametrize(
    ("id", "asked", "expected"),
    [
        ("juno-operation", {}, ("effective", "juno-operation", True)),
        ("juno-plan-2020", {}, ("planned", "juno-operation", True)),
        ("juno-plan-2020", {"stated": "2016"}, ("effective", "juno-plan-2020", True)),
        ("juno-plan-2020", {"stated": "2020"}, ("said-earlier", "juno-plan-2021", True)),
        ("juno-operation", {"stated": "2016"}, ("not-visible", "juno-plan-2020", True)),
        ("juno-plan-2020", {"stated": "2014"}, ("not-visible", None, True)),
        ("bepc-launch-1984-claim", {}, ("disputed", "bepc-operation", True)),
        ("rd-2024-prelim", {}, ("said-earlier", "rd-2024-final", True)),
        ("rd-2024-prelim", {"stated": "2025-09-28"}, ("effective", "rd-2024-prelim", True)),
        ("grb-18tev", {}, ("effective", "grb-18tev", False)),
        # Of two plans of October 2024, the later line counts.
        (
            "juno-plan-2025h2",
            {"stated": "2024-10"},
            ("recorded-earlier", "juno-plan-late2025", True),
        ),
    ],
)
def test_a_statement_says_why_it_holds_or_lost(
    reader: Reader, id: str, asked: dict[str, str], expected: tuple[str, str | None, bool]
) -> None:
    """The cases that the chronicle was compiled for."""
    assert explained(reader, id, **asked) == expected


def test_the_rivals_of_a_statement_are_all_others_of_its_entry(reader: Reader) -> None:
    """Each with its own standing; exactly one of the entry is effective."""
    entry = "juno/operation-started"
    expected = {row["id"] for row in LINES if row.get("entry") == entry}
    for id in ("juno-operation", "juno-plan-2024"):
        answer = reader.get(f"/v1/statements/{id}")
        standings = {rival["statement"]["id"]: rival["standing"] for rival in answer["rivals"]}
        assert standings.keys() == expected - {id}
        standings[id] = answer["standing"]
        assert standings.pop("juno-operation") == "effective"
        assert set(standings.values()) == {"planned"}
        assert (answer["entry"], answer["record"], answer["kind"]) == (entry, "juno", "facility")


def test_a_withdrawn_statement_is_explained_with_its_events(changed: Teller, small: Reader) -> None:
    """Recorded, withdrawn, reinstated: at each position it stands as it did then."""
    told = [
        (answer["standing"], answer["withdrawn"], [event["position"] for event in answer["events"]])
        for answer in (small.get("/v1/statements/plan", known=f"@{n}") for n in (3, 4, 6, 8))
    ]
    assert told == [
        ("effective", False, [3]),
        ("planned", False, [3]),
        ("withdrawn", True, [3, 6]),
        ("planned", False, [3, 6, 8]),
    ]
    rival = small.get("/v1/statements/came", known="@6")["rivals"][0]
    assert (rival["standing"], rival["withdrawn"]) == ("withdrawn", True)
    assert changed.archive.views.tracked() == 8


def test_a_statement_is_shown_as_it_stood_with_its_sources(changed: Teller, small: Reader) -> None:
    """Its line as last corrected by `known`, the day it was said, its bounds, its sources."""
    assert changed.archive.views.tracked() == 8
    before, after = (small.get("/v1/statements/came", known=known) for known in ("@4", "@8"))
    assert before["statement"]["date"] == "2025-08-26"
    assert after["statement"]["date"] == "2025-08-25"
    assert after["statement"]["said"] == {"day": "2025-08-26", "assumed": False}
    assert after["statement"]["bounds"] == {"earliest": "2025-08-25", "latest": "2025-08-25"}
    (source,) = after["sources"]
    assert (source["id"], source["title"]) == ("yearbook", "A yearbook")


@pytest.mark.parametrize("id", IDS["sources"])
def test_what_rests_on_a_source_is_what_names_it(reader: Reader, id: str) -> None:
    """Statements by id with the place in the source, and records whose card names it."""

    def citing(row: dict[str, Any]) -> bool:
        return any(each["id"] == id for each in row.get("sources", ()))

    answer = reader.get(f"/v1/sources/{id}", stated="Y99999")
    cards = sorted(row["id"] for row in LINES if row["type"] == "facility" and citing(row))
    told = sorted(
        row["id"] for row in LINES if row["type"] not in ("facility", "source") and citing(row)
    )
    assert (answer["records"], [row["id"] for row in answer["statements"]]) == (cards, told)
    assert cards or told
    (card,) = [row for row in LINES if row["type"] == "source" and row["id"] == id]
    assert answer["source"] == card


def test_what_rests_on_a_source_follows_the_clocks(changed: Teller, small: Reader) -> None:
    """What was said and recorded by then and stands; a withdrawn statement rests on nothing."""

    def resting(**asked: str) -> list[str]:
        return [row["id"] for row in small.get("/v1/sources/yearbook", **asked)["statements"]]

    assert changed.archive.views.tracked() == 8
    assert resting() == ["came", "plan"]
    assert resting(known="@3") == ["plan"]
    assert resting(stated="2016") == ["plan"]
    assert resting(stated="2015") == []
    assert resting(known="@6") == ["came"]


def test_a_timeline_has_the_whole_life_of_a_record(reader: Reader) -> None:
    """Every status from day to day without a gap, and the effective statement of each entry."""
    answer = reader.get("/v1/records/juno/timeline")
    spans = [span for span in answer["spans"] if span["facet"] == "status"]
    told = [(span["value"], span["from"], span["to"], span["certainty"]) for span in spans]
    assert told == [
        ("approved", "2013-01-01", "2013-12-30", "possible"),
        ("approved", "2013-12-31", "2015-01-09", "certain"),
        ("under-construction", "2015-01-10", "2024-11-19", "certain"),
        ("completed", "2024-11-20", "2025-08-25", "certain"),
        ("operating", "2025-08-26", None, "certain"),
    ]
    assert [row["id"] for row in answer["effective"]] == [
        "juno-approved-2013",
        "juno-construction",
        "juno-completed-2024-11-20",
        "juno-operation",
    ]


def test_a_timeline_agrees_with_the_record_on_every_day(reader: Reader) -> None:
    """The status of `/v1/records/{id}` on a day is that of the span over it; `at` moves none."""
    for id in ("juno", "cepc", "bepc"):
        life = reader.get(f"/v1/records/{id}/timeline")
        for year in range(1980, 2027, 3):
            day = f"{year}-06-30"
            (value,) = [
                span["value"]
                for span in life["spans"]
                if span["facet"] == "status"
                and (span["from"] is None or span["from"] <= day)
                and (span["to"] is None or day <= span["to"])
            ] or [None]
            assert reader.get(f"/v1/records/{id}", at=day)["status"] == value, (id, day)
        for at in ("1900", "2016"):
            assert reader.get(f"/v1/records/{id}/timeline", at=at)["spans"] == life["spans"]


def test_a_record_is_its_row_of_the_state(reader: Reader) -> None:
    """What `/v1/state` tells of a facility, `/v1/records/{id}` tells in the same words."""
    for asked in (
        {"at": "2013"},
        {"at": "2025", "stated": "2016"},
        {"at": "1988-10-20"},
        {"at": "2026", "known": "@900"},
    ):
        for row in reader.get("/v1/state", **asked)["facilities"]:
            record = reader.get(f"/v1/records/{row['id']}", **asked)
            assert {name: record[name] for name in row} == row


@pytest.mark.parametrize("seed", range(4))
def test_all_statements_are_warned_of_as_each_is_alone(juno: Teller, seed: int) -> None:
    """Holding each against the few that matter finds what all the others give."""
    chance = Random(seed)
    for number in range(150):
        years = sorted(str(chance.randint(1990, 2025)) for _ in range(2))
        date = chance.choice([years[0], "/".join(years), f"{years[0]}/..", f"../{years[1]}"])
        stated = chance.choice([{}, {"stated": str(chance.randint(2000, 2026))}])
        what = chance.choice(MILESTONES)
        modality = {"modality": "planned", "stated": "2020"} if chance.random() < 0.3 else stated
        juno.tell(milestone(f"m-{number}", what, date, **modality))
    juno.archive.catch_up()
    reading = juno.archive.reading(juno.archive.views.db())
    record = reading.history.record(reading.db, "record:juno", known=10**6)
    statements = record.statements()
    chance.shuffle(statements)
    found = [(each.id, warning) for each, warning in warnings_among(statements)]
    alone = [(each.id, warning) for each in statements for warning in warnings_of(each, statements)]
    assert found == alone
    assert {"says-the-same", "lower-after-higher"} <= {warning.code for _, warning in found}


def test_a_statement_that_cites_a_source_twice_shows_both_places(
    juno: Teller, small: Reader
) -> None:
    """And one that names no place shows none."""
    twice = [{"id": SOURCE["id"], "locator": place} for place in ("p. 3", "p. 9")]
    juno.tell(
        statement("observation", "both", "2013", sources=[*twice, {"id": SOURCE["id"]}]),
        statement("observation", "none", "2013", sources=[{"id": SOURCE["id"]}]),
    )
    juno.archive.catch_up()
    shown = small.get(f"/v1/sources/{SOURCE['id']}")["statements"]
    assert {row["id"]: row["locator"] for row in shown} == {"both": "p. 3; p. 9", "none": None}


def test_a_decision_that_holds_for_no_day_is_not_in_force(juno: Teller, small: Reader) -> None:
    """It is neither to come nor over: rule 10."""
    juno.tell(
        statement("policy", "first", "2013", title="First"),
        statement(
            "policy", "next", "../2014", record="first", supersedes="first", decision="ended"
        ),
    )
    juno.archive.catch_up()
    said = small.get("/v1/records/first", at="2020")["sentence"]["en"]
    assert said == "Not in force at the end of 2020: “First”, decided in 2013."
    said = small.get("/v1/records/first", at="2012")["sentence"]["en"]
    assert said == "Not yet in force at the end of 2012: “First”, to hold from 2013."
