"""Two sides beside each other: how much each has, as numbers and as marks, and what of it runs in
each field, as the way from the first side to the second.
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
    """What a side has of something: how many, of what, and a mark for each; without marks a bar of
    the colour of a `status`."""

    count: int
    what: str
    status: str
    marks: Sequence[SideMark] = ()


@dataclass(frozen=True, slots=True)
class ShownSide:
    """A side: its label, what stands small below that, and its rows."""

    label: str
    note: str
    rows: Sequence[SideRow]


@dataclass(frozen=True, slots=True)
class Pair:
    """How many of something there are on the first side and on the second."""

    name: str
    a: int
    b: int


def draw_sides(a: ShownSide, b: ShownSide, *, label: str, narrow: bool = False) -> Drawing:
    """The sides in two columns, each row of one at the height of the other's."""
    wide, gap = (NARROW, 16) if narrow else (WIDE, 48)
    column = (wide - gap) // 2
    big, pitch, most = (22, 13, 12) if narrow else (40, 17, 12)
    across = column // pitch
    top = big + (22 if a.note or b.note else 10)
    drawn = ""
    for left, side in ((0, a), (column + gap, b)):
        size = next(
            (size for size in range(big, 11, -2) if width(side.label, size, bold=True) <= column),
            12,
        )
        name = fitted(side.label, size, column, bold=True)
        # As a style, because the rules of the charts have a size for all their texts.
        drawn += (
            f'<text class="side" style="font-size:{size}px" x="{left}" y="{big}">'
            f"{escape(name)}</text>"
        )
        if side.note:
            drawn += text("as", left, big + 16, fitted(side.note, 12, column))
    y = top
    greatest = max((row.count for row in (*a.rows, *b.rows)), default=0) or 1
    for rows in zip_longest(a.rows, b.rows):
        shown = [(left, row) for left, row in zip((0, column + gap), rows, strict=True) if row]
        said = [folded(f"{row.count} {row.what}", _TEXT, column, bold=True) for _, row in shown]
        below = y + 4 + _LINE * max(map(len, said))
        lines = 1
        for (left, row), words in zip(shown, said, strict=True):
            for index, each in enumerate(words):
                drawn += text("status", left, y + 14 + _LINE * index, each)
            if not row.marks and row.count:
                long = max(column * row.count / greatest, 2)
                drawn += rect(f"b s-{row.status}", left, below + 2, long, pitch - 4)
            marks = row.marks[: across * most]
            for index, mark in enumerate(marks):
                x = left + pitch / 2 + index % across * pitch
                drawn += _mark(mark, x, below + pitch / 2 + index // across * pitch, pitch)
            lines = max(lines, -(-len(marks) // across))
            if len(marks) < len(row.marks):
                drawn += text("m", left, below + 10 + lines * pitch, "…")
                lines += 1
        y = below + lines * pitch + 8
    return sheet("chart sides", drawn, width=wide, height=y, label=label)


def draw_pairs(pairs: Sequence[Pair], *, label: str) -> Drawing:
    """A line for each pair, from the first number to the second."""
    wide, room = WIDE, 360
    most = max((*(each.a for each in pairs), *(each.b for each in pairs)), default=0) or 1
    left, right = room + 8.0, wide - 84.0
    drawn, y = "", 0
    for each in pairs:
        middle = y + 10
        before, after = (left + (right - left) * count / most for count in (each.a, each.b))
        drawn += text("m", 0, middle + 4, fitted(each.name, 11, room))
        drawn += (
            f'<path class="track" d="M{number(left)} {middle}H{number(right)}"/>'
            f'<path class="went" d="M{number(before)} {middle}H{number(after)}"/>'
            f'<circle class="before" cx="{number(before)}" cy="{middle}" r="4.4"/>'
            f'<circle class="after" cx="{number(after)}" cy="{middle}" r="5"/>'
        )
        drawn += text("slip", wide - 2, middle + 4, f"{each.a} → {each.b}")
        y += 22
    return sheet("chart pairs", drawn, width=wide, height=y + 4, label=label)


def _mark(mark: SideMark, x: float, y: float, pitch: float) -> str:
    """A disc, and a ring around one that is new."""
    r = pitch * 0.3
    at = f'cx="{number(x)}" cy="{number(y)}"'
    ring = f'<circle class="new" {at} r="{number(pitch / 2 - 0.9)}"/>' if mark.new else ""
    drawn = glyph(mark.status, x=x, y=y, r=r, expected=mark.expected)
    return f"<g>{titled(mark.title)}{drawn}{ring}</g>"
