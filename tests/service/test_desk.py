"""The curator's desk: who gets in, what its forms record, what they tell before.

Everything here is done as a browser without scripts does it: pages are opened, their forms
filled in and sent.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from events import statement_warnings
from events.catalogue import BY_TYPE, CATALOGUE, STATEMENT_TYPES
from events.decision import FIXED
from events.fact import Edtf, Fact, Line, Slug, Text
from events.vocabulary import MILESTONES
from service.app import create_app
from service.archive import Archive
from service.pages import desk_words
from service.pages.desk_form import changes_of, line_of, members_of, sent, values_of
from service.pages.desk_page import record_members
from service.pages.desk_preview import Desk
from service.pages.here import Here
from service.pages.speech import Speech
from service.sessions import COOKIE, IDLE, LONGEST, MOST, Sessions
from service.settings import Settings
from service.translations import LANGUAGES
from tests.service.asked import LINES, Reader
from tests.service.desk_browser import Browser, Page
from tests.story.telling import JUNO, SOURCE, Clock, Teller, command, milestone, plan

PLANNED = plan("juno-plan", "operation-started", "2020", "2016", title="To run from 2020")
CAME = milestone("juno-came", "operation-started", "2025-08-26", title="Takes data")

PATHS = (
    "/desk",
    "/desk?q=juno",
    "/desk/records/juno",
    "/desk/sources/yearbook",
    "/desk/new/milestone?facility=juno",
    "/desk/new/source",
    "/desk/statements/juno-plan/correct",
    "/desk/statements/juno-plan/withdraw",
    "/desk/statements/juno-plan/reinstate",
    "/desk/records/juno/amend",
    "/desk/sources/yearbook/amend",
    "/desk/batch",
    "/desk/date?text=1987~",
    "/desk/id?of=record&id=juno",
    "/desk/find?of=record&q=juno",
)
FORMS = tuple(path for path in PATHS if "/new/" in path or path.count("/") > 3 or "batch" in path)


@pytest.fixture
def told(juno: Teller) -> Teller:
    """JUNO with a plan and what came of it, at revision 3; the views are caught up."""
    juno.tell(PLANNED)
    juno.tell(CAME)
    juno.archive.catch_up()
    return juno


@pytest.fixture
def app(told: Teller) -> Flask:
    """The service of that archive."""
    return create_app(told.archive)


def key_of(archive: Archive, role: str, name: str = "grace") -> str:
    """A key of a role."""
    return archive.keys.issue(name=name, role=role, by="root")


@pytest.fixture
def grace(app: Flask, told: Teller) -> Browser:
    """A curator who signed in."""
    return Browser(app, key_of(told.archive, "curator"))


def page(answer: TestResponse) -> Page:
    """The page that was answered with."""
    return Page(answer.get_data(as_text=True))


def head(archive: Archive) -> int:
    """The head of the log."""
    commit = archive.chronicle.log.head()
    return commit.position if commit else 0


def recorded(archive: Archive, after: int) -> list[Line]:
    """The lines recorded after a position, with who recorded them."""
    lines = []
    for line in archive.chronicle.export():
        commit = line.pop("commit")
        if commit["event"] > after:
            lines.append({**line, "by": commit["actor"]})
    return lines


# --- who gets in


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


@pytest.mark.parametrize(
    "then",
    ["https://evil.example/", "//evil.example/desk", "/deskette", "javascript:alert(1)", "/"],
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
    """HttpOnly, SameSite=Strict, for the desk alone, of a short life, and Secure behind TLS."""
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
    assert {"HttpOnly", "SameSite=Strict", "Path=/desk", f"Max-Age={LONGEST}"} <= parts
    assert ("Secure" in parts) == secure
    assert key not in cookie
    assert key.split("_")[2] not in answer.get_data(as_text=True)


def test_a_session_is_nothing_to_the_api(app: Flask, told: Teller, grace: Browser) -> None:
    """There only a key in a header is meant, so no other site can use the cookie there."""
    secret = grace.client.get_cookie(COOKIE, path="/desk")
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
    secret = grace.client.get_cookie(COOKIE, path="/desk")
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
    assert grace.post(form.action, form.fields).status_code == 303
    assert [line["by"] for line in recorded(told.archive, 4)] == ["lin"]
    assert recorded(told.archive, 4)[0]["title"] == 'A "title" & more'


def test_what_another_page_sent_is_not_kept(app: Flask) -> None:
    """Nobody is made to go on with what they never wrote."""
    fields = [("do", "record"), ("line", "{}")]
    for origin in ("http://evil.example", "null"):
        answer = Browser(app).post("/desk/new/source", fields, Origin=origin)
        assert answer.status_code == 401
        assert 'name="kept"' not in answer.get_data(as_text=True)


def test_a_session_ends_after_a_day_of_work(grace: Browser, told: Teller) -> None:
    """After twelve hours in any case."""
    for _ in range(LONGEST // (IDLE - 1)):
        told.clock.now += (IDLE - 1) * 1_000_000
        assert grace.get("/desk").status_code == 200
    told.clock.now += (IDLE - 1) * 1_000_000
    assert grace.get("/desk").status_code == 401


def test_so_many_sessions_are_held_and_no_more(archive: Archive, clock: Clock) -> None:
    """Beyond them the one that was idle longest ends."""
    sessions = Sessions(archive.keys, clock=clock)
    who = archive.keys.identify(key_of(archive, "curator"))
    assert who is not None
    secrets = []
    for _ in range(MOST + 1):
        clock.now += 1
        secrets.append(sessions.begin(who))
    assert sessions.find(secrets[0]) is None
    assert sessions.find(secrets[1]) is not None


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


# --- forms of other pages are not taken


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


# --- what the forms record


ORDERS: dict[str, tuple[str, dict[str, Any], str, Any]] = {
    "a source": (
        "/desk/new/source",
        {
            "id": "diary",
            "medium": "book",
            "title": "A diary",
            "author": "Lin",
            "date": "1987~",
            "url": "https://example.org/a?b=c&d=e",
        },
        "/v1/sources",
        {
            "id": "diary",
            "medium": "book",
            "title": "A diary",
            "author": "Lin",
            "date": "1987~",
            "url": "https://example.org/a?b=c&d=e",
        },
    ),
    "a facility": (
        "/desk/new/facility",
        {
            "id": "cepc",
            "name": "Circular Electron Positron Collider",
            "name_zh": "环形正负电子对撞机",
            "country": "CN",
            "field": "particle-physics",
            "latitude": "-22.5",
            "longitude": "114",
            "sources__0": ["", "yearbook"],
            "sources__1": ["", "p. 3"],
        },
        "/v1/records",
        {
            "id": "cepc",
            "name": "Circular Electron Positron Collider",
            "name_zh": "环形正负电子对撞机",
            "country": "CN",
            "field": "particle-physics",
            "latitude": -22.5,
            "longitude": 114,
            "sources": [{"id": "yearbook", "locator": "p. 3"}],
        },
    ),
    "a milestone": (
        "/desk/new/milestone?facility=juno&source=yearbook",
        {
            "id": "juno-upgrade",
            "milestone": "upgraded",
            "modality": "planned",
            "date": "2031",
            "stated": "2026-11",
            "title": "JUNO to be upgraded",
            "summary": "First line.\r\nSecond line.",
            "rank": "disputed",
            "supersedes": "",
            "contradicts": "juno-plan, juno-came",
            "attributes__0": ["cost_usd", "note"],
            "attributes__1": ["300000000", "2008 or so"],
            "said_by": "Wang",
            "evidence": "found",
        },
        "/v1/statements",
        {
            "type": "milestone",
            "id": "juno-upgrade",
            "facility": "juno",
            "milestone": "upgraded",
            "modality": "planned",
            "date": "2031",
            "stated": "2026-11",
            "title": "JUNO to be upgraded",
            "summary": "First line.\nSecond line.",
            "rank": "disputed",
            "contradicts": ["juno-plan", "juno-came"],
            "attributes": {"cost_usd": 300000000, "note": "2008 or so"},
            "said_by": "Wang",
            "evidence": "found",
            "sources": [{"id": "yearbook"}],
        },
    ),
    "a plan given up": (
        "/desk/new/milestone?facility=juno",
        {
            "id": "juno-never",
            "milestone": "upgraded",
            "modality": "planned",
            "stated": "2026",
            "dropped": "true",
            "title": "No upgrade",
        },
        "/v1/statements",
        {
            "type": "milestone",
            "id": "juno-never",
            "facility": "juno",
            "milestone": "upgraded",
            "modality": "planned",
            "stated": "2026",
            "dropped": True,
            "title": "No upgrade",
        },
    ),
    "a discovery": (
        "/desk/new/discovery?facility=juno",
        {"id": "ordering", "modality": "actual", "date": "2026", "title": "The ordering"},
        "/v1/statements",
        {
            "type": "discovery",
            "id": "ordering",
            "facility": "juno",
            "modality": "actual",
            "date": "2026",
            "title": "The ordering",
        },
    ),
    "a policy": (
        "/desk/new/policy",
        {
            "id": "five-year",
            "modality": "actual",
            "date": "2021",
            "until": "2025",
            "title": "A plan",
            "country": "CN",
        },
        "/v1/statements",
        {
            "type": "policy",
            "id": "five-year",
            "modality": "actual",
            "date": "2021",
            "until": "2025",
            "title": "A plan",
            "country": "CN",
        },
    ),
    "a reading": (
        "/desk/new/indicator",
        {
            "id": "rd-2024",
            "series": "rd-share",
            "value": "2.69",
            "unit": "%",
            "modality": "actual",
            "date": "2024",
            "title": "R&D",
        },
        "/v1/statements",
        {
            "type": "indicator",
            "id": "rd-2024",
            "series": "rd-share",
            "value": 2.69,
            "unit": "%",
            "modality": "actual",
            "date": "2024",
            "title": "R&D",
        },
    ),
    "an observation": (
        "/desk/new/observation?record=talk",
        {"id": "a-visit", "modality": "actual", "date": "2026-11", "title": "参观"},
        "/v1/statements",
        {
            "type": "observation",
            "id": "a-visit",
            "record": "talk",
            "modality": "actual",
            "date": "2026-11",
            "title": "参观",
        },
    ),
    "a correction": (
        "/desk/statements/juno-came/correct",
        {"date": "2025-08-25", "title": "JUNO takes data", "why__reason": "The log book."},
        "/v1/statements/juno-came/corrections",
        {
            "changes": {"date": "2025-08-25", "title": "JUNO takes data"},
            "reason": "The log book.",
        },
    ),
    "a correction that empties": (
        "/desk/statements/juno-came/correct",
        {
            "sources__0": [""],
            "why__reason": "It does not say so.",
            "why__sources__0": ["yearbook"],
            "why__sources__1": ["p. 9"],
        },
        "/v1/statements/juno-came/corrections",
        {
            "changes": {"sources": None},
            "reason": "It does not say so.",
            "sources": [{"id": "yearbook", "locator": "p. 9"}],
        },
    ),
    "a withdrawal": (
        "/desk/statements/juno-plan/withdraw",
        {"why__reason": "Another machine."},
        "/v1/statements/juno-plan/withdrawals",
        {"reason": "Another machine."},
    ),
    "an amended card": (
        "/desk/records/juno/amend",
        {"acronym": "JUNO", "place": "Kaiping", "why__reason": "It is known."},
        "/v1/records/juno/amendments",
        {"changes": {"acronym": "JUNO", "place": "Kaiping"}, "reason": "It is known."},
    ),
    "an amended source": (
        "/desk/sources/yearbook/amend",
        {"author": "IHEP", "why__reason": "Its cover names it."},
        "/v1/sources/yearbook/amendments",
        {"changes": {"author": "IHEP"}, "reason": "Its cover names it."},
    ),
}
"""A form and what is written into it; a path of the API and the body that says the same."""


@pytest.fixture
def twin(tmp_path: Path, clock: Clock) -> Iterator[Archive]:
    """Another archive in which the same was told."""
    with Archive(tmp_path / "twin", clock=clock) as archive:
        for line in (SOURCE, JUNO, PLANNED, CAME):
            archive.chronicle.execute(command(line))
        yield archive


@pytest.mark.parametrize("what", ORDERS)
def test_a_form_records_exactly_what_the_api_does(
    grace: Browser, told: Teller, twin: Archive, what: str
) -> None:
    """Looking at it records nothing; the event is the API's, the actor the key's name."""
    path, written, api, body = ORDERS[what]
    before = told.log()
    looked = grace.look(path, **written)
    assert looked.status_code == 200, page(looked).words
    assert told.log() == before
    done = grace.record(looked)
    assert done.status_code == 303
    headers = {"Authorization": f"Bearer {key_of(twin, 'curator')}", "If-Match": "*"}
    answer = create_app(twin).test_client().post(api, json=body, headers=headers)
    assert answer.status_code == 201, answer.get_json()
    assert recorded(told.archive, 4) == recorded(twin, 4)
    assert [line["by"] for line in recorded(told.archive, 4)] == ["grace"]
    after = page(grace.get(done.headers["Location"]))
    assert after.says("Recorded at @5.")


def test_a_withdrawn_statement_can_stand_again(grace: Browser, told: Teller) -> None:
    """Its record shows only how to reinstate it, and that does."""
    grace.record(grace.look("/desk/statements/juno-plan/withdraw", why__reason="Misread."))
    shown = grace.get("/desk/records/juno").get_data(as_text=True)
    assert "/desk/statements/juno-plan/reinstate" in shown
    assert "/desk/statements/juno-plan/withdraw" not in shown
    refused = grace.look("/desk/statements/juno-plan/withdraw", why__reason="Again.")
    assert refused.status_code == 409
    grace.record(grace.look("/desk/statements/juno-plan/reinstate", why__reason="It was right."))
    assert [line["type"] for line in recorded(told.archive, 4)] == ["withdrawal", "reinstatement"]


BATCH = "\n".join(
    json.dumps(line)
    for line in (
        {"type": "source", "id": "diary", "medium": "book", "title": "A diary"},
        {**CAME, "id": "juno-first", "milestone": "first-light", "sources": [{"id": "diary"}]},
        {"type": "withdrawal", "statement": "juno-plan", "reason": "Misread."},
    )
)


def test_a_batch_records_exactly_what_the_api_does(
    grace: Browser, told: Teller, twin: Archive
) -> None:
    """All lines as one commit, after they were looked at."""
    before = told.log()
    looked = grace.look("/desk/batch", text=BATCH.replace("\n", "\r\n"))
    assert page(looked).says("3 lines")
    assert told.log() == before
    assert grace.record(looked).status_code == 303
    headers = {"Authorization": f"Bearer {key_of(twin, 'curator')}"}
    create_app(twin).test_client().post(
        "/v1/batches", data=BATCH, content_type="application/jsonl", headers=headers
    )
    assert recorded(told.archive, 4) == recorded(twin, 4)
    assert head(told.archive) == 7


def test_a_bad_batch_tells_each_line(grace: Browser, told: Teller) -> None:
    """Its number, its pointer and why, and nothing is recorded."""
    text = '{"type": "source"}\n\n{"a": 1\n' + json.dumps({**CAME, "id": "x", "date": "soon"})
    looked = grace.look("/desk/batch", text=text)
    assert looked.status_code == 422
    for words in ("line 1: 'id' is missing /id", "line 3: it is not JSON", "line 4: soon is not"):
        assert page(looked).says(words), words
    assert 'name="line"' not in looked.get_data(as_text=True)
    assert page(looked).form("preview").value("text") == text
    assert head(told.archive) == 4
    assert grace.look("/desk/batch", text="\n").status_code == 422


def test_a_double_click_records_once(grace: Browser, told: Teller) -> None:
    """The form has a key of its own; the second answer is the first."""
    looked = grace.look("/desk/new/source", id="x", medium="book", title="X")
    first, second = grace.record(looked), grace.record(looked)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert head(told.archive) == 5


def test_a_form_sent_again_with_another_line_is_refused(grace: Browser, told: Teller) -> None:
    """A key stands for one line; so does none at all."""
    looked = grace.look("/desk/new/source", id="x", medium="book", title="X")
    grace.record(looked)
    form = page(looked).form("record")
    other = form.value("line").replace('"X"', '"Y"')
    again = grace.post(form.action, [*form.filled({"line": other}), ("do", "record")])
    assert again.status_code == 422
    assert page(again).says("This form was recorded already, at @5.")
    bare = grace.post(form.action, [*form.filled({"key": ""}), ("do", "record")])
    assert bare.status_code == 422
    assert head(told.archive) == 5


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        '{"type":"milestone"}',
        '{"type":"source","id":"y"}',
        '{"type":"source","id":"y","medium":"book","title":"Y","colour":"red"}',
        '{"type":"correction","statement":"juno-came","changes":{"date":"2020"},"reason":"x"}',
    ],
)
def test_a_line_that_the_form_cannot_have_made_is_refused(
    grace: Browser, told: Teller, line: str
) -> None:
    """What its path says of a line is not for the sender to change."""
    form = page(grace.look("/desk/new/source", id="x", medium="book", title="X")).form("record")
    answer = grace.post(form.action, [*form.filled({"line": line}), ("do", "record")])
    assert answer.status_code in (400, 422)
    assert head(told.archive) == 4


def test_a_contributor_mends_only_what_is_their_own(
    app: Flask, told: Teller, grace: Browser
) -> None:
    """By the API's rule: 403 before anything is shown of what would change."""
    lin = Browser(app, key_of(told.archive, "contributor", name="lin"))
    assert "/withdraw" not in lin.get("/desk/records/juno").get_data(as_text=True)
    assert "/withdraw" in grace.get("/desk/records/juno").get_data(as_text=True)
    theirs = lin.look("/desk/statements/juno-came/correct", date="2025", why__reason="x")
    assert theirs.status_code == 403
    assert lin.look("/desk/statements/juno-came/withdraw", why__reason="x").status_code == 403
    mine = lin.look(
        "/desk/new/milestone?facility=juno",
        id="mine",
        milestone="completed",
        modality="actual",
        date="2024",
        title="Built",
    )
    assert lin.record(mine).status_code == 303
    mended = lin.look("/desk/statements/mine/correct", date="2024-11", why__reason="x")
    assert lin.record(mended).status_code == 303
    assert [line["by"] for line in recorded(told.archive, 4)] == ["lin", "lin"]


# --- only what somebody changed


def test_a_form_that_is_sent_back_as_it_was_changes_nothing(grace: Browser) -> None:
    """It says so, and there is no button to record it."""
    for path in ("/desk/statements/juno-came/correct", "/desk/records/juno/amend"):
        looked = grace.look(path, why__reason="Nothing.")
        assert looked.status_code == 422
        assert page(looked).says("Nothing was changed.")
        assert 'value="record"' not in looked.get_data(as_text=True)


@pytest.mark.parametrize("type", sorted({line["type"] for line in LINES}))
def test_every_line_of_the_chronicle_goes_through_a_form_unchanged(type: str) -> None:
    """What a form shows of a line says just that line, and sent back it changes nothing."""
    members = members_of(BY_TYPE[type])
    for line in (line for line in LINES if line["type"] == type):
        shown = values_of(members, line)
        assert {"type": type, **line_of(members, shown)} == line
        form: MultiDict[str, str] = MultiDict()
        for name, value in shown.items():
            if isinstance(value, str):
                form.add(name, value.replace("\n", "\r\n"))
                continue
            for first, second in (("", ""), *value, ("", "")):
                form.add(f"{name}.0", first)
                form.add(f"{name}.1", second)
        assert changes_of(members, shown, sent(members, form)) == {}


@pytest.mark.parametrize(
    "attributes",
    [
        {"a": "5", "b": 5, "c": 5.5, "d": True, "e": None, "f": [1, "x"], "g": {"h": "i"}},
        {"a": "true", "b": "null", "c": '"quoted"', "d": " padded ", "e": "", "f": "a\nb"},
    ],
)
def test_facts_keep_their_types(attributes: dict[str, Any]) -> None:
    """A text that looks like a number stays a text, a number a number."""
    members = members_of(BY_TYPE["observation"])
    shown = values_of(members, {"attributes": attributes})
    assert line_of(members, shown) == {"attributes": attributes}


def test_what_is_fixed_is_shown_and_not_asked_for(grace: Browser) -> None:
    """Another id or facility would be another claim."""
    shown = grace.page("/desk/statements/juno-came/correct")
    names = {name for name, _ in shown.form("preview").fields}
    assert not names & set(FIXED)
    assert shown.says("Facility juno")


class Loaned(Fact, frozen=True, kw_only=True):
    """Something was lent: a type that the catalogue does not have yet."""

    TYPE: ClassVar[str] = "loan"
    TOPIC: ClassVar[str] = "loaned-v1"
    EVENT: ClassVar[str] = "Loaned"
    DATES: ClassVar[tuple[str, ...]] = ("due",)

    id: Slug
    borrower: Text
    due: Edtf | None = None
    copies: int = 1


def test_a_new_type_has_its_form_at_once() -> None:
    """From its members alone; what has no words goes by its own name."""
    told = [(each.name, each.kind, each.required) for each in members_of(Loaned)]
    assert told == [
        ("id", "id", True),
        ("borrower", "text", True),
        ("due", "date", False),
        ("copies", "number", False),
    ]
    assert desk_words.member("borrower", "zh") == "borrower"
    assert desk_words.hint("loan", "borrower", "en") == ""


# --- what is told before


def test_what_would_change_is_told_in_words(grace: Browser) -> None:
    """Members from what to what, spans that end and begin, rivals, and why they give way."""
    looked = grace.look("/desk/statements/juno-came/correct", date="2025-08-25", why__reason="x")
    text = looked.get_data(as_text=True)
    assert "<del>26 August 2025 (2025-08-26)</del>" in text
    assert "<ins>25 August 2025 (2025-08-25)</ins>" in text
    assert "<del>Status: operating, from 26 August 2025 on</del>" in text
    assert "<ins>Status: operating, from 25 August 2025 on</ins>" in text
    assert page(looked).says("holds It would hold.")
    assert page(looked).says("To run from 2020 juno-plan 2020 planned")
    assert page(looked).says("a plan gives way to what came")
    assert page(looked).says("as grace, at revision 3")


DISPUTED = sorted(
    {line["facility"] for line in LINES if line.get("rank") and line["type"] == "milestone"}
)


@pytest.mark.parametrize("id", DISPUTED)
def test_a_statement_stands_at_the_desk_as_on_the_page_of_its_record(
    shipped: Archive, reader: Reader, id: str
) -> None:
    """What is shown and moves nothing holds on neither."""
    desk = Desk(service=shipped, here=Here("/desk", {}), lang="en", say=Speech("en"))
    entries = record_members(desk, id)["entries"].values()
    at_the_desk = {row["id"]: row["word"] for rows in entries for row in rows}
    text = reader.ask(f"/records/{id}").get_data(as_text=True)
    rows = re.findall(r'<tr id="st-([^"]+)".*?<span class="tag[^>]*>([^<]+)<', text, re.DOTALL)
    on_its_page = {statement: word for statement, word in rows if statement in at_the_desk}
    assert on_its_page == at_the_desk


def test_what_moves_nothing_is_not_said_to_hold(grace: Browser, told: Teller) -> None:
    """Neither in a record nor before it is recorded nor beside a rival."""
    ended = milestone("juno-ended", "decommissioned", "2026-01", title="Ended", rank="disputed")
    told.tell(ended)
    text = grace.get("/desk/records/juno").get_data(as_text=True)
    assert '<span class="tag">disputed</span>' in text.partition('id="st-juno-ended"')[2]
    looked = grace.look("/desk/statements/juno-ended/correct", date="2026-02", why__reason="x")
    assert page(looked).says("disputed It would be shown and move nothing")
    assert '<span class="tag holds">' not in looked.get_data(as_text=True)
    withdrawn = grace.look("/desk/statements/juno-ended/withdraw", why__reason="x")
    assert page(withdrawn).says("It would be withdrawn, and nothing else tells of this.")


def test_a_new_rival_that_loses_is_told_why(grace: Browser) -> None:
    """Said later, it would hold; a plan beside what came would not."""
    common = {"milestone": "operation-started", "title": "Again", "sources__0": "yearbook"}
    path = "/desk/new/milestone?facility=juno"
    late = {"id": "later", "modality": "actual", "date": "2025-09", "stated": "2026"}
    wins = grace.look(path, **common, **late)
    assert page(wins).says("holds It would hold.")
    assert page(wins).says("holds until now")
    assert page(wins).says("something was said later")
    hope = {"id": "hope", "modality": "planned", "date": "2027", "stated": "2026"}
    loses = grace.look(path, **common, **hope)
    assert page(loses).says("It would not hold: a plan gives way to what came. juno-came holds.")


def test_warnings_and_likely_doubles_are_told(grace: Browser) -> None:
    """Both are odd, and neither forbids anything."""
    looked = grace.look(
        "/desk/new/milestone?facility=juno",
        id="double",
        entry="juno/second-start",
        milestone="operation-started",
        modality="actual",
        date="2025-08-26",
        title="Starts",
    )
    assert page(looked).says("rests on no source")
    assert page(looked).says("Perhaps the same event under another entry")
    assert grace.record(looked).status_code == 303


@pytest.mark.parametrize(
    ("path", "written", "control", "status", "words"),
    [
        (
            "/desk/new/source",
            {"id": "yearbook", "medium": "a", "title": "b"},
            "id",
            409,
            "is taken",
        ),
        ("/desk/new/source", {"id": "y", "title": "b"}, "medium", 422, "'medium' is missing"),
        (
            "/desk/new/milestone?facility=juno",
            {
                "id": "x",
                "milestone": "upgraded",
                "modality": "actual",
                "date": "soon",
                "title": "t",
            },
            "date",
            422,
            "soon is not a date",
        ),
        (
            "/desk/new/milestone?facility=juno",
            {
                "id": "x",
                "milestone": "upgraded",
                "modality": "planned",
                "date": "2030",
                "title": "t",
            },
            "stated",
            422,
            "must say when it was stated",
        ),
        (
            "/desk/new/milestone?facility=nothing",
            {
                "id": "x",
                "milestone": "upgraded",
                "modality": "actual",
                "date": "2020",
                "title": "t",
            },
            "facility",
            422,
            "Nothing is recorded under nothing.",
        ),
        (
            "/desk/new/observation",
            {
                "id": "x",
                "modality": "actual",
                "date": "2020",
                "title": "t",
                "sources__0": ["yearbook", "lost"],
            },
            "sources",
            422,
            "2: Nothing is recorded under lost.",
        ),
        (
            "/desk/new/indicator",
            {
                "id": "x",
                "series": "s",
                "value": "much",
                "unit": "%",
                "modality": "actual",
                "date": "2020",
                "title": "t",
            },
            "value",
            422,
            "Expected",
        ),
        (
            "/desk/statements/juno-came/correct",
            {"date": "soon", "why__reason": "x"},
            "date",
            422,
            "soon is not a date",
        ),
        (
            "/desk/statements/juno-came/correct",
            {"date": "2020"},
            "why.reason",
            422,
            "'reason' is missing",
        ),
        (
            "/desk/statements/juno-came/correct",
            {"date": "2020", "why__reason": "x", "why__sources__0": "lost"},
            "why.sources",
            422,
            "Nothing is recorded under lost.",
        ),
    ],
)
def test_a_problem_stands_beside_its_member(
    grace: Browser,
    told: Teller,
    *,
    path: str,
    written: dict[str, Any],
    control: str,
    status: int,
    words: str,
) -> None:
    """With the API's status; the form keeps what was written, and cannot be recorded."""
    looked = grace.look(path, **written)
    text = looked.get_data(as_text=True)
    id = f"f-{control.replace('.', '-')}"
    assert looked.status_code == status
    assert page(looked).says(words)
    assert f'id="{id}-fault"' in text
    beside = text.split(f'id="{id}-fault"')[1].split("</ul>")[0]
    assert words.replace("'", "&#39;") in beside
    assert f'href="#{id}"' in text
    assert 'value="record"' not in text
    kept = page(looked).form("preview").fields
    for name, value in written.items():
        for each in [value] if isinstance(value, str) else value:
            assert (name.replace("__", "."), each) in kept
    assert head(told.archive) == 4


def test_hostile_text_is_only_text(grace: Browser, told: Teller) -> None:
    """In forms, previews, problems, lists and lines, whatever it says."""
    evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'"
    looked = grace.look(
        "/desk/new/source", id="evil", medium="book", title=evil, author="{{ 7*7 }}"
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
        assert "49" not in text.replace("@49", "") or "{{ 7*7 }}" in text
    assert recorded(told.archive, 4)[0]["title"] == evil


# --- somebody was faster


def other_correction(told: Teller, **changes: Any) -> None:
    """What somebody else records of the same statement in the meantime."""
    line = {"type": "correction", "statement": "juno-came", "changes": changes, "reason": "Faster."}
    told.archive.chronicle.execute(command(line, actor="zhao"))


def test_a_stale_look_shows_what_changed_and_what_would_happen_now(
    grace: Browser, told: Teller
) -> None:
    """412, with who changed what and why; recorded from there, both changes stand."""
    looked = grace.look("/desk/statements/juno-came/correct", date="2025-08-25", why__reason="x")
    other_correction(told, title="JUNO takes data", summary="A summary.")
    stale = grace.record(looked)
    assert stale.status_code == 412
    assert page(stale).says("Somebody was faster")
    assert page(stale).says("zhao · Faster.")
    assert "<del>Takes data</del> <ins>JUNO takes data</ins>" in stale.get_data(as_text=True)
    assert head(told.archive) == 5
    assert page(stale).form("preview").value("title") == "JUNO takes data"
    assert grace.record(stale).status_code == 303
    last = recorded(told.archive, 5)[-1]
    assert last["changes"] == {"date": "2025-08-25"}
    kept = told.archive.chronicle.stream("record:juno")
    assert len(kept) == 5


def test_a_form_that_was_opened_before_a_change_tells_so_when_looked_at(
    grace: Browser, told: Teller
) -> None:
    """It does not undo what somebody else changed."""
    form = grace.page("/desk/statements/juno-came/correct").form("preview")
    other_correction(told, title="JUNO takes data")
    sent_back = form.filled({"date": "2025-08-25", "why.reason": "x"})
    looked = grace.post(form.action, [*sent_back, ("do", "preview")])
    assert looked.status_code == 412
    assert page(looked).says("zhao · Faster.")
    grace.record(looked)
    assert recorded(told.archive, 5)[-1]["changes"] == {"date": "2025-08-25"}


def test_a_statement_that_was_looked_at_beside_other_rivals_is_looked_at_again(
    grace: Browser, told: Teller
) -> None:
    """A new one too is recorded beside the rivals that were shown, or shown anew."""
    looked = grace.look(
        "/desk/new/milestone?facility=juno",
        id="x",
        milestone="completed",
        modality="actual",
        date="2024",
        title="Built",
    )
    told.tell(milestone("y", "completed", "2023", title="Built earlier"))
    stale = grace.record(looked)
    assert stale.status_code == 412
    assert page(stale).says("Built earlier")
    assert grace.record(stale).status_code == 303
    assert head(told.archive) == 6


def test_a_batch_too_is_looked_at_again(grace: Browser, told: Teller) -> None:
    """Where a record that it changes has changed; what stands elsewhere does not matter."""
    looked = grace.look("/desk/batch", text=BATCH)
    told.tell({**SOURCE, "id": "elsewhere"})
    other_correction(told, title="JUNO takes data")
    stale = grace.record(looked)
    assert stale.status_code in (412, 422)
    assert page(stale).says("Somebody was faster")
    assert head(told.archive) == 6
    assert grace.record(stale).status_code == 303
    assert head(told.archive) == 9
    assert all("revision" not in line for line in recorded(told.archive, 6))


# --- for whom


@pytest.mark.parametrize(
    "path", [path for path in PATHS if "?" not in path or "=juno" in path][:-2]
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_input_has_its_label_and_every_id_is_one(
    grace: Browser, path: str, lang: str
) -> None:
    """A label or a name of its own; what describes it is there."""
    if path.startswith(("/desk/id", "/desk/find", "/desk/date")):
        return
    shown = grace.page(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    assert len(set(shown.ids)) == len(shown.ids)
    for each in shown.inputs:
        assert each.get("id") in shown.labelled or each.get("aria-label") or each["name"] == "q"
        for described in each.get("aria-describedby", "").split():
            assert described in shown.ids, described


def test_the_desk_speaks_chinese(grace: Browser) -> None:
    """By the address or by what the browser likes; links and forms stay in the language."""
    shown = grace.page("/desk/new/milestone?facility=juno&lang=zh")
    assert shown.lang == "zh-CN"
    assert shown.says("里程碑")
    assert not shown.says("required")
    form = shown.form("preview")
    assert form.action == "/desk/new/milestone?lang=zh"
    written = {
        "id": "x",
        "milestone": "upgraded",
        "modality": "actual",
        "date": "2025",
        "title": "t",
    }
    looked = grace.post(form.action, [*form.filled(dict(written)), ("do", "preview")])
    assert "没有来源" in looked.get_data(as_text=True)
    done = grace.record(looked)
    assert "lang=zh" in done.headers["Location"]
    assert page(grace.get(done.headers["Location"])).lang == "zh-CN"
    assert page(grace.get("/desk", **{"Accept-Language": "zh-CN"})).lang == "zh-CN"


def test_every_member_and_choice_has_its_words() -> None:
    """In both languages, for all types of the catalogue; so have the warnings and titles."""
    for fact in CATALOGUE:
        assert fact.TYPE in desk_words.TYPES
        for member in members_of(fact):
            if member.name in ("changes", "statement", "source"):
                continue  # a form does not ask for them
            for lang in LANGUAGES:
                assert member.name in desk_words.MEMBERS, member.name
                assert desk_words.hint(fact.TYPE, member.name, lang), (fact.TYPE, member.name, lang)
                words = [desk_words.choice(member.name, each, lang) for each in member.choices]
                assert len(set(words)) == len(words)
            for each in member.choices:
                if member.name not in ("field", "milestone"):
                    assert f"{member.name}.{each}" in desk_words.CHOICES
    assert {*STATEMENT_TYPES} <= {*desk_words.TYPES}
    assert len(MILESTONES) == len(
        {desk_words.choice("milestone", each, "zh") for each in MILESTONES}
    )


def test_every_warning_has_its_chinese() -> None:
    """The codes that `warnings_of` can give."""
    codes = re.findall(r'Warning\(\s*"([a-z-]+)"', inspect.getsource(statement_warnings))
    assert set(codes) == set(desk_words.WARNINGS)


def test_a_date_is_told_as_one_types(grace: Browser) -> None:
    """In words with the days that it leaves open, or why it is none."""
    told = grace.get("/desk/date?text=2024-10/2024-12").get_json()
    assert told == {
        "ok": True,
        "words": "October–December 2024: some day from 1 October 2024 to 31 December 2024",
    }
    assert grace.get("/desk/date?text=2024/..").get_json()["words"].endswith("on")
    bad = grace.get("/desk/date?text=next year").get_json()
    assert bad["ok"] is False
    assert bad["words"]


def test_an_id_is_looked_up_as_one_types(grace: Browser) -> None:
    """Taken, by what; or free."""
    taken = grace.get("/desk/id?of=statement&id=juno-came").get_json()
    assert taken == {"taken": True, "words": "Takes data", "words_new": "taken: Takes data"}
    assert grace.get("/desk/id?of=record&id=nothing").get_json()["taken"] is False
    refused = grace.get("/desk/id?of=entry&id=x", Accept="application/json")
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    found = grace.get("/desk/find?of=record&q=juno").get_json()
    assert found == [{"id": "juno", "name": "JUNO"}]
    assert grace.get("/desk/find?of=source&q=yearbook").get_json()[0]["id"] == "yearbook"


def test_what_is_shown_as_one_types_records_nothing(grace: Browser, told: Teller) -> None:
    """It is the same look, without the page around it and without its button."""
    form = grace.page("/desk/statements/juno-came/correct").form("preview")
    before = told.log()
    filled = form.filled({"date": "2025-08-25", "why.reason": "x"})
    answer = grace.post(form.action, [*filled, ("do", "live")])
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<ins>25 August 2025 (2025-08-25)</ins>" in text
    assert "<html" not in text
    assert "<form" not in text
    assert told.log() == before


def test_the_desk_works_where_reading_needs_a_key(told: Teller) -> None:
    """It needs one anyway."""
    app = create_app(told.archive, Settings(data=told.archive.folder, open_reads=False))
    browser = Browser(app, key_of(told.archive, "curator"))
    assert browser.get("/desk/records/juno").status_code == 200


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
