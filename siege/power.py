"""Power that goes at any moment while a log is written, by a replay of what its process wrote.

The log opens on what a disk may then have, every acknowledged commit is there, none by half, and
`damage` finds nothing. Views are not looked at: they are made anew from the log.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.command import HERE
from events.chronicle import Chronicle
from service.archive import LOG
from siege.attack import Bar, Tooth, every, none, told
from siege.ground import Ground
from siege.trace import COMMAND, Step, after_power_loss, steps

OF_A_COMMIT = 2

APPEND = f"""
import os, sys
from pathlib import Path
from events.chronicle import Chronicle
from events.orders import Command, orders
from service.data import editions
folder, said, many = Path(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY), int(sys.argv[3])
lines = next(editions()).lines
chronicle = Chronicle(folder / {LOG!r})
for number in range(many):
    some = lines[{OF_A_COMMIT} * number : {OF_A_COMMIT} * (number + 1)]
    done = chronicle.execute(Command(orders=tuple(orders(some)), actor="siege", request="power"))
    os.write(said, b"%d\\n" % done.events[-1].position)
chronicle.close()
"""
"""A program that appends commits to the log of a folder, and says in a file how far it is."""


def run(ground: Ground) -> Iterator[Bar]:
    """Cuts at places by chance in the trace of some hundred commits."""
    yield from _cut(ground, commits=ground.many(short=60, long=300), ignores_syncs=False)


def _cut(ground: Ground, *, commits: int, ignores_syncs: bool) -> Iterator[Bar]:
    before, done = _traced(ground, commits)
    chance = Random(commits)
    lost, broken, damaged = 0, [], 0
    cuts = ground.many(short=40, long=400)
    for number in range(cuts):
        until = chance.randrange(len(done) + 1)
        files = after_power_loss(before, done[:until], chance, ignores_syncs=ignores_syncs)
        acknowledged = [int(step.data) for step in done[:until] if step.what == "said"]
        folder = ground.folder / f"cut-{number}"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        try:
            head, harm = _read(folder)
        except Exception as error:  # noqa: BLE001 -- of whatever library could not read it
            broken.append(repr(error))
            continue
        lost += head < max(acknowledged, default=0)
        damaged += bool(harm) or head % OF_A_COMMIT != 0
    yield told("commits, and steps of their writing", f"{commits}, {len(done):,}")
    yield every("logs that open", cuts - len(broken), of=cuts)
    yield none("logs without an acknowledged commit", lost)
    yield none("logs with damage, or half a commit", damaged)


def _traced(ground: Ground, commits: int) -> tuple[dict[str, bytes], list[Step]]:
    """The files of a new log, and what was done to them."""
    folder, said, trace = (ground.folder / name for name in ("log", "said", "trace"))
    folder.mkdir()
    Chronicle(folder / LOG).close()
    said.touch()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    subprocess.run(  # noqa: S603 -- our own program
        [*COMMAND, trace, sys.executable, "-c", APPEND, folder, said, str(commits)],
        cwd=HERE,
        check=True,
    )
    done = list(steps(trace.read_text("ascii"), folder, said))
    if sum(step.what == "said" for step in done) != commits:
        raise ValueError("the trace does not tell of every commit")
    return before, done


def _read(folder: Path) -> tuple[int, list[tuple[int, str]]]:
    """The head of a log, and its damage."""
    chronicle = Chronicle(folder / LOG)
    try:
        head = chronicle.log.head()
        return (head.position if head else 0), list(chronicle.log.damage())
    finally:
        chronicle.close()


def _ignored(ground: Ground) -> Iterator[Bar]:
    """The disk says that it has what it has not."""
    yield from _cut(ground, commits=60, ignores_syncs=True)


TEETH = {
    "a disk ignores what is to be synced": Tooth(
        _ignored, misses="logs without an acknowledged commit"
    )
}
