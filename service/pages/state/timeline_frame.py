"""The frame of a timeline: the canvas of a state, in a page of someone else's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service.asking.parameter import whole_number
from service.asking.query import Arguments, Query
from service.pages.drawn.canvas import Canvas
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.pages.state.page import state_drawn
from service.state.question import STATE

MOST_ABOVE = 10**9


def timeline_read(arguments: Arguments) -> Query:
    """Parses the parameters of the frame. Raises BadFilter and what the clocks raise."""
    query = STATE.query(arguments)
    above = above_of(arguments.texts)
    return replace(query, filters={**query.filters, "above": str(above)}) if above else query


def timeline_frame(visit: Visit) -> Members:
    """The timeline of a state, on a canvas from `above` spans on, which is at once by default."""
    shown = state_drawn(visit)
    canvas: Canvas = shown["canvas"]
    return {**shown, "canvas": replace(canvas, above=above_of(visit.texts))}


def above_of(texts: Mapping[str, str]) -> int:
    """From how many spans on a frame paints a canvas. Raises BadFilter."""
    return whole_number("above", texts.get("above", "0"), 0, MOST_ABOVE)
