"""Every question on the command line: the answers of HTTP, its parameters, its refusals."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import click
import pytest
from click.testing import CliRunner, Result

from service.archive import Archive
from service.asking.question import Example, Question
from service.cli.command import annales
from service.cli.questions import command_of, option_name
from service.questions import QUESTIONS
from tests.service.asked import Reader

COMMANDS = [question for question in QUESTIONS if question.command is not None]

FORMS = {"csv": ("--csv",)}
"""The options for forms that have one of their own."""

CASES = [
    pytest.param(question, example, id=example.name)
    for question in COMMANDS
    for example in question.examples
]


def run(shipped: Archive, *arguments: str) -> Result:
    """Run a command on the folder of an archive; an error that nobody foresaw is raised."""
    folder = str(shipped.folder)
    result = CliRunner().invoke(annales, ["--data", folder, *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def asked(question: Question, path: str) -> list[str]:
    """The arguments of the command that ask what a URL asks."""
    url = urlsplit(path)
    assert question.command is not None
    id = question.id_in(url.path)
    texts = [f"{option_name(name)}={text}" for name, text in parse_qsl(url.query)]
    return [question.command, *([id] if id else []), *texts]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_question_has_a_command_with_an_example(question: Question) -> None:
    """What HTTP answers, the command line answers."""
    assert question.command is not None
    assert question.examples
    assert question.command in annales.list_commands(click.Context(annales))


@pytest.mark.parametrize(("question", "example"), CASES)
def test_an_answer_is_to_the_byte_what_http_gives_at_the_same_clocks(
    shipped: Archive, reader: Reader, question: Question, example: Example
) -> None:
    """As JSON, and in every other form that the question has."""
    arguments = asked(question, example.path)
    result = run(shipped, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    pinned = json.loads(result.stdout)["pinned"]
    assert result.stdout.removesuffix("\n") == reader.ask(pinned).text

    for form in question.all_formats[1:]:
        printed = run(shipped, *arguments, *FORMS.get(form.name, ("--format", form.name)))
        response = reader.ask(f"{pinned}&format={form.name}")
        if response.status_code == 200:
            assert printed.stdout_bytes.removesuffix(b"\n") == response.data.removesuffix(b"\n")
        else:
            assert printed.exit_code in (1, 2)


@pytest.mark.parametrize(("question", "example"), CASES)
def test_people_read_the_clocks_and_what_there_is(
    shipped: Archive, question: Question, example: Example
) -> None:
    """No JSON, no marks of code, and a table or a sentence of each answer."""
    result = run(shipped, *asked(question, example.path))
    assert result.exit_code == 0, result.stderr
    assert re.match(r"(On |During |As said by |Recorded at |Recorded after ).*@\d+", result.stdout)
    assert result.stdout.count("\n") > 1, "no table has a title and rows"
    assert "Fragment(" not in result.stdout


@pytest.mark.parametrize("question", COMMANDS, ids=lambda question: question.name)
def test_a_command_takes_what_its_question_takes(question: Question) -> None:
    """Every clock and every filter is an option, with a word about it."""
    assert question.command is not None
    options = {
        option: parameter
        for parameter in command_of(question.command).params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    for each in (*question.clocks, *question.filters):
        help: Any = options[option_name(each.name)].help
        assert help.endswith(".")
        assert "`" not in help


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("state", "--at", "2013", "--at", "2014"), "'--at' is given more than once"),
        (("state", "--json", "--csv"), "--json and --csv are 2 forms: give one"),
        (("state", "--format", "patch"), "No such option '--format'"),
        (("state", "--status", "burning"), "status=burning: no status of that name"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_is_one_line(shipped: Archive, arguments: tuple[str, ...], said: str) -> None:
    """Exit code 2, and nothing on stdout."""
    result = run(shipped, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr.splitlines()[-1]


def test_statuses_can_be_several(shipped: Archive) -> None:
    """They stand with commas, as in a URL."""
    text = run(shipped, "state", "--status", "suspended,cancelled", "--csv").stdout
    statuses = {line.split(",")[5] for line in text.splitlines()[1:]}
    assert statuses == {"suspended", "cancelled"}
