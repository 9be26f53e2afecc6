"""A log is moved: read in pages where it lies, and written where it is to lie, as it was made.

Each commit is made again on its way and must come to the same bytes, as it does when a node copies
it. What lies there already must be the beginning of what is moved: so a move that was ended goes on
where it was, and one may be made while the log is written to, and finished when it no longer is.
At the end both logs are asked what they come to.

Where a log lies does not matter here: `FileLog` is one in a file of SQLite, and
`events/store/postgres/moving.py` has the one in PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from events.commit import Claim, Epoch
from events.errors import AnnalesError, LogDamaged
from events.ledger.checking import Growing
from events.store import bodies as bodies_of
from events.store.bodies import make_room
from events.store.inspection import commit_of, of_the_file, one_state
from events.store.schema import (
    CLAIMS_BEYOND,
    COMMITS_BEYOND,
    EPOCHS,
    EVENTS_BEYOND,
    INSERT_CLAIM,
    INSERT_COMMIT,
    INSERT_EVENT,
    LAST_GIVEN,
    LEAVES_UP_TO,
    SEAL_AT,
    SEALS_UP_TO,
    WITHOUT_EPOCHS,
)
from events.store.sealing import End, Written, made_again, seal_of_epoch
from events.store.sqlite import ChronicleFactory
from events.store.tree import grow

PAGE = 5000
"""How many events are moved at once, or one commit where that has more."""

PAGE_OF_BODIES = 20
"""The same, of a log whose events tell of bodies, each of which may have megabytes."""


class NotTheBeginning(AnnalesError):
    """A log is to go on as another does, and is not the beginning of it. Begin in an empty one."""

    def __init__(self, name: str, position: int) -> None:
        self.name, self.position = name, position
        super().__init__(
            f"{name} has commits up to @{position}, and they are not those of the other"
        )


class Witness(NamedTuple):
    """What a log comes to up to a position: how many commits and events it has, a digest of all
    seals, and the root of the tree over the events."""

    commits: int
    events: int
    seals: bytes
    root: bytes


class Movable(Protocol):
    """A log that can be moved."""

    @property
    def name(self) -> str:
        """What it is called where it lies."""

    @property
    def has_bodies(self) -> bool:
        """Whether its events tell of bodies."""

    def end(self) -> End:
        """How it ends."""

    def epochs(self) -> list[tuple[Epoch, bytes]]:
        """Its epochs after the first, each with its seal."""

    def pages(self, after: int) -> Iterator[list[Written]]:
        """The commits beyond a position, in pages."""

    def bodies(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Bodies by their ids, compressed."""

    def witness(self, up_to: int) -> Witness:
        """What it comes to."""

    def take_in(self, commits: Sequence[Written], bodies: Mapping[str, bytes], after: End) -> None:
        """Write commits behind the end of the log, which must be `after`, with what they tell of.
        Raises NotTheBeginning."""

    def begin_epoch(self, epoch: Epoch) -> None:
        """Let an epoch begin, as in another log."""


def move(
    source: Movable, target: Movable, progress: Callable[[int], None] = lambda _: None
) -> tuple[int, Witness]:
    """Write to a log what another has beyond it; the position to which it goes then, and what both
    come to. `progress` is told the position after each page.

    Raises NotTheBeginning, LogDamaged, and what the logs raise.
    """
    check_beginning(source, target)
    end = target.end()
    for commits in source.pages(end.position):
        before, again = end, []
        for each in commits:
            again.append(made_again(each, end))
            last = each.commit
            end = End(last.position, last.position, last.recorded_at)
        target.take_in(again, _bodies(source, again), before)
        progress(end.position)
    known = {epoch.number for epoch, _ in target.epochs()}
    for epoch, seal in source.epochs():
        if seal_of_epoch(epoch) != seal:
            raise LogDamaged(epoch.began, f"epoch {epoch.number} is not what was written")
        if epoch.number not in known and epoch.began <= end.position:
            target.begin_epoch(epoch)
    return end.position, compared(source, target)


def check_beginning(source: Movable, target: Movable) -> None:
    """See that a log is the beginning of another. Raises NotTheBeginning."""
    position = target.end().position
    epochs = dict(source.epochs())
    is_beginning = all(epochs.get(epoch) == seal for epoch, seal in target.epochs())
    if not is_beginning or target.witness(position) != source.witness(position):
        raise NotTheBeginning(target.name, position)


def compared(source: Movable, target: Movable) -> Witness:
    """What both logs come to, as far as the second goes. Raises LogDamaged where they differ."""
    position = target.end().position
    ours, theirs = target.witness(position), source.witness(position)
    if ours != theirs:
        raise LogDamaged(position, f"{target.name} is not what {source.name} is: {ours}, {theirs}")
    if target.has_bodies:
        for commits in target.pages(0):
            if _bodies(target, commits) != _bodies(source, commits):
                raise LogDamaged(commits[0].commit.position, "a body is not what was copied")
    return ours


def _bodies(log: Movable, commits: Sequence[Written]) -> dict[str, bytes]:
    """The bodies of what some commits claim."""
    if not log.has_bodies:
        return {}
    return log.bodies(claim.id for each in commits for claim in each.claims)


class FileLog:
    """A log in a file of SQLite. Close it when done."""

    def __init__(self, path: Path, *, has_bodies: bool = False) -> None:
        """Open the log in a file, making it if there is none. Raises LogReplaced."""
        self.has_bodies = has_bodies
        self._path = path
        self._factory = ChronicleFactory(
            {"SQLITE_DBNAME": str(path), "SQLITE_LOCK_TIMEOUT": "20"},
        )
        try:
            self._log = self._factory.application_recorder()
            self._log.open()
        except BaseException:
            self._factory.close()
            raise

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self._path)

    def end(self) -> End:
        """How the log ends."""
        with self._log.datastore.transaction(commit=False) as cursor:
            cursor.execute(LAST_GIVEN)
            return End(*cursor.fetchone())

    def seal_at(self, position: int) -> bytes:
        """The seal of the commit at a position; none of no commit."""
        with self._log.datastore.transaction(commit=False) as cursor:
            cursor.execute(SEAL_AT, {"position": position})
            row = cursor.fetchone()
            return b"" if row is None else bytes(row[0])

    def epochs(self) -> list[tuple[Epoch, bytes]]:
        """Its epochs after the first, each with its seal."""
        if self._log.schema() == WITHOUT_EPOCHS:
            return []
        with self._state() as connection:
            return [
                (Epoch(number=row[0], began=row[1], recorded_at=row[2]), row[3])
                for row in connection.execute(EPOCHS)
            ]

    @contextmanager
    def _state(self) -> Iterator[sqlite3.Connection]:
        """A connection that reads one state of the file. Raises LogDamaged."""
        with one_state(self._path) as connection:
            connection.text_factory = str
            try:
                yield connection
            except sqlite3.DatabaseError as error:
                why = f"{self.name} cannot be read: {of_the_file(error)}"
                raise LogDamaged(0, why) from error

    def pages(self, after: int) -> Iterator[list[Written]]:
        """The commits beyond a position, in pages, all from one state of the file."""
        beyond = {"after": after}
        with self._state() as connection:
            events = _Ahead(connection.execute(EVENTS_BEYOND, beyond))
            claims = _Ahead(connection.execute(CLAIMS_BEYOND, beyond))
            page: list[Written] = []
            room = most = PAGE_OF_BODIES if self.has_bodies else PAGE
            for row in connection.execute(COMMITS_BEYOND, beyond):
                commit = commit_of(row[:7])
                own = events.up_to(commit.position)
                if page and len(own) > room:
                    yield page
                    page, room = [], most
                taken = tuple(Claim(*claim[1:]) for claim in claims.up_to(commit.position))
                page.append(Written(commit, row[7], taken, own))
                room -= len(own)
            if page:
                yield page

    def bodies(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Bodies by their ids, compressed."""
        with self._log.datastore.transaction(commit=False) as cursor:
            return bodies_of.of_ids(cursor, ids)

    def witness(self, up_to: int) -> Witness:
        """What the log comes to up to a position."""
        with self._state() as connection:
            return witness_of(
                connection.execute(SEALS_UP_TO, {"up_to": up_to}),
                connection.execute(LEAVES_UP_TO, {"up_to": up_to}),
            )

    def take_in(self, commits: Sequence[Written], bodies: Mapping[str, bytes], after: End) -> None:
        """Write commits behind the end of the log, in one transaction. Raises NotTheBeginning,
        NotWritten."""
        log = self._log
        if self.has_bodies:
            make_room(log)
        with log.writing(), log.datastore.transaction(commit=True) as cursor:
            cursor.execute(LAST_GIVEN)
            if End(*cursor.fetchone()) != after:
                raise NotTheBeginning(self.name, after.position)
            for id, body in bodies.items():
                if not bodies_of.is_kept(cursor, id):
                    bodies_of.insert(cursor, id, body)
            cursor.executemany(
                INSERT_COMMIT,
                [(*msgspec.structs.astuple(each.commit), each.seal) for each in commits],
            )
            claims = [(*claim, each.commit.position) for each in commits for claim in each.claims]
            cursor.executemany(INSERT_CLAIM, claims)
            cursor.executemany(INSERT_EVENT, [row for each in commits for row in each.events])
            if log.tree.is_there(cursor):
                grow(cursor, commits[-1].commit.position)
        log.note()

    def begin_epoch(self, epoch: Epoch) -> None:
        """Let an epoch begin, as in another log."""
        self._log.restore_epoch(epoch)
        self._log.note()

    def close(self) -> None:
        """Close the file."""
        self._factory.close()


def witness_of(seals: Iterable[Sequence[Any]], leaves: Iterable[Sequence[Any]]) -> Witness:
    """What a log comes to, of rows with the position and the seal of each commit, and of rows with
    the leaf of each event."""
    commits, digest, tree = 0, sha256(), Growing()
    for position, seal in seals:
        commits += 1
        digest.update(b"%d " % position)
        digest.update(seal)
    for (leaf,) in leaves:
        tree.add(bytes(leaf))
    return Witness(commits, tree.size, digest.digest(), tree.root())


class _Ahead:
    """Rows that are taken in portions, by the position that each begins with."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def up_to(self, position: int) -> list[Any]:
        """The rows up to a position that were not taken yet."""
        taken = []
        row = self._next
        while row is not None and row[0] <= position:
            taken.append(row)
            row = next(self._rows, None)
        self._next = row
        return taken
