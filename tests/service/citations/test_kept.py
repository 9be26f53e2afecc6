"""The store: whole under several processes and kills, found out where it is not, and carried by
backups and exports."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import zlib
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from events.errors import LogReplaced
from events.store.noted import NotedHead
from projections import VIEW
from service.archive import Archive
from service.archive.citations import CITATIONS, Citations, damaged
from service.archive.citations import _append as append
from service.cli.command import annales
from tests.service.asked import slug
from tests.service.citations.conftest import FIRST, SetView, made, new_client
from tests.story.telling import Clock

ANSWERS = int(os.environ.get("ANNALES_CITED", "300"))
"""So many answers over three versions of the views; 10,000 take some minutes."""

CITING = """
import sys
from pathlib import Path
from service.archive.citations import Citations

citations = Citations(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    citation, is_new = citations.cite(
        of=f"/v1/state?at={number}&view=1", media_type="text/plain", chosen=None,
        body=f"so it was in {number}".encode() * 500, by=sys.argv[3], permit=lambda: None,
    )
    print(citation.id, flush=True)
"""


def citing(folder: Path, many: int, by: str) -> subprocess.Popen[str]:
    """A process that is ready to cite so many answers."""
    process = subprocess.Popen(
        [sys.executable, "-c", CITING, str(folder), str(many), by],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    """Let it cite."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def run(folder: Path, *words: str) -> Result:
    """Run `annales` on a folder."""
    return CliRunner().invoke(annales, ["--data", str(folder), *words])


def done(folder: Path, *words: str) -> str:
    """What a command prints that succeeds."""
    result = run(folder, *words)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def cited_in(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which three answers were cited, two of them of one address."""
    folder = shutil.copytree(told, tmp_path_factory.mktemp("cited") / "archive")
    with Archive(folder, clock=Clock()) as archive:
        client = new_client(archive)
        made(client, FIRST)
        made(client, FIRST, media_type="text/turtle")
        made(client, f"/v1/state?at=2015-12-31&stated=2026-11-25&known=@3&view={VIEW}")
    return folder


@pytest.fixture
def folder(cited_in: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(cited_in, tmp_path / "archive")


def test_two_processes_that_cite_the_same_at_once_make_one_citation_each(tmp_path: Path) -> None:
    """Both are told the same ids; each citation is made by one of them."""
    many = 40
    processes = [citing(tmp_path, many, by) for by in ("wang", "li")]
    for process in processes:
        go(process)
    told = [process.communicate()[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert told[0] == told[1]
    with closing(Citations(tmp_path)) as citations:
        assert [each.id for each in citations.all()] == told[0]
    assert list(damaged(tmp_path)) == []


def test_a_kill_in_the_middle_loses_nothing_that_was_told(tmp_path: Path) -> None:
    """What was told is kept; of what was not, nothing or the whole."""
    for _ in range(2):
        process = citing(tmp_path, 10_000, "wang")
        go(process)
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(25)]
        process.send_signal(signal.SIGKILL)
        told += process.communicate()[0].split()[:-1]
        assert list(damaged(tmp_path)) == []
        with closing(Citations(tmp_path)) as citations:
            for id in told:
                citation = citations.get(id)
                assert citation is not None
                assert citations.body(citation).startswith(b"so it was in ")


def test_all_that_was_cited_over_three_versions_of_the_views_is_byte_equal(
    cited_of: Archive, set_view: SetView
) -> None:
    """At its short address and at its pinned one; what nobody cited is 410."""
    kept, gone = {}, []
    unlimited = {"citations_limit": None, "questions_limit": None, "orders_limit": "none"}
    for view in (VIEW - 2, VIEW - 1, VIEW):
        set_view(view)
        client = new_client(cited_of, **unlimited, kept=0)
        for number in range(ANSWERS // 3):
            at = date(2000, 1, 1) + timedelta(days=number)
            of = f"/v1/records/juno?at={at}&stated=2026-11-25&known=@3&view={view}"
            if number % 10 == 0:
                gone.append(of)
            else:
                body = client.get(of).data
                kept[of] = made(client, of)["id"], body
    set_view(VIEW + 1)
    client = new_client(cited_of, **unlimited, kept=0)
    for of, (id, body) in kept.items():
        assert client.get(of).data == client.get(f"/c/{id}").data == body, of
    assert {client.get(of).status_code for of in gone} == {410}
    assert list(damaged(cited_of.folder)) == []


def test_the_log_says_of_a_citation_what_it_will_always_say(tmp_path: Path) -> None:
    """The bytes of its event, its stream and its leaf: old logs depend on them."""
    with closing(Citations(tmp_path, clock=Clock())) as citations:
        for asked in (None, "text/plain"):
            citations.cite(
                of="/v1/state?view=6&at=2013-12-31&known=@7", media_type="text/plain",
                chosen=asked, body=b"so it was", by="li", permit=lambda: None,
            )  # fmt: skip
    with closing(sqlite3.connect(tmp_path / CITATIONS)) as connection:
        rows = connection.execute(
            "SELECT originator_id, originator_version, topic, state, hex(leaf) FROM stored_events"
        ).fetchall()
        [(body,)] = connection.execute("SELECT body FROM bodies").fetchall()
    stream, topic = "address:7e40d2fcbb10b39bef7bffe0d9aa0135", "answer-cited-v1"
    rest = (
        b'"digest":"8ca16d6325f8826569a9d3e78eb35c3f12fb73c8f717aa8f7d91c027e4779313",'
        b'"id":"zxgzcrrhnk4khw7u","media_type":"text/plain",'
        b'"of":"/v1/state?view=6&at=2013-12-31&known=@7"}'
    )
    plain, chosen = b'{"bytes":9,' + rest, b'{"bytes":9,"chosen":"text/plain",' + rest
    leaf = "5AB7939E8A5DB74E00644F5EBBDB4A6A4E4B9DF012BD78D5FD9402781B1E395F"
    assert rows[0] == (stream, 1, topic, plain, leaf)
    assert rows[1][:4] == (stream, 2, topic, chosen)
    assert zlib.decompress(body) == b"so it was"


def test_what_is_kept_never_changes(folder: Path) -> None:
    """Neither an event nor a body."""
    with closing(sqlite3.connect(folder / CITATIONS)) as connection:
        for statement in (
            "UPDATE bodies SET body = x''",
            "DELETE FROM bodies",
            "DELETE FROM stored_events",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)


DAMAGES = {
    "UPDATE bodies SET body = (SELECT max(body) FROM bodies)": "not what was",
    "UPDATE bodies SET body = x'00'": "cannot be read",
    "DELETE FROM bodies": "has no body",
    "UPDATE bodies SET id = 'a' || id": "no citation tells of",
    "UPDATE stored_events SET state = x'7b7d' WHERE rowid = 1": "its leaf differs",
    "DROP TABLE bodies": "is not defined as",
}


@pytest.mark.parametrize("statement", DAMAGES)
def test_verify_holds_every_body_against_its_id(folder: Path, statement: str) -> None:
    """And names the file; without the triggers, which whoever damages a file does not obey."""
    assert json.loads(done(folder, "verify", "--json"))["citations"] == 3
    with closing(sqlite3.connect(folder / CITATIONS)) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        for name, text in triggers:
            if "DROP" not in statement or not name.startswith("bodies"):
                connection.execute(text)
        connection.commit()
    result = run(folder, "verify")
    assert result.exit_code == 3
    assert f"{CITATIONS}" in result.stderr
    assert DAMAGES[statement] in result.stderr


def test_a_damaged_body_is_not_given(folder: Path) -> None:
    """Whoever asks is not told something else, but what is wrong: a page, a list of titles and a
    bibliography too."""
    with closing(sqlite3.connect(folder / CITATIONS)) as connection:
        connection.execute("DROP TRIGGER bodies_stay_as_they_are")
        connection.execute("UPDATE bodies SET body = (SELECT max(body) FROM bodies)")
        connection.commit()
    with Archive(folder) as archive:
        client = new_client(archive)
        statuses = {
            each: client.get(f"/c/{each.id}").status_code for each in archive.citations.all()
        }
        lost = [each for each, status in statuses.items() if status == 500]
        assert lost
        for each in lost:
            for path in (f"/c/{each.id}", f"/c/{each.id}/raw", f"/v1/citations/{each.id}.bib"):
                answer = client.get(path)
                assert (answer.status_code, slug(answer)) == (500, "log-damaged")
                assert answer.get_json()["position"] == each.position
                assert CITATIONS in answer.get_json()["detail"]
            page = client.get(f"/c/{each.id}", headers={"Accept": "text/html"})
            assert (page.status_code, page.mimetype) == (500, "text/html")
            assert "Something failed here. It was noted." in page.text
            assert client.get(f"/v1/citations/{each.id}").status_code == 200
    assert {*statuses.values()} == {200, 500}


def test_an_older_file_in_its_place_is_found_out(folder: Path, tmp_path: Path) -> None:
    """As with the keys: the head of the citations is noted beside them."""
    older = tmp_path / "older"
    shutil.copyfile(folder / CITATIONS, older)
    with Archive(folder) as archive:
        archive.catch_up()
        made(new_client(archive), FIRST.replace("at=2026-11-25", "at=2014-12-31"))
    shutil.copyfile(older, folder / CITATIONS)
    with pytest.raises(LogReplaced, match=CITATIONS):
        Archive(folder)
    (folder / CITATIONS).unlink()
    with pytest.raises(LogReplaced, match=CITATIONS):
        Archive(folder)
    shutil.copyfile(older, folder / CITATIONS)
    done(folder, "migrate", "--new-epoch")
    with Archive(folder) as archive:
        assert len(archive.citations) == 3


def test_a_backup_has_what_was_cited(folder: Path, tmp_path: Path) -> None:
    """Verified, and answered as before."""
    target = tmp_path / "backup"
    assert json.loads(done(folder, "backup", str(target), "--json"))["citations"] == 3
    assert told_by(target) == told_by(folder)


def test_an_export_has_what_was_cited_beside_it(folder: Path, tmp_path: Path) -> None:
    """Restored, it is the same citations at the same places; `--citations` names another file."""
    export = tmp_path / "export.jsonl"
    done(folder, "export", str(export))
    beside = Path(f"{export}.citations")
    assert len(beside.read_bytes().splitlines()) == 3
    again = tmp_path / "again"
    done(again, "restore", str(export))
    assert told_by(again) == told_by(folder)
    assert json.loads(done(again, "verify", "--json"))["citations"] == 3
    elsewhere = tmp_path / "elsewhere"
    done(folder, "export", str(export), "--citations", str(elsewhere))
    assert elsewhere.read_bytes() == beside.read_bytes()
    beside.unlink()
    result = CliRunner().invoke(annales, ["--data", str(folder), "export"])
    assert "--citations FILE" in result.stderr
    done(tmp_path / "without", "restore", str(export))
    assert not (tmp_path / "without" / CITATIONS).exists()
    done(tmp_path / "with", "restore", str(export), "--citations", str(elsewhere))
    assert told_by(tmp_path / "with") == told_by(folder)


def test_citations_outlive_a_log_that_is_restored(folder: Path, tmp_path: Path) -> None:
    """Those of the folder stay; where they are lost, those of the export must not be older."""
    export, older = tmp_path / "export.jsonl", tmp_path / "older"
    done(folder, "export", str(export), "--citations", str(older))
    with Archive(folder) as archive:
        archive.catch_up()
        made(new_client(archive), FIRST.replace("at=2026-11-25", "at=2014-12-31"))
    told = told_by(folder)
    (folder / "log.sqlite").unlink()
    done(folder, "restore", str(export), "--citations", str(older))
    assert told_by(folder) == told
    (folder / "log.sqlite").unlink()
    (folder / CITATIONS).unlink()
    assert NotedHead(folder / CITATIONS).path.exists()
    assert run(folder, "restore", str(export), "--citations", str(older)).exit_code != 0
    done(folder, "restore", str(export), "--citations", str(older), "--new-epoch")
    assert len(told_by(folder)) == 3


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b'{"type":"citation"}',
        (
            b'{"type":"citation","id":"aaaaaaaaaaaaaaaa","of":"/x?view=1","chosen":null,'
            b'"media_type":"text/plain","digest":"00","bytes":1,"actor":"li","position":9,'
            b'"cited_at":"2027-01-01T00:00:00.000000Z","body":null}'
        ),
        b"",
    ],
)
def test_an_export_that_does_not_hold_together_is_refused(
    folder: Path, tmp_path: Path, line: bytes
) -> None:
    """And leaves nothing behind; an altered body too."""
    export = tmp_path / "export.jsonl"
    done(folder, "export", str(export))
    beside = Path(f"{export}.citations")
    text = beside.read_bytes()
    beside.write_bytes(text + line if line else text.replace(b'"body":"e', b'"body":"f', 1))
    assert run(tmp_path / "again", "restore", str(export)).exit_code != 0
    assert not (tmp_path / "again" / CITATIONS).exists()
    assert not (tmp_path / "again" / "log.sqlite").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("digest", "00" * 32),
        ("bytes", 99_999),
        ("media_type", "text/html"),
        ("of", "/v1/other?view=8\n"),
    ],
)
def test_a_line_without_bytes_says_what_the_first_of_them_does(
    folder: Path, tmp_path: Path, name: str, value: object
) -> None:
    """Of another address: else a restore refuses it, and `annales verify` names it."""
    export = tmp_path / "export.jsonl"
    done(folder, "export", str(export))
    beside = Path(f"{export}.citations")
    lines = beside.read_bytes().splitlines()
    last, first = json.loads(lines[-1]), json.loads(lines[0])
    again = {**first, "of": "/v1/other?view=8", "body": None}
    again |= {"position": last["position"] + 1, "cited_at": "2027-01-01T00:00:00.000000Z"}
    beside.write_bytes(b"\n".join([*lines, json.dumps(again).encode()]))
    done(tmp_path / "whole", "restore", str(export))
    beside.write_bytes(b"\n".join([*lines, json.dumps({**again, name: value}).encode()]))
    assert run(tmp_path / "again", "restore", str(export)).exit_code != 0
    assert not (tmp_path / "again" / CITATIONS).exists()


def test_verify_names_a_citation_that_says_otherwise_than_the_first(folder: Path) -> None:
    """Of the same bytes: their digest, their number or their type."""
    with closing(Citations(folder)) as citations:
        first = next(citations.all())
        lie = msgspec.structs.replace(first, of="/v1/other?view=8", digest="00" * 32)
        position = append(citations.to_write(), lie, None)
    assert [at for at, _ in damaged(folder)] == [position]


def told_by(folder: Path) -> list[tuple[object, bytes]]:
    """Every citation of a folder, with its bytes."""
    with closing(Citations(folder)) as citations:
        return [(each, citations.body(each)) for each in citations.all()]


def test_cite_on_the_command_line_keeps_what_the_service_gives(
    folder: Path,
) -> None:
    """The same id as over HTTP; refusals end in a line."""
    told = json.loads(done(folder, "cite", FIRST, "--json"))
    assert (told["of"], told["new"]) == (FIRST, False)
    other = FIRST.replace("at=2026-11-25", "at=2014-12-31")
    address = done(folder, "cite", other).strip()
    with Archive(folder) as archive:
        archive.catch_up()
        assert made(new_client(archive), other)["url"] == f"http://localhost{address}"
        assert new_client(archive).get(address).data == new_client(archive).get(other).data
    refused = run(folder, "cite", "/v1/records/juno")
    assert refused.exit_code == 1
    assert "is not pinned" in refused.stderr


def test_migrate_lists_what_would_read_otherwise_today(folder: Path, set_view: SetView) -> None:
    """Only citations of earlier views are asked again; the version alone makes no difference."""
    assert "citations" not in json.loads(done(folder, "migrate", "--json"))
    set_view(VIEW + 1)
    told = json.loads(done(folder, "migrate", "--json"))["citations"]
    assert told == {"asked": 3, "left": 0, "otherwise": []}
    with closing(Citations(folder)) as citations:
        for of, body in (
            ("/v1/of-old?known=@3&view=2", b"{}"),
            (FIRST.replace(f"view={VIEW}", "view=2"), b'{"id":"juno"}'),
        ):
            citations.cite(
                of=of, media_type="application/json", chosen=None, body=body, by="li",
                permit=lambda: None,
            )  # fmt: skip
    told = json.loads(done(folder, "migrate", "--json"))["citations"]
    assert [(each["of"], each["reads"]) for each in told["otherwise"]] == [
        (FIRST.replace(f"view={VIEW}", "view=2"), "otherwise"),
        ("/v1/of-old?known=@3&view=2", "not at all"),
    ]
    assert "Of 5 citations of earlier views, 2 read otherwise today." in done(folder, "migrate")
    with closing(sqlite3.connect(folder / CITATIONS)) as connection:
        connection.execute("DROP TRIGGER bodies_stay_as_they_are")
        connection.execute("UPDATE bodies SET body = (SELECT max(body) FROM bodies)")
        connection.commit()
    told = json.loads(done(folder, "migrate", "--json"))["citations"]
    assert "damaged" in [each["reads"] for each in told["otherwise"]]
