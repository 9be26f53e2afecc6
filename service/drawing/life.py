"""The life of one record: its statuses as a tall bar, each named over where it begins."""

from __future__ import annotations

from collections.abc import Iterator

from events.dates import Language
from service.drawing.bars import POINT, Bars
from service.drawing.lanes import NARROW, WIDE, Drawing, Frame, Lane
from service.drawing.letters import fitted, width
from service.drawing.marks import number, sheet, text
from service.drawing.scale import Scale, ticks

_TEXT = 12.0
_ROW = 15
_SIZE = 2.4
"""How much taller the bars are than on the timeline."""


def draw_life(
    lane: Lane, frame: Frame, *, lang: Language, label: str, narrow: bool = False
) -> Drawing:
    """The lane alone, on its own frame, with the `text` of each bar over its beginning.

    A text that would meet the one before it moves up a row.
    """
    wide = NARROW if narrow else WIDE
    size = _SIZE * (0.6 if narrow else 1)
    scale = Scale(first=frame.first, last=frame.last, left=4, right=wide - 4 - POINT * _SIZE)
    texts = list(_texts(lane, scale, wide))
    rows = 1 + max((row for *_, row in texts), default=0)
    base = 8 + _ROW * rows + round(14 * size)
    height = base + 26
    bars = Bars(scale, frame, size=size)
    drawn = _axis(scale, lang, base, wide) + bars.lane(lane, base)
    if frame.first <= frame.cursor < frame.last:
        clock = number(scale.x(frame.cursor + 1))
        drawn += f'<path class="cursor" d="M{clock} {8 + _ROW * rows}V{base + 6}"/>'
    for x, status, row in texts:
        y = base - round(14 * size) - 4 - _ROW * row
        drawn += text("status", x, y, status)
    return sheet("chart life", drawn, width=wide, height=height, key=lane.record, label=label)


def _texts(lane: Lane, scale: Scale, wide: int) -> Iterator[tuple[float, str, int]]:
    """Where each text begins, and how many rows up it stands."""
    taken: list[float] = []
    for bar in lane.bars:
        if not bar.text:
            continue
        status = fitted(bar.text, _TEXT, wide - 8, bold=True)
        start = scale.left if bar.start.earliest is None else scale.x(bar.start.earliest)
        needs = width(status, _TEXT, bold=True)
        x = max(min(start, wide - 4 - needs), 4)
        row = next((row for row, end in enumerate(taken) if x >= end + 8), len(taken))
        taken[row : row + 1] = [x + needs]
        yield x, status, row


def _axis(scale: Scale, lang: Language, base: int, wide: int) -> str:
    drawn = f'<path class="top" d="M4 {base + 0.5}H{wide - 4}"/>'
    taken = 0.0
    for tick in ticks(scale, lang=lang, room=52, size=11):
        x = scale.x(tick.day)
        half = width(tick.text, 11) / 2
        # At the ends a label is moved into the drawing, and the next one may have no room then.
        at = min(max(x, half + 2), wide - half - 2)
        drawn += f'<path class="grid dec" d="M{number(x)} {base}v6"/>'
        if at - half < taken:
            continue
        taken = at + half + 6
        drawn += text("m mid", at, base + 20, tick.text)
    return drawn
