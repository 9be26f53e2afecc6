"""What a client sends to hurt is refused at once, and costs next to nothing."""

from __future__ import annotations

import json
import time

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.archive import Archive
from service.orders.writing import LARGEST_BATCH, LARGEST_BODY, MOST_LINES
from tests.service.asked import Reader, slug
from tests.story.telling import SOURCE, Teller

LINE = json.dumps(SOURCE).encode()


@pytest.fixture
def client(archive: Archive) -> FlaskClient:
    """The service over an empty archive, its views following."""
    archive.follow()
    return create_app(archive).test_client()


@pytest.fixture
def headers(archive: Archive) -> dict[str, str]:
    """Those of a contributor who sends batches."""
    key = archive.keys.issue(name="zhou", role="contributor", by="root")
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/jsonl"}


@pytest.mark.parametrize(
    ("body", "unit"),
    [
        (b"{}\n" * (MOST_LINES + 1), "lines"),
        (b"\n" * (MOST_LINES + 1), "lines"),
        (LINE + b" " * LARGEST_BODY, "bytes in one line"),
        (b"\n" * (LARGEST_BATCH + 1), "bytes"),
    ],
    ids=["lines", "blank-lines", "a-long-line", "bytes"],
)
def test_a_batch_that_is_too_large_is_not_read(
    client: FlaskClient, headers: dict[str, str], archive: Archive, body: bytes, unit: str
) -> None:
    """413 with the limit, for bytes, for lines, and for the bytes of a line; nothing recorded."""
    answer = client.post("/v1/batches", data=body, headers=headers)
    assert (answer.status_code, slug(answer)) == (413, "payload-too-large")
    assert answer.get_json()["detail"].endswith(f" {unit}")
    assert archive.chronicle.log.head() is None


def test_a_batch_may_have_as_many_lines_as_are_allowed(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    """Blank lines count too, and the last line may end like the others."""
    body = LINE + b"\n" * MOST_LINES
    assert client.post("/v1/batches", data=body, headers=headers).status_code == 201


def test_lines_end_with_a_line_feed(client: FlaskClient, headers: dict[str, str]) -> None:
    """After a carriage return or not; a carriage return alone ends no line."""
    other = json.dumps({**SOURCE, "id": "letters"}).encode()
    refused = client.post("/v1/batches", data=LINE + b"\r" + other, headers=headers)
    assert (refused.status_code, slug(refused)) == (400, "malformed-json")
    answer = client.post("/v1/batches", data=LINE + b"\r\n" + other, headers=headers)
    assert answer.status_code == 201


def test_an_id_has_no_line_break(client: FlaskClient, headers: dict[str, str]) -> None:
    """Not even at its end, where it would be in the `Location` of the answer."""
    for member in ({"id": "yearbook\n"}, {"medium": "book\n"}, {"url": "https://a.example\n"}):
        line = json.dumps({**SOURCE, **member}).encode()
        answer = client.post("/v1/batches", data=line, headers=headers)
        assert (answer.status_code, slug(answer)) == (422, "validation")


@pytest.mark.parametrize("tag", ['""', 'W/""', '"", "x"', '"', "W/", '"a', "\xff", ","])
def test_a_tag_that_is_none_is_no_tag_of_ours(small: Reader, tag: str) -> None:
    """`If-None-Match` never fails: the answer is sent as if the client had none."""
    for url in ("/v1/state", "/v1/records/juno", "/v1/changes", "/v1/timemap/state"):
        assert small.ask(url, If_None_Match=tag).status_code == 200


def test_nobody_waits_for_what_the_log_does_not_have(juno: Teller) -> None:
    """A position beyond the head is told at once that the views are not there; no thread waits."""
    juno.archive.follow()
    reader = Reader(create_app(juno.archive))
    began = time.monotonic()
    for position in ("3", "999999999999999999"):
        answer = reader.ask("/v1/state", Annales_Min_Position=position)
        assert (answer.status_code, slug(answer)) == (503, "not-yet-projected")
        assert answer.headers["Retry-After"] == "1"
    assert time.monotonic() - began < 1
    assert reader.ask("/v1/state", Annales_Min_Position="2").status_code == 200


def test_a_stream_refuses_a_position_that_is_none(small: Reader) -> None:
    """Also where its header names another: no parameter is passed over."""
    url = "/v1/changes?lastEventId=x"
    headers = {"Accept": "text/event-stream", "Last_Event_ID": "1"}
    assert small.refused(url, **headers) == (422, "validation")


def test_a_word_that_is_asked_for_twice_is_looked_up_once(small: Reader) -> None:
    """A query of the same word sixty times asks what the word alone asks."""
    once = small.get("/v1/search", q="juno*")
    often = small.get("/v1/search", q=" ".join(["juno*"] * 33))
    assert often["items"] == once["items"]
