"""The items of timelines by the rules, word by word, from the raw lines.

It shares nothing with the service: phases are read off the status of each day on which it can
turn, statements off the entries that they fill. Days are numbers as in `model`, and in what is
returned texts or None.
"""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import Any, NamedTuple

from .model import (
    ENDINGS,
    FINAL,
    NOTHING,
    Claim,
    Facility,
    Line,
    Logged,
    Slot,
    bounds_of,
    contested,
    day_of,
    fill,
    fold,
    iso,
    policies,
    read,
)
from .promises import filling, put_together, what_came

Answer = dict[str, Any]


class Stretch(NamedTuple):
    """A status from a day on, and the milestone or the plan that gave it."""

    first: float
    status: str
    giver: Claim


def items(log: list[Logged], *, stated: str, known: int) -> dict[str, Answer]:
    """Every item by its id."""
    horizon = day_of(stated)
    cards, claims = read(log, known)
    slots = [slot for slot in fill(claims, horizon) if slot.effective is not None]
    linked = contested(claims, horizon)
    found: dict[str, Answer] = {}
    for id, card in cards.items():
        facility = Facility(card, [slot for slot in slots if slot.record == id], horizon)
        found |= life(facility)
    for slot in slots:
        if slot.record not in cards:
            found |= happening(slot, slots, cards, horizon)
    return {id: {**item, "contested": item["statement"] in linked} for id, item in found.items()}


# --- a facility


def life(facility: Facility) -> dict[str, Answer]:
    """Its phases and its steps."""
    held, expected = held_by(facility), expected_of(facility)
    gave = {stretch.giver.id: stretch.status for stretch in held}
    promised = promises_before(facility)
    pending = {filling(slot).id for slot in facility.open_plans()}
    found = phases(facility, held, "", promised)
    found |= phases(facility, expected, "expected/", promised)
    for slot in facility.slots:
        claim = filling(slot)
        if not claim.line.get("date") or (not claim.actual and claim.id not in pending):
            continue
        late = not claim.actual and claim.bounds.latest <= facility.horizon
        found[claim.id] = shown(
            claim,
            kind="milestone",
            place=facility.card,
            status=gave.get(claim.id),
            first=claim.bounds.latest if claim.milestone in ENDINGS else claim.bounds.earliest,
            last=claim.bounds.latest,
            overdue=late,
            plans=promised.get(claim.id, []),
        )
    return found


def held_by(facility: Facility) -> list[Stretch]:
    """The statuses that its milestones gave, each by another one."""
    steps = [(claim, claim.day) for claim in facility.moving]
    days = {day for _, day in steps} - {inf}
    return stretches(sorted(days), lambda day: fold(NOTHING, steps, day))


def expected_of(facility: Facility) -> list[Stretch]:
    """The statuses that its open plans lead to from the horizon on."""
    plans = {filling(slot).id: filling(slot) for slot in facility.open_plans()}
    days = {max(plan.day, facility.horizon + 1) for plan in plans.values()} - {inf}

    def look(day: float) -> tuple[tuple[str | None, None], Claim | None]:
        told = facility.expected(day)
        return (
            ((None, None), None)
            if told is None
            else ((told["status"], None), plans[told["statement"]])
        )

    return stretches(sorted(days), look)


def stretches(days: list[float], look: Any) -> list[Stretch]:
    """What holds from each day on which another one gives the status."""
    found: list[Stretch] = []
    for day in days:
        (status, _), giver = look(day)
        if giver is not None and (not found or found[-1].giver is not giver):
            found.append(Stretch(day, status, giver))
    return found


def phases(
    facility: Facility, held: list[Stretch], part: str, promised: dict[str, list[str]]
) -> dict[str, Answer]:
    """A phase for each stretch, up to the next."""
    counted: Counter[str] = Counter()
    found = {}
    for stretch, following in zip(held, [*held[1:], None], strict=False):
        status, giver = stretch.status, stretch.giver
        counted[status] += 1
        last = inf if following is None else following.first - 1
        ended_by = None if following is None else following.giver.line["date"]
        if status in FINAL:
            last = inf if stretch.first == -inf else stretch.first
            ended_by = None
        found[f"{facility.card['id']}/{part}{status}/{counted[status]}"] = shown(
            giver,
            kind="phase",
            place=facility.card,
            status=status,
            first=stretch.first,
            last=last,
            end=ended_by,
            open=following is None and status not in FINAL,
            point=status in FINAL,
            planned=bool(part),
            disputed=False,
            plans=promised.get(giver.id, []),
        )
    return found


def promises_before(facility: Facility) -> dict[str, list[str]]:
    """Of each plan and of what came, the plans that came before it on its ladder."""
    ladders = sorted(put_together(facility), key=lambda ladder: max(plan.order for plan in ladder))
    before: dict[str, list[str]] = {}
    for ladder in ladders:
        plans = [plan.id for plan in ladder]
        came = what_came(facility, ladder).came
        ids = plans if came is None or came.id in plans else [*plans, came.id]
        before |= {id: plans[:place] for place, id in enumerate(ids)}
    return before


# --- the others


def happening(
    slot: Slot, slots: list[Slot], cards: dict[str, Line], horizon: float
) -> dict[str, Answer]:
    """The statement that fills an entry, unless it only gives a plan up or is replaced."""
    claim = filling(slot)
    of_record = [each for each in slots if each.record == slot.record]
    replaced = {filling(each).line.get("supersedes") for each in of_record if each.counts}
    if not claim.line.get("date") or (not claim.actual and claim.id in replaced):
        return {}
    told = shown(
        claim,
        kind=claim.line["type"],
        place=cards.get(claim.line.get("facility", ""), {}),
        first=claim.bounds.earliest,
        last=claim.bounds.latest,
        overdue=not claim.actual and claim.bounds.latest <= horizon,
    )
    for policy, first, last in policies(of_record):
        if policy is claim and first <= last:
            end = None if last == inf else end_of(claim, last, of_record)
            told |= days(first, last) | {"end": end, "open": last == inf, "point": False}
    return {claim.id: told}


def end_of(policy: Claim, last: float, slots: list[Slot]) -> str:
    """The date that ends a decision: one of its own, else that of the next."""
    until = policy.line.get("until")
    if until and bounds_of(until).latest == last:
        return str(until)
    following = [
        filling(slot)
        for slot in sorted(slots, key=lambda slot: slot.entry)
        if filling(slot).line.get("supersedes") == policy.id
    ]
    return next(
        str(claim.line["date"])
        for claim in following
        if claim.line.get("date") and claim.bounds.earliest == last + 1
    )


# --- what is told of each


def shown(
    claim: Claim, *, kind: str, place: Line, first: float, last: float, **more: Any
) -> Answer:
    """An item, as it is compared; `place` is the card of its facility, if it has one."""
    line = claim.line
    return {
        "record": claim.record,
        "kind": kind,
        "lane": place.get("id", f"kind:{kind}"),
        "country": line.get("country") or place.get("country", ""),
        "field": line.get("field") or place.get("field", ""),
        "statement": claim.id,
        "status": None,
        **days(first, last),
        "start": line["date"],
        "end": None,
        "open": False,
        "point": True,
        "planned": not claim.actual,
        "overdue": False,
        "disputed": claim.disputed,
        "said": iso(claim.said),
        "plans": [],
        "sources": list(dict.fromkeys(each["id"] for each in line.get("sources", ()))),
        **more,
    }


def days(first: float, last: float) -> Answer:
    """The first and the last day, open ends as None."""
    return {"first": iso(first), "last": iso(last)}
