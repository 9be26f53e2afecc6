"""Row versions as plain columns with B-trees, the same in SQLite, PostgreSQL and MariaDB.

The index of a country covers what is asked, as do that of a facility and that of the world, so that
no question touches the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from benchmarks.peers.peer import Count, Held, Moment, on
from benchmarks.row_versions import RowVersion

Rows = Sequence[tuple[Any, ...]]

CREATE = """
    CREATE TABLE {table} (
        facility {text} NOT NULL, country {code} NOT NULL, field {text} NOT NULL,
        status {text} NOT NULL, odds INTEGER NOT NULL,
        vf BIGINT NOT NULL, vt BIGINT NOT NULL, sf BIGINT NOT NULL, st BIGINT NOT NULL,
        kf BIGINT NOT NULL, kt BIGINT NOT NULL
    )
"""
INDEXES = (
    """
    CREATE INDEX {table}_country
    ON {table} (country, kt, {stated} vt, vf, kf, facility, field, status, odds)
    """,
    """
    CREATE INDEX {table}_facility
    ON {table} (facility, kt, {stated} vt, vf, kf, field, status, odds)
    """,
    """
    CREATE INDEX {table}_world
    ON {table} (vt, vf, kt, kf, {stated} status, odds, field)
    """,
)

HELD = "SELECT facility, field, status, odds FROM {table}"
DAY = "vf <= %(day)s AND vt > %(day)s"
STATED = "sf <= %(stated)s AND st > %(stated)s"
KNOWN = "kf <= %(known)s AND kt > %(known)s"
GONE = f"{KNOWN} AND kt <= %(to_known)s"
COME = "kf > %(known)s AND kf <= %(to_known)s AND kt > %(to_known)s"
"""A row that stood at one of two positions only; one that stood at both differs in nothing."""


class Connection(Protocol):
    """What a database is to its peer."""

    name: str
    types: Mapping[str, str]
    """Its `text`, and `code` for two letters."""

    def run(self, statement: str) -> None:
        """Run a statement."""

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows that have every column of a table."""

    def settle(self, table: str) -> None:
        """Whatever the database wants after a load, such as statistics."""

    def rows(self, statement: str, values: Mapping[str, Any]) -> Rows:
        """All rows of a question; its parameters are written `%(name)s`."""

    def size(self, table: str) -> int:
        """The bytes of a table and its indexes."""


class Table:
    """Row versions in a table, and the questions asked of it.

    `holds` is what a row meets that holds at a moment; `gone` and `come` are what one meets that
    stands at the first or the second of two positions only.
    """

    def __init__(
        self, database: Connection, table: str, *, holds: str, gone: str, come: str, order: str
    ) -> None:
        self._db = database
        self._table = table
        held = HELD.format(table=table)
        in_country = f"{held} WHERE country = %(country)s"
        self._country = f"{in_country} AND {holds}"
        self._facility = f"{held} WHERE facility = %(facility)s AND {holds}"
        self._history = f"SELECT * FROM {table} WHERE facility = %(facility)s ORDER BY {order}"
        self._counted = (
            f"SELECT status, odds, field, count(*) FROM {table} WHERE {holds}"
            " GROUP BY status, odds, field"
        )
        self._difference = except_each(f"{in_country} AND {gone}", f"{in_country} AND {come}")

    def bytes(self) -> int:
        """What the table and its indexes take."""
        return self._db.size(self._table)

    def country(self, country: str, moment: Moment) -> list[Held]:
        """The facilities of a country."""
        values = {"country": country, **values_of(moment)}
        return list(map(Held._make, self._db.rows(self._country, values)))

    def counted(self, moment: Moment) -> list[Count]:
        """The world by status."""
        return list(map(Count._make, self._db.rows(self._counted, values_of(moment))))

    def facility(self, facility: str, moment: Moment) -> list[Held]:
        """One facility."""
        values = {"facility": facility, **values_of(moment)}
        return list(map(Held._make, self._db.rows(self._facility, values)))

    def history(self, facility: str) -> int:
        """Read all row versions of a facility."""
        return len(self._db.rows(self._history, {"facility": facility}))

    def difference(self, country: str, moment: Moment, to_known: int) -> list[Held]:
        """What holds in a country at one of two positions only."""
        values = {"country": country, **values_of(moment), "to_known": to_known}
        return list(map(Held._make, self._db.rows(self._difference, values)))


class PlainColumns(Table):
    """Row versions in a database as plain columns, on two clocks or on three."""

    def __init__(self, database: Connection, *, clocks: int) -> None:
        self.clocks = clocks
        self.name = f"{database.name}, B-tree"
        days = DAY if clocks == 2 else f"{DAY} AND {STATED}"
        super().__init__(
            database,
            f"plain{clocks}",
            holds=f"{KNOWN} AND {days}",
            gone=f"{GONE} AND {days}",
            come=f"{COME} AND {days}",
            order="kf, vf",
        )

    def fill(self, rows: Iterable[RowVersion]) -> None:
        """Insert the rows, then make the indexes."""
        stated = "" if self.clocks == 2 else "st, sf,"
        names = {"table": self._table, "stated": stated, **self._db.types}
        self._db.run(CREATE.format(**names))
        self._db.insert(self._table, on(rows, self.clocks))
        for index in INDEXES:
            self._db.run(index.format(**names))
        self._db.settle(self._table)


def values_of(moment: Moment) -> dict[str, Any]:
    """A moment as parameters of a question."""
    return {"day": moment.status_day, "stated": moment.stated, "known": moment.known}


def except_each(one: str, other: str) -> str:
    """The rows of one question that another has not, and the other way round."""
    return (
        f"SELECT * FROM ({one} EXCEPT {other}) AS gone"
        f" UNION ALL SELECT * FROM ({other} EXCEPT {one}) AS come"
    )
