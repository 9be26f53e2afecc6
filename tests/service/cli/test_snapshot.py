"""`annales snapshot` and `annales begin`: the log and its views in one file, and a folder of it."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import sqlite3
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from events.ledger.base import Base, BaseFile
from projections import VIEW
from projections.views.file import POINTER
from service.archive import LOG, Archive, node
from service.archive.keys import KEYS
from service.archive.snapshots import CONTENTS, ROOM, VIEWS
from service.cli.command import annales
from tests.postgres import Database
from tests.service.cli.chronicles import done, refused, rows, suggest
from tests.story.telling import JUNO, SOURCE, command, milestone

UNUSED = Path("unused")

Members = dict[str, bytes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three commits, a key, a citation and a suggestion."""
    folder = tmp_path / "archive"
    with Archive(folder) as archive:
        record(archive, SOURCE, JUNO, milestone("m1", "construction-started", "2015"))
        archive.keys.issue(name="li", role="curator", by="root")
        archive.citations.cite(
            of="/v1/state?at=2016",
            media_type="text/plain",
            chosen=None,
            body=b"so it was",
            by="li",
            permit=lambda: None,
        )
        suggest(archive)
    return folder


@pytest.fixture
def file(folder: Path, tmp_path: Path) -> Path:
    """A snapshot of it."""
    file = tmp_path / "snapshot.tar"
    done(folder, "snapshot", file)
    return file


def record(archive: Archive, *lines: dict[str, Any]) -> None:
    """Record lines, each as a commit."""
    for line in lines:
        archive.chronicle.execute(command(line))


def members_of(file: Path) -> Members:
    """What is in a snapshot."""
    with tarfile.open(file) as tar:
        files = {entry.name: tar.extractfile(entry) for entry in tar}
        return {name: file.read() for name, file in files.items() if file is not None}


def put(file: Path, members: Members) -> Path:
    """Put a file with such members in the place of a snapshot."""
    with tarfile.open(file, "w", format=tarfile.GNU_FORMAT) as tar:
        for name, told in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(told)
            tar.addfile(entry, io.BytesIO(told))
    return file


def told_again(members: Members, **more: Any) -> Members:
    """Members with contents that tell their lengths and digests, and `more`."""
    contents = json.loads(members[CONTENTS]) | more
    contents["members"] = {
        name: {"bytes": len(told), "sha256": sha256(told).hexdigest()}
        for name, told in members.items()
        if name != CONTENTS
    }
    return members | {CONTENTS: json.dumps(contents).encode()}


def changed(told: bytes, tmp_path: Path, *statements: str) -> bytes:
    """A file of SQLite after some statements."""
    path = tmp_path / "changed.sqlite"
    path.write_bytes(told)
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


def test_a_folder_that_begins_with_a_snapshot_answers_as_the_other_does(
    folder: Path, file: Path, tmp_path: Path
) -> None:
    """By the views that came with it: they are not made again. It has no keys, and signs with a key
    of its own."""
    with Archive(folder) as archive:
        archive.catch_up()
        digest = json.loads(done(folder, "rebuild", "--json"))["digest"]
    new = tmp_path / "new"
    printed = json.loads(done(new, "begin", file, "--json"))
    assert printed == {"folder": str(new), "snapshot": "@3", "position": "@3", "views": True}
    assert json.loads(done(new, "verify", "--json")) == {
        "whole": True,
        "head": "@3",
        "keys": 0,
        "citations": 1,
        "suggestions": 1,
        "views": {"position": "@3", "digest": digest},
        "findings": [],
    }
    without_keys = {name: table for name, table in rows(folder).items() if KEYS not in name}
    assert rows(new) == without_keys
    assert {path.name for path in new.iterdir()} & {ROOM, "ledger.key", "checkpoint"} == set()


def test_a_snapshot_says_what_it_is(file: Path) -> None:
    """How far it goes, by which seal it ends, what made the views, and the digest of each part; no
    key is in it."""
    members = members_of(file)
    assert list(members) == [CONTENTS, "citations.sqlite", LOG, "suggestions.sqlite", VIEWS]
    contents = json.loads(members[CONTENTS])
    assert contents["log"]["position"] == contents["views"]["position"] == 3
    assert contents["log"]["events"] == 3
    assert contents["views"]["version"] == VIEW
    for name, told in contents["members"].items():
        assert told == {
            "bytes": len(members[name]),
            "sha256": sha256(members[name]).hexdigest(),
        }
    assert told_again(members)[CONTENTS] == json.dumps(contents).encode()


def test_a_node_begins_with_a_snapshot_and_copies_what_came_since(
    folder: Path, tmp_path: Path, database: Database
) -> None:
    """Also its keys, which no snapshot has."""
    done(UNUSED, "copy", folder, database.address)
    one, other, file = tmp_path / "one", tmp_path / "other", tmp_path / "file.tar"
    node.become(one, database.address, log=LOG)
    done(one, "snapshot", file)
    with Archive(one) as archive:
        record(archive, milestone("m2", "upgraded", "2020"))
    done(other, "--log", database.address, "begin", file)
    assert rows(other) == rows(one)
    assert node.address_of(other) == database.address
    assert "The views agree with it up to @4" in done(other, "verify")
    with Archive(other) as archive:
        assert [key.name for key in archive.keys.all().values()] == ["li"]


def test_a_snapshot_of_another_log_begins_no_node(
    file: Path, tmp_path: Path, database: Database
) -> None:
    """Neither one that is another, nor one that is longer; the node is left as it was."""
    other = tmp_path / "other"
    with Archive(other) as archive:
        record(archive, JUNO)
    done(UNUSED, "copy", other, database.address)
    said = refused(tmp_path / "new", "--log", database.address, "begin", file)
    assert "is of another log than postgresql://" in said
    assert "annales snapshot FILE" in said
    assert [path.name for path in (tmp_path / "new").iterdir()] == [node.NODE]
    longer = tmp_path / "longer.tar"
    with Archive(other) as archive:
        record(archive, SOURCE)
    done(other, "snapshot", longer)
    assert "or of more than that has" in refused(tmp_path / "new", "begin", longer)


def test_a_snapshot_under_writers_has_views_that_are_not_ahead(
    folder: Path, tmp_path: Path
) -> None:
    """It is of one moment, and whole, whoever writes and follows meanwhile."""
    ended = threading.Event()
    with Archive(folder) as archive, ThreadPoolExecutor(4) as pool:
        archive.follow()

        def write(writer: int) -> None:
            for number in itertools.takewhile(lambda _: not ended.is_set(), itertools.count()):
                record(archive, milestone(f"w{writer}-{number}", "upgraded", "2020"))

        writers = [pool.submit(write, number) for number in range(4)]
        try:
            for number in range(3):
                done(folder, "snapshot", tmp_path / f"{number}.tar")
        finally:
            ended.set()
        for writer in writers:
            writer.result()
    for number in range(3):
        contents = json.loads(members_of(tmp_path / f"{number}.tar")[CONTENTS])
        assert contents["views"]["position"] <= contents["log"]["position"]
        done(tmp_path / str(number), "begin", tmp_path / f"{number}.tar")
        assert json.loads(done(tmp_path / str(number), "verify", "--json"))["whole"]


def test_a_snapshot_may_be_packed_and_go_through_a_pipe(
    folder: Path, file: Path, tmp_path: Path
) -> None:
    """Whether it is packed is seen when it is read."""
    packed = tmp_path / "packed.tar.gz"
    done(folder, "snapshot", packed)
    assert packed.stat().st_size < file.stat().st_size / 2
    assert members_of(packed).keys() == members_of(file).keys()
    done(tmp_path / "of-packed", "begin", packed)
    piped = CliRunner().invoke(annales, ["--data", str(folder), "snapshot", "-"])
    assert "are in -" in piped.stderr
    begun = CliRunner().invoke(
        annales, ["--data", str(tmp_path / "piped"), "begin", "-"], input=piped.stdout_bytes
    )
    assert begun.exit_code == 0, begun.stderr
    assert rows(tmp_path / "of-packed") == rows(tmp_path / "piped")


def test_a_mirror_that_begins_with_a_snapshot_is_one(folder: Path, tmp_path: Path) -> None:
    """It takes no orders, as the one that it was made of."""
    with Archive(folder) as archive:
        archive.sign()
    BaseFile(folder).write(Base(source="https://annales.example", key="k", mirrors=True))
    done(folder, "snapshot", tmp_path / "file.tar")
    done(tmp_path / "new", "begin", tmp_path / "file.tar")
    assert BaseFile(tmp_path / "new").is_mirror()


def test_views_of_another_version_are_made_anew(file: Path, tmp_path: Path) -> None:
    """The log is used alone, and that is said; so it is with views that have more in them."""
    members = members_of(file)
    views = json.loads(members[CONTENTS])["views"]
    put(file, told_again(members, views=views | {"version": VIEW + 1}))
    assert "they were made anew" in done(tmp_path / "new", "begin", file)
    assert json.loads(done(tmp_path / "new", "verify", "--json"))["views"]["position"] == "@3"
    trigger = "CREATE TRIGGER evil AFTER UPDATE ON tracking BEGIN DELETE FROM tracking; END"
    members[VIEWS] = changed(members[VIEWS], tmp_path, trigger)
    put(file, told_again(members))
    assert "they were made anew" in done(tmp_path / "newer", "begin", file)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ({"form": 2, "more": True}, "was made by 0.1.0, in form 2, and this program reads 1"),
        ({"log": {"schema": 4}}, "whose log has schema 4, and this program makes 3"),
    ],
)
def test_a_snapshot_of_another_version_is_refused(
    file: Path, tmp_path: Path, version: dict[str, Any], said: str
) -> None:
    """It says by which it was made, and what to type."""
    members = members_of(file)
    contents = json.loads(members[CONTENTS])
    for name, told in version.items():  # in place of what it says
        contents[name] = contents[name] | told if isinstance(told, dict) else told
    put(file, members | {CONTENTS: json.dumps(contents).encode()})
    told = refused(tmp_path / "new", "begin", file)
    assert said in told
    assert "make it again with `annales snapshot FILE`" in told


@pytest.mark.parametrize("name", [CONTENTS, LOG, VIEWS, "citations.sqlite", "suggestions.sqlite"])
def test_a_snapshot_that_is_damaged_is_refused(file: Path, tmp_path: Path, name: str) -> None:
    """By one byte anywhere, and nothing of it stays."""
    told = bytearray(file.read_bytes())
    with tarfile.open(file) as tar:
        entry = tar.getmember(name)
        told[entry.offset_data + entry.size // 2] ^= 1
    file.write_bytes(told)
    assert "damaged" in refused(tmp_path / "new", "begin", file)
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_snapshot_that_is_cut_short_is_refused(
    file: Path, tmp_path: Path, is_packed: bool
) -> None:
    """Wherever it ends."""
    told = gzip.compress(file.read_bytes()) if is_packed else file.read_bytes()
    for size in (0, 100, 600, len(told) // 2):
        file.write_bytes(told[:size])
        assert "is no snapshot, or is damaged" in refused(tmp_path / "new", "begin", file)
    file.write_bytes(b"something else" * 1000)
    assert "is no snapshot" in refused(tmp_path / "new", "begin", file)


def _link(name: str, kind: bytes, to: str = "/etc/passwd") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, to
    return entry


@pytest.mark.parametrize(
    "entry",
    [
        _link(LOG, tarfile.SYMTYPE),
        _link(LOG, tarfile.LNKTYPE),
        _link(LOG, tarfile.DIRTYPE),
        _link(LOG, tarfile.CHRTYPE),
        _link(LOG, tarfile.GNUTYPE_LONGNAME),
        _link(LOG, tarfile.XHDTYPE),
        _link("../escaped", tarfile.REGTYPE),
        _link("/escaped", tarfile.REGTYPE),
    ],
    ids=lambda entry: f"{entry.name}, {entry.type!r}",
)
def test_no_link_no_folder_and_no_other_name_is_taken(
    file: Path, tmp_path: Path, entry: tarfile.TarInfo
) -> None:
    """Whatever the file says, only what was told is written, under names that we chose."""
    members = members_of(file)
    with tarfile.open(file, "w") as tar:
        contents = tarfile.TarInfo(CONTENTS)
        contents.size = len(members[CONTENTS])
        tar.addfile(contents, io.BytesIO(members[CONTENTS]))
        tar.addfile(entry)
    assert "damaged" in refused(tmp_path / "new", "begin", file)
    assert not (tmp_path / "escaped").exists()


def test_no_member_is_named_that_a_snapshot_has_not(file: Path, tmp_path: Path) -> None:
    """Nor one that is longer than was told, or than there is room for."""
    members = members_of(file)
    for name in ("../escaped", "ledger.key", "node"):
        put(file, told_again({**members, name: b"evil"}))
        assert "it does not have what a snapshot has" in refused(tmp_path / "new", "begin", file)
    contents = json.loads(members[CONTENTS])
    contents["members"][LOG]["bytes"] += 1
    put(file, members | {CONTENTS: json.dumps(contents).encode()})
    assert "is not where it should be" in refused(tmp_path / "new", "begin", file)
    contents["members"][LOG]["bytes"] = 10**15
    put(file, members | {CONTENTS: json.dumps(contents).encode()})
    assert "are free: make room" in refused(tmp_path / "new", "begin", file)
    contents["members"][LOG]["bytes"] = -1
    put(file, members | {CONTENTS: json.dumps(contents).encode()})
    assert "damaged" in refused(tmp_path / "new", "begin", file)
    assert "is no snapshot" in refused(
        tmp_path / "new", "begin", put(file, {CONTENTS: b" " * 70_000})
    )


def test_a_log_that_does_more_than_keep_is_refused(file: Path, tmp_path: Path) -> None:
    """A trigger of somebody else's would run with each commit; nor is it another than was told."""
    members = members_of(file)
    trigger = "CREATE TRIGGER evil AFTER INSERT ON names BEGIN SELECT 1; END"
    evil = members | {LOG: changed(members[LOG], tmp_path, trigger)}
    put(file, told_again(evil))
    assert "has no log of this program" in refused(tmp_path / "new", "begin", file)
    for kept in ("citations", "suggestions"):
        name = f"{kept}.sqlite"
        put(file, told_again(members | {name: changed(members[name], tmp_path, trigger)}))
        assert f"has no {kept} of this program" in refused(tmp_path / "new", "begin", file)
    log = json.loads(members[CONTENTS])["log"] | {"position": 4}
    put(file, told_again(members, log=log))
    assert "says that its log ends at @4" in refused(tmp_path / "new", "begin", file)


def test_a_folder_that_is_not_empty_is_refused(folder: Path, file: Path, tmp_path: Path) -> None:
    """Whether it has a log or something else; one that was ended in the middle begins again."""
    assert "has log.sqlite already, up to @3" in refused(folder, "begin", file)
    new = tmp_path / "new"
    new.mkdir()
    (new / "letters").touch()
    assert "is not empty (letters): name an empty folder" in refused(new, "begin", file)
    (new / "letters").unlink()
    (new / ROOM).mkdir()
    (new / ROOM / LOG).touch()
    (new / POINTER).write_text("views-0.sqlite")
    done(new, "begin", file)
    assert "The views agree with it up to @3" in done(new, "verify")


def test_a_node_that_could_not_begin_begins_with_a_snapshot(
    folder: Path, file: Path, tmp_path: Path, database: Database
) -> None:
    """What it left has no commit in it."""
    new, nowhere = tmp_path / "new", database.address.replace("127.0.0.1", "127.0.0.2")
    done(UNUSED, "copy", folder, database.address)
    refused(new, "--log", nowhere, "state", code=4)
    done(new, "--log", database.address, "begin", file)
    assert rows(new) == rows(folder)


def test_a_log_of_an_earlier_version_is_brought_to_this_one_first(
    folder: Path, tmp_path: Path
) -> None:
    """Whoever begins with it would have no tree."""
    with closing(sqlite3.connect(folder / LOG)) as log:
        log.execute("DROP TABLE tree")
        log.execute("PRAGMA user_version = 2")
    assert "type `annales migrate`" in refused(folder, "snapshot", tmp_path / "file.tar")
    assert not (tmp_path / "file.tar").exists()
