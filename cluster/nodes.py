"""A node of a cluster: etcd, PostgreSQL under Patroni, and `annales serve`, at one place."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg

from cluster import programs
from cluster.places import Place, Ports
from cluster.processes import Process, kill_all, send

FAILURES = (OSError, HTTPException)
"""What asking over HTTP raises where there is no answer."""


class Node:
    """A node. All that runs on it runs in its folder."""

    def __init__(
        self,
        place: Place,
        ports: Ports,
        folder: Path,
        superuser: str,
        *,
        etcd: Mapping[str, str],
        patroni: Path,
        serve: tuple[str, ...],
        settings: Mapping[str, str],
    ) -> None:
        """A node in a folder; `superuser` is a password, `serve` the options of `annales serve`,
        `settings` its variables."""
        self.name, self.place, self.ports, self.folder = place.name, place, ports, folder
        self.chronicle = folder / "annales"
        self.data = folder / "postgresql"
        self.configuration = patroni
        self._superuser = superuser
        there, own = programs.environment(), programs.of_annales(**settings)
        listening = ("--host", place.outside, "--port", str(ports.annales))
        serving = programs.annales(self.chronicle, "serve", "--quiet", *listening, *serve)
        self.etcd = self._process("etcd", programs.etcd(), {**there, **etcd})
        self.patroni = self._process("patroni", programs.patroni(patroni), there)
        self.serve = self._process("serve", serving, own)

    def _process(self, name: str, command: list[str], environment: Mapping[str, str]) -> Process:
        return Process(name, [*self.place.within, *command], self.folder, environment)

    # --- what it has

    @property
    def url(self) -> str:
        """Where its `annales serve` answers."""
        return f"http://{self.place.outside}:{self.ports.annales}"

    def address(self, database: str = "annales") -> str:
        """Its own PostgreSQL, for the superuser."""
        host = f"{self.place.inside}:{self.ports.postgresql}"
        return f"postgresql://postgres:{self._superuser}@{host}/{database}?connect_timeout=3"

    def ask(self, path: str, *, timeout: float = 5.0, **headers: str) -> tuple[int, bytes]:
        """What its `annales serve` answers: status and body. Raises `FAILURES`."""
        return _asked(self.place.outside, self.ports.annales, path, timeout, **headers)

    def said_by_patroni(self) -> dict[str, Any] | None:
        """How Patroni says that its PostgreSQL is; None where it says nothing."""
        try:
            _, body = _asked(self.place.inside, self.ports.patroni, "/patroni", 2.0)
            return dict(json.loads(body))
        except (*FAILURES, ValueError):
            return None

    def is_primary(self) -> bool:
        """Whether its PostgreSQL takes commits and Patroni holds the key of whoever leads."""
        return self._is("/primary")

    def is_synchronous(self) -> bool:
        """Whether its PostgreSQL is the standby that has all that is acknowledged."""
        return self._is("/synchronous")

    def is_standby(self) -> bool:
        """Whether its PostgreSQL follows the primary, and hears of it."""
        said = self.said_by_patroni() or {}
        return self._is("/replica") and said.get("replication_state") == "streaming"

    def is_ready(self) -> bool:
        """Whether its `annales serve` keeps up."""
        try:
            return self.ask("/readyz")[0] == 200
        except FAILURES:
            return False

    def head(self) -> int:
        """How far its copy of the log goes, as its server tells; 0 where that is silent."""
        try:
            return int(json.loads(self.ask("/readyz")[1])["head"])
        except (*FAILURES, ValueError, KeyError):
            return 0

    def _is(self, path: str) -> bool:
        try:
            return _asked(self.place.inside, self.ports.patroni, path, 2.0)[0] == 200
        except FAILURES:
            return False

    def execute(self, statement: str, *values: object, database: str = "annales") -> list[Any]:
        """The rows of a statement, as the superuser of its PostgreSQL. Raises psycopg's errors."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    # --- what befalls it

    def begin(self) -> None:
        """Start all of it, as a machine does."""
        for each in (self.etcd, self.patroni, self.serve):
            each.begin()

    def kill(self) -> None:
        """kill -9 of all that runs on it, at once."""
        kill_all(self.folder)

    def freeze(self) -> None:
        """SIGSTOP to all that runs on it."""
        send(self.folder, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT to all that runs on it."""
        send(self.folder, signal.SIGCONT)

    def end(self) -> None:
        """End all of it in order, as a machine does that is shut down. Raises TimeoutError."""
        for each in (self.serve, self.patroni, self.etcd):
            each.end()

    def words(self) -> str:
        """The last words of what runs on it, for whoever looks for a fault."""
        return "\n".join(
            f"--- {self.name}: {each.name} {'runs' if each.is_running else 'has ended'}:"
            f" {each.said()}"
            for each in (self.etcd, self.patroni, self.serve)
        )


def wait_until(is_so: Any, what: str, seconds: float, between: float = 0.1) -> float:
    """Wait until something is so; returns after how many seconds. Raises TimeoutError."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(between)
    return time.monotonic() - began


def _asked(host: str, port: int, path: str, timeout: float, **headers: str) -> tuple[int, bytes]:
    with closing(HTTPConnection(host, port, timeout=timeout)) as http:
        http.request("GET", path, headers=headers)
        answer = http.getresponse()
        return answer.status, answer.read()
