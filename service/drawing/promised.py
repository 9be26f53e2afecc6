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
_NAME = 11.5
_STEPS = 60
"""In how many pieces the line of what was kept is held against names."""

MOST_NAMES = {False: 8, True: 5}
"""How many promises have their names beside them, those that slipped the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """Something that was promised first for a date, what became of it, and when it came, or for
    when it is promised now; `name` may be written beside it."""

    promised: Edge
    came: Edge | None
    now: Edge
    outcome: str
    title: str
    href: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Box:
    """What a mark or a text takes of the sheet."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        """Whether two have anything in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


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
        self.taken: list[_Box] = []
        """What the texts at the axes take."""

    def drawing(self, label: str, words: AxisWords) -> Drawing:
        content = f"<desc>{escape(words.about)}</desc>{self._axes(words)}"
        content += "".join(map(self._mark, self.promises))
        content += self._names(MOST_NAMES[self.width != WIDE])
        return sheet("chart promised", content, width=self.width, height=self.height, label=label)

    def _axes(self, words: AxisWords) -> str:
        left, right = self.across.left, self.across.right
        bottom, top = self.height - _FOOT, _HEAD
        drawn = ""
        for tick in ticks(self.across, lang=self.lang, room=46, size=11):
            x = self.across.x(tick.day)
            drawn += f'<path class="grid dec" d="M{number(x)} {top}V{bottom}"/>'
            if x + 3 + width(tick.text, 11) <= self.width:
                drawn += self._axis_text(x + 3, bottom + 13, tick.text)
        for tick in ticks(self.upwards, lang=self.lang, room=34, size=11):
            y = self._y(tick.day)
            drawn += f'<path class="grid" d="M{number(left)} {number(y)}H{number(right)}"/>'
            if y > top + 12:
                drawn += self._axis_text(2, y - 2, tick.text)
        drawn += (
            f'<path class="kept-line" d="M{number(left)} {number(bottom)}L{number(right)} {top}"/>'
        )
        y = self._y(self.horizon + 1)
        drawn += f'<path class="horizon" d="M{number(left)} {number(y)}H{number(right)}"/>'
        # The line crosses what stands at the right; at the left nothing has come so late.
        drawn += self._axis_text(left + 4, y - 4, words.horizon)
        drawn += self._axis_text(2, 12, words.came)
        return drawn + text("m end", right, self.height - 6, words.promised)

    def _axis_text(self, x: float, y: float, words: str) -> str:
        self.taken.append(_Box(x, y - _NAME, x + width(words, _NAME), y + 3))
        return text("m", x, y, words)

    def _at(self, each: Promised) -> tuple[float, float, float]:
        """Where a mark stands: across, upwards, and where it would stand on the line."""
        start, stop = self._span(each.promised, self.across)
        x = (start + stop) / 2
        # On the line lies whatever comes on the day for which it was promised.
        share = (x - self.across.left) / (self.across.right - self.across.left)
        on_line = self.height - _FOOT - share * self.upwards.right
        if each.came is None and each.outcome == "overdue":
            return x, self._y(self.horizon + 1), on_line
        low, high = self._span(each.came or each.now, self.upwards)
        return x, self.height - _FOOT - (low + high) / 2, on_line

    def _mark(self, each: Promised) -> str:
        x, y, on_line = self._at(each)
        drawn = titled(each.title) + _stem(x, on_line, y)
        if each.came is None:
            css = "prom" if each.outcome in ("pending", "overdue") else "prom riv"
            return linked(
                each.href,
                f'{drawn}<circle class="{css}" cx="{number(x)}" cy="{number(y)}" r="4"/>',
            )
        start, stop = self._span(each.promised, self.across)
        low, high = self._span(each.came, self.upwards)
        drawn += rect("could", start, self.height - _FOOT - high, stop - start, high - low)
        if each.outcome == "late":
            drawn += f'<circle class="came-late" cx="{number(x)}" cy="{number(y)}" r="4"/>'
        else:
            drawn += rect("camed", x - 3.5, y - 3.5, 7, 7)
        return linked(each.href, drawn)

    def _names(self, most: int) -> str:
        """The names of those that slipped the most, each once, as far as they have room beside
        their marks or above them."""
        places = [(each, *self._at(each)) for each in self.promises]
        late = [place for place in places if place[0].name and _slipped(place[0], self.horizon) > 0]
        late.sort(key=lambda place: -_slipped(place[0], self.horizon))
        taken = [*self.taken, *self._lines()]
        taken += [_Box(x - 5, y - 5, x + 5, y + 5) for _, x, y, _ in places]
        taken += [_Box(x - 1, y, x + 1, on_line) for _, x, y, on_line in places]
        drawn: dict[str, str] = {}
        for each, x, y, _ in late:
            if len(drawn) == most:
                break
            wide = width(each.name, _NAME)
            beside = [(left, top) for top in (y, y - 11) for left in (x - 9 - wide, x + 9)]
            for left, middle in (*beside, (x - wide / 2, y - 13)):
                box = _Box(left - 2, middle - 7, left + wide + 2, middle + 7)
                if box.left < self.across.left or box.right > self.width or each.name in drawn:
                    continue
                if not any(map(box.meets, taken)):
                    taken.append(box)
                    named = text("slipname", left, middle + 4, each.name)
                    drawn[each.name] = linked(each.href, named)
        return "".join(drawn.values())

    def _lines(self) -> Iterator[_Box]:
        """What the line of what was kept and that of the horizon take."""
        y = self._y(self.horizon + 1)
        yield _Box(self.across.left, y - 1, self.across.right, y + 1)
        left, wide = self.across.left, (self.across.right - self.across.left) / _STEPS
        high = self.upwards.right / _STEPS
        for step in range(_STEPS):
            top = self.height - _FOOT - (step + 1) * high
            yield _Box(left + step * wide, top, left + (step + 1) * wide, top + high)

    def _y(self, day: Day) -> float:
        return self.height - _FOOT - self.upwards.x(day)

    @staticmethod
    def _span(edge: Edge, scale: Scale) -> tuple[float, float]:
        """A date's first and last pixel: its days are whole."""
        start = scale.left if edge.earliest is None else scale.x(edge.earliest)
        return start, scale.right if edge.latest is None else scale.x(edge.latest + 1)


def _slipped(each: Promised, horizon: Day) -> int:
    """How many days late something came at least, or is overdue, behind its first promise; 0 where
    it is neither."""
    first = each.promised.latest
    come = each.came.earliest if each.came is not None else horizon
    if first is None or come is None or each.outcome not in ("late", "overdue"):
        return 0
    return come - first


def _stem(x: float, low: float, high: float) -> str:
    if abs(high - low) < 2:
        return ""
    return f'<path class="stem" d="M{number(x)} {number(low)}V{number(high)}"/>'


def _days(promises: Sequence[Promised]) -> Iterator[Day]:
    for each in promises:
        for edge in (each.promised, each.came, each.now):
            if edge is not None:
                yield from (day for day in (edge.earliest, edge.latest) if day is not None)
