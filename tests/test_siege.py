"""The frame of the siege: what it lists, when a bar is missed, and how the command ends."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from siege import ATTACKS
from siege.__main__ import main
from siege.attack import Attack, Bar, Outcome, Run, Tooth, below, carried_out, every, none, told
from siege.flips import contents
from siege.ground import Ground, ground
from siege.results import about, figures, in_a_line, keep
from siege.trace import Step, after_power_loss, steps

ROOT = Path(__file__).resolve().parent.parent


def holds(_: Ground) -> Iterator[Bar]:
    """An attack that meets nothing."""
    yield none("faults", 0)


def finds(_: Ground) -> Iterator[Bar]:
    """An attack that meets two faults."""
    yield told("looked at", 3)
    yield none("faults", 2)


def breaks(_: Ground) -> Iterator[Bar]:
    """An attack that cannot be carried out."""
    yield none("faults", 0)
    raise OSError("no such thing")


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No attack but those that a test adds."""
    for name in [*ATTACKS]:
        monkeypatch.delitem(ATTACKS, name)


def test_each_attack_is_a_file_that_says_what_it_is_and_proves_that_it_can_fail() -> None:
    """Its name is that of its module, which no other name of the list has; it has teeth."""
    for name, attack in ATTACKS.items():
        assert attack.run.__module__ == f"siege.{name}"
        assert about(attack)
        assert attack.teeth is sys.modules[f"siege.{name}"].TEETH
        assert attack.teeth
        assert all(tooth.misses for tooth in attack.teeth.values())


def test_the_list_names_every_attack_and_carries_out_none() -> None:
    """One line each."""
    listed = CliRunner().invoke(main, ["--list"])
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.output.splitlines()] == [*ATTACKS]


def test_a_bar_is_held_or_missed() -> None:
    """Nothing, all of some, below; what is told has no bar."""
    assert (none("a", 0).held, none("a", 1).held) == (True, False)
    assert (every("a", 2, of=2).held, every("a", 1, of=2).held) == (True, False)
    assert not every("a", 0, of=0).held
    assert (below("a", 1, 2, "s").held, below("a", 2, 2, "s").held) == (True, False)
    assert told("a", 1234) == Bar("a", "1,234", "", held=True)


@pytest.mark.usefixtures("only")
@pytest.mark.parametrize("run", [finds, breaks])
def test_a_missed_bar_ends_the_command_with_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """So does an attack that could not be carried out; the others are carried out all the same."""
    monkeypatch.setitem(ATTACKS, "first", Attack(run, {}))
    monkeypatch.setitem(ATTACKS, "second", Attack(holds, {}))
    ended = CliRunner().invoke(main, ["--short"])
    assert ended.exit_code == 1
    assert re.search(r"^second +1 bars held", ended.output, re.MULTILINE)
    assert "not held: first" in ended.output


@pytest.mark.usefixtures("only")
def test_what_is_broken_has_to_be_found_by_the_bar_that_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another bar, none, or no end is not enough: the command ends with 1."""
    for tooth, code in (
        (Tooth(finds, misses="faults"), 0),
        (Tooth(finds, misses="other faults"), 1),
        (Tooth(holds, misses="faults"), 1),
        (Tooth(breaks, misses="faults"), 1),
    ):
        monkeypatch.setitem(ATTACKS, "one", Attack(holds, {"something": tooth}))
        ended = CliRunner().invoke(main, ["--short", "--teeth"])
        assert ended.exit_code == code, ended.output
        assert CliRunner().invoke(main, ["--short"]).exit_code == 0


def test_an_attack_ends_in_its_time(tmp_path: Path) -> None:
    """What takes longer is told as not carried out, with what was measured so far."""

    def lasts(_: Ground) -> Iterator[Bar]:
        yield none("faults", 0)
        while True:
            pass

    outcome = carried_out("one", lasts, Ground(folder=tmp_path, short=True), seconds=0.2)
    assert len(outcome.bars) == 1
    assert outcome.failure == "TimeoutError: not done after 0.2 s"
    assert not outcome.held
    assert "TimeoutError" in str(figures(outcome))


def test_the_ground_of_an_attack_is_gone_after_it() -> None:
    """Whatever it left there."""
    with ground(short=True) as here:
        (here.folder / "left").mkdir()
        (here.folder / "left" / "file").write_text("so")
    assert not here.folder.exists()


def test_figures_are_kept_attack_by_attack(tmp_path: Path) -> None:
    """A section is written anew in its place; the others stay."""
    path = tmp_path / "RESULTS.md"
    for name, measured in (("one", 1), ("two", 2), ("one", 3)):
        keep(Outcome(name, [told("measured", measured)], 1.0), path)
    text = path.read_text("utf-8")
    assert "| measured | 1 |" not in text
    assert text.index("| measured | 3 |") < text.index("| measured | 2 |")
    assert in_a_line(Outcome("one", [none("faults", 0)], 1.0)) == "one         1 bars held; 1.0 s"


def test_ci_runs_the_short_form_with_its_teeth() -> None:
    """At the end of all that it runs."""
    assert "scripts/siege --short --teeth" in (ROOT / ".ci" / "run").read_text("utf-8")


WRITTEN = [
    Step("write", "log", 0, b"a" * 1024),
    Step("sync", "log"),
    Step("said", "said", 0, b"1\n"),
    Step("write", "log", 1024, b"b" * 1024),
]


def test_what_was_synced_survives_and_nothing_else_for_certain() -> None:
    """A write since then is there, is not, or some of its sectors are; a disk that ignores what is
    to be synced may have nothing."""
    after = {after_power_loss({"log": b""}, WRITTEN, Random(n))["log"] for n in range(50)}
    assert all(content.startswith(b"a" * 1024) for content in after)
    rests = {content[1024:] for content in after}
    assert rests == {b"", b"b" * 512, bytes(512) + b"b" * 512, b"b" * 1024}
    ignored = {
        after_power_loss({"log": b""}, WRITTEN, Random(n), ignores_syncs=True)["log"]
        for n in range(50)
    }
    assert b"" in ignored


def test_a_trace_is_read_as_what_was_done_to_the_files_of_its_folder() -> None:
    """Whatever else the process did is left out."""

    def hexed(text: str) -> str:
        return "".join(f"\\x{byte:02x}" for byte in text.encode())

    log, said, other = (hexed(path) for path in ("/d/log", "/said", "/e/other"))
    trace = "\n".join(
        (
            f'openat(AT_FDCWD<{hexed("/")}>, "{log}", O_RDWR|O_TRUNC) = 3<{log}>',
            f'pwrite64(3<{log}>, "{hexed("ab")}", 2, 4096) = 2',
            f'pwrite64(5<{other}>, "{hexed("cd")}", 2, 0) = 2',
            f"fdatasync(3<{log}>) = 0",
            f'openat(AT_FDCWD<{hexed("/")}>, "{said}", O_WRONLY) = 4<{said}>',
            f'write(4<{said}>, "{hexed("1")}", 1) = 1',
            f'rename("{log}", "{hexed("/d/new")}") = 0',
            f'unlink("{hexed("/d/gone")}") = -1 ENOENT (No such file or directory)',
        )
    )
    assert list(steps(trace, Path("/d"), Path("/said"))) == [
        Step("cut", "log"),
        Step("write", "log", 4096, b"ab"),
        Step("sync", "log"),
        Step("said", "said", 0, b"1"),
        Step("rename", "log", data=b"new"),
    ]


def test_a_flip_changes_the_contents_of_a_file_unless_its_byte_is_free(tmp_path: Path) -> None:
    """What the rows are, not what the bytes are."""
    path = tmp_path / "some.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE some (text TEXT)")
        db.execute("INSERT INTO some VALUES ('abc')")
    before = contents(path)
    data = bytearray(path.read_bytes())
    data[5000] ^= 1  # between the cells and the head of its page
    path.write_bytes(data)
    assert contents(path) == before
    data[data.index(b"abc")] ^= 1
    path.write_bytes(data)
    assert contents(path) != before
