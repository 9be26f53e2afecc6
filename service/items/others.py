"""The items of a record without a card: its effective statements."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

import msgspec

from events.dates import Day
from projections.views.state import Stretch
from service.items.claim import Claim, effective
from service.items.home import Home
from service.items.item import Item
from service.items.when import When, when


class Other(NamedTuple):
    """A record by what had been said at a horizon.

    `claims` are all its statements that stand, `home_of` says where each belongs, and
    `holding` the days on which a decision is in force, by its id.
    """

    record: str
    horizon: Day
    claims: Collection[Claim]
    home_of: Callable[[Claim], Home]
    in_force: Mapping[str, Stretch]


def others(other: Other) -> Iterator[Item]:
    """What was so, and what is promised and not replaced."""
    holding = effective(other.claims, other.horizon)
    # An entry counts that has an undisputed statement, whenever said.
    counting = {claim.entry for claim in other.claims if not claim.disputed}
    superseded = {claim.supersedes for entry, claim in holding.items() if entry in counting}
    for claim in holding.values():
        date = claim.when
        if date is None or (claim.planned and claim.id in superseded):
            continue
        item = Item(
            id=claim.id,
            record=other.record,
            kind=claim.type,
            home=other.home_of(claim),
            claim=claim,
            start=date,
            first=date.earliest,
            stop=None if date.latest is None else date.latest + 1,
            point=True,
            planned=claim.planned,
            overdue=claim.planned and date.latest is not None and date.latest <= other.horizon,
            disputed=claim.disputed,
        )
        stretch = other.in_force.get(claim.id)
        yield item if stretch is None else _lasting(item, stretch, holding)


def _lasting(item: Item, stretch: Stretch, holding: Mapping[str, Claim]) -> Item:
    """A decision that holds for a time, until a date of its own or until the next."""
    end = None if stretch.stop is None else _end(item.claim, stretch.stop, holding)
    return msgspec.structs.replace(
        item,
        end=end,
        first=stretch.first,
        stop=stretch.stop,
        open=stretch.stop is None,
        point=False,
    )


def _end(claim: Claim, stop: Day, holding: Mapping[str, Claim]) -> When | None:
    until = None if claim.until is None else when(claim.until)
    if until is not None and until.latest is not None and until.latest + 1 == stop:
        return until
    return next(
        each.when
        for _, each in sorted(holding.items())
        if each.supersedes == claim.id and each.when is not None and each.when.earliest == stop
    )
