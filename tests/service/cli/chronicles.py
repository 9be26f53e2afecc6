"""A chronicle with everything that one can have, and what a folder answers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from events.ledger.base import Base, BaseFile
from events.ledger.publishing import Publisher
from service.archive import LOGS, Archive
from tests.story.telling import JUNO, SOURCE, command, milestone

TABLES = ("stored_events", "commits", "names", "epochs", "tree", "bodies")


QUESTIONS = (
    ("export",),
    ("record", "juno", "--json"),
    ("record", "juno", "--known", "@5", "--json"),
    ("state", "--at", "2016", "--json"),
    ("keys", "list", "--json"),
)


def run(folder: Path, *arguments: str | Path) -> Result:
    """Run `annales` on a folder; an error that nobody foresaw is raised."""
    from service.cli.command import annales  # noqa: PLC0415 -- for whoever only wants a chronicle

    result = CliRunner().invoke(annales, ["--data", str(folder), *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def done(folder: Path, *arguments: str | Path) -> str:
    """What a command that succeeds prints."""
    result = run(folder, *arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refused(folder: Path, *arguments: str | Path, code: int = 1) -> str:
    """What a command says that is refused."""
    result = run(folder, *arguments)
    assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
    assert result.stdout == ""
    return result.stderr


def fill(folder: Path) -> None:
    """Put a chronicle into a folder: commits under keys and without, of one event and of many,
    an epoch, keys, citations, a suggestion, and what is signed of it."""
    with Archive(folder) as archive:
        execute = archive.chronicle.execute
        execute(command(SOURCE))
        execute(command(JUNO, key="one", actor="li"))
        for number in range(5):
            execute(command(milestone(f"m{number}", "construction-started", f"201{number}")))
        execute(command(*(milestone(f"n{number}", "upgraded", "2020") for number in range(20))))
        Publisher(archive.ledger).publish()
        first = archive.keys.issue(name="li", role="curator", by="root")
        archive.keys.issue(name="wu", role="reader", by="root", expires_at="2030-01-01T00:00:00Z")
        archive.keys.revoke(first.split("_")[1], by="root")
        for number, body in enumerate((b"so it was", b"so it was", b"and so" * 1000)):
            archive.citations.cite(
                of=f"/v1/state?at=201{number}",
                media_type="text/plain",
                chosen=None,
                body=body,
                by="li",
                permit=lambda: None,
            )
        archive.citations.cite(
            of="/v1/state?at=1999",
            media_type="text/html",
            chosen="text/html",
            body=b"<p>",
            by="li",
            permit=lambda: None,
        )
        suggest(archive)
    done(folder, "migrate", "--new-epoch")
    with Archive(folder) as archive:
        archive.chronicle.execute(command(milestone("last", "upgraded", "2021")))
        Publisher(archive.ledger).publish()
        key = str(archive.ledger.key())
    BaseFile(folder).write(Base(source="https://annales.example", key=key))


def suggest(archive: Archive) -> None:
    """Let somebody suggest that a facility has another name."""
    archive.suggestions.suggest(
        line={"type": "amendment", "record": "juno", "changes": {"name": "Another"}},
        reason="So it says at the gate.",
        where=None,
        stream="record:juno",
        revision=1,
        by="everyone",
        permit=lambda: None,
    )


def rows(folder: Path) -> dict[str, list[Any]]:
    """Every row of every log of a folder."""
    found = {}
    for file in filter(lambda file: (folder / file).exists(), LOGS):
        with closing(sqlite3.connect(folder / file)) as connection:
            there = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
            for table in TABLES:
                if table in there:
                    all_of_it = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
                    found[f"{file} {table}"] = all_of_it.fetchall()
    return {table: of_it for table, of_it in found.items() if of_it}


def answers(folder: Path) -> list[str]:
    """What a folder answers, and what it proves."""
    told = [done(folder, *question) for question in QUESTIONS]
    with Archive(folder) as archive:
        told += [str(archive.ledger.proof(position)) for position in (1, 2, 9, 27)]
        told += [str(each) for each in archive.citations.newest(limit=10)]
        told += [str(archive.citations.body(each)) for each in archive.citations.all()]
    return told


def beside(folder: Path) -> dict[str, str]:
    """What lies beside the log of a folder and belongs to it."""
    names = ("checkpoint", "checkpoint.epoch-1", "ledger.vkey", "ledger.epoch-1.vkey", "base.json")
    return {name: (folder / name).read_text() for name in names}
