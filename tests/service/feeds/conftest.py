"""An archive of hard dates, and somebody who asks it; only to be read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.app import create_app
from service.archive import Archive
from tests.service.asked import Reader
from tests.service.feeds import hard_dates
from tests.story.telling import Clock


@pytest.fixture(scope="session")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The archive of `hard_dates`, recorded at noon of 25 November 2026."""
    with Archive(tmp_path_factory.mktemp("hard"), clock=Clock()) as archive:
        hard_dates.record(archive)
        yield archive


@pytest.fixture(scope="session")
def hard_reader(hard: Archive) -> Reader:
    """Somebody who asks it."""
    return Reader(create_app(hard))
