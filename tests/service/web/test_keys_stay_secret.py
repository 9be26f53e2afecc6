"""A key opens, and is otherwise nowhere: not in the log, a file, an answer or a line of stderr."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from events.catalogue import CATALOGUE
from service.app import ALLOWED, create_app
from service.archive import Archive
from service.archive.keys import hide_keys, holds_key
from service.web import observing
from tests.service.asked import LINES, url
from tests.service.desk.browser import Browser
from tests.service.desk.story import CAME, FORMS, PLANNED
from tests.story.telling import Teller, command

HEADERS = (
    *ALLOWED.split(", "),
    *("Accept", "Accept-Language", "Accept-Encoding", "Content-Encoding", "Cookie", "Host"),
    *("Origin", "Referer", "User-Agent", "Range", "If-Modified-Since", "From", "Via", "X-Api-Key"),
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Sec-Fetch-Site"),
)
"""All that the service reads, and what others may write."""


class Canary:
    """Sends a key of an admin wherever it does not belong, and keeps what comes back."""

    def __init__(self, app: Flask, key: str) -> None:
        self.client = Client(app)
        self.key = key
        self.secret = key.rpartition("annales_")[2].partition("_")[2]
        self.forms = {
            "as it is": key,
            "encoded": key.replace("_", "%5F"),
            "twice, in small letters": key.replace("_", "%255f"),
            "each letter": "".join(f"%{ord(each):02x}" for each in "annales_") + key[8:],
            "in capitals": "ANNALES" + key[7:],
        }
        self.heard: list[str] = []

    def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> TestResponse:
        """Send a request as an admin."""
        signed = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        answer = self.client.open(path, method=method, headers=signed, **more)
        self.heard += [str(answer.headers), answer.get_data(as_text=True)]
        return answer


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """What the service writes of its requests."""
    stream = io.StringIO()
    before = list(observing.requests_log.handlers)
    observing.log_requests(stream)
    yield stream
    observing.requests_log.handlers[:] = before


@pytest.fixture
def canary(juno: Teller, told: io.StringIO) -> Iterator[Canary]:
    """A real key of the small archive; whatever the test does, its secret is nowhere after it."""
    archive = juno.archive
    key = archive.keys.issue(name="admin", role="admin", by="root")
    archive.catch_up()
    canary = Canary(create_app(archive), key)
    yield canary
    archive.catch_up()
    files = {path.name: path.read_bytes() for path in archive.folder.iterdir()}
    assert {"log.sqlite", "keys.sqlite"} <= files.keys()
    secret = canary.secret.lower()
    assert [name for name, held in files.items() if secret.encode() in held.lower()] == []
    assert secret not in told.getvalue().lower()
    assert [heard for heard in canary.heard if secret in heard.lower()] == []
    assert canary.heard


def paths(app: Flask) -> list[str]:
    """The paths of all routes, with `{}` wherever a client chooses what stands there."""
    rules = (re.sub(r"<any\((\w+)[^>]*>", r"\1", each.rule) for each in app.url_map.iter_rules())
    return sorted({re.sub(r"<[^>]+>", "{}", rule) for rule in rules})


def test_a_key_in_an_address_is_refused_at_every_path(canary: Canary, archive: Archive) -> None:
    """As a segment and as a parameter, however it is encoded: nothing answers, and nothing that is
    shown, kept or logged has it."""
    for path in paths(create_app(archive)):
        for form in canary.forms.values():
            for asked in {path.replace("{}", form), f"{path.replace('{}', 'juno')}?q={form}"}:
                if form not in asked:
                    continue
                for method in ("GET", "POST"):
                    answer = canary.send(method, asked)
                    assert answer.status_code == 422, asked
                    assert answer.json is None or answer.json["type"] == "/problems/misplaced-key"


def test_a_key_in_any_parameter_is_refused(canary: Canary) -> None:
    """As its value and as its name."""
    for name in ("at", "known", "of", "lang", "then", "format", "limit", "after", "dry_run"):
        for asked in (url("/v1/state", **{name: canary.key}), f"/v1/state?{canary.key}=1"):
            assert canary.send("GET", asked).status_code == 422


@pytest.mark.parametrize("header", sorted({*HEADERS} - {"Authorization"}))
def test_a_key_in_another_header_leaves_no_trace(canary: Canary, header: str) -> None:
    """Of what asks, what orders and what shows a page."""
    for value in (canary.key, f'"{canary.key}"', f"a, {canary.key}"):
        for path in ("/v1/records/juno", "/state", "/v1/feeds/atom", "/v1/changes", "/desk"):
            canary.send("GET", path, {header: value})
        line = {"type": "facility", "id": "heps", "name": "HEPS", "country": "CN", "field": "other"}
        canary.send("POST", "/v1/records", {header: value}, json=line)


def test_a_request_id_that_is_a_key_is_not_taken(canary: Canary, archive: Archive) -> None:
    """It would stand in the log and in the public activity; the order gets one of its own."""
    line = {"type": "source", "id": "report", "medium": "book", "title": "A report"}
    answer = canary.send("POST", "/v1/sources", {"X-Request-Id": canary.key}, json=line)
    assert answer.status_code == 201
    commit = archive.chronicle.log.commit_at(3)
    assert commit is not None
    assert re.fullmatch("[0-9a-f]{32}", commit.request)
    assert answer.headers["X-Request-Id"] == commit.request


def test_an_idempotency_key_that_is_a_key_is_refused(canary: Canary) -> None:
    """It would be kept with the commit, and exported with it."""
    line = {"type": "source", "id": "report", "medium": "book", "title": "A report"}
    for text in (canary.key, f'"{canary.key}"', f"retry:{canary.key}"):
        answer = canary.send("POST", "/v1/sources", {"Idempotency-Key": text}, json=line)
        assert (answer.json or {})["where"] == "Idempotency-Key"


@pytest.mark.parametrize("fact", CATALOGUE, ids=lambda fact: fact.TYPE)
def test_a_key_in_a_line_is_refused(canary: Canary, fact: Any) -> None:
    """In every member of every type, as a name, and inside others; alone and in a batch."""
    line = next((each for each in LINES if each["type"] == fact.TYPE), {"type": fact.TYPE})
    head = canary.send("GET", "/v1/records/juno").headers["Annales-Position"]
    members = [each.encode_name for each in msgspec.structs.fields(fact)]
    for spoilt in (
        *({**line, name: canary.key} for name in members),
        *({**line, name: {"deep": [f"see {canary.key}."]}} for name in members),
        {**line, canary.key: 1},
    ):
        text = json.dumps(spoilt).replace("_", "\\u005f", 3)
        kind = {"content_type": "application/jsonl"}
        for path, sent in (
            ("/v1/batches", {"data": text, **kind}),
            ("/v1/batches?dry_run=true", {"data": json.dumps(spoilt), **kind}),
            ("/v1/records", {"json": spoilt}),
            ("/v1/statements", {"json": spoilt}),
            ("/v1/records/juno/amendments", {"json": spoilt, "headers": {"If-Match": "*"}}),
        ):
            assert canary.send("POST", path, **sent).status_code in (400, 409, 422)
    assert canary.send("GET", "/v1/records/juno").headers["Annales-Position"] == head


def test_a_key_in_a_form_of_the_desk_is_refused(canary: Canary, archive: Archive) -> None:
    """In every field: its page, which shows again what was sent, is not shown."""
    archive.chronicle.execute(command(PLANNED, CAME))
    archive.catch_up()
    browser = Browser(create_app(archive), canary.key)
    for path in FORMS:
        form = browser.page(path).form("preview")
        for name, _ in form.fields:
            if name == "token":
                continue
            sent = [*((each, text) for each, text in form.fields if each != name), ("do", "record")]
            answer = browser.post(form.action, [*sent, (name, canary.key)])
            assert answer.status_code == 422, (path, name)
            canary.heard += [str(answer.headers), answer.get_data(as_text=True)]


@pytest.mark.parametrize(
    "text", ["annales_requests_total", "annales-0a1b2c3d", "the annales_of_science", "%61nnales%"]
)
def test_what_is_no_key_is_taken(text: str) -> None:
    """What only begins like one is a text like any other."""
    assert not holds_key(text)


def test_a_text_made_to_be_slow_is_looked_through_in_no_time() -> None:
    """However its signs are encoded."""
    for text in ("%" + "25" * 500_000, "annales" * 100_000, "annales_ " * 50_000, "%61" * 100_000):
        assert not holds_key(text)
        assert hide_keys(text) == text
