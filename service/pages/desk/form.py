"""Forms that follow from the catalogue: the members of a type of line, as texts and back.

A member becomes a control by its type alone, so a new type of event has its form as soon as
it is in the catalogue. What a form sends is compared with what it was filled with as text,
so that a correction names what somebody changed and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import inspect
from werkzeug.datastructures import MultiDict

from events.canonical import read
from events.errors import BadDate, NotJson
from events.fact import Citation, Fact, Line
from events.sheets.dates import edtf
from events.statement import StatementFact

ControlKind = Literal[
    "text", "long", "date", "choice", "country", "id", "number", "flag", "ids", "uris",
    "citations", "facts",
]  # fmt: skip
"""The kinds of controls: words, a date, one of some words, an id, …, rows of sources, of facts."""

Rows = tuple[tuple[str, str], ...]
Value = str | Rows
Values = Mapping[str, Value]
"""What stands in a form: a text for each member, or rows of two texts."""

LONG = frozenset({"summary", "summary_zh", "reason"})
"""Texts that are sentences."""

NAMES: Mapping[str, str] = {
    "facility": "record",
    "record": "record",
    "series": "record",
    "supersedes": "statement",
    "contradicts": "statement",
    "sources": "source",
}
"""What the ids of a member are ids of."""

FIRST = ("facility", "record", "series", "milestone", "modality", "date", "stated", "value", "unit")
"""The members that come first in a form, in this order."""

RARE = (
    "entry",
    "rank",
    "dropped",
    "supersedes",
    "contradicts",
    "said_by",
    "attributes",
    "evidence",
    "evidence_url",
)
"""What few lines have: a form keeps it folded until it says something."""

SPARE = 2
"""Rows that are left empty, for who has no script to add one."""


class Member(NamedTuple):
    """A member of a type of line, as a form has it. `of` is what its ids name."""

    name: str
    kind: ControlKind
    required: bool
    choices: tuple[str, ...]
    of: str


@cache
def members_of(fact: type[Fact], without: tuple[str, ...] = ()) -> tuple[Member, ...]:
    """The members of a form for a type of line, in its order."""
    fields = inspect.type_info(fact).fields  # type: ignore[attr-defined] # a struct has fields
    found = [_member(fact, each) for each in fields if each.encode_name not in without]
    if issubclass(fact, StatementFact):
        found.sort(key=_place)
    return tuple(found)


def _place(member: Member) -> tuple[int, int]:
    """The place of a member of a statement: `FIRST`, words, id, the rest, sources, rare ones."""
    if member.name == "id":
        return 2, 1
    if member.name in FIRST:
        return 1, FIRST.index(member.name)
    if member.name in RARE:
        return 5, 0
    if member.name == "sources":
        return 4, 0
    return (2, 0) if member.name.removesuffix("_zh") in ("title", "summary") else (3, 0)


def _member(fact: type[Fact], field: inspect.Field) -> Member:
    name = field.encode_name
    kind, choices = ("date", ()) if name in fact.DATES else _kind(name, field.type)
    return Member(name, kind, field.required, choices, NAMES.get(name, ""))


def _kind(name: str, type: inspect.Type) -> tuple[ControlKind, tuple[str, ...]]:
    options = [type]
    if isinstance(type, inspect.UnionType):
        options = [each for each in type.types if not isinstance(each, inspect.NoneType)]
    first = options[0]
    if isinstance(first, inspect.LiteralType):
        return "choice", tuple(map(str, first.values))
    if isinstance(first, inspect.BoolType):
        return "flag", ()
    if isinstance(first, inspect.IntType | inspect.FloatType):
        return "number", ()
    if isinstance(first, inspect.VarTupleType):
        item = first.item_type
        if isinstance(item, inspect.StructType) and item.cls is Citation:
            return "citations", ()
        return ("ids" if name in NAMES else "uris"), ()
    if isinstance(first, inspect.DictType):
        return "facts", ()
    pattern = getattr(first, "pattern", None) or ""
    if pattern.startswith("^[A-Z]{2}"):
        return "country", ()
    if pattern.startswith("^[a-z0-9]"):
        return "id", ()
    return ("long" if name in LONG else "text"), ()


# --- from a line to texts


def values_of(members: Collection[Member], line: Line) -> dict[str, Value]:
    """The values of a form that shows a line, by the name of the member."""
    return {each.name: _shown(each, line.get(each.name)) for each in members}


def _shown(member: Member, value: Any) -> Value:
    if member.kind == "citations":
        return tuple((str(each["id"]), str(each.get("locator", ""))) for each in value or ())
    if member.kind == "facts":
        return tuple((name, _fact_text(each)) for name, each in (value or {}).items())
    if value is None or value is False:
        return ""
    if member.kind in ("ids", "uris"):
        return " ".join(map(str, value))
    if member.kind == "flag":
        return "true"
    return plain(value) if isinstance(value, str) else _json(value)


def _fact_text(value: Any) -> str:
    """A value as a person writes it; a text that would be read as something else is quoted."""
    if isinstance(value, str) and value == plain(value) and _fact_value(value) == value:
        return value
    return _json(value)


# --- from what was sent to texts, and to a line


def sent(
    members: Collection[Member], form: MultiDict[str, str], prefix: str = ""
) -> dict[str, Value]:
    """The values that a form sent, by the name of the member, without blanks around them and
    without empty rows."""
    return {each.name: _sent(each, form, prefix + each.name) for each in members}


def _sent(member: Member, form: MultiDict[str, str], name: str) -> Value:
    if member.kind in ("citations", "facts"):
        return tuple(row for row in _rows(form, name) if any(row))
    text = plain(form.get(name, ""))
    if member.kind == "date" and "年" in text:
        return _as_meant(text)
    if member.kind == "ids":
        text = text.replace(",", " ")
    return " ".join(text.split()) if member.kind in ("ids", "uris") else text


def _as_meant(text: str) -> str:
    """A date as our own Chinese pages write it, which has one meaning; any other text as it is.

    >>> _as_meant("1981年12月5日"), _as_meant("1981年末")
    ('1981-12-05', '1981年末')
    """
    try:
        return edtf(text)
    except BadDate:
        return text


def _rows(form: MultiDict[str, str], name: str) -> Iterator[tuple[str, str]]:
    """Rows of two columns, each of which is sent as a list of its own."""
    firsts, seconds = form.getlist(f"{name}.0"), form.getlist(f"{name}.1")
    for index, first in enumerate(firsts):
        yield plain(first), plain(seconds[index]) if index < len(seconds) else ""


def line_of(members: Collection[Member], values: Values) -> Line:
    """The members of a line that the texts say. What is no number stays text, to be refused."""
    said = {each.name: _said(each, values[each.name]) for each in members}
    return {name: value for name, value in said.items() if value is not None}


def changes_of(members: Collection[Member], before: Values, after: Values) -> Line:
    """What somebody changed: each member with its new value, null where it was emptied."""
    return {
        each.name: _said(each, after[each.name])
        for each in members
        if after[each.name] != before[each.name]
    }


def _said(member: Member, value: Value) -> Any:
    if not value:
        return None
    if not isinstance(value, str):
        if member.kind == "facts":
            return {name: _fact_value(text) for name, text in value}
        return [{"id": id, **({"locator": place} if place else {})} for id, place in value]
    if member.kind in ("ids", "uris"):
        return value.split()
    if member.kind == "flag":
        return True
    return number(value) if member.kind == "number" else value


def number(text: str) -> Any:
    """The number that a text says, else the text."""
    value = _fact_value(text)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else text


def _fact_value(text: str) -> Any:
    try:
        return read(text)
    except NotJson:
        return text


def plain(text: str) -> str:
    """A text that was written into a form: its lines end as ours do, and nothing blank is around
    it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
