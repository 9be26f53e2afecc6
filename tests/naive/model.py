"""The rules of the chronicle, word by word, recomputed from the raw lines at each question.

This is the reference that the engine is held against, so it shares nothing
with it: its own dates, its own clocks, no stored state, no shortcut. Where the
engine and this model differ, one of them has misread a rule.

Days are numbers (1 is 0001-01-01), and an open end is an infinite one. The
numbers of the rules in the comments are those of the design, section 2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from math import inf
from typing import Any

from .places import within

Line = dict[str, Any]
Cards = dict[str, Line]

# The rank of a forward status is its place in this order; also the order of alternatives.
STATUSES = (
    "proposed",
    "approved",
    "under-construction",
    "completed",
    "commissioning",
    "operating",
    "suspended",
    "decommissioned",
    "cancelled",
)
FORWARD = {
    "proposed": "proposed",
    "approved": "approved",
    "construction-started": "under-construction",
    "completed": "completed",
    "first-light": "commissioning",
    "operation-started": "operating",
}
FINAL = ("decommissioned", "cancelled")
ENDINGS = ("suspended", *FINAL)
MILESTONES = (*FORWARD, "upgraded", "accepted", "renamed", *ENDINGS)
AGAIN = " again"


@dataclass(frozen=True)
class Logged:
    """One recorded line; `position` is that of the last event of its commit."""

    position: int
    commit: int
    recorded_at: str
    line: Line


class Naive:
    """A chronicle that remembers nothing but its lines, in the order of their recording."""

    def __init__(self, log: list[Logged]) -> None:
        self.log = log

    def state(
        self,
        *,
        at: str,
        stated: str,
        known: int,
        during: str | None = None,
        country: str | None = None,
        region: str | None = None,
        field: str | None = None,
        status: str | None = None,
        expected: str | None = None,
        marked: bool = True,
        **others: str | None,
    ) -> dict[str, Any]:
        """How it was on the day `at`, or in the period `during`, which then replaces `at`.

        `status` and `expected` are statuses with commas between them: only facilities that have
        one of the former, and were expected to have one of the latter. `others` are filters whose
        names are words of Python's: `class`.

        `at` and `stated` are ISO days, `known` is the position of a commit, 0
        before the first; `during` is a year, a month or a day. With `marked`, contested dates and
        facilities that were long not heard of are marked.
        """
        horizon = day_of(stated)
        period = Bounds(day_of(at), day_of(at)) if during is None else bounds_of(during)
        first, last = period.earliest, period.latest
        window = calendar_year(first) if during is None else period
        cards, claims = read(self.log, known)
        slots = fill(claims, horizon)

        is_there = within(country, region)

        def wanted(card: Line, line: Line) -> bool:
            # A statement has its own country and field, else those of its facility's card; the
            # class is always that of the card.
            return (
                is_there(line.get("country") or card.get("country"))
                and field in (None, line.get("field") or card.get("field"))
                and others.get("class") in (None, card.get("class"))
            )

        def wanted_claim(claim: Claim) -> bool:
            return wanted(cards.get(claim.line.get("facility", ""), {}), claim.line)

        slots_of: dict[str, list[Slot]] = {}
        for slot in slots:
            slots_of.setdefault(slot.record, []).append(slot)
        facilities = [
            Facility(card, slots_of.get(card["id"], []), horizon)
            for _, card in sorted(cards.items())
            if wanted(card, {})
        ]
        if during is None:
            rows, totals = facilities_at(facilities, first, some(status), some(expected))
        else:
            both = some(status) & some(expected)
            rows, totals = facilities_during(facilities, first, last, both)
            for row in rows:
                if first > horizon:
                    row["certainty"] = "last-known"

        discoveries = [claim for claim in happened(slots, "discovery") if wanted_claim(claim)]
        observations = [claim for claim in happened(slots, "observation") if wanted_claim(claim)]
        answer: dict[str, Any] = {
            "totals": totals,
            "facilities": rows,
            "policies": [
                {**shown(policy), "holds": {"from": iso(start), "to": iso(end)}}
                for policy, start, end in policies(slots)
                if holds_within(start, end, first, last) and wanted_claim(policy)
            ],
            "indicators": [
                {**shown(reading), "holds": {"from": iso(start), "to": iso(end)}}
                for reading, start, end in readings(slots)
                if holds_within(start, end, first, last) and wanted_claim(reading)
            ],
            "discoveries": [shown(c) for c in discoveries if window.contains(c.bounds.earliest)],
            "observations": [shown(c) for c in observations if window.contains(c.bounds.earliest)],
            "discoveries_to_date": len([c for c in discoveries if c.bounds.earliest <= last]),
        }
        if marked:
            mark(answer, claims, slots, stated)
        return answer

    def coverage(
        self,
        *,
        known: int,
        country: str | None = None,
        region: str | None = None,
        field: str | None = None,
        **others: Any,
    ) -> dict[str, Any]:
        """Rule 20: what the log holds at `known` of a place, a field and a `class`, whatever else
        is asked."""
        cards, claims = read(self.log, known)
        is_there = within(country, region)
        held = {
            card["id"]
            for card in cards.values()
            if is_there(card["country"])
            and field in (None, card["field"])
            and others.get("class") in (None, card.get("class"))
        }
        said = [claim.said for claim in claims if claim.record in held and not claim.withdrawn]
        return {
            "facilities": len(held),
            "first_said": iso(min(said)) if said else None,
            "last_said": iso(max(said)) if said else None,
        }

    def effective(self, entry: str, *, stated: str, known: int) -> str | None:
        """The id of the statement that fills an entry, None while nothing visible does."""
        for slot in fill(read(self.log, known)[1], day_of(stated)):
            if slot.entry == entry:
                return slot.effective.id if slot.effective else None
        return None

    def explain(self, statement: str, *, stated: str, known: int) -> dict[str, Any] | None:
        """The entry of a statement: what fills it, and why each rival lost.

        Shape: `{"record", "entry", "effective": id or None, "counts": bool, "lost": {id: why}}`;
        `counts` is false where the entry is disputed throughout. `why` is
        `withdrawn`, `not-visible`, `disputed`, `planned-before-actual` (an
        actual outranks it), `said-earlier` or `recorded-earlier`. None if the
        statement was not recorded by `known`.
        """
        horizon = day_of(stated)
        for slot in fill(read(self.log, known)[1], horizon):
            if statement in [claim.id for claim in slot.claims]:
                return {
                    "record": slot.record,
                    "entry": slot.entry,
                    "effective": slot.effective.id if slot.effective else None,
                    "counts": slot.counts,
                    "lost": {
                        claim.id: why_lost(claim, slot.effective, horizon)
                        for claim in slot.claims
                        if claim is not slot.effective
                    },
                }
        return None


# Rules 3 and 4: what is recorded, and how it stands.


@dataclass
class Claim:
    """A statement as it stands at the moment that is known."""

    line: Line
    order: int
    first_recorded: float
    withdrawn: bool = False

    @property
    def id(self) -> str:
        return str(self.line["id"])

    @property
    def record(self) -> str:
        if self.line["type"] == "milestone":
            return str(self.line["facility"])
        if self.line["type"] == "indicator":
            return str(self.line["series"])
        return str(self.line.get("record") or self.id)

    @property
    def entry(self) -> str:
        if self.line.get("entry"):
            return str(self.line["entry"])
        if self.line["type"] == "milestone":
            return f"{self.line['facility']}/{self.line['milestone']}"
        if self.line["type"] == "indicator":
            return f"{self.line['series']}/{self.line['date']}"
        return self.id

    @property
    def actual(self) -> bool:
        return bool(self.line["modality"] == "actual")

    @property
    def disputed(self) -> bool:
        return self.line.get("rank") == "disputed"

    @property
    def bounds(self) -> Bounds:
        # Only a plan that is given up has no date.
        return bounds_of(self.line["date"]) if self.line.get("date") else Bounds(-inf, inf)

    @property
    def said(self) -> float:
        # Rule 3: the last possible day of `stated`, else of `date`; never later than recorded.
        text = self.line.get("stated") or self.line["date"]
        return min(bounds_of(text).latest, self.first_recorded)

    @property
    def milestone(self) -> str:
        return str(self.line["milestone"])

    @property
    def day(self) -> float:
        # Rule 7: a beginning counts from its earliest possible day, an ending from its last.
        return self.bounds.latest if self.milestone in ENDINGS else self.bounds.earliest


def read(log: list[Logged], known: int) -> tuple[Cards, list[Claim]]:
    """The cards and the statements, withdrawn ones too, as they stand at `known`."""
    cards: Cards = {}
    claims: dict[str, Claim] = {}
    for order, logged in enumerate(log):
        if logged.position > known:
            break
        line = logged.line
        if line["type"] == "facility":
            cards[line["id"]] = dict(line)
        elif line["type"] == "amendment":
            if line.get("record") in cards:
                change(cards[line["record"]], line["changes"])
        elif line["type"] == "correction":
            change(claims[line["statement"]].line, line["changes"])
        elif line["type"] in ("withdrawal", "reinstatement"):
            claims[line["statement"]].withdrawn = line["type"] == "withdrawal"
        elif line["type"] not in ("source", "series"):
            claims[line["id"]] = Claim(dict(line), order, day_of(logged.recorded_at[:10]))
    return cards, list(claims.values())


def change(line: Line, changes: Line) -> None:
    """Write the changes into the line; null removes a member."""
    for member, value in changes.items():
        if value is None:
            line.pop(member, None)
        else:
            line[member] = value


def shown(claim: Claim) -> dict[str, Any]:
    """A statement as an answer shows it."""
    return {
        **claim.line,
        "said": {"day": iso(claim.said), "assumed": not claim.line.get("stated")},
        "bounds": {"earliest": iso(claim.bounds.earliest), "latest": iso(claim.bounds.latest)},
    }


# Rules 5 and 6: which statement fills an entry.


@dataclass
class Slot:
    """An entry with all its claims; `counts` is false where it is disputed throughout."""

    record: str
    entry: str
    claims: list[Claim]
    effective: Claim | None
    counts: bool


def fill(claims: list[Claim], horizon: float) -> list[Slot]:
    """Every entry that has a statement at `known`, as it is filled at `horizon`."""
    together: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        together.setdefault((claim.record, claim.entry), []).append(claim)
    slots = []
    for (record, entry), rivals in together.items():
        standing = [claim for claim in rivals if not claim.withdrawn]
        visible = [claim for claim in standing if claim.said <= horizon]
        # Rule 6: disputed statements give way as soon as an undisputed one is visible.
        candidates = [claim for claim in visible if not claim.disputed] or visible
        # Rule 5: actual before planned, then the later said, then the later first recorded.
        effective = max(candidates, key=lambda c: (c.actual, c.said, c.order), default=None)
        counts = any(not claim.disputed for claim in standing)
        slots.append(Slot(record, entry, rivals, effective, counts))
    return slots


# Rule 23, and the end of rule 20: what is marked.


def mark(answer: dict[str, Any], claims: list[Claim], slots: list[Slot], stated: str) -> None:
    """Mark the rows of a state, whose entries are filled so."""
    linked = contested(claims, day_of(stated), slots)
    for name in ("facilities", "policies", "indicators", "discoveries", "observations"):
        for row in answer[name]:
            if row["statement" if name == "facilities" else "id"] in linked:
                row["contested"] = True
    for row in answer["facilities"]:
        if "holds" not in row:  # of a day, not of a period
            row.update(last_word(row, claims, stated))


def contested(claims: list[Claim], horizon: float, slots: list[Slot] | None = None) -> set[str]:
    """The statements whose dates are contested, those that fill their entries among them."""
    visible = {claim.id: claim for claim in claims if is_visible(claim, horizon)}
    found = set()
    for slot in fill(claims, horizon) if slots is None else slots:
        others = [c for c in slot.claims if c is not slot.effective and c.id in visible]
        if slot.effective is not None and any(other.disputed for other in others):
            found.add(slot.effective.id)
    for claim in visible.values():
        for named in claim.line.get("contradicts", ()):
            if named in visible:
                found |= {claim.id, named}
    return found


def doubted(claims: list[Claim], horizon: float) -> set[str]:
    """The records of which something visible is disputed, or contradicts something visible."""
    visible = {claim.id: claim for claim in claims if is_visible(claim, horizon)}
    found = set()
    for claim in visible.values():
        if claim.disputed:
            found.add(claim.record)
        for named in claim.line.get("contradicts", ()):
            if named in visible:
                found |= {claim.record, visible[named].record}
    return found


def is_visible(claim: Claim, horizon: float) -> bool:
    """Rule 3."""
    return not claim.withdrawn and claim.said <= horizon


def last_word(row: Line, claims: list[Claim], stated: str) -> dict[str, Any]:
    """The member `last_said` of a facility that is not closed, where that is old."""
    horizon = day_of(stated)
    said = [c.said for c in claims if c.record == row["id"] and is_visible(c, horizon)]
    if row["status"] in (None, *FINAL) or not said:
        return {}
    year, month, of_month = civil(int(horizon))
    before = day_number(year - 5, month, min(of_month, length(year - 5, month)))
    return {"last_said": iso(max(said))} if max(said) < before else {}


def why_lost(claim: Claim, effective: Claim | None, horizon: float) -> str:
    """The first rule by which a claim does not fill its entry."""
    if claim.withdrawn:
        return "withdrawn"
    if effective is None or claim.said > horizon:
        return "not-visible"
    if claim.disputed and not effective.disputed:
        return "disputed"
    if effective.actual and not claim.actual:
        return "planned-before-actual"
    return "said-earlier" if claim.said < effective.said else "recorded-earlier"


def counting(slots: list[Slot], kind: str) -> list[Slot]:
    """The entries of a kind that an actual statement fills, not disputed throughout."""
    return [
        slot
        for slot in slots
        if slot.counts
        and slot.effective is not None
        and slot.effective.actual
        and slot.effective.line["type"] == kind
    ]


# Rules 7 to 9: facilities.

# A status, and the one that was held before the suspension if it is `suspended`.
Held = tuple[str | None, str | None]
NOTHING: Held = (None, None)


def step(held: Held, milestone: str) -> Held:
    """What one milestone makes of a status: the table of rule 7."""
    status, before_suspension = held
    if status in FINAL:
        return held
    if milestone in FINAL:
        return (milestone, None)
    if milestone == "suspended":
        return held if status in (None, "suspended") else ("suspended", status)
    if milestone == "upgraded":
        return (before_suspension, None) if status == "suspended" else held
    if milestone not in FORWARD:
        return held
    reached = FORWARD[milestone]
    if status == "suspended":
        return (reached, None) if rank(reached) >= rank(before_suspension) else held
    return (reached, None) if rank(reached) > rank(status) else held


def rank(status: str | None) -> int:
    """The place of a forward status; none is before all."""
    return -1 if status is None else STATUSES.index(status)


class Facility:
    """A facility as the sources had it at the horizon."""

    def __init__(self, card: Line, slots: list[Slot], horizon: float) -> None:
        self.card = card
        self.slots = [slot for slot in slots if slot.effective is not None]
        self.horizon = horizon
        self.moving = [
            slot.effective
            for slot in sorted(counting(self.slots, "milestone"), key=in_order)
            if slot.effective is not None
        ]
        self.slots = [each for slot in self.slots for each in self.apart(slot)]

    def apart(self, slot: Slot) -> list[Slot]:
        """Rule 8: an entry, and beside it one of what promises it again, where something does."""
        planned = [
            claim
            for claim in slot.claims
            if not (claim.actual or claim.withdrawn or claim.disputed)
            and claim.said <= self.horizon
        ]
        last = max(planned, key=lambda claim: (claim.said, claim.order), default=None)
        if last is None or not self.promises_again(last, slot):
            return [slot]
        own = [
            replace(claim, line={**claim.line, "entry": f"{slot.entry}{AGAIN}"})
            for claim in planned
            if self.promises_again(claim, slot)
        ]
        old = [claim for claim in slot.claims if claim.id not in [each.id for each in own]]
        latest = max(own, key=lambda claim: (claim.said, claim.order))
        return [
            replace(slot, claims=old),
            Slot(slot.record, f"{slot.entry}{AGAIN}", own, latest, counts=True),
        ]

    def promises_again(self, planned: Claim, slot: Slot) -> bool:
        """Whether what fills an entry was over before, and the milestone would have been news."""
        filled = slot.effective
        if filled is None or not filled.actual or not slot.counts:
            return False
        if not filled.bounds.latest < min(bounds_of(planned.line["stated"]).earliest, planned.said):
            return False
        held, _ = fold(NOTHING, [(claim, claim.day) for claim in self.moving], planned.said)
        carries_none = planned.milestone not in (*FORWARD, *ENDINGS)
        return carries_none or step(held, planned.milestone)[0] != held[0]

    def canonical(self, day: float) -> tuple[Held, Claim | None]:
        """Rule 7: the status on a day, and the milestone that gave it."""
        return fold(NOTHING, [(m, m.day) for m in self.moving], min(day, self.horizon))

    def alternatives(self, day: float) -> list[str | None]:
        """Rule 9: every status that is possible on a day."""
        day = min(day, self.horizon)
        results = {NOTHING}
        for milestone in self.moving:
            if milestone.bounds.earliest > day:
                continue
            taken = {step(held, milestone.milestone) for held in results}
            straddles = milestone.bounds.latest > day
            results = results | taken if straddles else taken
        possible = {status for status, _ in results}
        return [status for status in (None, *STATUSES) if status in possible]

    def open_plans(self) -> list[Slot]:
        """Rule 8: the entries that an open plan fills."""
        return [
            slot
            for slot in self.slots
            if slot.effective is not None
            and not slot.effective.actual
            and not slot.effective.disputed
            and slot.effective.line.get("date")
            and not slot.effective.line.get("dropped")
            and not self.superseded(slot.effective)
            and not self.answered(slot.effective)
        ]

    def superseded(self, plan: Claim) -> bool:
        """Whether another effective statement of the record takes the plan's place."""
        return any(
            slot.effective is not None
            and slot.effective.line.get("supersedes") == plan.id
            and (slot.counts or not slot.effective.disputed)
            for slot in self.slots
        )

    def answered(self, plan: Claim) -> bool:
        """Whether what happened after the plan was said, by the horizon, answers it."""
        if plan.milestone not in FORWARD and plan.milestone not in ENDINGS:
            return False
        held = NOTHING
        for actual in self.moving:
            before, held = held, step(held, actual.milestone)
            if not plan.said < actual.day <= self.horizon:
                continue
            if actual.milestone in FINAL:
                return True
            if plan.milestone == "suspended" and actual.milestone == "suspended":
                return True
            if plan.milestone in FORWARD:
                reached = FORWARD.get(actual.milestone)
                if actual.milestone == "upgraded" and before[0] == "suspended":
                    reached = held[0]
                if rank(reached) >= rank(FORWARD[plan.milestone]):
                    return True
        return False

    def expected(self, at: float) -> dict[str, Any] | None:
        """Rule 8: what the due plans make of the status at the horizon, up to `at`."""
        if at <= self.horizon:
            return None
        due = []
        for slot in self.open_plans():
            plan = slot.effective
            if plan is not None and plan.bounds.latest > self.horizon:
                shifted = max(plan.day, self.horizon + 1)
                due.append((shifted, MILESTONES.index(plan.milestone), slot.entry, plan))
        due.sort(key=lambda plan: plan[:3])
        held, _ = self.canonical(self.horizon)
        (status, _), plan = fold(held, [(plan, shifted) for shifted, _, _, plan in due], at)
        if plan is None:
            return None
        return {"status": status, "statement": plan.id, "date": plan.line["date"]}

    def overdue(self, at: float) -> list[dict[str, Any]]:
        """Rule 8: the open plans whose last possible day has passed."""
        plans = [slot.effective for slot in self.open_plans() if slot.effective is not None]
        passed = [plan for plan in plans if plan.bounds.latest <= min(at, self.horizon)]
        return [
            {
                "statement": plan.id,
                "milestone": plan.milestone,
                "date": plan.line["date"],
                "stated": plan.line["stated"],
            }
            for plan in sorted(passed, key=lambda plan: (plan.bounds.latest, plan.id))
        ]

    def name_then(self, at: float) -> dict[str, Any]:
        """The member `name_then`, where a renaming gives another name on that day."""
        names = [
            milestone.line.get("attributes", {}).get("name")
            for milestone in self.moving
            if milestone.milestone == "renamed" and milestone.day <= min(at, self.horizon)
        ]
        if not names or names[-1] in (None, self.card["name"]):
            return {}
        return {"name_then": names[-1]}

    def head(self) -> dict[str, Any]:
        """What every row of the facility begins with."""
        shown = ("id", "name", "country", "field", "class")
        return {member: self.card[member] for member in shown if member in self.card}


def in_order(slot: Slot) -> tuple[float, int, str]:
    """Rule 7: the order of the day, then of the list, then of the entry id."""
    assert slot.effective is not None
    return (slot.effective.day, MILESTONES.index(slot.effective.milestone), slot.entry)


def fold(
    held: Held, milestones: list[tuple[Claim, float]], day: float
) -> tuple[Held, Claim | None]:
    """Take the milestones whose day has come; also the one that gave the last new status."""
    giver = None
    for milestone, counts_from in milestones:
        if counts_from <= day:
            before, held = held, step(held, milestone.milestone)
            if held[0] != before[0]:
                giver = milestone
    return held, giver


def since(giver: Claim | None) -> dict[str, Any] | None:
    """The date of the milestone that gave a status."""
    if giver is None:
        return None
    return {
        "date": giver.line["date"],
        "earliest": iso(giver.bounds.earliest),
        "latest": iso(giver.bounds.latest),
    }


def some(statuses: str | None) -> set[str | None]:
    """The statuses of a list; without one all of them, and none."""
    return {None, *STATUSES} if statuses is None else set(statuses.split(","))


def facilities_at(
    facilities: list[Facility], at: float, only: set[str | None], promised: set[str | None]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows and the totals of one day."""
    rows = []
    totals: dict[str, Any] = {"status": {}, "range": {}, "operating_by_field": {}}
    for facility in facilities:
        (status, _), giver = facility.canonical(at)
        expected, overdue = facility.expected(at), facility.overdue(at)
        would = status if expected is None else expected["status"]
        if status not in only or would not in promised:
            continue
        alternatives = facility.alternatives(at)
        count_range(totals["range"], [alternatives])
        if status is not None:
            count(totals["status"], status)
        if status == "operating":
            count(totals["operating_by_field"], facility.card["field"])
        if at > facility.horizon:
            certainty = "last-known"
        else:
            certainty = "certain" if len(alternatives) == 1 else "possible"
        if status is not None or expected is not None or overdue:
            rows.append(
                {
                    **facility.head(),
                    "status": status,
                    "since": since(giver),
                    "certainty": certainty,
                    "alternatives": alternatives,
                    "statement": giver.id if giver else None,
                    "expected": expected,
                    "overdue": overdue,
                    **facility.name_then(at),
                }
            )
    return rows, totals


def facilities_during(
    facilities: list[Facility], first: float, last: float, only: set[str | None]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows, one for each status held on some day, and the totals of a period."""
    rows = []
    totals: dict[str, Any] = {"status": {}, "range": {}, "operating_by_field": {}}
    for facility in facilities:
        # Nothing changes between these days: they are all that a look at every day would find.
        turns = {first}
        for milestone in facility.moving:
            turns |= {milestone.bounds.earliest, milestone.bounds.latest}
        days = sorted(day for day in turns if first <= day <= last)
        ends = [*(day - 1 for day in days[1:]), last]

        found: dict[str, dict[str, Any]] = {}
        running: str | None = None
        for start, end in zip(days, ends, strict=True):
            (status, _), giver = facility.canonical(start)
            if status is not None and status == running:
                found[status]["holds"][-1]["to"] = iso(end)
            elif status is not None:
                row = found.setdefault(
                    status,
                    {
                        **facility.head(),
                        "status": status,
                        "holds": [],
                        "since": since(giver),
                        "statement": giver.id if giver else None,
                    },
                )
                row["holds"].append({"from": iso(start), "to": iso(end)})
            running = status
        if None not in only and not only & found.keys():
            continue
        seen = [facility.alternatives(day) for day in days]
        count_range(totals["range"], seen)
        for status, row in found.items():
            if status in only:
                row["certainty"] = "certain" if [status] in seen else "possible"
                rows.append(row)
                count(totals["status"], status)
                if status == "operating":
                    count(totals["operating_by_field"], facility.card["field"])
    return rows, totals


def count(counts: dict[str, int], key: str) -> None:
    """One more of a key."""
    counts[key] = counts.get(key, 0) + 1


def count_range(counts: dict[str, dict[str, int]], seen: list[list[str | None]]) -> None:
    """One more facility, whose alternatives on the days asked for are `seen`."""
    for status in STATUSES:
        if any(status in alternatives for alternatives in seen):
            tally = counts.setdefault(status, {"certain": 0, "possible": 0})
            tally["possible"] += 1
            tally["certain"] += [status] in seen


# Rule 10: the others.


def policies(slots: list[Slot]) -> list[tuple[Claim, float, float]]:
    """Every policy with its first and last day, the latest first."""
    effective = [slot.effective for slot in counting(slots, "policy") if slot.effective is not None]
    found = []
    for policy in effective:
        if policy.line.get("decision") == "ended":
            continue
        until = policy.line.get("until")
        ends = [bounds_of(until).latest] if until else []
        ends += [
            other.bounds.earliest - 1
            for other in effective
            if other.record == policy.record and other.line.get("supersedes") == policy.id
        ]
        found.append((policy, policy.bounds.earliest, min(ends, default=inf)))
    return sorted(found, key=lambda policy: (-policy[1], policy[0].id))


def readings(slots: list[Slot]) -> list[tuple[Claim, float, float]]:
    """Every indicator reading with its first and last day, by series."""
    series: dict[str, list[Slot]] = {}
    for slot in counting(slots, "indicator"):
        series.setdefault(slot.record, []).append(slot)
    found = []
    for _, filled in sorted(series.items()):
        ordered = sorted(
            (slot.effective.bounds.earliest, slot.entry, slot.effective)
            for slot in filled
            if slot.effective is not None
        )
        for number, (start, _, reading) in enumerate(ordered):
            later = ordered[number + 1 :]
            found.append((reading, start, later[0][0] - 1 if later else inf))
    return found


def happened(slots: list[Slot], kind: str) -> list[Claim]:
    """The discoveries or observations that count, by earliest day."""
    claims = [slot.effective for slot in counting(slots, kind) if slot.effective is not None]
    return sorted(claims, key=lambda claim: (claim.bounds.earliest, claim.id))


def holds_within(start: float, end: float, first: float, last: float) -> bool:
    """Whether something that holds from `start` to `end` does so on a day of the period."""
    return max(start, first) <= min(end, last)


# Rule 2: dates.


@dataclass(frozen=True)
class Bounds:
    """The earliest and the latest possible day of a date."""

    earliest: float
    latest: float

    def contains(self, day: float) -> bool:
        return self.earliest <= day <= self.latest


@cache
def bounds_of(text: str) -> Bounds:
    """The bounds of an EDTF date in one of the forms of rule 2; ValueError for any other text.

    >>> bounds_of("1985~") == Bounds(day_of("1985-01-01"), day_of("1985-12-31"))
    True
    """
    if len(text) > 64:
        raise ValueError(f"too long for a date: {text[:80]}")
    if "/" not in text:
        return single(text)
    start, end = text.split("/", 1)
    if start == end == "..":
        raise ValueError("an interval has one end at least")
    after = Bounds(-inf, -inf) if start == ".." else single(start)
    before = Bounds(inf, inf) if end == ".." else single(end)
    if after.earliest > before.latest:
        raise ValueError(f"{start} is after {end}")
    return Bounds(after.earliest, before.latest)


def single(text: str) -> Bounds:
    """The bounds of a date that is no interval."""
    plain = text[:-1] if text.endswith(("~", "?", "%")) else text
    if re.fullmatch(r"[0-9]{3}X|[0-9]{2}XX", plain):
        return years(int(plain.replace("X", "0")), int(plain.replace("X", "9")))
    if re.fullmatch(r"Y-?[0-9]{5,}", plain):
        return years(int(plain[1:]), int(plain[1:]))
    parts = re.fullmatch(r"(-?[0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?", plain)
    if parts is None:
        raise ValueError(f"no date: {text}")
    year = int(parts[1])
    if parts[2] is None:
        return years(year, year)
    month = int(parts[2])
    if parts[3] is not None:
        day = day_number(year, month, int(parts[3]))
        return Bounds(day, day)
    if 21 <= month <= 24:
        return season(year, month)
    return Bounds(day_number(year, month, 1), day_number(year, month, length(year, month)))


def calendar_year(day: float) -> Bounds:
    """The first and the last day of the year in which a day lies."""
    year, _, _ = civil(int(day))
    return years(year, year)


def years(first: int, last: int) -> Bounds:
    """From the first day of a year to the last of another."""
    return Bounds(day_number(first, 1, 1), day_number(last, 12, 31))


def season(year: int, code: int) -> Bounds:
    """Three months: spring begins in March, and winter runs to the end of the next February."""
    first = 3 * (code - 20)
    last_year, last = (year, first + 2) if code < 24 else (year + 1, 2)
    return Bounds(day_number(year, first, 1), day_number(last_year, last, length(last_year, last)))


def length(year: int, month: int) -> int:
    """The number of days of a month."""
    if month not in range(1, 13):
        raise ValueError(f"no month: {month}")
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]


def day_number(year: int, month: int, day: int) -> int:
    """The number of a day in the Gregorian calendar, without end in both directions."""
    if day not in range(1, length(year, month) + 1):
        raise ValueError(f"no day: {year}-{month}-{day}")
    before = year - 1
    leaps = before // 4 - before // 100 + before // 400
    return 365 * before + leaps + sum(length(year, m) for m in range(1, month)) + day


@cache
def civil(number: int) -> tuple[int, int, int]:
    """The year, month and day of a number."""
    # 400 years have 146,097 days, and the leap days before a day are never a whole day more than
    # that share of them: the first guess may be too early, not too late.
    year = 400 * (number - 1) // 146_097 + 1
    while day_number(year + 1, 1, 1) <= number:
        year += 1
    month = 1
    while month < 12 and day_number(year, month + 1, 1) <= number:
        month += 1
    return year, month, number - day_number(year, month, 1) + 1


@cache
def day_of(text: str) -> int:
    """The number of an ISO day, such as 2013-12-31 or -000240-01-01."""
    parts = re.fullmatch(r"([+-]?[0-9]{4,})-([0-9]{2})-([0-9]{2})", text)
    if parts is None:
        raise ValueError(f"no day: {text}")
    return day_number(int(parts[1]), int(parts[2]), int(parts[3]))


@cache
def iso(day: float) -> str | None:
    """The ISO day of a number; None for an open end.

    >>> iso(day_of("-000240-01-01"))
    '-000240-01-01'
    """
    if day in (-inf, inf):
        return None
    year, month, of_month = civil(int(day))
    printed = f"{year:04}" if 0 <= year <= 9999 else f"{year:+07}"
    return f"{printed}-{month:02}-{of_month:02}"
