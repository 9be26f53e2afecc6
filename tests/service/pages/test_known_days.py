"""On pages the clock of the log takes days too, and says where the log begins."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-21", "known=@300"),
        ("22 November 2026", "known=@600"),
        ("2026-11-24", "known=@1199"),
        ("2026-11-20", "known=@0"),
        ("2025", "known=@0"),
        # The day still lasts: as it is recorded now.
        ("2026-11-25", ""),
    ],
)
def test_a_day_of_the_log_means_its_end(client: FlaskClient, text: str, meant: str) -> None:
    """On every page that takes the clock, of a second side too."""
    for path, name in (("/state", "known"), ("/slips", "known"), ("/compare", "to_known")):
        led = client.get(path, query_string={"country": "CN", name: text})
        assert led.status_code == 303
        to = f"&{meant.replace('known', name)}" if meant else ""
        asked = unquote(led.headers["Location"]).partition("?")[2].split("&")
        assert sorted(asked) == sorted(["country=CN", *filter(None, [to[1:]])])


def test_the_api_takes_no_day(client: FlaskClient) -> None:
    """Its contract is as it was."""
    assert client.get("/v1/state?known=2026-11-21").status_code == 422


def test_before_the_log_its_beginning_is_named(client: FlaskClient) -> None:
    """With a way back; where something was recorded, nothing is said."""
    told = "The log of this chronicle begins on 21 Nov 2026"
    for url in ("/state?at=2013&known=@0", "/slips?known=2026-10-27T00:00:00Z"):
        html = client.get(url, headers={"Accept": "text/html", "Accept-Language": "en"}).text
        assert told in html
    assert told not in client.get("/state?known=@300").text


def test_what_would_do_does(client: FlaskClient) -> None:
    """The example at a fault is a day and a position of this very log; a day to come has "now"."""
    html = client.get("/state?known=soon&lang=en", headers={"Accept": "text/html"}).text
    example = re.search(r"such as (\S+) or (@\d+)\.", html)
    assert example is not None
    for text in example.groups():
        page = client.get("/state", query_string={"known": text}, follow_redirects=True)
        assert page.status_code == 200
        assert "holds nothing yet" not in page.text
    html = client.get("/state?known=2026-11-26&country=CN&lang=en", follow_redirects=True).text
    assert "It lies in the future." in html
    now = re.search(r'<a href="([^"]+)">now</a>', html)
    assert now is not None
    led = client.get(unescape(now[1]))
    assert led.location == "/state?country=CN&lang=en"


def test_the_activity_of_a_day(client: FlaskClient) -> None:
    """From its beginning to its end."""
    led = client.get("/activity?from=2026-11-22&to=2026-11-23")
    assert unquote(led.location) == "/activity?from=@300&to=@900"
