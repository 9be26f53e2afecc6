"""The cluster of `scripts/cluster`, as far as it can be tried without its programs: what counts as
lost, who counts as a second writer, and that nothing is left running."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from click.testing import CliRunner

from cluster import Cluster
from cluster.__main__ import main
from cluster.counting import by_half, lost, twice
from cluster.faults import FAULTS
from cluster.load import Acknowledged
from cluster.places import Ports, free_ports, on_loopback
from cluster.processes import Process, kill_all, pids_in
from cluster.witness import Commit, Witness

SLEEPS = "import time; time.sleep(600)"


def acknowledged(position: int) -> Acknowledged:
    """An order that was told to be at a position."""
    return Acknowledged(position, began=0, ended=1, sent=1)


def test_an_acknowledged_order_is_there_where_it_was_told_to_be_or_lost() -> None:
    """Both its events count: not there, there by half, or somewhere else."""
    whole = {"a": [6], "b": [7]}
    assert lost({"w-1": acknowledged(7)}, {"w-1": whole}) == 0
    assert lost({"w-1": acknowledged(7)}, {}) == 2
    assert lost({"w-1": acknowledged(6)}, {"w-1": {"a": [6]}}) == 1
    assert lost({"w-1": acknowledged(5)}, {"w-1": whole}) == 2
    assert lost({}, {"w-2": whole}) == 0


def test_what_is_there_twice_or_by_half_is_counted() -> None:
    """Of all orders, acknowledged or not."""
    placed = {"w-1": {"a": [6, 8], "b": [7]}, "w-2": {"a": [9]}}
    assert twice(placed) == 1
    assert by_half(placed) == 1


def test_a_second_writer_acknowledges_what_began_after_another_had_taken_its_place() -> None:
    """A commit that began before may end after; one that began later may not be on the earlier
    timeline."""
    witness = Witness(cast("Cluster", SimpleNamespace(nodes=[])))
    witness.commits += [Commit("one", 1, 0, 1), Commit("two", 2, 9, 10), Commit("one", 1, 2, 12)]
    assert witness.two_writers() == 0
    assert witness.gap(since=5) == 9
    assert witness.next_primary("one", since=5) == ("two", 5)
    witness.commits.append(Commit("one", 1, 11, 12))
    assert witness.two_writers() == 1


def test_what_runs_in_a_folder_is_killed_with_whatever_it_began(tmp_path: Path) -> None:
    """Also what has left its session and its parent, as PostgreSQL does; nothing else is."""
    folder, elsewhere = tmp_path / "here", tmp_path / "here-not"
    for each in (folder, elsewhere):
        each.mkdir()
    begins = (
        f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}],"
        " start_new_session=True)"
    )
    process = Process("it", [sys.executable, "-c", f"{begins}; {SLEEPS}"], folder, {})
    process.begin()
    with subprocess.Popen([sys.executable, "-c", SLEEPS], cwd=elsewhere) as other:
        ends = time.monotonic() + 20
        while len(list(pids_in(folder))) < 2:
            assert time.monotonic() < ends
            time.sleep(0.02)
        kill_all(folder)
        assert not list(pids_in(folder))
        assert not process.is_running
        assert list(pids_in(elsewhere)) == [other.pid]
        other.send_signal(signal.SIGKILL)


def test_ports_are_free_and_below_those_that_clients_get() -> None:
    """All nodes have the same, and none of them another's."""
    ports = free_ports(on_loopback())
    assert len({*ports}) == len(Ports._fields)
    assert max(ports) < 32_768


def test_the_list_names_every_fault_and_lets_none_happen() -> None:
    """One line each; the short form has the one that must lose."""
    listed = CliRunner().invoke(main, ["faults", "--list"])
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.output.splitlines()] == [*FAULTS]
    assert {name for name, fault in FAULTS.items() if fault.is_short} == {"killed", "asynchronous"}
