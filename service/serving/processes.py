"""The processes of a server: one parent that answers nothing, and as many as answer.

The parent has imported everything before it forks, so that the processes share that memory, and
opens no database: no connection and no thread crosses a fork. It sleeps until a signal comes:

- a process that has died is replaced; one that dies again and again, only once a second;
- SIGTERM and SIGINT end all processes once their answers are given;
- SIGHUP begins the program anew, in the same process and with the same socket. When its new
  processes answer, the old ones end as above. A program that cannot even be imported replaces
  nothing.

A pipe that only the parent writes to tells the processes when it is gone, and they end too.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import NamedTuple, NoReturn

log = logging.getLogger(__name__)

HANDED_ON = "ANNALES_HANDED_ON"
"""The variable by which a program that begins anew hands its socket and its processes on."""

ANEW_SECONDS = 1.0
"""A process that lived no longer than this is replaced only after as long again."""

ENDING_SECONDS = 30.0
"""A process that is told to end gives its answers, and is killed after so long."""

WAITED_FOR = frozenset({signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


class CannotBegin(Exception):
    """A process ended before it answered anything; its own words stand on stderr."""


class Lifeline(NamedTuple):
    """What a process has of its parent: `parent` can be read when it is gone; a byte to `ready`
    says that the process answers."""

    parent: int
    ready: int


Work = Callable[[int, Lifeline], None]
"""What a process does until its end: its number, counted from 0, and its lifeline."""


class _Process(NamedTuple):
    number: int
    began: float
    ready: int  # the end of a pipe that can be read once the process answers, or has died


class Before(NamedTuple):
    """The processes of the programs that this one takes the place of.

    `alive` are the pipes that tell them that their parent is there, open until all are gone.
    """

    processes: frozenset[int] = frozenset()
    alive: frozenset[int] = frozenset()


def inherited(environment: MutableMapping[str, str]) -> tuple[socket.socket, Before] | None:
    """The socket and the processes that were handed on by the program that this one replaces."""
    if (text := environment.pop(HANDED_ON, None)) is None:
        return None
    socket_, processes, alive = (list(map(int, part.split())) for part in text.split("/"))
    return socket.socket(fileno=socket_[0]), Before(frozenset(processes), frozenset(alive))


class Processes:
    """So many processes that do the same work, and the parent that sees to them."""

    def __init__(
        self,
        many: int,
        work: Work,
        listener: socket.socket,
        *,
        trial: str,
        forget: Callable[[int], None],
        before: Before = Before(),  # noqa: B008 -- a value
    ) -> None:
        """`trial` is what Python runs to see whether the program can begin anew; `forget` is told
        the number of a process that has died. `before` are those that these take the place of."""
        self._many = many
        self._work = work
        self._listener = listener
        self._trial = trial
        self._forget = forget
        self._before = set(before.processes)
        self._alive_before = set(before.alive)
        self._living: dict[int, _Process] = {}
        self._delayed: dict[int, float] = {}
        self._has_begun = False
        # The write end is never written to: that it closes is the message.
        self._parent, self._alive = os.pipe()

    def run(self, begun: Callable[[], None]) -> None:
        """Keep the processes until a signal ends them. `begun` is called once all of them answer.

        Raises CannotBegin where one of the first dies before.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, WAITED_FOR)
        # What is there now is there for good, and looking it through would copy its memory.
        gc.collect()
        gc.freeze()
        for number in range(self._many):
            self._start(number)
        while True:
            told = signal.sigtimedwait(WAITED_FOR, self._patience())
            if told is not None and told.si_signo in (signal.SIGTERM, signal.SIGINT):
                self._end()
                return
            if told is not None and told.si_signo == signal.SIGHUP:
                self._begin_anew()
            self._reap()
            if not self._has_begun and self._all_ready():
                self._has_begun = True
                begun()
                self._tell(self._before, signal.SIGTERM)
            self._restart()

    def _patience(self) -> float:
        """How long to sleep at most: signals wake the parent, a process that is ready does not."""
        return 10.0 if self._has_begun and not self._delayed else 0.02

    def _start(self, number: int) -> None:
        readable, writable = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(readable)
            self._be(number, Lifeline(self._parent, writable))
        os.close(writable)
        self._living[pid] = _Process(number, time.monotonic(), readable)

    def _be(self, number: int, lifeline: Lifeline) -> NoReturn:
        """Be a process, to its end."""
        ended = 1
        try:
            # Held by a process, they would say that the parent is there when it is gone.
            for alive in (self._alive, *self._alive_before):
                os.close(alive)
            for process in self._living.values():
                os.close(process.ready)
            # Ctrl-C reaches all of them; the parent passes it on.
            for ignored in (signal.SIGINT, signal.SIGHUP):
                signal.signal(ignored, signal.SIG_IGN)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, WAITED_FOR)
            self._work(number, lifeline)
            ended = 0
        except BaseException:
            log.exception("process %d has failed", number)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            # Threads that still wait for something must not keep the process.
            os._exit(ended)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._before.discard(pid)
            if not self._before:
                self._let_go()
            if (died := self._living.pop(pid, None)) is None:
                continue
            os.close(died.ready)
            self._forget(died.number)
            if not self._has_begun and not self._before:
                self._end()
                raise CannotBegin
            log.error("process %d has died (%d) and is replaced", died.number, status)
            lived = time.monotonic() - died.began
            pause = 0 if lived > ANEW_SECONDS else ANEW_SECONDS
            self._delayed[died.number] = time.monotonic() + pause

    def _let_go(self) -> None:
        """Close what was kept open for the processes before, which are gone."""
        while self._alive_before:
            os.close(self._alive_before.pop())

    def _restart(self) -> None:
        for number, when in list(self._delayed.items()):
            if time.monotonic() >= when:
                del self._delayed[number]
                self._start(number)

    def _all_ready(self) -> bool:
        ready = select.poll()
        for process in self._living.values():
            ready.register(process.ready, select.POLLIN)
        return len(ready.poll(0)) == self._many

    def _tell(self, processes: set[int], told: signal.Signals) -> None:
        for pid in processes:
            os.kill(pid, told)

    def _end(self) -> None:
        """End every process, and wait until the last is gone; who does not go in time is killed."""
        living = self._before | self._living.keys()
        self._tell(living, signal.SIGTERM)
        kills = time.monotonic() + ENDING_SECONDS
        while living:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid:
                living.discard(pid)
            elif time.monotonic() > kills:
                self._tell(living, signal.SIGKILL)
                kills += ENDING_SECONDS
            else:
                signal.sigtimedwait({signal.SIGCHLD}, 0.2)

    def _begin_anew(self) -> None:
        """Become the program as it is now, with the same socket. Does not return if that can be."""
        tried = subprocess.run(  # noqa: S603 -- this very Python
            [sys.executable, "-c", self._trial], check=False, start_new_session=True
        )
        if tried.returncode != 0:
            log.error("the program cannot begin anew; this one goes on")
            return
        # They outlive the program. That a pipe stays open says that the parent is there.
        handed = (
            [self._listener.fileno()],
            self._before | self._living.keys(),
            {self._alive, *self._alive_before},
        )
        for kept in (*handed[0], *handed[2]):
            os.set_inheritable(kept, True)
        os.environ[HANDED_ON] = "/".join(" ".join(map(str, numbers)) for numbers in handed)
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 -- ourselves
