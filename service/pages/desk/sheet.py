"""A sheet as the desk shows it: its rows as they were read, and what is wrong beside each cell."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from events.catalogue import BY_TYPE, CARD_TYPES, STATEMENT_TYPES
from events.dates import Language
from events.errors import CellsRefused, Refusal, SheetRefused
from events.fact import Line
from events.sheets.members import kind_of
from events.sheets.reading import Row, Sheet
from service.archive import Archive
from service.pages.desk import words as desk_words
from service.pages.desk.faults import fault_of
from service.pages.desk.form import Member, members_of
from service.pages.desk.ids import suggested_ids
from service.pages.shell.layout import Members
from service.words.speech import Speech

MOST = 100
"""Rows that are shown, those with faults before others."""

LONGEST = 200
"""Characters that are shown of a cell."""


def with_ids(service: Archive, sheet: Sheet) -> str:
    """The text of a sheet in which each row that has no id got one that is suggested, in a column
    of its own where there is none; "" where no row needs one, or cells stand beneath no column."""
    refused = {
        row.number: row.order.line for row in sheet.rows if isinstance(row.order.line, CellsRefused)
    }
    if not all(each.pointer for line in refused.values() for each in line.refusals):
        return ""
    without: dict[int, Line] = {}
    for row in sheet.rows:
        line = _read(row)
        cells = dict(zip(sheet.columns, row.cells, strict=True))
        if not cells.get("id") and line.get("type") in (*CARD_TYPES, *STATEMENT_TYPES):
            without[row.number] = line
    taken = {str(_read(row).get("id")) for row in sheet.rows}
    given = dict(zip(without, suggested_ids(service, without.values(), taken), strict=True))
    return _written(sheet, given) if given else ""


def _read(row: Row) -> Line:
    """What could be read of a row."""
    line = row.order.line
    if isinstance(line, CellsRefused):
        return line.line
    return {} if isinstance(line, Refusal) else line


def _written(sheet: Sheet, ids: Mapping[int, str]) -> str:
    """A sheet as a text, each row at its number, with ids for some; the type of its rows stands in
    each of them."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    more = () if "id" in sheet.columns else ("id",)
    columns = (*more, *sheet.columns)
    writer.writerow(columns)
    at = 1
    for row in sheet.rows:
        text.write("\n" * (row.number - at - 1))
        at = row.number
        own = {"id": ids.get(row.number, ""), "type": _read(row).get("type", "")}
        writer.writerow(
            cell or own.get(column, "")
            for column, cell in zip(columns, (*("" for _ in more), *row.cells), strict=True)
        )
    return text.getvalue()


def columns_of(type: str, lang: Language) -> list[Members]:
    """The columns of a sheet for a type of line: each `name`, its `label`, whether it is
    `required`, and what it `takes`."""
    return [
        {
            "name": each.name,
            "label": desk_words.member(each.name, lang),
            "required": each.required and each.name != "id",
            "takes": _takes(type, each, lang),
        }
        for each in members_of(BY_TYPE[type])
    ]


def _takes(type: str, member: Member, lang: Language) -> str:
    """What a cell takes, in words."""
    say = Speech(lang)
    if member.kind == "choice":
        return say("one of: %(words)s", words=say(", ").join(member.choices))
    if member.kind == "citations":
        return say("ids of sources, each with the place in it behind a #: yearbook#p. 3; diary")
    if member.kind in ("ids", "uris"):
        return say("several, joined by a semicolon and a blank")
    if member.kind == "facts":
        return say("a column for each, such as %(name)s.cost_usd", name=member.name)
    return desk_words.hint(type, member.name, lang)


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
