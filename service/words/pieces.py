"""A text that is made once and said later: as it stands, in English, or by a reader's side in
another language, which finds in it what is a phrase, a value or a member, and what are only words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Value(str):
    """What a member is: a date or a code as the log has it, or any other text."""

    __slots__ = ()


class Place(NamedTuple):
    """The names that lead to a member, each in English words."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.names)


class Listed(NamedTuple):
    """Pieces, with the same text between each two."""

    pieces: tuple[Piece, ...]
    between: str

    def __str__(self) -> str:
        return self.between.join(map(str, self.pieces))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of the catalogue whose slots pieces fill; `many` is its plural, of a `number`."""

    text: str
    slots: tuple[tuple[str, Piece], ...] = ()
    many: str = ""
    number: int = 1

    def __str__(self) -> str:
        text = self.many if self.many and self.number != 1 else self.text
        slots = {name: str(piece) for name, piece in self.slots}
        return text % {"num": self.number, **slots} if slots or self.many else text


Piece = str | Place | Listed | Phrase


def say(text: str, **slots: Piece) -> Phrase:
    """A phrase.

    >>> str(say("%(what)s since %(when)s", what="operating", when="2025"))
    'operating since 2025'
    """
    return Phrase(text, tuple(slots.items()))


def n(one: str, many: str, number: int) -> Phrase:
    """A phrase in the form that goes with a number, which is `%(num)s` in it.

    >>> str(n("%(num)s entry", "%(num)s entries", 3))
    '3 entries'
    """
    return Phrase(one, many=many, number=number)


def listed(pieces: Iterable[Piece], between: str = ", ") -> Piece:
    """Pieces one after the other; one alone is itself."""
    parts = tuple(pieces)
    return parts[0] if len(parts) == 1 else Listed(parts, between)
