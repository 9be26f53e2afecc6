"""What only those items need that are shown: their sources, what was promised before, and since
when they stand in the log as they do. It is asked for all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from events.clocks import AsOf
from events.fact import Line
from projections.kinds.ladders import ladder_of
from projections.views.file import Database
from service.archive import Archive
from service.items.claim import Claim, claim_of
from service.items.item import Item, Plan, Source


def completed(archive: Archive, db: Database, as_of: AsOf, found: Iterable[Item]) -> list[Item]:
    """The same items with their sources, their plans, and when they were last recorded."""
    found = list(found)
    known = as_of.known
    cards = _cards(archive, db, found, known=known)
    plans = _plans(archive, db, found, as_of)
    moved = archive.state.changed(db, {item.statement for item in found}, known=known)
    instants = {
        position: archive.history.recorded_at(db, position) for position in set(moved.values())
    }
    return [
        msgspec.structs.replace(
            item,
            sources=tuple(_source(id, cards.get(f"source:{id}")) for id in item.claim.cited),
            plans=plans.get(item.statement, ()),
            position=moved[item.statement],
            recorded=instants[moved[item.statement]],
        )
        for item in found
    ]


def _cards(
    archive: Archive, db: Database, found: Iterable[Item], *, known: int
) -> Mapping[str, Line]:
    """The cards of the sources that are cited."""
    cited = {id for item in found for id in item.claim.cited}
    return archive.state.cards(db, (f"source:{id}" for id in cited), known=known)


def _source(id: str, card: Line | None) -> Source:
    if card is None:
        return Source(id=id, title=id)
    return Source(id=id, title=card["title"], url=card.get("url"), date=card.get("date"))


def _plans(
    archive: Archive, db: Database, found: Iterable[Item], as_of: AsOf
) -> dict[str, tuple[Plan, ...]]:
    """By statement, the promises on its ladder that came before it, in the order said."""
    records = {item.record for item in found if item.kind in ("phase", "milestone")}
    rows = archive.state.stab_records(
        db, "slip", records, day=as_of.stated, stated=as_of.stated, known=as_of.known
    )
    texts = archive.state.texts(db, (row.id for row in rows))
    ladders = [ladder_of(text) for text in texts.values()]
    claims = _claims(archive, db, {row.record for row in rows}, known=as_of.known)
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


def _claims(
    archive: Archive, db: Database, records: Collection[str], *, known: int
) -> dict[str, Claim]:
    told = archive.state.told(db, records, known=known)
    claims = (claim_of(text, position=position) for _, position, text in told)
    return {claim.id: claim for claim in claims}


def _plan(claim: Claim) -> Plan:
    if claim.when is None:
        raise ValueError(f"{claim.id} promises no day")  # it would be on no ladder
    return Plan(
        statement=claim.id,
        said=claim.said,
        date=claim.when,
        milestone=claim.milestone or "",
    )
