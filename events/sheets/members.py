"""The members of a line as columns of a sheet: what a cell says, and how a value is written.

They follow from the catalogue: a new type of line, or a new member, has its columns at once. What
`text_of` writes, `value_of` reads as the same value.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import inspect

from events.canonical import read
from events.catalogue import BY_TYPE, CATALOGUE
from events.errors import MalformedLine, NotJson
from events.fact import Fact, Line
from events.sheets.dates import edtf
from events.sheets.guard import guarded
from events.vocabulary import countries

Kind = Literal["text", "date", "number", "flag", "list", "citations", "object", "free"]
"""How a cell is read. `free` is a fact of an object: a number or such where it reads as one."""

BESIDE = ("type", "revision")
"""What a line may say besides the members of its type."""


class Member(NamedTuple):
    """A member of a type of line, as a column has it."""

    name: str
    kind: Kind
    required: bool


@cache
def members_of(fact: type[Fact]) -> dict[str, Member]:
    """The members of a type of line by their names, in the order of the catalogue."""
    fields = inspect.type_info(fact).fields  # type: ignore[attr-defined] # a struct has fields
    return {
        each.encode_name: Member(
            each.encode_name,
            "date" if each.encode_name in fact.DATES else _kind(each.type),
            each.required,
        )
        for each in fields
    }


@cache
def kinds() -> dict[str, Kind]:
    """How a member of any type is read, by its name."""
    return {
        **{name: each.kind for fact in CATALOGUE for name, each in members_of(fact).items()},
        "type": "text",
        "revision": "number",
    }


def kind_of(column: str) -> Kind | None:
    """How a column is read; None for one that no type of line has.

    A column with a dot has a member of an object: `attributes.depth_m`, `changes.date`.
    """
    member, dot, inside = column.partition(".")
    kind = kinds().get(member)
    if not dot:
        return kind
    if kind != "object" or not inside:
        return None
    return kinds().get(inside, "free") if member == "changes" else "free"


def template(type: str) -> tuple[str, ...]:
    """The header of an empty sheet for a type of line; its first column says the type.

    >>> template("withdrawal")
    ('type=withdrawal', 'id', 'statement', 'reason', 'sources')
    """
    return (f"type={type}", *members_of(BY_TYPE[type]))


def _kind(type: inspect.Type) -> Kind:
    options = type.types if isinstance(type, inspect.UnionType) else (type,)
    first = next(each for each in options if not isinstance(each, inspect.NoneType))
    if isinstance(first, inspect.BoolType):
        return "flag"
    if isinstance(first, inspect.IntType | inspect.FloatType):
        return "number"
    if isinstance(first, inspect.DictType):
        return "object"
    if isinstance(first, inspect.VarTupleType):
        return "citations" if isinstance(first.item_type, inspect.StructType) else "list"
    return "text"


@cache
def _words() -> dict[str, dict[str, str]]:
    """The words that a member takes, by its name and by the word made plain; of a country its
    code."""
    found: dict[str, dict[str, str]] = {
        "type": {each: each for each in BY_TYPE},
        "country": {code.casefold(): code for code in countries()},
    }
    for fact in CATALOGUE:
        for field in inspect.type_info(fact).fields:  # type: ignore[attr-defined] # a struct
            options = (
                field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
            )
            for each in options:
                if isinstance(each, inspect.LiteralType):
                    words = found.setdefault(field.encode_name, {})
                    words |= {plain_word(str(word), "-"): str(word) for word in each.values}
    return found


# --- from a cell


def plain_word(text: str, joint: str = "_") -> str:
    """A word in small letters, its parts with one joint between them.

    >>> plain_word(" Title ZH"), plain_word("Operation  started", "-")
    ('title_zh', 'operation-started')
    """
    return joint.join(re.split(r"[\s_-]+", text.strip().casefold()))


def meant(column: str, text: str) -> str:
    """What a cell means that somebody wrote by hand: of words of a list the one that it is but for
    its letters; else just what it says.

    >>> meant("modality", "Planned"), meant("country", "cn"), meant("title", "Planned")
    ('planned', 'CN', 'Planned')
    """
    return _words().get(column, {}).get(plain_word(text, "-"), text)


def value_of(kind: Kind, text: str) -> Any:
    """What a cell says that is not empty, without its guard. Raises BadDate, MalformedLine."""
    if kind == "date":
        return edtf(text)
    if kind == "number":
        return _number(text)
    if kind == "flag":
        return _flag(text)
    if kind in ("list", "citations"):
        return _list(text, cited=kind == "citations")
    if kind == "object":
        return _object(text)
    return _free(text) if kind == "free" else text


def _number(text: str) -> int | float:
    value = _json(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedLine(f"{text[:80]!r} is not a number: write it as 2.69, 12025 or -1.5e9")
    return value


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise MalformedLine(f"{text[:80]!r} is neither true nor false", allowed=("true", "false"))
    return text.lower() == "true"


def _list(text: str, *, cited: bool) -> Any:
    """Items between which stands a semicolon with a blank, or a line break; or JSON."""
    if text.startswith("["):
        return _read(text)
    items = [item.strip() for line in f"{text}\n".split("\n") for item in f"{line} ".split("; ")]
    return [_citation(item) if cited else item for item in items if item]


def _citation(text: str) -> Line:
    id, _, locator = (part.strip() for part in text.partition("#"))
    return {"id": id, "locator": locator} if locator else {"id": id}


def _object(text: str) -> Line:
    value = _read(text)
    if not isinstance(value, dict):
        raise MalformedLine('it is a JSON object, such as {"cost_usd": 5}')
    return value


def _free(text: str) -> Any:
    """A number, a text in quotes or another value of JSON; else the text itself."""
    if text in ("TRUE", "FALSE"):
        return text == "TRUE"
    value = _json(text)
    return text if value is _NO_JSON else value


_NO_JSON = object()


def _json(text: str) -> object:
    try:
        return read(text)
    except NotJson:
        return _NO_JSON


def _read(text: str) -> object:
    try:
        return read(text)
    except NotJson as refused:
        raise MalformedLine(refused.why) from None


# --- into a cell


def text_of(kind: Kind, value: Any) -> str:
    """The cell that says a value, guarded; "" for none."""
    if value is None:
        return ""
    if kind in ("date", "number"):
        return value if isinstance(value, str) else _written(value)
    return guarded(_plain(kind, value))


def _plain(kind: Kind, value: Any) -> str:
    if kind == "flag":
        return "true" if value else "false"
    if kind == "text":
        return str(value)
    text = value if kind == "free" and isinstance(value, str) else ""
    if kind == "list":
        text = "; ".join(value)
    elif kind == "citations":
        text = "; ".join(_cited(**each) for each in value)
    # What would be read otherwise than it is meant is written in JSON.
    if text and text.strip() == text and _reads_as(kind, text, value):
        return text
    return _written(value)


def _cited(id: str, locator: str = "") -> str:
    return f"{id}#{locator}" if locator else id


def _reads_as(kind: Kind, text: str, value: Any) -> bool:
    try:
        return bool(value_of(kind, text) == value)
    except MalformedLine:
        return False


def _written(value: Any) -> str:
    return msgspec.json.encode(value).decode()
