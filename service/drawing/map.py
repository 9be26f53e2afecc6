"""The map: where facilities stand, as the discs of their status, moved apart and named.

No disc hides another: each takes the free place nearest to its own. A name is
placed where it meets neither a disc nor another name, the places with most
facilities first; one that finds no room stands in the title and the list alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import hypot
from typing import NamedTuple

from markupsafe import escape

from service.drawing.land import land
from service.drawing.lanes import Drawing, Words
from service.drawing.marks import glyph, linked, number, sheet, titled
from service.drawing.names import Named, Names, Round
from service.drawing.projection import View, bounds_of, view


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A facility on the map. Those of one `town` are named together, with their number.

    Without latitude and longitude (in degrees) it is off the map.
    """

    record: str
    name: str
    status: str
    href: str
    latitude: float | None = None
    longitude: float | None = None
    town: str = ""
    title: str = ""
    expected: bool = False


class Map(NamedTuple):
    """The drawing, and what has no place on it: to be listed beside."""

    drawing: Drawing
    off_the_map: tuple[Place, ...]


def draw_map(
    places: Iterable[Place],
    *,
    words: Words,
    label: str,
    width: int = 500,
) -> Map:
    """The map of the places; what it shows of the Earth follows from them."""
    given = list(places)
    located = [
        (place.latitude, place.longitude)
        for place in given
        if place.latitude is not None and place.longitude is not None
    ]
    earth = view(bounds_of(located), width)
    on, off = [], []
    for place in given:
        spot = _spot(earth, place)
        if spot is None:
            off.append(place)
        else:
            on.append((spot, place))
    on.sort(key=lambda found: (round(found[0][1]), round(found[0][0]), found[1].record))
    radius = 3.6 if earth.whole or len(on) > 90 else 5.0
    spots = _apart([spot for spot, _ in on], radius)
    discs = [_Disc(x, y, place) for (x, y), (_, place) in zip(spots, on, strict=True)]
    names = Names(earth, _groups(discs, radius))
    titles = "".join(_linked(disc, radius) for disc in discs)
    drawing = map_sheet(earth, titles, names, words=words, label=label)
    return Map(drawing, tuple(off))


def map_sheet(earth: View, discs: str, names: Names, *, words: Words, label: str) -> Drawing:
    """The ground, the discs on it, and over both the names of places and seas."""
    content = ground(earth) + discs + names.drawn() + names.seas(words)
    return sheet("map", content, width=earth.width, height=earth.height, label=label)


class _Disc(NamedTuple):
    x: float
    y: float
    place: Place


def _spot(sheet: View, place: Place) -> tuple[float, float] | None:
    if place.latitude is None or place.longitude is None:
        return None
    x, y = sheet.xy(place.longitude, place.latitude)
    inside = 6 <= x <= sheet.width - 6 and 6 <= y <= sheet.height - 6
    return (x, y) if inside else None


@lru_cache(maxsize=32)
def ground(sheet: View) -> str:
    """Land and graticule; a part of the Earth fades at its rim."""
    lines = "".join(_graticule(sheet))
    edges = ""
    if not sheet.whole:
        wide, tall = sheet.width * 0.14, sheet.height * 0.14
        sides = (
            ("west", 0, 0, wide, sheet.height),
            ("east", sheet.width - wide, 0, wide, sheet.height),
            ("north", 0, 0, sheet.width, tall),
            ("south", 0, sheet.height - tall, sheet.width, tall),
        )
        # A little wider than the sheet, so that no line of land shows at its rim.
        edges = "".join(
            f'<rect fill="url(#an-{side})" x="{number(x - 1)}" y="{number(y - 1)}" '
            f'width="{number(w + 2)}" height="{number(h + 2)}"/>'
            for side, x, y, w, h in sides
        )
    # A sheet of its own, because what lies beyond it is cut off where it is shown in another shape.
    return (
        f'<svg width="{sheet.width}" height="{sheet.height}"><path class="grat" d="{lines}"/>'
        f'<path class="land" fill-rule="evenodd" d="{land(sheet)}"/>{edges}</svg>'
    )


def _graticule(sheet: View) -> Iterator[str]:
    step = 30 if sheet.whole else 10
    bounds = sheet.bounds
    half = (bounds.east - bounds.west) / 2
    reach = half if sheet.whole else half * 1.5
    south = max(bounds.south - (0 if sheet.whole else 8), -88)
    north = min(bounds.north + (0 if sheet.whole else 12), 88)
    first = -(-(sheet.centre - reach) // step) * step
    for index in range(int(2 * reach // step) + 1):
        east = first + index * step - sheet.centre
        if east <= reach:
            yield _line(sheet, [(east, south + (north - south) * i / 12) for i in range(13)])
    latitude = -(-south // step) * step
    while latitude <= north:
        yield _line(sheet, [(-reach + 2 * reach * i / 24, latitude) for i in range(25)])
        latitude += step


def _line(sheet: View, points: Sequence[tuple[float, float]]) -> str:
    drawn = (sheet.relative(*point) for point in points)
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in drawn)


def _apart(spots: Sequence[tuple[float, float]], radius: float) -> list[tuple[float, float]]:
    """The spots, each moved to the nearest place at which its disc touches no other."""
    apart = 2 * radius + 1.8
    taken: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)

    def free(x: float, y: float) -> bool:
        column, row = int(x // apart), int(y // apart)
        return all(
            hypot(x - other_x, y - other_y) >= apart
            for i in (column - 1, column, column + 1)
            for j in (row - 1, row, row + 1)
            for other_x, other_y in taken.get((i, j), ())
        )

    placed = []
    for x, y in spots:
        spot = next(((x + dx, y + dy) for dx, dy in around() if free(x + dx, y + dy)), (x, y))
        taken[int(spot[0] // apart), int(spot[1] // apart)].append(spot)
        placed.append(spot)
    return placed


@lru_cache(maxsize=1)
def around() -> tuple[tuple[float, float], ...]:
    """Steps away from a spot, the nearest first, up to 70 pixels."""
    steps = ((dx * 2.0, dy * 2.0) for dx in range(-35, 36) for dy in range(-35, 36))
    return tuple(sorted(steps, key=lambda step: (hypot(*step), step)))


def _groups(discs: Sequence[_Disc], radius: float) -> Iterator[Named]:
    """What is named together: the facilities of a town, or one alone by its own name."""
    towns: dict[str, list[_Disc]] = defaultdict(list)
    for disc in discs:
        towns[disc.place.town or disc.place.record].append(disc)
    for town, found in towns.items():
        single = found[0].place
        yield Named(
            key=town,
            name=town if len(found) > 1 and single.town else single.name,
            size=len(found),
            # Of two places with as many facilities, the one where more runs is named first.
            rank=sum(disc.place.status == "operating" for disc in found),
            discs=tuple(Round(disc.x, disc.y, radius) for disc in found),
        )


def _linked(disc: _Disc, radius: float) -> str:
    place = disc.place
    drawn = glyph(place.status, x=disc.x, y=disc.y, r=radius, expected=place.expected)
    halo = (
        f'<circle class="halo" cx="{number(disc.x)}" cy="{number(disc.y)}" '
        f'r="{number(radius + 1)}"/>'
    )
    content = titled(place.title or place.name) + halo + drawn
    return linked(place.href, content, f' data-record="{escape(place.record)}"')
