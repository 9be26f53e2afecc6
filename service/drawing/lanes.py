"""What a drawing is made from: plain values, days as whole numbers, texts ready to show.

Nothing here knows of HTTP, of the views or of a language: every word in a
drawing is an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from events.dates import Day

WIDE, NARROW = 1200, 340
"""The widths of the two variants of a drawing, in pixels."""

Words = Callable[[str], str]
"""Gives a word of the drawings (`WORDS` of `service.drawing.marks`) in the reader's language."""


def as_written(text: str) -> str:
    """The words as they stand in the code, which is English."""
    return text


@dataclass(frozen=True, slots=True)
class Edge:
    """A date, by the first and the last day that it can be; None is open on that side.

    As the end of something it is the date of what follows: the first day on
    which it is so no more.
    """

    earliest: Day | None
    latest: Day | None


def on(day: Day) -> Edge:
    """A date that is known to the day."""
    return Edge(day, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A status held from `start` to `end`; without `end` it goes on and no end is known.

    A facility closed for good is a bar of `decommissioned` or `cancelled` without
    an end: it is drawn as the stroke that closes the lane. `expected` is what
    only a plan says; the date of a `contested` one is told otherwise too. `href` is where
    the mark leads, the record's if empty; `text` is written over it where there is room, on the
    record's own page.
    """

    status: str
    start: Edge
    end: Edge | None = None
    expected: bool = False
    contested: bool = False
    title: str = ""
    statement: str = ""
    href: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """Something that happened on a date in a lane: `discovery`, or `upgrade`."""

    kind: str
    date: Edge
    title: str = ""
    statement: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A promise: said when, for when.

    `text` says it in one line, `note` who said it, `slip` how far it lies
    behind the first. A rival is one that another statement outdid on the same day.
    """

    said: Edge
    due: Edge
    text: str = ""
    note: str = ""
    slip: str = ""
    title: str = ""
    statement: str = ""
    href: str = ""
    rival: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Staircase:
    """The promises of one thing, in the order said, and what came.

    `pending` is a ladder that nothing has answered or made moot. `came_text`
    says what came, `result` how late it was.
    """

    rungs: tuple[Rung, ...]
    came: Edge | None = None
    pending: bool = False
    title: str = ""
    came_text: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A row of the timeline: the life of one record.

    `name` is shown, `other_name` (the Chinese one on an English page) stands in the
    title. `remark` stands at the right; a `late` one is red. So many marks are `left` out.
    """

    record: str
    name: str
    other_name: str = ""
    href: str
    group: str = ""
    bars: tuple[Bar, ...] = ()
    promises: tuple[Staircase, ...] = ()
    dots: tuple[Dot, ...] = ()
    left: int = 0
    remark: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands over a group of lanes; `label` is read to those who do not see it."""

    title: str
    other_title: str = ""
    note: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The days that are drawn, and the clocks.

    `cursor` is the day of the valid clock: the last day of its year or month.
    `horizon` is the last day of what had been stated: give it where it is drawn,
    that is where it is not today. `today` is how far open bars reach without it.
    """

    first: Day
    last: Day
    cursor: Day
    horizon: Day | None = None
    today: Day | None = None

    @property
    def reach(self) -> Day:
        """The last day of which anything is known."""
        if self.horizon is not None:
            return self.horizon
        return self.last if self.today is None else self.today


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """An SVG element as text, with its size; `key` is the group that it draws."""

    svg: Markup
    width: int
    height: int
    key: str = ""
    label: str = ""
