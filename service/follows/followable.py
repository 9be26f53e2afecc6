"""Which questions can be followed, and why the others cannot.

A followed question moves along the clock `known` alone. What it gives of the other clocks stands
still; what it leaves out is, at each commit, the day of that commit. A declaration says in
`follow` how a question is followed or why it never is; what is no declared question stands in
`NOT_FOLLOWABLE`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from service.asking.following import Follow, Never
from service.asking.parameter import Parameter
from service.asking.question import Question
from service.questions import QUESTIONS

MOVING = ("known", "to_known", "epoch", "view")
"""What a followed question cannot give, because it moves along with the feed."""

PAGED = ("limit", "after")
"""What it cannot give, because the whole list is followed."""


class Followable(NamedTuple):
    """A declared question that can be followed, and how it is."""

    question: Question
    follow: Follow

    @property
    def path(self) -> str:
        """Its path, with `{id}` in it where it is about one thing."""
        return self.question.path

    @property
    def clocks(self) -> tuple[str, ...]:
        """The clocks that a followed question may give."""
        return tuple(each.name for each in self.question.clocks if each.name not in MOVING)

    @property
    def takes(self) -> tuple[str, ...]:
        """The parameters that a followed question may give."""
        filters = (each.name for each in self.question.filters if each.name not in PAGED)
        return (*self.clocks, *filters)

    @property
    def rows(self) -> dict[str, tuple[str, ...]]:
        """The lists of its answer that patches take as objects, with what names a row."""
        return {table.rows: table.key for table in self.question.tables if table.key}


FOLLOWABLE: tuple[Followable, ...] = tuple(
    Followable(each, each.follow) for each in QUESTIONS if isinstance(each.follow, Follow)
)
"""What can be followed."""

PATHS = tuple(kind.path for kind in FOLLOWABLE)

OF = Parameter(
    name="of",
    form={"type": "string", "pattern": "^/v1/", "examples": ["/v1/state?country=CN&at=2013"]},
    meaning=(
        "The path of the question that is followed, with its parameters, percent-encoded as a "
        "whole. It takes no `known`, `to_known`, `view`, `limit` and `after`. Of its other clocks, "
        "those that it gives stand still; those that it does not are at each commit the day of "
        "that commit. What can be followed: " + ", ".join(f"`{path}`" for path in PATHS) + "."
    ),
)
"""The parameter that names what is followed."""

NOT_FOLLOWABLE: Mapping[str, str] = {
    **{each.path: each.follow.why for each in QUESTIONS if isinstance(each.follow, Never)},
    "/v1/changes": "it is a feed itself; give it the question in `of`",
    "/v1/follows": "it is a feed itself",
    "/v1/timegate/state": "it only leads to an answer",
    "/v1/timegate/records/{id}": "it only leads to an answer",
    "/v1/timemap/state": "each commit adds to it; follow /v1/changes instead",
    "/v1/timemap/records/{id}": "each commit adds to it; follow /v1/changes?record= instead",
    "/v1/records/{id}.{form}": "it is a record in another form; follow /v1/records/{id}",
    "/v1/feeds": "it only names the feeds; follow the question that a feed is of",
    "/v1/feeds/{name}": "it is a feed itself; follow /v1/state or /v1/records/{id}",
    "/v1/citations": "it grows by what is cited, which no commit tells of",
    "/v1/citations/{id}": "it stays as it is; its page at /c/ tells what alters its question",
    "/v1/suggestions": "it grows by what readers suggest, which no commit tells of",
    "/v1/suggestions/{id}": "it is taken or declined, which its page at /suggestions/ tells",
    "/checkpoint": "it changes with every commit; follow /v1/changes instead",
    "/checkpoint/checking.py": "it is a program",
    "/checkpoint/key": "it stays as it is",
    "/checkpoint/base": "it is of another log; follow /v1/changes of that one instead",
    "/checkpoint/base/key": "it stays as it is",
    "/checkpoint/epochs": "one begins where the log is replaced, and is in every address then",
    "/checkpoint/consistency": "it stays as it is",
    "/tile/entries/{number}": "it stays as it is",
    "/tile/{level}/{number}": "it stays as it is",
    "/v1/events/{position}": "it stays as it is",
    "/v1/events/{position}/proof": "it is of the newest checkpoint; follow /v1/changes instead",
    "/oembed": "it only tells how to show a page",
    "/healthz": "it tells of the process, not of the chronicle",
    "/readyz": "it tells of the process, not of the chronicle",
}
"""What answers a GET and cannot be followed, with the reason; `{…}` is any part of a path."""


def why_not(path: str) -> str | None:
    """Why what answers at a path cannot be followed; None where nothing is known of it."""
    for known, why in NOT_FOLLOWABLE.items():
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(known)), path):
            return why
    return None
