"""The names on a map, placed so that none meets a disc, another name or the rim.

A name stands on its disc, in one line or two, if that is large enough, else at one of eight places
about its discs; the groups of most discs come first. One that finds no room goes without, or has
something shorter on its disc.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import sqrt
from typing import NamedTuple

from markupsafe import escape

from service.drawing.lanes import Words
from service.drawing.letters import width
from service.drawing.marks import number, text
from service.drawing.projection import View

TEXT = 11.5

_OCEANS = (
    ("Pacific Ocean", -160, 12),
    ("Atlantic Ocean", -38, 30),
    ("Indian Ocean", 78, -22),
)
_SEAS = (
    *_OCEANS,
    ("Bay of Bengal", 88, 17.5),
    ("East China Sea", 125.5, 28.5),
    ("South China Sea", 116, 18),
)


class Round(NamedTuple):
    """A disc that names go round."""

    x: float
    y: float
    r: float


class Named(NamedTuple):
    """Discs that have one name: a number beside it, and a `rank` among those of the same number.
    Where there is no room for the name, the first of the `shorter` ones stands for it that has."""

    key: str
    name: str
    size: int
    rank: int
    discs: tuple[Round, ...]
    shorter: tuple[str, ...] = ()


class Names:
    """Finds room for names on a sheet."""

    CELL = 3.0

    def __init__(self, sheet: View, groups: Iterable[Named]) -> None:
        self._sheet = sheet
        self._taken: set[tuple[int, int]] = set()
        self._groups = sorted(groups, key=lambda each: (-each.size, -each.rank, each.key))
        for group in self._groups:
            for disc in group.discs:
                self._take(disc.x - disc.r, disc.y - disc.r, 2 * disc.r, 2 * disc.r)

    def drawn(self) -> str:
        """The names that find room."""
        texts = []
        for group in self._groups:
            css = "big" if group.size >= 5 else ""
            more = f" {group.size}" if group.size > 1 else ""
            name = width(group.name, TEXT, bold=bool(css))
            wide = name + width(more, TEXT)
            # A space at the beginning of a tspan is dropped where pixels are made of it.
            plain = str(escape(group.name))
            told = plain + (f' <tspan class="n">{group.size}</tspan>' if more else "")
            if (spot := self._on(group.discs, wide)) is not None:
                texts.append(_written(f"{css} on", spot, told))
            elif more and (spot := self._on(group.discs, name, lines=2)) is not None:
                texts.append(_written(f"{css} on", spot, plain))
                x, y, _, tall = spot
                left = x + (name - width(more.strip(), TEXT)) / 2
                texts.append(_written("on", (left, y + tall, 0.0, tall), more.strip()))
            elif (spot := next(filter(self._free, _around(group.discs, wide)), None)) is not None:
                self._take(*spot)
                texts.append(_written(css, spot, told))
            else:
                texts += self._shorter(group)
        return "".join(texts)

    def _shorter(self, group: Named) -> Iterator[str]:
        for name in group.shorter:
            spot = self._on(group.discs, width(name, TEXT, bold=True))
            if spot is not None:
                yield _written("big on", spot, str(escape(name)))
                return

    def seas(self, words: Words) -> str:
        """Names of seas, where facilities leave room for them."""
        texts: list[str] = []
        seas = _OCEANS if self._sheet.whole else _SEAS
        for sea, longitude, latitude in seas:
            name = words(sea)
            wide = width(name, 10.5)
            x, y = self._sheet.xy(longitude, latitude)
            spot = (x - wide / 2, y - 7, wide, 13.0)
            if self._free(spot):
                self._take(*spot)
                texts.append(text("sea", spot[0], y + 3, name))
        return "".join(texts)

    def _free(self, spot: Spot) -> bool:
        return self._is_inside(spot) and self._taken.isdisjoint(self._cells(*spot))

    def _is_inside(self, spot: Spot) -> bool:
        x, y, wide, tall = spot
        return (
            x >= 2
            and y >= 2
            and x + wide <= self._sheet.width - 2
            and y + tall <= self._sheet.height - 2
        )

    def _on(self, discs: tuple[Round, ...], wide: float, *, lines: int = 1) -> Spot | None:
        """The place upon one disc for the first of some lines; None where it is not as large as
        that, or there is nothing to write."""
        [disc, *others] = discs
        across = 2 * sqrt(max(disc.r**2 - (6.5 * (lines - 1)) ** 2, 0))
        spot = (disc.x - wide / 2, disc.y - 6.5 * lines, wide, 13.0)
        is_room = not others and wide > 0 and across >= wide + 4
        return spot if is_room and self._is_inside(spot) else None

    def _take(self, x: float, y: float, wide: float, tall: float) -> None:
        self._taken.update(self._cells(x, y, wide, tall))

    def _cells(self, x: float, y: float, wide: float, tall: float) -> Iterator[tuple[int, int]]:
        for column in range(int(x // self.CELL), int((x + wide) // self.CELL) + 1):
            for row in range(int(y // self.CELL), int((y + tall) // self.CELL) + 1):
                yield column, row


def _written(css: str, spot: Spot, told: str) -> str:
    """A text at a place."""
    x, y, _, tall = spot
    named = f' class="{css.strip()}"' if css else ""
    return f'<text{named} x="{number(x)}" y="{number(y + tall - 3)}">{told}</text>'


Spot = tuple[float, float, float, float]
"""The left, the top, the width and the height of a name."""


def _around(discs: tuple[Round, ...], wide: float) -> Iterator[Spot]:
    """Eight places about the discs of a group: beside, above and below, at the corners."""
    left = min(disc.x - disc.r for disc in discs)
    right = max(disc.x + disc.r for disc in discs)
    top = min(disc.y - disc.r for disc in discs)
    bottom = max(disc.y + disc.r for disc in discs)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    # As far as a cell is wide, or the discs themselves would be in the way.
    tall, gap = 13.0, Names.CELL
    for x, y in (
        (right + gap, middle_y - tall / 2),
        (left - gap - wide, middle_y - tall / 2),
        (middle_x - wide / 2, top - gap - tall),
        (middle_x - wide / 2, bottom + gap),
        (right - 2, top - tall + 2),
        (right - 2, bottom - 2),
        (left + 2 - wide, top - tall + 2),
        (left + 2 - wide, bottom - 2),
    ):
        yield x, y, wide, tall
