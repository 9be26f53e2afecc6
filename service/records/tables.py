"""The lists of a record, a statement and a source as tables: CSV, and what people see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from service.asking.table import Column, Members, Table, columns, dated
from service.state.tables import remarks, since
from service.words.cells import date_cell, held_cell, value_cell

# --- the lines before the tables


def record_lines(answer: Members) -> Iterator[str]:
    """What a record is, and how a facility stands."""
    yield f"{answer['kind']} {answer['id']}, revision {answer['revision']}"
    if answer["kind"] == "facility":
        began = since(answer)
        parts = (
            answer["status"] or "no status",
            f"since {began}" if began else "",
            remarks(answer),
        )
        yield "; ".join(part for part in parts if part)
        if "name_then" in answer:
            yield f"then called {answer['name_then']}"


def timeline_lines(answer: Members) -> Iterator[str]:
    """What the record is."""
    yield f"{answer['kind']} {answer['id']}"


def statement_lines(answer: Members) -> Iterator[str]:
    """Why a statement holds or lost, and what fills its entry."""
    yield f"{answer['standing']}: {answer['why']}"
    effective = answer["effective"] or "nothing"
    yield f"entry {answer['entry']} of {answer['record']}, filled by {effective}"
    if answer["contradicts"]:
        yield f"contradicts {', '.join(answer['contradicts'])}"


def source_lines(answer: Members) -> Iterator[str]:
    """Whose cards cite the source."""
    if answer["records"]:
        yield f"cited on the card of {', '.join(answer['records'])}"


# --- statements


def _modality(line: Members) -> str:
    return f"{line['modality']}, disputed" if line.get("rank") == "disputed" else line["modality"]


def _said(line: Members) -> str:
    return date_cell(line["said"]["day"]) + (" (assumed)" if line["said"]["assumed"] else "")


_LINES = (
    Column(name="id"),
    Column(name="modality", value=_modality),
    dated("date"),
    Column(name="title"),
    Column(name="said", value=_said),
)

_MEMBERS = (
    *columns("id", "type", "entry", "milestone", "modality", "rank", "date"),
    Column(name="earliest", value=lambda line: line["bounds"]["earliest"]),
    Column(name="latest", value=lambda line: line["bounds"]["latest"]),
    Column(name="stated"),
    Column(name="said", value=lambda line: line["said"]["day"]),
    *columns(
        *("title", "title_zh", "summary", "summary_zh", "value", "unit"),
        words=("title", "title_zh", "summary", "summary_zh", "unit"),
    ),
    Column(
        name="sources",
        value=lambda line: " ".join(each["id"] for each in line.get("sources", ())),
    ),
)

STATEMENTS = Table(
    rows="statements", key=("id",), title="Statements", columns=_MEMBERS, shown=_LINES
)

EFFECTIVE = Table(
    rows="effective",
    key=("entry",),
    title="Effective statements",
    columns=_MEMBERS,
    shown=_LINES,
)

EXPLAINED = Table(
    rows="statement",
    title="Statement",
    spread=lambda answer: [answer["statement"]],
    shown=_LINES,
)


def _of_statement(column: Column) -> Column:
    return replace(column, value=lambda row: column.of(row["statement"]))


ENTRY = Table(
    rows="rivals",
    each="statement of its entry, the one that is asked about first",
    spread=lambda answer: (answer, *answer["rivals"]),
    columns=(*map(_of_statement, _MEMBERS), *columns("standing", "why")),
)
"""A statement and its rivals, each with how it stands."""

RIVALS = Table(
    rows="rivals",
    title="Rivals",
    shown=(
        Column(name="id", value=lambda row: row["statement"]["id"]),
        Column(name="date", value=lambda row: date_cell(row["statement"].get("date"))),
        Column(name="title", value=lambda row: row["statement"]["title"]),
        *columns("standing", "why"),
    ),
)

RESTING = Table(
    rows="statements",
    key=("id",),
    title="Statements that rest on it",
    columns=columns("id", "title", "title_zh", "locator", words=("title", "title_zh", "locator")),
    shown=(*columns("id", "title"), Column(name="where", value=lambda row: row["locator"])),
)

# --- what stands around them


def card_of(member: str) -> Table:
    """The card that is a member of an answer, a member of it a row."""
    return Table(
        rows=member,
        title="Card",
        spread=lambda answer: (
            {"member": name, "value": value_cell(value)}
            for name, value in (answer[member] or {}).items()
            if name != "type"
        ),
        shown=columns("member", "value"),
    )


def _holds(end: str) -> Column:
    return Column(name=end, value=lambda row: held_cell(row["holds"], end))


HOLDING = Table(
    rows="holding",
    key=("statement",),
    title="What holds",
    spread=lambda answer: answer.get("holding", ()),
    shown=(Column(name="statement"), _holds("from"), _holds("to")),
)

SPANS = Table(
    rows="spans",
    title="Spans",
    shown=(
        Column(name="from", value=lambda span: held_cell(span, "from")),
        Column(name="to", value=lambda span: held_cell(span, "to")),
        Column(name="what", value=lambda span: span["facet"]),
        *columns("value", "certainty", "statement"),
    ),
)

SOURCES = Table(
    rows="sources",
    key=("id",),
    title="Sources",
    shown=(
        *columns("id", "title", "publisher"),
        dated("date"),
        Column(name="where", value=lambda row: row["locator"]),
    ),
)


def warnings_by(member: str) -> Table:
    """The warnings, each with a member that it has besides its text."""
    return Table(
        rows="warnings",
        title="Warnings",
        shown=(Column(name=member), Column(name="warning", value=lambda row: row["text"])),
    )


EVENTS = Table(
    rows="events",
    key=("position",),
    title="Events",
    shown=(
        Column(name="position"),
        Column(name="recorded at", value=lambda row: row["recorded_at"]),
        *columns("actor", "event", "reason"),
    ),
)

CHANGES = Table(
    rows="entries",
    key=("position",),
    columns=columns(
        *("position", "commit", "revision", "event", "statement"),
        *("recorded_at", "actor", "request", "reason"),
        words=("actor", "request", "reason"),
    ),
)
