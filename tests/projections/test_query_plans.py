"""Every question to the views finds its rows by an index, however large the tables are."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import defaultdict
from random import Random

import pytest

import projections
from projections.views import history, lines, rows
from service.archive import Archive
from tests.naive.histories import random_history
from tests.story.telling import command

READS_ALL = {
    "ALL": "columns are made anew of all rows, where their file was lost",
    "INDEXES": "the schema is short",
    "TREES": "the schema is short",
    "TRACKED": "the table has one row",
    "MADE_BY": "the table has one row",
    "TRACK": "the table has one row",
    "CONTRADICTIONS": "few statements contradict others, and all are meant",
    "COUNT_TOLD": "a feed of all that was ever told is cut into parts by it",
}
"""Constants that read a whole table, and why they may."""

SEARCHED = re.compile(r"SCAN (json_each|key|\w+ VIRTUAL TABLE INDEX \d+:M)")
"""What SQLite calls a scan and is none: what was asked for, what the statement itself found by
an index (`WITH matching AS …`) and the list in a text of it, and a search of a full text."""

OPEN = {
    "events": (history.EVERY_EVENT, history.THE_EVENTS),
    "direction": ("ASC", "DESC"),
}
"""What a statement may leave open, and what it is filled in with."""

SQL = re.compile(r"\s*(SELECT|UPDATE|DELETE|WITH)\b")


def constants() -> dict[str, str]:
    """Every named statement of the views that reads or changes rows, by module and name."""
    found = {}
    for module in pkgutil.walk_packages(projections.__path__, "projections."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.isupper() and isinstance(value, str) and SQL.match(value):
                found[f"{module.name.rpartition('.')[2]}.{name}"] = value
    return found


CONSTANTS = constants()


def filled(sql: str) -> set[str]:
    """The statements that a constant stands for: one, where it leaves nothing open."""
    texts = {sql}
    for name, choices in OPEN.items():
        texts = {text.replace(f"{{{name}}}", each) for text in texts for each in choices}
    return texts


@pytest.fixture
def told(archive: Archive) -> Archive:
    """Views with a few rows in every table."""
    for batch in random_history(Random(0), lines=60):
        archive.chronicle.execute(command(*batch))
    archive.catch_up()
    return archive


def plan(archive: Archive, sql: str) -> list[str]:
    """The steps of SQLite's plan for a statement; what is asked makes no difference to it."""
    named: defaultdict[str, object] = defaultdict(lambda: "[]")
    asked = ["[]"] * sql.count("?") or named
    steps = archive.views.db().conn.execute(f"EXPLAIN QUERY PLAN {sql}", asked)
    return [step[3] for step in steps]


def test_the_rows_of_records_are_found_by_their_key(told: Archive) -> None:
    """Those of a record that are open, or some by their numbers; nothing is scanned or sorted."""
    for sql in (rows.EVER, rows.OPEN, rows.PAST, rows.OF_RECORDS):
        assert "SEARCH spans USING PRIMARY KEY (record=?)" in plan(told, sql)
    assert "SEARCH spans USING PRIMARY KEY (record=? AND seq=?)" in plan(told, rows.SOME)


def test_the_statements_of_records_are_found_by_the_records(told: Archive) -> None:
    """By the number of each record, which its name gives."""
    steps = plan(told, lines.VERSIONS_OF_RECORDS)
    assert "SEARCH statements USING PRIMARY KEY (record=?)" in steps


@pytest.mark.parametrize("name", CONSTANTS)
def test_no_statement_scans_a_table(told: Archive, name: str) -> None:
    """Each table is searched by a key, but for those that are small and read whole."""
    steps = [step for sql in filled(CONSTANTS[name]) for step in plan(told, sql)]
    scans = [step for step in steps if step.startswith("SCAN") and not SEARCHED.match(step)]
    if name.partition(".")[2] in READS_ALL:
        assert scans
    else:
        assert scans == []


def test_the_exceptions_are_still_there() -> None:
    """No reason is kept for a statement that is gone."""
    assert {*READS_ALL} <= {name.partition(".")[2] for name in CONSTANTS}
    assert len(CONSTANTS) > 15
