"""`/posters` and `/pictures`: what other sites show of a link to a page, and what readers take.

A picture takes the parameters of its page and is cached by its clocks as the page is. To draw
pixels costs much, so few are drawn at once, by a program of their own
(`service.feeds.png`), and whoever has no place is told to come again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, request

from projections.views.reading import Reading
from service.asking.filters import PINS
from service.asking.format import Body
from service.asking.query import located
from service.drawing.poster import WIDTH
from service.feeds.png import MOST_PIXELS, pixels, size_of
from service.pages.kinds import PAGES
from service.pages.pictures.answer import picture_svg, poster_svg
from service.pages.shell.answering import Visit, asked
from service.pages.shell.kind import PageKind
from service.pages.shell.pictured import FORMATS, PICTURES, POSTERS
from service.pages.viewers.page import KINDS_OF_PAGES
from service.web.access import needs
from service.web.limiting import client
from service.web.pausing import as_dear
from service.web.response import parameters, respond

blueprint = Blueprint("pictures", __name__)

Draw = Callable[[PageKind, Visit], str]

SHARP = 2
"""How many pixels a picture to take along has for each of its own, across and down."""


def _view(kind: PageKind, path: str, draw: Draw, ending: str) -> Callable[..., Any]:
    """The view function of a picture of a page."""

    def view(id: str = "") -> Any:
        texts = request.args.to_dict()
        if kind.begin is not None and (begin := kind.begin(texts)) is not None:
            return redirect(located(request.path, begin.items()), 303)
        sent = parameters((*kind.takes, *PINS, "lang"))
        question = kind.question_of(sent)
        it = asked(kind.path.replace("{id}", id), sent, kind.query, question=question, id=id)

        def made(reading: Reading) -> Body:
            if ending == "png":
                as_dear(client())
            svg = draw(kind, it.visit(reading, kind.title))
            return svg if ending == "svg" else _pixels(svg, draw)

        response = respond(
            sent,
            replace(it.itself, path=path.replace("{id}", id)),
            made,
            takes=kind.takes,
            revision=None if question is None else question.stream(id),
            media_type=FORMATS[ending],
            variant=it.variant,
        )
        name = f"annales-{id or kind.name}.{ending}"
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
        response.vary.add("Accept-Language")
        return response

    view.__doc__ = f"{kind.about.partition(',')[0]}: {_ABOUT[path.split('/')[1]]}"
    return needs("reader")(view)


_ABOUT = {
    POSTERS[1:]: "the picture of 1200 by 630 that other sites show of a link to it.",
    PICTURES[1:]: "a picture of it to take along.",
}


def _pixels(svg: str, draw: Draw) -> bytes:
    if draw is poster_svg:
        return pixels(svg, WIDTH)
    width, height = size_of(svg)
    sharp = SHARP if SHARP * width * SHARP * height <= MOST_PIXELS else 1
    return pixels(svg, sharp * width)


def _register(kind: PageKind, begins: str, draw: Draw, ending: str) -> None:
    path = f"{begins}{kind.pictured}.{ending}"
    name = f"{begins[1:]}_{kind.name}_{ending}"
    view = _view(kind, path, draw, ending)
    blueprint.add_url_rule(path.replace("{id}", "<string:id>"), name, view)


for _kind in (*PAGES, *KINDS_OF_PAGES):
    _register(_kind, POSTERS, poster_svg, "png")
    if _kind.picture is not None:
        for _ending in FORMATS:
            _register(_kind, PICTURES, picture_svg, _ending)
