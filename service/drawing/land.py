"""The land on the map, without borders: read from `land.json`, cut to what is shown.

Where the outline comes from and how the file is built says `LAND.md`.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from service.drawing.marks import number
from service.drawing.projection import View

Ring = list[tuple[float, float]]

_UNIT = 1 / 20
"""Degrees of a step in the file."""

_THINNEST = 0.7
"""Pixels that two points of an outline are apart at least; smaller islands are left out."""


@lru_cache(maxsize=16)
def land(view: View) -> str:
    """The `d` of a path (even-odd) of all the land in a view."""
    bounds = view.bounds
    half = (bounds.east - bounds.west) / 2
    # The corners of the sheet show more than the bounds, as the parallels are bent.
    reach = 180.0 if view.whole else min(half * 1.6 + 4, 180)
    south = -90.0 if view.whole else max(bounds.south - 12, -90)
    north = 90.0 if view.whole else min(bounds.north + 16, 90)
    drawn = []
    for ring in _rings():
        for turn in (-360, 0, 360):
            shift = turn - view.centre
            west = min(x for x, _ in ring) + shift
            east = max(x for x, _ in ring) + shift
            if west >= reach or east <= -reach:
                continue
            shown = [(x + shift, y) for x, y in ring]
            shown = _cut(shown, (-reach, reach), (south, north))
            if len(shown) > 2:
                drawn.append(_path(view, shown))
    return "".join(drawn)


@lru_cache(maxsize=1)
def _rings() -> tuple[Ring, ...]:
    stored = json.loads((Path(__file__).parent / "land.json").read_text(encoding="utf-8"))
    rings = []
    for steps in stored["rings"]:
        ring, x, y = [], 0, 0
        for across, up in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + across, y + up
            ring.append((x * _UNIT, y * _UNIT))
        rings.append(ring)
    return tuple(rings)


def _cut(ring: Ring, across: tuple[float, float], up: tuple[float, float]) -> Ring:
    """A ring cut at four edges, one after the other (Sutherland and Hodgman)."""
    for axis, edges in enumerate((across, up)):
        for edge, sign in zip(edges, (1, -1), strict=True):
            if any(sign * point[axis] < sign * edge for point in ring):
                ring = _cut_at(ring, axis, edge, sign)
    return ring


def _cut_at(ring: Ring, axis: int, edge: float, sign: int) -> Ring:
    kept: Ring = []
    before = ring[-1] if ring else (0.0, 0.0)
    for point in ring:
        inside = sign * point[axis] >= sign * edge
        if inside != (sign * before[axis] >= sign * edge):
            share = (edge - before[axis]) / (point[axis] - before[axis])
            kept.append(
                (
                    before[0] + share * (point[0] - before[0]),
                    before[1] + share * (point[1] - before[1]),
                )
            )
        if inside:
            kept.append(point)
        before = point
    return kept


def _path(view: View, ring: Ring) -> str:
    points: list[tuple[float, float]] = []
    # The whole Earth is drawn small, and its coasts are long.
    apart = _THINNEST * (1.8 if view.whole else 1)
    for east, latitude in ring:
        x, y = view.relative(east, latitude)
        if not points or abs(x - points[-1][0]) + abs(y - points[-1][1]) > apart:
            points.append((round(x, 1), round(y, 1)))
    if len(points) < 4:
        return ""
    # Steps from point to point are shorter to write than the points themselves.
    (x, y), *others = points
    drawn = [f"M{number(x)} {number(y)}l"]
    for to_x, to_y in others:
        step = f"{number(to_x - x)} {number(to_y - y)}"
        drawn.append(step if len(drawn) == 1 or step.startswith("-") else f" {step}")
        x, y = to_x, to_y
    return "".join(drawn) + "Z"
