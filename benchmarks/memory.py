"""What a piece of work takes in memory: it runs in a process of its own, which is watched.

Memory is PSS, in which a page that several processes share counts once for all of them; the
processes that the work starts count with it.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Generic, NamedTuple, ParamSpec, TypeVar

LOOK = 0.25
"""How often the memory is looked at, in seconds."""

MB = 1_000_000

Result = TypeVar("Result")
Given = ParamSpec("Given")


class Watched(NamedTuple, Generic[Result]):
    """What came of the work, and the most bytes that it was seen to take."""

    result: Result
    peak: int


def watched(
    work: Callable[Given, Result], /, *given: Given.args, **named: Given.kwargs
) -> Watched[Result]:
    """Do some work in a process of its own. Raises ChildProcessError if that ends early."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(there, work, given, named))
    process.start()
    there.close()
    peak = 0
    try:
        while not here.poll(LOOK):
            peak = max(peak, pss(process.pid or 0))
        result: Result = here.recv()
        peak = max(peak, pss(process.pid or 0))
    except EOFError:
        raise ChildProcessError(f"{work.__name__} failed; its words stand above") from None
    finally:
        here.close()
        process.join()
    return Watched(result, peak)


def pss(pid: int) -> int:
    """The bytes that a process and all its descendants take; 0 where there is none."""
    return sum(map(_pss_of_one, (pid, *descendants(pid))))


def _work(
    there: Connection,
    work: Callable[..., object],
    given: tuple[object, ...],
    named: dict[str, object],
) -> None:
    gc.set_threshold(50_000, 20, 100)  # as the command line does
    there.send(work(*given, **named))


def _pss_of_one(pid: int) -> int:
    # A process may end while it is looked at.
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return 1024 * int(line.split()[1])
    return 0


def descendants(pid: int) -> Iterator[int]:
    """All that a process has started, and these in turn."""
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text("ascii").split()):
                yield child
                yield from descendants(child)
