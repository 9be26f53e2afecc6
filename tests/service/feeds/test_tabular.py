"""CSV: read back by the standard library and by pandas, and described by its own metadata."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import urljoin

import pandas as pd
import pytest

from tests.service.asked import Reader
from tests.service.feeds.hard_dates import FORMULA, HARD, Hard

PATH = "/v1/feeds/csv"


def text(reader: Reader, query: str = "") -> str:
    """The CSV."""
    return reader.ask(f"{PATH}{query}").get_data(as_text=True)


def rows(reader: Reader, query: str = "") -> dict[str, dict[str, str]]:
    """Its rows by id."""
    read = csv.DictReader(io.StringIO(text(reader, query), newline=""), strict=True)
    found = {row["id"]: row for row in read}
    assert all(None not in row and None not in row.values() for row in found.values())
    return found


@pytest.mark.parametrize("date", HARD, ids=lambda date: date.name)
def test_a_row_has_the_date_and_its_bounds(hard_reader: Reader, date: Hard) -> None:
    """No tool is too small for a year here, so nothing is left out."""
    row = rows(hard_reader)[date.id]
    assert row["start_edtf"] == date.edtf
    assert row["start_earliest"] == (date.earliest or "")
    assert row["start_latest"] == (date.latest or "")
    assert row["start_approximate"] == str("~" in date.edtf or "%" in date.edtf).lower()
    assert row["start_uncertain"] == str("?" in date.edtf or "%" in date.edtf).lower()


def test_lines_end_as_the_rfc_has_it(hard_reader: Reader) -> None:
    """With CRLF, the last one too."""
    body = text(hard_reader)
    assert body.endswith("\r\n")
    assert "\n" not in body.replace("\r\n", "")


def test_a_text_that_is_a_formula_has_an_apostrophe(hard_reader: Reader) -> None:
    """A negative number, a far day and a coordinate are what they are."""
    found = rows(hard_reader)
    assert found["formula"]["title_en"] == f"'{FORMULA}"
    assert found["reading"]["value"] == "-2.5"
    assert found["hard-bce"]["start_earliest"] == "-000240-01-01"
    assert found["hard-bce"]["latitude"] == "-35.25"


def test_pandas_reads_it(hard_reader: Reader) -> None:
    """As numbers, booleans and texts."""
    frame = pd.read_csv(io.StringIO(text(hard_reader)))
    assert len(frame) == len(rows(hard_reader))
    assert frame["latitude"].dtype == float
    assert frame["planned"].dtype == bool


def test_the_metadata_describes_every_column_in_order(hard_reader: Reader) -> None:
    """And every cell fits what it says; it is linked, and names the very table."""
    answer = hard_reader.ask(f"{PATH}?country=CN&lang=zh")
    (target,) = re.findall(r'<([^>]+)>; rel="describedby"', answer.headers["Link"])
    metadata: Any = hard_reader.ask(target).get_json(force=True)
    columns = metadata["tableSchema"]["columns"]
    header, *cells = csv.reader(io.StringIO(answer.get_data(as_text=True), newline=""))
    assert [column["titles"] for column in columns] == header
    assert len({column["name"] for column in columns}) == len(columns)
    for row in cells:
        for column, cell in zip(columns, row, strict=True):
            assert fits(column, cell), (column, cell)
    described = hard_reader.ask(urljoin(target, metadata["url"]))
    assert described.get_data() == answer.get_data()
    assert described.headers["Cache-Control"].endswith("immutable")
    (guard,) = metadata["notes"]
    assert "title_en" in guard["columns"]
    assert "start_earliest" not in guard["columns"]


def fits(column: dict[str, Any], cell: str) -> bool:
    """Whether a cell is of the datatype of its column."""
    if not cell:
        return not column["required"]
    datatype = column["datatype"]
    base = datatype if isinstance(datatype, str) else datatype["base"]
    if base == "boolean":
        return cell in ("true", "false")
    if base == "integer":
        return cell.isdigit()
    if base == "number":
        return bool(re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", cell))
    if base == "dateTime":
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", cell))
    form = datatype.get("format") if isinstance(datatype, dict) else None
    return form is None or bool(re.fullmatch(form, cell))


def test_the_shipped_chronicle_fits_in_one_table(reader: Reader) -> None:
    """Whole, and with nothing left out."""
    answer = reader.ask(PATH)
    assert "Annales-Omitted" not in answer.headers
    assert len(rows(reader)) > 600
