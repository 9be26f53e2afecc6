"""Steps that are promised again, such as a proposal that is to be made anew.

What fills an entry outweighs every plan of it. Where it was certainly over before a plan was said,
though, that plan means another step: for what is open and what came of it, it and what gives it up
fill an entry of their own.
"""

from __future__ import annotations

from collections.abc import Callable

from events.statement import Statement
from projections.engine.account import Account, Effective, ladders_of
from projections.kinds.ladders import again, over_before


def with_steps_promised_again(account: Account, is_news: Callable[[Statement], bool]) -> Account:
    """The account in which promises made again fill entries of their own, and stand on ladders of
    their own; `is_news` tells whether what is planned would have changed anything when said."""

    def is_again(planned: Statement) -> bool:
        filled = account.effective[planned.entry]
        return (
            filled.counts
            and not filled.statement.planned
            and over_before(planned, filled.statement)
            and is_news(planned)
        )

    made = {
        planned.entry: again(planned) for planned in account.planned.values() if is_again(planned)
    }
    if not made:
        return account
    own = {each.entry: Effective(each, counts=True) for each in made.values()}
    ladders: list[tuple[Statement, ...]] = []
    for plans in account.ladders:
        if made.keys().isdisjoint(plan.entry for plan in plans):
            ladders.append(plans)
        else:
            # An earlier plan of an entry whose last one means no other step stays where it is.
            ladders += ladders_of(
                again(plan) if plan.entry in made and is_again(plan) else plan for plan in plans
            )
    return account._replace(effective={**account.effective, **own}, ladders=tuple(ladders))
