"""A stranger who has the key checks the log over HTTP alone, and is told what there is not."""

from __future__ import annotations

import json
import re
import sqlite3
from base64 import b64decode
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from events.canonical import leaf_bytes
from events.ledger import checking
from events.ledger.checking import (
    TILE,
    Checkpoint,
    Key,
    Proof,
    check_consistency,
    checkpoint_of,
    entries_of,
    leaf_of,
    tile_path,
)
from events.ledger.publishing import Publisher
from events.store.schema import WITH_EPOCHS
from service.app import create_app
from service.archive import LOG, Archive
from tests.service.asked import ASK_AGAIN, FOREVER
from tests.story.telling import SOURCE, Clock, Teller, command, facility


@pytest.fixture(scope="module")
def client(shipped: Archive) -> FlaskClient:
    """A client of the chronicle of the first release, whose log is signed."""
    Publisher(shipped.ledger, origin="annales.example").publish()
    return create_app(shipped).test_client()


@pytest.fixture(scope="module")
def key(client: FlaskClient) -> Key:
    """Its key."""
    return Key.parse(client.get("/checkpoint/key").text)


@pytest.fixture(scope="module")
def checkpoint(client: FlaskClient, key: Key) -> Checkpoint:
    """Its checkpoint."""
    return checkpoint_of(client.get("/checkpoint").text, key)


def problem(client: FlaskClient, path: str) -> tuple[int, str, str]:
    """The status, the slug and the detail of what is refused."""
    answer = client.get(path)
    told = answer.get_json()
    return answer.status_code, told["type"].removeprefix("/problems/"), told["detail"]


def test_the_checkpoint_is_a_signed_note_that_is_kept_for_a_moment(
    client: FlaskClient, key: Key, checkpoint: Checkpoint, shipped: Archive
) -> None:
    """As text; it is of every event of the log."""
    answer = client.get("/checkpoint")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "max-age=1"
    assert (checkpoint.origin, checkpoint.size) == (key.name, 1203) == ("annales.example", 1203)
    assert checkpoint.root == shipped.ledger.root(1203)


def test_every_event_comes_with_its_entry_and_its_proof(client: FlaskClient, key: Key) -> None:
    """The entry is what is hashed, and all that is stored but the position is in it."""
    for position in (1, 256, 257, 900, 1203):
        answer = client.get(f"/v1/events/{position}")
        assert answer.headers["Cache-Control"] == FOREVER
        told = answer.get_json()
        entry = told["entry"].encode()
        assert (told["position"], told["index"]) == (position, position - 1)
        assert b64decode(told["leaf"]) == leaf_of(entry)
        commit = told["commit"]
        assert commit["first"] <= position <= commit["position"]
        members = {"actor": commit["actor"], "recorded_at": commit["recorded_at"]}
        shown = {name: told[name] for name in ("state", "stream", "topic", "version")}
        assert json.loads(entry) == {**members, **shown}
        sent = client.get(f"/v1/events/{position}/proof")
        assert sent.headers["Content-Type"] == "text/plain; charset=utf-8"
        proof = Proof.parse(sent.text)
        assert proof.check(entry, key).size == 1203
        assert len(sent.data) < 1024
    tag = answer.headers["ETag"]
    held = client.get("/v1/events/1203", headers={"If-None-Match": tag})
    assert (held.status_code, held.data) == (304, b"")


def test_any_size_is_shown_to_be_the_beginning_of_any_other(
    client: FlaskClient, checkpoint: Checkpoint
) -> None:
    """With both roots, so that either can be compared with a checkpoint of then."""
    for old, new in ((0, 5), (1, 1203), (256, 257), (700, 1100), (1203, 1203)):
        told = client.get(f"/checkpoint/consistency?from={old}&to={new}").get_json()
        assert (told["from"], told["to"], told["origin"]) == (old, new, "annales.example")
        check_consistency(
            old_size=old,
            old_root=b64decode(told["from_root"]),
            size=new,
            root=b64decode(told["to_root"]),
            path=[b64decode(hash) for hash in told["path"]],
        )
    newest = client.get("/checkpoint/consistency?from=300").get_json()
    assert newest["to"] == checkpoint.size
    assert b64decode(newest["to_root"]) == checkpoint.root


class Tiles:
    """Tiles as aics-tlog reads them."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def _read(self, level: int | str, index: int, width: int | None) -> bytes | None:
        answer = self._client.get(f"/{tile_path(level, index, width or TILE)}")
        if answer.status_code == 404:
            return None
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Cache-Control"] == FOREVER
        return bytes(answer.data)

    def read_tile(self, level: int, index: int, width: int | None) -> bytes | None:
        """A tile of hashes."""
        return self._read(level, index, width)

    def read_entry_bundle(self, index: int, width: int | None) -> bytes | None:
        """A bundle of entries."""
        return self._read("entries", index, width)


def test_another_program_reads_the_checkpoint_and_audits_the_tiles(
    client: FlaskClient, key: Key, checkpoint: Checkpoint
) -> None:
    """aics-tlog, which knows C2SP and nothing of Annales."""
    aics = pytest.importorskip("aics_tlog")
    their_key = aics.parse_vkey(str(key))
    verified = aics.verify_checkpoint(aics.parse_note(client.get("/checkpoint").text), their_key)
    assert verified.ok, verified
    report = aics.audit_tiles(Tiles(client), checkpoint.size, checkpoint.root)
    assert report
    path = aics.inclusion_proof_from_tiles(Tiles(client), 700, checkpoint.size)
    assert tuple(path) == Proof.parse(client.get("/v1/events/701/proof").text).path


def test_tiles_are_those_of_the_newest_checkpoint_and_no_others(client: FlaskClient) -> None:
    """As wide as asked for, if the tree is as wide; and each is written in one way."""
    assert len(client.get("/tile/0/004.p/179").data) == 179 * 32
    assert len(client.get("/tile/0/004.p/1").data) == 32
    assert len(client.get("/tile/1/000.p/4").data) == 4 * 32
    bundle = list(entries_of(client.get("/tile/entries/004.p/179").data))
    assert len(bundle) == 179
    for path in (
        *("0/004", "0/004.p/180", "0/005", "0/005.p/1", "1/000", "1/000.p/5", "2/000.p/1"),
        *("0/000.p/0", "0/000.p/256", "0/000.p/01", "0/x000/000", "0/4", "0/0004", "entries/004"),
        *("entries/005.p/1", "63/000", "99999999999999999999/000", "0/x999/x999/x999/x999/999"),
        *("0/000.p/", "0/000/", "-1/000", "x/000", "00/000", "64/000"),
    ):
        status, slug, _ = problem(client, f"/tile/{path}")
        assert (status, slug) == (404, "no-such-tile"), path


@pytest.mark.parametrize(
    ("path", "status", "slug", "detail"),
    [
        ("/v1/events/1204", 404, "position-ahead", "ahead of the log"),
        ("/v1/events/1204/proof", 404, "position-ahead", "ahead of the log"),
        (f"/v1/events/{'9' * 40}", 422, "validation", "whole number"),
        ("/v1/events/0", 404, "no-such-event", "no event"),
        ("/v1/events/0/proof", 404, "no-such-event", "no event"),
        ("/v1/events/x", 422, "validation", "whole number"),
        ("/v1/events/1?epoch=2", 422, "validation", "epoch 1"),
        ("/v1/events/1?nope=1", 422, "unknown-parameter", "nope"),
        ("/checkpoint?nope=1", 422, "unknown-parameter", "nope"),
        ("/tile/0/000?nope=1", 422, "unknown-parameter", "nope"),
        ("/checkpoint/consistency", 422, "validation", "missing"),
        ("/checkpoint/consistency?from=x", 422, "validation", "whole number"),
        ("/checkpoint/consistency?from=5&to=4", 422, "validation", "no size"),
        ("/checkpoint/consistency?from=5&to=1204", 404, "not-signed", "1203 events"),
    ],
)
def test_what_there_is_not_is_a_problem(
    path: str, status: int, slug: str, detail: str, client: FlaskClient
) -> None:
    """It says what is wrong with what was asked."""
    found = problem(client, path)
    assert found[:2] == (status, slug), found
    assert detail in found[2]


def test_the_program_that_checks_is_the_one_that_ships(client: FlaskClient) -> None:
    """Whole, under a name to be kept by, and asked again by its tag."""
    given = client.get("/checkpoint/checking.py")
    assert given.get_data() == Path(checking.__file__).read_bytes()
    assert given.mimetype == "text/x-python"
    assert 'filename="checking.py"' in given.headers["Content-Disposition"]
    again = client.get("/checkpoint/checking.py", headers={"If-None-Match": given.headers["ETag"]})
    assert again.status_code == 304
    page = client.get("/about", headers={"Accept": "text/html"}).text
    assert 'href="/checkpoint/checking.py"' in page


def test_a_log_that_nobody_has_signed_says_what_to_do(juno: Teller) -> None:
    """An event can be read all the same; what joined after the checkpoint is not proved yet."""
    client = create_app(juno.archive).test_client()
    for path in ("/checkpoint", "/checkpoint/key", "/v1/events/1/proof", "/tile/0/000.p/1"):
        status, slug, detail = problem(client, path)
        assert (status, slug) == (404, "not-signed"), path
        assert "annales serve" in detail
    assert client.get("/v1/events/1").status_code == 200
    publisher = Publisher(juno.archive.ledger)
    signed = publisher.publish()
    assert signed is not None
    juno.tell(facility("later", name="Later"))
    assert problem(client, f"/v1/events/{signed.size + 1}/proof")[1] == "not-signed"
    assert problem(client, f"/tile/0/000.p/{signed.size + 1}")[1] == "no-such-tile"
    publisher.publish()
    assert client.get(f"/v1/events/{signed.size + 1}/proof").status_code == 200


def test_in_another_epoch_an_event_has_another_address(tmp_path: Path) -> None:
    """And tiles, which can have none, are asked for again."""
    with Archive(tmp_path, clock=Clock()) as archive:
        archive.chronicle.execute(command(SOURCE))
        archive.chronicle.log.begin_epoch()
        archive.chronicle.execute(command(facility("other", name="Other")))
        Publisher(archive.ledger, origin="annales.example").publish()
        client = create_app(archive).test_client()
        assert client.get("/v1/events/1").headers["Cache-Control"] == FOREVER
        gone: Any = client.get("/v1/events/2")
        assert gone.status_code == 410
        current = gone.get_json()["current"]
        assert current == "/v1/events/2?epoch=2"
        assert client.get(current).headers["Cache-Control"] == FOREVER
        tile = client.get("/tile/0/000.p/2")
        assert tile.headers["Cache-Control"] == "public, no-cache"
        assert tile.headers["ETag"].startswith('"e2.')
        assert re.search(r"^annales\.example/epoch-2\+", client.get("/checkpoint/key").text)


def test_an_event_of_a_log_without_a_tree_is_asked_for_again(tmp_path: Path) -> None:
    """It has no index yet; with the tree it has one, under another tag and for ever."""
    with Archive(tmp_path, clock=Clock()) as archive:
        archive.chronicle.execute(command(SOURCE))
    with closing(sqlite3.connect(tmp_path / LOG)) as old:
        old.execute("DROP TABLE tree")
        old.execute(f"PRAGMA user_version = {WITH_EPOCHS}")
        old.commit()
    with Archive(tmp_path, clock=Clock()) as archive:
        client = create_app(archive).test_client()
        before = client.get("/v1/events/1")
        assert before.get_json()["index"] is None
        assert before.headers["Cache-Control"] == ASK_AGAIN
        archive.migrate()
        after = client.get("/v1/events/1", headers={"If-None-Match": before.headers["ETag"]})
        assert (after.status_code, after.get_json()["index"]) == (200, 0)
        assert after.headers["Cache-Control"] == FOREVER


def test_an_event_says_all_that_its_leaf_holds(shipped: Archive, client: FlaskClient) -> None:
    """By `leaf_bytes`, from what is told."""
    event = shipped.chronicle.log.events_at([42])[0]
    told = client.get("/v1/events/42").get_json()
    again = leaf_bytes(
        stream=told["stream"],
        version=told["version"],
        topic=told["topic"],
        state=event.state,
        recorded_at=told["commit"]["recorded_at"],
        actor=told["commit"]["actor"],
    )
    assert again.decode() == told["entry"]
