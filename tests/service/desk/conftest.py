"""Whoever is at the desk: an archive, its service, a curator who signed in, and a twin of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from service.app import create_app
from service.archive import Archive
from tests.service.desk.browser import Browser
from tests.service.desk.story import CAME, PLANNED, key_of
from tests.story.telling import JUNO, SOURCE, Clock, Teller, command


@pytest.fixture
def told(juno: Teller) -> Teller:
    """JUNO with a plan and what came of it, at revision 3; the views are caught up."""
    juno.tell(PLANNED)
    juno.tell(CAME)
    juno.archive.catch_up()
    return juno


@pytest.fixture
def app(told: Teller) -> Flask:
    """The service of that archive."""
    return create_app(told.archive)


@pytest.fixture
def grace(app: Flask, told: Teller) -> Browser:
    """A curator who signed in."""
    return Browser(app, key_of(told.archive, "curator"))


@pytest.fixture
def twin(tmp_path: Path, clock: Clock) -> Iterator[Archive]:
    """Another archive in which the same was told."""
    with Archive(tmp_path / "twin", clock=clock) as archive:
        for line in (SOURCE, JUNO, PLANNED, CAME):
            archive.chronicle.execute(command(line))
        yield archive
