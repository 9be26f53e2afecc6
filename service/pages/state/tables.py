"""The tables of a state: its facilities by status, the nearest to running first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from events.dates import Day, Language
from service.drawing.marks import icon
from service.pages.shell.layout import Members
from service.pages.shell.notes import notes_on
from service.words import labels, language
from service.words.speech import Speech

MOST_OVERDUE = 5
"""How many overdue promises of one facility a table tells."""

ORDER = (
    "operating",
    "commissioning",
    "completed",
    "under-construction",
    "approved",
    "proposed",
    "suspended",
    "decommissioned",
    "cancelled",
)
"""The tables of facilities, the nearest to running first."""


def facility_rows(
    answer: Mapping[str, Any], cards: Mapping[str, Members], *, beyond: bool, lang: Language
) -> list[Members]:
    """The facilities of a state, with what its tables and its map need.

    `shown` is the status by which a facility stands in a table: beyond the horizon the one that
    is expected of it, and then it is `hoped`.
    """
    rows = []
    for row in answer["facilities"]:
        card = cards[row["id"]]
        name, other = labels.names_of(card, lang)
        expected = row.get("expected")
        shown = expected["status"] if beyond and expected else row["status"]
        rows.append(
            {
                **row,
                "short": name,
                "other": other,
                "shown": shown,
                "hoped": bool(beyond and expected),
                "place": card.get("place", ""),
                "place_zh": card.get("place_zh", ""),
                "latitude": card.get("latitude"),
                "longitude": card.get("longitude"),
            }
        )
    return rows


def table_sides(
    rows: Sequence[Members], answer: Mapping[str, Any], say: Speech, *, at: Day
) -> list[list[Members]]:
    """The tables of facilities by status, as of a day, in two columns of much the same length."""
    tables: list[Members] = []
    for status in (*ORDER, None):
        found = [_table_row(row, answer, say, at=at) for row in rows if row["shown"] == status]
        if found:
            found.sort(key=_by_since)
            tables.append(
                {
                    "status": status,
                    "title": labels.heading(status, say.lang),
                    "icon": "" if status is None else icon(status),
                    "rows": found,
                }
            )
    half = sum(len(table["rows"]) + 3 for table in tables) / 2
    left: list[Members] = []
    filled = 0.0
    for table in tables:
        size = len(table["rows"]) + 3
        if left and filled + size / 2 > half:
            break
        left.append(table)
        filled += size
    return [left, tables[len(left) :]]


def _table_row(row: Members, answer: Mapping[str, Any], say: Speech, *, at: Day) -> Members:
    """A row of a table: since when, and the notes beside it."""
    lang = say.lang
    notes = []
    since = row["since"]["date"] if row["since"] else ""
    text = language.brief_date(since, lang) if since else ""
    if "during" in answer:
        text = "; ".join(_stretch(each, lang) for each in row["holds"])
    elif row["certainty"] == "possible":
        others = [
            labels.label(each, lang) if each else say("not begun")
            for each in row["alternatives"]
            if each != row["status"]
        ]
        notes.append(
            {"text": say("possibly %(status)s", status=say(", ").join(others)), "late": False}
        )
    notes += [{"text": text, "late": False} for text in notes_on(row, say, at=at)]
    expected = row.get("expected")
    if expected:
        words = labels.label(expected["status"], lang)
        date = language.brief_date(expected["date"], lang)
        if row["hoped"]:
            text = date
            if row["status"]:
                held = labels.label(row["status"], lang)
                notes.append({"text": say("last known: %(status)s", status=held), "late": False})
        hope = say("expected: %(status)s, %(date)s", status=words, date=date)
        notes.append({"text": hope, "late": False})
    overdue = row.get("overdue", ())
    for plan in overdue[:MOST_OVERDUE]:
        words = say(
            "overdue: %(what)s, promised for %(date)s",
            what=labels.milestone(plan["milestone"], lang, row.get("class")),
            date=language.brief_date(plan["date"], lang),
        )
        notes.append({"text": words, "late": True})
    if (more := len(overdue) - MOST_OVERDUE) > 0:
        notes.append({"text": say.n("%(num)s more", "%(num)s more", more), "late": True})
    return {
        **row,
        "icon": icon(row["shown"] or "proposed", expected=row["hoped"] or not row["shown"]),
        "since_text": text,
        "notes": notes,
        "then": row.get("name_then"),
    }


def _by_since(row: Mapping[str, Any]) -> tuple[str, str]:
    since = row.get("since") or (row.get("expected") or {})
    earliest = since.get("earliest") or since.get("date") or ""
    return earliest, row["short"]


def _stretch(holds: Mapping[str, str | None], lang: Language) -> str:
    """A stretch of days within a period."""
    first, last = holds["from"], holds["to"]
    ends = [language.brief_date(each, lang) if each else "" for each in (first, last)]
    return ends[0] if first == last else "–".join(ends)
