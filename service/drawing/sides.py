"""Two sides beside each other: how much each has, as numbers and as marks, and what of it runs in
each field or class: as the way from the first side to the second, or as one disc beside another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from markupsafe import escape

from service.drawing.lanes import NARROW, WIDE, Drawing
from service.drawing.letters import fitted, folded, width
from service.drawing.marks import glyph, number, rect, sheet, text, titled

_LINE, _TEXT = 15, 12.0


@dataclass(frozen=True, slots=True)
class SideMark:
    """A facility on a side: its status, whether that is only expected, and whether it is new."""

    status: str
    title: str
    expected: bool = False
    new: bool = False


@dataclass(frozen=True, slots=True)
class SideRow:
    """What a side has of something: how many, of what, and a mark for each; without marks, or where
    there is little room, a bar of the colour of a `status`. `left_out` says that not all have a
    mark; `new` are how many the other side has not in this row, and `said_new` says that. `number`
    is written where the count is not certain."""

    count: int
    what: str
    status: str
    marks: Sequence[SideMark] = ()
    left_out: str = ""
    new: int = 0
    said_new: str = ""
    number: str = ""

    @property
    def said(self) -> str:
        """How many, of what."""
        return f"{self.number or self.count} {self.what}"


@dataclass(frozen=True, slots=True)
class ShownSide:
    """A side: its label, what stands small below that, and its rows."""

    label: str
    note: str
    rows: Sequence[SideRow]


@dataclass(frozen=True, slots=True)
class Pair:
    """How many of something there are on the first side and on the second; None where nothing of it
    was collected."""

    name: str
    a: int | None
    b: int | None


def draw_sides(a: ShownSide, b: ShownSide, *, label: str, narrow: bool = False) -> Drawing:
    """The sides in two columns, each row of one at the height of the other's. In a `narrow` drawing
    all rows are bars, with a line under what is new, so that none is cut."""
    wide, gap = (NARROW, 16) if narrow else (WIDE, 48)
    column = (wide - gap) // 2
    big, pitch = (22, 13) if narrow else (40, 17)
    drawn, y = "", 0
    for left, side in ((0, a), (column + gap, b)):
        head, top = _head(side, left, big, column)
        drawn += head
        y = max(y, top)
    greatest = max((row.count for row in (*a.rows, *b.rows)), default=0) or 1
    for rows in zip_longest(a.rows, b.rows):
        shown = [(left, row) for left, row in zip((0, column + gap), rows, strict=True) if row]
        said = [folded(row.said, _TEXT, column, bold=True) for _, row in shown]
        below = y + 4 + _LINE * max(map(len, said))
        lines = 1
        for (left, row), words in zip(shown, said, strict=True):
            for index, each in enumerate(words):
                drawn += text("status", left, y + 14 + _LINE * index, each)
            if row.marks and not narrow:
                marks, needs = _marks(row, left, below, pitch, column)
                drawn += marks
                lines = max(lines, needs)
            elif row.count:
                long = max(column * row.count / greatest, 2)
                drawn += _bar(row, left, below, pitch, long)
                lines = max(lines, 3 if row.new else 1)
        y = below + lines * pitch + 8
    return sheet("chart sides", drawn, width=wide, height=y, label=label)


def _head(side: ShownSide, left: int, big: int, column: int) -> tuple[str, int]:
    """The label of a side in as many lines as it needs, and what stands small below; and where what
    follows begins."""
    fitting = (size for size in range(big, 15, -2) if width(side.label, size, bold=True) <= column)
    size = next(fitting, 15)
    drawn, y = "", big
    for at, name in enumerate(folded(side.label, size, column, bold=True)):
        y += (size + 2) * min(at, 1)
        # As a style, because the rules of the charts have a size for all their texts.
        drawn += (
            f'<text class="side" style="font-size:{size}px" x="{left}" y="{y}">'
            f"{escape(name)}</text>"
        )
    for note in folded(side.note, 12, column) if side.note else ():
        y += 16
        drawn += text("as", left, y, note)
    return drawn, y + (6 if side.note else 10)


def _bar(row: SideRow, left: int, top: int, pitch: int, long: float) -> str:
    """A row as a bar, with a line under the part that is new."""
    drawn = rect(f"b s-{row.status}", left, top + 2, long, pitch - 4)
    if row.new:
        new = long * row.new / row.count
        drawn += rect("fresh", left + long - new, top + pitch, new, 2)
        drawn += text("as", left, top + pitch + 14, row.said_new)
    return drawn


def _marks(row: SideRow, left: int, top: int, pitch: int, column: int) -> tuple[str, int]:
    """A row as marks, and how many lines these need."""
    across = column // pitch
    drawn = "".join(
        _mark(
            mark,
            left + pitch / 2 + index % across * pitch,
            top + pitch / 2 + index // across * pitch,
            pitch,
        )
        for index, mark in enumerate(row.marks)
    )
    lines = -(-len(row.marks) // across)
    if row.left_out:
        drawn += text("m", left, top + 10 + lines * pitch, row.left_out)
        lines += 1
    return drawn, lines


def draw_pairs(
    pairs: Sequence[Pair],
    *,
    label: str,
    none: str,
    key: tuple[str, str] | None = None,
    narrow: bool = False,
) -> Drawing:
    """A line for each pair, from the first number to the second; with a `key`, which names the
    sides, a disc for either. `none` stands for what was not collected."""
    wide, room = (NARROW, 112) if narrow else (WIDE, 360)
    most = max((count for each in pairs for count in (each.a, each.b) if count), default=1)
    numbers = [
        (" · " if key else " → ").join(none if count is None else str(count) for count in counts)
        for counts in ((each.a, each.b) for each in pairs)
    ]
    left, right = room + 8.0, wide - 18.0 - max(width(each, 12) for each in numbers)
    drawn, y, x = "", 0, 0.0
    for css, side in zip(("before", "after"), key or (), strict=False):
        name = fitted(side, 12, wide / 2 - 20, bold=True)
        drawn += f'<circle class="{css}" cx="{number(x + 6)}" cy="8" r="5"/>'
        drawn += text("status", x + 16, 12, name)
        x += 36 + width(name, 12, bold=True)
        y = 26
    for each, said in zip(pairs, numbers, strict=True):
        middle = y + 10
        places = [
            None if count is None else left + (right - left) * count / most
            for count in (each.a, each.b)
        ]
        drawn += text("m", 0, middle + 4, fitted(each.name, 11, room))
        drawn += f'<path class="track" d="M{number(left)} {middle}H{number(right)}"/>'
        before, after = places
        if before is not None and after is not None and key is None:
            drawn += f'<path class="went" d="M{number(before)} {middle}H{number(after)}"/>'
        for css, place, r in (("before", before, 5.4), ("after", after, 4.2)):
            if place is not None:
                drawn += f'<circle class="{css}" cx="{number(place)}" cy="{middle}" r="{r}"/>'
        drawn += text("slip", wide - 2, middle + 4, said)
        y += 22
    return sheet("chart pairs", drawn, width=wide, height=y + 4, label=label)


def _mark(mark: SideMark, x: float, y: float, pitch: float) -> str:
    """A disc, and a ring around one that is new."""
    r = pitch * 0.3
    at = f'cx="{number(x)}" cy="{number(y)}"'
    ring = f'<circle class="new" {at} r="{number(pitch / 2 - 0.9)}"/>' if mark.new else ""
    drawn = glyph(mark.status, x=x, y=y, r=r, expected=mark.expected)
    return f"<g>{titled(mark.title)}{drawn}{ring}</g>"
