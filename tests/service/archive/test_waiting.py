"""A question at a position that the views have not read waits for them, and never guesses."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import httpx
import pytest

from service.app import create_app
from tests.service.asked import QUESTIONS, Reader
from tests.service.serving import serving
from tests.story.telling import Teller, facility

RELEASED_AFTER = 0.2
"""Seconds."""


@contextmanager
def held_up(teller: Teller) -> Iterator[threading.Timer]:
    """Somebody else has the views' write lock, until the timer is over or the block ends."""
    path = teller.archive.views.path()
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(RELEASED_AFTER, other.rollback)
        try:
            yield timer
        finally:
            timer.cancel()
            if timer.ident is not None:
                timer.join()
            other.rollback()


def test_without_a_follower_a_question_is_told_to_come_back(
    juno: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with `Retry-After` and how far the views are; what they have read is answered."""
    monkeypatch.setattr("service.web.pausing.PATIENCE", 0.05)
    juno.archive.catch_up()
    reader = Reader(create_app(juno.archive))
    juno.tell(facility("heps"))
    asked = [asked for asked in QUESTIONS if "{id}" not in asked.path]
    for question in asked:
        for url in question.urls({}):
            answer = reader.ask(url)
            assert answer.status_code == 503, url
            assert answer.headers["Retry-After"] == "1"
            body = answer.get_json()
            assert body["type"] == "/problems/not-yet-projected"
            assert (body["position"], body["projected"]) == (3, 2)
    assert reader.refused("/v1/records/heps") == (503, "not-yet-projected")
    assert reader.get("/v1/records", known="@2")["total"] == 1
    juno.archive.catch_up()
    assert reader.get("/v1/records")["total"] == 2


def test_a_follower_that_is_held_up_is_waited_for(juno: Teller) -> None:
    """What was recorded a moment ago is in the answer, which comes when the views have it."""
    juno.archive.follow()
    reader = Reader(create_app(juno.archive))
    assert reader.get("/v1/records")["known"] == "@2"
    with held_up(juno) as timer:
        juno.tell(facility("heps"))
        timer.start()
        answer = reader.get("/v1/records")
    assert (answer["known"], answer["total"]) == ("@3", 2)


def test_a_follower_that_is_held_up_too_long_is_not_waited_for(
    juno: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After `PATIENCE` the client is told; once the views are there, the same question is
    answered."""
    juno.archive.follow()
    reader = Reader(create_app(juno.archive))
    assert reader.get("/v1/records")["known"] == "@2"
    with held_up(juno), monkeypatch.context() as patched:
        patched.setattr("service.web.pausing.PATIENCE", 0.05)
        juno.tell(facility("heps"))
        assert reader.refused("/v1/records") == (503, "not-yet-projected")
        assert reader.get("/v1/records", known="@2")["total"] == 1
    assert reader.get("/v1/records")["total"] == 2


def test_questions_that_wait_for_the_views_hold_no_thread(juno: Teller) -> None:
    """Others are answered meanwhile, and they themselves as soon as the views are there."""
    with serving(juno.archive, threads=1) as base, ThreadPoolExecutor(8) as readers:
        assert httpx.get(f"{base}/v1/records").json()["known"] == "@2"
        with held_up(juno) as timer:
            juno.tell(facility("heps"))
            least = {"Annales-Min-Position": "3"}
            asked = [
                readers.submit(httpx.get, f"{base}/v1/records{query}", headers=headers)
                for query, headers in 4 * [("", {}), ("?known=@2", least)]
            ]
            time.sleep(0.1)
            assert httpx.get(f"{base}/v1/records?known=@2").json()["total"] == 1
            assert not any(each.done() for each in asked)
            timer.start()
            answers = [each.result().json() for each in asked]
    assert [answer["total"] for answer in answers] == 4 * [2, 1]


def test_the_service_is_ready_while_its_views_are_near(
    juno: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`/readyz` tells the head, how far the views are, and 503 beyond the lag that is allowed."""
    juno.archive.catch_up()
    reader = Reader(create_app(juno.archive))
    juno.tell(facility("heps"))
    assert reader.get("/readyz") == {
        "ready": True,
        "head": 3,
        "projected": 2,
        "lag": 1,
        "failure": None,
        "clock": None,
    }
    monkeypatch.setattr("service.routes.READY_LAG", 0)
    answer = reader.app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["ready"]) == (503, False)
    assert reader.get("/healthz") == {"status": "ok"}
