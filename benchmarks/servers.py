"""Servers as processes of their own, and how `wrk` asks them.

Annales and Datasette serve on ports of this machine until they are left. Who waits for whom is the
same for both: a few connections, each of which asks again at once, and no content coding.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from benchmarks import command, debian

HERE = Path(__file__).resolve().parent

DATASETTE = HERE.parent / ".venv-bench" / "bin" / "datasette"
"""`scripts/bench` puts it there, and sees to `wrk`."""

CONNECTIONS = 8


TELL = """
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("\\n%d %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""
"""What `wrk` prints last: requests, microseconds, p50, p95, p99 and errors."""

IN_TURN = """
local paths = { %s }
local number = 0
request = function()
  number = number %% #paths + 1
  return wrk.format("GET", paths[number])
end
"""
"""Another path with each request."""


class Load(NamedTuple):
    """What `wrk` measured: how many were answered, in seconds, and how long one took."""

    requests: int
    seconds: float
    p50: float
    p95: float
    p99: float


class Asked(NamedTuple):
    """A path of a server on a port, and the headers it is asked with; `script` is Lua for `wrk`."""

    port: int
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    script: str = ""


class Told(NamedTuple):
    """An answer; the names of its headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Server(NamedTuple):
    """A server that is ready: its port, and its first process."""

    port: int
    pid: int
    seconds: float
    """How long it took from its start until it was ready."""


TWO_PROCESSES = ("--processes", "2")

PATIENCE = 120.0
"""Seconds in which a server must be ready, on a machine that has much else to do."""


def annales(
    folder: Path,
    *options: str,
    settings: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
) -> AbstractContextManager[Server]:
    """`annales serve` of a folder, ready within some seconds. Its limits are there for others to
    meet."""
    return _served(
        command.annales(folder, "serve", "--quiet", *options),
        Asked(free_port(), "/readyz"),
        {"ANNALES_ORDERS_LIMIT": "none", "ANNALES_QUESTIONS_LIMIT": "none", **(settings or {})},
        patience=patience,
    )


def datasette(path: Path) -> AbstractContextManager[Server]:
    """Datasette of a file, which it may take for unchanging."""
    if not DATASETTE.exists():
        raise FileNotFoundError(f"{DATASETTE} is missing; scripts/bench installs it")
    return _served(
        [str(DATASETTE), "serve", "--immutable", str(path)],
        Asked(free_port(), "/-/versions.json"),
        {},
    )


@contextmanager
def _served(
    command: list[str], ready: Asked, settings: Mapping[str, str], *, patience: float = PATIENCE
) -> Iterator[Server]:
    """A process that serves at a port once it is ready, until its end here."""
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 -- the programs above
        [*command, "--host", "127.0.0.1", "--port", str(ready.port)],
        cwd=HERE.parent,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_for(ready, patience)
            yield Server(ready.port, process.pid, time.perf_counter() - began)
        finally:
            process.terminate()


def free_port() -> int:
    """A port at which nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])


def wait_for(ready: Asked, patience: float) -> None:
    """Wait until something is answered with 200. Raises TimeoutError."""
    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        with suppress(OSError):
            if told(ready).status == 200:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing answers at port {ready.port}")


def told(asked: Asked) -> Told:
    """Ask once."""
    with closing(HTTPConnection("127.0.0.1", asked.port, timeout=30)) as connection:
        connection.request("GET", asked.path, headers=dict(asked.headers))
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Told(answer.status, named, answer.read())


def load_of(*servers: Asked, seconds: int, connections: int = CONNECTIONS) -> Load:
    """Let `wrk` ask for so many seconds; of several servers each by its share of the connections.

    Whatever fails is an error here.
    """
    with ExitStack() as running:
        started = [
            running.enter_context(
                _wrk(asked, seconds=seconds, connections=connections // len(servers))
            )
            for asked in servers
        ]
        loads = [_load_told(asked, wrk) for asked, wrk in zip(servers, started, strict=True)]
    return Load(
        requests=sum(load.requests for load in loads),
        seconds=fmean(load.seconds for load in loads),
        p50=fmean(load.p50 for load in loads),
        p95=fmean(load.p95 for load in loads),
        p99=fmean(load.p99 for load in loads),
    )


def in_turn(paths: Sequence[str]) -> str:
    """What makes `wrk` ask for one path after the other, from the first again after the last."""
    return IN_TURN % ", ".join(map(json.dumps, paths))


def rate(loads: Sequence[Load]) -> float:
    """Requests a second, of several runs all together."""
    return sum(load.requests for load in loads) / sum(load.seconds for load in loads)


@contextmanager
def _wrk(asked: Asked, *, seconds: int, connections: int) -> Iterator[subprocess.Popen[str]]:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(asked.script + TELL)
        script.flush()
        # The first answer of a large world reads much that is cold, and is late but no error.
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout=30s", "-s", script.name]
        options += (f"-H{name}: {value}" for name, value in asked.headers)
        with subprocess.Popen(  # noqa: S603 -- the program that is looked up here
            [debian.program("usr/bin/wrk"), *options, f"http://127.0.0.1:{asked.port}{asked.path}"],
            env=debian.environment(),
            stdout=subprocess.PIPE,
            text=True,
        ) as wrk:
            yield wrk


def _load_told(asked: Asked, wrk: subprocess.Popen[str]) -> Load:
    words, _ = wrk.communicate()
    if wrk.returncode:
        raise ChildProcessError(f"wrk failed: {words}")
    requests, duration, *quantiles, errors = map(int, words.splitlines()[-1].split())
    if errors or not requests:
        raise ValueError(f"{asked.path}: {errors} errors in {requests} requests")
    return Load(requests, duration / 1e6, *(quantile / 1e6 for quantile in quantiles))
