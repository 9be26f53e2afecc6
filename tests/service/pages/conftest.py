"""Who opens the pages of the shipped chronicle."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.archive import Archive


@pytest.fixture(scope="module")
def client(shipped: Archive) -> FlaskClient:
    """Somebody with a browser."""
    return create_app(shipped).test_client()
