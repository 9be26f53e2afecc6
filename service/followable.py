"""Which questions can be followed, and at which commits the answer to each can change at all.

A question that can be followed is one line in `FOLLOWABLE`; one that cannot
stands in `NOT_FOLLOWABLE` with the reason. A followed question moves along the
clock `known` alone. What it gives of the other clocks stands still; what it
leaves out is, at each commit, the day of that commit.

No commit may be missed, so where it is not known which ones matter, all do.
Which ones do is told by what the log had up to each of them and never by what
came later: a page of a feed, once full, is the same for good.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from events.clocks import as_of
from events.dates import day, year_of
from events.errors import BadFilter, NotFound
from projections.history import History
from projections.spans import AFTER_ALL, BEFORE_ALL
from projections.views import Database
from service.archive import Archive
from service.audit import source_answer, statement_answer
from service.compare import PARTS, TO_PARTS, compare_answer, sides
from service.errors import NotFollowable, UnknownParameter
from service.filters import given, wanted
from service.finding import records_answer, search_answer
from service.hindsight import hindsight_answer, then_and_now
from service.promises import (
    DUE_TAKES,
    OVERDUE_TAKES,
    SLIPS_TAKE,
    Promised,
    due_answer,
    given_of,
    overdue_answer,
    promised,
    slips_answer,
)
from service.question import Question, located
from service.records import record_answer, timeline_answer
from service.state import SECTIONS, Wanted, state_answer
from service.trends import FILTERS as TRENDS_TAKE
from service.trends import Trend, trend, trends_text

Texts = Mapping[str, str]

DAY_CLOCKS = ("at", "during", "stated")
MOVING = ("known", "to_known", "view")
"""What a followed question cannot give, because it moves along with the feed."""

PAGING = ("limit", "after")
"""What it cannot give, because the whole list is followed."""


RECORDS = ("record", "to_record")
"""The parameters that name a record."""


class Asked(NamedTuple):
    """A question with its clocks written out, and what makes its text."""

    question: Question
    make: Callable[[Database], str]


class Asking(Protocol):
    """Reads a question from the texts of its parameters, at the instant `now`."""

    def __call__(self, service: Archive, path: str, id: str, texts: Texts, *, now: str) -> Asked:
        """Raises what the question raises for its parameters."""


class Streams(Protocol):
    """The streams that an answer is made of, each with the position from which it counts."""

    def __call__(self, service: Archive, db: Database, id: str, *, known: int) -> dict[str, int]:
        """All of them that count anywhere up to `known`."""


class Turns(Protocol):
    """The positions beyond `after`, up to `known`, of commits that can change an answer.

    None where any can.
    """

    def __call__(
        self, service: Archive, db: Database, question: Question, *, after: int, known: int
    ) -> list[int] | None:
        """In order, each once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followable:
    """A path that can be followed.

    `clocks` are those of the world that it takes, `filters` what else; the answer
    depends on the day of asking unless one of each tuple of `settled` is given.
    `space` is what its `{id}` is an id of. `streams` or `turns` tell which commits
    matter; with neither, all do. `rows` are the lists of the answer that a patch
    takes as objects, with the members that name a row, and `passing` the members
    of rows that only count the days since.
    """

    path: str
    ask: Asking
    filters: tuple[str, ...] = ()
    clocks: tuple[str, ...] = DAY_CLOCKS
    settled: tuple[tuple[str, ...], ...] = (("at", "during"), ("stated",))
    space: str | None = None
    paged: bool = False
    streams: Streams | None = None
    turns: Turns | None = None
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    passing: tuple[str, ...] = ()

    @property
    def takes(self) -> tuple[str, ...]:
        """The parameters that a followed question may give."""
        return (*self.clocks, *(name for name in self.filters if name not in PAGING))

    def id_in(self, path: str) -> str | None:
        """The id that stands in a path of this form; None where the path is of another."""
        pattern = re.escape(self.path).replace(re.escape("{id}"), "([^/.]+)")
        found = re.fullmatch(pattern, path)
        return None if found is None else "".join(found.groups())


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A question that is followed. `of` is the path of it, in the one way to write it."""

    kind: Followable
    path: str
    id: str
    texts: Texts
    of: str

    @property
    def settled(self) -> bool:
        """Whether its clocks stand still, so that only what is recorded changes the answer."""
        return all(any(name in self.texts for name in names) for names in self.kind.settled)

    def asked(self, service: Archive, *, known: int, now: str, **more: str) -> Asked:
        """The question at a position; `now` is the instant of the commit that is looked at."""
        texts = {**self.texts, "known": f"@{known}", **more}
        return self.kind.ask(service, self.path, self.id, texts, now=now)

    def streams(self, service: Archive, db: Database, *, known: int) -> dict[str, int] | None:
        """The streams that the answer is made of; None where it is not made of single ones."""
        if self.kind.streams is None:
            return None
        return self.kind.streams(service, db, self.id, known=known)

    def candidates(
        self,
        service: Archive,
        db: Database,
        *,
        after: int,
        known: int,
        now: str,
        most: int | None = None,
    ) -> list[int]:
        """The positions of the commits beyond `after`, up to `known`, at which the answer can
        have changed, in order; all of them, or the first `most` and perhaps more."""
        if self.settled:
            if (streams := self.streams(service, db, known=known)) is not None:
                return _versions(service.history, db, streams, after=after, known=known)
            if self.kind.turns is not None:
                question = self.asked(service, known=known, now=now).question
                found = self.kind.turns(service, db, question, after=after, known=known)
                if found is not None:
                    return found
        limit = AFTER_ALL if most is None else most
        commits = service.history.versions(db, None, known=known, after=after, limit=limit)
        return [commit.position for commit in commits]

    def check_exists(self, service: Archive, db: Database, *, known: int) -> None:
        """Raises NotFound where nothing of an id that it names was recorded by a position."""
        named = [(self.kind.space, self.id)] if self.kind.space else []
        named += [("record", self.texts[name]) for name in RECORDS if name in self.texts]
        for space, id in named:
            if space == "statement":
                exists = service.state.record_of(db, id, known=known) is not None
            else:
                exists = service.history.revision(db, f"{space}:{id}", known=known) > 0
            if not exists:
                raise NotFound(space, id)


def followed_question(service: Archive, text: str) -> Followed:
    """Read the path of a question that is to be followed.

    Raises NotFollowable, UnknownParameter, BadFilter, and whatever the question
    itself raises for its parameters.
    """
    kind, path, id = _path(text)
    texts: dict[str, str] = {}
    for name, value in parse_qsl(urlsplit(text).query, keep_blank_values=True):
        if name in MOVING:
            raise BadFilter("of", text, f"leave out {name}: the feed moves along `known`")
        if name in PAGING and kind.paged:
            raise BadFilter("of", text, f"leave out {name}: the whole list is followed")
        if name not in kind.takes:
            raise UnknownParameter(name, f"is no parameter of {path} in a feed", kind.takes)
        if name in texts:
            raise UnknownParameter(name, "is given more than once in `of`", kind.takes)
        texts[name] = value
    now = service.chronicle.now()
    asked = kind.ask(service, path, id, {**texts, "known": "@0"}, now=now)
    unsaid = {name for name in (*kind.clocks, *MOVING) if name not in texts}
    pairs = asked.question.pairs(asked.question.filters)
    of = located(path, [pair for pair in pairs if pair[0] not in unsaid])
    return Followed(kind=kind, path=path, id=id, texts=texts, of=of)


def _path(text: str) -> tuple[Followable, str, str]:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if not text.startswith("/") or parts.netloc or parts.fragment:
        raise NotFollowable(text, "give the path of a question, such as /v1/state?at=2013", PATHS)
    path = unquote(parts.path)
    for kind in FOLLOWABLE:
        if (id := kind.id_in(path)) is not None:
            return kind, path, id
    raise NotFollowable(path, why_not(path) or "there is no such question", PATHS)


def why_not(path: str) -> str | None:
    """Why what answers at a path cannot be followed; None where nothing is known of it."""
    for known, why in NOT_FOLLOWABLE.items():
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(known)), path):
            return why
    return None


# --- asking


Make = Callable[[Archive, Database, Question, Wanted, str], str]


def _asking(make: Make, *filters: str) -> Asking:
    """How a question of the three clocks and the filters of all lists is read."""

    def ask(service: Archive, path: str, id: str, texts: Texts, *, now: str) -> Asked:
        asked = wanted(**{name: texts.get(name) for name in filters})
        clocks = as_of(
            at=texts.get("at"),
            during=texts.get("during"),
            stated=texts.get("stated"),
            known=texts.get("known"),
            log=service.chronicle.log,
            now=now,
        )
        question = Question(path, clocks, given(asked))
        return Asked(question, lambda db: make(service, db, question, asked, id))

    return ask


Promises = Callable[[Any, Database, Question, Promised], str]


def _promises(make: Promises, *, of_record: bool = False) -> Asking:
    def ask(service: Archive, path: str, id: str, texts: Texts, *, now: str) -> Asked:
        asked = promised(texts, record=id if of_record else None)
        clocks = as_of(
            at=texts.get("at"),
            during=texts.get("during"),
            stated=texts.get("stated"),
            known=texts.get("known"),
            log=service.chronicle.log,
            now=now,
        )
        question = Question(path, clocks, given_of(asked))

        def answer(db: Database) -> str:
            if of_record and not service.history.revision(db, f"record:{id}", known=clocks.known):
                raise NotFound("record", id)
            return make(service.state, db, question, asked)

        return Asked(question, answer)

    return ask


def _trend(service: Archive, path: str, id: str, texts: Texts, *, now: str) -> Asked:  # noqa: ARG001 - the path has no id
    asked = trend(path, texts, log=service.chronicle.log, now=now)
    return Asked(asked.question, lambda db: trends_text(service.state, db, asked))


def _hindsight(service: Archive, path: str, id: str, texts: Texts, *, now: str) -> Asked:  # noqa: ARG001 - the path has no id
    asked = then_and_now(path, texts, log=service.chronicle.log, now=now)
    return Asked(asked.question, lambda db: hindsight_answer(service.state, db, asked))


def _compare(service: Archive, path: str, id: str, texts: Texts, *, now: str) -> Asked:  # noqa: ARG001 - the path has no id
    log = service.chronicle.log
    named = {name: texts.get(name) for name in ("at", "stated", "known")}
    asked = sides(path, as_of(during=None, log=log, now=now, **named), texts, log=log, now=now)
    return Asked(
        asked.question, lambda db: compare_answer(service.state, service.history, db, asked)
    )


# --- which commits matter


def _on_a_day(
    service: Archive, db: Database, question: Question, *, after: int, known: int
) -> list[int]:
    """Of an answer about the rows that hold near a day, or in a period."""
    clocks = question.as_of
    first = min(clocks.at, clocks.stated, clocks.during.first if clocks.during else AFTER_ALL)
    return _turns(
        service,
        db,
        question,
        first=day(year_of(first), 1, 1),
        # Findings are counted up to `at`, and listed up to the end of its year.
        last=day(year_of(max(clocks.at, clocks.stated)), 12, 31),
        after=after,
        known=known,
    )


def _on_any_day(
    service: Archive, db: Database, question: Question, *, after: int, known: int
) -> list[int]:
    """Of an answer about whatever was said by the horizon."""
    return _turns(service, db, question, first=BEFORE_ALL, last=AFTER_ALL, after=after, known=known)


def _between_ends(
    service: Archive, db: Database, question: Question, *, after: int, known: int
) -> list[int]:
    """Of a trend."""
    if not isinstance(question, Trend):
        raise TypeError("the question is no trend")
    return _turns(
        service,
        db,
        # Its filters are lists, which the views do not take.
        Question(question.path, question.as_of, {}),
        first=question.first,
        last=question.last,
        after=after,
        known=known,
    )


def _turns(
    service: Archive,
    db: Database,
    question: Question,
    *,
    first: int,
    last: int,
    after: int,
    known: int,
) -> list[int]:
    return service.state.turns(
        db,
        first=first,
        last=last,
        stated=question.as_of.stated,
        after=after,
        known=known,
        country=question.filters.get("country"),
        field=question.filters.get("field"),
    )


def _found(
    service: Archive, db: Database, question: Question, *, after: int, known: int
) -> list[int] | None:
    """Of a list of what has words, where there are some: any text may have them."""
    if "q" in question.filters:
        return None
    return _on_a_day(service, db, question, after=after, known=known)


def _of_record(service: Archive, db: Database, id: str, *, known: int) -> dict[str, int]:  # noqa: ARG001 - the id tells
    return {f"record:{id}": 0}


def _of_statement(service: Archive, db: Database, id: str, *, known: int) -> dict[str, int]:
    """Its record, and from where they are named the sources it cites and those who contradict."""
    record = service.state.record_of(db, id, known=known)
    if record is None:
        return {}
    streams = {f"record:{record}": 0}
    for position, line in _lines(service.history, db, f"record:{record}", id, known=known):
        for source in _named(line, "sources"):
            streams.setdefault(f"source:{source}", position)
    contradicting = service.state.contradicting_ever(db, id)
    return _with_naming(
        service, db, streams, contradicting, member="contradicts", id=id, known=known
    )


def _of_source(service: Archive, db: Database, id: str, *, known: int) -> dict[str, int]:
    """Its own stream, and from where they first cite it those of what rests on it."""
    streams = {f"source:{id}": 0}
    citing = service.state.citing(db, id)
    return _with_naming(service, db, streams, citing, member="sources", id=id, known=known)


def _with_naming(
    service: Archive,
    db: Database,
    streams: Mapping[str, int],
    naming: Iterable[str],
    *,
    member: str,
    id: str,
    known: int,
) -> dict[str, int]:
    """The streams, and those of what names an id, from where it first does."""
    found = dict(streams)
    for name in naming:
        space, _, record = name.rpartition(":")
        about = None if space else name  # a card is named by its stream
        lies_in = record if space else service.state.record_of(db, name, known=known)
        if lies_in is None:
            continue
        stream = f"record:{lies_in}"
        for position, line in _lines(service.history, db, stream, about, known=known):
            if id in _named(line, member):
                found[stream] = min(position, found.get(stream, position))
                break
    return found


def _named(line: dict[str, Any], member: str) -> list[str]:
    """The ids in a list of a line, which are those of sources where it cites them."""
    return [each["id"] if isinstance(each, dict) else each for each in line.get(member) or ()]


def _lines(
    history: History, db: Database, stream: str, about: str | None, *, known: int
) -> Iterable[tuple[int, dict[str, Any]]]:
    """The positions of the events about a statement, or a card, with what each sets."""
    for entry in history.entries(db, stream, known=known, after=0, limit=AFTER_ALL):
        if entry.statement == about:
            line = msgspec.json.decode(entry.line)
            yield entry.position, line.get("changes", line)


def _versions(
    history: History, db: Database, streams: Mapping[str, int], *, after: int, known: int
) -> list[int]:
    return sorted(
        {
            version.position
            for stream, since in streams.items()
            for version in history.versions(
                db, stream, known=known, after=max(after, since - 1), limit=AFTER_ALL
            )
        }
    )


# --- the lists

LIST = ("kind", "country", "field", "status", "near", "radius", "sort", "facets", "fields")
STATE = ("country", "field", "status")

BY_ID = dict.fromkeys(SECTIONS, ("id",))

FOLLOWABLE: tuple[Followable, ...] = (
    Followable(
        path="/v1/state",
        ask=_asking(
            lambda service, db, question, asked, _: state_answer(
                service.state, db, question, asked
            ),
            *STATE,
            *PAGING,
        ),
        filters=STATE,
        paged=True,
        turns=_on_a_day,
        rows=BY_ID,
    ),
    Followable(
        path="/v1/records",
        ask=_asking(
            lambda service, db, question, asked, _: records_answer(
                service.state, service.search, db, question, asked
            ),
            *LIST,
            *PAGING,
        ),
        filters=LIST,
        paged=True,
        turns=_found,
        rows={"items": ("id",)},
    ),
    Followable(
        path="/v1/search",
        ask=_asking(
            lambda service, db, question, asked, _: search_answer(
                service.state, service.search, db, question, asked
            ),
            "q",
            *LIST,
            *PAGING,
        ),
        filters=("q", *LIST),
        paged=True,
        turns=_found,
        rows={"items": ("kind", "id")},
    ),
    Followable(
        path="/v1/records/{id}",
        ask=_asking(
            lambda service, db, question, _, id: record_answer(service.history, db, question, id)
        ),
        space="record",
        streams=_of_record,
        rows={"entries": ("entry",), "holding": ("statement",), "statements": ("id",)},
    ),
    Followable(
        path="/v1/records/{id}/timeline",
        ask=_asking(
            lambda service, db, question, _, id: timeline_answer(service.history, db, question, id)
        ),
        space="record",
        streams=_of_record,
        rows={"effective": ("entry",)},
    ),
    Followable(
        path="/v1/records/{id}/slips",
        ask=_promises(slips_answer, of_record=True),
        space="record",
        paged=True,
        streams=_of_record,
        rows={"items": ("entry",)},
    ),
    Followable(
        path="/v1/statements/{id}",
        ask=_asking(
            lambda service, db, question, _, id: statement_answer(
                service.state, service.history, db, question, id
            )
        ),
        space="statement",
        streams=_of_statement,
        rows={"events": ("position",), "sources": ("id",)},
    ),
    Followable(
        path="/v1/sources/{id}",
        ask=_asking(
            lambda service, db, question, _, id: source_answer(
                service.state, service.history, db, question, id
            )
        ),
        space="source",
        streams=_of_source,
        rows={"statements": ("id",)},
    ),
    Followable(
        path="/v1/slips",
        ask=_promises(slips_answer),
        filters=SLIPS_TAKE,
        paged=True,
        turns=_on_any_day,
        rows={"items": ("record", "entry")},
    ),
    Followable(
        path="/v1/overdue",
        ask=_promises(overdue_answer),
        filters=OVERDUE_TAKES,
        paged=True,
        turns=_on_any_day,
        rows={"items": ("record", "statement")},
        passing=("days",),
    ),
    Followable(
        path="/v1/due",
        ask=_promises(due_answer),
        filters=DUE_TAKES,
        paged=True,
        turns=_on_any_day,
        rows={"items": ("record", "statement")},
        passing=("days",),
    ),
    Followable(
        path="/v1/trends",
        ask=_trend,
        filters=tuple(name for name in TRENDS_TAKE if name != "format"),
        clocks=("stated", "from", "to"),
        settled=(("stated",), ("to",)),
        turns=_between_ends,
        rows={"series": ("key",)},
    ),
    Followable(
        path="/v1/hindsight",
        ask=_hindsight,
        filters=("country", "field"),
        clocks=("at", "stated", "to_stated"),
        settled=(("at",), ("stated",), ("to_stated",)),
        paged=True,
        rows={"rows": ("id",)},
    ),
    Followable(
        path="/v1/compare",
        ask=_compare,
        filters=(*PARTS, *TO_PARTS),
        clocks=("at", "stated", "to_at", "to_stated"),
        settled=(("at",), ("stated",)),
    ),
)
"""What can be followed, by path."""

PATHS = tuple(kind.path for kind in FOLLOWABLE)

OF: tuple[dict[str, Any], str] = (
    {"type": "string", "pattern": "^/v1/", "examples": ["/v1/state?country=CN&at=2013"]},
    "The path of the question that is followed, with its parameters, percent-encoded as a whole. "
    "It takes no `known`, `view`, `limit` and `after`. Of its other clocks, those that it gives "
    "stand still; those that it does not are at each commit the day of that commit. "
    "What can be followed: " + ", ".join(f"`{kind.path}`" for kind in FOLLOWABLE) + ".",
)
"""The schema and the meaning of the parameter that names what is followed."""

NOT_FOLLOWABLE: Mapping[str, str] = {
    "/v1/records/{id}/history": "each commit adds to it; follow /v1/changes?record= instead",
    "/v1/activity": "each commit adds to it; follow /v1/changes instead",
    "/v1/changes": "it is a feed itself; give it the question in `of`",
    "/v1/follows": "it is a feed itself",
    "/v1/diff": "it has two ends on the clock `known`; follow /v1/state instead",
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
