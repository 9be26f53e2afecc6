"""A command starts with what it needs, and not with what another needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from service.cli.command import COMMANDS, annales
from tests.story.telling import Teller

ROOT = Path(__file__).resolve().parents[3]

LISTED = """
import json, sys
from service.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code
sys.stderr.write(json.dumps(sorted(sys.modules)))
"""
"""Runs `annales`, and writes the names of all modules that were imported for it to stderr."""

OF_THE_WEB = {"flask", "flask_smorest", "werkzeug", "webargs", "httptools", "limits"}
OF_FEEDS = {"rdflib", "icalendar", "resvg_py", "prometheus_client"}
OF_RARE_DATES = {"edtf", "pyparsing"}
OF_COUNTRIES = {"pycountry"}
OF_TABLES = {"rich"}
OF_ANSWERS = {"babel", "eventsourcing", "marshmallow", "msgspec", "sqlite_utils", "projections"}


def imported(*arguments: str) -> set[str]:
    """The packages that a process of `annales` imports for these arguments."""
    ended = subprocess.run(
        [sys.executable, "-c", LISTED, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in json.loads(ended.stderr)}


@pytest.mark.parametrize("asked", [("--help",), ("--version",)])
def test_the_help_needs_nothing_that_answers(asked: tuple[str, ...]) -> None:
    """Whoever only looks which commands there are waits for none of them."""
    unneeded = OF_THE_WEB | OF_FEEDS | OF_RARE_DATES | OF_COUNTRIES | OF_TABLES | OF_ANSWERS
    assert imported(*asked) & unneeded == set()


def test_a_question_needs_no_web_service(juno: Teller) -> None:
    """It asks what HTTP asks, without HTTP; and JSON is drawn by nobody."""
    juno.archive.catch_up()
    found = imported("--data", str(juno.archive.folder), "state", "--at", "2013", "--json")
    unneeded = OF_THE_WEB | OF_FEEDS | OF_RARE_DATES | OF_COUNTRIES | OF_TABLES
    assert found & unneeded == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_says_of_a_command_what_the_command_says(name: str) -> None:
    """The list of commands is written where none is imported: it may not drift from them."""
    command = annales.get_command(click.Context(annales), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(limit=200) == COMMANDS[name][1]
