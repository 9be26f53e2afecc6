"""Making a log in PostgreSQL, once, and seeing that one is as it should be."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import psycopg
from eventsourcing.utils import strtobool
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Literal

from events.errors import LogUnreachable, NotThisDatabase
from events.store.postgres import schema
from events.store.postgres.connections import STANDBY, how_to, told

OLDEST = 15
"""The oldest release that the suite passes with."""

FUNCTIONS = "POSTGRES_ENABLE_DB_FUNCTIONS"

AS_OWNER = "as the owner of the database"

MAKE = "annales --log ADDRESS migrate"

THIS = schema.COMMENT.format(number=schema.SCHEMA_NUMBER)


RESET = {
    "user": "ALTER ROLE {role} RESET {name}",
    "database": "ALTER DATABASE {database} RESET {name}",
    "database user": "ALTER ROLE {role} IN DATABASE {database} RESET {name}",
    "client": "unset PGOPTIONS, and leave `options` out of the address",
    "command line": "pg_ctl restart, without -F and -c {name}=…",
}
"""How a setting is taken back, by where PostgreSQL has it from; elsewhere `ALTER SYSTEM` does."""

TURN_ON = "ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf()"


def check_surroundings() -> None:
    """See that nothing of the library is switched on here. Raises NotThisDatabase."""
    if strtobool(os.environ.get(FUNCTIONS) or "no"):
        raise NotThisDatabase(
            f"{FUNCTIONS} is set: by its functions the library writes without a turn, and whoever"
            f" reads on misses events. Type: unset {FUNCTIONS}"
        )


def check(connection: psycopg.Connection[Any], log: str) -> None:
    """See that a log can be written to. Raises NotThisDatabase, which says what to type."""
    cursor = connection.cursor(row_factory=tuple_row)
    _check_server(cursor)
    there, said = cursor.execute(schema.SCHEMA_SAYS, {"log": log}).fetchone() or (False, None)
    if not there:
        raise NotThisDatabase(f"the database has no log {log} yet. Type {AS_OWNER}: {MAKE}")
    if said != THIS:
        raise NotThisDatabase(_other(log, said))
    functions = cursor.execute(schema.LIBRARYS_FUNCTIONS, {"log": log}).fetchall()
    if functions:
        raise NotThisDatabase(
            f"{log} has functions of the library, by which events are written without a turn."
            f" Type in psql: DROP FUNCTION {log}.{functions[0][0]} CASCADE"
        )
    lacking = cursor.execute(schema.LACKING, {"log": log}).fetchall()
    if lacking:
        what = ", ".join(f"{privilege} on {log}.{table}" for privilege, table in lacking)
        user = cursor.execute("SELECT current_user").fetchone()
        role = user[0] if user else "ROLE"
        raise NotThisDatabase(f"{role} lacks {what}. Type {AS_OWNER}: {MAKE} --grant {role}")


def _check_server(cursor: psycopg.Cursor[Any]) -> None:
    row = cursor.execute(schema.SERVER).fetchone()
    version, encoding, is_standby = row or (0, "", False)
    if version // 10_000 < OLDEST:
        raise NotThisDatabase(
            f"it is PostgreSQL {version // 10_000}, and a log needs {OLDEST} or newer: upgrade it"
            " with pg_upgrade"
        )
    if encoding != "UTF8":
        raise NotThisDatabase(
            f"its encoding is {encoding}, in which not every name can be written. Type:"
            " createdb --encoding UTF8 --template template0 NAME"
        )
    if is_standby:
        raise NotThisDatabase(STANDBY)
    for name, value, source, role, database in cursor.execute(schema.UNSAFE).fetchall():
        how = RESET.get(source, TURN_ON).format(name=name, role=role, database=database)
        raise NotThisDatabase(
            f"{name} is {value}, so it acknowledges what a loss of power or of a machine takes"
            f" away. Type {'' if source == 'command line' else 'in psql'}: {how}"
        )


def make(address: str, logs: Sequence[str], *, role: str | None = None) -> list[str]:
    """Make those of some logs that a database has not, and let a role write to all of them; the
    names of those that were made. One at a time does so.

    Raises NotThisDatabase, LogUnreachable.
    """
    made = []
    try:
        with psycopg.connect(**how_to(address)) as connection:
            cursor = connection.cursor(row_factory=tuple_row)
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('annales migrate'))")
            _check_server(cursor)
            for log in logs:
                if _is_to_be_made(cursor, log):
                    _make(cursor, log)
                    made.append(log)
                if role is not None:
                    cursor.execute(schema.of(log, schema.GRANTS, role=role))
    except psycopg.OperationalError as error:
        raise LogUnreachable(told(error)) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise NotThisDatabase(f"{told(error)}. Type this command {AS_OWNER}") from error
    except psycopg.errors.UndefinedObject as error:
        raise NotThisDatabase(f"{told(error)}. Type in psql: CREATE ROLE {role} LOGIN") from error
    return made


def _is_to_be_made(cursor: psycopg.Cursor[Any], log: str) -> bool:
    """Whether there is no log of a name yet. Raises NotThisDatabase where something else has it."""
    there, said = cursor.execute(schema.SCHEMA_SAYS, {"log": log}).fetchone() or (False, None)
    if there and said != THIS:
        raise NotThisDatabase(_other(log, said))
    return not there


def _other(log: str, said: str | None) -> str:
    return (
        f"its schema {log} is {said!r}, and this program knows {THIS!r}: use the program that made"
        " it, or another database (createdb)"
    )


def _make(cursor: psycopg.Cursor[Any], log: str) -> None:
    cursor.execute(schema.of(log, "CREATE SCHEMA {log}"))
    cursor.execute(schema.of(log, schema.CREATE))
    for table in schema.APPEND_ONLY:
        cursor.execute(schema.of(log, schema.CREATE_TRIGGER, table=table))
    cursor.execute(SQL("{} IS {}").format(schema.of(log, "COMMENT ON SCHEMA {log}"), Literal(THIS)))
