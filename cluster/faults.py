"""What befalls a cluster under load, and the bars for it: nothing that was acknowledged is lost, no
settled answer is wrong, there are never two writers, and the gap has its bound.

`FAULTS` is the one list: a new one is a function that yields bars, and a line there. The cluster is
whole when one begins, and again when it ends; but for the last, which shows that a loss is seen.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import NamedTuple

import psycopg

from cluster import counting, namespaces
from cluster.load import Load
from cluster.nodes import FAILURES, Node, wait_until
from cluster.places import NAMES
from cluster.processes import pids_in
from cluster.running import IN_MEMORY, Cluster, Settings
from cluster.trial import Trial
from siege.attack import Bar, below, every, told

OF_A_KILL = 30.0
"""Seconds without acknowledgements at most when a node is killed."""

OF_OTHERS = 45.0
"""The same of other faults."""

COMES_BACK = 30.0
"""Seconds after which a node that was lost follows again."""


def killed(cluster: Cluster) -> Iterator[Bar]:
    """kill -9 of all that runs on the node of the primary; then it comes back."""
    trial = Trial(cluster, "killed")
    with trial.under_load():
        node = cluster.primary()
        trial.now()
        node.kill()
        trial.await_acknowledgements()
        time.sleep(2)
        node.begin()
        back = wait_until(node.is_standby, f"{node.name} follows", 4 * COMES_BACK)
        cluster.wait_until_whole()
    yield from trial.bars(gap=OF_A_KILL)
    yield below("the lost node follows again after", back, COMES_BACK, "s")


def no_majority(cluster: Cluster) -> Iterator[Bar]:
    """etcd is killed on two nodes of three, for thirty seconds: nobody leads then."""
    trial, lasted = Trial(cluster, "etcd"), 30.0
    with trial.under_load():
        others = [node for node in cluster.nodes if not node.is_primary()]
        trial.now()
        for node in others:
            node.etcd.kill()
        time.sleep(lasted / 2)
        read = [_status(node) for node in cluster.nodes]
        time.sleep(lasted / 2)
        for node in others:
            node.etcd.begin()
        trial.await_acknowledgements()
        cluster.wait_until_whole()
    yield from trial.bars(gap=lasted + 15)
    yield every("nodes that answered questions meanwhile", read.count(200), of=len(read))


def frozen(cluster: Cluster) -> Iterator[Bar]:
    """The node of the primary is stopped for forty seconds, then goes on where it was."""
    trial = Trial(cluster, "frozen")
    with trial.under_load():
        node = cluster.primary()
        trial.now()
        node.freeze()
        trial.await_acknowledgements()
        time.sleep(max(0.0, trial.at + 40 - time.monotonic()))
        node.thaw()
        back = wait_until(node.is_standby, f"{node.name} follows", 4 * COMES_BACK)
        cluster.wait_until_whole()
    yield from trial.bars(gap=OF_OTHERS)
    yield below("the thawed node follows again after", back, COMES_BACK, "s")


def rolling(cluster: Cluster) -> Iterator[Bar]:
    """All nodes are ended and begun one by one, as they are upgraded: those that follow, and then
    the one that led, after it gave that to another."""
    trial = Trial(cluster, "rolling")
    with trial.under_load():
        trial.now()
        leads = cluster.primary()
        for node in sorted(cluster.nodes, key=lambda node: node is leads):
            if node is leads:
                cluster.patronictl("switchover", "--force", "annales")
            node.end()
            node.begin()
            cluster.wait_until_whole()
    yield from trial.bars(gap=OF_A_KILL)


def follower(cluster: Cluster) -> Iterator[Bar]:
    """The server of a node that follows is killed again and again while it copies."""
    trial, times = Trial(cluster, "follower"), []
    with trial.under_load():
        trial.now()
        node = next(node for node in cluster.nodes if not node.is_primary())
        for _ in range(5):
            node.serve.kill()
            time.sleep(1)
            node.serve.begin()
            times.append(wait_until(node.is_ready, f"{node.name} is ready", 60))
            time.sleep(1)
    yield from trial.bars(gap=OF_A_KILL)
    yield below("ready again after, at most", max(times), COMES_BACK, "s")


def orphaned(cluster: Cluster) -> Iterator[Bar]:
    """Patroni alone is killed on the node of the primary, and begun again a second later, as
    systemd does: PostgreSQL goes on meanwhile."""
    trial = Trial(cluster, "orphaned")
    with trial.under_load():
        node = cluster.primary()
        trial.now()
        node.patroni.kill()
        time.sleep(1)
        node.patroni.begin()
        trial.await_acknowledgements()
        time.sleep(10)
        cluster.wait_until_whole()
    yield from trial.bars(gap=OF_A_KILL)


def stalled(cluster: Cluster) -> Iterator[Bar]:
    """Nothing reaches the standbys for three seconds; then the node of the primary is killed."""
    trial = Trial(cluster, "stalled")
    with trial.under_load():
        node = cluster.primary()
        trial.now()
        _stall(node)
        time.sleep(3)
        node.kill()
        trial.await_acknowledgements()
        node.begin()
        cluster.wait_until_whole()
    yield from trial.bars(gap=OF_A_KILL + 3)


def full(cluster: Cluster) -> Iterator[Bar]:
    """The disk of the node that leads is full for twenty seconds; then there is room."""
    trial = Trial(cluster, "full")
    with trial.under_load():
        node = cluster.primary()
        ballast = node.folder / "ballast"
        trial.now()
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(65536)):
                pass
        while time.monotonic() < trial.at + 20:
            # What it has set aside for its log is soon used up, and there is no room for more.
            with suppress(psycopg.Error):
                node.execute("SELECT pg_switch_wal()")
            time.sleep(0.5)
        trial.await_acknowledgements()
        ballast.unlink()
        node.begin()  # what ended for want of room, as systemd does
        back = cluster.wait_until_whole()
    yield from trial.bars(gap=OF_OTHERS)
    yield below("whole again, once there is room, after", back, COMES_BACK, "s")


def parted(cluster: Cluster) -> Iterator[Bar]:
    """The node of the primary and the two others hear nothing of each other for forty seconds, and
    clients reach all of them: some write to that node alone."""
    trial = Trial(cluster, "parted")
    with trial.under_load():
        node = cluster.primary()
        place = node.place
        others = [each.place for each in cluster.nodes if each is not node]
        stubborn = Load(cluster, prefix="stubborn-", writers=2, only=node, patience=60)
        with stubborn.recording():
            time.sleep(1)
            trial.now()
            namespaces.cut(place, others)
            trial.await_acknowledgements()
            time.sleep(max(0.0, trial.at + 40 - time.monotonic()))
            namespaces.heal(place, others)
            cluster.wait_until_whole()
            time.sleep(2)
    trial.load.acknowledged |= stubborn.acknowledged
    trial.load.refused |= stubborn.refused
    yield from trial.bars(gap=OF_OTHERS)


def asynchronous(cluster: Cluster) -> Iterator[Bar]:
    """Commits do not wait for a standby, nothing reaches those, and the primary is killed: what was
    acknowledged meanwhile is lost, and has to be seen to be."""
    off = {"synchronous_mode": False, "synchronous_mode_strict": False}
    cluster.configure({**off, "maximum_lag_on_failover": 1_000_000_000})
    node = cluster.primary()
    waits = "SELECT setting = '' FROM pg_settings WHERE name = 'synchronous_standby_names'"
    wait_until(lambda: node.execute(waits)[0][0], "nothing waits for a standby", 30)
    load = Load(cluster, prefix="asynchronous-", patience=20)
    with load.recording():
        time.sleep(2)
        _stall(node)
        time.sleep(3)
        node.kill()
    wait_until(lambda: cluster.primary_name() is not None, "another node leads", 60)
    placed = counting.in_postgresql(cluster.primary())
    lost = counting.lost(load.acknowledged, placed)
    yield told("events acknowledged", 2 * len(load.acknowledged))
    yield Bar("acknowledged events lost", f"{lost:,}", "some", lost > 0)
    refusals = sum(not each.is_ready() for each in cluster.nodes if each is not node)
    yield told("nodes that say so in /readyz", f"{refusals} of {len(cluster.nodes) - 1}")


def _stall(node: Node) -> None:
    """Let the PostgreSQL of a node send nothing to those that follow it."""
    for pid in pids_in(node.data):
        with suppress(OSError):
            if b"walsender" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGSTOP)


def _status(node: Node) -> int:
    try:
        return node.ask("/v1/state?at=2013&country=CN")[0]
    except FAILURES:
        return 0


# --- where they take place


def ordinary() -> AbstractContextManager[Settings]:
    """A cluster as it is shipped."""
    return nullcontext(Settings())


@contextmanager
def on_small_disks() -> Iterator[Settings]:
    """Each node has a disk of its own, which is soon full."""
    folder = Path(tempfile.mkdtemp(prefix="annales-", dir=IN_MEMORY))
    disks = [folder / name for name in NAMES]
    size = ("-t", "tmpfs", "-o", "size=700m,mode=755")
    try:
        for disk in disks:
            disk.mkdir()
            subprocess.run(["mount", *size, "none", str(disk)], check=True)  # noqa: S603, S607
        yield Settings(folder=folder)
    finally:
        for disk in disks:
            subprocess.run(["umount", "--lazy", str(disk)], check=False)  # noqa: S603, S607
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def on_networks() -> Iterator[Settings]:
    """Each node has a network of its own."""
    with namespaces.networks() as places:
        yield Settings(places=places, network=namespaces.NETWORK)


class Fault(NamedTuple):
    """A fault, where it takes place, whether it is in the short form, and whether it wants root."""

    run: Callable[[Cluster], Iterator[Bar]]
    place: Callable[[], AbstractContextManager[Settings]] = ordinary
    is_short: bool = False
    wants_root: bool = False


FAULTS: dict[str, Fault] = {
    "killed": Fault(killed, is_short=True),
    "etcd": Fault(no_majority),
    "frozen": Fault(frozen),
    "rolling": Fault(rolling),
    "follower": Fault(follower),
    "orphaned": Fault(orphaned),
    "stalled": Fault(stalled),
    "asynchronous": Fault(asynchronous, is_short=True),
    "full": Fault(full, on_small_disks, wants_root=True),
    "parted": Fault(parted, on_networks, wants_root=True),
}
