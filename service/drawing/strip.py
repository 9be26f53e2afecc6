"""The density strip: how much happened in each year, stacked by kind, over the timeline.

It has the timeline's scale, so that one red line is the year in both, and it
serves as the overview: each column can be a link to its year.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from markupsafe import escape

from events.dates import Language, day, year_of
from service.drawing.lanes import NARROW, WIDE, Drawing, Frame, Words
from service.drawing.letters import width
from service.drawing.marks import linked, number, rect, sheet, text, titled
from service.drawing.scale import YEAR, Scale, ticks, year_label

KINDS = ("milestone", "discovery", "policy", "plan")
"""From the ground up; `plan` is what is still promised, and is drawn hollow."""

TALLEST = 74

_WORD_OF = {
    "milestone": "milestones",
    "discovery": "discoveries",
    "policy": "policies",
    "plan": "still promised",
}


class Tally(NamedTuple):
    """How many events of a kind there were in a year (0 is 1 BC)."""

    year: int
    kind: str
    number: int


def strip(
    tallies: Iterable[Tally],
    frame: Frame,
    scale: Scale,
    *,
    lang: Language,
    words: Words,
    label: str,
    flag: str = "",
    remarks: str = "",
    href: Callable[[int], str] | None = None,
    narrow: bool = False,
) -> Drawing:
    """The strip over a timeline on the same `scale`.

    `flag` stands over the cursor ("end of 2013"), `remarks` over the column of
    remarks; `href` gives the page of a year. Where a year is narrower than three
    pixels, columns are of 2, 5, 10, … years, and lead to their last.
    """
    step = _step(scale)
    columns: dict[int, Counter[str]] = defaultdict(Counter)
    first, last = year_of(frame.first), year_of(frame.last)
    for tally in tallies:
        if first <= tally.year <= last:
            columns[tally.year // step * step][tally.kind] += tally.number
    drawn = _Strip(frame, scale, lang, words, narrow)
    return drawn.drawing(columns, step, label=label, flag=flag, remarks=remarks, href=href)


def _step(scale: Scale) -> int:
    per_year = scale.per_day * YEAR
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * per_year >= 3:
                return step
        power *= 10


class _Strip:
    def __init__(
        self, frame: Frame, scale: Scale, lang: Language, words: Words, narrow: bool
    ) -> None:
        self.frame, self.scale, self.lang, self.narrow = frame, scale, lang, narrow
        self.words = words
        self.width = NARROW if narrow else WIDE
        self.tallest = 44 if narrow else TALLEST
        self.floor = 22 + 14 + self.tallest
        self.height = self.floor + 20
        self.cursor = scale.x(frame.cursor + 1)

    def drawing(
        self,
        columns: Mapping[int, Counter[str]],
        step: int,
        *,
        label: str,
        flag: str,
        remarks: str,
        href: Callable[[int], str] | None,
    ) -> Drawing:
        most = max((column.total() for column in columns.values()), default=0)
        begins = self.scale.x(day(year_of(self.frame.cursor), 1, 1))
        band = rect("band", begins, 20, max(self.cursor - begins, 0), self.height - 20)
        stacks = "".join(
            self._column(year, step, columns[year], most, href) for year in sorted(columns)
        )
        veiled = self.width - self.cursor
        veil = rect("veil", self.cursor, 20, veiled, self.height - 20) if veiled > 0 else ""
        shown = remarks and not self.narrow
        note = text("note end", self.width - 4, 15, remarks) if shown else ""
        return sheet(
            "tl strip",
            f"{band}{stacks}{veil}{self._axis()}{self._most(columns, step, most)}{note}"
            f"{self._horizon()}{self._cursor(flag)}",
            width=self.width,
            height=self.height,
            label=label,
            data=self.scale.data(),
        )

    def _span(self, year: int, step: int) -> tuple[float, float]:
        return self.scale.x(day(year, 1, 1)), self.scale.x(day(year + step, 1, 1))

    def _column(
        self,
        year: int,
        step: int,
        column: Counter[str],
        most: int,
        href: Callable[[int], str] | None,
    ) -> str:
        left, right = self._span(year, step)
        wide = max(right - left - (1.4 if right - left > 4 else 0.4), 0.5)
        y = float(self.floor)
        drawn = ""
        kinds = [*KINDS, *sorted(set(column) - set(KINDS))]
        for kind in kinds:
            if not column[kind]:
                continue
            height = column[kind] * self.tallest / most
            y -= height
            inset = 0.5 if kind == "plan" else 0.0
            gap = 0.8 if height > 2.4 else 0
            drawn += rect(
                f"k-{escape(kind)}",
                left + 0.7 + inset,
                y + gap + inset,
                max(wide - 2 * inset, 0.5),
                max(height - gap - 2 * inset, 0.5),
            )
        comma, colon, blank = ("、", "：", "") if self.lang == "zh" else (", ", ": ", " ")
        counts = comma.join(
            f"{self.words(_WORD_OF.get(kind, kind))}{blank}{column[kind]}"
            for kind in kinds
            if column[kind]
        )
        period = year_label(year, self.lang)
        if step > 1:
            period += "–" + year_label(year + step - 1, self.lang)
        title = titled(f"{period}{'年' if blank == '' and period.isdigit() else ''}{colon}{counts}")
        if href is None:
            return f'<g data-year="{year}">{title}{drawn}</g>'
        whole = rect("hit", left, 22, right - left, self.floor - 22)
        return linked(href(year + step - 1), title + whole + drawn, f' data-year="{year}"')

    def _axis(self) -> str:
        drawn = f'<path class="top" d="M4 {self.floor + 0.5}H{self.width - 4}"/>'
        here = year_label(year_of(self.frame.cursor), self.lang)
        bold = width(here, 12, bold=True)
        middle = min(max(self.cursor - bold / 2, 2 + bold / 2), self.width - 2 - bold / 2)
        y = self.floor + 15
        if self.frame.first <= self.frame.cursor <= self.frame.last:
            drawn += text("ax here", middle, y, here)
            taken = (middle - bold / 2 - 6, middle + bold / 2 + 6)
        else:
            taken = (-9.0, -9.0)
        for tick in ticks(self.scale, lang=self.lang, room=40 if self.narrow else 44, size=10.5):
            begins = self.scale.x(tick.day)
            ends = self.scale.x(day(year_of(tick.day) + 1, 1, 1))
            # A year's label stands under its column where that is wide enough.
            x = (begins + ends) / 2 if self.scale.per_day * YEAR < 80 else begins
            half = width(tick.text, 10.5) / 2
            x = min(max(x, half + 2), self.width - half - 2)
            if x + half > taken[0] and x - half < taken[1]:
                continue
            css = "ax dec" if tick.major else "ax"
            css += " after" if x > self.cursor else ""
            drawn += text(css, x, y, tick.text)
        return drawn

    def _most(self, columns: Mapping[int, Counter[str]], step: int, most: int) -> str:
        """How many the tallest column stands for: the one number a reader needs of the height."""
        if not most:
            return ""
        year = min(year for year, column in columns.items() if column.total() == most)
        left, right = self._span(year, step)
        return text("note mid", (left + right) / 2, self.floor - self.tallest - 3, str(most))

    def _horizon(self) -> str:
        horizon = self.frame.horizon
        if horizon is None or not self.frame.first <= horizon < self.frame.last:
            return ""
        x = number(self.scale.x(horizon + 1))
        return f'<path class="horizon" d="M{x} 22V{self.height}"/>'

    def _cursor(self, flag: str) -> str:
        if not self.frame.first <= self.frame.cursor <= self.frame.last:
            return ""
        wide = width(flag, 12, bold=True) + 14
        x = self.cursor
        left = max(x - wide, 0)
        flagged = (
            f'<g class="flagbox"><rect x="{number(left)}" y="1" width="{number(wide)}" '
            f'height="17" rx="1.5"/><text x="{number(left + wide / 2)}" y="14">'
            f"{escape(flag)}</text></g>"
            if flag
            else ""
        )
        return f'<path class="cursor" d="M{number(x)} 17V{self.floor}"/>{flagged}'
