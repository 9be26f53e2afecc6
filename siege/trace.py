"""What a process wrote to the files of a folder, in order, as `strace` saw it; and what a disk has
of it that lost its power at some moment.

What was synced is there. Of what was written since, each write may be there, or not, or some of
its sectors. Names are there at once: a file system that keeps a journal has them in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

SECTOR = 512

CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename"
"""What is traced. A database maps no file that it writes, but the index of its WAL, which is made
anew."""

COMMAND = ("strace", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o")

_LINE = re.compile(
    r"(?P<call>\w+)\((?:AT_FDCWD<[^>]*>, )?"
    r"(?:\d+<(?P<open>[^>]*)>|\"(?P<named>[^\"]*)\")"
    r"(?:, \"(?P<text>[^\"]*)\")?(?:, (?P<rest>[^)]*))?\)\s+= \d"
)
"""A call that succeeded: on a file that is open, or one that is named."""


class Step(NamedTuple):
    """One thing done to a file: bytes written at a place, cut to a length, synced, unlinked,
    renamed to another; or `said` to whoever waits."""

    what: Literal["write", "cut", "sync", "unlink", "rename", "said"]
    file: str
    place: int = 0
    data: bytes = b""


def steps(trace: str, folder: Path, said: Path) -> Iterator[Step]:
    """What a trace says of the files of a folder, and of the file in which is said what is done."""
    places: dict[str, int] = {}
    for line in trace.splitlines():
        if (found := _LINE.match(line)) is None:
            continue
        path = Path(_bytes(found["open"] or found["named"]).decode())
        if path.parent != folder and path != said:
            continue
        file, call, data = path.name, found["call"], _bytes(found["text"])
        if call == "openat":
            places[file] = 0
        elif call == "write":
            place = places[file]
            places[file] = place + len(data)
            yield Step("said" if path == said else "write", file, place, data)
            continue
        yield from _step(call, file, data, found["rest"] or "")


def _step(call: str, file: str, data: bytes, rest: str) -> Iterator[Step]:
    """The step of a call that names its place."""
    if call == "pwrite64":
        yield Step("write", file, int(rest.rpartition(", ")[2]), data)
    elif call in ("fsync", "fdatasync"):
        yield Step("sync", file)
    elif call == "ftruncate":
        yield Step("cut", file, int(rest))
    elif call == "openat" and "O_TRUNC" in rest:
        yield Step("cut", file)
    elif call == "unlink":
        yield Step("unlink", file)
    elif call == "rename":
        yield Step("rename", file, data=Path(data.decode()).name.encode())


def after_power_loss(
    before: dict[str, bytes], done: Iterable[Step], chance: Random, *, ignores_syncs: bool = False
) -> dict[str, bytes]:
    """What the files hold once the power is back, of what was done before it went.

    `ignores_syncs` is a disk that says it has what it has not.
    """
    synced = dict(before)
    since: dict[str, list[Step]] = {}
    for step in done:
        if step.what == "sync":
            if not ignores_syncs:
                synced[step.file] = _with(synced.get(step.file, b""), since.pop(step.file, ()))
        elif step.what == "unlink":
            synced.pop(step.file, None)
            since.pop(step.file, None)
        elif step.what == "rename":
            other = step.data.decode()
            synced[other] = synced.pop(step.file, b"")
            since[other] = since.pop(step.file, [])
        elif step.what != "said":
            since.setdefault(step.file, []).append(step)
    for file, left in since.items():
        kept = [some for step in left for some in _survives(step, chance)]
        synced[file] = _with(synced.get(file, b""), kept)
    return synced


def _survives(step: Step, chance: Random) -> Iterator[Step]:
    """What the disk has of a step that was not synced: nothing, all, or some of its sectors."""
    fate = chance.choice(("dropped", "kept", "torn"))
    if fate == "kept":
        yield step
    elif fate == "torn" and step.what == "write":
        for begin in range(0, len(step.data), SECTOR):
            if chance.random() < 0.5:
                sector = step.data[begin : begin + SECTOR]
                yield step._replace(place=step.place + begin, data=sector)


def _with(content: bytes, done: Sequence[Step]) -> bytes:
    changed = bytearray(content)
    for step in done:
        end = step.place + len(step.data)
        if len(changed) < end:
            changed.extend(bytes(end - len(changed)))
        if step.what == "write":
            changed[step.place : end] = step.data
        else:
            del changed[step.place :]
    return bytes(changed)


def _bytes(text: str | None) -> bytes:
    return bytes.fromhex((text or "").replace("\\x", ""))
