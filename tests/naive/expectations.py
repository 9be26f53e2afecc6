"""Hindsight and comparisons by the rules, word by word, from what the model says of each point.

It shares nothing with the service but the question: two states are asked of
`Naive`, and their rows are looked at one by one.
"""

from __future__ import annotations

from typing import Any

from .model import STATUSES, Bounds, Logged, Naive, bounds_of, day_of, fill, read
from .places import within

Answer = dict[str, Any]
Point = dict[str, Any]
"""The arguments of `Naive.state` that are clocks: `at`, `stated`, `known`."""

FOR_GOOD = ("decommissioned", "cancelled")


def hindsight(log: list[Logged], then: Point, now: Point, **filters: Any) -> Answer:
    """What `/v1/hindsight` says of the facilities; each of them in `rows`, by its id.

    A filter goes by the card of now; who has none there goes by that of then.
    """
    is_there = within(filters.get("country"), filters.get("region"))
    cards = {**read(log, then["known"])[0], **read(log, now["known"])[0]}
    shown_ids = {
        id
        for id, card in cards.items()
        if is_there(card["country"])
        and filters.get("field") in (None, card["field"])
        and filters.get("class") in (None, card.get("class"))
    }
    rows = [
        {id: row for id, row in rows_of(log, point).items() if id in shown_ids}
        for point in (then, now)
    ]
    would = {
        id
        for id, row in rows[0].items()
        if (row["expected"]["status"] if row["expected"] else row["status"]) == "operating"
    }
    does = {id for id, row in rows[1].items() if row["status"] == "operating"}
    named = {
        slot.effective.line.get("facility")
        for slot in fill(read(log, then["known"])[1], day_of(then["stated"]))
        if slot.effective is not None
    }
    shown = {}
    for id in would | does:
        group = "expected-and-came" if id in would & does else "unexpected"
        shown[id] = {
            "group": group if id in does else "expected-not-come",
            "named": id in named,
            "then": {**standing(rows[0].get(id)), "expected": expected(rows[0].get(id))},
            "now": standing(rows[1].get(id)),
        }
    return {
        "totals": {
            "then": len(would),
            "now": len(does),
            "expected_and_came": len(would & does),
            "expected_not_come": len(would - does),
            "unexpected_named": len((does - would) & named),
            "unexpected_unnamed": len(does - would - named),
        },
        "expected_and_came": sorted(would & does),
        "expected_not_come": sorted(would - does),
        "unexpected": sorted(does - would),
        "rows": shown,
    }


def rows_of(log: list[Logged], point: Point, **filters: Any) -> dict[str, Answer]:
    """The facilities of a state, by id."""
    return {row["id"]: row for row in Naive(log).state(**point, **filters)["facilities"]}


def standing(row: Answer | None) -> Answer:
    """What a facility was on the day; nothing where the state does not list it."""
    if row is None:
        return {"status": None, "since": None, "statement": None}
    return {member: row[member] for member in ("status", "since", "statement")}


def expected(row: Answer | None) -> Answer | None:
    """What was expected of a facility."""
    found: Answer | None = row["expected"] if row else None
    return found


# Comparisons.


def by_record(log: list[Logged], a: Point, b: Point, **filters: Any) -> dict[str, str]:
    """What became of each facility from one point to the other."""
    before, after = rows_of(log, a, **filters), rows_of(log, b, **filters)
    return {id: became(before.get(id), after.get(id)) for id in before.keys() | after.keys()}


def became(before: Answer | None, after: Answer | None) -> str:
    """The word for a change of status."""
    old, new = (row["status"] if row else None for row in (before, after))
    if old is None and new is None:
        return "same" if before and after else "other"
    if old == new:
        return "same"
    if old is None:
        return "came"
    if new is None:
        return "ended"
    if old in FOR_GOOD:
        return "other"
    if new in FOR_GOOD:
        return "ended"
    # Of what is left, the list has the forward statuses in their order, then `suspended`.
    if old == "suspended" or STATUSES.index(new) > STATUSES.index(old):
        return "went-on"
    return "other"


def grouped(rows: dict[str, Answer], by: str) -> dict[str, list[str]]:
    """The facilities that have a status, by a member of their rows."""
    groups: dict[str, list[str]] = {}
    for id, row in sorted(rows.items()):
        if row["status"] is not None:
            groups.setdefault(row[by], []).append(id)
    return groups


def milestones(log: list[Logged], record: str, point: Point) -> dict[str, Answer]:
    """The effective milestone of each entry of a facility: its id, what, and its bounds."""
    return {
        slot.entry: {
            "statement": slot.effective.id,
            "milestone": slot.effective.milestone,
            "date": slot.effective.line.get("date"),
            "counts": slot.counts,
        }
        for slot in fill(read(log, point["known"])[1], day_of(point["stated"]))
        if slot.record == record and slot.effective is not None
    }


def days_between(a: Answer, b: Answer) -> tuple[float, float] | None:
    """How many days later one milestone is than another, at least and at most."""
    if not a["date"] or not b["date"]:
        return None
    if (a["statement"], a["date"]) == (b["statement"], b["date"]):
        return 0, 0
    one, other = (bounds_of(each["date"]) for each in (a, b))
    return _between(one, other)


def _between(one: Bounds, other: Bounds) -> tuple[float, float]:
    return other.earliest - one.latest, other.latest - one.earliest
