"""The history of a record as people read it: who, when, why, and which member from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import jsonpatch

from projections.engine.spans import AFTER_ALL
from projections.views.reading import Reading
from service.asking.filters import position_after
from service.asking.json_text import plain
from service.asking.query import Query
from service.cli import screen
from service.cli.tables import show_clocks, show_next
from service.records.audit import history_answer
from service.words.cells import date_cell, value_cell

Members = Mapping[str, Any]


def show_history(reading: Reading, query: Query) -> None:
    """A page of the history of a record.

    What stood before a change follows from all that came before it, so the page is cut out of the
    whole history.
    """
    limit, after = query.about.limit, position_after(query.about.after)
    everything = replace(query, about=replace(query.about, limit=AFTER_ALL, after=""))
    answer = plain(history_answer(reading, everything))
    console = screen.screen()
    show_clocks(console, query.head(), at=False)
    rows = [row for row in _changes(answer["entries"]) if int(row[0]) > after]
    screen.show_table(
        console,
        f"History of {screen.plain(query.id)}",
        ("position", "recorded at", "actor", "event", "what changed", "reason"),
        rows[:limit],
    )
    show_next(console, rows[limit - 1][0] if len(rows) > limit else None)


def _changes(entries: Iterable[Members]) -> Iterator[tuple[str, ...]]:
    """A row for each event, with what stood before it and what after."""
    document: dict[str, Any] = {}
    for entry in entries:
        after: dict[str, Any] = jsonpatch.apply_patch(document, entry["patch"])
        was, now = (_part(each, entry["statement"]) for each in (document, after))
        document = after
        yield (
            str(entry["position"]),
            entry["recorded_at"],
            entry["actor"],
            entry["event"],
            "; ".join(_differences(was, now)) if was and now else _said(entry, now or was),
            entry["reason"] or "",
        )


def _part(document: Members, statement: str | None) -> Members:
    """The card, or a statement that stands."""
    if statement is None:
        return document.get("card") or {}
    return document.get("statements", {}).get(statement) or {}


def _said(entry: Members, line: Members) -> str:
    """A thing that came whole, or went."""
    title = line.get("title") or line.get("name") or ""
    date = f", {date_cell(line['date'])}" if "date" in line else ""
    return f"{entry['statement'] or line.get('id', '')}: {title}{date}"


def _differences(was: Members, now: Members, path: str = "") -> Iterator[str]:
    """`member: was → now`, for each that differs."""
    for name in sorted({*was, *now}):
        before, after = was.get(name), now.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _differences(before, after, f"{path}{name}/")
        elif before != after:
            yield f"{path}{name}: {value_cell(before)} → {value_cell(after)}"
