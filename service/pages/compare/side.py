"""A side of a comparison as its page shows it: its label, its clocks, and its facilities as rows of
marks, one for each family of statuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from service.comparing.sides import Side, Sides
from service.drawing.marks import icon
from service.pages.drawn.lanes import FAMILIES
from service.pages.shell.clockbar import written
from service.pages.shell.layout import Members
from service.state.row import expected_status
from service.words import labels
from service.words.number import number_text

ROWS = (*FAMILIES, ("suspended", ("suspended",)), ("over", ("decommissioned", "cancelled")))
"""The rows of marks under each side."""

MOST_MARKS = 300
"""How many facilities of a row have a mark, at most."""


def side_shown(
    answer: Mapping[str, Any],
    name: str,
    compared: Sides,
    *,
    label: str,
    named: str,
    lang: str,
    names: Mapping[str, str],
) -> Members:
    """A side: its label, how it is `named` over its clocks, and for each row of statuses a count
    and marks: of many facilities some, those that are new in true proportion."""
    side = answer[name]
    totals = totals_of(answer, name)["status"]
    beside = {held.id: held.status for held in _held(answer, "a" if name == "b" else "b")}
    rows = []
    for family, statuses in ROWS:
        found = [held for held in _held(answer, name) if held.status in statuses]
        found.sort(key=lambda held: (statuses.index(held.status), held.id))
        rows.append(
            {
                "family": family,
                "count": sum(totals.get(status, 0) for status in statuses),
                "number": _number(side, totals, statuses),
                "marks": [
                    {
                        "id": held.id,
                        "icon": icon(held.status, expected=held.expected),
                        "name": names.get(held.id, held.id),
                        "status": labels.label(held.status, lang),
                        "shown": held.status,
                        "hoped": held.expected,
                        "new": answer["by"] == "record"
                        and name == "b"
                        and beside.get(held.id) not in statuses,
                    }
                    for held in found
                ],
            }
        )
    for row in rows:
        marks = sorted(row["marks"], key=lambda mark: mark["new"])
        row["held"], row["new"] = len(marks), sum(mark["new"] for mark in marks)
        row["marks"] = in_proportion(marks, MOST_MARKS)
    if answer["by"] == "milestone":
        rows = [row for row in rows if row["count"]] or rows[:1]
    label, named = (text[:1].upper() + text[1:] for text in (label, named))
    return {
        "label": label,
        "named": named,
        "long": len(named) > 5,
        "rows": rows,
        **_clocks(compared.a if name == "a" else compared.b, compared),
    }


def _clocks(side: Side, compared: Sides) -> Members:
    """The clocks over a side: its day, and the others in which the sides differ."""
    a, b = compared.a.as_of, compared.b.as_of
    return {
        "at": written(side.as_of.at),
        "stated": written(side.as_of.stated) if a.stated != b.stated else None,
        "known": f"@{side.as_of.known}" if a.known != b.known else None,
    }


def _number(side: Members, totals: Mapping[str, int], statuses: Sequence[str]) -> str:
    """How many have one of some statuses, as the sentence has it: from the least to the most."""
    count = sum(totals.get(status, 0) for status in statuses)
    [status, *others] = statuses
    ranged = side["totals"]["range"].get(status)
    if others or side["expected"] or ranged is None or ranged["certain"] == ranged["possible"]:
        return number_text(count)
    return f"{number_text(ranged['certain'])}–{number_text(ranged['possible'])}"


def in_proportion(those: Sequence[Any], most: int) -> list[Any]:
    """So many at most of what stands sorted, evenly chosen, so that each sort keeps its share.

    >>> in_proportion("aaaaaabbb", 3), in_proportion("ab", 3)
    (['a', 'a', 'b'], ['a', 'b'])
    """
    count = len(those)
    if count <= most:
        return list(those)
    return [those[(2 * at + 1) * count // (2 * most)] for at in range(most)]


class _Held(NamedTuple):
    """A facility with the status that it has, or is expected to have."""

    id: str
    status: str
    expected: bool


def _held(answer: Mapping[str, Any], name: str) -> list[_Held]:
    """The facilities of a side, as far as the pairs name them."""
    if answer["by"] == "record":
        rows = [(pair["id"], pair[name]) for pair in answer["pairs"] if pair[name] is not None]
    else:
        facility = answer[name]["facility"]
        rows = [] if facility is None else [(facility["id"], facility)]
    return [_Held(id, status, hoped(row)) for id, row in rows if (status := expected_status(row))]


def hoped(row: Mapping[str, Any]) -> bool:
    """Whether a facility is only expected to be what it is shown as."""
    return row.get("certainty") == "last-known" and bool(row.get("expected"))


def totals_of(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What a side counts: beyond the horizon, what is expected."""
    totals: Mapping[str, Any] = answer[name]["expected"] or answer[name]["totals"]
    return totals
