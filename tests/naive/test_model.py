"""The naive model itself: the golden states, and small cases worked out by hand for each rule."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .histories import (
    Batch,
    Shadow,
    histories,
    logged,
    logs,
    random_history,
    random_instants,
    random_question,
)
from .model import Line, Logged, Naive, bounds_of, civil, day_number, day_of, iso, step

ROOT = Path(__file__).parents[2]
CHRONICLE = ROOT / "tests" / "golden" / "first-release.jsonl"
GOLDEN = json.loads((ROOT / "tests" / "golden" / "states.json").read_text("utf-8"))["states"]

NOW = "2026-11-25"
JUNO = {
    "type": "facility",
    "id": "juno",
    "name": "JUNO",
    "country": "CN",
    "field": "particle-physics",
}
KAGRA = {"type": "facility", "id": "kagra", "name": "KAGRA", "country": "JP", "field": "astronomy"}


def milestone(id: str, milestone: str, date: str | None, **more: Any) -> Line:
    """An actual milestone of JUNO, unless told otherwise."""
    line = {"type": "milestone", "id": id, "facility": "juno", "milestone": milestone}
    return {**line, "modality": "actual", **({"date": date} if date else {}), **more}


def plan(id: str, what: str, date: str | None, stated: str, **more: Any) -> Line:
    """A planned milestone of JUNO."""
    return milestone(id, what, date, modality="planned", stated=stated, **more)


def statement(type: str, id: str, date: str, **more: Any) -> Line:
    """An actual statement that is no milestone."""
    return {"type": type, "id": id, "modality": "actual", "date": date, **more}


def correction(statement: str, **changes: Any) -> Line:
    """A correction that writes these changes."""
    return {"type": "correction", "statement": statement, "changes": changes, "reason": "Mended."}


def withdrawal(statement: str) -> Line:
    """A withdrawal."""
    return {"type": "withdrawal", "statement": statement, "reason": "Wrong."}


def reinstatement(statement: str) -> Line:
    """A reinstatement."""
    return {"type": "reinstatement", "statement": statement, "reason": "Right after all."}


def chronicle(*lines: Line, recorded: list[str] | None = None) -> Naive:
    """JUNO and these lines, each a commit of its own on NOW, so that line n is at position n + 1.

    `recorded` gives other days of recording, one a line.
    """
    days = recorded or [NOW] * len(lines)
    instants = [
        f"{day}T09:00:00.{micro:06}Z" for micro, day in enumerate([days[0], *days], start=1)
    ]
    return Naive(logged([[JUNO], *([line] for line in lines)], instants))


def ask(naive: Naive, at: str = NOW, stated: str = NOW, **more: Any) -> dict[str, Any]:
    """The state at the head of the log."""
    known = naive.log[-1].position if naive.log else 0
    return naive.state(**{"at": at, "stated": stated, "known": known, **more})


def row(naive: Naive, at: str = NOW, stated: str = NOW, **more: Any) -> dict[str, Any]:
    """The one facility of a state."""
    (facility,) = ask(naive, at, stated, **more)["facilities"]
    assert isinstance(facility, dict)
    return facility


def statuses(naive: Naive, *days: str) -> list[str | None]:
    """The status of JUNO at the end of each day; None also where it is not listed."""
    return [next((f["status"] for f in ask(naive, at=d)["facilities"]), None) for d in days]


def ids(lines: list[dict[str, Any]]) -> list[str]:
    """Their ids."""
    return [line["id"] for line in lines]


@pytest.fixture(scope="module")
def shipped() -> Naive:
    """The chronicle of the first release, recorded as one commit on NOW."""
    batch: Batch = [json.loads(line) for line in CHRONICLE.read_text("utf-8").splitlines()]
    return Naive(logged([batch], [f"{NOW}T09:00:00.000001Z"]))


class TestTheShippedChronicle:
    """States that were worked out by hand from the sources."""

    @pytest.mark.parametrize("golden", GOLDEN, ids=[state["at"] for state in GOLDEN])
    def test_gives_the_golden_states(self, shipped: Naive, golden: dict[str, Any]) -> None:
        """A golden state names every facility with a status, and no other."""
        state = ask(shipped, at=golden["at"], country=golden["country"])

        by_status: dict[str, list[str]] = {}
        for facility in state["facilities"]:
            if facility["status"] is not None:
                by_status.setdefault(facility["status"], []).append(facility["id"])
        assert by_status == {status: sorted(names) for status, names in golden["status"].items()}
        assert state["totals"]["status"] == {s: len(n) for s, n in golden["status"].items()}

    def test_tells_what_2016_expected_of_juno_in_2025_and_what_came(self, shipped: Naive) -> None:
        """Decision time and valid time are apart: expected since 2020, running since 2025."""

        def juno(at: str, stated: str) -> Any:
            rows = ask(shipped, at=at, stated=stated)["facilities"]
            return next(facility for facility in rows if facility["id"] == "juno")

        promised = juno("2025-12-31", "2016-12-31")
        assert promised["certainty"] == "last-known"
        assert promised["expected"]["status"] == "operating"
        assert promised["expected"]["date"] == "2020"
        came = juno("2025-12-31", NOW)
        assert (came["status"], came["since"]["date"]) == ("operating", "2025-08-26")
        assert came["expected"] is None

    def test_keeps_the_agreement_in_force_through_its_reported_end(self, shipped: Naive) -> None:
        """A disputed end holds until an undisputed rival of its entry is said."""
        day = "2024-10-15"

        def agreement(stated: str) -> list[str]:
            held = ask(shipped, at=day, stated=stated)["policies"]
            return [p["id"] for p in held if p.get("record") == "us-china-science-agreement"]

        assert agreement("2024-10-15") == []
        assert len(agreement(NOW)) == 1


class TestDates:
    """Rule 2: the forms of dates, and their bounds."""

    @pytest.mark.parametrize(
        ("text", "earliest", "latest"),
        [
            ("1985", "1985-01-01", "1985-12-31"),
            ("2000-02", "2000-02-01", "2000-02-29"),
            ("1900-02", "1900-02-01", "1900-02-28"),
            ("1985-04-12", "1985-04-12", "1985-04-12"),
            ("2001-21", "2001-03-01", "2001-05-31"),
            ("2001-22", "2001-06-01", "2001-08-31"),
            ("2001-23", "2001-09-01", "2001-11-30"),
            ("2003-24", "2003-12-01", "2004-02-29"),
            ("198X", "1980-01-01", "1989-12-31"),
            ("19XX", "1900-01-01", "1999-12-31"),
            ("Y12025", "+012025-01-01", "+012025-12-31"),
            ("Y1234567", "+1234567-01-01", "+1234567-12-31"),
            ("9999", "9999-01-01", "9999-12-31"),
            ("0000", "0000-01-01", "0000-12-31"),
            ("-0240", "-000240-01-01", "-000240-12-31"),
            ("1985~", "1985-01-01", "1985-12-31"),
            ("1985-04?", "1985-04-01", "1985-04-30"),
            ("1985-04-12%", "1985-04-12", "1985-04-12"),
            ("1985/1987-03", "1985-01-01", "1987-03-31"),
            ("1985~/1987?", "1985-01-01", "1987-12-31"),
            ("../1987", None, "1987-12-31"),
            ("1985/..", "1985-01-01", None),
        ],
    )
    def test_have_bounds(self, text: str, earliest: str | None, latest: str | None) -> None:
        """The earliest and the latest possible day, an open end being absent."""
        bounds = bounds_of(text)
        assert (iso(bounds.earliest), iso(bounds.latest)) == (earliest, latest)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "1985/",
            "../..",
            "1987/1985",
            "1985-13",
            "1985-02-29",
            "1985-00",
            "~1985",
            "{1985,1987}",
            "1985-04-12T10:00",
            "Y1E5",
            "1985-25",
            "85",
            "1985-01-01/" + "1" * 64,
        ],
    )
    def test_of_other_forms_are_refused(self, text: str) -> None:
        """Sets, times, exponents and the like are no dates here."""
        with pytest.raises(ValueError, match=r"date|day|month|after|interval"):
            bounds_of(text)

    def test_of_the_clocks_are_whole_days(self) -> None:
        """`at` and `stated` come as ISO days, with sign and six digits where years need them."""
        assert day_of("+012025-01-01") == bounds_of("Y12025").earliest
        with pytest.raises(ValueError, match="no day"):
            day_of("2013")

    @given(st.integers(min_value=-4_000_000, max_value=4_000_000))
    def test_number_their_days_without_gap(self, number: int) -> None:
        """A day's number and its name lead to each other, before year 1 and beyond 9999 too."""
        assert day_number(*civil(number)) == number
        assert day_of(str(iso(number))) == number

    def test_begin_to_number_at_year_one(self) -> None:
        """The numbers are those of Python's calendar, where that has any."""
        assert day_of("0001-01-01") == 1
        assert day_of("2026-11-25") == 739_945


class TestVisible:
    """Rule 3: recorded by `known`, not withdrawn, said by `stated`."""

    def test_from_the_last_possible_day_of_what_it_was_stated(self) -> None:
        """`stated: 2016` is said on its last day."""
        naive = chronicle(milestone("a", "approved", "2013", stated="2016"))
        assert naive.effective("juno/approved", stated="2016-12-30", known=2) is None
        assert naive.effective("juno/approved", stated="2016-12-31", known=2) == "a"
        assert naive.effective("juno/completed", stated="2016-12-31", known=2) is None

    def test_without_stated_as_it_happened(self) -> None:
        """Without `stated`, a statement is assumed to be said on the last day of its date."""
        naive = chronicle(statement("observation", "o", "2013-05"))
        (shown,) = ask(naive, at="2013-12-31")["observations"]
        assert shown["said"] == {"day": "2013-05-31", "assumed": True}
        assert ask(naive, at="2013-12-31", stated="2013-05-30")["observations"] == []

    @pytest.mark.parametrize("stated", ["2030", "2010/.."])
    def test_at_the_latest_when_it_was_recorded(self, stated: str) -> None:
        """The day of the first recording caps a later `stated`, and an open one."""
        naive = chronicle(
            statement("observation", "o", "2013", stated=stated), recorded=["2020-03-01"]
        )
        (shown,) = ask(naive, at="2013-12-31", stated="2020-03-01")["observations"]
        assert shown["said"] == {"day": "2020-03-01", "assumed": False}
        assert ask(naive, at="2013-12-31", stated="2020-02-29")["observations"] == []

    def test_not_before_it_was_recorded(self) -> None:
        """What was recorded later is not known, whenever it was said; @0 knows nothing at all."""
        naive = chronicle(milestone("a", "approved", "2013"))
        assert ids(ask(naive, known=2)["facilities"]) == ["juno"]
        assert ask(naive, known=1)["facilities"] == []
        nothing = ask(naive, known=0)
        assert nothing["totals"] == {"status": {}, "range": {}, "operating_by_field": {}}

    def test_not_while_withdrawn(self) -> None:
        """A reinstatement brings a withdrawn statement back as it was."""
        naive = chronicle(milestone("a", "approved", "2013"), withdrawal("a"), reinstatement("a"))
        found = [naive.effective("juno/approved", stated=NOW, known=k) for k in (2, 3, 4)]
        assert found == ["a", None, "a"]


class TestContent:
    """Rule 4: a statement is what the last correction left."""

    def test_follows_the_last_correction(self) -> None:
        """A correction changes what is known now, and nothing of what was known before."""
        naive = chronicle(
            milestone("a", "approved", "2013"), correction("a", date="2014"), correction("a", x=1)
        )
        dates = [row(naive, known=known)["since"]["date"] for known in (2, 3, 4)]
        assert dates == ["2013", "2014", "2014"]

    def test_loses_what_is_corrected_to_null(self) -> None:
        """Null removes a member: here the statement becomes undisputed, and said as it happened."""
        line = statement("observation", "o", "2013", stated="2020", rank="disputed")
        naive = chronicle(line, correction("o", stated=None, rank=None))
        assert ask(naive, at="2013-12-31", known=2)["observations"] == []
        (shown,) = ask(naive, at="2013-12-31")["observations"]
        assert shown == {
            "type": "observation",
            "id": "o",
            "modality": "actual",
            "date": "2013",
            "said": {"day": "2013-12-31", "assumed": True},
            "bounds": {"earliest": "2013-01-01", "latest": "2013-12-31"},
        }

    def test_takes_its_default_entry_along(self) -> None:
        """A corrected milestone or date moves the statement to the entry that follows from it."""
        naive = chronicle(
            milestone("a", "approved", "2013"),
            statement("indicator", "i", "2013", series="share", value=1),
            correction("a", milestone="completed"),
            correction("i", date="2014"),
        )

        def entries(known: int) -> list[str]:
            told = [naive.explain(name, stated=NOW, known=known) for name in ("a", "i")]
            return [explained["entry"] for explained in told if explained]

        assert entries(3) == ["juno/approved", "share/2013"]
        assert entries(5) == ["juno/completed", "share/2014"]

    def test_of_a_card_is_what_amendments_left(self) -> None:
        """The card has one clock, `known`, and what belongs to the facility goes with it."""
        naive = chronicle(
            milestone("a", "approved", "2013"),
            statement("discovery", "d", "2020", facility="juno"),
            {
                "type": "amendment",
                "record": "juno",
                "changes": {"country": "JP", "name": "J"},
                "reason": "Moved.",
            },
        )
        assert row(naive, known=3)["name"] == "JUNO"
        assert row(naive)["name"] == "J"
        assert ask(naive, country="JP", known=3)["discoveries_to_date"] == 0
        assert ask(naive, country="JP")["discoveries_to_date"] == 1
        assert ask(naive, country="CN")["facilities"] == []


class TestEffective:
    """Rules 5 and 6: which of several statements fills the entry."""

    def test_actual_before_planned_then_later_said_then_later_recorded(self) -> None:
        """Each criterion decides only where those before it do not."""
        naive = chronicle(
            plan("p", "approved", "2013", "2012"),
            plan("q", "approved", "2014", "2013"),
            milestone("a", "approved", "2010"),
            milestone("b", "approved", "2011-12-31"),
            milestone("c", "approved", "2011"),
        )
        found = [naive.effective("juno/approved", stated=NOW, known=k) for k in range(2, 7)]
        assert found == ["p", "q", "a", "b", "c"]
        told = naive.explain("p", stated=NOW, known=6)
        assert told == {
            "record": "juno",
            "entry": "juno/approved",
            "effective": "c",
            "counts": True,
            "lost": {
                "p": "planned-before-actual",
                "q": "planned-before-actual",
                "a": "said-earlier",
                "b": "recorded-earlier",
            },
        }

    def test_the_later_said_wins_even_if_recorded_first(self) -> None:
        """The order of recording decides only between statements that were said on one day."""
        naive = chronicle(
            milestone("late", "approved", "2013", stated="2016"),
            milestone("early", "approved", "2012", stated="2015"),
        )
        assert naive.effective("juno/approved", stated=NOW, known=3) == "late"
        told = naive.explain("late", stated=NOW, known=3)
        assert told is not None
        assert told["lost"] == {"early": "said-earlier"}

    def test_disputed_gives_way_even_to_a_plan_once_that_is_visible(self) -> None:
        """Until an undisputed statement is visible, a disputed one counts as any other."""
        naive = chronicle(
            milestone("d", "approved", "2013", rank="disputed"),
            plan("p", "approved", "2020", "2016"),
        )
        assert naive.effective("juno/approved", stated="2015-12-31", known=3) == "d"
        assert row(naive, at="2015-12-31", stated="2015-12-31")["status"] == "approved"
        assert naive.effective("juno/approved", stated="2016-12-31", known=3) == "p"
        told = naive.explain("d", stated=NOW, known=3)
        assert told is not None
        assert told["lost"] == {"d": "disputed"}

    def test_disputed_throughout_moves_nothing(self) -> None:
        """An entry with no undisputed statement, whenever said, is filled but does not count."""
        naive = chronicle(
            milestone("d", "approved", "2013", rank="disputed"),
            milestone("u", "approved", "2014", stated="2020"),
            withdrawal("u"),
        )
        assert statuses(naive, "2013-12-31") == [None]
        told = naive.explain("d", stated=NOW, known=4)
        assert told is not None
        assert (told["effective"], told["counts"], told["lost"]) == ("d", False, {"u": "withdrawn"})
        before = naive.state(at="2013-12-31", stated="2013-12-31", known=3)
        assert [facility["status"] for facility in before["facilities"]] == ["approved"]

    def test_not_said_yet_loses_as_not_visible(self) -> None:
        """A statement that was said after `stated` is no rival yet."""
        naive = chronicle(
            milestone("a", "approved", "2010"), milestone("b", "approved", "2010", stated="2020")
        )
        told = naive.explain("b", stated="2015-12-31", known=3)
        assert told is not None
        assert (told["effective"], told["lost"]) == ("a", {"b": "not-visible"})
        assert naive.explain("b", stated=NOW, known=2) is None


class TestStatus:
    """Rule 7: the fold of the milestones."""

    @pytest.mark.parametrize(
        ("held", "milestone", "after"),
        [
            ((None, None), "completed", ("completed", None)),
            (("operating", None), "construction-started", ("operating", None)),
            (("operating", None), "upgraded", ("operating", None)),
            (("operating", None), "suspended", ("suspended", "operating")),
            (("suspended", "operating"), "suspended", ("suspended", "operating")),
            (("suspended", "operating"), "upgraded", ("operating", None)),
            (("suspended", "commissioning"), "first-light", ("commissioning", None)),
            (("suspended", "commissioning"), "operation-started", ("operating", None)),
            (("suspended", "commissioning"), "completed", ("suspended", "commissioning")),
            (("suspended", "operating"), "decommissioned", ("decommissioned", None)),
            ((None, None), "suspended", (None, None)),
            ((None, None), "upgraded", (None, None)),
            ((None, None), "cancelled", ("cancelled", None)),
            (("cancelled", None), "operation-started", ("cancelled", None)),
            (("decommissioned", None), "cancelled", ("decommissioned", None)),
            (("completed", None), "accepted", ("completed", None)),
            (("completed", None), "renamed", ("completed", None)),
        ],
    )
    def test_steps_as_the_table_says(self, held: Any, milestone: str, after: Any) -> None:
        """One milestone makes of a status what the table says."""
        assert step(held, milestone) == after

    def test_begins_on_the_first_possible_day_and_ends_on_the_last(self) -> None:
        """A beginning counts from its earliest possible day, an ending from its latest."""
        naive = chronicle(
            milestone("o", "operation-started", "2010"), milestone("d", "decommissioned", "2015")
        )
        days = ("2009-12-31", "2010-01-01", "2015-12-30", "2015-12-31")
        assert statuses(naive, *days) == [None, "operating", "operating", "decommissioned"]

    def test_takes_open_dates_at_their_word(self) -> None:
        """An open start counts from ever, an open end of an ending never comes."""
        naive = chronicle(
            milestone("o", "operation-started", "../2010"),
            milestone("d", "decommissioned", "2015/..", stated="2015"),
        )
        found = row(naive, at="-000240-01-01")
        assert (found["status"], found["certainty"]) == ("operating", "possible")
        assert found["since"] == {"date": "../2010", "earliest": None, "latest": "2010-12-31"}
        assert row(naive)["status"] == "operating"

    def test_orders_a_day_by_the_list(self) -> None:
        """On one day, operation starts before it is suspended, however they were recorded."""
        naive = chronicle(
            milestone("s", "suspended", "2010-01-01", entry="juno/a"),
            milestone("o", "operation-started", "2010-01-01", entry="juno/z"),
        )
        assert row(naive)["status"] == "suspended"

    def test_stays_that_of_the_horizon_beyond_it(self) -> None:
        """A date later than `stated` is not come yet, however it was claimed as actual."""
        naive = chronicle(
            milestone("a", "approved", "2010"),
            milestone("o", "operation-started", "2020", stated="2015"),
            milestone("r", "renamed", "2020", stated="2015", attributes={"name": "New"}),
        )
        found = row(naive, at="2021-12-31", stated="2019-12-31")
        assert (found["status"], found["since"]["date"]) == ("approved", "2010")
        assert "name_then" not in found

    def test_orders_a_day_and_a_milestone_by_entry(self) -> None:
        """The first of two equal milestones of a day gave the status."""
        naive = chronicle(
            milestone("x", "approved", "2010", entry="juno/b"),
            milestone("y", "approved", "2010", entry="juno/a"),
        )
        assert row(naive)["statement"] == "y"

    def test_has_its_since_from_the_milestone_that_gave_it(self) -> None:
        """Lower milestones and a second suspension leave `since`; a resumption gives a new one."""
        naive = chronicle(
            milestone("o", "operation-started", "2010"),
            milestone("c", "construction-started", "2011"),
            milestone("s", "suspended", "2012"),
            milestone("t", "suspended", "2013", entry="juno/suspended-2"),
            milestone("u", "upgraded", "2014"),
        )
        given = [row(naive, at=f"{year}-12-31")["statement"] for year in range(2010, 2015)]
        assert given == ["o", "o", "s", "s", "u"]
        assert row(naive)["status"] == "operating"

    def test_adds_the_name_of_the_time(self) -> None:
        """`name_then` is the latest name by that day, where it is not the card's."""
        naive = chronicle(
            milestone("p", "proposed", "2008"),
            milestone("r", "renamed", "2010", attributes={"name": "Old"}),
            milestone("q", "renamed", "2012", entry="juno/again", attributes={"name": "JUNO"}),
        )
        assert "name_then" not in row(naive, at="2009-12-31")
        assert row(naive, at="2010-01-01")["name_then"] == "Old"
        assert "name_then" not in row(naive, at="2012-12-31")
        assert row(naive, at="2020-12-31", stated="2011-12-31")["name_then"] == "Old"


class TestPlans:
    """Rule 8: expected and overdue."""

    def test_due_are_expected_and_passed_are_overdue(self) -> None:
        """One plan, looked at before and after its last possible day, from two horizons."""
        naive = chronicle(
            milestone("a", "approved", "2013"),
            plan("p", "operation-started", "2020", "2016", entry="juno/p"),
        )
        due = row(naive, at="2020-01-01", stated="2016-12-31")
        assert (due["status"], due["certainty"]) == ("approved", "last-known")
        assert due["expected"] == {"status": "operating", "statement": "p", "date": "2020"}
        assert due["overdue"] == []
        assert row(naive, at="2019-12-31", stated="2016-12-31")["expected"] is None
        late = {
            "statement": "p",
            "milestone": "operation-started",
            "date": "2020",
            "stated": "2016",
        }
        assert row(naive, at="2020-12-31")["overdue"] == [late]
        assert row(naive, at="2020-12-30")["overdue"] == []
        beyond = row(naive, at="2030-12-31")
        assert (beyond["expected"], beyond["overdue"]) == (None, [late])
        assert row(naive, at="2030-12-31", stated="2020-12-30")["expected"] is not None

    def test_a_promise_alone_lists_the_facility(self) -> None:
        """With no status, a facility is listed for what is expected of it or overdue."""
        naive = chronicle(plan("p", "operation-started", "2020", "2016"))
        found = row(naive, at="2020-12-31", stated="2016-12-31")
        assert (found["status"], found["since"], found["statement"]) == (None, None, None)
        assert (found["alternatives"], found["certainty"]) == ([None], "last-known")
        assert ask(naive, at="2018-12-31")["facilities"] == []
        assert ask(naive, at="2021-12-31")["totals"]["range"] == {}

    @pytest.mark.parametrize(
        ("what", "came", "answered"),
        [
            ("completed", milestone("m", "completed", "2018", entry="juno/m"), True),
            ("completed", milestone("m", "operation-started", "2018"), True),
            ("completed", milestone("m", "construction-started", "2018"), False),
            ("completed", milestone("m", "cancelled", "2018"), True),
            ("completed", milestone("m", "suspended", "2018"), False),
            ("completed", milestone("m", "completed", "2016", entry="juno/m"), False),
            ("completed", milestone("m", "completed", "2027", entry="juno/m"), False),
            ("suspended", milestone("m", "suspended", "2018", entry="juno/m"), True),
            ("suspended", milestone("m", "operation-started", "2018"), False),
            ("suspended", milestone("m", "decommissioned", "2018"), True),
            ("decommissioned", milestone("m", "cancelled", "2018"), True),
            ("decommissioned", milestone("m", "suspended", "2018"), False),
            ("accepted", milestone("m", "decommissioned", "2018"), False),
            ("upgraded", milestone("m", "upgraded", "2018", entry="juno/m"), False),
        ],
    )
    def test_are_answered_by_what_came_after_they_were_said(
        self, what: str, came: Line, *, answered: bool
    ) -> None:
        """The same or a higher status, or the end, in the window after the plan was said."""
        naive = chronicle(
            milestone("a", "approved", "2013"),
            plan("p", what, "2020", "2016-12-31", entry="juno/p"),
            came,
        )
        assert (row(naive)["overdue"] == []) is answered

    def test_are_not_answered_by_the_actual_of_the_day_they_were_said(self) -> None:
        """The effective day lies after the plan was said, or the plan was made in its sight."""
        first = milestone("o", "operation-started", "2016-12-31")
        same_day = chronicle(first, plan("p", "completed", "2020", "2016", entry="juno/p"))
        assert ids_overdue(row(same_day)) == ["p"]

    def test_are_answered_by_the_upgrade_that_ends_a_suspension(self) -> None:
        """It answers plans up to the status it resumes; another upgrade answers none."""
        naive = chronicle(
            milestone("f", "first-light", "2010"),
            milestone("s", "suspended", "2015"),
            plan("p", "first-light", "2020", "2016", entry="juno/p"),
            plan("q", "operation-started", "2020", "2016", entry="juno/q"),
            milestone("u", "upgraded", "2018"),
        )
        assert ids_overdue(row(naive)) == ["q"]

    def test_are_not_answered_by_an_upgrade_that_ends_no_suspension(self) -> None:
        """The upgrade of a running facility reaches no status."""
        naive = chronicle(
            milestone("o", "operation-started", "2010"),
            plan("p", "operation-started", "2020", "2016", entry="juno/second-phase"),
            milestone("u", "upgraded", "2018"),
        )
        assert ids_overdue(row(naive)) == ["p"]

    def test_whose_last_day_is_the_horizon_are_overdue_and_not_due(self) -> None:
        """Due is what may still come in time, after the horizon."""
        naive = chronicle(
            milestone("a", "approved", "2013"), plan("p", "completed", "2020", "2016")
        )
        found = row(naive, at="2025-12-31", stated="2020-12-31")
        assert found["expected"] is None
        assert ids_overdue(found) == ["p"]

    def test_are_given_up_by_dropping_or_by_superseding(self) -> None:
        """A dropped plan of the entry, or an effective statement that supersedes, closes a plan."""
        naive = chronicle(
            plan("p", "completed", "2020", "2016"),
            plan("q", "accepted", "2021", "2016"),
            plan("x", "completed", None, "2022", dropped=True),
            milestone("s", "proposed", "2023", supersedes="q"),
        )
        overdue = [ids_overdue(row(naive, known=known)) for known in (3, 4, 5)]
        assert overdue == [["p", "q"], ["q"], []]

    def test_are_not_closed_by_what_is_not_effective_or_counts_for_nothing(self) -> None:
        """A superseder that lost its entry, or whose entry is disputed throughout, closes none."""
        naive = chronicle(
            plan("p", "completed", "2020", "2016"),
            milestone("s", "proposed", "2017", supersedes="p", rank="disputed"),
            milestone("t", "proposed", "2017"),
        )
        assert ids_overdue(row(naive, known=3)) == ["p"]
        assert ids_overdue(row(naive)) == ["p"]
        assert ask(naive, at="2021-12-31", stated="2017-12-30")["facilities"][0]["overdue"] == []

    def test_disputed_are_not_open(self) -> None:
        """Only an undisputed plan is open."""
        naive = chronicle(plan("p", "completed", "2020", "2016", rank="disputed"))
        assert ask(naive)["facilities"] == []

    def test_count_from_the_day_after_the_horizon(self) -> None:
        """A due plan of an earlier day, or of an open start, is shifted; ties go by the list."""
        naive = chronicle(
            plan("s", "suspended", "2017-01-01", "2016", entry="juno/a"),
            plan("o", "operation-started", "../2020", "2016", entry="juno/z"),
            plan("d", "decommissioned", "2018/..", "2016"),
        )
        horizon = "2016-12-31"
        first = row(naive, at="2017-01-01", stated=horizon)
        assert first["expected"] == {
            "status": "suspended",
            "statement": "s",
            "date": "2017-01-01",
        }
        later = row(naive, at="2099-12-31", stated=horizon)
        assert later["expected"] == first["expected"]
        assert ask(naive, at=horizon, stated=horizon)["facilities"] == []

    def test_are_shifted_to_the_day_after_the_horizon_itself(self) -> None:
        """There they meet the plans of that day, and come after those earlier in the list."""
        naive = chronicle(
            milestone("f", "first-light", "2010"),
            milestone("s", "suspended", "2013"),
            plan("g", "first-light", "2017-01-01", "2016", entry="juno/z"),
            plan("u", "upgraded", "2015/2018", "2016", entry="juno/a"),
        )
        found = row(naive, at="2017-01-01", stated="2016-12-31")["expected"]
        assert found == {"status": "commissioning", "statement": "g", "date": "2017-01-01"}

    def test_that_change_nothing_are_not_expected(self) -> None:
        """A due plan of a lower status folds to nothing."""
        naive = chronicle(
            milestone("o", "operation-started", "2013"),
            plan("p", "completed", "2020", "2016"),
        )
        assert row(naive, at="2020-12-31", stated="2016-12-31")["expected"] is None

    def test_overdue_are_listed_by_last_day_then_id(self) -> None:
        """The plan that should have come first stands first."""
        naive = chronicle(
            plan("z", "completed", "2019", "2016"),
            plan("b", "approved", "2020", "2016"),
            plan("a", "accepted", "2020", "2016"),
        )
        assert ids_overdue(row(naive)) == ["z", "a", "b"]


def ids_overdue(facility: dict[str, Any]) -> list[str]:
    """The plans that are overdue."""
    return [late["statement"] for late in facility["overdue"]]


class TestCertainty:
    """Rule 9: what else is possible on a day."""

    def test_names_every_alternative_of_a_straddling_milestone(self) -> None:
        """Taken and left out, null first; from its latest day on it is certain."""
        naive = chronicle(milestone("o", "operation-started", "2010"))
        found = row(naive, at="2010-12-30")
        assert found["alternatives"] == [None, "operating"]
        assert found["certainty"] == "possible"
        assert row(naive, at="2010-12-31")["alternatives"] == ["operating"]
        totals = ask(naive, at="2010-12-30")["totals"]
        assert totals["range"] == {"operating": {"certain": 0, "possible": 1}}
        assert totals["status"] == {"operating": 1}

    def test_counts_the_possible_end_that_the_status_does_not_show(self) -> None:
        """A facility that may have ended still operates by its canonical status."""
        naive = chronicle(
            milestone("o", "operation-started", "2010"), milestone("d", "decommissioned", "2015")
        )
        found = row(naive, at="2015-06-15")
        assert found["status"] == "operating"
        assert found["alternatives"] == ["operating", "decommissioned"]

    def test_folds_the_set_with_the_status_before_the_suspension(self) -> None:
        """The upgrade resumes in each alternative what that alternative held."""
        naive = chronicle(
            milestone("f", "first-light", "2010"),
            milestone("o", "operation-started", "2012/2018"),
            milestone("s", "suspended", "2014"),
            milestone("u", "upgraded", "2016-01-01"),
        )
        found = row(naive, at="2016-06-15")
        assert found["alternatives"] == ["commissioning", "operating"]

    def test_beyond_the_horizon_is_that_of_the_horizon(self) -> None:
        """The alternatives and the range stay those of the horizon, the certainty is last-known."""
        naive = chronicle(
            milestone("o", "operation-started", "2010", stated="2009"),
            recorded=["2009-06-15"],
        )
        state = ask(naive, at="2015-12-31", stated="2010-03-01")
        assert state["facilities"][0]["certainty"] == "last-known"
        assert state["facilities"][0]["alternatives"] == [None, "operating"]
        assert state["totals"]["range"] == {"operating": {"certain": 0, "possible": 1}}


class TestOthers:
    """Rule 10: policies, indicators, discoveries and observations."""

    def test_a_policy_holds_until_its_end_or_its_successor(self) -> None:
        """The earlier of the last day of `until` and the day before the successor."""
        naive = chronicle(
            statement("policy", "a", "2000", record="r", until="2010"),
            statement("policy", "b", "2005-06", record="r", supersedes="a"),
            statement("policy", "e", "2012", record="r", supersedes="b", decision="ended"),
        )
        assert held(naive, "2005-05-31") == [("a", "2000-01-01", "2005-05-31")]
        assert held(naive, "2005-06-01") == [("b", "2005-06-01", "2011-12-31")]
        assert held(naive, "2012-01-01") == []
        assert held(naive, "2009-12-31", known=2) == [("a", "2000-01-01", "2010-12-31")]
        assert held(naive, "2015-12-31", known=3) == [("b", "2005-06-01", None)]

    def test_policies_are_listed_latest_first(self) -> None:
        """By their first day, an open one last, then by id."""
        naive = chronicle(
            statement("policy", "open", "../2000"),
            statement("policy", "z", "2001"),
            statement("policy", "y", "2001-01-01"),
            statement("policy", "late", "2002"),
        )
        assert [policy[0] for policy in held(naive, "2003-01-01")] == ["late", "y", "z", "open"]

    def test_policies_hold_beyond_the_horizon(self) -> None:
        """`at` is not clamped for them."""
        naive = chronicle(statement("policy", "a", "2000", until="2010"))
        assert [p[0] for p in held(naive, "2010-12-31", stated="2003-01-01")] == ["a"]

    def test_a_policy_that_would_end_before_it_begins_never_holds(self) -> None:
        """Its successor is the earlier one."""
        naive = chronicle(
            statement("policy", "a", "2005", record="r"),
            statement("policy", "b", "2004", record="r", supersedes="a"),
        )
        assert [policy[0] for policy in held(naive, "2006-01-01")] == ["b"]

    def test_a_reading_holds_until_the_next_of_its_series(self) -> None:
        """Planned readings and entries disputed throughout are no next ones."""
        share = {"series": "share", "unit": "%"}
        naive = chronicle(
            statement("indicator", "a", "2000", value=1, **share),
            statement("indicator", "b", "2002-05", value=2, **share),
            statement("indicator", "p", "2001", value=3, **share)
            | {"modality": "planned", "stated": "2000"},
            statement("indicator", "d", "2001-02", value=4, rank="disputed", **share),
        )
        assert readings(naive, "1999-12-31") == []
        assert readings(naive, "2002-04-30") == [("a", "2000-01-01", "2002-04-30")]
        assert readings(naive, "2025-01-01") == [("b", "2002-05-01", None)]

    def test_readings_of_one_day_go_by_entry(self) -> None:
        """The last entry of a day holds, the others never do."""
        share = {"series": "share", "unit": "%"}
        naive = chronicle(
            statement("indicator", "a", "2000", value=1, **share),
            statement("indicator", "b", "2000-01", value=2, **share),
        )
        assert [reading[0] for reading in readings(naive, "2000-06-15")] == ["b"]

    def test_discoveries_are_those_of_the_year_and_to_date(self) -> None:
        """The whole calendar year is listed, by day then id; the count is up to `at`."""
        naive = chronicle(
            statement("discovery", "late", "2012-12-31"),
            statement("discovery", "b", "2012"),
            statement("discovery", "a", "2012-01-01"),
            statement("discovery", "before", "2011"),
            statement("discovery", "open", "../2016"),
            statement("discovery", "p", "2012", stated="2011") | {"modality": "planned"},
            statement("discovery", "d", "2012", rank="disputed"),
        )
        state = ask(naive, at="2012-03-01")
        assert ids(state["discoveries"]) == ["a", "b", "late"]
        assert state["discoveries_to_date"] == 4

    def test_a_statement_belongs_where_it_says_else_to_its_facility(self) -> None:
        """Filters leave out what has no country or field at all."""
        naive = chronicle(
            statement("observation", "own", "2012", country="JP", facility="juno"),
            statement("observation", "of", "2012", facility="juno"),
            statement("observation", "none", "2012"),
        )

        def seen(**filters: str) -> list[str]:
            return ids(ask(naive, at="2012-12-31", **filters)["observations"])

        assert seen() == ["none", "of", "own"]
        assert seen(country="JP") == ["own"]
        assert seen(country="CN") == ["of"]
        assert seen(field="particle-physics") == ["of", "own"]


def held(naive: Naive, at: str, **more: Any) -> list[tuple[str, str | None, str | None]]:
    """The policies that hold on a day, with their first and last days."""
    return with_holds(ask(naive, at, **more)["policies"])


def readings(naive: Naive, at: str) -> list[tuple[str, str | None, str | None]]:
    """The readings that hold on a day, with their first and last days."""
    return with_holds(ask(naive, at)["indicators"])


def with_holds(lines: list[dict[str, Any]]) -> list[tuple[str, str | None, str | None]]:
    """Their ids and days."""
    return [(line["id"], line["holds"]["from"], line["holds"]["to"]) for line in lines]


class TestFilters:
    """The members of an answer that count and select."""

    def test_the_status_selects_facilities_and_their_totals(self) -> None:
        """A facility counts and is listed only if its canonical status is that one."""
        naive = chronicle(
            KAGRA,
            milestone("o", "operation-started", "2010"),
            milestone("k", "approved", "2010", facility="kagra"),
            statement("policy", "p", "2001"),
        )
        state = ask(naive, status="approved")
        assert ids(state["facilities"]) == ["kagra"]
        assert state["totals"] == {
            "status": {"approved": 1},
            "range": {"approved": {"certain": 1, "possible": 1}},
            "operating_by_field": {},
        }
        assert ids(state["policies"]) == ["p"]

    def test_the_range_counts_facilities_that_are_not_listed(self) -> None:
        """A possible early beginning counts even while the canonical status is null."""
        naive = chronicle(
            milestone("c", "cancelled", "2010"),
            statement("policy", "p", "2001"),
        )
        state = ask(naive, at="2010-06-15")
        assert state["facilities"] == []
        assert state["totals"]["status"] == {}
        assert state["totals"]["range"] == {"cancelled": {"certain": 0, "possible": 1}}

    def test_operating_facilities_are_counted_by_field(self) -> None:
        """By the field of the card, within the filter."""
        naive = chronicle(
            KAGRA,
            milestone("o", "operation-started", "2010"),
            milestone("k", "operation-started", "2010", facility="kagra"),
        )
        both = ask(naive)["totals"]["operating_by_field"]
        assert both == {"particle-physics": 1, "astronomy": 1}
        assert ask(naive, country="JP")["totals"]["operating_by_field"] == {"astronomy": 1}


class TestDuring:
    """A period: every status held on some day of it."""

    def test_has_a_row_for_each_status_clipped_to_the_period(self) -> None:
        """The stretches of a status, its first `since`, and whether it ever was certain."""
        naive = chronicle(
            milestone("o", "operation-started", "2010"),
            milestone("s", "suspended", "2013-03-01"),
            milestone("u", "upgraded", "2013-05"),
            milestone("d", "decommissioned", "2013-12/2014-02"),
        )
        state = ask(naive, during="2013")
        operating, suspended = state["facilities"]
        assert operating == {
            "id": "juno",
            "name": "JUNO",
            "country": "CN",
            "field": "particle-physics",
            "status": "operating",
            "holds": [
                {"from": "2013-01-01", "to": "2013-02-28"},
                {"from": "2013-05-01", "to": "2013-12-31"},
            ],
            "since": {"date": "2010", "earliest": "2010-01-01", "latest": "2010-12-31"},
            "statement": "o",
            "certainty": "certain",
        }
        assert suspended["holds"] == [{"from": "2013-03-01", "to": "2013-04-30"}]
        assert state["totals"] == {
            "status": {"operating": 1, "suspended": 1},
            "range": {
                "operating": {"certain": 1, "possible": 1},
                "suspended": {"certain": 1, "possible": 1},
                "decommissioned": {"certain": 0, "possible": 1},
            },
            "operating_by_field": {"particle-physics": 1},
        }
        only = ask(naive, during="2013", status="suspended")
        assert [facility["status"] for facility in only["facilities"]] == ["suspended"]
        assert only["totals"]["status"] == {"suspended": 1}

    def test_is_possible_where_the_status_never_is_the_only_one(self) -> None:
        """In the year of an inexact beginning, all days but the last are open."""
        naive = chronicle(milestone("o", "operation-started", "2010/2011"))
        assert row(naive, during="2010")["certainty"] == "possible"
        assert row(naive, during="2011")["certainty"] == "certain"
        assert row(naive, during="2011-11")["certainty"] == "possible"

    def test_continues_beyond_the_horizon(self) -> None:
        """Days after the horizon have the status at the horizon."""
        naive = chronicle(
            milestone("a", "approved", "2010"), milestone("o", "operation-started", "2012-06-15")
        )
        early = row(naive, during="2012", stated="2012-06-14")
        assert early["holds"] == [{"from": "2012-01-01", "to": "2012-12-31"}]
        assert early["status"] == "approved"
        wholly_beyond = row(naive, during="2050", stated="2015-01-01")
        assert wholly_beyond["holds"] == [{"from": "2050-01-01", "to": "2050-12-31"}]

    def test_lists_what_holds_or_happens_on_some_day_of_it(self) -> None:
        """Policies and readings that hold on a day of it, discoveries whose first day is in it."""
        share = {"series": "share", "unit": "%"}
        naive = chronicle(
            statement("policy", "p", "2000", until="2012-06-01"),
            statement("policy", "q", "2012-06-30"),
            statement("indicator", "a", "2000", value=1, **share),
            statement("indicator", "b", "2012-06-15", value=2, **share),
            statement("discovery", "d", "2012-06"),
            statement("discovery", "e", "2012"),
        )
        state = ask(naive, during="2012-06")
        assert ids(state["policies"]) == ["q", "p"]
        assert ids(state["indicators"]) == ["a", "b"]
        assert ids(state["discoveries"]) == ["d"]
        assert state["discoveries_to_date"] == 2


# What holds of every history.

COMMON = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@COMMON
@given(histories())
def test_a_random_history_is_acceptable_line_by_line(batches: list[Batch]) -> None:
    """The generator makes only lines that would be recorded, each with JSON members alone."""
    shadow = Shadow()
    for line in [line for batch in batches for line in batch]:
        assert shadow.refusal(line) is None
        shadow.record(json.loads(json.dumps(line)))


@COMMON
@given(logs(), st.randoms(use_true_random=False))
def test_a_day_asked_as_a_period_tells_the_same(log: list[Logged], rng: Random) -> None:
    """`during` of one day has the rows of `at`, except those of a mere promise."""
    naive, question = Naive(log), random_question(rng, log)
    year, month, day = civil(day_of(question["at"]))
    if not 0 <= year <= 9999:
        return
    question["during"] = f"{year:04}-{month:02}-{day:02}"
    period = naive.state(**question)
    moment = naive.state(**{**question, "during": None})
    keys = ("id", "name", "country", "field", "status", "since", "statement")
    assert [[f[key] for key in keys] for f in period["facilities"]] == [
        [f[key] for key in keys] for f in moment["facilities"] if f["status"] is not None
    ]
    for member in ("totals", "policies", "indicators", "discoveries_to_date"):
        assert period[member] == moment[member]


@COMMON
@given(logs(), st.randoms(use_true_random=False))
def test_a_period_tells_what_its_days_tell(log: list[Logged], rng: Random) -> None:
    """A month's rows and range are those that a look at every day of it finds."""
    naive, question = Naive(log), random_question(rng, log)
    year, month, _ = civil(day_of(question["at"]))
    if not 0 <= year <= 9999:
        return
    question |= {"during": f"{year:04}-{month:02}", "status": None}
    period = naive.state(**question)
    bounds = bounds_of(question["during"])
    found: dict[tuple[str, str], list[str | None]] = {}
    possible: dict[str, int] = {}
    for day in range(int(bounds.earliest), int(bounds.latest) + 1):
        moment = naive.state(**{**question, "at": iso(day), "during": None})
        for facility in moment["facilities"]:
            if facility["status"] is not None:
                found.setdefault((facility["id"], facility["status"]), []).append(iso(day))
        for status, tally in moment["totals"]["range"].items():
            possible[status] = max(possible.get(status, 0), tally["possible"])
    told = {
        (facility["id"], facility["status"]): [
            iso(day)
            for stretch in facility["holds"]
            for day in range(day_of(stretch["from"]), day_of(stretch["to"]) + 1)
        ]
        for facility in period["facilities"]
    }
    assert told == found
    assert set(period["totals"]["range"]) == set(possible)
    for status, most in possible.items():
        assert period["totals"]["range"][status]["possible"] >= most


@COMMON
@given(logs(), st.randoms(use_true_random=False))
def test_the_status_is_one_of_its_alternatives(log: list[Logged], rng: Random) -> None:
    """Rule 9: the canonical fold is one of the folds, and a certain one is the only one."""
    question = random_question(rng, log) | {"during": None}
    state = Naive(log).state(**question)
    for facility in state["facilities"]:
        assert facility["status"] in facility["alternatives"]
        if facility["certainty"] == "certain":
            assert facility["alternatives"] == [facility["status"]]
    json.dumps(state, allow_nan=False)


@COMMON
@given(logs(), logs(lines=5), st.randoms(use_true_random=False))
def test_a_pinned_answer_never_changes(log: list[Logged], more: list[Logged], rng: Random) -> None:
    """Rule 11: what is recorded later changes no answer at an earlier `known`."""
    cut = rng.randrange(len(log) + 1)
    while 0 < cut < len(log) and log[cut].commit == log[cut - 1].commit:
        cut -= 1
    question = random_question(rng, log[:cut])
    later = [Logged(10**6, 10**6, "2040-01-01T00:00:00.000001Z", m.line) for m in more]
    assert Naive(log[:cut]).state(**question) == Naive(log + later).state(**question)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"type": "source", "id": "s"}, "the id exists"),
        (milestone("a", "approved", "2013"), "the id exists"),
        (statement("policy", "agreement", "2013"), "the id exists"),
        (KAGRA | {"id": "agreement"}, "the id exists"),
        (KAGRA | {"sources": [{"id": "unknown"}]}, "an unknown source"),
        (milestone("b", "approved", "2013", facility="kagra"), "an unknown facility"),
        (milestone("b", "approved", "20 13"), "an unparsable date"),
        (milestone("b", "approved", None), "a date is missing"),
        (milestone("b", "approved", "2013", modality="planned"), "a planned statement says"),
        (plan("b", "approved", "2013", "2012", dropped=True), "only a plan is given up"),
        (milestone("b", "approved", "2013", supersedes="p"), "supersedes names nothing"),
        (milestone("b", "approved", "2013", entry="p"), "the entry lies in another record"),
        (statement("discovery", "d", "2013", record="agreement"), "the record is of another"),
        (correction("p", until=None), "a change that changes nothing"),
        (correction("p", date="2012"), "a change that changes nothing"),
        (correction("p", record="other"), "a member that nothing changes"),
        (correction("p", supersedes="p"), "supersedes names nothing"),
        (correction("unknown", date="2012"), "an unknown statement"),
        (correction("w", date="2012"), "a withdrawn statement takes"),
        (withdrawal("w"), "a withdrawn statement takes"),
        (reinstatement("p"), "a withdrawn statement takes"),
        ({"type": "amendment", "record": "kagra", "changes": {"name": "K"}}, "an unknown facility"),
    ],
)
def test_the_generator_knows_what_is_refused(line: Line, why: str) -> None:
    """A line that must not be recorded is never made."""
    shadow = Shadow()
    for before in (
        {"type": "source", "id": "s"},
        JUNO,
        milestone("a", "approved", "2013"),
        statement("policy", "p", "2012", record="agreement"),
        statement("policy", "w", "2012"),
        withdrawal("w"),
    ):
        shadow.record(before)
    with pytest.raises(ValueError, match=why):
        shadow.record(line)


def test_chance_makes_what_the_rules_turn_on() -> None:
    """Twenty seeded histories hold every kind of line, of milestone and of loss at least once."""
    kinds, milestones, lost, forms = set(), set(), set(), set()
    for seed in range(20):
        rng = Random(seed)
        batches = random_history(rng)
        log = logged(batches, random_instants(rng, len(batches)))
        naive = Naive(log)
        for line in [logged_line.line for logged_line in log]:
            kinds.add(line["type"])
            milestones.add(line.get("milestone"))
            forms |= {char for char in line.get("date", "") if char in "~?%X/Y"}
            if line["type"] == "milestone":
                told = naive.explain(line["id"], stated="2012-06-15", known=log[-1].position)
                lost |= set(told["lost"].values()) if told else set()
    assert kinds == {
        *("source", "facility", "series", "milestone", "discovery", "policy", "indicator"),
        "observation",
        *("correction", "withdrawal", "reinstatement", "amendment"),
    }
    assert len(milestones) == 13
    assert forms == set("~?%X/Y")
    assert lost == {
        *("withdrawn", "not-visible", "disputed"),
        *("planned-before-actual", "said-earlier", "recorded-earlier"),
    }


def test_an_open_end_is_no_day() -> None:
    """An open end prints as nothing, never as a far date."""
    assert iso(inf) is None
    assert iso(-inf) is None
