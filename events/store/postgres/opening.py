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

OLDEST = 15
"""The oldest release that the suite passes with."""

FUNCTIONS = "POSTGRES_ENABLE_DB_FUNCTIONS"

MAKE = "`annales --log ADDRESS migrate`, as the owner of the database, makes it"


def check(connection: psycopg.Connection[Any], log: str) -> None:
    """See that a log can be written to. Raises NotThisDatabase, which says what to type."""
    if strtobool(os.environ.get(FUNCTIONS) or "no"):
        raise NotThisDatabase(
            f"{FUNCTIONS} is set: by its functions the library writes without a turn, and whoever"
            f" reads on misses events. Type: unset {FUNCTIONS}"
        )
    cursor = connection.cursor(row_factory=tuple_row)
    _check_server(cursor)
    said = cursor.execute(schema.SCHEMA_SAYS, {"log": log}).fetchone()
    wanted = schema.COMMENT.format(number=schema.SCHEMA_NUMBER)
    if said is None or said[0] is None:
        raise NotThisDatabase(f"the database has no log {log} yet: {MAKE}")
    if said[0] != wanted:
        raise NotThisDatabase(
            f"{log} is {said[0]!r}, and this program knows {wanted!r}: use the program that made it"
        )
    functions = cursor.execute(schema.LIBRARYS_FUNCTIONS, {"log": log}).fetchall()
    if functions:
        raise NotThisDatabase(
            f"{log} has functions of the library, by which events are written without a turn."
            f" Type in psql: DROP FUNCTION {log}.{functions[0][0]}"
        )
    lacking = cursor.execute(schema.LACKING, {"log": log}).fetchall()
    if lacking:
        told = ", ".join(f"{privilege} on {log}.{table}" for privilege, table in lacking)
        user = cursor.execute("SELECT current_user").fetchone()
        role = user[0] if user else "ROLE"
        raise NotThisDatabase(
            f"{role} lacks {told}. Type, as the owner: annales --log ADDRESS migrate --grant {role}"
        )


def told(error: BaseException) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split()) or type(error).__name__


def _check_server(cursor: psycopg.Cursor[Any]) -> None:
    row = cursor.execute(schema.SERVER).fetchone()
    version, encoding, is_standby, commit, fsync = row or (0, "", False, "", "")
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
        raise NotThisDatabase(
            "it is a standby, which takes no commits: name all hosts in the address, as in"
            " postgresql://HOST1,HOST2/NAME?target_session_attrs=read-write"
        )
    if commit not in ("on", "remote_apply") or fsync != "on":
        raise NotThisDatabase(
            f"synchronous_commit is {commit} and fsync {fsync}, so it acknowledges what a loss of"
            " power takes away. Type in psql: ALTER SYSTEM SET synchronous_commit = on; ALTER"
            " SYSTEM SET fsync = on; SELECT pg_reload_conf()"
        )


def make(address: str, logs: Sequence[str], *, role: str | None = None) -> list[str]:
    """Make those of some logs that a database has not, and let a role write to all of them; the
    names of those that were made. One at a time does so.

    Raises NotThisDatabase, LogUnreachable.
    """
    made = []
    try:
        connection = psycopg.connect(address, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise LogUnreachable(told(error)) from error
    with connection:
        cursor = connection.cursor(row_factory=tuple_row)
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('annales migrate'))")
        _check_server(cursor)
        for log in logs:
            said = cursor.execute(schema.SCHEMA_SAYS, {"log": log}).fetchone()
            if said is None or said[0] is None:
                _make(cursor, log)
                made.append(log)
            if role is not None:
                cursor.execute(schema.of(log, schema.GRANTS, role=role))
        if role is not None:
            _let_see_standbys(cursor, role)
    return made


def _make(cursor: psycopg.Cursor[Any], log: str) -> None:
    cursor.execute(schema.of(log, "CREATE SCHEMA {log}"))
    cursor.execute(schema.of(log, schema.CREATE))
    for table in schema.APPEND_ONLY:
        cursor.execute(schema.of(log, schema.CREATE_TRIGGER, table=table))
    told = Literal(schema.COMMENT.format(number=schema.SCHEMA_NUMBER))
    cursor.execute(SQL("{} IS {}").format(schema.of(log, "COMMENT ON SCHEMA {log}"), told))


def _let_see_standbys(cursor: psycopg.Cursor[Any], role: str) -> None:
    """Let a role see how far the standbys are, if whoever makes the log may allow that."""
    cursor.execute("SAVEPOINT standbys")
    try:
        cursor.execute(schema.of("", "GRANT pg_monitor TO {role}", role=role))
    except psycopg.errors.InsufficientPrivilege:
        cursor.execute("ROLLBACK TO SAVEPOINT standbys")
