"""In which lane a request is answered."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.lanes import is_patient, lane_of
from service.serving.pausing import TURN, Dear, Turn
from service.serving.request import Request
from tests.story.telling import Teller


@pytest.fixture
def client(juno: Teller) -> FlaskClient:
    """A client of a service, as it is asked by a server of ours."""
    juno.archive.catch_up()
    return create_app(juno.archive).test_client()


def is_dear(client: FlaskClient, path: str, **headers: str) -> bool:
    """Whether a question is sent on to the lane of the dear ones."""
    try:
        client.get(path, headers=headers, environ_overrides={TURN: Turn()})
    except Dear:
        return True
    return False


@pytest.mark.parametrize(
    "path", ["/v1/state", "/v1/slips", "/v1/search?q=a*", "/", "/slips.json", "/v1/feeds/atom"]
)
def test_what_is_about_more_than_one_thing_is_dear(client: FlaskClient, path: str) -> None:
    """Not where it was answered a moment ago, nor where the client has the answer."""
    assert is_dear(client, path)
    answer = client.get(path)
    assert answer.status_code == 200
    assert not is_dear(client, path)
    unkept = {"Cache-Control": "no-cache"}
    assert is_dear(client, path, **unkept)
    assert not is_dear(client, path, **unkept, **{"If-None-Match": answer.headers["ETag"]})


def test_to_follow_what_is_dear_is_dear(client: FlaskClient) -> None:
    """As a feed, and as changes."""
    assert is_dear(client, "/v1/follows?of=/v1/state")
    assert is_dear(client, "/v1/changes?of=/v1/state")


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/records/juno", "/records/juno", "/v1/records/juno.jsonld"),
        *("/v1/changes", "/v1/changes?of=/v1/records/juno"),
    ],
)
def test_what_is_about_one_thing_is_not(client: FlaskClient, path: str) -> None:
    """A record, and the log."""
    assert not is_dear(client, path)


@pytest.mark.parametrize(
    ("method", "target", "headers", "lane"),
    [
        ("GET", b"/healthz", (), "beside"),
        ("GET", b"/v1/records/juno?timeout=1", (), "questions"),
        ("GET", b"/v1/changes?timeout=1", (), "followers"),
        ("GET", b"/v1/changes", ((b"accept", b"text/event-stream"),), "followers"),
        ("GET", b"/v1/changes", (), "questions"),
        ("POST", b"/v1/records", (), "orders"),
    ],
)
def test_a_lane_is_chosen_by_the_head_of_a_request(
    method: str, target: bytes, headers: tuple[tuple[bytes, bytes], ...], lane: str
) -> None:
    """Before anything else is known of it."""
    assert lane_of(Request(method, target, "1.1", headers, b"", keeps_alive=True)) == lane


@pytest.mark.parametrize(
    ("target", "patient"),
    [
        (b"/v1/state?known=@3&view=4", True),
        (b"/v1/activity?from=@2&to=%409&view=4", True),
        (b"/v1/state?known=@3", False),
        (b"/v1/search?q=view=", False),
        (b"/v1/search?q=known=@3%26view=4", False),
        (b"/v1/trends?view=4", False),
        (b"/v1/trends?from=2014&to=2026&view=4", False),
        (b"/v1/state?known=@3&view=", False),
    ],
)
def test_whoever_asks_a_pinned_url_is_patient(target: bytes, patient: bool) -> None:
    """Its answer is promised, whatever it costs; nobody else's is, whatever texts are in it."""
    assert is_patient(Request("GET", target, "1.1", (), b"", keeps_alive=True)) == patient
