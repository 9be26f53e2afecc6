"""Changes to what was recorded: they mend our own record, and what stood before stays known.

When the world changes its mind, that is a new statement, never a correction.
A change without an `id` is recorded each time it is sent; with one, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from events.errors import MalformedLine
from events.fact import Citation, Fact, Slug, Text


class StatementCorrected(Fact, frozen=True, kw_only=True):
    """What we had recorded of a statement was mended; a null removes a member."""

    TYPE: ClassVar[str] = "correction"
    TOPIC: ClassVar[str] = "statement-corrected-v1"
    EVENT: ClassVar[str] = "StatementCorrected"

    id: Slug | None = None
    statement: Slug
    changes: dict[str, Any]
    reason: Text
    sources: tuple[Citation, ...] = ()


class StatementWithdrawn(Fact, frozen=True, kw_only=True):
    """A statement was taken back: it should never have been recorded."""

    TYPE: ClassVar[str] = "withdrawal"
    TOPIC: ClassVar[str] = "statement-withdrawn-v1"
    EVENT: ClassVar[str] = "StatementWithdrawn"

    id: Slug | None = None
    statement: Slug
    reason: Text
    sources: tuple[Citation, ...] = ()


class StatementReinstated(Fact, frozen=True, kw_only=True):
    """A withdrawn statement stands again, as it was."""

    TYPE: ClassVar[str] = "reinstatement"
    TOPIC: ClassVar[str] = "statement-reinstated-v1"
    EVENT: ClassVar[str] = "StatementReinstated"

    id: Slug | None = None
    statement: Slug
    reason: Text
    sources: tuple[Citation, ...] = ()


class RecordAmended(Fact, frozen=True, kw_only=True):
    """The card of a record or of a source was mended; a null removes a member."""

    TYPE: ClassVar[str] = "amendment"
    TOPIC: ClassVar[str] = "record-amended-v1"
    EVENT: ClassVar[str] = "RecordAmended"

    id: Slug | None = None
    record: Slug | None = None
    source: Slug | None = None
    changes: dict[str, Any]
    reason: Text
    sources: tuple[Citation, ...] = ()

    def unsound(self) -> Iterator[MalformedLine]:
        """That it is an amendment of nothing, or of two things."""
        if (self.record is None) == (self.source is None):
            yield MalformedLine("an amendment names either a record or a source")
