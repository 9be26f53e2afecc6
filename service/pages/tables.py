"""Answers as tables, for whoever would rather have rows than JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


COMPARED_COLUMNS = ("what", "id", "name", "change", "a", "a_date", "b", "b_date", "unit")


def compared_table(answer: Answer) -> str:
    """What stands beside what, a pair a row: the status or number of each side, and its date.

    A field or a status stands for its facilities, which are counted; a policy for its decisions,
    the dates of which are told.
    """
    rows: list[Mapping[str, Any]] = []
    for pair in answer["pairs"]:
        about = {"what": answer["by"], "id": pair.get(answer["by"])}
        if answer["by"] == "record":
            about = {"what": "facility", "id": pair["id"], "name": pair["name"]}
        rows.append({**about, "change": pair["change"], **_sides(pair, _standing)})
    for pair in answer["milestones"]:
        one = pair["a"] or pair["b"]
        about = {"what": "milestone", "id": pair["milestone"], "change": pair["change"]}
        rows.append({**about, "name": one["entry"], **_sides(pair, _happening)})
    for pair in answer["policies"]:
        about = {"what": "policy", "id": pair["record"]}
        rows.append({**about, "name": (*pair["a"], *pair["b"])[-1]["title"], **_sides(pair, _told)})
    for pair in answer["indicators"]:
        about = {"what": "indicator", "id": pair["series"], "unit": pair["unit"]}
        rows.append({**about, **_sides(pair, _valued)})
    return csv_text(
        COMPARED_COLUMNS,
        ([row.get(name) for name in COMPARED_COLUMNS] for row in rows),
        texts=("name", "unit"),
    )


Shown = tuple[Any, Any]
"""What a side has of a pair, and its date."""


def _sides(pair: Mapping[str, Any], shown: Callable[[Any], Shown]) -> dict[str, Any]:
    a, b = (shown(pair[side]) if pair[side] else (None, None) for side in "ab")
    return {"a": a[0], "a_date": a[1], "b": b[0], "b_date": b[1]}


def _standing(side: Mapping[str, Any]) -> Shown:
    """A facility by its status and since when, or a group of them by how many they are."""
    if "count" in side:
        return side["count"], None
    return side["status"], (side.get("since") or {}).get("date")


def _happening(side: Mapping[str, Any]) -> Shown:
    return side["modality"], side.get("date")


def _told(decisions: Sequence[Mapping[str, Any]]) -> Shown:
    return len(decisions), " ".join(each["date"] for each in decisions)


def _valued(side: Mapping[str, Any]) -> Shown:
    return side["value"], side["date"]


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
