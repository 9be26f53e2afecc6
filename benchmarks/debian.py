"""Programs of Debian that `scripts/bench` unpacks into the cache, and how they are run.

What the system has installed serves as well. A database server refuses to run as root, or had
better not; started by root it runs as `nobody`, to whom its folder belongs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from benchmarks.kept import CACHE

UNPACKED = CACHE / "debian"

NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")

PATIENCE = 60.0
"""Seconds in which a server must be ready."""


class Connected(Protocol):
    """A connection to a server."""

    def close(self) -> None:
        """End it."""


Database = TypeVar("Database", bound=Connected)


def program(pattern: str) -> Path:
    """A program that was unpacked or else is installed, the newest where there are several.

    Raises FileNotFoundError.
    """
    for place in (UNPACKED, Path("/")):
        if found := sorted(place.glob(pattern)):
            return found[-1]
    raise FileNotFoundError(f"{UNPACKED / pattern} is missing; scripts/bench unpacks it")


@contextmanager
def folder_of_a_server() -> Iterator[Path]:
    """An empty folder that belongs to whoever runs the server, until the end here.

    Its name is short, because a socket in it must have a name of at most 107 bytes.
    """
    folder = Path(tempfile.mkdtemp(prefix="annales-", dir=_place_of_data()))
    try:
        if os.getuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(*command: str | Path) -> None:
    """Run a program to its end, which must be a good one."""
    done = subprocess.run(  # noqa: S603 -- the programs above
        _command(command), env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ChildProcessError(f"{command[0]}: {done.stdout}{done.stderr}")


@contextmanager
def running(
    folder: Path,
    connect: Callable[[], Database],
    refused: type[Exception],
    *command: str | Path,
) -> Iterator[Database]:
    """A connection to a server, while that runs; `refused` is raised where there is none yet."""
    log = folder / "server.log"
    with (
        log.open("wb") as words,
        subprocess.Popen(  # noqa: S603 -- the programs above
            _command(command), env=environment(), stdout=words, stderr=subprocess.STDOUT
        ) as server,
    ):
        try:
            # PostgreSQL waits for those who are connected.
            with closing(_once_ready(connect, refused, server, log)) as database:
                yield database
        finally:
            server.terminate()


def _once_ready(
    connect: Callable[[], Database],
    refused: type[Exception],
    server: subprocess.Popen[bytes],
    log: Path,
) -> Database:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            return connect()
        except refused:
            if server.poll() is not None or time.monotonic() > ends:
                raise ChildProcessError(log.read_text("utf-8", "replace")[-2000:]) from None
            time.sleep(0.1)


def _command(command: Sequence[str | Path]) -> list[str]:
    return [*(NOBODY if os.getuid() == 0 else ()), *map(str, command)]


def environment() -> dict[str, str]:
    """The variables with which a program finds the libraries that were unpacked with it."""
    places = {str(path.parent) for path in UNPACKED.glob("usr/lib/*/lib*.so*")}
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(sorted(places)), "TZ": "UTC"}


def _place_of_data() -> Path:
    place = CACHE / "data"
    place.mkdir(parents=True, exist_ok=True)
    return place
