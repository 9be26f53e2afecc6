"""Servers of PostgreSQL for a benchmark: one alone, and a standby for which a COMMIT waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg.sql import SQL, Literal

from benchmarks import debian
from benchmarks.cluster.processor import seconds_of
from benchmarks.servers import free_port

HOST = "127.0.0.1"

SETTINGS = {
    "listen_addresses": HOST,
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "max_connections": "200",
}


class Mode(NamedTuple):
    """What a COMMIT waits for."""

    title: str
    commit: str
    """The server's `synchronous_commit`; a log takes no less than `on`."""
    needs_standby: bool = True


ALONE = Mode("one server", "on", needs_standby=False)
MODES = (ALONE, Mode("a standby, on", "on"), Mode("a standby, remote_apply", "remote_apply"))


class Server(NamedTuple):
    """A server that takes commits: the folder of its data, and its port."""

    folder: Path
    port: int
    connection: psycopg.Connection[Any]

    @property
    def address(self) -> str:
        """As `annales --log` takes it."""
        return f"postgresql://bench@{HOST}:{self.port}/postgres"

    def processor(self) -> float:
        """The seconds that its processes have had of a processor."""
        pid = (self.folder / "data" / "postmaster.pid").read_text("ascii").split()[0]
        return seconds_of(int(pid))

    def wait_for(self, mode: Mode) -> None:
        """Let every COMMIT from now on wait as a mode has it."""
        names = "*" if mode.needs_standby else ""
        for setting, value in (
            ("synchronous_standby_names", names),
            ("synchronous_commit", mode.commit),
        ):
            altered = SQL(f"ALTER SYSTEM SET {setting} = {{}}").format(Literal(value))
            self.connection.execute(altered)
        self.connection.execute("SELECT pg_reload_conf()")
        states = "SELECT sync_state = 'sync' FROM pg_stat_replication"
        ends = time.monotonic() + debian.PATIENCE
        while mode.needs_standby and (True,) not in self.connection.execute(states).fetchall():
            if time.monotonic() > ends:
                raise TimeoutError("no standby is synchronous")
            time.sleep(0.05)


@contextmanager
def server() -> Iterator[Server]:
    """A new, empty server."""
    with debian.folder_of_a_server() as folder:
        data = folder / "data"
        debian.run(
            _program("initdb"),
            *("-D", data, "-U", "bench", "-E", "UTF8", "--locale=C", "--no-sync", "-A", "trust"),
        )
        port = free_port()
        with _running(folder, data, port) as connection:
            yield Server(folder, port, connection)


@contextmanager
def standby(of: Server) -> Iterator[None]:
    """A standby of a server, which copies it and follows. Nobody waits for it yet."""
    data = of.folder / "standby"
    where = ("-h", HOST, "-p", str(of.port), "-U", "bench")
    debian.run(_program("pg_basebackup"), "-D", data, *where, "-R", "-c", "fast", "--no-sync")
    try:
        with _running(of.folder, data, free_port()):
            yield
    finally:
        of.wait_for(ALONE)


@contextmanager
def _running(folder: Path, data: Path, port: int) -> Iterator[psycopg.Connection[Any]]:
    settings = {**SETTINGS, "unix_socket_directories": folder, "port": port}
    with debian.running(
        folder,
        lambda: psycopg.connect(
            host=HOST, port=port, user="bench", dbname="postgres", autocommit=True
        ),
        psycopg.OperationalError,
        _program("postgres"),
        *("-D", data),
        *(f"--{name}={value}" for name, value in settings.items()),
    ) as connection:
        yield connection


def _program(name: str) -> Path:
    return debian.program(f"usr/lib/postgresql/*/bin/{name}")
