"""What every generated sentence does in one language: numbers, lists, clauses.

A list has at most four names, then a number. Numbers are figures, so that a
page may link them; names are where they have a path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import NullTranslations
from typing import Literal

from babel.lists import format_list

from service.sentences.sentence import Figure, Name, Part, Phrase, Sentence, fill, joined
from service.translations import LANGUAGES, Language, translations
from service.words.labels import part_noun, part_phrase
from service.words.number import number_text
from service.words.places import LOCALES, Place, place_name

MOST_NAMES = 4
"""How many names a sentence lists before it counts the rest."""

Count = int | tuple[int, int]
"""A number, or the least and the most that it can be."""

Slot = Part | Phrase


@dataclass(frozen=True, slots=True)
class Voice:
    """One language, with its catalogue."""

    lang: Language
    catalogue: NullTranslations

    def gettext(self, text: str, **slots: Slot) -> Phrase:
        """A text of the catalogue with its slots filled."""
        return fill(self.catalogue.gettext(text), slots)

    def pgettext(self, context: str, text: str, **slots: Slot) -> Phrase:
        """The same, of a text that means something else elsewhere."""
        return fill(self.catalogue.pgettext(context, text), slots)

    def ngettext(self, one: str, many: str, number: int, **slots: Slot) -> Phrase:
        """The same, in the form that goes with a number; `{n}` is the number unless given."""
        template = self.catalogue.ngettext(one, many, number)
        return fill(template, {"n": Figure(number_text(number)), **slots})

    def count(self, count: Count, href: str | None = None) -> Figure:
        """A number as a figure: "26", "between 3 and 5", "up to 3"."""
        return Figure(_counted(count, self.lang), href)

    def span(self, count: Count, href: str | None = None) -> Figure:
        """The same within a "from … to": "26", "3–5"."""
        if isinstance(count, int) or count[0] == count[1]:
            return self.count(count, href)
        return Figure("–".join(map(number_text, count)), href)

    def names(self, names: Sequence[Name]) -> Phrase:
        """Facilities: "A", "A and B", "A, B, C, D and 3 more"."""
        if len(names) <= MOST_NAMES:
            return self.all_of([_one(name, self.lang) for name in names])
        more = len(names) - MOST_NAMES
        return fill(
            self.catalogue.npgettext(
                "facilities", "{names} and {n} more", "{names} and {n} more", more
            ),
            {
                "names": joined(
                    [_one(name, self.lang) for name in names[:MOST_NAMES]], _comma(self.lang)
                ),
                "n": self.count(more),
                "all": self.count(len(names)),
            },
        )

    def titles(self, titles: Sequence[Name]) -> Phrase:
        """Titles, which may have commas of their own: "A; B", "A; B; C; D; and 3 more"."""
        shown = self.clauses([_one(title, self.lang) for title in titles[:MOST_NAMES]])
        if len(titles) <= MOST_NAMES:
            return shown
        more = len(titles) - MOST_NAMES
        return fill(
            self.catalogue.npgettext(
                "titles", "{titles}; and {n} more", "{titles}; and {n} more", more
            ),
            {"titles": shown, "n": self.count(more), "all": self.count(len(titles))},
        )

    def all_of(
        self, phrases: Sequence[Phrase], style: Literal["standard", "or"] = "standard"
    ) -> Phrase:
        """Phrases as a list: "A, B and C", or "A, B or C"."""
        template = _list_template(self.lang, len(phrases), style)
        return fill(template, {str(index): phrase for index, phrase in enumerate(phrases)})

    def counts(self, phrases: Sequence[Phrase]) -> Phrase:
        """Phrases with numbers in them, as a list; Chinese has only commas there."""
        return self.all_of(phrases) if self.lang == "en" else joined(phrases, "、")

    def clauses(self, clauses: Sequence[Phrase]) -> Phrase:
        """Clauses of one sentence."""
        return joined(clauses, self.catalogue.pgettext("between clauses", "; "))

    def sentences(self, sentences: Sequence[Phrase]) -> Phrase:
        """Sentences, one after the other; those that say nothing are left out."""
        return joined([each for each in sentences if each], " " if self.lang == "en" else "")

    def begun(self, sentence: Phrase) -> Phrase:
        """A sentence that may begin with a word of ours, with a capital where there are such."""
        first = sentence[0]
        if self.lang == "en" and isinstance(first, str):
            return (first[:1].upper() + first[1:], *sentence[1:])
        return sentence

    def facilities(self, count: Count, field: str | None, class_: str | None = None) -> Phrase:
        """What is counted: "big-science facilities in particle physics"."""
        number = count if isinstance(count, int) else count[1]
        part = part_phrase(field, class_, self.lang)
        if not part:
            return self.ngettext("big-science facility", "big-science facilities", number)
        if class_ is not None:
            text = self.catalogue.npgettext(
                "of a class",
                "big-science facility in {field}",
                "big-science facilities in {field}",
                number,
            )
            return fill(text, {"field": part})
        return self.ngettext(
            "big-science facility in {field}",
            "big-science facilities in {field}",
            number,
            field=part,
        )

    def where(self, place: Place, field: str | None, class_: str | None = None) -> Phrase:
        """The part of the world that a clause is about, as it stands before it: "in China, "."""
        where = self.place(place, field, class_)
        if place and where["field"]:
            return self.pgettext("where", "in {field} in {country}, ", **where)
        if place:
            return self.pgettext("where", "in {country}, ", **where)
        return self.pgettext("where", "in {field}, ", **where) if where["field"] else ()

    def place(self, place: Place, field: str | None, class_: str | None = None) -> dict[str, str]:
        """The slots `country` and `field`, the class with it, empty where there is none."""
        return {
            "country": place_name(place, self.lang),
            "field": part_noun(field, class_, self.lang),
        }


@cache
def voice(lang: Language) -> Voice:
    """The voice of a language."""
    return Voice(lang, translations(lang))


def in_each_language(render: Callable[[Voice], Phrase]) -> Sentence:
    """What `render` makes of it in each language."""
    return Sentence(**{lang: render(voice(lang)) for lang in LANGUAGES})


def bounds(status: str, totals: Mapping[str, int], ranges: Mapping[str, tuple[int, int]]) -> Count:
    """How many have a status: a number where that is certain, else the least and the most."""
    least, most = ranges.get(status, (0, 0))
    return (least, most) if least != most else totals.get(status, most)


def is_none(count: Count) -> bool:
    """Whether there are certainly none."""
    return count in (0, (0, 0))


@lru_cache(maxsize=4096)
def _counted(count: Count, lang: Language) -> str:
    if isinstance(count, int):
        return number_text(count)
    least, most = count
    if least == most:
        return number_text(least)
    say = translations(lang)
    template = say.gettext("between {least} and {most}") if least else say.gettext("up to {most}")
    return template.replace("{least}", number_text(least)).replace("{most}", number_text(most))


def _one(name: Name, lang: Language) -> Phrase:
    return (name.part(lang),)


@cache
def _comma(lang: Language) -> str:
    """What stands between the first of a list."""
    middle: str = LOCALES[lang].list_patterns["standard"]["middle"]
    return middle.replace("{0}", "").replace("{1}", "")


@cache
def _list_template(lang: Language, length: int, style: Literal["standard", "or"]) -> str:
    slots = [f"{{{index}}}" for index in range(length)]
    return format_list(slots, style=style, locale=LOCALES[lang])
