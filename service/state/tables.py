"""The lists of a state as tables: the facilities as CSV, and all of them for people."""

from __future__ import annotations

from collections.abc import Iterator

from events.dates import iso, parse
from events.vocabulary import STATUSES
from service.asking.table import CONTESTED, Column, Members, Table, columns, dated, within
from service.words.cells import date_cell, held_cell
from service.words.number import number_text


def name_then(row: Members) -> str:
    """The name of a facility, and that of the day asked about where it had another."""
    return f"{row['name']} (then {row['name_then']})" if "name_then" in row else row["name"]


def since(row: Members) -> str:
    """Since when a facility has its status, in words."""
    return date_cell(row["since"]["date"]) if row["since"] else ""


def remarks(row: Members) -> str:
    """What the status of a facility alone does not say: certainty, expectations, overdue plans."""
    parts = []
    if len(row["alternatives"]) > 1:
        parts.append("possibly " + " or ".join(each or "not yet" for each in row["alternatives"]))
    if row["certainty"] == "last-known":
        parts.append("last known")
    if "contested" in row:
        parts.append("date contested")
    if "last_said" in row:
        parts.append(f"status last heard of {date_cell(row['last_said'])}")
    if expected := row["expected"]:
        when = date_cell(expected["date"])
        parts.append(f"expected: {expected['status']}, {when} ({expected['statement']})")
    for plan in row["overdue"]:
        when, said = date_cell(plan["date"]), date_cell(plan["stated"])
        parts.append(f"overdue: {plan['milestone']} for {when}, as said {said}")
    return "; ".join(parts)


def counts(answer: Members) -> Iterator[str]:
    """How many facilities have each status, and how much was found."""
    totals, found = answer["totals"], answer["discoveries_to_date"]
    counted = [
        f"{totals['status'].get(status, 0)} {status}{_range(totals['range'].get(status))}"
        for status in STATUSES
        if status in totals["status"] or status in totals["range"]
    ]
    discoveries = f"{found} {'discovery' if found == 1 else 'discoveries'}"
    yield f"{', '.join(counted) or 'No facilities'}; {discoveries} to date."


def _range(bounds: Members | None) -> str:
    if bounds is None or bounds["certain"] == bounds["possible"]:
        return ""
    return f" ({bounds['certain']} to {bounds['possible']})"


_NAMED = (Column(name="id"), Column(name="name", value=name_then), Column(name="status"))


def _shown(answer: Members) -> tuple[Column, ...]:
    if any("holds" in row for row in answer["facilities"]):  # of a period
        return (
            *_NAMED,
            Column(name="held", value=_held),
            Column(name="remarks", value=_certainty),
        )
    return (*_NAMED, Column(name="since", value=since), Column(name="remarks", value=remarks))


def _held(row: Members) -> str:
    return ", ".join(
        f"{held_cell(each, 'from')} to {held_cell(each, 'to')}" for each in row["holds"]
    )


def _certainty(row: Members) -> str:
    return "" if row["certainty"] == "certain" else row["certainty"]


def _overdue(row: Members) -> str:
    return " ".join(plan["statement"] for plan in row.get("overdue", ()))


FACILITIES = Table(
    rows="facilities",
    key=("id",),
    each="facility; policies, indicators and findings are in the JSON alone",
    title="Facilities",
    columns=(
        Column(name="id"),
        Column(name="name", words=True),
        Column(name="country"),
        Column(name="field"),
        Column(name="class"),
        Column(name="status"),
        Column(name="since", value=within("since", "date")),
        Column(name="since_earliest", value=within("since", "earliest")),
        Column(name="since_latest", value=within("since", "latest")),
        Column(name="certainty"),
        Column(name="statement"),
        CONTESTED,
        Column(name="expected", value=within("expected", "status")),
        Column(name="expected_date", value=within("expected", "date")),
        Column(name="overdue", value=_overdue),
        Column(name="last_said"),
    ),
    shown=_shown,
)
"""One facility a row; for a period, one status that it held."""


def _began(policy: Members) -> str:
    """From when a policy holds: as its source dates it, where that is what decides."""
    if policy["holds"]["from"] == policy["bounds"]["earliest"]:
        return date_cell(policy.get("date"))
    return held_cell(policy["holds"], "from")


def _ended(policy: Members) -> str:
    until = policy.get("until")
    if until is not None and policy["holds"]["to"] == _last_day(until):
        return date_cell(until)
    return held_cell(policy["holds"], "to")


def _last_day(date: str) -> str | None:
    latest = parse(date).latest
    return None if latest is None else iso(latest)


POLICIES = Table(
    rows="policies",
    key=("id",),
    title="Policies",
    shown=(
        *columns("id", "title"),
        Column(name="from", value=_began),
        Column(name="to", value=_ended),
    ),
)

INDICATORS = Table(
    rows="indicators",
    key=("id",),
    title="Indicators",
    shown=(
        Column(name="series"),
        Column(name="value", value=lambda row: number_text(row["value"])),
        Column(name="unit"),
        dated("date"),
        Column(name="statement", value=lambda row: row["id"]),
    ),
)

_HAPPENED = (*columns("id", "title"), dated("date"))

DISCOVERIES = Table(
    rows="discoveries", key=("id",), title="Discoveries of the time", shown=_HAPPENED
)

OBSERVATIONS = Table(
    rows="observations", key=("id",), title="Observations of the time", shown=_HAPPENED
)
