"""The names on a map, placed so that none meets a disc, another name or the rim.

The groups of most discs come first; one that finds no room at any of eight places about its
discs stands on its disc, if that is large enough, or goes without.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    """Discs that have one name: a number beside it, and a `rank` among those of the same number."""

    key: str
    name: str
    size: int
    rank: int
    discs: tuple[Round, ...]


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
            big = group.size >= 5
            more = f" {group.size}" if group.size > 1 else ""
            wide = width(group.name, TEXT, bold=big) + width(more, TEXT)
            spot = next(filter(self._free, _around(group.discs, wide)), None)
            kinds = ["big"] if big else []
            if spot is None:
                # A disc may be large enough to have its name on it.
                spot = _on(group.discs, wide)
                kinds.append("on")
            if spot is None:
                continue
            self._take(*spot)
            x, y, _, tall = spot
            css = f' class="{" ".join(kinds)}"' if kinds else ""
            # A space at the beginning of a tspan is dropped where pixels are made of it.
            number_of = f' <tspan class="n">{group.size}</tspan>' if more else ""
            texts.append(
                f'<text{css} x="{number(x)}" y="{number(y + tall - 3)}">'
                f"{escape(group.name)}{number_of}</text>"
            )
        return "".join(texts)

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
        x, y, wide, tall = spot
        inside = (
            x >= 2
            and y >= 2
            and x + wide <= self._sheet.width - 2
            and y + tall <= self._sheet.height - 2
        )
        return inside and self._taken.isdisjoint(self._cells(*spot))

    def _take(self, x: float, y: float, wide: float, tall: float) -> None:
        self._taken.update(self._cells(x, y, wide, tall))

    def _cells(self, x: float, y: float, wide: float, tall: float) -> Iterator[tuple[int, int]]:
        for column in range(int(x // self.CELL), int((x + wide) // self.CELL) + 1):
            for row in range(int(y // self.CELL), int((y + tall) // self.CELL) + 1):
                yield column, row


def _on(discs: tuple[Round, ...], wide: float) -> Spot | None:
    """The place upon one disc; None where it is not as large as that."""
    [disc, *others] = discs
    if others or 2 * disc.r < wide + 6:
        return None
    return disc.x - wide / 2, disc.y - 6.5, wide, 13.0


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
