"""A log in PostgreSQL is made once, and refused where it would not keep what it acknowledges.

Each refusal says what to type, and what it says is typed here.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from events.errors import LogUnreachable, NotThisDatabase
from events.store.postgres import opening, schema
from events.store.postgres.log import PostgresLog
from service.archive.node import CHRONICLE, LOGS
from tests.events.store.logs import Place, event
from tests.postgres import NODE, OWNER, SETTINGS, Database, Server, new_database, new_server


def refusal(address: str, *, as_: type[Exception] = NotThisDatabase) -> str:
    """Why a log is refused there."""
    with pytest.raises(as_) as refused, closing(PostgresLog(address, CHRONICLE)) as log:
        log.check()
    return str(refused.value)


def is_taken(address: str) -> bool:
    """Whether the log takes a commit there."""
    with closing(PostgresLog(address, CHRONICLE)) as log:
        log.check()
        return log.insert_events([event("record:juno", 1)]) == [1]


def type_in_psql(database: Database, said: str) -> None:
    """What a refusal says is to be typed there, by an administrator."""
    _, typed = re.split(r"Type in psql: ", said)
    for statement in typed.split("; "):
        database.run(statement)


# It is made.


def test_a_log_is_made_once_by_the_owner(bare: Database) -> None:
    """Whoever makes it again finds it, and may let another role write to it."""
    owner = bare.as_role(OWNER)
    assert opening.make(owner, LOGS) == list(LOGS)
    assert opening.make(owner, LOGS, role=NODE) == []
    assert is_taken(bare.address)


def test_many_may_make_it_open_it_and_write_at_once(bare: Database, tmp_path: Path) -> None:
    """Whoever comes first makes it; the others find it, and each gets its turn."""
    places = [Place(tmp_path / f"{number}.db", bare) for number in range(8)]
    processes = [each.writer("begin", bare.as_role(OWNER), NODE) for each in places]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = sorted(process.communicate(timeout=60)[0] for process in processes)
    assert [process.returncode for process in processes] == [0] * 8
    assert ends == [f"{number}\n" for number in range(1, 9)]


def test_what_it_needs_to_be_made_is_said(bare: Database) -> None:
    """That it is the owner who makes it, that the role is there, and nothing else of its name."""
    with pytest.raises(NotThisDatabase, match="as the owner of the database"):
        opening.make(bare.address, LOGS)
    with pytest.raises(NotThisDatabase, match="CREATE ROLE nobody_yet LOGIN"):
        opening.make(bare.as_role(OWNER), LOGS, role="nobody_yet")
    assert "Type as the owner of the database: annales" in refusal(bare.address)
    bare.run(f"CREATE SCHEMA {CHRONICLE}")
    with pytest.raises(NotThisDatabase, match="another database"):
        opening.make(bare.as_role(OWNER), LOGS)
    assert "another database" in refusal(bare.address)


def test_a_later_schema_is_refused(database: Database) -> None:
    """By whoever writes to it, and by whoever would make it."""
    database.run(f"COMMENT ON SCHEMA {CHRONICLE} IS 'a log of Annales, schema 2'")
    assert "use the program that made it" in refusal(database.address)
    with pytest.raises(NotThisDatabase, match="schema 2"):
        opening.make(database.as_role(OWNER), LOGS)


# It is refused.


@pytest.mark.parametrize(
    "address",
    ["postgresql://[host/db", "postgresql://host/db?no_such_option=1", "host=a port"],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """Before anything is asked of it."""
    with pytest.raises(NotThisDatabase, match="its address cannot be read"):
        PostgresLog(address, CHRONICLE)
    with pytest.raises(NotThisDatabase, match="its address cannot be read"):
        opening.make(address, LOGS)


def test_nobody_there_is_no_refusal(postgres: Server) -> None:
    """A node waits for PostgreSQL; what is lacking there it says at once."""
    said = refusal(f"postgresql://{NODE}@127.0.0.1:9/x", as_=LogUnreachable)
    assert "Connection refused" in said
    said = refusal(f"postgresql://{NODE}@127.0.0.1:{postgres.port}/none", as_=LogUnreachable)
    assert 'database "none" does not exist' in said


def test_a_socket_of_the_machine_is_an_address_too(database: Database) -> None:
    """There is no network to be noticed there."""
    where = f"host={database.server.data.parent}&port={database.server.port}"
    assert is_taken(f"postgresql://{NODE}@/{database.name}?{where}")


def test_the_functions_of_the_library_are_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They write without a turn: neither may they be switched on, nor lie there."""
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    assert "Type: unset POSTGRES_ENABLE_DB_FUNCTIONS" in refusal(database.address)
    monkeypatch.delenv("POSTGRES_ENABLE_DB_FUNCTIONS")
    database.run(
        f"CREATE FUNCTION {CHRONICLE}.es_insert_events_text() RETURNS void LANGUAGE sql AS ''"
    )
    type_in_psql(database, refusal(database.address))
    assert is_taken(database.address)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_an_encoding_that_lacks_characters_is_refused(postgres: Server, encoding: str) -> None:
    """Not every name could be written in it."""
    how = f"TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'"
    with new_database(postgres, how) as database:
        with pytest.raises(NotThisDatabase, match=f"{encoding}.*createdb --encoding UTF8"):
            opening.make(database.as_role(OWNER), LOGS)
        assert f"its encoding is {encoding}" in refusal(database.address)
        postgres.do(
            *("createdb", "-h", "127.0.0.1", "-p", str(postgres.port), "-U", "postgres"),
            *("--encoding", "UTF8", "--template", "template0", "--owner", OWNER, encoding.lower()),
        )
        made = Database(postgres, encoding.lower())
        assert opening.make(made.as_role(OWNER), LOGS, role=NODE)
        assert is_taken(made.address)
        postgres.run(f"DROP DATABASE {made.name} WITH (FORCE)")


@pytest.mark.parametrize(
    "missing",
    [
        f"INSERT ON {CHRONICLE}.commits",
        f"SELECT ON {CHRONICLE}.beside",
        f"DELETE ON {CHRONICLE}.sessions",
        f"EXECUTE ON FUNCTION {CHRONICLE}.take_turn()",
        f"USAGE ON SCHEMA {CHRONICLE}",
    ],
)
def test_a_right_that_is_missing_is_named(database: Database, missing: str) -> None:
    """And given by the command that is named too."""
    database.run(f"REVOKE {missing} FROM {NODE}")
    said = refusal(database.address)
    what = missing.split(maxsplit=1)[0] if "USAGE" not in missing else "SELECT"
    assert re.search(
        f"{NODE} lacks .*{what}.*annales --log ADDRESS migrate --grant {NODE}", said
    ), said
    opening.make(database.as_role(OWNER), LOGS, role=NODE)
    assert is_taken(database.address)


def test_an_old_server_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what brings it on."""
    [[server]] = database.run("SHOW server_version_num")
    monkeypatch.setattr(
        schema, "SERVER", schema.SERVER.replace("current_setting('server_version_num')", "'140012'")
    )
    assert server
    assert re.search("it is PostgreSQL 14, .* 15 or newer.* pg_upgrade", refusal(database.address))


@contextmanager
def by_system(database: Database, name: str, value: str) -> Iterator[None]:
    """A setting of the whole server."""
    with database.server.set(**{name: value}):
        yield


@contextmanager
def by_role(database: Database, name: str, value: str) -> Iterator[None]:
    """A setting of the role of the node."""
    database.run(f"ALTER ROLE {NODE} SET {name} = {value}")
    yield
    database.run(f"ALTER ROLE {NODE} RESET {name}")


@contextmanager
def by_database(database: Database, name: str, value: str) -> Iterator[None]:
    """A setting of the database."""
    database.run(f"ALTER DATABASE {database.name} SET {name} = {value}")
    yield


@contextmanager
def by_both(database: Database, name: str, value: str) -> Iterator[None]:
    """A setting of the role in the database."""
    database.run(f"ALTER ROLE {NODE} IN DATABASE {database.name} SET {name} = {value}")
    yield


@pytest.mark.parametrize("how", [by_system, by_role, by_database, by_both])
@pytest.mark.parametrize("value", ["off", "local", "remote_write"])
def test_a_server_that_does_not_wait_is_refused(
    database: Database, how: Callable[..., AbstractContextManager[None]], value: str
) -> None:
    """Wherever it is told not to; and is taken when it waits again."""
    with how(database, "synchronous_commit", value):
        type_in_psql(database, refusal(database.address))
        assert is_taken(database.address)


def test_a_server_that_does_not_write_is_refused(database: Database) -> None:
    """Neither where it is told so by its settings, nor by whoever starts it."""
    with by_system(database, "fsync", "off"):
        type_in_psql(database, refusal(database.address))
        assert is_taken(database.address)
    database.server.stop()
    try:
        database.server.start(fsync="off")
        assert "pg_ctl restart, without -F and -c fsync=" in refusal(database.address)
    finally:
        database.server.stop()
        database.server.start()


def test_a_standby_is_refused(database: Database) -> None:
    """With how to name all hosts; by that it is found which of them takes commits."""
    primary = database.server
    with new_server() as standby:
        standby.do(
            *("pg_basebackup", "-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres"),
            *("-D", standby.data, "-R", "-X", "stream", "-c", "fast", "--no-sync"),
        )
        standby.start()
        alone = f"postgresql://{NODE}@127.0.0.1:{standby.port}/{database.name}"
        assert "Name all hosts in the address" in refusal(alone, as_=LogUnreachable)
        assert "Name all hosts" in refusal(f"{alone}?target_session_attrs=any")
        with pytest.raises(LogUnreachable, match="Name all hosts"):
            opening.make(alone, LOGS)
        hosts = f"127.0.0.1:{standby.port},127.0.0.1:{primary.port}"
        assert is_taken(f"postgresql://{NODE}@{hosts}/{database.name}")


def test_warnings_of_a_commit_are_heard_whatever_is_set(database: Database) -> None:
    """That a commit waits for no standby any more is told by nothing else."""
    database.run(f"ALTER ROLE {NODE} IN DATABASE {database.name} SET client_min_messages = error")
    with (
        closing(PostgresLog(database.address, CHRONICLE)) as log,
        log.turn() as turn,
    ):
        row = turn._connection.execute("SHOW client_min_messages").fetchone()
        assert row == {"client_min_messages": "warning"}


def test_who_keeps_a_log_in_a_file_needs_no_driver() -> None:
    """Nothing of it is loaded before a log in PostgreSQL is asked for."""
    loaded = "import sys, service.app, service.cli; print('psycopg' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_the_tests_ask_for_a_server_that_writes(postgres: Server) -> None:
    """They run on one that a log accepts: nothing is switched off to be quick."""
    assert not {"fsync", "synchronous_commit", "full_page_writes"} & set(SETTINGS)
    assert postgres.run("SHOW fsync") == [("on",)]
