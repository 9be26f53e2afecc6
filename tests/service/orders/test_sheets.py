"""CSV over HTTP: recorded as JSON Lines are, or refused by row and column."""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from events.catalogue import BY_TYPE
from events.sheets.members import members_of
from events.sheets.reading import read_sheet
from service.app import create_app
from service.archive import Archive
from tests.service.asked import Reader
from tests.story.telling import Teller

PLANS = """type=milestone;id;facility;milestone;modality;date;stated;title;sources
;juno-plan;juno;operation-started;planned;2020;11/2016;'=To run?;yearbook#p. 3
"""
LINE = {
    "type": "milestone",
    "id": "juno-plan",
    "facility": "juno",
    "milestone": "operation-started",
    "modality": "planned",
    "date": "2020",
    "stated": "2016-11",
    "title": "=To run?",
    "sources": [{"id": "yearbook", "locator": "p. 3"}],
}


class Sender:
    """A curator who sends sheets."""

    def __init__(self, archive: Archive) -> None:
        self.client: FlaskClient = create_app(archive).test_client()
        key = archive.keys.issue(name="li", role="curator", by="root")
        self._headers = {"Authorization": f"Bearer {key}"}

    def send(self, sheet: str | bytes, query: str = "", **headers: str) -> TestResponse:
        """A sheet; names of headers with an underscore for each hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            f"/v1/batches{query}",
            data=sheet,
            content_type=named.pop("Content-Type", "text/csv"),
            headers=self._headers | named,
        )


@pytest.fixture
def sender(juno: Teller) -> Sender:
    """Whoever sends sheets to an archive with JUNO."""
    return Sender(juno.archive)


def test_a_sheet_is_recorded_as_its_lines_are(sender: Sender, archive: Archive) -> None:
    """The same lines, as one commit; looked at before, and under a key once."""
    looked = sender.send(PLANS, "?dry_run=true")
    assert looked.status_code == 200
    assert looked.get_json()["events"][0]["line"] == 2
    answer = sender.send(PLANS, Idempotency_Key="sheet-1")
    assert answer.status_code == 201
    assert [event["line"] for event in answer.get_json()["events"]] == [2]
    assert archive.chronicle.stream("record:juno")[-1].line == LINE
    again = sender.send(PLANS, Idempotency_Key="sheet-1", Prefer="return=minimal")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == {"position": 3, "events": [3]}
    other = sender.send(PLANS, "?type=milestone", Idempotency_Key="sheet-1")
    assert other.get_json()["type"] == "/problems/idempotency-key-reused"


def test_the_type_may_stand_beside_the_sheet(sender: Sender) -> None:
    """In the query of CSV, and of nothing else."""
    sheet = "\ufeffid,medium,title\r\nbook,book,A book\r\n"
    assert sender.send(sheet, "?type=source").status_code == 201
    assert sender.send(sheet, "?type=book").status_code == 422
    assert sender.send(sheet, "?type=source&type=source").status_code == 422
    lines = json.dumps(LINE)
    answer = sender.send(lines, "?type=milestone", Content_Type="application/jsonl")
    assert answer.get_json()["errors"][0]["detail"] == "only with text/csv"


def test_every_fault_has_its_row_its_column_and_its_cell(sender: Sender, archive: Archive) -> None:
    """Of cells and of what is recorded, at once; and nothing is recorded."""
    answer = sender.send(
        "type,id,medium,title,facility,modality,date\n"
        "source,news,news,N\n"
        "observation,a,,A,juno,actual,03/04/2025\n"
        "observation,b,,B,jinu,actual,2025\n"
    )
    assert answer.status_code == 422
    problem = answer.get_json()
    assert problem["type"] == "/problems/sheet-refused"
    place = {"row": 3, "column": "date", "cell": "G3", "in": "body", "pointer": "/date"}
    first, second = problem["errors"]
    assert {name: first[name] for name in place} == place
    assert first["allowed"] == ["2025-04-03", "2025-03-04"]
    assert (second["cell"], second["detail"]) == ("E4", "no facility 'jinu' is recorded")
    commit = archive.chronicle.log.head()
    assert commit is not None
    assert commit.position == 2


def test_what_is_no_csv_says_what_to_save_it_as(sender: Sender) -> None:
    """Another encoding, a workbook; another type of body says which there are."""
    for raw in ("id\n书".encode("gb18030"), b"PK\x03\x04"):
        answer = sender.send(raw, "?type=source")
        assert answer.status_code == 422
        assert "CSV UTF-8" in answer.get_json()["errors"][0]["detail"]
    refused = sender.send(PLANS, Content_Type="application/json")
    assert refused.status_code == 415
    assert "text/csv" in refused.headers["Accept-Post"]


def test_each_type_has_an_empty_sheet(sender: Sender) -> None:
    """A header of its members, in the order of the catalogue, that names its type."""
    for type, fact in BY_TYPE.items():
        answer = sender.client.get(f"/v1/schemas/{type}.csv")
        assert answer.mimetype == "text/csv"
        (head,) = csv.reader(StringIO(answer.text))
        assert head == [f"type={type}", *members_of(fact)]
    assert sender.client.get("/v1/schemas/nonsense.csv").status_code == 404


def test_our_csv_of_statements_goes_round(reader: Reader) -> None:
    """What a record, a timeline and a statement have as CSV is read as the same lines."""
    for path, listed in (
        ("/v1/records/juno", "statements"),
        ("/v1/records/rd-share-of-gdp", "statements"),
        ("/v1/records/us-china-science-agreement/timeline", "effective"),
    ):
        answer = reader.get(path)[listed]
        sheet = read_sheet(reader.ask(f"{path}?format=csv").text)
        for order, shown in zip(sheet.orders, answer, strict=True):
            members = {"type", *members_of(BY_TYPE[shown["type"]])}
            assert order.line == {name: shown[name] for name in shown if name in members}
    assert read_sheet(reader.ask("/v1/statements/juno-operation?format=csv").text).orders


def test_a_row_that_cannot_all_be_read_is_held_against_the_log_too(sender: Sender) -> None:
    """What is wrong with its other cells comes at once, and not when the first is mended; what an
    earlier row would have made is there, though that is refused as well."""
    sheet = """type,id,name,country,field,facility,milestone,modality,date,title,sources
facility,juno,Again,CN,particle-physicsx,,,,,,
facility,new,New,CN,no-field,,,,,,
milestone,new-ran,,,,new,operation-started,actual,1/2/2020,New runs,yearbook
milestone,x,,,,nowhere,operation-started,actual,1/2/2020,Runs,yearbook; no-book
"""
    answer = sender.send(sheet)
    told = {each["cell"]: each["detail"] for each in answer.get_json()["errors"]}
    assert list(told) == ["E2", "B2", "E3", "I4", "I5", "F5", "K5"]
    assert told["B2"] == "record 'juno' exists already"
    assert told["F5"] == "no facility 'nowhere' is recorded"
    assert told["K5"] == "no source 'no-book' is recorded"
    change = "type=correction,statement,reason,changes.date\n,nothing,Wrong,1/2/2020\n"
    errors = sender.send(change).get_json()["errors"]
    assert {each["cell"] for each in errors} == {"B2", "D2"}
