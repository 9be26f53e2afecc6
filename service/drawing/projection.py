"""From longitude and latitude to pixels: areas keep their share, whatever is shown.

Close up an equal-area cone is laid over the region, near the equator a
cylinder; the whole Earth is shown in the Equal Earth projection of Šavrič,
Patterson and Jenny (2018).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import asin, cos, pi, radians, sin, sqrt
from typing import NamedTuple

Plane = Callable[[float, float], tuple[float, float]]


class Bounds(NamedTuple):
    """A part of the Earth in degrees; `east` may go beyond 180."""

    west: float
    south: float
    east: float
    north: float


CHINA = Bounds(75, 16.5, 134, 52)
WORLD = Bounds(-180, -58, 180, 80)

_WIDEST, _TALLEST = 110, 75
"""Degrees from which a region is no region, but the world."""

_LEAST = 12
"""Degrees that a region shows at least, so that one town is not shown without its coast."""


def bounds_of(points: Sequence[tuple[float, float]]) -> Bounds:
    """What to show of the Earth for points of latitude and longitude.

    China for points of which at least nine in ten lie there, and where there are
    none; the region of the points with some room; the world where they are spread.
    """
    inside = sum(_inside(CHINA, latitude, longitude) for latitude, longitude in points)
    if inside * 10 >= len(points) * 9:
        return CHINA
    west, east = _shortest(sorted(longitude for _, longitude in points))
    south = min(latitude for latitude, _ in points)
    north = max(latitude for latitude, _ in points)
    if east - west > _WIDEST or north - south > _TALLEST:
        return world_of([longitude for _, longitude in points])
    middle = (south + north) / 2
    tall = max((north - south) * 1.25, _LEAST)
    wide = max((east - west) * 1.25, tall * 1.25 / max(cos(radians(middle)), 0.2))
    centre = (west + east) / 2
    return Bounds(
        round(centre - wide / 2, 1),
        round(max(middle - tall / 2, -88), 1),
        round(centre + wide / 2, 1),
        round(min(middle + tall / 2, 88), 1),
    )


def _inside(bounds: Bounds, latitude: float, longitude: float) -> bool:
    return bounds.south <= latitude <= bounds.north and bounds.west <= longitude <= bounds.east


def _shortest(longitudes: list[float]) -> tuple[float, float]:
    """The shortest way round the Earth that passes all longitudes, going east."""
    round_trip = [*longitudes, longitudes[0] + 360]
    gap, index = max((b - a, index) for index, (a, b) in enumerate(pairwise(round_trip)))
    west = round_trip[index + 1] - (360 if index + 1 == len(longitudes) else 0)
    return west, west + 360 - gap


def world_of(longitudes: Sequence[float]) -> Bounds:
    """The world, cut in the Atlantic where most of the points look to the Pacific, else there."""
    pacific = sum(longitude > 60 or longitude < -150 for longitude in longitudes)
    centre = 150 if 2 * pacific >= len(longitudes) else 10
    return Bounds(centre - 180, WORLD.south, centre + 180, WORLD.north)


@dataclass(frozen=True, slots=True)
class View:
    """A part of the Earth laid on a sheet of `width` by `height` pixels."""

    bounds: Bounds
    width: int
    height: int
    plane: Plane
    scale: float
    left: float
    top: float

    @property
    def whole(self) -> bool:
        """Whether it is the whole Earth."""
        return self.bounds.east - self.bounds.west >= 360

    @property
    def centre(self) -> float:
        """The longitude in the middle."""
        return (self.bounds.west + self.bounds.east) / 2

    def xy(self, longitude: float, latitude: float) -> tuple[float, float]:
        """The pixel of a point, y growing downwards."""
        return self.relative((longitude - self.centre + 180) % 360 - 180, latitude)

    def relative(self, east_of_centre: float, latitude: float) -> tuple[float, float]:
        """The pixel of a point by its degrees east of the middle."""
        x, y = self.plane(radians(east_of_centre), radians(latitude))
        return (x * self.scale - self.left, self.top - y * self.scale)


@lru_cache(maxsize=64)
def view(bounds: Bounds, width: int) -> View:
    """The bounds on a sheet of that width, as tall as they need."""
    half = (bounds.east - bounds.west) / 2
    whole = half >= 180
    plane = _equal_earth if whole else _region(radians(bounds.south), radians(bounds.north))
    low, high = (radians(degrees) for degrees in (bounds.south, bounds.north))
    turn = radians(half)
    if whole:
        right, top, bottom = plane(pi, 0)[0], plane(0, high)[1], plane(0, low)[1]
    else:
        # Meridians draw together and parallels are bent: what is wanted lies within the inner
        # four fifths of the bounds, and the sheet is cut so that these just fit.
        right = plane(turn, low + (high - low) / 4)[0]
        top = max(plane(0, high)[1], plane(turn * 0.8, low + (high - low) * 0.9)[1])
        bottom = min(plane(0, low)[1], plane(turn * 0.8, low + (high - low) * 0.1)[1])
    scale = width / (2 * right)
    height = round((top - bottom) * scale)
    return View(bounds, width, height, plane, scale, -right * scale, top * scale)


def _equal_earth(longitude: float, latitude: float) -> tuple[float, float]:
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    t = asin(sqrt(3) / 2 * sin(latitude))
    t2 = t * t
    t6 = t2 * t2 * t2
    x = 2 * sqrt(3) * longitude * cos(t) / (3 * (9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1))
    return x, t * (a4 * t6 * t2 + a3 * t6 + a2 * t2 + a1)


def _region(south: float, north: float) -> Plane:
    """Albers' cone with its parallels a sixth from the edges, or Lambert's cylinder where the
    region lies so near the equator that the cone would be none."""
    sixth = (north - south) / 6
    low, high = south + sixth, north - sixth
    n = (sin(low) + sin(high)) / 2
    if abs(n) < 0.05:
        flat = cos((south + north) / 2)

        def cylinder(longitude: float, latitude: float) -> tuple[float, float]:
            return longitude * flat, sin(latitude) / flat

        return cylinder
    c = cos(low) ** 2 + 2 * n * sin(low)
    origin = sqrt(max(c - 2 * n * sin((south + north) / 2), 0)) / n

    def cone(longitude: float, latitude: float) -> tuple[float, float]:
        rho = sqrt(max(c - 2 * n * sin(latitude), 0)) / n
        return rho * sin(n * longitude), origin - rho * cos(n * longitude)

    return cone
