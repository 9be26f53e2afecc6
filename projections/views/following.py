"""Following the log: pages become rows, live or from the beginning, always the same rows.

A `Follower` reads whole commits and writes each page in one transaction with
how far it has read. Several may follow into one file, in threads or processes:
whoever holds the write lock goes on from where the last one ended. `rebuild`
makes the views anew beside the live ones; `verify` compares without touching.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlite_utils import Database

from events.chronicle import Chronicle, stream_lines
from events.errors import AnnalesError, OtherViews, ViewsMending
from events.record import Record
from events.store.connections import is_unwritable
from projections.views.file import (
    TURN,
    Views,
    ViewsDamaged,
    alone,
    digest,
    is_sound,
    last_written,
    open_file,
    path_of,
    read_last,
    track,
    tracked,
    writing,
)
from projections.views.folding import Reader
from projections.views.history import History
from projections.views.lines import Lines
from projections.views.making import fill, make, make_beside, page_of, write
from projections.views.processes import results_of
from projections.views.search import Search
from projections.views.spans import Spans
from projections.views.view import Beside, View

log = logging.getLogger(__name__)

VIEWS: tuple[type[View], ...] = (History, Lines, Spans, Search)
"""The one list of views. A new one is a file with a class and a word here."""

CREATES = tuple(view.create for view in VIEWS)
TABLES = tuple(table for view in VIEWS for table in view.tables)

FAR = 20_000
"""How many events are followed one page after the other, however quickly all could be read."""

PAGE = 1000
"""How many events a transaction takes, or one commit where that is larger."""

BETWEEN_TURNS = 0.2
"""Seconds after which whoever does not follow looks whether it is its turn."""

SOON, LATE = 1.0, 10.0
"""Seconds after which what could not be done is tried again: at first, and after that twice as long
each time, up to so many."""


class Differs(AnnalesError):
    """The live views are not what the log adds up to. Run `annales rebuild --replace`.

    `live` and `rebuilt` are the digests, `tables` are those in which they differ.
    """

    def __init__(self, position: int, live: Mapping[str, str], rebuilt: Mapping[str, str]) -> None:
        self.position, self.live, self.rebuilt = position, _total(live), _total(rebuilt)
        self.tables = [table for table in rebuilt if live.get(table) != rebuilt[table]]
        super().__init__(
            f"at @{position} the live views have the digest {self.live[:16]}, a replay of the log"
            f" {self.rebuilt[:16]} ({', '.join(self.tables)}): run `annales rebuild --replace`"
        )


class BesideDiffers(AnnalesError):
    """What lies beside the live views is not what they hold. Run `annales rebuild`."""

    def __init__(self, position: int, why: str) -> None:
        self.position, self.why = position, why
        super().__init__(f"at @{position} {why}: run `annales rebuild`")


class Rebuilt(NamedTuple):
    """How far the views were rebuilt, and their digest."""

    position: int
    digest: str


class Follower:
    """Keeps one file of views up with the log."""

    def __init__(self, chronicle: Chronicle, db: Callable[[], Database]) -> None:
        self._chronicle = chronicle
        self._db = db
        self._views = [view(chronicle.log) for view in VIEWS]
        self._beside = [view for view in self._views if isinstance(view, Beside)]
        self._reader = Reader(self._load)
        self._begun = 0
        self._at = 0
        self._last: Database | None = None
        self._written = (0, 0)

    def catch_up(
        self, *, until: int | None = None, progress: Callable[[int], None] | None = None
    ) -> int:
        """Read the log to its head, or to the position `until`; returns how far it is read."""
        while self._page(until):
            if progress is not None:
                progress(self._at)
        return self._at

    def _page(self, until: int | None) -> bool:
        """Read one page in one transaction; False where there was nothing to read."""
        db = self._db()
        with alone(db):
            if self._db() is not db:
                return True  # other views were put into use meanwhile
            at = tracked(db)
            if db is not self._last or at != self._at:
                self._forget()
            self._check(db)
            self._last, self._begun, self._at = db, at, at
            for beside in self._beside:
                beside.make_whole(db, at)
            events = self._chronicle.log.select_log(after=at, limit=PAGE)
            if until is not None:
                events = [event for event in events if event.commit.position <= until]
            if not events:
                return False
            self._at = -1
            last = events[-1].commit
            with writing(db):
                write(db, page_of(self._views, db, self._reader, self._reader.read(events)))
                track(db, last.position, recorded_at=last.recorded_at)
            head = self._chronicle.log.head()
            more = head is not None and head.position > last.position
            for beside in self._beside:
                beside.kept(db, last.position, more=more)
            self._at, self._written = last.position, last_written(db)
        return True

    def _check(self, db: Database) -> None:
        """Refuse to go on from what is not the log's, or not what was written. Raises
        ViewsDamaged."""
        if not belong(self._chronicle, db):
            raise ViewsDamaged("they were made from another log")
        # Others write too, such as the command line; only what nobody read would hide in its rows.
        written = last_written(db)
        if db is self._last and written != self._written and not is_sound(path_of(db)):
            raise ViewsDamaged("somebody else has written over them")
        self._written = written

    def _forget(self) -> None:
        """Drop what is kept in memory, because somebody else read on, or a page failed."""
        self._reader.forget()
        for view in self._views:
            view.forget()

    def _load(self, stream: str) -> Record:
        """The record of a stream as it was when the page began; the log is further on."""
        return Record.of(stream, stream_lines(self._chronicle.log, stream, up_to=self._begun))


class _Stopped(Exception):
    """Whoever follows was told to end, in the middle of much that is to be read."""


class Following:
    """A thread that follows the log, and a place to wait until it has read far enough.

    Of all that do so for a folder, in whatever processes, one reads the log: the one that holds
    the lock of the file `TURN`. The system gives it to another when that process ends, however it
    ends. `on_moved` is called when this one has read on, and may tell the others, which then call
    `hear`; who is not told looks now and then. `on_failed` is told why this one cannot follow, and
    None when it can again.
    """

    def __init__(self, chronicle: Chronicle, views: Views) -> None:
        self.on_moved: Callable[[], None] = lambda: None
        self.on_failed: Callable[[Exception | None], None] = lambda _: None
        self.failure: Exception | None = None
        self._chronicle = chronicle
        self._views = views
        self._follower = Follower(chronicle, views.db)
        self._moved = threading.Condition()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a page that it is writing is finished first."""
        self._ended.set()
        self._chronicle.log.wake()
        self._thread.join()

    def wait_for(self, position: int, *, timeout: float) -> int:
        """Wait until the views have read the position; returns how far they are."""
        deadline = time.monotonic() + timeout
        with self._moved:
            while (projected := self._views.tracked()) < position:
                left = deadline - time.monotonic()
                if left <= 0 or self._ended.is_set():
                    break
                # Another process may be the one that follows, so look now and then.
                self._moved.wait(min(left, 0.01))
        return projected

    def hear(self) -> None:
        """Say that the views may have read on, here or elsewhere."""
        with self._moved:
            self._moved.notify_all()

    def _go_on(self, done: int) -> None:  # noqa: ARG002 - it is asked, not told
        if self._ended.is_set():
            raise _Stopped

    def _run(self) -> None:
        patience = SOON
        while not self._ended.is_set():
            try:
                with turn(self._views.folder / TURN) as is_ours:
                    if is_ours:
                        self._follow()
                    self.failure = None  # it is for somebody else to follow
            except _Stopped:
                return
            except Exception as failure:
                if not isinstance(failure, ViewsMending) and not self._views.met(failure):
                    self._views.let_go()  # it may be one that can only read
                    # The log goes on without the views; /readyz says so, and the next try may
                    # succeed, here or in another process.
                    if str(failure) != str(self.failure):
                        log.exception("the views cannot follow the log")
                    patience = min(2 * patience, LATE) if self.failure is not None else SOON
                    self._tell(failure)
                    self._ended.wait(patience)
            self._ended.wait(BETWEEN_TURNS)

    def _follow(self) -> None:
        self._views.sweep()
        is_told = False
        while not self._ended.is_set():
            mend(self._chronicle, self._views, progress=self._go_on)
            make_anew_if_far(self._chronicle, self._views, progress=self._go_on)
            at = self._follower.catch_up(progress=self._go_on)
            if not is_told:  # also of what another has told that had the turn before
                self._tell(None)
                is_told = True
            self.hear()
            self.on_moved()
            self._chronicle.log.wait_for(at, 1, interrupt=self._ended)

    def _tell(self, failure: Exception | None) -> None:
        self.failure = failure
        self.on_failed(failure)


@contextmanager
def turn(path: Path) -> Iterator[bool]:
    """Whether it is our turn, by the lock of a file: nobody else has it before this is left."""
    if not os.access(path.parent, os.W_OK):
        yield False  # nor anybody else's
        return
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def catch_up(
    chronicle: Chronicle, views: Views, *, progress: Callable[[int], None] | None = None
) -> int:
    """Bring the views of a folder up to the head of the log; returns how far they are read."""
    try:
        make_anew_if_far(chronicle, views, progress=progress)
        return Follower(chronicle, views.db).catch_up(progress=progress)
    except Exception as error:
        if not isinstance(error, ViewsMending) and not views.met(error):
            raise
    mend(chronicle, views, progress=progress)
    return Follower(chronicle, views.db).catch_up(progress=progress)


def mend(
    chronicle: Chronicle, views: Views, *, progress: Callable[[int], None] | None = None
) -> None:
    """Where no views are in use, or those of an earlier version, make them anew from the log, and
    put them into use when they are whole. Raises OtherViews where those are of a later version."""
    try:
        views.db()
    except ViewsMending:
        is_other = False
    except OtherViews as other:
        if other.is_later or other.view == other.ours:
            raise
        is_other = True
    else:
        return
    began = time.monotonic()
    with views.beside() as path:
        head = chronicle.log.max_notification_id() or 0
        make(chronicle.log, VIEWS, path, until=head, progress=progress)
        views.swap_in(path, where_none=not is_other)
    log.warning("the views were made anew in %.1f s", time.monotonic() - began)


def make_anew_if_far(
    chronicle: Chronicle, views: Views, *, progress: Callable[[int], None] | None = None
) -> None:
    """Make the views anew on all cores where that is quicker than to follow from where they are.

    To whoever else follows this is one page, for the end of which they wait.
    """
    if not is_far(chronicle, views):
        return
    with alone(views.db()):
        # Somebody else may have done it while this one waited.
        head = is_far(chronicle, views)
        if head:
            with views.beside() as path:
                make(chronicle.log, VIEWS, path, until=head, progress=progress)
                views.swap_in(path)


def is_far(chronicle: Chronicle, views: Views) -> int:
    """The head of the log, if the views have read less than two thirds of it; else 0.

    On two cores all of a log is read three to four times as fast as it is followed.
    """
    head = chronicle.log.max_notification_id() or 0
    return head if head - tracked(views.db()) > max(FAR, head // 3) else 0


def belong(chronicle: Chronicle, db: Database) -> bool:
    """Whether views were made from this log, as far as they have read it.

    They were not if the log was replaced by another, or by an earlier copy of itself.
    """
    position, recorded_at = read_last(db)
    commit = chronicle.log.commit_at(position)
    if commit is None:
        return position == 0
    return (commit.position, commit.recorded_at) == (position, recorded_at)


def rebuild(
    chronicle: Chronicle,
    views: Views,
    *,
    replace: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Rebuilt:
    """Make the views anew beside the live ones, and swap them in if the digests are equal.

    With `replace`, also if they are not. Raises Differs.
    """
    with views.beside() as path:
        position, live, rebuilt = _compared(chronicle, views, path, progress)
        if rebuilt != live and not replace:
            raise Differs(position, live, rebuilt)
        # The live views have read on in the meantime, and must not be set back.
        db = open_file(path)
        with alone(views.db()):
            with closing(db.conn):
                Follower(chronicle, lambda: db).catch_up(progress=progress)
            views.swap_in(path)
    return Rebuilt(position, _total(rebuilt))


def verify(
    chronicle: Chronicle, views: Views, *, progress: Callable[[int], None] | None = None
) -> Rebuilt:
    """Replay the log beside the live views and compare. Raises Differs, and BesideDiffers where
    the views agree, but not what lies beside them."""
    try:
        with views.beside() as path:
            position, live, rebuilt = _compared(chronicle, views, path, progress)
    except (OSError, sqlite3.OperationalError) as error:
        if isinstance(error, sqlite3.Error) and not is_unwritable(error):
            raise
        # There is no room in the folder, or it is for reading alone.
        with views.elsewhere() as path:
            position, live, rebuilt = _compared(chronicle, views, path, progress)
    if rebuilt != live:
        raise Differs(position, live, rebuilt)
    db = views.db()
    with alone(db):
        for view in (each(chronicle.log) for each in VIEWS):
            if isinstance(view, Beside) and (why := view.differs(db, tracked(db))):
                raise BesideDiffers(tracked(db), why)
    return Rebuilt(position, _total(rebuilt))


def _compared(
    chronicle: Chronicle, views: Views, path: Path, progress: Callable[[int], None] | None
) -> tuple[int, dict[str, str], dict[str, str]]:
    """Make the views in an empty file, as far as the live ones have read: how far that is, the
    digests of the live ones and of those that were made."""
    with contextlib.ExitStack() as stack:
        # They take as long as many events of the log, so other processes do it meanwhile.
        is_far = tracked(views.db()) > FAR

        def digested(path: Path) -> Iterator[Any]:
            work = results_of(digests_of, path) if is_far else closing(digests_of(path))
            return stack.enter_context(work)

        live = digested(views.used())
        position = next(live)
        fill(chronicle.log, VIEWS, path, until=position, progress=progress)
        made = digested(path)
        make_beside(chronicle.log, VIEWS, path)
        _, digests = next(made), next(made)
        return position, next(live), digests


def digests_of(path: Path) -> Generator[Any, None, None]:
    """How far a file of views has read, then the digests of its tables, from one moment."""
    db = open_file(path)
    with closing(db.conn):
        db.conn.execute("BEGIN")
        yield tracked(db)
        yield {table: digest(db, [table]) for table in TABLES}


def _total(digests: Mapping[str, str]) -> str:
    """One digest of those of all tables."""
    return sha256(msgspec.json.encode(digests)).hexdigest()
