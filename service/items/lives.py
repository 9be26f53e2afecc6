"""The items of a facility's life: its phases, and the steps that were made or are promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from events.dates import Day
from events.vocabulary import ENDINGS
from projections.kinds.facility import FOR_GOOD
from projections.views.state import Stretch
from service.items.claim import Claim, effective
from service.items.home import Home
from service.items.item import Item
from service.items.when import When
from service.words.labels import RUNNING


class Life(NamedTuple):
    """A facility by what had been said at a horizon.

    `held` are the stretches of its statuses, `expected` of those that are only promised, in
    their order; `claims` its statements by id, as many of them as are looked at. Of the plans
    of all facilities, `pending` are those that are open, and `overdue` those of them whose
    day has passed.
    """

    record: str
    home: Home
    horizon: Day
    held: Sequence[Stretch]
    expected: Sequence[Stretch]
    claims: Mapping[str, Claim]
    pending: Collection[str]
    overdue: Collection[str]


def phases(life: Life) -> Iterator[Item]:
    """The phases that it was in, and those that it is expected to be in."""
    yield from _phases(life, life.held, part="", planned=False)
    # What is expected begins after the horizon, and on no day before it.
    tomorrow = life.horizon + 1
    expected = [
        msgspec.structs.replace(stretch, first=tomorrow) if stretch.first is None else stretch
        for stretch in life.expected
    ]
    yield from _phases(life, expected, part="expected/", planned=True)


def _phases(
    life: Life, stretches: Sequence[Stretch], *, part: str, planned: bool
) -> Iterator[Item]:
    counted: Counter[str] = Counter()
    # What is expected comes after all that was.
    ran = planned and any(stretch.value in RUNNING for stretch in life.held)
    for following, stretch in enumerate(stretches, start=1):
        status, first = stretch.value, stretch.first
        counted[status] += 1
        giver = life.claims[stretch.statement]
        for_good = status in FOR_GOOD
        end = None
        if following < len(stretches) and not for_good:
            end = life.claims[stretches[following].statement].when
        yield Item(
            id=f"{life.record}/{part}{status}/{counted[status]}",
            record=life.record,
            kind="phase",
            home=life.home,
            claim=giver,
            status=status,
            ran=ran,
            start=_not_before(giver.when, first) if planned else giver.when,
            end=end,
            first=first,
            stop=(None if first is None else first + 1) if for_good else stretch.stop,
            open=stretch.stop is None and not for_good,
            point=for_good,
            planned=planned,
        )
        ran = ran or status in RUNNING


def _not_before(date: When | None, first: Day | None) -> When | None:
    """A date of which no day before the first of a phase is meant any more."""
    if date is None or date.earliest is None or first is None or date.earliest >= first:
        return date
    return msgspec.structs.replace(date, earliest=first)


def milestones(life: Life) -> Iterator[Item]:
    """The steps that were made, and the plans that are open."""
    gave = {stretch.statement: stretch.value for stretch in life.held}
    filling = effective(life.claims.values(), life.horizon).values()
    # What is promised again is open, though what came before fills its entry.
    again = {*life.claims}.intersection(life.pending) - {claim.id for claim in filling}
    for claim in (*filling, *(life.claims[id] for id in sorted(again))):
        date = claim.when
        if date is None or (claim.planned and claim.id not in life.pending):
            continue
        yield Item(
            id=claim.id,
            record=life.record,
            kind="milestone",
            home=life.home,
            claim=claim,
            status=gave.get(claim.id),
            start=date,
            # A beginning counts from its first possible day, an ending from its last.
            first=date.latest if claim.milestone in ENDINGS else date.earliest,
            stop=None if date.latest is None else date.latest + 1,
            point=True,
            planned=claim.planned,
            overdue=claim.id in life.overdue,
            disputed=claim.disputed,
        )
