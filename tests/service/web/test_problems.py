"""Whatever is wrong with a request is told as a problem of RFC 9457, and nothing is ignored."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.archive import Archive
from service.asking.filters import SHARED
from service.web.problems import (
    PROBLEMS,
    RAISED,
    STATUSES,
    Problem,
    problem_response,
)
from tests.service.asked import PATHS, QUESTIONS, Asked, Reader, check_problem, slug, url

FACTS: dict[str, Any] = {
    "current_revision": 3,
    "current": "/v1/state?view=2",
    "accepted": "application/json",
    "retry_after": 60,
}
"""What some problems need to become a response."""

FREE = {"after", "actor", "operator", "record", "q", "fields"}
"""Parameters that take texts of many kinds, so that a strange one may find nothing."""

HOSTILE = [
    "'; DROP TABLE spans; --",
    '" OR 1=1 --',
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "..",
    "%",
    "%s%n{0}{{7*7}}${x}",
    "\0",
    "a\0b",
    "\r\nSet-Cookie: a=b",
    "\n",
    "x" * 3_000,
    "9" * 3_000,
    "-1",
    "1e400",
    "NaN",
    "null",
    "[]",
    "*",
    "中微子",
    "٣",
    "２０１３",
    "\u2028\ufeff\u202e",
    "🛰",
    "\x7f\x1b[31m",
]
RAW = ["%ED%A0%80", "%ff", "%C3", "%FF%FE", "%00", "%2e%2e%2f", "%zz", "%E4%B8"]
"""Lone surrogates, cut and foreign bytes, as they come in a URL."""

BYTES = ["\xff", "\xc3", "\xed\xa0\x80"]
"""The same without escapes, which no client should send; WSGI has bytes as Latin-1."""


WAIT = ("too-many-citations", "too-many-suggestions")
"""Of 429, what says by itself when to come back."""


@pytest.mark.parametrize("problem", PROBLEMS, ids=[problem.slug for problem in PROBLEMS])
def test_a_problem_has_its_page_and_its_shape(reader: Reader, problem: Problem) -> None:
    """`type` can be followed, and tells the title, the status and what it means."""
    page = reader.get(f"/problems/{problem.slug}")
    assert page == {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "meaning": problem.meaning,
    }
    assert HTTPStatus(problem.status) >= 400
    with reader.app.test_request_context("/somewhere?at=2013"):
        response = problem_response(problem, "for a reason", FACTS)
    body = response.get_json()
    assert {name: body[name] for name in ("type", "title", "status", "detail", "instance")} == {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": "for a reason",
        "instance": "/somewhere",
    }
    assert (response.status_code, response.mimetype) == (problem.status, "application/problem+json")
    assert response.headers["Cache-Control"] == "no-store"
    waits = problem.status == 503 or problem.slug in WAIT
    assert ("Retry-After" in response.headers) == waits


def test_no_problem_is_missing_from_the_list() -> None:
    """Slugs are unique, and whatever an error becomes is in the list."""
    slugs = [problem.slug for problem in PROBLEMS]
    assert len(set(slugs)) == len(slugs)
    assert {problem for problem, _ in RAISED.values()} | set(STATUSES.values()) <= set(PROBLEMS)


def test_a_problem_that_there_is_not_is_not_found(reader: Reader) -> None:
    """Neither is a path of any other kind."""
    for path in ("/problems/nope", "/nope", "/v1", "/v1/state/", "/v1/records/juno/nope", "/v1/x"):
        assert reader.refused(path) == (404, "not-found")


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_a_parameter_that_is_not_taken_is_refused(reader: Reader, asked: Asked) -> None:
    """Nothing is ignored: the problem names the parameter, and those that are taken."""
    others = sorted({each.name for each in SHARED} - asked.takes)
    for path in asked.paths():
        for name in ("nope", "AT", "at ", "known[]", "", "_method", *others):
            answer = reader.ask(url(path, **{name: "1"}))
            if not name:
                assert answer.status_code in (200, 422)
                continue
            assert (answer.status_code, slug(answer)) == (422, "unknown-parameter"), name
            assert answer.get_json()["parameter"] == name
            assert set(answer.get_json()["allowed"]) == asked.takes


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_a_parameter_is_given_once(reader: Reader, asked: Asked) -> None:
    """Twice is refused, even with the same value: one of them would be ignored."""
    path = next(iter(asked.paths()))
    for name in sorted(asked.takes):
        answer = reader.ask(f"{path}?{name}=2013&{name}=2013")
        assert (answer.status_code, slug(answer)) == (422, "unknown-parameter"), name
        assert answer.get_json()["parameter"] == name
        assert "more than once" in answer.get_json()["detail"]


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("limit", ["0", "2001", "-1", "x", "", "1.0", "1e3", "+5", " 5", "٣", "9" * 3000]),
        ("country", ["cn", "XX", "CHN", "", "C", "CN ", "China", "156"]),
        ("field", ["nope", "", "Space", "space "]),
        ("status", ["nope", "", "Operating", "under construction"]),
        ("kind", ["nope", "", "facilities", "Facility"]),
    ],
)
def test_a_filter_takes_just_its_values(
    reader: Reader, asked: Asked, name: str, values: list[str]
) -> None:
    """422 that names the parameter and, where they are a list, the values that would do."""
    for value in values:
        for ask in asked.urls({name: value}):
            answer = reader.ask(ask)
            assert (answer.status_code, slug(answer)) == (422, "validation"), ask[:200]
            (error,) = answer.get_json()["errors"]
            assert (error["in"], error["parameter"]) == ("query", name)
            if name in ("field", "status", "kind"):
                assert len(error["allowed"]) >= (3 if name == "kind" else 4)


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_no_parameter_is_hurt_by_a_hostile_value(reader: Reader, asked: Asked) -> None:
    """SQL, HTML, paths, control characters, endless and broken texts: a problem, no fault."""
    path = next(iter(asked.paths()))
    for name in sorted(asked.takes):
        needed = "".join(
            f"&{other}={value}" for other, value in asked.needed.items() if other != name
        )
        for text in [*(quote(text, safe="") for text in HOSTILE), *RAW]:
            status = reader.ask(f"{path}?{name}={text}{needed}").status_code
            assert status < 500, f"{name}={text[:80]} gave {status}"
            if name not in FREE:
                assert status >= 400, f"{name}={text[:80]} gave {status}"
    for text in [*(quote(text, safe="") for text in HOSTILE), *RAW]:
        assert reader.refused(f"{path}?{text}=1") == (422, "unknown-parameter")


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_a_hostile_cursor_is_no_fault(reader: Reader, asked: Asked) -> None:
    """What no page gave as its `next` is refused, or a place in the order like any other."""
    for text in [*(quote(text, safe="") for text in HOSTILE), *RAW]:
        for ask in asked.urls({"after": "AFTER"}):
            answer = reader.ask(ask.replace("AFTER", text))
            assert answer.status_code in (200, 400, 422), text
            if answer.status_code == 200:
                again = reader.ask(answer.get_json()["pinned"])
                assert again.data == answer.data


LINE_BREAKS = ["%0D%0ASet-Cookie:%20a=b", "juno%0A", "%0D"]
HOSTILE_IDS = [*(quote(text, safe="") for text in HOSTILE if text.isprintable()), *RAW]
OF_ONE = [asked for asked in QUESTIONS if "{id}" in asked.path]
"""The questions about one record, statement or source."""


def check_headers(answer: TestResponse) -> None:
    """Every header can be sent, and is one line."""
    for name, value in answer.headers:
        assert value.isascii(), name
        assert value.isprintable(), name


@pytest.mark.parametrize("asked", OF_ONE, ids=[asked.path for asked in OF_ONE])
def test_an_id_that_cannot_be_is_not_found(reader: Reader, asked: Asked) -> None:
    """404 for any text in place of an id, whatever it would do elsewhere."""
    for text in HOSTILE_IDS:
        answer = reader.ask(asked.path.replace("{id}", text))
        # Two slashes in a row lead to the path with one.
        assert answer.status_code in ((404, 308) if text.endswith("%2f") else (404,)), text[:80]
        check_headers(answer)


@pytest.mark.parametrize("asked", OF_ONE, ids=[asked.path for asked in OF_ONE])
def test_an_id_with_a_line_break_is_not_found(reader: Reader, asked: Asked) -> None:
    """A line break in a path is no line break in a header, and no fault."""
    for text in LINE_BREAKS:
        answer = reader.ask(asked.path.replace("{id}", text))
        assert answer.status_code == 404, text
        check_headers(answer)


@pytest.mark.parametrize("asked", OF_ONE, ids=[asked.path for asked in OF_ONE])
def test_a_path_stands_escaped_in_the_headers_that_repeat_it(reader: Reader, asked: Asked) -> None:
    """The link to the current view is ASCII and one line, whatever the id."""
    for text in (*HOSTILE_IDS, *LINE_BREAKS):
        answer = reader.ask(asked.path.replace("{id}", text) + "?view=0")
        assert answer.status_code in (404, 410, 308), text[:80]
        check_headers(answer)


@pytest.mark.parametrize("text", BYTES)
def test_bytes_that_are_no_text_are_refused_in_a_query(shipped: Archive, text: str) -> None:
    """A query that is no UTF-8 and not escaped: 4xx, no fault of ours."""
    client = create_app(shipped).test_client()
    for query in (f"at={text}", f"{text}=1", f"after={text}", f"country=CN&known={text}"):
        answer = client.get("/v1/state", environ_overrides={"QUERY_STRING": query})
        assert 400 <= answer.status_code < 500
        check_problem(answer)


@pytest.mark.parametrize("text", BYTES)
def test_bytes_that_are_no_text_are_no_path(shipped: Archive, text: str) -> None:
    """A path that is no UTF-8 is not found."""
    client = create_app(shipped).test_client()
    for path in (f"/v1/records/{text}", f"/v1/{text}", f"/{text}"):
        answer = client.get("/", environ_overrides={"PATH_INFO": path})
        assert answer.status_code == 404
        assert answer.mimetype == "application/problem+json"


def test_a_header_that_is_not_understood_is_refused(reader: Reader) -> None:
    """`Annales-Min-Position` is a position or a problem; a strange tag is no tag of ours."""
    for value in ("x", "-1", "", "1.5", "٣".encode().decode("latin-1"), "9" * 19):
        assert reader.refused("/v1/state", Annales_Min_Position=value) == (400, "bad-header")
    for tag in ("*", "nonsense", '"', "W/", '"r7"', "\xff", '"' + "x" * 10_000 + '"'):
        assert reader.ask("/v1/state", If_None_Match=tag).status_code in (200, 304)


def test_a_key_that_opens_nothing_is_refused_on_every_question(reader: Reader) -> None:
    """401, though nobody needs a key to ask: whoever sends one means it."""
    for asked in QUESTIONS:
        for ask in asked.urls({}):
            refused = reader.refused(ask, Authorization="Bearer annales_nothing")
            assert refused == (401, "not-authenticated")


def failing() -> str:
    """A view with a fault in it."""
    raise RuntimeError("the secret is in /etc/shadow")


@pytest.fixture
def faulty(archive: Archive) -> FlaskClient:
    """A service with a route that fails."""
    app: Flask = create_app(archive)
    failing.annales_role = "open"  # type: ignore[attr-defined] # what `needs` marks
    app.add_url_rule("/failing", "failing", failing)
    return app.test_client()


def test_a_fault_of_ours_tells_nothing_of_the_inside(
    faulty: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """500 with a plain sentence; the trace goes to the log alone."""
    answer = faulty.get("/failing")
    assert (answer.status_code, slug(answer)) == (500, "internal")
    check_problem(answer)
    assert b"secret" not in answer.data
    assert b"Traceback" not in answer.data
    assert "the secret is in /etc/shadow" in caplog.text


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("/v1/records/junoo", "juno"),
        ("/v1/states", "/v1/state"),
        ("/v1/feeds/ical", "/v1/feeds/icalendar"),
        ("/v1/record/juno", "/v1/records/juno"),
        ("/v1/records/juno/", "/v1/records/juno"),
        ("/v1/", "/docs"),
        ("/api", "/docs"),
    ],
)
def test_what_is_not_there_names_what_is_near(reader: Reader, asked: str, near: str) -> None:
    """A record by its id or its names, a path by its parts."""
    answer = reader.ask(asked)
    assert answer.status_code == 404
    assert answer.get_json()["near"][0] == near


def test_what_is_like_nothing_has_nothing_near(reader: Reader) -> None:
    """However long it is, and whatever stands in it."""
    for path in ("/v1/records/qqqqqqqq", "/v1/zzzzzzz", f"/{'v1/' * 300}", "/<id>"):
        assert reader.ask(path).get_json()["near"] == []


@pytest.mark.parametrize(
    ("asked", "near", "allowed"),
    [
        ("/v1/state?country=CHN", ["CN"], False),
        ("/v1/state?status=running", ["operating"], True),
        ("/v1/state?field=fusoin", ["fusion"], True),
        ("/v1/state?region=Asai", ["asia"], True),
        ("/v1/state?class=xyz", None, True),
    ],
)
def test_what_may_be_meant_is_told_from_all_that_is_allowed(
    reader: Reader, asked: str, near: list[str] | None, *, allowed: bool
) -> None:
    """`near` is a guess, `allowed` is all that is taken, where that is not too much."""
    (error,) = reader.ask(asked).get_json()["errors"]
    assert (error.get("near"), "allowed" in error) == (near, allowed)


def test_a_parameter_that_is_misspelt_is_told_with_the_one_that_is_meant(reader: Reader) -> None:
    """What is like none, or is given twice, is told without a guess."""
    for asked, meant in (("conutry=CN", "country"), ("Stated=2016", "stated")):
        assert (
            reader.ask(f"/v1/state?{asked}").get_json()["detail"].endswith(f"; is {meant} meant?")
        )
    for asked in ("xyzzy=1", "at=2013&at=2014"):
        assert "meant" not in reader.ask(f"/v1/state?{asked}").get_json()["detail"]


def test_what_is_wrong_in_a_path_is_told_as_there(reader: Reader) -> None:
    """And not as a parameter of the query."""
    (error,) = reader.ask("/v1/events/abc").get_json()["errors"]
    assert (error["in"], error["parameter"]) == ("path", "position")
    (error,) = reader.ask("/v1/state?limit=x").get_json()["errors"]
    assert error["in"] == "query"


def test_several_where_one_is_taken_are_told_so(reader: Reader) -> None:
    """A list of fields, and a parameter twice."""
    (error,) = reader.ask("/v1/state?field=fusion,space").get_json()["errors"]
    assert error["detail"] == "one only, not several"
    twice = reader.ask("/v1/state?country=CN&country=JP").get_json()
    assert "join several by commas" in twice["detail"]
    assert "given twice" in twice["title"]


def test_a_day_of_the_log_is_told_as_the_instant_at_which_it_ends(reader: Reader) -> None:
    """Where `known` has one, which takes instants."""
    (error,) = reader.ask("/v1/state?known=2026-11-24").get_json()["errors"]
    assert "write 2026-11-24T23:59:59Z" in error["detail"]
    assert reader.ask("/v1/state?known=2026-11-24T23:59:59Z").status_code == 200


def test_a_page_begins_after_a_record_that_there_is(reader: Reader) -> None:
    """Whatever else is an id is where no page begins."""
    assert reader.refused("/v1/state?after=xyz") == (400, "bad-cursor")
    assert reader.refused("/v1/records?after=xyz")[1] == "bad-cursor"


def test_a_coding_that_is_refused_is_not_used(reader: Reader) -> None:
    """`q=0` says so."""
    for refused in ("gzip;q=0", "gzip; q=0.0, br;q=0", "*;q=0"):
        answer = reader.ask("/v1/state", Accept_Encoding=refused)
        assert "Content-Encoding" not in answer.headers
    answer = reader.ask("/v1/state", Accept_Encoding="br;q=0, gzip")
    assert answer.headers["Content-Encoding"] == "gzip"


def test_every_page_says_where_the_next_is(reader: Reader) -> None:
    """In a header too, and not on the last."""
    for path in ("/v1/state?limit=3", "/v1/records?limit=3", "/v1/records/juno/history?limit=1"):
        answer = reader.ask(path)
        following = f'<{answer.get_json()["next"]}>; rel="next"'
        assert following in answer.headers.getlist("Link")
    last = reader.ask("/v1/records?kind=indicator").headers.getlist("Link")
    assert not any('rel="next"' in each for each in last)
