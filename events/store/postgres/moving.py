"""A log in PostgreSQL as one that is moved, there or from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from events.commit import Epoch
from events.store.moving import PAGE_OF_BODIES, NotTheBeginning, Witness, witness_of
from events.store.postgres import schema
from events.store.postgres.log import PostgresLog
from events.store.sealing import End, Written

COMMITS = 1000
"""How many commits are read at once at most."""

ROWS = 10_000
"""How many seals or leaves are fetched at once."""


class MovableLog(PostgresLog):
    """A log in PostgreSQL. Close it when done."""

    def _need_whole(self, connection: Connection[Any]) -> None:
        """Whoever copies goes on with the half of a log."""

    def end(self) -> End:
        """How the log ends. Raises LogUnreachable."""
        with self.connected() as connection:
            cursor = connection.cursor(row_factory=tuple_row)
            row = cursor.execute(schema.of(self.name, schema.END)).fetchone()
            return End(*row[:3]) if row else End(0, 0, None)

    def epochs(self) -> list[tuple[Epoch, bytes]]:
        """Its epochs after the first, each with its seal."""
        return [
            (Epoch(number=row[0], began=row[1], recorded_at=row[2]), bytes(row[3]))
            for row in self._rows(schema.EPOCHS_AFTER, number=1)
        ]

    def pages(self, after: int) -> Iterator[list[Written]]:
        """The commits beyond a position, in pages."""
        most = PAGE_OF_BODIES if self.has_bodies else COMMITS
        while commits := self.page(after, epoch=1, limit=most).commits:
            after = commits[-1].commit.position
            yield commits

    def witness(self, up_to: int) -> Witness:
        """What the log comes to up to a position."""
        return witness_of(
            self._rows(schema.SEALS_UP_TO, up_to=up_to),
            self._rows(schema.LEAVES_UP_TO, up_to=up_to),
        )

    def _rows(self, statement: str, **values: int) -> Iterator[tuple[Any, ...]]:
        """Rows as they come, of which only some are in memory."""
        with (
            self.connected() as connection,
            connection.transaction(),
            connection.cursor("rows", row_factory=tuple_row, binary=True) as cursor,
        ):
            cursor.itersize = ROWS
            yield from cursor.execute(schema.of(self.name, statement), values)

    def take_in(self, commits: Sequence[Written], bodies: Mapping[str, bytes], after: End) -> None:
        """Write commits behind the end of the log, in one transaction. Raises NotTheBeginning,
        LogUnreachable."""
        with self.turn() as turn:
            if turn.end != after:
                raise NotTheBeginning(self.name, after.position)
            if bodies:
                turn.keep_bodies(bodies)
            if len(commits) == 1:
                turn.write(commits[0])
            else:
                turn.write(*commits)

    def begin_epoch(self, epoch: Epoch) -> None:
        """Let an epoch begin, as in another log."""
        with self.turn() as turn:
            turn.begin_epoch(epoch)
