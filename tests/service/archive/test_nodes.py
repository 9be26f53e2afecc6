"""What a node is to those who ask it: two of them, over one log in PostgreSQL."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from events.errors import CopyAhead, LogUnreachable
from events.ledger import signing
from events.ledger.checking import Checkpoint
from service.archive import LOG, Archive, copying, hearing, node
from service.archive import signing as signing_of
from service.archive.keys import Identity
from service.archive.suggestions import SuggestionClosed
from service.web import pausing
from service.web.sessions import Sessions
from tests.postgres import Database
from tests.service.serving import serving
from tests.story.telling import JUNO, SOURCE, command


class Answer(NamedTuple):
    """What was answered over HTTP."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def ask(url: str, **headers: str) -> Answer:
    """The answer to a GET."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    try:
        asked = Request(url, headers=named)  # noqa: S310 -- http
        with urlopen(asked, timeout=30) as answer:  # noqa: S310 -- http
            return Answer(answer.status, answer.headers, answer.read())
    except HTTPError as error:
        return Answer(error.code, error.headers, error.read())


def eventually(what: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.02)


@contextmanager
def a_node(folder: Path, database: Database) -> Iterator[Archive]:
    """An open node of a database."""
    node.become(folder, database.address, log=LOG)
    with Archive(folder) as archive:
        yield archive


class Node(NamedTuple):
    """A node that is served."""

    archive: Archive
    url: str


@pytest.fixture
def nodes(tmp_path: Path, database: Database) -> Iterator[tuple[Node, Node]]:
    """Two nodes that are served, over a log with a source and JUNO; the first one signs."""
    with ExitStack() as opened:
        first = opened.enter_context(a_node(tmp_path / "a", database))
        first.chronicle.execute(command(SOURCE))
        first.chronicle.execute(command(JUNO))
        second = opened.enter_context(a_node(tmp_path / "b", database))
        urls = [opened.enter_context(serving(each)) for each in (first, second)]
        yield Node(first, urls[0]), Node(second, urls[1])


JUNO_SOURCE = {**SOURCE, "id": "another-source"}

LATER = {**JUNO, "id": "juno-two", "name": "JUNO two"}


@contextmanager
def held_back(archive: Archive, seconds: float) -> Iterator[None]:
    """Keep a node from writing to its copy for some seconds from now on."""
    holds = threading.Event()

    def hold() -> None:
        with archive.chronicle.log.writing_here():
            holds.set()
            time.sleep(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    assert holds.wait(5)
    yield
    thread.join()


def told(archive: Archive, line: Any) -> int:
    """Record a line; the position of its commit."""
    commit = archive.chronicle.execute(command(line)).commit
    assert commit is not None
    return commit.position


def test_a_node_waits_for_a_position_that_it_lacks(nodes: tuple[Node, Node]) -> None:
    """Whoever read a position from one node may ask another for it at once."""
    a, b = nodes
    with held_back(b.archive, 0.6):
        position = told(a.archive, LATER)
        begun = time.monotonic()
        answer = ask(f"{b.url}/v1/records/juno-two?known=@{position}")
        assert answer.status == 200
        assert time.monotonic() - begun > 0.4


@pytest.mark.parametrize(
    "path",
    [
        "/v1/state?known=@{}",
        "/state?known=@{}",
        "/v1/diff?known=@1&to_known=@{}",
        "/v1/activity?to=@{}",
        "/v1/changes?lastEventId={}",
        "/v1/events/{}",
        "/v1/events/{}/proof",
        "/v1/feeds/timelinejs?known=@{}",
        "/v1/follows?of=/v1/state%3Fat%3D2013&known=@{}",
        "/oembed?url={{root}}/state%3Fknown%3D@{}",
        "/state.json?known=@{}",
    ],
)
def test_a_position_that_nobody_has_is_ahead(nodes: tuple[Node, Node], path: str) -> None:
    """It is not waited for any longer, once PostgreSQL was asked."""
    _, b = nodes
    begun = time.monotonic()
    answer = ask(b.url + path.format(999).replace("{root}", b.url))
    assert answer.status == 404
    assert time.monotonic() - begun < pausing.PATIENCE


def test_a_position_that_does_not_come_in_time_is_asked_for_again(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there, and not here: whoever asks comes back."""
    monkeypatch.setattr(pausing, "PATIENCE", 0.3)
    a, b = nodes
    with held_back(b.archive, 1.5):
        position = told(a.archive, LATER)
        for url, headers in (
            (f"{b.url}/v1/records/juno-two?known=@{position}", {}),
            (f"{b.url}/records/juno-two?known=@{position}", {}),
            (f"{b.url}/v1/records/juno", {"Annales_Min_Position": str(position)}),
        ):
            answer = ask(url, **headers)
            assert answer.status == 503, url
            assert answer.headers["Retry-After"] == "1"
    assert ask(f"{b.url}/v1/records/juno", Annales_Min_Position=str(position)).status == 200


def test_a_node_that_cannot_reach_postgresql_says_so(
    nodes: tuple[Node, Node], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers what it has, and never as if that were the newest; by and by it is ready again."""
    monkeypatch.setattr(hearing, "SILENT", 2.0)
    monkeypatch.setattr(copying, "SILENT", 2.0)
    monkeypatch.setattr(signing_of, "SILENT", 2.0)
    monkeypatch.setattr(pausing, "PATIENCE", 0.3)
    _, b = nodes
    eventually(lambda: ask(f"{b.url}/readyz").json["lag"] == 0)
    ready = ask(f"{b.url}/readyz")
    assert ready.status == 200
    assert ready.json["copied"] == 2
    assert ready.json["heard"] < 2
    assert "Annales-Silent" not in ask(f"{b.url}/v1/state").headers
    database.server.run(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false")
    database.server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database.name]
    )
    answers = [ready]

    def is_not_ready() -> bool:
        answers.append(ask(f"{b.url}/readyz"))
        return answers[-1].status == 503

    eventually(is_not_ready)
    for _ in range(10):  # and it goes on to say so, whoever of the node finds out what
        assert "PostgreSQL has not answered for" in answers[-1].json["failure"]
        time.sleep(0.1)
        assert is_not_ready()
    newest = ask(f"{b.url}/v1/state")
    assert newest.status == 200
    assert int(newest.headers["Annales-Silent"]) >= 0
    assert newest.headers["Annales-Lag"] == "0"
    assert "Annales-Silent" not in ask(f"{b.url}{newest.json['pinned']}").headers
    unknown = ask(f"{b.url}/v1/state?known=@3")
    assert (unknown.status, unknown.headers["Retry-After"]) == (503, "1")
    with pytest.raises(LogUnreachable):
        told(b.archive, LATER)
    figures = ask(f"{b.url}/metrics").body.decode()
    assert "annales_copied_position 2.0" in figures
    assert "annales_signs 0.0" in figures
    database.server.run(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS true")
    eventually(lambda: ask(f"{b.url}/readyz").status == 200)
    assert "Annales-Silent" not in ask(f"{b.url}/v1/state").headers


def test_an_answer_is_for_ever_once_it_is_settled(nodes: tuple[Node, Node]) -> None:
    """Until a checkpoint covers it a failover could take it away, so caches ask again."""
    a, b = nodes
    pinned = ask(f"{b.url}/v1/state").json["pinned"]
    paths = [
        pinned,
        pinned.replace("/v1/state", "/state") + "&lang=en",
        "/v1/changes?lastEventId=0&limit=1",
        "/v1/events/1",
        ask(f"{b.url}/v1/feeds/timelinejs").headers["Content-Location"],
    ]
    for path in paths * 2:
        answer = ask(f"{b.url}{path}")
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, no-cache"), path
        assert answer.headers["Annales-Settled"] == "0", path
    a.archive.sign("annales.test")
    eventually(lambda: b.archive.is_settled(2))
    for path in paths * 2:
        answer = ask(f"{b.url}{path}")
        assert "immutable" in answer.headers["Cache-Control"], path
        assert "Annales-Settled" not in answer.headers
    figures = ask(f"{a.url}/metrics").body.decode()
    assert "annales_signs 1.0" in figures
    assert "annales_checkpoint_events 2.0" in figures
    assert ask(f"{a.url}/checkpoint").body == ask(f"{b.url}/checkpoint").body


def test_whether_an_answer_is_settled_costs_next_to_nothing(nodes: tuple[Node, Node]) -> None:
    """Each answer asks it."""
    a, b = nodes
    a.archive.sign("annales.test")
    eventually(lambda: b.archive.is_settled(2))
    begun = time.perf_counter()
    for _ in range(1000):
        assert b.archive.is_settled(2)
    assert time.perf_counter() - begun < 0.1


def test_a_desk_works_over_any_node(nodes: tuple[Node, Node]) -> None:
    """Who signed in at one is signed in at the other, until they leave, or the key is revoked."""
    a, b = nodes
    a.archive.keys.issue(name="Alice", role="curator", by="test")
    eventually(lambda: len(b.archive.keys.all()) == 1)
    clock = a.archive.chronicle.clock
    sessions = [
        Sessions(each.archive.keys, clock=clock, records=each.archive.shared.sessions())
        for each in (a, b)
        if each.archive.shared is not None
    ]
    [key] = a.archive.keys.all().values()
    identity = Identity("Alice", "curator", key.id)
    secret, token = sessions[0].begin(identity)
    for each in sessions:
        found = each.find(secret)
        assert found is not None
        assert (found.token, found.identity.name) == (token, "Alice")
    sessions[1].end(secret)
    assert sessions[0].find(secret) is None
    secret, _ = sessions[1].begin(identity)
    a.archive.keys.revoke(key.id, by="test")
    eventually(lambda: sessions[1].find(secret) is None)


def moved_on(database: Database, *, lost: int) -> None:
    """Let a failover lose the last commits of the chronicle."""
    database.tamper(
        f"DELETE FROM annales.stored_events WHERE notification_id > {lost}",
        f"DELETE FROM annales.commits WHERE position > {lost}",
        f"DELETE FROM annales.names WHERE position > {lost}",
    )


def test_what_one_node_takes_no_other_declines(nodes: tuple[Node, Node]) -> None:
    """The log of suggestions is held, in PostgreSQL, until the order is recorded and noted."""
    first, second = (each.archive for each in nodes)
    line = {"type": "amendment", "record": "juno", "changes": {"name": "JUNO II"}}
    made, _ = first.suggestions.suggest(
        line=line, reason="So.", where=None, stream="record:juno", revision=1,
        by="everyone", permit=lambda: None,
    )  # fmt: skip
    found: list[str] = []

    def decline() -> None:
        try:
            first.suggestions.decline(made.id, reason="No.", by="li")
        except SuggestionClosed as closed:
            found.append(closed.state)

    declining = threading.Thread(target=decline)
    with second.suggestions.held(made.id) as standing:
        assert standing.state == "waiting"
        declining.start()
        declining.join(0.3)
        assert declining.is_alive()
        done = second.chronicle.execute(command(made.order)).commit
        assert done is not None
        second.suggestions.take(made.id, recorded=done.position, by="grace")
    declining.join(30)
    assert found == ["taken"]
    taken = first.suggestions.get(made.id)
    assert taken is not None
    assert (taken.state, taken.recorded) == ("taken", done.position)


def test_what_was_told_of_on_one_node_is_there_on_every_other(nodes: tuple[Node, Node]) -> None:
    """At once, and on whatever node somebody is led to it; what nobody made is nowhere."""
    (first, _), (_, url) = nodes
    for number in range(3):
        line = {"type": "amendment", "record": "juno", "changes": {"name": f"JUNO {number}"}}
        made, _ = first.suggestions.suggest(
            line=line, reason="So.", where=None, stream="record:juno", revision=1,
            by="everyone", permit=lambda: None,
        )  # fmt: skip
        assert ask(f"{url}/v1/suggestions/{made.id}").status == 200
        cited, _ = first.citations.cite(
            of="/v1/state?view=1", media_type="text/plain", chosen=None, body=b"%d" % number,
            by="everyone", permit=lambda: None,
        )  # fmt: skip
        assert ask(f"{url}/c/{cited.id}").body == b"%d" % number
    assert ask(f"{url}/v1/suggestions/{'a' * 16}").status == 404
    assert ask(f"{url}/c/{'a' * 16}").status == 404


def test_a_node_leaves_what_a_failover_lost(tmp_path: Path, database: Database) -> None:
    """Nobody was told that it stays, so the copy is set aside, and made anew at the next start."""
    with a_node(tmp_path / "a", database) as archive:
        told(archive, SOURCE)
        told(archive, JUNO)
        archive.catch_up()
    moved_on(database, lost=1)
    with a_node(tmp_path / "a", database) as archive:
        assert archive.chronicle.log.max_notification_id() == 1
        assert archive.catch_up() == 1
        assert told(archive, LATER) == 2
    [aside] = (tmp_path / "a").glob("aside-*")
    assert {"log.sqlite", "log.head", "views.current"} <= {path.name for path in aside.iterdir()}


def test_a_node_that_runs_tells_that_commits_are_lost(
    nodes: tuple[Node, Node], database: Database
) -> None:
    """Its program begins anew then, and the copy is set aside."""
    _, b = nodes
    ahead = threading.Event()
    assert b.archive.copying is not None
    b.archive.copying.on_ahead = ahead.set
    moved_on(database, lost=1)
    database.run("NOTIFY annales")
    assert ahead.wait(10)
    assert b.archive.may_begin_anew()
    assert ask(f"{b.url}/readyz").status == 503


def test_what_was_settled_is_not_left(tmp_path: Path, database: Database) -> None:
    """It was told to be for ever: somebody must say that it is lost, and then another epoch goes on
    from what there is."""
    with a_node(tmp_path / "a", database) as archive, a_node(tmp_path / "b", database) as other:
        told(archive, SOURCE)
        told(archive, JUNO)
        archive.sign("annales.test")
        eventually(lambda: archive.is_settled(2))
        other.follow()
        eventually(lambda: other.is_settled(2))
    moved_on(database, lost=1)
    with pytest.raises(CopyAhead, match="annales migrate --new-epoch"), Archive(tmp_path / "a"):
        pass
    with Archive(tmp_path / "a", new_epoch=True) as archive:
        assert archive.chronicle.log.epochs()[-1].began == 1
        assert told(archive, LATER) == 2
    with Archive(tmp_path / "b") as other:  # somebody has said it
        assert other.chronicle.log.epochs()[-1].began == 1
        assert other.chronicle.log.max_notification_id() == 2


def test_the_log_of_another_folder_is_no_copy(tmp_path: Path, database: Database) -> None:
    """Whatever was typed, nothing of it is moved."""
    with Archive(tmp_path / "plain") as plain:
        told(plain, SOURCE)
    with a_node(tmp_path / "a", database) as archive:
        told(archive, JUNO_SOURCE)
    with pytest.raises(CopyAhead, match="no commit in common"):
        node.become(tmp_path / "plain", database.address, log=LOG)
    assert node.address_of(tmp_path / "plain") is None
    with Archive(tmp_path / "plain") as plain:
        assert plain.chronicle.log.max_notification_id() == 1


def test_another_epoch_has_another_key_on_each_node(nodes: tuple[Node, Node]) -> None:
    """What was signed before is kept beside it."""
    a, b = nodes
    a.archive.sign("annales.test")
    eventually(lambda: b.archive.is_settled(2))
    a.archive.chronicle.log.begin_epoch()
    told(a.archive, LATER)
    eventually((b.archive.folder / "checkpoint.epoch-1").exists)
    assert (b.archive.folder / "ledger.epoch-1.vkey").exists()
    eventually(lambda: b.archive.is_settled(3))
    key = b.archive.ledger.key()
    assert key is not None
    assert key.name == "annales.test/epoch-2"


def test_a_node_is_a_witness(nodes: tuple[Node, Node], tmp_path: Path) -> None:
    """A checkpoint that its own tree does not come to is not served, nor is an older one then."""
    a, b = nodes
    assert a.archive.shared is not None
    (tmp_path / "key").mkdir()
    signer = signing.made(tmp_path / "key", "annales.test", epoch=1)
    publish = a.archive.shared.chronicle.put_beside
    publish(signing.PUBLIC, f"{signer.public}\n")

    def signed(size: int, root: bytes) -> None:
        publish(signing.CHECKPOINT, signer.note(Checkpoint(signer.name, size, root).text))

    signed(2, b.archive.ledger.root(2))
    eventually(lambda: b.archive.is_settled(2))
    assert ask(f"{b.url}/checkpoint").status == 200
    told(a.archive, LATER)
    signed(3, bytes(32))
    eventually(lambda: "has signed another root" in (ask(f"{b.url}/readyz").json["failure"] or ""))
    assert "@3" in ask(f"{b.url}/readyz").json["failure"]
    assert ask(f"{b.url}/checkpoint").status == 404
    assert not b.archive.is_settled(2)
    signed(3, b.archive.ledger.root(3))
    eventually(lambda: ask(f"{b.url}/readyz").status == 200)
    assert b.archive.is_settled(3)


def test_another_node_with_the_key_signs_when_the_first_is_gone(
    tmp_path: Path, database: Database
) -> None:
    """One at a time does; a node without the key never."""
    with a_node(tmp_path / "b", database) as second, a_node(tmp_path / "c", database) as third:
        with a_node(tmp_path / "a", database) as first:
            told(first, SOURCE)
            first.sign("annales.test")
            eventually(lambda: first.is_settled(1))
            shutil.copy(tmp_path / "a" / signing.KEY, tmp_path / "b")
            for each in (second, third):
                each.follow()
                each.sign("annales.test")
            eventually(lambda: second.is_settled(1) and third.is_settled(1))
            assert (first.signer.is_held, second.signer.is_held) == (True, False)
        told(third, JUNO)
        eventually(lambda: third.is_settled(2))
        assert (second.signer.is_held, third.signer.is_held) == (True, False)
        assert not (tmp_path / "c" / signing.KEY).exists()
