"""Which questions can be followed, and how each of them is asked at a position of the log.

Each question says it in its declaration; what else answers a GET and cannot be
followed stands in `NOT_FOLLOWABLE` with the reason. A followed question moves along the
clock `known` alone. What it gives of the other clocks stands still; what it
leaves out is, at each commit, the day of that commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from projections.views.file import Database
from service.archive import Archive
from service.asking.errors import NotFollowable
from service.asking.filters import STATE_FILTERS
from service.asking.following import Follow, MadeOf, Never, Turns
from service.asking.query import Query
from service.asking.question import Arguments, Question
from service.questions import QUESTIONS

Texts = Mapping[str, str]

PAGING = ("limit", "after")
"""What it cannot give, because the whole list is followed."""


class Posed(NamedTuple):
    """A question with its clocks written out, what makes its text, and how far the views must have
    read for it, if not only to its `known`."""

    question: Query
    make: Callable[[Database], str]
    position: int | None = None


class Asking(Protocol):
    """Reads a question from the texts of its parameters, at the instant `now`."""

    def __call__(self, service: Archive, path: str, id: str, texts: Texts, *, now: str) -> Posed:
        """Raises what the question raises for its parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followable:
    """A path that can be followed.

    `clocks` are those of the world that it takes, `filters` what else. `space` is what
    its `{id}` is an id of. `streams` or `turns` tell which commits matter while the day of
    asking is one, which is so for ever where one of each tuple of `settled` is given. Without
    them all do. `rows` are the lists of the answer that a patch takes as objects, with the
    members that name a row, and `passing` the members of rows that only count the days since.
    `effort` is how often it looks at each record, and `looks_everywhere` whether at those of all
    countries, whichever it is about.
    """

    path: str
    ask: Asking
    filters: tuple[str, ...]
    clocks: tuple[str, ...]
    settled: tuple[tuple[str, ...], ...]
    space: str | None
    paged: bool
    streams: MadeOf | None
    turns: Turns | None
    rows: Mapping[str, tuple[str, ...]]
    passing: tuple[str, ...]
    effort: int
    looks_everywhere: bool

    @property
    def takes(self) -> tuple[str, ...]:
        """The parameters that a followed question may give."""
        return (*self.clocks, *(name for name in self.filters if name not in PAGING))

    def id_in(self, path: str) -> str | None:
        """The id that stands in a path of this form; None where the path is of another."""
        pattern = re.escape(self.path).replace(re.escape("{id}"), "([^/.]+)")
        found = re.fullmatch(pattern, path)
        return None if found is None else "".join(found.groups())


def posed(service: Archive, path: str, texts: Texts, *, now: str) -> Posed:
    """A question by its path and its parameters, at the instant `now`.

    Raises NotFollowable for a path that has none, and what the question raises.
    """
    for kind in FOLLOWABLE:
        if (id := kind.id_in(path)) is not None:
            return kind.ask(service, path, id, texts, now=now)
    raise NotFollowable(path, why_not(path) or "there is no such question", PATHS)


def why_not(path: str) -> str | None:
    """Why what answers at a path cannot be followed; None where nothing is known of it."""
    for known, why in NOT_FOLLOWABLE.items():
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(known)), path):
            return why
    return None


# --- the lists

STATE = tuple(name for name in STATE_FILTERS if name not in PAGING)


def _declared(question: Question, follow: Follow) -> Followable:
    """A declared question, as it is followed."""

    def ask(service: Archive, path: str, id: str, texts: Texts, *, now: str) -> Posed:
        log = service.chronicle.log
        query = question.query(Arguments(path=path, id=id, texts=texts, log=log, now=now))
        return Posed(query, lambda db: question.text(service.reading(db), query), query.position)

    return Followable(
        path=question.path,
        ask=ask,
        filters=tuple(each.name for each in question.filters if each.name not in PAGING),
        clocks=tuple(name for name in question.clock_names if name not in ("known", "to_known")),
        settled=follow.settled,
        space=question.space,
        paged=question.is_paged,
        streams=follow.streams,
        turns=follow.turns,
        rows={table.rows: table.key for table in question.tables if table.key},
        passing=follow.passing,
        effort=follow.effort,
        looks_everywhere=follow.looks_everywhere,
    )


FOLLOWABLE: tuple[Followable, ...] = tuple(
    _declared(each, each.follow) for each in QUESTIONS if isinstance(each.follow, Follow)
)
"""What can be followed, by path."""

PATHS = tuple(kind.path for kind in FOLLOWABLE)

OF: tuple[dict[str, Any], str] = (
    {"type": "string", "pattern": "^/v1/", "examples": ["/v1/state?country=CN&at=2013"]},
    "The path of the question that is followed, with its parameters, percent-encoded as a whole. "
    "It takes no `known`, `to_known`, `view`, `limit` and `after`. Of its other clocks, those that "
    "it gives stand still; those that it does not are at each commit the day of that commit. "
    "What can be followed: " + ", ".join(f"`{kind.path}`" for kind in FOLLOWABLE) + ".",
)
"""The schema and the meaning of the parameter that names what is followed."""

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
    "/oembed": "it only tells how to show a page",
    "/healthz": "it tells of the process, not of the chronicle",
    "/readyz": "it tells of the process, not of the chronicle",
}
"""What answers a GET and cannot be followed, with the reason; `{…}` is any part of a path."""
