"""A disk that is full stops what has to be written, tells it, and stops nothing else."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from events.errors import NotWritten
from projections.views.file import POINTER
from service.app import create_app
from service.archive import LOG, Archive
from service.archive.keys import KEYS
from service.settings import Settings
from tests.service.asked import QUESTIONS, slug
from tests.story.telling import JUNO, SOURCE, Clock, command, facility, milestone

ASKED = ("/v1/state", "/v1/records", "/v1/search?q=juno", "/v1/records/juno", "/state", "/")


@contextmanager
def full(limit: int) -> Iterator[None]:
    """No file can be written beyond so many bytes, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with JUNO and a key."""
    with Archive(tmp_path / "full", clock=Clock()) as archive:
        archive.chronicle.execute(command(SOURCE))
        archive.chronicle.execute(command(JUNO))
        archive.keys.issue(name="grace", role="curator", by="somebody")
        archive.catch_up()
    return tmp_path / "full"


@pytest.fixture
def served(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """The same, open and followed by somebody who tries again soon."""
    monkeypatch.setattr("projections.views.following.SOON", 0.05)
    monkeypatch.setattr("projections.views.following.LATE", 0.05)
    with Archive(folder, clock=Clock()) as archive:
        archive.follow()
        yield archive


def client_of(archive: Archive) -> FlaskClient:
    """Somebody who asks, and is never given what was kept of an answer."""
    return create_app(archive, Settings(data=archive.folder, kept=0)).test_client()


def ordering(archive: Archive) -> Callable[[str, Any], Any]:
    """Somebody who may order."""
    key = archive.keys.issue(name="ada", role="curator", by="somebody")
    client = client_of(archive)

    def order(path: str, body: Any) -> Any:
        is_batch = isinstance(body, bytes)
        return client.post(
            path,
            data=body if is_batch else json.dumps(body),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/jsonl" if is_batch else "application/json",
            },
        )

    return order


def size(path: Path) -> int:
    """How long the write-ahead log of a file is."""
    return Path(f"{path}-wal").stat().st_size


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def head_of(archive: Archive) -> int:
    """The head of the log."""
    return archive.chronicle.log.max_notification_id() or 0


def grown(archive: Archive) -> int:
    """Tell so much that more was written of the views than of the log; how long their WAL is."""
    views = archive.views.path()
    assert views is not None
    count = 0
    while size(views) < size(archive.folder / LOG) + 200_000:
        name = f"told-{count}"
        archive.chronicle.execute(
            command(facility(name), milestone(name, "proposed", "2015-01-10"))
        )
        count += 1
        until(lambda: archive.views.tracked() == head_of(archive))
    return size(views)


def test_views_on_a_full_disk_answer_at_the_last_commit_that_they_have_read(
    served: Archive,
) -> None:
    """Orders go on. What is asked without a moment is answered, marked with how far behind it is;
    what is asked of a later one is told at once to come back. All is well once there is room."""
    client, limit = client_of(served), grown(served)
    read = served.views.tracked()
    with full(limit):
        recorded = served.chronicle.execute(command(facility("heps")))
        assert recorded.commit is not None
        head = recorded.commit.position
        until(lambda: client.get("/readyz").status_code == 503)
        ready = client.get("/readyz").get_json()
        assert (ready["head"], ready["projected"], ready["ready"]) == (head, read, False)
        assert "disk I/O error" in ready["failure"]
        begun = time.monotonic()
        for url in ASKED:
            answer = client.get(url)
            assert answer.status_code == 200, url
            assert answer.headers["Annales-Position"] == str(read), url
            assert answer.headers["Annales-Lag"] == str(head - read), url
        for asked in QUESTIONS:
            for url in asked.urls({}):
                assert client.get(url).status_code in (200, 404), url
        answer = client.get(f"/v1/state?known=@{head}")
        assert (answer.status_code, slug(answer)) == (503, "not-yet-projected")
        assert answer.headers["Retry-After"]
        assert time.monotonic() - begun < len(QUESTIONS)  # it would be two seconds for each
        pinned = client.get(f"/v1/state?known=@{read}")
        assert pinned.status_code == 200
    until(lambda: client.get("/readyz").status_code == 200)
    answer = client.get("/v1/records/heps")
    assert (answer.status_code, answer.headers["Annales-Position"]) == (200, str(head))
    assert "Annales-Lag" not in answer.headers


def test_views_that_cannot_be_made_anew_are_tried_again(served: Archive) -> None:
    """Damaged on a full disk they answer nothing else; with room they are made, with no help."""
    client = client_of(served)
    with full(20_000):
        (served.folder / POINTER).unlink()
        served.chronicle.log.wake()
        until(lambda: "I/O error" in str(client.get("/readyz").get_json()["failure"]))
        answer = client.get("/v1/records/juno")
        assert (answer.status_code, slug(answer)) == (503, "views-mending")
        assert len(list(served.folder.glob("views-*.sqlite"))) <= 1
    until(lambda: client.get("/readyz").status_code == 200)
    assert client.get("/v1/records/juno").status_code == 200


ORDERS: dict[str, tuple[str, Any]] = {
    "card": (
        "/v1/records",
        {key: value for key, value in facility("heps").items() if key != "type"},
    ),
    "statement": ("/v1/statements", milestone("juno", "proposed", "2015-01-10")),
    "batch": (
        "/v1/batches",
        b"\n".join(json.dumps(facility(f"f-{n}")).encode() for n in range(50)),
    ),
}


@pytest.mark.parametrize("kind", ORDERS)
def test_an_order_on_a_full_disk_is_refused_whole(served: Archive, kind: str) -> None:
    """507, and nothing of it is in the log; what is there is answered; and once there is room the
    same order is taken, with no help."""
    order, client = ordering(served), client_of(served)
    served.chronicle.execute(command(facility("besides")))
    path, body = ORDERS[kind]
    before = head_of(served)
    # What the views have not read by then, nobody is told before they have: on a busy machine that
    # is 503, as it is to be.
    until(lambda: served.views.tracked() == before)
    with full(size(served.folder / LOG)):
        for _ in range(3):
            refused = order(path, body)
            assert (refused.status_code, slug(refused)) == (507, "insufficient-storage")
        ready = client.get("/readyz")
        assert (ready.status_code, "I/O error" in ready.get_json()["failure"]) == (503, True)
        assert head_of(served) == before
        for url in ASKED:
            assert client.get(url).status_code == 200
        assert list(served.chronicle.log.damage()) == []
    until(lambda: client.get("/readyz").status_code == 200)
    taken = order(path, body)
    assert taken.status_code == 201
    assert taken.get_json()["position"] > before
    assert list(served.chronicle.log.damage()) == []


def test_a_key_on_a_full_disk_is_not_issued(served: Archive) -> None:
    """Nor half of it."""
    served.keys.issue(name="ada", role="reader", by="somebody")
    keys = served.keys.all()
    with full(size(served.folder / KEYS)), pytest.raises(NotWritten):
        served.keys.issue(name="bert", role="reader", by="somebody")
    assert served.keys.all() == keys


def begun_on_a_full_disk(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """How `annales` ends that cannot even write what SQLite keeps beside a file."""
    annales = ("sh", sys.executable, "-c", "from service.cli import main; main()")
    return subprocess.run(
        ["/bin/sh", "-c", 'ulimit -f 8 && exec "$@"', *annales, "--data", str(folder), *arguments],
        capture_output=True,
        check=False,
        text=True,
    )


def test_whoever_begins_on_a_full_disk_answers_what_the_views_have_read(folder: Path) -> None:
    """And says how far that is; the log is exported to its head."""
    with Archive(folder, clock=Clock()) as archive:
        archive.chronicle.execute(command(facility("heps")))
    ended = begun_on_a_full_disk(folder, "records", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["known"] == "@2"
    assert "The views have read to @2, and cannot follow" in ended.stderr
    ended = begun_on_a_full_disk(folder, "records", "--known", "@3")
    assert (ended.returncode, "not yet to @3" in ended.stderr) == (4, True)
    ended = begun_on_a_full_disk(folder, "export")
    assert (ended.returncode, len(ended.stdout.splitlines())) == (0, 3)
    with Archive(folder, clock=Clock()) as archive:
        assert archive.catch_up() == 3
