"""Answers as CSV, for whoever would rather have a table than JSON.

A cell that a spreadsheet would take for a formula is led in by an apostrophe.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

import msgspec

CSV = "text/csv"

STATE_COLUMNS = (
    "id", "name", "country", "field", "status", "since", "since_earliest", "since_latest",
    "certainty", "statement", "expected", "expected_date", "overdue",
)  # fmt: skip


def state_csv(answer: str) -> str:
    """The facilities of a state, one a row; for a period, one a status."""
    rows = []
    for each in msgspec.json.decode(answer)["facilities"]:
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
    return written(STATE_COLUMNS, rows)


SLIP_COLUMNS = (
    "record", "entry", "milestone", "outcome", "plans", "first_plan", "last_plan", "came",
    "slip_days_earliest", "slip_days_latest",
)  # fmt: skip


def slips_csv(answer: str) -> str:
    """The ladders of an answer, one a row."""
    rows = []
    for each in msgspec.json.decode(answer)["items"]:
        slip = each["slip_days"] or {}
        rows.append(
            (
                each["record"], each["entry"], each["milestone"], each["outcome"],
                len(each["plans"]), each["plans"][0]["date"], each["plans"][-1]["date"],
                (each["came"] or {}).get("date"), slip.get("earliest"), slip.get("latest"),
            )
        )  # fmt: skip
    return written(SLIP_COLUMNS, rows)


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV (RFC 4180), the names of the columns first."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if cell is None else _safe(cell) for cell in row])
    return text.getvalue()


def _safe(cell: object) -> object:
    """A text that no spreadsheet runs."""
    return (
        f"'{cell}"
        if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r")
        else cell
    )
