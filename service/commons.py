"""What the processes of one server have in common: what they count together, in one memory.

It is made before the processes are, and each of them finds it where it was. A process may be
killed at any moment: the lock of the memory is one that the system takes back, and what a process
held is given back by `Commons.forget`. One process alone uses the same, and notices nothing.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import socket
import struct
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from threading import Lock

KEY = 16
"""Bytes of what a record is found by."""


class Memory:
    """Bytes that all processes see, and a lock on them that does not outlive who holds it."""

    def __init__(self, size: int) -> None:
        self._file = os.memfd_create("annales")  # empty: it is there to be locked
        self.bytes = mmap.mmap(-1, size)
        self._threads = Lock()
        weakref.finalize(self, os.close, self._file)

    @contextmanager
    def held(self) -> Iterator[mmap.mmap]:
        """The bytes, while nobody else has them."""
        with self._threads:
            # The lock of a file knows processes, and no threads.
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield self.bytes
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)


class Records:
    """So many values of at most `width` bytes, each under a key of 16; where all places are taken,
    a new one takes the place of another, in turn. A value is given back with zeros behind it."""

    def __init__(self, many: int, *, width: int) -> None:
        self._many, self._width = many, width
        # First whose turn it is to give way, then the keys, then the values.
        self._memory = Memory(KEY + many * (KEY + width))

    @contextmanager
    def held(self) -> Iterator[Held]:
        """The records, while nobody else has them."""
        with self._memory.held() as memory:
            yield Held(memory, self._many, self._width)


class Held:
    """Records that nobody else can change at the moment."""

    def __init__(self, memory: mmap.mmap, many: int, width: int) -> None:
        self._memory, self._many, self._width = memory, many, width

    def get(self, key: bytes) -> bytes | None:
        """The value of a key; None where there is none."""
        number = self._find(key)
        return None if number is None else self._value(number)

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value under a key."""
        number = self._find(key)
        if number is None and (number := self._find(_NO_KEY)) is None:
            number = self._next()
        self._set(number, key, value)

    def remove(self, key: bytes) -> None:
        """Keep nothing under a key."""
        if (number := self._find(key)) is not None:
            self._set(number, _NO_KEY, b"")

    def all(self) -> Iterator[tuple[bytes, bytes]]:
        """Every key with its value."""
        for number in range(self._many):
            key = self._memory[KEY * (number + 1) : KEY * (number + 2)]
            if key != _NO_KEY:
                yield key, self._value(number)

    def _find(self, key: bytes) -> int | None:
        place, end = KEY, KEY * (self._many + 1)
        while (place := self._memory.find(key, place, end)) != -1:
            if place % KEY == 0:
                return place // KEY - 1
            place += 1
        return None

    def _next(self) -> int:
        (turn,) = struct.unpack_from("<Q", self._memory)
        struct.pack_into("<Q", self._memory, 0, (turn + 1) % self._many)
        return int(turn)

    def _value(self, number: int) -> bytes:
        place = KEY * (self._many + 1) + number * self._width
        return self._memory[place : place + self._width]

    def _set(self, number: int, key: bytes, value: bytes) -> None:
        keys = slice(KEY * (number + 1), KEY * (number + 2))
        place = KEY * (self._many + 1) + number * self._width
        if self._memory[keys] != key:
            # Who is killed in between must leave no key beside the value of another.
            self._memory[keys] = _NO_KEY
        self._memory[place : place + self._width] = value.ljust(self._width, b"\0")
        self._memory[keys] = key


_NO_KEY = bytes(KEY)


def key_of(text: str) -> bytes:
    """The key of a text."""
    return blake2b(text.encode(errors="replace"), digest_size=KEY).digest()


class Places:
    """So many places for all processes together; each is held by a process, for a client."""

    def __init__(self, many: int) -> None:
        # First who holds each place, counted from 1, then the keys of the clients.
        self._many = many
        self._memory = Memory(many * (1 + KEY))
        self.process = 0

    def enter(self, client: str, *, most: int, of_one: int) -> int | None:
        """Take a place; None where `most` are taken, or the client has as many as `of_one`."""
        key = key_of(client)
        with self._memory.held() as memory:
            holders = self._holders(memory)
            taken = [place for place, holder in enumerate(holders) if holder]
            own = sum(memory[self._key(place)] == key for place in taken)
            place = holders.find(0)
            if len(taken) >= most or own >= of_one or place < 0:
                return None
            # Who is killed in between must leave no place taken.
            memory[self._key(place)] = key
            memory[place] = 1 + self.process
            return place

    def leave(self, place: int) -> None:
        """Give a place back."""
        with self._memory.held() as memory:
            memory[place] = 0

    @property
    def taken(self) -> int:
        """How many are taken in all processes."""
        return self._many - self._holders(self._memory.bytes).count(0)

    @property
    def own(self) -> int:
        """How many this process has taken."""
        return self._holders(self._memory.bytes).count(1 + self.process)

    def forget(self, process: int) -> None:
        """Give back all that a process held, which is no more."""
        with self._memory.held() as memory:
            for place, holder in enumerate(self._holders(memory)):
                if holder == 1 + process:
                    memory[place] = 0

    def _holders(self, memory: mmap.mmap) -> bytes:
        return memory[: self._many]

    def _key(self, place: int) -> slice:
        return slice(self._many + place * KEY, self._many + (place + 1) * KEY)


class Bells:
    """A bell for each process, which any other can ring."""

    def __init__(self, processes: int) -> None:
        self._pairs = [
            socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(processes)
        ]
        for pair in self._pairs:
            for end in pair:
                end.setblocking(False)

    def ring(self, what: bytes, *, but: int) -> None:
        """Ring the bells of all processes but one; `what` is a byte that says why."""
        for number, (_, end) in enumerate(self._pairs):
            if number != but:
                # Whoever has not heard the last ones yet will look anyway.
                with suppress(OSError):
                    end.send(what)

    def of(self, process: int) -> socket.socket:
        """Where a process hears its own: a socket that can be read."""
        return self._pairs[process][0]

    def close(self) -> None:
        """Take the bells away."""
        for pair in self._pairs:
            for end in pair:
                end.close()


class Call:
    """A call that one of all processes hears, whichever it is: it lets that look at once."""

    def __init__(self) -> None:
        self.heard = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        weakref.finalize(self, os.close, self.heard)

    def call(self) -> None:
        """Let it look."""
        os.eventfd_write(self.heard, 1)

    def take(self) -> None:
        """Hear what was called until now, and no more of it."""
        with suppress(BlockingIOError):
            os.eventfd_read(self.heard)


class Holder:
    """Which of all processes has something that one at a time may have."""

    def __init__(self) -> None:
        self._memory = Memory(1)
        self.process = 0

    def take(self) -> None:
        """Say that this process has it."""
        with self._memory.held() as memory:
            memory[0] = 1 + self.process

    def leave(self) -> None:
        """Say that this process has it no more, if it had it."""
        self.forget(self.process)

    def forget(self, process: int) -> None:
        """Say that a process has it no more, which may be gone."""
        with self._memory.held() as memory:
            if memory[0] == 1 + process:
                memory[0] = 0

    @property
    def is_held(self) -> bool:
        """Whether any process has it."""
        return self._memory.bytes[0] != 0


TROUBLE = 1000
"""How many bytes may tell what is wrong."""


class Troubles:
    """What is wrong at the moment with the log, the views, the ledger and the copies, by whichever
    process met it last."""

    def __init__(self) -> None:
        self._records = Records(8, width=TROUBLE)

    def tell(self, of: str, why: str | None) -> None:
        """Say what is wrong with one of them; None says that it is well again."""
        text = "" if why is None else why
        with self._records.held() as held:
            if text:
                held.put(key_of(of), text.encode(errors="replace")[:TROUBLE])
            else:
                held.remove(key_of(of))

    def of(self, of: str) -> str | None:
        """What is wrong with one of them; None if nothing is."""
        with self._records.held() as held:
            told = held.get(key_of(of))
        return None if told is None else told.rstrip(b"\0").decode(errors="ignore")


LIMITED = 4096
"""So many clients are counted at once; beyond them the count of who came first begins anew."""

PLACES = 2000
"""So many may wait for changes at once."""

SESSIONS = 1000
SESSION = 512
"""How many sessions there are at most, and how many bytes one may take."""


class Commons:
    """All that the processes of a server have in common."""

    def __init__(self, processes: int = 1) -> None:
        self.processes = processes
        self.process = 0
        self.limits = Records(LIMITED, width=16)
        self.sessions = Records(SESSIONS, width=SESSION)
        self.streams = Places(PLACES)
        self.troubles = Troubles()
        self.copying = Call()
        self.signing = Holder()
        self.bells = Bells(processes) if processes > 1 else None
        self.figures: Path | None = None

    def become(self, process: int) -> None:
        """Be one of the processes from now on."""
        self.process = self.streams.process = self.signing.process = process

    def forget(self, process: int) -> None:
        """Give back all that a process held, which is no more."""
        self.streams.forget(process)
        self.signing.forget(process)

    def close(self) -> None:
        """Let go of it, when the last process is gone."""
        if self.bells is not None:
            self.bells.close()
