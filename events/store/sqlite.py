"""The log in one SQLite file: what a commit says is on the disk before it is acknowledged.

`ChronicleFactory` is where the eventsourcing library gets its recorder, and
`ChronicleRecorder` is the log. Over the library's own it promises:

- a commit is whole: its events, their leaves, its claims and its row in
  `commits` appear together or not at all;
- positions ascend and are never given twice, and each commit is recorded
  strictly later than the one before, whatever the clock says;
- nothing that was written changes: triggers refuse it, and `damage` finds what
  came about behind their back;
- whoever waits hears of a new commit, from this process or another;
- a file that was put in the place of the log is neither read nor written: its last head is noted
  beside it (`log.head`), and every commit goes on from there.

How it is opened, and written by one at a time, is in `events.store.connections`.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import length_hint
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple, NoReturn, cast

import msgspec
from eventsourcing import sqlite as library
from eventsourcing.persistence import (
    InterfaceError,
    ListenNotifySubscription,
    NotSupportedError,
    OperationalError,
    StoredEvent,
)
from eventsourcing.utils import Environment, EnvType

from events.commit import Claim, Commit, Epoch, LoggedEvent, NewCommit, instant, microseconds
from events.errors import IdTaken, LogDamaged, LogReplaced, NotWritten
from events.store.clock import Clock, system_clock
from events.store.connections import ChronicleDatastore, is_unwritable
from events.store.inspection import commit_of, damage, one_state
from events.store.noted import Noted
from events.store.schema import (
    CLAIMED,
    CLAIMS,
    COMMIT_AT,
    COMMIT_BY,
    COMMIT_BY_KEY,
    COMMIT_BY_REQUEST,
    COMMITS,
    COMMITS_OF_STREAM,
    COMMITS_OVER,
    COUNT_TABLES,
    DATA_VERSION,
    ENDS,
    EPOCHS,
    EVENTS_AFTER,
    EVENTS_AT,
    EVENTS_BETWEEN,
    EVENTS_IN_COMMITS,
    EVENTS_OF_LIVES,
    EVENTS_OF_STREAM,
    EVENTS_OF_TOPICS,
    FARTHEST,
    FIRST_POSITIONS,
    HEAD,
    INSERT_CLAIM,
    INSERT_COMMIT,
    INSERT_EPOCH,
    INSERT_EVENT,
    LAST_GIVEN,
    PARTS,
    POSITIONS_OF_STREAM,
    REVISION,
    SCHEMA_NUMBER,
    SCHEMA_OF_EPOCHS,
    SCHEMAS,
    SEAL_AT,
    VERSIONS_AFTER,
    WITH_EPOCHS,
    WITHOUT_EPOCHS,
)
from events.store.sealing import End, Written, seal_of_epoch, sealed
from events.store.tree import Tree, damaged_tree, grow


class Claimed(NamedTuple):
    """An id that is taken: the record that it lies in, and the first and the last position of the
    commit that claimed it."""

    id: str
    record: str
    first: int
    last: int


class ChronicleRecorder(library.SQLiteApplicationRecorder):
    """The log. Safe to share between threads; other processes may write to the same file."""

    datastore: ChronicleDatastore

    def __init__(self, datastore: ChronicleDatastore, *, clock: Clock = system_clock) -> None:
        super().__init__(datastore)
        self.clock = clock
        self.tree = Tree(datastore)
        self._seen = 0
        self._left: tuple[tuple[int, int, str | None], Noted | None] = (-1, 0, None), None
        self._epochs: tuple[int, tuple[Epoch, ...]] = (-1, ())

    # One state of the log.

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What this thread reads meanwhile is of one state of the log, whoever writes to it."""
        with self.datastore.one_transaction(commit=False):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nobody else writes meanwhile: what this thread reads is the newest state of the log.

        What it inserts is on the disk at the end, or, where something is raised, not in the log.
        Raises NotWritten where there is no room, or nothing can be written at all.
        """
        with self.writing_here():
            yield

    @contextmanager
    def writing_here(self) -> Iterator[None]:
        """The same, of this file alone: for what is no part of the log. Raises NotWritten."""
        try:
            with self.datastore.one_transaction(commit=True):
                yield
        except (OperationalError, InterfaceError) as error:
            if is_unwritable(error.__cause__):
                raise NotWritten(str(error)) from error
            raise

    def try_to_write(self) -> None:
        """Write to the file what stands there already, as a commit would. Raises NotWritten."""
        with self.writing(), self.datastore.transaction(commit=True) as cursor:
            cursor.execute(f"PRAGMA user_version = {_schema_number(cursor)}")

    # The log is written.

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        commit: NewCommit | None = None,
        **kwargs: Any,
    ) -> list[int]:
        """Append the events as one commit and return their positions.

        It is on the disk when this returns, or at the end of `writing`; where it
        raises, the log is as it was. Without events nothing is written.

        Raises IdTaken for a claim that is taken, LogDamaged where an explicit
        `recorded_at` or `positions` does not lie beyond the head, and the
        library's IntegrityError for a version that a stream already has
        (`stored_events.originator_id` in its text) or a key that the actor has
        used (`commits.actor`); the key is looked at first, then the claims.
        Raises LogReplaced where this is no longer the log that was opened.
        """
        if not stored_events:
            return []
        with self.writing(), self.datastore.transaction(commit=True) as cursor:
            return self._insert_events(cursor, stored_events, commit=commit, **kwargs)

    def _insert_events(
        self,
        c: library.SQLiteCursor,
        stored_events: Sequence[StoredEvent],
        *,
        commit: NewCommit | None = None,
        **_: Any,
    ) -> list[int]:
        c.execute(LAST_GIVEN)
        end = End(*c.fetchone())
        noted = self._noted_before(c, (end.position, end.recorded_at))
        new = commit or NewCommit(actor="system", request="")
        written = sealed(stored_events, new, end, clock=self.clock)
        self._write(c, written)
        last = written.commit
        if noted is None:
            noted = self._ends(c)
        else:
            noted = Noted(noted.epoch, last.position, last.recorded_at, written.seal, noted.origin)
        self._left = (self._left[0][0], last.position, last.recorded_at), noted
        self.datastore.note_once_written(noted)
        return [row[0] for row in written.events]

    def _write(self, cursor: library.SQLiteCursor, written: Written) -> None:
        """Write the rows of a commit."""
        position = written.commit.position
        cursor.execute(INSERT_COMMIT, (*msgspec.structs.astuple(written.commit), written.seal))
        _take(cursor, written.claims, position=position)
        cursor.executemany(INSERT_EVENT, written.events)
        if self.tree.is_there(cursor):
            grow(cursor, position)

    def body_kept(self, id: str, compressed: bytes) -> None:
        """Hear that a body was kept beside the log, in the `writing` of this thread: one that lies
        elsewhere too keeps it there."""

    def _noted_before(self, c: library.SQLiteCursor, last: tuple[int, str | None]) -> Noted | None:
        """What is noted before a commit that is to follow another. Raises LogReplaced."""
        c.execute(DATA_VERSION)
        found = (c.fetchone()[0], *last)
        left, noted = self._left
        if found != left:  # not as this process left it
            noted = self.datastore.noted.read()
            if noted is not None and (why := _no_continuation(c, noted)) is not None:
                raise LogReplaced(self.name, why)
            self._left = found, noted
        return noted

    # The log is read.

    def head(self) -> Commit | None:
        """The last commit; None if the log is empty.

        Raises LogReplaced where it is not as far as it was before.
        """
        seen, is_now = self._seen, not self.datastore.is_in_transaction()
        commit = self._commit(HEAD, {})
        position = commit.position if commit is not None else 0
        if is_now and position < seen:
            raise LogReplaced(self.name, f"it ends at @{position}, and had come to @{seen}")
        self._seen = max(self._seen, position)
        return commit

    def commit_at(self, position: int) -> Commit | None:
        """The last commit that was whole at `position`; None before the first."""
        return self._commit(COMMIT_AT, {"position": position})

    def commit_by(self, recorded_at: str) -> Commit | None:
        """The last commit recorded at or before an instant of the log; None before the first.

        Raises ValueError for an instant in any other form: as text it would
        compare wrongly.
        """
        microseconds(recorded_at)
        return self._commit(COMMIT_BY, {"recorded_at": recorded_at})

    def commit_by_key(self, *, actor: str, key: str) -> Commit | None:
        """The commit that an actor made under an idempotency key."""
        return self._commit(COMMIT_BY_KEY, {"actor": actor, "key": key})

    def commit_by_request(self, request: str, *, since: str) -> Commit | None:
        """The first commit after an instant of the log that has a request. All that was recorded
        since then is looked through."""
        microseconds(since)
        return self._commit(COMMIT_BY_REQUEST, {"request": request, "since": since})

    def claimed(self, space: str, ids: Iterable[str]) -> dict[str, str]:
        """The record of each of the ids that is taken in the space."""
        encoded = msgspec.json.encode(list(ids)).decode()
        with self.datastore.transaction(commit=False) as cursor:
            return dict(_rows(cursor, CLAIMED, {"space": space, "ids": encoded}))

    def claims(self, space: str, ids: Iterable[str]) -> list[Claimed]:
        """Where those of the ids that are taken in the space were claimed."""
        encoded = msgspec.json.encode(list(ids)).decode()
        with self.datastore.transaction(commit=False) as cursor:
            return [
                Claimed(*row) for row in _rows(cursor, CLAIMS, {"space": space, "ids": encoded})
            ]

    def first_positions(self, streams: Iterable[str]) -> dict[str, int]:
        """Where each of some streams begins."""
        encoded = msgspec.json.encode(list(streams)).decode()
        with self.datastore.transaction(commit=False) as cursor:
            return dict(_rows(cursor, FIRST_POSITIONS, {"streams": encoded}))

    def select_log(self, *, after: int, limit: int) -> list[LoggedEvent]:
        """The events beyond position `after`, in order; empty where nothing is new.

        They end where a commit ends: at least one commit, and no more of them
        than `limit` events need. Raises LogDamaged where an event lies in no commit.
        """
        with self.datastore.transaction(commit=False) as cursor:
            page = _rows(cursor, EVENTS_AFTER, {"after": after, "limit": max(limit, 1)})
            if not page:
                return []
            first, last = page[0][0], page[-1][0]
            commits = _rows(cursor, COMMITS_OVER, {"first": first, "last": last})
            if not commits:
                raise LogDamaged(last, "the event lies in no commit")
            end = commits[-1][0]
            if end > last:
                page += _rows(cursor, EVENTS_BETWEEN, {"after": last, "end": end})
        return list(_in_their_commits(page, map(commit_of, commits)))

    def select_stream(
        self, stream: str, *, after: int = 0, up_to: int | None = None, limit: int = FARTHEST
    ) -> list[LoggedEvent]:
        """The events of a stream in the order of their versions: the first `limit` of those beyond
        the position `after`, up to the position `up_to`."""
        parameters = {"stream": stream, **_stretch(after, up_to, limit)}
        with self.datastore.transaction(commit=False) as cursor:
            rows = _rows(cursor, EVENTS_OF_STREAM, parameters)
        return _with_their_commits(rows)

    def events_between(
        self, after: int, up_to: int | None = None, *, limit: int = FARTHEST
    ) -> list[LoggedEvent]:
        """The first `limit` events beyond one position and up to another, in order, whether their
        commits begin or end there or not."""
        with self.datastore.transaction(commit=False) as cursor:
            rows = _rows(cursor, EVENTS_IN_COMMITS, _stretch(after, up_to, limit))
        return _with_their_commits(rows)

    def events_at(self, positions: Iterable[int]) -> list[LoggedEvent]:
        """The events at some positions, in order; none for a position that has no event."""
        encoded = msgspec.json.encode(list(positions)).decode()
        with self.datastore.transaction(commit=False) as cursor:
            rows = _rows(cursor, EVENTS_AT, {"positions": encoded})
        return _with_their_commits(rows)

    def parts(self, *, up_to: int, events: int) -> list[tuple[int, int, int]]:
        """The log up to a position in parts of whole streams, each with about so many events:
        where its first and its last stream begin, and how many events they have."""
        with self.datastore.transaction(commit=False) as cursor:
            rows = _rows(cursor, PARTS, {"up_to": up_to, "events": events})
        return cast("list[tuple[int, int, int]]", rows)

    def select_lives(self, *, first: int, last: int, up_to: int) -> list[LoggedEvent]:
        """All events, up to a position, of the streams that begin from one to another, in the order
        of the log."""
        parameters = {"first": first, "last": last, "up_to": up_to}
        with self.datastore.transaction(commit=False) as cursor:
            rows = _rows(cursor, EVENTS_OF_LIVES, parameters)
        return _with_their_commits(rows)

    def select_topics(
        self, streams: Iterable[str], topics: Iterable[str], *, up_to: int
    ) -> list[LoggedEvent]:
        """The events of some topics in some streams, up to a position, in the order of the log."""
        parameters = {
            "streams": msgspec.json.encode(list(streams)).decode(),
            "topics": msgspec.json.encode(list(topics)).decode(),
            "up_to": up_to,
        }
        with self.datastore.transaction(commit=False) as cursor:
            rows = _rows(cursor, EVENTS_OF_TOPICS, parameters)
        return _with_their_commits(rows)

    def positions_of(self, stream: str, *, after: int = 0, up_to: int | None = None) -> list[int]:
        """Where the events of a stream lie, beyond one position and up to another."""
        parameters = {"stream": stream, **_stretch(after, up_to)}
        with self.datastore.transaction(commit=False) as cursor:
            return [position for (position,) in _rows(cursor, POSITIONS_OF_STREAM, parameters)]

    def revision(self, stream: str, *, up_to: int | None = None) -> int:
        """How many events a stream has up to a position."""
        parameters = {"stream": stream, **_stretch(0, up_to)}
        with self.datastore.transaction(commit=False) as cursor:
            rows = _rows(cursor, REVISION, parameters)
        return cast("int", rows[0][0]) if rows else 0

    def commits(
        self,
        stream: str | None = None,
        *,
        after: int = 0,
        up_to: int | None = None,
        limit: int = FARTHEST,
        last_first: bool = False,
    ) -> list[Commit]:
        """The commits beyond one position and up to another, or those that touched a stream: the
        first `limit` of them, or, `last_first`, the last ones from the last one on."""
        statement = COMMITS if stream is None else COMMITS_OF_STREAM
        statement = statement.format(direction="DESC" if last_first else "ASC")
        parameters = {"stream": stream, **_stretch(after, up_to, limit)}
        with self.datastore.transaction(commit=False) as cursor:
            rows = _rows(cursor, statement, parameters)
        return list(map(commit_of, rows))

    def versions_after(self, position: int, *, limit: int) -> list[tuple[int, str, int]]:
        """The events beyond a position as position, stream and version, in order."""
        parameters = {"after": position, "limit": limit}
        with self.datastore.transaction(commit=False) as cursor:
            return _rows(cursor, VERSIONS_AFTER, parameters)

    def _commit(self, statement: str, parameters: dict[str, Any]) -> Commit | None:
        with self.datastore.transaction(commit=False) as cursor:
            rows = _rows(cursor, statement, parameters)
        return commit_of(rows[0]) if rows else None

    # The log is followed.

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> ChronicleSubscription:
        """The library's subscription: all events beyond `gt`, then each new one as it comes."""
        return ChronicleSubscription(recorder=self, gt=gt, topics=topics)

    def wait_for(self, after: int, timeout: float, *, interrupt: Event | None = None) -> bool:
        """Wait until the log reaches beyond position `after`: True as soon as it does.

        False after `timeout` seconds, and at once on `wake`, when the datastore
        is closed, or where `interrupt` is set. To end a waiting thread for
        good, set its `interrupt` and then call `wake`.
        """
        doorbell = self.datastore.doorbell
        deadline = time.monotonic() + timeout
        wakes = doorbell.wakes
        while not doorbell.closed:
            rings = doorbell.rings()
            try:
                if (self.max_notification_id() or 0) > after:
                    return True
            except Exception:
                if doorbell.closed:
                    break
                raise
            left = deadline - time.monotonic()
            if left <= 0 or doorbell.wakes != wakes or (interrupt and interrupt.is_set()):
                break
            doorbell.wait(since=rings, timeout=left)
        return False

    def wake(self) -> None:
        """Let everyone who is in `wait_for` now return."""
        self.datastore.doorbell.wake()

    # The log is known again.

    @property
    def name(self) -> str:
        """The name of its file."""
        return Path(self.datastore.pool.db_name).name

    def open(self) -> None:
        """Begin to use the log. Raises like `check_continues`."""
        self.check_continues()

    def open_as_it_is(self) -> None:
        """Begin to use the log, whatever the folder had before."""
        self.note()

    def put_beside(self, name: str, text: str, then: Callable[[], None]) -> None:  # noqa: ARG002 -- a log that lies elsewhere too keeps it there
        """Put a text beside the log under a name, for all who have the log, and call `then` when
        that is done: at the end of the `writing` of this thread, if it is in one."""
        then()

    def check_continues(self) -> None:
        """See that the log goes on from what is noted beside it, and note it where nothing is.

        Raises LogReplaced for a log that is shorter, or another.
        """
        noted = self.datastore.noted.read()  # before the log, which may grow meanwhile
        with self.datastore.transaction(commit=False) as cursor:
            why = None if noted is None else _no_continuation(cursor, noted)
        if why is not None:
            raise LogReplaced(self.name, why)
        if noted is None:
            self.note()

    def note(self) -> None:
        """Note the head of the log as it stands, whatever was noted before."""
        with self.datastore.transaction(commit=False) as cursor:
            ends = self._ends(cursor)
        if ends is None:
            self.datastore.noted.forget()
        else:
            self.datastore.noted.write(ends)

    def epochs(self) -> tuple[Epoch, ...]:
        """The epochs of the log after the first, in order."""
        # One begins at the head, so who has not seen a later head knows them all.
        seen = self._seen
        if self._epochs[0] != seen:
            self._epochs = seen, self._read_epochs()
        return self._epochs[1]

    def _read_epochs(self) -> tuple[Epoch, ...]:
        with self.datastore.transaction(commit=False) as cursor:
            if _schema_number(cursor) == WITHOUT_EPOCHS:
                return ()
            rows = _rows(cursor, EPOCHS, {})
        return tuple(Epoch(number=row[0], began=row[1], recorded_at=row[2]) for row in rows)

    def _ends(self, cursor: library.SQLiteCursor) -> Noted | None:
        """What is to be noted of the log as it stands; None of an empty one."""
        epochs, rows = self._read_epochs(), _rows(cursor, ENDS, {})
        return Noted(epochs[-1].number if epochs else 1, *rows[0]) if rows else None

    def begin_epoch(self) -> Epoch:
        """Let the log go on in another epoch, from its head; from its beginning, if it is not the
        log that was noted beside it, since nobody knows where the two part."""
        with self.writing(), self.datastore.transaction(commit=True) as cursor:
            noted, ends = self.datastore.noted.read(), self._ends(cursor)
            is_other = noted is not None and ends is not None and _is_other(cursor, noted, ends)
            # An earlier copy may not know of all epochs that began since.
            known = [each.epoch for each in (noted, ends) if each is not None]
            epoch = Epoch(
                number=max(known, default=1) + 1,
                began=ends.position if ends is not None and not is_other else 0,
                recorded_at=instant(self.clock()),
            )
            self._insert_epoch(cursor, epoch)
        self.note()
        return epoch

    def restore_epoch(self, epoch: Epoch) -> None:
        """Keep an epoch as another log has it."""
        with self.writing(), self.datastore.transaction(commit=True) as cursor:
            self._insert_epoch(cursor, epoch)

    def _insert_epoch(self, cursor: library.SQLiteCursor, epoch: Epoch) -> None:
        if _schema_number(cursor) == WITHOUT_EPOCHS:
            for statement in SCHEMA_OF_EPOCHS:
                cursor.execute(statement)
            cursor.execute(f"PRAGMA user_version = {WITH_EPOCHS}")
        row = (*msgspec.structs.astuple(epoch), seal_of_epoch(epoch))
        cursor.execute(INSERT_EPOCH, row)
        self._epochs = (-1, ())

    # The log is kept.

    def damage(self) -> Iterator[tuple[int, str]]:
        """Re-read every stored byte; yield the position and what is wrong there.

        Position 0 stands for the file as a whole. What was rewritten by
        someone who also made new leaves and seals is not seen here: that is
        what signed checkpoints are for.
        """
        yield from damage(Path(self.datastore.pool.db_name))

    def damage_of_tree(self) -> tuple[int, str] | None:
        """The first position where the tree is not what the leaves come to, and how."""
        with one_state(Path(self.datastore.pool.db_name)) as connection:
            return next(damaged_tree(connection), None)

    def construct_create_table_statements(self) -> list[str]:
        """The statements that make an empty file a log."""
        return list(SCHEMAS[SCHEMA_NUMBER])

    def create_table(self) -> None:
        """Create the tables where there are none.

        Raises the library's NotSupportedError for a file that is no log of
        this schema.
        """
        with self.datastore.transaction(commit=False) as cursor:
            if _schema_number(cursor) in SCHEMAS:
                return
        super().create_table()

    def schema(self) -> int:
        """The number of the schema of the log."""
        with self.datastore.transaction(commit=False) as cursor:
            return _schema_number(cursor)

    def migrate(self) -> int:
        """Bring the log to the schema of a new one; the number that it had.

        Raises NotWritten.
        """
        with self.writing_here(), self.datastore.transaction(commit=True) as cursor:
            number = _schema_number(cursor)
            for statement in SCHEMAS[SCHEMA_NUMBER]:
                if statement not in SCHEMAS[number]:
                    cursor.execute(statement)
            if number != SCHEMA_NUMBER:
                cursor.execute(f"PRAGMA user_version = {SCHEMA_NUMBER}")
                cursor.execute(LAST_GIVEN)
                grow(cursor, cursor.fetchone()[0])
        return number

    def _create_table(self, c: library.SQLiteCursor) -> None:
        number = _schema_number(c)
        if number in SCHEMAS:  # another process was quicker
            return
        c.execute(COUNT_TABLES)
        if number or c.fetchone()[0]:
            raise NotSupportedError(
                f"{self.datastore.pool.db_name} holds tables of schema {number},"
                f" not a log of schema {SCHEMA_NUMBER}"
            )
        super()._create_table(c)
        c.execute(f"PRAGMA user_version = {SCHEMA_NUMBER}")


class ChronicleSubscription(ListenNotifySubscription[ChronicleRecorder]):
    """Hands out notifications as they come, whichever process recorded the events."""

    def __init__(
        self, recorder: ChronicleRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        self._stopping = Event()  # before the thread, which super() starts
        super().__init__(recorder=recorder, gt=gt, topics=topics)

    def stop(self) -> None:
        """End the iteration, also one that waits."""
        self._stopping.set()
        super().stop()
        self._recorder.wake()

    def _loop_on_pull(self) -> None:
        try:
            while not self._has_been_stopped:
                # Where topics are chosen, the last notification may lie far
                # behind what was looked at: so the head is noted, not that.
                reached = self._recorder.max_notification_id() or 0
                self._pull()
                self._recorder.wait_for(reached, timeout=3600, interrupt=self._stopping)
        except BaseException as error:  # noqa: BLE001 - raised again to whoever iterates
            self._thread_error = error
            self.stop()


class ChronicleFactory(library.SQLiteFactory):
    """What `PERSISTENCE_MODULE=events.store.sqlite` makes, or a caller who has a clock.

    Reads `SQLITE_DBNAME` (a path), `SQLITE_LOCK_TIMEOUT` (whole seconds to wait
    for another writer, default 5) and `CREATE_TABLE`. Ids of streams are text.
    """

    datastore: ChronicleDatastore

    def __init__(
        self,
        env: Environment | EnvType | None = None,
        *,
        clock: Clock = system_clock,
        poll_interval: float = 0.02,
    ) -> None:
        super().__init__(env)
        stock: library.SQLiteConnectionPool = self.datastore.pool  # has read the settings
        self.datastore = ChronicleDatastore(
            stock.db_name, lock_timeout=stock.lock_timeout, poll_interval=poll_interval
        )
        self.clock = clock

    def application_recorder(self) -> ChronicleRecorder:
        """The log of this file."""
        recorder = ChronicleRecorder(self.datastore, clock=self.clock)
        if self.env_create_table():
            recorder.create_table()
        return recorder

    def aggregate_recorder(self, purpose: str = "events") -> NoReturn:
        """Raises NotSupportedError: there are no snapshots, a record is folded from its events."""
        raise NotSupportedError(f"the file of the log keeps no {purpose} beside it")

    def tracking_recorder(self, tracking_recorder_class: type[Any] | None = None) -> NoReturn:
        """Raises NotSupportedError: views have files of their own."""
        raise NotSupportedError(f"the file of the log keeps no view {tracking_recorder_class}")

    def process_recorder(self) -> NoReturn:
        """Raises NotSupportedError: views have files of their own."""
        raise NotSupportedError("the file of the log keeps no views")


def _schema_number(cursor: library.SQLiteCursor) -> int:
    cursor.execute("PRAGMA user_version")
    return cast("int", cursor.fetchone()[0])


def _no_continuation(cursor: library.SQLiteCursor, noted: Noted) -> str | None:
    """Why a log is no continuation of the one of which this was noted; None where it is."""
    cursor.execute(SEAL_AT, {"position": noted.position})
    row = cursor.fetchone()
    if row is not None and row[0] == noted.seal:
        return None
    rows = _rows(cursor, HEAD, {})
    position = rows[0][0] if rows else 0
    if position < noted.position:
        return f"it ends at @{position}, and @{noted.position} was recorded"
    return f"what it has at @{noted.position} is not what was recorded there"


def _is_other(cursor: library.SQLiteCursor, noted: Noted, ends: Noted) -> bool:
    """Whether a log is neither the one of which this was noted, nor an earlier copy of it."""
    if ends.origin != noted.origin:
        return True
    return ends.position >= noted.position and _no_continuation(cursor, noted) is not None


def _take(cursor: library.SQLiteCursor, claims: tuple[Claim, ...], *, position: int) -> None:
    ahead = iter([(*claim, position) for claim in claims])
    try:
        cursor.executemany(INSERT_CLAIM, ahead)
    except sqlite3.IntegrityError as error:
        # The rows are taken one by one, so the last one taken is the one refused.
        refused = claims[len(claims) - length_hint(ahead) - 1]
        raise IdTaken(refused.space, refused.id) from error


def _rows(
    cursor: library.SQLiteCursor, statement: str, parameters: dict[str, Any]
) -> list[tuple[Any, ...]]:
    cursor.sqlite_cursor.row_factory = None  # plain tuples
    cursor.execute(statement, parameters)
    return cast("list[tuple[Any, ...]]", cursor.fetchall())


def _stretch(after: int, up_to: int | None, limit: int = FARTHEST) -> dict[str, int]:
    """The named parameters of what is read beyond one position and up to another."""
    return {"after": after, "up_to": FARTHEST if up_to is None else up_to, "limit": limit}


def _with_their_commits(rows: Sequence[tuple[Any, ...]]) -> list[LoggedEvent]:
    """Events of rows that hold an event and its commit."""
    commits: dict[int, Commit] = {}
    for row in rows:
        if row[6] not in commits:
            commits[row[6]] = commit_of(row[6:])
    return [LoggedEvent._make((*row[:6], commits[row[6]])) for row in rows]


def _in_their_commits(
    rows: Iterable[tuple[Any, ...]], commits: Iterator[Commit]
) -> Iterator[LoggedEvent]:
    commit = next(commits)
    for row in rows:
        while row[0] > commit.position:
            commit = next(commits)
        yield LoggedEvent._make((*row, commit))
