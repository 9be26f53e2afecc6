"""Orders over HTTP: recorded once, against the revision that was read, or refused with a reason."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.archive import Archive
from service.settings import Settings
from tests.story.telling import CITED, JUNO, SOURCE, Teller

PLAN = {
    "type": "milestone",
    "id": "juno-plan",
    "facility": "juno",
    "milestone": "operation-started",
    "modality": "planned",
    "date": "2020",
    "stated": "2016",
    "title": "To run from 2020",
    "sources": CITED,
}
CAME = {
    **PLAN,
    "id": "juno-came",
    "modality": "actual",
    "date": "2025-08-26",
    "stated": "2025-08-26",
    "title": "Takes data",
}
MENDED = {"changes": {"date": "2021"}, "reason": "misread"}


class Curator:
    """Somebody with a key, who sends orders."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client = client
        self._authorization = {"Authorization": f"Bearer {key}"}

    def post(self, path: str, line: Any, **headers: str) -> TestResponse:
        """Send a JSON body; names of headers with an underscore for each hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, json=line, headers={**self._authorization, **named})

    def send(self, path: str, body: bytes, media_type: str) -> TestResponse:
        """Send a body as it is."""
        return self.client.post(
            path, data=body, content_type=media_type, headers=self._authorization
        )


@pytest.fixture
def client(juno: Teller) -> FlaskClient:
    """The service over an archive with a source and JUNO, its views following."""
    juno.archive.follow()
    return create_app(juno.archive).test_client()


@pytest.fixture
def curator(client: FlaskClient, archive: Archive) -> Curator:
    """A curator of the archive."""
    return Curator(client, archive.keys.issue(name="li", role="curator", by="root"))


@pytest.fixture
def contributor(client: FlaskClient, archive: Archive) -> Curator:
    """A contributor to the archive."""
    return Curator(client, archive.keys.issue(name="zhou", role="contributor", by="root"))


def head(archive: Archive) -> int:
    """The last position of the log."""
    commit = archive.chronicle.log.head()
    return commit.position if commit else 0


def slug(answer: TestResponse) -> str:
    """Which problem an answer is."""
    assert answer.mimetype == "application/problem+json", answer.get_data(as_text=True)
    return str(answer.get_json()["type"]).removeprefix("/problems/")


def test_a_statement_is_recorded_and_found_at_its_location(
    curator: Curator, client: FlaskClient
) -> None:
    """201, with where it is, at which position, and the record's new revision."""
    answer = curator.post("/v1/statements", PLAN, Prefer="wait=5")
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/v1/statements/juno-plan"
    assert answer.headers["Annales-Position"] == "3"
    assert answer.headers["ETag"] == '"r2"'
    assert answer.headers["Preference-Applied"] == "wait=5"
    body = answer.get_json()
    assert body["projected"] is True
    assert body["actor"] == "li"
    assert body["events"] == [
        {
            "line": 1,
            "position": 3,
            "type": "milestone",
            "stream": "record:juno",
            "revision": 2,
            "id": "juno-plan",
        }
    ]
    found = client.get("/v1/statements/juno-plan").get_json()
    assert found["statement"]["title"] == "To run from 2020"
    assert found["events"][0]["actor"] == "li"


def test_what_was_written_is_read_at_once(curator: Curator, client: FlaskClient) -> None:
    """A question after the answer to an order sees it, also without waiting before."""
    for number in range(20):
        line = {**PLAN, "id": f"plan-{number}", "entry": f"juno/plan/{number}"}
        position = curator.post("/v1/statements", line).headers["Annales-Position"]
        record = client.get("/v1/records/juno", headers={"Annales-Min-Position": position})
        assert record.get_json()["revision"] == number + 2


def test_a_position_that_never_comes_is_waited_for_and_told(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Annales-Min-Position beyond the head: 503 with Retry-After, never a stale answer."""
    monkeypatch.setattr("service.web.pausing.PATIENCE", 0.05)
    answer = client.get("/v1/state", headers={"Annales-Min-Position": "999"})
    assert (answer.status_code, slug(answer)) == (503, "not-yet-projected")
    assert answer.headers["Retry-After"] == "1"
    assert client.get("/v1/state", headers={"Annales-Min-Position": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("path", "line", "location"),
    [
        ("/v1/records", {k: v for k, v in JUNO.items() if k != "type"} | {"id": "heps"}, "records"),
        ("/v1/sources", {"id": "news", "medium": "news", "title": "N"}, "sources"),
    ],
)
def test_cards_are_recorded_without_saying_their_type_twice(
    curator: Curator, client: FlaskClient, path: str, line: dict[str, Any], location: str
) -> None:
    """The path says the type; a body that says another is refused."""
    answer = curator.post(path, line, Prefer="wait=5")
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/{location}/{line['id']}"
    assert client.get(answer.headers["Location"]).status_code == 200
    other = curator.post(path, {**line, "type": "policy"})
    assert (other.status_code, slug(other)) == (422, "validation")
    assert other.get_json()["errors"][0]["pointer"] == "/type"


def test_a_correction_needs_the_revision_that_was_read(
    curator: Curator, client: FlaskClient, archive: Archive
) -> None:
    """428 without If-Match, 412 with a stale one and the current told, 201 with the ETag."""
    curator.post("/v1/statements", PLAN, Prefer="wait=5")
    path = "/v1/statements/juno-plan/corrections"
    before = head(archive)
    missing = curator.post(path, MENDED)
    assert (missing.status_code, slug(missing)) == (428, "precondition-required")
    stale = curator.post(path, MENDED, If_Match='"r1"')
    assert (stale.status_code, slug(stale)) == (412, "stale-revision")
    assert stale.headers["ETag"] == '"r2"'
    assert stale.get_json()["current_revision"] == 2
    nonsense = curator.post(path, MENDED, If_Match='"7"')
    assert nonsense.status_code == 412
    assert head(archive) == before
    etag = client.get("/v1/records/juno").headers["ETag"]
    assert curator.post(path, MENDED, If_Match=etag).status_code == 201
    assert client.get("/v1/statements/juno-plan").get_json()["statement"]["date"] == "2021"


@pytest.mark.parametrize("tag", ['"r2"', 'W/"r2"', '"r2.3.1.abc"', '"r2:gzip"', '"r9", "r2"', "*"])
def test_a_revision_is_taken_in_every_form_in_which_it_comes_back(
    curator: Curator, tag: str
) -> None:
    """The whole ETag, the short one, weakened or compressed by a proxy, one of several, any."""
    curator.post("/v1/statements", PLAN)
    answer = curator.post("/v1/statements/juno-plan/corrections", MENDED, If_Match=tag)
    assert answer.status_code == 201


def test_withdrawn_and_reinstated(curator: Curator, client: FlaskClient) -> None:
    """A withdrawn statement vanishes from the state and returns as it was."""
    curator.post("/v1/statements", CAME)
    asked = "/v1/state?at=2025-09"
    curator.post(
        "/v1/statements/juno-came/withdrawals", {"reason": "wrong"}, If_Match="*", Prefer="wait=5"
    )
    assert client.get(asked).get_json()["facilities"] == []
    twice = curator.post("/v1/statements/juno-came/withdrawals", {"reason": "w"}, If_Match="*")
    assert (twice.status_code, slug(twice)) == (409, "illegal-transition")
    curator.post(
        "/v1/statements/juno-came/reinstatements",
        {"reason": "right"},
        If_Match="*",
        Prefer="wait=5",
    )
    assert client.get(asked).get_json()["facilities"][0]["status"] == "operating"


def test_cards_and_sources_are_amended(curator: Curator, client: FlaskClient) -> None:
    """An amendment changes the card from its position on; what stood before stays known."""
    for path in ("records/juno", "sources/yearbook"):
        member = "name" if path.startswith("records") else "title"
        answer = curator.post(
            f"/v1/{path}/amendments",
            {"changes": {member: "Another"}, "reason": "typo"},
            If_Match='"r1"',
            Prefer="wait=5",
        )
        assert answer.status_code == 201
    now = client.get("/v1/records/juno").get_json()
    then = client.get("/v1/records/juno?known=@2").get_json()
    assert (now["card"]["name"], then["card"]["name"]) == ("Another", "JUNO")
    assert client.get("/v1/sources/yearbook").get_json()["source"]["title"] == "Another"


def test_the_same_request_under_a_key_records_once(curator: Curator, archive: Archive) -> None:
    """The same answer again, marked as replayed; another body under the key is refused."""
    first = curator.post("/v1/statements", {**PLAN, "sources": []}, Idempotency_Key='"k-1"')
    again = curator.post("/v1/statements", {**PLAN, "sources": []}, Idempotency_Key='"k-1"')
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    told = [{**answer.get_json(), "projected": None} for answer in (first, again)]
    assert told[0] == told[1]
    assert told[0]["warnings"][0]["code"] == "no-source"
    assert head(archive) == 3
    other = curator.post("/v1/statements", PLAN, Idempotency_Key='"k-1"')
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")


def test_an_honest_retry_is_answered_though_its_revision_is_stale_by_now(
    curator: Curator,
) -> None:
    """Idempotency-Key is looked at before If-Match."""
    curator.post("/v1/statements", PLAN)
    path = "/v1/statements/juno-plan/corrections"
    for _ in range(2):
        answer = curator.post(path, MENDED, If_Match='"r2"', Idempotency_Key="k-2")
        assert answer.status_code == 201


def test_two_actors_may_use_one_key(curator: Curator, contributor: Curator) -> None:
    """Keys are unique for each actor."""
    assert curator.post("/v1/statements", PLAN, Idempotency_Key="k").status_code == 201
    assert contributor.post("/v1/statements", CAME, Idempotency_Key="k").status_code == 201


def test_a_dry_run_tells_all_and_records_nothing(
    curator: Curator, client: FlaskClient, archive: Archive
) -> None:
    """What would be recorded, its rivals, its warnings, which spans would end and begin."""
    curator.post("/v1/statements", PLAN, Prefer="wait=5")
    before, state = head(archive), client.get("/v1/state?at=2026").data
    answer = curator.post("/v1/statements?dry_run=true", {**CAME, "sources": []})
    assert answer.status_code == 200
    body = answer.get_json()
    assert body["events"] == [
        {
            "line": 1,
            "type": "milestone",
            "stream": "record:juno",
            "revision": 3,
            "id": "juno-came",
        }
    ]
    assert [warning["code"] for warning in body["warnings"]] == ["no-source"]
    (change,) = body["changes"]
    assert [rival["statement"] for rival in change["rivals"]] == ["juno-plan"]
    assert [span["facet"] for span in change["ends"]] == ["overdue"]
    assert [span["value"] for span in change["begins"]] == ["operating"]
    assert head(archive) == before
    assert client.get("/v1/state?at=2026").data == state
    assert curator.post("/v1/statements?dry_run=perhaps", CAME).status_code == 422
    assert slug(curator.post("/v1/statements?dry=true", CAME)) == "unknown-parameter"


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("/v1/statements/juno-plan/corrections", MENDED),
    ("/v1/statements/juno-plan/withdrawals", {"reason": "x"}),
    ("/v1/records/juno/amendments", {"changes": {"name": "J"}, "reason": "x"}),
    ("/v1/sources/yearbook/amendments", {"changes": {"title": "Y"}, "reason": "x"}),
]
"""Orders that change what stands one level above their path, with their bodies."""


@pytest.mark.parametrize("own", [{}, {"id": "fix-1"}], ids=["no id", "an id of its own"])
@pytest.mark.parametrize(("path", "line"), CHANGES)
def test_a_change_is_told_by_what_it_is_about(
    curator: Curator,
    client: FlaskClient,
    path: str,
    line: dict[str, Any],
    own: dict[str, str],
) -> None:
    """Whatever id the change has of its own: in its answer, in that of its replay, in a dry run,
    and in a batch."""
    curator.post("/v1/statements", PLAN)
    body, location = {**line, **own}, path.rpartition("/")[0]
    id = location.rpartition("/")[2]
    dry = curator.post(f"{path}?dry_run=true", body, If_Match="*").get_json()
    first = curator.post(path, body, If_Match="*", Idempotency_Key="k", Prefer="wait=5")
    again = curator.post(path, body, If_Match="*", Idempotency_Key="k")
    assert [event["id"] for event in dry["events"]] == [id]
    for answer in (first, again):
        assert [event["id"] for event in answer.get_json()["events"]] == [id]
        assert answer.headers["Location"] == location
    assert client.get(location).status_code == 200


@pytest.mark.parametrize("own", [{}, {"id": "fix-1"}], ids=["no id", "an id of its own"])
def test_a_dry_run_tells_the_rivals_of_what_is_corrected(
    curator: Curator, own: dict[str, str]
) -> None:
    """Alone and in a batch, whatever id the correction has."""
    curator.post("/v1/statements", PLAN)
    curator.post("/v1/statements", CAME)
    path, mended = "/v1/statements/juno-plan/corrections", {**MENDED, **own}
    alone = curator.post(f"{path}?dry_run=true", mended, If_Match="*")
    line = {"type": "correction", "statement": "juno-plan", **mended}
    batch = curator.send("/v1/batches?dry_run=true", json.dumps(line).encode(), "application/jsonl")
    for answer in (alone, batch):
        (change,) = answer.get_json()["changes"]
        assert [rival["statement"] for rival in change["rivals"]] == ["juno-came"]


def test_an_amendment_is_about_no_statement_that_shares_the_id_of_its_record(
    curator: Curator,
) -> None:
    """Ids of records and of statements are apart: no rivals where only a card is mended."""
    curator.post("/v1/statements", {**PLAN, "id": "juno"})
    curator.post("/v1/statements", CAME)
    answer = curator.post(
        "/v1/records/juno/amendments?dry_run=true",
        {"changes": {"name": "J"}, "reason": "x"},
        If_Match="*",
    )
    assert answer.get_json()["changes"][0]["rivals"] == []


def test_a_batch_is_all_or_nothing(curator: Curator, archive: Archive) -> None:
    """Positions of all lines in the answer, or every bad line named and none recorded."""
    good = b"\n".join(json.dumps(line).encode() for line in (PLAN, CAME))
    answer = curator.send("/v1/batches", good, "application/jsonl")
    assert answer.status_code == 201
    assert [event["position"] for event in answer.get_json()["events"]] == [3, 4]
    bad = b'{"type": "source"}\n\n{"a": 1\n' + json.dumps(PLAN).encode()
    refused = curator.send("/v1/batches", bad, "application/jsonl")
    assert (refused.status_code, slug(refused)) == (422, "batch-refused")
    assert [error["line"] for error in refused.get_json()["errors"]] == [1, 3, 4]
    assert head(archive) == 4
    assert curator.send("/v1/batches", b"\n", "application/jsonl").status_code == 422


def test_contributors_mend_their_own_and_curators_anything(
    curator: Curator, contributor: Curator, archive: Archive
) -> None:
    """By the author of the first recording; withdrawing is for curators."""
    curator.post("/v1/statements", PLAN)
    contributor.post("/v1/statements", CAME)
    before = head(archive)
    theirs = contributor.post("/v1/statements/juno-plan/corrections", MENDED, If_Match="*")
    withdrawn = contributor.post(
        "/v1/statements/juno-came/withdrawals", {"reason": "x"}, If_Match="*"
    )
    card = contributor.post(
        "/v1/records/juno/amendments", {"changes": {"name": "J"}, "reason": "x"}, If_Match="*"
    )
    smuggled = contributor.send(
        "/v1/batches",
        json.dumps({"type": "correction", "statement": "juno-plan", **MENDED}).encode(),
        "application/jsonl",
    )
    for answer in (theirs, withdrawn, card, smuggled):
        assert (answer.status_code, slug(answer)) == (403, "not-allowed")
    assert head(archive) == before
    own = {"changes": {"date": "2025-08-27"}, "reason": "typo"}
    answer = contributor.post("/v1/statements/juno-came/corrections", own, If_Match="*")
    assert answer.status_code == 201
    mended = curator.post("/v1/statements/juno-came/corrections", MENDED, If_Match="*")
    assert mended.status_code == 201


@pytest.mark.parametrize(
    ("body", "media_type", "status", "expected"),
    [
        (b"{", "application/json", 400, "malformed-json"),
        (b"", "application/json", 400, "malformed-json"),
        (b'{"a": NaN}', "application/json", 400, "malformed-json"),
        (b'{"a": 1e999}', "application/json", 400, "malformed-json"),
        (b'{"a": 1, "a": 2}', "application/json", 400, "malformed-json"),
        (b'{"a": "\\ud800"}', "application/json", 400, "malformed-json"),
        (b"[" * 100_000, "application/json", 400, "malformed-json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "application/json", 400, "malformed-json"),
        (b"\xff\xfe", "application/json", 400, "malformed-json"),
        (b"[]", "application/json", 422, "validation"),
        (b'"x"', "application/json", 422, "validation"),
        (b"{}", "application/json", 422, "validation"),
        (b'{"type": ["milestone"]}', "application/json", 422, "validation"),
        (b'{"type": "milestone", "id": "x\\u0000"}', "application/json", 422, "validation"),
        (b"{}", "text/plain", 415, "unsupported-media-type"),
        (b"{}", "", 415, "unsupported-media-type"),
        (b" " * (256 * 1024 + 1), "application/json", 413, "payload-too-large"),
    ],
)
def test_a_bad_body_is_refused_and_nothing_recorded(
    curator: Curator, archive: Archive, *, body: bytes, media_type: str, status: int, expected: str
) -> None:
    """Strict JSON of the right type and size, or a problem that says which."""
    answer = curator.send("/v1/statements", body, media_type)
    assert (answer.status_code, slug(answer)) == (status, expected)
    assert answer.headers["Cache-Control"] == "no-store"
    if status == 415:
        assert answer.headers["Accept-Post"] == "application/json"
    assert head(archive) == 2


@pytest.mark.parametrize("member", ["date", "stated"])
def test_a_bad_date_is_told_by_its_member(curator: Curator, archive: Archive, member: str) -> None:
    """422 bad-edtf with a pointer to the member."""
    answer = curator.post("/v1/statements", {**PLAN, member: "next year"})
    assert (answer.status_code, slug(answer)) == (422, "bad-edtf")
    assert answer.get_json()["errors"][0]["pointer"] == f"/{member}"
    assert head(archive) == 2


def test_a_large_event_is_refused(curator: Curator, archive: Archive) -> None:
    """One event has 65,535 bytes at most."""
    answer = curator.post("/v1/statements", {**PLAN, "summary": "x" * 70_000})
    assert (answer.status_code, slug(answer)) == (413, "payload-too-large")
    assert head(archive) == 2


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/v1/statements/nothing/corrections", MENDED),
        ("/v1/statements/nothing/withdrawals", {"reason": "x"}),
        ("/v1/records/nothing/amendments", {"changes": {"name": "x"}, "reason": "x"}),
        ("/v1/sources/nothing/amendments", {"changes": {"title": "x"}, "reason": "x"}),
    ],
)
def test_a_change_of_nothing_is_not_found(curator: Curator, path: str, line: Any) -> None:
    """404, whatever the revision."""
    answer = curator.post(path, line, If_Match="*")
    assert (answer.status_code, slug(answer)) == (404, "no-such-record")


def test_preferences_are_heeded_or_passed_over(curator: Curator) -> None:
    """return=minimal shortens; what RFC 7240 does not know is no error."""
    answer = curator.post("/v1/statements", PLAN, Prefer="return=minimal, wait=1, sing=loudly")
    assert answer.get_json() == {"position": 3, "events": [3]}
    assert answer.headers["Preference-Applied"] == "return=minimal, wait=1"


def test_a_preference_that_was_heeded_in_part_says_so(curator: Curator) -> None:
    """No order waits for more than 10 seconds; and names of preferences have no case."""
    answer = curator.post("/v1/statements", PLAN, Prefer="Wait=60")
    assert answer.headers["Preference-Applied"] == "wait=10"


def test_a_dry_run_is_true_or_false(curator: Curator, archive: Archive) -> None:
    """What is neither names the parameter, and nothing is recorded."""
    answer = curator.post("/v1/statements?dry_run=maybe", PLAN)
    assert (answer.status_code, slug(answer)) == (422, "validation")
    assert answer.get_json()["errors"][0]["parameter"] == "dry_run"
    assert head(archive) == 2


@pytest.mark.parametrize("key", ['""', "a b", "ü", "x" * 256])
def test_an_idempotency_key_is_plain(curator: Curator, archive: Archive, key: str) -> None:
    """1 to 255 plain characters, quoted or bare."""
    answer = curator.post("/v1/statements", PLAN, Idempotency_Key=key)
    assert (answer.status_code, slug(answer)) == (400, "bad-header")
    assert head(archive) == 2


def test_whoever_orders_too_often_is_told_when_to_come_back(juno: Teller) -> None:
    """429 with Retry-After and RateLimit; another key goes on, and questions too."""
    settings = Settings(data=juno.archive.folder, orders_limit="2 per minute")
    client = create_app(juno.archive, settings).test_client()
    first, second = (
        Curator(client, juno.archive.keys.issue(name=name, role="curator", by="root"))
        for name in ("li", "wu")
    )
    statuses = [
        first.post("/v1/statements", {**PLAN, "id": f"p-{number}"}).status_code
        for number in range(3)
    ]
    assert statuses == [201, 201, 429]
    refused = first.post("/v1/statements", CAME)
    assert slug(refused) == "rate-limited"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Policy"] == '"default";q=2;w=60'
    assert second.post("/v1/statements", CAME).status_code == 201
    assert client.get("/healthz").status_code == 200


def test_every_type_of_line_has_its_schema(client: FlaskClient) -> None:
    """Made from the catalogue; the shipped example is valid by it, and an unknown member not."""
    listed = client.get("/v1/schemas").get_json()
    for name, path in listed.items():
        schema = client.get(path).get_json()
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["properties"]["type"] == {"const": name}
    schema = client.get("/v1/schemas/milestone").get_json()
    jsonschema.validate(PLAN, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**PLAN, "colour": "red"}, schema)
    assert SOURCE["type"] in listed
