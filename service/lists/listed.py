"""A record or a source on a list, with what it was found by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from projections.views.search import Hit
from projections.views.state import Row

Space = Literal["record", "source"]


@dataclass(slots=True)
class Listed:
    """A record or a source of a list. `row` puts a record into lists; sources have none."""

    stream: str
    row: Row | None = None
    status: Row | None = None
    metres: int = 0
    hits: Sequence[Hit] = ()
    score: int = 0

    @property
    def space(self) -> Space:
        """Which of the two it is."""
        return "source" if self.row is None else "record"

    @property
    def id(self) -> str:
        """Its id, within its space."""
        return self.stream.partition(":")[2]

    @property
    def kind(self) -> str:
        """The kind of the record, or that it is a source."""
        return "source" if self.row is None else self.row.value

    @property
    def country(self) -> str | None:
        """The code of the country of a record that has one."""
        return self.row.country or None if self.row else None

    @property
    def field(self) -> str | None:
        """The field of a record that has one."""
        return self.row.field or None if self.row else None

    @property
    def class_(self) -> str | None:
        """The class of a facility that has one."""
        return self.row.class_ or None if self.row else None

    @property
    def held(self) -> str | None:
        """The status, if it is a facility that has one."""
        return self.status.value or None if self.status else None

    @property
    def told(self) -> str:
        """The statement that gives a facility its status, or that names another record."""
        row = self.row if self.status is None else self.status
        return row.statement if row else ""

    @property
    def named_by(self) -> tuple[str, str]:
        """The stream and the statement that name it; no statement is the card."""
        return self.stream, self.row.statement if self.row else ""
