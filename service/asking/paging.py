"""The pages of lists: which part of a list is shown, and where the next page begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from events.fact import is_id
from projections.engine.spans import AFTER_ALL
from projections.views.order import Order
from service.asking.errors import BadCursor
from service.asking.filters import AFTER_ROW, LIMIT, LIMIT_OF_PAGE, Wanted
from service.asking.parameter import Filter
from service.asking.query import Query

Row = TypeVar("Row")


LISTS: tuple[Filter, ...] = (
    LIMIT_OF_PAGE.but(meaning="How many each list of a page has at most; more is refused."),
    AFTER_ROW.but(
        meaning=(
            "Where in each list the page begins; comes from the `next` of the one before, which "
            "is there while any of them goes on."
        )
    ),
)
"""The parameters of an answer about one thing, whose lists all come in the same pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Which page is meant of an answer with several lists: of each the `limit` rows that come
    after as many as are `skipped`."""

    limit: int = LIMIT
    skipped: int = 0


WHOLE = Lists(limit=AFTER_ALL)
"""One page with all there is."""


def page_of_lists(
    query: Query, lists: Mapping[str, Sequence[Any]]
) -> tuple[dict[str, Sequence[Any]], dict[str, Any]]:
    """The page of each list by its name, and the members that end an answer with several: the path
    of the next page, None after the last of the longest; and if one page is not all there is, how
    many rows each list has.

    A query that says nothing of pages is about the whole.
    """
    paged = replace(query, about=query.about or WHOLE)
    totals = {name: len(rows) for name, rows in lists.items()}
    page, following = page_of(paged, max(totals.values()))
    rest: dict[str, Any] = {"next": following}
    if following is not None or page.start:
        rest = {"totals": totals, **rest}
    return {name: rows[page] for name, rows in lists.items()}, rest


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
    if about.after and not len(order.places_of([about.after])):
        raise BadCursor(about.after, "there is no record of that id")
    listed = places[np.searchsorted(places, order.after(about.after)) :] if about.after else places
    page = listed[: about.limit]
    return page, (order.ids[int(page[-1])] if len(listed) > len(page) else None)


def _check(about: Wanted) -> None:
    """Refuse to begin after what is no id. Raises BadCursor."""
    if about.after and not is_id(about.after):
        raise BadCursor(about.after, "it is no id of a record")
