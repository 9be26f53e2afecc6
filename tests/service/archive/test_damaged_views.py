"""Views that are damaged while they are served are told, kept from everybody, and made anew."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from events.errors import OtherViews, ViewsMending
from projections import VIEW
from projections.views import file as viewing
from projections.views.columns import COUNT, HEADER, MADE
from projections.views.file import POINTER, TURN
from projections.views.following import verify
from service.app import create_app
from service.archive import Archive
from service.settings import Settings
from tests.service.asked import LINES
from tests.story.telling import Clock, command, facility

URLS = (
    "/v1/state?at=2016&country=CN",
    "/v1/records?limit=50&sort=name",
    "/v1/search?q=neutrino",
    "/v1/trends?country=CN&from=2010&to=2015",
    "/v1/records/juno/history",
    "/state?at=2013",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped chronicle. Only to be copied."""
    folder = tmp_path_factory.mktemp("whole")
    with Archive(folder, clock=Clock()) as archive:
        archive.chronicle.execute(command(*LINES))
        archive.catch_up()
    return folder


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with another chronicle. Only to be copied from."""
    folder = tmp_path_factory.mktemp("another")
    with Archive(folder, clock=Clock()) as archive:
        archive.chronicle.execute(command(*LINES[:100]))
        archive.catch_up()
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A folder of one's own with the shipped chronicle."""
    return Path(shutil.copytree(whole, tmp_path / "served"))


@pytest.fixture
def served(folder: Path) -> Iterator[Archive]:
    """The shipped chronicle, open and followed."""
    with Archive(folder, clock=Clock()) as archive:
        archive.follow()
        yield archive


def client_of(archive: Archive) -> FlaskClient:
    """Somebody who asks, and is never given what was kept of an answer."""
    return create_app(archive, Settings(data=archive.folder, kept=0)).test_client()


def used(folder: Path) -> Path:
    """The file of views in use."""
    return folder / (folder / POINTER).read_text()


def columns(folder: Path) -> Path:
    """The columns beside it."""
    return Path(f"{used(folder)}.columns")


def write(path: Path, place: int, text: bytes) -> None:
    """Write over a file where it lies."""
    with path.open("r+b") as file:
        file.seek(place)
        file.write(text)


def overwrite(path: Path, begin: float, end: float, text: bytes = b"") -> None:
    """Write zeros or whatever comes over a part of a file."""
    size = path.stat().st_size
    first, stop = int(size * begin), int(size * end)
    write(path, first, text.ljust(stop - first, b"\0") if text else os.urandom(stop - first))


def put_in_use(folder: Path, path: Path) -> None:
    """Name another file as the one in use."""
    (folder / "pointer").write_text(path.name)
    (folder / "pointer").replace(folder / POINTER)


def of_another_log(folder: Path, another: Path) -> None:
    """Put views into use that were made from another log."""
    for suffix in ("", ".columns"):
        shutil.copy(f"{used(another)}{suffix}", folder / f"views-00000000.sqlite{suffix}")
    put_in_use(folder, folder / "views-00000000.sqlite")


DAMAGES: Mapping[str, Callable[[Path, Path], object]] = {
    "middle overwritten": lambda folder, _: overwrite(used(folder), 0.25, 0.75),
    "middle zero": lambda folder, _: overwrite(used(folder), 0.25, 0.75, b"\0"),
    "beginning overwritten": lambda folder, _: overwrite(used(folder), 0, 0.01),
    "cut to nothing": lambda folder, _: os.truncate(used(folder), 0),
    "cut in half": lambda folder, _: os.truncate(used(folder), used(folder).stat().st_size // 2),
    "deleted": lambda folder, _: used(folder).unlink(),
    "wal deleted": lambda folder, _: Path(f"{used(folder)}-wal").unlink(),
    "shm deleted": lambda folder, _: Path(f"{used(folder)}-shm").unlink(),
    "pointer deleted": lambda folder, _: (folder / POINTER).unlink(),
    "pointer to nothing": lambda folder, _: put_in_use(folder, Path("views-11111111.sqlite")),
    "pointer is garbage": lambda folder, _: (folder / POINTER).write_bytes(os.urandom(300)),
    "pointer is empty": lambda folder, _: (folder / POINTER).write_bytes(b""),
    "of another log": of_another_log,
}
"""What may become of the views, the file and its pointer, while they are served."""

OF_COLUMNS: Mapping[str, Callable[[Path], object]] = {
    "overwritten": lambda folder: overwrite(columns(folder), 0.05, 0.5),
    "one byte changed": lambda folder: write(columns(folder), HEADER + 100, b"\xff"),
    "count changed": lambda folder: write(columns(folder), 8 * COUNT, b"\x07"),
    "form changed": lambda folder: write(columns(folder), 8 * MADE, b"\x07"),
    "cut to nothing": lambda folder: os.truncate(columns(folder), 0),
    "cut in half": lambda folder: os.truncate(columns(folder), columns(folder).stat().st_size // 2),
    "deleted": lambda folder: columns(folder).unlink(),
}
"""What may become of the columns beside them."""


def mended(archive: Archive, client: FlaskClient, answers: Mapping[str, bytes]) -> set[str]:
    """Ask until all is as it was; what else was answered meanwhile: never an error of ours, and
    never anything but the answer."""
    seen: set[str] = set()
    ends = time.monotonic() + 10
    while True:
        archive.chronicle.log.wake()  # the follower need not wait out its second
        told = client.get("/readyz").get_json()
        is_well = told["ready"]
        seen.add(str(told["failure"]))
        for url, answer in answers.items():
            given = client.get(url)
            if given.status_code != 200:
                assert given.status_code == 503, url
                assert int(given.headers["Retry-After"]) > 0
                seen.add(str(given.get_json()["type"] if given.is_json else given.mimetype))
                is_well = False
            else:
                assert given.data == answer, url
        if is_well and whole_now(archive):
            return seen
        assert time.monotonic() < ends
        time.sleep(0.01)


def whole_now(archive: Archive) -> bool:
    """Whether the views and their columns hold what the log adds up to."""
    try:
        verify(archive.chronicle, archive.views)
    except Exception:  # noqa: BLE001 -- whatever it stumbles over
        return False
    return True


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_views_are_made_anew_and_answer_nothing_meanwhile(
    served: Archive, another: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In seconds, without a restart; who asks is told to come back, and `/readyz` says why."""
    client = client_of(served)
    answers = {url: client.get(url).data for url in URLS}
    before = used(served.folder)
    DAMAGES[damage](served.folder, another)
    seen = mended(served, client, answers)
    assert used(served.folder) != before
    assert "the views were made anew in" in caplog.text
    told = {each for each in seen if each.startswith("the views are being made anew: ")}
    assert seen <= {"None", "/problems/views-mending", "text/html", *told}
    left = {path.name.partition(".sqlite")[0] for path in served.folder.glob("views-*")}
    assert left == {used(served.folder).name.partition(".sqlite")[0]}


@pytest.mark.parametrize("damage", OF_COLUMNS)
def test_damaged_columns_are_made_anew_beside_the_views(
    served: Archive, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was cut off is seen before it is read, what was changed by a sum; nobody dies of it."""
    monkeypatch.setattr("projections.views.spans.LOOK", 0.0)
    client = client_of(served)
    answers = {url: client.get(url).data for url in URLS}
    before = used(served.folder)
    served.chronicle.log.wake()
    OF_COLUMNS[damage](served.folder)
    until_right(served)
    assert mended(served, client, answers) == {"None"}
    assert used(served.folder) == before


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def until_right(archive: Archive) -> None:
    """Wait until the columns are what the table holds."""

    def is_right() -> bool:
        archive.chronicle.log.wake()
        return whole_now(archive)

    until(is_right)


def test_who_maps_columns_that_were_changed_is_given_none(folder: Path) -> None:
    """Also where nobody follows: what they say is not believed."""
    with Archive(folder, clock=Clock()) as archive:
        db = archive.views.db()
        assert archive.state.columns_of(db).is_right()
        write(columns(folder), HEADER + 100, b"\xff")
        assert not archive.state.columns_of(db).is_right()
    with Archive(folder, clock=Clock()) as archive:
        assert archive.views.tracked() == 0


def test_whoever_reads_damage_takes_the_views_out_of_use(folder: Path) -> None:
    """Without a follower too: the question that met it is told to come back, as is the next."""
    with Archive(folder, clock=Clock()) as archive:
        client = client_of(archive)
        overwrite(used(folder), 0.1, 1)
        for url in URLS[:3]:
            answer = client.get(url)
            assert (answer.status_code, answer.get_json()["type"]) == (
                503,
                "/problems/views-mending",
            )
        assert not (folder / POINTER).exists()
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "malformed" in ready.get_json()["failure"]
        archive.catch_up()
        assert client.get(URLS[0]).status_code == 200


def test_what_was_left_by_who_was_killed_is_swept_by_whoever_follows(folder: Path) -> None:
    """Of rebuilds and verifications: files that nobody makes any more, and what lies beside."""
    with Archive(folder, clock=Clock()) as archive:
        left = archive.views.make_beside()
        Path(f"{left}.columns").touch()
        (folder / "views-22222222.sqlite-wal").touch()
        with archive.views.beside() as making:
            archive.follow()
            until(lambda: not left.exists())
            assert making.exists()
        files = {path.name for path in folder.glob("views-*")}
        assert {name.partition(".sqlite")[0] for name in files} == {used(folder).stem}


# --- views of another version


def become(folder: Path, view: int) -> None:
    """Put views into use that say that they are of some version, as a program of it would."""
    path = used(folder)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in ("", ".columns"):
        shutil.copy(f"{path}{suffix}", folder / f"views-00000000.sqlite{suffix}")
    with closing(sqlite3.connect(folder / "views-00000000.sqlite")) as connection, connection:
        connection.execute("UPDATE tracking SET view = ?", [view])
    put_in_use(folder, folder / "views-00000000.sqlite")


def rows(folder: Path) -> list[tuple[int, int]]:
    """The version of the views in use, and how far they have read."""
    with closing(sqlite3.connect(used(folder))) as connection:
        return connection.execute("SELECT view, position FROM tracking").fetchall()


def test_views_of_a_later_version_are_neither_served_nor_written(served: Archive) -> None:
    """By a program that is older: it says so, and takes orders all the same."""
    client = client_of(served)
    assert client.get(URLS[0]).status_code == 200
    become(served.folder, VIEW + 1)
    served.chronicle.execute(command(facility("heps-2")))
    ends = time.monotonic() + 10
    while served.failure() is None:
        assert time.monotonic() < ends
        time.sleep(0.01)
    answer = client.get(URLS[0])
    assert (answer.status_code, answer.get_json()["type"]) == (503, "/problems/other-views")
    assert (answer.get_json()["view"], answer.get_json()["program"]) == (VIEW + 1, VIEW)
    ready = client.get("/readyz")
    assert (ready.status_code, f"of version {VIEW + 1}" in ready.get_json()["failure"]) == (
        503,
        True,
    )
    assert rows(served.folder) == [(VIEW + 1, len(LINES))]


def test_nothing_is_written_to_views_that_became_those_of_another_version(
    folder: Path,
) -> None:
    """Not even where their version changes in the file that is open."""
    with Archive(folder, clock=Clock()) as archive:
        archive.views.db()
        with closing(sqlite3.connect(used(folder))) as connection, connection:
            connection.execute("UPDATE tracking SET view = ?", [VIEW + 1])
        archive.chronicle.execute(command(facility("heps-2")))
        with pytest.raises(OtherViews):
            archive.catch_up()
        assert rows(folder) == [(VIEW + 1, len(LINES))]


def test_an_older_program_does_not_take_the_place_of_one_that_runs(folder: Path) -> None:
    """At its start it finds views of a later version, and somebody who follows the log."""
    become(folder, VIEW + 1)
    with (folder / TURN).open("w") as later:
        fcntl.flock(later, fcntl.LOCK_EX)
        with pytest.raises(OtherViews):
            Archive(folder)
    assert rows(folder) == [(VIEW + 1, len(LINES))]


def test_an_older_program_alone_makes_its_own(folder: Path) -> None:
    """Whoever went back to it wants answers."""
    become(folder, VIEW + 1)
    with Archive(folder, clock=Clock()) as archive:
        archive.catch_up()
        assert client_of(archive).get(URLS[0]).status_code == 200
    assert rows(folder) == [(VIEW, len(LINES))]


def test_a_later_program_makes_its_own_again(served: Archive) -> None:
    """Where an older one has put its views into use while it ran."""
    client = client_of(served)
    answers = {url: client.get(url).data for url in URLS}
    become(served.folder, VIEW - 1)
    mended(served, client, answers)
    assert rows(served.folder) == [(VIEW, len(LINES))]


def test_views_that_are_gone_are_told_by_whoever_asks_for_them(folder: Path) -> None:
    """With the reason, which outlives whoever found it."""
    with Archive(folder, clock=Clock()) as archive:
        archive.views.give_up("for a reason", _pointer(folder))
        with pytest.raises(ViewsMending, match="for a reason"):
            archive.views.db()
        with Archive(folder, clock=Clock()) as restarted:
            restarted.catch_up()
        assert archive.views.tracked() == len(LINES)


def _pointer(folder: Path) -> tuple[int, int]:
    stamp = viewing._stamp(str(folder / POINTER))
    assert stamp is not None
    return stamp
