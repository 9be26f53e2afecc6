"""What is signed is what was recorded, and the log before it: else nothing is signed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from eventsourcing.persistence import StoredEvent

from events.canonical import leaf_hash
from events.commit import NewCommit
from events.errors import NoEvent, NotSigned, NotToBeSigned
from events.ledger import signing
from events.ledger.checking import (
    Checkpoint,
    NotProved,
    check_consistency,
    checkpoint_of,
    entries_of,
    leaf_of,
)
from events.ledger.ledger import Ledger, entry_of
from events.ledger.publishing import Publisher
from events.store.inspection import commit_of
from events.store.schema import EVERY_COMMIT
from events.store.sealing import seal_of
from events.store.sqlite import ChronicleFactory, ChronicleRecorder


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ChronicleRecorder]:
    """A log of 600 events in 60 commits, of which none is signed."""
    with closing(ChronicleFactory({"SQLITE_DBNAME": str(tmp_path / "log.sqlite")})) as factory:
        recorder = factory.application_recorder()
        with recorder.writing():
            for _ in range(60):
                record(recorder, 10)
        yield recorder


def record(log: ChronicleRecorder, many: int) -> None:
    """Let one commit with so many events join the log."""
    head = log.max_notification_id() or 0
    made = [StoredEvent(f"record:{head}-{each}", 1, "t", b"{}") for each in range(many)]
    log.insert_events(made, commit=NewCommit(actor="wang", request=""))


@pytest.fixture
def ledger(log: ChronicleRecorder, tmp_path: Path) -> Ledger:
    """Its ledger."""
    return Ledger(log, tmp_path)


def published(ledger: Ledger, origin: str | None = "annales.example") -> Checkpoint:
    """The checkpoint that another process signs now."""
    checkpoint = Publisher(ledger, origin=origin).publish()
    assert checkpoint is not None
    return checkpoint


def refused(ledger: Ledger) -> NotToBeSigned:
    """Why another process signs nothing."""
    before = ledger.checkpoint()
    with pytest.raises(NotToBeSigned) as raised:
        published(ledger)
    assert ledger.checkpoint() == before
    return raised.value


def test_every_event_that_is_signed_can_be_proved(ledger: Ledger, log: ChronicleRecorder) -> None:
    """By its entry, its proof and the key alone; what came later cannot, until it is signed."""
    with pytest.raises(NotSigned, match="annales serve"):
        ledger.proof(1)
    assert (ledger.checkpoint(), ledger.key(), ledger.size()) == (None, None, 600)
    publisher = Publisher(ledger, origin="annales.example")
    first = publisher.publish()
    assert first is not None
    assert publisher.publish() == first
    key = ledger.key()
    assert key is not None
    assert key.name == first.origin == "annales.example"
    for position in (1, 2, 256, 257, 599, 600):
        proof = ledger.proof(position)
        assert proof.index == ledger.index_of(position) == position - 1
        assert proof.check(entry_of(ledger.event_at(position)), key) == first
        with pytest.raises(NotProved):
            proof.check(entry_of(ledger.event_at(601 - position)), key)
    record(log, 1)
    with pytest.raises(NotSigned, match="ask again"):
        ledger.proof(601)
    with pytest.raises(NoEvent):
        ledger.proof(602)
    before = ledger.checkpoint()
    second = publisher.publish()
    assert second is not None
    assert second.size == 601
    assert ledger.proof(601).check(entry_of(ledger.event_at(601)), key) == second
    assert ledger.proof(1, before).check(entry_of(ledger.event_at(1)), key) == first
    check_consistency(
        old_size=first.size,
        old_root=first.root,
        size=second.size,
        root=second.root,
        path=ledger.consistency(old_size=600, size=601),
    )
    entries = ledger.entries(2, 89)
    assert [leaf_of(entry) for entry in entries] == ledger.hashes(0, 512, 89)
    bundle = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
    assert list(entries_of(bundle)) == entries


def test_the_key_is_a_file_that_its_owner_alone_reads(ledger: Ledger, tmp_path: Path) -> None:
    """It is named after itself where no address is known; one that others read signs nothing."""
    first = published(ledger, origin=None)
    key = tmp_path / signing.KEY
    assert key.stat().st_mode & 0o777 == 0o600
    line = key.read_text()
    assert line.startswith(f"PRIVATE+KEY+{first.origin}+")
    assert first.origin.startswith("annales/")
    assert len(first.origin) == len("annales/") + 16
    assert str(signing.Signer.parse(line)) == line
    assert list(tmp_path.glob(".*")) == []
    key.chmod(0o640)
    assert "chmod 600" in refused(ledger).why
    assert ledger.key() is not None  # what is signed can be checked on
    key.chmod(0o600)
    key.write_text(line.replace("PRIVATE", "private"))
    assert "is no key" in refused(ledger).why
    key.unlink()
    assert "put the key back" in refused(ledger).why
    key.write_text(line)
    key.chmod(0o600)
    assert published(ledger) == first
    (tmp_path / signing.CHECKPOINT).write_text(f"{ledger.checkpoint()}x")
    assert "put back the one that was there" in refused(ledger).why


def test_another_epoch_is_signed_by_another_key(
    ledger: Ledger, log: ChronicleRecorder, tmp_path: Path
) -> None:
    """What was signed before stays beside, with the key by which it is checked."""
    first, note, key = published(ledger), ledger.checkpoint(), ledger.key()
    log.begin_epoch()
    second = published(ledger)
    assert (second.origin, second.size, second.root) == (
        "annales.example/epoch-2",
        first.size,
        first.root,
    )
    other = ledger.key()
    assert other is not None
    assert key is not None
    assert other.public != key.public
    assert (tmp_path / "checkpoint.epoch-1").read_text() == note
    assert (tmp_path / "ledger.epoch-1.vkey").read_text() == f"{key}\n"
    with pytest.raises(NotProved):
        checkpoint_of(ledger.checkpoint() or "", key)
    log.begin_epoch()
    assert published(ledger, origin=None).origin == "annales.example/epoch-3"


@pytest.mark.parametrize("died", ["checkpoint", "ledger.vkey", "ledger.key"])
def test_who_dies_in_the_middle_of_a_change_of_keys_leaves_it_to_the_next(
    died: str,
    ledger: Ledger,
    log: ChronicleRecorder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The new key is there when all of the old one is put aside, and not before."""
    published(ledger)
    log.begin_epoch()
    replace = Path.replace

    def dying(path: Path, target: Path) -> Path:
        if died in (path.name, target.name):
            raise KeyboardInterrupt
        return replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", dying)
        with pytest.raises(KeyboardInterrupt):
            published(ledger)
    assert published(ledger).origin == "annales.example/epoch-2"
    assert (tmp_path / "checkpoint.epoch-1").exists()
    assert (tmp_path / "ledger.epoch-1.vkey").exists()


def test_of_two_that_make_a_key_one_is_second(ledger: Ledger, tmp_path: Path) -> None:
    """It takes the key of the first, which may have signed already."""
    quicker: list[signing.Signer] = []

    def seed() -> bytes:
        quicker.append(signing.made(tmp_path, "annales.example", epoch=1))
        return bytes(32)

    second = signing.made(tmp_path, "annales.example", epoch=1, new_seed=seed)
    assert [second] == quicker
    assert signing.made(tmp_path, None, epoch=1) == second
    published(ledger)
    assert ledger.key() == second.public


def test_who_dies_between_commit_and_checkpoint_leaves_the_one_before(
    ledger: Ledger, log: ChronicleRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is whole, and the next one goes on from it."""
    first, note = published(ledger), ledger.checkpoint()
    record(log, 5)

    def dying(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", dying)
        with pytest.raises(KeyboardInterrupt):
            published(ledger)
    assert ledger.checkpoint() == note
    assert published(ledger).size == first.size + 5


def tampered(log: ChronicleRecorder, *statements: str) -> None:
    """Do something to the log behind its back, and mend what witnesses it: leaves and seals."""
    with closing(sqlite3.connect(log.datastore.pool.db_name)) as other:
        triggers = other.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        kept = triggers.fetchall()
        for name, _ in kept:
            other.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            other.execute(statement)
        previous = 0
        for *columns, _ in other.execute(EVERY_COMMIT).fetchall():
            commit = commit_of(tuple(columns))
            own = other.execute(
                "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events"
                " WHERE ? < rowid AND rowid <= ? ORDER BY rowid",
                (previous, commit.position),
            ).fetchall()
            for position, stream, version, topic, state in own:
                leaf = leaf_hash(
                    stream=stream,
                    version=version,
                    topic=topic,
                    state=state,
                    recorded_at=commit.recorded_at,
                    actor=commit.actor,
                )
                other.execute("UPDATE stored_events SET leaf = ? WHERE rowid = ?", (leaf, position))
            seal = seal_of(commit, previous=previous, positions=[row[0] for row in own], claims=[])
            mended = (seal, commit.position)
            other.execute("UPDATE commits SET seal = ? WHERE position = ?", mended)
            previous = commit.position
        for _, trigger in kept:
            other.execute(trigger)
        other.commit()
    log.note()


EDITED = ("UPDATE stored_events SET state = CAST('[1]' AS BLOB) WHERE rowid = {0}",)
DELETED = ("DELETE FROM stored_events WHERE rowid = {0}",)
TRUNCATED = (
    "DELETE FROM stored_events WHERE rowid > {0}",
    "DELETE FROM commits WHERE position > {0}",
    "DELETE FROM tree WHERE position > {0}",
    "UPDATE sqlite_sequence SET seq = {0}",
)
REORDERED = (
    "UPDATE stored_events SET rowid = -1 WHERE rowid = {0}",
    "UPDATE stored_events SET rowid = {0} WHERE rowid = {0} + 1",
    "UPDATE stored_events SET rowid = {0} + 1 WHERE rowid = -1",
)
INSERTED = (
    "UPDATE stored_events SET rowid = -rowid WHERE rowid >= {0}",
    "UPDATE stored_events SET rowid = 1 - rowid WHERE rowid < 0",
    "INSERT INTO stored_events VALUES ({0}, 'r:x', 1, 't', CAST('{{}}' AS BLOB), zeroblob(32))",
    "UPDATE commits SET position = -position - 1 WHERE position >= {0}",
    "UPDATE commits SET position = -position WHERE position < 0",
    "UPDATE sqlite_sequence SET seq = seq + 1",
)


@pytest.mark.parametrize(
    ("done", "at", "named"),
    [
        (EDITED, 300, (257, "to @512 is not what was written")),
        (EDITED, 550, (600, "or before it something was rewritten")),
        (DELETED, 300, (300, "there are 255")),
        (DELETED, 550, (600, "with 599 events, and 600 were signed")),
        (REORDERED, 300, (257, "to @512 is not what was written")),
        (INSERTED, 300, (257, "to @512 is not what was written")),
        (TRUNCATED, 590, (590, "with 590 events, and 600 were signed")),
        (TRUNCATED, 200, (200, "with 200 events, and 600 were signed")),
    ],
)
def test_a_log_that_somebody_rewrote_who_mended_leaves_and_seals_is_not_signed(
    done: tuple[str, ...],
    at: int,
    named: tuple[int, str],
    ledger: Ledger,
    log: ChronicleRecorder,
) -> None:
    """Nor is what is recorded after it; the position is told, as closely as anything knows it."""
    published(ledger)
    tampered(log, *(each.format(at) for each in done))
    error = refused(ledger)
    assert error.position == named[0]
    assert named[1] in error.why
    record(log, 3)
    assert refused(ledger).position


def test_what_was_signed_before_the_epoch_is_not_told_of_the_log(
    ledger: Ledger, log: ChronicleRecorder, tmp_path: Path
) -> None:
    """Until it is signed anew nothing is proved; what was asked for meanwhile spoils nothing."""
    record(log, 200)
    published(ledger)
    tampered(log, *(each.format(300) for each in TRUNCATED))
    with pytest.raises(NotSigned, match="has 300 events, and 800 were"):
        ledger.proof(1)
    (tmp_path / "log.head").unlink()
    log.begin_epoch()
    for ask in (
        ledger.signed,
        lambda: ledger.proof(1),
        lambda: ledger.consistency(old_size=1, size=600),
        lambda: ledger.tile(0, 2, 256),
        lambda: ledger.entries(2, 256),
    ):
        with pytest.raises(NotSigned, match="nothing is signed yet"):
            ask()
    with suppress(IndexError):
        ledger.root(800)
    record(log, 500)
    assert published(ledger).size == 800
    assert ledger.proof(1).index == 0


def test_what_was_not_signed_yet_is_made_again_from_what_is_stored(
    ledger: Ledger, log: ChronicleRecorder, tmp_path: Path
) -> None:
    """So an event that is not what its leaf says is never signed, in the process that signs too."""
    publisher = Publisher(ledger)
    publisher.publish()
    record(log, 3)
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as other:
        other.execute("DROP TRIGGER stored_events_stay_as_they_are")
        other.execute(EDITED[0].format(602))
        other.commit()
    with pytest.raises(NotToBeSigned, match="@602"):
        publisher.publish()
    with pytest.raises(NotToBeSigned, match="@602"):
        publisher.publish()
