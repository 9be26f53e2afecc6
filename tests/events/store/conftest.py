"""The clock of a log under test, and its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.events.store.logs import Clock


@pytest.fixture
def clock() -> Clock:
    """The clock of the log under test."""
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the log under test lies, or its copy."""
    return tmp_path / "log.db"
