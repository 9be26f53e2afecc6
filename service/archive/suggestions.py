"""Suggestions: orders that somebody without a key would like to see recorded, until a curator takes
or declines each.

They lie in a log of their own, of the same make as the chronicle's (`suggestion-made-v1`,
`suggestion-taken-v1`, `suggestion-declined-v1`): nothing in the chronicle rests on it, so it can be
begun anew where something in it must not stay. Who suggests is asked for no name. What waits is
bounded in number and in bytes; its log grows as fast as curators close what waits. Nothing is made
in a folder where nobody suggested anything.
"""

from __future__ import annotations

import base64
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from eventsourcing.persistence import StoredEvent

from events.canonical import canonical
from events.catalogue import fact_of
from events.commit import LoggedEvent, NewCommit
from events.errors import AnnalesError, LogDamaged, Refusal
from events.fact import Line
from events.store.clock import Clock, system_clock
from events.store.inspection import of_the_file
from events.stream import Stream
from service.archive.beside import LogBeside

if TYPE_CHECKING:
    from events.store.postgres.log import PostgresLog

SUGGESTIONS = "suggestions.sqlite"

MADE = "suggestion-made-v1"
TAKEN = "suggestion-taken-v1"
DECLINED = "suggestion-declined-v1"

LARGEST = 16 * 1024
"""In bytes: the largest order that is suggested, with its reason. Where it can be read, and what it
is about, are short."""

MOST_WAITING = 1000

MOST_BYTES = 4 * 1024 * 1024
"""Of all that wait together, as their events have them."""

SPACE = "suggestion"
"""Of their streams."""

_ADDRESS = re.compile(r"https?://[^\s]+")
_ID = "[a-z2-7]{16}"
_REQUEST = re.compile(f"{SPACE}:({_ID})")

Id = Annotated[str, msgspec.Meta(pattern=rf"\A{_ID}\Z")]
About = Annotated[str, msgspec.Meta(pattern=r"\A(record|source):[a-z0-9-]+\Z")]
"""The stream of what a suggestion is about."""

State = Literal["waiting", "taken", "declined"]


class QueueFull(AnnalesError):
    """As many suggestions wait as are kept. Come back when curators have gone through some."""

    def __init__(self, waiting: int) -> None:
        self.waiting = waiting
        super().__init__(
            f"{waiting} suggestions wait to be looked at, and no more are kept: come back in some"
            " hours, when some of them have been"
        )


class NoSuchSuggestion(AnnalesError):
    """Nothing was suggested under this id. It has 16 letters and digits, as its address shows."""

    def __init__(self, id: str) -> None:
        self.id = id
        super().__init__(f"nothing was suggested as {id[:80]!r}")


class SuggestionClosed(AnnalesError):
    """A suggestion was taken or declined already. Look at it again."""

    def __init__(self, id: str, state: str) -> None:
        self.id, self.state = id, state
        super().__init__(f"the suggestion {id} was {state} already")


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """An order that was suggested, and what became of it.

    `line` is the order, of a change without its reason; `reason` are the words of whoever suggests
    it, `where` is where it can be read, as they say. `stream` is what it is about, `revision` the
    one that they saw. Once it is closed, `closed_at` and `closed_by` say when and by whom;
    `recorded` is then the position of the commit that it became, or `answer` why it was declined.
    """

    id: str
    line: Line
    reason: str
    where: str | None = None
    stream: str
    revision: int
    bytes: int
    made_at: str
    actor: str
    position: int
    state: State = "waiting"
    closed_at: str | None = None
    closed_by: str | None = None
    recorded: int | None = None
    answer: str | None = None

    @property
    def order(self) -> Line:
        """The order that it is, with the words of whoever suggests it as its reason where an order
        of its type has one."""
        return order_of(self.line, self.reason)

    @property
    def link(self) -> str | None:
        """The address where it can be read, where that is all that is said of it."""
        where = self.where
        return where if where and _ADDRESS.fullmatch(where) else None

    @property
    def says(self) -> tuple[Line, str, str | None]:
        """What is suggested: the same again is the same suggestion, as long as it waits."""
        return self.line, self.reason, self.where


def order_of(line: Line, reason: str) -> Line:
    """An order with a reason, where its type has one.

    >>> order_of({"type": "withdrawal", "statement": "a"}, "It never was.")["reason"]
    'It never was.'
    """
    return {**line, "reason": reason} if str(line.get("type")) in REASONED else line


def request_of(suggestion: Suggestion) -> str:
    """What the commit that takes a suggestion has as its request."""
    return f"{SPACE}:{suggestion.id}"


def suggestion_of(request: str) -> str | None:
    """The id of the suggestion that a request names; None where it names none.

    >>> suggestion_of("suggestion:mzxw6ytboi5dcmjr"), suggestion_of("3f1c")
    ('mzxw6ytboi5dcmjr', None)
    """
    found = _REQUEST.fullmatch(request)
    return None if found is None else found[1]


REASONED = frozenset({"correction", "withdrawal", "reinstatement", "amendment"})
"""The types of line that change something, and say why."""


class _Made(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What the log says of a suggestion when it is made."""

    line: Line
    reason: str
    stream: About
    revision: Annotated[int, msgspec.Meta(ge=0)]
    where: str | None = None


class _Taken(msgspec.Struct, forbid_unknown_fields=True):
    """The position of the commit that it became."""

    recorded: int


class _Declined(msgspec.Struct, forbid_unknown_fields=True):
    """Why it was not recorded."""

    reason: str


class _Event(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="suggestion"
):
    """An event of their log in an export."""

    id: Id
    event: str
    says: dict[str, Any]
    recorded_at: str
    actor: str
    position: int


class Suggestions(LogBeside):
    """The suggestions of a folder."""

    FILE = SUGGESTIONS

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock = system_clock,
        new_id: Callable[[], str] | None = None,
        as_they_are: bool = False,
        shared: PostgresLog | None = None,
    ) -> None:
        self._new_id = new_id or _random_id
        self._reading = Lock()
        self._waiting: dict[str, Suggestion] = {}
        self._read_to = 0
        super().__init__(folder, clock=clock, as_they_are=as_they_are, shared=shared)

    # --- what changes them

    def suggest(
        self,
        *,
        line: Line,
        reason: str,
        where: str | None,
        stream: str,
        revision: int,
        by: str,
        permit: Callable[[], None],
    ) -> tuple[Suggestion, bool]:
        """Let an order wait: the suggestion, and whether it is a new one, before which `permit` may
        refuse it.

        Raises QueueFull, NotWritten, and what `permit` raises.
        """
        state = canonical(
            msgspec.to_builtins(
                _Made(line=line, reason=reason, where=where, stream=stream, revision=revision)
            )
        )
        with self.to_write().writing():
            waiting = self.waiting()
            for each in waiting:
                if each.says == (line, reason, where):
                    return each, False
            room = MOST_BYTES - sum(each.bytes for each in waiting)
            if len(waiting) >= MOST_WAITING or len(state) > room:
                raise QueueFull(len(waiting))
            permit()
            id = self._new_id()
            self._append(id, MADE, state, by=by)
        return self.need(id), True

    @contextmanager
    def held(self, id: str) -> Iterator[Suggestion]:
        """A suggestion as it stands, which nobody else takes or declines meanwhile, on any node.

        Whoever records an order besides holds it first. Raises NoSuchSuggestion, NotWritten.
        """
        with self.to_write().writing():
            found = self.get(id)
            if found is None:
                raise NoSuchSuggestion(id)
            yield found

    def take(self, id: str, *, recorded: int, by: str) -> Suggestion:
        """Note that a suggestion became a commit. Raises NoSuchSuggestion, SuggestionClosed."""
        return self._close(id, TAKEN, {"recorded": recorded}, by=by)

    def decline(self, id: str, *, reason: str, by: str) -> Suggestion:
        """Note why a suggestion is not recorded. Raises NoSuchSuggestion, SuggestionClosed."""
        return self._close(id, DECLINED, {"reason": reason}, by=by)

    def _close(self, id: str, topic: str, said: Line, *, by: str) -> Suggestion:
        self.need(id)
        with self.held(id) as standing:
            if standing.state != "waiting":
                raise SuggestionClosed(id, standing.state)
            self._append(id, topic, canonical(said), by=by)
        return self.need(id)

    def _append(self, id: str, topic: str, state: bytes, *, by: str, **place: Any) -> None:
        log, stream = self.to_write(), str(Stream(SPACE, id))
        event = StoredEvent(stream, log.revision(stream) + 1, topic, state)
        log.insert_events([event], commit=NewCommit(actor=by, request="", **place))

    # --- what reads them

    def get(self, id: str) -> Suggestion | None:
        """The suggestion of an id; None where there is none."""
        if (log := self.log) is None:
            return None
        found: Suggestion | None = None
        for event in log.select_stream(str(Stream(SPACE, id))):
            found = _after(found, event)
        return found

    def need(self, id: str) -> Suggestion:
        """The suggestion of an id, on whichever node it was made. Raises NoSuchSuggestion,
        LogUnreachable."""
        found = self.found(lambda: self.get(id))
        if found is None:
            raise NoSuchSuggestion(id)
        return found

    def waiting(self) -> list[Suggestion]:
        """What waits, the earliest first. Raises LogDamaged where the log tells of none."""
        with self._reading:
            for event in self.events(after=self._read_to):
                id = Stream.parse(event.stream).id
                found = _after(self._waiting.pop(id, None), event)
                if found.state == "waiting":
                    self._waiting[id] = found
                self._read_to = event.position
            return list(self._waiting.values())

    # --- carrying them elsewhere

    def lines(self) -> Iterator[bytes]:
        """Every event of their log as a line of an export."""
        for event in self.events():
            line = _Event(
                id=Stream.parse(event.stream).id,
                event=event.topic,
                says=msgspec.json.decode(event.state),
                recorded_at=event.commit.recorded_at,
                actor=event.commit.actor,
                position=event.position,
            )
            yield msgspec.json.encode(line)

    def restore(self, lines: Iterable[bytes]) -> int:
        """Keep what an export tells of, as it was there; returns how many lines that are.

        Raises LogDamaged for a line that is no event of a suggestion, or does not hold together.
        """
        log, count = self.to_write(), 0
        for count, text in enumerate(filter(bytes.strip, lines), start=1):
            try:
                line = msgspec.json.decode(text, type=_Event)
            except msgspec.DecodeError as error:
                raise LogDamaged(count, f"the line tells of no suggestion: {error}") from error
            with log.writing():
                place = {"recorded_at": line.recorded_at, "positions": (line.position,)}
                self._append(line.id, line.event, canonical(line.says), by=line.actor, **place)
                self.get(line.id)  # what is no such event is not kept
        return count


def damaged(folder: Path) -> Iterator[tuple[int, str]]:
    """What is wrong with the suggestions of a folder whose log is whole: the position of their log,
    and what. 0 stands for the file as a whole."""
    try:
        with closing(Suggestions(folder)) as suggestions:
            suggestions.waiting()
    except LogDamaged as damage:
        yield damage.position, damage.why
    except (sqlite3.Error, UnicodeDecodeError) as error:
        yield 0, f"the file cannot be read: {of_the_file(error)}"


def _random_id() -> str:
    """Sixteen letters and digits that nobody guesses."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def _after(found: Suggestion | None, event: LoggedEvent) -> Suggestion:
    """What an event makes of the suggestion of its stream. Raises LogDamaged for what is no such
    event."""
    at, by = event.commit.recorded_at, event.commit.actor
    closed = {"closed_at": at, "closed_by": by}
    try:
        if found is None and event.topic == MADE:
            made = msgspec.json.decode(event.state, type=_Made)
            # What was an order once is one for good, as the lines of the chronicle are.
            fact_of(order_of(made.line, made.reason))
            return Suggestion(
                **msgspec.structs.asdict(made),
                id=Stream.parse(event.stream).id,
                bytes=len(event.state),
                made_at=at,
                actor=by,
                position=event.position,
            )
        if found is not None and found.state == "waiting" and event.topic == TAKEN:
            taken = msgspec.json.decode(event.state, type=_Taken)
            return msgspec.structs.replace(found, state="taken", recorded=taken.recorded, **closed)
        if found is not None and found.state == "waiting" and event.topic == DECLINED:
            said = msgspec.json.decode(event.state, type=_Declined)
            return msgspec.structs.replace(found, state="declined", answer=said.reason, **closed)
    except (msgspec.DecodeError, Refusal) as error:
        raise LogDamaged(event.position, f"it tells of no suggestion: {error}") from error
    raise LogDamaged(event.position, f"{event.stream} has no room for {event.topic!r}")
