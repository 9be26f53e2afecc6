"""What was expected, what stands beside what and what differs as tables, for CSV and for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from events.vocabulary import STATUSES
from service.asking.table import CONTESTED, Column, Columns, Members, Table, columns, within
from service.comparing.pairing import SIGNS
from service.words.cells import date_cell
from service.words.number import number_text

# --- then and now


def hindsight_lines(answer: Members) -> Iterator[str]:
    """How many would run, how many do, and how many of these were expected."""
    totals, to = answer["totals"], answer["to"]
    yield (
        f"Then {totals['then']} would run; as said by {date_cell(to['stated'])} and recorded"
        f" at {to['known']}, {totals['now']} run: {totals['expected_and_came']} came as"
        f" expected, {totals['expected_not_come']} did not,"
        f" {totals['unexpected_named']} that were named and {totals['unexpected_unnamed']}"
        " that were not came unexpected."
    )


def _since(row: Members) -> str:
    return date_cell(row["since"]["date"]) if row["since"] else ""


def _plan(row: Members) -> str:
    plan = row["then"]["expected"]
    return "" if plan is None else f"{plan['status']}, {date_cell(plan['date'])}"


def _began(point: str) -> Callable[[Members], object]:
    return lambda row: (row[point]["since"] or {}).get("date")


def _contested(point: str) -> Callable[[Members], object]:
    return lambda row: CONTESTED.of(row[point])


def _expected(name: str) -> Callable[[Members], object]:
    return lambda row: (row["then"]["expected"] or {}).get(name)


THEN_AND_NOW = Table(
    rows="rows",
    key=("id",),
    columns=(
        *columns("id", "name", "country", "field", "class", "group", "named", words=("name",)),
        Column(name="then", value=within("then", "status")),
        Column(name="then_since", value=_began("then")),
        Column(name="then_contested", value=_contested("then")),
        Column(name="expected", value=_expected("status")),
        Column(name="expected_date", value=_expected("date")),
        Column(name="now", value=within("now", "status")),
        Column(name="now_since", value=_began("now")),
        Column(name="now_certainty", value=within("now", "certainty")),
        Column(name="now_contested", value=_contested("now")),
    ),
)
"""One facility a row."""


def _group(name: str, title: str) -> Table:
    return Table(
        rows="rows",
        title=title,
        shown=(
            *columns("id", "name"),
            Column(name="then", value=within("then", "status")),
            Column(name="expected", value=_plan),
            Column(name="now", value=within("now", "status")),
            Column(name="since", value=lambda row: _since(row["now"])),
            Column(name="named"),
        ),
        spread=lambda answer: (row for row in answer["rows"] if row["group"] == name),
    )


GROUPS = (
    _group("expected-not-come", "Expected, and did not come"),
    _group("unexpected", "Unexpected"),
    _group("expected-and-came", "Expected, and came"),
)
"""The groups in the order in which people read them, the surprises first."""

# --- two sides

Beside = dict[str, Any]
"""What a side has of a pair, by what follows the letter of the side in the names of its columns."""


def _standing(side: Members) -> Beside:
    """A facility by its status and since when, and what was expected of it; or a group of them by
    how many they are."""
    if "count" in side:
        return {"": side["count"]}
    plan = side.get("expected") or {}
    return {
        "": side["status"],
        "_date": (side.get("since") or {}).get("date"),
        "_expected": plan.get("status"),
        "_expected_date": plan.get("date"),
    }


def _happening(side: Members) -> Beside:
    return {"": side["modality"], "_date": side.get("date")}


def _decided(decisions: Sequence[Members]) -> Beside:
    return {"": len(decisions), "_date": " ".join(each["date"] for each in decisions)}


def _valued(side: Members) -> Beside:
    return {"": side["value"], "_date": side["date"]}


def _sides(pair: Members, beside: Callable[[Any], Beside]) -> Members:
    return {
        f"{side}{part}": value
        for side in "ab"
        if pair[side]
        for part, value in beside(pair[side]).items()
    }


def _pairs(answer: Members) -> Iterator[Members]:
    """What stands beside what: the status or number of each side, its date, and, where that was to
    come yet, what was expected.

    A field or a status stands for its facilities, which are counted; a policy for its decisions,
    whose dates are given.
    """
    for pair in answer["pairs"]:
        about = {"what": answer["by"], "id": pair.get(answer["by"])}
        if answer["by"] == "record":
            about = {"what": "facility", "id": pair["id"], "name": pair["name"]}
        yield {**about, "change": pair["change"], **_sides(pair, _standing)}
    for pair in answer["milestones"]:
        one = pair["a"] or pair["b"]
        about = {"what": "milestone", "id": pair["milestone"], "change": pair["change"]}
        yield {**about, "name": one["entry"], **_sides(pair, _happening)}
    for pair in answer["policies"]:
        about = {"what": "policy", "id": pair["record"]}
        title = (*pair["a"], *pair["b"])[-1]["title"]
        yield {**about, "name": title, **_sides(pair, _decided)}
    for pair in answer["indicators"]:
        about = {"what": "indicator", "id": pair["series"], "unit": pair["unit"]}
        yield {**about, **_sides(pair, _valued)}


PAIRS = Table(
    rows="pairs",
    each=(
        "pair; on a side beyond its horizon the sentence counts `a_expected`, or `a` where that is"
        " empty (`b_expected` and `b` likewise), while `change` is by `a` and `b` alone"
    ),
    columns=columns(
        *("what", "id", "name", "change"),
        *("a", "a_date", "a_expected", "a_expected_date"),
        *("b", "b_date", "b_expected", "b_expected_date"),
        "unit",
        words=("name", "unit"),
    ),
    spread=_pairs,
)
"""Whatever stands beside something, one pair a row."""


def compare_lines(answer: Members) -> Iterator[str]:
    """Where the other side stands, and how many pairs came to what."""
    to, signs = answer["to"], answer["change"]
    yield (
        f"Beside it: on {date_cell(to['at'])}, as said by {date_cell(to['stated'])} and"
        f" recorded at {to['known']}."
    )
    came, ended = ("came", "ended") if answer["by"] == "record" else ("only there", "only here")
    yield f"+ {signs['+']} {came}, − {signs['-']} {ended}, ~ {signs['~']} other, = {signs['=']}"


def _beside(cell: Callable[[Any], str], *before: Column, after: tuple[Column, ...] = ()) -> Columns:
    """Columns of both sides under their labels, between others."""

    def headed(answer: Members) -> tuple[Column, ...]:
        sides = (
            Column(
                name=side,
                value=lambda row, side=side: cell(row[side]),  # type: ignore[misc] # mypy infers no lambda with a default
                heading=answer[side]["label"]["en"],
            )
            for side in ("a", "b")
        )
        return (*before, *sides, *after)

    return headed


def _sign(pair: Members) -> str:
    return SIGNS[pair["change"]]


def _side(side: Members | None) -> str:
    if side is None:
        return "–"
    if "count" in side:
        counts = ", ".join(f"{count} {name}" for name, count in side["counts"].items())
        return f"{side['count']}: {counts}"
    if side["status"] is None:
        return "promised"
    return f"{side['status']}, {_since(side)}"


def _milestone(side: Members | None) -> str:
    if side is None:
        return "–"
    date = date_cell(side["date"]) or "given up"
    return f"{date} (planned)" if side["modality"] == "planned" else date


def _days(pair: Members) -> str:
    days = pair["days"]
    if days is None:
        return ""
    ends = ["open" if days[end] is None else f"{days[end]:+,}" for end in ("earliest", "latest")]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _titles(decisions: Iterable[Members]) -> str:
    return "; ".join(decision["title"] for decision in decisions) or "–"


def _reading(reading: Members | None) -> str:
    if reading is None:
        return "–"
    return f"{number_text(reading['value'])} ({date_cell(reading['date'])})"


def _difference(pair: Members) -> str:
    value = pair["difference"]
    if value is None:
        return ""
    return f"{'' if value < 0 else '+'}{number_text(value)}"


def _statuses(answer: Members) -> Iterator[Members]:
    """How many of each side have each status that any has."""
    for status in STATUSES:
        counts = {side: answer[side]["totals"]["status"].get(status) for side in ("a", "b")}
        if any(counts.values()):
            yield {"status": status, **counts}


def _paired(answer: Members) -> tuple[Column, ...]:
    by = answer["by"]
    name = Column(name="id" if by == "record" else by, heading=by)
    found = _beside(_side, Column(name="change", value=_sign, heading=" "), name)
    return found(answer) if callable(found) else found


SIDE_BY_SIDE = (
    Table(
        rows="pairs",
        title="Facilities by status",
        shown=_beside(lambda count: str(count or 0), Column(name="status")),
        spread=_statuses,
    ),
    Table(
        rows="pairs",
        title=lambda answer: (
            "Facilities" if answer["by"] == "record" else f"Facilities by {answer['by']}"
        ),
        shown=_paired,
    ),
    Table(
        rows="milestones",
        title="Milestones",
        shown=_beside(
            _milestone,
            Column(name="change", value=_sign, heading=" "),
            Column(name="milestone"),
            after=(Column(name="days", value=_days),),
        ),
    ),
    Table(rows="policies", title="Policies", shown=_beside(_titles, Column(name="record"))),
    Table(
        rows="indicators",
        title="Indicators",
        shown=_beside(
            _reading,
            *columns("series", "unit"),
            after=(Column(name="difference", value=_difference),),
        ),
    ),
)
"""What people read of two sides."""

# --- what differs


def _differing(answer: Members) -> Iterator[Members]:
    """Each row that differs; `members` are the paths of what changed in it."""
    for change in ("added", "removed", "changed"):
        for row in answer[change]:
            events = [event for cause in row["causes"] for event in cause["events"]]
            named = [name for cause in row["causes"] for name in cause["statements"]]
            yield {
                "id": row["id"],
                "kind": row["kind"],
                "change": change,
                "causes": " ".join(dict.fromkeys(cause["cause"] for cause in row["causes"])),
                "members": " ".join(each["path"] for each in row.get("patch", ())),
                "events": " ".join(str(event["position"]) for event in events),
                "statements": " ".join(dict.fromkeys(named)),
            }


DIFFERENCES = Table(
    rows="changed",
    title="What differs",
    each="addition, removal or change",
    columns=columns("id", "kind", "change", "causes", "members", "events", "statements"),
    spread=_differing,
)
