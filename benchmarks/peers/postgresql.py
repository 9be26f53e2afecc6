"""PostgreSQL: row versions as ranges under GiST, and as plain columns under B-trees.

Both are on the same server, with a gigabyte of buffers, and prepared as psycopg prepares what is
asked again and again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks import debian
from benchmarks.peers.peer import on
from benchmarks.peers.sql import Rows, Table
from benchmarks.row_versions import RowVersion

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "1GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "200",
    "jit": "off",
}
"""What one changes on a server with SSDs and memory to spare."""

CREATE_RANGES = """
    CREATE TABLE {table} (
        facility TEXT NOT NULL, country TEXT NOT NULL, field TEXT NOT NULL,
        status TEXT NOT NULL, odds INTEGER NOT NULL,
        valid INT8RANGE NOT NULL, stated INT8RANGE NOT NULL, known INT8RANGE NOT NULL
    )
"""
INSERT_RANGES = """
    INSERT INTO {table}
    SELECT facility, country, field, status, odds,
           int8range(vf, vt), int8range(sf, st), int8range(kf, kt)
    FROM {plain}
"""
RANGE_INDEXES = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "CREATE INDEX {table}_country ON {table} USING gist (country, valid, {stated} known)",
    "CREATE INDEX {table}_world ON {table} USING gist (valid, {stated} known)",
    "CREATE INDEX {table}_facility ON {table} USING gist (facility, valid, {stated} known)",
)

DAY = "valid @> %(day)s::int8"
KNOWN = "known @> %(known)s::int8"
STATED = "stated @> %(stated)s::int8"
GONE = f"{KNOWN} AND upper(known) <= %(to_known)s"
COME = "known @> %(to_known)s::int8 AND lower(known) > %(known)s"


class Postgresql:
    """A connection to the server."""

    types: Mapping[str, str] = {"text": "TEXT", "code": "TEXT"}

    def __init__(self, connection: Any) -> None:
        self._db = connection
        self._cursor = connection.cursor()
        version = self._cursor.execute("SHOW server_version").fetchone()[0]
        self.name = f"PostgreSQL {version.split()[0]}"

    def close(self) -> None:
        """End the connection."""
        self._db.close()

    def run(self, statement: str) -> None:
        """Run a statement."""
        self._cursor.execute(statement)

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows by COPY."""
        with self._cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def settle(self, table: str) -> None:
        """Statistics, and the map by which an index alone can answer."""
        self._cursor.execute(f"VACUUM ANALYZE {table}")

    def rows(self, statement: str, values: Mapping[str, Any]) -> Rows:
        """All rows of a question."""
        found: Rows = self._cursor.execute(statement, values).fetchall()
        return found

    def size(self, table: str) -> int:
        """The bytes of a table and its indexes."""
        found = self._cursor.execute("SELECT pg_total_relation_size(%s)", (table,))
        return int(found.fetchone()[0])


class Ranges(Table):
    """Row versions as ranges, on two clocks or on three."""

    def __init__(self, database: Postgresql, *, clocks: int) -> None:
        self.clocks = clocks
        self.name = f"{database.name}, GiST"
        days = DAY if clocks == 2 else f"{DAY} AND {STATED}"
        super().__init__(
            database,
            f"ranges{clocks}",
            holds=f"{days} AND {KNOWN}",
            gone=f"{days} AND {GONE}",
            come=f"{days} AND {COME}",
            order="known, valid",
        )

    def fill(self, rows: Iterable[RowVersion]) -> None:
        """Insert the rows as they are, make ranges of them, then the indexes."""
        names = {
            "table": self._table,
            "plain": f"raw{self.clocks}",
            "stated": "" if self.clocks == 2 else "stated,",
        }
        self._db.run(
            "CREATE TEMPORARY TABLE {plain} (facility TEXT, country TEXT, field TEXT, status TEXT,"
            " odds INTEGER, vf INT8, vt INT8, sf INT8, st INT8, kf INT8, kt INT8)".format(**names)
        )
        self._db.insert(names["plain"], on(rows, self.clocks))
        for statement in (CREATE_RANGES, INSERT_RANGES, *RANGE_INDEXES, "DROP TABLE {plain}"):
            self._db.run(statement.format(**names))
        self._db.settle(self._table)


@contextmanager
def server() -> Iterator[Postgresql]:
    """A new, empty server, reached by its socket."""
    import psycopg  # noqa: PLC0415 -- scripts/bench installs it, beside the other peers

    with debian.folder_of_a_server() as folder:
        data = folder / "data"
        debian.run(
            debian.program("usr/lib/postgresql/*/bin/initdb"),
            *("-D", data, "-U", "bench", "-E", "UTF8", "--locale=C", "--no-sync", "-A", "trust"),
        )

        def connect() -> Postgresql:
            return Postgresql(
                psycopg.connect(host=str(folder), user="bench", dbname="postgres", autocommit=True)
            )

        with debian.running(
            folder,
            connect,
            psycopg.OperationalError,
            debian.program("usr/lib/postgresql/*/bin/postgres"),
            *("-D", data, "-k", folder),
            *(word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")),
        ) as database:
            yield database
