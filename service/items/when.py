"""A date as its source gave it, with its bounds and in words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from events import dates
from events.dates import Day, Precision

Texts = Mapping[str, str]
"""A text in English (`en`) and Chinese (`zh`)."""


class When(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A date as its source gave it. `earliest` and `latest` are both possible; None is open."""

    edtf: str
    earliest: Day | None
    latest: Day | None
    precision: Precision
    approximate: bool
    uncertain: bool

    @property
    def text(self) -> Texts:
        """The date in words."""
        return _words(self.edtf)

    @property
    def vague(self) -> bool:
        """Whether more than one day is possible, or the source itself was not sure."""
        return self.earliest != self.latest or self.approximate or self.uncertain

    @property
    def span(self) -> tuple[Day, Day] | None:
        """The days that are possible, half-open, where both ends are known and differ."""
        if self.earliest is None or self.latest is None or self.earliest >= self.latest:
            return None
        return self.earliest, self.latest + 1

    @property
    def day(self) -> Day | None:
        """The one day to put it on where a tool takes but one: the earliest, else the latest."""
        return self.latest if self.earliest is None else self.earliest


@lru_cache(maxsize=65_536)
def when(text: str) -> When:
    """A date of a statement. Raises BadDate.

    >>> when("1987~").text["en"], when("-0240").text["zh"]
    ('c. 1987', '公元前241年')
    """
    date = dates.parse(text)
    return When(
        edtf=date.text,
        earliest=date.earliest,
        latest=date.latest,
        precision=date.precision,
        approximate=date.approximate,
        uncertain=date.uncertain,
    )


def in_words(start: When | None, end: When | None) -> Texts:
    """What lasts, from one date to another, in words; without an end it goes on.

    A date that is itself a span of possible days would run into the other one.

    >>> in_words(when("1976"), when("1980"))["en"], in_words(when("1976"), None)["zh"]
    ('1976 – 1980', '自1976年起')
    >>> in_words(when("1975/1976"), when("1997"))["en"]
    'from between 1975 and 1976 to 1997'
    """
    if start is None or end is None:
        return _open_in_words(start, end)
    if "/" in start.edtf + end.edtf:
        return {
            "en": f"from {start.text['en']} to {end.text['en']}",
            "zh": f"自{start.text['zh']}起，至{end.text['zh']}止",
        }
    return {lang: f"{start.text[lang]} – {end.text[lang]}" for lang in ("en", "zh")}


def _open_in_words(start: When | None, end: When | None) -> Texts:
    if start is not None:
        return {"en": f"from {start.text['en']}", "zh": f"自{start.text['zh']}起"}
    if end is not None:
        return {"en": f"until {end.text['en']}", "zh": f"至{end.text['zh']}"}
    return {"en": "", "zh": ""}


@lru_cache(maxsize=65_536)
def _words(edtf: str) -> Texts:
    date = dates.parse(edtf)
    return {"en": dates.display(date, "en"), "zh": dates.display(date, "zh")}
