"""The frames: what of a page fits into a page of someone else's.

A frame shows the heart of its page without what is around it, at the clocks that its URL
names, and leads to the whole page and to its pinned URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service.pages.shell import rendering
from service.pages.shell.answering import Make, Visit
from service.pages.shell.here import Here
from service.pages.shell.layout import Members, Piece

POLICY = rendering.POLICY.replace("; frame-ancestors 'none'", "")
"""A frame may stand in any page, so it says nothing of `frame-ancestors`, whose `*` leaves out what
is no page of the network, such as a file on a disk. Else it may what the page itself may."""


def framed(page: str, make: Make) -> Make:
    """What a frame shows of the page at a path: its links lead to the pages, not to frames."""

    def shown(visit: Visit) -> Members:
        path = page.replace("{id}", visit.query.id)
        here = Here(path, _of_page(visit.here.texts))
        query = replace(visit.query, filters=_of_page(visit.query.filters))
        itself = replace(visit.itself, path=path, filters=_of_page(visit.itself.filters))
        made = {**make(replace(visit, here=here, query=query, itself=itself)), "here": here}
        if made.get("sentence"):
            made["sentence"] = [_outward(piece, here) for piece in made["sentence"]]
        return made

    return shown


def _of_page(texts: Mapping[str, str]) -> dict[str, str]:
    """The parameters that the page takes too."""
    return {name: text for name, text in texts.items() if name != "above"}


def _outward(piece: Piece, here: Here) -> Piece:
    """A place on the page itself is one of the whole page, as a frame has no tables."""
    if piece.href is None or not piece.href.startswith("#"):
        return piece
    return piece._replace(href=here.url() + piece.href)
