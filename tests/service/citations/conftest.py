"""A small archive in which something is cited, and what is asked of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from projections import VIEW
from service.app import create_app
from service.archive import Archive
from service.asking import query
from service.citations import comparing, earlier
from service.settings import Settings
from service.web import response
from tests.story.telling import JUNO, SOURCE, Clock, command, milestone

TURTLE = "text/turtle"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

FIRST = f"/v1/records/juno?at=2026-11-25&stated=2026-11-25&known=@3&view={VIEW}"
"""A pinned answer of the archive."""

SetView = Callable[[int], None]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of that archive with its views, of which tests have copies."""
    folder = tmp_path_factory.mktemp("told") / "archive"
    with Archive(folder, clock=Clock()) as archive:
        for line in (SOURCE, JUNO, milestone("ground", "construction-started", "2015-01-10")):
            archive.chronicle.execute(command(line))
        archive.catch_up()
    return folder


@pytest.fixture
def cited_of(told: Path, tmp_path: Path) -> Iterator[Archive]:
    """The archive."""
    with Archive(shutil.copytree(told, tmp_path / "archive"), clock=Clock()) as archive:
        yield archive


@pytest.fixture
def client(cited_of: Archive) -> FlaskClient:
    """A client of the service of that archive."""
    return create_app(cited_of).test_client()


@pytest.fixture
def set_view(monkeypatch: pytest.MonkeyPatch) -> SetView:
    """Let the views have another version from now on, as an update of the program does."""

    def set(view: int) -> None:
        for module in (query, response, earlier, comparing):
            monkeypatch.setattr(module, "VIEW", view)

    return set


def cite(client: FlaskClient, of: str, **more: Any) -> TestResponse:
    """What comes of citing an address."""
    return client.post("/v1/citations", json={"of": of, **more})


def made(client: FlaskClient, of: str, **more: Any) -> dict[str, Any]:
    """A citation that is made, or was."""
    answer = cite(client, of, **more)
    assert answer.status_code in (200, 201), answer.text
    members: dict[str, Any] = answer.get_json()
    return members


def slug(answer: TestResponse) -> str:
    """The kind of a problem."""
    return str(answer.get_json()["type"]).rpartition("/")[2]


def new_client(archive: Archive, **settings: Any) -> FlaskClient:
    """A client of another service of the archive, which has kept no answer."""
    return create_app(archive, Settings(data=archive.folder, **settings)).test_client()
