"""A mirror holds what its source signed, and nothing else, whatever the source does.

The source here is the chronicle of the first release and more, in memory: `Source` reads it as
`Remote` does over HTTP, and lets a test change what is read. What is read over real connections is
at the end.
"""

from __future__ import annotations

import gzip
import itertools
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import groupby, starmap
from pathlib import Path
from stat import S_ISDIR
from threading import Thread
from typing import Any
from urllib.request import urlopen

import msgspec
import pytest
from click.testing import CliRunner, Result

from events.chronicle import Chronicle
from events.decision import bare
from events.errors import IsMirror, LogDamaged, NotMirroring, SourceRefused, SourceUnreachable
from events.fact import Line
from events.files import write
from events.ledger import signing
from events.ledger.base import Base, BaseFile
from events.ledger.checking import Key
from events.ledger.ledger import Ledger
from events.ledger.publishing import Publisher
from events.ledger.signing import Signer
from events.mirroring.exported import Exported
from events.mirroring.joining import Joining
from events.orders import Command, Order
from service.app import create_app
from service.archive import LOG, Archive
from service.changes import remote
from service.changes.remote import Remote
from service.cli.command import annales
from tests.service.asked import QUESTIONS, Asked, Reader, slug
from tests.service.serving import serving
from tests.story.telling import SOURCE, Clock, command

SIGNER = Signer("annales.example", bytes(32))
KEY = SIGNER.public

Forge = Callable[[str, bytes], bytes]
"""Changes what is read at a path."""


def as_it_is(_path: str, body: bytes) -> bytes:
    """No forgery."""
    return body


class Source(Remote):
    """The source of a mirror, in this process."""

    def __init__(self, archive: Archive, forge: Forge = as_it_is) -> None:
        super().__init__("http://source.example")
        self._archive, self._client = archive, create_app(archive).test_client()
        self.forge = forge

    def read(self, path: str, *, accept: str = "*/*", **_: Any) -> bytes:
        """See `Remote`."""
        answer = self._client.get(path, headers={"Accept": accept})
        assert answer.status_code == 200, (path, answer.text)
        return self.forge(path, answer.data)


@contextmanager
def signed(folder: Path, export: Iterable[Line]) -> Iterator[Archive]:
    """An archive that holds what was exported, signed by `SIGNER`."""
    with Archive(folder) as archive:
        write(folder / signing.KEY, str(SIGNER), mode=0o600)
        archive.chronicle.restore(starmap(Order, enumerate(export, start=1)))
        Publisher(archive.ledger).publish()
        yield archive


@pytest.fixture(scope="module")
def source(shipped: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The chronicle that most tests ask, signed: 1,203 events in 8 commits. Only to be read."""
    with signed(tmp_path_factory.mktemp("source"), shipped.chronicle.export()) as archive:
        yield archive


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Chronicle]:
    """A log that is to be a mirror, and is empty yet."""
    with Chronicle(tmp_path / LOG) as chronicle:
        yield chronicle


def joined(chronicle: Chronicle, source: Remote | Exported, key: Key = KEY) -> list[int]:
    """Where the commits ended that a log took over."""
    return list(Joining(chronicle, source, key, mirrors=True).take(source.checkpoint))


def refused(chronicle: Chronicle, source: Remote | Exported, key: Key = KEY) -> SourceRefused:
    """Why a log takes over no more."""
    with pytest.raises(SourceRefused) as raised:
        joined(chronicle, source, key)
    return raised.value


def events(chronicle: Chronicle) -> list[Any]:
    """All that a log holds, less what is private to another."""
    return [
        (*event[:6], event.commit.position, event.commit.recorded_at, event.commit.request)
        for event in chronicle.log.select_log(after=0, limit=10_000)
    ]


# --- what it holds


def test_a_mirror_holds_the_very_events_of_its_source(source: Archive, mirror: Chronicle) -> None:
    """At their places, in their commits, with the root of their tree; and only new ones next."""
    of = Source(source)
    assert joined(mirror, of) == [300, 600, 900, 1199, 1200, 1201, 1202, 1203]
    assert events(mirror) == events(source.chronicle)
    assert Ledger(mirror.log, Path()).root(1203) == source.ledger.root(1203)
    base = mirror.base.read()
    assert base is not None
    assert (base.source, base.key, base.mirrors) == ("http://source.example", str(KEY), True)
    assert base.checkpoint == source.ledger.checkpoint()
    assert joined(mirror, of) == []


@pytest.fixture(scope="module")
def beside(source: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Somebody who asks a mirror of it."""
    with Archive(tmp_path_factory.mktemp("mirror")) as archive:
        joined(archive.chronicle, Source(source))
        archive.catch_up()
        yield Reader(create_app(archive))


@pytest.mark.parametrize("asked", QUESTIONS, ids=[asked.path for asked in QUESTIONS])
def test_a_mirror_answers_every_pinned_address_with_the_same_bytes(
    asked: Asked, reader: Reader, beside: Reader
) -> None:
    """Of every question, at clocks of each kind."""
    asks = [answer for _, answer in reader.asks(asked) if answer.status_code == 200]
    pinned = {json.loads(answer.data)["pinned"] for answer in asks[:: max(1, len(asks) // 4)]}
    assert pinned
    for url in pinned:
        assert beside.ask(url).data == reader.ask(url).data, url


# --- what it refuses


def of_changes(change: Callable[[list[Any]], list[Any]]) -> Forge:
    """A forgery of the pages of the change stream."""

    def forge(path: str, body: bytes) -> bytes:
        if not path.startswith("/v1/changes"):
            return body
        changes = change(list(map(json.loads, body.splitlines())))
        return b"".join(msgspec.json.encode(each) + b"\n" for each in changes)

    return forge


def edited(changes: list[Any]) -> list[Any]:
    """Another title at @700."""
    for each in changes:
        if each["data"]["position"] == 700:
            each["data"]["line"]["title"] = "What never was said"
    return changes


def deleted(changes: list[Any]) -> list[Any]:
    """Nothing at @700."""
    return [each for each in changes if each["data"]["position"] != 700]


def inserted(changes: list[Any]) -> list[Any]:
    """One more at @700, and what was there moved on."""
    at = next((n for n, each in enumerate(changes) if each["data"]["position"] == 700), None)
    if at is None:
        return changes
    moved = [*changes[:at], json.loads(json.dumps(changes[at])), *changes[at:]]
    for number, each in enumerate(moved[at + 1 :], start=701):
        each["data"]["position"] = number
        each["data"]["commit"] += each["data"]["commit"] > 900
    moved[at]["data"]["line"] |= {"id": "forged", "title": "What never was said"}
    return moved


def reordered(changes: list[Any]) -> list[Any]:
    """What stood at @700 and at @701 in the order of before."""
    other = {700: 701, 701: 700}
    for each in changes:
        each["data"]["position"] = other.get(each["data"]["position"], each["data"]["position"])
    return sorted(changes, key=lambda each: each["data"]["position"])


def renamed(changes: list[Any]) -> list[Any]:
    """Another actor at @700."""
    for each in changes:
        if each["data"]["position"] == 700:
            each["data"]["actor"] = "mallory"
    return changes


@pytest.mark.parametrize("change", [edited, deleted, inserted, reordered, renamed])
def test_who_has_no_key_cannot_change_an_event(
    change: Callable[[list[Any]], list[Any]], source: Archive, mirror: Chronicle
) -> None:
    """The position is named, and no commit joins but those that lie whole before it."""
    refusal = refused(mirror, Source(source, of_changes(change)))
    assert refusal.position in ((700, 701) if change in (deleted, inserted) else (700,))
    assert events(mirror) == events(source.chronicle)[:600]
    base = mirror.base.read()
    assert base is not None
    assert base.checkpoint is None  # nothing to compare with was verified to its end
    # And it goes on where it was, once the source says what it signed.
    assert joined(mirror, Source(source)) == [900, 1199, 1200, 1201, 1202, 1203]


def of_one(**members: Any) -> Callable[[list[Any]], list[Any]]:
    """The changes with other members at @1."""

    def change(changes: list[Any]) -> list[Any]:
        for each in changes:
            if each["data"]["position"] == 1:
                each |= {name: value for name, value in members.items() if name in each}
                each["data"] |= {name: value for name, value in members.items() if name not in each}
        return changes

    return change


@pytest.mark.parametrize(
    "change",
    [
        of_one(position=2**70),
        of_one(position=-1),
        of_one(commit=2**70),
        of_one(commit="300"),
        of_one(revision=2**70),
        of_one(time="soon"),
        of_one(type="org.annales"),
        of_one(line=None),
        of_one(line={"a": 2.0**60}),
        of_one(line={"commit": {}, "type": "facility"}),
        of_one(record="juno"),
        lambda changes: [{"data": each["data"]} for each in changes],
        lambda changes: [*changes[:5], *changes],
    ],
)
def test_what_is_no_change_is_refused(
    change: Callable[[list[Any]], list[Any]], source: Archive, mirror: Chronicle
) -> None:
    """Whatever it is: nothing of it joins, and nothing fails."""
    refused(mirror, Source(source, of_changes(change)))
    assert mirror.log.head() is None


def test_lines_that_are_no_json_are_refused(source: Archive, mirror: Chronicle) -> None:
    """Nor what is nested without an end."""
    for body in (b"no JSON\n", b"\xff\n", b'{"data":' * 100_000 + b"\n", b'{"data":{"line":' * 3):

        def forge(path: str, was: bytes, body: bytes = body) -> bytes:
            return body if path.startswith("/v1/") else was

        refused(mirror, Source(source, forge))
        assert mirror.log.head() is None


def test_a_source_that_ends_before_its_checkpoint_is_refused(
    source: Archive, mirror: Chronicle
) -> None:
    """With the position where it ends, be that in a commit or after one."""
    for last in (899, 600):

        def cut(changes: list[Any], last: int = last) -> list[Any]:
            return [each for each in changes if each["data"]["position"] <= last]

        refusal = refused(mirror, Source(source, of_changes(cut)))
        assert refusal.position == last
        assert mirror.log.max_notification_id() == 600


def test_hashes_that_do_not_lead_to_the_root_are_refused(
    source: Archive, mirror: Chronicle
) -> None:
    """So is a tile of another length, before anything is read of the events."""
    for forge in (
        lambda path, body: bytes(32) + body[32:] if path == "/tile/0/000" else body,
        lambda path, body: body[:-1] if path.startswith("/tile/") else body,
        lambda path, body: body * 2 if path.startswith("/tile/") else body,
    ):
        assert "/v1" not in str(refused(mirror, Source(source, forge)))
        assert mirror.log.head() is None


def instead(of: str, forged: bytes) -> Forge:
    """A forgery of what is read at one path."""
    return lambda path, body: forged if path == of else body


def test_a_checkpoint_that_the_key_has_not_signed_is_refused(
    source: Archive, mirror: Chronicle
) -> None:
    """Altered, of another key, of another origin, or none at all."""
    note = source.ledger.checkpoint() or ""
    other = Signer("annales.example", b"1" * 32)
    for forged in (
        note.replace("1203", "1202", 1).encode(),
        note.replace("annales.example\n", "annals.example\n", 1).encode(),
        other.note(f"{note.rpartition(2 * chr(10))[0]}\n").encode(),
        *(b"", b"\n\n", b"no checkpoint", b"\xff", b"annales.example\n-1\nAA==\n\n"),
    ):
        of = Source(source, instead("/checkpoint", forged))
        assert refused(mirror, of).position is None
        assert mirror.log.head() is None
        assert mirror.base.read() is None


def altered(lines: Iterable[Line], position: int, title: str) -> Iterator[Line]:
    """An export in which one event has another title, and no leaf is right from there on."""
    for line in lines:
        yield {**line, "title": title} if line["commit"]["event"] == position else line


def rewritten(source: Archive, folder: Path, *, title: str = "", to: int | None = None) -> Archive:
    """Another log that the same key has signed: with another title at @1000, or cut off."""
    clock = Clock()
    archive = Archive(folder, clock=clock)
    write(folder / signing.KEY, str(SIGNER), mode=0o600)
    for position, batch in groupby(
        source.chronicle.export(), lambda line: line["commit"]["position"]
    ):
        if to is not None and position > to:
            break
        lines = list(batch)
        for line in lines:
            if title and line["commit"]["event"] == 1000:
                line["title"] = title
        place = lines[0].pop("commit")
        clock.set(place["recorded_at"])
        archive.chronicle.execute(
            Command(
                orders=tuple(starmap(Order, enumerate(map(bare, lines), start=1))),
                actor=place["actor"],
                request=place["request"],
            )
        )
    Publisher(archive.ledger).publish()
    return archive


def test_a_source_that_rewrote_its_log_is_refused(
    source: Archive, mirror: Chronicle, tmp_path: Path
) -> None:
    """Though it signed it anew: what was verified before stays, and the position is named."""
    joined(mirror, Source(source))
    held = events(mirror)
    with rewritten(source, tmp_path / "forged", title="What never was said") as forged:
        refusal = refused(mirror, Source(forged))
    assert refusal.position == 1000
    assert "rewritten" in refusal.why
    with rewritten(source, tmp_path / "cut", to=1200) as cut:
        refusal = refused(mirror, Source(cut))
    assert (refusal.position, "ends before" in refusal.why) == (1201, True)
    with rewritten(source, tmp_path / "grown") as grown:
        grown.chronicle.execute(command(SOURCE))
        Publisher(grown.ledger).publish()
        assert joined(mirror, Source(grown)) == [1204]
    assert events(mirror)[:-1] == held
    assert refused(mirror, Source(source)).position == 1204


def test_a_folder_that_has_another_chronicle_becomes_no_mirror(
    source: Archive, mirror: Chronicle
) -> None:
    """It stays as it is, and takes orders."""
    mirror.execute(command(SOURCE))
    assert refused(mirror, Source(source)).position == 1
    assert mirror.base.read() is None
    mirror.execute(command({**SOURCE, "id": "diary"}))


def test_a_mirror_has_the_epochs_of_its_source(source: Archive, tmp_path: Path) -> None:
    """Their numbers stand in its addresses. Who knew the source before is told: its key is
    another."""
    with Archive(tmp_path / "source") as anew, Chronicle(tmp_path / "mirror.sqlite") as mirror:
        write(tmp_path / "source" / signing.KEY, str(SIGNER), mode=0o600)
        export = starmap(Order, enumerate(source.chronicle.export(), start=1))
        anew.chronicle.restore(export, to=900)
        anew.chronicle.log.begin_epoch()
        anew.chronicle.execute(command(SOURCE))
        Publisher(anew.ledger).publish()
        key = anew.ledger.key()
        assert key is not None
        assert "has not signed this" in refused(mirror, Source(anew)).why
        told = Source(anew, instead("/checkpoint/epochs", b'{"epochs":[]}'))
        assert "tells of the epochs []" in refused(mirror, told, key).why
        joined(mirror, Source(anew), key)
        assert mirror.log.epochs() == anew.chronicle.log.epochs()
        assert len(mirror.log.epochs()) == 1


def test_an_epoch_is_there_before_what_was_recorded_in_it(source: Archive, tmp_path: Path) -> None:
    """Who serves beside a mirror knows it with the first commit. One that began elsewhere here is
    no epoch of the source."""
    path = tmp_path / "mirror" / LOG
    path.parent.mkdir()
    with Archive(tmp_path / "source") as anew, Chronicle(path) as mirror, Chronicle(path) as beside:
        export = starmap(Order, enumerate(source.chronicle.export(), start=1))
        anew.chronicle.restore(export, to=900)
        epoch = anew.chronicle.log.begin_epoch()
        anew.chronicle.execute(command(SOURCE))
        Publisher(anew.ledger, origin="annales.example").publish()
        key = anew.ledger.key()
        assert key is not None
        of = Source(anew)
        known = {}
        for position in Joining(mirror, of, key, mirrors=True).take(of.checkpoint):
            beside.log.head()
            known[position] = beside.log.epochs()
        assert known == {300: (), 600: (), 900: (), 901: (epoch,)}
        with Chronicle(tmp_path / LOG) as other:
            taken = Joining(other, of, key, mirrors=True).take(of.checkpoint)
            assert next(taken) == 300
            taken.close()
            other.log.begin_epoch()
            why = refused(other, of, key).why
            assert "its epoch 2 began at @900, and here at @300" in why
            assert other.log.max_notification_id() == 300


# --- how it goes on


def test_a_mirror_that_is_interrupted_anywhere_goes_on(source: Archive, mirror: Chronicle) -> None:
    """Its log was verified to its end, whatever was noted of it."""
    for reached in (300, 600, 1199):
        of = Source(source)
        taken = Joining(mirror, of, KEY, mirrors=True).take(of.checkpoint)
        while next(taken) != reached:
            pass
        taken.close()
    assert joined(mirror, Source(source)) == [1200, 1201, 1202, 1203]
    assert events(mirror) == events(source.chronicle)


def test_a_mirror_whose_own_log_was_changed_takes_nothing(
    source: Archive, mirror: Chronicle, tmp_path: Path
) -> None:
    """What it had verified is no longer there."""
    joined(mirror, Source(source))
    base = (tmp_path / "base.json").read_bytes()
    (folder := tmp_path / "restored").mkdir()
    (folder / "base.json").write_bytes(base)
    with Chronicle(folder / LOG) as other:
        other.restore(starmap(Order, enumerate(source.chronicle.export(), start=1)), to=900)
        with pytest.raises(LogDamaged, match="is not what was verified of"):
            joined(other, Source(source))


def test_a_mirror_takes_no_orders_until_it_is_detached(source: Archive, tmp_path: Path) -> None:
    """On the command line and over HTTP; then it goes on by itself, and mirrors no more."""
    with Archive(tmp_path) as archive:
        joined(archive.chronicle, Source(source))
        archive.catch_up()
        with pytest.raises(IsMirror, match="this is a mirror of"):
            archive.chronicle.execute(command(SOURCE))
        key = archive.keys.issue(name="ada", role="curator", by="ada")
        reader = Reader(create_app(archive))
        client = reader.app.test_client()
        sent = {"json": {**SOURCE, "id": "yearbook"}, "headers": {"Authorization": f"Bearer {key}"}}
        for path in ("/v1/sources", "/v1/sources?dry_run=true"):
            answer = client.post(path, **sent)
            assert (answer.status_code, slug(answer)) == (409, "is-mirror"), answer.text
            assert answer.get_json()["source"] == "http://source.example"
        assert reader.ask("/checkpoint/base").text == source.ledger.checkpoint()
        assert reader.ask("/checkpoint/base/key").text == f"{KEY}\n"

        detached = CliRunner().invoke(annales, ["--data", str(tmp_path), "mirror", "--detach"])
        assert detached.output.startswith("The log goes on by itself from @1203; ")
        assert client.post("/v1/sources", **sent).status_code == 201
        assert reader.ask("/checkpoint/base").text == source.ledger.checkpoint()
        refusal = refused(archive.chronicle, Source(source))
        assert (refusal.position, refusal.why) == (
            1204,
            "the log of this folder goes on by itself from there",
        )


def test_a_base_is_on_the_disk_once_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name that it has in the folder too, so that no crash makes a mirror take orders."""
    synced = list[bool]()
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(S_ISDIR(os.fstat(file).st_mode)))
    base = Base(source="http://source.example", key=str(KEY), mirrors=True)
    BaseFile(tmp_path).write(base)
    assert synced == [False, True]
    assert BaseFile(tmp_path).read() == base
    assert [path.name for path in tmp_path.iterdir()] == ["base.json"]


# --- an export


def exported(archive: Archive, path: Path) -> Path:
    """A file with what an archive exports."""
    done = CliRunner().invoke(annales, ["--data", str(archive.folder), "export", str(path)])
    assert done.exit_code == 0, done.output
    return path


def run(folder: Path, *command: str) -> Result:
    """What comes of a command."""
    return CliRunner().invoke(annales, ["--data", str(folder), *command])


def test_an_export_is_a_source_like_any_other(source: Archive, tmp_path: Path) -> None:
    """Packed or not; a newer one brings an untouched copy further, and an older one is refused."""
    folder, file = tmp_path / "copy", exported(source, tmp_path / "now.jsonl")
    with rewritten(source, tmp_path / "before", to=900) as before:
        early = exported(before, tmp_path / "early.jsonl")
    first = run(folder, "mirror", str(early), "--key", str(KEY))
    assert f"Mirrored 900 events of {early}, signed and verified; " in first.output
    packed = tmp_path / "now.jsonl.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert f"Mirrored 303 events of {packed}" in run(folder, "mirror", str(packed)).output
    with Chronicle(folder / LOG) as mirrored:
        assert events(mirrored) == events(source.chronicle)
    older = run(folder, "mirror", str(early))
    assert (older.exit_code, "ends before, with 900 events" in older.output) == (1, True)
    assert run(folder, "mirror").output == ""  # with its own source there is nothing new
    other = run(folder, "mirror", str(file), "--key", str(Signer("other", b"2" * 32).public))
    assert (other.exit_code, "is refused" in other.output) == (1, True)
    assert "is taken with `annales mirror --key`" in other.output


def test_a_mirror_goes_on_with_the_source_that_was_named_last(
    shipped: Archive, tmp_path: Path
) -> None:
    """Though it had nothing new, and the one of before is gone."""
    with signed(tmp_path / "source", itertools.islice(shipped.chronicle.export(), 300)) as source:
        files = [exported(source, tmp_path / name) for name in ("one.jsonl", "two.jsonl")]
    for file in files:
        assert run(tmp_path / "copy", "mirror", str(file)).exit_code == 0
    files[0].unlink()
    done = run(tmp_path / "copy", "mirror")
    assert (done.exit_code, done.output) == (0, "")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda packed: packed[:-100],
        lambda packed: packed[:200] + bytes(100) + packed[300:],
        lambda packed: packed[:-8] + bytes(8),
    ],
    ids=["cut off", "spoilt", "no checksum"],
)
def test_a_packed_export_that_is_not_whole_is_refused(
    spoil: Callable[[bytes], bytes], shipped: Archive, tmp_path: Path
) -> None:
    """With a line that says so."""
    with signed(tmp_path / "source", itertools.islice(shipped.chronicle.export(), 300)) as source:
        file = exported(source, tmp_path / "export.jsonl")
    packed = tmp_path / "export.jsonl.gz"
    packed.write_bytes(spoil(gzip.compress(file.read_bytes(), mtime=0)))
    done = run(tmp_path / "copy", "mirror", str(packed))
    assert (done.exit_code, "it is no whole file of gzip: " in done.output) == (1, True)


@pytest.mark.parametrize("damaged", [b"{", b'{"source":"\xff"}', b"{}", b""])
def test_a_base_that_cannot_be_read_is_made_anew_by_its_source(
    damaged: bytes, shipped: Archive, tmp_path: Path
) -> None:
    """Until then no order is taken, and nothing is mirrored; what was damaged is kept."""
    lines = itertools.islice(shipped.chronicle.export(), 300)
    with signed(tmp_path / "source", lines) as source:
        file = exported(source, tmp_path / "export.jsonl")
    folder = tmp_path / "copy"
    assert run(folder, "mirror", str(file)).exit_code == 0
    (folder / "base.json").write_bytes(damaged)
    with Chronicle(folder / LOG) as copy, pytest.raises(LogDamaged, match="mirror SOURCE"):
        copy.execute(command(SOURCE))
    for arguments in ((), ("--detach",)):
        assert run(folder, "mirror", *arguments).exit_code == 3
    assert run(folder, "mirror", str(tmp_path / "none.jsonl")).exit_code == 4
    assert (folder / "base.json").read_bytes() == damaged

    again = run(folder, "mirror", str(file))
    assert again.exit_code == 0, again.output
    assert (folder / "base.damaged").read_bytes() == damaged
    with Chronicle(folder / LOG) as copy:
        base = copy.base.read()
        assert base is not None
        assert (base.source, base.mirrors, bool(base.checkpoint)) == (str(file), True, True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: [],
        lambda lines: ["no JSON", *lines[1:]],
        lambda lines: [re.sub(r',"checkpoint":"[^"]*"', "", lines[0]), *lines[1:]],
        lambda lines: [lines[0].replace('"recorded_at":"', '"recorded_at":"soon '), *lines[1:]],
        lambda lines: lines[:-1],
        lambda lines: [*lines[:699], *lines[700:]],
        lambda lines: [*lines[:699], lines[700], lines[699], *lines[701:]],
        lambda lines: [
            *lines[:699],
            lines[699].replace('"title":"', '"title":"Not '),
            *lines[700:],
        ],
        lambda lines: [*lines[:699], lines[699].replace('"leaf":"', '"leaf":"00'), *lines[700:]],
        lambda lines: [*lines[:699], f'{{"x":"{"x" * 1_000_000}"}}', *lines[699:]],
    ],
    ids=[
        "empty",
        "no-json",
        "unsigned",
        "undated",
        "short",
        "gap",
        "swapped",
        "altered",
        "leaf",
        "long",
    ],
)
def test_an_export_that_is_not_what_was_signed_is_refused(
    spoil: Callable[[list[str]], list[str]], source: Archive, tmp_path: Path
) -> None:
    """Nothing of it joins beyond what was signed."""
    file = exported(source, tmp_path / "export.jsonl")
    file.write_text("\n".join(spoil(file.read_text("utf-8").splitlines())), "utf-8")
    done = run(tmp_path / "copy", "mirror", str(file), "--key", str(KEY))
    assert done.exit_code == 1, done.output
    assert f"{file} is refused" in done.output
    with Chronicle(tmp_path / "copy" / LOG) as copy:
        held = events(copy)
    assert held == events(source.chronicle)[: len(held)]


# --- how it is asked for


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 1, "this is no mirror: `annales mirror URL`"),
        (("--detach",), 4, "there is no chronicle in"),
        (("--detach", "x.jsonl"), 2, "--detach takes nothing else"),
        (("ftp://annales.example",), 2, "is no address such as"),
        (("http://",), 2, "is no address such as"),
        (("http://annales.example/?a=b",), 2, "is no address such as"),
        (("http://annales.example:abc",), 2, "is no address such as"),
        (("http://ada:secret@annales.example", "--key", str(KEY)), 2, "is no address such as"),
        (("http://[annales.example",), 2, "is no address such as"),
        (("http://annales example",), 4, "cannot be read: "),
        (("http://annales..example",), 4, "cannot be read: "),
        (("http://127.0.0.1:1",), 4, "cannot be read: "),
        (("no-such-file.jsonl",), 4, "No such file"),
        (("x.jsonl", "--key", "no key"), 2, "is no key such as"),
    ],
)
def test_what_cannot_be_mirrored_is_told(
    arguments: tuple[str, ...], code: int, told: str, tmp_path: Path
) -> None:
    """And nothing is there that would refuse orders afterwards."""
    done = run(tmp_path, "mirror", *arguments)
    assert (done.exit_code, told in done.output) == (code, True), done.output
    assert not (tmp_path / "base.json").exists()


def test_a_mirror_that_is_detached_meanwhile_takes_no_more(source: Archive, tmp_path: Path) -> None:
    """Whoever detached it may record at once."""
    with Chronicle(tmp_path / LOG) as chronicle:
        of = Source(source)
        taken = Joining(chronicle, of, KEY, mirrors=True).take(of.checkpoint)
        assert next(taken) == 300
        assert run(tmp_path, "mirror", "--detach").exit_code == 0
        chronicle.execute(command({**SOURCE, "id": "diary"}))
        with pytest.raises(NotMirroring):
            next(taken)
        assert chronicle.log.max_notification_id() == 301


# --- over real connections


@contextmanager
def hostile(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that does this with each connection, and closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        connection.recv(10_000)
                        answer(connection)

        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


OK = b"HTTP/1.1 200 OK\r\n"


def endless(connection: socket.socket) -> None:
    """A body without an end."""
    connection.sendall(OK + b"\r\n")
    while True:
        connection.sendall(bytes(100_000))


def endless_head(connection: socket.socket) -> None:
    """Headers without an end."""
    connection.sendall(OK)
    while True:
        connection.sendall(b"A: b\r\n" * 1000)


def dripping(connection: socket.socket, head: bytes = OK + b"\r\n") -> None:
    """A byte now and then."""
    connection.sendall(head)
    while True:
        connection.sendall(b"a")
        time.sleep(0.02)


def silent(connection: socket.socket) -> None:
    """No byte at all."""
    time.sleep(2)
    connection.close()


def cut_off(connection: socket.socket) -> None:
    """Less than was promised."""
    connection.sendall(OK + b"Content-Length: 100\r\n\r\nannales.example\n")


def elsewhere(connection: socket.socket) -> None:
    """Another address, of the network behind us."""
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n")


def nonsense(connection: socket.socket) -> None:
    """No HTTP."""
    connection.sendall(b"\x00" * 1000)


@pytest.mark.parametrize(
    "answer",
    [
        endless,
        endless_head,
        dripping,
        lambda connection: dripping(connection, OK + b"A: "),
        silent,
        cut_off,
        elsewhere,
        nonsense,
    ],
    ids=["endless", "head", "drips", "head-drips", "silent", "cut", "elsewhere", "nonsense"],
)
def test_a_hostile_source_takes_neither_memory_nor_time(
    answer: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mirror gives up, and keeps no more of it than an answer may have."""
    monkeypatch.setattr(remote, "SLOWEST", 0.2)
    with hostile(answer) as url:
        for path, most in (("/checkpoint", 100_000), ("/tile/0/000", 8192)):
            begun = time.monotonic()
            with pytest.raises(SourceUnreachable):
                Remote(url).read(path, most=most, silence=0.2)
            assert time.monotonic() - begun < 2


def reached(folder: Path) -> int:
    """How far the log of a folder goes, if there is one yet."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{(folder / LOG).as_uri()}?mode=ro", uri=True)) as db,
    ):
        return int(db.execute("SELECT max(position) FROM commits").fetchone()[0] or 0)
    return 0


@contextmanager
def mirroring(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that mirrors, which is killed in the end."""
    told = [sys.executable, "-c", "from service.cli import main; main()"]
    with subprocess.Popen(
        [*told, "--data", str(folder), "mirror", *arguments],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that another process does."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.002)


def test_a_mirror_follows_a_server_and_survives_its_end(tmp_path: Path) -> None:
    """It is killed in the middle and goes on, beside a server of its folder; what is recorded at
    the source is there a moment later, and what is pinned there is the same here."""
    lines = [[{**SOURCE, "id": f"book-{number}"}] for number in range(400)]
    folder = tmp_path / "mirror"
    with Archive(tmp_path / "source") as source, serving(source) as url:
        for batch in lines:
            source.chronicle.execute(command(*batch))
        source.sign("source.example")
        wait_until(lambda: source.ledger.checkpoint() is not None)
        with mirroring(folder, url):
            wait_until(lambda: reached(folder) > 20)
        assert 20 <= (killed := reached(folder)) < 400
        with Chronicle(folder / LOG) as chronicle:
            assert events(chronicle) == events(source.chronicle)[:killed]
        with mirroring(folder) as process:
            wait_until(lambda: reached(folder) == 400)
            second = run(folder, "mirror")
            assert (second.exit_code, "mirrors into" in second.output) == (4, True)
            with Archive(folder) as archive, serving(archive) as beside:
                source.chronicle.execute(command({**SOURCE, "id": "diary"}))
                wait_until(lambda: reached(folder) == 401)
                pinned = ask(f"{url}/v1/sources/diary")["pinned"]
                assert ask(f"{beside}{pinned}") == ask(f"{url}{pinned}")
            assert process.poll() is None
    with Chronicle(folder / LOG) as chronicle:
        assert list(chronicle.log.damage()) == []


def ask(url: str) -> Any:
    """What a server answers."""
    with urlopen(url, timeout=20) as answer:  # noqa: S310 -- of a server of the test
        return json.load(answer)
