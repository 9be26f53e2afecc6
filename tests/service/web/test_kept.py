"""Answers that are kept in front of the app: right, private and bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse

from service.app import create_app
from service.serving.pausing import TURN, Dear, Turn
from service.settings import BadSetting, Settings
from service.web import limiting
from service.web.kept import OF_A_TEXT, OF_AN_ANSWER, Answers, _Answer
from tests.service.asked import QUESTIONS, unkept
from tests.story.telling import Clock, Teller, amendment, correction, facility, milestone

OF_ONE_REQUEST = {"X-Request-Id", "Date"}


def found(client: FlaskClient) -> Mapping[str, float]:
    """How many answers were kept, given again, or passed by, and how many bytes are kept."""
    text = client.get("/metrics").get_data(as_text=True)
    counts = re.findall(r'annales_kept_total{found="(\w+)"} (\S+)', text)
    [bytes_kept] = re.findall(r"^annales_kept_bytes (\S+)", text, re.MULTILINE)
    return {"hit": 0.0, "miss": 0.0, **{name: float(count) for name, count in counts}} | {
        "bytes": float(bytes_kept)
    }


def headers_of(answer: TestResponse) -> dict[str, str]:
    """Those that are not of one request alone."""
    return {name: value for name, value in answer.headers.items() if name not in OF_ONE_REQUEST}


@pytest.fixture
def client(juno: Teller) -> FlaskClient:
    """The service over the small archive, whose views are caught up by hand."""
    juno.archive.catch_up()
    return create_app(juno.archive).test_client(use_cookies=False)


def test_the_same_question_is_answered_by_the_same_answer(client: FlaskClient) -> None:
    """Byte for byte and header for header, but for the id of the request; and it is counted."""
    first = client.get("/v1/records/juno")
    again = client.get("/v1/records/juno", headers={"X-Request-Id": "mine"})
    assert again.data == first.data
    assert headers_of(again) == headers_of(first)
    assert again.headers["X-Request-Id"] == "mine"
    assert (found(client)["hit"], found(client)["miss"]) == (1, 1)
    text = client.get("/metrics").get_data(as_text=True)
    assert re.search(r'route="/v1/records/[^"/]+",status="200"} 2.0', text)


def test_each_form_of_an_answer_is_kept_by_itself(client: FlaskClient) -> None:
    """Coding, type and language choose it; what the client calls us does not."""
    asked: list[tuple[str, dict[str, str]]] = [
        ("/v1/state", {}),
        ("/v1/state", {"Accept-Encoding": "zstd"}),
        ("/v1/state", {"Accept-Encoding": "gzip"}),
        ("/v1/state", {"Accept": "text/csv"}),
        ("/state", {"Accept-Language": "zh"}),
        ("/state", {"Accept-Language": "en"}),
    ]
    first = [client.get(path, headers=headers) for path, headers in asked]
    again = [client.get(path, headers=headers) for path, headers in asked]
    assert [each.data for each in again] == [each.data for each in first]
    assert len({each.data for each in again}) == len(asked)
    assert found(client)["hit"] == len(asked)
    other = client.get("/state", headers={"Accept-Language": "en", "Host": "other.example"})
    assert other.data == first[-1].data
    assert found(client)["hit"] == len(asked) + 1
    assert [each.headers.get("Content-Encoding") for each in again[:3]] == [None, "zstd", "gzip"]


@pytest.mark.parametrize("codings", [None, "gzip", "gzip, br;q=0"])
def test_what_costs_much_is_kept_for_who_asks_the_same(
    client: FlaskClient, codings: str | None
) -> None:
    """A request that is sent on to the lane of the dear comes with the headers with which it
    came."""
    headers = {} if codings is None else {"Accept-Encoding": codings}
    asked = EnvironBuilder("/v1/state", headers=list(headers.items()))
    environ = {**asked.get_environ(), TURN: Turn()}
    application: Any = client.application
    with pytest.raises(Dear):
        application(environ, lambda *_: None)
    environ[TURN].is_dear = True
    body = b"".join(application(environ, lambda *_: None))
    assert client.get("/v1/state", headers=headers).data == body
    assert found(client)["hit"] == 1


def test_head_and_304_are_answered_from_what_is_kept(client: FlaskClient) -> None:
    """HEAD without the body, 304 with the headers that it has anyway."""
    first = client.get("/v1/state")
    head = client.head("/v1/state")
    assert (head.status_code, head.data) == (200, b"")
    assert headers_of(head) == headers_of(first)
    held = [
        client.get("/v1/state", headers={"If-None-Match": first.headers["ETag"]}) for _ in range(2)
    ]
    assert [each.status_code for each in held] == [304, 304]
    assert headers_of(held[0]) == headers_of(held[1])
    assert found(client)["hit"] == 2


STEPS = (
    (facility("heps"),),
    (milestone("juno-began", "operation-started", "2025-08"),),
    (correction("juno-began", {"title": "It began"}),),
    (amendment("juno", {"place": "Jiangmen"}),),
    (facility("cepc"), facility("lhaaso")),
)


def test_what_is_given_is_never_stale(juno: Teller) -> None:
    """After each commit every question is answered as by a service that keeps nothing, and so it
    is the next time, when it is kept; also on the next day, without a commit."""
    juno.archive.catch_up()
    client, fresh = create_app(juno.archive).test_client(), unkept(juno.archive).test_client()
    urls = [
        "/state",
        "/v1/changes",
        "/v1/timemap/records/juno",
        "/v1/feeds/atom",
        "/v1/records/heps",
    ]
    for question in QUESTIONS:
        urls += question.urls({})
    pinned: set[str] = set()

    # What is followed is told as far as the views have read, and does not wait for them.
    followed = "/v1/changes?of=/v1/records/juno"
    urls.append(followed)

    def compare(urls: Iterable[str]) -> None:
        for url in urls:
            truth = fresh.get(url)
            for _ in range(2):
                given = client.get(url)
                assert (given.status_code, given.data) == (truth.status_code, truth.data), url
                assert headers_of(given) == headers_of(truth), url
            if (pin := truth.headers.get("Content-Location")) is not None:
                pinned.add(pin)

    compare(urls)
    for lines in STEPS:
        juno.tell(*lines)
        compare([followed])
        juno.archive.catch_up()
        compare([*urls, *pinned])
    juno.clock.set("2027-02-01T00:00:00.000000Z")
    compare([*urls, *pinned])
    assert found(client)["hit"] > len(urls)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer annales_12345678_nothing"},
        {"Cookie": "annales-desk=something"},
        {"Range": "bytes=0-9"},
        {"Cache-Control": "no-cache"},
        {"Annales-Min-Position": "1"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_whoever_shows_more_than_the_question_asks_the_app_itself(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    """Nothing is given to them, and nothing of theirs is kept."""
    client.get("/v1/state", headers=headers)
    assert found(client)["bytes"] == 0
    client.get("/v1/state")
    before = found(client)
    answer = client.get("/v1/state", headers=headers)
    assert answer.status_code == (401 if "Authorization" in headers else 200)
    assert found(client)["hit"] == before["hit"]


def test_where_reading_needs_a_key_nothing_is_kept(juno: Teller) -> None:
    """Who has none is refused after somebody who has one was answered."""
    juno.archive.catch_up()
    app = create_app(juno.archive, Settings(data=juno.archive.folder, open_reads=False))
    client = app.test_client()
    key = juno.archive.keys.issue(name="zhou", role="reader", by="root")
    for _ in range(2):
        answer = client.get("/v1/state", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200
    assert client.get("/v1/state").status_code == 401
    assert "annales_kept_total{" not in client.get("/metrics").get_data(as_text=True)


def test_a_limit_counts_what_was_kept(juno: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an eighth of an answer, like a 304; beyond the limit there is 429."""
    monkeypatch.setattr(limiting, "A_QUESTION", 60)
    juno.archive.catch_up()
    settings = Settings(data=juno.archive.folder, questions_limit="3 per minute")
    client = create_app(juno.archive, settings).test_client()
    answers = [client.get("/v1/state") for _ in range(6)]
    tag = answers[0].headers["ETag"]
    answers += [client.get("/v1/state", headers={"If-None-Match": tag}) for _ in range(11)]
    answers.append(client.get("/v1/state"))
    assert [each.status_code for each in answers] == [*6 * [200], *11 * [304], 429]
    lefts = [each.headers["RateLimit"].split(";")[1] for each in answers]
    assert [lefts[number] for number in (0, 5, 8, 16, 17)] == ["r=2", "r=1", "r=1", "r=0", "r=0"]


def test_what_may_not_be_kept_by_others_is_not_kept_here(client: FlaskClient) -> None:
    """Health, figures, problems, redirects, the desk and streams are made anew each time."""
    for path in (
        "/healthz",
        "/metrics",
        "/v1/records/nothing",
        "/v1/timegate/records/juno",
        "/desk",
    ):
        client.get(path)
    assert found(client)["bytes"] == 0


def test_where_the_log_cannot_be_asked_the_app_says_so(
    juno: Teller, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """As a problem; whether the process answers is answered all the same."""
    assert client.get("/v1/state").status_code == 200
    juno.archive.close()
    answer = client.get("/v1/state")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "ConnectionPoolClosedError" in caplog.text
    assert client.get("/healthz").status_code == 200


def test_so_many_bytes_are_kept_and_no_more() -> None:
    """What was not asked for longest goes first; what is too large is not kept at all."""
    one = OF_AN_ANSWER + 100
    answers = Answers(10 * one)
    for number in range(25):
        answers.put((number,), _Answer("200 OK", [], bytes(100), "/", None))
        answers.get((0,))
        assert answers.bytes <= answers.most
    kept = [number for number in range(25) if answers.get((number,)) is not None]
    assert kept == [0, *range(16, 25)]
    answers.put(("large",), _Answer("200 OK", [], bytes(answers.most // 2), "/", None))
    assert answers.get(("large",)) is None
    answers.put((0,), _Answer("200 OK", [], bytes(1), "/", None))
    assert answers.bytes == 10 * one - 99
    wordy = _Answer("200 OK", [("A", "b")], bytes(1), "/", None)
    assert wordy.size(("a" * 300, None)) == OF_AN_ANSWER + 1 + 3 * OF_A_TEXT + 302


def test_other_views_in_their_place_make_every_answer_anew(
    juno: Teller, client: FlaskClient
) -> None:
    """Also a pinned one: perhaps they were damaged."""
    pinned = client.get("/v1/state").headers["Content-Location"]
    assert client.get(pinned).data == client.get(pinned).data
    hits = found(client)["hit"]
    views = juno.archive.views
    views.swap_in(views.make_beside())
    juno.archive.catch_up()
    client.get(pinned)
    assert found(client)["hit"] == hits


@pytest.mark.parametrize("text", ["a", "-1", "1.5", "2", "9999999"])
def test_a_bound_that_holds_nothing_is_refused(text: str) -> None:
    """With what it can be."""
    with pytest.raises(BadSetting, match="ANNALES_KEPT"):
        Settings.of({"ANNALES_KEPT": text})
    assert Settings.of({"ANNALES_KEPT": "0"}).kept == 0


def test_a_limit_in_other_words_is_refused() -> None:
    """When the settings are read, not with the first request; and so are proxies."""
    for name in ("ANNALES_QUESTIONS_LIMIT", "ANNALES_PROXIES"):
        with pytest.raises(BadSetting, match=name):
            Settings.of({name: "often"})


def test_a_clock_that_stands_still_keeps_answers(juno: Teller, clock: Clock) -> None:
    """Only the day matters, not the hour."""
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    client.get("/v1/state")
    clock.set("2026-11-25T23:59:59.000000Z")
    client.get("/v1/state")
    assert found(client)["hit"] == 1
