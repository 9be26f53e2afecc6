"""The guard: whose forms are taken, and what everything that leaves the desk carries."""

from __future__ import annotations

import pytest
from flask import Flask

from service.app import create_app
from service.desk.keeping import LARGEST_FORM
from service.settings import Settings
from tests.service.desk.browser import Browser
from tests.service.desk.story import PATHS, head, key_of, page, recorded
from tests.story.telling import Teller


@pytest.mark.parametrize("path", [*PATHS, "/desk/sign-in", "/desk/new/nothing", "/desk/nowhere"])
@pytest.mark.parametrize("signed_in", [True, False])
def test_nothing_of_the_desk_is_kept(
    app: Flask, grace: Browser, path: str, signed_in: bool
) -> None:
    """By no cache; and pages run nothing that stands in them, and are framed by nobody."""
    answer = (grace if signed_in else Browser(app)).get(path)
    assert "no-store" in answer.headers["Cache-Control"]
    if path == "/desk/nowhere":
        return
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Access-Control-Allow-Origin"] != "*"
    if answer.mimetype == "text/html":
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("guess", {}),
        ("another", {}),
        ("right", {"Sec-Fetch-Site": "cross-site"}),
        ("right", {"Sec-Fetch-Site": "same-site"}),
        ("right", {"Origin": "http://evil.example"}),
        ("right", {"Origin": "null"}),
    ],
)
@pytest.mark.parametrize(
    "path", ["/desk/new/source", "/desk/batch", "/desk/statements/juno-plan/withdraw"]
)
def test_a_form_of_another_page_is_refused(
    app: Flask, told: Teller, grace: Browser, *, path: str, token: str, headers: dict[str, str]
) -> None:
    """Without the token of the session, or by the browser's word: 403, nothing recorded."""
    other = Browser(app, key_of(told.archive, "curator", name="other"))
    tokens = {
        "right": grace.page("/desk/batch").form("preview").value("token"),
        "another": other.page("/desk/batch").form("preview").value("token"),
    }
    line = '{"type":"source","id":"x","medium":"book","title":"X"}'
    fields = [("token", tokens.get(token, token)), ("line", line), ("text", line)]
    fields += [("key", "k" * 32), ("revision", "0"), ("do", "record")]
    answer = grace.client.post(path, data=dict(fields), headers=grace.headers | headers)
    assert answer.status_code == 403
    assert answer.mimetype == "text/html"
    assert head(told.archive) == 4


def test_a_form_of_our_own_page_is_taken(grace: Browser, told: Teller) -> None:
    """The counterpart: with the token and the browser's word for it, it records."""
    looked = grace.look("/desk/new/source", id="x", medium="book", title="X")
    form = page(looked).form("record")
    answer = grace.post(form.action, [*form.fields, ("do", "record")], Sec_Fetch_Site="same-origin")
    assert answer.status_code == 303
    assert head(told.archive) == 5


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://annales.example", 303),
        ("http://127.0.0.1:8000", 303),
        ("https://annales.example.evil.example", 403),
        ("https://evil.example", 403),
        ("null", 403),
    ],
)
def test_a_proxy_may_rewrite_the_host(told: Teller, origin: str, status: int) -> None:
    """A form comes from where the service says that it stands, or from where it was asked."""
    settings = Settings(data=told.archive.folder, url="https://annales.example")
    client = create_app(told.archive, settings).test_client()
    base_url, headers = "http://127.0.0.1:8000", {"X-Forwarded-Proto": "http"}
    asked = client.get("/desk/sign-in", base_url=base_url, headers=headers)
    fields = page(asked).forms[0].filled({"key": key_of(told.archive, "curator")})
    answer = client.post(
        "/desk/sign-in", base_url=base_url, data=dict(fields), headers={"Origin": origin}
    )
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "https://annales.example"


def test_nobody_is_signed_in_by_another_page(app: Flask, told: Teller) -> None:
    """Neither without the token of the form nor from elsewhere, whoever's key it is."""
    key = key_of(told.archive, "curator")
    browser = Browser(app)
    blind = browser.client.post("/desk/sign-in", data={"key": key}, headers=browser.headers)
    form = browser.page("/desk/sign-in").forms[0]
    foreign = browser.post(form.action, form.filled({"key": key}), Origin="http://evil.example")
    assert (blind.status_code, foreign.status_code) == (422, 403)
    assert browser.get("/desk").status_code == 401


def test_a_key_in_a_header_needs_no_token(app: Flask, told: Teller) -> None:
    """No other site can make a browser send it."""
    headers = {"Authorization": f"Bearer {key_of(told.archive, 'curator')}", "Accept": "text/html"}
    answer = app.test_client().post("/desk/new/source", data={"do": "preview"}, headers=headers)
    assert answer.status_code == 422


def test_hostile_text_is_only_text(grace: Browser, told: Teller) -> None:
    """In forms, previews, problems, lists and lines, whatever it says."""
    evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'"
    looked = grace.look(
        "/desk/new/source", id="evil", medium="book", title=evil, author="{{ 7777*7777 }}"
    )
    done = grace.record(looked)
    bad = grace.look("/desk/new/source", id=evil, medium="book", title=evil, date=evil)
    shown = [looked, bad, grace.get(done.headers["Location"]), grace.get("/desk", q=evil)]
    shown.append(grace.get("/desk/sources/evil/amend"))
    shown.append(grace.look("/desk/batch", text='{"type": "' + evil.replace('"', '\\"') + '"}'))
    shown.append(grace.get(f"/desk/new/{evil.replace('/', '')}"))
    shown.append(grace.get("/desk?nope=<script>"))
    for answer in shown:
        text = answer.get_data(as_text=True)
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "60481729" not in text
    assert recorded(told.archive, 4)[0]["title"] == evil


def test_an_unknown_parameter_is_refused(grace: Browser) -> None:
    """Nothing is ignored, at the desk as elsewhere."""
    for path in ("/desk?nope=1", "/desk/new/source?nope=1", "/desk/records/juno?at=2013"):
        answer = grace.get(path)
        assert (answer.status_code, answer.mimetype) == (422, "text/html")


@pytest.mark.parametrize(
    "path",
    [
        "/desk/records/nothing",
        "/desk/sources/nothing",
        "/desk/statements/nothing/correct",
        "/desk/records/nothing/amend",
        "/desk/new/correction",
        "/desk/statements/juno-came/destroy",
    ],
)
def test_what_is_not_there_is_not_found(grace: Browser, path: str) -> None:
    """404, as a page."""
    answer = grace.get(path)
    assert answer.status_code == 404


def test_what_is_too_large_is_told_with_how_large_it_may_be(grace: Browser) -> None:
    """In the unit of a file."""
    answer = grace.post("/desk/batch", [("text", "a" * (LARGEST_FORM + 1))])
    assert answer.status_code == 413
    assert page(answer).says("What was sent is too large. It may have 4096 kB.")
