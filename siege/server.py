"""A server under attack: `annales serve` on the loopback, which can be killed and begun again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.command import HERE
from benchmarks.memory import pss
from benchmarks.servers import free_port

HOST = "127.0.0.1"

BEHAVES = "127.0.0.9"
"""Where the client comes from who behaves."""

ATTACKER = "127.0.0.2"

UNLIMITED = {"ANNALES_QUESTIONS_LIMIT": "1000000 per second"}
"""For an attack that is about something else than limits."""

PATIENCE = 30.0
"""Seconds after which no answer is none."""

FAILURES = (OSError, HTTPException)
"""What asking raises where there is no answer."""


class Answer(NamedTuple):
    """An answer; the names of its headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """What the body says."""
        return json.loads(self.body)


class Server:
    """`annales serve` of a folder, in a session of its own, by two processes.

    `before` is what its program does first: how it is broken.
    """

    def __init__(
        self, folder: Path, *options: str, before: str = "", settings: Mapping[str, str]
    ) -> None:
        self.folder, self.port = folder, free_port()
        self.words, self._says = folder.with_suffix(".stderr"), folder.with_suffix(".stdout")
        program = f"{before}\nfrom service.cli import main; main()"
        self._command = (
            *(sys.executable, "-c", program, "--data", str(folder), "serve", "--quiet"),
            *("--port", str(self.port), "--processes", "2", *options),
        )
        self._settings = {
            **os.environ,
            "ANNALES_ORDERS_LIMIT": "1000000 per second",
            **settings,
        }
        self.begin()

    def begin(self) -> None:
        """Start it, without waiting until it answers."""
        with self.words.open("ab") as words, self._says.open("wb") as says:
            self._process = subprocess.Popen(  # noqa: S603 -- our own command line
                self._command,
                cwd=HERE,
                env=self._settings,
                stdout=says,
                stderr=words,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The first of its processes."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether that has not ended."""
        return self._process.poll() is None

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(each) for each in children.read_text("ascii").split()]

    def memory(self) -> int:
        """The bytes that all its processes take."""
        return pss(self.pid)

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        *,
        source: str = BEHAVES,
        timeout: float = PATIENCE,
        **headers: str,
    ) -> Answer:
        """An answer over a connection of its own. Raises `FAILURES`."""
        return asked(self.port, path, method, body, source=source, timeout=timeout, **headers)

    def wait(self, path: str = "/readyz", *, seconds: float = PATIENCE) -> float:
        """Wait until a path is answered by 200; returns how long that took."""
        began = time.monotonic()
        while (waited := time.monotonic() - began) < seconds:
            with suppress(*FAILURES):
                if self.ask(path, timeout=5).status == 200:
                    return time.monotonic() - began
            time.sleep(0.02)
        words = self.words.read_text("utf-8", "replace").strip()[-300:]
        state = "runs" if self.is_running else "has ended"
        raise TimeoutError(f"{path} is not answered after {waited:.0f} s; it {state}: {words}")

    def wait_for_all(self) -> None:
        """Wait until all its processes have begun; where one of them ends before, so does it."""
        ends = time.monotonic() + PATIENCE
        while not self._says.stat().st_size and time.monotonic() < ends:
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9, all processes at once, and wait until none of them holds the port."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            with suppress(OSError), closing(socket.create_server((HOST, self.port))):
                return
            time.sleep(0.01)
        raise TimeoutError(f"port {self.port} is held by what was killed")

    def end(self) -> int:
        """SIGTERM; returns the exit status."""
        self._process.terminate()
        try:
            return self._process.wait(PATIENCE)
        finally:
            self.kill()


def asked(
    port: int,
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    *,
    source: str,
    timeout: float = PATIENCE,
    **headers: str,
) -> Answer:
    """An answer of a server over a connection of its own. Raises `FAILURES`."""
    with closing(HTTPConnection(HOST, port, timeout=timeout, source_address=(source, 0))) as http:
        http.request(
            method, path, body, {name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = http.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, told, answer.read())


@contextmanager
def served(folder: Path, *options: str, before: str = "", **settings: str) -> Iterator[Server]:
    """A server that is ready, until the end of the block."""
    server = Server(folder, *options, before=before, settings=settings)
    try:
        server.wait()
        server.wait_for_all()
        yield server
    finally:
        server.kill()
