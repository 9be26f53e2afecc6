"""A picture of a page: what it says in a sentence, what it draws, and what both rest on.

It goes where a page does not: into articles, slides and messages. So it says on itself as of when
it is, how much the chronicle covers, and where the page is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape

from events.dates import Language
from service.drawing.alone import document
from service.drawing.lanes import WIDE, Drawing
from service.drawing.letters import folded
from service.drawing.marks import number

MARGIN = 24
GAP = 28
TITLE, SENTENCE, LABEL, NOTE = 32, 21, 15, 12.5
"""The sizes of texts, in pixels."""

LEADING = 1.4
"""From line to line, as a part of the size."""

SERIF = 1.0
"""How much wider a serif text stands than `letters` has it, which measures the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The texts of a picture: `clocks` say as of when it is, `coverage` how much the chronicle
    has of it, `address` where the page is."""

    title: str
    sentence: str
    clocks: str
    coverage: str
    address: str


def page_picture(
    told: Told,
    drawings: Sequence[Drawing],
    *,
    lang: Language,
    under: Sequence[Drawing] = (),
    beside: Drawing | None = None,
    base: str = "",
) -> str:
    """The texts over the drawings, as one SVG file; other drawings may stand right `under` the
    sentence, and one `beside` all that.

    `base` is put before links that begin with a slash.
    """
    room = WIDE if beside is None else WIDE - beside.width - GAP
    title = folded(told.title, TITLE, room / SERIF, bold=True)
    sentence = folded(told.sentence, SENTENCE, room / SERIF)
    y = MARGIN
    drawn = lines("head", title, x=MARGIN, top=y, size=TITLE, leading=1.2)
    y += round(len(title) * TITLE * 1.2) + 8
    drawn += lines("says", sentence, x=MARGIN, top=y, size=SENTENCE)
    y += round(len(sentence) * SENTENCE * LEADING)
    for each in under:
        y += GAP
        drawn += placed(each, x=MARGIN, y=y, width=each.width)
        y += each.height
    if beside is not None:
        drawn += placed(beside, x=MARGIN + WIDE - beside.width, y=MARGIN, width=beside.width)
        y = max(y, MARGIN + beside.height)
    for each in drawings:
        y += GAP
        if each.label and each.label != told.title:
            drawn += lines("label", [each.label], x=MARGIN, top=y, size=LABEL)
            y += round(LABEL * LEADING) + 6
        drawn += placed(each, x=MARGIN, y=y, width=each.width)
        y += each.height
    y += 20
    notes = [
        line
        for text in (told.coverage, told.clocks, told.address)
        for line in folded(text, NOTE, WIDE)
    ]
    drawn += f'<path class="top" d="M{MARGIN} {y}H{MARGIN + WIDE}"/>'
    drawn += lines("note", notes, x=MARGIN, top=y + 6, size=NOTE)
    y += 6 + round(len(notes) * NOTE * LEADING) + MARGIN
    width = WIDE + 2 * MARGIN
    return document(
        drawn, lang=lang, title=told.title, width=width, height=y, base=base, rules=RULES
    )


def lines(
    css: str, texts: Sequence[str], *, x: float, top: float, size: float, leading: float = LEADING
) -> str:
    """Lines of text of a class and a size, the first of which begins at `top`."""
    return "".join(
        f'<text class="{css}" font-size="{number(size)}" x="{number(x)}" '
        f'y="{number(top + size * (leading * index + 1))}">{escape(text)}</text>'
        for index, text in enumerate(texts)
    )


def placed(drawing: Drawing, *, x: float, y: float, width: float) -> str:
    """A drawing at a place on a sheet, scaled to a width."""
    height = drawing.height * width / drawing.width
    place = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return str(drawing.svg).replace("<svg ", f"<svg {place} ", 1)


RULES = """
.head { font-family: var(--serif); font-weight: 600; fill: var(--ink); }
.says { font-family: var(--serif); fill: var(--ink); }
.label { font-family: var(--serif); font-weight: 600; fill: var(--ink); }
.note { font-family: var(--sans); fill: var(--ink-2); }
.note.r { text-anchor: end; }
.chart .side { font-family: var(--serif); font-weight: 600; fill: var(--ink); }
.chart .many { font-family: var(--serif); font-weight: 600; fill: var(--ink); }
.chart .many.then { fill: var(--seal); }
.chart .as { fill: var(--seal); }
.new { fill: none; stroke: var(--seal); stroke-width: 1.4; }
.fresh { fill: var(--seal); }
.track { fill: none; stroke: var(--rule-2); stroke-width: 1; }
.went { fill: none; stroke: var(--ink-2); stroke-width: 2.4; }
.before { fill: var(--paper); stroke: var(--ink-2); stroke-width: 1.6; }
.after { fill: var(--operating); }
.mast { fill: var(--ink); }
.steps { fill: none; stroke: var(--paper); stroke-width: 3; }
.now { fill: none; stroke: var(--seal); stroke-width: 2.4; }
"""
"""What only pictures have, besides the rules of the drawings."""
