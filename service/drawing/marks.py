"""The signs of the drawings: the disc of a status, the textures and fades, the legend.

Statuses differ in height, texture and filling; colour only helps. An
id begins with `an-`, and a page holds `definitions()` once, before its first
drawing.
"""

from __future__ import annotations

from math import cos, pi, sin
from typing import NamedTuple

from markupsafe import Markup, escape

from service.drawing.lanes import Drawing, Words

WORDS = (
    "proposed",
    "approved",
    "under construction",
    "completed, commissioning",
    "operating",
    "suspended",
    "closed",
    "cancelled",
    "vague date: fades over its bounds",
    "expected",
    "promised, then what came (slip)",
    "runs on",
    "discovery; upgrade",
    "date contested",
    "milestones",
    "discoveries",
    "policies",
    "still promised",
    "Pacific Ocean",
    "Atlantic Ocean",
    "Indian Ocean",
    "Bay of Bengal",
    "East China Sea",
    "South China Sea",
)
"""Every word that the drawings give to `words`; all other texts come with the data."""

HEIGHTS = {
    "proposed": 2.0,
    "approved": 4.5,
    "under-construction": 8.0,
    "completed": 10.0,
    "commissioning": 10.0,
    "operating": 12.0,
    "suspended": 12.0,
}
"""How tall the bar of a status is, in pixels: the nearer to running, the taller."""


def number(value: float) -> str:
    """A coordinate with one decimal, and none that says nothing.

    >>> number(12.04), number(-0.04), number(3.15)
    ('12', '0', '3.1')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def finished(svg: str) -> Markup:
    """A drawing as text that a page may show as it is."""
    # Whatever was given went through `escape` when it was drawn.
    return Markup(svg)  # noqa: S704  # nosec B704


def sheet(
    css: str, content: str, *, width: int, height: int, label: str, key: str = "", data: str = ""
) -> Drawing:
    """A drawing of the classes `css` around SVG text; `data` are further attributes of its root."""
    svg = (
        f'<svg class="{css}" viewBox="0 0 {width} {height}" role="group" '
        f'aria-label="{escape(label)}"{data}>{content}</svg>'
    )
    return Drawing(svg=finished(svg), width=width, height=height, key=key, label=label)


def rect(css: str, x: float, y: float, width: float, height: float, *, mask: str = "") -> str:
    """A rectangle of the classes `css`, its left upper corner at (x, y); `mask` is the id of one.

    >>> rect("veil", 4, 0.5, 10.25, 3)
    '<rect class="veil" x="4" y="0.5" width="10.2" height="3"/>'
    """
    masked = f' mask="url(#{mask})"' if mask else ""
    return (
        f'<rect class="{css}"{masked} x="{number(x)}" y="{number(y)}" '
        f'width="{number(width)}" height="{number(height)}"/>'
    )


def text(css: str, x: float, y: float, words: str, *, title: str = "") -> str:
    """A line of text at (x, y); `title` is what a reader sees who points at it.

    >>> text("m", 4, 13, "a < b")
    '<text class="m" x="4" y="13">a &lt; b</text>'
    """
    return (
        f'<text class="{css}" x="{number(x)}" y="{number(y)}">{titled(title)}{escape(words)}</text>'
    )


def titled(title: str) -> str:
    """The title of what it stands in; nothing where it is empty."""
    return f"<title>{escape(title)}</title>" if title else ""


def linked(href: str, content: str, data: str = "") -> str:
    """Marks as a link that the keyboard passes over; `data` are further attributes."""
    return f'<a href="{escape(href)}" tabindex="-1"{data}>{content}</a>'


def definitions() -> Markup:
    """The textures and fades that drawings point at, as an SVG element of no size."""
    return finished(f'<svg class="an-defs" width="0" height="0" aria-hidden="true">{DEFS}</svg>')


DEFS = (
    "<defs>"
    '<pattern id="an-hatching" class="s-under-construction" width="5" height="5"'
    ' patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="wash" width="5" height="5"/><path class="thread" d="M1.25 0V5" '
    'stroke-width="2.5"/></pattern>'
    '<pattern id="an-stripes" class="s-completed" width="3.6" height="10" '
    'patternUnits="userSpaceOnUse"><rect class="wash" width="3.6" height="10"/>'
    '<path class="thread" d="M1 0V10" stroke-width="2"/></pattern>'
    '<pattern id="an-dots-in-a-row" class="s-proposed" width="4" height="4" '
    'patternUnits="userSpaceOnUse"><path class="thread" d="M0 2H2.6" stroke-width="4"/></pattern>'
    '<pattern id="an-dots" class="s-suspended" width="4" height="4" '
    'patternUnits="userSpaceOnUse"><rect class="wash" width="4" height="4"/>'
    '<circle class="ink" cx="2" cy="2" r=".9"/></pattern>'
    '<pattern id="an-late" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(-45)"><rect class="late-wash" width="5" height="5"/>'
    '<path class="late-thread" d="M1.25 0V5" stroke-width="2.5"/></pattern>'
    '<linearGradient id="an-rise"><stop stop-color="#fff" stop-opacity="0.04"/>'
    '<stop offset="1" stop-color="#fff"/></linearGradient>'
    '<linearGradient id="an-fall"><stop stop-color="#fff"/>'
    '<stop offset="1" stop-color="#fff" stop-opacity="0.04"/></linearGradient>'
    '<mask id="an-in" maskContentUnits="objectBoundingBox">'
    '<rect width="1" height="1" fill="url(#an-rise)"/></mask>'
    '<mask id="an-out" maskContentUnits="objectBoundingBox">'
    '<rect width="1" height="1" fill="url(#an-fall)"/></mask>'
    + "".join(
        f'<linearGradient id="an-{side}" {ends}><stop class="edge"/>'
        '<stop class="edge" offset="1" stop-opacity="0"/></linearGradient>'
        for side, ends in (
            ("west", 'x1="0" x2="1" y1="0" y2="0"'),
            ("east", 'x1="1" x2="0" y1="0" y2="0"'),
            ("north", 'x1="0" x2="0" y1="0" y2="1"'),
            ("south", 'x1="0" x2="0" y1="1" y2="0"'),
        )
    )
    + "</defs>"
)


class _Disc(NamedTuple):
    quarters: int
    sign: str = ""


_DISCS = {
    "proposed": _Disc(0),
    "approved": _Disc(1),
    "under-construction": _Disc(2),
    "completed": _Disc(3),
    "commissioning": _Disc(3),
    "operating": _Disc(4),
    "suspended": _Disc(0, "pause"),
    "decommissioned": _Disc(0, "cross"),
    "cancelled": _Disc(0, "cross"),
}
"""○ ◔ ◑ ◕ ● by how far it is, ‖ suspended, ✕ over; one cancelled has no disc behind it."""


def glyph(status: str, *, x: float = 6, y: float = 6, r: float = 5, expected: bool = False) -> str:
    """The disc of a status as SVG, its middle at (x, y); dashed if it is only expected.

    >>> glyph("operating")
    '<g class="gl s-operating"><circle class="fill" cx="6" cy="6" r="5"/></g>'
    """
    disc = _DISCS.get(status, _Disc(0))
    hollow = " expected" if expected else ""
    circle = f'cx="{number(x)}" cy="{number(y)}"'
    if disc.sign == "cross":
        arm = r * 0.72
        drawn = (
            f'<path class="ln" d="M{number(x - arm)} {number(y - arm)}L{number(x + arm)} '
            f"{number(y + arm)}M{number(x - arm)} {number(y + arm)}L{number(x + arm)} "
            f'{number(y - arm)}"/>'
        )
    elif disc.sign == "pause":
        arm = r * 0.72
        drawn = (
            f'<path class="ln" d="M{number(x - r * 0.36)} {number(y - arm)}v{number(2 * arm)}'
            f'M{number(x + r * 0.36)} {number(y - arm)}v{number(2 * arm)}"/>'
        )
    elif disc.quarters == 4 and not expected:
        drawn = f'<circle class="fill" {circle} r="{number(r)}"/>'
    else:
        drawn = f'<circle class="ring" {circle} r="{number(r - 0.7)}"/>'
        if disc.quarters == 4:
            drawn += f'<circle class="fill" {circle} r="{number(r * 0.5)}"/>'
        elif disc.quarters:
            drawn += _sector(disc.quarters, x, y, r - 1.6 if r > 3 else r - 0.7)
    return f'<g class="gl s-{escape(status)}{hollow}">{drawn}</g>'


def _sector(quarters: int, x: float, y: float, r: float) -> str:
    turn = quarters * pi / 2
    ends = f"{number(x + r * sin(turn))} {number(y - r * cos(turn))}"
    return (
        f'<path class="fill" d="M{number(x)} {number(y)}V{number(y - r)}'
        f'A{number(r)} {number(r)} 0 {int(quarters > 2)} 1 {ends}Z"/>'
    )


def icon(status: str, *, expected: bool = False) -> Markup:
    """The disc of a status as a drawing of its own, to stand in a line of text."""
    drawn = glyph(status, expected=expected)
    return finished(
        '<svg class="ico" viewBox="0 0 12 12" width="12" height="12" '
        f'aria-hidden="true">{drawn}</svg>'
    )


class Swatch(NamedTuple):
    """A row of the legend: the sign and what it means."""

    svg: Markup
    text: str


def legend(words: Words) -> dict[str, list[Swatch]]:
    """The signs of the timeline and the strip, under `status`, `marks` and `kinds`."""

    def swatch(text: str, drawn: str, width: int = 30) -> Swatch:
        svg = (
            f'<svg class="sw" viewBox="0 0 {width} 14" width="{width}" height="14" '
            f'aria-hidden="true">{drawn}</svg>'
        )
        return Swatch(finished(svg), words(text))

    def bar(status: str, x: float = 1, width: float = 28, more: str = "") -> str:
        height = HEIGHTS[status]
        return (
            f'<rect class="b s-{status}" x="{number(x)}" '
            f'y="{number(13 - height)}" width="{number(width)}" height="{number(height)}"{more}/>'
        )

    closing = '<path class="stop" d="M22 0V14"/>'
    cross = '<path class="stop" d="M15 0V14M11.5 4.5L18.5 9.5M18.5 4.5L11.5 9.5"/>'
    return {
        "status": [
            swatch("proposed", bar("proposed")),
            swatch("approved", bar("approved")),
            swatch("under construction", bar("under-construction")),
            swatch("completed, commissioning", bar("completed")),
            swatch("operating", bar("operating")),
            swatch("suspended", bar("suspended")),
            swatch("closed", bar("operating", width=20) + closing, 26),
            swatch("cancelled", bar("approved", width=14) + cross, 22),
        ],
        "marks": [
            swatch(
                "vague date: fades over its bounds",
                bar("operating", 1, 16, ' mask="url(#an-in)"') + bar("operating", 17, 12),
            ),
            swatch(
                "expected", '<rect class="b x s-operating" x="1" y="1" width="28" height="12"/>'
            ),
            swatch(
                "promised, then what came (slip)",
                '<path class="tail" d="M6 7H27"/><path class="came" d="M27 3V11"/>'
                '<path class="plan" d="M5 4L8 7L5 10L2 7Z"/>',
            ),
            swatch("runs on", '<path class="b s-operating" d="M1 1H22L28 7L22 13H1Z"/>'),
            swatch(
                "discovery; upgrade",
                bar("operating")
                + '<circle class="disc" cx="9" cy="7" r="2.6"/><path class="notch" d="M20 1V13"/>',
            ),
            swatch(
                "date contested",
                bar("under-construction", 5, 24)
                + '<circle class="contested" cx="5" cy="5" r="2.4"/>',
            ),
        ],
        "kinds": [
            swatch(text, f'<rect class="{css}" x="1" y="2" width="10" height="10"/>', 12)
            for text, css in (
                ("milestones", "k-milestone"),
                ("discoveries", "k-discovery"),
                ("policies", "k-policy"),
                ("still promised", "k-plan"),
            )
        ],
    }
