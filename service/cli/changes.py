"""The history of a record as people read it: who, when, why, and which member from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import jsonpatch

from service.cli.screen import plain, screen, show_table
from service.cli.tables import Members, date_text, show_clocks, show_next, value_text


def show_history(answer: Members, *, after: int, limit: int) -> None:
    """A page of the whole history: `limit` events beyond the position `after`."""
    console = screen()
    show_clocks(console, answer, at=False)
    rows = [row for row in _changes(answer["entries"]) if int(row[0]) > after]
    show_table(
        console,
        f"History of {plain(answer['id'])}",
        ("position", "recorded at", "actor", "event", "what changed", "reason"),
        rows[:limit],
    )
    show_next(console, rows[limit - 1][0] if len(rows) > limit else None)


def _changes(entries: Iterable[Members]) -> Iterator[tuple[str, ...]]:
    """A row for each event, with what stood before it and what after."""
    document: Members = {}
    for entry in entries:
        after: Members = jsonpatch.apply_patch(document, entry["patch"])
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
    date = f", {date_text(line['date'])}" if "date" in line else ""
    return f"{entry['statement'] or line.get('id', '')}: {title}{date}"


def _differences(was: Members, now: Members, path: str = "") -> Iterator[str]:
    """`member: was → now`, for each that differs."""
    for name in sorted({*was, *now}):
        before, after = was.get(name), now.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _differences(before, after, f"{path}{name}/")
        elif before != after:
            yield f"{path}{name}: {value_text(before)} → {value_text(after)}"
