"""A PostgreSQL for the tests, real and their own, with a new database for each that asks for one.

It is started when the first test asks for it, and stopped with the session; several sessions at
once have one each. Its files lie in memory where there is room, so that a commit waits for no disk
though nothing is switched off: a log refuses a server that acknowledges what it has not written.

The programs are those of `ANNALES_POSTGRES` (a folder with `initdb`), or the newest that the system
has; `scripts/test` brings them. PostgreSQL refuses to run as root, so there it runs as `nobody`.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from events.store.postgres import opening
from service.archive.node import LOGS

INSTALLED = "lib/postgresql/*/bin"

MISSING = (
    "the tests want a PostgreSQL, and there is none in /usr/lib/postgresql nor in ANNALES_POSTGRES."
    " Type: scripts/test, which brings one; or:"
    " apt-get install -y --no-install-recommends postgresql"
)

MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder is made there that nobody else has
ROOM = 600_000_000
"""So many bytes must be free there."""

PORTS = range(15_400, 15_500)
"""Below those that the system gives to connections that go out."""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "32MB",
    "max_wal_size": "128MB",
    "min_wal_size": "32MB",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}

OWNER, NODE = "keeper", "annales_node"
"""Who makes the logs, and who keeps a node; neither is a superuser."""

TEMPLATE = "with_logs"
"""The database that others are copied from."""

PATIENCE = 60.0
"""Seconds in which a server must be ready."""

ADDRESS = "postgresql://{role}@127.0.0.1:{port}/{name}"


class Database(NamedTuple):
    """A database of a server, with the logs in it."""

    server: Server
    name: str

    @property
    def address(self) -> str:
        """Its address for whoever keeps a node."""
        return self.as_role(NODE)

    def as_role(self, role: str) -> str:
        """Its address for a role."""
        return ADDRESS.format(role=role, port=self.server.port, name=self.name)

    def run(self, statement: str, values: Any = None) -> list[tuple[Any, ...]]:
        """Carry out a statement as a superuser."""
        return self.server.run(statement, values, name=self.name)

    def tamper(self, *statements: str) -> None:
        """Do what the triggers forbid, and leave no trace in them."""
        with psycopg.connect(self.as_role("postgres")) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode())

    def end_connections(self) -> None:
        """End all connections of nodes."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()",
            [self.name],
        )


class Server:
    """A server of PostgreSQL, in a folder of its own."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.data = folder / "data"
        self.port = free_port()
        self.programs = programs
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make its files."""
        self.do("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--locale=C", "--no-sync", "--no-instructions")  # fmt: skip

    def do(self, program: str, *arguments: str | Path) -> None:
        """Run a program of PostgreSQL to its end, which must be a good one."""
        command = self._command(program, *arguments)
        done = subprocess.run(command, env=self._env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    def start(self, **settings: str) -> None:
        """Start it, with settings other than those of the tests, and wait until it is ready."""
        told = {**SETTINGS, "port": str(self.port), **settings}
        words = [word for name, value in told.items() for word in ("-c", f"{name}={value}")]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command("postgres", "-D", self.data, "-k", self._folder, *words),
                env=self._env,
                stdout=log,
                stderr=log,
            )
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                self.run("SELECT")
            except psycopg.OperationalError:
                words_of_it = (self._folder / "server.log").read_text("utf-8", "replace")
                assert self._process.poll() is None, words_of_it[-2000:]
                assert time.monotonic() < ends, words_of_it[-2000:]
                time.sleep(0.02)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends connections, SIGQUIT ends everything on the spot."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)
            self._process = None

    def freeze(self, pid: int | None = None) -> None:
        """Let it, or one of its processes, do nothing until it is thawed."""
        os.kill(pid or self._pid, signal.SIGSTOP)

    def thaw(self, pid: int | None = None) -> None:
        """Let it go on."""
        os.kill(pid or self._pid, signal.SIGCONT)

    def run(
        self, statement: str, values: Any = None, *, name: str = "postgres"
    ) -> list[tuple[Any, ...]]:
        """Carry out a statement as a superuser."""
        address = ADDRESS.format(role="postgres", port=self.port, name=name)
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def set(self, **settings: str) -> Iterator[None]:
        """Other settings for a while, as an administrator would make them."""
        try:
            for name, value in settings.items():
                self.run(f"ALTER SYSTEM SET {name} = '{value}'")
            self._reload()
            yield
        finally:
            for name in settings:
                self.run(f"ALTER SYSTEM RESET {name}")
            self._reload()

    def _reload(self) -> None:
        self.run("SELECT pg_reload_conf()")
        time.sleep(0.1)  # it tells its processes, and waits for none of them

    @property
    def _pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def _env(self) -> dict[str, str]:
        """Where the programs were unpacked and not installed, their libraries lie beside them."""
        root = self.programs.parents[4]
        places = {str(path.parent) for path in root.glob("usr/lib/*/lib*.so*")}
        unpacked = {"LD_LIBRARY_PATH": ":".join(sorted(places))} if root != Path("/") else {}
        return {**os.environ, **unpacked, "TZ": "UTC"}

    def _command(self, program: str, *arguments: str | Path) -> list[str]:
        # However the tests end, it ends with them.
        nobody = ("--reuid=nobody", "--regid=nogroup", "--clear-groups")
        as_whom = ("setpriv", *(nobody if os.getuid() == 0 else ()), "--pdeathsig=QUIT")
        return [*as_whom, str(self.programs / program), *map(str, arguments)]


def programs() -> Path:
    """The folder with the programs of PostgreSQL. Fails with what to type where there is none."""
    if told := os.environ.get("ANNALES_POSTGRES"):
        found = [Path(told)]
    else:
        found = sorted(Path("/usr").glob(INSTALLED), key=lambda path: int(path.parent.name))
    if not found or not (found[-1] / "initdb").exists():
        pytest.fail(MISSING, pytrace=False)
    return found[-1]


def free_port() -> int:
    """A port at which nobody listens."""
    for port in sorted(PORTS, key=lambda port: hash((port, os.getpid()))):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError(f"none of the ports {PORTS} is free")


@contextmanager
def new_server() -> Iterator[Server]:
    """A server that is not started yet; its folder is removed at the end."""
    found = programs()
    is_roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    # The name is short: that of a socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="annales-", dir=MEMORY if is_roomy else None))
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    made = Server(folder, found)
    try:
        yield made
    finally:
        made.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The server of the session."""
    with new_server() as server:
        server.make()
        server.start()
        server.run(f"CREATE ROLE {OWNER} LOGIN")
        server.run(f"CREATE ROLE {NODE} LOGIN")
        server.run(f"CREATE DATABASE {TEMPLATE} OWNER {OWNER}")
        opening.make(Database(server, TEMPLATE).as_role(OWNER), LOGS, role=NODE)
        yield server


_number = iter(range(10**9))


@contextmanager
def new_database(server: Server, *how: str) -> Iterator[Database]:
    """A database for a while; with the logs in it, unless it is told how it is made."""
    name = f"log_{next(_number)}"
    made_as = " ".join(how) or f"TEMPLATE {TEMPLATE} STRATEGY file_copy"
    server.run(f"CREATE DATABASE {name} OWNER {OWNER} {made_as}")
    try:
        yield Database(server, name)
    finally:
        server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    """A database with the logs in it, all of them empty."""
    with new_database(postgres) as made:
        yield made


@pytest.fixture
def bare(postgres: Server) -> Iterator[Database]:
    """A database with nothing in it."""
    with new_database(postgres, "TEMPLATE template0") as made:
        yield made
