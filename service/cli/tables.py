"""Answers as people read them: a sentence, then tables. Dates are written out in English."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from events.dates import display, iso, parse
from events.errors import BadDate
from events.vocabulary import STATUSES
from service.cli.screen import plain, screen, show_table
from service.words.number import number_text

if TYPE_CHECKING:
    from rich.console import Console

Members = dict[str, Any]


def show_state(answer: Members) -> None:
    """The counts in a sentence, then what there is."""
    console = screen()
    show_clocks(console, answer)
    totals = answer["totals"]
    counts = [
        f"{totals['status'].get(status, 0)} {status}{_range(totals['range'].get(status))}"
        for status in STATUSES
        if status in totals["status"] or status in totals["range"]
    ]
    found = answer["discoveries_to_date"]
    console.print(
        f"{', '.join(counts) or 'No facilities'};"
        f" {found} {'discovery' if found == 1 else 'discoveries'} to date."
    )
    if "during" in answer:
        _show_held(console, answer["facilities"])
    else:
        show_table(
            console,
            "Facilities",
            ("id", "name", "status", "since", "remarks"),
            (
                (row["id"], _name(row), row["status"] or "", _since(row), _remarks(row))
                for row in answer["facilities"]
            ),
        )
    show_table(
        console,
        "Policies",
        ("id", "title", "from", "to"),
        ((row["id"], row["title"], *_in_force(row)) for row in answer["policies"]),
    )
    show_table(
        console,
        "Indicators",
        ("series", "value", "unit", "date", "statement"),
        (
            (
                row["series"],
                number_text(row["value"]),
                row["unit"],
                date_text(row.get("date")),
                row["id"],
            )
            for row in answer["indicators"]
        ),
    )
    for title, rows in (
        ("Discoveries of the time", answer["discoveries"]),
        ("Observations of the time", answer["observations"]),
    ):
        columns = ("id", "title", "date")
        dated = ((row["id"], row["title"], date_text(row.get("date"))) for row in rows)
        show_table(console, title, columns, dated)
    show_next(console, next_place(answer))


def show_records(answer: Members) -> None:
    """The records in a table."""
    console = screen()
    show_clocks(console, answer)
    console.print(f"{answer['total']} records.")
    columns = ("id", "kind", "name", "country", "field", "status")
    show_table(
        console,
        "Records",
        columns,
        ([row.get(column) or "" for column in columns] for row in answer["items"]),
    )
    show_next(console, next_place(answer))


def show_record(answer: Members) -> None:
    """The card, what holds, and what is said."""
    console = screen()
    show_clocks(console, answer)
    console.print(
        plain(f"{answer['kind']} {answer['id']}, revision {answer['revision']}"),
    )
    if answer["kind"] == "facility":
        told = [answer["status"] or "no status", f"since {_since(answer)}", _remarks(answer)]
        console.print(plain("; ".join(part for part in told if part not in ("", "since "))))
        if "name_then" in answer:
            console.print(plain(f"then called {answer['name_then']}"))
    _show_card(console, answer["card"])
    show_table(
        console,
        "What holds",
        ("statement", "from", "to"),
        ((row["statement"], *_holds(row["holds"])) for row in answer.get("holding", ())),
    )
    _show_statements(console, "Statements", answer["statements"])
    show_table(
        console,
        "Warnings",
        ("statement", "warning"),
        ((row["statement"], row["text"]) for row in answer["warnings"]),
    )


def show_timeline(answer: Members) -> None:
    """The spans, then what they follow from."""
    console = screen()
    show_clocks(console, answer, at=False)
    console.print(plain(f"{answer['kind']} {answer['id']}"))
    show_table(
        console,
        "Spans",
        ("from", "to", "what", "value", "certainty", "statement"),
        (
            (
                *_holds(span),
                span["facet"],
                span["value"] or "",
                span.get("certainty", ""),
                span["statement"] or "",
            )
            for span in answer["spans"]
        ),
    )
    _show_statements(console, "Effective statements", answer["effective"])


def show_statement(answer: Members) -> None:
    """What it says, why it holds or lost, and what it rests on."""
    console = screen()
    show_clocks(console, answer)
    _show_statements(console, "Statement", [answer["statement"]])
    console.print(plain(f"{answer['standing']}: {answer['why']}"))
    effective = answer["effective"] or "nothing"
    console.print(plain(f"entry {answer['entry']} of {answer['record']}, filled by {effective}"))
    if answer["contradicts"]:
        console.print(plain(f"contradicts {', '.join(answer['contradicts'])}"))
    show_table(
        console,
        "Rivals",
        ("id", "date", "title", "standing", "why"),
        (
            (
                rival["statement"]["id"],
                date_text(rival["statement"].get("date")),
                rival["statement"]["title"],
                rival["standing"],
                rival["why"],
            )
            for rival in answer["rivals"]
        ),
    )
    show_table(
        console,
        "Sources",
        ("id", "title", "publisher", "date", "where"),
        (
            (
                source.get("id", ""),
                source.get("title", ""),
                source.get("publisher", ""),
                date_text(source.get("date")),
                source["locator"] or "",
            )
            for source in answer["sources"]
        ),
    )
    show_table(
        console,
        "Warnings",
        ("code", "warning"),
        ((row["code"], row["text"]) for row in answer["warnings"]),
    )
    show_table(
        console,
        "Events",
        ("position", "recorded at", "actor", "event", "reason"),
        (
            (
                str(event["position"]),
                event["recorded_at"],
                event["actor"],
                event["event"],
                event["reason"] or "",
            )
            for event in answer["events"]
        ),
    )


def show_source(answer: Members) -> None:
    """The card of the source, and what rests on it."""
    console = screen()
    show_clocks(console, answer, at=False)
    _show_card(console, answer["source"])
    show_table(
        console,
        "Statements that rest on it",
        ("id", "title", "where"),
        ((row["id"], row["title"], row["locator"] or "") for row in answer["statements"]),
    )
    if answer["records"]:
        console.print(plain(f"cited on the card of {', '.join(answer['records'])}"))


# --- parts of several answers


def show_clocks(console: Console, answer: Members, *, at: bool = True) -> None:
    """Say at which clocks the answer was given; without `at` where that clock tells nothing."""
    known_at = f" ({answer['known_at']})" if answer["known_at"] else ""
    told = f"as said by {date_text(answer['stated'])} and recorded at {answer['known']}{known_at}"
    if at and "during" in answer:
        told = f"during {date_text(answer['during'])}, {told}"
    elif at:
        told = f"on {date_text(answer['at'])}, {told}"
    console.print(plain(f"{told[0].upper()}{told[1:]}."))


def show_next(console: Console, place: str | None) -> None:
    """Say how to ask for the next page, if there is one."""
    if place is not None:
        console.print(plain(f"There is more: --after {place}"))


def next_place(answer: Members) -> str | None:
    """Where the next page of an answer begins, out of its path."""
    path = answer["next"]
    return None if path is None else parse_qs(urlsplit(path).query)["after"][0]


def _show_card(console: Console, card: Members | None) -> None:
    rows = ((name, value_text(value)) for name, value in (card or {}).items() if name != "type")
    show_table(console, "Card", ("member", "value"), rows)


def _show_held(console: Console, rows: Iterable[Members]) -> None:
    show_table(
        console,
        "Facilities",
        ("id", "name", "status", "held", "remarks"),
        (
            (
                row["id"],
                _name(row),
                row["status"],
                ", ".join(" to ".join(_holds(held)) for held in row["holds"]),
                "" if row["certainty"] == "certain" else row["certainty"],
            )
            for row in rows
        ),
    )


def _show_statements(console: Console, title: str, statements: Iterable[Members]) -> None:
    show_table(
        console,
        title,
        ("id", "modality", "date", "title", "said"),
        (
            (
                line["id"],
                line["modality"] + (", disputed" if line.get("rank") == "disputed" else ""),
                date_text(line.get("date")),
                line["title"],
                date_text(line["said"]["day"]) + (" (assumed)" if line["said"]["assumed"] else ""),
            )
            for line in statements
        ),
    )


# --- words


def date_text(text: str | None) -> str:
    """A date in words; a day too far away for EDTF as it stands."""
    if text is None:
        return ""
    try:
        return display(parse(text), "en")
    except BadDate:
        return text


def _name(row: Members) -> str:
    return f"{row['name']} (then {row['name_then']})" if "name_then" in row else row["name"]


def _since(row: Members) -> str:
    return date_text(row["since"]["date"]) if row["since"] else ""


def _in_force(policy: Members) -> tuple[str, str]:
    """From when to when a policy holds: as its source dates it, where that is what decides."""
    began, ended = _holds(policy["holds"])
    if policy["holds"]["from"] == policy["bounds"]["earliest"]:
        began = date_text(policy.get("date"))
    if (until := policy.get("until")) is not None and policy["holds"]["to"] == _last_day(until):
        ended = date_text(until)
    return began, ended


def _last_day(date: str) -> str | None:
    latest = parse(date).latest
    return None if latest is None else iso(latest)


def _holds(holds: Members) -> tuple[str, str]:
    return date_text(holds["from"]) or "not known", date_text(holds["to"]) or "not known"


def _range(bounds: Members | None) -> str:
    if bounds is None or bounds["certain"] == bounds["possible"]:
        return ""
    return f" ({bounds['certain']} to {bounds['possible']})"


def _remarks(row: Members) -> str:
    """What the status alone does not tell."""
    parts = []
    if len(row["alternatives"]) > 1:
        parts.append("possibly " + " or ".join(each or "not yet" for each in row["alternatives"]))
    if row["certainty"] == "last-known":
        parts.append("last known")
    if expected := row["expected"]:
        when = date_text(expected["date"])
        parts.append(f"expected: {expected['status']}, {when} ({expected['statement']})")
    for plan in row["overdue"]:
        when, said = date_text(plan["date"]), date_text(plan["stated"])
        parts.append(f"overdue: {plan['milestone']} for {when}, as said {said}")
    return "; ".join(parts)


def value_text(value: object) -> str:
    """Any value of JSON in one line; a string without its quotes."""
    if value is None:
        return "(nothing)"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
