"""The items that every feed is made of, by the table of hard dates and by lives told by hand."""

from __future__ import annotations

from typing import Any

import pytest

from events.clocks import as_of
from events.dates import iso, parse_iso, parse_period
from events.errors import NotFound
from service.archive import Archive
from service.items.completing import completed
from service.items.item import Item
from service.items.reading import items
from service.items.selection import Selection
from service.items.significance import most_significant
from tests.service.feeds.hard_dates import HARD, LINES, Hard


def asked(
    archive: Archive, *, stated: str | None = None, known: str | None = None, **wanted: Any
) -> dict[str, Item]:
    """The items by id; clocks as texts, `wanted` is a `Selection`."""
    clocks = as_of(
        stated=stated,
        known=known,
        log=archive.chronicle.log,
        now=archive.chronicle.now(),
    )
    reading = archive.reading(archive.views.db())
    found = completed(reading, clocks, items(reading, clocks, Selection(**wanted)))
    assert len({item.id for item in found}) == len(found)
    return {item.id: item for item in found}


def days(item: Item) -> tuple[str | None, str | None]:
    """From which day up to which, half-open."""
    return (
        None if item.first is None else iso(item.first),
        None if item.stop is None else iso(item.stop),
    )


@pytest.mark.parametrize("date", HARD, ids=lambda date: date.name)
def test_an_item_keeps_a_date_with_its_bounds_and_its_words(hard: Archive, date: Hard) -> None:
    """As the source gave it, and in both languages."""
    item = asked(hard)[date.id]
    start = item.start
    assert start is not None
    assert start.edtf == date.edtf
    bounds = [None if day is None else iso(day) for day in (start.earliest, start.latest)]
    assert bounds == [date.earliest, date.latest]
    assert dict(start.text) == {"en": date.en, "zh": date.zh}
    assert item.point
    assert not item.open
    assert item.end is None


def test_a_life_is_a_row_of_phases(hard: Archive) -> None:
    """Each from the day on which its milestone counts to that of the next; closed is a point."""
    found = asked(hard, record="hard", kinds=("phase",))
    assert [(id, *days(item)) for id, item in found.items()] == [
        ("hard/proposed/1", "-000240-01-01", "1987-01-01"),
        ("hard/under-construction/1", "1987-01-01", "1990-05-01"),
        ("hard/operating/1", "1990-05-01", "2009-02-28"),
        ("hard/decommissioned/1", "2009-02-28", "2009-03-01"),
    ]
    running = found["hard/operating/1"]
    assert running.end is not None
    assert running.end.edtf == "2008-24"
    assert [plan.statement for plan in running.plans] == ["hard-plan"]
    assert found["hard/decommissioned/1"].point
    assert not any(item.open for item in found.values())


def test_a_life_without_an_end_is_open(hard: Archive) -> None:
    """And what is only promised follows it, marked as planned."""
    found = asked(hard, record="dream", kinds=("phase",))
    approved, expected = found["dream/approved/1"], found["dream/expected/operating/1"]
    assert (approved.open, approved.end, approved.planned) == (True, None, False)
    assert (expected.open, expected.planned) == (True, True)
    assert days(expected) == ("2035-01-01", None)


def test_an_expected_phase_begins_after_the_horizon(hard: Archive) -> None:
    """A plan for a year of which some days have passed."""
    found = asked(hard, stated="1989-03-05", record="hard", kinds=("phase",))
    assert days(found["hard/expected/operating/1"]) == ("1989-03-06", None)
    start = found["hard/expected/operating/1"].start
    assert start is not None
    assert start.earliest == parse_iso("1989-03-06")


def test_open_plans_are_items_and_answered_ones_are_not(hard: Archive) -> None:
    """An open one is planned, or overdue as well; the answered one stands on what came."""
    found = asked(hard, kinds=("milestone",))
    assert (found["dream-plan"].planned, found["dream-plan"].overdue) == (True, False)
    assert (found["dream-late"].planned, found["dream-late"].overdue) == (True, True)
    assert "hard-plan" not in found
    assert [plan.date.edtf for plan in found["hard-running"].plans] == ["1989"]
    before = asked(hard, stated="1988", kinds=("milestone",))
    assert before["hard-plan"].planned
    assert "hard-running" not in before


def test_what_is_disputed_is_marked_and_what_is_withdrawn_is_gone(hard: Archive) -> None:
    """At the position before its withdrawal it was there."""
    found = asked(hard)
    assert found["disputed"].disputed
    assert [item.id for item in found.values() if item.disputed] == ["disputed"]
    assert "withdrawn" not in found
    assert "withdrawn" in asked(hard, known=f"@{len(LINES)}")


def test_a_policy_holds_until_its_end_or_for_ever(hard: Archive) -> None:
    """Neither is a point."""
    found = asked(hard, kinds=("policy",))
    assert days(found["five-years"]) == ("2011-01-01", "2016-01-01")
    assert days(found["for-ever"]) == ("2016-05-01", None)
    assert [item.open for item in found.values()] == [False, True]


def test_an_item_knows_where_it_belongs(hard: Archive) -> None:
    """A discovery by its facility; one that has none by its own line, or nowhere."""
    found = asked(hard)
    day = found["hard-day"]
    assert (day.lane, day.country, day.field, day.place) == ("hard", "CN", "space", (-35.25, 149.1))
    assert day.name["zh"] == "难题<台>"
    nowhere = found["nowhere"]
    assert (nowhere.lane, nowhere.country, nowhere.field) == ("kind:discovery", "", "")
    assert (nowhere.place, dict(nowhere.name)) == (None, {})
    assert found["reading"].claim.value == -2.5


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"countries": ("FR",)}, {"dream", "remark"}),
        ({"countries": ("JP",), "regions": ("western-europe",)}, {"dream", "remark"}),
        ({"field": "fusion"}, {"dream"}),
        ({"record": "dream"}, {"dream"}),
        ({"kinds": ("indicator",)}, {"share"}),
    ],
    ids=lambda given: str(sorted(given)),
)
def test_a_selection_leaves_out_the_rest(
    hard: Archive, wanted: dict[str, Any], expected: set[str]
) -> None:
    """By place, field, record and kind."""
    assert {item.record for item in asked(hard, **wanted).values()} == expected


def test_a_stretch_of_days_takes_all_that_touches_it(hard: Archive) -> None:
    """A vague date that may lie in it, a phase that reaches into it, and open ends."""
    first, last = parse_period("1987-12-31").first, parse_period("1987-12-31").last
    found = set(asked(hard, first=first, last=last))
    assert {"hard-year", "hard-circa", "hard-decade", "hard-century"} <= found
    assert "hard/under-construction/1" in found
    assert "hard/proposed/1" not in found
    assert not {"hard-by", "hard-from", "hard-day", "hard-bce"} & found
    far = parse_period("Y20000")
    late = set(asked(hard, first=far.first, last=far.last))
    assert {"hard-from", "for-ever", "dream/approved/1"} <= late
    assert "hard-far" not in late


def test_a_record_that_there_is_not_is_not_found(hard: Archive) -> None:
    """Rather than empty."""
    with pytest.raises(NotFound):
        asked(hard, record="atlantis")


def test_completed_items_tell_their_sources_and_when_they_were_recorded(hard: Archive) -> None:
    """The commit since which the statement stands as it does."""
    for item in asked(hard).values():
        assert [source.title for source in item.sources] == ["A yearbook"]
        assert item.position == len(LINES)
        assert item.recorded is not None
        assert item.recorded.startswith("2026-11-25T12:00:00")


def test_the_most_significant_are_steps_and_discoveries(hard: Archive) -> None:
    """Readings, remarks and what is disputed come last."""
    found = asked(hard).values()
    ranked = most_significant(found, len(found))
    assert ranked[0].milestone == "operation-started" or ranked[0].kind in ("phase", "discovery")
    assert {item.kind for item in ranked[-3:]} <= {"indicator", "observation", "discovery"}
    assert ranked[-1].disputed
    assert most_significant(found, 3) == ranked[:3]
