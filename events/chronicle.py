"""The chronicle: the one place where commands become events in the log.

`Chronicle.execute` decides on a command on top of what the log holds and keeps
the events as one commit, while nobody else writes. `propose` is the same
decision without keeping it. The log itself, with its commits and positions, is
`Chronicle.log`.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import msgspec
from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.utils import Environment, EnvType

from events.canonical import LARGEST
from events.catalogue import STATEMENT_TYPES, fact_of
from events.clocks import utc_day
from events.commit import Commit, Epoch, LoggedEvent, NewCommit, instant, microseconds
from events.dates import Day
from events.decision import Decided, Decision, bare, decide
from events.errors import (
    IsMirror,
    KeyReused,
    LogDamaged,
    MalformedLine,
    NotMirroring,
    PositionAhead,
    Refusal,
)
from events.fact import Line
from events.ledger.base import BaseFile
from events.orders import Command, Order, Placed, Recorded
from events.outline import Outline
from events.outlines import Outlines
from events.record import Record, StreamLine, touched
from events.statement_warnings import warnings_of
from events.store.clock import Clock, system_clock
from events.store.opening import factory_of
from events.store.sqlite import ChronicleRecorder
from events.store.timekeeping import Steady, Timekeeper, system_uptime
from events.store.transcoding import line_of, state_of

if TYPE_CHECKING:
    from events.store.postgres.log import PostgresLog

PAGE = 1000
"""How many events an export reads at once."""

MANY = 1000
"""A command of more orders than this is decided on before others are kept from writing."""


class Chronicle(Application[str]):
    """The log, and the commands that it takes. Close it when done: `with Chronicle(…)`."""

    name = "annales"

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock = system_clock,
        steady: Steady | None = None,
        new_epoch: bool = False,
        shared: PostgresLog | None = None,
    ) -> None:
        """Open the log in a file, making it if there is none; where it copies a `shared` one, with
        what that has beyond it.

        The clock is looked at beside a `steady` one; another than that of the machine is believed
        where none is given.

        With `new_epoch` it goes on in another epoch, whatever it was before. Raises LogReplaced
        where it is no continuation of what its folder had.
        """
        self.clock = clock
        self._shared = shared
        if clock is system_clock:
            steady = steady or system_uptime
        self.timekeeper = steady and Timekeeper(path, clock=clock, steady=steady)
        self.base = BaseFile(path.parent, self._put_beside)
        self._outlines = Outlines()
        super().__init__(
            env={
                "SQLITE_DBNAME": str(path),
                "SQLITE_LOCK_TIMEOUT": "20",
                "MAPPER_TOPIC": "events.store.transcoding:ChronicleMapper",
            }
        )
        try:
            if new_epoch:
                self.log.begin_epoch()
            else:
                self.log.open()
        except BaseException:
            self.close()
            raise

    def construct_factory(self, env: EnvType | None) -> InfrastructureFactory[Any]:
        """The library's hook: our recorder, with the clock that was given."""
        return factory_of(Environment(self.name, env), self._shared, clock=self.clock)

    @property
    def log(self) -> ChronicleRecorder:  # type: ignore[override] # theirs pages for remote readers
        """The log: commits, events by position or stream, waiting for more."""
        return cast("ChronicleRecorder", self.recorder)

    def _put_beside(self, name: str, text: str, then: Callable[[], None]) -> None:
        self.log.put_beside(name, text, then)

    def now(self) -> str:
        """The time by the clock of the chronicle, as the log writes it."""
        return instant(self.clock())

    # --- commands

    def execute(self, command: Command) -> Recorded:
        """Record a command, whole or not at all.

        Raises a Refusal for a single order, BatchRefused for several, KeyReused
        where the idempotency key stands for another request, ClockNotBelieved where the clock
        cannot date it, IsMirror where the log copies another.
        """
        decision: Decision | None = None
        seen: Commit | None = None
        if len(command.orders) > MANY and command.key is None:
            # Others may write while it is decided on. Under a key it might be refused only because
            # the same request came first.
            with self.log.reading():
                seen, decision = self.log.head(), self.propose(command)
        with self.log.writing():
            self.need_own()
            if (replayed := self.replay(command)) is not None:
                return replayed
            if decision is None or seen != self.log.head():
                decision = self.propose(command)
            if not decision.decided:
                return Recorded(commit=None, events=(), skipped=decision.skipped)
            if self.timekeeper is not None:
                self.timekeeper.check()
            recorded = self._keep(command, decision)
        self._remember(decision, recorded)
        return recorded

    def propose(self, command: Command) -> Decision:
        """What a command would come to, with nothing recorded. Raises like `execute`."""
        self.need_own()
        with self.log.reading():
            return self._decide(command, today=utc_day(self.now()))

    def need_own(self) -> None:
        """Raises IsMirror where the log copies another, which takes the orders."""
        base = self.base.read()
        if base is not None and base.mirrors:
            raise IsMirror(base.source)

    def _decide(self, command: Command, *, today: Day, restores: bool = False) -> Decision:
        self._outlines.follow(self.log)
        return decide(command, self, today=today, restores=restores)

    def _keep(self, command: Command, decision: Decision, **explicit: Any) -> Recorded:
        events = [decided.event for decided in decision.decided]
        recordings = self.events.put(
            cast("list[DomainEventProtocol[str]]", events),
            commit=NewCommit(
                actor=command.actor,
                request=command.request,
                key=command.key,
                fingerprint=command.fingerprint,
                claims=decision.claims,
                **explicit,
            ),
        )
        positions = [recording.notification.id for recording in recordings]
        return Recorded(
            commit=self.log.commit_at(positions[-1]),
            events=tuple(map(_placed, decision.decided, positions)),
            skipped=decision.skipped,
            warnings=decision.warnings,
        )

    def _remember(self, decision: Decision, recorded: Recorded) -> None:
        """Keep the outlines that a commit left, now that it is on the disk."""
        first, last = recorded.events[0].position, recorded.events[-1].position
        self._outlines.keep(decision.outlines, first=first, last=last)

    def replay(self, command: Command) -> Recorded | None:
        """What the command came to when it was sent before under the same key.

        None where it was not. Raises KeyReused where another command was.
        """
        if command.key is None:
            return None
        commit = self.log.commit_by_key(actor=command.actor, key=command.key)
        if commit is None:
            return None
        if commit.fingerprint != command.fingerprint:
            raise KeyReused(command.key, commit.position)
        events, warnings = [], []
        logged = self._events_of(commit)
        numbers, skipped = _numbered(command, logged)
        lives = {}
        for number, event in zip(numbers, logged, strict=True):
            line = line_of(event.topic, event.state)
            about = touched(line)
            events.append(
                Placed(number, event.position, line["type"], event.stream, event.version, about)
            )
            if event.stream not in lives:
                before = self.stream(event.stream, up_to=commit.first - 1)
                lives[event.stream] = Record.of(event.stream, before)
            record = lives[event.stream]
            record.apply(line, position=event.position, recorded_on=utc_day(commit.recorded_at))
            if about.space == "statement" and line["type"] not in ("withdrawal", "reinstatement"):
                statement = record.statement(about.id)
                found = warnings_of(statement, record.statements())
                warnings += [(number, warning) for warning in found]
        return Recorded(
            commit=commit,
            events=tuple(events),
            skipped=skipped,
            warnings=tuple(warnings),
            replayed=True,
        )

    def _events_of(self, commit: Commit) -> list[LoggedEvent]:
        return [
            event
            for event in self.log.select_log(after=commit.first - 1, limit=1)
            if event.commit.position == commit.position
        ]

    # --- what a decision reads of the log, and whoever must allow it

    def claimed(self, space: str, ids: Iterable[str]) -> dict[str, str]:
        """For each id that is taken in the space, its record (for records: their kind)."""
        return self.log.claimed(space, ids)

    def stream(self, stream: str, *, up_to: int | None = None) -> list[StreamLine]:
        """The lines of a stream in their order.

        `up_to` is a position of the log; without it, all of them.
        """
        return stream_lines(self.log, stream, up_to=up_to)

    def outline(self, stream: str) -> Outline:
        """The outline of what a stream comes to; the caller may change it."""
        kept = self._outlines.get(stream)
        return kept or Outline.of(Record.of(stream, self.stream(stream)))

    def revision(self, stream: str) -> int:
        """How many events a stream has."""
        last = self.log.select_events(stream, desc=True, limit=1)
        return last[0].originator_version if last else 0

    def author(self, stream: str, statement: str | None = None) -> str | None:
        """Who recorded a statement of a stream, or its card; None where nobody did."""
        for event in self.log.select_stream(stream):
            line = line_of(event.topic, event.state)
            named = line.get("id") if line["type"] in STATEMENT_TYPES else None
            if named == statement:
                return event.commit.actor
        return None

    # --- the whole history, out and in

    def export(self, *, checkpoint: str | None = None, key: str | None = None) -> Iterator[Line]:
        """Every line as it was recorded, its place in the member `commit`.

        The first one tells of the epochs that began, if there was more than one, and has the
        checkpoint that is given with the key that signed it, for whoever takes the export as the
        source of a mirror.
        """
        position = 0
        told: dict[str, Any] = {
            "epochs": self.log.epochs(),
            "checkpoint": checkpoint,
            "verified_by": key,
        }
        while events := self.log.select_log(after=position, limit=PAGE):
            sizes = Counter(event.commit.position for event in events)
            for event in events:
                place = _place(event, sizes[event.commit.position], told)
                told = {}
                yield {**line_of(event.topic, event.state), "commit": place}
            position = events[-1].position

    def restore(self, orders: Iterable[Order], *, to: int | str | None = None) -> int:
        """Record an export again, in an empty log, at the same places; returns the head.

        Each line is decided on as it was then, and each event must come to the
        same leaf. Raises LogDamaged for an export that does not hold together.

        `to` is a position or an instant of the log: what was recorded beyond it is left out, so
        that another epoch must begin there. Raises PositionAhead where the export does not reach
        it.
        """
        if self.log.head() is not None:
            raise LogDamaged(0, "a restore needs an empty log")
        head, is_cut = 0, False
        epochs: tuple[Epoch, ...] = ()
        for position, group in itertools.groupby(orders, key=commit_position):
            batch = list(group)
            places = places_of(position, batch)
            epochs = epochs or places[0].epochs
            if is_cut := _lies_beyond(places[0], to):
                break
            head = self.restore_commit(batch, places)
        if isinstance(to, int) and to > head and not is_cut:
            raise PositionAhead(to, head)
        for epoch in epochs:
            if epoch.began > head and not is_cut:
                raise LogDamaged(
                    head, f"the export ends here, but an epoch began at @{epoch.began}"
                )
            # What began beyond it was told all the same, so its number is not given again.
            self.log.restore_epoch(msgspec.structs.replace(epoch, began=min(epoch.began, head)))
        return head

    def restore_commit(
        self, batch: Sequence[Order], places: Sequence[Place], *, mirrors: bool = False
    ) -> int:
        """Record one commit of an export beyond the head, at its places; returns its position.

        Raises LogDamaged where it does not come to its leaves. One that `mirrors` raises
        NotMirroring where the log is detached meanwhile.
        """
        place, positions = places[0], tuple(each.event for each in places)
        position = place.position
        if len(batch) != (place.events or len(batch)) or positions[-1] != position:
            raise LogDamaged(position, f"the export has {len(batch)} of {place.events} events")
        command = Command(
            orders=tuple(batch),
            actor=place.actor,
            request=place.request,
            key=place.key,
            fingerprint=place.fingerprint,
        )
        try:
            microseconds(place.recorded_at)
        except ValueError as error:
            raise LogDamaged(position, str(error)) from None
        with self.log.writing():
            if mirrors and not self.base.is_mirror():
                raise NotMirroring
            try:
                decision = self._decide(command, today=utc_day(place.recorded_at), restores=True)
            except Refusal as refusal:
                raise LogDamaged(position, f"from line {batch[0].number}: {refusal}") from refusal
            recorded = self._keep(
                command, decision, recorded_at=place.recorded_at, positions=positions
            )
            logged = self.log.select_log(after=positions[0] - 1, limit=len(positions))
            for event, expected in zip(logged, places, strict=True):
                if event.leaf.hex() != expected.leaf:
                    raise LogDamaged(event.position, "the event does not come to its leaf")
        self._remember(decision, recorded)
        return position


Position = Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where an event stood, by the member `commit` of an exported line.

    `position` is that of the commit, which has so many `events`, 0 where nobody told; `event` is
    the event's own. On the first line alone stand the `epochs` of the log after the first, its
    newest `checkpoint` and the key that it is `verified_by`.
    """

    position: Position
    events: int
    event: Position
    recorded_at: str
    actor: str
    request: str
    leaf: str
    key: str | None = None
    fingerprint: str | None = None
    epochs: tuple[Epoch, ...] = ()
    checkpoint: str | None = None
    verified_by: str | None = None


def _place(event: LoggedEvent, events: int, told: dict[str, Any]) -> Line:
    commit = event.commit
    place = Place(
        position=commit.position,
        events=events,
        event=event.position,
        recorded_at=commit.recorded_at,
        actor=commit.actor,
        request=commit.request,
        leaf=event.leaf.hex(),
        key=commit.key,
        fingerprint=commit.fingerprint,
        **told,
    )
    return cast("Line", msgspec.to_builtins(place))


def places_of(position: int, batch: Sequence[Order]) -> list[Place]:
    """The places of the lines of a commit. Raises LogDamaged where one is none."""
    try:
        return [msgspec.convert(cast("Line", order.line)["commit"], type=Place) for order in batch]
    except msgspec.ValidationError as error:
        raise LogDamaged(position, f"line {batch[0].number}: commit: {error}") from None


def _lies_beyond(place: Place, to: int | str | None) -> bool:
    """Whether a commit lies beyond a position or an instant of the log."""
    if isinstance(to, int):
        return place.position > to
    return to is not None and place.recorded_at > to


def _numbered(command: Command, logged: Sequence[LoggedEvent]) -> tuple[list[int], tuple[int, ...]]:
    """The numbers of the orders that became the events, and of those that were passed over."""
    numbers: list[int] = []
    skipped: list[int] = []
    for order in command.orders:
        fact = None if isinstance(order.line, Refusal) else fact_of(bare(order.line))
        place = len(numbers)
        if fact is not None and place < len(logged) and state_of(fact) == logged[place].state:
            numbers.append(order.number)
        else:
            skipped.append(order.number)
    return numbers, tuple(skipped)


def commit_position(order: Order) -> int:
    """Where the commit of a line of an export stands. Raises LogDamaged where it is none."""
    if isinstance(order.line, MalformedLine):
        raise LogDamaged(0, f"line {order.number}: {order.line}")
    place = cast("Line", order.line).get("commit")
    if not isinstance(place, dict) or not isinstance(place.get("position"), int):
        raise LogDamaged(0, f"line {order.number} has no commit: it is no export")
    return cast("int", place["position"])


def _placed(decided: Decided, position: int) -> Placed:
    event = decided.event
    return Placed(
        decided.number,
        position,
        event.fact.TYPE,
        event.originator_id,
        event.originator_version,
        decided.about,
    )


def stream_lines(
    log: ChronicleRecorder, stream: str, *, after: int = 0, up_to: int | None = None
) -> list[StreamLine]:
    """The lines of a stream of a log, as `Chronicle.stream` gives them; those beyond `after`."""
    return [
        StreamLine(
            line_of(event.topic, event.state), event.position, utc_day(event.commit.recorded_at)
        )
        for event in log.select_stream(stream, after=after, up_to=up_to)
    ]
