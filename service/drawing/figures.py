"""What stands beside drawings: large numbers, each with what it counts, in a row or as a picture of
their own, and the discs of statuses, each with its name.
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
_NUMERAL, _SAID, _NUMERALS_WIDE = 84, 17.0, 420


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


class Numeral(NamedTuple):
    """A number that is the picture itself, and what it counts; `then` it was only expected."""

    number: str
    what: str
    then: bool = False


def draw_numerals(numerals: Sequence[Numeral], *, label: str) -> Drawing:
    """The numbers below each other, as large as a heading is, each before its words."""
    left = 0.57 * _NUMERAL * max((len(each.number) for each in numerals), default=0) + 18
    drawn, y = "", 0
    for each in numerals:
        css = "many then" if each.then else "many"
        words = folded(each.what, _SAID, _NUMERALS_WIDE - left)
        tall = max(_NUMERAL, round(len(words) * _SAID * 1.3) + 8)
        first = y + tall / 2 - (len(words) / 2 - 0.75) * _SAID * 1.3
        drawn += (
            f'<text class="{css}" style="font-size:{_NUMERAL}px" x="0" '
            f'y="{number(y + tall / 2 + _NUMERAL * 0.35)}">{escape(each.number)}</text>'
        )
        for line, said in enumerate(words):
            drawn += (
                f'<text style="font-size:{_SAID}px" x="{number(left)}" '
                f'y="{number(first + line * _SAID * 1.3)}">{escape(said)}</text>'
            )
        y += tall + 12
    return sheet("chart figures", drawn, width=_NUMERALS_WIDE, height=y - 12, label=label)


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
