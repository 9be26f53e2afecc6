"""A page of a feed: the question that asks for it, where it ends, and its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from events.clocks import AsOf, Log
from projections import VIEW
from service.asking.json_text import json_of, members_of
from service.asking.query import Query, located
from service.follows.feed import FeedPage
from service.follows.followed import Followed


@dataclass(frozen=True, slots=True)
class FeedQuery(Query):
    """A question about the changes of an answer; it takes no clock but `known`."""

    def pairs(self, filters: Mapping[str, str]) -> list[tuple[str, str]]:
        """The parameters of the pinned URL, in their order."""
        return [
            ("known", f"@{self.as_of.known}"),
            *sorted(filters.items()),
            ("view", str(VIEW)),
        ]

    def onwards(self, after: int) -> str:
        """Where the feed goes on, to wherever the log has come by then."""
        filters = {**self.filters, "after": str(after)}
        return located(self.path, [*sorted(filters.items()), ("view", str(VIEW))])

    def by(self, position: int) -> FeedQuery:
        """The same question of what was recorded by a commit."""
        return replace(self, as_of=replace(self.as_of, known=position))

    @property
    def current(self) -> str:
        """Where the feed is subscribed to."""
        filters = {name: value for name, value in self.filters.items() if name != "after"}
        return located(self.path, sorted(filters.items()))

    def head(self) -> dict[str, Any]:
        """The members that begin the answer."""
        return {
            "of": self.filters["of"],
            "known": f"@{self.as_of.known}",
            "known_at": self.as_of.known_at,
            "view": VIEW,
            "pinned": self.pinned,
        }


LIMIT = 50
"""How many items a page has where nothing is said of it."""


def feed_question(
    path: str,
    followed: Followed,
    known: AsOf,
    *,
    after: int = 0,
    limit: int = LIMIT,
    form: str = "json",
) -> FeedQuery:
    """The question that asks for a page of a feed, read up to `known`."""
    filters = {"of": followed.of}
    if form != "json":
        filters["format"] = form
    if limit != LIMIT:
        filters["limit"] = str(limit)
    if after:
        filters["after"] = str(after)
    return FeedQuery(path, known, filters)


def ending(log: Log, question: FeedQuery, found: FeedPage) -> FeedQuery:
    """The question of a page that was read, whose `known` is where it ends."""
    if not found.is_cut:
        return question
    commit = log.commit_at(found.reached)
    if commit is None:
        return question
    known = replace(question.as_of, known=commit.position, known_at=commit.recorded_at)
    return replace(question, as_of=known)


def feed_text(question: FeedQuery, found: FeedPage) -> str:
    """The JSON text of `/v1/follows`, its `known` being where the page ends."""
    members = {
        "items": [item.members for item in found.items],
        "next": question.onwards(found.reached) if found.is_cut else None,
    }
    return f"{{{members_of(question.head())},{json_of(members)[1:-1]}}}"
