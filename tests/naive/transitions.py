"""What began and ended by rule 17, word by word, from the raw lines.

It shares nothing with the service: each facility is folded from its first milestone on, whatever
the period, and what does not meet it is dropped at the end. Days are numbers as in `model`.
"""

from __future__ import annotations

from math import inf
from typing import Any, NamedTuple

from .model import (
    NOTHING,
    Bounds,
    Cards,
    Claim,
    Facility,
    Logged,
    Slot,
    day_of,
    fill,
    happened,
    iso,
    policies,
    read,
    step,
)
from .places import within

Item = dict[str, Any]


class Turn(NamedTuple):
    """Something that began or ended; `place` is where it stands among those of its record."""

    kind: str
    record: str
    place: tuple[Any, ...]
    home: tuple[str | None, str | None]
    name: str
    was: str | None
    became: str | None
    date: str
    bounds: Bounds
    statement: str


def transitions(
    log: list[Logged],
    *,
    first: str,
    last: str,
    stated: str,
    known: int,
    country: str | None = None,
    region: str | None = None,
    field: str | None = None,
    status: str | None = None,
    kind: str | None = None,
) -> list[Item]:
    """Every item of the days from `first` to `last`, as ISO 8601 writes them, in its order."""
    period = Bounds(day_of(first), day_of(last))
    horizon = day_of(stated)
    cards, claims = read(log, known)
    slots = fill(claims, horizon)
    turns = [
        *of_facilities(cards, slots, horizon),
        *of_policies(cards, slots),
        *of_discoveries(cards, slots),
    ]
    turns.sort(key=lambda turn: (turn.bounds.earliest, turn.record, turn.place))
    return [
        shown(turn, period)
        for turn in turns
        if meets(turn.bounds, period, horizon)
        and kind in (None, turn.kind)
        and within(country, region)(turn.home[0])
        and field in (None, turn.home[1])
        and (status is None or turn.became in status.split(","))
    ]


def meets(bounds: Bounds, period: Bounds, horizon: float) -> bool:
    """Whether a day that is possible lies in the period, and not after the horizon."""
    return (
        max(bounds.earliest, period.earliest) <= min(bounds.latest, period.latest)
        and max(bounds.earliest, period.earliest) <= horizon
    )


def shown(turn: Turn, period: Bounds) -> Item:
    """An item as the answer has it."""
    lies_in = period.contains(turn.bounds.earliest) and period.contains(turn.bounds.latest)
    return {
        "kind": turn.kind,
        "record": turn.record,
        "name": turn.name,
        "was": turn.was,
        "became": turn.became,
        "date": {
            "date": turn.date,
            "earliest": iso(turn.bounds.earliest),
            "latest": iso(turn.bounds.latest),
        },
        "within": "certain" if lies_in else "possible",
        "statement": turn.statement,
    }


def of_facilities(cards: Cards, slots: list[Slot], horizon: float) -> list[Turn]:
    """Each milestone that makes the status another one."""
    found = []
    for id, card in cards.items():
        facility = Facility(card, [slot for slot in slots if slot.record == id], horizon)
        held = NOTHING
        for place, claim in enumerate(facility.moving):
            before, held = held, step(held, claim.milestone)
            if before[0] != held[0]:
                found.append(
                    Turn(
                        kind="facility",
                        record=id,
                        place=(place,),
                        home=(card["country"], card["field"]),
                        name=card["name"],
                        was=before[0],
                        became=held[0],
                        date=claim.line["date"],
                        bounds=claim.bounds,
                        statement=claim.id,
                    )
                )
    return found


def of_policies(cards: Cards, slots: list[Slot]) -> list[Turn]:
    """Each decision that ever holds: that it began to, and that it did no longer."""
    found = []
    for claim, start, end in policies(slots):
        if start > end or end == -inf:
            continue
        began = Turn(
            kind="policy",
            record=claim.record,
            place=(1, claim.entry),
            home=home(claim, cards),
            name=claim.line["title"],
            was=None,
            became="in-force",
            date=claim.line["date"],
            bounds=claim.bounds,
            statement=claim.id,
        )
        found.append(began)
        if end < inf:
            ended = began._replace(was="in-force", became=None, place=(0, claim.entry))
            over = Bounds(end + 1, end + 1)
            found.append(ended._replace(date=str(iso(end + 1)), bounds=over))
    return found


def of_discoveries(cards: Cards, slots: list[Slot]) -> list[Turn]:
    """Each discovery that counts."""
    return [
        Turn(
            kind="discovery",
            record=claim.record,
            place=(claim.entry,),
            home=home(claim, cards),
            name=claim.line["title"],
            was=None,
            became=None,
            date=claim.line["date"],
            bounds=claim.bounds,
            statement=claim.id,
        )
        for claim in happened(slots, "discovery")
    ]


def home(claim: Claim, cards: Cards) -> tuple[str | None, str | None]:
    """The country and the field of a statement: its own, else those of its facility."""
    card = cards.get(claim.line.get("facility", ""), {})
    return (
        claim.line.get("country") or card.get("country"),
        claim.line.get("field") or card.get("field"),
    )
