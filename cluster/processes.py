"""The processes of a cluster: begun, frozen, thawed, killed, and none of them left.

What runs in a folder belongs to it: PostgreSQL, which Patroni lets go of, and whatever these begin.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PATIENCE = 30.0
"""Seconds in which what was told to end must have ended."""

BETWEEN = 0.05
"""Seconds from one look to the next."""


class Process:
    """A program that runs in a folder, in a session of its own. It can be begun again and again;
    its words are in a file beside that folder's others."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
    ) -> None:
        """Nothing is begun yet."""
        self.name = name
        self.words = folder / f"{name}.log"
        self._command = command
        self._folder = folder
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was begun and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its number; 0 where it was not begun."""
        return self._process.pid if self._process is not None else 0

    def begin(self) -> None:
        """Start it, unless it runs."""
        if self.is_running:
            return
        with self.words.open("ab") as words:
            self._process = subprocess.Popen(  # noqa: S603 -- our own command lines
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )

    def end(self) -> None:
        """SIGTERM, and wait until it has ended by itself. Raises TimeoutError."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"{self.name} does not end: {self.said()}") from error

    def kill(self) -> None:
        """kill -9, with whatever is in its session."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def said(self) -> str:
        """The last of its words."""
        with suppress(OSError):
            return self.words.read_text("utf-8", "replace").strip()[-800:]
        return ""


def pids_in(folder: Path) -> Iterator[int]:
    """The processes that run in a folder, or below it, but this one."""
    ours = os.getpid()
    for entry in Path("/proc").iterdir():
        # What has ended meanwhile, and what belongs to somebody else, runs elsewhere.
        with suppress(OSError):
            if entry.name.isdigit() and int(entry.name) != ours:
                place = (entry / "cwd").readlink()
                if place == folder or folder in place.parents:
                    yield int(entry.name)


def forget(data: Path) -> None:
    """Let go of the memory that a PostgreSQL held which was killed: the system keeps it else."""
    with suppress(OSError, IndexError):
        # Its seventh line has the key and the number of the segment.
        number = (data / "postmaster.pid").read_text("ascii").splitlines()[6].split()[1]
        subprocess.run(["ipcrm", "-m", number], check=False, capture_output=True)  # noqa: S603, S607


def send(folder: Path, number: signal.Signals) -> int:
    """Send all that runs in a folder a signal; returns to how many it was sent."""
    sent = 0
    for pid in list(pids_in(folder)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            sent += 1
    return sent


def kill_all(folder: Path) -> None:
    """kill -9 of all that runs in a folder, until nothing does. Raises TimeoutError."""
    # At once, as the power goes: nobody is to see that another has ended.
    send(folder, signal.SIGSTOP)
    ends = time.monotonic() + PATIENCE
    while send(folder, signal.SIGKILL):
        if time.monotonic() > ends:
            raise TimeoutError(f"what runs in {folder} cannot be killed")
        time.sleep(BETWEEN)
