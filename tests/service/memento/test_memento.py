"""Time travel by HTTP alone (RFC 7089), walked by a client that knows nothing of Annales."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httplink
import pytest
from flask.testing import FlaskClient
from memento_client.memento_client import MementoClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.archive import Archive
from service.memento import versions
from tests.service.serving import serving
from tests.story.telling import (
    SOURCE,
    Clock,
    Teller,
    correction,
    facility,
    milestone,
    statement,
)

BASE = "http://localhost"


def tell(archive: Archive, clock: Clock) -> Teller:
    """JUNO at @2 on 1 March, @4 and @5 within one second on 1 May, and @7 on 1 July; LHAASO and
    a policy between. The commit of 1 July has two events, of which JUNO's is the first."""
    teller = Teller(archive, clock)
    teller.tell(SOURCE, on="2026-02-01")
    teller.tell(facility("juno"), on="2026-03-01")
    teller.tell(facility("lhaaso"), on="2026-04-01")
    teller.tell(milestone("m", "proposed", "2013"), on="2026-05-01")
    teller.tell(correction("m", {"date": "2012"}))
    teller.tell(
        milestone("n", "approved", "2014"), statement("policy", "p", "2016"), on="2026-07-01"
    )
    archive.catch_up()
    return teller


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """That chronicle, for all who only ask."""
    clock = Clock()
    with Archive(tmp_path_factory.mktemp("kept"), clock=clock) as archive:
        tell(archive, clock)
        yield archive


@pytest.fixture(scope="module")
def client(kept: Archive) -> FlaskClient:
    """A client of that chronicle."""
    return create_app(kept).test_client()


@pytest.fixture
def travelling(archive: Archive, clock: Clock) -> Iterator[tuple[MementoClient, str]]:
    """The client of Memento, with the base URL of a real server."""
    tell(archive, clock)
    with serving(archive) as base, MementoClient() as client:
        yield client, base


def links(answer: TestResponse) -> httplink.ParsedLinks:
    """The links of an answer, by an independent reader."""
    return httplink.parse_link_header(answer.headers["Link"])


def http_date(month: int, day: int = 1, hour: int = 12) -> str:
    """An instant of 2026 as HTTP writes it."""
    return f"{datetime(2026, month, day, hour, tzinfo=UTC):%a, %d %b %Y %H:%M:%S} GMT"


def gate(client: FlaskClient, path: str, when: str | None) -> TestResponse:
    """What a TimeGate says; it must say a way."""
    headers = {} if when is None else {"Accept-Datetime": when}
    answer = client.get(path, headers=headers)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer


def listed(client: FlaskClient, path: str) -> list[httplink.Link]:
    """The links of a TimeMap."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/link-format"
    return httplink.parse_link_header(answer.get_data(as_text=True).replace("\n", " ")).links


def mementos(found: list[httplink.Link]) -> list[tuple[str, str]]:
    """Target and datetime of the mementos among links."""
    return [(link.target, link["datetime"]) for link in found if "memento" in link.rel]


# --- the client


def test_the_client_of_memento_finds_its_way_through_a_record(
    travelling: tuple[MementoClient, str],
) -> None:
    """From the record alone to what was known on 2 May, with its neighbours."""
    client, base = travelling
    juno = f"{base}/v1/records/juno"
    info = client.get_memento_info(juno, datetime(2026, 5, 2))  # noqa: DTZ001 -- it takes UTC so
    assert info["original_uri"] == juno
    assert info["timegate_uri"] == f"{base}/v1/timegate/records/juno"
    found = {role: (each["uri"], each["datetime"]) for role, each in info["mementos"].items()}

    def at(known: int, month: int, second: int = 0) -> tuple[list[str], datetime]:
        return [f"{juno}?known=@{known}"], datetime(2026, month, 1, 12, 0, second)  # noqa: DTZ001 -- its own

    assert found == {
        "first": at(2, 3),
        "prev": at(4, 5),
        "closest": at(5, 5),
        "next": at(7, 7),
        "last": at(7, 7),
    }
    assert info["mementos"]["closest"]["http_status_code"] == 200


def test_the_client_of_memento_walks_from_the_last_state_to_the_first(
    travelling: tuple[MementoClient, str],
) -> None:
    """Each memento leads to its original again, and from there to the one before."""
    client, base = travelling
    state = f"{base}/v1/state?at=2013&country=CN"
    walked, info = [], client.get_memento_info(state, datetime(2027, 1, 1))  # noqa: DTZ001 -- its own
    while True:
        [uri] = info["mementos"]["closest"]["uri"]
        walked.append(uri)
        if "prev" not in info["mementos"]:
            break
        info = client.get_memento_info(uri, info["mementos"]["prev"]["datetime"])
        assert info["original_uri"] == state
        # Of two in one second a TimeGate takes the last, so the one before is not asked for.
        if info["mementos"]["closest"]["uri"] == [uri]:
            info = client.get_memento_info(uri, datetime(2026, 4, 2))  # noqa: DTZ001 -- its own
    assert walked == [f"{base}/v1/state?at=2013&known=@{n}&country=CN" for n in (7, 5, 3, 2, 1)]


def test_the_client_of_memento_knows_each_for_what_it_is(
    travelling: tuple[MementoClient, str],
) -> None:
    """Originals, TimeGates and mementos are told apart by their headers."""
    client, base = travelling
    for path in ("records/juno", "state"):
        assert client.is_timegate(f"{base}/v1/timegate/{path}", session=client.session)
        assert not client.is_timegate(f"{base}/v1/{path}", session=client.session)
        for query, expected in (("", False), ("?known=@5", True), ("?at=2013", False)):
            head = client.session.head(f"{base}/v1/{path}{query}")
            assert client.is_memento(head.url, response=head) is expected


# --- TimeGates


@pytest.mark.parametrize(
    ("when", "known"),
    [
        (http_date(1), 2),
        (http_date(3, hour=11), 2),
        (http_date(3), 2),
        (http_date(4, 15), 2),
        (http_date(5), 5),
        (http_date(6), 5),
        (http_date(7), 7),
        (http_date(12), 7),
        ("Fri, 01 Jan 1600 00:00:00 GMT", 2),
        ("Mon, 01 Jan 9999 00:00:00 GMT", 7),
        (None, 7),
    ],
)
def test_a_timegate_leads_to_the_version_of_that_time(
    client: FlaskClient, when: str | None, known: int
) -> None:
    """The last commit that touched the record by then; before the first, the first; of two
    within one second, the last; without a datetime, the newest."""
    answer = gate(client, "/v1/timegate/records/juno", when)
    assert answer.headers["Location"] == f"{BASE}/v1/records/juno?known=@{known}"
    assert "accept-datetime" in answer.headers["Vary"].lower()
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Memento-Datetime" not in answer.headers
    linked = links(answer)
    assert linked["original"].target == f"{BASE}/v1/records/juno"
    assert linked["timemap"].target == f"{BASE}/v1/timemap/records/juno"
    assert linked["timemap"]["type"] == "application/link-format"
    assert (linked["timemap"]["from"], linked["timemap"]["until"]) == (http_date(3), http_date(7))
    assert linked["first"].target.endswith("?known=@2")
    assert linked["last"].target.endswith("?known=@7")
    versions = [2, 4, 5, 7]
    here = versions.index(known)
    neighbours = {"prev": versions[:here][-1:], "next": versions[here + 1 :][:1]}
    for role, expected in neighbours.items():
        assert [
            link.target for link in linked.links if {role, "memento"} <= link.rel
        ] == [f"{BASE}/v1/records/juno?known=@{position}" for position in expected]  # fmt: skip
    for link in linked.links:
        assert ("datetime" in link) == ("memento" in link.rel)


def test_the_state_has_a_version_for_every_commit(client: FlaskClient) -> None:
    """Also those that touch no facility."""
    for when, known in ((http_date(4, 2), 3), (http_date(5), 5), (http_date(2), 1), (None, 7)):
        answer = gate(client, "/v1/timegate/state", when)
        assert answer.headers["Location"] == f"{BASE}/v1/state?known=@{known}"
    assert links(gate(client, "/v1/timegate/state", http_date(5)))["prev"].target.endswith("@4")
    assert links(gate(client, "/v1/timegate/state", http_date(6)))["next"].target.endswith("@7")


def test_what_else_was_asked_stays(client: FlaskClient) -> None:
    """`at`, `stated` and filters belong to the original, in the order of a pinned URL."""
    query = "country=CN&stated=2020&at=2013&status=operating"
    answer = gate(client, f"/v1/timegate/state?{query}", http_date(5))
    memento_of = "/v1/state?at=2013&stated=2020&known=@5&country=CN&status=operating"
    assert answer.headers["Location"] == BASE + memento_of
    original = f"{BASE}/v1/state?at=2013&stated=2020&country=CN&status=operating"
    assert links(answer)["original"].target == original
    assert links(client.get(memento_of))["original"].target == original
    during = gate(client, "/v1/timegate/records/juno?during=2013", None)
    assert during.headers["Location"] == f"{BASE}/v1/records/juno?during=2013&known=@7"


@pytest.mark.parametrize(
    "when",
    [
        "",
        "2026-05-01T00:00:00Z",
        "Fri, 01 May 2026",
        "Fri, 1 May 2026 12:00:00 GMT",
        "Fri, 01 May 2026 12:00:00 +0000",
        "Fri, 31 Feb 2026 12:00:00 GMT",
        "Fri, 01 Mai 2026 12:00:00 GMT",
        "Fri, 01 May 0000 12:00:00 GMT",
        "Fri, 01 May 2026 25:00:00 GMT",
    ],
)
def test_a_datetime_that_is_none_is_refused(client: FlaskClient, when: str) -> None:
    """Only the date of HTTP will do."""
    for path in ("records/juno", "state"):
        answer = client.get(f"/v1/timegate/{path}", headers={"Accept-Datetime": when})
        assert answer.status_code == 400
        assert answer.get_json()["type"] == "/problems/bad-accept-datetime"


@pytest.mark.parametrize("what", ["timegate", "timemap"])
def test_what_has_no_version_or_cannot_be_asked_is_refused(client: FlaskClient, what: str) -> None:
    """An unknown record, a bad clock or filter, and `known`, which tells mementos apart."""
    for path, status in (
        ("records/nobody", 404),
        ("records/juno?known=@5", 422),
        ("records/juno?at=soon", 422),
        ("records/juno?country=CN", 422),
        ("state?country=XX", 422),
        ("state?at=2013&during=2014", 422),
    ):
        assert client.get(f"/v1/{what}/{path}").status_code == status
    if what == "timemap":
        assert client.get("/v1/timemap/state?beyond=5").status_code == 422


def test_an_empty_log_has_no_mementos(teller: Teller) -> None:
    """Neither has its state, although there is an answer for it."""
    client = create_app(teller.archive).test_client()
    for path in ("/v1/timegate/state", "/v1/timemap/state"):
        refused = client.get(path)
        assert refused.status_code == 404
        problem = refused.get_json()
        assert problem["type"] == "/problems/not-found"
        assert problem["detail"] == "The log is empty: the state has no memento yet."
    answer = client.get("/v1/state?known=@0")
    assert answer.status_code == 200
    assert "Memento-Datetime" not in answer.headers


# --- originals and mementos


def test_an_original_names_its_timegate_and_its_timemap(client: FlaskClient) -> None:
    """And is no memento; nothing of it varies by Accept-Datetime."""
    for path in ("records/juno", "state"):
        answer = client.get(f"/v1/{path}?at=2013", headers={"Accept-Datetime": http_date(5)})
        linked = links(answer)
        assert linked["timegate"].target == f"{BASE}/v1/timegate/{path}?at=2013"
        assert linked["timemap"].target == f"{BASE}/v1/timemap/{path}?at=2013"
        assert "Memento-Datetime" not in answer.headers
        assert "accept-datetime" not in answer.headers.get("Vary", "").lower()
        assert answer.get_json()["known"] == "@7"


def test_a_form_of_an_answer_names_no_timegate(client: FlaskClient) -> None:
    """A TimeGate takes no format: it is the way to the answer, and not to a table of it."""
    for path in ("records/juno", "state"):
        for known in ("", "&known=@7"):
            answer = client.get(f"/v1/{path}?at=2013&format=csv{known}")
            assert answer.mimetype == "text/csv"
            assert "Memento-Datetime" not in answer.headers
            assert "timegate" not in answer.headers.get("Link", "")


@pytest.mark.parametrize(
    ("path", "known", "month"),
    [
        ("records/juno", "@2", 3),
        ("records/juno", "@3", 3),
        ("records/juno", "@6", 5),
        ("records/juno", "@7", 7),
        ("records/lhaaso", "@7", 4),
        ("records/juno", "2026-04-20T00:00:00Z", 3),
        ("state", "@3", 4),
        ("state", "@7", 7),
    ],
)
def test_a_memento_bears_the_time_of_its_version(
    client: FlaskClient, path: str, known: str, month: int
) -> None:
    """Not the time that was asked for: the last commit at or before `known` that touched it."""
    answer = client.get(f"/v1/{path}?known={known}", headers={"Accept-Datetime": http_date(1)})
    assert answer.headers["Memento-Datetime"] == http_date(month)
    assert links(answer)["original"].target == f"{BASE}/v1/{path}"
    assert links(answer)["timegate"].target == f"{BASE}/v1/timegate/{path}"
    assert "accept-datetime" not in answer.headers.get("Vary", "").lower()


def test_a_pinned_answer_is_a_memento_also_when_it_is_not_sent_again(client: FlaskClient) -> None:
    """Its headers, which are kept for ever with it, name nothing that is still to come."""
    pinned = client.get("/v1/records/juno?at=2013&known=@5").get_json()["pinned"]
    answer = client.get(pinned)
    assert "immutable" in answer.headers["Cache-Control"]
    original = links(answer)["original"].target
    assert original == f"{BASE}/v1/records/juno?at=2013-12-31&stated=2026-05-01"
    assert {rel for link in links(answer).links for rel in link.rel} == {
        "original",
        "timegate",
        "timemap",
    }
    held = client.get(pinned, headers={"If-None-Match": answer.headers["ETag"]})
    assert held.status_code == 304
    for name in ("Memento-Datetime", "Link"):
        assert held.headers[name] == answer.headers[name]


def test_before_it_was_recorded_a_record_has_no_memento(client: FlaskClient) -> None:
    """It is not there, and a problem is no memento."""
    answer = client.get("/v1/records/juno?known=@1")
    assert answer.status_code == 404
    assert "Memento-Datetime" not in answer.headers


# --- TimeMaps


def test_a_timemap_lists_every_version(client: FlaskClient) -> None:
    """Both of one second too, and every link bears the datetime that its memento tells."""
    found = listed(client, "/v1/timemap/records/juno")
    assert mementos(found) == [
        (f"{BASE}/v1/records/juno?known=@{known}", http_date(month))
        for known, month in ((2, 3), (4, 5), (5, 5), (7, 7))
    ]
    named = {rel: link for link in found for rel in link.rel}
    assert named["original"].target == f"{BASE}/v1/records/juno"
    assert named["timegate"].target == f"{BASE}/v1/timegate/records/juno"
    assert named["self"].target == f"{BASE}/v1/timemap/records/juno"
    assert (named["self"]["from"], named["self"]["until"]) == (http_date(3), http_date(7))
    assert named["first"].target.endswith("@2")
    assert named["last"].target.endswith("@7")
    for target, when in mementos(found):
        answer = client.get(target.removeprefix(BASE))
        assert answer.status_code == 200
        assert answer.headers["Memento-Datetime"] == when


def test_a_timemap_of_the_state_lists_commits_not_events(client: FlaskClient) -> None:
    """@6 lies inside a commit, and is no version."""
    found = mementos(listed(client, "/v1/timemap/state?at=2013"))
    assert [target for target, _ in found] == [
        f"{BASE}/v1/state?at=2013&known=@{known}" for known in (1, 2, 3, 4, 5, 7)
    ]


def test_a_long_timemap_has_pages(kept: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says from when until when it is, and where the others are; together they are whole."""
    monkeypatch.setattr(versions, "PAGE", 4)
    client = create_app(kept).test_client()
    pages: list[list[httplink.Link]] = [listed(client, "/v1/timemap/state?at=2013")]
    [more] = [link for link in pages[0] if "timemap" in link.rel]
    assert more.target == f"{BASE}/v1/timemap/state?at=2013&beyond=@4"
    assert (more["from"], more["until"]) == (http_date(5), http_date(7))
    pages.append(listed(client, more.target.removeprefix(BASE)))
    [back] = [link for link in pages[1] if "timemap" in link.rel]
    assert back.target == f"{BASE}/v1/timemap/state?at=2013"
    [this] = [link for link in pages[1] if "self" in link.rel]
    assert this.target == more.target
    assert (this["from"], this["until"]) == (more["from"], more["until"])
    positions = [[int(target.split("@")[1]) for target, _ in mementos(each)] for each in pages]
    assert positions == [[1, 2, 3, 4], [5, 7]]
    assert [[link for link in each if "first" in link.rel] != [] for each in pages] == [True, False]
    assert [[link for link in each if "last" in link.rel] != [] for each in pages] == [False, True]


def test_a_timemap_is_sent_again_only_when_there_is_a_new_version(
    archive: Archive, clock: Clock
) -> None:
    """Its ETag changes with the record, not with the log."""
    told = tell(archive, clock)
    client = create_app(archive).test_client()
    tag = client.get("/v1/timemap/records/juno").headers["ETag"]
    held: dict[str, Any] = {"headers": {"If-None-Match": tag}}
    told.tell(facility("fast"))
    archive.catch_up()
    assert client.get("/v1/timemap/records/juno", **held).status_code == 304
    told.tell(milestone("o", "construction-started", "2015"))
    archive.catch_up()
    assert client.get("/v1/timemap/records/juno", **held).status_code == 200
