"""Courses: several series through time on one scale, each named where its line ends.

The names at the right stand apart from each other, however close the lines
come; a line and its name share a colour and a dash, and a thin stroke joins
them where the name had to move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor

from events.dates import Language
from service.drawing.lanes import Drawing, Frame
from service.drawing.letters import fitted, width
from service.drawing.marks import linked, number, rect, sheet, text, titled
from service.drawing.scale import Scale, ticks
from service.drawing.sparkline import Point, line, share
from service.words.number import number_text

LOOKS = 6
"""As many colours as there are; further series take them again with other dashes."""

LARGE = 1e9
"""A value beside which a step of 1 is not seen."""

_APART = 14.0
_TEXT = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line: `points` in the order of their days. `href` is where its name leads; a line of
    facilities of one `status` has its colour."""

    key: str
    name: str
    points: tuple[Point, ...]
    title: str = ""
    href: str = ""
    status: str = ""


def course(
    series: Sequence[Series],
    frame: Frame,
    *,
    lang: Language,
    label: str,
    unit: str = "",
    stepped: bool = True,
    from_zero: bool = True,
    wide: int = 1200,
    tall: int = 320,
) -> Drawing:
    """The series side by side. `unit` stands over the axis of values.

    `stepped` holds a value until the next one, as counts do. It grows taller than
    `tall` where its names need the room.
    """
    drawn = _Course(
        series, frame, lang=lang, stepped=stepped, from_zero=from_zero, wide=wide, tall=tall
    )
    return drawn.drawing(label, unit)


class _Course:
    def __init__(
        self,
        series: Sequence[Series],
        frame: Frame,
        *,
        lang: Language,
        stepped: bool,
        from_zero: bool,
        wide: int,
        tall: int,
    ) -> None:
        self.series, self.frame, self.lang, self.stepped = series, frame, lang, stepped
        self.width = wide
        self.room = wide * 0.34
        self.top = 24.0
        self.height = max(tall, ceil(self.top + 30 + _APART * len(series)))
        self.bottom = self.height - 26.0
        values = [value for each in series for _, value in each.points if value is not None]
        self.marks = _round_values(
            min([0.0, *values] if from_zero else values, default=0.0), max(values, default=1.0)
        )
        self.low, self.high = self.marks[0], self.marks[-1]
        left = max(width(number_text(mark), 11) for mark in self.marks) + 12
        names = (width(each.name, _TEXT, bold=True) for each in series)
        right = wide - min(max(names, default=0), self.room) - 22
        self.scale = Scale(first=frame.first, last=frame.last, left=left, right=right)

    def drawing(self, label: str, unit: str) -> Drawing:
        content = self._axes(unit) + self._lines() + self._clock() + self._names()
        return sheet(
            "chart course",
            content,
            width=self.width,
            height=self.height,
            label=label,
            data=self.scale.data(),
        )

    def _y(self, value: float | Decimal) -> float:
        return self.bottom - share(value, self.low, self.high) * (self.bottom - self.top)

    def _axes(self, unit: str) -> str:
        left, right = number(self.scale.left), number(self.scale.right)
        drawn = text("m", 4, 13, unit) if unit else ""
        for mark in self.marks:
            y = self._y(mark)
            css = "top" if mark == self.low else "grid"
            drawn += f'<path class="{css}" d="M{left} {number(y)}H{right}"/>'
            drawn += text("m end", self.scale.left - 6, y + 4, number_text(mark))
        for tick in ticks(self.scale, lang=self.lang, room=52, size=11):
            x = self.scale.x(tick.day)
            half = width(tick.text, 11) / 2
            at = min(max(x, half + 2), self.width - half - 2)
            drawn += f'<path class="grid" d="M{number(x)} {number(self.bottom)}v4"/>'
            drawn += text("m mid", at, self.height - 8, tick.text)
        return drawn

    def _lines(self) -> str:
        drawn = ""
        for index, each in enumerate(self.series):
            ends = self.scale.right if self.stepped else None
            d = line(each.points, self.scale.x, self._y, stepped=self.stepped, ends=ends)
            if d:
                title = titled(each.title or each.name)
                dots = "" if self.stepped else self._dots(each.points)
                drawn += (
                    f'<g class="{_look(index, each)}">{title}<path class="run" d="{d}"/>{dots}</g>'
                )
        return drawn

    def _dots(self, points: Sequence[Point]) -> str:
        """What was read, apart from the line between."""
        return "".join(
            f'<circle class="read" cx="{number(self.scale.x(day))}" '
            f'cy="{number(self._y(value))}" r="2.6"/>'
            for day, value in points
            if value is not None
        )

    def _clock(self) -> str:
        if not self.frame.first <= self.frame.cursor <= self.frame.last:
            return ""
        x = self.scale.x(self.frame.cursor + 1)
        veil, wide = "", self.scale.right - x
        if wide > 1:
            veil = rect("veil", x, self.top - 4, wide + 2, self.bottom - self.top + 6)
        return f'{veil}<path class="cursor" d="M{number(x)} {number(self.top - 8)}V{self.bottom}"/>'

    def _names(self) -> str:
        ends = []
        for index, each in enumerate(self.series):
            last = next((point for point in reversed(each.points) if point[1] is not None), None)
            if last is not None and last[1] is not None:
                held = self.stepped and each.points[-1] is last
                x = self.scale.right if held else self.scale.x(each.points[-1][0])
                ends.append((self._y(last[1]), x, index, each))
        ends.sort(key=lambda end: (end[0], end[2]))
        places = spread([y for y, *_ in ends], _APART, self.top, self.bottom)
        drawn = ""
        for place, (y, x, index, each) in zip(places, ends, strict=True):
            at = self.scale.right + 14
            name = fitted(each.name, _TEXT, self.room, bold=True)
            cut = each.name if name != each.name else ""
            label = text("end-name", at, place + 4, name, title=cut)
            if each.href:
                label = linked(each.href, label)
            drawn += (
                f'<g class="{_look(index, each)}"><path class="lead" d="M{number(x)} {number(y)}'
                f'L{number(at - 3)} {number(place)}"/>{label}</g>'
            )
        return drawn


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Sorted places moved as little as it takes to stand apart, from `low` to `high`.

    Where they find no room between them, they begin at `low` and go beyond.

    >>> spread([10, 11, 50], 14, 0, 60)
    [3.5, 17.5, 50.0]
    """
    # Places that would meet form a block, which stands about the mean of what they want.
    blocks: list[tuple[float, int]] = []
    for place in wanted:
        total, count = place, 1
        while blocks:
            before_total, before = blocks[-1]
            reach = before_total / before + (before + count) / 2 * apart
            if total / count >= reach:
                break
            blocks.pop()
            total, count = total + before_total, count + before
        blocks.append((total, count))
    places: list[float] = []
    for total, count in blocks:
        first = total / count - (count - 1) / 2 * apart
        places += [first + index * apart for index in range(count)]
    for index in range(len(places) - 1, -1, -1):
        most = high - apart * (len(places) - 1 - index)
        places[index] = min(places[index], most)
    for index in range(len(places)):
        places[index] = max(places[index], low + apart * index)
    return places


def _look(index: int, series: Series) -> str:
    colour = f"s-{series.status}" if series.status else f"series-{index % LOOKS + 1}"
    dashed = index // LOOKS % 3
    return colour + (f" dashed-{dashed}" if dashed else "")


def _round_values(low: float, high: float) -> list[Decimal]:
    """Four to seven round values that reach from below the least to above the greatest."""
    if high <= low:
        # Beside a large number 1 is nothing.
        high = low + (1 if abs(low) < LARGE else abs(low) / 10)
    least, greatest = Decimal(str(low)), Decimal(str(high))
    span = greatest - least
    power = Decimal(10) ** (span / 4).adjusted()
    step = next(power * times for times in (1, 2, 5, 10) if span / (power * times) <= 6)
    first, last = floor(least / step), ceil(greatest / step)
    return [index * step for index in range(first, last + 1)]
