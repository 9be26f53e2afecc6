"""MariaDB: an application period with system versioning on two clocks, plain columns on three.

`known` is when the server took a row in. A history cannot be replayed into it at its own instants,
so it is told them (`system_versioning_insert_history`): a position of the log is so many seconds
after the first of January 2000. Its driver in C is that of MySQL, which has wheels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from benchmarks import debian
from benchmarks.peers.peer import Count, Held, Moment, on
from benchmarks.peers.sql import Rows, except_each
from benchmarks.row_versions import RowVersion
from events.dates import day
from projections.engine.spans import AFTER_ALL

SETTINGS = (
    "--innodb-buffer-pool-size=1G",
    "--innodb-log-file-size=1G",
    "--skip-networking",
    "--skip-log-bin",
    "--default-time-zone=+00:00",
)

CREATE = """
    CREATE TABLE versioned (
        facility VARCHAR(64) NOT NULL, country CHAR(2) NOT NULL, field VARCHAR(64) NOT NULL,
        status VARCHAR(64) NOT NULL, odds INTEGER NOT NULL,
        vf DATE NOT NULL, vt DATE NOT NULL,
        row_start TIMESTAMP(6) GENERATED ALWAYS AS ROW START,
        row_end TIMESTAMP(6) GENERATED ALWAYS AS ROW END,
        PERIOD FOR valid (vf, vt),
        PERIOD FOR SYSTEM_TIME (row_start, row_end)
    ) WITH SYSTEM VERSIONING, CHARACTER SET ascii COLLATE ascii_bin
"""
INDEXES = (
    """
    CREATE INDEX country
    ON versioned (country, row_end, vt, vf, row_start, facility, field, status, odds)
    """,
    """
    CREATE INDEX facility
    ON versioned (facility, row_end, vt, vf, row_start, field, status, odds)
    """,
    "CREATE INDEX world ON versioned (vt, vf, row_end, row_start, status, odds, field)",
)
INSERT = """
    INSERT INTO versioned
    (facility, country, field, status, odds, vf, vt, row_start, row_end)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

HELD = "SELECT facility, field, status, odds FROM versioned FOR SYSTEM_TIME AS OF %({known})s"
VALID = "vf <= %(day)s AND vt > %(day)s"
OF_A_COUNTRY = f"{HELD} WHERE country = %(country)s AND {VALID}"
OF_A_FACILITY = f"{HELD} WHERE facility = %(facility)s AND {VALID}"
HISTORY = """
    SELECT facility, field, status, odds, vf, vt, row_start, row_end
    FROM versioned FOR SYSTEM_TIME ALL
    WHERE facility = %(facility)s
    ORDER BY row_start, vf
"""
COUNTED = f"""
    SELECT status, odds, field, count(*)
    FROM versioned FOR SYSTEM_TIME AS OF %(known)s
    WHERE {VALID}
    GROUP BY status, odds, field
"""

BATCH = 2000
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
FIRST, LAST = day(1000, 1, 1), day(9999, 12, 31)
"""The days that a DATE can hold."""

STILL = datetime(2106, 2, 7, 6, 28, 15, 999999, tzinfo=UTC)
"""The end of a row that still stands, as the server writes it."""


class Mariadb:
    """A connection to the server."""

    types: Mapping[str, str] = {
        "text": "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin",
        "code": "CHAR(2) CHARACTER SET ascii COLLATE ascii_bin",
    }

    def __init__(self, connection: Any) -> None:
        self._db = connection
        self._cursor = connection.cursor()
        self.run("CREATE DATABASE IF NOT EXISTS bench")
        self.run("USE bench")
        version = self.rows("SELECT version()", {})[0][0]
        self.name = f"MariaDB {version.partition('-')[0]}"

    def close(self) -> None:
        """End the connection."""
        self._db.close()

    def run(self, statement: str) -> None:
        """Run a statement."""
        self._cursor.execute(statement)

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows in one transaction."""
        self.insert_by(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * 11)})", rows)

    def insert_by(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows by a statement, in one transaction."""
        remaining = iter(rows)
        self.run("BEGIN")
        while batch := list(islice(remaining, BATCH)):
            self._cursor.executemany(statement, batch)
        self.run("COMMIT")

    def settle(self, table: str) -> None:
        """Gather statistics."""
        self.rows(f"ANALYZE TABLE {table}", {})

    def rows(self, statement: str, values: Mapping[str, Any]) -> Rows:
        """All rows of a question."""
        self._cursor.execute(statement, values)
        found: Rows = self._cursor.fetchall()
        return found

    def size(self, table: str) -> int:
        """The bytes of a table and its indexes."""
        found = self.rows(
            "SELECT data_length + index_length FROM information_schema.tables"
            " WHERE table_schema = 'bench' AND table_name = %(table)s",
            {"table": table},
        )
        return int(found[0][0])


class Versioned:
    """Row versions under an application period and system versioning."""

    clocks = 2

    def __init__(self, database: Mariadb) -> None:
        self.name = f"{database.name}, versioned"
        self._db = database
        self._difference = except_each(
            OF_A_COUNTRY.format(known="known"), OF_A_COUNTRY.format(known="to_known")
        )

    def fill(self, rows: Iterable[RowVersion]) -> None:
        """Insert the rows with the instants at which they came and went, then the indexes."""
        self._db.run(CREATE)
        self._db.run("SET system_versioning_insert_history = 1")
        self._db.insert_by(
            INSERT,
            (
                (*row[:5], _date(row.vf), _date(row.vt), _instant(row.kf), _instant(row.kt))
                for row in on(rows, self.clocks)
            ),
        )
        for index in INDEXES:
            self._db.run(index)
        self._db.settle("versioned")

    def bytes(self) -> int:
        """What the table and its indexes take."""
        return self._db.size("versioned")

    def country(self, country: str, moment: Moment) -> list[Held]:
        """The facilities of a country."""
        values = {"country": country, **_values(moment)}
        return list(map(Held._make, self._db.rows(OF_A_COUNTRY.format(known="known"), values)))

    def counted(self, moment: Moment) -> list[Count]:
        """The world by status."""
        return list(map(Count._make, self._db.rows(COUNTED, _values(moment))))

    def facility(self, facility: str, moment: Moment) -> list[Held]:
        """One facility."""
        values = {"facility": facility, **_values(moment)}
        return list(map(Held._make, self._db.rows(OF_A_FACILITY.format(known="known"), values)))

    def history(self, facility: str) -> int:
        """Read all row versions of a facility."""
        return len(self._db.rows(HISTORY, {"facility": facility}))

    def difference(self, country: str, moment: Moment, to_known: int) -> list[Held]:
        """What holds in a country at one of two positions only."""
        values = {"country": country, **_values(moment), "to_known": _instant(to_known)}
        return list(map(Held._make, self._db.rows(self._difference, values)))


@contextmanager
def server() -> Iterator[Mariadb]:
    """A new, empty server, reached by its socket."""
    import mysql.connector  # noqa: PLC0415 -- scripts/bench installs it, beside the other peers

    with debian.folder_of_a_server() as folder:
        install = debian.program("usr/bin/mariadb-install-db")
        place = ("--no-defaults", f"--basedir={install.parents[1]}")
        data = f"--datadir={folder / 'data'}"
        debian.run(
            install,
            *(*place, data, "--auth-root-authentication-method=normal", "--skip-test-db"),
        )
        socket = folder / "socket"

        def connect() -> Mariadb:
            return Mariadb(
                mysql.connector.connect(
                    unix_socket=str(socket), user="root", collation="utf8mb4_bin", use_pure=False
                )
            )

        with debian.running(
            folder,
            connect,
            mysql.connector.Error,
            debian.program("usr/sbin/mariadbd"),
            *(*place, data, f"--socket={socket}", f"--pid-file={folder / 'pid'}", *SETTINGS),
        ) as database:
            yield database


def _values(moment: Moment) -> dict[str, Any]:
    return {"day": _date(moment.status_day), "known": _instant(moment.known)}


def _date(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=min(max(number, FIRST), LAST))


def _instant(position: int) -> datetime:
    still = position == AFTER_ALL
    return (STILL if still else EPOCH + timedelta(seconds=position)).replace(tzinfo=None)
