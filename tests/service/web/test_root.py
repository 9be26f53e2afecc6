"""Absolute links begin where the service stands, and no cache gives one host's to another."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from service.app import create_app
from service.archive import Archive
from service.settings import BadSetting, Settings

ABSOLUTE = (
    "/v1/feeds/atom",
    "/v1/feeds/jsonfeed",
    "/v1/feeds/icalendar",
    "/v1/feeds/geojson",
    "/v1/records/juno.jsonld",
    "/v1/records/juno.bib",
    "/v1/follows?of=/v1/records/juno&format=atom",
    "/oembed?url={root}/records/juno",
    "/viewers/vis-timeline",
    "/records/juno",
)
"""Paths whose bodies have absolute links."""


def asked(archive: Archive, path: str, *, host: str, url: str | None = None) -> TestResponse:
    """What a path answers to who calls the service by a host, and the service itself by a URL."""
    client = create_app(archive, Settings(data=archive.folder, url=url)).test_client()
    answer = client.get(path.format(root=url or f"http://{host}"), headers={"Host": host})
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("path", ABSOLUTE)
def test_two_hosts_have_two_answers(shipped: Archive, path: str) -> None:
    """Whatever differs in the body differs in the tag, so no cache takes one for the other."""
    one, other = (asked(shipped, path, host=host) for host in ("one.example", "two.example"))
    assert "one.example" in one.text
    assert "two.example" not in one.text
    assert one.headers.get("ETag", one.text) != other.headers.get("ETag", other.text)


@pytest.mark.parametrize("path", ABSOLUTE)
def test_behind_a_proxy_the_setting_says_where(shipped: Archive, path: str) -> None:
    """Then the host of the request is nobody's business."""
    url = "https://annales.example"
    one, other = (
        asked(shipped, path, host=host, url=url) for host in ("one.example", "127.0.0.1:8000")
    )
    assert url in one.text
    assert "one.example" not in one.text
    assert one.data == other.data


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (None, None),
        ("", None),
        ("https://annales.example/", "https://annales.example"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_address_is_a_setting(text: str | None, url: str | None, tmp_path: Path) -> None:
    """Without a slash at its end; where nothing is said, the client's word counts."""
    environment = {"ANNALES_DATA": str(tmp_path)} | ({} if text is None else {"ANNALES_URL": text})
    assert Settings.of(environment).url == url


@pytest.mark.parametrize(
    "text", ["annales.example", "https://a.example/b", "ftp://a", "http://a\n"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """A path in it would be lost, a line break would be a header."""
    with pytest.raises(BadSetting, match="ANNALES_URL"):
        Settings.of({"ANNALES_URL": text})
