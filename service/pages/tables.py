"""Answers as tables, for whoever would rather have rows than JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.words.csv_text import csv_text

Answer = Mapping[str, Any]

STATE_COLUMNS = (
    "id", "name", "country", "field", "status", "since", "since_earliest", "since_latest",
    "certainty", "statement", "expected", "expected_date", "overdue",
)  # fmt: skip


def state_table(answer: Answer) -> str:
    """The facilities of a state, one a row; for a period, one a status."""
    rows = []
    for each in answer["facilities"]:
        since, expected = each.get("since") or {}, each.get("expected") or {}
        rows.append(
            (
                each["id"], each["name"], each["country"], each["field"], each["status"],
                since.get("date"), since.get("earliest"), since.get("latest"),
                each["certainty"], each["statement"],
                expected.get("status"), expected.get("date"),
                " ".join(plan["statement"] for plan in each.get("overdue", ())),
            )
        )  # fmt: skip
    return csv_text(STATE_COLUMNS, rows, texts=("name",))


RESTING_COLUMNS = ("id", "title", "locator")


def resting_table(answer: Answer) -> str:
    """The statements that rest on a source, one a row."""
    rows = ([each.get(name) for name in RESTING_COLUMNS] for each in answer["statements"])
    return csv_text(RESTING_COLUMNS, rows, texts=("title", "locator"))


RECORD_COLUMNS = (
    "id", "type", "entry", "milestone", "modality", "rank", "date", "earliest", "latest",
    "stated", "said", "title", "summary", "value", "unit", "sources",
)  # fmt: skip


def record_table(answer: Answer) -> str:
    """The statements of a record, one a row."""
    rows = []
    for line in answer["statements"]:
        told = {
            **line,
            **line["bounds"],
            "said": line["said"]["day"],
            "sources": " ".join(each["id"] for each in line.get("sources", ())),
        }
        rows.append([told.get(name) for name in RECORD_COLUMNS])
    return csv_text(RECORD_COLUMNS, rows, texts=("title", "summary", "unit"))
