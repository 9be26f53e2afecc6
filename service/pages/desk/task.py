"""The tasks of the desk: each is one thing that can be recorded, and makes its line.

The path of a task says the type of line and what the line is of, its form follows from the
catalogue. A task makes lines, and nothing more: whether they may be recorded is decided where
the API's are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from events.catalogue import BY_TYPE, CARD_TYPES, STATEMENT_TYPES, fact_of
from events.decision import FIXED
from events.errors import MalformedLine, NotFound
from events.fact import Line
from events.record import Record, changed
from service.archive import Archive
from service.orders.changes import Change
from service.pages.desk.form import (
    Member,
    Values,
    changes_of,
    line_of,
    members_of,
    sent,
    values_of,
)

WHY = "why."
"""What the names of a change's own members begin with in a form, `sources` being in both."""

PREFILLED = ("facility", "record", "series", "source", "supersedes", "milestone")
"""What a link to an empty form may fill in; `source` is the first of its sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to record. `said` is what the path says of the line.

    Of a change, `stream` is what it changes, `revision` the one that its form was filled at,
    and `before` the line that stood there then. `suggested` is the id that something new was
    given since nobody wrote one.
    """

    said: Line
    members: tuple[Member, ...]
    why: tuple[Member, ...] = ()
    prefilled: Line = field(default_factory=dict)
    change: Change | None = None
    stream: str | None = None
    revision: int | None = None
    before: Line = field(default_factory=dict)
    record: str = ""
    suggested: str = ""

    @property
    def type(self) -> str:
        """The type of the line."""
        return str(self.said["type"])

    @property
    def is_change(self) -> bool:
        """Whether it changes something that is recorded."""
        return self.change is not None

    @property
    def changes_members(self) -> bool:
        """Whether it sets members anew, as a correction and an amendment do."""
        return self.change is not None and self.change.sets_members

    def filled(self) -> tuple[Values, Values]:
        """The values of the form at first: those of the thing, and those of the change."""
        line = self.before if self.is_change else self.prefilled
        return values_of(self.members, line), values_of(self.why, {})

    def sent(self, form: MultiDict[str, str]) -> tuple[Values, Values]:
        """The values that a form sent: those of the thing, and those of the change."""
        return sent(self.members, form), sent(self.why, form, WHY)

    def shows(self, line: Line) -> tuple[Values, Values]:
        """What the form shows of a line that it once made. Raises Refusal for any other."""
        if any(line.get(name) != value for name, value in self.said.items()):
            raise MalformedLine(f"the path says {self.said['type']!r}", pointer="/type")
        fact_of(line)
        shown = changed(self.before, line["changes"]) if self.changes_members else line
        fact_of(shown)
        return values_of(self.members, shown), values_of(self.why, line)

    def line(self, values: Values, why: Values) -> Line:
        """The line that a form says: of a change, only what somebody changed."""
        own = line_of(self.why, why)
        if self.changes_members:
            before = values_of(self.members, self.before)
            return {**self.said, "changes": changes_of(self.members, before, values), **own}
        return {**self.said, **line_of(self.members, values), **own}


def new_task(type: str, prefill: Mapping[str, str]) -> Task:
    """Registering something, or recording a statement. Raises NotFound for another type."""
    if type not in (*CARD_TYPES, *STATEMENT_TYPES):
        raise NotFound("type", type)
    members = members_of(BY_TYPE[type])
    names = {each.name for each in members}
    line: Line = {name: text for name, text in prefill.items() if name in names}
    if "source" in prefill and "sources" in names:
        line["sources"] = [{"id": prefill["source"]}]
    return Task(said={"type": type}, members=members, prefilled=line)


def change_task(service: Archive, change: Change, id: str, revision: int | None) -> Task:
    """Changing something, as it stood at a revision (None: now). Raises NotFound."""
    stream = change.stream(service.chronicle, id)
    folded, at = folded_at(service, str(stream), revision)
    is_statement = change.of == "statement"
    if is_statement and id not in folded.kept:
        folded, at = folded_at(service, str(stream), None)
    before = folded.kept[id].line if is_statement else folded.card
    if before is None:
        raise NotFound(change.of, id)
    fixed = FIXED if is_statement else ("id", "type")
    return Task(
        said={"type": change.type, change.of: id},
        members=members_of(BY_TYPE[before["type"]], fixed) if change.sets_members else (),
        why=members_of(BY_TYPE[change.type], ("id", "changes", *change.said)),
        change=change, stream=str(stream), revision=at, before=before, record=stream.id,
    )  # fmt: skip


def again(service: Archive, task: Task) -> Task:
    """The same task, of what stands now. Raises NotFound."""
    if task.change is None:
        return task
    return change_task(service, task.change, task.said[task.change.of], None)


def folded_at(service: Archive, stream: str, revision: int | None) -> tuple[Record, int]:
    """The record that a stream folds to at a revision (None: the last), and that revision."""
    record = Record.of(stream, service.chronicle.stream(stream)[:revision])
    return record, record.revision
