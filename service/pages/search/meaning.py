"""What the words of a search mean besides themselves: a place, a status, a class or a field of
facilities, a year."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple
from unicodedata import normalize

from events.vocabulary import CLASSES, FIELDS, STATUSES
from service.translations import LANGUAGES
from service.words import labels
from service.words.places import WORLD, Place, places_by_name


class Meaning(NamedTuple):
    """What a search is about. `words` are those that mean nothing further; `named` has those of the
    class and the field too."""

    place: Place = WORLD
    statuses: tuple[str, ...] = ()
    field: str | None = None
    class_: str | None = None
    year: str | None = None
    words: str = ""
    named: str = ""

    def __bool__(self) -> bool:
        """Whether anything is meant besides the words."""
        return self.is_narrower or bool(self.field or self.class_)

    @property
    def is_narrower(self) -> bool:
        """Whether some words say where, when, or how it is with what the others name."""
        return bool(self.place or self.statuses or self.year)


def meaning_of(query: str) -> Meaning:
    """What a search means; nothing further where it says by marks how its words are to be found.

    >>> meaning = meaning_of("Chinese colliders")
    >>> meaning.place.single, meaning.class_, meaning.words, meaning.named
    ('CN', 'collider', '', 'collider')
    >>> meaning = meaning_of("2013年日本的望远镜")
    >>> meaning.place.single, meaning.year, meaning.words
    ('JP', '2013', '望远镜')
    >>> meaning_of("accelerators under construction").statuses, meaning_of("在建的加速器").statuses
    (('under-construction',), ('under-construction',))
    >>> bool(meaning_of('"in China"')), bool(meaning_of("王淦昌"))
    (False, False)
    """
    text = normalize("NFKC", query)
    if re.search(r'["*]|(^|\s)-', text):
        return Meaning()
    countries, regions, statuses = set[str](), set[str](), set[str]()
    field = class_ = year = None
    words = named = ""
    for part, about in _parts(text):
        left, name = " ", " "
        match about:
            case Place():
                countries.update(about.countries)
                regions.update(about.regions)
            case _Statuses():
                statuses.update(about.codes)
            case _Year() if year is None:
                year = part[:4]
            case _Class() if class_ is None:
                class_, name = about.code, part
            case _Field() if field is None:
                field, name = about.code, part
            case _:
                left = name = part
        words += left
        named += name
    return Meaning(
        Place(tuple(countries), tuple(regions)),
        tuple(status for status in STATUSES if status in statuses),
        field,
        class_,
        year,
        _looked_for(words),
        _looked_for(named),
    )


class _Statuses(NamedTuple):
    codes: tuple[str, ...]


class _Class(NamedTuple):
    code: str


class _Field(NamedTuple):
    code: str


class _Year(NamedTuple):
    """A year, which its own figures say."""


_About = Place | _Statuses | _Class | _Field | _Year | None

_STATUSES_SAID = {
    "operating": "running, in operation, 在运行, 正在运行, 投入运行",
    "under-construction": "being built, 建设中, 正在建设, 正在建造",
    "decommissioned": "decommissioned, shut down, 已关闭, 关闭, 已停运",
    "cancelled": "canceled",
    "approved proposed": "planned, 计划中, 规划中, 拟建",
    "suspended": "搁置",
}
"""How people say statuses besides the labels."""

_LEFT_OUT = (
    "a all an and are at by during facilities facility for from in is of on state states status "
    "that the to was were what which with 与 中 及 和 在 里 情况 所有 状态 状况 装置 设施"
)
"""Words that only join others, or say what is looked for anyway."""

_JOINTS = re.compile(r"^(?:[中里]?的|有?哪些|所有)+|(?:[中里]?的|有?哪些|在)+$")
"""Characters that join what stands beside them."""

_YEAR = r"(?<![a-z0-9.-])(?:1[89]|20)[0-9]{2}(?:年[底末]?(?![0-9代])|(?![a-z0-9年-]|\.[0-9]))"


def _parts(text: str) -> Iterator[tuple[str, _About]]:
    """A text in parts, each with what it means."""
    pattern, names = _lexicon()
    at = 0
    for found in pattern.finditer(text):
        yield text[at : found.start()], None
        yield found[0], names.get(found[0].casefold().replace("-", " "), _Year())
        at = found.end()
    yield text[at:], None


@cache
def _lexicon() -> tuple[re.Pattern[str], dict[str, _About]]:
    """All names that mean something, and the pattern that finds the longest of them."""
    names: dict[str, _About] = {}
    for code in FIELDS:
        for said in _said(code, labels.field_word, labels.field_phrase):
            names[said] = _Field(code)
    for code in CLASSES:
        for said in _said(code, labels.CLASS_WORDS.of):
            names[said] = names[_plural(said)] = _Class(code)
    for code in STATUSES:
        said_of = (labels.STATUS_WORDS.of, labels.STATUS_PHRASES.of, labels.STATUS_HEADINGS.of)
        for said in _said(code, *said_of):
            names[said] = _Statuses((code,))
    for codes, others in _STATUSES_SAID.items():
        names |= dict.fromkeys(others.split(", "), _Statuses(tuple(codes.split())))
    names |= places_by_name()
    longest_first = sorted(names, key=len, reverse=True)
    written = [re.escape(name).replace(r"\ ", "[ -]") for name in longest_first]
    latin = "|".join(name for name in written if name.isascii())
    other = "|".join(name for name in written if not name.isascii())
    return re.compile(rf"(?<![a-z])(?:{latin})(?![a-z])|{_YEAR}|{other}", re.IGNORECASE), names


def _said(code: str, *words: Callable[[str, str], str]) -> set[str]:
    """A code as it is said in each language, in lower case and without hyphens."""
    said = {word(code, lang) for word in words for lang in LANGUAGES}
    return {each.casefold().replace("-", " ") for each in (code, *said)}


def _plural(name: str) -> str:
    """The plural of what an English word names; what is in Chinese has none.

    >>> _plural("radio telescope"), _plural("observatory"), _plural("光源")
    ('radio telescopes', 'observatories', '光源')
    """
    if not name.isascii():
        return name
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


@cache
def _singulars() -> dict[str, str]:
    """The words that name classes, each by its plural."""
    return {_plural(word): word for code in CLASSES for word in code.split("-")}


def _looked_for(text: str) -> str:
    """The words of a text that can be looked for; of what is in the plural the singular, since the
    last word may go on.

    >>> _looked_for("Telescopes in  的中微子")
    'telescope 中微子'
    """
    words = (_JOINTS.sub("", word.strip(",.;:?!、，。；：？！")) for word in text.split())
    left_out = {"", *_LEFT_OUT.split()}
    kept = (word for word in words if word.casefold() not in left_out)
    return " ".join(_singulars().get(word.casefold(), word) for word in kept)
