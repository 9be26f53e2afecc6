"""The pages of lists: which part of a list is shown, and where the next page begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from events.fact import is_id
from projections.views.order import Order
from service.asking.errors import BadCursor
from service.asking.filters import Wanted
from service.asking.query import Query

Row = TypeVar("Row")


def page_of_rows(query: Query, rows: Sequence[Row]) -> tuple[Sequence[Row], str | None]:
    """The page of a whole list, and the path of the next one; None after the last.

    What the query is about says how many rows are `skipped`, and the `limit` of a page.
    """
    page, following = page_of(query, len(rows))
    return rows[page], following


def page_of(query: Query, total: int) -> tuple[slice, str | None]:
    """Where in a list of so many rows the page lies, and the path of the next one."""
    reached = query.about.skipped + query.about.limit
    following = query.url(after=str(reached)) if reached < total else None
    return slice(query.about.skipped, reached), following


def page_of_records(about: Wanted, ids: Iterable[str]) -> tuple[list[str], str | None]:
    """The ids of the page, in order, and after which one the next page begins; None after the last.

    Raises BadCursor.
    """
    _check(about)
    listed = sorted(id for id in ids if id > about.after)
    page = listed[: about.limit]
    return page, (page[-1] if len(listed) > len(page) else None)


def page_in_order(
    about: Wanted, order: Order, places: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], str | None]:
    """The same, of records by their places in the order of ids, which are given in order."""
    _check(about)
    listed = places[np.searchsorted(places, order.after(about.after)) :] if about.after else places
    page = listed[: about.limit]
    return page, (order.ids[int(page[-1])] if len(listed) > len(page) else None)


def _check(about: Wanted) -> None:
    """Refuse to begin after what is no id. Raises BadCursor."""
    if about.after and not is_id(about.after):
        raise BadCursor(about.after, "it is no id of a record")
