"""Ladders of plans: what was promised, how often it was put off, and what came of it.

A ladder is a row of plans, in the order in which they were said, with what came
in the end. The plans of one entry are one ladder, and so are plans linked across
entries by `supersedes`. Disputed plans are no rungs: a rumour puts nothing off.

What comes of a ladder is read off its current plan: of the last plans of its entries, the
one said last that no other replaces:

- an actual milestone fills its entry, or replaces it: it *came*, and is `kept`,
  `late` or `early` by the first plan;
- it is given up, or an ending replaces it, or the facility closed first: `dropped`;
- it is open by rule 8: `pending`, or `overdue` once its last possible day has come;
- the facility reached its status, or a higher one, in another way, or what would have come
  had been so before anything was promised of it: `replaced`.

Slips are differences in days, and honest ones: from the last possible day of the
plan to the first of what came, up to the other way round.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol, get_args

import msgspec

from events.dates import Day
from events.statement import Statement
from events.vocabulary import ENDINGS, MILESTONES, STATUS_OF
from projections.engine.account import Account, weight
from projections.engine.spans import Heard, Span

Outcome = Literal["kept", "late", "early", "dropped", "replaced", "pending", "overdue"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
CAME: tuple[Outcome, ...] = OUTCOMES[:3]
"""The outcomes of a ladder with something that came."""

OPEN: tuple[Outcome, ...] = OUTCOMES[-2:]
"""Those of a ladder that nothing has answered yet."""


class Slip(msgspec.Struct, frozen=True, gc=False):
    """How many days something came after it was planned, at least and at most; None is open."""

    earliest: int | None
    latest: int | None


class Ladder(NamedTuple):
    """A ladder: the ids of its statements, and what is counted.

    `entry` is that of the current plan. `said` is the day on which the first plan was. `came` is
    what came; `by` what replaced the current plan, or closed the facility, where nothing came.
    `stands` is the current plan where another was said after it, which it replaces.
    """

    entry: str
    milestone: str
    plans: tuple[str, ...]
    said: Day
    came: str | None = None
    slip: Slip | None = None
    slip_before: Slip | None = None
    by: str | None = None
    stands: str | None = None

    @property
    def current(self) -> str:
        """The id of the current plan."""
        return self.stands or self.plans[-1]


class Answered(NamedTuple):
    """A status that a facility reached, the day from which it counts, and the statement."""

    day: int
    status: str
    statement: str


class HasText(Protocol):
    """A span or a row, as far as a ladder is written in it."""

    @property
    def others(self) -> tuple[str, ...]:
        """The ids of its statements."""

    @property
    def text(self) -> str:
        """The rest."""


class Dated(Protocol):
    """What has a first and a last possible day; None is an open end."""

    @property
    def earliest(self) -> Day | None:
        """The first."""

    @property
    def latest(self) -> Day | None:
        """The last."""


def slip(plan: Dated, came: Dated) -> Slip:
    """From a plan to what came, or from any day to another.

    Planned for 2020 and come on 2020-06-01, it may have been 213 days before the day that
    was meant or 152 after it.
    """
    return Slip(_days(plan.latest, came.earliest), _days(plan.earliest, came.latest))


def over_before(plan: Statement, milestone: Statement) -> bool:
    """Whether something was certainly over before a plan was said, so is no answer to it."""
    first = plan.stated.earliest if plan.stated else None
    if first is None or milestone.latest is None:
        return False
    return milestone.latest < min(first, plan.said)


def slips(
    account: Account,
    *,
    open_plans: Collection[str],
    moot: Mapping[str, Answered | None],
    replacing: Mapping[str, Statement],
) -> Iterator[Heard]:
    """One span a ladder and outcome, for all valid time: its value is the outcome, `others` are
    its statements, its text is for `ladder_of`.

    `open_plans` are the plans open by rule 8; `moot` has for each effective plan
    the first status that answered it or closed the facility; None where none did.
    `replacing` is what replaces a statement, by its id.
    """
    for plans in account.ladders:
        current = _current(account, plans)
        outcome, of = _outcome(
            account, plans, current, open_plans=open_plans, moot=moot, replacing=replacing
        )
        yield from _heard(plans, current, outcome, of)


def replacing(account: Account) -> dict[str, Statement]:
    """What replaces a statement, by its id; of several, the one that would fill an entry."""
    found: dict[str, Statement] = {}
    for statement, counts in account.effective.values():
        replaced = statement.supersedes
        if replaced is None or not counts:
            continue
        rival = found.get(replaced)
        if rival is None or weight(statement) > weight(rival):
            found[replaced] = statement
    return found


AGAIN = " again"
"""What ends the entry of a step that is promised again; no other entry has a space."""


@lru_cache(maxsize=2048)
def again(planned: Statement) -> Statement:
    """A planned statement that fills an entry of its own, beside the one that it names."""
    return msgspec.structs.replace(planned, entry=planned.entry + AGAIN)


def own_entry(statement: Statement) -> str:
    """The entry of a milestone as spans write it: without the default one where it is that or goes
    on after it with a slash, and after "=" where it would be taken for either."""
    entry, line = statement.entry.removesuffix(AGAIN), statement.line
    rest = entry.removeprefix(f"{line['facility']}/{line['milestone']}")
    if rest != entry and (not rest or rest[0] == "/"):
        return rest
    return f"={entry}" if entry[0] in "/=" else entry


def entry_of(written: str, record: str, milestone: str) -> str:
    """The entry that `own_entry` wrote."""
    if written and written[0] != "/":
        return written.removeprefix("=")
    return f"{record}/{milestone}{written}"


class Written(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What the text of a ladder says: `rungs` are how many of its statements are plans, `end` is 1
    where the last one is what came, 2 where it is what took the place of the plan. What says
    nothing at the end is left out; without `slip_before` it is the same as `slip`."""

    rungs: int
    milestone: int
    said: Day
    end: int = 0
    own: str = ""
    slip: tuple[int | None, int | None] | None = None
    slip_before: tuple[int | None, int | None] | None = None
    stands: int | None = None


def written_of(texts: Iterable[str]) -> list[Written]:
    """What the texts of ladders say, all read at once."""
    return _WRITTEN.decode("[" + ",".join(f"[{text}]" for text in texts) + "]")


_WRITTEN = msgspec.json.Decoder(list[Written])


def ladder_of(record: str, span: HasText) -> Ladder:
    """The ladder that a span or a row of a record holds, of the facet `slip`."""
    [written] = written_of([span.text])
    milestone = MILESTONES[written.milestone]
    plans, last = span.others[: written.rungs], span.others[written.rungs :]
    return Ladder(
        entry_of(written.own, record, milestone),
        milestone,
        plans,
        written.said,
        came=last[0] if written.end == 1 else None,
        slip=Slip(*written.slip) if written.slip else None,
        slip_before=Slip(*before) if (before := written.slip_before or written.slip) else None,
        by=last[0] if written.end == 2 else None,
        stands=None if written.stands is None else plans[written.stands],
    )


def _current(account: Account, plans: Sequence[Statement]) -> Statement:
    """Of the last plans of each entry, the one said last that no effective plan replaces.

    Corrections can make plans replace one another in a ring; then it is the one said last.
    """
    last = {plan.entry: plan for plan in plans}
    if len(last) == 1:
        return plans[-1]
    replaced = {
        plan.supersedes
        for entry, plan in last.items()
        if account.effective[entry].statement.id == plan.id
    }
    standing = [plan for plan in last.values() if plan.id not in replaced]
    return max(standing or last.values(), key=lambda plan: (plan.said, plan.position))


def _outcome(
    account: Account,
    plans: Sequence[Statement],
    current: Statement,
    *,
    open_plans: Collection[str],
    moot: Mapping[str, Answered | None],
    replacing: Mapping[str, Statement],
) -> tuple[Outcome | Literal["came"], Statement | str | None]:
    """What became of a ladder, and by which statement; an open plan is `pending` here."""
    filling = _filling(account, current.entry)
    if filling is not None:
        return _came(plans[0], filling)
    instead = replacing.get(current.id)
    if instead is not None:
        if _gives_up(instead):
            return "dropped", instead.id
        if not instead.planned:
            ending = instead.milestone in ENDINGS
            return ("dropped", instead.id) if ending else _came(plans[0], instead)
    effective = account.effective[current.entry].statement
    if _gives_up(effective):
        return "dropped", effective.id
    if current.id in open_plans:
        return "pending", None
    if (elsewhere := _elsewhere(account, plans)) is not None:
        return "came", elsewhere
    if (answered := moot.get(current.id)) is not None:
        promised = STATUS_OF.get(current.milestone or "")
        closed = answered.status in ("decommissioned", "cancelled") and answered.status != promised
        return "dropped" if closed else "replaced", answered.statement
    return "replaced", instead.id if instead else None


def _came(
    plan: Statement, milestone: Statement
) -> tuple[Outcome | Literal["came"], Statement | str]:
    """It came, unless it was over before the first plan was said: then nothing was promised."""
    if over_before(plan, milestone):
        return "replaced", milestone.id
    return "came", milestone


def _gives_up(statement: Statement) -> bool:
    return statement.planned and statement.date is None


@lru_cache(maxsize=2048)
def _heard(
    plans: tuple[Statement, ...],
    current: Statement,
    outcome: Outcome | Literal["came"],
    of: Statement | str | None,
) -> tuple[Heard, ...]:
    """The span of a ladder; an open one is overdue from the last possible day of its plan."""
    due = current.latest
    if outcome != "pending" or due is None:
        return (Heard(_span(plans, current, outcome, of)),)
    pending, overdue = (_span(plans, current, each, of) for each in (outcome, "overdue"))
    return Heard(pending, until=due), Heard(overdue, since=due)


def _span(
    plans: tuple[Statement, ...],
    current: Statement,
    outcome: Outcome | Literal["came"],
    of: Statement | str | None,
) -> Span:
    others = [plan.id for plan in plans]
    stands = None if current.id == plans[-1].id else others.index(current.id)
    milestone = MILESTONES.index(current.milestone)
    end = 0
    slips: list[tuple[int | None, ...] | None] = [None, None]
    if isinstance(of, Statement):
        counted, before = slip(plans[0], of), slip(plans[-1], of)
        outcome, end = _kept(counted), 1
        slips = [_ends(counted), None if before == counted else _ends(before)]
        others.append(of.id)
    elif of is not None:
        end = 2
        others.append(of)
    more = [own_entry(current), *slips, stands]
    while more and more[-1] in ("", None):
        more.pop()
    of_end = [end, *more] if end or more else []
    text = msgspec.json.encode([len(plans), milestone, plans[0].said, *of_end])[1:-1].decode()
    return Span("slip", outcome, None, None, plans[-1].id, text, others=tuple(others))


def _ends(counted: Slip) -> tuple[int | None, int | None]:
    return counted.earliest, counted.latest


def _kept(counted: Slip) -> Outcome:
    if counted.earliest is not None and counted.earliest > 0:
        return "late"
    if counted.latest is not None and counted.latest < 0:
        return "early"
    return "kept"


def _filling(account: Account, entry: str) -> Statement | None:
    """The actual milestone that fills an entry."""
    effective = account.effective.get(entry)
    if effective is None or not effective.counts or effective.statement.planned:
        return None
    return effective.statement


def _elsewhere(account: Account, plans: Sequence[Statement]) -> Statement | None:
    """What came in another entry of the ladder, by the last plan that has it."""
    for plan in reversed(plans):
        filling = _filling(account, plan.entry)
        if filling is not None and not over_before(plans[0], filling):
            return filling
    return None


def _days(first: Day | None, last: Day | None) -> int | None:
    return None if first is None or last is None else last - first
