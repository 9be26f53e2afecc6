"""The log of a record: event by event, with what stood before and what stood after."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from projections.views.history import Entry
from service.archive.suggestions import suggestion_of
from service.pages.shell.layout import Members
from service.pages.shell.pager import Pager
from service.records.audit import entry_members
from service.words import labels
from service.words.names import text_in
from service.words.number import number_text
from service.words.speech import Speech

QUIET = frozenset(
    (
        "type", "id", "facility", "series", "record", "entry", "title", "title_zh",
        "summary", "summary_zh", "sources",
        "evidence", "evidence_url",
    )
)  # fmt: skip
"""The members of a line that the log of a page leaves to the raw line."""


def record_log(entries: Sequence[Entry], pager: Pager, say: Speech) -> Members:
    """The events of a page of a record, the newest first, each with what it changed; `all` counts
    those of all pages."""
    shown = pager.part(entries[::-1])
    places = {entry.position for entry in shown}
    about = {entry.statement for entry in shown}
    before: dict[str | None, Members] = {}
    rows = []
    for entry in entries:
        if entry.position in places:
            rows.append(_event(entry, before, say))
        elif entry.statement in about:
            _keep_up(entry, before)
    return {"events": rows[::-1], "all": len(entries)}


def _event(entry: Entry, before: dict[str | None, Members], say: Speech) -> Members:
    """What an event did; `before` has each statement and the card as they stood, and is kept up."""
    members = entry_members(entry)
    stood = before.get(entry.statement, {})
    line = _keep_up(entry, before)
    diff: list[Members] = []
    if "changes" in line:
        for name, value in line["changes"].items():
            diff.append({"name": name, "was": _cell(stood.get(name)), "now": _cell(value)})
    elif line["type"] in ("withdrawal", "reinstatement"):
        words = [say("stands"), say("withdrawn")]
        was, now = words if line["type"] == "withdrawal" else reversed(words)
        diff.append({"name": say("standing"), "was": was, "now": now})
    else:
        diff += [
            {"name": name, "was": None, "now": _cell(value)}
            for name, value in line.items()
            if name not in QUIET
        ]
    return {
        **members,
        "words": labels.event(members["event"], say.lang),
        "title": text_in(line, "title", say.lang)
        or text_in(line, "name", say.lang)
        or text_in(stood, "title", say.lang),
        "day": entry.recorded_at[:10],
        "time": entry.recorded_at[11:19],
        "diff": diff,
        "suggestion": suggestion_of(entry.request),
        "mended": "changes" in line or line["type"] in ("withdrawal", "reinstatement"),
        "raw": msgspec.json.format(entry.line, indent=2),
    }


def _keep_up(entry: Entry, before: dict[str | None, Members]) -> Members:
    """Write down in `before` what an event made of its statement or the card; its line."""
    line: Members = msgspec.json.decode(entry.line)
    if "changes" in line:
        stood = before.get(entry.statement, {})
        before[entry.statement] = {
            name: value for name, value in {**stood, **line["changes"]}.items() if value is not None
        }
    elif line["type"] not in ("withdrawal", "reinstatement"):
        before[entry.statement] = line
    return line


def _cell(value: object) -> str | None:
    """A member of a line as text, without the brackets of JSON.

    >>> _cell(["a", "b"]), _cell({"depth_m": 700}), _cell([{"id": "yearbook", "locator": "p. 3"}])
    ('a, b', 'depth_m: 700', 'yearbook (p. 3)')
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(str(_cell(each)) for each in value)
    if isinstance(value, dict):
        if "id" in value:
            return f"{value['id']} ({value['locator']})" if value.get("locator") else value["id"]
        return ", ".join(f"{name}: {_cell(each)}" for name, each in value.items())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value, grouped=False)
    return msgspec.json.encode(value).decode()
