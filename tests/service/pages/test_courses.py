"""The courses of the figures of a state, held to the answers of each year."""

from __future__ import annotations

import pytest

from events.clocks import AsOf, as_of
from events.dates import Bounds, Day, day, iso, year_of
from service.archive import Archive
from service.asking.filters import Wanted
from service.asking.json_text import Fragment
from service.asking.query import Query
from service.pages.drawn.courses import Courses, courses, median_by
from service.pages.drawn.lanes import FAMILIES
from service.promises.filters import Promised
from service.promises.slips import ladders, lines_of, slip_totals
from service.promises.tally import Counted, Tally
from service.state.answer import state_answer

FIRST = 1980


def clocks(archive: Archive, stated: str | None = None, at: str | None = None) -> AsOf:
    """The clocks of a question."""
    return as_of(
        at=at,
        stated=stated,
        log=archive.chronicle.log,
        now=archive.chronicle.now(),
    )


def promised(
    archive: Archive, as_of: AsOf, wanted: Wanted
) -> tuple[list[Counted], dict[str, Fragment]]:
    """The ladders, and the lines of what came of them."""
    slice = archive.reading(archive.views.db()).at(
        as_of, countries=wanted.countries, field=wanted.field
    )
    counted = ladders(slice)
    return counted, lines_of(slice, counted)


def last_year(course: Courses) -> int:
    """The last year that has a point."""
    return course.first + len(course.by["policies"]) - 1


def drawn(archive: Archive, as_of: AsOf, wanted: Wanted, *, first: int, last: int) -> Courses:
    """The courses."""
    slice = archive.reading(archive.views.db()).at(
        as_of, countries=wanted.countries, field=wanted.field
    )
    return courses(slice, tally=Tally(slice, Promised()), first=first, last=last)


@pytest.mark.parametrize("stated", [None, "2012-06-15"])
@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(countries=("CN",)),
        Wanted(countries=("CN",), field="particle-physics"),
        Wanted(countries=("VA",)),
    ],
    ids=["all", "CN", "CN particle-physics", "VA"],
)
def test_a_point_is_what_the_state_says_at_the_end_of_its_year(
    shipped: Archive, wanted: Wanted, stated: str | None
) -> None:
    """Facilities by what is counted together, and the policies in force."""
    horizon = clocks(shipped, stated)
    course = drawn(shipped, horizon, wanted, first=FIRST, last=2030)
    assert (course.first, last_year(course)) == (FIRST, year_of(horizon.stated))
    for place, year in enumerate(range(course.first, last_year(course) + 1)):
        at = clocks(shipped, iso(horizon.stated), at=f"{year}-12-31")
        query = Query("/v1/state", at, {}, about=wanted)
        state = state_answer(shipped.reading(shipped.views.db()), query)
        for name, statuses in FAMILIES:
            count = sum(state["totals"]["status"].get(status, 0) for status in statuses)
            assert course.by[name][place] == count, (name, year)
        assert course.by["policies"][place] == len(state["policies"]), year


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(countries=("CN",))], ids=["all", "CN"])
def test_a_median_is_that_of_what_had_come_by_the_end_of_the_year(
    shipped: Archive, wanted: Wanted
) -> None:
    """Halfway between its two ends; where nothing had come there is none."""
    now = clocks(shipped)
    counted, lines = promised(shipped, now, wanted)
    slice = shipped.reading(shipped.views.db()).at(
        now, countries=wanted.countries, field=wanted.field
    )
    tally = Tally(slice, Promised())
    course = drawn(shipped, now, wanted, first=FIRST, last=2026)

    def came(each: Counted, last: Day) -> bool:
        if (by := each.ladder.came) is None:
            return False
        latest = Bounds.of(lines[by]["bounds"]).latest
        return latest is not None and latest <= last

    for place, year in enumerate(range(FIRST, 2027)):
        last = day(year, 12, 31)
        totals = slip_totals([each for each in counted if came(each, last)])
        median = totals["median"]
        ends = None if median is None else (median["earliest"], median["latest"])
        assert course.by["slip"][place] == (None if ends is None else sum(ends) / 2), year
        assert median_by(tally, last) == (None if ends is None else (*ends, totals["of"])), year
    assert course.by["slip"][0] is None
    assert course.by["slip"][-1] is not None


def test_so_many_years_are_drawn_and_no_more(shipped: Archive) -> None:
    """One thing of the ice age does not make a course of a million points."""
    course = drawn(shipped, clocks(shipped), Wanted(countries=("CN",)), first=-300_000, last=2030)
    assert (course.first, last_year(course)) == (27, 2026)
    assert {len(values) for values in course.by.values()} == {2_000}
