"""A facility's life: its status on any day, how certain, what is expected and overdue.

The status follows from the effective actual milestones, folded in the order of
the days on which they count. A milestone whose date is vague makes the days
between its bounds uncertain: on them it is both taken and left out. Plans move
nothing; they are overdue once their last possible day has come unanswered,
and say what was expected beyond the horizon: that is worked out when somebody
looks beyond it (`expected`), since it changes with every day that a plan is late.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple

from events.dates import Day
from events.statement import Statement
from events.vocabulary import ENDINGS, MILESTONES, RANK, STATUS_OF, STATUSES
from projections.engine.account import Account, is_plan
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, Beyond, Heard, Projection, Span
from projections.kinds.again import with_steps_promised_again
from projections.kinds.contested import contested
from projections.kinds.ladders import OUTCOMES, Answered, entry_of, own_entry, replacing, slips
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


class Stretch(NamedTuple):
    """From a day on, up to the next: the state, the step that gave its status, and the odds.

    `taken` are how many of the steps count by then. Of `settled` many the whole date has passed,
    so that they leave no alternative to the state `after_these`.
    """

    day: int
    state: State
    giver: Step | None
    odds: int
    taken: int
    settled: int
    after_these: State


class Life(NamedTuple):
    """What follows from the actual milestones alone, whatever was planned.

    `steps` are in their order. Of each of the `stretches` of days there is a status, None where
    there is none to tell of. `answers` are the statuses that the steps reach, in the order of their
    days.
    """

    steps: tuple[Step, ...]
    stretches: tuple[Stretch, ...]
    statuses: tuple[Span | None, ...]
    spans: tuple[Span, ...]
    answers: tuple[Answered, ...]


NO_LIFE = Life((), (), (), (), ())
"""Before the first milestone."""

LISTED = Span("record", "facility")
"""What puts a facility into lists."""


def spans(account: Account) -> list[Span | Heard]:
    """What holds in the facility's life, by what had been said at the horizon of the account."""
    if account.horizon is None:
        return [LISTED]
    named = (_named(account.record),) if account.effective else ()
    life = _life(account.record, tuple(account.actual()))
    plans = _plans(account, life, account.horizon)
    return [LISTED, *named, *contested(account), *life.spans, *plans]


def as_promised(account: Account) -> Account:
    """The account as its plans are judged: steps that are promised again fill entries of their
    own. They would have changed the status of the day on which they were said, or carry none."""

    def is_news(planned: Statement) -> bool:
        milestone = planned.line["milestone"]
        life = _life(account.record, tuple(account.actual()))
        state, _ = state_on(life.steps, planned.said)
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
    (*LISTED_IN, "status", "name", "due", "overdue", "slip"),
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


@lru_cache(maxsize=4096)
def _named(record: str) -> Span:
    """What puts a facility into the lists of those of which something was said."""
    return Span("named", record)


_lives: dict[str, tuple[tuple[Statement, ...], Life]] = {}
"""The life of some facilities as it was worked out last: most accounts differ in plans alone, and
most of the others by one milestone more."""

KEPT = 512
"""How many lives are kept: they hold their statements."""


def _life(record: str, actual: tuple[Statement, ...]) -> Life:
    """The life that follows from milestones."""
    before, life = _lives.get(record, ((), NO_LIFE))
    if before == actual:
        return life
    goes_on = before == actual[:-1]
    life = _with(life, actual[-1:]) if goes_on else _with(NO_LIFE, actual)
    if len(_lives) >= KEPT:
        _lives.clear()
    _lives[record] = actual, life
    return life


def _with(life: Life, more: Sequence[Statement]) -> Life:
    """A life with more milestones. What comes before them all stays as it is."""
    come = [step_of(statement) for statement in more]
    steps = tuple(sorted((*life.steps, *come)))
    begins = min((step.earliest for step in come), default=AFTER_ALL)
    same = bisect_left(life.stretches, begins, key=itemgetter(0))
    stretches = _stretches(steps, life.stretches[:same])
    standing = max(same - 1, 0)  # the last of those that are the same ends by what follows
    changed = stretches[standing:]
    ends = [*(stretch.day for stretch in changed[1:]), AFTER_ALL]
    statuses = (*life.statuses[:standing], *map(_status, changed, ends))
    spans = *filter(None, statuses), *_names(steps)
    return Life(steps, stretches, statuses, spans, tuple(_answers(steps)))


def _stretches(steps: tuple[Step, ...], before: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """The stretches of days with one status, one giver and one set of odds, on from some."""
    found = list(before)
    day, state, giver, odds, taken, settled, after_these = found[-1] if found else BEGINNING
    left = steps[settled:]
    bounds = {bound for step in left for bound in (step.earliest, step.latest)}
    for bound in sorted(bounds):
        if bound <= day or bound == AFTER_ALL:
            continue
        before_it = state, odds, giver
        while taken < len(steps) and steps[taken].day <= bound:
            state, giver = _take(state, giver, steps[taken])
            taken += 1
        while settled < len(steps) and steps[settled].latest <= bound:
            after_these = after(after_these, steps[settled].milestone)
            settled += 1
        odds = alternatives_on(steps[settled:], bound, before=after_these)
        if not found or (state, odds, giver) != before_it:
            found.append(Stretch(bound, state, giver, odds, taken, settled, after_these))
    return tuple(found)


BEGINNING = Stretch(BEFORE_ALL - 1, NOTHING, None, NOT_YET, 0, 0, NOTHING)


def _status(stretch: Stretch, end: int) -> Span | None:
    """The span of a stretch of days; the text of one that is `suspended` is the status held before.
    None where there is no status and never was another alternative."""
    status, held = stretch.state
    if not status and stretch.odds == NOT_YET:
        return None
    return Span(
        "status",
        status or "",
        None if stretch.day == BEFORE_ALL else stretch.day,
        None if end == AFTER_ALL else end,
        stretch.giver.statement.id if stretch.giver else None,
        held or "",
        stretch.odds,
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
    if not account.ladders:
        return
    account = as_promised(account)
    plans = [each.statement for each in account.effective.values() if is_plan(each.statement)]
    answers = {plan.id: _answer(plan, life.answers) for plan in plans}
    replaced = replacing(account)
    ahead = {answer.day for answer in answers.values() if answer and answer.day > horizon}
    turns = [horizon, *sorted(ahead)]
    for since, until in zip(turns, [*turns[1:], None], strict=True):
        answered = {
            plan: answer if answer is not None and answer.day <= since else None
            for plan, answer in answers.items()
        }
        still = [plan for plan in plans if answered[plan.id] is None and plan.id not in replaced]
        open_plans = {plan.id for plan in still}
        heard = [
            *slips(account, open_plans=open_plans, moot=answered, replacing=replaced),
            *itertools.chain.from_iterable(map(_due_and_overdue, still)),
        ]
        yield from heard if not ahead else (each.within(since, until) for each in heard)


def _answer(plan: Statement, answers: Sequence[Answered]) -> Answered | None:
    """The first of the statuses that answers a plan or makes it moot, after it was said."""
    planned, found = STATUS_OF.get(plan.milestone or ""), None
    for answer in reversed(answers):
        if answer.day <= plan.said:
            break
        if _answers_plan(answer.status, planned):
            found = answer
    return found


@lru_cache(maxsize=2048)
def _due_and_overdue(plan: Statement) -> tuple[Heard, ...]:
    """An open plan: due until its last possible day, overdue on all days from then on. The text of
    one that is due is its entry, which breaks ties."""
    latest, milestone = plan.latest, plan.line["milestone"]
    end = None if latest is None else latest + 1
    due = Span("due", milestone, plan.earliest, end, plan.id, own_entry(plan))
    if latest is None:
        return (Heard(due),)
    overdue = Span("overdue", milestone, latest, None, plan.id)
    return Heard(due, until=latest), Heard(overdue, since=latest)


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
