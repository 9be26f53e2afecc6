"""A drawing that stands alone: one `.svg` file, with its look, its clocks and its sources in it.

It is in the light colours, and every colour is written out, so that readers
that know no custom properties (those that make a PNG, for one) draw it too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from markupsafe import escape

from events.dates import Language
from service.drawing.lanes import Drawing
from service.drawing.letters import folded
from service.drawing.marks import DEFS
from service.words.printable import printable

_STATIC = Path(__file__).parent.parent / "pages" / "static"

_MARGIN = 24
_LINE = 16

_TOKEN = re.compile(r"(--[a-z0-9-]+):\s*([^;]+);")
_USED = re.compile(r"var\((--[a-z0-9-]+)\)")
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)


def stand_alone(
    drawings: Sequence[Drawing],
    *,
    lang: Language,
    title: str,
    captions: Sequence[str] = (),
    base: str = "",
) -> str:
    """One SVG document of the drawings, one below the other.

    `title` stands over them, `captions` under them, a line each: the clocks, the
    sources, the licence. `base` (`https://example.org`) is put before links that
    begin with a slash.
    """
    wide = max((drawing.width for drawing in drawings), default=600)
    heading = 23
    lines = [part for line in captions for part in folded(line, 11, wide)]
    y = _MARGIN + heading + 12
    placed = []
    for drawing in drawings:
        opening = f'<svg x="{_MARGIN}" y="{y}" width="{drawing.width}" height="{drawing.height}" '
        placed.append(str(drawing.svg).replace("<svg ", opening, 1))
        y += drawing.height
    foot = y + 12
    y = foot + _LINE * len(lines) + _MARGIN
    under = "".join(
        f'<text class="told" x="{_MARGIN}" y="{foot + _LINE * (index + 1) - 4}">'
        f"{escape(line)}</text>"
        for index, line in enumerate(lines)
    )
    whole = wide + 2 * _MARGIN
    heading_line = (
        f'<text class="title" x="{_MARGIN}" y="{_MARGIN + heading}">{escape(title)}</text>'
    )
    return document(
        f"{heading_line}{''.join(placed)}{under}",
        lang=lang, title=title, width=whole, height=y, base=base,
    )  # fmt: skip


def document(
    content: str,
    *,
    lang: Language,
    title: str,
    width: int,
    height: int,
    base: str = "",
    rules: str = "",
) -> str:
    """A whole SVG file around SVG text, as large as that many pixels; `rules` are added to those
    of the drawings, and `base` is put before links that begin with a slash."""
    language = "zh-CN" if lang == "zh" else lang
    if base:
        content = content.replace(' href="/', f' href="{escape(base)}/')
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" lang="{language}" xml:lang="{language}" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<title>{escape(title)}</title><style>{escape(style(rules))}</style>{DEFS}"
        f'<rect class="sheet" width="{width}" height="{height}"/>{content}</svg>\n'
    )
    return printable(text)


@lru_cache(maxsize=8)
def style(more: str = "") -> str:
    """The rules of the drawings, and more, with every token written out in the light colours."""
    tokens = _REMARK.sub("", (_STATIC / "tokens.css").read_text(encoding="utf-8"))
    rules = _REMARK.sub("", (_STATIC / "drawing.css").read_text(encoding="utf-8"))
    # Blocks that begin with @ come last, and are about screens and printers.
    light = dict(_TOKEN.findall(tokens.split("@media", 1)[0]))
    plain = rules.split("@media", 1)[0] + _SHEET + more
    written = _USED.sub(lambda used: re.sub(r"\s+", " ", light[used[1]]), plain)
    return "\n".join(line.strip() for line in written.splitlines() if line.strip())


_SHEET = """
.sheet { fill: var(--paper); }
.title { font-family: var(--serif); font-size: 23px; font-weight: 600; fill: var(--ink); }
.told { font-family: var(--sans); font-size: 11px; fill: var(--ink-2); }
"""
