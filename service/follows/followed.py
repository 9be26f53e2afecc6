"""A followed question: how its path is parsed, and at which commits its answer can change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from urllib.parse import parse_qsl, unquote, urlsplit

from events.chronicle import Chronicle
from events.errors import AnnalesError, BadFilter, NotFound
from projections.views.reading import Reading
from service.asking.errors import NotFollowable, UnknownParameter
from service.asking.following import Follow
from service.asking.parameter import Texts
from service.asking.query import Arguments, Query, located
from service.asking.question import Question
from service.follows import commits
from service.follows.followable import FOLLOWABLE, MOVING, PAGED, PATHS, Followable, why_not

RECORDS = ("record", "to_record")
"""The parameters that name a record."""

YEARS_AHEAD = 100
"""How many years ahead a question must stay valid, so that its feed does not end."""

EAGER = 4
"""How many commits of each day are candidates in any case. The first is always one, because the day
changed; looking at a few more is cheaper than finding out which matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A followed question; `of` is its canonical path."""

    kind: Followable
    path: str
    id: str
    texts: Texts
    of: str

    @property
    def question(self) -> Question:
        """The declaration of the question."""
        return self.kind.question

    @property
    def follow(self) -> Follow:
        """How it is followed."""
        return self.kind.follow

    @property
    def settled(self) -> bool:
        """Whether its clocks stand still, so that only what is recorded changes the answer."""
        return all(any(name in self.texts for name in names) for names in self.follow.settled)

    def query(self, chronicle: Chronicle, *, known: int, now: str, **more: str) -> Query:
        """The query at a position; `now` is the instant of the commit that is looked at.

        Raises what the question refuses.
        """
        return self.question.query(
            Arguments(
                path=self.path,
                id=self.id,
                texts={**self.texts, "known": f"@{known}", **more},
                log=chronicle.log,
                now=now,
            )
        )

    def streams(self, reading: Reading, *, known: int) -> dict[str, int] | None:
        """The streams that the answer is made of; None where it is not made of single ones."""
        if self.follow.streams is None:
            return None
        return self.follow.streams(reading, self.id, known=known)

    def candidates(
        self,
        chronicle: Chronicle,
        reading: Reading,
        *,
        after: int,
        known: int,
        newest: bool = False,
    ) -> Iterator[int]:
        """The positions of the commits beyond `after`, up to `known`, at which the answer can
        have changed, in order, or the newest first. It is a generator that
        finds them one by one."""
        if self.settled:
            head = chronicle.log.commit_at(known)
            now = head.recorded_at if head else chronicle.now()
            yield from self._turned(
                chronicle, reading, now=now, after=after, known=known, newest=newest
            )
            return
        days = commits.logged_days(reading, chronicle.log, after=after, known=known, newest=newest)
        for day in days:
            eager = [
                commit.position
                for commit in reading.history.versions(
                    reading.db, None, known=day.last, after=day.before, limit=EAGER
                )
            ]
            rest = self._turned(
                chronicle,
                reading,
                now=day.now,
                after=max(eager[-1], after),
                known=day.last,
                newest=newest,
            )
            first = [position for position in eager if position > after]
            yield from chain(rest, reversed(first)) if newest else chain(first, rest)

    def _turned(
        self,
        chronicle: Chronicle,
        reading: Reading,
        *,
        now: str,
        after: int,
        known: int,
        newest: bool,
    ) -> Iterable[int]:
        """The commits at which the answer can change while its clocks are those of an instant."""
        if after >= known:
            return ()
        found = None
        if (streams := self.streams(reading, known=known)) is not None:
            found = commits.versions(reading, streams, after=after, known=known)
        elif self.follow.turns is not None:
            query = self.query(chronicle, known=known, now=now)
            found = self.follow.turns(reading, query, after=after, known=known)
        if found is None:
            return commits.every(reading, after=after, known=known, newest=newest)
        return reversed(found) if newest else found

    def check_exists(self, reading: Reading, *, known: int) -> None:
        """Raises NotFound where nothing of an id that it names was recorded by a position."""
        named = [(self.question.space, self.id)] if self.question.space else []
        named += [("record", self.texts[name]) for name in RECORDS if name in self.texts]
        for space, id in named:
            if space != "statement":
                reading.history.check_exists(reading.db, f"{space}:{id}", known=known)
            elif reading.lines.record_of(reading.db, id, known=known) is None:
                raise NotFound(space, id)


def followed_question(chronicle: Chronicle, text: str) -> Followed:
    """Parse the path of a question that is to be followed.

    Raises NotFollowable, UnknownParameter, BadFilter, and whatever the question
    itself raises for its parameters.
    """
    kind, path, id = _found(text)
    texts: dict[str, str] = {}
    for name, value in parse_qsl(urlsplit(text).query, keep_blank_values=True):
        if name in MOVING:
            raise BadFilter("of", text, f"leave out {name}: the feed moves along `known`")
        if name in PAGED and kind.question.is_paged:
            raise BadFilter("of", text, f"leave out {name}: the whole list is followed")
        if name not in kind.takes:
            raise UnknownParameter(name, f"is no parameter of {path} in a feed", kind.takes)
        if name in texts:
            raise UnknownParameter(name, "is given more than once in `of`", kind.takes)
        texts[name] = value
    followed = Followed(kind=kind, path=path, id=id, texts=texts, of=text)
    now = chronicle.now()
    query = followed.query(chronicle, known=0, now=now)
    later = f"{int(now[:4]) + YEARS_AHEAD:04}-12-31T00:00:00.000000Z"
    try:
        followed.query(chronicle, known=0, now=later)
    except AnnalesError as refused:
        why = f"as time goes on it could not be asked any more ({refused}): give every clock"
        raise BadFilter("of", text, why) from None
    unsaid = {name for name in (*kind.clocks, *MOVING) if name not in texts}
    pairs = [pair for pair in query.pairs(query.filters) if pair[0] not in unsaid]
    return replace(followed, of=located(path, pairs))


def _found(text: str) -> tuple[Followable, str, str]:
    """What is followed by a path, the path, and the id in it.

    Raises NotFollowable.
    """
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if not text.startswith("/") or parts.netloc or parts.fragment:
        raise NotFollowable(text, "give the path of a question, such as /v1/state?at=2013", PATHS)
    path = unquote(parts.path)
    for kind in FOLLOWABLE:
        if (id := kind.question.id_in(path)) is not None:
            return kind, path, id
    raise NotFollowable(path, why_not(path) or "there is no such question", PATHS)
