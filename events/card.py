"""A card: what a source or a record is, in one line for all its life.

A card has one clock, `known`: an amendment mends it for good. Each kind of card stands in a file
of its own (`source`, `facility`, `series`).
"""

from __future__ import annotations

from typing import ClassVar, Literal

from events.fact import Fact, Slug


class Card(Fact, frozen=True, kw_only=True):
    """What all cards have: an id, in the `SPACE` of records or of sources.

    `RECORD_KIND` is the kind of what it is the card of.
    """

    SPACE: ClassVar[Literal["record", "source"]] = "record"
    RECORD_KIND: ClassVar[str]

    id: Slug
