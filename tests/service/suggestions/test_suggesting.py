"""`/v1/suggestions`: an order without a key is checked as it would be with one, waits, and is
followed at its address."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from events.chronicle import Chronicle
from events.ledger.base import Base, BaseFile
from service.archive import suggestions
from service.archive.suggestions import LARGEST
from tests.service.desk.story import head, key_of
from tests.service.suggestions.conftest import CORRECT, DAY_BEFORE, limited, made, suggest, summary
from tests.story.telling import Teller


def slug(answer: Any) -> str:
    """The kind of a problem."""
    return str(answer.get_json()["type"]).rpartition("/")[2]


def test_a_suggestion_waits_and_moves_nothing(client: FlaskClient, told: Teller) -> None:
    """It is told at the address that `Location` gives, with all that it says; the log stands where
    it stood."""
    answer = suggest(client, where="Volume 3, page 41")
    members = answer.get_json()
    assert answer.headers["Location"] == f"/v1/suggestions/{members['id']}"
    assert client.get(answer.headers["Location"]).get_json() == members
    assert answer.headers["Cache-Control"] == "no-store"
    assert members == {
        "id": members["id"],
        "url": f"http://localhost/suggestions/{members['id']}",
        "state": "waiting",
        "about": "record:juno",
        "revision": 3,
        "order": DAY_BEFORE,
        "reason": "The log book has the day before.",
        "where": "Volume 3, page 41",
        "made_at": "2026-11-25T12:00:00.000000Z",
        "actor": "everyone",
        "closed_at": None,
        "closed_by": None,
        "recorded": None,
        "answer": None,
    }
    assert head(told.archive) == 4


def test_the_same_again_is_the_same_suggestion_while_it_waits(
    client: FlaskClient, told: Teller
) -> None:
    """Whoever sends it twice is told the same; once it was declined, it is a new one."""
    first = made(client)
    again = suggest(client)
    assert (again.status_code, again.get_json()["id"]) == (200, first["id"])
    told.archive.suggestions.decline(first["id"], reason="No.", by="li")
    assert made(client)["id"] != first["id"]


def test_whoever_has_a_key_is_named(client: FlaskClient, told: Teller) -> None:
    """Nobody else is, nor asked to be."""
    key = key_of(told.archive, "reader", name="wang")
    answer = client.post(
        "/v1/suggestions",
        json={"order": DAY_BEFORE, "reason": "So."},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.get_json()["actor"] == "wang"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"order": {**DAY_BEFORE, "changes": {"date": "soon"}}}, "/order/changes/date"),
        ({"order": {**DAY_BEFORE, "statement": "nope"}}, "/order/statement"),
        ({"order": {**DAY_BEFORE, "changes": {"date": "2025-08-26"}}}, "/order/changes"),
        ({"order": {**DAY_BEFORE, "reason": "So."}}, "/order/reason"),
        ({"order": {**DAY_BEFORE, "revision": 3}}, "/order/revision"),
        ({"order": {"type": "nope"}}, "/order/type"),
        ({"order": []}, "/order"),
        ({"order": None}, "/order"),
        ({"reason": ""}, "/reason"),
        ({"reason": " \n"}, "/reason"),
        ({"reason": None}, "/reason"),
        ({"reason": "a" * 2001}, "/reason"),
        ({"reason": "so\x00"}, "/reason"),
        ({"reason": "so\u202e"}, "/reason"),
        ({"reason": "so\r\nit is"}, "/reason"),
        ({"where": "two\nlines"}, "/where"),
        ({"where": "a" * 501}, "/where"),
        ({"where": 5}, "/where"),
        ({"name": "me"}, "/name"),
        ({"wh/er~e": "there"}, "/wh~1er~0e"),
    ],
)
def test_what_would_be_refused_as_an_order_is_refused(
    client: FlaskClient, told: Teller, body: dict[str, Any], pointer: str
) -> None:
    """Or has no words; by the member, and nothing waits."""
    answer = suggest(client, **body)
    assert answer.status_code in (404, 409, 422), answer.text
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]
    assert told.archive.suggestions.waiting() == []


def test_what_is_too_large_or_holds_a_key_is_refused(client: FlaskClient, told: Teller) -> None:
    """Wherever the key stands."""
    large = {**DAY_BEFORE, "changes": {"summary": "字" * (LARGEST // 3)}}
    assert suggest(client, order=large).status_code == 413
    key = key_of(told.archive, "reader")
    for body in (
        {"reason": key},
        {"where": key},
        {"order": {**DAY_BEFORE, "changes": {"summary": key}}},
    ):
        assert slug(suggest(client, **body)) == "misplaced-key"
    assert told.archive.suggestions.waiting() == []


def test_what_is_too_large_is_refused_before_it_is_decided(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many sources need not be looked up to say so."""
    monkeypatch.setattr(Chronicle, "propose", lambda *_: pytest.fail("it was decided"))
    many = [{"id": f"s-{number}"} for number in range(9000)]
    large = {**DAY_BEFORE, "changes": {"sources": many}}
    assert suggest(client, order=large).status_code == 413


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://other.example"}, {"Origin": "null"}],
)
def test_a_page_of_another_site_suggests_with_a_key_alone(
    client: FlaskClient, told: Teller, headers: dict[str, str]
) -> None:
    """Its visitors send none, and know nothing of it."""
    body = {"order": DAY_BEFORE, "reason": "So."}
    refused = client.post("/v1/suggestions", json=body, headers=headers)
    assert (refused.status_code, slug(refused)) == (403, "not-allowed")
    assert told.archive.suggestions.waiting() == []
    keyed = headers | {"Authorization": f"Bearer {key_of(told.archive, 'reader')}"}
    assert client.post("/v1/suggestions", json=body, headers=keyed).status_code == 201


def test_who_has_no_key_suggests_so_much_in_a_day(told: Teller) -> None:
    """What was suggested already costs nothing; a key knows no limit."""
    client = limited(told.archive, "2 per day").test_client()
    for number in range(2):
        made(client, order=summary(number))
    refused = suggest(client, order=summary(3))
    assert (refused.status_code, slug(refused)) == (429, "too-many-suggestions")
    assert int(refused.headers["Retry-After"]) > 0
    assert suggest(client, order=summary(1)).status_code == 200
    key = key_of(told.archive, "reader")
    for number in range(4, 8):
        body = {"order": summary(number), "reason": "So."}
        answer = client.post(
            "/v1/suggestions", json=body, headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 201


@pytest.mark.parametrize(("bound", "most"), [("MOST_WAITING", 3), ("MOST_BYTES", 600)])
def test_a_queue_is_full_until_curators_close_some(
    client: FlaskClient, told: Teller, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    """In number and in bytes: 503 says so, and when to come back."""
    monkeypatch.setattr(suggestions, bound, most)
    first = made(client, order=summary(0))
    for number in range(1, 3):
        made(client, order=summary(number))
    refused = suggest(client, order=summary(3))
    assert (refused.status_code, slug(refused)) == (503, "queue-full")
    assert refused.get_json()["waiting"] == 3
    assert refused.headers["Retry-After"] == "3600"
    told.archive.suggestions.decline(first["id"], reason="No.", by="li")
    made(client, order=summary(3))


def test_curators_read_what_waits_in_pages(app: Flask, told: Teller) -> None:
    """The earliest first; nobody else reads it."""
    client = app.test_client()
    ids = [made(client, order=summary(number))["id"] for number in range(5)]
    assert client.get("/v1/suggestions").status_code == 401
    for role, status in (("contributor", 403), ("curator", 200)):
        headers = {"Authorization": f"Bearer {key_of(told.archive, role)}"}
        assert client.get("/v1/suggestions", headers=headers).status_code == status
    read, path = [], "/v1/suggestions?limit=2"
    while path is not None:
        page = client.get(path, headers=headers).get_json()
        assert page["waiting"] == 5
        read += [each["id"] for each in page["items"]]
        path = page["next"]
    assert read == ids


def test_an_operator_sees_how_many_wait(client: FlaskClient) -> None:
    """Among the figures."""
    assert "annales_suggestions_waiting 0.0" in client.get("/metrics").text
    made(client)
    assert "annales_suggestions_waiting 1.0" in client.get("/metrics").text


def test_nothing_is_suggested_under_another_id(client: FlaskClient) -> None:
    """Ids are nobody's to guess."""
    assert slug(client.get("/v1/suggestions/nope")) == "no-such-suggestion"
    assert client.get("/suggestions/nope", headers={"Accept": "text/html"}).status_code == 404


def test_a_mirror_takes_no_suggestion(client: FlaskClient, told: Teller) -> None:
    """As it takes no order: whoever keeps its source does."""
    base = Base(source="https://there.example", key="", mirrors=True)
    BaseFile(told.archive.folder).write(base)
    assert slug(suggest(client)) == "is-mirror"
    form = client.get(CORRECT, headers={"Accept": "text/html"})
    assert form.status_code == 409
    assert "https://there.example" in form.text
