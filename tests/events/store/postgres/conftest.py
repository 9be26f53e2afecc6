"""The log in PostgreSQL under test, its node, and a hurry to give up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from events.store.node import NodeLog
from events.store.postgres import connections
from events.store.postgres import log as module
from events.store.postgres.log import PostgresLog
from service.archive.node import CHRONICLE
from tests.events.store.logs import Clock, Place
from tests.postgres import Database


@pytest.fixture
def shared(database: Database, clock: Clock) -> Iterator[PostgresLog]:
    """An empty log in PostgreSQL."""
    with closing(PostgresLog(database.address, CHRONICLE, clock=clock)) as log:
        yield log


@pytest.fixture
def node(file: Path, database: Database, clock: Clock) -> Iterator[NodeLog]:
    """A node of the same log."""
    with Place(file, database).opened(clock) as log:
        yield cast("NodeLog", log)


@pytest.fixture
def other(tmp_path: Path, database: Database, clock: Clock) -> Iterator[NodeLog]:
    """Another node of it."""
    with Place(tmp_path / "other.db", database).opened(clock) as log:
        yield cast("NodeLog", log)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits gives up within a second."""
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.3)
    monkeypatch.setattr(module, "COMMIT_SECONDS", 0.4)
    monkeypatch.setattr(module, "SETTLE_SECONDS", 1.0)
    monkeypatch.setattr(module, "BETWEEN", 0.05)
    monkeypatch.setattr(connections, "PATIENCE", 0.6)
