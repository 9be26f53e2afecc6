"""The tasks of the desk: each is one thing that can be recorded, and makes its line.

The path of a task says the type of line and what the line is of, its form follows from the
catalogue. A task makes lines, and nothing more: whether they may be recorded is decided where
the API's are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, cast

from werkzeug.datastructures import MultiDict

from events.catalogue import BY_TYPE, CARD_TYPES, STATEMENT_TYPES, fact_of
from events.decision import FIXED
from events.errors import MalformedLine, NotFound
from events.fact import Line
from events.record import Record, changed
from events.source import SourceRecorded
from events.stream import Stream
from service.archive import Archive
from service.archive.suggestions import Suggestion
from service.orders.changes import CHANGES, Change
from service.pages.desk.form import (
    Member,
    Rows,
    Value,
    Values,
    changes_of,
    line_of,
    members_of,
    sent,
    values_of,
)

WHY = "why."
"""What the names of a change's own members begin with in a form, `sources` being in both."""

SOURCE = "source."
"""What the names of the members of a source that is entered in place begin with."""

OF_CHANGE = "of_change"
"""Says of a source that is entered with a correction that only the change rests on it."""

_OF_A_SOURCE = ("title", "url", "medium", "author", "publisher", "date")

SOURCE_MEMBERS: tuple[Member, ...] = (
    *sorted(
        (each for each in members_of(SourceRecorded) if each.name in _OF_A_SOURCE),
        key=lambda each: _OF_A_SOURCE.index(each.name),
    ),
    Member("locator", "text", required=False, choices=(), of=""),
)
"""What is asked of a source that is entered in place, with the place in it."""

PREFILLED = ("facility", "record", "series", "source", "supersedes", "milestone")
"""What a link to an empty form may fill in; `source` is the first of its sources."""


class Filled(NamedTuple):
    """What stands in a form: what is said of the thing, of the change itself, and of a source that
    is entered with it."""

    values: Values
    why: Values
    source: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to record. `said` is what the path says of the line.

    Of a change, `stream` is what it changes, `revision` the one that its form was filled at,
    and `before` the line that stood there then. `suggested` is the id that something new was
    given since nobody wrote one. `suggestion` is what it would take.
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
    suggestion: Suggestion | None = None

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

    @property
    def may_cite(self) -> bool:
        """Whether its line names sources, of which one may be entered with it."""
        return any(each.kind == "citations" for each in (*self.members, *self.why))

    @property
    def source_members(self) -> tuple[Member, ...]:
        """The members of a source that is entered in place. Of a correction or an amendment it
        becomes one of the thing itself, unless the form says that it is of the change."""
        if not self.may_cite:
            return ()
        if not (self.why and any(each.kind == "citations" for each in self.members)):
            return SOURCE_MEMBERS
        return *SOURCE_MEMBERS, Member(OF_CHANGE, "flag", required=False, choices=(), of="")

    def filled(self) -> Filled:
        """The values of the form at first."""
        line = self.before if self.is_change else self.prefilled
        return Filled(values_of(self.members, line), values_of(self.why, {}), self._offered())

    def has_source(self, filled: Filled) -> bool:
        """Whether a form says anything of a source, besides what it was offered with."""
        said = {name: text for name, text in filled.source.items() if name != OF_CHANGE}
        return any(said.values()) and any(said[name] != self._offered()[name] for name in said)

    def _offered(self) -> Values:
        """What stands of a source in a form at first: where a suggestion says that it can be
        read."""
        where = None if self.suggestion is None else self.suggestion.where
        is_link = self.suggestion is not None and self.suggestion.link is not None
        said = {} if where is None else {"url" if is_link else "title": where}
        return values_of(self.source_members, said)

    def sent(self, form: MultiDict[str, str]) -> Filled:
        """The values that a form sent."""
        return Filled(
            sent(self.members, form),
            sent(self.why, form, WHY),
            sent(self.source_members, form, SOURCE),
        )

    def shows(self, line: Line, source: Line | None = None) -> Filled:
        """What the form shows of a line that it once made, with the source that was entered with
        it. Raises Refusal for any other."""
        values, why = self._shows(line)
        if source is None:
            return Filled(values, why, self._offered())
        if not self.may_cite:
            raise MalformedLine("the line names no sources", pointer="/sources")
        fact_of(source)
        of_thing = cast("Rows", values.get("sources", ()))
        is_of_change = all(id != source["id"] for id, _ in of_thing)
        whose = why if self.why and is_of_change else values
        rows = cast("Rows", whose["sources"])
        whose["sources"] = tuple(row for row in rows if row[0] != source["id"])
        places = [place for id, place in rows if id == source["id"] and place]
        shown = {**source, "locator": places[0] if places else None, OF_CHANGE: is_of_change}
        return Filled(values, why, values_of(self.source_members, shown))

    def _shows(self, line: Line) -> tuple[dict[str, Value], dict[str, Value]]:
        if any(line.get(name) != value for name, value in self.said.items()):
            raise MalformedLine(f"the path says {self.said['type']!r}", pointer="/type")
        fact_of(line)
        shown = changed(self.before, line["changes"]) if self.changes_members else line
        fact_of(shown)
        return values_of(self.members, shown), values_of(self.why, line)

    def line(self, filled: Filled) -> Line:
        """The line that a form says: of a change, only what somebody changed."""
        values, why, _ = filled
        own = line_of(self.why, why)
        if self.changes_members:
            before = values_of(self.members, self.before)
            return {**self.said, "changes": changes_of(self.members, before, values), **own}
        return {**self.said, **line_of(self.members, values), **own}

    def lines(self, filled: Filled, source_id: str) -> tuple[Line, ...]:
        """The lines that a form says: where a source is entered in place, that one first, under an
        id, and its own, which names it."""
        if not self.has_source(filled):
            return (self.line(filled),)
        said = line_of(self.source_members, filled.source)
        row = (source_id, str(said.pop("locator", "")))
        is_of_change = said.pop(OF_CHANGE, False) or "sources" not in filled.values
        whose = filled.why if is_of_change else filled.values
        whose = {**whose, "sources": (*cast("Rows", whose["sources"]), row)}
        filled = filled._replace(**{"why" if is_of_change else "values": whose})
        return {"type": "source", "id": source_id, **said}, self.line(filled)


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


def suggested_task(service: Archive, suggestion: Suggestion, revision: int | None) -> Task:
    """Taking a suggestion, as what it is of stood at a revision (None: now). Raises NotFound."""
    line = suggestion.line
    for change in CHANGES:
        if change.type == line["type"] and change.of in line:
            task = change_task(service, change, line[change.of], revision)
            return replace(task, suggestion=suggestion)
    return replace(
        new_task(line["type"], {}), prefilled=line, suggestion=suggestion, suggested=line["id"],
        record=Stream.parse(suggestion.stream).id,
    )  # fmt: skip


def again(service: Archive, task: Task) -> Task:
    """The same task, of what stands now. Raises NotFound."""
    if task.change is None:
        return task
    now = change_task(service, task.change, task.said[task.change.of], None)
    return replace(now, suggestion=task.suggestion)


def rebased(line: Line, stood: Line, stands: Line) -> Line:
    """A change of what `stood`, as one of what `stands` now: what others put into a list since
    stays in it, and what they took out of it stays out.

    >>> seen, now = {"sources": [{"id": "a"}]}, {"sources": [{"id": "a"}, {"id": "b"}]}
    >>> rebased({"changes": {"sources": [{"id": "c"}]}}, seen, now)
    {'changes': {'sources': [{'id': 'b'}, {'id': 'c'}]}}
    """
    if "changes" not in line:
        return line
    changes = {
        name: _merged(value, stood.get(name), stands.get(name))
        for name, value in line["changes"].items()
    }
    return {**line, "changes": changes}


def _merged(ours: Any, stood: Any, stands: Any) -> Any:
    """A value that was `stood` and is `stands` by somebody else; a list of both, else ours."""
    lists = [[] if each is None else each for each in (ours, stood, stands)]
    if stood == stands or not all(isinstance(each, list) for each in lists):
        return ours
    mine, before, now = lists
    kept = [each for each in now if each in mine or each not in before]
    return [*kept, *(each for each in mine if each not in before and each not in kept)] or None


def folded_at(service: Archive, stream: str, revision: int | None) -> tuple[Record, int]:
    """The record that a stream folds to at a revision (None: the last), and that revision."""
    record = Record.of(stream, service.chronicle.stream(stream)[:revision])
    return record, record.revision
