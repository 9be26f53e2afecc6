"""The log of record in PostgreSQL: what nodes write to, one at a time, and copy from.

`PostgresLog` is the library's recorder, and over that it promises what the log in SQLite does: a
commit is whole, with its events, their leaves, its claims and its row in `commits`; positions
ascend, and whoever reads on from one misses nothing, since whoever writes has the `turn` until it
is committed; and what was written never changes.

A commit is acknowledged when PostgreSQL has it, and where it is told to wait for a standby, when
that has it too. Where the answer to a COMMIT is lost, it is looked for by its seal: what is there
was recorded, and what is not there under the next turn never will be.

It is no log to ask questions of. A node copies it into a file of SQLite (`events/store/node.py`)
and reads that.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, Self

import msgspec
import psycopg
from eventsourcing import postgres as library
from eventsourcing.persistence import InterfaceError, OperationalError, StoredEvent
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row, tuple_row

from events.commit import Claim, Commit, Epoch, NewCommit
from events.errors import LogUnreachable, NotThisDatabase, OutcomeUnknown
from events.store.clock import Clock, system_clock
from events.store.inspection import commit_of
from events.store.postgres import schema
from events.store.postgres.opening import check, told
from events.store.sealing import End, Written, seal_of_epoch, sealed

LOCK_SECONDS = 10
"""So long a writer waits for its turn."""

COMMIT_SECONDS = 10.0
"""So long it waits for the answer to a COMMIT, which comes from the standby too."""

SETTLE_SECONDS = 20.0
"""So long it is tried to find out what became of a COMMIT whose answer was lost."""

BETWEEN = 0.2
"""Seconds from one try to the next."""

STANDING_BY = {
    "target_session_attrs": "read-write",
    "connect_timeout": "3",
    "keepalives_idle": "3",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
    "application_name": "annales",
}
"""How a node connects, where its address says nothing else: of several hosts to the one that takes
commits, and to another within seconds where that one is silent."""


class Page(NamedTuple):
    """What a log has beyond a position, as far as a page goes. `seal` is that of the commit at the
    position; None where there is none."""

    seal: bytes | None
    commits: list[Written]
    epochs: list[tuple[Epoch, bytes]]


class PostgresLog(library.PostgresApplicationRecorder):
    """A log in PostgreSQL. Safe to share between threads; other machines write to it too."""

    def __init__(
        self, address: str, name: str, *, has_bodies: bool = False, clock: Clock = system_clock
    ) -> None:
        """The log in the schema `name` of a database, whose events tell of bodies or not. Nothing
        is asked of it yet."""
        self.has_bodies = has_bodies
        self.address = address
        self.name = name
        self.clock = clock
        self._connect = {**STANDING_BY, **conninfo_to_dict(address)}
        datastore = library.PostgresDatastore(
            "", "", "", "", "",
            schema=name,
            originator_id_type="text",
            pool_size=0,
            max_overflow=8,
            connect_timeout=5.0,
            pre_ping=True,
        )  # fmt: skip
        # Theirs takes an address apart and would leave out the half of it.
        datastore.pool.kwargs = {"row_factory": dict_row, **self._connect}
        super().__init__(_NotAsked(datastore))  # type: ignore[arg-type] # for the time of the call
        self.datastore = datastore

    # --- connections

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection for a while. Raises LogUnreachable, also for one that breaks meanwhile."""
        try:
            with self.datastore.get_connection() as connection:
                yield connection
        except (OperationalError, InterfaceError) as error:
            raise LogUnreachable(told(error)) from error

    @contextmanager
    def _alone(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that nobody else uses before or after. Raises LogUnreachable."""
        try:
            with psycopg.connect(**self._connect, autocommit=True) as connection:  # type: ignore[arg-type]
                yield connection
        except psycopg.OperationalError as error:
            raise LogUnreachable(told(error)) from error

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A place to hear that the log has grown. Raises LogUnreachable."""
        with self._alone() as connection:
            connection.execute(schema.of(self.name, schema.LISTEN))
            yield Listener(connection)

    def check(self) -> None:
        """See that the log can be written to as it should be. Raises LogUnreachable, or
        NotThisDatabase, which says what to type."""
        # The pool would say that it waited in vain, and not for what.
        with self._alone() as connection:
            check(connection, self.name)
            self._need_whole(connection)

    def _need_whole(self, connection: psycopg.Connection[Any]) -> None:
        """See that it is no half of a log that is copied into it. Raises NotThisDatabase."""
        cursor = connection.cursor(row_factory=tuple_row)
        half = cursor.execute(schema.of(self.name, schema.BESIDE_NOW), {"name": schema.HALF})
        row = half.fetchone()
        if row is not None and row[0]:
            raise NotThisDatabase(
                f"{row[0]} was copied into it, but not to its end. Type: annales copy {row[0]}"
                " ADDRESS"
            )

    def close(self) -> None:
        """Close all connections."""
        self.datastore.close()

    # --- the log is written

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """The turn to write: nobody else does until it ends, and what is read is the newest.

        What was written is in the log at the end, or, where something is raised, not. Raises
        LogUnreachable, or OutcomeUnknown where nobody can say which of the two it is.
        """
        with self.connected() as connection:
            turn = Turn(self, connection)
            turn.take()
            try:
                yield turn
                turn.commit()
            finally:
                turn.give_back()

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, commit: NewCommit | None = None, **_: Any
    ) -> list[int]:
        """Append the events as one commit and return their positions, as the library asks for it.

        Raises the library's IntegrityError for what is not unique.
        """
        if not stored_events:
            return []
        with self.turn() as turn:
            new = commit or NewCommit(actor="system", request="")
            written = sealed(stored_events, new, turn.end, clock=self.clock)
            turn.write(written)
        return [row[0] for row in written.events]

    def has(self, written: Written) -> bool:
        """Whether a commit is in the log, once nobody writes that could still put it there. Raises
        OutcomeUnknown."""
        ends = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                with self.connected() as connection, connection.transaction():
                    connection.execute(schema.of(self.name, schema.TAKE_TURN))
                    place = {"position": written.commit.position}
                    row = (
                        connection.cursor(row_factory=tuple_row)
                        .execute(schema.of(self.name, schema.SEAL_AT), place)
                        .fetchone()
                    )
                    return row is not None and bytes(row[0]) == written.seal
            except LogUnreachable as error:
                if time.monotonic() > ends:
                    raise OutcomeUnknown(error.why) from error
                time.sleep(BETWEEN)

    # --- the log is copied

    def page(self, after: int, *, epoch: int, limit: int) -> Page:
        """The commits beyond a position, at most `limit`, and the epochs beyond the number of one.
        Raises LogUnreachable."""
        with self.connected() as connection:
            return page_of(connection, self.name, after, epoch=epoch, limit=limit)

    def bodies(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Bodies by their ids, compressed."""
        with self.connected() as connection:
            cursor = connection.cursor(row_factory=tuple_row)
            cursor.execute(schema.of(self.name, schema.BODIES), {"ids": list(ids)})
            return {id: bytes(body) for id, body in cursor}

    def head(self) -> int:
        """The position of the last commit; 0 of an empty log. Raises LogUnreachable."""
        with self.connected() as connection:
            cursor = connection.cursor(row_factory=tuple_row)
            row = cursor.execute(schema.of(self.name, schema.HEAD)).fetchone()
            return int(row[0]) if row else 0

    # --- what lies beside it

    def beside(self, after: int) -> tuple[int, Mapping[str, str]]:
        """What was put beside the log since a number: the texts by their names, and the number of
        the last."""
        with self.connected() as connection:
            cursor = connection.cursor(row_factory=tuple_row)
            rows = cursor.execute(
                schema.of(self.name, schema.BESIDE_AFTER), {"number": after}
            ).fetchall()
        return max((row[1] for row in rows), default=after), {row[0]: row[2] for row in rows}

    def put_beside(self, name: str, text: str) -> None:
        """Put a text beside the log under a name, in the place of the one before. Raises
        LogUnreachable."""
        with self.turn() as turn:
            turn.put_beside(name, text)

    # --- the log is signed

    @contextmanager
    def signing(self) -> Iterator[psycopg.Connection[Any] | None]:
        """The turn to sign, which one of all nodes has: the connection that holds it; None where
        another has it. Raises LogUnreachable."""
        with self._alone() as connection:
            statement = "SELECT pg_try_advisory_lock(hashtext(%s))"
            row = connection.execute(statement, (f"{self.name}: signer",)).fetchone()
            yield connection if row is not None and row[0] else None

    def is_on_standby(self, connection: psycopg.Connection[Any]) -> bool:
        """Whether a synchronous standby has all that the log holds now, after some waiting; so it
        is too where none is asked for."""
        row = connection.execute(schema.NEEDS_STANDBYS).fetchone()
        if row is None or not row[0]:
            return True
        lsn = connection.execute(schema.WRITTEN_TO).fetchone()
        ends = time.monotonic() + COMMIT_SECONDS
        while lsn is not None:
            row = connection.execute(schema.STANDBYS, {"lsn": lsn[0]}).fetchone()
            if row is not None and row[1]:
                return True
            if time.monotonic() > ends:
                return False
            time.sleep(BETWEEN / 10)
        return False


class Turn:
    """The turn to write to a log: nobody else does, and what is read is the newest."""

    def __init__(self, log: PostgresLog, connection: psycopg.Connection[Any]) -> None:
        self.end = End(0, 0, None)
        self._log = log
        self._name = log.name
        self._connection = connection
        self._written: Written | None = None
        self._has_written = False
        self._is_over = False

    def take(self) -> None:
        """Wait until nobody else has it; `end` is how the log ends then."""
        self._connection.execute("BEGIN")
        self._connection.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        self._execute(schema.TAKE_TURN)
        row = self._execute(schema.END).fetchone()
        self.end = End(*row) if row else self.end

    def page(self, after: int, *, epoch: int, limit: int) -> Page:
        """As `PostgresLog.page`."""
        return page_of(self._connection, self._name, after, epoch=epoch, limit=limit)

    def write(self, written: Written) -> None:
        """Write a commit behind the end of the log."""
        commit, seal, claims, events = written
        with self._connection.pipeline():
            self._execute(schema.INSERT_COMMIT, (*msgspec.structs.astuple(commit), seal))
            if claims:
                columns = list(map(list, zip(*claims, strict=True)))
                self._execute(schema.INSERT_CLAIMS, (commit.position, *columns))
            self._execute(schema.INSERT_EVENTS, list(map(list, zip(*events, strict=True))))
            self._execute(schema.NOTIFY)
        self._written = written
        self._has_written = True
        self.end = End(commit.position, commit.position, commit.recorded_at)

    def write_many(self, commits: Sequence[Written]) -> None:
        """Write commits behind the end of the log, all at once."""
        rows = [(*msgspec.structs.astuple(each.commit), each.seal) for each in commits]
        claims = [(each.commit.position, *claim) for each in commits for claim in each.claims]
        events = [row for each in commits for row in each.events]
        with self._connection.pipeline():
            self._execute(schema.INSERT_COMMITS, _columns(rows))
            if claims:
                self._execute(schema.INSERT_CLAIMS_OF_MANY, _columns(claims))
            self._execute(schema.INSERT_EVENTS, _columns(events))
            self._execute(schema.NOTIFY)
        self._written = commits[-1]
        self._has_written = True
        last = commits[-1].commit
        self.end = End(last.position, last.position, last.recorded_at)

    def keep_bodies(self, bodies: Mapping[str, bytes]) -> None:
        """Keep compressed bodies, those that are not there yet."""
        self._execute(schema.INSERT_BODIES, (list(bodies), list(bodies.values())))
        self._has_written = True

    def keep_body(self, id: str, body: bytes) -> None:
        """Keep a compressed body."""
        self._execute(schema.INSERT_BODY, (id, body))
        self._has_written = True

    def begin_epoch(self, epoch: Epoch) -> None:
        """Let an epoch begin."""
        row = (*msgspec.structs.astuple(epoch), seal_of_epoch(epoch))
        self._execute(schema.INSERT_EPOCH, row)
        self._execute(schema.NOTIFY)
        self._has_written = True

    def put_beside(self, name: str, text: str) -> None:
        """Put a text beside the log under a name."""
        self._execute(schema.INSERT_BESIDE, {"name": name, "text": text})
        self._execute(schema.NOTIFY)
        self._has_written = True

    def commit(self) -> None:
        """End the turn; what was written is in the log. Raises LogUnreachable, OutcomeUnknown."""
        if self._is_over:
            return
        self._is_over = True
        if not self._has_written:
            self._connection.execute("ROLLBACK")
            return
        try:
            with _limited(self._connection, COMMIT_SECONDS), _warned(self._connection) as warnings:
                self._connection.execute("COMMIT")
        except psycopg.OperationalError as error:
            # The server may have it all the same: then it is recorded, and is not to be refused.
            if self._written is None or not self._log.has(self._written):
                raise LogUnreachable(told(error)) from error
        else:
            if warnings:  # it no longer waited for the standby, so a failover may lose it
                raise OutcomeUnknown("; ".join(warnings))

    def give_back(self) -> None:
        """End the turn, whatever became of it; what was not committed is not in the log."""
        if not self._is_over:
            self._is_over = True
            with suppress(psycopg.Error):
                self._connection.execute("ROLLBACK")

    def _execute(self, statement: str, values: Any = None) -> psycopg.Cursor[Any]:
        cursor = self._connection.cursor(row_factory=tuple_row)
        return cursor.execute(schema.of(self._name, statement), values)


class Listener:
    """Hears that a log has grown."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def wait(self, timeout: float) -> None:
        """Wait until the log has grown, or the time is over. Raises psycopg's OperationalError
        where the connection is lost."""
        for _ in self._connection.notifies(timeout=timeout, stop_after=1):
            pass


def page_of(
    connection: psycopg.Connection[Any], log: str, after: int, *, epoch: int, limit: int
) -> Page:
    """A page of a log, all of it from one state."""
    cursor = connection.cursor(row_factory=tuple_row)

    def rows(statement: str, **values: int) -> list[tuple[Any, ...]]:
        return cursor.execute(schema.of(log, statement), values).fetchall()

    # Commits are whole and never change: what is read of them later is of the same state.
    seals = rows(schema.SEAL_AT, position=after)
    commits = rows(schema.COMMITS_AFTER, after=after, limit=limit)
    begun = rows(schema.EPOCHS_AFTER, number=epoch)
    up_to = commits[-1][0] if commits else after
    stretch = {"after": after, "up_to": up_to}
    events = iter(rows(schema.EVENTS_BETWEEN, **stretch) if commits else [])
    claims = iter(rows(schema.CLAIMS_BETWEEN, **stretch) if commits else [])
    return Page(
        bytes(seals[0][0]) if seals else None,
        list(_written(map(_commit, commits), events, claims)),
        [(_epoch(row), bytes(row[3])) for row in begun],
    )


def _written(
    commits: Iterable[tuple[Commit, bytes]],
    events: Iterator[tuple[Any, ...]],
    claims: Iterator[tuple[Any, ...]],
) -> Iterator[Written]:
    """Commits with the events and claims that lie in each."""
    event, claim = next(events, None), next(claims, None)
    for commit, seal in commits:
        own, taken = [], []
        while event is not None and event[0] <= commit.position:
            own.append((*event[:4], bytes(event[4]), bytes(event[5])))
            event = next(events, None)
        while claim is not None and claim[0] <= commit.position:
            taken.append(Claim(*claim[1:]))
            claim = next(claims, None)
        yield Written(commit, seal, tuple(taken), own)


def _columns(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return list(map(list, zip(*rows, strict=True)))


def _commit(row: tuple[Any, ...]) -> tuple[Commit, bytes]:
    return commit_of(row[:7]), bytes(row[7])


def _epoch(row: tuple[Any, ...]) -> Epoch:
    return Epoch(number=row[0], began=row[1], recorded_at=row[2])


@contextmanager
def _limited(connection: psycopg.Connection[Any], seconds: float) -> Iterator[None]:
    """Break a connection that does not answer within some seconds.

    To cancel what the server does would be wrong: a commit that no longer waits for a standby is
    seen by others, and a failover may lose it.
    """

    def shut() -> None:
        with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as copy:
            copy.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _warned(connection: psycopg.Connection[Any]) -> Iterator[list[str]]:
    """What the server warns of meanwhile."""
    warnings: list[str] = []

    def hear(notice: psycopg.errors.Diagnostic) -> None:
        warnings.append(notice.message_primary or "")

    connection.add_notice_handler(hear)
    try:
        yield warnings
    finally:
        connection.remove_notice_handler(hear)


class _NotAsked:
    """A datastore of which nothing is asked while a recorder is put together: the library would
    look there for the types of its functions, which we refuse."""

    def __init__(self, datastore: library.PostgresDatastore) -> None:
        self._datastore = datastore

    def register_type_adapters(self) -> None:
        """Not needed."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._datastore, name)

    def __enter__(self) -> Self:
        return self
