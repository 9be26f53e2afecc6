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

import select
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from typing import Any, NamedTuple

import msgspec
import psycopg
from eventsourcing import postgres as library
from eventsourcing.persistence import PersistenceError, StoredEvent
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row, tuple_row

from events.commit import Claim, Commit, Epoch, NewCommit
from events.errors import LogDamaged, LogUnreachable, NotThisDatabase, OutcomeUnknown
from events.store.clock import Clock, system_clock
from events.store.inspection import commit_of
from events.store.postgres import schema
from events.store.postgres.connections import Connection, Connections, Datastore, how_to, told
from events.store.postgres.opening import check, check_surroundings
from events.store.sealing import End, Written, seal_of_epoch, sealed

LOCK_SECONDS = 10.0
"""So long a writer waits for its turn."""

TURN_SECONDS = 60
"""After so long without a word of whoever has the turn, PostgreSQL takes it away: a node that is
gone would keep all others from writing."""

COMMIT_SECONDS = 10.0
"""So long it waits for the answer to a COMMIT, which comes from the standby too."""

SETTLE_SECONDS = 20.0
"""So long it is tried to find out what became of a COMMIT whose answer was lost."""

BETWEEN = 0.2
"""Seconds from one try to the next."""

EVENTS = 5_000
"""A page ends with the commit by which it has so many events; one commit may have more."""

AT_ONCE = 5_000
"""So many events are sent in one statement: PostgreSQL takes no message of a gigabyte."""

TAKES_NO_COMMITS = ("25006", "25P03")
"""What a server says that is no primary any more, or of a turn that was taken away."""


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
        is asked of it yet. Raises NotThisDatabase for an address that is none."""
        self.has_bodies = has_bodies
        self.is_needed = True
        """Whether a copy that has nothing may not be opened without it."""
        self.address = address
        self.name = name
        self.clock = clock
        self._connections = Connections({"row_factory": dict_row, **how_to(address)})
        super().__init__(Datastore(name, self._connections))
        self.channel_name = name  # where its subscriptions listen

    # --- connections

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection for a while. Raises LogUnreachable, also for one that breaks meanwhile."""
        try:
            with self.datastore.get_connection() as connection:
                yield connection  # type: ignore[misc] # as they all are
        except PersistenceError as error:
            # What is raised here may be of SQLite, by whoever has the connection.
            if _is_out_of_reach(error.__cause__):
                raise LogUnreachable(told(error)) from error
            raise

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A connection that nobody else uses before or after. Raises LogUnreachable."""
        try:
            with self._connections.connect() as connection:
                connection.row_factory = tuple_row
                yield connection
        except psycopg.Error as error:
            if _is_out_of_reach(error):
                raise LogUnreachable(told(error)) from error
            raise

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A place to hear that the log has grown. Raises LogUnreachable."""
        with self._alone() as connection:
            connection.execute(schema.of(self.name, schema.LISTEN))
            yield Listener(connection)

    def check(self) -> None:
        """See that the log can be written to as it should be. Raises LogUnreachable, or
        NotThisDatabase, which says what to type."""
        check_surroundings()
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
            try:
                turn.take()
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
        OutcomeUnknown, also where it is there and no standby has it that should."""
        ends = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                with self.connected() as connection:
                    if not _is_there_under_the_turn(connection, self.name, written):
                        return False
                    if not self.is_on_standby(connection):
                        raise OutcomeUnknown("it is there, and no standby has it yet")
                    return True
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
        """The turn to sign, as `one_of_all` gives it."""
        with self.one_of_all("signer") as connection:
            yield connection

    @contextmanager
    def one_of_all(self, who: str) -> Iterator[psycopg.Connection[Any] | None]:
        """The turn to be somebody whom one of all nodes is: the connection that holds it; None
        where another has it. Raises LogUnreachable."""
        with self._alone() as connection:
            statement = "SELECT pg_try_advisory_lock(hashtext(%s))"
            row = connection.execute(statement, (f"{self.name}: {who}",)).fetchone()
            yield connection if row is not None and row[0] else None

    def is_on_standby(self, connection: psycopg.Connection[Any]) -> bool:
        """Whether all that the log holds now is where a commit must be before it is acknowledged,
        after some waiting."""
        # Whoever commits later waits for no less. It commits nothing that anybody sees, so it does
        # no harm where it no longer waits.
        with _cancelled_after(connection, COMMIT_SECONDS), _warned(connection) as warnings:
            at_once(
                connection,
                *("BEGIN", schema.SETTINGS, schema.WRITE_NOTHING, "COMMIT"),
                **_settings(),
            )
        return not warnings


class Turn:
    """The turn to write to a log: nobody else does, and what is read is the newest."""

    def __init__(self, log: PostgresLog, connection: Connection) -> None:
        self.end = End(0, 0, None)
        self.seal: bytes | None = None
        self.epoch = 1
        self.is_committed = False
        self._log = log
        self._connection = connection
        self._written: Written | None = None
        self._writes: list[tuple[str, Any]] = []
        self._is_over = False

    def take(self) -> None:
        """Wait until nobody else has it; `end` is how the log ends then, with the `seal` of its
        last commit, and in which `epoch`. Raises LogDamaged where an event lies in no commit."""
        *_, [(*ends, self.seal, self.epoch)] = at_once(
            self._connection,
            *("BEGIN", schema.SETTINGS, schema.TAKE_TURN, schema.END),
            log=self._log.name,
            **_settings(),
        )
        self.end = End(*ends)
        if self.end.given != self.end.position:
            raise LogDamaged(self.end.given, "PostgreSQL has an event there that lies in no commit")

    def page(self, after: int, *, epoch: int, limit: int) -> Page:
        """As `PostgresLog.page`."""
        return page_of(self._connection, self._log.name, after, epoch=epoch, limit=limit)

    # What is written is sent with the COMMIT, so that it takes one answer. Until then the server
    # knows the turn to be idle, and takes it away from whoever is silent for too long.

    def write(self, *commits: Written) -> None:
        """Write commits behind the end of the log."""
        rows = [(*msgspec.structs.astuple(each.commit), each.seal) for each in commits]
        claims = [(each.commit.position, *claim) for each in commits for claim in each.claims]
        events = [row for each in commits for row in each.events]
        self._writes.append((schema.INSERT_COMMITS, _columns(rows)))
        if claims:
            self._writes.append((schema.INSERT_CLAIMS, _columns(claims)))
        for first in range(0, len(events), AT_ONCE):
            some = events[first : first + AT_ONCE]
            self._writes.append((schema.INSERT_EVENTS, _columns(some)))
        self._written = commits[-1]
        last = self._written.commit
        self.end = End(last.position, last.position, last.recorded_at)

    def keep_bodies(self, bodies: Mapping[str, bytes]) -> None:
        """Keep compressed bodies, those that are not there yet."""
        self._writes.append((schema.INSERT_BODIES, (list(bodies), list(bodies.values()))))

    def keep_body(self, id: str, body: bytes) -> None:
        """Keep a compressed body."""
        self._writes.append((schema.INSERT_BODY, (id, body)))

    def begin_epoch(self, epoch: Epoch) -> None:
        """Let an epoch begin."""
        row = (*msgspec.structs.astuple(epoch), seal_of_epoch(epoch))
        self._writes.append((schema.INSERT_EPOCH, row))

    def put_beside(self, name: str, text: str) -> None:
        """Put a text beside the log under a name."""
        self._writes.append((schema.INSERT_BESIDE, {"name": name, "text": text}))

    def commit(self) -> None:
        """End the turn; what was written is in the log. Raises LogUnreachable, OutcomeUnknown."""
        if self._is_over:
            return
        if not self._writes:
            self.give_back()
            return
        self._is_over = True
        self._connection.patience = COMMIT_SECONDS
        try:
            with _warned(self._connection) as warnings:
                committed = self._send()
        except psycopg.Error as error:
            if self._connection.info.transaction_status != TransactionStatus.UNKNOWN:
                raise  # the server has refused something, and with it the COMMIT
            self._find_out(error)
        else:
            if committed.statusmessage != "COMMIT":
                raise LogUnreachable(f"its COMMIT was answered by {committed.statusmessage}")
            if warnings:  # it no longer waited for the standby, so a failover may lose it
                raise OutcomeUnknown("; ".join(warnings))
        self.is_committed = True

    def give_back(self) -> None:
        """End the turn, whatever became of it; what was not committed is not in the log."""
        if not self._is_over:
            self._is_over = True
            with suppress(psycopg.Error):
                self._connection.execute("ROLLBACK")

    def _send(self) -> psycopg.Cursor[Any]:
        name, writes = self._log.name, self._writes
        with self._connection.pipeline():
            for statement, values in (*writes, (schema.NOTIFY, None)):
                self._connection.execute(schema.of(name, statement), values)
            return self._connection.execute("COMMIT")

    def _find_out(self, error: psycopg.Error) -> None:
        """Find out what became of a COMMIT whose answer was lost: the server may have it all the
        same, and then it is recorded, and is not to be refused."""
        self._connection.close()
        if self._written is None:
            raise OutcomeUnknown(told(error)) from error
        if not self._log.has(self._written):
            raise LogUnreachable(told(error)) from error


class Listener:
    """Hears that a log has grown."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def wait(self, timeout: float, *, call: int | None = None) -> None:
        """Wait until the log has grown, or the time is over, or a file that is given can be read.
        Raises psycopg's OperationalError where the connection is lost."""
        ours, looking = self._connection.fileno(), select.poll()
        for file in (ours, call):
            if file is not None:
                looking.register(file, select.POLLIN)
        if ours in dict(looking.poll(timeout * 1000)):
            for _ in self._connection.notifies(timeout=0):
                pass


def page_of(connection: Connection, log: str, after: int, *, epoch: int, limit: int) -> Page:
    """A page of a log, all of it from one state."""

    def ask(statement: str, **values: int) -> psycopg.Cursor[tuple[Any, ...]]:
        cursor = connection.cursor(row_factory=tuple_row, binary=True)
        return cursor.execute(schema.of(log, statement), values)

    # Commits are whole and never change: what is read of them later is of the same state.
    seals, committed, begun = at_once(
        connection,
        *(schema.SEAL_AT, schema.COMMITS_AFTER, schema.EPOCHS_AFTER),
        log=log,
        position=after,
        after=after,
        limit=limit,
        number=epoch,
    )
    commits = list(_not_too_many(map(_commit, committed)))
    up_to = commits[-1][0].position if commits else after
    # One that began later is of a later page.
    epochs = [(_epoch(row), bytes(row[3])) for row in takewhile(lambda row: row[1] <= up_to, begun)]
    written: list[Written] = []
    if commits:
        with connection.pipeline():
            events = ask(schema.EVENTS_BETWEEN, after=after, up_to=up_to)
            claims = ask(schema.CLAIMS_BETWEEN, after=after, up_to=up_to)
        written = list(_written(commits, iter(events), iter(claims)))
    return Page(bytes(seals[0][0]) if seals else None, written, epochs)


def _not_too_many(commits: Iterable[tuple[Commit, bytes]]) -> Iterator[tuple[Commit, bytes]]:
    """The first of some commits, with no more events than a page has."""
    events = 0
    for commit, seal in commits:
        events += commit.position - commit.first + 1
        if events > EVENTS and events > commit.position - commit.first + 1:
            return
        yield commit, seal


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


def _is_there_under_the_turn(connection: Connection, log: str, written: Written) -> bool:
    """Whether a log has a commit, when nobody writes."""
    *_, seals, leaves, _ = at_once(
        connection,
        *("BEGIN", schema.SETTINGS, schema.TAKE_TURN, schema.SEAL_AT, schema.LEAVES, "ROLLBACK"),
        log=log,
        position=written.commit.position,
        first=written.commit.first,
        **_settings(),
    )
    # A seal tells nothing of what the events say.
    ours = [row[5] for row in written.events]
    return seals == [(written.seal,)] and [row[0] for row in leaves] == ours


def at_once(
    connection: psycopg.Connection[Any], *statements: str, log: str = "", **values: object
) -> list[list[tuple[Any, ...]]]:
    """The rows of each of some statements, for which the server is asked once.

    Not by a pipeline: after one of the driver's, PostgreSQL takes a turn away from nobody who is
    silent with it, since the last that it hears is no end of a request.
    """
    cursor = psycopg.ClientCursor(connection, row_factory=tuple_row)
    cursor.execute(schema.of(log, "; ".join(statements)), values)
    rows = []
    while True:
        rows.append(cursor.fetchall() if cursor.description else [])
        if not cursor.nextset():
            return rows


def _settings() -> dict[str, str]:
    """How long is waited in a transaction."""
    return {"lock": f"{LOCK_SECONDS:g}s", "idle": f"{TURN_SECONDS}s"}


def _is_out_of_reach(error: BaseException | None) -> bool:
    """Whether PostgreSQL said this, or the way to it, where it can take no commit now."""
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return True
    return isinstance(error, psycopg.Error) and error.sqlstate in TAKES_NO_COMMITS


@contextmanager
def _cancelled_after(connection: psycopg.Connection[Any], seconds: float) -> Iterator[None]:
    """Cancel what a server does after some seconds."""

    def cancel() -> None:
        with suppress(psycopg.Error):
            connection.cancel_safe(timeout=seconds)

    timer = threading.Timer(seconds, cancel)
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
        if notice.severity_nonlocalized == "WARNING":
            warnings.append(notice.message_primary or "")

    connection.add_notice_handler(hear)
    try:
        yield warnings
    finally:
        connection.remove_notice_handler(hear)
