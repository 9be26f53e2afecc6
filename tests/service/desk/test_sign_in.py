"""Signing in and out: who gets in, for how long, and where it leads."""

from __future__ import annotations

import json
import re
from html import unescape
from io import BytesIO

import pytest
from flask import Flask

from service.app import create_app
from service.archive import Archive
from service.settings import Settings
from service.web.sessions import COOKIE, IDLE, LONGEST, MOST, Sessions
from tests.service.desk.browser import Browser, Page
from tests.service.desk.story import FORMS, PATHS, head, key_of, page, recorded
from tests.story.telling import SOURCE, Clock, Teller


@pytest.mark.parametrize("path", PATHS)
def test_without_a_key_every_path_shows_the_form_for_one(app: Flask, path: str) -> None:
    """401 with the form, which leads back to where one wanted to go; nothing else is shown."""
    answer = Browser(app).get(path)
    form = page(answer).forms[0]
    assert answer.status_code == 401
    assert form.action == "/desk/sign-in"
    assert form.value("then") == path
    assert "Takes data" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", FORMS)
def test_without_a_key_no_form_is_taken(app: Flask, told: Teller, path: str) -> None:
    """401, and nothing is recorded."""
    answer = Browser(app).post(path.partition("?")[0], [("do", "record"), ("line", "{}")])
    assert answer.status_code == 401
    assert head(told.archive) == 4


@pytest.mark.parametrize("key", ["", "hello", "annales_00000000_x"])
def test_a_key_that_opens_nothing_signs_nobody_in(app: Flask, key: str) -> None:
    """The form is shown again and says why."""
    answer = Browser(app).sign_in(key)
    assert answer.status_code == 401
    assert page(answer).says("The key opens nothing")
    assert COOKIE + "=" not in str(answer.headers.getlist("Set-Cookie")).replace("-form=", "")


def test_a_key_that_may_only_read_signs_nobody_in(app: Flask, told: Teller) -> None:
    """403 for a reader; the desk stays closed to its key in a header too."""
    key = key_of(told.archive, "reader")
    browser = Browser(app)
    assert browser.sign_in(key).status_code == 403
    assert browser.get("/desk").status_code == 401
    assert browser.get("/desk", Authorization=f"Bearer {key}").status_code == 403


@pytest.mark.parametrize("role", ["contributor", "curator", "admin"])
def test_a_key_that_may_record_signs_in(app: Flask, told: Teller, role: str) -> None:
    """And leads to the page that was asked for first."""
    browser = Browser(app)
    answer = browser.sign_in(key_of(told.archive, role, name="lin"), then="/desk/records/juno")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/records/juno")
    assert page(browser.get("/desk")).says("signed in as lin")


def test_where_the_outside_is_https_every_cookie_stays_there(told: Teller) -> None:
    """Whatever the proxy in between says or leaves out."""
    for url, secure in (("https://annales.example", True), ("http://annales.example", False)):
        settings = Settings(data=told.archive.folder, url=url)
        browser = Browser(create_app(told.archive, settings))
        form = browser.get("/desk/sign-in")
        browser.headers["Origin"] = "http://localhost"
        session = browser.sign_in(key_of(told.archive, "curator"))
        for answer in (form, session):
            cookies = [
                each for each in answer.headers.getlist("Set-Cookie") if "Max-Age=0" not in each
            ]
            assert cookies
            assert all(("Secure" in each) == secure for each in cookies)


@pytest.mark.parametrize(
    "then",
    [
        "https://evil.example/",
        "//evil.example/desk",
        "/deskette",
        "javascript:alert(1)",
        "/",
        "/desk/../records/juno",
        "/desk/\\evil.example",
        "/desk\n",
        "/desk/\r\nSet-Cookie: a=b",
        "//[",
        "/desk?q=" + "x" * 4_000,
    ],
)
def test_signing_in_never_leads_out_of_the_desk(app: Flask, told: Teller, then: str) -> None:
    """Whatever the form was made to say."""
    answer = Browser(app).sign_in(key_of(told.archive, "curator"), then=then)
    assert answer.headers["Location"] == "/desk"


@pytest.mark.parametrize(
    ("base", "headers", "secure"),
    [
        ("http://localhost", {}, False),
        ("https://localhost", {"Origin": "https://localhost"}, True),
        ("http://localhost", {"X-Forwarded-Proto": "https"}, True),
        ("http://localhost", {"Origin": "https://localhost"}, True),
    ],
)
def test_the_cookie_is_out_of_reach(
    app: Flask, told: Teller, base: str, headers: dict[str, str], secure: bool
) -> None:
    """HttpOnly, SameSite=Strict, of a short life, and Secure behind TLS."""
    browser = Browser(app, **headers)
    key = key_of(told.archive, "curator")
    form = Page(browser.client.get("/desk/sign-in", base_url=base).get_data(as_text=True)).forms[0]
    answer = browser.client.post(
        form.action,
        base_url=base,
        data=dict(form.filled({"key": key})),
        headers=browser.headers,
    )
    (cookie,) = (
        each for each in answer.headers.getlist("Set-Cookie") if each.startswith(f"{COOKIE}=")
    )
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", "SameSite=Strict", "Path=/", f"Max-Age={LONGEST}"} <= parts
    assert ("Secure" in parts) == secure
    assert key not in cookie
    assert key.split("_", 2)[2] not in answer.get_data(as_text=True)


def test_a_session_is_nothing_to_the_api(app: Flask, told: Teller, grace: Browser) -> None:
    """There only a key in a header is meant, so no other site can use the cookie there."""
    secret = grace.client.get_cookie(COOKIE)
    assert secret is not None
    answer = app.test_client().post(
        "/v1/sources",
        json={**SOURCE, "id": "other"},
        headers={"Cookie": f"{COOKIE}={secret.value}"},
    )
    assert answer.status_code == 401
    assert head(told.archive) == 4


def test_who_signs_out_is_out(grace: Browser) -> None:
    """The session ends, not only its cookie."""
    secret = grace.client.get_cookie(COOKIE)
    form = grace.page("/desk").forms[0]
    answer = grace.post(form.action, form.fields)
    assert (form.action, answer.status_code) == ("/desk/sign-out", 303)
    assert grace.get("/desk").status_code == 401
    assert secret is not None
    assert grace.get("/desk", Cookie=f"{COOKIE}={secret.value}").status_code == 401


def test_a_session_ends_with_its_key(grace: Browser, told: Teller) -> None:
    """Whoever revokes a key ends its sessions."""
    (id,) = told.archive.keys.all()
    told.archive.keys.revoke(id, by="root")
    assert grace.get("/desk").status_code == 401


@pytest.mark.parametrize(("step", "stays"), [(IDLE - 1, True), (IDLE + 1, False)])
def test_a_session_ends_when_it_is_idle(
    grace: Browser, told: Teller, step: int, stays: bool
) -> None:
    """After two hours without a request."""
    told.clock.now += step * 1_000_000
    assert (grace.get("/desk").status_code == 200) == stays


def test_a_session_ends_after_a_day_of_work(grace: Browser, told: Teller) -> None:
    """After twelve hours in any case."""
    for _ in range(LONGEST // (IDLE - 1)):
        told.clock.now += (IDLE - 1) * 1_000_000
        assert grace.get("/desk").status_code == 200
    told.clock.now += (IDLE - 1) * 1_000_000
    assert grace.get("/desk").status_code == 401


def test_what_was_sent_too_late_is_not_lost(grace: Browser, told: Teller) -> None:
    """The form for a key keeps it, and whoever signs in goes on with it."""
    looked = grace.look("/desk/new/source", id="x", medium="book", title='A "title" & more')
    told.clock.now += (IDLE + 1) * 1_000_000
    late = grace.record(looked)
    assert late.status_code == 401
    form = page(late).forms[0]
    key = key_of(told.archive, "curator", name="lin")
    back = grace.post(form.action, form.filled({"key": key}))
    assert back.status_code == 200
    assert head(told.archive) == 4
    form = page(back).forms[0]
    assert form.action == "/desk/new/source"
    looked = grace.post(form.action, form.fields)
    assert head(told.archive) == 4
    assert page(looked).says("as lin")
    assert grace.record(looked).status_code == 303
    assert [line["by"] for line in recorded(told.archive, 4)] == ["lin"]
    assert recorded(told.archive, 4)[0]["title"] == 'A "title" & more'


def test_what_an_earlier_session_wrote_is_kept_for_the_next(grace: Browser, told: Teller) -> None:
    """Whoever signed out and in again in another tab goes on with the form, once they press."""
    looked = grace.look("/desk/new/source", id="x", medium="book", title="A title")
    form = grace.page("/desk").forms[0]
    grace.post(form.action, form.fields)
    grace.sign_in(key_of(told.archive, "curator", name="lin"))
    late = grace.record(looked)
    assert late.status_code == 403
    assert page(late).says("You are signed in as lin")
    assert page(late).says("What you sent is kept")
    assert head(told.archive) == 4
    form = next(each for each in page(late).forms if each.action == "/desk/new/source")
    looked = grace.post(form.action, form.fields)
    assert head(told.archive) == 4
    assert page(looked).says("as lin")
    assert grace.record(looked).status_code == 303
    assert [line["by"] for line in recorded(told.archive, 4)] == ["lin"]


def test_nothing_is_undone_or_declined_by_going_on(grace: Browser, told: Teller) -> None:
    """Both are shown again, with the reason that was written."""
    made, _ = told.archive.suggestions.suggest(
        line={"type": "correction", "statement": "juno-came", "changes": {"date": "2025-08-25"}},
        reason="The log book.", where=None, stream="record:juno", revision=3,
        by="everyone", permit=lambda: None,
    )  # fmt: skip
    undo, one = "/desk/records/juno/undo", f"/desk/suggestions/{made.id}"
    for path, do in ((undo, "record"), (one, "decline"), ("/desk/suggestions", "decline-all")):
        form = grace.page(path).form(do)
        sent = [*form.filled({"reason": "It was right."}), ("do", do), ("token", "old")]
        late = grace.post(path, [pair for pair in sent if pair != ("token", form.value("token"))])
        assert page(late).says("It is shown once more before it is recorded.")
        form = next(each for each in page(late).forms if each.action == path)
        shown = grace.post(path, form.fields)
        assert shown.status_code == 200, path
        assert page(shown).form(do).value("reason") == "It was right."
    assert head(told.archive) == 4
    assert told.archive.suggestions.need(made.id).state == "waiting"


def test_what_shows_a_key_is_kept_by_nobody(grace: Browser, told: Teller) -> None:
    """A form for a key, sent where one is signed in already, signs in anew."""
    browser, key = Browser(grace.client.application), key_of(told.archive, "curator", name="lin")
    form = browser.page("/desk/sign-in").forms[0]
    secret = grace.client.get_cookie(COOKIE)
    assert secret is not None
    browser.client.set_cookie(COOKIE, secret.value)
    answer = browser.post(form.action, form.filled({"key": key}))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk")
    answer = grace.post("/desk/new/source", [("token", "old"), ("key", key)])
    assert answer.status_code == 403
    assert key not in answer.text


def test_a_file_that_was_sent_too_late_is_not_lost(grace: Browser, told: Teller) -> None:
    """Its text stands in for it."""
    form = grace.page("/desk/batch").form("preview")
    told.clock.now += (IDLE + 1) * 1_000_000
    line = json.dumps({**SOURCE, "id": "diary", "title": "日记"}, ensure_ascii=False)
    file = (BytesIO(line.encode()), "lines.jsonl")
    sent = {**dict(form.fields), "do": "preview", "file": file}
    late = grace.client.post(form.action, data=sent, headers=grace.headers)
    assert page(late).says("What you sent is kept")
    form = page(late).forms[0]
    back = grace.post(form.action, form.filled({"key": key_of(told.archive, "curator")}))
    form = page(back).forms[0]
    looked = grace.post(form.action, form.fields)
    assert page(looked).form("preview").value("text") == line
    assert grace.record(looked).status_code == 303


def test_who_signed_out_is_told_so(grace: Browser) -> None:
    """On the form for a key."""
    form = grace.page("/desk").forms[0]
    answer = grace.post(form.action, form.fields)
    assert grace.page(answer.headers["Location"]).says("You are signed out.")
    assert not grace.page("/desk/sign-in").says("You are signed out.")


@pytest.mark.parametrize("kept", ['{"a":1}', '[["a"]]', "{}", "[1", "null"])
def test_what_was_not_kept_by_a_form_of_ours_begins_no_session(
    app: Flask, told: Teller, kept: str
) -> None:
    """It is refused before anybody is signed in."""
    browser = Browser(app)
    form = browser.page("/desk/sign-in").forms[0]
    fields = form.filled({"key": key_of(told.archive, "curator"), "kept": kept})
    answer = browser.post(form.action, fields)
    assert answer.status_code == 422
    assert browser.get("/desk").status_code == 401


def test_what_another_page_sent_is_not_kept(app: Flask) -> None:
    """Nobody is made to go on with what they never wrote."""
    fields = [("do", "record"), ("line", "{}")]
    for origin in ("http://evil.example", "null"):
        answer = Browser(app).post("/desk/new/source", fields, Origin=origin)
        assert answer.status_code == 401
        assert 'name="kept"' not in answer.get_data(as_text=True)


def test_so_many_sessions_are_held_and_no_more(archive: Archive, clock: Clock) -> None:
    """Beyond them the one that was idle longest ends."""
    sessions = Sessions(archive.keys, clock=clock)
    who = archive.keys.identify(key_of(archive, "curator"))
    assert who is not None
    secrets = []
    for _ in range(MOST + 1):
        clock.now += 1
        secrets.append(sessions.begin(who)[0])
    assert sessions.find(secrets[0]) is None
    assert sessions.find(secrets[1]) is not None


def test_whoever_signed_in_reads_where_reading_needs_a_key(told: Teller) -> None:
    """The desk's links to pages lead somewhere; a shared cache keeps none of them."""
    app = create_app(told.archive, Settings(data=told.archive.folder, open_reads=False))
    browser = Browser(app, key_of(told.archive, "curator"))
    text = browser.get("/desk/records/juno").get_data(as_text=True)
    links = set(re.findall(r'href="(/(?!desk|docs|static)[^"]*)"', text))
    assert {"/", "/state", "/records/juno", "/activity?actor=grace"} <= links
    for link in links:
        read = browser.client.get(unescape(link), headers=browser.headers, follow_redirects=True)
        assert read.status_code == 200, link
        assert read.headers["Cache-Control"].startswith("private"), link
        assert Browser(app).get(unescape(link)).status_code == 401
    form = browser.page("/desk").forms[0]
    browser.post(form.action, form.fields)
    assert browser.get("/records/juno").status_code == 401
