"""The stranger's file: proofs, answers and logs as files, whole or with something in them changed.

`signed` makes a log as files; another implementation says what is right.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from events.ledger import checking
from events.ledger.checking import (
    Bundle,
    Differs,
    NotProved,
    Proof,
    Resting,
    audit,
    checkpoint_of,
    digest_of,
    entry_in,
    fetching,
    leaf_of,
)
from tests.events.ledger.signed import KEY, Log, bundled, put

MANY = 600
"""Entries: two full tiles and a part of a third."""

SINCE = 300


def entry(number: int, word: str = "a") -> bytes:
    """The text of an event, as a log has it."""
    stream = f"record:r-{number}"
    return json.dumps({"state": {"title": word * 40}, "stream": stream, "version": 1}).encode()


@pytest.fixture(scope="module")
def log() -> Log:
    """A log of some entries."""
    return Log([entry(number) for number in range(MANY)])


@pytest.fixture(scope="module")
def written(log: Log, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as files. Only to be read."""
    return log.write(tmp_path_factory.mktemp("log"))


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(written, tmp_path / "log"))


# --- the file alone


def alone(
    folder: Path, *arguments: str, name: str = "checking.py"
) -> subprocess.CompletedProcess[str]:
    """What the copied file says, run by itself in a folder that has nothing of Annales."""
    shutil.copy(checking.__file__, folder / "checking.py")
    command = [sys.executable, "-I", name, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_file_alone_checks_a_proof_an_answer_and_a_log(log: Log, folder: Path) -> None:
    """A stranger copies one file, and needs nothing else of ours."""
    put(folder, "event.json", json.dumps({"entry": log.entries[7].decode()}).encode())
    put(folder, "event.tlog-proof", str(log.proof(7)).encode())
    put(folder, "answer.json", str(answer(log)).encode())
    put(folder, "key", f"{KEY}\n".encode())

    proof = alone(folder, "proof", "event.json", "event.tlog-proof", "key")
    bundle = alone(folder, "answer", "answer.json", str(KEY))
    whole = alone(folder, "audit", ".", "key", "seen")

    assert (proof.returncode, proof.stderr) == (0, "")
    assert f"a log of {MANY} events has this one at 7" in proof.stdout
    assert (bundle.returncode, bundle.stderr) == (0, "")
    assert "only the whole log" in bundle.stdout
    assert (whole.returncode, whole.stderr) == (0, "")
    assert (folder / "seen").read_text("utf-8") == log.note()


def test_the_file_alone_says_what_is_wrong(log: Log, folder: Path) -> None:
    """What is not proved ends with 1 and a line; without arguments it says how it is used."""
    put(folder, "event.json", log.entries[8])
    put(folder, "event.tlog-proof", str(log.proof(7)).encode())

    wrong = alone(folder, "proof", "event.json", "event.tlog-proof", str(KEY))
    lacking = alone(folder, "proof", "no-such.json", "event.tlog-proof", str(KEY))
    used = alone(folder)
    put(folder, "event.json", log.entries[7])
    program = (folder / "checking.py").read_text("utf-8")
    without = program.replace("cryptography.exceptions", "none.such")
    put(folder, "without.py", without.encode())
    bare = alone(folder, "proof", "event.json", "event.tlog-proof", str(KEY), name="without.py")

    assert wrong.returncode == 1
    assert wrong.stderr == "not proved: the path leads to another root than the signed one\n"
    assert lacking.returncode == 1
    assert lacking.stderr.startswith("cannot be read: ")
    assert used.returncode == 1
    assert "checking.py audit URL KEY [FILE]" in used.stderr
    assert (bare.returncode, bare.stdout) == (1, "")
    assert "pip install cryptography" in bare.stderr


# --- proofs


def test_an_event_is_read_from_its_answer_or_as_its_text(log: Log) -> None:
    """Also where an editor has put a line break at the end of the text."""
    text = log.entries[3]
    answered = json.dumps({"position": 4, "leaf": "…", "entry": text.decode()}, indent=1).encode()
    assert entry_in(text) == entry_in(text + b"\n") == entry_in(answered) == text


def test_500_changed_proofs_are_refused_here_and_elsewhere(log: Log) -> None:
    """A bit of the path, another index, another length, another leaf: nothing of it passes."""
    theirs = pytest.importorskip("aics_tlog")
    chance = random.Random(20261127)
    _, size, root, _ = checkpoint_of(log.note(), KEY)
    for turn in range(500):
        index = chance.randrange(MANY)
        path, leaf = list(log.path_of(index)), log.entries[index]
        at = chance.randrange(len(path))
        match turn % 5:
            case 0:
                flipped = bytearray(path[at])
                flipped[chance.randrange(32)] ^= 1 << chance.randrange(8)
                path[at] = bytes(flipped)
            case 1:
                index = (index + 1 + chance.randrange(MANY - 1)) % MANY
            case 2:
                del path[at]
            case 3:
                path.insert(at, path[at])
            case _:
                leaf = leaf.replace(b"a", b"b", 1 + chance.randrange(9))
        assert not theirs.verify_inclusion(leaf_of(leaf), index, size, path, root)
        with pytest.raises(NotProved):
            Proof.parse(str(Proof(index, tuple(path), log.note()))).check(leaf, KEY)


def test_a_changed_byte_of_a_proof_in_a_file_is_refused(log: Log) -> None:
    """Wherever it stands, but in the line that nothing authenticates, which is passed over."""
    text = str(log.proof(5))
    assert Proof.parse(text).check(log.entries[5], KEY).size == MANY
    extra = text.replace("\n", "\nextra aGVsbG8=\n", 1)
    assert Proof.parse(extra).check(log.entries[5], KEY).size == MANY
    for at, letter in enumerate(text):
        changed = f"{text[:at]}{chr(ord(letter) ^ 1)}{text[at + 1 :]}"
        with pytest.raises(NotProved):
            Proof.parse(changed).check(log.entries[5], KEY)


# --- answers


def answer(
    log: Log, body: bytes = b'{"pinned":"/v1/state?view=6","zh":"\xe5\x8f\xb2"}\n'
) -> Bundle:
    """An answer that rests on some events of a log."""
    events = [
        Resting(index + 1, index, log.entries[index].decode(), log.path_of(index))
        for index in (3, 299, 599)
    ]
    return Bundle(
        of="/v1/state?view=6",
        media_type="application/json",
        body=body,
        note=log.note(),
        key=KEY,
        events=tuple(events),
        omitted=2,
    )


@pytest.mark.parametrize("body", [b'{"a":"\xe5\x8f\xb2\\n"}\n', b"\x00\xff\x89PNG", b""])
def test_an_answer_with_its_proof_is_read_as_it_was_written(log: Log, body: bytes) -> None:
    """Text stands in it as text, and what is none in base64."""
    bundle = answer(log, body)
    read, checkpoint = Bundle.checked(str(bundle).encode(), KEY)
    assert read == bundle
    assert checkpoint.size == MANY
    assert json.loads(str(bundle))["digest"] == digest_of(body)


def test_a_changed_byte_anywhere_in_an_answer_is_found_and_named(log: Log) -> None:
    """By the part that no longer holds, or where that is only told, by the checksum."""
    text = str(answer(log)).encode()
    named: set[str] = set()
    for at in range(len(text) - 1):  # the last is a line break
        changed = bytearray(text)
        changed[at] ^= 1
        with pytest.raises(NotProved) as found:
            Bundle.checked(bytes(changed), KEY)
        named.add(str(found.value).partition(":")[0])
    events = {f"the event at @{index + 1}" for index in (3, 299, 599)}
    assert {"says", "body", "key", "checkpoint", "checksum", *events} <= named


def test_a_forger_who_makes_the_checksum_anew_is_found_by_the_rest(log: Log) -> None:
    """Whatever can be proved offline does not rest on it."""
    told = json.loads(str(answer(log)))
    del told["checksum"]
    event = told["events"][1]
    forged = [
        {"body": told["body"] + " "},
        {"says": "This proves everything."},
        {"checkpoint": told["checkpoint"].replace("\n600\n", "\n601\n")},
        {"events": [{**event, "entry": event["entry"].replace("a", "b", 1)}]},
        {"events": [{**event, "index": 298}]},
        {"events": [{**event, "path": event["path"][:-1]}]},
    ]
    for changes in forged:
        text = json.dumps(told | changes, ensure_ascii=False, separators=(",", ":"))[:-1]
        sealed = f'{text},"checksum":"{digest_of(text.encode())}"}}'
        with pytest.raises(NotProved) as found:
            Bundle.checked(sealed.encode(), KEY)
        assert "checksum" not in str(found.value)


def test_what_is_no_answer_is_refused(log: Log) -> None:
    """Whatever JSON it is; and so is one that brings another key than the one known."""
    for text in (b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"says":1}', b"null"):
        with pytest.raises(NotProved, match="no answer with its proof"):
            Bundle.checked(text)
    told = json.loads(str(answer(log)))
    event = told["events"][0]
    for changes in (
        {"omitted": float("inf")},
        {"checkpoint": "\ud800"},
        {"of": "\udfff"},
        {"events": [{**event, "entry": "\ud800"}]},
        {"events": [{**event, "index": float("inf")}]},
    ):
        with pytest.raises(NotProved, match="no answer with its proof"):
            Bundle.checked(json.dumps(told | changes).encode(), KEY)
    other = KEY._replace(name="elsewhere.example")
    with pytest.raises(NotProved, match="not the one given"):
        Bundle.checked(str(answer(log)).encode(), other)


# --- audits


def test_a_log_that_has_grown_is_audited_from_where_it_was(log: Log, written: Path) -> None:
    """From every size on, the empty one and the whole one among them; and without a size."""
    for size in (0, 1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 599, 600):
        since = checkpoint_of(log.note(size), KEY)
        checkpoint, note = audit(fetching(str(written)), KEY, since)
        assert (checkpoint.size, note) == (MANY, log.note())
    assert audit(fetching(str(written)), KEY)[0].size == MANY


def test_an_audit_reads_the_tiles_since_and_no_others(log: Log, written: Path) -> None:
    """What is whole and was signed before is taken by its hashes."""
    read: list[str] = []

    def fetch(path: str) -> bytes:
        read.append(path)
        return (written / path).read_bytes()

    audit(fetch, KEY, checkpoint_of(log.note(590), KEY))
    assert read == [
        "checkpoint",
        "tile/1/000.p/2",
        "tile/0/002.p/88",
        "tile/entries/002.p/88",
    ]


def test_a_tile_that_has_grown_meanwhile_will_do(folder: Path) -> None:
    """Who serves a log need not keep a part of a tile that is full now."""
    longer = Log([entry(number) for number in range(MANY + 300)])
    longer.write(folder)
    (folder / "checkpoint").write_text(Log(longer.entries[:MANY]).note(), encoding="utf-8")
    for path in folder.glob("tile/*/002.p/88"):
        path.unlink()
    assert audit(fetching(str(folder)), KEY)[0].size == MANY


EDITED, DELETED, INSERTED, MOVED, CUT = "edited", "deleted", "inserted", "reordered", "cut off"


@pytest.mark.parametrize("index", [300, 301, 511, 512, 599])
@pytest.mark.parametrize("how", [EDITED, DELETED, INSERTED, MOVED, CUT])
def test_what_was_done_to_an_entry_is_named(log: Log, folder: Path, how: str, index: int) -> None:
    """Its hash stays in the tree, so the first entry that is another is named."""
    first = index // 256 * 256
    entries = log.entries[first : first + 256]
    at = index - first
    match how:
        case "edited":
            entries[at] = entry(index, "b")
        case "deleted":
            del entries[at]
        case "inserted":
            entries.insert(at, entry(9999))
        case "reordered":
            at -= at == len(entries) - 1
            entries[at], entries[at + 1] = entries[at + 1], entries[at]
        case _:
            del entries[at:]
    [path] = folder.glob(f"tile/entries/{index // 256:03d}*")
    (path if path.is_file() else next(path.iterdir())).write_bytes(bundled(entries))

    with pytest.raises(Differs) as found:
        audit(fetching(str(folder)), KEY, checkpoint_of(log.note(SINCE), KEY))
    assert found.value.index == first + at


def test_a_log_that_lost_its_end_is_named_where_it_ends(log: Log, tmp_path: Path) -> None:
    """Though its key has signed the shorter one."""
    Log(log.entries[:550]).write(tmp_path)
    with pytest.raises(Differs, match="had 600 events: it was truncated") as found:
        audit(fetching(str(tmp_path)), KEY, checkpoint_of(log.note(), KEY))
    assert found.value.index == 550


def test_a_history_that_was_rewritten_and_signed_anew_is_refused(log: Log, tmp_path: Path) -> None:
    """Whoever has the key can sign another past, but not for whoever kept the checkpoint."""
    entries = [*log.entries, entry(MANY)]
    entries[17] = entry(17, "b")
    Log(entries).write(tmp_path)
    assert audit(fetching(str(tmp_path)), KEY)[0].size == MANY + 1
    for size in (18, 300, MANY):
        with pytest.raises(NotProved, match="something was rewritten"):
            audit(fetching(str(tmp_path)), KEY, checkpoint_of(log.note(size), KEY))
    audit(fetching(str(tmp_path)), KEY, checkpoint_of(log.note(17), KEY))


def test_a_tile_that_was_rewritten_with_its_entries_is_named(log: Log, folder: Path) -> None:
    """By the level above; where there is none, as the end that has none."""
    for index, named in ((260, 256), (599, 512)):
        entries = list(log.entries)
        entries[index] = entry(index, "b")
        forged = Log(entries)
        shutil.rmtree(folder)
        log.write(folder)
        number, width = index // 256, min(256, MANY - index // 256 * 256)
        for path, content in (
            (
                checking.tile_path(0, number, width),
                b"".join(forged.levels[0][number * 256 :][:256]),
            ),
            (
                checking.tile_path("entries", number, width),
                bundled(entries[number * 256 :][:256]),
            ),
        ):
            put(folder, path, content)
        with pytest.raises(Differs) as found:
            audit(fetching(str(folder)), KEY, checkpoint_of(log.note(min(index, SINCE)), KEY))
        assert found.value.index == named


def test_another_log_or_a_forged_checkpoint_is_refused(log: Log, folder: Path) -> None:
    """By its signature, its origin, or because there are two of one size."""
    other = Log([entry(number, "z") for number in range(MANY)])
    with pytest.raises(NotProved, match="rewritten"):
        audit(fetching(str(folder)), KEY, checkpoint_of(other.note(), KEY))
    since = checkpoint_of(log.note(), KEY)._replace(origin="elsewhere.example")
    with pytest.raises(NotProved, match="of elsewhere"):
        audit(fetching(str(folder)), KEY, since)
    (folder / "checkpoint").write_text(log.note().replace("600", "599"), encoding="utf-8")
    with pytest.raises(NotProved, match="forged"):
        audit(fetching(str(folder)), KEY)


@pytest.mark.parametrize("size", [256, 200])
@pytest.mark.parametrize(("how", "index"), [("deleted", 19), ("reordered", 12)])
def test_what_was_rewritten_with_its_hashes_is_named_by_the_order_of_events(
    tmp_path: Path, size: int, how: str, index: int
) -> None:
    """Who changed the log and all its hashes cannot change what it signed; and events have their
    versions, one by one."""
    events = [
        b'{"recorded_at":"2026","stream":"record:%d","version":%d}' % (number % 7, number // 7)
        for number in range(size)
    ]
    whole = Log(events)
    if how == "deleted":
        del events[13]
    else:
        events[19], events[12] = events[12], events[19]
    Log([*events, b"{}"][:size]).write(tmp_path)
    (tmp_path / "checkpoint").write_text(whole.note(), encoding="utf-8")
    put(tmp_path, "tile/1/000.p/1", b"".join(whole.levels[1]) if size == 256 else b"")
    with pytest.raises(Differs, match="does not follow") as found:
        audit(fetching(str(tmp_path)), KEY)
    assert found.value.index == index
