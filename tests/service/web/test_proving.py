"""Answers with their digests, and with the proofs of the events that they rest on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from events.ledger.checking import Bundle, digest_of, leaf_of
from events.ledger.publishing import Publisher
from service.app import create_app
from service.archive import Archive
from service.asking.question import Question
from service.questions import QUESTIONS
from service.web import proving
from service.web.schemas import ProvedSchema
from tests.service.asked import LINES, slug
from tests.story.telling import Clock, Teller, command, correction, milestone

ORIGIN = "annales.example"
ENCODINGS = ("identity", "gzip", "br", "zstd")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The chronicle of the first release as one commit, signed. Only to be read."""
    with Archive(tmp_path_factory.mktemp("signed"), clock=Clock()) as archive:
        archive.chronicle.execute(command(*LINES))
        archive.catch_up()
        Publisher(archive.ledger, origin=ORIGIN).publish()
        yield archive


@pytest.fixture(scope="module")
def client(signed: Archive) -> FlaskClient:
    """Somebody who asks it."""
    return create_app(signed).test_client()


def pinned(client: FlaskClient, question: Question) -> str:
    """The pinned URL of the first example of a question."""
    url: str = client.get(question.examples[0].path).get_json()["pinned"]
    return url


# --- digests


def test_what_never_changes_has_the_digest_of_what_is_sent(client: FlaskClient) -> None:
    """Questions, CSV, feeds and pages, compressed or not; a HEAD has the same, also of what was
    kept, and a 304 none."""
    state = client.get("/v1/state?country=CN").get_json()["pinned"]
    pins = state.partition("?")[2].replace("&country=CN", "")
    urls = [state, state.replace("view", "format=csv&view"), f"/state?{pins}&lang=en"]
    urls.append(f"/v1/feeds/geojson?{pins.replace('view', 'lang=en&view')}")
    for url in urls:
        for encoding in ENCODINGS:
            headers = {"Accept-Encoding": encoding}
            given = [client.get(url, headers=headers) for _ in range(2)]
            given.append(client.head(url, headers=headers))
            for answer in given:
                assert answer.headers["Repr-Digest"] == digest_of(given[0].get_data()), url
            assert given[0].headers.get("Content-Encoding", "identity") == encoding
        again = client.get(url, headers={"If-None-Match": given[0].headers["ETag"]})
        assert (again.status_code, again.headers.get("Repr-Digest")) == (304, None)


def test_what_may_change_has_no_digest(client: FlaskClient) -> None:
    """It would be that of yesterday; and what is sent as it is made is nowhere as a whole."""
    pins = client.get("/v1/state").get_json()["pinned"].partition("?")[2]
    streamed = client.get(f"/v1/feeds/parquet?{pins}")
    assert streamed.cache_control.immutable
    assert "Repr-Digest" not in streamed.headers
    for url in ("/v1/state", "/state", "/v1/feeds/geojson", "/v1/state?view=1", "/healthz"):
        assert "Repr-Digest" not in client.get(url).headers


# --- proofs


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.name)
def test_an_answer_of_each_question_has_its_proof(
    signed: Archive, client: FlaskClient, question: Question
) -> None:
    """The very bytes of the pinned answer, and events that the log has at their positions."""
    url = pinned(client, question)
    answer = client.get(f"{url}&proof=true")
    told = answer.get_json()

    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert ProvedSchema().validate(told) == {}
    bundle, checkpoint = Bundle.checked(answer.get_data(), signed.ledger.key())
    assert (bundle.of, bundle.media_type) == (url, "application/json")
    assert bundle.body == client.get(url).get_data()
    assert checkpoint.size == len(LINES)
    logged = signed.chronicle.log.events_at([each.position for each in bundle.events])
    assert [each.leaf for each in logged] == [
        leaf_of(each.entry.encode()) for each in bundle.events
    ]
    # What names nothing rests on the whole log alone.
    assert bundle.events or question.name == "trends"


def test_an_answer_as_csv_rests_on_the_same_events(client: FlaskClient) -> None:
    """Its body is the CSV."""
    url = client.get("/v1/state?at=2013&country=CN&field=fusion").get_json()["pinned"]
    as_json, _ = Bundle.checked(client.get(f"{url}&proof=true").get_data())
    csv = url.replace("view", "format=csv&view")
    as_csv, _ = Bundle.checked(client.get(f"{csv}&proof=true").get_data())
    assert as_csv.body == client.get(csv).get_data()
    assert (as_csv.media_type, as_csv.of) == ("text/csv", csv)
    assert as_csv.events == as_json.events


def test_a_proof_is_given_of_pinned_answers_alone(client: FlaskClient) -> None:
    """Any other says where its answer is pinned; what is old or odd is refused as ever."""
    refused = client.get("/v1/state?at=2013&proof=true")
    assert (refused.status_code, slug(refused)) == (422, "proof-of-changing")
    proved = client.get(refused.get_json()["pinned"])
    assert Bundle.checked(proved.get_data())
    url = proved.get_json()["of"]
    assert slug(client.get(f"{url}&proof=yes")) == "validation"
    assert slug(client.get(f"{url}&proof=true&proof=true")) == "unknown-parameter"
    assert slug(client.get(url.replace("view=", "view=1&proof=true&x="))) == "unknown-parameter"
    old = client.get("/v1/state?known=@9&view=1&proof=true")
    assert slug(old) == "old-view"
    assert slug(client.get("/v1/records/atlantis?proof=true")) == "no-such-record"
    page = client.get(f"{url.replace('/v1/', '/')}&proof=true")
    assert page.status_code == 422  # a page proves nothing


def test_a_client_that_has_the_proof_need_not_get_it_again(
    juno: Teller,
) -> None:
    """Until there is a newer checkpoint."""
    juno.archive.catch_up()
    Publisher(juno.archive.ledger).publish()
    client = create_app(juno.archive).test_client()
    url = client.get("/v1/records/juno").get_json()["pinned"] + "&proof=true"
    first = client.get(url)
    held = {"If-None-Match": first.headers["ETag"]}
    assert client.get(url, headers=held).status_code == 304
    assert client.get(url.replace("&proof=true", ""), headers=held).status_code == 200

    juno.tell(milestone("begun", "construction-started", "2015-01-10"))
    juno.archive.catch_up()
    Publisher(juno.archive.ledger).publish()
    again = client.get(url, headers=held)
    assert again.status_code == 200
    one, other = (Bundle.checked(each.get_data()) for each in (first, again))
    assert (one[0].body, one[1].size, other[1].size) == (other[0].body, 2, 3)


def test_an_answer_rests_on_what_was_said_of_a_thing_by_then(juno: Teller) -> None:
    """The recording and the corrections of what it names, up to `known` and no further."""
    juno.tell(milestone("begun", "construction-started", "2015-01-10"))
    juno.tell(correction("begun", {"date": "2015-01-11"}))
    juno.tell(correction("begun", {"date": "2015-01-12"}))
    juno.archive.catch_up()
    Publisher(juno.archive.ledger).publish()
    client = create_app(juno.archive).test_client()

    def positions(url: str) -> list[int]:
        at = client.get(url).get_json()["pinned"]
        bundle, _ = Bundle.checked(client.get(f"{at}&proof=true").get_data())
        return [each.position for each in bundle.events]

    assert positions("/v1/statements/begun") == [1, 2, 3, 4, 5]
    assert positions("/v1/statements/begun?known=@4") == [1, 2, 3, 4]
    assert positions("/v1/records/juno?known=@2") == [2]


def test_what_is_too_much_is_counted(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the first things that an answer names the events are there, of the rest their number."""
    url = client.get("/v1/state?at=2013").get_json()["pinned"] + "&proof=true"
    whole, _ = Bundle.checked(client.get(url).get_data())
    assert len(whole.events) <= proving.MOST_EVENTS
    monkeypatch.setattr(proving, "MOST_THINGS", 5)
    few, _ = Bundle.checked(client.get(url).get_data())
    assert few.omitted > whole.omitted
    with monkeypatch.context() as less:
        less.setattr(proving, "MOST_READ", 9)
        least, _ = Bundle.checked(client.get(url).get_data())
    assert 0 < len(least.events) <= 9
    assert least.omitted > few.omitted
    monkeypatch.setattr(proving, "MOST_EVENTS", 0)
    none, _ = Bundle.checked(client.get(url).get_data())
    assert (none.events, none.omitted) == ((), few.omitted + 5)
    assert none.body == whole.body


def test_nothing_is_proved_before_it_is_signed(juno: Teller) -> None:
    """Neither without a checkpoint nor beyond it; a moment later it is."""
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    url = client.get("/v1/records/juno").get_json()["pinned"] + "&proof=true"
    assert slug(client.get(url)) == "not-signed"
    Publisher(juno.archive.ledger).publish()
    assert client.get(url).status_code == 200
    juno.tell(milestone("begun", "construction-started", "2015-01-10"))
    juno.archive.catch_up()
    for path in ("/v1/records/juno", "/v1/trends?from=2014&to=2016"):  # which names no event
        later = client.get(path).get_json()["pinned"] + "&proof=true"
        assert slug(client.get(later)) == "not-signed"


# --- pages


def test_a_page_says_which_checkpoint_vouches_for_it(client: FlaskClient) -> None:
    """In both languages, in words that stay true for ever."""
    for lang, words in (("en", "Signed at @1199:"), ("zh", "签名于@1199：")):
        text = client.get(f"/state?lang={lang}").get_data(as_text=True)
        assert words in text
        assert 'href="/checkpoint"' in text
        assert 'href="/checkpoint/key"' in text
        assert 'href="/v1/events/1199/proof"' in text
        assert "1199" in text
    record = client.get("/records/juno").get_data(as_text=True)
    position = client.get("/v1/records/juno/history").get_json()["entries"][0]["position"]
    assert f'href="/v1/events/{position}/proof"' in record


def test_a_page_of_a_log_that_is_not_signed_says_nothing_of_it(juno: Teller) -> None:
    """There is nothing to check."""
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    assert "/checkpoint" not in client.get("/records/juno").get_data(as_text=True)
