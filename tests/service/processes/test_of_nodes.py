"""A node by several processes: one copies, the others hear of it at once, each may be killed."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psycopg
import pytest

from service.archive import LOG, Archive, hearing, node
from tests.postgres import Database
from tests.service.processes.test_processes import Served, served
from tests.story.telling import JUNO, SOURCE, command

SIGNER = "SELECT pg_advisory_lock(hashtext('annales: signer'))"


@pytest.fixture
def writer(tmp_path: Path, database: Database) -> Iterator[Archive]:
    """Another node, which records, and signs nothing."""
    node.become(tmp_path / "writer", database.address, log=LOG)
    with Archive(tmp_path / "writer") as archive:
        archive.chronicle.execute(command(SOURCE))
        yield archive


@pytest.fixture
def folder(tmp_path: Path, database: Database) -> Path:
    """The folder of a node that is to be served."""
    node.become(tmp_path / "served", database.address, log=LOG)
    return tmp_path / "served"


def until(holds: Callable[[], Any]) -> None:
    """Wait until something holds; two programs may have to begin before it does."""
    ends = time.monotonic() + 150
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def copier(folder: Path) -> int | None:
    """The process that copies into a folder."""
    inode = (folder / hearing.TURN).stat().st_ino
    locks = Path("/proc/locks").read_text()
    found = re.search(rf"FLOCK\s+ADVISORY\s+WRITE\s+(\d+)\s+\S+:{inode}\s", locks)
    return None if found is None else int(found[1])


def recorded(archive: Archive, number: int) -> int:
    """Record a facility; the position."""
    line = {**JUNO, "id": f"juno-{number}", "name": f"JUNO {number}"}
    commit = archive.chronicle.execute(command(line)).commit
    assert commit is not None
    return commit.position


def is_there(server: Served, number: int, position: int) -> bool:
    """Whether a facility is answered at a position; whatever else is answered is honest."""
    with suppress(OSError, HTTPException):  # of a process that is killed
        status = server.ask(f"/v1/records/juno-{number}?known=@{position}")[0]
        assert status in (200, 503)
        return status == 200
    return False


def test_whichever_process_is_asked_has_what_one_copied(folder: Path, writer: Archive) -> None:
    """It hears of it from the one that copies, within moments."""
    with served(folder, "--quiet") as server:
        for number in range(20):
            position = recorded(writer, number)
            begun = time.monotonic()
            for worker in server.workers():
                assert is_there(server, number, position), worker
            assert time.monotonic() - begun < 2


def test_another_process_copies_when_one_is_killed(folder: Path, writer: Archive) -> None:
    """Nothing is lost, and nothing is twice."""
    with served(folder, "--quiet") as server:
        for number in range(4):
            until(lambda: copier(folder) in server.workers())
            killed = copier(folder)
            assert killed is not None
            position = recorded(writer, number)
            os.kill(killed, signal.SIGKILL)
            until(lambda n=number, at=position: is_there(server, n, at))  # type: ignore[misc]
        until(lambda: server.ask("/readyz")[0] == 200)
    with Archive(folder) as archive:
        assert archive.catch_up() == writer.chronicle.log.max_notification_id()


def test_a_server_that_has_what_a_failover_lost_begins_anew(
    folder: Path, writer: Archive, database: Database
) -> None:
    """What it had beyond PostgreSQL was not settled: it is set aside, and what came is copied."""
    with psycopg.connect(database.as_role("postgres")) as signer:
        signer.execute(SIGNER)
        with served(folder, "--quiet") as server:
            position = recorded(writer, 1)
            until(lambda: is_there(server, 1, position))
            before = server.workers()
            pinned = json.loads(server.ask("/v1/state?at=2013")[2])["pinned"]
            assert server.ask(pinned)[1]["cache-control"] == "public, no-cache"
            database.tamper(
                f"DELETE FROM annales.stored_events WHERE notification_id >= {position}",
                f"DELETE FROM annales.commits WHERE position >= {position}",
                f"DELETE FROM annales.names WHERE position >= {position}",
                "NOTIFY annales",
            )
            until(lambda: server.ask("/readyz")[0] == 503)
            until(lambda: list(folder.glob("aside-*")))
            until(lambda: not set(before) & set(server.workers()))
            until(lambda: server.ask("/readyz")[0] == 200)
            assert server.ask(f"/v1/records/juno-1?known=@{position}")[0] == 404
            assert len(list(folder.glob("aside-*"))) == 1
