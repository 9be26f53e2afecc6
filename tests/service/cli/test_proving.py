"""`annales verify proof`, `audit` and `answer`, as whoever does not trust a log runs them."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner, Result

from events.ledger import checking
from events.ledger.checking import digest_of
from events.ledger.publishing import Publisher
from service.app import create_app
from service.archive import LOG, Archive
from service.cli.command import annales
from service.questions import QUESTIONS
from tests.events.ledger.signed import KEY, Log, bundled, put
from tests.service.asked import LINES
from tests.service.serving import serving
from tests.story.telling import (
    Clock,
    Teller,
    amendment,
    command,
    correction,
    milestone,
    withdrawal,
)

EXAMPLES = [example for question in QUESTIONS for example in question.examples]

ENTRIES = [b'{"stream":"record:r","version":%d}' % number for number in range(300)]


def run(*arguments: str | Path, data: Path | None = None) -> Result:
    """Run `annales verify`; an error that nobody foresaw is raised."""
    folder = [] if data is None else ["--data", str(data)]
    result = CliRunner().invoke(annales, [*folder, "verify", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The chronicle of the first release in two commits, with some changes, signed."""
    clock = Clock()
    with Archive(tmp_path_factory.mktemp("signed") / "archive", clock=clock) as archive:
        archive.chronicle.execute(command(*LINES[:700]))
        archive.chronicle.execute(command(*LINES[700:]))
        for line in (
            correction("juno-plan-2022", {"title": "JUNO to take data in 2022"}),
            withdrawal("juno-plan-2021"),
            amendment("juno", {"city": None, "place": "Kaiping"}),
        ):
            archive.chronicle.execute(command(line))
        archive.catch_up()
        Publisher(archive.ledger, origin="annales.example").publish()
        yield archive


@pytest.fixture(scope="module")
def kept(signed: Archive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a reader has kept of it: the answer to each example of each question with its proof, the
    key, an event with its proof, and an export."""
    folder = tmp_path_factory.mktemp("kept")
    client = create_app(signed).test_client()
    for example in EXAMPLES:
        pinned = client.get(example.path).get_json()["pinned"]
        answer = client.get(f"{pinned}&proof=true")
        (folder / f"{example.name}.answer.json").write_bytes(answer.get_data())
    for path, name in (
        ("/checkpoint/key", "key"),
        ("/v1/events/1202", "1202.json"),
        ("/v1/events/1202/proof", "1202.tlog-proof"),
    ):
        (folder / name).write_bytes(client.get(path).get_data())
    export = CliRunner().invoke(
        annales, ["--data", str(signed.folder), "export", str(folder / "export.jsonl")]
    )
    assert export.exit_code == 0, export.output
    return folder


# --- proofs


def test_an_event_is_proved_by_the_file_beside_it(signed: Archive, kept: Path) -> None:
    """By a key in words or in a file, or by that of the folder; else it is a line and a code."""
    key = (kept / "key").read_text("utf-8").strip()
    for name, given in (("1202.json", key), ("1202.tlog-proof", kept / "key")):
        result = run("proof", kept / name, f"--key={given}")
        assert result.exit_code == 0, result.output
        assert "annales.example" in result.output
        assert "index 1201" in result.output
    assert run("proof", kept / "1202.json", data=signed.folder).exit_code == 0
    told = run("proof", kept / "1202.json", kept / "1202.tlog-proof", "--json", f"--key={key}")
    assert json.loads(told.output) == {
        "proved": True, "index": 1201, "origin": "annales.example", "size": 1202,
    }  # fmt: skip


def test_an_event_that_is_not_proved_ends_with_a_line(kept: Path, tmp_path: Path) -> None:
    """1 where it is not proved or not there, 2 where there is no key, or none that is one."""
    key = f"--key={kept / 'key'}"
    event = json.loads((kept / "1202.json").read_text("utf-8"))
    changed = tmp_path / "changed.json"
    changed.write_text(event["entry"].replace("Kaiping", "Kaifeng"), encoding="utf-8")

    wrong = run("proof", changed, kept / "1202.tlog-proof", key)
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("Error: not proved: ")
    assert run("proof", kept / "1202.json", kept / "key", key).exit_code == 1
    assert run("proof", tmp_path / "none", key).exit_code == 1
    assert run("proof", kept / "1202.json", data=tmp_path).exit_code == 2
    assert run("proof", kept / "1202.json", "--key=nobody+00000000+AAAA").exit_code == 2


# --- answers


def test_answers_of_each_question_are_checked_and_derived_again(kept: Path) -> None:
    """Offline by their proofs, and byte for byte from an export."""
    files = sorted(kept.glob("*.answer.json"))
    assert len(files) == len(EXAMPLES)
    alone = run("answer", *files, f"--key={kept / 'key'}")
    assert alone.exit_code == 0, alone.output
    assert "only the whole log" in alone.output

    derived = run("answer", *files, "--log", kept / "export.jsonl", "--json")
    assert derived.exit_code == 0, derived.output
    told = [json.loads(line) for line in derived.stdout.splitlines()]
    assert [each["derived"] for each in told] == [True] * len(EXAMPLES)
    assert {each["size"] for each in told} == {1202}


def forged(file: Path, place: Path, **changes: Any) -> Path:
    """An answer with some members set anew, as somebody writes it who knows how."""
    told = json.loads(file.read_text("utf-8")) | changes
    del told["checksum"]
    told["digest"] = digest_of(told["body"].encode())
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))[:-1]
    place.write_text(f'{text},"checksum":"{digest_of(text.encode())}"}}\n', encoding="utf-8")
    return place


def test_a_forged_answer_is_found_by_the_log(kept: Path, tmp_path: Path) -> None:
    """Another body, another address, an event said to lie elsewhere: each is named."""
    file = kept / "state.answer.json"
    told = json.loads(file.read_text("utf-8"))
    body = told["body"]
    at = body.index('"operating"')
    other = body.replace('"operating"', '"suspended"', 1)
    moved = [{**each, "position": each["position"] + 1} for each in told["events"]]
    forgeries = {
        "body": (forged(file, tmp_path / "body", body=other), f"from byte {at + 1} on"),
        "of": (forged(file, tmp_path / "of", of=told["of"].replace("CN", "US")), "from byte "),
        "view": (forged(file, tmp_path / "view", of="/v1/state?known=@9&view=1"), "no answer to"),
        "unpinned": (forged(file, tmp_path / "any", of=told["of"][:-7]), "is not pinned"),
        "events": (forged(file, tmp_path / "events", events=moved), "lies elsewhere"),
    }
    files = [path for path, _ in forgeries.values()]
    assert run("answer", *files).exit_code == 0  # offline there is nothing to find
    result = run("answer", *files, file, "--log", kept / "export.jsonl")
    assert result.exit_code == 3
    *found, last = result.stderr.splitlines()
    assert last == "Error: not proved by this log: 5 of 6 answers"
    for line, (path, why) in zip(found, forgeries.values(), strict=True):
        assert line.startswith(f"{path}: ")
        assert why in line
    assert "suspended" in found[0]
    assert "operating" in found[0]


def test_a_changed_byte_of_an_answer_is_named_offline(kept: Path, tmp_path: Path) -> None:
    """By the part in which it stands."""
    text = (kept / "record.answer.json").read_bytes()
    for word, named in (
        (b"This proves", "says: "),
        (b'"body":"{\\"at', "body: "),
        (b'"checkpoint":"annales', "checkpoint: "),
        (b'"entry":"{\\"actor', "the event at @"),
        (b'"omitted":', "checksum: "),
    ):
        at = text.index(word) + len(word) - 1
        changed = bytearray(text)
        changed[at if named != "checksum: " else at + 1] ^= 1
        (tmp_path / "changed").write_bytes(changed)
        result = run("answer", tmp_path / "changed")
        assert result.exit_code == 1
        assert f"not proved: {named}" in result.stderr


def test_an_answer_is_derived_only_from_the_log_that_was_signed(kept: Path, tmp_path: Path) -> None:
    """Neither from one that is shorter, nor from another."""
    lines = (kept / "export.jsonl").read_bytes().splitlines(keepends=True)
    short = tmp_path / "short.jsonl"
    short.write_bytes(b"".join(lines[:-1]))
    result = run("answer", kept / "record.answer.json", "--log", short)
    assert result.exit_code == 3
    assert "ends after 1,201 of 1,202 events" in result.stderr

    with Archive(tmp_path / "other", clock=Clock()) as archive:
        archive.chronicle.execute(command(*LINES))
        for number in range(3):
            change = amendment("juno", {"place": f"Place {number}"})
            archive.chronicle.execute(command(change))
    other = tmp_path / "other.jsonl"
    CliRunner().invoke(annales, ["--data", str(tmp_path / "other"), "export", str(other)])
    result = run("answer", kept / "record.answer.json", "--log", other)
    assert result.exit_code == 3
    assert "another root" in result.stderr


# --- audits


def test_an_audit_keeps_the_checkpoint_for_the_next(tmp_path: Path) -> None:
    """Everything at first, then what is new; and a log that was rewritten is refused."""
    seen, log = tmp_path / "seen", tmp_path / "log"
    Log(ENTRIES[:200]).write(log)
    first = run("audit", log, f"--key={KEY}", "--save", seen)
    assert first.exit_code == 0, first.output
    assert "The 200 events are those" in first.output
    Log(ENTRIES).write(log)
    again = run("audit", log, f"--key={KEY}", "--since", seen, "--save", seen)
    assert "begin with the 200 of before" in again.output
    assert seen.read_text("utf-8") == Log(ENTRIES).note()

    rewritten = [*ENTRIES[:10], b"{}", *ENTRIES[10:]]
    Log(rewritten).write(log)
    refused = run("audit", log, f"--key={KEY}", "--since", seen, "--save", seen)
    assert refused.exit_code == 3
    assert "something was rewritten" in refused.stderr
    assert seen.read_text("utf-8") == Log(ENTRIES).note()


def test_an_audit_names_the_event_that_differs(tmp_path: Path) -> None:
    """By its index, and as it calls itself; a folder gives no key of its own."""
    log = Log(ENTRIES)
    log.write(tmp_path)
    entries = [*ENTRIES[256:], ENTRIES[0]]
    (tmp_path / "tile/entries/001.p/44").write_bytes(bundled(entries[:20] + entries[21:]))
    result = run("audit", tmp_path, f"--key={KEY}")
    assert result.exit_code == 3
    assert "index 276: the entry (record:r, version 277)" in result.stderr
    for told in (b'{"index":Infinity}', b"[" * 100_000):
        put(tmp_path, "v1/events/277", told)
        result = run("audit", tmp_path, f"--key={KEY}")
        assert (result.exit_code, "not proved: index 276" in result.stderr) == (3, True)
    assert run("audit", tmp_path).exit_code == 2
    assert run("audit", tmp_path / "none", f"--key={KEY}").exit_code == 4


class Quiet(SimpleHTTPRequestHandler):
    """A server of files."""

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


class Busy(Quiet):
    """One that wants to be asked twice for some."""

    asked: ClassVar[dict[str, int]] = {}

    def do_GET(self) -> None:
        """Answer, in time."""
        times = self.asked[self.path] = self.asked.get(self.path, 0) + 1
        if "entries" in self.path and times == 1:
            self.send_response(429)
            self.send_header("Retry-After", "0")
            self.end_headers()
        else:
            super().do_GET()


class Breaking(Quiet):
    """One whose entries end a byte before their end."""

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Send a file."""
        content = source.read()
        outputfile.write(content[:-1] if "entries" in self.path else content)


class Dripping(Quiet):
    """One that sends a letter now and then, and never comes to an end."""

    def do_GET(self) -> None:
        """Answer, as long as somebody listens."""
        self.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
        with suppress(OSError):
            for _ in range(200):
                self.wfile.write(b"x")
                time.sleep(0.02)


@contextmanager
def files_of(folder: Path, handler: type[Quiet]) -> Iterator[str]:
    """The address of a server of the files of a folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_log_is_audited_over_http_as_fast_as_it_lets_one(tmp_path: Path) -> None:
    """Any server of the files will do; one that is busy is asked again."""
    Log(ENTRIES).write(tmp_path)
    with files_of(tmp_path, Busy) as url:
        result = run("audit", url, f"--key={KEY}")
        assert result.exit_code == 0, result.output
        assert Busy.asked["/tile/entries/000"] == 2
        assert run("audit", f"{url}/none", f"--key={KEY}").exit_code == 4


def test_a_transfer_that_breaks_off_or_never_ends_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not there, as a server is that is down: nobody has tampered with anything."""
    Log(ENTRIES).write(tmp_path)
    with files_of(tmp_path, Breaking) as url:
        broken = run("audit", url, f"--key={KEY}")
    assert (broken.exit_code, "ends before its end" in broken.stderr) == (4, True)
    monkeypatch.setattr(checking, "SLOWEST", 0.3)
    with files_of(tmp_path, Dripping) as url:
        late = run("audit", url, f"--key={KEY}")
    assert (late.exit_code, "takes more than" in late.stderr) == (4, True)


def test_a_service_is_audited_and_gives_the_answers_again(
    signed: Archive, kept: Path, tmp_path: Path
) -> None:
    """By its address alone: tiles for an audit, the changes for an answer."""
    with serving(signed) as url:
        audited = run("audit", url, "--save", tmp_path / "seen")
        assert audited.exit_code == 0, audited.output
        assert "By the key that it gives itself: annales.example+" in audited.stderr
        assert run("audit", url, "--since", tmp_path / "seen").exit_code == 0
        answers = [kept / f"{name}.answer.json" for name in ("history", "state", "activity")]
        derived = run("answer", *answers, "--log", url)
    assert derived.exit_code == 0, derived.output
    assert derived.output.count("again") == len(answers)


def test_a_service_that_is_read_with_a_key_is_audited_with_one(
    signed: Archive, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of the environment, by which a mirror reads its source too."""
    key = signed.keys.issue(name="auditor", role="reader", by="root")
    answer = kept / "state.answer.json"
    with serving(signed, open_reads=False) as url:
        assert run("audit", url, f"--key={kept / 'key'}").exit_code == 4
        assert run("answer", answer, "--log", url).exit_code == 4
        monkeypatch.setenv("ANNALES_SOURCE_KEY", key)
        assert run("audit", url).exit_code == 0
        assert run("answer", answer, "--log", url).exit_code == 0


class Hostile(BaseHTTPRequestHandler):
    """A server that always answers the same."""

    body = b""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


def test_an_answer_is_not_derived_from_what_is_no_log(signed: Archive, kept: Path) -> None:
    """Whatever the address gives: it is a line and a code, and one page is not read for ever."""
    asked = {"Accept": "application/x-ndjson"}
    page = create_app(signed).test_client().get("/v1/changes?limit=500", headers=asked).data
    told = {
        b"<!doctype html><title>Welcome</title>": "is no change: ",
        b'{"a":1}': "is no change: ",
        b'[{"x":1}]': "is no change: ",
        page: "it shows @1 after it",
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        for Hostile.body, why in told.items():
            result = run("answer", kept / "state.answer.json", "--log", url)
            assert (result.exit_code, why in result.stderr) == (1, True), result.output
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert run("answer", kept / "state.answer.json", "--log", url).exit_code == 4


@pytest.mark.parametrize(("how", "position"), [("edited", 3), ("deleted", 4)])
def test_a_service_whose_log_was_tampered_with_is_named_with_the_position(
    juno: Teller, how: str, position: int
) -> None:
    """What it stores is no longer what it signed. Where an event is gone, the one that stands in
    its place is told."""
    for day in range(10, 15):
        juno.tell(milestone(f"m-{day}", "construction-started", f"2015-01-{day}"))
    Publisher(juno.archive.ledger).publish()
    with closing(sqlite3.connect(juno.archive.folder / LOG)) as log, log:
        for name in ("stored_events_stay", "stored_events_stay_as_they_are"):
            log.execute(f"DROP TRIGGER {name}")
        if how == "edited":
            change = "CAST(replace(CAST(state AS TEXT), '2015', '2014') AS BLOB)"
            log.execute(f"UPDATE stored_events SET state = {change}")
        else:
            log.execute("DELETE FROM stored_events WHERE rowid = 3")
    with serving(juno.archive) as url:
        result = run("audit", url)
    assert result.exit_code == 3
    assert f"not proved: @{position}, index 2: the entry (record:juno, version " in result.stderr
