"""What only those items need that are shown: their sources, what was promised before, and since
when they stand in the log as they do. All of it is read at once."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from events.clocks import AsOf
from events.fact import Line
from projections.kinds.ladders import ladder_of
from projections.views.reading import Reading, Slice
from service.items.claim import Claim, claims_of
from service.items.item import Item, Plan, Source


def completed(reading: Reading, as_of: AsOf, found: Iterable[Item]) -> list[Item]:
    """The same items with their sources, their plans, and when they were last recorded."""
    found = list(found)
    db, known, slice = reading.db, as_of.known, reading.at(as_of)
    cards = slice.sources({id for item in found for id in item.claim.cited})
    plans = _plans(slice, found)
    reading.budget.spend(rows=2 * len(found))
    moved = reading.lines.changed(db, {item.statement for item in found}, known=known)
    instants = reading.history.instants(db, set(moved.values()))
    return [
        msgspec.structs.replace(
            item,
            sources=tuple(_source(id, cards.get(id)) for id in item.claim.cited),
            plans=plans.get(item.statement, ()),
            position=moved[item.statement],
            recorded=instants[moved[item.statement]],
        )
        for item in found
    ]


def _source(id: str, card: Line | None) -> Source:
    if card is None:
        return Source(id=id, title=id)
    return Source(id=id, title=card["title"], url=card.get("url"), date=card.get("date"))


def _plans(slice: Slice, found: Iterable[Item]) -> dict[str, tuple[Plan, ...]]:
    """By statement, the promises on its ladder that came before it, in the order said."""
    records = {item.record for item in found if item.kind in ("phase", "milestone")}
    rows = slice.stab_records("slip", records, slice.as_of.stated)
    ladders = [ladder_of(row.record, row) for row in rows]
    claims: dict[str, Claim] = {}
    for of_record in claims_of(slice, {row.record for row in rows}).values():
        claims |= of_record
    # What came stands on the ladder that was added to last, where there are several.
    ladders.sort(key=lambda ladder: max(claims[id].position for id in ladder.plans))
    shown = {item.statement for item in found}
    plans: dict[str, tuple[Plan, ...]] = {}
    for ladder in ladders:
        rungs = tuple(_plan(claims[id]) for id in ladder.plans)
        places = {id: place for place, id in enumerate(ladder.plans)}
        if ladder.came is not None:
            places.setdefault(ladder.came, len(rungs))
        plans |= {id: rungs[:place] for id, place in places.items() if id in shown}
    return plans


def _plan(claim: Claim) -> Plan:
    if claim.when is None:
        raise ValueError(f"{claim.id} promises no day")  # it would be on no ladder
    return Plan(
        statement=claim.id,
        said=claim.said,
        date=claim.when,
        milestone=claim.milestone or "",
    )
