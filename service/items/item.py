"""The one shape of whatever can stand on a timeline.

An item keeps a date as the source gave it, with its bounds and a text for
people, so that a tool which cannot show a vague day can say it.

Days are those of `events.dates`. `first` and `stop` are what the rules make of
the dates, half-open: a phase holds from `first` up to, not including, `stop`.
An open end is None and never a far day.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from events.dates import Day
from service.items.claim import Claim
from service.items.home import Home
from service.items.when import Texts, When, in_words

Kind = Literal["phase", "milestone", "discovery", "policy", "indicator", "observation"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""The kinds of items: the phases of facilities, and five kinds of statements."""


class Plan(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An earlier promise: the statement, the day it was said, and for when."""

    statement: str
    said: Day
    date: When
    milestone: str


class Source(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a statement rests on. `url` and `date` (EDTF) are None where there is none."""

    id: str
    title: str
    url: str | None = None
    date: str | None = None


# A world has tens of thousands of these, all of plain values: the collector of cycles need not
# see them.
class Item(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Something that stands on a timeline.

    `id` is unique in a feed and stable: `<record>/<status>/<n>` for the nth
    phase of a facility in that status (`<record>/expected/<status>/<n>` where it
    is only promised), else the id of the statement. `claim` is the statement behind it.
    `start` is None where only the end is known; `end` is
    the date of what ended it, `ran` says of a phase whether the facility had run before it,
    `open` that no end is known, `point` that it
    happened on one day, perhaps a vague one. `planned` items are only promised,
    `overdue` ones were promised for a day that has passed. `contested` ones have rivals that are
    disputed, or contradicted. `plans`, `sources` and the
    rest are there once the item is completed: `recorded` is the instant of its last event
    (RFC 3339), in the commit at `position`.
    """

    id: str
    record: str
    kind: Kind
    home: Home
    claim: Claim
    status: str | None = None
    ran: bool = False
    start: When | None = None
    end: When | None = None
    first: Day | None = None
    stop: Day | None = None
    open: bool = False
    point: bool = False
    planned: bool = False
    overdue: bool = False
    disputed: bool = False
    contested: bool = False
    plans: tuple[Plan, ...] = ()
    sources: tuple[Source, ...] = ()
    recorded: str | None = None
    position: int | None = None

    @property
    def last(self) -> Day | None:
        """The last day by the rules, included; None where no end is known."""
        return None if self.stop is None else self.stop - 1

    @property
    def lane(self) -> str:
        """The facility in whose row it is drawn, else its kind: `kind:policy`, as no id is."""
        return self.home.facility or f"kind:{self.kind}"

    @property
    def name(self) -> Texts:
        """The name of the facility; empty where there is none."""
        return self.home.name

    @property
    def country(self) -> str:
        """Its country, empty where it has none."""
        return self.home.country

    @property
    def field(self) -> str:
        """Its field of science, empty where it has none."""
        return self.home.field

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude of the facility."""
        return self.home.place

    @property
    def statement(self) -> str:
        """The id of the statement behind it."""
        return self.claim.id

    @property
    def milestone(self) -> str | None:
        """The step that was made; a phase lasts, and is none."""
        return self.claim.milestone if self.kind == "milestone" else None

    @property
    def summary(self) -> Texts:
        """More of it, empty where there is none; in Chinese the English, if there is no other."""
        return {"en": self.claim.summary, "zh": self.claim.summary_zh or self.claim.summary}

    @property
    def said(self) -> Day:
        """The day from which it is visible."""
        return self.claim.said

    @property
    def edtf(self) -> str | None:
        """The whole stretch as one text of EDTF, where there is one: no interval of intervals."""
        if self.point or self.start is None:
            return self.start.edtf if self.start else None
        ends = (self.start.edtf, ".." if self.end is None else self.end.edtf)
        if any("/" in end for end in ends) or (self.end is None and not self.open):
            return None
        return "/".join(ends)

    @property
    def date_in_words(self) -> Texts:
        """The date of what happened on a day, the whole stretch of what lasts."""
        if not self.point:
            return in_words(self.start, self.end)
        return {"en": "", "zh": ""} if self.start is None else self.start.text

    @property
    def dated(self) -> bool:
        """Whether any day of it is known at all."""
        return self.first is not None or self.stop is not None or bool(self.bounds)

    @property
    def bounds(self) -> list[Day]:
        """The first and the last possible days of its dates, as far as there are any."""
        return [
            day
            for date in (self.start, self.end)
            if date is not None
            for day in (date.earliest, date.latest)
            if day is not None
        ]


def in_time(item: Item) -> tuple[bool, Day, Day, str]:
    """The order of a timeline: by first day, longer before shorter, then by id."""
    first = item.first if item.first is not None else item.stop
    return (
        item.first is not None,
        0 if first is None else first,
        0 if item.stop is None else -item.stop,
        item.id,
    )
