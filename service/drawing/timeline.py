"""The timeline: a lane for every record, one drawing for every group, one scale for all.

A bar is as tall and as dense as its status is near to running. It fades where
its date is vague, is pointed where it runs on, and is hollow where it is only
expected. The name stands to the left of the first mark, and the scale leaves
room for it, so that none is cut off and, lanes being sorted by their first
day, none meets another lane's bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import escape

from events.dates import Day, Language, day, year_of
from projections.kinds.facility import FOR_GOOD
from service.drawing.bars import POINT, Bars
from service.drawing.lanes import NARROW, WIDE, Drawing, Edge, Frame, Heading, Lane
from service.drawing.letters import fitted, width
from service.drawing.marks import linked, number, rect, sheet, text, titled
from service.drawing.scale import Scale, ticks

TEXT, SMALL = 11.5, 11.0
NARROW_TEXT = 12.0
LONGEST_NAME = 190.0
"""The room that is made for a name in the wide variant. A longer one takes what there is before
its first mark; where that is too little it is cut short, and whole in its title."""


def timeline_scale(lanes: Sequence[Lane], frame: Frame, *, narrow: bool = False) -> Scale:
    """The scale on which every group is drawn, and the strip above them.

    In the wide variant it begins so far to the right that every name fits.
    """
    if narrow:
        return Scale(first=frame.first, last=frame.last, left=4, right=NARROW - 4 - POINT)
    remarks = max((width(lane.remark, SMALL) for lane in lanes), default=0)
    right = WIDE - 4 - POINT - (remarks + 14 if remarks else 6)
    left = 8.0
    plain = Scale(first=frame.first, last=frame.last, left=0, right=1)
    for lane in lanes:
        share = plain.x(_begins(lane, frame))
        needed = min(width(lane.name, TEXT, bold=True), LONGEST_NAME) + 18
        if share < 1:
            left = max(left, (needed - share * right) / (1 - share))
    return Scale(first=frame.first, last=frame.last, left=left, right=right)


def timeline(
    lanes: Sequence[Lane],
    frame: Frame,
    *,
    lang: Language,
    headings: Mapping[str, Heading] | None = None,
    narrow: bool = False,
) -> list[Drawing]:
    """A drawing for every group of lanes, in the order of `headings`, then as the lanes come.

    A group without lanes is left out; one without a heading is headed by its key.
    """
    headings = headings or {}
    scale = timeline_scale(lanes, frame, narrow=narrow)
    groups: dict[str, list[Lane]] = {key: [] for key in headings}
    for lane in lanes:
        groups.setdefault(lane.group, []).append(lane)
    sheet = _Sheet(scale, frame, lang, narrow)
    return [
        sheet.group(key, headings.get(key, Heading(title=key)), in_order(found, frame))
        for key, found in groups.items()
        if found
    ]


def in_order(lanes: Iterable[Lane], frame: Frame) -> list[Lane]:
    """Lanes by their first day, so that their names step down with their bars."""
    return sorted(lanes, key=lambda lane: (_begins(lane, frame), lane.name, lane.record))


def weight(lane: Lane, cursor: Day) -> str:
    """How a lane's name is set: `run` where it operates at the cursor, `off` where it is
    not yet or no longer, else nothing."""
    state = "off"
    for bar in lane.bars:
        begun = bar.start.earliest is None or bar.start.earliest <= cursor
        over = bar.end is not None and bar.end.latest is not None and bar.end.latest <= cursor
        if begun and not over:
            if bar.status in FOR_GOOD:
                return "off"
            if bar.status == "operating":
                state = "run"
            elif state == "off":
                state = ""
    return state


class _Layers(NamedTuple):
    """What is drawn, from the ground up: the veil and the clocks lie over the marks, and the
    names over both, so that no line crosses a word."""

    ground: list[str]
    marks: list[str]
    names: list[str]


class _Sheet:
    """The common ground of all groups: the scale, the clocks and the look of the variant."""

    def __init__(self, scale: Scale, frame: Frame, lang: Language, narrow: bool) -> None:
        self.scale, self.frame, self.narrow = scale, frame, narrow
        self.width = NARROW if narrow else WIDE
        self.pitch, self.head = (30, 38) if narrow else (20, 26)
        self.css = " small" if narrow else ""
        self.bars = Bars(scale, frame, size=0.72 if narrow else 1.0)
        self.size = NARROW_TEXT if narrow else TEXT
        self.ticks = ticks(scale, lang=lang, room=40 if narrow else 44, size=10)
        self.cursor = scale.x(frame.cursor + 1)
        year = scale.x(day(year_of(frame.cursor), 1, 1))
        self.band = (year, max(self.cursor - year, 0))

    def group(self, key: str, heading: Heading, lanes: Sequence[Lane]) -> Drawing:
        height = self.head + self.pitch * len(lanes) + 5
        layers = _Layers([], [], [])
        self._ground(layers, height)
        self._heading(layers, heading)
        for index, lane in enumerate(lanes):
            base = self.head + self.pitch * (index + 1) - (6 if self.narrow else 4)
            self._lane(layers, lane, base)
        label = heading.label or heading.title
        return sheet(
            f"tl{self.css}",
            f"{''.join(layers.ground)}{''.join(layers.marks)}{self._veil(height)}"
            f"{self._clocks(height)}{''.join(layers.names)}",
            width=self.width,
            height=height,
            key=key,
            label=label,
            data=f' data-group="{escape(key)}"{self.scale.data()}',
        )

    # --- the ground

    def _ground(self, layers: _Layers, height: int) -> None:
        x, wide = self.band
        if wide:
            layers.ground.append(rect("band", x, 0, wide, height))
        layers.ground.append(f'<path class="top" d="M4 .5H{self.width - 4}"/>')
        for major, css in ((False, "grid"), (True, "grid dec")):
            lines = "".join(
                f"M{number(self.scale.x(tick.day))} 5V{height}"
                for tick in self.ticks
                if tick.major is major
            )
            if lines:
                layers.ground.append(f'<path class="{css}" d="{lines}"/>')

    def _heading(self, layers: _Layers, heading: Heading) -> None:
        left = 4 if self.narrow else 8
        room = self.width - left - 4
        title = fitted(heading.title, 13, room, bold=True)
        end = left + width(title, 13, bold=True)
        shown = f'<text class="grp" x="{left}" y="16">{escape(title)}'
        for css, size, more in (
            ("zh", 12, heading.other_title),
            ("cnt", 11, heading.note),
        ):
            takes = 8 + width(more, size)
            if more and end + takes <= room:
                shown += f'<tspan class="{css}" dx="6">{escape(more)}</tspan>'
                end += takes
        layers.names.append(shown + "</text>")
        taken = 0.0 if self.narrow else end + 8
        y = 30 if self.narrow else 16
        for tick in self.ticks:
            x = self.scale.x(tick.day) + 3
            wide = width(tick.text, 10)
            if (tick.major or self.narrow) and x >= taken and x + wide <= self.width:
                later = " after" if x > self.cursor else ""
                layers.names.append(text(f"yr{later}", x, y, tick.text))
                taken = x + wide + 8

    def _veil(self, height: int) -> str:
        wide = self.width - self.cursor
        return rect("veil", self.cursor, 1, wide, height - 1) if wide > 0 else ""

    def _clocks(self, height: int) -> str:
        drawn = ""
        horizon = self.frame.horizon
        if horizon is not None and self.frame.first <= horizon < self.frame.last:
            x = number(self.scale.x(horizon + 1))
            drawn += f'<path class="horizon" d="M{x} 1V{height}"/>'
        if self.frame.first <= self.frame.cursor <= self.frame.last:
            drawn += f'<path class="cursor" d="M{number(self.cursor)} 0V{height}"/>'
        return drawn

    # --- a lane

    def _lane(self, layers: _Layers, lane: Lane, base: int) -> None:
        layers.ground.append(
            f'<path class="base" d="M4 {base + 0.5}H{number(self.scale.right + POINT)}"/>'
        )
        marks = self.bars.lane(lane, base)
        layers.marks.append(f'<g data-record="{escape(lane.record)}">{marks}</g>')
        self._name(layers, lane, base)

    def _name(self, layers: _Layers, lane: Lane, base: int) -> None:
        state = weight(lane, self.frame.cursor)
        first = self.scale.x(_begins(lane, self.frame))
        remark = ""
        room = self.width - 8.0
        if lane.remark and self.narrow:
            room -= width(lane.remark, self.size) + 10
        if lane.remark:
            y = base - 13 if self.narrow else base - 2
            css = "slip late" if lane.late else "slip"
            remark = text(css, self.width - 4, y, lane.remark)
        bold = state == "run"
        if self.narrow:
            name = fitted(lane.name, self.size, room, bold=bold)
            x = max(4.0, min(first, 4 + room - width(name, self.size, bold=bold)))
            y = base - 13
        else:
            name = fitted(lane.name, TEXT, max(LONGEST_NAME, first - 14), bold=True)
            x, y = first - 6, base - 2
        title = " ".join(part for part in (lane.name, lane.other_name) if part)
        full = titled(title) if title != name else ""
        css = " ".join(part for part in ("lab", state) if part)
        label = full + text(css, x, y, name)
        if lane.href:
            label = linked(lane.href, label)
        layers.names.append(f"{label}{remark}")


def _begins(lane: Lane, frame: Frame) -> Day:
    """The first day on which a lane shows anything."""
    return min(_days(lane, frame), default=frame.last)


def _days(lane: Lane, frame: Frame) -> Iterator[Day]:
    dates: list[Edge] = [bar.start for bar in lane.bars]
    dates += [dot.date for dot in lane.dots]
    for edge in dates:
        yield frame.first if edge.earliest is None else edge.earliest
    for ladder in lane.promises:
        for rung in ladder.rungs:
            if not rung.rival and rung.due.latest is not None:
                yield rung.due.latest
        if ladder.came is not None and ladder.came.latest is not None:
            yield ladder.came.latest
