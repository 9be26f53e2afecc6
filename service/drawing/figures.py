"""What stands beside drawings in a row: large numbers, each with what it counts, and the discs of
statuses, each with its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import escape

from service.drawing.lanes import WIDE, Drawing
from service.drawing.letters import folded, width
from service.drawing.marks import glyph, number, sheet, text

_SIZE, _TEXT, _LINE = 34, 12.0, 15
_APART = 20


class Figure(NamedTuple):
    """A number as it is written, and what it counts."""

    number: str
    what: str


def draw_figures(figures: Sequence[Figure], *, label: str, wide: int = WIDE) -> Drawing:
    """The figures in columns of one width."""
    column = (wide + _APART) / max(len(figures), 1)
    drawn, height = "", 0
    for index, each in enumerate(figures):
        x = column * index
        # As a style, because the rules of the charts have a size for all their texts.
        drawn += f'<text class="many" style="font-size:{_SIZE}px" x="{number(x)}" y="{_SIZE - 4}">'
        drawn += f"{escape(each.number)}</text>"
        words = folded(each.what, _TEXT, column - _APART)
        for line, said in enumerate(words):
            drawn += text("m", x, _SIZE + 14 + _LINE * line, said)
        height = max(height, _SIZE + 20 + _LINE * len(words))
    return sheet("chart figures", drawn, width=wide, height=height, label=label)


def draw_key(statuses: Sequence[tuple[str, str]], *, label: str, wide: int = WIDE) -> Drawing:
    """The discs of statuses with their names, in as many rows as they need."""
    drawn, x, row = "", 0.0, 0
    for status, name in statuses:
        needs = 18 + width(name, _TEXT)
        if x and x + needs > wide:
            x, row = 0.0, row + 1
        middle = 10 + 20 * row
        drawn += glyph(status, x=x + 6, y=middle) + text("m", x + 18, middle + 4, name)
        x += needs + 18
    return sheet("chart key", drawn, width=wide, height=20 * (row + 1), label=label)
