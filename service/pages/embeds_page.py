"""The frames: what of a page fits into a page of someone else's.

A frame shows the heart of its page without what is around it, at the clocks that its URL
names, and leads to the whole page and to its pinned URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service.asking import clocks
from service.filters import STATE_FILTERS, given, wanted, whole_number
from service.pages import rendering
from service.pages.answering import Asked, Make, Read
from service.pages.canvas import Canvas
from service.pages.here import Here
from service.pages.page import Members, Piece
from service.pages.state_page import state_page
from service.question import Question

POLICY = rendering.POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
"""A frame may stand in any page; nothing else is allowed to it than to the page itself."""

MOST_ABOVE = 10**9


def framed(page: str, make: Make) -> Make:
    """What a frame shows of the page at a path: its links lead to the pages, not to frames."""

    def shown(asked: Asked) -> Members:
        path = page.replace("{id}", asked.id)
        texts = {name: text for name, text in asked.here.texts.items() if name != "above"}
        here = Here(path, texts)
        filters = {name: text for name, text in asked.question.filters.items() if name != "above"}
        question = replace(asked.question, path=path, filters=filters)
        made = {**make(replace(asked, here=here, question=question)), "here": here}
        if made.get("sentence"):
            made["sentence"] = [_outward(piece, here) for piece in made["sentence"]]
        return made

    return shown


def _outward(piece: Piece, here: Here) -> Piece:
    """A place on the page itself is one of the whole page, as a frame has no tables."""
    if piece.href is None or not piece.href.startswith("#"):
        return piece
    return piece._replace(href=here.url() + piece.href)


def timeline_read(path: str, texts: Mapping[str, str]) -> Read:
    """What the frame of a timeline is asked for. Raises BadFilter and what the clocks raise."""
    about = given(wanted(**{name: texts.get(name) for name in STATE_FILTERS}))
    above = above_of(texts)
    filters = {**about, "above": str(above)} if above else about
    return Read(Question(path, clocks(texts), filters), above)


def timeline_frame(asked: Asked) -> Members:
    """The timeline of a state, on a canvas from `above` spans on, which is at once by default."""
    shown = state_page(asked)
    canvas: Canvas = shown["canvas"]
    return {**shown, "canvas": replace(canvas, above=asked.meant)}


def above_of(texts: Mapping[str, str]) -> int:
    """From how many spans on a frame paints a canvas. Raises BadFilter."""
    return whole_number("above", texts.get("above", "0"), 0, MOST_ABOVE)
