"""What was taken back: as items of the statements as they last stood, the last one first."""

from __future__ import annotations

from collections.abc import Iterator

from events.clocks import AsOf
from events.stream import Stream
from projections.views.reading import Reading
from service.items.claim import claim_of
from service.items.home import finder
from service.items.item import Item
from service.items.selection import Selection


def withdrawn(reading: Reading, as_of: AsOf, wanted: Selection) -> Iterator[Item]:
    """What a selection may have held by `stated` and does not any more; each was last recorded
    when it was withdrawn."""
    db, known = reading.db, as_of.known
    found = {each.statement: each for each in reading.history.withdrawn(db, known=known)}
    reading.budget.spend(texts=len(found))
    texts = reading.lines.gone(db, found, known=known)
    claims = {id: claim_of(texts[id]) for id in found if id in texts}
    home_of = finder(reading.at(as_of), claims.values())
    for id, claim in claims.items():
        date = claim.when
        if date is None or claim.type not in wanted.kinds or claim.said > as_of.stated:
            continue
        item = Item(
            id=id,
            record=Stream.parse(found[id].stream).id,
            kind=claim.type,
            home=home_of(claim),
            claim=claim,
            start=date,
            first=date.earliest,
            stop=None if date.latest is None else date.latest + 1,
            point=True,
            planned=claim.planned,
            disputed=claim.disputed,
            recorded=found[id].recorded_at,
        )
        if wanted.takes(item):
            yield item
