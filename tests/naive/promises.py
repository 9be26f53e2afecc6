"""Promises by the rules, word by word, from the raw lines: rule 12, and the lists of rule 8.

It shares nothing with the service but the question: the ladders are put together
anew from the plans that are visible, and what came of each is looked for line by
line of the table. Days are numbers as in `model`; in what is returned, an open
end is None.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from .model import (
    AGAIN,
    ENDINGS,
    FINAL,
    FORWARD,
    NOTHING,
    Bounds,
    Claim,
    Facility,
    Line,
    Logged,
    Slot,
    bounds_of,
    civil,
    day_number,
    day_of,
    fill,
    iso,
    length,
    rank,
    read,
    step,
)

Answer = dict[str, Any]
Days = dict[str, int | None]


@dataclass(frozen=True)
class Ending:
    """What became of a ladder: `came` if something did, else `by`, which ended it, if anything."""

    outcome: str
    came: Claim | None = None
    by: Claim | None = None


def ladders(log: list[Logged], *, stated: str, known: int) -> list[Answer]:
    """Every ladder, by record and by the entry of its current plan."""
    found = [
        shown_ladder(facility, ladder)
        for facility in facilities(log, stated=stated, known=known)
        for ladder in put_together(facility)
    ]
    return sorted(found, key=lambda item: (item["record"], item["entry"]))


def ended(log: list[Logged], *, stated: str, known: int) -> dict[str, tuple[str, str | None]]:
    """The plans that fill an entry and are over, each with the word for it and what ended it.

    They are the current plans that were dropped or replaced, and those whose place another plan
    took that fills an entry of its own.
    """
    found: dict[str, tuple[str, str | None]] = {}
    for facility in facilities(log, stated=stated, known=known):
        plans = [slot.effective for slot in facility.slots if slot.effective is not None]
        for ladder in put_together(facility):
            filling_plans = [plan for plan in plans if plan in ladder]
            for plan in sorted(filling_plans, key=lambda plan: (plan.said, plan.order)):
                if plan.line.get("supersedes") in [other.id for other in filling_plans]:
                    found[plan.line["supersedes"]] = ("replaced", plan.id)
            current, ending = current_of(facility, ladder), what_came(facility, ladder)
            if current in plans and ending.outcome in ("dropped", "replaced"):
                found[current.id] = (ending.outcome, ending.by.id if ending.by else None)
    return found


def overdue(log: list[Logged], *, at: str, stated: str, known: int) -> list[Answer]:
    """The open plans that are over, the longest first, with the days since their bounds."""
    until = min(day_of(at), day_of(stated))
    found = []
    for facility in facilities(log, stated=stated, known=known):
        for slot in facility.open_plans():
            plan = filling(slot)
            if plan.bounds.latest <= until:
                days = {
                    "earliest": closed(until - plan.bounds.latest),
                    "latest": closed(until - plan.bounds.earliest),
                }
                found.append((-plan.bounds.latest, shown_promise(facility, slot, days)))
    return [item for _, item in sorted(found, key=lambda each: (-each[0], each[1]["statement"]))]


def due(log: list[Logged], *, stated: str, known: int, within: str | None = None) -> list[Answer]:
    """The open plans that may be kept yet, the soonest first, with the days to their bounds.

    `within` is the last day of the period asked for.
    """
    horizon = day_of(stated)
    most = inf if within is None else day_of(within)
    found = []
    for facility in facilities(log, stated=stated, known=known):
        for slot in facility.open_plans():
            plan = filling(slot)
            if horizon < plan.bounds.latest and (within is None or plan.bounds.latest <= most):
                days = {
                    "earliest": closed(plan.bounds.earliest - horizon),
                    "latest": closed(plan.bounds.latest - horizon),
                }
                found.append((plan.bounds.latest, shown_promise(facility, slot, days)))
    return [item for _, item in sorted(found, key=lambda each: (each[0], each[1]["statement"]))]


def totals(items: Sequence[Answer]) -> Answer:
    """The ladders counted, and their quartiles."""
    closed_ones = [
        item for item in items if item["slip_days"] and None not in item["slip_days"].values()
    ]
    known = [item["slip_days"] for item in items if item["slip_days"]]
    worst = max((each["earliest"] for each in known if each["earliest"] is not None), default=None)
    return {
        "ladders": len(items),
        "outcomes": dict(Counter(item["outcome"] for item in items)),
        "of": len(closed_ones),
        "still_open": len([item for item in items if item["outcome"] in ("pending", "overdue")]),
        **{
            name: {
                end: quantile([item["slip_days"][end] for item in closed_ones], quarters)
                for end in ("earliest", "latest")
            }
            if closed_ones
            else None
            for name, quarters in (("lower_quartile", 1), ("median", 2), ("upper_quartile", 3))
        },
        "worst": worst,
    }


def groups(items: Iterable[Answer], by: str, cards: dict[str, Line]) -> dict[str | None, Answer]:
    """The totals of each country, field, operator or decade."""
    apart: dict[str | None, list[Answer]] = {}
    for item in items:
        key = item["decade"] if by == "decade" else cards[item["record"]].get(by)
        apart.setdefault(key, []).append(item)
    return {key: totals(group) for key, group in apart.items()}


def facilities(log: list[Logged], *, stated: str, known: int) -> list[Facility]:
    """Every facility, as the sources had it."""
    horizon = day_of(stated)
    cards, claims = read(log, known)
    slots = fill([claim for claim in claims if claim.line["type"] == "milestone"], horizon)
    apart: dict[str, list[Slot]] = {}
    for slot in slots:
        apart.setdefault(slot.record, []).append(slot)
    return [Facility(card, apart.get(id, []), horizon) for id, card in sorted(cards.items())]


# The ladders.


def put_together(facility: Facility) -> list[list[Claim]]:
    """The plans of a facility in their ladders, each in the order in which they were said."""
    plans = [
        claim
        for slot in facility.slots
        for claim in slot.claims
        if not claim.withdrawn
        and claim.said <= facility.horizon
        and not claim.actual
        and not claim.disputed
        and claim.line.get("date")
    ]
    plans.sort(key=lambda plan: (plan.said, plan.order))
    found: list[list[Claim]] = []
    for plan in plans:
        mine = [ladder for ladder in found if any(linked(plan, other) for other in ladder)]
        found = [ladder for ladder in found if ladder not in mine]
        found.append([*(other for ladder in mine for other in ladder), plan])
    return [sorted(ladder, key=lambda plan: (plan.said, plan.order)) for ladder in found]


def linked(one: Claim, other: Claim) -> bool:
    """Whether two plans are of one ladder for themselves."""
    return (
        one.entry == other.entry
        or one.line.get("supersedes") == other.id
        or other.line.get("supersedes") == one.id
    )


def current_of(facility: Facility, ladder: list[Claim]) -> Claim:
    """Of the last plans of each entry the last that no effective plan of the ladder replaces."""
    effective = [slot.effective for slot in facility.slots if slot.effective in ladder]
    replaced = {plan.line.get("supersedes") for plan in effective if plan is not None}
    last = [
        plan
        for place, plan in enumerate(ladder)
        if not any(later.entry == plan.entry for later in ladder[place + 1 :])
    ]
    # Where they replace one another in a ring, none of them is replaced for good.
    return ([plan for plan in last if plan.id not in replaced] or last)[-1]


def what_came(facility: Facility, ladder: list[Claim]) -> Ending:
    """The table of rule 12, by its first line that fits."""
    current = current_of(facility, ladder)
    own = next(slot for slot in facility.slots if slot.entry == current.entry)
    if own.counts and filling(own).actual:
        return came(filling(own), ladder)

    in_its_place = [
        filling(slot)
        for slot in facility.slots
        if slot.counts and filling(slot).line.get("supersedes") == current.id
    ]
    # Of several, the one that rule 5 would put before the others.
    instead = max(
        in_its_place,
        key=lambda claim: (not claim.disputed, claim.actual, claim.said, claim.order),
        default=None,
    )
    if instead is not None and (gives_up(instead) or is_an_ending(instead)):
        return Ending("dropped", by=instead)
    if instead is not None and instead.actual:
        return came(instead, ladder)

    if gives_up(filling(own)):
        return Ending("dropped", by=filling(own))
    if own in facility.open_plans():
        passed = current.bounds.latest <= facility.horizon
        return Ending("overdue" if passed else "pending")

    for plan in reversed(ladder):
        other = next(slot for slot in facility.slots if slot.entry == plan.entry)
        if other.counts and filling(other).actual and not over(filling(other), ladder[0]):
            return came(filling(other), ladder)

    answer = answer_to(facility, current)
    if answer is not None and answer.milestone in FINAL and answer.milestone != current.milestone:
        return Ending("dropped", by=answer)
    return Ending("replaced", by=answer or instead)


def came(claim: Claim, ladder: list[Claim]) -> Ending:
    """It came, unless it was over before anybody promised it."""
    first = ladder[0]
    if over(claim, first):
        return Ending("replaced", by=claim)
    slip = between(first.bounds, claim.bounds)
    if slip["earliest"] is not None and slip["earliest"] > 0:
        return Ending("late", came=claim)
    if slip["latest"] is not None and slip["latest"] < 0:
        return Ending("early", came=claim)
    return Ending("kept", came=claim)


def over(claim: Claim, plan: Claim) -> bool:
    """Whether something was certainly over before a plan was said."""
    return claim.bounds.latest < min(bounds_of(plan.line["stated"]).earliest, plan.first_recorded)


def answer_to(facility: Facility, plan: Claim) -> Claim | None:
    """The first milestone, in the order of rule 7, that answers a plan by rule 8."""
    if plan.milestone not in FORWARD and plan.milestone not in ENDINGS:
        return None
    held = NOTHING
    for actual in facility.moving:
        before, held = held, step(held, actual.milestone)
        if not plan.said < actual.day <= facility.horizon:
            continue
        if actual.milestone in FINAL:
            return actual
        if plan.milestone == actual.milestone == "suspended":
            return actual
        reached = FORWARD.get(actual.milestone)
        if actual.milestone == "upgraded" and before[0] == "suspended":
            reached = held[0]
        if plan.milestone in FORWARD and rank(reached) >= rank(FORWARD[plan.milestone]):
            return actual
    return None


def filling(slot: Slot) -> Claim:
    """What fills an entry of a `Facility`, which has no other entries."""
    assert slot.effective is not None
    return slot.effective


def gives_up(claim: Claim) -> bool:
    """Whether a plan is given up by it."""
    return not claim.actual and bool(claim.line.get("dropped"))


def is_an_ending(claim: Claim) -> bool:
    """Whether something ended by it."""
    return claim.actual and claim.milestone in ENDINGS


# How it is told.


def shown_ladder(facility: Facility, ladder: list[Claim]) -> Answer:
    """What is compared of a ladder."""
    current = current_of(facility, ladder)
    ending = what_came(facility, ladder)
    first, last = ladder[0], ladder[-1]
    plans = []
    for place, plan in enumerate(ladder):
        before = ladder[place - 1].bounds if place else None
        plans.append(
            {
                **shown_rung(plan),
                "stated": plan.line["stated"],
                "said": iso(plan.said),
                "slip_days": between(first.bounds, plan.bounds) if place else None,
                "slip_days_before": between(before, plan.bounds) if before else None,
            }
        )
    year, _, _ = civil(int(first.said))
    return {
        **facility.head(),
        "record": facility.card["id"],
        "entry": current.entry.removesuffix(AGAIN),
        "milestone": current.milestone,
        "plans": plans,
        "came": shown_rung(ending.came) if ending.came else None,
        "slip_days": between(first.bounds, ending.came.bounds) if ending.came else None,
        "slip_days_before": between(last.bounds, ending.came.bounds) if ending.came else None,
        "outcome": ending.outcome,
        "ended_by": ending.by.id if ending.by else None,
        "decade": year // 10 * 10,
    }


def shown_promise(facility: Facility, slot: Slot, days: Days) -> Answer:
    """What is compared of an open plan."""
    plan = filling(slot)
    return {
        **facility.head(),
        **shown_rung(plan),
        "record": facility.card["id"],
        "entry": slot.entry.removesuffix(AGAIN),
        "title": plan.line["title"],
        "stated": plan.line["stated"],
        "said": iso(plan.said),
        "days": days,
    }


def shown_rung(claim: Claim) -> Answer:
    """A milestone of a ladder."""
    return {
        "statement": claim.id,
        "milestone": claim.milestone,
        "date": claim.line["date"],
        "bounds": {"earliest": iso(claim.bounds.earliest), "latest": iso(claim.bounds.latest)},
        "sources": claim.line["sources"],
    }


def between(plan: Bounds, other: Bounds) -> Days:
    """How many days later something is than a plan, at least and at most."""
    return {
        "earliest": closed(other.earliest - plan.latest),
        "latest": closed(other.latest - plan.earliest),
    }


def closed(days: float) -> int | None:
    """A number of days; None where an end is open."""
    return None if days in (inf, -inf) else int(days)


def after(day: str, period: str) -> str:
    """The day so long after another: years and months by the calendar, then the days.

    >>> after("2024-02-29", "P1Y"), after("2024-01-31", "P1M1D")
    ('2025-02-28', '2024-03-01')
    """
    counts = {unit: int(number) for number, unit in re.findall(r"([0-9]+)([YMWD])", period)}
    year, month, of_month = civil(day_of(day))
    months = 12 * (year + counts.get("Y", 0)) + month - 1 + counts.get("M", 0)
    year, month = months // 12, months % 12 + 1
    start = day_number(year, month, min(of_month, length(year, month)))
    return str(iso(start + counts.get("D", 0) + 7 * counts.get("W", 0)))


def quantile(numbers: Iterable[int], quarters: int) -> float:
    """So many quarters of the way through the numbers, straight between two of them."""
    ordered = sorted(numbers)
    place = Fraction(quarters * (len(ordered) - 1), 4)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))
