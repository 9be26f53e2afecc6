"""The map of the world: a disc for each country, where there is no room for each facility.

A disc is as large as its country has facilities, and filled by the share that runs. None
hides another: the smaller one gives way. Beside its name stands how many run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot, sqrt

from markupsafe import escape

from service.drawing.lanes import Drawing, Words
from service.drawing.map import around, map_sheet
from service.drawing.marks import linked, number
from service.drawing.names import Named, Names, Round
from service.drawing.projection import view, world_of

WIDTH = 500
"""How wide the map is, in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The facilities of a country, of which so many run; the disc stands amid them, by latitude
    and longitude in degrees, and has one of the `shorter` names where its own finds no room."""

    key: str
    name: str
    href: str
    latitude: float
    longitude: float
    all: int
    running: int
    title: str = ""
    shorter: tuple[str, ...] = ()


def draw_crowds(crowds: Iterable[Crowd], *, words: Words, label: str) -> Drawing:
    """The countries on a map of the world."""
    found = sorted(crowds, key=lambda crowd: (-crowd.all, crowd.key))
    earth = view(world_of([crowd.longitude for crowd in found]), WIDTH)
    discs: list[Round] = []
    for crowd in found:
        x, y = earth.xy(crowd.longitude, crowd.latitude)
        r = min(2.6 * sqrt(crowd.all) + 1.5, 30.0)
        spots = (Round(x + dx, y + dy, r) for dx, dy in around())
        discs.append(next((spot for spot in spots if _is_free(spot, discs)), Round(x, y, r)))
    names = Names(
        earth,
        [
            Named(crowd.key, crowd.name, crowd.running, crowd.all, (disc,), crowd.shorter)
            for disc, crowd in zip(discs, found, strict=True)
        ],
    )
    drawn = "".join(_linked(disc, crowd) for disc, crowd in zip(discs, found, strict=True))
    return map_sheet(earth, drawn, names, words=words, label=label)


def _is_free(disc: Round, others: Iterable[Round]) -> bool:
    return all(hypot(disc.x - each.x, disc.y - each.y) >= disc.r + each.r + 1.5 for each in others)


def _linked(disc: Round, crowd: Crowd) -> str:
    at = f'cx="{number(disc.x)}" cy="{number(disc.y)}"'
    inner = disc.r * sqrt(crowd.running / crowd.all) if crowd.all else 0.0
    return linked(
        crowd.href,
        f"<title>{escape(crowd.title)}</title>"
        f'<g class="gl s-operating"><circle class="ring" {at} r="{number(disc.r)}"/>'
        f'<circle class="fill" {at} r="{number(inner)}"/></g>',
    )
