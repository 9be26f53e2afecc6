"""JUNO with a plan and what came of it, readers who suggest, and a curator who looks at it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.archive import Archive
from service.settings import Settings
from tests.service.desk.browser import Browser
from tests.service.desk.story import CAME, PLANNED, key_of
from tests.story.telling import Teller

DAY_BEFORE = {
    "type": "correction",
    "statement": "juno-came",
    "changes": {"date": "2025-08-25"},
}

CORRECT = "/suggest/statements/juno-came/correct"


@pytest.fixture
def told(juno: Teller) -> Teller:
    """JUNO with a plan and what came of it, at revision 3; the views are caught up."""
    juno.tell(PLANNED)
    juno.tell(CAME)
    juno.archive.catch_up()
    return juno


@pytest.fixture
def app(told: Teller) -> Flask:
    """The service of that archive, whose readers suggest as much as they like."""
    return limited(told.archive, None)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A program without a key."""
    return app.test_client()


@pytest.fixture
def reader(app: Flask) -> Browser:
    """A reader without a key."""
    return Browser(app)


@pytest.fixture
def grace(app: Flask, told: Teller) -> Browser:
    """A curator who signed in."""
    return Browser(app, key_of(told.archive, "curator"))


def limited(archive: Archive, limit: str | None) -> Flask:
    """A service with a limit on what is suggested without a key."""
    return create_app(archive, Settings(data=archive.folder, suggestions_limit=limit))


def suggest(client: FlaskClient, **more: Any) -> TestResponse:
    """What comes of suggesting, over the API."""
    body = {"order": DAY_BEFORE, "reason": "The log book has the day before."} | more
    return client.post("/v1/suggestions", json=body)


def made(client: FlaskClient, **more: Any) -> dict[str, Any]:
    """A suggestion that is made."""
    answer = suggest(client, **more)
    assert answer.status_code == 201, answer.text
    members: dict[str, Any] = answer.get_json()
    return members


def summary(number: int) -> dict[str, Any]:
    """An order to say another summary, of so many."""
    return {**DAY_BEFORE, "changes": {"summary": f"As told the {number}th time."}}


def send(browser: Browser, path: str = CORRECT, **values: str) -> TestResponse:
    """Fill in a form for a suggestion and send it."""
    form = browser.page(path).forms[-1]
    return browser.post(form.action, form.filled(dict(values)))
