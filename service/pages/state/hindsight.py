"""Hindsight beside a state: what the sources had not stated by its horizon, and have since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from events.clocks import AsOf, utc_day
from events.dates import Day
from service.asking.filters import Wanted
from service.asking.query import Query
from service.comparing.diff import Comparison
from service.comparing.hindsight import hindsight_answer
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import written
from service.pages.shell.layout import Members
from service.words.speech import Speech

MOST_NAMED = 60
"""How many facilities each list names, at most."""


def hindsight_beside(visit: Visit) -> Members | None:
    """What was stated by the horizon of the page beside what is stated today; None where the page
    has no horizon before today, or is of a period.

    `unnamed`, `named` and `missed` list at most `MOST_NAMED` facilities each; `totals` count all.
    """
    as_of = visit.query.as_of
    if as_of.during is not None:
        return None
    # The default of `stated` at this position of the log.
    whole = utc_day(as_of.known_at) if as_of.known_at else as_of.stated
    if "stated" not in visit.here.texts or as_of.stated >= whole:
        return None
    asked: Wanted = visit.query.about
    part = Wanted(
        countries=asked.countries, regions=asked.regions, field=asked.field, class_=asked.class_
    )
    return then_and_now(visit, as_of, whole, part)


def then_and_now(
    visit: Visit, then: AsOf, whole: Day, part: Wanted, *, most: int = MOST_NAMED
) -> Members:
    """A day as it was stated by an earlier one, beside what had been stated of it by the day
    `whole`. `most` is how many facilities each list names."""
    query = Query(
        "/v1/hindsight", then, {}, about=Comparison(then, replace(then, stated=whole), part)
    )
    found = hindsight_answer(visit.reading, query)
    rows = {row["id"]: row for row in found["rows"]}
    names = visit.names(rows)

    def named(ids: Iterable[str]) -> list[Members]:
        return [
            {"id": id, "name": names[id], "now": rows[id]["now"]}
            for id in islice((id for id in ids if id in rows), most)
        ]

    unexpected = found["unexpected"]
    return {
        "totals": found["totals"],
        "to_stated": written(whole),
        "unnamed": named(id for id in unexpected if id in rows and not rows[id]["named"]),
        "named": named(id for id in unexpected if id in rows and rows[id]["named"]),
        "missed": named(found["expected_not_come"]),
    }


def unforeseen(hindsight: Members | None, say: Speech) -> str:
    """What the sources of then did not foresee, in a line; empty where there is nothing to tell."""
    if hindsight is None:
        return ""
    totals = hindsight["totals"]
    told = say.n(
        "Told then: %(num)s running; told today: %(now)s.",
        "Told then: %(num)s running; told today: %(now)s.",
        totals["then"],
        now=totals["now"],
    )
    unnamed, named = totals["unexpected_unnamed"], totals["unexpected_named"]
    said = [told]
    if unnamed:
        said.append(
            say.n(
                "%(num)s is known today to have run that no source held here had named.",
                "%(num)s are known today to have run that no source held here had named.",
                unnamed,
            )
        )
    if named:
        said.append(
            say.n(
                "%(num)s had been named by then, but was not expected to run.",
                "%(num)s had been named by then, but were not expected to run.",
                named,
            )
        )
    return ("" if say.lang == "zh" else " ").join(said)
