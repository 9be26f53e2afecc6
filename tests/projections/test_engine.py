"""The pure functions of the projections, rule by rule, on a few statements each.

Days are written as ISO 8601; what each rule says stands in the test's docstring.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from events.dates import Day, iso, parse_iso
from events.fact import Line
from events.record import Record
from events.statement import Statement
from events.vocabulary import MILESTONES, STATUSES
from projections import PROJECTIONS
from projections.engine.account import Account, Walk, account
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, Box, Span, boxes
from projections.kinds.facility import (
    State,
    after,
    alternatives,
    alternatives_on,
    state_on,
    step_of,
)
from service.state.row import shown_members
from tests.story.telling import JUNO, milestone, plan, reading, statement

RECORDED: Day = parse_iso("2026-11-25")
TODAY = "2026-11-25"

FORWARD = MILESTONES[:6]
"""The milestones that move a facility forward, in their order, as `STATUSES` begins."""


def record(*lines: Line, card: Line | None = None) -> Record:
    """A record with these statements, recorded in this order on one day."""
    told = Record("told")
    if card is not None:
        told.apply(card, position=1, recorded_on=RECORDED)
    for position, line in enumerate(lines, start=2):
        told.apply(line, position=position, recorded_on=RECORDED)
    return told


def told(*lines: Line, stated: str = TODAY) -> Account:
    """What a facility's statements come to by a horizon."""
    facility = record(*lines, card=JUNO)
    return account("juno", JUNO, facility.statements(), parse_iso(stated))


def spans(facet: str, *lines: Line, stated: str = TODAY, kind: str = "facility") -> list[Span]:
    """The spans of a facet by a horizon, by their first day."""
    if kind == "facility":
        known = told(*lines, stated=stated)
    else:
        statements = record(*lines).statements()
        known = account("told", None, statements, parse_iso(stated))
    found = [
        span for span in PROJECTIONS[kind].heard(known, parse_iso(stated)) if span.facet == facet
    ]
    return sorted(found, key=lambda span: BEFORE_ALL if span.first is None else span.first)


def held(span: Span) -> tuple[str, str | None, str | None]:
    """A span's value, its first day and the first day after it."""
    first, end = (None if day is None else iso(day) for day in (span.first, span.end))
    return span.value, first, end


def lives(*lines: Line, stated: str = TODAY) -> list[tuple[str, str | None, str | None]]:
    """The statuses of a facility, each with its first day and the first day after it."""
    return [held(span) for span in spans("status", *lines, stated=stated)]


def named(span: Span, line: Line) -> dict[str, Any]:
    """The members that a span shows, by the line behind it."""
    text = shown_members(span, line.get("date"), line.get("stated"))
    members: dict[str, Any] = json.loads(f"{{{text}}}")
    return members


def one(line: Line) -> Statement:
    """A statement alone."""
    (found,) = record(line, card=JUNO).statements()
    return found


# Rule 7: the status.


@pytest.mark.parametrize("milestone", FORWARD)
@pytest.mark.parametrize("status", [None, *STATUSES[:6]])
def test_rule_7_a_milestone_moves_forward_only(status: str | None, milestone: str) -> None:
    """The higher of the status held and that of the milestone, by the order of the list."""
    reached = STATUSES[FORWARD.index(milestone)]
    higher = reached if status is None else max(status, reached, key=STATUSES.index)
    assert after(State(status), milestone) == State(higher)


@pytest.mark.parametrize("milestone", FORWARD)
@pytest.mark.parametrize("before", STATUSES[:6])
def test_rule_7_from_suspended_an_equal_or_higher_one_resumes(before: str, milestone: str) -> None:
    """One of the earlier rank or higher resumes with its status, a lower one changes nothing."""
    reached = STATUSES[FORWARD.index(milestone)]
    suspended = State("suspended", held=before)
    resumes = STATUSES.index(reached) >= STATUSES.index(before)
    assert after(suspended, milestone) == (State(reached) if resumes else suspended)


@pytest.mark.parametrize("status", [None, *STATUSES[:6]])
def test_rule_7_suspended_if_there_is_a_status(status: str | None) -> None:
    """What is not there cannot be suspended; what is remembers the status that it held."""
    expected = State() if status is None else State("suspended", held=status)
    assert after(State(status), "suspended") == expected


def test_rule_7_a_second_suspension_remembers_the_first() -> None:
    """Suspended while suspended, a facility still resumes what it held before the first."""
    suspended = State("suspended", held="operating")
    assert after(suspended, "suspended") == suspended
    assert after(suspended, "upgraded") == State("operating")


@pytest.mark.parametrize("status", [None, *STATUSES[:6]])
@pytest.mark.parametrize("milestone", ["upgraded", "accepted", "renamed"])
def test_rule_7_some_milestones_change_no_status(status: str | None, milestone: str) -> None:
    """An upgrade, the national acceptance and a new name leave the status as it is."""
    assert after(State(status), milestone) == State(status)


@pytest.mark.parametrize("milestone", ["accepted", "renamed"])
def test_rule_7_no_acceptance_and_no_name_ends_a_suspension(milestone: str) -> None:
    """Of the milestones without a status only an upgrade resumes what was held before."""
    suspended = State("suspended", held="commissioning")
    assert after(suspended, milestone) == suspended


@pytest.mark.parametrize("ending", ["decommissioned", "cancelled"])
@pytest.mark.parametrize("milestone", MILESTONES)
def test_rule_7_an_end_is_for_good(ending: str, milestone: str) -> None:
    """What comes back is a new record; the first ending counts."""
    for status in (None, "proposed", "operating"):
        assert after(State(status), ending) == State(ending)
    assert after(State("suspended", held="operating"), ending) == State(ending)
    assert after(State(ending), milestone) == State(ending)


def test_rule_7_a_beginning_counts_from_its_first_day_an_ending_from_its_last() -> None:
    """2013 is 1 January for what begins and 31 December for what ends."""
    for what in MILESTONES:
        ends = what in ("suspended", "decommissioned", "cancelled")
        day = step_of(one(milestone("m", what, "2013"))).day
        assert iso(day) == ("2013-12-31" if ends else "2013-01-01")
    assert step_of(one(milestone("m", "completed", "../2013"))).day == BEFORE_ALL
    assert step_of(one(milestone("m", "cancelled", "2013/.."))).day == AFTER_ALL


def test_rule_7_the_order_is_that_of_the_days() -> None:
    """Each milestone gives its status from its day on, whatever the order of recording."""
    assert lives(
        milestone("c", "operation-started", "2025-08-26"),
        milestone("b", "construction-started", "2015-01-10"),
        milestone("a", "approved", "2013-03-01"),
    ) == [
        ("approved", "2013-03-01", "2015-01-10"),
        ("under-construction", "2015-01-10", "2025-08-26"),
        ("operating", "2025-08-26", None),
    ]


def test_rule_7_on_one_day_the_order_is_that_of_the_list() -> None:
    """Started and suspended on one day is suspended; the list has the suspension later."""
    assert lives(
        milestone("b", "suspended", "2020-05-01"),
        milestone("a", "operation-started", "2020-05-01"),
    ) == [("suspended", "2020-05-01", None)]
    # Decommissioned and cancelled on one day: decommissioned stands first, and is for good.
    assert lives(
        milestone("b", "cancelled", "2020-05-01"),
        milestone("a", "decommissioned", "2020-05-01"),
    ) == [("decommissioned", "2020-05-01", None)]


def test_rule_7_one_milestone_twice_on_a_day_is_taken_by_the_entry() -> None:
    """The status is of the first by the entry's id, and the second changes nothing."""
    (status,) = spans(
        "status",
        milestone("late", "completed", "2020-05-01", entry="juno/b"),
        milestone("early", "completed", "2020-05-01", entry="juno/a"),
    )
    assert status.statement == "early"


def test_rule_7_a_second_building_phase_does_not_demote() -> None:
    """A running facility that builds on runs on."""
    assert lives(
        milestone("a", "operation-started", "2020-01-01"),
        milestone("b", "construction-started", "2022-01-01"),
    ) == [("operating", "2020-01-01", None)]


def test_rule_7_the_state_on_a_day_names_what_gave_it() -> None:
    """The milestone that last changed the status, not one that left it as it was."""
    steps = sorted(
        step_of(found)
        for found in record(
            milestone("a", "operation-started", "2020-01-01"),
            milestone("b", "upgraded", "2021-01-01"),
        ).statements()
    )
    state, giver = state_on(steps, parse_iso("2022-01-01"))
    assert state == State("operating")
    assert giver is not None
    assert giver.statement.id == "a"
    assert state_on(steps, parse_iso("2019-12-31")) == (State(), None)


def test_rule_7_a_name_is_held_from_its_day_until_the_next() -> None:
    """Of two on one day the later by the entry's id is held; a plan names nothing."""
    found = spans(
        "name",
        milestone("a", "renamed", "2010", entry="juno/1", attributes={"name": "One"}),
        milestone("b", "renamed", "2012", entry="juno/2", attributes={"name": "Two"}),
        milestone("c", "renamed", "2012", entry="juno/3", attributes={"name": "Three"}),
        plan("d", "renamed", "2014", "2012", entry="juno/4", attributes={"name": "Four"}),
    )
    assert [held(span) for span in found] == [
        ("One", "2010-01-01", "2012-01-01"),
        ("Three", "2012-01-01", None),
    ]


# Rule 9: certainty.


def odds(*lines: Line, on: str) -> list[str | None]:
    """All that is possible on a day."""
    steps = sorted(step_of(found) for found in record(*lines, card=JUNO).statements())
    return alternatives(alternatives_on(steps, parse_iso(on)))


def test_rule_9_a_milestone_straddles_from_its_first_day_to_the_day_before_its_last() -> None:
    """Earliest on or before the day, latest after it: both taken and left out."""
    line = milestone("a", "approved", "2013-05")
    assert odds(line, on="2013-04-30") == [None]
    assert odds(line, on="2013-05-01") == [None, "approved"]
    assert odds(line, on="2013-05-30") == [None, "approved"]
    assert odds(line, on="2013-05-31") == ["approved"]


def test_rule_9_a_day_is_certain() -> None:
    """A milestone of one day straddles no day."""
    line = milestone("a", "approved", "2013-05-06")
    assert odds(line, on="2013-05-05") == [None]
    assert odds(line, on="2013-05-06") == ["approved"]


def test_rule_9_the_alternatives_are_folded_as_a_set() -> None:
    """Each straddling milestone doubles what it meets, and an ending is for good in its half."""
    lines = (
        milestone("a", "approved", "2010-01-01"),
        milestone("b", "operation-started", "2013"),
        milestone("c", "cancelled", "2013"),
    )
    assert odds(*lines, on="2013-06-15") == ["approved", "operating", "cancelled"]
    # Operating by then for certain, but the end of the year is also certainly its end.
    assert odds(*lines, on="2013-12-31") == ["cancelled"]


def test_rule_9_alternatives_are_named_in_the_order_of_the_list() -> None:
    """Null, not there yet, comes first, then the statuses as the list has them."""
    everything = (2 << len(STATUSES)) - 1
    assert alternatives(everything) == [None, *STATUSES]
    assert alternatives(0) == []


def test_rule_9_open_ends_straddle_for_ever() -> None:
    """An open end is no day: before `../2013` nothing is certain, after `2013/..` neither."""
    began = milestone("a", "approved", "../2013-12-31")
    assert odds(began, on="-000240-01-01") == [None, "approved"]
    assert odds(began, on="2013-12-31") == ["approved"]
    ended = milestone("b", "cancelled", "2013/..")
    assert odds(ended, on="+012025-01-01") == [None, "cancelled"]
    assert lives(began)[0] == ("approved", None, "2013-12-31")


def test_rule_9_since_tells_date_and_bounds() -> None:
    """An open bound is null, and a qualifier is kept in the date."""
    (span,) = spans("status", milestone("a", "approved", "2013~"))[:1]
    assert named(span, milestone("a", "approved", "2013~"))["since"] == {
        "date": "2013~",
        "earliest": "2013-01-01",
        "latest": "2013-12-31",
    }
    (span,) = spans("status", milestone("a", "approved", "2013/.."))
    shown = named(span, milestone("a", "approved", "2013/.."))["since"]
    assert shown == {"date": "2013/..", "earliest": "2013-01-01", "latest": None}


# Rule 8: expected and overdue.


def overdue(*lines: Line, stated: str = TODAY) -> list[tuple[str | None, str | None]]:
    """The plans that are overdue by a horizon, each with the day from which it is."""
    return [
        (span.statement, None if span.first is None else iso(span.first))
        for span in spans("overdue", *lines, stated=stated)
    ]


def expected(*lines: Line, stated: str) -> list[tuple[str, str | None, str | None]]:
    """What is expected after a horizon; what begins on the next day begins openly."""
    return [held(span) for span in spans("expected", *lines, stated=stated)]


PLAN = plan("plan", "operation-started", "2020", "2015-06-01")


def test_rule_8_a_plan_is_due_until_its_last_day_and_overdue_from_it() -> None:
    """By a horizon before its last possible day it is due; on that day it is overdue."""
    assert overdue(PLAN, stated="2020-12-30") == []
    assert expected(PLAN, stated="2020-12-30") == [("operating", None, None)]
    assert overdue(PLAN, stated="2020-12-31") == [("plan", "2020-12-31")]
    assert expected(PLAN, stated="2020-12-31") == []


def test_rule_8_a_due_plan_moves_on_its_day_or_the_day_after_the_horizon() -> None:
    """Whichever is later; what begins on the day after the horizon begins openly."""
    assert expected(PLAN, stated="2016-01-01") == [("operating", "2020-01-01", None)]
    assert expected(PLAN, stated="2019-12-31") == [("operating", None, None)]
    assert expected(PLAN, stated="2020-06-15") == [("operating", None, None)]
    ending = plan("end", "decommissioned", "2020", "2015")
    assert expected(ending, stated="2016-01-01") == [("decommissioned", "2020-12-31", None)]


def test_rule_8_a_plan_is_not_visible_before_it_was_said() -> None:
    """Said on the last possible day of its `stated`."""
    assert expected(PLAN, stated="2015-05-31") == []
    assert expected(PLAN, stated="2015-06-01") != []


@pytest.mark.parametrize("answer", ["operation-started", "decommissioned", "cancelled"])
def test_rule_8_a_plan_is_answered_by_its_status_or_an_end(answer: str) -> None:
    """By an effective day after the plan was said and on or before the horizon."""
    came = milestone("came", answer, "2019-03-01", entry="juno/came")
    assert expected(PLAN, came, stated="2019-02-28") != []
    assert expected(PLAN, came, stated="2019-03-01") == []
    assert overdue(PLAN, came) == []


def test_rule_8_a_plan_is_answered_by_a_higher_status() -> None:
    """Whoever runs has been completed; whoever was approved has not."""
    aim = plan("plan", "completed", "2020", "2015")
    higher = milestone("came", "operation-started", "2019")
    lower = milestone("came", "approved", "2019")
    assert overdue(aim, higher) == []
    assert overdue(aim, lower) == [("plan", "2020-12-31")]


def test_rule_8_what_came_before_the_plan_was_said_answers_nothing() -> None:
    """A day is after the plan was said, not on it."""
    for day, late in (("2015-05-31", True), ("2015-06-01", True), ("2015-06-02", False)):
        came = milestone("came", "operation-started", day, entry="juno/first-run")
        assert bool(overdue(PLAN, came)) is late


def test_rule_8_an_upgrade_that_ends_a_suspension_answers_with_what_was_held() -> None:
    """Its status is the one held before the suspension."""
    life = (
        milestone("ran", "operation-started", "2010", entry="juno/first-run"),
        milestone("stopped", "suspended", "2012"),
        PLAN,
    )
    assert overdue(*life) == [("plan", "2020-12-31")]
    assert overdue(*life, milestone("again", "upgraded", "2018")) == []


def test_rule_8_a_plan_without_a_status_is_answered_by_its_entry_alone() -> None:
    """An upgrade, an acceptance or a new name that was planned waits for its own."""
    aim = plan("plan", "upgraded", "2020", "2015")
    ran = milestone("ran", "operation-started", "2018")
    ended = milestone("ended", "decommissioned", "2019")
    assert overdue(aim, ran, ended) == [("plan", "2020-12-31")]
    assert overdue(aim, milestone("done", "upgraded", "2021")) == []


def test_rule_8_a_planned_suspension_is_answered_by_a_suspension() -> None:
    """No status that moves forward is one, or higher than one."""
    aim = plan("plan", "suspended", "2020", "2015", entry="juno/stop")
    ran = milestone("ran", "operation-started", "2018")
    assert overdue(aim, ran) == [("plan", "2020-12-31")]
    assert overdue(aim, ran, milestone("stopped", "suspended", "2019")) == []


def test_rule_8_a_disputed_plan_is_never_open() -> None:
    """Even where it is the effective statement of its entry."""
    assert overdue({**PLAN, "rank": "disputed"}) == []
    assert expected({**PLAN, "rank": "disputed"}, stated="2016-01-01") == []


def test_rule_8_only_the_effective_plan_of_an_entry_is_open() -> None:
    """The one said last; and none where what came fills the entry."""
    later = plan("later", "operation-started", "2022", "2019")
    assert overdue(PLAN, later) == [("later", "2022-12-31")]
    assert overdue(PLAN, later, milestone("came", "operation-started", "2012")) == []


def test_rule_8_a_plan_is_replaced_by_a_visible_effective_statement_elsewhere() -> None:
    """One that names it in `supersedes`, from the day on which it was said."""
    halted = milestone("halted", "suspended", "2018-03-01", supersedes="plan")
    assert expected(PLAN, halted, stated="2018-02-28") != []
    assert expected(PLAN, halted, stated="2018-03-01") == []
    assert overdue(PLAN, halted) == []


def test_rule_8_a_disputed_statement_replaces_no_plan_where_it_stands_alone() -> None:
    """In an entry without an undisputed statement it is shown and moves nothing."""
    halted = milestone("halted", "suspended", "2018", supersedes="plan", rank="disputed")
    assert overdue(PLAN, halted) == [("plan", "2020-12-31")]


def test_rule_8_a_plan_is_given_up_by_one_that_is_dropped() -> None:
    """A planned statement without a date takes the entry, and nothing is open."""
    dropped = {**plan("dropped", "operation-started", "2020", "2018"), "dropped": True}
    del dropped["date"]
    assert expected(PLAN, dropped, stated="2018-12-30") != []
    assert expected(PLAN, dropped, stated="2018-12-31") == []
    assert overdue(PLAN, dropped) == []


def test_rule_8_due_plans_fold_by_rule_7() -> None:
    """On the status at the horizon, in the order of their days, forward only."""
    life = (
        milestone("begun", "construction-started", "2014"),
        plan("first", "first-light", "2021", "2015"),
        plan("run", "operation-started", "2022", "2015"),
        plan("again", "approved", "2023", "2015", entry="juno/phase-2"),
        plan("end", "decommissioned", "2040", "2015"),
    )
    assert expected(*life, stated="2016-01-01") == [
        ("commissioning", "2021-01-01", "2022-01-01"),
        ("operating", "2022-01-01", "2040-12-31"),
        ("decommissioned", "2040-12-31", None),
    ]


def test_rule_8_ties_between_due_plans_are_broken_by_rule_7() -> None:
    """Of plans for one day the list decides, then the entry; the last to move is named."""
    life = (
        milestone("ran", "operation-started", "2010"),
        plan("stop", "suspended", "2020-12-31", "2015"),
        plan("up", "upgraded", "2020-12-31", "2015"),
    )
    # The upgrade stands before the suspension in the list.
    assert expected(*life, stated="2016-01-01") == [("suspended", "2020-12-31", None)]
    twice = (
        plan("b", "completed", "2020", "2015", entry="juno/2"),
        plan("a", "completed", "2020", "2015", entry="juno/1"),
        plan("c", "approved", "2020", "2015", entry="juno/0"),
    )
    (span,) = spans("expected", *twice, stated="2016-01-01")
    assert (held(span)[:2], span.statement) == (("completed", "2020-01-01"), "a")


def test_rule_8_overdue_and_due_tell_the_plan_as_it_was_written() -> None:
    """Date and stated are its texts, the status is what the plan would make of it."""
    (late,) = spans("overdue", PLAN)
    assert named(late, PLAN) == {
        "statement": "plan",
        "milestone": "operation-started",
        "date": "2020",
        "stated": "2015-06-01",
    }
    (due,) = spans("expected", PLAN, stated="2016-01-01")
    assert named(due, PLAN) == {"status": "operating", "statement": "plan", "date": "2020"}


# Rules 3, 5 and 6: what is told.


def effective(*lines: Line, stated: str = TODAY) -> str | None:
    """The statement that fills the one entry of a facility."""
    found = told(*lines, stated=stated).effective
    assert len(found) <= 1
    return next((each.statement.id for each in found.values()), None)


def test_rule_5_actual_before_planned_then_later_said_then_later_recorded() -> None:
    """The first difference decides."""
    came = milestone("came", "completed", "2014")
    aim = plan("aim", "completed", "2022", "2021")
    assert effective(aim, came) == effective(came, aim) == "came"
    early, late = (milestone(each, "completed", each, stated=each) for each in ("2014", "2015"))
    assert effective({**late, "id": "late"}, {**early, "id": "early"}) == "late"
    assert effective({**late, "id": "one"}, {**late, "id": "two"}) == "two"


def test_rule_6_a_disputed_statement_gives_way_even_to_a_plan() -> None:
    """As soon as an undisputed statement is visible; until then it counts as any other."""
    claim = milestone("claim", "completed", "2014", rank="disputed")
    aim = plan("aim", "completed", "2022", "2018")
    assert effective(claim, aim, stated="2018-12-30") == "claim"
    assert lives(claim, aim, stated="2018-12-30")[0][0] == "completed"
    assert effective(claim, aim, stated="2018-12-31") == "aim"
    assert lives(claim, aim, stated="2018-12-31") == []


def test_rule_6_an_entry_that_is_disputed_throughout_is_shown_and_moves_nothing() -> None:
    """At k, whenever said: with an undisputed one to come, it counts until that is visible."""
    claim = milestone("claim", "completed", "2014", rank="disputed")
    alone = told(claim)
    (only,) = alone.effective.values()
    assert (only.statement.id, only.counts, alone.actual()) == ("claim", False, [])
    later = milestone("later", "completed", "2015", stated="2020")
    assert [found.id for found in told(claim, later, stated="2019-01-01").actual()] == ["claim"]


def test_rule_3_said_on_the_last_day_of_stated_else_of_date_and_never_after_recording() -> None:
    """Without `stated` it is assumed."""
    for line, said, assumed in (
        (milestone("a", "completed", "2014", stated="2015-02"), "2015-02-28", False),
        (milestone("a", "completed", "2014"), "2014-12-31", True),
        (milestone("a", "completed", "2014/.."), TODAY, True),
        (milestone("a", "completed", "2030"), TODAY, True),
        (milestone("a", "completed", "2014", stated="2027"), TODAY, False),
    ):
        found = one(line)
        assert (iso(found.said), found.assumed) == (said, assumed)


def test_accounts_walk_through_every_day_on_which_something_is_said() -> None:
    """Each is what a question at its horizon would be told, and the card comes first."""
    statements = record(
        milestone("a", "approved", "2013"),
        milestone("b", "completed", "2014", stated="2020"),
        plan("c", "operation-started", "2022", "2015"),
        card=JUNO,
    ).statements()
    walked = [
        (each.horizon, end, {entry: told.statement.id for entry, told in each.effective.items()})
        for each, end in Walk("juno", JUNO).through(statements, None)
    ]
    said = [parse_iso(day) for day in ("2013-12-31", "2015-12-31", "2020-12-31")]
    assert walked[0] == (None, said[0], {})
    assert [each[:2] for each in walked[1:]] == list(zip(said, [*said[1:], None], strict=True))
    for horizon, _, found in walked[1:]:
        assert horizon is not None
        asked = account("juno", JUNO, statements, horizon).effective
        assert found == {entry: told.statement.id for entry, told in asked.items()}


# Rule 10: the others.


def decision(id: str, date: str, **more: Any) -> Line:
    """A decision of one chain."""
    return statement("policy", id, date, record="told", **more)


def policies(*lines: Line) -> list[tuple[str, str | None, str | None]]:
    """The decisions that hold, each with its first day and the first day after it."""
    return [held(span) for span in spans("policy", *lines, kind="policy")]


def test_rule_10_a_policy_holds_to_the_last_possible_day_of_its_until() -> None:
    """From its earliest possible day; with neither end, its end is not known."""
    assert policies(decision("a", "2010")) == [("a", "2010-01-01", None)]
    assert policies(decision("a", "2010", until="2015")) == [("a", "2010-01-01", "2016-01-01")]
    assert policies(decision("a", "2010", until="2015/..")) == [("a", "2010-01-01", None)]
    assert policies(decision("a", "../2010", until="2015")) == [("a", None, "2016-01-01")]


def test_rule_10_a_policy_ends_the_day_before_what_supersedes_it() -> None:
    """Or at its `until`, whichever is earlier."""
    first = decision("a", "2010", until="2015")
    assert policies(first, decision("b", "2012-06", supersedes="a")) == [
        ("a", "2010-01-01", "2012-06-01"),
        ("b", "2012-06-01", None),
    ]
    assert policies(first, decision("b", "2020", supersedes="a"))[0][2] == "2016-01-01"


def test_rule_10_what_ends_a_policy_does_not_itself_hold() -> None:
    """`decision: ended` ends what it supersedes, and no more."""
    ended = decision("b", "2012", supersedes="a", decision="ended")
    assert policies(decision("a", "2010"), ended) == [("a", "2010-01-01", "2012-01-01")]


def test_rule_10_a_policy_that_is_superseded_at_once_never_holds() -> None:
    """On its own first day, or before it."""
    assert policies(decision("a", "2012"), decision("b", "2012", supersedes="a")) == [
        ("b", "2012-01-01", None)
    ]


def test_rule_10_a_planned_decision_neither_holds_nor_ends() -> None:
    """Only what was decided does."""
    aim = decision("b", "2012", supersedes="a", modality="planned", stated="2011")
    assert policies(decision("a", "2010"), aim) == [("a", "2010-01-01", None)]


def test_rule_10_a_reading_holds_until_the_next() -> None:
    """By their earliest days, then the entry; of two on one day the last by entry holds."""
    lines = (
        reading("b", "2013", 2.0),
        reading("a", "2012", 1.9),
        reading("aim", "2020", 2.5) | {"modality": "planned", "stated": "2006"},
        reading("d", "2014-01-01", 2.1, entry="rd-share/1"),
        reading("c", "2014", 2.2, entry="rd-share/2"),
    )
    found = [
        (span.statement, *held(span)[1:]) for span in spans("indicator", *lines, kind="indicator")
    ]
    assert found == [
        ("a", "2012-01-01", "2013-01-01"),
        ("b", "2013-01-01", "2014-01-01"),
        ("c", "2014-01-01", None),
    ]


@pytest.mark.parametrize("kind", ["discovery", "observation"])
def test_rule_10_a_finding_counts_from_its_earliest_day(kind: str) -> None:
    """Planned ones, and entries that are disputed throughout, do not count."""
    found = spans(
        kind,
        statement(kind, "a", "2013", record="told"),
        statement(kind, "b", "2014", record="told", rank="disputed"),
        statement(kind, "c", "2015", record="told", modality="planned", stated="2012"),
        kind=kind,
    )
    assert [held(span) for span in found] == [("a", "2013-01-01", None)]


def listed(*lines: Line) -> str | None:
    """The statement by which a chain of decisions is listed."""
    found = spans("record", *lines, kind="policy")
    return found[0].statement if found else None


def test_a_record_without_a_card_is_listed_by_the_statement_that_names_it_best() -> None:
    """One that counts before one that does not, an actual before a plan, then the last begun."""
    early, late = decision("early", "2010"), decision("late", "2012")
    aim = decision("aim", "2030", modality="planned", stated="2012")
    claim = decision("claim", "2031", stated="2012", rank="disputed")
    assert listed(late, early, aim, claim) == "late"
    assert listed(aim, claim) == "aim"
    assert listed(claim) == "claim"
    assert listed() is None


# The engine: slices of `stated`.


def test_equal_slices_of_stated_are_one_box() -> None:
    """What was so said before and after another word on something else is one row."""
    facility = record(
        milestone("a", "approved", "2013-01-01"),
        milestone("n", "renamed", "2020-01-01", attributes={"name": "Juno"}),
        card=JUNO,
    )
    found = boxes(PROJECTIONS["facility"], Walk("juno", JUNO), facility.statements())
    status = [box for box in found if box.span.facet == "status"]
    assert [(*held(box.span)[:2], iso(box.sf), box.st) for box in status] == [
        ("approved", "2013-01-01", "2013-01-01", AFTER_ALL)
    ]


def test_a_new_word_ends_the_slice_of_the_one_before() -> None:
    """The boxes of one entry lie side by side on the clock `stated`."""
    facility = record(
        milestone("a", "approved", "2013-01-01"),
        milestone("b", "approved", "2012-01-01", stated="2015-01-01"),
        card=JUNO,
    )
    found = boxes(PROJECTIONS["facility"], Walk("juno", JUNO), facility.statements())
    status = sorted(
        (box.sf, box.st, box.span.first or 0) for box in found if box.span.facet == "status"
    )
    assert [(iso(sf), iso(first)) for sf, _, first in status] == [
        ("2013-01-01", "2013-01-01"),
        ("2015-01-01", "2012-01-01"),
    ]
    assert [st for _, st, _ in status] == [parse_iso("2015-01-01"), AFTER_ALL]


def lives_told(seed: int, card: Line | None) -> Iterator[tuple[Record, Day, list[Statement]]]:
    """A facility after each change of its statements: as it is, from which day on the change can
    matter, and its statements before."""
    chance = Random(seed)
    facility = record(card=card)
    for number in range(30):
        before = facility.statements()
        told = [each for each in facility.kept.values() if not each.withdrawn]
        if told and chance.random() < 0.4:
            kept = chance.choice(told)
            line = chance.choice(
                (
                    {"type": "correction", "changes": {"date": chance_date(chance)}},
                    {"type": "correction", "changes": {"rank": "disputed"}},
                    {"type": "withdrawal"},
                )
            )
            if line["type"] == "correction" and "dropped" in kept.line:
                continue
            line = {**line, "statement": kept.line["id"]}
        else:
            line = chance_statement(chance, number)
        facility.apply(line, position=number + 2, recorded_on=RECORDED)
        after = facility.statements()
        changed = {each for each in (*before, *after) if (each in before) != (each in after)}
        entries = {each.entry for each in changed}
        rivals = [each for each in after if each.disputed and each.entry in entries]
        since = min((each.said for each in (*changed, *rivals)), default=AFTER_ALL)
        yield facility, since, before


def chance_date(chance: Random) -> str:
    """A day, a month, a year, or an open end."""
    year = chance.randrange(2005, 2016)
    return chance.choice(
        (f"{year}", f"{year}-0{chance.randrange(1, 10)}", f"{year}/..", f"../{year}")
    )


def chance_statement(chance: Random, number: int) -> Line:
    """A milestone or a plan, said some day or other."""
    what, id = chance.choice(MILESTONES), f"s{number}"
    date, stated = chance_date(chance), str(chance.randrange(2004, 2018))
    entry = chance.choice((None, "juno/0", "juno/1"))
    more = {} if entry is None else {"entry": entry}
    if chance.random() < 0.5:
        return plan(id, what, date, stated, **more)
    return milestone(id, what, date, stated=stated, **more)


@pytest.mark.parametrize("card", [JUNO, None], ids=["with a card", "without"])
@pytest.mark.parametrize("seed", range(40))
def test_what_changed_since_a_day_and_what_stood_before_it_are_the_whole(
    seed: int, card: Line | None
) -> None:
    """Only the boxes that reach the day are worked out anew; all others stay as they were."""
    facet = PROJECTIONS["facility"]
    for facility, since, before in lives_told(seed, card):
        old = boxes(facet, Walk("juno", card), before)
        now = facility.statements()
        new = boxes(facet, Walk("juno", card), now)
        reaching = {box for box in old if box.st >= since}
        again = boxes(facet, Walk("juno", card), now, since=since, before=reaching)
        assert (old - reaching) | again == new


@pytest.mark.parametrize("card", [JUNO, None], ids=["with a card", "without"])
@pytest.mark.parametrize("seed", range(10))
def test_a_walk_that_goes_on_comes_to_the_same_as_one_that_begins(
    seed: int, card: Line | None
) -> None:
    """Statement after statement, wherever what is said is said no earlier than all before it."""
    chance, facet, went_on = Random(seed), PROJECTIONS["facility"], 0
    facility, walk, found = record(card=card), Walk("juno", card), set[Box]()
    for number in range(40):
        line = chance_statement(chance, number)
        line["stated"] = str(2004 + number // 3)
        line |= {"rank": "disputed"} if chance.random() < 0.1 else {}
        facility.apply(line, position=number + 2, recorded_on=RECORDED)
        now = facility.statements()
        rivals = [each for each in now if each.disputed and each.entry == now[-1].entry]
        since = min(each.said for each in (now[-1], *rivals))
        whole = boxes(facet, Walk("juno", card), now)
        if walk.goes_on(since) and not rivals:
            went_on += 1
            reaching = {box for box in found if box.st >= since}
            again = boxes(facet, walk, now[-1:], since=since, before=reaching)
            assert (found - reaching) | again == whole
        else:
            walk = Walk("juno", card)
            boxes(facet, walk, now)
        found = whole
    assert went_on > 10
