"""A linear scale of days, and the ticks that suit it, from a few days to millions of years.

Days are numbered as in `events.dates`. Years have no zero when shown: the year
0 is 1 BC, and is written so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from events.dates import Day, Language, civil, day, display, iso, parse, year_of
from service.drawing.letters import width
from service.drawing.marks import number

YEAR = 365.2425
"""The mean days of a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The days from `first` to `last`, both included, laid over the pixels `left` to `right`."""

    first: Day
    last: Day
    left: float
    right: float
    per_day: float = field(init=False)
    """The pixels of a day."""

    def __post_init__(self) -> None:
        # Every edge of every mark needs it, so it is computed once.
        per_day = (self.right - self.left) / max(self.last + 1 - self.first, 1)
        object.__setattr__(self, "per_day", per_day)

    def x(self, day: Day) -> float:
        """Where a day begins, held inside the scale.

        >>> Scale(first=0, last=9, left=0, right=100).x(5)
        50.0
        """
        at = self.left + (day - self.first) * self.per_day
        if at < self.left:
            return self.left
        return min(at, self.right)

    def data(self) -> str:
        """Which days lie where, as attributes of a drawing that a script can read."""
        return (
            f' data-days="{self.first} {self.last}"'
            f' data-x="{number(self.left)} {number(self.right)}"'
        )

    def day(self, x: float) -> Day:
        """The day that holds a pixel."""
        return self.first + int((x - self.left) // self.per_day)


class Tick(NamedTuple):
    """A day to mark; `major` ones stand farther apart and are labelled first."""

    day: Day
    text: str
    major: bool


def ticks(scale: Scale, *, lang: Language, room: float = 44, size: float = 11) -> list[Tick]:
    """Round days at least `room` pixels apart, and as far as their labels need at a text size.

    >>> span = Scale(first=day(-10, 1, 1), last=day(29, 12, 31), left=0, right=400)
    >>> [tick.text for tick in ticks(span, lang="en", room=90)]
    ['11 BC', '1 BC', '10', '20']
    """
    # A year is labelled at its shortest; the ends of the scale have the longest.
    ends = (year_label(year_of(end), lang) for end in (scale.first, scale.last))
    room = max(room, *(width(text, size) + 14 for text in ends))
    per_year = scale.per_day * YEAR
    if per_year >= 2 * room:
        return list(_within_years(scale, lang, room, size))
    step = next(step for step in _steps() if step * per_year >= room)
    major = next(wide for wide in _steps() if wide * per_year >= 2 * room and wide % step == 0)
    first, last = year_of(scale.first), year_of(scale.last)
    found = []
    for year in range(-(-first // step) * step, last + 1, step):
        begins = day(year, 1, 1)
        if begins >= scale.first:
            found.append(Tick(begins, year_label(year, lang), year % major == 0))
    return found


def year_label(year: int, lang: Language) -> str:
    """A year as an axis shows it: its bare number, and before the year 1 in words.

    >>> year_label(2013, "zh"), year_label(-239, "en"), year_label(-239, "zh")
    ('2013', '240 BC', '公元前240年')
    """
    if year > 0:
        return str(year)
    return display(parse(f"-{-year:04d}" if -9999 <= year < 0 else _long(year)), lang)


def _long(year: int) -> str:
    return "0000" if year == 0 else f"Y{year}"


def _steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def _within_years(scale: Scale, lang: Language, room: float, size: float) -> Iterator[Tick]:
    """Months, or days where a month is too wide a step."""
    per_month = scale.per_day * YEAR / 12
    year, _, _ = civil(scale.first)
    months = (_label(day(year, month, 28), month=True, lang=lang) for month in range(1, 13))
    room = max(room, *(width(text, size) + 10 for text in months))
    if per_month < 2 * room:
        step = next(step for step in (1, 2, 3, 6, 12, 24) if step * per_month >= room)
        year, month, _ = civil(scale.first)
        for index in range(year * 12 + month - 1, year_of(scale.last) * 12 + 12):
            begins = day(index // 12, index % 12 + 1, 1)
            if index % step == 0 and scale.first <= begins <= scale.last:
                whole = year_label(index // 12, lang)
                text = whole if step >= 12 else _label(begins, month=True, lang=lang)
                yield Tick(begins, text, index % 12 == 0)
        return
    # A day has two characters more than its month.
    room += width("00 ", size)
    step = next(days for days in (1, 2, 7, 14, 28, 56) if days * scale.per_day >= room)
    # Day 4 is the first Monday.
    for each in range(scale.first + (4 - scale.first) % step, scale.last + 1, step):
        yield Tick(each, _label(each, month=False, lang=lang), major=True)


def _label(begins: Day, *, month: bool, lang: Language) -> str:
    year, number, of_month = civil(begins)
    if not 0 <= year <= 9999:
        # EDTF writes no month of such a year.
        return iso(begins)
    text = f"{year:04d}-{number:02d}" + ("" if month else f"-{of_month:02d}")
    return display(parse(text), lang)
