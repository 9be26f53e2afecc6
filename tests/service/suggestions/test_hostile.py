"""Whatever is sent as a suggestion, by whomever: it is refused or taken, and nothing breaks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from flask.testing import FlaskClient
from msgspec.structs import fields
from werkzeug.test import TestResponse

from events.catalogue import BY_TYPE
from service.suggestions.page import LARGEST_FORM
from tests.events.test_stored_bytes import EXAMPLES
from tests.service.desk.browser import Browser
from tests.service.desk.story import head, key_of
from tests.service.desk.test_hostile import HOSTILE, VALUES
from tests.service.suggestions.conftest import CORRECT, DAY_BEFORE, send
from tests.service.suggestions.test_pages import FORMS
from tests.story.telling import Teller

pytestmark = pytest.mark.no_cover
"""Which lines run is found by the other tests."""

SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    'https://e.org/"onmouseover="alert(1)',
    "{{ 7777*7777 }}{% for x in () %}",
    "%(num)s %s",
)

NO_TEXTS: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e300,
    "",
    "\x00",
    "x" * 9000,
    [],
    ["x"],
    {},
    {"x": []},
    [{}],
)
"""Values of any kind that JSON has; few members take more than one of them."""

MARKUP = ("<script>alert", "<img src=x", 'href="javascript:', '"onmouseover="')


def post(browser: Browser, path: str, fields: Iterable[tuple[str, bytes]]) -> TestResponse:
    """Send a form of these bytes."""
    body = "&".join(f"{name}={quote_from_bytes(value, safe='')}" for name, value in fields)
    form = "application/x-www-form-urlencoded"
    return browser.client.post(path, data=body, content_type=form, headers=browser.headers)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_takes_anything_or_refuses_it(reader: Browser, told: Teller, path: str) -> None:
    """In each of its members, alone and all at once."""
    form = reader.page(path).forms[-1]
    fields = [(name, value.encode()) for name, value in form.fields]
    for value in VALUES:
        answer = post(reader, form.action, [(name, value) for name, _ in fields])
        assert answer.status_code < 500, value[:80]
    for spoilt in {name for name, _ in fields}:
        for value in VALUES:
            sent = [(name, value if name == spoilt else old) for name, old in fields]
            answer = post(reader, form.action, sent)
            assert answer.status_code < 500, (spoilt, value[:80])
    assert head(told.archive) == 4


def test_a_body_takes_anything_or_refuses_it(client: FlaskClient, told: Teller) -> None:
    """As JSON and as none."""
    good = {"order": DAY_BEFORE, "reason": "So.", "where": "There."}
    for text in HOSTILE:
        answer = client.post("/v1/suggestions", data=text, content_type="application/json")
        assert answer.status_code < 500, text[:80]
        for name in good:
            for value in (text, [text], {text: text}, None, 1e300, True):
                body = json.dumps({**good, name: value})
                answer = client.post("/v1/suggestions", data=body, content_type="application/json")
                assert answer.status_code < 500, (name, text[:80])
        for path in (f"/v1/suggestions/{text[:99]}", f"/suggestions/{text[:99]}"):
            assert client.get(path.replace("\n", "").replace("\r", "")).status_code < 500
    assert head(told.archive) == 4


@pytest.mark.parametrize("type", BY_TYPE)
def test_each_member_of_an_order_takes_anything_or_refuses_it(
    client: FlaskClient, told: Teller, type: str
) -> None:
    """Whoever suggests it, and whoever sends it with a key that may not record everything."""
    key = {"Authorization": f"Bearer {key_of(told.archive, 'contributor')}"}
    lines = [example["line"] for _, example in EXAMPLES if example["line"]["type"] == type]
    good = {name: value for line in lines for name, value in line.items() if name != "reason"}
    for name in good:
        for value in NO_TEXTS:
            order = {**good, name: value}
            made = client.post("/v1/suggestions", json={"order": order, "reason": "So."})
            sent = client.post(
                "/v1/batches?dry_run=true",
                data=json.dumps({**order, "reason": "So."}),
                content_type="application/jsonl",
                headers=key,
            )
            for answer in (made, sent):
                assert answer.status_code < 500, (name, value, answer.text)
    assert head(told.archive) == 4


@pytest.mark.parametrize(
    ("order", "of"),
    [
        ({"type": "correction", "statement": "juno-came"}, "milestone"),
        ({"type": "amendment", "record": "juno"}, "facility"),
        ({"type": "amendment", "source": "yearbook"}, "source"),
    ],
)
def test_each_member_that_a_change_names_takes_anything_or_refuses_it(
    client: FlaskClient, told: Teller, order: dict[str, str], of: str
) -> None:
    """Also where it is no member of what is changed."""
    for name in [*(field.encode_name for field in fields(BY_TYPE[of])), "type", "revision", ""]:
        for value in NO_TEXTS:
            changed = {**order, "changes": {name: value}}
            answer = client.post("/v1/suggestions", json={"order": changed, "reason": "So."})
            assert answer.status_code < 500, (name, value, answer.text)
    assert head(told.archive) == 4


@pytest.mark.parametrize("text", SCRIPTS)
def test_scripts_are_words_wherever_they_are_shown(
    reader: Browser, grace: Browser, told: Teller, text: str
) -> None:
    """On the page that is followed, in the queue and in the form by which it is taken; only an
    address is a link, and only for curators."""
    answer = send(reader, title=text, reason=text, where=text)
    assert answer.status_code == 303
    (waits,) = told.archive.suggestions.waiting()
    paths = (answer.headers["Location"], "/desk/suggestions", f"/desk/suggestions/{waits.id}")
    for browser, path in zip((reader, grace, grace), paths, strict=True):
        shown = browser.get(path)
        assert shown.status_code == 200
        for word in (
            "<script>alert",
            "<img src=x",
            'href="javascript:',
            '"onmouseover="',
            "60481729",
        ):
            assert word not in shown.text, (path, word)
        policy = shown.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def test_a_form_that_is_too_large_is_refused(reader: Browser, told: Teller) -> None:
    """By its size or by its parts."""
    large = post(reader, CORRECT, [("reason", b"a" * (LARGEST_FORM + 1))])
    parts = reader.client.post(
        CORRECT,
        data={f"part{number}": "x" for number in range(2000)},
        content_type="multipart/form-data",
        headers=reader.headers,
    )
    assert [large.status_code, parts.status_code] == [413, 413]
    assert told.archive.suggestions.waiting() == []


def test_a_form_that_is_sent_again_and_again_waits_once(reader: Browser, told: Teller) -> None:
    """And everybody who sends it is led to the same address."""
    there = {send(reader, date="2025-08-25", reason="So.").headers["Location"] for _ in range(5)}
    assert len(there) == 1
    assert len(told.archive.suggestions.waiting()) == 1
