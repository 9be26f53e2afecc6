"""Parquet: read back by pyarrow, pandas and DuckDB, and held against what the service answers."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import util
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pandas as pd
import pytest
from pyarrow import parquet as pq

from events.catalogue import STATEMENT_TYPES
from events.dates import parse_iso
from service.app import create_app
from service.archive import Archive
from service.feeds import parquet
from service.feeds.parquet import COLUMNS
from tests.naive.histories import random_history
from tests.service.asked import FOREVER, LINES, Reader, slug, url
from tests.service.feeds.hard_dates import HARD, Hard
from tests.story.telling import (
    Clock,
    Teller,
    command,
    correction,
    facility,
    milestone,
    reinstatement,
    statement,
    withdrawal,
)

PATH = "/v1/feeds/parquet"

Rows = list[dict[str, Any]]


def body(reader: Reader, **asked: str) -> bytes:
    """The file."""
    answer = reader.ask(url(PATH, **asked))
    assert answer.status_code == 200, answer.get_data()
    assert answer.mimetype == "application/vnd.apache.parquet"
    return answer.get_data()


def rows(reader: Reader, **asked: str) -> Rows:
    """Its rows as pyarrow reads them, in their order."""
    read: Rows = pq.read_table(io.BytesIO(body(reader, **asked))).to_pylist()
    return read


@pytest.fixture
def asked(tmp_path: Path) -> Any:
    """Asks DuckDB about a file, `{}` in the query being its name."""

    def ask(data: bytes, query: str) -> list[tuple[Any, ...]]:
        path = tmp_path / "asked.parquet"
        path.write_bytes(data)
        with duckdb.connect() as db:
            return db.sql(query.format(f"'{path}'")).fetchall()

    return ask


def day_of(text: str | None) -> date | None:
    """A day as readers have it; none outside the years 1 to 9999, and none that is open."""
    if text is None or text[0] in "+-" or text.startswith("0000"):
        return None
    return date.fromisoformat(text)


@pytest.mark.parametrize("told", HARD, ids=lambda each: each.name)
def test_a_hard_date_is_a_text_and_two_days(hard_reader: Reader, asked: Any, told: Hard) -> None:
    """By pyarrow and by DuckDB: the days where every reader has them, and the text always."""
    (row,) = [each for each in rows(hard_reader) if each["statement"] == told.id]
    expected = (told.edtf, day_of(told.earliest), day_of(told.latest))
    assert (row["date_edtf"], row["date_earliest"], row["date_latest"]) == expected
    query = f"SELECT date_edtf, date_earliest, date_latest FROM {{}} WHERE statement = '{told.id}'"
    assert asked(body(hard_reader), query) == [expected]


def test_every_version_that_stood_has_its_commits(juno: Teller, small: Reader) -> None:
    """From the one that made it to the one that ended it, with their instants; what still stands
    has no end."""
    juno.tell(facility("lab", country="CN", field="fusion"))
    juno.tell(milestone("begun", "operation-started", "1990", facility="lab"))
    juno.tell(correction("begun", {"date": "1991-05", "title": "Mended"}))
    juno.tell(withdrawal("begun"))
    juno.tell(reinstatement("begun"))
    juno.archive.catch_up()
    told = [each for each in rows(small) if each["statement"] == "begun"]
    assert [each["date_edtf"] for each in told] == ["1990", "1991-05", "1991-05"]
    first = told[0]["known_from"]
    stood = [(each["known_from"], each["known_to"]) for each in told]
    assert stood == [(first, first + 1), (first + 1, first + 2), (first + 3, None)]
    assert told[2]["known_to_at"] is None
    for each in told:
        assert isinstance(each["known_from_at"], datetime)
        assert each["known_from_at"].tzinfo is not None
        assert (each["recorded"], each["country"], each["field"]) == (first, "CN", "fusion")
    # What was to come is not told of a position before it.
    before = [each for each in rows(small, known=f"@{first}") if each["statement"] == "begun"]
    assert [(each["known_from"], each["known_to"]) for each in before] == [(first, None)]


@pytest.fixture(scope="module", params=[3, 17])
def any_reader(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reader]:
    """Somebody who asks a random history."""
    with Archive(tmp_path_factory.mktemp("any"), clock=Clock()) as archive:
        for batch in random_history(Random(request.param), lines=120):
            archive.chronicle.execute(command(*batch))
        archive.catch_up()
        yield Reader(create_app(archive))


STANDING = """
    SELECT statement, date_edtf, said, title
    FROM {{}}
    WHERE known_from <= {known} AND (known_to IS NULL OR known_to > {known})
      AND coalesce(said <= DATE '{stated}', true)
"""


def test_whoever_has_the_file_can_ask_it_at_any_clocks(any_reader: Reader, asked: Any) -> None:
    """What stands in it at a position and had been said by a day is what the service then tells of
    each statement, and no other statement is visible there."""
    data = body(any_reader)
    every = {each["statement"] for each in rows(any_reader)}
    head = max(each["known_from"] for each in rows(any_reader))
    clocks = ((head, "2026-11-25"), (head // 2, "2010-12-31"), (head // 3, "1990-06-30"))
    for known, stated in clocks:
        day = parse_iso(stated)
        found = asked(data, STANDING.format(known=known, stated=stated))
        assert len({id for id, *_ in found}) == len(found)
        told = {id: (date, said, title) for id, date, said, title in found}
        for id in sorted(every):
            answer = any_reader.ask(url(f"/v1/statements/{id}", known=f"@{known}", stated=stated))
            shown = answer.get_json()
            line = shown.get("statement")
            if line is None or shown["withdrawn"] or parse_iso(line["said"]["day"]) > day:
                assert id not in told, (id, known, stated)
                continue
            assert told[id] == (line.get("date"), day_of(line["said"]["day"]), line["title"])


def test_a_pinned_file_has_the_same_bytes_for_ever(juno: Teller, small: Reader) -> None:
    """Whatever is recorded and mended later, and whoever asks in which language."""
    juno.tell(facility("lab"), milestone("begun", "operation-started", "1990", facility="lab"))
    juno.archive.catch_up()
    live = small.ask(PATH, Accept_Language="zh")
    pinned = live.headers["Content-Location"]
    juno.tell(correction("begun", {"date": "1991"}), statement("policy", "law", "2000"))
    juno.archive.catch_up()
    again = small.ask(pinned)
    assert again.get_data() == live.get_data()
    assert again.headers["Cache-Control"] == FOREVER
    metadata = pq.read_schema(io.BytesIO(again.get_data())).metadata
    assert json.loads(metadata[b"annales"])["pinned"] == pinned
    assert small.ask(pinned, If_None_Match=again.headers["ETag"]).status_code == 304


def test_it_is_sent_group_by_group(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same rows, however many a group has; none but the last is much larger than the
    records in it."""
    whole = rows(reader)
    monkeypatch.setattr(parquet, "ROWS", 50)
    answer = reader.ask(PATH)
    assert answer.is_streamed
    assert answer.content_length is None
    read = pq.ParquetFile(io.BytesIO(answer.get_data()))
    assert read.read().to_pylist() == whole
    assert read.num_row_groups > 10
    ids = {line["id"] for line in LINES if line["type"] in STATEMENT_TYPES}
    assert {row["statement"] for row in whole} == ids


@pytest.mark.parametrize(
    "where",
    [
        {"country": "CN", "field": "fusion"},
        {"field": "space"},
        {"country": "US"},
        {"record": "juno"},
        {"kind": "policy"},
        {"record": "juno", "kind": "milestone"},
        {"country": "LI"},
    ],
    ids=str,
)
def test_a_part_of_the_world_is_the_same_rows(reader: Reader, where: dict[str, str]) -> None:
    """As if they were chosen from all of them; a record brings what belongs to it."""
    if "record" in where:
        keys = {"record": ("record", "facility"), "kind": ("kind",)}
    else:
        keys = {name: (name,) for name in where}
    expected = [
        each
        for each in rows(reader)
        if all(
            any(each[key] == value for key in keys[name]) for name, value in where.items()
        )
    ]  # fmt: skip
    assert rows(reader, **where) == expected
    assert bool(expected) == (where.get("country") != "LI")


def test_every_column_is_described_in_the_file(reader: Reader) -> None:
    """And a value keeps every digit beside the number that readers reckon with."""
    schema = pq.read_schema(io.BytesIO(body(reader)))
    assert schema.names == [each.name for each in COLUMNS]
    for field in schema:
        assert field.metadata[b"description"].endswith(b".")
    for each in rows(reader, kind="indicator"):
        assert float(each["value_text"]) == each["value"]


def test_pandas_reads_it(reader: Reader) -> None:
    """With days as days and instants as instants."""
    frame = pd.read_parquet(io.BytesIO(body(reader)))
    assert len(frame) == len(rows(reader))
    assert str(frame["known_from_at"].dtype).startswith("datetime64")
    juno = frame[frame["statement"] == "juno-operation"].iloc[0]
    assert juno["date_earliest"] == date(2025, 8, 26)
    assert juno["known_from_at"].to_pydatetime() > datetime(2026, 1, 1, tzinfo=UTC)
    assert parse_iso(str(juno["said"])) >= parse_iso("2025-08-26")


def test_where_its_writer_is_missing_a_problem_says_what_to_install(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And all other feeds are there."""
    find = util.find_spec
    monkeypatch.setattr(
        parquet, "find_spec", lambda name: None if name == "pyarrow" else find(name)
    )
    answer = reader.ask(PATH)
    assert (answer.status_code, slug(answer)) == (406, "not-installed")
    problem = answer.get_json()
    assert problem["extra"] == "parquet"
    assert "annales[parquet]" in problem["detail"]
    assert reader.ask("/v1/feeds/csv").status_code == 200
