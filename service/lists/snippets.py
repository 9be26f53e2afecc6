"""Snippets: a piece of a text in which what was looked for is marked, safe to put into a page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

LENGTH = 200
"""How many characters of a text a snippet shows at most, besides the signs of what is left out."""

BEFORE = 60
"""How many of them may stand before the first mark."""


def snippet(text: str, stretches: Sequence[tuple[int, int]]) -> str:
    """The text around the first stretch, as HTML: stretches in `<mark>`, all else escaped.

    Stretches are in order and do not overlap.

    >>> snippet("R&D at JUNO", [(7, 11)])
    'R&amp;D at <mark>JUNO</mark>'
    """
    start, end = _window(text, stretches[0][0] if stretches else 0)
    shown = ["…"] if start else []
    at = start
    for first, last in stretches:
        if first >= end:
            break
        shown += (escape(text[at:first]), "<mark>", escape(text[first : min(last, end)]), "</mark>")
        at = min(last, end)
    shown.append(escape(text[at:end]))
    if end < len(text):
        shown.append("…")
    return "".join(shown)


def _window(text: str, first: int) -> tuple[int, int]:
    """From where to where a text is shown; it is cut at spaces where there are some."""
    if len(text) <= LENGTH:
        return 0, len(text)
    start = min(max(0, first - BEFORE), len(text) - LENGTH)
    end = start + LENGTH
    if start:
        space = text.find(" ", start, first)
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", max(first, end - BEFORE), end)
        end = space if space > first else end
    return start, end
