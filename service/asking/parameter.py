"""The parameters of a question.

A `Filter` parses its text, writes it and documents itself: `parse` turns the text of a URL or an
option into a value, `write` the value into the one text that a pinned URL has. A bare `Parameter`,
such as a clock, only documents; the clocks are parsed together (`events.clocks`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from events.errors import BadFilter
from service.asking.errors import UnknownParameter
from service.asking.forms import Form, list_of
from service.translations import LANGUAGES
from service.words.labels import label

ALSO = {"running": "operating", "in operation": "operating", "planned": "proposed"}
"""What people write for a status, which is no word of the pages."""

Texts = Mapping[str, str]
"""The texts of parameters by name, as they were given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A name, the form of its text as JSON Schema has it, and what it means to a reader."""

    name: str
    form: Form
    meaning: str

    def but(self, **changed: Any) -> Any:
        """The same parameter, described otherwise where a question means something else by it."""
        return replace(self, **changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Parameter):
    """A parameter with a value of its own.

    `member` is what the value is called in the class that a question reads its filters into;
    `default` is the value where the parameter is absent. `needs` is another parameter without
    which it means nothing.
    """

    parse: Callable[[str], Any] = str
    write: Callable[[Any], str] = str
    default: Any = None
    member: str = ""
    needs: str | None = None

    @property
    def value_name(self) -> str:
        """The member that holds the value."""
        return self.member or self.name


def values_of(filters: Iterable[Filter], texts: Texts) -> dict[str, Any]:
    """The value of each filter by its member, defaults written out. Raises BadFilter."""
    values = {}
    for each in filters:
        text = texts.get(each.name)
        if text is not None and each.needs is not None and each.needs not in texts:
            raise BadFilter(each.name, text, f"only with `{each.needs}`")
        values[each.value_name] = each.default if text is None else each.parse(text)
    return values


def written(filters: Sequence[Filter], about: object) -> dict[str, str]:
    """The filters that differ from their defaults, as a pinned URL writes them; `about` is what a
    question read them into."""
    return texts_of(filters, {each.value_name: getattr(about, each.value_name) for each in filters})


def texts_of(filters: Iterable[Filter], values: Mapping[str, Any]) -> dict[str, str]:
    """The values of filters that differ from their defaults, as a pinned URL writes them."""
    return {
        each.name: each.write(values[each.value_name])
        for each in filters
        if values[each.value_name] != each.default
    }


def check_names(pairs: Iterable[tuple[str, str]], taken: tuple[str, ...]) -> dict[str, str]:
    """The texts of parameters by name, each of them taken and given once.

    Raises UnknownParameter.
    """
    texts: dict[str, str] = {}
    for name, text in pairs:
        if name not in taken:
            raise UnknownParameter(name, "is no parameter of this question", taken)
        if name in texts:
            raise UnknownParameter(
                name, f"is given more than once: join several by commas, {name}=a,b", taken
            )
        texts[name] = text
    return texts


# --- words of a list


def quoted(names: Iterable[str]) -> str:
    """Names of members or words as a meaning lists them.

    >>> quoted(["name", "country"])
    '`name`, `country`'
    """
    return ", ".join(f"`{name}`" for name in names)


def choice(
    name: str,
    allowed: Iterable[str],
    meaning: str,
    *,
    what: str | None = None,
    default: str | None = None,
) -> Filter:
    """A filter of one word of several, which a refusal calls `what`, if not by its `name`."""
    words = list(allowed)
    form: Form = {"type": "string", "enum": words}
    if default is not None:
        form["default"] = default
    return Filter(
        name=name, form=form, meaning=meaning, parse=one_of(name, words, what), default=default
    )


def choices(
    name: str,
    allowed: Sequence[str],
    meaning: str,
    *,
    why: str,
    example: str,
    sort: bool = False,
    default: tuple[str, ...] = (),
    member: str = "",
) -> Filter:
    """A filter of some words of several, joined by commas; `some_of` says what `why` and `sort`
    are."""
    return Filter(
        name=name,
        form={**list_of(allowed), "examples": [example]},
        meaning=meaning,
        parse=some_of(name, allowed, why, sort=sort),
        write=",".join,
        default=default,
        member=member,
    )


# --- how texts are parsed


def one_of(name: str, allowed: Iterable[str], what: str | None = None) -> Callable[[str], str]:
    """A parser of one word of several, which `what` calls them in a sentence, if not `name`.

    It raises BadFilter with all that are allowed, and those that may be meant.
    """
    words = tuple(allowed)

    def parse(text: str) -> str:
        if text not in words:
            is_list = set(text.split(",")) <= {*words}
            why = "one only, not several" if is_list else f"no {what or name} of that name"
            raise BadFilter(name, text, why, allowed=words, near=near_words(text, words))
        return text

    return parse


def some_of(
    name: str, allowed: Iterable[str], why: str, *, sort: bool = False
) -> Callable[[str], tuple[str, ...]]:
    """A parser of words joined by commas, each once; with `sort` in the order of `allowed`.

    It raises BadFilter, for the reason `why`, with all that are allowed, and those that may be
    meant.
    """
    words = tuple(allowed)

    def parse(text: str) -> tuple[str, ...]:
        given = tuple(dict.fromkeys(text.split(",")))
        for word in given:
            if word not in words:
                raise BadFilter(name, word, why, allowed=words, near=near_words(word, words))
        return tuple(word for word in words if word in given) if sort else given

    return parse


def near_words(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """Those of some words that a text may mean, by themselves or as people read them; few or none.

    >>> from events.vocabulary import STATUSES
    >>> near_words("operatng", STATUSES), near_words("running", STATUSES)
    (('operating',), ('operating',))
    >>> near_words("closed", STATUSES), near_words("在建", STATUSES), near_words("-", STATUSES)
    (('decommissioned',), ('under-construction',), ())
    """
    asked = text[:80].strip().casefold()
    called = {word: word for word in words}
    for word in tuple(called):
        called |= {label(word, lang).casefold(): word for lang in LANGUAGES}
    called |= {also: word for also, word in ALSO.items() if word in called}
    near = [asked] if asked in called else get_close_matches(asked, called, cutoff=0.7)
    return tuple(dict.fromkeys(called[each] for each in near))


def whole_number(name: str, text: str, least: int, most: int) -> int:
    """A number in digits within bounds. Raises BadFilter.

    >>> whole_number("limit", "20", 1, 2000)
    20
    """
    if (
        not text.isascii()
        or not text.isdigit()
        or len(text) > len(str(most))
        or not least <= int(text) <= most
    ):
        raise BadFilter(name, text, f"a whole number from {least} to {most}")
    return int(text)
