"""The poster of a page: what other sites show of a link to it, 1200 by 630 pixels.

It is read at a third of its size, so it says one thing: the sentence of the page, as large as it
fits, beside one drawing.
"""

from __future__ import annotations

import re

from markupsafe import escape

from events.dates import Language
from service.drawing.alone import document
from service.drawing.lanes import Drawing
from service.drawing.letters import fitted, folded, width
from service.drawing.marks import number
from service.drawing.picture import LEADING, RULES, SERIF, Told, lines, placed

WIDTH, HEIGHT = 1200, 630

NAME = "Annales"

_MARGIN = 56
_TOP, _FOOT = 112, 548
"""Between these heights stand the sentence and the drawing."""

_DRAWN = 500
"""How much room a drawing has across."""

_LARGEST = 1.75
"""How many times as large as on the page a drawing may be."""

_HEADING, _APART = 24, 16
"""How large what stands over a drawing is, and how far above it."""

_TITLES = ((1, 60), (1, 52), (1, 46), (2, 46), (2, 40), (2, 34), (3, 30))
"""In how many lines a title may stand, and how large; the first that does is taken."""

_SENTENCES = (34, 31, 28, 25, 23, 21)
_LEADING = 1.36


def poster(told: Told, drawing: Drawing | None, *, lang: Language, heading: str = "") -> str:
    """The poster as one SVG file; `heading` stands over the drawing."""
    room: float = WIDTH - 2 * _MARGIN
    drawn = ""
    if drawing is not None:
        over = folded(heading, _HEADING, _DRAWN, bold=True) if heading else []
        above = len(over) * _HEADING * LEADING + _APART if over else 0
        high = _FOOT - _TOP - above
        scale = min(_DRAWN / drawing.width, high / drawing.height, _LARGEST)
        wide, tall = drawing.width * scale, drawing.height * scale
        left, top = WIDTH - _MARGIN - (_DRAWN + wide) / 2, _TOP + (high - tall) / 2
        widest = max((width(each, _HEADING, bold=True) for each in over), default=0)
        begin = min(left, WIDTH - _MARGIN - widest)
        drawn = lines("label", over, x=begin, top=top, size=_HEADING)
        drawn += placed(drawing, x=left, y=top + above, width=wide)
        room -= _DRAWN + 44
    return document(
        _head(told) + _words(told, room) + drawn + _foot(told),
        lang=lang, title=told.title, width=WIDTH, height=HEIGHT, rules=RULES,
    )  # fmt: skip


def _head(told: Told) -> str:
    """The sign and the name of the chronicle, and where it is."""
    sign = (
        f'<svg x="{_MARGIN}" y="40" width="40" height="40" viewBox="0 0 32 32">'
        '<rect class="mast" width="32" height="32" rx="5"/>'
        '<path class="steps" d="M5 22h7v-4h6v-5h9"/><path class="now" d="M18 6v20"/></svg>'
    )
    host = told.address.partition("://")[2].partition("/")[0]
    right = WIDTH - _MARGIN
    return (
        f"{sign}{lines('head', [NAME], x=_MARGIN + 54, top=41, size=30)}"
        f'<text class="note r" font-size="20" x="{right}" y="68">{escape(host)}</text>'
    )


def _words(told: Told, room: float) -> str:
    """The title in three lines at most, and below it as much of the sentence as has room."""
    for most, size in _TITLES:
        title = _by_clauses(told.title, size, room / SERIF)
        if len(title) <= most:
            break
    title = _cut(title, most, size, room / SERIF)
    top = _TOP - 4 + round(len(title) * size * 1.14)
    drawn = lines("head", title, x=_MARGIN, top=_TOP - 8, size=size, leading=1.14)
    top += 14
    for size in _SENTENCES:
        said = folded(told.sentence, size, room / SERIF)
        most = int((_FOOT - top) // (size * _LEADING))
        if len(said) <= most:
            break
    said = _cut(said, most, size, room / SERIF)
    return drawn + lines("says", said, x=_MARGIN, top=top, size=size, leading=_LEADING)


def _by_clauses(title: str, size: float, room: float) -> list[str]:
    """The lines of a title: its clauses, where it takes as many lines anyway, since a line that
    ends within one may cut a Chinese word."""
    plain = folded(title, size, room, bold=True)
    clauses = re.findall("[^：，；]+[：，；]?", title)
    if len(clauses) == len(plain) and all(width(each, size, bold=True) <= room for each in clauses):
        return clauses
    return plain


def _foot(told: Told) -> str:
    """As of when it is, and how much the chronicle covers."""
    room = WIDTH - 2 * _MARGIN
    line = f'<path class="top" d="M{_MARGIN} {_FOOT + 10}H{number(WIDTH - _MARGIN)}"/>'
    clocks = lines("note", [fitted(told.clocks, 19, room)], x=_MARGIN, top=_FOOT + 17, size=19)
    covers = [fitted(told.coverage, 16, room)]
    return line + clocks + lines("note", covers, x=_MARGIN, top=_FOOT + 46, size=16)


def _cut(texts: list[str], most: int, size: float, room: float) -> list[str]:
    """The first lines, so many at most; where others follow, the last one says so."""
    if len(texts) <= most:
        return texts
    *kept, last = texts[: max(most, 1)]
    return [*kept, fitted(f"{last}…", size, room)]
