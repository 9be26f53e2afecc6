"""The pictures of a page: where they are, and what they show.

A page has a poster, which other sites show of a link to it, and where it draws something a picture
to take along, as SVG and as PNG. They are asked as the page is, and say what it says; the page
links them by their pinned URLs, so that caches keep them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from events.clocks import AsOf
from service.asking.query import Query
from service.drawing.lanes import Drawing

POSTERS, PICTURES = "/posters", "/pictures"
"""What the paths of the two begin with; then follows the path of the page."""

FORMATS = {"png": "image/png", "svg": "image/svg+xml"}
"""What pictures end in, and the media type of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """What of a page is in its pictures, besides its title and its sentence.

    `under` the sentence stand some drawings, `beside` them another, and further ones below; the
    poster has `small` alone, under its `heading`. `further` is said after the sentence,
    `note` below all. What is not `of_a_day` does
    not depend on the clock `at`; what has two sides has the clocks of the `second` too.
    """

    drawings: Sequence[Drawing] = ()
    under: Sequence[Drawing] = ()
    beside: Drawing | None = None
    small: Drawing | None = None
    heading: str = ""
    further: str = ""
    note: str = ""
    of_a_day: bool = True
    second: AsOf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Where the pictures of a page are, by their pinned URLs: its poster, and those to take along
    by what they end in, if it has any."""

    poster: str
    taken_along: dict[str, str]


def pictures_of(page: Query, path: str, *, is_drawn: bool) -> Pictures:
    """The pictures of a page, whose paths have `path` in common; without a drawing there is just a
    poster."""

    def pinned(begins: str, ending: str) -> str:
        return replace(page, path=f"{begins}{path}.{ending}").pinned

    return Pictures(
        poster=pinned(POSTERS, "png"),
        taken_along={each: pinned(PICTURES, each) for each in FORMATS} if is_drawn else {},
    )
