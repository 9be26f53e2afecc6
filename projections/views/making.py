"""Making views anew: parts of the log are worked out side by side, and one process writes.

A part is all streams that begin in one stretch of the log, with their whole lives. To a view it
is a page (`projections.views.view`), worked out in empty tables, so that its rows are final: they
are only ever inserted, or added to what others count. Streams are numbered by where they begin, so
that the rows of one part follow those of the part before, and the same number of parts is in memory
however long the log is.

Statements that take their country, field or class from the card of a facility of another part are
told of its card from the log, at the commits that changed it.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from events.chronicle import Chronicle
from events.record import Record
from events.store.sqlite import ChronicleRecorder
from projections.views.file import filled, open_file, track, tracked
from projections.views.folding import CARDS, CommitRead, Reader, facilities_named
from projections.views.processes import results_of
from projections.views.view import Beside, View, Written

PART = 4000
"""How many events a part has, about: a worker takes some 50 MB for them."""

MOST_WORKERS = 8
"""More would wait for the one who writes."""


class Part(NamedTuple):
    """The streams that begin at the positions from `first` to `last`, with so many events."""

    first: int
    last: int
    events: int


def make(
    log: ChronicleRecorder,
    views: Sequence[type[View]],
    path: Path,
    *,
    until: int,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Fill a file of empty views with what the log adds up to at a commit, and make what lies
    beside it. `progress` is told how many events are written. Raises WorkerFailed."""
    fill(log, views, path, until=until, progress=progress)
    make_beside(log, views, path)


def fill(
    log: ChronicleRecorder,
    views: Sequence[type[View]],
    path: Path,
    *,
    until: int,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Fill the tables alone, so that others can read them while what lies beside is made."""
    commit = log.commit_at(until)
    if commit is None:
        return
    parts = list(itertools.starmap(Part, log.parts(up_to=until, events=PART)))
    done = 0
    with filled(path) as db:
        with contextlib.closing(_worked_out(log, views, parts, until)) as pages:
            for part, page in zip(parts, pages, strict=True):
                write(db, page)
                done += part.events
                if progress is not None:
                    progress(done)
        track(db, commit.position, recorded_at=commit.recorded_at)


def make_beside(log: ChronicleRecorder, views: Sequence[type[View]], path: Path) -> None:
    """What some views keep beside the tables."""
    db = open_file(path)
    try:
        if position := tracked(db):
            for view in views:
                made = view(log)
                if isinstance(made, Beside):
                    made.make_whole(db, position)
    finally:
        db.conn.close()


def page_of(
    views: Sequence[View], db: Database, reader: Reader, commits: Iterable[CommitRead]
) -> list[Written]:
    """What is to be written of a page; `db` has what was written of those before."""
    for view in views:
        view.begin(db, reader)
    for commit in commits:
        for view in views:
            view.take(commit)
    return [written for view in views for written in view.finish()]


def write(db: Database, page: Iterable[Written]) -> None:
    """Write a page."""
    for statement, rows in page:
        db.conn.executemany(statement, rows)


def _worked_out(
    log: ChronicleRecorder, views: Sequence[type[View]], parts: Sequence[Part], until: int
) -> Generator[list[Written], None, None]:
    """What is to be written of each part, in their order."""
    workers = min(len(os.sched_getaffinity(0)), len(parts), MOST_WORKERS)
    if workers == 1:
        with contextlib.closing(Bench(log, views)) as bench:
            yield from (bench.work_out(part, until) for part in parts)
        return
    with contextlib.ExitStack() as stack:
        path = Path(log.datastore.pool.db_name)
        shares = [parts[number::workers] for number in range(workers)]
        given = [
            stack.enter_context(results_of(work_out, path, tuple(views), share, until))
            for share in shares
        ]
        for number in range(len(parts)):
            yield next(given[number % workers])


def work_out(
    path: Path, views: Sequence[type[View]], parts: Sequence[Part], until: int
) -> Iterator[list[Written]]:
    """What is to be written of some parts of the log that lies at a path, up to a commit."""
    with Chronicle(path) as chronicle, contextlib.closing(Bench(chronicle.log, views)) as bench:
        for part in parts:
            yield bench.work_out(part, until)


class Bench:
    """Works out parts of the log, one after the other."""

    def __init__(self, log: ChronicleRecorder, views: Sequence[type[View]]) -> None:
        self._log = log
        self._views = [view(log) for view in views]
        # A part depends on nothing that was written before, so the tables stay empty.
        self._nothing = Database(sqlite3.connect(":memory:"), use_counts_table=False)
        for view in views:
            self._nothing.conn.executescript(view.create)

    def work_out(self, part: Part, until: int) -> list[Written]:
        """What is to be written of a part, up to a commit."""
        own = self._log.select_lives(first=part.first, last=part.last, up_to=until)
        elsewhere = facilities_named(own) - {event.stream for event in own}
        cards = self._log.select_topics(elsewhere, CARDS, up_to=until) if elsewhere else []
        reader = Reader(Record.of)
        in_order = heapq.merge(own, cards, key=attrgetter("position"))
        commits = reader.read(in_order, elsewhere=elsewhere)
        page = page_of(self._views, self._nothing, reader, commits)
        for view in self._views:
            view.forget()
        return page

    def close(self) -> None:
        """Close the empty tables."""
        self._nothing.conn.close()
