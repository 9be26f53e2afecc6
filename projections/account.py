"""What the sources had told of a record by a horizon, rivals weighed.

An `Account` is all that a projection sees: for each entry its effective
statement, by the rules for rivals. `accounts` walks through a record's life on
the clock `stated` and gives one account for each day on which something is
said, or on which a projection wants another look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from events.dates import Day
from events.fact import Line
from events.statement import Statement


class Told(NamedTuple):
    """The effective statement of an entry.

    `counts` is False where the entry has no undisputed statement at all: then
    it is shown and moves nothing.
    """

    statement: Statement
    counts: bool


class Account(NamedTuple):
    """A record as told by the end of the day `horizon`; None is before all telling.

    `plans` are all that had been promised, in the order said, rivals and those long
    overtaken too; only disputed ones are left out.
    """

    record: str
    card: Line | None
    horizon: Day | None
    told: Mapping[str, Told]
    plans: tuple[Statement, ...] = ()

    def actual(self) -> list[Statement]:
        """The effective statements that say what was so, and count."""
        return [
            told.statement
            for told in self.told.values()
            if told.counts and not told.statement.planned
        ]

    def superseded(self) -> set[str]:
        """The statements that an effective one replaces."""
        return {
            told.statement.line["supersedes"]
            for told in self.told.values()
            if told.counts and "supersedes" in told.statement.line
        }


def weight(statement: Statement) -> tuple[bool, bool, Day, int]:
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
    """The record as told by a horizon."""
    counting = counting_entries(statements)
    told: dict[str, Told] = {}
    visible = [each for each in statements if not each.withdrawn and each.said <= horizon]
    for statement in visible:
        rival = told.get(statement.entry)
        if rival is None or weight(statement) > weight(rival.statement):
            told[statement.entry] = Told(statement, statement.entry in counting)
    return Account(record, card, horizon, told, _in_order_said(filter(is_plan, visible)))


def accounts(
    record: str,
    card: Line | None,
    statements: Sequence[Statement],
    turns: Iterable[Day],
    since: Day | None,
) -> Iterator[Account]:
    """Every account of the record from the day `since` on, each valid until the next.

    A record with a card begins with the account before all telling, if `since` is None.
    """
    counting = counting_entries(statements)
    said: dict[Day, list[Statement]] = defaultdict(list)
    for statement in statements:
        if not statement.withdrawn:
            said[statement.said].append(statement)
    if not said:
        days: list[Day] = []
    else:
        first = min(said)
        days = sorted({*said, *(day for day in turns if day > first)})
    told: dict[str, Told] = {}
    plans: tuple[Statement, ...] = ()
    if card is not None and since is None:
        yield Account(record, card, None, {})
    for index, day in enumerate(days):
        plans += _in_order_said(filter(is_plan, said.get(day, ())))
        for statement in said.get(day, ()):
            rival = told.get(statement.entry)
            if rival is None or weight(statement) > weight(rival.statement):
                told[statement.entry] = Told(statement, statement.entry in counting)
        if since is None or index + 1 == len(days) or days[index + 1] > since:
            yield Account(record, card, day, told, plans)


def _in_order_said(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    return tuple(sorted(statements, key=lambda each: (each.said, each.position)))
