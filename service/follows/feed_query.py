"""A page of a feed: the query for it, where it ends, and its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from events.clocks import AsOf, Log
from service.asking import forms
from service.asking.filters import LIMIT_OF_PAGE, position_after
from service.asking.json_text import json_of
from service.asking.parameter import Filter, texts_of
from service.asking.query import Query, located
from service.follows.feed import FeedPage
from service.follows.followed import Followed


@dataclass(frozen=True, slots=True)
class FeedQuery(Query):
    """A query for the changes of an answer; it has no clock but `known`."""

    def onwards(self, after: int) -> str:
        """The path of the next page, which is read up to the head of the log."""
        filters = {**self.filters, "after": str(after)}
        # In a later epoch nobody knows before it is read in which of them it will end.
        pins = self.pins if self.epoch == 1 else []
        return located(self.path, [*sorted(filters.items()), *pins])

    @property
    def of_its_end(self) -> str:
        """The path of a page that ends before the head of the log, and so stands for ever."""
        return located(self.path, [*sorted(self.filters.items()), *self.pins])

    def by(self, position: int) -> FeedQuery:
        """The same query, of what was recorded up to a position."""
        return replace(self, as_of=replace(self.as_of, known=position))

    @property
    def current(self) -> str:
        """The path to subscribe to: the first page, read up to the head of the log."""
        filters = {name: value for name, value in self.filters.items() if name != "after"}
        return located(self.path, sorted(filters.items()))

    def head(self) -> dict[str, Any]:
        """The members that begin the answer: `of`, `known`, `known_at`, `view`, `pinned`."""
        return {"of": self.filters["of"], **Query.head(self)}


LIMIT = 50
"""How many items a page has by default."""

PAGING: tuple[Filter, ...] = (
    LIMIT_OF_PAGE.but(
        form={**LIMIT_OF_PAGE.form, "default": LIMIT},
        meaning="How many items a page has at most; more is refused.",
        default=LIMIT,
    ),
    Filter(
        name="after",
        form=forms.PAGE_OF_EVENTS,
        meaning=(
            "The position beyond which the page begins. Default: the beginning of the log; Atom "
            "without it has the newest items."
        ),
        parse=position_after,
        default=0,
    ),
)
"""The `limit` of a page, in items, and the position `after` which it begins."""


def feed_query(
    path: str, followed: Followed, known: AsOf, paging: Mapping[str, int], *, form: str = "json"
) -> FeedQuery:
    """The query for a page of a feed, read up to `known`; `paging` has the values of `PAGING`."""
    filters = {"of": followed.of, **texts_of(PAGING, paging)}
    if form != "json":
        filters["format"] = form
    return FeedQuery(path, known, filters, clocks=("known",))


def ending(log: Log, query: FeedQuery, found: FeedPage) -> FeedQuery:
    """The query of a page that was read; its `known` is where the page ends."""
    if not found.is_cut:
        return query
    commit = log.commit_at(found.reached)
    if commit is None:
        return query
    known = replace(query.as_of, known=commit.position, known_at=commit.recorded_at)
    return replace(query, as_of=known)


def feed_text(query: FeedQuery, found: FeedPage) -> str:
    """The JSON text of a page, as `FollowsSchema` describes it; `query` comes from `ending`."""
    members = {
        "items": [item.members for item in found.items],
        "next": query.onwards(found.reached) if found.is_cut else None,
    }
    return json_of({**query.head(), **members})
