"""What the sources had said of a record by a horizon, rivals weighed.

An `Account` is all that a projection sees: for each entry its effective
statement, by the rules for rivals. `accounts` walks through a record's life on
the clock `stated` and gives one account for each day on which something is
said.
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

    def superseded(self) -> set[str]:
        """The statements that an effective one replaces."""
        return {
            each.statement.line["supersedes"]
            for each in self.effective.values()
            if each.counts and "supersedes" in each.statement.line
        }


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


def accounts(
    record: str, card: Line | None, statements: Sequence[Statement], since: Day | None
) -> Iterator[tuple[Account, Day | None]]:
    """Every account of the record that stands on the day `since` or later, each with the day on
    which the next begins; None where none does.

    A record with a card begins with the account before anything was said. An account is to be
    read before the next one is asked for: they share what they hold.
    """
    counting = counting_entries(statements)
    said: dict[Day, list[Statement]] = defaultdict(list)
    for statement in statements:
        if not statement.withdrawn:
            said[statement.said].append(statement)
    days: list[Day] = sorted(said)
    ends: list[Day | None] = [*days[1:], None]
    effective: dict[str, Effective] = {}
    planned: dict[str, Statement] = {}
    disputed: dict[str, list[str]] = defaultdict(list)
    ladders = _Ladders()
    if card is not None and (since is None or not days or days[0] > since):
        yield Account(record, card, None, {}), days[0] if days else None
    for day, end in zip(days, ends, strict=False):
        ladders.add(filter(is_plan, said[day]))
        for statement in said[day]:
            rival = effective.get(statement.entry)
            if rival is None or weight(statement) > weight(rival.statement):
                effective[statement.entry] = Effective(statement, statement.entry in counting)
            _take(statement, planned, disputed)
        if since is None or end is None or end > since:
            of_day = Account(record, card, day, effective, ladders.ladders(), planned, disputed)
            yield of_day, end


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
    ladders.add(plans)
    return ladders.ladders()


class _Ladders:
    """Ladders as plans are said: each goes on those that its entry or `supersedes` names."""

    def __init__(self) -> None:
        self._rungs: dict[str, list[Statement]] = {}
        """By the id of a rung that began a ladder, all of its rungs."""
        self._first: dict[str, str] = {}
        """By the id of a rung, the one by which its ladder is found."""
        self._of_entry: dict[str, str] = {}
        self._replacing: dict[str, set[str]] = defaultdict(set)
        """By the id of a statement, the rungs that replace it."""
        self._ladders: Ladders | None = ()

    def add(self, plans: Iterable[Statement]) -> None:
        """Plans are said."""
        for plan in plans:
            self._add(plan)

    def ladders(self) -> Ladders:
        """All of them, the one that was added to last at the end, each in the order said."""
        if self._ladders is None:
            self._ladders = tuple(map(tuple, self._rungs.values()))
        return self._ladders

    def _add(self, plan: Statement) -> None:
        replaced = plan.line.get("supersedes")
        named = {*self._replacing.get(plan.id, ())}
        if plan.entry in self._of_entry:
            named.add(self._of_entry[plan.entry])
        if replaced in self._first:
            named.add(replaced)
        rungs = [plan]
        # In the order in which the ladders stand, so that rungs of one moment keep theirs.
        joined = {self._first[rung] for rung in named}
        for first in [first for first in self._rungs if first in joined]:
            rungs += self._rungs.pop(first)
        rungs.sort(key=lambda rung: (rung.said, rung.position))
        self._rungs[plan.id] = rungs
        for rung in rungs:
            self._first[rung.id] = plan.id
        self._of_entry[plan.entry] = plan.id
        if replaced is not None:
            self._replacing[replaced].add(plan.id)
        self._ladders = None
