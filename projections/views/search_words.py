"""Texts as words, for the index and for a search; and a search text as words to look for.

Both sides go through one folding: compatibility forms, capitals and diacritics
fall away, and what is neither letter nor number parts words. Chinese and
Japanese have no spaces, so each of their characters is a word, and two of them
in a row a phrase: a query of a single character finds as well as one of eight.
Traditional and simplified forms of a character are different words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Phrase(NamedTuple):
    """Words in a row; with `prefix` the last may be the beginning of one."""

    words: tuple[str, ...]
    prefix: bool = False

    def expression(self) -> str:
        """The phrase for FTS5. Its words hold letters and numbers only, so nothing to escape."""
        return f'"{" ".join(self.words)}"{"*" if self.prefix else ""}'


class Terms(NamedTuple):
    """The phrases that a text must have, and those that it must not."""

    having: tuple[Phrase, ...]
    lacking: tuple[Phrase, ...]


class Spot(NamedTuple):
    """A word of a text, and from where to where it stands there."""

    word: str
    start: int
    end: int


def folded(text: str) -> str:
    """The words of a text, with spaces between them.

    >>> folded("Télescope Ｘ-ray 中微子!").split()
    ['telescope', 'x', 'ray', '中', '微', '子']
    """
    return text.translate(_FOLDING)


def parse_terms(query: str) -> Terms:
    """Read a query: words, "phrases", a minus before what to leave out, `*` after a beginning.

    The last thing in a query is a beginning also without `*`, unless it stands
    in quotes or after a minus: it may be half typed. Whatever else there is
    parts words, so any text is a query.

    >>> parse_terms('"gamma ray" -burst tele').having
    (Phrase(words=('gamma', 'ray'), prefix=False), Phrase(words=('tele',), prefix=True))
    >>> parse_terms('"gamma ray" -burst tele').lacking
    (Phrase(words=('burst',), prefix=False),)
    """
    having: list[Phrase] = []
    lacking: list[Phrase] = []
    for part in _PARTS.finditer(query):
        words = tuple(folded(part["quoted"] or part["plain"] or "").split())
        if not words:
            continue
        last = part["plain"] is not None and not part["minus"] and part.end() == len(query)
        begins = bool(part["star"]) or last
        phrase = Phrase(words, begins and not _is_unspaced(words[-1][0]))
        (lacking if part["minus"] else having).append(phrase)
    # A word that stands twice adds nothing, and would be looked up twice.
    return Terms(tuple(dict.fromkeys(having)), tuple(dict.fromkeys(lacking)))


def spots(text: str) -> list[Spot]:
    """The words of a text, as `folded` has them, each with its place."""
    if text.isascii():
        return [Spot(each[0], each.start(), each.end()) for each in _ASCII.finditer(text.lower())]
    return list(_spots(text))


def found(phrases: Iterable[Phrase], text: Sequence[Spot]) -> list[tuple[int, int]]:
    """Where the phrases stand in a text: stretches in order, those that meet made one."""
    stretches = sorted(
        (text[at].start, text[at + len(phrase.words) - 1].end)
        for phrase in phrases
        for at in range(len(text) - len(phrase.words) + 1)
        if _stands(phrase, text, at)
    )
    joined: list[tuple[int, int]] = []
    for start, end in stretches:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


_PARTS = re.compile(
    r"""
    (?: (?<!\S) (?P<minus>-) )?
    (?: "(?P<quoted>[^"]*)" | (?P<plain>[^\s"*]+) )
    (?P<star>\*)?
    """,
    re.VERBOSE,
)

_ASCII = re.compile(r"[a-z0-9]+")


def _stands(phrase: Phrase, text: Sequence[Spot], at: int) -> bool:
    *whole, last = phrase.words
    if any(text[at + offset].word != word for offset, word in enumerate(whole)):
        return False
    word = text[at + len(whole)].word
    return word.startswith(last) if phrase.prefix else word == last


def _spots(text: str) -> Iterator[Spot]:
    word, start, end = "", 0, 0
    for index, character in enumerate(text):
        for letter in character.translate(_FOLDING):
            if letter != " ":
                start = start if word else index
                word, end = word + letter, index + 1
            elif word:
                yield Spot(word, start, end)
                word = ""
    if word:
        yield Spot(word, start, end)


class _Folding(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        became = _fold(chr(code))
        # Beyond the first plane nothing is kept, so that no query can make this grow without end.
        if code < 0x10000:
            self[code] = became
        return became


_FOLDING = _Folding()


def _fold(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character).casefold()
    letters = []
    for letter in unicodedata.normalize("NFKD", plain):
        if unicodedata.category(letter) == "Mn":
            continue
        if not letter.isalnum():
            letters.append(" ")
        elif _is_unspaced(letter):
            letters.append(f" {letter} ")
        else:
            letters.append(letter)
    return "".join(letters)


def _is_unspaced(letter: str) -> bool:
    """Whether a letter is of a script that puts no spaces between words: Han, kana, bopomofo."""
    code = ord(letter)
    return (
        0x3005 <= code <= 0x3007
        or 0x3040 <= code <= 0x312F
        or 0x31A0 <= code <= 0x31FF
        or 0x3400 <= code <= 0x4DBF
        or 0x4E00 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x3FFFF
    )
