"""Results of a generator that runs in another process, one after the other.

Whoever works waits with a result until the one before is taken, so that nobody runs ahead.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from events.errors import AnnalesError

MARSHALLED = 2
"""The form of what is sent: without references, so that it is quickest to make."""

GAVE, FAILED, DAMAGED = range(3)
"""What is sent: a result, or why there is none."""


class WorkerFailed(AnnalesError):
    """A process that works for this one ended before it was done."""


@contextmanager
def results_of(work: Callable[..., Iterator[Any]], *arguments: Any) -> Iterator[Iterator[Any]]:
    """The results of a generator of a module, plain values, as another process gives them.

    The process is ended with the block. Whoever takes a result that does not come gets
    WorkerFailed, or the DatabaseError of a damaged file.
    """
    # A fork would copy what other threads of this process hold at the moment.
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sending, work, arguments), daemon=True)
    process.start()
    sending.close()
    try:
        yield _received(receiving)
    finally:
        receiving.close()
        process.terminate()
        process.join()


def _work(out: Connection, work: Callable[..., Iterator[Any]], arguments: tuple[Any, ...]) -> None:
    """Send what a generator gives, in a process of its own."""
    # Whoever began the work ends it, also on Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A result is hundreds of thousands of objects, hardly any of them in a circle.
    gc.disable()
    # Nobody reads any more where whoever began the work was killed.
    with contextlib.suppress(BrokenPipeError):
        try:
            for result in work(*arguments):
                _send(out, GAVE, result)
                gc.collect()
        except BrokenPipeError:
            raise
        except sqlite3.OperationalError as error:
            _send(out, FAILED, f"OperationalError: {error}")
        except sqlite3.DatabaseError as error:
            _send(out, DAMAGED, str(error))
        except Exception as error:  # noqa: BLE001 - it is told where the work was begun
            _send(out, FAILED, f"{type(error).__name__}: {error}")


def _send(out: Connection, kind: int, value: Any) -> None:
    out.send_bytes(marshal.dumps((kind, value), MARSHALLED))


def _received(pipe: Connection) -> Iterator[Any]:
    while True:
        try:
            # From a process of ours.
            kind, value = marshal.loads(pipe.recv_bytes())  # noqa: S302  # nosec B302
        except EOFError:
            raise WorkerFailed("a process was killed before its work was done") from None
        if kind == DAMAGED:
            raise sqlite3.DatabaseError(value)
        if kind == FAILED:
            raise WorkerFailed(f"a process could not do its work: {value}")
        yield value
