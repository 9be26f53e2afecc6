"""Promised against came: a mark for each promise, across when it was promised for, upwards when it
came.

What was kept stands on the line; a stem shows how far above or below it something came. A hollow
mark has not come: it stands where it is promised for now, or on the horizon if it is overdue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import escape

from events.dates import Day, Language
from service.drawing.lanes import NARROW, WIDE, Drawing, Edge
from service.drawing.letters import width
from service.drawing.marks import linked, number, rect, sheet, text, titled
from service.drawing.scale import Scale, ticks

_TALL = {False: 440, True: 320}
_FOOT, _HEAD, _LEFT = 34, 22, 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """Something that was promised first for a date, what became of it, and when it came, or for
    when it is promised now."""

    promised: Edge
    came: Edge | None
    now: Edge
    outcome: str
    title: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisWords:
    """What is written at the axes, and the description of the whole."""

    promised: str
    came: str
    horizon: str
    about: str


def draw_promised(
    promises: Sequence[Promised],
    horizon: Day,
    *,
    lang: Language,
    label: str,
    words: AxisWords,
    narrow: bool = False,
) -> Drawing:
    """The promises by their dates, as sources had it at the horizon."""
    return _Field(promises, horizon, lang, narrow).drawing(label, words)


class _Field:
    def __init__(
        self, promises: Sequence[Promised], horizon: Day, lang: Language, narrow: bool
    ) -> None:
        self.promises, self.horizon, self.lang = promises, horizon, lang
        self.width, self.height = NARROW if narrow else WIDE, _TALL[narrow]
        days = sorted((*_days(promises), horizon))
        span = days[-1] - days[0]
        # Six years at least, so that the axes have years.
        room = max(span // 25, (6 * 366 - span) // 2, 183)
        first, last = days[0] - room, days[-1] + room
        self.across = Scale(first=first, last=last, left=_LEFT, right=self.width - 8)
        rise = self.height - _FOOT - _HEAD
        self.upwards = Scale(first=first, last=last, left=0, right=rise)

    def drawing(self, label: str, words: AxisWords) -> Drawing:
        content = f"<desc>{escape(words.about)}</desc>{self._axes(words)}"
        content += "".join(map(self._mark, self.promises))
        return sheet("chart promised", content, width=self.width, height=self.height, label=label)

    def _axes(self, words: AxisWords) -> str:
        left, right = self.across.left, self.across.right
        bottom, top = self.height - _FOOT, _HEAD
        drawn = ""
        for tick in ticks(self.across, lang=self.lang, room=46, size=11):
            x = self.across.x(tick.day)
            drawn += f'<path class="grid dec" d="M{number(x)} {top}V{bottom}"/>'
            if x + 3 + width(tick.text, 11) <= self.width:
                drawn += text("m", x + 3, bottom + 13, tick.text)
        for tick in ticks(self.upwards, lang=self.lang, room=34, size=11):
            y = self._y(tick.day)
            drawn += f'<path class="grid" d="M{number(left)} {number(y)}H{number(right)}"/>'
            if y > top + 12:
                drawn += text("m", 2, y - 2, tick.text)
        drawn += (
            f'<path class="kept-line" d="M{number(left)} {number(bottom)}L{number(right)} {top}"/>'
        )
        y = self._y(self.horizon + 1)
        drawn += f'<path class="horizon" d="M{number(left)} {number(y)}H{number(right)}"/>'
        # The line crosses what stands at the right; at the left nothing has come so late.
        drawn += text("m", left + 4, y - 4, words.horizon)
        drawn += text("m", 2, 12, words.came)
        return drawn + text("m end", right, self.height - 6, words.promised)

    def _mark(self, each: Promised) -> str:
        start, stop = self._span(each.promised, self.across)
        x = (start + stop) / 2
        # On the line lies whatever comes on the day for which it was promised.
        share = (x - self.across.left) / (self.across.right - self.across.left)
        on_line = self.height - _FOOT - share * self.upwards.right
        drawn = titled(each.title)
        if each.came is not None:
            low, high = self._span(each.came, self.upwards)
            y = self.height - _FOOT - (low + high) / 2
            drawn += _stem(x, on_line, y)
            drawn += rect("could", start, self.height - _FOOT - high, stop - start, high - low)
            if each.outcome == "late":
                drawn += f'<circle class="came-late" cx="{number(x)}" cy="{number(y)}" r="4"/>'
            else:
                drawn += rect("camed", x - 3.5, y - 3.5, 7, 7)
        else:
            low, high = self._span(each.now, self.upwards)
            is_late = each.outcome == "overdue"
            y = self._y(self.horizon + 1) if is_late else self.height - _FOOT - (low + high) / 2
            drawn += _stem(x, on_line, y)
            css = "prom" if each.outcome in ("pending", "overdue") else "prom riv"
            drawn += f'<circle class="{css}" cx="{number(x)}" cy="{number(y)}" r="4"/>'
        return linked(each.href, drawn)

    def _y(self, day: Day) -> float:
        return self.height - _FOOT - self.upwards.x(day)

    @staticmethod
    def _span(edge: Edge, scale: Scale) -> tuple[float, float]:
        """A date's first and last pixel: its days are whole."""
        start = scale.left if edge.earliest is None else scale.x(edge.earliest)
        return start, scale.right if edge.latest is None else scale.x(edge.latest + 1)


def _stem(x: float, low: float, high: float) -> str:
    if abs(high - low) < 2:
        return ""
    return f'<path class="stem" d="M{number(x)} {number(low)}V{number(high)}"/>'


def _days(promises: Sequence[Promised]) -> Iterator[Day]:
    for each in promises:
        for edge in (each.promised, each.came, each.now):
            if edge is not None:
                yield from (day for day in (edge.earliest, edge.latest) if day is not None)
