"""A sheet as the desk shows it: its rows as they were read, and what is wrong beside each cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from events.errors import CellsRefused, Refusal, SheetRefused
from events.sheets.members import kind_of
from events.sheets.reading import Row, Sheet
from service.pages.desk.faults import fault_of
from service.pages.shell.layout import Members
from service.words.speech import Speech

MOST = 100
"""Rows that are shown, those with faults before others."""

LONGEST = 200
"""Characters that are shown of a cell."""


def sheet_faults(refused: SheetRefused, say: Speech) -> list[Members]:
    """Why a sheet was refused: faults as of `fault_of`, each with its `row`, `column`, `cell`."""
    return [
        {
            "row": fault.row,
            "column": fault.column[:LONGEST],
            "cell": fault.cell,
            **fault_of(fault.refusal, say),
        }
        for fault in refused.faults
    ]


def table_of(sheet: Sheet, faults: Sequence[Members]) -> Members:
    """The table of a sheet: `columns` and `rows`, and how many rows are `left` out.

    A row has its `number`, its `cells` and `faults` of no cell; a cell its `text`, the date that it
    was `read` as where it is written otherwise, and its `faults`.
    """
    by_place: dict[tuple[int, str], list[Members]] = defaultdict(list)
    for fault in faults:
        if "row" in fault:
            by_place[fault["row"], fault["column"] if fault["cell"] else ""].append(fault)
    faulty = {row for row, _ in by_place}
    shown = sorted(sheet.rows, key=lambda row: row.number not in faulty)[:MOST]
    return {
        "columns": [column[:LONGEST] for column in sheet.columns],
        "rows": [
            {
                "number": row.number,
                "faults": by_place[row.number, ""],
                "cells": [
                    {
                        "text": text[:LONGEST],
                        "read": _date(row, column, text),
                        "faults": by_place[row.number, column[:LONGEST]] if column else [],
                    }
                    for column, text in zip(sheet.columns, row.cells, strict=True)
                ],
            }
            for row in sorted(shown)
        ],
        "left": len(sheet.rows) - len(shown),
    }


def _date(row: Row, column: str, text: str) -> str:
    """The date that a cell was read as; "" where it says just that, or none."""
    if kind_of(column) != "date" or not text:
        return ""
    line: Any = row.order.line
    if isinstance(line, Refusal):
        line = line.line if isinstance(line, CellsRefused) else {}
    for step in column.split("."):
        line = line.get(step, {})
    return line if isinstance(line, str) and line != text else ""
