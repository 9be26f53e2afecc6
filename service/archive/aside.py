"""A node's copy that PostgreSQL does not go on from is set aside, so that it is copied anew.

A failover to a standby that did not have the last commits loses them, also for the nodes that had
copied them already. Nobody was told that those stay: what is under a checkpoint is on a standby. So
where PostgreSQL still has all that was signed, a node leaves what it has beyond that. Where it has
not, something was lost that was told to be for ever, and somebody must say that the log goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from events.errors import CopyAhead
from events.ledger.ledger import Ledger
from events.store.clock import system_clock
from events.store.opening import factory_of
from projections.views.file import POINTER
from projections.views.following import turn
from service.archive.hearing import TURN

if TYPE_CHECKING:
    from events.store.node import NodeLog
    from events.store.postgres.log import PostgresLog

log = logging.getLogger(__name__)

ASIDE = "aside-"
"""How the folder is called that has what was set aside, before the time when that was."""

PATIENCE = 20.0
"""Seconds that it is waited for a process that copies: it ends once it knows."""

BETWEEN = 0.05

BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a file, by the ends of its name."""

IN_USE = ". A process has it open: end that, and begin it again"

OTHER = (
    ". They have no commit in common, so it is another log: name the right address with --log, or"
    " an empty folder with --data"
)

LOST = (
    ". A checkpoint up to @{settled} was signed, so it was told that they stay. If --log names the"
    " wrong database, name the right one. If they are lost for good, type: annales migrate"
    " --new-epoch. The log goes on from what PostgreSQL has, and links beyond that are answered"
    " with 410"
)


def set_aside(
    folder: Path, name: str, shared: PostgresLog, *, is_chronicle: bool, for_good: bool
) -> None:
    """Set the copy of a log of a folder aside, where it has commits that PostgreSQL has not; that
    of the chronicle with the views that were made of it.

    Raises CopyAhead, which says what to type, where it is another log, or where commits are gone
    that were settled, unless they are taken to be lost `for_good`; LogUnreachable.
    """
    with _alone(folder, name), _copy(folder / name, shared) as copy:
        head = copy.head()
        if head is None or copy.has_in_common(head.position):
            return  # another process has done it
        if not for_good:
            _need_nothing_settled(folder, copy, head.position, is_chronicle=is_chronicle)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        aside = folder / f"{ASIDE}{stamp}"
        aside.mkdir(exist_ok=True)
        path = folder / name
        moved = [path, *(path.with_name(f"{name}{end}") for end in BESIDE)]
        if not for_good:  # else what was there tells where links are not answered any more
            moved.append(path.with_suffix(".head"))
        if is_chronicle:
            moved += [folder / POINTER, *folder.glob("views-*")]
        for each in moved:
            if each.exists():
                each.replace(aside / each.name)
    log.warning("%s had commits that PostgreSQL has lost: it is in %s now", name, aside)


def may_be_set_aside(folder: Path, name: str, shared: PostgresLog, *, is_chronicle: bool) -> bool:
    """Whether `set_aside` would do so. Raises LogUnreachable."""
    with _copy(folder / name, shared) as copy:
        head = copy.head()
        try:
            if head is not None and not copy.has_in_common(head.position):
                _need_nothing_settled(folder, copy, head.position, is_chronicle=is_chronicle)
        except CopyAhead:
            return False
    return True


def need_same(path: Path, shared: PostgresLog) -> None:
    """See that the log in a file, if it has any commit, is that of PostgreSQL. Raises CopyAhead,
    LogUnreachable."""
    with _copy(path, shared) as copy:
        head = copy.head()
        if head is not None:
            _need_common(copy, head.position)


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """Nobody copies into a folder meanwhile. Raises CopyAhead where somebody does."""
    ends = time.monotonic() + PATIENCE
    while True:
        with turn(folder / TURN) as is_ours:
            if is_ours:
                yield
                return
        if time.monotonic() > ends:
            raise CopyAhead(name, 0, IN_USE)
        time.sleep(BETWEEN)


@contextmanager
def _copy(path: Path, shared: PostgresLog) -> Iterator[NodeLog]:
    factory = factory_of({"SQLITE_DBNAME": str(path)}, shared, clock=system_clock)
    with closing(factory):
        yield cast("NodeLog", factory.application_recorder())


def _need_nothing_settled(folder: Path, copy: NodeLog, head: int, *, is_chronicle: bool) -> None:
    """Raises CopyAhead where PostgreSQL has not all that was settled, or another log."""
    _need_common(copy, head)
    settled = 0
    ledger = Ledger(copy, folder)
    if is_chronicle and (note := ledger.checkpoint()) is not None:
        settled = ledger.last_position(note)
    # Where another epoch was begun, somebody has said that the log goes on from there.
    if not copy.has_in_common(min([settled, *copy.began_there()])):
        raise CopyAhead(copy.name, head, LOST.format(settled=settled))


def _need_common(copy: NodeLog, head: int) -> None:
    """Raises CopyAhead where not even the first commit is the same."""
    [first] = copy.commits(limit=1)
    if not copy.has_in_common(first.position):
        raise CopyAhead(copy.name, head, OTHER)
