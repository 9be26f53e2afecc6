"""The ledger: how fast its tree grows, what a proof takes, and what a commit pays for it.

The peer is pymerkle's tree in memory, on the same entries. What a commit pays is told by two logs
that take the same commits in turn, one of which has no tree.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from random import Random

from eventsourcing.persistence import StoredEvent
from pymerkle import InmemoryTree  # type: ignore[import-untyped] # it has no types

from benchmarks.figures import Figures, milliseconds, per_second, quantile
from events.canonical import canonical
from events.commit import NewCommit
from events.ledger.checking import Growing, Proof, leaf_of
from events.ledger.ledger import Ledger
from events.ledger.publishing import Publisher
from events.store.schema import WITH_EPOCHS
from events.store.sqlite import ChronicleFactory, ChronicleRecorder

LEAVES = 1_000_000
PEER_LEAVES = 100_000
PROOFS = 2_000
COMMITS = 4_096
BATCH = 10_000

WITHOUT_TREE = f"DROP TABLE tree; PRAGMA user_version = {WITH_EPOCHS}"


def run(*, small: bool) -> Iterator[Figures]:
    """The tree alone, proofs from a log of that size, and commits."""
    share = 50 if small else 1
    leaves, of_peer = LEAVES // share, PEER_LEAVES // share
    entries = [_state(number) * 3 for number in range(of_peer)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        log = stack.enter_context(_opened(folder / "log.sqlite", has_tree=False))
        for first in range(0, leaves, BATCH):
            _record(log, first, min(BATCH, leaves - first))
        peer = InmemoryTree()
        theirs = _seconds(lambda: [peer.append_entry(entry) for entry in entries]) / of_peer
        hashed = _seconds(lambda: _hashed(entries)) / of_peer
        grown = _seconds(log.migrate) / leaves
        yield Figures(
            f"A tree of {leaves:,} leaves",
            ("", "leaves a second", "pymerkle", "ratio"),
            [
                [title, per_second(1, ours), per_second(1, theirs), f"{theirs / ours:.1f}"]
                for title, ours in (
                    ("its rows, made of the leaves in a log's file", grown),
                    ("its root alone, the entries hashed too", hashed),
                )
            ],
            note="The bar is 100,000 a second; the ratio is how much faster than the peer.",
        )
        yield _proofs(log, folder, peer, PROOFS // share)
    yield _commits(COMMITS // share)


def _proofs(log: ChronicleRecorder, folder: Path, peer: InmemoryTree, many: int) -> Figures:
    ledger, chance = Ledger(log, folder), Random(13)
    signing = _seconds(Publisher(ledger).publish)
    size, of_peer = ledger.size(), peer.get_size()
    proofs: list[Proof] = []

    def prove() -> None:
        proofs.append(ledger.proof(chance.randrange(size) + 1))

    def show() -> None:
        old = chance.randrange(1, size)
        ledger.consistency(old_size=old, size=size)

    rows = []
    for title, ours, theirs in (
        ("inclusion", prove, lambda: peer.prove_inclusion(chance.randrange(of_peer) + 1)),
        ("consistency", show, lambda: peer.prove_consistency(chance.randrange(1, of_peer))),
    ):
        own = [_seconds(ours, time.process_time) for _ in range(many)]
        beside = quantile([_seconds(theirs, time.process_time) for _ in range(many)], 0.5)
        longest = max(proofs, key=lambda proof: len(str(proof)))
        rows.append(
            [
                title,
                *(milliseconds(quantile(own, share)) for share in (0.5, 0.99)),
                milliseconds(beside),
                f"{beside / quantile(own, 0.5):.1f}",
                *_sizes(longest if ours is prove else None),
            ]
        )
    return Figures(
        f"A proof from a log of {size:,} events, in its file",
        ("", "p50", "p99", "pymerkle p50", "ratio", "its path", "as a file"),
        rows,
        note=(
            "Time is that of the processor; the bars are 1 ms, and 1 KB for the path (the file has"
            f" the checkpoint too). pymerkle has {of_peer:,} leaves, in memory. The first signature"
            f" of a process, of the whole log read again, took {signing:.1f} s."
        ),
    )


def _sizes(longest: Proof | None) -> tuple[str, str]:
    """The bytes of the lines of a path, and of the whole `.tlog-proof` with its checkpoint."""
    if longest is None:
        return "", ""
    text = str(longest)
    return f"{len(text) - len(longest.note):,} B", f"{len(text):,} B"


def _commits(many: int) -> Figures:
    """Single durable commits, in turn with and without a tree."""
    spent = {True: [0.0, 0.0], False: [0.0, 0.0]}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        logs = [
            (has_tree, stack.enter_context(_opened(folder / f"{has_tree}.db", has_tree=has_tree)))
            for has_tree in (True, False)
        ]
        for number in range(many):
            for has_tree, log in logs if number % 2 else reversed(logs):
                began, worked = time.perf_counter(), time.process_time()
                _record(log, number, 1)
                spent[has_tree][0] += time.perf_counter() - began
                spent[has_tree][1] += time.process_time() - worked
    rows = [
        [
            title,
            *(milliseconds(spent[has][place] / many) for has in (False, True)),
            f"{spent[True][place] / spent[False][place] - 1:+.1%}",
        ]
        for place, title in enumerate(("as the clock tells", "of the processor"))
    ]
    return Figures(
        f"A commit of one event, the mean of {many:,}",
        ("", "without a tree", "with it", "it costs"),
        rows,
        note="Durable, in a log alone: no order is read or decided on. The bar is 10 %.",
    )


def _state(number: int) -> bytes:
    return canonical({"type": "observation", "id": f"o-{number}", "value": number})


def _record(log: ChronicleRecorder, first: int, many: int) -> None:
    made = [
        StoredEvent(f"record:r-{number}", 1, "observation-recorded-v1", _state(number))
        for number in range(first, first + many)
    ]
    log.insert_events(made, commit=NewCommit(actor="bench", request=f"r-{first}"))


@contextmanager
def _opened(path: Path, *, has_tree: bool) -> Iterator[ChronicleRecorder]:
    """A new log."""
    settings = {"SQLITE_DBNAME": str(path)}
    with closing(ChronicleFactory(settings)) as factory:
        factory.application_recorder()
    if not has_tree:
        with closing(sqlite3.connect(path)) as plain:
            plain.executescript(WITHOUT_TREE)
    with closing(ChronicleFactory(settings)) as factory:
        yield factory.application_recorder()


def _hashed(entries: list[bytes]) -> bytes:
    tree = Growing()
    for entry in entries:
        tree.add(leaf_of(entry))
    return tree.root()


def _seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    work()
    return clock() - began
