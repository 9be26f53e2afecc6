"""Answers as tables, for whoever would rather have rows than JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.csv_text import csv_text

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


SLIP_COLUMNS = (
    "record", "name", "entry", "milestone", "outcome", "plans",
    "first_plan", "first_plan_earliest", "first_plan_latest", "last_plan",
    "came", "came_earliest", "came_latest", "slip_days_earliest", "slip_days_latest",
)  # fmt: skip


def slips_table(answer: Answer) -> str:
    """The ladders of an answer, one a row."""
    rows = []
    for each in answer["items"]:
        slip, first, came = each["slip_days"] or {}, each["plans"][0], each["came"] or {}
        ends = [plan.get("bounds", {}) for plan in (first, came)]
        rows.append(
            (
                each["record"], each["name"], each["entry"], each["milestone"], each["outcome"],
                len(each["plans"]),
                first["date"], ends[0]["earliest"], ends[0]["latest"], each["plans"][-1]["date"],
                came.get("date"), ends[1].get("earliest"), ends[1].get("latest"),
                slip.get("earliest"), slip.get("latest"),
            )
        )  # fmt: skip
    return csv_text(SLIP_COLUMNS, rows, texts=("name",))


FOUND_COLUMNS = ("kind", "id", "name", "country", "field", "status")


def found_table(answer: Answer) -> str:
    """The records of a list, one a row."""
    rows = ([each.get(name) for name in FOUND_COLUMNS] for each in answer["items"])
    return csv_text(FOUND_COLUMNS, rows, texts=("name",))


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
