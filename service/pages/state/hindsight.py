"""Hindsight beside a state: what the sources had not stated by its horizon, and have since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Literal

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

Tense = Literal["over", "foreseen", "to-come"]
"""How a day lies to its hindsight: it was over by the horizon of then, or has come since, or is to
come even now."""


def hindsight_beside(visit: Visit) -> Members | None:
    """What was stated by the horizon of the page beside what is stated today; None where the page
    has no horizon before today, or is of a period.

    `unnamed`, `named` and `missed` list at most `MOST_NAMED` facilities each; `totals` count all,
    and `words` tell of each.
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
    found = then_and_now(visit, as_of, whole, part)
    tense: Tense = "foreseen"
    if as_of.at > whole:
        tense = "to-come"
    elif as_of.at <= as_of.stated:
        tense = "over"
    return {**found, "words": _words(found["totals"], visit.say, tense=tense)}


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


def _words(totals: Mapping[str, int], say: Speech, *, tense: Tense) -> Members:
    """What is told of each list of a hindsight, without the stop that ends it; `same` is what is
    told where there is none."""
    expected, unnamed, named, missed = (
        totals[name]
        for name in ("then", "unexpected_unnamed", "unexpected_named", "expected_not_come")
    )
    if tense == "to-come":
        return {
            "told": say.n(
                "Told then: %(num)s would be running; running so far: %(now)s",
                "Told then: %(num)s would be running; running so far: %(now)s",
                expected,
                now=totals["now"],
            ),
            "unnamed": say.n(
                "%(num)s runs so far that no source held here had named",
                "%(num)s run so far that no source held here had named",
                unnamed,
            ),
            "named": say.n(
                "%(num)s runs so far that had been named by then, but was not expected to run",
                "%(num)s run so far that had been named by then, but were not expected to run",
                named,
            ),
            "missed": say.n(
                "%(num)s was expected to run and does not so far",
                "%(num)s were expected to run and do not so far",
                missed,
            ),
            "same": say("What runs so far is what was expected of this day"),
        }
    told = {
        "told": say.n(
            "Told then: %(num)s running; told today: %(now)s",
            "Told then: %(num)s running; told today: %(now)s",
            expected,
            now=totals["now"],
        ),
        "unnamed": say.n(
            "%(num)s is known today to have run that no source held here had named",
            "%(num)s are known today to have run that no source held here had named",
            unnamed,
        ),
    }
    if tense == "over":
        return told | {
            "named": say.n(
                "%(num)s had been named by then, but was not counted as running",
                "%(num)s had been named by then, but were not counted as running",
                named,
            ),
            "missed": say.n(
                "%(num)s was counted as running then only",
                "%(num)s were counted as running then only",
                missed,
            ),
            "same": say("What is known today of this day is what was told of it then"),
        }
    return told | {
        "named": say.n(
            "%(num)s had been named by then, but was not expected to run",
            "%(num)s had been named by then, but were not expected to run",
            named,
        ),
        "missed": say.n(
            "%(num)s was expected to run and did not",
            "%(num)s were expected to run and did not",
            missed,
        ),
        "same": say("What is known today of this day is what was expected of it"),
    }


def unforeseen(hindsight: Members | None, say: Speech) -> str:
    """What the sources of then did not foresee, in a line; empty where there is nothing to tell."""
    if hindsight is None:
        return ""
    words = hindsight["words"]
    said = [words["told"], *(words[name] for name in ("unnamed", "named") if hindsight[name])]
    return ("" if say.lang == "zh" else " ").join(each + say(".") for each in said)
