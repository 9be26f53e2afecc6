"""Any question as a feed: only the commits that altered its answer, each with what and why.

An item is about one commit. What it says follows from what the log held there,
so once it is there it never changes: the answer after the commit is compared
with the one before it, both at the clocks that the question gives; a clock that
it leaves out is the day of each commit. So a day that passed between them may
alter the answer too: the cause is then `world`.

Pages are cut by position. A page that has all that it may hold, or has looked at `LOOKED` commits,
or whose answers came to `WORK`, ends there: its own `known` is the last commit that it looked at,
and it never changes, whatever is recorded later. Work is counted and not timed, since a page that
was cut by a clock would be another one on another day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import msgspec

from events.chronicle import Chronicle
from events.clocks import AsOf
from events.commit import Commit
from events.errors import NotFound
from projections.views.budget import Budget
from projections.views.history import Acts
from projections.views.patch import Operation, patch_between
from projections.views.reading import Reading
from service.archive import Archive
from service.asking.errors import TooMuchToCompare
from service.asking.filters import LARGEST_LIMIT
from service.asking.format import answer_text
from service.asking.narrowing import MOST_READ
from service.asking.paging import WHOLE, Lists
from service.asking.query import Query, located
from service.comparing.causes import short
from service.comparing.diff import MOST, Comparison, changed_rows
from service.follows.followed import Followed
from service.state.answer import SECTIONS
from service.state.question import STATE
from service.web.cloud_events import PATH as CHANGES
from service.web.cloud_events import Page, cloud_event

TYPE = "org.annales.answer-changed.v1"
"""The type of the CloudEvent that an item is on the change stream."""

LOOKED = 100
"""At how many commits a page looks, at most, for those that altered the answer."""

WORK = MOST_READ // 2
"""How many rows are read for the answers of one page, about."""

CHARACTERS = 40
"""It takes as long to write, read and compare so many characters of an answer as to read a row."""

SHOWN = 50
"""How many rows, operations and events an item shows of each, at most; it counts them all."""

PLACES = (
    "at", "during", "stated", "known", "known_at", "view", "pinned", "next", "revision",
    "sentence", "label", "coverage", "last_said",
)  # fmt: skip
"""Members of an answer that say where it stands, what it is of, or once more what it has."""

ENDS = ("to", "a", "b")
"""Members that are ends of a comparison, and say where these stand."""

MARKS = ("contested", "last_said")
"""Members that other statements than those of a row make of it: a difference lacks them too."""

Members = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Alteration:
    """A commit that altered the answer to the question `of`. `before` and `after` are what is
    compared: the answers as documents, empty where there is no answer."""

    of: str
    commit: Commit
    members: Members
    before: Members
    after: Members

    @property
    def position(self) -> int:
        """The position of the commit."""
        return self.commit.position

    @property
    def type(self) -> str:
        """The type of the CloudEvent."""
        return TYPE

    def text(self) -> bytes:
        """The item as a CloudEvent in JSON."""
        return cloud_event(
            self.position,
            type=TYPE,
            more={"subject": self.of, "time": self.commit.recorded_at},
            data=self.members,
            # An event of the log may have the same id, so this is another source.
            source=located(CHANGES, [("of", self.of)]),
        )


class FeedPage(NamedTuple):
    """The items of a stretch of the log, the oldest first, which was read up to `reached`.

    `full` says that it has `limit` items. Where it is neither full nor `at_head`, it ends
    because it looked at enough commits. `earlier` is the last commit that was not looked at; None
    if all were.
    """

    items: list[Alteration]
    reached: int
    full: bool
    at_head: bool
    earlier: int | None = None

    @property
    def is_cut(self) -> bool:
        """Whether more may lie beyond it that was recorded by then."""
        return not self.at_head


def check(chronicle: Chronicle, reading: Reading, followed: Followed, *, known: int) -> None:
    """Evaluate the question once, at a position, so that what it refuses is raised.

    Raises NotFound where what it names was not recorded by then, TooMuchToCompare,
    and whatever the question raises for its parameters.
    """
    followed.check_exists(reading, known=known)
    _Reader(chronicle, reading, followed).at(known)


def read(
    chronicle: Chronicle,
    reading: Reading,
    followed: Followed,
    *,
    after: int,
    known: int,
    limit: int,
) -> FeedPage:
    """The first `limit` items beyond the position `after`, of what was recorded by `known`.

    Raises TooMuchToCompare; of a question that was not checked, what `check` raises too.
    """
    return _Reader(chronicle, reading, followed).forwards(after=after, known=known, limit=limit)


def read_newest(
    chronicle: Chronicle, reading: Reading, followed: Followed, *, known: int, limit: int
) -> FeedPage:
    """The last `limit` items of what was recorded by `known`, looking back at as many commits as a
    page does.

    Raises what `read` raises.
    """
    return _Reader(chronicle, reading, followed).backwards(known=known, limit=limit)


def read_changes(
    service: Archive, followed: Followed, *, after: int, limit: int, looked: int = 0
) -> Page:
    """A page of the change stream, as far as the views have read the log."""
    head = service.chronicle.log.head()
    position = head.position if head else 0
    known = min(position, service.views.tracked())
    if known <= after:
        return Page([], after, full=False, at_head=True, looked=looked)
    reading = service.reading_at(known)
    found = read(service.chronicle, reading, followed, after=after, known=known, limit=limit)
    return Page(found.items, found.reached, full=found.full, at_head=found.at_head, looked=looked)


# --- reading


class _Answer(NamedTuple):
    """The answer at a point; `document` is empty and `url` None where there is none."""

    query: Query
    url: str | None
    document: Members


class _Reader:
    """Reads a stretch of a feed, and keeps the last answer for the next commit."""

    def __init__(self, chronicle: Chronicle, reading: Reading, followed: Followed) -> None:
        self._chronicle = chronicle
        self._reading = reading
        self._followed = followed
        self._log = chronicle.log
        self._streams: dict[str, int] | None = None
        self._work = 0

    def at(self, position: int) -> None:
        """Evaluate the question once, at a position."""
        commit = self._log.commit_at(position)
        now = commit.recorded_at if commit else self._chronicle.now()
        self._document(self._whole(known=position, now=now))

    def forwards(self, *, after: int, known: int, limit: int) -> FeedPage:
        """The first items beyond a position."""
        items: list[Alteration] = []
        before: _Answer | None = None
        for looked, position in enumerate(self._candidates(after, known), start=1):
            commit = self._commit(position)
            if before is None:
                before = self._before(commit)
            answer = self._answer(commit, commit)
            if answer.document != before.document:
                items.append(self._item(commit, before, answer))
            before = answer
            full = len(items) == limit
            if full or self._is_enough(looked):
                return FeedPage(items, position, full=full, at_head=False)
        return FeedPage(items, max(after, known), full=False, at_head=True)

    def backwards(self, *, known: int, limit: int) -> FeedPage:
        """The last items up to a position."""
        items: list[Alteration] = []
        commits = map(self._commit, self._candidates(0, known, newest=True))
        commit, looked = next(commits, None), 0
        answer = None if commit is None else self._answer(commit, commit)
        while commit is not None and answer is not None:
            last = next(commits, None)
            # Between two commits that matter the answer stands still.
            before = self._before(commit) if last is None else self._answer(last, last)
            if answer.document != before.document:
                items.append(self._item(commit, before, answer))
            commit, answer, looked = last, before, looked + 1
            if len(items) == limit or self._is_enough(looked):
                break
        earlier = commit.position if commit is not None and self._is_of_something(commit) else None
        return FeedPage(items[::-1], known, full=False, at_head=True, earlier=earlier)

    def _is_of_something(self, commit: Commit) -> bool:
        """Whether what the question names was recorded by then."""
        try:
            self._followed.check_exists(self._reading, known=commit.position)
        except NotFound:
            return False
        return True

    def _is_enough(self, looked: int) -> bool:
        return looked == LOOKED or self._work > WORK

    def _candidates(self, after: int, known: int, *, newest: bool = False) -> Iterator[int]:
        """The commits beyond a position at which the answer may change."""
        self._streams = self._followed.streams(self._reading, known=known)
        return self._followed.candidates(
            self._chronicle, self._reading, after=after, known=known, newest=newest
        )

    def _commit(self, position: int) -> Commit:
        commit = self._log.commit_at(position)
        if commit is None or commit.position != position:
            raise ValueError(f"the views know of a commit at {position}, and the log does not")
        return commit

    def _before(self, commit: Commit) -> _Answer:
        """The answer before a commit; before the first, as of that one's day."""
        return self._answer(last := self._log.commit_at(commit.first - 1), last or commit)

    def _answer(self, commit: Commit | None, day: Commit) -> _Answer:
        """The answer at a commit, as of the day of one."""
        known, now = commit.position if commit else 0, day.recorded_at
        query = self._followed.query(self._chronicle, known=known, now=now)
        document = self._document(self._whole(known=known, now=now))
        if document is None:
            return _Answer(query, None, {})
        return _Answer(query, query.pinned, document)

    def _whole(self, *, known: int, now: str) -> Query:
        """The query at a point with the whole list in one page; of what is about one thing, with
        all there is."""
        question = self._followed.question
        most = {"limit": str(LARGEST_LIMIT)} if question.is_paged else {}
        query = self._followed.query(self._chronicle, known=known, now=now, **most)
        if question.about is Lists:
            return replace(query, about=WHOLE)
        if question is STATE:
            return replace(query, about=replace(query.about, beside=LARGEST_LIMIT))
        return query

    def _document(self, query: Query) -> Members | None:
        """An answer as it is compared; None where there is none."""
        reading = self._reading._replace(budget=self._reading.budget.afresh())
        try:
            answer = self._followed.question.answer(reading, query)
        except NotFound:
            return None
        text = answer_text(query, answer)
        self._work += reading.budget.spent + len(text) // CHARACTERS
        members: Members = _unmarked(msgspec.json.decode(text))
        if members.get("next") is not None:
            raise TooMuchToCompare(MOST)
        return self._compared(members)

    def _compared(self, members: Members) -> Members:
        """The answer without what says where it stands, its lists by the names of their rows."""
        kept = {name: value for name, value in members.items() if name not in PLACES}
        for name in ENDS:
            if isinstance(kept.get(name), dict):
                kept[name] = {
                    member: value for member, value in kept[name].items() if member not in PLACES
                }
        named_by = dict(self._followed.kind.rows)
        if "during" in members and "facilities" in members:
            named_by["facilities"] = ("id", "status")  # a facility has a row for each
        for name in named_by.keys() & kept.keys():
            kept[name] = _by_name(kept[name], named_by[name], passing=self._followed.follow.passing)
        return kept

    # --- an item

    def _item(self, commit: Commit, before: _Answer, after: _Answer) -> Alteration:
        last = self._log.commit_at(commit.first - 1)
        if before.url is not None:
            # The commit before this one, which need not be the last at which it changed.
            query = self._followed.query(
                self._chronicle,
                known=last.position if last else 0,
                now=(last or commit).recorded_at,
            )
            before = before._replace(query=query, url=query.pinned)
        if self._followed.question is STATE and after.query.as_of.during is None:
            changes, events, total = self._rows(commit, before, after)
        else:
            operations = patch_between(before.document, after.document)
            changes = _changes({}, operations)
            events, total = self._events(commit)
        changes["counts"]["events"] = total
        members = {
            "position": commit.position,
            "recorded_at": commit.recorded_at,
            "actor": commit.actor,
            "request": commit.request,
            "reasons": list(dict.fromkeys(event["reason"] for event in events if event["reason"])),
            "url": after.url,
            "previous": before.url,
            "changes": changes,
            "events": events[:SHOWN],
        }
        return Alteration(self._followed.of, commit, members, before.document, after.document)

    def _rows(
        self, commit: Commit, before: _Answer, after: _Answer
    ) -> tuple[Members, list[Members], int]:
        """What differs of a state, with the events of the commit that are causes of it."""
        compared = Comparison(before.query.as_of, after.query.as_of, after.query.about)
        # A page that was begun is not refused: it ends sooner.
        reading = self._reading._replace(budget=Budget())
        rows = changed_rows(reading, compared)
        self._work += reading.budget.spent
        rest = patch_between(*({
            name: value for name, value in answer.document.items() if name not in SECTIONS
        } for answer in (before, after)))  # fmt: skip
        events = {
            event["position"]: event
            for row in (*rows["added"], *rows["removed"], *rows["changed"])
            for cause in row["causes"]
            for event in cause["events"]
            if commit.first <= event["position"] <= commit.position
        }
        found = [events[position] for position in sorted(events)]
        if found or any(rows.values()) or not _same_day(before.query.as_of, after.query.as_of):
            return _changes(rows, rest), found, len(found)
        # Only counts changed, and the day did not: something in the commit did it.
        return _changes(rows, rest), *self._events(commit)

    def _events(self, commit: Commit) -> tuple[list[Members], int]:
        """The first events of a commit that touched the answer, and how many there are."""
        streams = None
        if self._streams is not None:
            # What counts from later on was nothing to this commit.
            streams = tuple(
                stream for stream, since in self._streams.items() if since <= commit.position
            )
        acts = Acts(commit.first - 1, commit.position, streams=streams)
        history, db = self._reading.history, self._reading.db
        shown = [short(act.entry) for act in history.acts(db, acts, limit=SHOWN)]
        return shown, sum(count for *_, count in history.counts(db, acts))


def _changes(rows: Mapping[str, list[Members]], patch: list[Operation]) -> Members:
    """The changes of an item: the first rows and operations, and how many there are of each."""
    counts = {name: len(rows.get(name, ())) for name in ("added", "removed", "changed")}
    changes: Members = {"counts": {**counts, "patch": len(patch)}}
    left = SHOWN
    for name in counts:
        changes[name] = rows.get(name, [])[:left]
        left -= len(changes[name])
    changes["patch"] = patch[:SHOWN]
    return changes


def _unmarked(value: Any) -> Any:
    """An answer without the marks of its rows; the further facts of a line are no rows."""
    if isinstance(value, list):
        return list(map(_unmarked, value))
    if isinstance(value, dict):
        return {
            name: each if name == "attributes" else _unmarked(each)
            for name, each in value.items()
            if name not in MARKS
        }
    return value


def _by_name(
    rows: Iterable[Members], named_by: tuple[str, ...], *, passing: tuple[str, ...]
) -> Members:
    """Rows as an object by their names, a second one of a name by its number."""
    named: Members = {}
    for row in rows:
        parts: list[str] = []
        for name in named_by:
            part = row[name]
            parts += map(str, part.values() if isinstance(part, dict) else [part])
        name = first = ":".join(parts)
        number = 1
        while name in named:
            number += 1
            name = f"{first}:{number}"
        named[name] = {key: value for key, value in row.items() if key not in passing}
    return named


def _same_day(one: AsOf, other: AsOf) -> bool:
    return (one.at, one.stated) == (other.at, other.stated)
