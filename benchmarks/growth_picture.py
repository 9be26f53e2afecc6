"""The picture of `scripts/bench growth`: panels of lines on logarithmic scales, as plain SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 480, 400
"""Of a panel; two stand beside each other."""

LEFT, RIGHT, TOP, BOTTOM = 52, 190, 36, 34
"""What a panel leaves around its lines; the names of the lines stand to the right of them."""

LINE = 12
"""The height of a line of text."""

COLOURS = ("#1f4e79", "#b3541e", "#2e7d32", "#7b1fa2", "#00838f", "#5d4037")


class Panel(NamedTuple):
    """Lines that share their sizes and their unit; all values are above 0."""

    title: str
    sizes: Sequence[int]
    lines: Mapping[str, Sequence[float]]


def picture(panels: Sequence[Panel]) -> str:
    """The panels, two beside each other, as one SVG."""
    height = HEIGHT * math.ceil(len(panels) / 2)
    drawn = "\n".join(
        f'<g transform="translate({index % 2 * WIDTH},{index // 2 * HEIGHT})">\n'
        + "\n".join(_panel(panel))
        + "\n</g>"
        for index, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {height}"'
        ' font-family="sans-serif" font-size="10" role="img">\n'
        "<title>What everything costs as the log grows</title>\n"
        '<rect width="100%" height="100%" fill="#fff"/>\n'
        f"{drawn}\n</svg>\n"
    )


def _panel(panel: Panel) -> Iterator[str]:
    values = [value for line in panel.lines.values() for value in line]
    x = _scale(min(panel.sizes), max(panel.sizes), LEFT, WIDTH - RIGHT)
    low = 10.0 ** math.floor(math.log10(min(values)))
    high = 10.0 ** math.ceil(math.log10(max(values)))
    y = _scale(low, high, HEIGHT - BOTTOM, TOP)
    yield f'<text x="{LEFT}" y="18" font-size="13" font-weight="bold">{escape(panel.title)}</text>'
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        at = y(10.0**power)
        yield f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{at + 3:.1f}" text-anchor="end">{10.0**power:,g}</text>'
    for size in panel.sizes:
        yield f'<text x="{x(size):.1f}" y="{HEIGHT - 14}" text-anchor="middle">{size:,}</text>'
    ends = {name: y(line[-1]) for name, line in panel.lines.items()}
    for index, (name, place) in enumerate(_apart(ends).items()):
        line = panel.lines[name]
        colour = COLOURS[index % len(COLOURS)]
        points = " ".join(
            f"{x(size):.1f},{y(value):.1f}" for size, value in zip(panel.sizes, line, strict=True)
        )
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        right = WIDTH - RIGHT
        yield (
            f'<path d="M{right} {ends[name]:.1f}L{right + 12} {place:.1f}" stroke="{colour}"'
            ' stroke-width="0.5"/>'
        )
        yield f'<text x="{right + 15}" y="{place + 3:.1f}" fill="{colour}">{escape(name)}</text>'


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """From values between two to places between two, by their logarithms."""
    span = math.log(high / low) or 1.0

    def place(value: float) -> float:
        return start + (end - start) * math.log(value / low) / span

    return place


def _apart(places: Mapping[str, float]) -> dict[str, float]:
    """The same names from top to bottom, moved so that no text stands on another.

    >>> _apart({"b": 11.0, "a": 10.0})
    {'a': 10.0, 'b': 22.0}
    """
    moved: dict[str, float] = {}
    lowest = -math.inf
    for name, place in sorted(places.items(), key=lambda each: each[1]):
        lowest = moved[name] = max(place, lowest + LINE)
    # What was moved below the picture goes up again, and pushes the others before it.
    highest = float(HEIGHT - LINE)
    for name in reversed(moved):
        highest = moved[name] = min(moved[name], highest)
        highest -= LINE
    return moved
