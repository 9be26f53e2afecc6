"""The outline of a record: the little that a decision needs to know of what stands in it.

A decision on a new statement needs no text of the others, only what warnings compare: so an
outline has a fifth of the bytes of the lines, and is read in a fraction of their time. Whoever
needs a line in full, as a correction does, reads the stream.
"""

from __future__ import annotations

from typing import Self

import msgspec

from events import dates
from events.catalogue import STATEMENT_TYPES
from events.dates import Date, Day
from events.fact import Line
from events.record import Record


class Outlined(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is left of a statement, as last corrected, in the outline of its record.

    `text` is its date as it was written; `milestone` is None for another kind of statement.
    """

    id: str
    entry: str
    planned: bool
    text: str | None
    milestone: str | None
    withdrawn: bool

    @classmethod
    def of(cls, line: Line, *, withdrawn: bool) -> Self:
        """A statement by its line."""
        return cls(
            line["id"],
            STATEMENT_TYPES[line["type"]].entry_of(line),
            line["modality"] == "planned",
            line.get("date"),
            line.get("milestone"),
            withdrawn,
        )

    @property
    def date(self) -> Date | None:
        """The date, read."""
        return None if self.text is None else dates.parse(self.text)

    @property
    def latest(self) -> Day | None:
        """The last day that its date allows; None is an open end."""
        return None if self.text is None else dates.parse(self.text).latest


class Outline(msgspec.Struct):
    """A record's revision, and its statements by id in the order of first recording."""

    revision: int = 0
    statements: dict[str, Outlined] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, record: Record) -> Self:
        """The outline of a record that was folded from its stream."""
        return cls(
            record.revision,
            {
                id: Outlined.of(kept.line, withdrawn=kept.withdrawn)
                for id, kept in record.kept.items()
            },
        )

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """The outline that was packed; nobody else has it, so it may be changed."""
        revision, statements = _UNPACK.decode(packed)
        return cls(revision, {statement.id: statement for statement in statements})

    def packed(self) -> bytes:
        """The outline in a tenth of the memory."""
        return _PACK.encode((self.revision, list(self.statements.values())))


_PACK = msgspec.msgpack.Encoder()
_UNPACK = msgspec.msgpack.Decoder(tuple[int, list[Outlined]])
