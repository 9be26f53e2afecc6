"""The log of a record: event by event, with what stood before and what stood after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from projections.views.history import Entry
from service.archive.suggestions import suggestion_of
from service.pages.desk import words as desk_words
from service.pages.desk.values import value_words
from service.pages.shell.layout import Members
from service.pages.shell.pager import Pager
from service.records.audit import entry_members
from service.words import labels, language
from service.words.names import text_in
from service.words.speech import Speech

QUIET = frozenset(
    (
        "type", "id", "facility", "series", "record", "entry", "title", "title_zh",
        "summary", "summary_zh", "sources",
        "evidence", "evidence_url",
    )
)  # fmt: skip
"""The members of a line that the log of a page leaves to the raw line."""


DATES = frozenset(("date", "stated", "until"))
"""The members that are dates."""


def record_log(
    entries: Sequence[Entry], pager: Pager, say: Speech, *, class_: str | None
) -> Members:
    """The events of a page of a record, the newest first, each with what it changed; `all` counts
    those of all pages. `class_` is that of a facility."""
    shown = pager.part(entries[::-1])
    places = {entry.position for entry in shown}
    about = {entry.statement for entry in shown}
    before: dict[str | None, Members] = {}
    rows = []
    for entry in entries:
        if entry.position in places:
            rows.append(_event(entry, before, say, class_))
        elif entry.statement in about:
            _keep_up(entry, before)
    return {"events": rows[::-1], "all": len(entries)}


def _event(
    entry: Entry, before: dict[str | None, Members], say: Speech, class_: str | None
) -> Members:
    """What an event did; `before` has each statement and the card as they stood, and is kept up."""
    members = entry_members(entry)
    stood = before.get(entry.statement, {})
    line = _keep_up(entry, before)
    diff: list[Members] = []
    if "changes" in line:
        for name, value in line["changes"].items():
            was, now = (_words(stood, name, each, say, class_) for each in (stood.get(name), value))
            diff.append({"name": desk_words.member(name, say.lang), "was": was, "now": now})
    elif line["type"] in ("withdrawal", "reinstatement"):
        words = [say("stands"), say("withdrawn")]
        was, now = words if line["type"] == "withdrawal" else reversed(words)
        diff.append({"name": say("standing"), "was": was, "now": now})
    else:
        diff += [
            {
                "name": desk_words.member(name, say.lang),
                "was": None,
                "now": _words(line, name, value, say, class_),
            }
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


def _words(line: Members, name: str, value: Any, say: Speech, class_: str | None) -> str | None:
    """A member of a line in words; None where it has no value."""
    if name == "milestone" and value is not None:
        return labels.milestone(str(value), say.lang, class_)
    if name in DATES and value is not None:
        return language.date(str(value), say.lang)
    return value_words(line.get("type", ""), name, value, say.lang)
