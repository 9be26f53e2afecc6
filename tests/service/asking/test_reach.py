"""Every question of the list is reachable in each of the ways that follow from its declaration, or
says why not."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import urlsplit

import click
import pytest
from marshmallow import INCLUDE, Schema, fields

from docs.sampling import SAMPLES
from service.asking.following import Never
from service.asking.question import Question
from service.cli.command import annales
from service.follows.followable import PATHS, why_not
from service.questions import QUESTIONS
from tests.service.asked import DESCRIPTION, Reader

EACH = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)


def example(question: Question, **parameters: str) -> str:
    """The URL of its first example, with parameters added."""
    added = "&".join(f"{name}={text}" for name, text in parameters.items())
    path = question.examples[0].path
    return path if not added else f"{path}{'&' if '?' in path else '?'}{added}"


@EACH
def test_it_has_a_name_and_a_path_of_its_own(question: Question) -> None:
    """No other question has them."""
    others = [each for each in QUESTIONS if each is not question]
    assert question.name not in {each.name for each in others}
    assert question.path not in {each.path for each in others}


@EACH
def test_it_answers_at_its_path_and_is_described_there(reader: Reader, question: Question) -> None:
    """Under its name, with its parameters and every form of its answer."""
    assert reader.ask(example(question)).status_code == 200
    operation = DESCRIPTION["paths"][question.path]["get"]
    assert operation["operationId"] == question.name
    described = [each["name"] for each in operation["parameters"] if each["in"] == "query"]
    assert described == list(question.takes)
    forms = {form.media_type for form in question.all_formats}
    assert forms <= operation["responses"]["200"]["content"].keys()


@EACH
def test_it_is_csv_or_has_no_table(reader: Reader, question: Question) -> None:
    """By `format`, by `Accept` and by the ending alike, the rows being those of the page."""
    if question.table is None:
        assert reader.refused(example(question, format="csv"))[0] == 422
        return
    asked = reader.ask(example(question, format="csv"))
    assert asked.mimetype == "text/csv"
    assert "format=csv" in asked.headers["Content-Location"]
    rows = list(csv.reader(io.StringIO(asked.text)))
    assert {len(row) for row in rows} == {len(rows[0])}
    preferred = reader.ask(example(question), Accept="text/csv")
    url = urlsplit(example(question))
    ending = reader.ask(f"{url.path}.csv?{url.query}")
    for other in (preferred, ending):
        assert other.text == asked.text
        assert other.headers["Content-Location"] == asked.headers["Content-Location"]
    following = reader.ask(example(question)).get_json().get("next")
    assert ('rel="next"' in asked.headers.get("Link", "")) == (following is not None)


@EACH
def test_it_is_followed_or_says_why_not(question: Question) -> None:
    """In one of the two lists."""
    if isinstance(question.follow, Never):
        assert why_not(question.path) == question.follow.why
        assert question.path not in PATHS
    else:
        assert question.path in PATHS


@EACH
def test_it_has_a_command_and_a_sample(question: Question) -> None:
    """On the command line, and in the docs."""
    commands = annales.list_commands(click.Context(annales))
    assert question.command in commands, "run scripts/docs: it writes service/cli/listed.py"
    shown = {sample.path for sample in SAMPLES}
    assert question.examples
    assert {each.path for each in question.examples} <= shown


@EACH
def test_its_tables_name_what_its_rows_have(reader: Reader, question: Question) -> None:
    """Keys tell the rows apart, and a column without a value of its own is a member of some row."""
    for example in question.examples:
        answer = reader.ask(example.path).get_json()
        for table in question.tables:
            rows = answer.get(table.rows)
            if not rows or table.spread is not None:
                continue
            if table.key and "during" not in answer:
                keys = [json.dumps([row[name] for name in table.key]) for row in rows]
                assert len(set(keys)) == len(keys), (table.rows, table.key)
    if question.table is None or question.table.spread is not None:
        return
    answers = [reader.ask(each.path).get_json() for each in question.examples]
    declared = _members(question.schema, question.table.rows)
    for answer in answers:
        for column in question.table.columns_of(answer):
            known = declared is None or column.value is not None or column.name in declared
            assert known, f"no member {column.name} in {question.table.rows}"


def _members(schema: type[Schema], rows: str) -> set[str] | None:
    """The members that the schema has for a row of a list; None where it leaves them open."""
    field = schema().fields[rows]
    row = (
        field.inner.schema
        if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested)
        else None
    )
    if row is None or row.unknown == INCLUDE:
        return None
    return {each.data_key or name for name, each in row.fields.items()}
