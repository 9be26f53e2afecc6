"""Whether a copy and its log in PostgreSQL have the same commits.

They are compared by their seals alone, each of which vouches for a commit and for all before it, so
that no event is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from psycopg.rows import tuple_row

from events.store.inspection import one_state
from events.store.postgres import schema
from events.store.postgres.log import PostgresLog

PAGE = 10_000
"""How many seals are read at once."""

SEALS = """
    SELECT position, seal
    FROM {log}.commits
    WHERE position > %(after)s
    ORDER BY position
    LIMIT %(limit)s
"""

SEALS_OF_COPY = """
    SELECT position, seal
    FROM commits
    WHERE position > :after
    ORDER BY position
    LIMIT :limit
"""

OTHER = "the commit is not the one that PostgreSQL has"

LOST = "the commit is not in PostgreSQL: a failover lost it"


def difference(path: Path, log: PostgresLog) -> tuple[int, str] | None:
    """The first position where the copy in a file has another commit than PostgreSQL, and how it
    differs; what PostgreSQL has beyond the copy is no difference. Raises LogUnreachable."""
    after = 0
    with log.connected() as connection, one_state(path) as copy:
        cursor = connection.cursor(row_factory=tuple_row)
        while True:
            place = {"after": after, "limit": PAGE}
            ours = copy.execute(SEALS_OF_COPY, place).fetchall()
            if not ours:
                return None
            rows = cursor.execute(schema.of(log.name, SEALS), place).fetchall()
            theirs = [(row[0], bytes(row[1])) for row in rows]
            if (found := next(_differing(ours, theirs), None)) is not None:
                return found
            after = ours[-1][0]


def _differing(
    ours: list[tuple[int, bytes]], theirs: list[tuple[int, bytes]]
) -> Iterator[tuple[int, str]]:
    for number, (position, seal) in enumerate(ours):
        if number == len(theirs):
            yield position, LOST
        elif (position, seal) != theirs[number]:
            yield position, OTHER
