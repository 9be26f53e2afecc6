"""A generated sentence: its text in each language, and where its figures stand in it.

Texts are put together from templates of the catalogue and pieces of data. Only
a template is ever searched for `{slots}`: what data say is carried as it is,
braces and markup included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from service.translations import Language
from service.words.names import short_name


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, date or name in a sentence that a page may link; `href` is a path, or None."""

    text: str
    href: str | None = None


Part = str | Figure
Phrase = tuple[Part, ...]
"""Pieces of a text, one after the other."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a thing is called in each language, and the path of its page.

    Where it has no Chinese name, its English one stands in Chinese texts too.
    """

    en: str
    zh: str | None = None
    href: str | None = None

    @classmethod
    def of(cls, card: Mapping[str, Any], href: str | None = None) -> Name:
        """The short name of a facility, from its card."""
        return cls(short_name(card), card.get("name_zh"), href)

    @classmethod
    def titled(cls, line: Mapping[str, Any], href: str | None = None) -> Name:
        """The title of a statement, from its line."""
        return cls(line["title"], line.get("title_zh"), href)

    def part(self, lang: Language) -> Part:
        """The name as it stands in a text: a figure where it leads somewhere."""
        text = self.zh if lang == "zh" and self.zh else self.en
        return text if self.href is None else Figure(text, self.href)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One or a few sentences, in each language."""

    en: Phrase
    zh: Phrase

    def members(self) -> dict[str, Any]:
        """What SentenceSchema describes: the texts `en` and `zh`, and by language the `figures`.

        A figure is `{"text", "start", "end", "href"}`; `start` and `end` count characters.

        >>> Sentence(("There were ", Figure("2"), "."), (Figure("2"),)).members()["figures"]["en"]
        [{'text': '2', 'start': 11, 'end': 12, 'href': None}]
        """
        return {
            "en": text_of(self.en),
            "zh": text_of(self.zh),
            "figures": {"en": _figures(self.en), "zh": _figures(self.zh)},
        }


def text_of(phrase: Phrase) -> str:
    """The bare text of a phrase."""
    return "".join([part if isinstance(part, str) else part.text for part in phrase])


def fill(template: str, slots: Mapping[str, Part | Phrase]) -> Phrase:
    """A template with its slots filled.

    >>> text_of(fill("{who} and {whom}", {"who": "{whom}", "whom": ("B", Figure("7"))}))
    '{whom} and B7'
    """
    parts: list[Part] = []
    for literal, slot in _read(template):
        if literal:
            parts.append(literal)
        if slot:
            value = slots[slot]
            if isinstance(value, tuple):
                parts.extend(value)
            else:
                parts.append(value)
    return tuple(parts)


def joined(phrases: Iterable[Phrase], separator: str) -> Phrase:
    """Phrases with a separator between them."""
    parts: list[Part] = []
    for phrase in phrases:
        if parts and separator:
            parts.append(separator)
        parts.extend(phrase)
    return tuple(parts)


_SLOT = re.compile(r"\{(\w+)\}")


@lru_cache(maxsize=4096)
def _read(template: str) -> tuple[tuple[str, str], ...]:
    """The literals of a template, each with the slot that follows it, "" after the last."""
    pieces = _SLOT.split(template)
    return tuple(zip(pieces[::2], [*pieces[1::2], ""], strict=True))


def _figures(phrase: Phrase) -> list[dict[str, Any]]:
    figures: list[dict[str, Any]] = []
    start = 0
    for part in phrase:
        if isinstance(part, str):
            start += len(part)
            continue
        end = start + len(part.text)
        figures.append({"text": part.text, "start": start, "end": end, "href": part.href})
        start = end
    return figures
