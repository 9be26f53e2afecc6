"""Slips: what came of promises, and how far it was from what was promised.

The ladders stand in the views (`projections.kinds.ladders`); here they are given their
statements, counted, and put into pages.

A median is told as an interval, from the median of the least possible slips to
that of the greatest, and of how many. Ladders whose slip is open on one side
are not counted in it; the worst is the one that certainly slipped the most, so
it is found among all whose least slip is known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import NamedTuple

import msgspec

from events.dates import Day, year_of
from events.fact import Line
from projections.kinds.ladders import OUTCOMES, Ladder, Slip, ladder_of
from projections.views.file import Database
from projections.views.state import State
from service.asking.json_text import members_of
from service.asking.query import Query
from service.promises.asking import (
    Members,
    Promised,
    about,
    bounds,
    cards_of,
    given_of,
    is_run_by,
    name_of,
    next_of,
    rung,
    stab,
)
from service.sentences.slips import Worst, slips_sentence
from service.sentences.times import Lateness


class Counted(NamedTuple):
    """A ladder with its outcome, and the card of its facility."""

    record: str
    outcome: str
    ladder: Ladder
    card: Line


def ladders(view: State, db: Database, question: Query, asked: Promised) -> list[Counted]:
    """The ladders that are meant, by record and entry, or the greatest slip first."""
    as_of = question.as_of
    if asked.record is not None:
        rows = view.stab_records(
            db, "slip", [asked.record], day=as_of.stated, stated=as_of.stated, known=as_of.known
        )
    else:
        rows = stab(view, db, "slip", question, asked, day=as_of.stated)
    if asked.outcome is not None:
        rows = [row for row in rows if row.value == asked.outcome]
    texts = view.texts(db, (row.id for row in rows))
    cards = cards_of(view, db, rows, known=as_of.known)
    found = [
        Counted(row.record, row.value, ladder_of(texts[row.id]), cards[row.record]) for row in rows
    ]
    if asked.operator is not None:
        found = [each for each in found if is_run_by(each.card, asked.operator)]
    if asked.came_by is not None:
        came = _came_by(view, db, found, asked.came_by, known=as_of.known)
        found = [each for each in found if each.ladder.came in came]
    found.sort(key=lambda each: (each.record, each.ladder.entry, each.ladder.plans))
    if asked.sort == "slip":
        found.sort(key=_greatest_first)
    return found


def slips_answer(view: State, db: Database, question: Query, asked: Promised) -> str:
    """The JSON text of `/v1/slips`, or of the slips of one record."""
    found = ladders(view, db, question, asked)
    page = found[asked.skipped : asked.skipped + asked.wanted.limit]
    ids = {id for each in page for id in (*each.ladder.plans, each.ladder.came) if id is not None}
    lines = {
        id: msgspec.json.decode(text)
        for id, text in view.statements(db, ids, known=question.as_of.known).items()
    }
    totals = slip_totals(found)
    members: Members = {
        "sentence": _slips_sentence(question, asked, found, totals),
        "totals": totals,
    }
    if asked.record is None:
        members["by"] = {name: _groups(name, found) for name in asked.by}
    members["items"] = [_slip_item(each, lines) for each in page]
    members["next"] = next_of(question, asked, len(found))
    return f"{{{members_of(question.head())},{members_of(members)}}}"


def _came_by(
    view: State, db: Database, found: Iterable[Counted], day: Day, *, known: int
) -> set[str | None]:
    """The statements of what came, where it certainly had by a day."""
    ids = {each.ladder.came for each in found if each.ladder.came is not None}
    lines = view.statements(db, ids, known=known).items()
    ends = {id: bounds(msgspec.json.decode(text))[1] for id, text in lines}
    return {id for id, latest in ends.items() if latest is not None and latest <= day}


def _slips_sentence(
    question: Query, asked: Promised, found: Sequence[Counted], totals: Members
) -> Members:
    came = [each.ladder.slip for each in found if each.ladder.slip is not None]
    median, worst = None, None
    if len(came) == 1:
        median = Lateness(came[0].earliest, came[0].latest)
    elif totals["median"] is not None:
        median = Lateness(**totals["median"])
    farthest = _farthest(found)
    if farthest is not None and (slip := farthest.ladder.slip) is not None:
        name = name_of(question, farthest.record, farthest.card)
        worst = Worst(name, Lateness(slip.earliest, slip.latest))
    whole = replace(question, filters=given_of(replace(asked, skipped=0)))
    return slips_sentence(
        outcomes=totals["outcomes"],
        median=median,
        of=totals["of"],
        worst=worst,
        about=about(asked),
        only=next((outcome for outcome in OUTCOMES if outcome == asked.outcome), None),
        links=None
        if asked.record is not None
        else {name: whole.url(outcome=name) for name in OUTCOMES},
    ).members()


def slip_totals(found: Sequence[Counted]) -> Members:
    """How many ladders came to what, and how far those slipped that came to something."""
    outcomes = Counter(each.outcome for each in found)
    slipped = [each for each in found if _closed(each.ladder.slip)]
    members: Members = {
        "ladders": len(found),
        "outcomes": {name: outcomes[name] for name in OUTCOMES if outcomes[name]},
        "of": len(slipped),
        "median": None,
        "lower_quartile": None,
        "upper_quartile": None,
        "worst": None,
    }
    if slipped:
        slips = [each.ladder.slip for each in slipped if each.ladder.slip is not None]
        for name, share in (("lower_quartile", 1), ("median", 2), ("upper_quartile", 3)):
            members[name] = {
                "earliest": _quantile([slip.earliest or 0 for slip in slips], share),
                "latest": _quantile([slip.latest or 0 for slip in slips], share),
            }
    if (worst := _farthest(found)) is not None:
        members["worst"] = {
            "record": worst.record,
            "entry": worst.ladder.entry,
            "slip_days": _slip_days(worst.ladder.slip),
        }
    return members


def _farthest(found: Sequence[Counted]) -> Counted | None:
    """The ladder with the greatest least slip, if any has one that is known."""
    known = [each for each in found if each.ladder.slip and each.ladder.slip.earliest is not None]
    return min(known, key=_greatest_first, default=None)


def _groups(name: str, found: Sequence[Counted]) -> list[Members]:
    """The totals of each group, the earliest decade first, all else by its letters."""
    if name == "decade":
        decades: dict[int, list[Counted]] = defaultdict(list)
        for each in found:
            year = year_of(each.ladder.said)
            decades[year - year % 10].append(each)
        return [{"key": f"{year}s", **slip_totals(decades[year])} for year in sorted(decades)]
    groups: dict[str, list[Counted]] = defaultdict(list)
    for each in found:
        groups[each.card.get(name) or ""].append(each)
    return [{"key": key or None, **slip_totals(groups[key])} for key in sorted(groups)]


def _closed(slip: Slip | None) -> bool:
    return slip is not None and slip.earliest is not None and slip.latest is not None


def _quantile(numbers: list[int], quarters: int) -> float:
    """A quartile by linear interpolation between the nearest two, in days and quarters of them.

    >>> _quantile([4, 0, 10, 3], 2), _quantile([1, 2], 1), _quantile([7], 2)
    (3.5, 1.25, 7)
    """
    ordered = sorted(numbers)
    place, rest = divmod((len(ordered) - 1) * quarters, 4)
    following = ordered[min(place + 1, len(ordered) - 1)]
    whole, part = divmod((following - ordered[place]) * rest, 4)
    # A whole number is told as one: 1699, not 1699.0.
    return ordered[place] + whole + (part / 4 if part else 0)


def _greatest_first(counted: Counted) -> tuple[bool, int, float, str]:
    """By the slip that is certain, then by the possible one; what has none comes last."""
    slip = counted.ladder.slip
    if slip is None or slip.earliest is None:
        return (True, 0, 0, counted.record)
    greatest = inf if slip.latest is None else slip.latest
    return (False, -slip.earliest, -greatest, counted.record)


def _slip_item(counted: Counted, lines: Mapping[str, Line]) -> Members:
    ladder, card = counted.ladder, counted.card
    plans = [lines[id] for id in ladder.plans]
    return {
        "entry": ladder.entry,
        "record": counted.record,
        "name": card["name"],
        "country": card["country"],
        "field": card["field"],
        "milestone": ladder.milestone,
        "plans": [
            {
                **rung(plan),
                "said": plan["said"]["day"],
                "stated": plan["stated"],
                "slip_days": _between(plans[0], plan) if index else None,
                "slip_days_before": _between(plans[index - 1], plan) if index else None,
            }
            for index, plan in enumerate(plans)
        ],
        "came": None if ladder.came is None else rung(lines[ladder.came]),
        "slip_days": _slip_days(ladder.slip),
        "slip_days_before": _slip_days(ladder.slip_before),
        "outcome": counted.outcome,
        "ended_by": ladder.by,
    }


def _between(plan: Line, later: Line) -> Members:
    (first, last), (earliest, latest) = bounds(plan), bounds(later)
    return {
        "earliest": None if earliest is None or last is None else earliest - last,
        "latest": None if latest is None or first is None else latest - first,
    }


def _slip_days(slip: Slip | None) -> Members | None:
    return None if slip is None else {"earliest": slip.earliest, "latest": slip.latest}
