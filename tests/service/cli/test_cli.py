"""The command line: what it answers, what it records, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from events.orders import Command, orders
from events.sheets.reading import LARGEST_SHEET
from projections import VIEW
from service.app import create_app
from service.archive import LOG, Archive
from service.cli.command import COMMANDS, annales
from tests.service.asked import CHRONICLE
from tests.story.telling import Clock, Teller

ROOT = Path(__file__).resolve().parents[3]

PAGE_SIZE = 4096
"""Of a file of SQLite."""

Line = dict[str, Any]

SOURCE: Line = {"type": "source", "id": "yearbook", "medium": "book", "title": "Yearbook"}
JUNO: Line = {
    "type": "facility",
    "id": "juno",
    "name": "Jiangmen Underground Neutrino Observatory",
    "name_zh": "江门中微子实验",
    "country": "CN",
    "field": "particle-physics",
    "sources": [{"id": "yearbook"}],
}
TELESCOPE: Line = {
    "type": "facility",
    "id": "fast",
    "name": "五百米口径球面射电望远镜",
    "country": "CN",
    "field": "astronomy",
}


def milestone(id: str, facility: str, what: str, date: str, **more: Any) -> Line:
    """A milestone, actual unless `more` says otherwise."""
    return {
        "type": "milestone",
        "id": id,
        "facility": facility,
        "milestone": what,
        "modality": "actual",
        "date": date,
        "title": f"{facility}: {what}",
        "sources": [{"id": "yearbook"}],
        **more,
    }


PLAN = milestone(
    "juno-plan", "juno", "operation-started", "2020", modality="planned", stated="2015"
)
BEGUN = milestone("juno-begun", "juno", "construction-started", "2015-01-10")
RUNS = milestone("juno-runs", "juno", "operation-started", "2025-08-26")
FAST_RUNS = milestone("fast-runs", "fast", "operation-started", "2020-01")
POLICY: Line = {
    "type": "policy",
    "id": "plan-2013",
    "modality": "actual",
    "date": "2013-02-23",
    "until": "2030",
    "title": "Infrastructure plan issued",
    "country": "CN",
    "sources": [{"id": "yearbook", "locator": "p. 3"}],
}
READING: Line = {
    "type": "indicator",
    "id": "share-2024",
    "series": "rd-share-of-gdp",
    "modality": "actual",
    "date": "2024",
    "title": "R&D share of GDP",
    "value": 2.68,
    "unit": "%",
}
DISCOVERY: Line = {
    "type": "discovery",
    "id": "mixing",
    "modality": "actual",
    "date": "2025-11",
    "title": "Mixing angles measured",
    "facility": "juno",
}
CORRECTION: Line = {
    "type": "correction",
    "id": "mend-1",
    "statement": "juno-begun",
    "changes": {"date": "2015-01-11", "attributes": {"shaft_m": 700}},
    "reason": "misread",
}
AMENDMENT: Line = {
    "type": "amendment",
    "id": "mend-2",
    "record": "juno",
    "changes": {"name": "JUNO", "place": "Kaiping"},
    "reason": "short name",
}

FIRST = [SOURCE, JUNO, TELESCOPE, PLAN, BEGUN, FAST_RUNS]
SECOND = [CORRECTION, POLICY, READING]
THIRD = [RUNS, AMENDMENT, DISCOVERY]

QUESTIONS = (
    ("state",),
    ("state", "--during", "2015"),
    ("state", "--at", "2025", "--stated", "2016"),
    ("records",),
    ("record", "juno"),
    ("timeline", "juno"),
    ("history", "juno"),
    ("statement", "juno-plan"),
    ("source", "yearbook"),
)


def run(folder: Path, *arguments: str, given: str | bytes | None = None) -> Result:
    """Run a command on a folder; an error that nobody foresaw is raised."""
    result = CliRunner().invoke(annales, ["--data", str(folder), *arguments], input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def done(folder: Path, *arguments: str, given: str | bytes | None = None) -> str:
    """What a command that succeeds prints."""
    result = run(folder, *arguments, given=given)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def jsonl(lines: Iterable[Line]) -> str:
    """JSON Lines."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def load(folder: Path, lines: Iterable[Line], *options: str) -> Any:
    """Load lines, and what --json tells of it."""
    return json.loads(done(folder, "load", "-", "--json", *options, given=jsonl(lines)))


def events_in(folder: Path) -> int:
    """How many events the log holds."""
    with Archive(folder) as archive:
        return len(list(archive.chronicle.export()))


def program(*arguments: str) -> list[str]:
    """The command in a process of its own."""
    return [sys.executable, "-c", "from service.cli import main; main()", *arguments]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "chronicle"


@pytest.fixture
def kept(folder: Path) -> Path:
    """A folder with three commits in it, up to @6, @9 and @12."""
    for lines in (FIRST, SECOND, THIRD):
        load(folder, lines, "--actor", "wang")
    return folder


# --- load


def test_a_file_is_one_commit(folder: Path) -> None:
    """However many lines, they are recorded together, under one actor and one request."""
    told = load(folder, FIRST, "--actor", "wang")

    assert (told["recorded"], told["position"], told["skipped"]) == (6, "@6", 0)
    places = [json.loads(line)["commit"] for line in done(folder, "export").splitlines()]
    assert {place["position"] for place in places} == {6}
    assert {place["actor"] for place in places} == {"wang"}
    assert len({place["request"] for place in places}) == 1
    assert re.fullmatch(r"[0-9a-f]{32}", places[0]["request"])


def test_loading_the_same_file_twice_records_nothing_new_and_says_so(
    folder: Path, tmp_path: Path
) -> None:
    """The second time every line is passed over; with more lines, only those are recorded."""
    file = tmp_path / "lines.jsonl"
    file.write_text(jsonl(FIRST))
    assert "Recorded 6 events; the log stands at @6" in done(folder, "load", str(file))

    assert "Nothing new" in done(folder, "load", str(file))
    assert load(folder, FIRST)["skipped"] == 6
    assert events_in(folder) == 6

    file.write_text(jsonl([*FIRST, RUNS]))
    said = done(folder, "load", str(file))
    assert "Recorded 1 event;" in said
    assert "Passed over 6 lines" in said


def test_a_bad_line_is_named_and_nothing_is_recorded(folder: Path) -> None:
    """Every bad line with its number, its member and the reason; exit code 1."""
    bad = [SOURCE, {**BEGUN, "date": "2013-13"}, JUNO, {**POLICY, "colour": "red"}]
    text = jsonl(bad) + "\n{not json}\n"

    result = run(folder, "load", "-", given=text)

    assert result.exit_code == 1
    assert result.stdout == ""
    named = result.stderr.splitlines()
    assert named[0].startswith("line 2: /date: '2013-13' is not a date")
    assert named[1].startswith("line 4: /colour: ")
    assert named[2].startswith("line 6: it is not JSON")
    assert named[3] == "Error: - has 3 bad lines; nothing was recorded"
    assert events_in(folder) == 0


def test_bad_lines_as_json_are_all_that_stdout_holds(folder: Path) -> None:
    """A program reads number, member, class of error and reason."""
    result = run(folder, "load", "-", "--json", given=jsonl([SOURCE, RUNS]))

    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "recorded": 0,
        "refusals": [
            {
                "line": 2,
                "pointer": "/facility",
                "error": "UnknownReference",
                "detail": "no facility 'juno' is recorded",
            }
        ],
    }


def test_the_only_line_of_a_file_is_named_too(folder: Path) -> None:
    """A refusal of a single line does not carry its number; the command knows it."""
    result = run(folder, "load", "-", given="\n\n" + jsonl([RUNS]))

    assert result.exit_code == 1
    assert result.stderr.startswith("line 3: /facility: no facility 'juno' is recorded\n")


def test_a_dry_run_decides_and_records_nothing(folder: Path) -> None:
    """It tells what would be recorded, and refuses what would be refused."""
    told = load(folder, FIRST, "--dry-run")
    assert (told["would_record"], told["recorded"], told["position"]) == (6, 0, None)
    assert events_in(folder) == 0
    said = done(folder, "load", "-", "--dry-run", given=jsonl(FIRST))
    assert said.startswith("Would record 6 events; nothing was recorded.")

    assert run(folder, "load", "-", "--dry-run", given=jsonl([RUNS])).exit_code == 1


def test_warnings_are_listed_with_their_lines_twenty_at_most(folder: Path) -> None:
    """Beyond twenty it says how many more there are; --all-warnings and --json tell all."""
    unsourced = [{**POLICY, "id": f"p-{n}", "sources": []} for n in range(23)]
    text = jsonl(unsourced)

    said = done(folder, "load", "-", "--dry-run", given=text)
    assert "23 warnings:\n  line 1: " in said
    assert said.count("  line ") == 20
    assert "and 3 more: --all-warnings lists them" in said
    said = done(folder, "load", "-", "--dry-run", "--all-warnings", given=text)
    assert said.count("  line ") == 23
    assert [each["line"] for each in load(folder, unsourced)["warnings"]] == list(range(1, 24))


def test_a_file_that_cannot_be_read_is_one_clear_line_and_leaves_no_folder(
    folder: Path, tmp_path: Path
) -> None:
    """Missing, or a folder: exit code 1, and no chronicle is begun."""
    for file in (tmp_path / "missing.jsonl", tmp_path):
        result = run(folder, "load", str(file))
        assert result.exit_code == 1
        assert result.stderr.startswith(f"Error: {file} cannot be read: ")
        assert result.stderr.count("\n") == 1
    assert not folder.exists()


def test_a_line_that_is_not_utf_8_is_named(folder: Path) -> None:
    """Bytes of another encoding are refused where they stand."""
    result = run(folder, "load", "-", given=jsonl([SOURCE]).encode() + b'{"type": "\xff"}\n')
    assert result.exit_code == 1
    assert "line 2: it is not UTF-8 at byte 10" in result.stderr


def test_a_file_without_lines_records_nothing(folder: Path) -> None:
    """An empty file is no error."""
    assert done(folder, "load", "-", given="\n \n") == "Nothing to record: there are no lines.\n"


def test_an_actor_has_a_name(folder: Path) -> None:
    """An empty one is wrong usage; without one it is whoever is logged in."""
    assert run(folder, "load", "-", "--actor", " ", given="").exit_code == 2
    load(folder, [SOURCE])
    assert json.loads(done(folder, "export"))["commit"]["actor"]


def test_a_sheet_is_loaded_as_its_lines_are(folder: Path, tmp_path: Path) -> None:
    """By its name or with --csv, its type by its header or with --type; twice is once."""
    file = tmp_path / "sources.csv"
    file.write_text("type=source;id;medium;title;date\n;book;book;A book;12/2013\n", "utf-8-sig")
    assert "Would record 1 event" in done(folder, "load", str(file), "--dry-run")
    assert "Recorded 1 event" in done(folder, "load", str(file))
    assert "Nothing new" in done(folder, "load", str(file))
    text = "id,medium,title,date\nbook,book,A book,2013-12\n"
    assert "Nothing new" in done(folder, "load", "-", "--type", "source", given=text)
    typed = text.replace("id,", "type,id,").replace("book,book", "source,book,book")
    assert "Nothing new" in done(folder, "load", "-", "--csv", given=typed)


def test_a_sheet_is_refused_by_row_and_column(folder: Path) -> None:
    """For people and for programs; what is no sheet at all, too."""
    text = "id,medium,title,date\nbook,book,A book,03/04/2025\nx,Book,,\n"
    said = run(folder, "load", "-", "--type", "source", given=text)
    assert said.exit_code == 1
    assert "row 2, column date (D2): '03/04/2025' is not a date: it has two" in said.stderr
    assert "row 3, column title (C3): 'title' is missing" in said.stderr
    assert "- has 3 faults; nothing was recorded" in said.stderr
    told = json.loads(run(folder, "load", "-", "--type", "source", "--json", given=text).stdout)
    assert told["refusals"][0] == {
        "line": 2,
        "column": "date",
        "cell": "D2",
        "pointer": "/date",
        "error": "AmbiguousDate",
        "detail": "'03/04/2025' is not a date: it has two meanings"
        " (one of: 2025-04-03, 2025-03-04)",
    }
    large = run(folder, "load", "-", "--csv", given="," * (LARGEST_SHEET + 1))
    assert "more than 16,777,216 bytes" in large.stderr


def test_an_empty_sheet_of_each_type_is_printed(folder: Path) -> None:
    """Without a file, and without touching the folder."""
    assert done(folder, "load", "--template", "withdrawal").splitlines() == [
        "type=withdrawal,id,statement,reason,sources"
    ]


def test_a_load_that_is_killed_leaves_all_or_nothing(folder: Path, tmp_path: Path) -> None:
    """Killed while SQLite writes megabytes of the commit, the log is as it was before, and takes
    the file afterwards."""
    long = "x" * 4000
    lines = [{**POLICY, "id": f"p-{n}", "summary": long, "sources": []} for n in range(3000)]
    file = tmp_path / "many.jsonl"
    file.write_text(jsonl(lines))
    load(folder, [SOURCE])
    wal = folder / f"{LOG}-wal"

    with subprocess.Popen(program("--data", str(folder), "load", str(file)), cwd=ROOT) as process:
        while process.poll() is None and not (wal.exists() and wal.stat().st_size > 1_000_000):
            time.sleep(0.001)
        process.kill()
    assert process.returncode == -signal.SIGKILL

    assert events_in(folder) in (1, 3001)
    told = load(folder, lines)
    assert told["recorded"] + told["skipped"] == 3000
    assert events_in(folder) == 3001
    assert json.loads(done(folder, "verify", "--json"))["whole"] is True


# --- questions


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_an_answer_is_the_text_that_http_gives(kept: Path, question: tuple[str, ...]) -> None:
    """With --json, the body of the pinned URL to the byte."""
    text = done(kept, *question, "--json").removesuffix("\n")
    with Archive(kept) as archive:
        body = create_app(archive).test_client().get(json.loads(text)["pinned"]).text
    assert text == body


def test_the_state_is_asked_at_three_clocks(kept: Path) -> None:
    """What 2016 expected of 2025, what came of it, and what the log held before it knew."""

    def juno(*clocks: str) -> Any:
        answer = json.loads(done(kept, "state", "--json", "--field", "particle-physics", *clocks))
        return answer["facilities"][0]

    assert juno("--at", "2026-01")["status"] == "operating"
    then = juno("--at", "2025", "--stated", "2016")
    assert (then["status"], then["expected"]["status"]) == ("under-construction", "operating")
    assert juno("--at", "2026-01", "--known", "@9")["overdue"][0]["statement"] == "juno-plan"


def test_filters_and_pages_narrow_the_answer(kept: Path) -> None:
    """Country, field, status, kind, limit and after do what they do over HTTP."""

    def ids(*filters: str) -> list[str]:
        return [row["id"] for row in json.loads(done(kept, "records", "--json", *filters))["items"]]

    assert ids("--kind", "facility") == ["fast", "juno"]
    assert ids("--field", "astronomy") == ["fast"]
    said = done(kept, "records", "--kind", "facility", "--limit", "1")
    assert "fast" in said
    assert "juno" not in said
    cursor = re.search(r"There is more: --after (\S+)", said)
    assert cursor
    assert ids("--kind", "facility", "--limit", "1", "--after", cursor[1]) == ["juno"]
    assert ids("--country", "FR") == []
    assert "There is more: --after fast" in done(kept, "state", "--limit", "1")
    assert "There is more: --after 2\n" in done(kept, "history", "juno", "--limit", "1")


def test_people_get_a_sentence_of_counts_and_tables(kept: Path) -> None:
    """Dates stand in words, and what is not certain or not kept is remarked."""
    said = done(kept, "state", "--at", "2025-12-01")
    assert said.startswith("On 1 December 2025, as said by ")
    assert "2 operating; 1 discovery to date." in said
    assert re.search(r"^ ?juno +JUNO +operating +26 August 2025", said, re.MULTILINE)
    assert re.search(r"23 February 2013 +2030 *$", said, re.MULTILINE)  # and no last day of 2030
    for title in ("Policies", "Indicators", "Discoveries of the time"):
        assert f"\n{title}\n" in said

    then = done(kept, "state", "--at", "2025", "--stated", "2016", "--field", "particle-physics")
    assert "last known; expected: operating, 2020 (juno-plan)" in then
    unsure = done(kept, "state", "--at", "2020-01-15")
    assert "possibly not yet or operating" in unsure
    held = done(kept, "state", "--during", "2015")
    assert "11 January 2015 to 31 December 2015" in held


def test_history_tells_who_changed_which_member_from_what_to_what(kept: Path) -> None:
    """Also on a page that does not begin at the beginning."""
    said = done(kept, "history", "juno", "--after", "6")
    assert "juno-begun" not in said.splitlines()[0]
    mended = next(line for line in said.splitlines() if "StatementCorrected" in line)
    assert "wang" in mended
    assert 'attributes: (nothing) → {"shaft_m":700}; date: 2015-01-10 → 2015-01-11' in mended
    assert "misread" in mended
    amended = next(line for line in said.splitlines() if "RecordAmended" in line)
    assert "name: Jiangmen Underground Neutrino Observatory → JUNO" in amended
    assert "FacilityRegistered" not in said


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_every_answer_has_a_table_for_people(kept: Path, question: tuple[str, ...]) -> None:
    """It tells its clocks first, and holds no JSON head."""
    said = done(kept, *question)
    assert re.match(r"(On|During|As said by) .*recorded at @12 \(", said)
    assert "─" in said


def test_wide_characters_keep_the_columns_in_line(kept: Path) -> None:
    """A Chinese name takes two columns a character, and the next column knows it."""
    lines = done(kept, "records", "--kind", "facility").splitlines()
    rows = [line for line in lines if re.match(r" ?(id|fast|juno) ", line)]
    assert "五百米口径球面射电望远镜" in rows[1]
    marks = ("country", "CN", "CN")
    starts = [cell_len(row[: row.rindex(mark)]) for row, mark in zip(rows, marks, strict=True)]
    assert len(set(starts)) == 1


def test_a_pipe_gets_full_width_and_no_colour(folder: Path) -> None:
    """Nothing is cut or folded, however long."""
    title = "A very long title " * 40
    load(folder, [{**POLICY, "title": title, "sources": []}])
    said = done(folder, "records")
    assert title.strip() in said
    assert "\x1b" not in said


def test_what_was_recorded_moves_no_cursor(folder: Path) -> None:
    """Control characters in a title are shown as such, and brackets are no markup."""
    title = "evil\x1b[31m [bold]title[/bold] :smile:"
    with Archive(folder) as archive:
        Teller(archive, Clock()).tell_as_of_old({**POLICY, "title": title, "sources": []})
    said = done(folder, "state", "--at", "2014")
    assert "evil�[31m [bold]title[/bold] :smile:" in said


# --- export and restore


def test_a_restored_log_answers_every_question_as_the_exported_one_did(
    kept: Path, tmp_path: Path
) -> None:
    """At every position, byte for byte, `known_at` included; and its export is the same file."""
    file, restored = tmp_path / "export.jsonl", tmp_path / "restored"
    done(kept, "export", str(file))
    assert json.loads(done(restored, "restore", str(file), "--json")) == {"position": "@12"}

    assert done(restored, "export").encode() == file.read_bytes()
    answered = 0
    for position in range(13):
        for question in QUESTIONS:
            asked = (*question, "--known", f"@{position}", "--json")
            ours, theirs = run(kept, *asked), run(restored, *asked)
            assert ours.output == theirs.output
            assert ours.exit_code == theirs.exit_code
            answered += ours.exit_code == 0
    assert answered > 9 * 7
    assert json.loads(done(restored, "verify", "--json"))["whole"] is True
    assert {path.name for path in restored.glob("restore-*")} == set()


def test_a_restore_takes_the_place_of_an_empty_log_and_of_stale_views(
    kept: Path, tmp_path: Path
) -> None:
    """An empty log is as good as none, and views of another log mislead nobody."""
    file, restored = tmp_path / "export.jsonl", tmp_path / "restored"
    done(kept, "export", str(file))
    done(restored, "migrate")
    done(restored, "restore", str(file))

    other = tmp_path / "other"
    load(other, [SOURCE, *({**POLICY, "id": f"p-{n}"} for n in range(30))])
    (other / LOG).unlink()
    done(other, "restore", str(file), "--new-epoch")

    asked = ("state", "--json", "--known", "@12")
    assert done(kept, *asked) == done(restored, *asked)
    assert done(other, *asked) == done(kept, *asked).replace("&view=", "&epoch=2&view=")


def test_a_restore_never_replaces_a_log_that_holds_anything(kept: Path, tmp_path: Path) -> None:
    """Exit code 1, and the log is as it was."""
    file = tmp_path / "export.jsonl"
    before = done(kept, "export")
    file.write_text(before)
    result = run(kept, "restore", str(file))
    assert result.exit_code == 1
    assert "has a log already, up to @12" in result.stderr
    assert done(kept, "export") == before


def test_a_restore_does_not_pull_an_open_log_away(kept: Path, tmp_path: Path) -> None:
    """Where a server has the empty log open, it would go on writing into nowhere."""
    exported = done(kept, "export")
    other = tmp_path / "other"
    with Archive(other):
        result = run(other, "restore", "-", given=exported)
    assert result.exit_code == 4
    assert "open" in result.stderr
    done(other, "restore", "-", given=exported)


@pytest.mark.parametrize("fault", ["cut", "altered", "no export", "no JSON"])
def test_an_export_that_does_not_hold_together_leaves_no_log(
    kept: Path, tmp_path: Path, fault: str
) -> None:
    """Cut off inside a commit, altered, or something else: exit code 3 and an empty folder."""
    lines = done(kept, "export").splitlines(keepends=True)
    text = {
        "cut": "".join(lines[:-1]),
        "altered": "".join(lines).replace("Infrastructure plan issued", "Infrastructure plan"),
        "no export": jsonl(FIRST),
        "no JSON": "".join(lines[:7]) + "{",
    }[fault]
    restored = tmp_path / "restored"

    result = run(restored, "restore", "-", given=text)

    assert result.exit_code == 3
    assert result.stderr.startswith("Error: the log is damaged at @")
    assert list(restored.iterdir()) == []


def test_an_interrupted_restore_leaves_nothing(kept: Path, tmp_path: Path) -> None:
    """SIGTERM in the middle clears away what was built so far."""
    half = "".join(done(kept, "export").splitlines(keepends=True)[:8])
    restored = tmp_path / "restored"
    with subprocess.Popen(
        program("--data", str(restored), "restore", "-"), cwd=ROOT, stdin=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(half.encode())
        process.stdin.flush()
        while process.poll() is None and not list(restored.glob(f"restore-*/{LOG}")):
            time.sleep(0.005)
        process.terminate()
        assert process.wait(timeout=20) == 128 + signal.SIGTERM
    assert list(restored.iterdir()) == []


def test_an_export_to_a_file_is_whole_or_not_there(kept: Path, tmp_path: Path) -> None:
    """A failure on the way keeps the file that was there, and leaves nothing beside it."""
    file = tmp_path / "out" / "export.jsonl"
    file.parent.mkdir()
    done(kept, "export", str(file))
    whole = file.read_bytes()
    assert whole.count(b"\n") == 12

    with closing(sqlite3.connect(kept / LOG)) as log, log:
        log.execute("DROP TRIGGER stored_events_stay_as_they_are")
        log.execute("UPDATE stored_events SET state = x'00' WHERE rowid = 9")
    result = CliRunner().invoke(annales, ["--data", str(kept), "export", str(file)])
    assert result.exit_code != 0
    assert file.read_bytes() == whole
    assert [path.name for path in file.parent.iterdir()] == ["export.jsonl"]


@pytest.mark.parametrize("command", ["export", "snapshot"])
def test_a_pipe_is_written_to_and_stays_one(kept: Path, tmp_path: Path, command: str) -> None:
    """As is a device: no file takes its place, and none is put beside it."""
    pipe, whole = tmp_path / "out" / "pipe", tmp_path / "whole"
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    read: list[bytes] = []
    reading = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reading.start()
    result = run(kept, command, str(pipe))
    assert pipe.is_fifo()
    reading.join()
    done(kept, command, str(whole))
    assert (result.exit_code, result.stdout) == (0, "")
    assert [len(text) for text in read] == [whole.stat().st_size]
    assert [path.name for path in pipe.parent.iterdir()] == ["pipe"]


def test_an_export_to_a_link_is_where_the_link_leads_to(kept: Path, tmp_path: Path) -> None:
    """The link stays."""
    file, link = tmp_path / "export.jsonl", tmp_path / "link"
    link.symlink_to(file)
    done(kept, "export", str(link))
    assert link.is_symlink()
    assert file.read_bytes().count(b"\n") == 12


@pytest.mark.parametrize("file", ["", ".", "/"])
@pytest.mark.parametrize("command", ["export", "snapshot"])
def test_what_is_no_file_is_not_written_to(kept: Path, command: str, file: str) -> None:
    """It is told before anything is copied."""
    result = run(kept, command, file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {file or 'an empty name'} is no file: name one\n"


@pytest.mark.parametrize("command", ["export", "snapshot"])
def test_a_place_that_there_is_not_is_named_as_it_was_given(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """And not by the name of the file that is written first."""
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    for place, why in (
        ("nowhere/x", "No such file or directory"),
        (str(tmp_path / "nowhere" / "x"), "No such file or directory"),
        ("file/x", "Not a directory"),
    ):
        result = run(kept, command, place)
        assert (result.exit_code, result.stdout) == (4, "")
        assert result.stderr.endswith(f"] {why}: '{place}'\n")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# --- rebuild, verify, migrate


def test_verify_and_rebuild_come_to_one_digest(kept: Path) -> None:
    """The views that were followed live are those that a replay gives."""
    verified = json.loads(done(kept, "verify", "--json"))
    rebuilt = json.loads(done(kept, "rebuild", "--json"))
    assert verified["whole"] is True
    assert verified["views"] == rebuilt
    assert rebuilt["position"] == "@12"
    assert "The log is whole up to @12." in done(kept, "verify")


def test_views_that_differ_are_found_and_only_replaced_when_asked(kept: Path) -> None:
    """Exit code 3 until --replace."""
    with closing(sqlite3.connect(next(kept.glob("views-*.sqlite")))) as views, views:
        views.execute("UPDATE history SET actor = 'mallory' WHERE position = 3")
    assert run(kept, "verify").exit_code == 3
    result = run(kept, "verify", "--json")
    assert json.loads(result.stdout)["whole"] is False
    result = run(kept, "rebuild")
    assert result.exit_code == 3
    assert "rebuild --replace" in result.stderr
    done(kept, "rebuild", "--replace")
    done(kept, "verify")
    assert "mallory" not in done(kept, "history", "fast")


def test_views_that_cannot_be_read_are_made_anew(kept: Path) -> None:
    """There is nothing to compare with, so it takes --replace; the log is enough."""
    path = next(kept.glob("views-*.sqlite"))
    with closing(sqlite3.connect(path)) as views:
        root = "SELECT rootpage FROM sqlite_schema WHERE name = 'history'"
        place = (views.execute(root).fetchone()[0] - 1) * PAGE_SIZE
    with path.open("r+b") as file:
        file.seek(place)
        file.write(b"\xff" * PAGE_SIZE)
    result = run(kept, "rebuild")
    assert result.exit_code == 3
    assert "rebuild --replace" in result.stderr
    done(kept, "rebuild", "--replace")
    done(kept, "verify")


def test_verify_names_what_is_damaged_in_the_log(kept: Path) -> None:
    """Position and reason, exit code 3."""
    with closing(sqlite3.connect(kept / LOG)) as log, log:
        log.execute("DROP TRIGGER stored_events_stay_as_they_are")
        log.execute("UPDATE stored_events SET state = x'7b7d' WHERE rowid = 5")
    result = run(kept, "verify")
    assert result.exit_code == 3
    assert re.search(r"^log\.sqlite @5: ", result.stderr, re.MULTILINE)
    told = json.loads(run(kept, "verify", "--json").stdout)
    assert told["whole"] is False
    assert ("log.sqlite", "@5") in {(found["file"], found["place"]) for found in told["findings"]}


def test_migrate_makes_what_is_missing_and_changes_nothing_else(kept: Path, folder: Path) -> None:
    """It tells the schema of the log and the version of the views, and what it did."""
    assert json.loads(done(kept, "migrate", "--json")) == {
        "log": {"schema": 3, "was": 3, "made": False},
        "views": {"version": VIEW, "made": False, "position": "@12"},
    }
    (kept / "views.current").unlink()
    assert json.loads(done(kept, "migrate", "--json"))["views"]["made"] is True
    assert "made, as there was none" in done(folder / "new", "migrate")


def test_a_question_over_damaged_views_is_answered_by_new_ones(kept: Path) -> None:
    """Whoever meets the damage makes them anew, and asks again."""
    asked = ("search", "--q", "juno", "--json")
    before = done(kept, *asked)
    used = kept / (kept / "views.current").read_text()
    with closing(sqlite3.connect(used)) as views:
        (page,) = views.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'passages'"
        ).fetchone()
        (size,) = views.execute("PRAGMA page_size").fetchone()
    with used.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(os.urandom(size))
    assert done(kept, *asked) == before
    assert not used.exists()


# --- how it ends


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (1, ("record", "nope")),
        (1, ("statement", "nope")),
        (1, ("source", "nope")),
        (1, ("history", "nope")),
        (1, ("state", "--known", "@13")),
        (2, ("state", "--at", "yesterday")),
        (2, ("state", "--at", "2013", "--during", "2013")),
        (2, ("state", "--known", "9999-01-01T00:00:00Z")),
        (2, ("state", "--country", "XX")),
        (2, ("state", "--field", "alchemy")),
        (2, ("records", "--limit", "2001")),
        (2, ("records", "--after", "here")),
        (2, ("history", "juno", "--after", "x")),
        (2, ("state", "--colour", "red")),
        (2, ("record",)),
        (2, ("record", "\udcff")),
        (2, ("search", "--q", "\udcff")),
        (2, ("follow", "/v1/records/\udcff")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_each_end_has_its_exit_code(kept: Path, code: int, arguments: tuple[str, ...]) -> None:
    """One clear line on stderr, nothing on stdout, also with --json."""
    for more in ((), ("--json",)):
        result = run(kept, *arguments, *more)
        assert result.exit_code == code
        assert result.stdout == ""
        assert result.stderr.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize(
    "arguments",
    [*QUESTIONS, ("export",), ("verify",), ("rebuild",)],
    ids=" ".join,
)
def test_a_folder_without_a_chronicle_is_no_empty_one(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    """A mistyped folder is told, and not made."""
    result = run(folder, *arguments)
    assert result.exit_code == 4
    assert "there is no chronicle in" in result.stderr
    assert not folder.exists()


def test_a_log_of_a_later_schema_or_of_another_kind_is_told_in_one_line(kept: Path) -> None:
    """4 for a store that this version cannot open, 3 for a file that is no log any more."""
    with closing(sqlite3.connect(kept / LOG)) as log:
        log.execute("PRAGMA user_version = 99")
    result = run(kept, "state")
    assert result.exit_code == 4
    assert "schema 99" in result.stderr

    for path in kept.glob(f"{LOG}*"):
        path.unlink()
    (kept / LOG).write_bytes(b"no database at all" * 1000)
    result = run(kept, "state")
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1


def test_the_help_tells_the_exit_codes_and_every_command() -> None:
    """Whoever writes a script finds them there."""
    said = CliRunner().invoke(annales, ["--help"]).stdout
    for code in range(5):
        assert re.search(rf"^ +{code}  \w", said, re.MULTILINE)
    for name in COMMANDS:
        told = re.search(rf"^  {name} +(\w.*)", said, re.MULTILINE)
        assert told
        assert not told[1].endswith("...")


def test_the_folder_can_come_from_the_environment(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ANNALES_DATA is the folder where --data is not given."""
    monkeypatch.setenv("ANNALES_DATA", str(kept))
    result = CliRunner().invoke(annales, ["state", "--json"])
    assert json.loads(result.stdout)["known"] == "@12"


def test_a_guest_under_one_of_our_names_is_told_in_one_line(tmp_path: Path) -> None:
    """The guard speaks before anything of ours is imported; exit code 4."""
    guest = tmp_path / "events"
    guest.mkdir()
    (guest / "__init__.py").write_text("")
    ended = subprocess.run(
        program("state"),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 4
    assert ended.stderr.startswith("Error: 'events' is found at ")
    assert ended.stderr.count("\n") == 1


def test_a_reader_who_has_enough_ends_an_export_quietly(tmp_path: Path) -> None:
    """`annales export | head` shows no traceback."""
    folder = tmp_path / "chronicle"
    done(folder, "load", str(CHRONICLE))
    with subprocess.Popen(
        program("--data", str(folder), "export"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"{")
        process.stdout.close()
        assert process.stderr.read() == b""


# --- serve


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server, and where it says that it is."""
    with subprocess.Popen(
        program("--data", str(folder), "serve", *options),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = re.fullmatch(r"Annales serves (.+) on (http://\S+:\d+)\n", said)
            assert found, said
            assert found[1] == str(folder)
            yield process, found[2]
        finally:
            process.kill()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_server_says_where_it_is_answers_and_ends_cleanly(
    kept: Path, ending: signal.Signals
) -> None:
    """With --port 0 it tells the port that it got; SIGTERM and Ctrl-C end it with 0 and no word."""
    asked = ("state", "--at", "2016", "--stated", "2016", "--known", "@12", "--json")
    text = done(kept, *asked).removesuffix("\n")
    with serving(kept, "--port", "0", "--quiet") as (process, base):
        with urlopen(base + json.loads(text)["pinned"], timeout=20) as response:  # noqa: S310 -- http
            assert response.read().decode() == text
            assert response.headers["Server"] == "annales"
        process.send_signal(ending)
        _, complaints = process.communicate(timeout=20)
    assert process.returncode == 0
    assert complaints == ""
    assert not (kept / f"{LOG}-wal").exists()


def test_a_server_tells_each_request_without_its_secrets(kept: Path) -> None:
    """One line of JSON on stderr; what looks like a key is not in it."""
    with serving(kept, "--port", "0") as (process, base):
        with urlopen(f"{base}/healthz?key=annales_12345678_secret", timeout=20):  # noqa: S310 -- http
            process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=20)
    line = json.loads(told)
    assert (line["method"], line["status"]) == ("GET", 200)
    assert line["path"] == "/healthz?key=annales_***"
    assert "secret" not in told


def test_a_server_that_was_not_told_where_it_is_reached_links_to_where_it_listens(
    kept: Path,
) -> None:
    """Whatever the client calls it."""
    with serving(kept, "--port", "0") as (process, base):
        asked = Request(f"{base}/v1/feeds/atom", headers={"Host": "evil.example"})  # noqa: S310 -- http
        with urlopen(asked, timeout=20) as response:  # noqa: S310 -- http
            text = response.read().decode()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert f'href="{base}/' in text
    assert "evil.example" not in text


def test_a_server_follows_what_others_record(kept: Path) -> None:
    """What another process loads is answered at the head."""
    with serving(kept, "--port", "0") as (_, base):
        with Archive(kept) as archive:
            line = json.dumps({**POLICY, "id": "later"}).encode()
            archive.chronicle.execute(
                Command(orders=tuple(orders([line])), actor="wang", request="r")
            )
        with urlopen(f"{base}/v1/statements/later", timeout=20) as response:  # noqa: S310 -- http
            assert json.load(response)["known"] == "@13"


def test_a_server_heeds_the_settings_of_its_environment(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ANNALES_READ=key nobody reads without one; a setting that it cannot take is exit 2."""
    monkeypatch.setenv("ANNALES_READ", "key")
    with serving(kept, "--port", "0") as (_, base), pytest.raises(HTTPError) as refused:
        urlopen(f"{base}/v1/state", timeout=20)  # noqa: S310 -- http
    with refused.value:
        assert refused.value.code == 401

    monkeypatch.setenv("ANNALES_READ", "nobody")
    result = run(kept, "serve", "--port", "0")
    assert result.exit_code == 2
    assert result.stderr == "Error: ANNALES_READ=nobody: it is public or key\n"


def test_a_port_in_use_is_one_clear_line(kept: Path) -> None:
    """Exit code 4."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            program("--data", str(kept), "serve", "--port", str(port)),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 4
    assert ended.stdout == ""
    why = "[Errno 98] Address already in use"
    assert ended.stderr == f"Error: cannot listen on 127.0.0.1:{port}: {why}\n"


@pytest.mark.parametrize("host", ["ä" * 70, "a\udcff", "a..b"], ids=ascii)
def test_what_is_no_address_is_not_listened_on(kept: Path, host: str) -> None:
    """Exit code 2, before a socket is opened."""
    result = run(kept, "serve", "--host", host, "--port", "0")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: Invalid value for '--host': it is no address and no name\n" in result.stderr
