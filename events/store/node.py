"""A node's log: a copy, in a file of SQLite, of a log in PostgreSQL that many nodes write to.

What is asked is asked of the copy, so that PostgreSQL sees only appends and what nodes copy. To
write, a node takes the turn of the log in PostgreSQL, copies what it lacks, and decides on top of
that as it would alone; the commit is in PostgreSQL before it is in the copy, and what the copy then
lacks, whatever ended the program, is copied again.

What is copied is made again as a new commit would be: it must come to the same leaves, and to the
seal, which leads back to the first commit. So a copy never goes on from a log that is not its own,
and a byte that changed in either of them is found out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import local

from eventsourcing import sqlite as library
from eventsourcing.persistence import PersistenceError, ProgrammingError
from eventsourcing.utils import Environment, EnvType

from events.commit import Epoch
from events.errors import CopyAhead, LogDamaged, LogUnreachable, NotWritten, OutcomeUnknown
from events.store import bodies as bodies_of
from events.store.clock import Clock, system_clock
from events.store.connections import ChronicleDatastore
from events.store.postgres.log import Page, PostgresLog, Turn
from events.store.schema import FARTHEST, LAST_GIVEN, SEAL_AT
from events.store.sealing import End, Written, made_again, seal_of_epoch
from events.store.sqlite import ChronicleFactory, ChronicleRecorder

PAGE = 1000
"""How many commits are copied at once."""

PAGE_OF_BODIES = 20
"""The same, of a log whose events tell of bodies, each of which may have megabytes."""

RECORDED = "PostgreSQL has it, and this node could not copy it: {why}"


class _OfThisThread(local):
    """The turn that a thread has, if it has one, and what is to be done after its commit."""

    turn: Turn | None = None
    then: tuple[Callable[[], None], ...] = ()


class NodeLog(ChronicleRecorder):
    """The log of a node. Safe to share between threads; other processes may have the same copy."""

    def __init__(
        self,
        datastore: ChronicleDatastore,
        shared: PostgresLog,
        *,
        clock: Clock = system_clock,
    ) -> None:
        super().__init__(datastore, clock=clock)
        self.shared = shared
        self._page = PAGE if not shared.has_bodies else PAGE_OF_BODIES
        self._turns = _OfThisThread()
        self.unreached: str | None = None
        """Why PostgreSQL could not be reached when the log was opened, if it could not."""
        self.on_turn: Callable[[], None] = lambda: None
        """Called when this node has the turn, and the newest copy, before anything is decided."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nobody else writes meanwhile, on any node: what this thread reads is the newest state.

        What it inserts is in PostgreSQL at the end, or, where something is raised, in no log.
        Raises LogUnreachable, OutcomeUnknown, CopyAhead, and NotWritten for the copy.
        """
        if self.datastore.is_in_transaction():
            with self.writing_here():
                yield
            return
        with self.shared.turn() as turn:
            if not self._has_all(turn):
                self._copy(turn.page)
            self.on_turn()
            try:
                with self.writing_here():
                    self._turns.turn = turn
                    try:
                        yield
                        turn.commit()
                        for call in self._turns.then:
                            call()
                    finally:
                        self._turns.turn, self._turns.then = None, ()
            except (NotWritten, PersistenceError) as error:
                if turn.is_committed:
                    raise OutcomeUnknown(RECORDED.format(why=error)) from error
                raise

    def _write(self, cursor: library.SQLiteCursor, written: Written) -> None:
        super()._write(cursor, written)  # what is not unique is refused here
        self._turn().write(written)

    def _insert_epoch(self, cursor: library.SQLiteCursor, epoch: Epoch) -> None:
        super()._insert_epoch(cursor, epoch)
        self._turn().begin_epoch(epoch)

    def body_kept(self, id: str, compressed: bytes) -> None:
        """Keep a body in PostgreSQL too."""
        self._turn().keep_body(id, compressed)

    def _turn(self) -> Turn:
        """The turn that this thread has. Raises the library's ProgrammingError where it has none:
        what is in the copy alone would part it from the log."""
        if self._turns.turn is None:
            raise ProgrammingError("a node records in its `writing`, and not in its copy alone")
        return self._turns.turn

    # The log is copied.

    def copy(self, progress: Callable[[int], None] | None = None) -> int:
        """Copy what PostgreSQL has beyond the copy; returns how far that is. `progress` is told so
        after each page. Raises LogUnreachable, CopyAhead, LogDamaged."""
        return self._copy(self.shared.page, progress)

    def has_in_common(self, position: int) -> bool:
        """Whether PostgreSQL has the same commit at a position, and so the same up to there; so it
        has at 0. Raises LogUnreachable."""
        page = self.shared.page(position, epoch=1, limit=0)
        return page.seal == self._seal_at(position)

    def began_there(self) -> list[int]:
        """Where epochs began in PostgreSQL that the copy does not know. Raises LogUnreachable."""
        known = self.epochs()
        number = known[-1].number if known else 1
        page = self.shared.page(FARTHEST, epoch=number, limit=0)
        return [epoch.began for epoch, _ in page.epochs]

    def _copy(
        self, page_after: Callable[..., Page], progress: Callable[[int], None] | None = None
    ) -> int:
        while True:
            head, epochs = self.head(), self._read_epochs()
            position = head.position if head else 0
            number = epochs[-1].number if epochs else 1
            page = page_after(position, epoch=number, limit=self._page)
            if page.seal != self._seal_at(position):
                raise CopyAhead(self.name, position)
            if not page.commits and not page.epochs:
                return position
            self._take_in(page)
            if progress is not None and page.commits:
                progress(page.commits[-1].commit.position)

    def _has_all(self, turn: Turn) -> bool:
        """Whether the copy is all that whoever has the turn sees."""
        head, epochs = self.head(), self._read_epochs()
        position = head.position if head else 0
        number = epochs[-1].number if epochs else 1
        found = position, self._seal_at(position), number
        return found == (turn.end.position, turn.seal, turn.epoch)

    def _seal_at(self, position: int) -> bytes | None:
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(SEAL_AT, {"position": position})
            row = cursor.fetchone()
            return None if row is None else row[0]

    def _bodies_of(self, page: Page) -> Mapping[str, bytes]:
        """The bodies of what a page claims."""
        if not self.shared.has_bodies:
            return {}
        bodies = self.shared.bodies(claim.id for each in page.commits for claim in each.claims)
        for each in page.commits:
            for claim in each.claims:
                if claim.id not in bodies:
                    raise LogDamaged(each.commit.position, f"PostgreSQL has no body of {claim.id}")
        return bodies

    def _take_in(self, page: Page) -> None:
        """Write a page to the copy, as far as no other process has done it meanwhile."""
        bodies = self._bodies_of(page)
        with self.writing_here(), self.datastore.transaction(commit=True) as cursor:
            for id, body in bodies.items():
                if not bodies_of.is_kept(cursor, id):
                    bodies_of.insert(cursor, id, body)
            cursor.execute(LAST_GIVEN)
            end = End(*cursor.fetchone())
            for written in page.commits:
                if written.commit.position > end.position:
                    super()._write(cursor, made_again(written, end))
                    last = written.commit
                    end = End(last.position, last.position, last.recorded_at)
            known = {epoch.number for epoch in self._read_epochs()}
            for epoch, seal in page.epochs:
                if epoch.number not in known:
                    if seal_of_epoch(epoch) != seal:
                        raise LogDamaged(epoch.began, f"epoch {epoch.number} has another seal")
                    super()._insert_epoch(cursor, epoch)
            self.datastore.note_once_written(self._ends(cursor))
        if page.epochs:
            self._epochs = (-1, ())  # whichever process has written them

    def open(self) -> None:
        """Begin to use the log: copy what PostgreSQL has beyond the copy. Where it cannot be
        reached, what was copied can be asked for.

        Raises CopyAhead, LogReplaced, LogDamaged, NotThisDatabase, and LogUnreachable where nothing
        is copied yet.
        """
        try:
            self.shared.check()
            self.copy()
        except LogUnreachable as error:
            if self.shared.is_needed and self.head() is None:
                raise
            self.unreached = error.why
        self.check_continues()

    def open_as_it_is(self) -> None:
        """The same, whatever the folder had before."""
        self.copy()
        super().open_as_it_is()

    def put_beside(self, name: str, text: str, then: Callable[[], None]) -> None:
        """Put a text beside the log in PostgreSQL, for all nodes. Raises LogUnreachable."""
        if self._turns.turn is None:
            self.shared.put_beside(name, text)
            then()
        else:
            self._turns.turn.put_beside(name, text)
            self._turns.then = (*self._turns.then, then)


class NodeFactory(ChronicleFactory):
    """Makes the log of a node, of the same settings."""

    def __init__(
        self, env: Environment | EnvType | None, shared: PostgresLog, *, clock: Clock
    ) -> None:
        super().__init__(env, clock=clock)
        self._shared = shared

    def application_recorder(self) -> NodeLog:
        """The log of this file and of PostgreSQL."""
        recorder = NodeLog(self.datastore, self._shared, clock=self.clock)
        if self.env_create_table():
            recorder.create_table()
        return recorder
