"""A statement as an item needs it, read from the text that the views keep of it.

The text has the day on which it was said, so nothing of the record's other events is needed
to know which of the rivals of an entry is the effective one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import msgspec

from events.area import Area
from events.catalogue import STATEMENT_TYPES
from events.dates import Day, parse_iso
from projections.engine.account import weight
from projections.views.reading import Slice
from service.items.when import When, when


class _Said(msgspec.Struct, frozen=True, gc=False):
    day: str


class _Cited(msgspec.Struct, frozen=True, gc=False):
    id: str


class Claim(msgspec.Struct, gc=False, kw_only=True):
    """A statement that stands: the members of its line by their names, what is left out is None.

    `position` is that of its first recording.
    """

    id: str
    type: Literal["milestone", "discovery", "policy", "indicator", "observation"]
    title: str
    modality: str
    visible: _Said = msgspec.field(name="said")
    sources: tuple[_Cited, ...] = ()
    named: str | None = msgspec.field(default=None, name="entry")
    rank: str | None = None
    date: str | None = None
    until: str | None = None
    title_zh: str | None = None
    summary: str = ""
    summary_zh: str | None = None
    supersedes: str | None = None
    facility: str | None = None
    milestone: str | None = None
    country: str | None = None
    field: str | None = None
    series: str | None = None
    value: int | float | None = None
    unit: str | None = None
    position: int = 0

    @property
    def area(self) -> Area:
        """The country and the field that it names itself."""
        return Area(self.country or "", self.field or "")

    @property
    def said(self) -> Day:
        """The day from which it is visible."""
        return _day(self.visible.day)

    @property
    def when(self) -> When | None:
        """Its date; None where it gives a plan up."""
        return None if self.date is None else when(self.date)

    @property
    def planned(self) -> bool:
        """Whether it is a promise."""
        return self.modality == "planned"

    @property
    def disputed(self) -> bool:
        """Whether its sources are disputed."""
        return self.rank is not None

    @property
    def entry(self) -> str:
        """The entry that it fills."""
        if self.named is not None:
            return self.named
        members = {
            "id": self.id,
            "facility": self.facility,
            "milestone": self.milestone,
            "series": self.series,
            "date": self.date,
        }
        return STATEMENT_TYPES[self.type].default_entry(members)

    @property
    def cited(self) -> tuple[str, ...]:
        """The ids of its sources, each once."""
        return tuple(dict.fromkeys([source.id for source in self.sources]))


def claim_of(text: str, *, position: int = 0) -> Claim:
    """The statement of a text of the views."""
    claim = _DECODER.decode(text)
    claim.position = position
    return claim


_day = lru_cache(maxsize=65_536)(parse_iso)
"""A day of the views; a world says much on the same ones."""

_DECODER = msgspec.json.Decoder(Claim)


Claims = defaultdict[str, dict[str, Claim]]
"""Statements that stand, by record and id."""


def claims_of(slice: Slice, records: Iterable[str]) -> Claims:
    """All statements of some records that stand at `known`, whenever said."""
    claims: Claims = defaultdict(dict)
    for record, position, text in slice.statements_of(records):
        claim = claim_of(text, position=position)
        claims[record][claim.id] = claim
    return claims


def effective(claims: Iterable[Claim], horizon: Day) -> dict[str, Claim]:
    """Of the statements of a record that had been said by a horizon, the one that holds in each
    entry."""
    held: dict[str, Claim] = {}
    for claim in claims:
        if claim.said > horizon:
            continue
        entry = claim.entry
        rival = held.get(entry)
        if rival is None or weight(claim) > weight(rival):
            held[entry] = claim
    return held
