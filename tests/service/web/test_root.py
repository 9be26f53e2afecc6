"""Absolute links begin where the service stands, whatever name a client calls it by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.archive import Archive
from service.settings import HERE, BadSetting, Settings
from tests.service.asked import FOREVER, IDS

ONE_TIME = ("X-Request-Id", "Set-Cookie")

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


def asked(archive: Archive, path: str, *, host: str, url: str) -> TestResponse:
    """What a path answers to who calls the service by a host, and the service itself by a URL."""
    client = create_app(archive, Settings(data=archive.folder, url=url)).test_client()
    answer = client.get(path.format(root=url), headers={"Host": host})
    assert answer.status_code == 200, answer.text
    return answer


@pytest.fixture(scope="module")
def client(shipped: Archive) -> FlaskClient:
    """Who asks a service that was not told where it is reached."""
    return create_app(shipped).test_client()


def addresses(app: Flask) -> list[str]:
    """Every path of the app that is read, about something that the shipped chronicle has."""
    needed = {
        "/v1/follows": "?of=/v1/state",
        "/oembed": f"?url={HERE}/state",
        "/v1/search": "?q=juno",
        "/v1/diff": "?to_at=2016",
        "/v1/compare": "?to_at=2016",
        "/v1/vintages": "?record=juno",
    }
    rules = {each.rule for each in app.url_map.iter_rules() if "GET" in (each.methods or ())}
    found = []
    for rule in sorted(rules - {"/metrics"}):
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule)
        ids = next((IDS[space] for space in IDS if f"/{space}/" in path), ("juno",))
        found.append(re.sub(r"<[^>]+>", ids[0], path) + needed.get(path, ""))
    return found


def sent(client: FlaskClient, path: str, host: str) -> tuple[int, dict[str, str], str]:
    """The status, the headers and the body of an answer."""
    answer = client.get(path, headers={"Host": host})
    headers = {name: value for name, value in answer.headers if name not in ONE_TIME}
    # The form for a key has a token of its own each time.
    body = re.sub(r'value="[\w-]{43}"', "", answer.get_data().decode("utf-8", "replace"))
    return answer.status_code, headers, body


@pytest.mark.usefixtures("undrawn")
def test_no_answer_depends_on_what_a_client_calls_us(client: FlaskClient) -> None:
    """Every path, at the head and pinned: not a byte, and no header. What never changes is kept by
    caches for everybody."""
    for_ever = 0
    for path in addresses(client.application):
        status, headers, body = own = sent(client, path, "localhost")
        assert own == sent(client, path, "evil.example"), path
        assert "evil.example" not in body
        memento = re.search(r'<([^>]+)>; rel="memento"', headers.get("Link", ""))
        pinned = memento[1] if memento else headers.get("Content-Location")
        if status == 200 and pinned is not None:
            own = sent(client, pinned, "localhost")
            assert own == sent(client, pinned, "evil.example"), pinned
            for_ever += own[1]["Cache-Control"] == FOREVER
    assert for_ever > 40


@pytest.mark.usefixtures("undrawn")
def test_an_address_has_a_length_and_what_leads_on_is_no_longer(client: FlaskClient) -> None:
    """A redirect repeats what was asked, as do the pinned link and the next page: beyond what
    proxies take as a header, nothing is repeated."""
    for address in addresses(client.application):
        path, _, asked = address.partition("?")
        for name in ("q", "actor", "operator", "record", "country", "then", "to_at"):
            for length in (3000, 60_000):
                more = f"{name}={'x' * length}"
                answer = client.get(f"{path}?{asked}&{more}" if asked else f"{path}?{more}")
                assert (answer.status_code == 414) == (length > 4000), (path, name)
                longest = max(len(value) for _, value in answer.headers)
                assert longest < 4200, (path, name, answer.status)


@pytest.mark.parametrize("path", ABSOLUTE)
def test_whoever_is_not_told_where_it_is_reached_is_here(client: FlaskClient, path: str) -> None:
    """Its links lead to this machine, and to nobody else's."""
    assert "http://localhost/" in client.get(path.format(root=HERE)).text


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


@pytest.mark.parametrize("path", ABSOLUTE)
def test_what_a_client_says_that_a_proxy_said_changes_nothing(
    client: FlaskClient, path: str
) -> None:
    """Anybody can write these headers."""
    said = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-Port": "4444",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-URL": "/evil",
    }
    path = path.format(root=HERE)
    assert client.get(path, headers=said).data == client.get(path).data


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
