"""The orders that change what is recorded: what each is of, its type of line, and who may send it.

Their paths over HTTP and at the desk, their description, and what a contributor may not do all
come from `CHANGES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from events.chronicle import Chronicle
from events.errors import NotFound
from events.fact import Line
from events.stream import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An order with an id in its path, which is the member `of` of its line.

    `verb` is what is done and `noun` an order of it, in words; whoever recorded a thing may change
    it with the `role`, what others recorded takes a curator. `example` is the body of one that can
    be sent to the thing with the id `tried_on`.
    """

    of: Literal["statement", "record", "source"]
    type: str
    verb: str
    noun: str
    summary: str
    example: Line
    tried_on: str
    role: Literal["contributor", "curator"] = "contributor"

    @property
    def name(self) -> str:
        """The name of the operation; what is done to a statement needs no more than its verb."""
        return self.verb if self.of == "statement" else f"{self.verb}_{self.of}"

    @property
    def path(self) -> str:
        """Where it is sent over HTTP."""
        return f"/v1/{self.of}s/<string:id>/{self.type}s"

    @property
    def desk_path(self) -> str:
        """Where its form stands, below the path of the desk."""
        return f"/{self.of}s/<string:id>/{self.verb}"

    @property
    def said(self) -> tuple[str, ...]:
        """The members of its line that the path says."""
        return ("type", "statement") if self.of == "statement" else ("type", "record", "source")

    @property
    def sets_members(self) -> bool:
        """Whether it sets members anew."""
        return "changes" in self.example

    def stream(self, chronicle: Chronicle, id: str) -> Stream:
        """The stream of what it changes. Raises NotFound."""
        record = chronicle.claimed(self.of, [id]).get(id)
        if record is None:
            raise NotFound(self.of, id)
        return Stream.record(record) if self.of == "statement" else Stream(self.of, id)


CHANGES: tuple[Change, ...] = (
    Change(
        of="statement",
        type="correction",
        verb="correct",
        noun="a correction",
        summary="Mend what was recorded of a statement.",
        example={
            "changes": {"date": "2025-08-25"},
            "reason": "The log book has the day before.",
        },
        tried_on="juno-operation",
    ),
    Change(
        of="statement",
        type="withdrawal",
        verb="withdraw",
        noun="a withdrawal",
        summary="Take a statement back.",
        example={"reason": "It was taken from a page that is about another machine."},
        tried_on="juno-plan-2020",
        role="curator",
    ),
    Change(
        of="statement",
        type="reinstatement",
        verb="reinstate",
        noun="a reinstatement",
        summary="Let a withdrawn statement stand again.",
        example={"reason": "The page is about this machine after all."},
        tried_on="juno-plan-2020",
        role="curator",
    ),
    Change(
        of="record",
        type="amendment",
        verb="amend",
        noun="an amendment",
        summary="Mend the card of a facility.",
        example={"changes": {"operator": "IHEP"}, "reason": "The short name is in use."},
        tried_on="juno",
    ),
    Change(
        of="source",
        type="amendment",
        verb="amend",
        noun="an amendment",
        summary="Mend a source.",
        example={"changes": {"author": "IHEP"}, "reason": "The page names its author."},
        tried_on="ihep-hist",
    ),
)

OF_CURATORS: frozenset[str] = frozenset(each.type for each in CHANGES if each.role == "curator")
"""The types of line that nobody below a curator may send."""
