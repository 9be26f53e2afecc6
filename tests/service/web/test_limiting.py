"""What a client may ask: by what it costs, by who it is, and not by who handed it on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import PROXIES, QUESTIONS_LIMIT, Settings, limits_of, networks_of
from service.web import limiting
from service.web.observing import LOOKS
from service.web.proxies import Proxies
from tests.story.telling import Teller


def limited(juno: Teller, limit: str) -> FlaskClient:
    """A client of a service with a limit of questions."""
    juno.archive.catch_up()
    settings = Settings(data=juno.archive.folder, questions_limit=limit)
    return create_app(juno.archive, settings).test_client()


def left(client: FlaskClient, path: str) -> int:
    """What is left of the limit after a question."""
    text = client.get(path).headers["RateLimit"]
    return int(text.split("r=")[1].partition(";")[0])


def test_a_question_counts_by_what_it_took(juno: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one, and as many more as its time on the processor holds."""
    client = limited(juno, "1000000 per minute")
    monkeypatch.setattr(limiting, "A_QUESTION", 60)
    assert left(client, "/v1/records") == 999_999
    assert left(client, "/v1/records?kind=policy") == 999_998
    monkeypatch.setattr(limiting, "A_QUESTION", 0.000_001)
    assert left(client, "/v1/records?kind=facility") < 999_900


def test_whoever_looks_how_the_server_does_knows_no_limit(juno: Teller) -> None:
    """Neither before nor after the limit is passed."""
    client = limited(juno, "1 per minute")
    statuses = [client.get(f"/v1/records?limit={number}").status_code for number in (1, 2)]
    assert statuses == [200, 429]
    for path in (*LOOKS, *LOOKS):
        answer = client.get(path)
        assert (answer.status_code, "RateLimit" in answer.headers) == (200, False)


@pytest.mark.parametrize("path", ["/v1/suggestions", "/v1/citations", "/cite", "/desk/sign-in"])
def test_what_is_sent_without_a_key_is_no_order(juno: Teller, path: str) -> None:
    """It counts as a question, by what it took; with a key it is one order."""
    client = limited(juno, "2 per minute")
    answers = [client.post(path, json={}) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert client.get("/v1/records").status_code == 429
    key = juno.archive.keys.issue(name="li", role="curator", by="root")
    keyed = {"Authorization": f"Bearer {key}"}
    assert client.post("/v1/batches", json={}, headers=keyed).status_code == 415


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("203.0.113.7", "203.0.113.8", 200),
        ("203.0.113.7", "203.0.113.7", 429),
        ("203.0.113.7", "::ffff:203.0.113.7", 429),
        ("2001:db8:1:2::3", "2001:db8:1:2:ffff::4", 429),
        ("2001:db8:1:2::3", "2001:db8:1:3::3", 200),
    ],
)
def test_a_client_is_counted_by_its_address(
    juno: Teller, first: str, second: str, status: int
) -> None:
    """All addresses of a /64 of IPv6 are one client's."""
    client = limited(juno, "1 per minute")
    statuses = [
        client.get(f"/v1/records?limit={number}", environ_base={"REMOTE_ADDR": address}).status_code
        for number, address in enumerate((first, second), 1)
    ]
    assert statuses == [200, status]


@pytest.mark.parametrize(
    ("sender", "said", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.7", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.7", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.7", "192.0.2.66, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("10.0.0.7", "10.1.2.3", "10.1.2.3"),
        ("10.0.0.7", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.7", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.7", "192.0.2.66, unknown", "10.0.0.7"),
        ("10.0.0.7", "", "10.0.0.7"),
        ("::ffff:10.0.0.7", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.8", "198.51.100.1", "10.0.0.8"),
    ],
)
def test_the_client_is_the_last_who_is_no_proxy(sender: str, said: str, client: str) -> None:
    """By whom a proxy says that it was asked; nobody else is believed."""
    heard = through({"REMOTE_ADDR": sender, "HTTP_X_FORWARDED_FOR": said})
    assert heard["REMOTE_ADDR"] == client


def test_only_a_proxy_says_by_which_scheme_it_was_asked() -> None:
    """And what others say is gone."""
    for sender, said, scheme in (
        ("10.0.0.7", "https", "https"),
        ("10.0.0.7", "http, https", "https"),
        ("10.0.0.7", "gopher", "http"),
        ("203.0.113.9", "https", "http"),
    ):
        heard = through({"REMOTE_ADDR": sender, "HTTP_X_FORWARDED_PROTO": said})
        assert heard["wsgi.url_scheme"] == scheme
        assert "HTTP_X_FORWARDED_PROTO" not in heard


def through(environ: dict[str, Any]) -> dict[str, Any]:
    """What an application hears behind two networks of proxies."""
    heard: dict[str, Any] = {}

    def application(environ: dict[str, Any], _: Any) -> Iterable[bytes]:
        heard.update(environ)
        return []

    proxies = Proxies(application, networks_of("10.0.0.7, 10.1.0.0/16"))
    list(proxies({"wsgi.url_scheme": "http", **environ}, None))
    return heard


def test_limits_and_proxies_are_there_unless_they_are_taken_away() -> None:
    """`none` is no limit, and an empty text no proxy."""
    settings = Settings.of({})
    assert (settings.questions_limit, settings.proxies) == (QUESTIONS_LIMIT, PROXIES)
    settings = Settings.of({"ANNALES_QUESTIONS_LIMIT": "none", "ANNALES_PROXIES": ""})
    assert limits_of(settings.questions_limit) == []
    assert networks_of(settings.proxies) == []


def test_what_is_not_there_counts_too(juno: Teller) -> None:
    """So that nobody tries paths without end."""
    client = limited(juno, "2 per minute")
    answers = [client.get("/v1/nothing"), client.delete("/v1/state"), client.get("/v1/nothing")]
    assert [answer.status_code for answer in answers] == [404, 405, 429]
    assert all("RateLimit-Policy" in answer.headers for answer in answers)
