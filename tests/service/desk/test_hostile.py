"""Whatever is sent to the desk, by whomever: it is refused or taken, and nothing breaks."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote_from_bytes

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.app import create_app
from service.desk.keeping import LARGEST_FORM
from service.web.sessions import COOKIE
from tests.service.desk.browser import Browser
from tests.service.desk.story import FORMS, PATHS, head, key_of, page
from tests.story.telling import Teller

pytestmark = pytest.mark.no_cover
"""Which lines run is found by the other tests; tracing these would take half as long again."""

HOSTILE = (
    "",
    "\x00",
    "\n",
    "/desk\r\nSet-Cookie: a=b",
    "//[",
    "http://[::1",
    "\\",
    "٣",
    "9" * 400,
    "-1",
    "1e999",
    "null",
    "[]",
    '{"a":1}',
    '[["a"]]',
    '[["\\ud800","b"]]',
    "[" * 5000,
    "2025-02-30",
    "Y99999999999999999999",
    'NEAR("',
    "%(x)s {{ 7*7 }}",
    "💥\u202e",
    "a" * 70_000,
    '{"type":[]}',
    '{"type":"milestone","id":[],"sources":[1]}',
    '{"type":"correction","statement":"juno-plan","changes":{"sources":5},"reason":"x"}',
    '{"type":"correction","statement":"juno-plan","changes":{"title":null},"reason":"x"}',
    '{"type":"amendment","record":"juno","changes":{"sources":5},"reason":"x"}',
    '{"type":"amendment","source":"yearbook","changes":{"title":[]},"reason":"x"}',
)
"""Texts that are of no use anywhere, or only somewhere else."""

NO_TEXT = (b"\xff\xfe", b"\xed\xa0\x80")
"""Bytes that are no text of UTF-8."""

VALUES = (*(text.encode() for text in HOSTILE), *NO_TEXT)

SENT_BESIDE = ("line", "revision", "revisions", "key", "text")


def send(browser: Browser, path: str, fields: Iterable[tuple[str, bytes]]) -> TestResponse:
    """Send a form of these bytes."""
    body = "&".join(f"{name}={quote_from_bytes(value, safe='')}" for name, value in fields)
    form = "application/x-www-form-urlencoded"
    return browser.client.post(path, data=body, content_type=form, headers=browser.headers)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_takes_anything_or_refuses_it(grace: Browser, told: Teller, path: str) -> None:
    """In all its members at once, and in what it sends beside them."""
    form = grace.page(path).form("preview")
    names = [name for name, _ in form.fields if name != "token"]
    for do in (b"preview", b"record", b"live"):
        sure = [("token", form.value("token").encode()), ("do", do)]
        for value in VALUES:
            everywhere = [(name, value) for name in (*names, *SENT_BESIDE)]
            answer = send(grace, form.action, [*sure, *everywhere])
            assert answer.status_code < 500, (do, value[:80])
    assert head(told.archive) == 4


@pytest.mark.parametrize("path", FORMS)
def test_what_a_form_sends_beside_its_members_is_checked(
    grace: Browser, told: Teller, path: str
) -> None:
    """One of them spoilt, all others as they were when it was looked at."""
    form = grace.page(path).form("preview")
    fields = [(name, value.encode()) for name, value in form.fields]
    beside = {"revision": b"0", "revisions": b"{}", "key": b"k" * 32, "line": b"{}", "text": b""}
    for name in SENT_BESIDE:
        for value in VALUES:
            spoilt = (beside | {name: value}).items()
            answer = send(grace, form.action, [*spoilt, *fields, ("do", b"record")])
            assert answer.status_code < 500, (name, value[:80])
    assert head(told.archive) == 4


def test_each_member_takes_anything_or_refuses_it(grace: Browser) -> None:
    """One at a time: what is wrong with one hides nothing that is wrong with another."""
    form = grace.page("/desk/new/milestone?facility=juno").form("preview")
    fields = [(name, value.encode()) for name, value in form.fields]
    for spoilt in {name for name, _ in fields} - {"token"}:
        for value in VALUES:
            sent = [(name, value if name == spoilt else old) for name, old in fields]
            answer = send(grace, form.action, [*sent, ("do", b"preview")])
            assert answer.status_code < 500, (spoilt, value[:80])


def test_forms_of_one_step_take_anything_or_refuse_it(grace: Browser, told: Teller) -> None:
    """To undo, and to decline one or many."""
    told.archive.suggestions.suggest(
        line={"type": "withdrawal", "statement": "juno-plan"}, reason="So.", where=None,
        stream="record:juno", revision=3, by="everyone", permit=lambda: None,
    )  # fmt: skip
    (waits,) = told.archive.suggestions.waiting()
    undo, one = "/desk/records/juno/undo", f"/desk/suggestions/{waits.id}"
    token = grace.page(undo).form("record").value("token").encode()
    for path, do in ((undo, b"record"), (one, b"decline"), ("/desk/suggestions", b"decline")):
        for name in ("reason", "revision", "key", "id", "do"):
            for value in VALUES:
                fields = {"token": token, "do": do, "revision": b"3", "key": b"k" * 32}
                answer = send(grace, path, (fields | {name: value}).items())
                assert answer.status_code < 500, (path, name, value[:80])
    for name in ("line", "source", "revision"):
        for value in VALUES:
            fields = {"token": token, "do": b"record", "key": b"k" * 32, "line": b"{}"}
            answer = send(grace, one, (fields | {name: value}).items())
            assert answer.status_code < 500, (name, value[:80])


@pytest.mark.parametrize("name", ["key", "then", "kept", "token"])
def test_nobody_breaks_the_form_for_a_key(app: Flask, told: Teller, name: str) -> None:
    """Nor begins a session by a form that is then refused."""
    key = key_of(told.archive, "curator")
    for value in VALUES:
        browser = Browser(app)
        form = browser.page("/desk/sign-in").forms[0]
        fields = {each: text.encode() for each, text in form.fields} | {"key": key.encode()}
        answer = send(browser, form.action, (fields | {name: value}).items())
        assert answer.status_code < 500, value[:80]
        cookies = answer.headers.getlist("Set-Cookie")
        signed_in = any(each.startswith(f"{COOKIE}=") for each in cookies)
        assert signed_in == (answer.status_code in (200, 303)), value[:80]
        assert "\n" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("path", sorted({path.partition("?")[0] for path in PATHS}))
def test_a_path_takes_any_parameter_or_refuses_it(grace: Browser, app: Flask, path: str) -> None:
    """Whether one is signed in or not; who is not is asked for a key, in some language."""
    names = ("lang", "q", "recorded", "facility", "of", "id", "text", "then", "from", "to", "after")
    for browser, taken in ((grace, names), (Browser(app), ("lang",))):
        for name in taken:
            for value in VALUES:
                url = f"{path}?{name}={quote_from_bytes(value, safe='')}"
                answer = browser.client.get(url, headers=browser.headers)
                assert answer.status_code < 500, url[:80]


@pytest.mark.parametrize("begins", ["/desk/records/", "/desk/statements/", "/desk/new/", "/desk/"])
def test_a_path_of_anything_is_not_found(grace: Browser, begins: str) -> None:
    """Or leads to the form for a key, where it is none of the desk's."""
    for value in VALUES:
        path = begins + quote_from_bytes(value, safe="")
        answer = grace.client.get(path, headers=grace.headers)
        assert answer.status_code < 500, path[:80]


@pytest.mark.parametrize(
    "name", ["Origin", "Sec-Fetch-Site", "Cookie", "Authorization", "Accept", "Accept-Language"]
)
@pytest.mark.parametrize("path", ["/desk/sign-in", "/desk/batch", "/desk/sign-out"])
def test_a_header_may_say_anything(app: Flask, path: str, name: str) -> None:
    """Browsers, proxies and others send what they like."""
    client = app.test_client(use_cookies=False)
    for value in VALUES:
        text = value.decode("latin-1").replace("\n", "").replace("\r", "")
        for said in (text, f"{COOKIE}={text}", f"annales-desk-form={text}"):
            headers = {"Accept": "text/html", "Origin": "http://localhost", name: said}
            answer = client.post(path, data={"token": "x", "key": "x"}, headers=headers)
            assert answer.status_code < 500, said[:80]


@pytest.mark.parametrize("path", ["/desk/sign-in", "/desk/batch", "/desk/new/source"])
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_form_that_is_too_large_is_refused(told: Teller, path: str, *, signed_in: bool) -> None:
    """By its size or by its parts; and nothing of it is kept for after signing in."""
    key = key_of(told.archive, "curator") if signed_in else None
    browser = Browser(create_app(told.archive), key)
    large = send(browser, path, [("text", b"a" * (LARGEST_FORM + 1))])
    parts = browser.client.post(
        path,
        data={f"part{number}": "x" for number in range(2000)},
        content_type="multipart/form-data",
        headers=browser.headers,
    )
    for answer in (large, parts):
        assert answer.status_code in (401, 413)
        assert answer.mimetype == "text/html"
        assert ("Too large" in answer.text) == (answer.status_code == 413)
        assert "kept" not in {name for form in page(answer).forms for name, _ in form.fields}
