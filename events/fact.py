"""What an event says: the shape of a fact, and how a line of JSON becomes one.

One format serves as order, as event and as line of an export: a JSON object
whose `type` names the kind of fact. `Fact.of(line)` reads a line strictly and
refuses what does not fit, with a pointer to the member at fault; `fact.line()`
gives the same line back. A fact holds no place: stream, version, position and
time belong to the log that keeps it (`events.store`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

import msgspec

from events import dates
from events.errors import BadDate, MalformedLine, Refusal, pointer_to
from events.vocabulary import countries

Line = dict[str, Any]
"""A JSON object of the one format, `type` included."""

LONGEST_ID = 120
"""In characters."""

_ID = "[a-z0-9]+(-[a-z0-9]+)*"
_IN_URI = "([!$&-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})"
_URI = f"[A-Za-z][A-Za-z0-9+.-]*:{_IN_URI}+(#{_IN_URI}*)?"
_SHA256 = "[0-9a-f]{64}"

# Python's `$` also stands before a last line break, that of JSON Schema does not.
Slug = Annotated[str, msgspec.Meta(pattern=rf"^{_ID}(?!\n)$", max_length=LONGEST_ID)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}(?!\n)$")]
Uri = Annotated[str, msgspec.Meta(pattern=rf"^{_URI}(?!\n)$")]
"""An absolute one, by RFC 3986; without brackets, which only addresses in numbers have."""
Sha256 = Annotated[str, msgspec.Meta(pattern=rf"^{_SHA256}(?!\n)$")]
Edtf = Annotated[str, msgspec.Meta(min_length=1)]
"""A date in one of the forms of `events.dates`."""


class Citation(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    gc=False,
):
    """Where a source says it: the source's id, and the place in it."""

    id: Slug
    locator: Text | None = None


class Fact(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    gc=False,
):
    """One thing that the chronicle can record.

    `TYPE` is the word of the line, `TOPIC` the name in the log (it never
    changes; a new shape is a new version), `EVENT` what a historian calls it.
    """

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]
    EVENT: ClassVar[str]
    DATES: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Self:
        """Read a line without its `type`. Raises MalformedLine or BadDate."""
        try:
            fact = msgspec.convert(line, type=cls)
        except msgspec.ValidationError as error:
            raise _malformed(cls, str(error)) from None
        for member in cls.DATES:
            text = getattr(fact, member)
            if text is not None:
                _check_date(text, pointer=f"/{member}")
        for refusal in fact.unsound():
            raise refusal
        return fact

    @classmethod
    def faults(cls, line: Mapping[str, Any]) -> list[Refusal]:
        """All that is wrong with a line without its `type`, each member looked at by itself.

        `of` refuses a line for the first of them.
        """
        found = [*cls._faults_of_members(line)]
        faulty = {_first_step(each.pointer) for each in found}
        sound = {name: value for name, value in line.items() if name not in faulty}
        names = msgspec.structs.fields(cls)
        kept = {each.name: sound.get(each.encode_name) for each in names if each.required} | {
            each.name: sound[each.encode_name] for each in names if each.encode_name in sound
        }
        unsound = cls(**kept).unsound()
        return found + [each for each in unsound if _first_step(each.pointer) not in faulty]

    @classmethod
    def _faults_of_members(cls, line: Mapping[str, Any]) -> Iterator[Refusal]:
        shapes = {each.encode_name: each for each in msgspec.structs.fields(cls)}
        for name in line.keys() - shapes.keys():
            why = f"{name!r} is no member of this type of line"
            yield MalformedLine(why, pointer=pointer_to(name), allowed=sorted(shapes))
        for name, shape in shapes.items():
            if name not in line:
                if shape.required:
                    yield MalformedLine(f"{name!r} is missing", pointer=pointer_to(name))
                continue
            try:
                msgspec.convert(line[name], type=shape.type)
                if name in cls.DATES and line[name] is not None:
                    _check_date(line[name], pointer=f"/{name}")
            except msgspec.ValidationError as error:
                why, mark, place = str(error).partition(" - at `$")
                inside = place if mark else "`"
                yield _malformed(cls, f"{why} - at `$.{name}{inside}")
            except BadDate as refusal:
                yield refusal

    def unsound(self) -> Iterator[MalformedLine]:
        """What is wrong that the types alone let pass."""
        yield from ()

    def line(self) -> Line:
        """The line that says this fact, `type` first, absent members left out."""
        return {"type": self.TYPE, **self.members()}

    def members(self) -> Line:
        """What the fact says, as plain JSON values, without its type."""
        # By way of JSON, since to_builtins would leave tuples where JSON has arrays.
        members: Line = msgspec.json.decode(msgspec.json.encode(self))
        return members


def _check_date(text: str, *, pointer: str) -> None:
    try:
        dates.parse(text)
    except BadDate as error:
        raise BadDate(error.text, error.why, pointer=pointer) from None


def is_id(text: str) -> bool:
    """Whether a text may be the id of a record, a statement or a source.

    >>> is_id("beijing-2022"), is_id("Beijing"), is_id("beijing-")
    (True, False, False)
    """
    return len(text) <= LONGEST_ID and re.fullmatch(_ID, text) is not None


def no_country(code: str | None) -> Iterator[MalformedLine]:
    """What is wrong with a country that ISO 3166-1 does not have."""
    if code is not None and code not in countries():
        yield MalformedLine(f"{code!r} is no country of ISO 3166-1 alpha-2", pointer="/country")


_PATTERNS = {
    _ID: "an id is lower-case letters and digits, joined by single hyphens",
    "[A-Z]{2}": "a country is two capital letters, such as CN",
    _URI: "an absolute URI starts with its scheme, such as https:, and has no spaces",
    _SHA256: "a digest is 64 digits, 0 to 9 and a to f",
}
"""What to say in place of a pattern that does not match."""

_UNKNOWN = re.compile(r"unknown field `(.+?)`")
_MISSING = re.compile(r"missing required field `(.+?)`")
_PLACE = re.compile(r" - at `\$(.*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def _malformed(shape: type[msgspec.Struct], message: str) -> MalformedLine:
    """The library's words, with a JSON pointer and the values that would do."""
    place = _PLACE.search(message)
    why = message[: place.start()] if place else message
    steps = [a or b for a, b in _STEP.findall(place.group(1))] if place else []
    if named := _UNKNOWN.search(why):
        known = sorted(field.encode_name for field in msgspec.structs.fields(shape))
        why = f"{named.group(1)!r} is no member of this type of line"
        return MalformedLine(why, pointer=pointer_to(*steps, named.group(1)), allowed=known)
    if named := _MISSING.search(why):
        return MalformedLine(
            f"{named.group(1)!r} is missing", pointer=pointer_to(*steps, named.group(1))
        )
    for pattern, words in _PATTERNS.items():
        if pattern in why:
            why = words
    return MalformedLine(why, pointer=pointer_to(*steps), allowed=_choices(shape, steps))


def _first_step(pointer: str) -> str:
    return pointer[1:].partition("/")[0]


def _choices(shape: type[msgspec.Struct], steps: list[str]) -> tuple[str, ...]:
    """The words that a member takes, where it takes only certain words."""
    if len(steps) != 1:
        return ()
    hint = {each.encode_name: each.type for each in msgspec.structs.fields(shape)}.get(steps[0])
    for option in (hint, *get_args(hint)):
        if getattr(option, "__origin__", None) is Literal:
            return get_args(option)
    return ()
