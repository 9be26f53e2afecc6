"""What differs between two points of the clocks, and why: `/v1/diff`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import jsonpatch
import pytest
from flask.testing import FlaskClient

from events.orders import Command, orders
from service.app import create_app
from service.archive import Archive
from service.comparing.diff import MOST
from service.comparing.schemas import DiffSchema
from tests.naive.histories import logged, random_history, random_instants, random_question
from tests.naive.model import Logged, Naive, day_of, iso, read
from tests.story.telling import (
    Clock,
    Teller,
    amendment,
    correction,
    facility,
    kept,
    milestone,
    plan,
    statement,
    withdrawal,
)

CHRONICLE = Path(__file__).parents[2] / "golden" / "first-release.jsonl"
GOLDEN = Path(__file__).parents[2] / "golden" / "states.json"
SECTIONS = ("facilities", "policies", "indicators", "discoveries", "observations")
KINDS = ("facility", "policy", "indicator", "discovery", "observation")
SECTION_OF = dict(zip(KINDS, SECTIONS, strict=True))
PATCH = "application/json-patch+json"

BROKEN_GROUND = milestone("juno-ground", "construction-started", "2015-01-10", stated="2015-01-10")
RUNS = milestone("juno-runs", "operation-started", "2025-08-26", stated="2025-08-26")

Answer = dict[str, Any]


class Asker:
    """Asks the service over an archive, its views brought up to the log."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.client: FlaskClient = create_app(archive).test_client()

    def diff(self, **asked: str) -> Answer:
        """The difference between two points; it loads by its schema."""
        answer: Answer = self.get("/v1/diff", **asked)
        DiffSchema().load(answer)
        return answer

    def get(self, path: str, **asked: str) -> Any:
        """The JSON of an answer."""
        self.archive.catch_up()
        response = self.client.get(path, query_string=asked)
        assert response.status_code == 200, response.text
        return response.json

    def document(self, **asked: str) -> Answer:
        """The document that is compared, made of a state's pages as any client would."""
        state = self.get("/v1/state", limit="1", **asked)
        facilities = state["facilities"]
        following = state["next"]
        while following is not None:
            page = self.client.get(following).json
            assert page is not None
            facilities += page["facilities"]
            following = page["next"]
        return document(state)


def document(state: Answer) -> Answer:
    """A state's lists as objects, by the id of their rows, less what other statements make of
    them: a difference does not compare that."""
    return {
        section: {
            row["id"]: {name: row[name] for name in row if name not in ("contested", "last_said")}
            for row in state[section]
        }
        for section in SECTIONS
    }


def ids(rows: list[Answer]) -> list[str]:
    """The ids of entries."""
    return [row["id"] for row in rows]


def only(rows: list[Answer]) -> Answer:
    """The one entry."""
    (row,) = rows
    return row


def told(causes: list[Answer]) -> list[tuple[str, str, list[str]]]:
    """Causes in short: the word, the clock that moved, the statements."""
    return [(cause["cause"], cause["clock"], cause["statements"]) for cause in causes]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """The chronicle of the first release, recorded as one commit on 2026-11-25."""
    with Archive(tmp_path_factory.mktemp("shipped"), clock=Clock()) as archive:
        with CHRONICLE.open("rb") as lines:
            archive.chronicle.execute(
                Command(orders=tuple(orders(lines)), actor="curator", request="load")
            )
        yield Asker(archive)


@pytest.fixture
def asker(juno: Teller) -> Asker:
    """Asks over an archive with a source and JUNO, at @1 and @2."""
    return Asker(juno.archive)


# --- what differs, and why


def test_juno_slipped_because_the_sources_said_so(shipped: Asker) -> None:
    """From 2016 to 2022 three plans were said for JUNO: the row names the last, the cause all."""
    answer = shipped.diff(at="2025", stated="2016", to_stated="2022")
    juno = only([row for row in answer["changed"] if row["id"] == "juno"])
    assert (juno["kind"], juno["cause"]) == ("facility", "sources")
    assert juno["patch"] == [
        {"op": "replace", "path": "/expected/statement", "value": "juno-plan-2023"},
        {"op": "replace", "path": "/expected/date", "value": "2023"},
    ]
    assert told(juno["causes"]) == [
        ("sources", "stated", ["juno-plan-2021", "juno-plan-2022", "juno-plan-2023"])
    ]
    assert {event["event"] for event in juno["causes"][0]["events"]} == {"MilestoneRecorded"}
    assert {row["cause"] for row in answer["added"] + answer["changed"]} == {"sources"}


def test_moving_at_alone_is_the_world_as_the_golden_states_have_it(shipped: Asker) -> None:
    """From 2003 to 2020 just those facilities change their status that do by hand's work."""
    golden = {
        state["at"][:4]: state["status"] for state in json.loads(GOLDEN.read_text())["states"]
    }
    then, later = (
        {id: status for status, named in golden[year].items() for id in named}
        for year in ("2003", "2020")
    )
    answer = shipped.diff(at="2003", to_at="2020", country="CN")
    rows = answer["added"] + answer["removed"] + answer["changed"]
    moved = {
        row["id"]
        for row in rows
        if row["kind"] == "facility"
        and (
            row["row"]["status"] is not None
            if "row" in row
            else any(each["path"] == "/status" for each in row["patch"])
        )
    }
    assert moved == {id for id in {*then, *later} if then.get(id) != later.get(id)}
    assert {row["cause"] for row in rows} == {"world"}
    fast = only([row for row in answer["changed"] if row["id"] == "fast"])
    # Approved 2007, begun 2011, completed in July 2016, first light, running since 2020.
    assert {"fast-construction", "fast-operation"} < set(fast["causes"][0]["statements"])


def test_a_correction_mended_the_record(juno: Teller, asker: Asker) -> None:
    """Between two positions, what a correction changed has it as its cause, with its reason."""
    before = juno.tell(BROKEN_GROUND)
    after = juno.tell(correction("juno-ground", {"date": "2015-01-12"}))
    assert before.commit is not None
    assert after.commit is not None
    answer = asker.diff(at="2016", known=f"@{before.commit.position}", to_known="@4")
    row = only(answer["changed"])
    assert (row["id"], row["cause"]) == ("juno", "record")
    assert only(row["causes"])["events"] == [
        {
            "position": after.commit.position,
            "event": "StatementCorrected",
            "statement": "juno-ground",
            "recorded_at": after.commit.recorded_at,
            "actor": "wang",
            "reason": "Misread.",
        }
    ]
    assert (answer["added"], answer["removed"], answer["next"]) == ([], [], None)


def test_a_correction_of_what_the_row_does_not_show_did_nothing(juno: Teller, asker: Asker) -> None:
    """A status shows the date of its statement, and not when that was stated."""
    juno.tell(milestone("ground", "construction-started", "2015-01", stated="2015-02"))  # 3
    juno.tell(correction("ground", {"stated": "2015-02-28"}))
    juno.tell(correction("ground", {"date": "2015-01-10"}))
    answer = asker.diff(at="2016", known="@3", to_known="@5")
    (cause,) = only(answer["changed"])["causes"]
    assert [event["position"] for event in cause["events"]] == [5]


def test_a_statement_recorded_late_is_a_new_word(juno: Teller, asker: Asker) -> None:
    """What was said in 2015 and recorded afterwards is of the sources, though `known` moved."""
    juno.tell(plan("juno-plan", "operation-started", "2020", "2014"))
    juno.tell(BROKEN_GROUND)
    answer = asker.diff(at="2016", known="@3", to_known="@4")
    # Before, there is only an open promise, which the state of 2016 does not list.
    row = only(answer["added"])
    assert (row["id"], row["row"]["status"]) == ("juno", "under-construction")
    assert told(row["causes"]) == [("sources", "known", ["juno-ground"])]


def test_withdrawals_and_amendments_mend_the_record_too(juno: Teller, asker: Asker) -> None:
    """Each is the cause of what it changed: a row that goes, a name that is another."""
    heps = milestone("heps-ground", "construction-started", "2019-06", facility="heps")
    juno.tell(facility("heps"), heps, BROKEN_GROUND)
    juno.tell(withdrawal("juno-ground"))
    juno.tell(amendment("heps", {"name": "High Energy Photon Source"}))
    answer = asker.diff(at="2020", known="@5", to_known="@7")
    juno_row = only(answer["removed"])
    assert told(juno_row["causes"]) == [("record", "known", ["juno-ground"])]
    heps_row = only(answer["changed"])
    assert told(heps_row["causes"]) == [("record", "known", [])]
    assert only(heps_row["causes"][0]["events"])["event"] == "RecordAmended"
    assert heps_row["patch"] == [
        {"op": "replace", "path": "/name", "value": "High Energy Photon Source"}
    ]


def test_three_clocks_give_three_causes_along_one_path(juno: Teller, asker: Asker) -> None:
    """`known` is moved first, then `stated`, then `at`: each step that changed the row is told."""
    juno.tell(BROKEN_GROUND, plan("juno-plan", "operation-started", "2020", "2014"))
    juno.tell(correction("juno-ground", {"date": "2015-01-12", "stated": "2015-01-12"}))
    juno.tell(plan("juno-later", "operation-started", "2023", "2021"), RUNS)
    answer = asker.diff(
        at="2021", stated="2016", known="@4", to_at="2026", to_stated="2026", to_known="@7"
    )
    row = only(answer["changed"])
    assert row["cause"] is None
    assert told(row["causes"]) == [
        ("record", "known", ["juno-ground"]),
        ("sources", "stated", ["juno-later"]),
        ("world", "at", ["juno-runs"]),
    ]


def test_one_commit_can_mend_and_bring_a_new_word(juno: Teller, asker: Asker) -> None:
    """Where a statement is withdrawn and another takes its place, both did it, apart."""
    juno.tell(BROKEN_GROUND)
    juno.tell(
        withdrawal("juno-ground"),
        milestone("juno-dug", "construction-started", "2015-02", stated="2015-02"),
        statement("observation", "juno-seen", "2016"),
    )
    row = only(asker.diff(at="2016", known="@3", to_known="@6")["changed"])
    assert told(row["causes"]) == [
        ("record", "known", ["juno-ground"]),
        ("sources", "known", ["juno-dug"]),
    ]


def test_a_plan_that_comes_due_needs_no_word(juno: Teller, asker: Asker) -> None:
    """Where only the horizon passed the last day of a plan, the sources are named, and nobody."""
    juno.tell(BROKEN_GROUND, plan("juno-plan", "operation-started", "2020", "2014"))
    answer = asker.diff(at="2022", stated="2020-12-30", to_stated="2020-12-31")
    row = only(answer["changed"])
    assert [each["path"] for each in row["patch"]] == ["/expected", "/overdue"]
    assert told(row["causes"]) == [("sources", "stated", [])]


def test_a_word_on_the_day_a_plan_comes_due_is_not_blamed(juno: Teller, asker: Asker) -> None:
    """What is said on that day about something else did not make the plan overdue."""
    juno.tell(
        BROKEN_GROUND,
        plan("juno-plan", "operation-started", "2020", "2014"),
        milestone("juno-accepted", "accepted", "2019", stated="2020"),
    )
    row = only(asker.diff(at="2022", stated="2020-12-30", to_stated="2020-12-31")["changed"])
    assert told(row["causes"]) == [("sources", "stated", [])]


def test_of_two_words_of_one_day_the_one_that_did_it_is_named(juno: Teller, asker: Asker) -> None:
    """A statement without which the row would be the same is left out."""
    juno.tell(
        BROKEN_GROUND,
        plan("juno-plan", "operation-started", "2023", "2019-05"),
        milestone("juno-accepted", "accepted", "2019", stated="2019-05"),
        plan("juno-upgrade", "upgraded", "2030", "2019-05"),
    )
    row = only(asker.diff(at="2025", stated="2018", to_stated="2020")["changed"])
    assert told(row["causes"]) == [("sources", "stated", ["juno-plan"])]


def test_an_expectation_begins_beyond_the_horizon(juno: Teller, asker: Asker) -> None:
    """A plan that may have come already is told where `at` goes beyond what is heard of."""
    juno.tell(BROKEN_GROUND, plan("juno-plan", "operation-started", "2016/2030", "2015"))
    row = only(asker.diff(at="2017", stated="2018", to_at="2020")["changed"])
    assert [each["path"] for each in row["patch"]] == ["/certainty", "/expected"]
    assert told(row["causes"]) == [("world", "at", ["juno-plan"])]


def test_a_policy_ends_by_its_own_until_or_by_what_supersedes_it(
    juno: Teller, asker: Asker
) -> None:
    """The decision that ended it is the cause, and no other of its chain that begins that day."""
    chain = {"record": "agreement"}
    juno.tell(
        statement("policy", "signed", "1979", stated="1979", until="2020-12-31", **chain),
        statement("policy", "annex", "2021-01-01", stated="2020", **chain),
        statement("policy", "signed-anew", "2025-03", stated="2025", supersedes="annex", **chain),
    )
    answer = asker.diff(at="2020", to_at="2022", stated="2026")
    assert told(only(answer["removed"])["causes"]) == [("world", "at", ["signed"])]
    answer = asker.diff(at="2022", to_at="2026", stated="2026")
    row = only(answer["removed"])
    assert (row["id"], told(row["causes"])) == ("annex", [("world", "at", ["signed-anew"])])


def test_what_came_back_has_no_entry(juno: Teller, asker: Asker) -> None:
    """A row that is the same at both points is left out, and so is an event undone in between."""
    juno.tell(BROKEN_GROUND)
    juno.tell(correction("juno-ground", {"date": "2015-02"}))
    juno.tell(correction("juno-ground", {"date": "2015-01-10"}))
    same = asker.diff(at="2016", known="@3", to_known="@5")
    assert (same["added"], same["removed"], same["changed"]) == ([], [], [])
    juno.tell(correction("juno-ground", {"date": "2015-03"}, reason="Read again."))
    row = only(asker.diff(at="2016", known="@3", to_known="@6")["changed"])
    assert [event["reason"] for event in only(row["causes"])["events"]] == ["Read again."]


def test_an_event_that_the_row_does_not_show_is_no_cause(juno: Teller, asker: Asker) -> None:
    """An amendment of the operator and a summary that was mended did nothing to a status."""
    juno.tell(BROKEN_GROUND)
    juno.tell(amendment("juno", {"operator": "IHEP"}))
    juno.tell(correction("juno-ground", {"summary": "Ground was broken."}))
    assert asker.diff(at="2016", known="@3", to_known="@5")["changed"] == []
    juno.tell(correction("juno-ground", {"date": "2015-01-11"}))
    row = only(asker.diff(at="2016", known="@3", to_known="@6")["changed"])
    assert [event["position"] for event in only(row["causes"])["events"]] == [6]


def test_a_reading_gives_way_to_the_next(juno: Teller, asker: Asker) -> None:
    """The row of a statement is told by its own id; what took its place is the cause."""
    series = {"series": "rd-share", "unit": "%"}
    juno.tell(
        statement("indicator", "rd-2010", "2010", value=1.71, stated="2011", **series),
        statement("indicator", "rd-2020", "2020", value=2.4, stated="2021", **series),
    )
    answer = asker.diff(at="2015", to_at="2021")
    assert (ids(answer["removed"]), ids(answer["added"])) == (["rd-2010"], ["rd-2020"])
    assert told(answer["removed"][0]["causes"]) == [("world", "at", ["rd-2020"])]
    # At the same day, what was said in 2021 shortens how long the reading of 2010 holds.
    row = only(asker.diff(at="2015", stated="2015", to_stated="2021")["changed"])
    assert row["patch"] == [{"op": "replace", "path": "/holds/to", "value": "2019-12-31"}]
    assert told(row["causes"]) == [("sources", "stated", ["rd-2020"])]


def test_a_discovery_belongs_to_its_year(juno: Teller, asker: Asker) -> None:
    """A move within a year changes nothing; into another one, the year's findings."""
    juno.tell(statement("discovery", "mass-order", "2014-11-19", stated="2014-11-20"))
    assert asker.diff(at="2014-02", to_at="2014-12")["added"] == []
    row = only(asker.diff(at="2013-12", to_at="2014-01")["added"])
    assert (row["kind"], told(row["causes"])) == ("discovery", [("world", "at", ["mass-order"])])
    assert ids(asker.diff(at="2014", to_at="2015")["removed"]) == ["mass-order"]


def test_a_card_that_moves_takes_its_findings_along(juno: Teller, asker: Asker) -> None:
    """Under a filter, an amendment of the facility's country is why a discovery comes and goes."""
    juno.tell(statement("discovery", "mass-order", "2015-11", stated="2015-11", facility="juno"))
    juno.tell(amendment("juno", {"country": "JP"}))
    row = only(asker.diff(at="2015", known="@3", to_known="@4", country="CN")["removed"])
    assert (row["id"], row["cause"]) == ("mass-order", "record")
    assert [event["event"] for event in row["causes"][0]["events"]] == ["RecordAmended"]


def test_a_difference_backwards_undoes_the_one_forwards(juno: Teller, asker: Asker) -> None:
    """With the points exchanged, added and removed change places, and the events are the same."""
    juno.tell(BROKEN_GROUND, statement("discovery", "mass-order", "2016-11", stated="2016-11"))
    forwards = asker.diff(at="2016", known="@2", to_known="@4")
    backwards = asker.diff(at="2016", known="@4", to_known="@2", stated=forwards["stated"])
    assert ids(forwards["added"]) == ids(backwards["removed"]) == ["juno", "mass-order"]
    assert [row["causes"] for row in forwards["added"]] == [
        row["causes"] for row in backwards["removed"]
    ]


# --- clocks and defaults


def test_a_clock_that_is_not_given_stands_still(juno: Teller, asker: Asker) -> None:
    """Each `to_` clock defaults to what the other point has, its own default written out."""
    juno.tell(BROKEN_GROUND, on="2026-11-26")
    juno.tell(correction("juno-ground", {"date": "2015-02"}), on="2026-11-28")
    answer = asker.diff(at="2016", known="@3", to_known="@4")
    point = {"at": "2016-12-31", "stated": "2026-11-26"}
    assert {name: answer[name] for name in point} == point
    assert {name: answer["to"][name] for name in point} == point
    assert (answer["known"], answer["to"]["known"]) == ("@3", "@4")
    answer = asker.diff(at="2013", to_at="2020")
    assert (answer["at"], answer["to"]["at"]) == ("2013-12-31", "2020-12-31")
    assert answer["known"] == answer["to"]["known"] == "@4"
    assert answer["stated"] == answer["to"]["stated"] == "2026-11-28"


def test_two_points_that_are_one_differ_in_nothing(asker: Asker) -> None:
    """A comparison with itself is an answer, and it is empty."""
    answer = asker.diff(at="2020", to_at="2020")
    assert (answer["added"], answer["removed"], answer["changed"]) == ([], [], [])
    assert asker.get("/v1/diff", at="2020", to_at="2020", format="patch") == []


def test_the_empty_log_is_a_point(juno: Teller, asker: Asker) -> None:
    """From `@0` everything is added, and has no instant."""
    juno.tell(
        facility("heps"),
        milestone(
            "heps-plan", "completed", "2024", facility="heps", modality="planned", stated="2019"
        ),
        milestone("heps-ground", "construction-started", "2019-06", facility="heps"),
    )
    answer = asker.diff(at="2020", stated="2026", known="@0", to_known="@5")
    row = only(answer["added"])
    assert (answer["known_at"], row["id"]) == (None, "heps")
    # Of the events of one commit, those about what the row shows.
    assert [event["event"] for event in only(row["causes"])["events"]] == [
        "FacilityRegistered",
        "MilestoneRecorded",
    ]


# --- the patch over the whole


def test_the_patch_makes_one_document_of_the_other(shipped: Asker) -> None:
    """The patch applies to a state's rows by id, and gives those of the other state."""
    before = shipped.document(at="2013", country="CN", stated="2026")
    after = shipped.document(at="2020", country="CN", stated="2026")
    asked = {"at": "2013", "to_at": "2020", "stated": "2026", "country": "CN"}
    patch = shipped.get("/v1/diff", **asked, format="patch")
    assert jsonpatch.apply_patch(before, patch) == after
    response = shipped.client.get("/v1/diff", query_string=asked, headers={"Accept": PATCH})
    assert (response.mimetype, response.json) == (PATCH, patch)
    assert "Accept" in response.vary
    assert response.headers["Content-Location"].count("format=patch") == 1
    assert response.get_etag() != shipped.client.get("/v1/diff", query_string=asked).get_etag()


# --- pinned


@pytest.mark.parametrize("form", ["json", "patch"])
def test_a_difference_is_pinned_with_both_points(juno: Teller, asker: Asker, form: str) -> None:
    """The pinned URL has both points written out; it gives the same bytes, for ever."""
    juno.tell(BROKEN_GROUND)
    juno.archive.catch_up()
    asked = {"known": "@2", "to_known": "@3", "at": "2016", "format": form}
    loose = asker.client.get("/v1/diff", query_string=asked)
    pinned = loose.headers["Content-Location"]
    assert pinned == (
        "/v1/diff?at=2016-12-31&stated=2026-11-25&known=@2"
        + ("&format=patch" if form == "patch" else "")
        + "&to_at=2016-12-31&to_known=@3&to_stated=2026-11-25&view=8"
    )
    assert loose.headers["Cache-Control"] == "public, no-cache"
    juno.tell(correction("juno-ground", {"date": "2015-02"}))
    juno.archive.catch_up()
    kept = asker.client.get(pinned)
    assert kept.data == loose.data
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.headers["Annales-Position"] == "3"
    again = asker.client.get(pinned, headers={"If-None-Match": kept.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


# --- refused


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ("at=2013", 422, "nothing-to-compare"),
        ("", 422, "nothing-to-compare"),
        ("at=2013&to_at=20x3", 422, "bad-edtf"),
        ("at=2013&to_known=17", 422, "validation"),
        ("at=2013&to_known=2999-01-01T00:00:00Z", 422, "validation"),
        ("at=2013&to_known=@99", 404, "position-ahead"),
        ("during=2013&to_at=2020", 422, "unknown-parameter"),
        ("at=2013&to_during=2020", 422, "unknown-parameter"),
        ("at=2013&to_at=2020&status=operating", 422, "unknown-parameter"),
        ("at=2013&to_at=2020&country=XX", 422, "validation"),
        ("at=2013&to_at=2020&format=xml", 422, "validation"),
        ("at=2013&to_at=2020&view=0", 410, "old-view"),
    ],
)
def test_a_comparison_that_cannot_be_made_is_refused(
    asker: Asker, query: str, status: int, slug: str
) -> None:
    """One point only, a clock that is none, a parameter that is not taken: each has its problem."""
    asker.archive.catch_up()
    response = asker.client.get(f"/v1/diff?{query}")
    assert response.status_code == status
    assert response.json is not None
    assert response.json["type"] == f"/problems/{slug}"
    assert asker.client.get(response.json["type"]).status_code == 200


def test_a_fault_names_the_clock_it_is_in(asker: Asker) -> None:
    """A bad `to_at` is told as `to_at`, not as `at`."""
    response = asker.client.get("/v1/diff?at=2013&to_at=spring")
    assert response.json is not None
    assert [error["parameter"] for error in response.json["errors"]] == ["to_at"]


def test_more_facilities_than_can_be_compared_are_refused(juno: Teller, asker: Asker) -> None:
    """Up to the bound the whole is compared; beyond it the answer says to narrow it down."""
    juno.tell(
        *(facility(f"f-{number}") for number in range(MOST)),
        *(
            milestone(f"m-{number}", "approved", "2012", facility=f"f-{number}", stated="2012")
            for number in range(MOST)
        ),
    )
    answer = asker.diff(at="2011", to_at="2020")
    assert len(answer["added"]) == MOST
    juno.tell(BROKEN_GROUND)
    juno.archive.catch_up()
    response = asker.client.get("/v1/diff?at=2011&to_at=2020")
    assert response.status_code == 422
    assert response.json is not None
    assert (response.json["type"], response.json["most"]) == ("/problems/too-much-to-compare", MOST)
    assert asker.diff(at="2011", to_at="2020", field="quantum")["added"] == []


# --- any history


@pytest.fixture(scope="module", params=range(4))
def story(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Random, Asker, list[Logged]]]:
    """A random history, as the archive and as the naive model have it."""
    chance = Random(request.param)
    batches = random_history(chance, lines=70)
    instants = random_instants(chance, len(batches))
    with kept(tmp_path_factory.mktemp("story"), batches, instants) as archive:
        yield chance, Asker(archive), logged(batches, instants)


def random_points(chance: Random, log: list[Logged]) -> tuple[Answer, Answer, Answer]:
    """Two points that differ in one clock or more, and the filters of both."""
    start, end = (random_question(chance, log) for _ in range(2))
    filters: Answer = {name: start[name] for name in ("country", "field") if name in start}
    moved = chance.choice((("known",), ("stated",), ("at",), ("at", "stated", "known")))
    names = ("at", "stated", "known")
    one = {name: start[name] for name in names}
    other = {name: (end if name in moved else start)[name] for name in names}
    return one, other, filters


def clocks_of(start: Answer, end: Answer) -> dict[str, str]:
    """The parameters that name both points."""
    return {
        **{name: written(name, start) for name in start},
        **{f"to_{name}": written(name, end) for name in end},
    }


def written(name: str, point: Answer) -> str:
    """A clock as a URL has it."""
    return f"@{point[name]}" if name == "known" else str(point[name])


def test_patches_lead_from_one_state_to_the_other(
    story: tuple[Random, Asker, list[Logged]],
) -> None:
    """Between any two points the rows added, removed and patched make the other state, and the
    patch over the whole does, as the naive model has both states."""
    chance, asker, log = story
    naive = Naive(log)
    for _ in range(40):
        start, end, filters = random_points(chance, log)
        before, after = (
            document(json.loads(json.dumps(naive.state(**point, **filters, marked=False))))
            for point in (start, end)
        )
        asked = {**clocks_of(start, end), **filters}
        answer = asker.diff(**asked)
        patched = json.loads(json.dumps(before))
        for row in answer["added"]:
            rows = patched[SECTION_OF[row["kind"]]]
            assert row["id"] not in rows
            rows[row["id"]] = row["row"]
        for row in answer["removed"]:
            assert patched[SECTION_OF[row["kind"]]].pop(row["id"]) == row["row"]
        for row in answer["changed"]:
            rows = patched[SECTION_OF[row["kind"]]]
            changed = jsonpatch.apply_patch(rows[row["id"]], row["patch"])
            assert changed != rows[row["id"]]
            rows[row["id"]] = changed
        assert patched == after
        whole = asker.get("/v1/diff", **asked, format="patch")
        assert jsonpatch.apply_patch(before, whole) == after
        for row in (*answer["added"], *answer["removed"], *answer["changed"]):
            assert row["causes"]
            for cause in row["causes"]:
                holds_within(cause, start, end, log)


def holds_within(cause: Answer, start: Answer, end: Answer, log: list[Logged]) -> None:
    """What a cause names is real, and lies between the points."""
    lines = dict(enumerate(log, start=1))
    for event in cause["events"]:
        line = lines[event["position"]].line
        assert event["reason"] == line.get("reason")
        assert event["recorded_at"] == lines[event["position"]].recorded_at
        assert event["statement"] in (line.get("statement"), line.get("id"), None)
    said = {claim.id: claim.said for claim in read(log, end["known"])[1]}
    if cause["clock"] == "known":
        first, last = sorted((start["known"], end["known"]))
        assert cause["events"]
        assert all(first < event["position"] <= last for event in cause["events"])
        mended = {"StatementCorrected", "StatementWithdrawn", "StatementReinstated"}
        mends = {event["event"] in {*mended, "RecordAmended"} for event in cause["events"]}
        assert mends == {cause["cause"] == "record"}
    elif cause["clock"] == "stated":
        first, last = sorted((day_of(start["stated"]), day_of(end["stated"])))
        assert cause["cause"] == "sources"
        assert all(first < said[id] <= last for id in cause["statements"])
    else:
        assert cause["cause"] == "world"
        assert all(said[id] <= day_of(end["stated"]) for id in cause["statements"])


def test_the_statements_that_did_it_were_said_where_the_row_turned(
    story: tuple[Random, Asker, list[Logged]],
) -> None:
    """Walked day by day in the naive model, the row changes on every day on which one of the
    statements was said that are its causes."""
    chance, asker, log = story
    naive = Naive(log)
    for _ in range(8):
        start, end, filters = random_points(chance, log)
        claims = read(log, start["known"])[1]
        first, last = sorted((day_of(start["stated"]), day_of(end["stated"])))
        bounds = {bound for claim in claims for bound in vars(claim.bounds).values()}
        bounds |= {claim.said for claim in claims} | {day_of(start["at"]), first, last}
        days = {day + near for day in bounds for near in (-1, 0, 1)}
        walked = sorted(int(day) for day in days if first <= day <= last)
        point = {name: start[name] for name in ("at", "known")}
        states = [
            document(naive.state(**point, stated=str(iso(day)), **filters, marked=False))
            for day in walked
        ]
        asked = clocks_of({**point, "stated": iso(first)}, {**point, "stated": iso(last)})
        answer = asker.diff(**asked, **filters)
        said = {claim.id: claim.said for claim in claims}
        for row in (*answer["added"], *answer["removed"], *answer["changed"]):
            turns = turns_of([state[SECTION_OF[row["kind"]]].get(row["id"]) for state in states])
            found = {said[id] for id in only(row["causes"])["statements"]}
            assert found <= {walked[index] for index in turns}


def turns_of(rows: list[Any]) -> list[int]:
    """Where a row changed, and did not change back to what it was at first."""
    turns: list[int] = []
    for index in range(1, len(rows)):
        if rows[index] != rows[index - 1]:
            turns.append(index)
        if rows[index] == rows[0]:
            turns.clear()
    return turns


def test_the_events_that_did_it_are_those_at_which_the_row_turned(
    story: tuple[Random, Asker, list[Logged]],
) -> None:
    """Walked commit by commit in the naive model, a row changes just where its causes lie,
    but for what was undone before the end."""
    chance, asker, log = story
    naive = Naive(log)
    commit_of = {number: line.position for number, line in enumerate(log, start=1)}
    heads = sorted({line.position for line in log})
    for _ in range(12):
        start, _, filters = random_points(chance, log)
        first, last = sorted(chance.sample(heads, k=2))
        point = {name: start[name] for name in ("at", "stated")}
        walked = [known for known in heads if first <= known <= last]
        states = [
            document(naive.state(**point, known=known, **filters, marked=False)) for known in walked
        ]
        asked = clocks_of({**point, "known": first}, {**point, "known": last})
        answer = asker.diff(**asked, **filters)
        for row in (*answer["added"], *answer["removed"], *answer["changed"]):
            turns = turns_of([state[SECTION_OF[row["kind"]]].get(row["id"]) for state in states])
            events = [event for cause in row["causes"] for event in cause["events"]]
            assert {commit_of[event["position"]] for event in events} == {
                walked[index] for index in turns
            }
