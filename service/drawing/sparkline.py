"""A sparkline: the course of one figure, dark up to the clock, pale after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from math import isfinite

from markupsafe import Markup

from events.dates import Day
from service.drawing.lanes import Frame
from service.drawing.marks import finished, number
from service.drawing.scale import Scale

Point = tuple[Day, float | None]
"""A day and the value from then on; None is a gap."""


def sparkline(
    points: Sequence[Point],
    frame: Frame,
    *,
    width: int = 110,
    height: int = 34,
    stepped: bool = True,
    dots: bool = False,
) -> Markup:
    """The points as a small SVG without words, for beside a figure that says the value.

    `stepped` holds a value until the next one (counts), else points are joined
    (readings); `dots` marks every reading.
    """
    scale = Scale(first=frame.first, last=frame.last, left=3, right=width - 5)
    values = [value for _, value in points if value is not None]
    low, high = min(values, default=0.0), max(values, default=0.0)

    def y(value: float) -> float:
        return height - 4 - share(value, low, high) * (height - 9)

    drawn = ""
    before = [point for point in points if point[0] <= frame.cursor]
    after = [point for point in points if point[0] > frame.cursor]
    known = before[-1:] if before and before[-1][1] is not None else []
    at = scale.x(frame.cursor)
    for css, part in (("sp-l", [*known, *after]), ("sp", before)):
        ends = at if css == "sp" else None
        d = line(part, scale.x, y, stepped=stepped, ends=ends)
        if d:
            drawn += f'<path class="{css}" d="{d}"/>'
    if dots:
        drawn += "".join(
            f'<circle class="sp-p{"" if day <= frame.cursor else " l"}" '
            f'cx="{number(scale.x(day))}" cy="{number(y(value))}" r="1.5"/>'
            for day, value in points
            if value is not None
        )
    if known and known[0][1] is not None:
        x = at if stepped else scale.x(known[0][0])
        drawn += f'<circle class="sp-d" cx="{number(x)}" cy="{number(y(known[0][1]))}" r="2.6"/>'
    return finished(
        f'<svg class="spark" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'preserveAspectRatio="xMinYMid" aria-hidden="true">{drawn}</svg>'
    )


def spread(points: Sequence[Point], most: int) -> Sequence[Point]:
    """At most so many of some points, evenly over all of them, the first and the last included.

    >>> spread([(1, 5.0), (2, 6.0), (3, 7.0), (4, 8.0)], 3)
    [(1, 5.0), (2, 6.0), (4, 8.0)]
    """
    if len(points) <= most:
        return points
    return [points[place * (len(points) - 1) // (most - 1)] for place in range(most)]


def share(value: float | Decimal, low: float | Decimal, high: float | Decimal) -> float:
    """How much of the way from `low` to `high` a value lies; 0 where these are one.

    >>> share(3, 2, 6), share(5, 5, 5), share(0, -1e308, 1e308)
    (0.25, 0.0, 0.5)
    """
    span = float(high) - float(low)
    if isfinite(span):
        return (float(value) - float(low)) / (span or 1.0)
    exact, least, greatest = (Decimal(str(each)) for each in (value, low, high))
    return float((exact - least) / (greatest - least))


def line(
    points: Sequence[Point],
    x: Callable[[Day], float],
    y: Callable[[float], float],
    *,
    stepped: bool,
    ends: float | None = None,
) -> str:
    """The `d` of a path through the points, broken at gaps; stepped, it goes on to `ends`."""
    drawn, last = "", None
    for day, value in points:
        if value is None:
            if stepped and last is not None:
                drawn += f"H{number(x(day))}"
            last = None
            continue
        if last is None:
            drawn += f"M{number(x(day))} {number(y(value))}"
        elif stepped:
            drawn += f"H{number(x(day))}V{number(y(value))}"
        else:
            drawn += f"L{number(x(day))} {number(y(value))}"
        last = value
    if stepped and last is not None and ends is not None:
        drawn += f"H{number(ends)}"
    return drawn
