"""Ladders of plans: what was promised, how often it was put off, and what came of it.

A ladder is a row of plans, in the order in which they were said, with what came
in the end. The plans of one entry are one ladder, and so are plans linked across
entries by `supersedes`. Disputed plans are no rungs: a rumour puts nothing off.

What comes of a ladder is read off its current plan, the one said last that no
other plan replaces:

- an actual milestone fills its entry, or replaces it: it *came*, and is `kept`,
  `late` or `early` by the first plan;
- it is given up, or an ending replaces it, or the facility closed first: `dropped`;
- it is open by rule 8: `pending`, or `overdue` once its last possible day is past;
- the facility reached its status, or a higher one, in another way, or its entry had been
  filled before anything was promised of it: `replaced`.

Slips are differences in days, and honest ones: from the last possible day of the
plan to the first of what came, up to the other way round.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from events.dates import Day
from events.statement import Statement
from events.vocabulary import ENDINGS
from projections.account import Account
from projections.spans import Span

Outcome = Literal["kept", "late", "early", "dropped", "replaced", "pending", "overdue"]
OUTCOMES: tuple[Outcome, ...] = (
    "kept", "late", "early", "dropped", "replaced", "pending", "overdue",
)  # fmt: skip
CAME: tuple[Outcome, ...] = OUTCOMES[:3]
"""The outcomes of a ladder with something that came."""


class Slip(msgspec.Struct, frozen=True, gc=False):
    """How many days something came after it was planned, at least and at most; None is open."""

    earliest: int | None
    latest: int | None


class Ladder(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A ladder as a span's text keeps it: the ids of its statements, and what is counted.

    `entry` is that of the current plan. `said` is the day on which the first plan was.
    `by` is what replaced the current plan, or closed the facility, where nothing came.
    """

    entry: str
    milestone: str
    plans: tuple[str, ...]
    said: Day
    came: str | None = None
    slip: Slip | None = None
    slip_before: Slip | None = None
    by: str | None = None


class Answered(NamedTuple):
    """A status that a facility reached, the day from which it counts, and the statement."""

    day: int
    status: str
    statement: str


def slip(plan: Statement, came: Statement) -> Slip:
    """From a plan to what came.

    Planned for 2020 and come on 2020-06-01, it may have been 213 days before the day that
    was meant or 152 after it.
    """
    return Slip(_days(plan.latest, came.earliest), _days(plan.earliest, came.latest))


def slips(
    account: Account, *, open_plans: Collection[str], moot: dict[str, Answered | None]
) -> Iterator[Span]:
    """One span a ladder, for all valid time: its value is the outcome, its text a `Ladder`.

    `open_plans` are the plans open by rule 8; `moot` tells of each effective plan the first
    status that answered it or closed the facility, if one did.
    """
    if not account.plans or account.horizon is None:
        return
    replacing = _replacing(account)
    for plans in _linked(account.plans):
        ladder, outcome = _ladder(
            account, plans, account.horizon, open_plans=open_plans, moot=moot, replacing=replacing
        )
        text = msgspec.json.encode(ladder)[1:-1].decode()
        yield Span("slip", outcome, None, None, plans[-1].id, text)


def ladder_of(text: str) -> Ladder:
    """The ladder in the text of a span."""
    return msgspec.json.decode("{" + text + "}", type=Ladder)


def _ladder(
    account: Account,
    plans: Sequence[Statement],
    horizon: Day,
    *,
    open_plans: Collection[str],
    moot: dict[str, Answered | None],
    replacing: dict[str, Statement],
) -> tuple[Ladder, Outcome]:
    rungs = {plan.id for plan in plans}
    current = next(
        (
            plan
            for plan in reversed(plans)
            if plan.id not in replacing or replacing[plan.id].id not in rungs
        ),
        plans[-1],
    )
    replaced_by = replacing.get(current.id)
    filling = _filling(account, current.entry)
    came = filling if _after(plans[0], filling) else None
    outcome: Outcome | None = None
    by: str | None = None
    if came is None and replaced_by is not None:
        if replaced_by.date is None or replaced_by.line["milestone"] in ENDINGS:
            outcome, by = "dropped", replaced_by.id
        elif not replaced_by.planned:
            came = replaced_by
    effective = account.told[current.entry].statement
    if came is None and outcome is None and filling is None:
        if effective.planned and effective.date is None:
            outcome, by = "dropped", effective.id
        elif current.id in open_plans:
            late = current.latest is not None and current.latest <= horizon
            outcome = "overdue" if late else "pending"
        else:
            came = next(
                (
                    found
                    for plan in reversed(plans)
                    if _after(plans[0], found := _filling(account, plan.entry))
                ),
                None,
            )
    if came is not None:
        counted = slip(plans[0], came)
        outcome = _kept(counted)
        return (
            Ladder(
                current.entry,
                current.line["milestone"],
                tuple(plan.id for plan in plans),
                plans[0].said,
                came.id,
                counted,
                slip(plans[-1], came),
            ),
            outcome,
        )
    if outcome is None:
        answered = moot.get(current.id)
        closed = answered is not None and answered.status in ("decommissioned", "cancelled")
        outcome = "dropped" if closed else "replaced"
        instead = filling or replaced_by
        by = answered.statement if answered else instead.id if instead else None
    ladder = Ladder(
        current.entry,
        current.line["milestone"],
        tuple(plan.id for plan in plans),
        plans[0].said,
        by=by,
    )
    return ladder, outcome


def _kept(counted: Slip) -> Outcome:
    if counted.earliest is not None and counted.earliest > 0:
        return "late"
    if counted.latest is not None and counted.latest < 0:
        return "early"
    return "kept"


def _filling(account: Account, entry: str) -> Statement | None:
    """The actual milestone that fills an entry."""
    told = account.told.get(entry)
    if told is None or not told.counts or told.statement.planned:
        return None
    return told.statement


def _after(plan: Statement, came: Statement | None) -> bool:
    """Whether something may have come after a plan was said, so that it can be its answer."""
    if came is None:
        return False
    said = plan.stated.earliest if plan.stated else None
    return said is None or came.latest is None or came.latest >= said


def _replacing(account: Account) -> dict[str, Statement]:
    """What replaces a statement, by its id; an actual milestone before a plan."""
    found: dict[str, Statement] = {}
    for told in account.told.values():
        replaced = told.statement.line.get("supersedes")
        if replaced is None or not told.counts:
            continue
        rival = found.get(replaced)
        if rival is None or _weight(told.statement) > _weight(rival):
            found[replaced] = told.statement
    return found


def _weight(statement: Statement) -> tuple[bool, Day, int]:
    return (not statement.planned, statement.said, statement.position)


def _linked(plans: Iterable[Statement]) -> list[list[Statement]]:
    """The plans of each ladder, in the order said; ladders by their first plan."""
    ladder: dict[str, list[Statement]] = {}
    by_id: dict[str, list[Statement]] = {}
    kept: list[list[Statement]] = []
    for plan in plans:
        joined = {
            id(found): found
            for found in (ladder.get(plan.entry), by_id.get(plan.line.get("supersedes", "")))
            if found is not None
        }
        rungs = sorted(
            (*(each for found in joined.values() for each in found), plan),
            key=lambda each: (each.said, each.position),
        )
        kept = [found for found in kept if id(found) not in joined]
        kept.append(rungs)
        for each in rungs:
            ladder[each.entry] = by_id[each.id] = rungs
    return sorted(kept, key=lambda rungs: (rungs[0].said, rungs[0].position))


def _days(first: Day | None, last: Day | None) -> int | None:
    return None if first is None or last is None else last - first
