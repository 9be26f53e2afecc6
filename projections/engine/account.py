"""What the sources had said of a record by a horizon, rivals weighed.

An `Account` is all that a projection sees: for each entry its effective
statement, by the rules for rivals. A `Walk` goes through a record's life on the
clock `stated` and gives one account for each day on which something is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from events.dates import Day
from events.fact import Line
from events.statement import Statement

Ladders = tuple[tuple[Statement, ...], ...]


class Effective(NamedTuple):
    """The effective statement of an entry.

    `counts` is False where the entry has no undisputed statement at all: then
    it is shown and moves nothing.
    """

    statement: Statement
    counts: bool


class Account(NamedTuple):
    """A record by what had been said at the end of the day `horizon`; None is before all of it.

    It stands until something else is said, however many days pass.

    `ladders` are all plans that had been said, rivals and those long overtaken too; only
    disputed ones are left out. Those of one entry are together, and those that
    `supersedes` links, each ladder in the order said.

    `planned` has by entry what would be effective if nothing undisputed but plans, and what gives
    them up, had been said of it. `disputed` has by entry the ids of its disputed statements.
    """

    record: str
    card: Line | None
    horizon: Day | None
    effective: Mapping[str, Effective]
    ladders: Ladders = ()
    planned: Mapping[str, Statement] = {}
    disputed: Mapping[str, Sequence[str]] = {}

    def actual(self) -> list[Statement]:
        """The effective statements that say what was so, and count."""
        return [
            each.statement
            for each in self.effective.values()
            if each.counts and not each.statement.planned
        ]


class Rival(Protocol):
    """What is looked at in a statement to weigh it."""

    @property
    def disputed(self) -> bool:
        """Whether its sources are disputed."""

    @property
    def planned(self) -> bool:
        """Whether it is a promise."""

    @property
    def said(self) -> Day:
        """The day from which it is visible."""

    @property
    def position(self) -> int:
        """Where it was first recorded."""


def weight(statement: Rival) -> tuple[bool, bool, Day, int]:
    """What decides between rivals: the greatest of those visible is effective.

    Undisputed before disputed, actual before planned, then the later said, then
    the later first recorded.
    """
    return (
        not statement.disputed,
        not statement.planned,
        statement.said,
        statement.position,
    )


def counting_entries(statements: Iterable[Statement]) -> set[str]:
    """The entries that have an undisputed statement, whenever said."""
    return {
        statement.entry
        for statement in statements
        if not statement.withdrawn and not statement.disputed
    }


def is_plan(statement: Statement) -> bool:
    """Whether a statement promises something for a day. One that gives a plan up does not."""
    return statement.planned and not statement.disputed and statement.date is not None


def account(
    record: str, card: Line | None, statements: Sequence[Statement], horizon: Day
) -> Account:
    """The record by what had been said at a horizon."""
    counting = counting_entries(statements)
    effective: dict[str, Effective] = {}
    planned: dict[str, Statement] = {}
    disputed: dict[str, list[str]] = defaultdict(list)
    visible = [each for each in statements if not each.withdrawn and each.said <= horizon]
    for statement in visible:
        rival = effective.get(statement.entry)
        if rival is None or weight(statement) > weight(rival.statement):
            effective[statement.entry] = Effective(statement, statement.entry in counting)
        _take(statement, planned, disputed)
    ladders = ladders_of(filter(is_plan, visible))
    return Account(record, card, horizon, effective, ladders, planned, disputed)


class Walk:
    """A record's life on the clock `stated`, from one day on which something is said to the next.

    Most of what is recorded was said later than all before it: then the walk goes on from where it
    is. Where it was said earlier, where something that was said is mended, or where a disputed
    rival may count from now on, another walk begins.
    """

    def __init__(self, record: str, card: Line | None) -> None:
        self._record, self._card = record, card
        self._last: Day | None = None
        self._counting: set[str] = set()
        self._effective: dict[str, Effective] = {}
        self._planned: dict[str, Statement] = {}
        self._disputed: dict[str, list[str]] = defaultdict(list)
        self._ladders = _Ladders()

    def goes_on(self, since: Day) -> bool:
        """Whether what is said on a day, or later, leaves standing what it has come through."""
        return self._last is not None and self._last <= since

    def through(
        self, statements: Iterable[Statement], since: Day | None
    ) -> Iterator[tuple[Account, Day | None]]:
        """Go on through more statements: every account that stands on the day `since` or later,
        each with the day on which the next begins; None where none does.

        A record with a card begins with the account before anything was said. An account is to be
        read before the next one is asked for: they share what they hold.
        """
        said: dict[Day, list[Statement]] = defaultdict(list)
        for statement in statements:
            if not statement.withdrawn:
                said[statement.said].append(statement)
                if not statement.disputed:
                    self._counting.add(statement.entry)
        days: list[Day] = sorted(said)
        ends: list[Day | None] = [*days[1:], None]
        is_first = self._card is not None and self._last is None
        if is_first and (since is None or not days or days[0] > since):
            yield self._account(None), days[0] if days else None
        for day, end in zip(days, ends, strict=False):
            self._hear(day, said[day])
            if since is None or end is None or end > since:
                yield self._account(day), end

    def _hear(self, day: Day, statements: Iterable[Statement]) -> None:
        self._last = day
        for statement in statements:
            if is_plan(statement):
                self._ladders.add(statement)
            entry = statement.entry
            rival = self._effective.get(entry)
            if rival is None or weight(statement) > weight(rival.statement):
                self._effective[entry] = Effective(statement, entry in self._counting)
            _take(statement, self._planned, self._disputed)

    def _account(self, horizon: Day | None) -> Account:
        return Account(
            self._record,
            self._card,
            horizon,
            self._effective,
            self._ladders.ladders(),
            self._planned,
            self._disputed,
        )


def _take(
    statement: Statement, planned: dict[str, Statement], disputed: dict[str, list[str]]
) -> None:
    """Note a statement that is disputed, and weigh one that is planned."""
    if statement.disputed:
        disputed[statement.entry].append(statement.id)
    elif statement.planned:
        rival = planned.get(statement.entry)
        if rival is None or weight(statement) > weight(rival):
            planned[statement.entry] = statement


def ladders_of(plans: Iterable[Statement]) -> Ladders:
    """The ladders of some plans, each in the order said."""
    ladders = _Ladders()
    for plan in plans:
        ladders.add(plan)
    return ladders.ladders()


class _Ladders:
    """Ladders as plans are said: each goes on those that its entry or `supersedes` names."""

    def __init__(self) -> None:
        self._rungs: dict[str, tuple[Statement, ...]] = {}
        """By the id of a rung that began a ladder, all of its rungs."""
        self._first: dict[str, str] = {}
        """By the id of a rung, the one by which its ladder is found."""
        self._of_entry: dict[str, str] = {}
        self._replacing: dict[str, set[str]] = defaultdict(set)
        """By the id of a statement, the rungs that replace it."""
        self._ladders: Ladders | None = ()

    def ladders(self) -> Ladders:
        """All of them, the one that was added to last at the end, each in the order said."""
        if self._ladders is None:
            self._ladders = tuple(self._rungs.values())
        return self._ladders

    def add(self, plan: Statement) -> None:
        """A plan is said."""
        replaced = plan.supersedes
        named = *self._replacing.get(plan.id, ()), self._of_entry.get(plan.entry), replaced
        joined = {self._first[rung] for rung in named if rung in self._first}
        rungs = [plan]
        # In the order in which the ladders stand, so that rungs of one moment keep theirs.
        for first in [first for first in self._rungs if first in joined] if joined else ():
            rungs += self._rungs.pop(first)
        rungs.sort(key=lambda rung: (rung.said, rung.position))
        self._rungs[plan.id] = tuple(rungs)
        for rung in rungs:
            self._first[rung.id] = plan.id
        self._of_entry[plan.entry] = plan.id
        if replaced is not None:
            self._replacing[replaced].add(plan.id)
        self._ladders = None
