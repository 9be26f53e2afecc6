"""Pages of what lies beside the log, in the order of its positions: the next one begins after the
position of the last row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from service.asking import forms
from service.asking.parameter import Filter, values_of, whole_number
from service.asking.query import located


class Placed(Protocol):
    """Has a position."""

    @property
    def position(self) -> int:
        """Where it lies."""


Row = TypeVar("Row", bound=Placed)

LIMIT = Filter(
    name="limit",
    form={"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
    meaning="How many a page has at most.",
    parse=lambda text: whole_number("limit", text, 1, 1000),
    default=100,
)
AFTER = Filter(
    name="after",
    form={**forms.POSITION, "minimum": 1},
    meaning="Go on after the page before; comes from its `next`.",
    parse=lambda text: whole_number("after", text, 1, 10**18 - 1),
)
PAGING = (LIMIT, AFTER)


def page_asked(texts: Mapping[str, str]) -> tuple[int, int | None]:
    """How many rows are asked for, and after which position. Raises BadFilter."""
    values = values_of(PAGING, texts)
    return values[LIMIT.name], values[AFTER.name]


def page_of(
    found: Sequence[Row], *, limit: int, path: str, texts: Mapping[str, str]
) -> tuple[Sequence[Row], str | None]:
    """The first rows of those that were found, and where the next page begins; None where there is
    none."""
    if len(found) <= limit:
        return found, None
    shown = found[:limit]
    given = [(name, text) for name, text in texts.items() if name == LIMIT.name]
    return shown, located(path, [*given, (AFTER.name, str(shown[-1].position))])
