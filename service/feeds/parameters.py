"""What feeds are made of, and what they take for it: items, facilities, statements, or what was
recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from events.dates import Period, parse_period
from events.errors import BadDate, BadFilter
from events.vocabulary import STATUSES
from service.asking import filters, forms
from service.asking.filters import COUNTRY, EXPECTED, KNOWN, PART, REGION, STATED, STATUS
from service.asking.parameter import Filter, Parameter, one_of, some_of, whole_number
from service.items.item import KINDS
from service.translations import LANGUAGES


def _period(name: str) -> Callable[[str], Period]:
    def parse(text: str) -> Period:
        try:
            return parse_period(text)
        except BadDate as refused:
            raise BadFilter(name, text, refused.why) from None

    return parse


def choice(name: str, words: Sequence[str], meaning: str) -> Filter:
    """A parameter of one feed that takes one of some words; the first is the default."""
    return Filter(
        name=name,
        form={"type": "string", "enum": list(words), "default": words[0]},
        meaning=meaning,
        parse=one_of(name, words),
        default=words[0],
    )


def number(name: str, least: int, most: int, default: int, meaning: str) -> Filter:
    """A parameter of one feed that takes a whole number."""
    return Filter(
        name=name,
        form={"type": "integer", "minimum": least, "maximum": most, "default": default},
        meaning=meaning,
        parse=lambda text: whole_number(name, text, least, most),
        default=default,
    )


AT: Parameter = filters.AT.but(
    form=filters.AT.form,
    meaning=(
        "Valid time: the day to which whatever goes on is drawn by tools that need an end. "
        "Default: the day of `known`."
    ),
)
CLOCKS_OF_CHANGES = (
    *(
        each.but(meaning="Plays no part: what was recorded is told by `known` alone.")
        for each in (filters.AT, STATED)
    ),
    KNOWN,
)
"""What the clocks of the world mean to a feed of what was recorded."""

FROM = Filter(
    name="from",
    form={**forms.PERIOD, "examples": ["1950"]},
    meaning="Valid time: a year, month or day; leaves out what was over before it.",
    parse=_period("from"),
    write=lambda period: period.text,
)
TO = Filter(
    name="to",
    form={**forms.PERIOD, "examples": ["2030"]},
    meaning="Valid time: a year, month or day; leaves out what began after it.",
    parse=_period("to"),
    write=lambda period: period.text,
)
KIND = Filter(
    name="kind",
    form={**forms.list_of(KINDS), "examples": ["phase,discovery"]},
    meaning="Only items of these kinds: " + ", ".join(f"`{kind}`" for kind in KINDS) + ".",
    parse=some_of("kind", KINDS, "no kind of that name", sort=True),
    write=",".join,
    member="kinds",
)
LANG = Filter(
    name="lang",
    form={"type": "string", "enum": list(LANGUAGES)},
    meaning="The language of names and words. Default: by `Accept-Language`, else English.",
)
LIMIT = Filter(name="limit", form={"type": "integer"}, meaning="")
"""How many items a feed has: its bounds and its default are the feed's own."""

RECORD = Filter(
    name="record",
    form={**forms.ID, "examples": ["juno"]},
    meaning="Only this record and, of a facility, what was done with it.",
)

STATUS_OF_ITEMS: Filter = STATUS.but(
    meaning="Only facilities that have one of these statuses at `at`, as in a state, and what was "
    f"done with them; some of {', '.join(STATUSES)}.",
)


class Matter(NamedTuple):
    """What feeds are made of: the clocks and the filters that all of them take, and which of what
    is found are `kept` where a limit cuts it."""

    clocks: tuple[Parameter, ...]
    filters: tuple[Filter, ...]
    kept: str


ITEMS = Matter(
    (AT, STATED, KNOWN),
    (*PART, FROM, KIND, LANG, LIMIT, RECORD, STATUS_OF_ITEMS, TO),
    "the most significant ones",
)
FACILITIES = Matter(
    (filters.AT, STATED, KNOWN),
    (*PART, EXPECTED, LANG, LIMIT, RECORD, STATUS),
    "the first ones by their ids",
)
STATEMENTS = Matter(CLOCKS_OF_CHANGES, (*PART, RECORD), "")
CHANGES = Matter(CLOCKS_OF_CHANGES, (COUNTRY, REGION, LANG, LIMIT, RECORD), "the newest")
