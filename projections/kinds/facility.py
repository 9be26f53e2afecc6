"""A facility's life: its status on any day, how certain, what is expected and overdue.

The status follows from the effective actual milestones, folded in the order of
the days on which they count. A milestone whose date is vague makes the days
between its bounds uncertain: on them it is both taken and left out. Plans move
nothing; they are overdue once their last possible day has come unanswered,
and say what was expected beyond the horizon: that is worked out when somebody
looks beyond it (`expected`), since it changes with every day that a plan is late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple

from events.dates import Day
from events.statement import Statement
from events.vocabulary import ENDINGS, MILESTONES, RANK, STATUS_OF, STATUSES
from projections.engine.account import Account, is_plan
from projections.engine.spans import (
    AFTER_ALL,
    BEFORE_ALL,
    SAID,
    Beyond,
    Heard,
    Projection,
    Span,
)
from projections.kinds.again import with_steps_promised_again
from projections.kinds.contested import contested
from projections.kinds.ladders import OUTCOMES, Answered, entry_of, own_entry, slips
from projections.kinds.listing import LISTED as LISTED_IN

FOR_GOOD = ("decommissioned", "cancelled")

NOT_YET = 1
"""The bit of the alternative that there is no status; status n of `STATUSES` has bit n + 1."""

BIT = {status: 2 << index for index, status in enumerate(STATUSES)}

_ORDER = {milestone: index for index, milestone in enumerate(MILESTONES)}


class State(NamedTuple):
    """A status, and the one held before where it is `suspended`."""

    status: str | None = None
    held: str | None = None


NOTHING = State()
"""Before the first milestone."""


class Step(NamedTuple):
    """A milestone on the day from which it counts, with the bounds of its date."""

    day: int
    order: int
    entry: str
    milestone: str
    earliest: int
    latest: int
    statement: Statement


class Life(NamedTuple):
    """What follows from the actual milestones alone, whatever was planned.

    `steps` are in their order, `answers` the statuses that they reach, in the order of
    their days.
    """

    steps: tuple[Step, ...]
    spans: tuple[Span, ...]
    answers: tuple[Answered, ...]


LISTED = Span("record", "facility")
"""What puts a facility into lists."""


def spans(account: Account) -> Iterator[Span | Heard]:
    """What holds in the facility's life, by what had been said at the horizon of the account."""
    yield LISTED
    if account.effective:
        yield Span("named", account.record)
        yield from contested(account)
    life = _life(tuple(account.actual()))
    yield from life.spans
    if account.horizon is not None:
        yield from _plans(account, life, account.horizon)


def as_promised(account: Account) -> Account:
    """The account as its plans are judged: steps that are promised again fill entries of their
    own. They would have changed the status of the day on which they were said, or carry none."""
    steps = _life(tuple(account.actual())).steps

    def is_news(planned: Statement) -> bool:
        milestone = planned.line["milestone"]
        state, _ = state_on(steps, planned.said)
        return milestone not in STATUS_OF or after(state, milestone).status != state.status

    return with_steps_promised_again(account, is_news)


def expected(record: str, held: Iterable[Span], horizon: Day) -> Iterator[Span]:
    """What the plans that are due make of the status after the horizon.

    Looked up only beyond the horizon, so the first one begins openly.
    """
    state = NOTHING
    due: list[tuple[Day, int, str, Span]] = []
    tomorrow = horizon + 1
    for span in held:
        if span.facet == "status" and span.covers(horizon):
            state = State(span.value or None, span.text or None)
        elif span.facet == "due":
            day = _due_day(span)
            entry = entry_of(span.text, record, span.value)
            due.append((max(day, tomorrow), _ORDER[span.value], entry, span))
    moves: list[tuple[Day, State, Span]] = []
    for day, _, _, plan in sorted(due, key=itemgetter(0, 1, 2)):
        if day == AFTER_ALL:
            continue
        reached = after(state, plan.value)
        if reached.status != state.status:
            if moves and moves[-1][0] == day:
                moves.pop()
            moves.append((day, reached, plan))
        state = reached
    ends = [*(day for day, _, _ in moves[1:]), AFTER_ALL]
    for (day, reached, plan), end in zip(moves, ends, strict=False):
        yield Span(
            "expected",
            reached.status or "",
            None if day == tomorrow else day,
            None if end == AFTER_ALL else end,
            plan.statement,
        )


FACILITY = Projection(
    "facility",
    (*LISTED_IN, "status", "name", "due", "overdue", "slip", SAID),
    spans,
    values=(*STATUSES, *MILESTONES, *OUTCOMES),
    beyond=Beyond(("expected",), ("status",), ("due",), expected),
)


def step_of(statement: Statement) -> Step:
    """A beginning counts from its first possible day, an ending from its last."""
    milestone = statement.line["milestone"]
    earliest = BEFORE_ALL if statement.earliest is None else statement.earliest
    latest = AFTER_ALL if statement.latest is None else statement.latest
    return Step(
        latest if milestone in ENDINGS else earliest,
        _ORDER[milestone],
        statement.entry,
        milestone,
        earliest,
        latest,
        statement,
    )


@cache
def after(state: State, milestone: str) -> State:
    """The state that a milestone leads to.

    >>> after(State("operating"), "construction-started")
    State(status='operating', held=None)
    >>> after(State("suspended", held="operating"), "upgraded")
    State(status='operating', held=None)
    """
    if state.status in FOR_GOOD:
        return state
    if milestone in FOR_GOOD:
        return State(milestone)
    if milestone == "suspended":
        if state.status is None or state.status == "suspended":
            return state
        return State("suspended", held=state.status)
    if milestone == "upgraded":
        return State(state.held) if state.status == "suspended" else state
    status = STATUS_OF.get(milestone)
    if status is None:
        return state
    if state.status == "suspended":
        resumes = state.held is not None and RANK[status] >= RANK[state.held]
        return State(status) if resumes else state
    if state.status is None or RANK[status] > RANK[state.status]:
        return State(status)
    return state


def state_on(steps: Iterable[Step], day: int) -> tuple[State, Step | None]:
    """The state on a day, and the step that gave its status; `steps` in their order."""
    state, giver = NOTHING, None
    for step in steps:
        if step.day <= day:
            state, giver = _take(state, giver, step)
    return state, giver


def alternatives_on(steps: Iterable[Step], day: int, *, before: State = NOTHING) -> int:
    """All statuses that are possible on a day, as bits; `before` is the state before the steps."""
    states = {before}
    for step in steps:
        if step.latest <= day:
            states = {after(state, step.milestone) for state in states}
        elif step.earliest <= day:
            states |= {after(state, step.milestone) for state in states}
    odds = 0
    for state in states:
        odds |= NOT_YET if state.status is None else BIT[state.status]
    return odds


def alternatives(odds: int) -> list[str | None]:
    """The statuses of some bits, null (not there yet) first, then in the order of the list."""
    named: list[str | None] = [status for status in STATUSES if odds & BIT[status]]
    return [None, *named] if odds & NOT_YET else named


def _take(state: State, giver: Step | None, step: Step) -> tuple[State, Step | None]:
    reached = after(state, step.milestone)
    return (reached, step) if reached.status != state.status else (reached, giver)


@lru_cache(maxsize=1024)
def _life(actual: tuple[Statement, ...]) -> Life:
    """The life that follows from milestones. Cached: most horizons differ in plans alone."""
    steps = tuple(sorted(map(step_of, actual)))
    return Life(steps, (*_statuses(steps), *_names(steps)), tuple(_answers(steps)))


def _statuses(steps: tuple[Step, ...]) -> Iterator[Span]:
    """One span for each stretch of days with one status, one giver and one set of odds; the text
    of one that is `suspended` is the status held before."""
    bounds = sorted({bound for step in steps for bound in (step.earliest, step.latest)})
    stretches: list[tuple[int, tuple[str, str | None, int, Step | None]]] = []
    state, giver, taken = NOTHING, None, 0
    settled, past = NOTHING, 0
    for day in bounds:
        if day == AFTER_ALL:
            continue
        while taken < len(steps) and steps[taken].day <= day:
            state, giver = _take(state, giver, steps[taken])
            taken += 1
        # The first steps whose whole date has passed leave no alternative.
        while past < len(steps) and steps[past].latest <= day:
            settled = after(settled, steps[past].milestone)
            past += 1
        odds = alternatives_on(steps[past:], day, before=settled)
        holds = (state.status or "", state.held, odds, giver)
        if not stretches or stretches[-1][1] != holds:
            stretches.append((day, holds))
    ends = [*(day for day, _ in stretches[1:]), AFTER_ALL]
    for (day, (status, held, odds, giver)), end in zip(stretches, ends, strict=False):
        if status or odds != NOT_YET:
            yield Span(
                "status",
                status,
                None if day == BEFORE_ALL else day,
                None if end == AFTER_ALL else end,
                giver.statement.id if giver else None,
                held or "",
                odds,
            )


def _names(steps: tuple[Step, ...]) -> Iterator[Span]:
    """The names that it was given, each until the next."""
    renamed = [step for step in steps if step.milestone == "renamed"]
    for step, following in zip(renamed, [*renamed[1:], None], strict=False):
        name = step.statement.line.get("attributes", {}).get("name")
        if not isinstance(name, str) or (following is not None and following.day == step.day):
            continue
        yield Span(
            "name",
            name,
            None if step.day == BEFORE_ALL else step.day,
            None if following is None else following.day,
            step.statement.id,
        )


def _plans(account: Account, life: Life, horizon: Day) -> Iterator[Heard]:
    """The plans and their ladders, until something else is said: a milestone that was said
    before its day came answers them on that day."""
    account = as_promised(account)
    answers = _answers_of_plans(account, life)
    replaced = account.superseded() if answers else ()
    ahead = {answer.day for answer in answers.values() if answer and answer.day > horizon}
    turns = [horizon, *sorted(ahead)]
    for since, until in zip(turns, [*turns[1:], None], strict=True):
        answered = {
            plan: answer if answer is not None and answer.day <= since else None
            for plan, answer in answers.items()
        }
        still = [
            each.statement
            for each in account.effective.values()
            if each.statement.id in answered
            and answered[each.statement.id] is None
            and each.statement.id not in replaced
        ]
        open_plans = {plan.id for plan in still}
        yield from slips(account, since, until, open_plans=open_plans, moot=answered)
        for plan in still:
            yield from _due_and_overdue(plan, since, until)


def _answers_of_plans(account: Account, life: Life) -> dict[str, Answered | None]:
    """The plans that fill an entry, undisputed, each with what answers it or makes it moot."""
    found: dict[str, Answered | None] = {}
    for each in account.effective.values():
        plan = each.statement
        if is_plan(plan):
            status = STATUS_OF.get(plan.line["milestone"])
            found[plan.id] = next(
                (
                    answer
                    for answer in life.answers
                    if plan.said < answer.day and _answers_plan(answer.status, status)
                ),
                None,
            )
    return found


def _due_and_overdue(plan: Statement, since: Day, until: Day | None) -> Iterator[Heard]:
    """An open plan: due until its last possible day, overdue from then on."""
    due, overdue = _due(plan), _overdue(plan)
    latest = plan.latest
    if latest is None or overdue is None:
        yield Heard(due, since, until)
        return
    yield Heard(due, since, latest if until is None else min(latest, until))
    yield Heard(overdue, max(latest, since), until)


@lru_cache(maxsize=4096)
def _due(plan: Statement) -> Span:
    """A plan that is due, on its days. Its text is its entry, which breaks ties."""
    end = None if plan.latest is None else plan.latest + 1
    text = own_entry(plan)
    return Span("due", plan.line["milestone"], plan.earliest, end, plan.id, text)


@lru_cache(maxsize=4096)
def _overdue(plan: Statement) -> Span | None:
    """A plan that is overdue, on all days from its last possible one; None without one."""
    if plan.latest is None:
        return None
    return Span("overdue", plan.line["milestone"], plan.latest, None, plan.id)


def _due_day(plan: Span) -> Day:
    """The day from which a plan that is due would count."""
    if plan.value in ENDINGS:
        return AFTER_ALL if plan.end is None else plan.end - 1
    return BEFORE_ALL if plan.first is None else plan.first


def _answers(steps: tuple[Step, ...]) -> Iterator[Answered]:
    """The statuses that milestones reach, in the order of their days.

    An upgrade that ends a suspension reaches the status held before it.
    """
    state = NOTHING
    for step in steps:
        before, state = state, after(state, step.milestone)
        status = STATUS_OF.get(step.milestone)
        if step.milestone == "upgraded" and before.status == "suspended":
            status = state.status
        if status is not None:
            yield Answered(step.day, status, step.statement.id)


def _answers_plan(reached: str, planned: str | None) -> bool:
    if planned is None:
        return False
    if reached in FOR_GOOD or reached == planned:
        return True
    return planned in RANK and RANK.get(reached, -1) >= RANK[planned]
