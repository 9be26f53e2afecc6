"""Slips, overdue and due over HTTP, by the shipped chronicle and by small stories."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from projections.kinds.ladders import OPEN, OUTCOMES
from service.app import create_app
from service.promises.schemas import (
    DuePlansSchema,
    OverduePlansSchema,
    RecordSlipsSchema,
    SlipsSchema,
)
from tests.service.asked import Reader
from tests.story.telling import Teller, facility, milestone, plan

Answer = dict[str, Any]


def ask(reader: Reader, path: str) -> Answer:
    """The members of the answer at a path."""
    response = reader.ask(path)
    assert response.status_code == 200, response.get_data(as_text=True)
    answer: Answer = response.get_json()
    return answer


def ladders(reader: Reader, record: str, clocks: str = "") -> dict[str, Answer]:
    """The ladders of a record, by the entry of their current plans."""
    answer = ask(reader, f"/v1/records/{record}/slips{clocks}")
    RecordSlipsSchema().load(answer)
    return {item["entry"]: item for item in answer["items"]}


def rungs(item: Answer) -> list[str]:
    """The plans of a ladder."""
    return [plan["statement"] for plan in item["plans"]]


# --- slips


def test_juno_was_put_off_eight_times(reader: Reader) -> None:
    """The nine plans of JUNO are one ladder; it came at least 1699 days after the first."""
    item = ladders(reader, "juno")["juno/operation-started"]
    assert rungs(item) == [
        "juno-plan-2020",
        "juno-plan-2021",
        "juno-plan-2022",
        "juno-plan-2023",
        "juno-plan-2024",
        "juno-plan-late2024",
        "juno-plan-2025h2",
        "juno-plan-late2025",
        "juno-plan-2025-08",
    ]
    assert item["came"]["statement"] == "juno-operation"
    # From 2020-12-31 to 2025-08-26, and from 2020-01-01.
    assert item["slip_days"] == {"earliest": 1699, "latest": 2064}
    assert item["slip_days_before"] == {"earliest": -5, "latest": 25}
    assert item["outcome"] == "late"
    assert item["plans"][0]["slip_days"] is None
    assert item["plans"][1]["slip_days"] == {"earliest": 1, "latest": 730}
    assert item["plans"][8]["slip_days_before"] == {"earliest": -152, "latest": -31}


def test_a_ladder_is_as_long_as_what_had_been_said(reader: Reader) -> None:
    """As stated in 2016 JUNO has one plan; as stated in mid-2021 two, and the later is pending."""
    item = ladders(reader, "juno", "?stated=2016")["juno/operation-started"]
    assert rungs(item) == ["juno-plan-2020"]
    assert (item["outcome"], item["came"], item["slip_days"]) == ("pending", None, None)
    item = ladders(reader, "juno", "?stated=2021-06")["juno/operation-started"]
    assert rungs(item) == ["juno-plan-2020", "juno-plan-2021"]
    assert item["outcome"] == "pending"


def test_at_moves_no_slip(reader: Reader) -> None:
    """A ladder is told by the horizon alone."""
    one = ask(reader, "/v1/records/juno/slips?at=1990&stated=2022")
    other = ask(reader, "/v1/records/juno/slips?at=2030&stated=2022")
    assert one["items"] == other["items"]


def test_smile_came_on_its_last_promise(reader: Reader) -> None:
    """SMILE was put off seven times, and flew on the very day that was promised last."""
    item = ladders(reader, "smile")["smile/operation-started"]
    assert len(item["plans"]) == 8
    assert item["slip_days_before"] == {"earliest": 0, "latest": 0}
    assert item["slip_days"] == {"earliest": 1600, "latest": 1964}
    assert item["outcome"] == "late"


def test_a_suspension_that_supersedes_a_plan_drops_it(reader: Reader) -> None:
    """CEPC's plan was given up; to propose it again is a step of its own."""
    found = ladders(reader, "cepc")
    item = found["cepc/construction-started"]
    assert rungs(item) == ["cepc-plan-2022", "cepc-plan-2027"]
    assert (item["outcome"], item["came"], item["ended_by"]) == ("dropped", None, "cepc-out")
    again = found["cepc/proposed"]
    assert rungs(again) == ["cepc-planned-proposed-2030"]
    assert (again["outcome"], again["ended_by"]) == ("pending", None)
    assert "cepc-planned-proposed-2030" in [
        item["statement"] for item in ask(reader, "/v1/due")["items"]
    ]
    later = ask(reader, "/v1/state?at=2031&country=CN&field=particle-physics")["facilities"]
    [cepc] = [row for row in later if row["id"] == "cepc"]
    assert cepc["expected"]["statement"] == "cepc-planned-proposed-2030"
    sentence = ask(reader, "/v1/records/cepc")["sentence"]["en"]
    assert "It is to be proposed again in 2030." in sentence


def test_cjpl_is_told_as_an_honest_interval(reader: Reader) -> None:
    """Promised for 2013 to 2015, done on 2023-12-07: from 2898 to 3992 days late."""
    item = ladders(reader, "cjpl")["cjpl/upgraded"]
    assert item["slip_days"] == {"earliest": 2898, "latest": 3992}


def test_fast_came_by_its_own_entry(reader: Reader) -> None:
    """What was promised is the completion; first light, which replaced the plan, came later."""
    item = ladders(reader, "fast")["fast/completed"]
    assert rungs(item) == ["fast-plan-2014", "fast-plan-2016"]
    assert item["came"]["statement"] == "fast-completed-2016-07-03"
    assert item["slip_days"] == {"earliest": 550, "latest": 914}


def test_plans_linked_across_entries_are_one_ladder(reader: Reader) -> None:
    """European XFEL: completion by 2014, then operation in 2017."""
    found = ladders(reader, "eu-xfel")
    assert list(found) == ["eu-xfel/operation-started"]
    item = found["eu-xfel/operation-started"]
    assert rungs(item) == ["xfel-plan-2014", "xfel-plan-2017"]
    assert (item["outcome"], item["slip_days"]["earliest"]) == ("late", 975)


def test_what_another_milestone_answered_is_replaced(reader: Reader) -> None:
    """HEPS saw first light before its completion was told, so that plan is open no longer."""
    item = ladders(reader, "heps")["heps/completed"]
    assert (item["outcome"], item["ended_by"]) == ("replaced", "heps-first-light-2024-10")


@pytest.mark.parametrize(
    ("record", "entry"),
    [
        ("bepcii", "bepcii/completed"),
        ("dampe", "dampe/operation-started"),
        ("gecam", "gecam/operation-started"),
        ("half", "half/construction-started"),
        ("lhaaso", "lhaaso/completed"),
        ("tianwen-2", "tianwen-2/operation-started"),
    ],
)
def test_plans_that_were_kept(reader: Reader, record: str, entry: str) -> None:
    """A plan is kept if what came may lie within its bounds."""
    assert ladders(reader, record)[entry]["outcome"] == "kept"


def test_totals_count_all_and_the_groups_add_up(reader: Reader) -> None:
    """Each group's ladders sum to the whole, and each median says of how many it is."""
    answer = ask(reader, "/v1/slips?country=CN&limit=3")
    SlipsSchema().load(answer)
    totals = answer["totals"]
    assert len(answer["items"]) == 3
    assert sum(totals["outcomes"].values()) == totals["ladders"]
    for groups in answer["by"].values():
        assert sum(group["ladders"] for group in groups) == totals["ladders"]
        assert sum(group["of"] for group in groups) == totals["of"]
    assert set(answer["by"]) == {"country", "field", "operator", "decade"}
    assert totals["worst"]["entry"] == "cjpl/upgraded"


def test_the_medians_are_a_table_too(reader: Reader) -> None:
    """A row for all and for each group, with the numbers of the answer."""
    answer = ask(reader, "/v1/slips?country=CN&by=field,class")
    response = reader.ask("/v1/slips?country=CN&by=field,class&format=medians")
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    groups = [("field", each) for each in answer["by"]["field"]]
    groups += [("class", each) for each in answer["by"]["class"]]
    for row, (name, group) in zip(rows, [("all", answer["totals"]), *groups], strict=True):
        assert (row["by"], row["key"]) == (name, group.get("key") or "")
        for member in ("ladders", "of", "still_open"):
            assert row[member] == str(group[member])
        for outcome in OUTCOMES:
            assert row[outcome] == str(group["outcomes"].get(outcome, 0))
        for quartile in ("lower_quartile", "median", "upper_quartile"):
            bounds = group[quartile] or {}
            for end in ("earliest", "latest"):
                days = row[f"{quartile}_days_{end}"]
                assert (float(days) if days else None) == bounds.get(end)


def test_a_median_is_one_of_the_slips_in_the_middle(reader: Reader) -> None:
    """Of the Chinese space missions nine came, in the middle one 174 to 190 days late."""
    totals = ask(reader, "/v1/slips?country=CN&field=space")["totals"]
    assert totals["of"] == 9
    assert totals["median"] == {"earliest": 174.0, "latest": 190.0}


def test_pages_hold_every_ladder_once(reader: Reader) -> None:
    """A walk along `next` finds what one long page has, in its order."""
    whole = ask(reader, "/v1/slips?by=decade")["items"]
    found: list[Answer] = []
    path: str | None = "/v1/slips?by=decade&limit=7"
    while path is not None:
        page = ask(reader, path)
        found += page["items"]
        path = page["next"]
    assert found == whole


def test_the_greatest_slip_comes_first_if_asked(reader: Reader) -> None:
    """Sorted by slip the least certain slip falls from item to item; what has none is last."""
    items = ask(reader, "/v1/slips?sort=slip")["items"]
    slips = [item["slip_days"]["earliest"] for item in items if item["slip_days"]]
    assert slips == sorted(slips, reverse=True)
    assert [item["slip_days"] is None for item in items] == sorted(
        item["slip_days"] is None for item in items
    )


def test_what_is_due_soonest_comes_first_if_asked(reader: Reader) -> None:
    """By the last possible day of the current plan; what is not open stands after all that is."""
    items = ask(reader, "/v1/slips?sort=due")["items"]
    open_ones = [item["outcome"] in OPEN for item in items]
    assert open_ones == sorted(open_ones, reverse=True)
    due = [item["plans"][-1]["bounds"]["latest"] for item in items if item["outcome"] in OPEN]
    assert due == sorted(due)
    pages = [ask(reader, f"/v1/slips?sort=due&limit=20&after={after}") for after in (0, 20)]
    assert [item for page in pages for item in page["items"]] == items[:40]


def test_due_goes_by_the_plan_that_stands(juno: Teller) -> None:
    """Where the plan said last is replaced by another of its ladder, that one counts."""
    juno.tell(plan("first", "completed", "2030", "2005"))
    juno.tell(plan("other", "completed", "2040", "2010", entry="juno/other"))
    juno.tell(plan("again", "completed", "2035", "2011", entry="juno/again"))
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    items = client.get("/v1/slips?at=2020&stated=2020&sort=due").get_json()["items"]
    assert [item["entry"] for item in items] == ["juno/completed", "juno/again", "juno/other"]


def test_several_outcomes_are_their_union(reader: Reader) -> None:
    """In whatever order they are named the question is the same."""
    one, other = (ask(reader, f"/v1/slips?outcome={name}")["items"] for name in ("late", "overdue"))
    both = ask(reader, "/v1/slips?outcome=overdue,late")
    assert {item["entry"] for item in both["items"]} == {item["entry"] for item in one + other}
    assert "outcome=late%2Coverdue" in both["pinned"]


def test_the_table_of_slips_has_what_one_groups_by(reader: Reader) -> None:
    """Country, field, class and sources; what is open says how far it was put off."""
    found = csv.DictReader(io.StringIO(reader.ask("/v1/slips?format=csv").text, newline=""))
    rows = {row["entry"]: row for row in found}
    juno = rows["juno/operation-started"]
    assert (juno["country"], juno["field"]) == ("CN", "particle-physics")
    assert "indico-juno-2015" in juno["sources"].split()
    pending = rows["cepc/construction-started"]
    assert (pending["slip_days_earliest"], pending["put_off_days_earliest"]) == ("", "1462")


def test_the_worst_is_the_one_that_certainly_slipped_the_most(juno: Teller) -> None:
    """Though nobody knows how much more: it has no part in the median, which needs both ends."""
    juno.tell(plan("built", "completed", "2010", "2005"))
    juno.tell(plan("run", "operation-started", "2012", "2005"))
    juno.tell(milestone("was-built", "completed", "2011-06-01"))
    juno.tell(milestone("ran", "operation-started", "2016/..", stated="2017"))
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    answer = client.get("/v1/slips?at=2020&stated=2020").get_json()
    assert answer["totals"]["of"] == 1
    assert answer["totals"]["worst"] == {
        "record": "juno",
        "entry": "juno/operation-started",
        "slip_days": {"earliest": 1096, "latest": None},
    }
    told = "The latest of those that came: JUNO, at least 3 years late."
    assert told in answer["sentence"]["en"]
    first, *_ = client.get("/v1/slips?at=2020&stated=2020&sort=slip").get_json()["items"]
    assert first["entry"] == "juno/operation-started"


# --- overdue and due


def test_overdue_is_what_nothing_answered(reader: Reader) -> None:
    """Four plans of the chronicle are overdue; most with a past date were answered or replaced."""
    answer = ask(reader, "/v1/overdue")
    OverduePlansSchema().load(answer)
    assert [(item["statement"], item["days"]) for item in answer["items"]] == [
        ("craft-plan-2025", {"earliest": 329, "latest": 693}),
        ("shine-plan-2025", {"earliest": 329, "latest": 693}),
        ("shine-plan-fel2-2025", {"earliest": 329, "latest": 693}),
        ("heps-plan-accept-2026", {"earliest": 148, "latest": 177}),
    ]


def test_overdue_is_what_the_state_calls_so(reader: Reader) -> None:
    """At any clocks the list has the overdue plans of the state's rows, and no other."""
    for clocks in ("at=2016&stated=2018", "at=2021&stated=2020", "at=2010", "at=2025-07"):
        state = ask(reader, f"/v1/state?{clocks}&limit=2000")
        listed = ask(reader, f"/v1/overdue?{clocks}")
        assert sorted(item["statement"] for item in listed["items"]) == sorted(
            plan["statement"] for row in state["facilities"] for plan in row["overdue"]
        )


def test_due_counts_from_the_horizon(reader: Reader) -> None:
    """As stated at the end of 2015 JUNO was due in 1827 days at the latest."""
    answer = ask(reader, "/v1/due?stated=2015&country=CN")
    DuePlansSchema().load(answer)
    item = next(item for item in answer["items"] if item["record"] == "juno")
    assert item["days"] == {"earliest": 1462, "latest": 1827}
    assert item["entry"] == "juno/operation-started"


def test_within_keeps_what_will_be_overdue_by_then(reader: Reader) -> None:
    """The period is counted by the calendar, and its last day belongs to it."""
    due = {item["statement"] for item in ask(reader, "/v1/due?stated=2015&within=P5Y")["items"]}
    assert "juno-plan-2020" in due
    due = {item["statement"] for item in ask(reader, "/v1/due?stated=2015&within=P59M")["items"]}
    assert "juno-plan-2020" not in due


def test_a_pinned_answer_about_promises_is_the_same_body(reader: Reader) -> None:
    """What is pinned is immutable, its filters and its page included."""
    for path in ("/v1/slips?sort=slip&limit=2&by=field", "/v1/overdue", "/v1/due?within=P2Y"):
        first = reader.ask(path)
        pinned = first.get_json()["pinned"]
        again = reader.ask(pinned)
        assert again.data == first.data
        assert "immutable" in again.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/slips?outcome=lost", 400),
        ("/v1/slips?by=colour", 400),
        ("/v1/slips?sort=size", 400),
        ("/v1/slips?operator=", 400),
        ("/v1/slips?after=x", 400),
        ("/v1/due?within=P", 400),
        ("/v1/due?within=1Y", 400),
        ("/v1/due?within=PT1H", 400),
        ("/v1/overdue?within=P1Y", 400),
        ("/v1/records/atlantis/slips", 404),
    ],
)
def test_bad_input_is_told(reader: Reader, path: str, status: int) -> None:
    """What cannot be asked is a problem that names the parameter."""
    response = reader.ask(path)
    assert response.status_code in (status, 422)
    assert response.mimetype == "application/problem+json"


# --- what ties


def on_one_day(juno: Teller, records: tuple[str, ...]) -> None:
    """Two plans of each record, said on one day for one day, and both came a year late."""
    for record in records:
        if record != "juno":
            juno.tell(facility(record))
        for what in ("first-light", "completed"):
            id = f"{record}-{what}"
            juno.tell(plan(f"{id}-plan", what, "2010-05-01", "2005", facility=record))
            juno.tell(milestone(id, what, "2011-05-01", facility=record, stated="2011-05-02"))
    juno.archive.catch_up()


@pytest.mark.parametrize("sort", ["record", "slip"])
def test_slips_of_one_size_stand_by_record_and_entry(juno: Teller, sort: str) -> None:
    """Whatever the size of a page, and whichever ends between two that tie."""
    on_one_day(juno, ("juno", "alpha", "zeta"))
    reader = Reader(create_app(juno.archive))
    entries = [
        f"{record}/{what}"
        for record in ("alpha", "juno", "zeta")
        for what in ("completed", "first-light")
    ]
    for limit in (1, 2, 4, 100):
        path: str | None = f"/v1/slips?sort={sort}&limit={limit}"
        found: list[str] = []
        while path is not None:
            answer = ask(reader, path)
            found += [item["entry"] for item in answer["items"]]
            path = answer["next"]
        assert found == entries


def test_the_worst_of_those_that_tie_is_the_first_by_record_and_entry(juno: Teller) -> None:
    """In all, and in each group."""
    on_one_day(juno, ("juno", "alpha"))
    answer = ask(Reader(create_app(juno.archive)), "/v1/slips")
    worst = {"record": "alpha", "entry": "alpha/completed"}
    for totals in (answer["totals"], *answer["by"]["country"], *answer["by"]["decade"]):
        assert {name: totals["worst"][name] for name in worst} == worst


def test_what_is_due_on_one_day_stands_by_record_and_statement(juno: Teller) -> None:
    """Whichever page ends between two that tie; what is overdue does, too."""
    for record in ("juno", "alpha"):
        if record != "juno":
            juno.tell(facility(record))
        for what in ("first-light", "completed"):
            juno.tell(plan(f"{record}-{what}", what, "2010", "2005", facility=record))
    juno.archive.catch_up()
    reader = Reader(create_app(juno.archive))
    ids = ["alpha-completed", "alpha-first-light", "juno-completed", "juno-first-light"]
    for question in ("due?stated=2006", "overdue?at=2012&stated=2012"):
        for limit in (1, 3, 4):
            path: str | None = f"/v1/{question}&limit={limit}"
            found: list[str] = []
            while path is not None:
                answer = ask(reader, path)
                found += [item["statement"] for item in answer["items"]]
                path = answer["next"]
            assert found == ids


def test_slips_of_days_beyond_32_bits_are_counted(juno: Teller) -> None:
    """Promised for this year, and come after a hundred million years."""
    juno.tell(plan("soon", "completed", "2010", "2005"))
    juno.tell(milestone("late", "completed", "Y100000000", stated="Y100000001"))
    juno.archive.catch_up()
    reader = Reader(create_app(juno.archive))
    clocks = "stated=Y100000002"
    [item] = ask(reader, f"/v1/slips?{clocks}")["items"]
    assert item["outcome"] == "late"
    assert item["slip_days"]["earliest"] > 36_000_000_000
    juno.tell(plan("never", "upgraded", "Y200000000", "2006"))
    juno.archive.catch_up()
    [plan_] = ask(reader, "/v1/due?stated=2007&within=P9999Y")["items"]
    assert plan_["statement"] == "soon"
