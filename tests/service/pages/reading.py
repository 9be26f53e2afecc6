"""Pages as a reader has them."""

from __future__ import annotations

from html import unescape

from flask.testing import FlaskClient


def read(client: FlaskClient, url: str) -> str:
    """The text of a page in English."""
    answer = client.get(url, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert answer.status_code == 200, url
    return unescape(answer.text)
