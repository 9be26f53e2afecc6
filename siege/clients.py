"""Those who ask beside the attack: a client who behaves, and crowds in processes of their own."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.figures import quantile
from siege.attack import Bar, below, none
from siege.server import BEHAVES, FAILURES, Server

PAUSE = 0.2
"""Seconds between two questions of whoever behaves."""


@contextmanager
def running(threads: Sequence[threading.Thread], ended: threading.Event) -> Iterator[None]:
    """Let them run while the block lasts, then tell them that it ended and wait for them."""
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


class Behaving:
    """A client who asks for health and for a record in turn, a few times a second, and looks at
    the memory of the server meanwhile."""

    def __init__(self, server: Server, records: list[str], source: str = BEHAVES) -> None:
        self.health: list[float] = []
        self.record: list[float] = []
        self.failed: Counter[str] = Counter()
        self.peak = 0
        self._server, self._source = server, source
        self._records = cycle(f"/v1/records/{id}" for id in records)
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(cycle(["/healthz"]), self.health)),
            threading.Thread(target=self._ask, args=(self._records, self.record)),
            threading.Thread(target=self._watch),
        ]

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While the block lasts, or until `end`."""
        with running(self._threads, self._ended):
            yield

    def end(self) -> None:
        """Ask nothing more."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def bars(self, *, health: float, record: float, memory: float | None = None) -> Iterator[Bar]:
        """What it met, against bars in milliseconds and megabytes."""
        yield below("/healthz, p99", 1000 * quantile(self.health, 0.99), health, "ms")
        yield below("one record, p99", 1000 * quantile(self.record, 0.99), record, "ms")
        if memory is not None:
            yield below("memory of all processes", self.peak / 1e6, memory, "MB")
        yield none("not answered", self.failed.total())._replace(
            measured=", ".join(f"{many} x {why}" for why, many in self.failed.items()) or "0"
        )

    def _ask(self, paths: Iterator[str], seconds: list[float]) -> None:
        while not self._ended.is_set():
            began = time.perf_counter()
            path = next(paths)
            try:
                status = self._server.ask(path, source=self._source, timeout=20).status
            except FAILURES as error:
                self.failed[f"{type(error).__name__} at {path}"] += 1
            else:
                if status != 200:
                    self.failed[f"{status} at {path}"] += 1
            seconds.append(time.perf_counter() - began)
            self._ended.wait(PAUSE)

    def _watch(self) -> None:
        while not self._ended.wait(0.25):
            self.peak = max(self.peak, self._server.memory())


@contextmanager
def crowd(work: Callable[..., object], *given: object) -> Iterator[Callable[[], Any]]:
    """Others, in a process of their own, who call `work(is_over, …)` until the end of the block.

    What is yielded tells them so, waits until they have ended, and returns what they say.
    """
    # What such a process needs is imported once, by the one that they are forked from.
    context = multiprocessing.get_context("forkserver")
    here, there = context.Pipe()
    process = context.Process(target=_crowd, args=(there, work, given), daemon=True)
    process.start()
    there.close()

    def said() -> Any:
        with suppress(BrokenPipeError):  # it may have ended by itself
            here.send(None)
        return here.recv()

    try:
        here.recv()  # they are there
        yield said
    finally:
        process.kill()
        process.join()
        here.close()


def _crowd(there: Connection, work: Callable[..., object], given: tuple[object, ...]) -> None:
    there.send(None)
    there.send(work(there.poll, *given))
