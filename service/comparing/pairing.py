"""What pairs up between the two sides of a comparison, and what one has that the other lacks.

What pairs up depends on what the sides are, and is named by `by`:

- `record`, where both are the same part of the world: each facility of either side. It
  *came* where only B has a status for it, and *ended* where A has one and B has none or
  one that is for good (decommissioned, cancelled) while that of A is not; it *went on*
  to a later status, or into a suspension or out of it. Whatever time alone does not do (a
  step back, an end undone) is *other*. The status decides; dates may differ in what is
  *same*. A facility that is only promised has a row without a status: *same* where both
  sides promise it, else *other*.
- `field`, where the countries differ: the facilities that have a status, by field;
- `status`, where the fields differ: the facilities by status;
- `milestone`, for two facilities: what pairs up is in `milestones`.

Between two parts of the world nothing comes and nothing ends: a pair that one side alone
has is *only-a* or *only-b*; it is *same* where they are as many of each status (or field),
or of one date, else *other*. The milestones of one facility at two sets of clocks *came*
and *ended* as the facility does.

With `record`, `milestones` has the effective statement of each milestone on both sides,
and in `days` how many days that of B is after that of A, from the least that their dates
allow to the most; null is an open end. One facility at two sets of clocks pairs by entry,
two facilities the first with the first of the same milestone, by date, and so on.

Policies pair up by their record, the chain of decisions; indicators by series and unit.
The series of two countries are one where they differ in the country's code at their end
(`nature-index-share-cn`), those of two facilities in the id at their beginning
(`heps-cost`); `series` then is what they have in common.

`only_a` and `only_b` name what one side has and the other lacks: facilities (with a
status), fields and statuses of those, milestones that happened (rule 6) on that side
alone, policies (by record), indicators.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from msgspec.structs import asdict

from events.canonical import LARGEST
from events.dates import Bounds, parse_iso
from events.vocabulary import FIELDS, MILESTONES, RANK, STATUSES
from projections.kinds.facility import FOR_GOOD
from projections.kinds.ladders import slip
from service.comparing.sides import By, Side, Sides

Members = dict[str, Any]
Change = Literal["same", "came", "went-on", "ended", "only-a", "only-b", "other"]

SIGNS: Mapping[Change, str] = {
    "came": "+",
    "only-b": "+",
    "ended": "-",
    "only-a": "-",
    "went-on": "~",
    "other": "~",
    "same": "=",
}


class Found(NamedTuple):
    """What a side has: its facilities by id, and what stands beside them.

    `facilities` are rows of `/v1/state`; `entries` the effective milestones of the one
    facility, if it is one; `card` is its card.
    """

    totals: Members
    facilities: Mapping[str, Members]
    policies: list[Members]
    indicators: list[Members]
    to_date: int
    entries: list[Members]
    card: Members

    def held(self) -> dict[str, Members]:
        """The facilities that have a status."""
        return {id: row for id, row in self.facilities.items() if row["status"] is not None}


class Paired(NamedTuple):
    """What pairs up, each list in its order; `facilities` are single ones, or groups."""

    facilities: list[Members]
    milestones: list[Members]
    policies: list[Members]
    indicators: list[Members]


def paired(a: Found, b: Found, sides: Sides) -> Paired:
    """What two sides have, beside each other."""
    return Paired(
        _facilities(a, b, sides.by),
        _milestones(a, b, by_entry=sides.by == "record"),
        _policies(a, b),
        _indicators(a, b, sides),
    )


def only(side: Literal["a", "b"], a: Found, b: Found, pairs: Paired) -> Members:
    """What one side has and the other lacks."""
    other = "b" if side == "a" else "a"
    held, lacking = (found.held() for found in ((a, b) if side == "a" else (b, a)))

    def kinds(member: str, order: Iterable[str]) -> list[str]:
        has, lacks = ({row[member] for row in rows.values()} for rows in (held, lacking))
        return [each for each in order if each in has - lacks]

    def alone(pairs: Iterable[Members], name: str) -> list[str]:
        return list(dict.fromkeys(pair[name] for pair in pairs if pair[side] and not pair[other]))

    happened, elsewhere = (
        {
            entry["milestone"]
            for entry in found.entries
            if entry["modality"] == "actual" and entry["counts"]
        }
        for found in ((a, b) if side == "a" else (b, a))
    )

    return {
        "facilities": sorted(held.keys() - lacking.keys()),
        "fields": kinds("field", FIELDS),
        "statuses": kinds("status", STATUSES),
        "milestones": [each for each in MILESTONES if each in happened - elsewhere],
        "policies": alone(pairs.policies, "record"),
        "indicators": alone(pairs.indicators, "series"),
    }


def _facilities(a: Found, b: Found, by: By) -> list[Members]:
    if by == "record":
        return [
            _pair(a.facilities.get(id), b.facilities.get(id))
            for id in sorted(a.facilities.keys() | b.facilities.keys())
        ]
    if by == "field":
        return _groups(a, b, by="field", among="status", order=FIELDS)
    if by == "status":
        return _groups(a, b, by="status", among="field", order=STATUSES)
    return []


def _pair(a: Members | None, b: Members | None) -> Members:
    """A facility on both sides; at least one has it."""
    row = b or a or {}
    about = {name: row[name] for name in _CARD if name in row}
    one, other = (
        None if row is None else {name: row[name] for name in row if name not in _CARD}
        for row in (a, b)
    )
    return {**about, "a": one, "b": other, "change": change_of(a, b)}


_CARD = ("id", "name", "country", "field", "class")


def change_of(a: Members | None, b: Members | None) -> Change:
    """What became of a facility from a row of the state to another, by its status.

    >>> change_of({"status": "approved"}, {"status": "operating"})
    'went-on'
    >>> change_of({"status": "operating"}, {"status": "approved"})
    'other'
    """
    before, after = (None if row is None else row["status"] for row in (a, b))
    if before == after:
        return "same" if before is not None or (a is not None and b is not None) else "other"
    if before is None:
        return "came"
    if before in FOR_GOOD:
        return "ended" if after is None else "other"
    if after is None or after in FOR_GOOD:
        return "ended"
    forward = RANK.get(after, len(RANK)) > RANK.get(before, -1)
    return "went-on" if forward or before == "suspended" else "other"


def _groups(a: Found, b: Found, *, by: str, among: str, order: Sequence[str]) -> list[Members]:
    """The facilities with a status, grouped by one member and counted by another."""
    pairs = []
    for name in order:
        one, other = (
            _group([row for row in found.held().values() if row[by] == name], among)
            for found in (a, b)
        )
        if one is not None or other is not None:
            same = one is not None and other is not None and one["counts"] == other["counts"]
            change = _beside(one, other, same=same, alone=("only-a", "only-b"))
            pairs.append({by: name, "a": one, "b": other, "change": change})
    return pairs


def _group(rows: Sequence[Members], among: str) -> Members | None:
    if not rows:
        return None
    counts = Counter(row[among] for row in rows)
    return {
        "count": len(rows),
        "counts": {name: counts[name] for name in (*STATUSES, *FIELDS) if name in counts},
        "facilities": sorted(row["id"] for row in rows),
    }


def _beside(
    a: Members | None, b: Members | None, *, same: bool, alone: tuple[Change, Change]
) -> Change:
    """The change of a pair; `alone` are the words where only A, or only B, has it."""
    if a is None or b is None:
        return alone[1] if a is None else alone[0]
    return "same" if same else "other"


def _milestones(a: Found, b: Found, *, by_entry: bool) -> list[Members]:
    """The effective milestones of two facilities side by side, in the order of the list."""
    one, other = (_keyed(found.entries, by_entry=by_entry) for found in (a, b))
    alone: tuple[Change, Change] = ("ended", "came") if by_entry else ("only-a", "only-b")
    pairs = []
    for key in sorted(one.keys() | other.keys(), key=lambda key: (MILESTONES.index(key[0]), key)):
        x, y = one.get(key), other.get(key)
        pairs.append(
            {
                "milestone": key[0],
                "a": x,
                "b": y,
                "days": None if x is None or y is None else _days(x, y),
                "change": _beside(
                    x,
                    y,
                    same=x is not None and y is not None and _same_date(x, y),
                    alone=alone,
                ),
            }
        )
    return pairs


def _keyed(entries: Iterable[Members], *, by_entry: bool) -> dict[tuple[str, str, int], Members]:
    """The milestones by what they are and by their entry, or by which they are of their kind."""
    keyed: dict[tuple[str, str, int], Members] = {}
    seen: Counter[str] = Counter()
    for entry in sorted(entries, key=_by_date):
        what = entry["milestone"]
        keyed[(what, entry["entry"], 0) if by_entry else (what, "", seen[what])] = {
            name: value for name, value in entry.items() if name != "milestone"
        }
        seen[what] += 1
    return keyed


def _by_date(entry: Members) -> tuple[bool, int, str]:
    earliest = entry["earliest"]
    return (earliest is not None, 0 if earliest is None else parse_iso(earliest), entry["entry"])


def _same_date(a: Members, b: Members) -> bool:
    return all(a[name] == b[name] for name in ("date", "modality"))


def _days(a: Members, b: Members) -> Members | None:
    """How many days the date of B is after that of A, at least and at most."""
    if a["date"] is None or b["date"] is None:
        return None
    if a["statement"] == b["statement"] and a["date"] == b["date"]:
        # However vague its date is, it is of one day.
        return {"earliest": 0, "latest": 0}
    return asdict(slip(Bounds.of(a), Bounds.of(b)))


def _policies(a: Found, b: Found) -> list[Members]:
    """The policies that hold, by record."""
    one, other = (_by_record(found.policies) for found in (a, b))
    return [
        {"record": record, "a": one.get(record, []), "b": other.get(record, [])}
        for record in sorted(one.keys() | other.keys())
    ]


def _by_record(policies: Iterable[Members]) -> dict[str, list[Members]]:
    chains: dict[str, list[Members]] = defaultdict(list)
    for line in policies:
        shown: Members = {
            name: line[name] for name in ("id", "title", "title_zh", "date") if name in line
        }
        chains[line.get("record") or line["id"]].append(shown)
    return chains


def _indicators(a: Found, b: Found, sides: Sides) -> list[Members]:
    """The readings that hold, by series and unit."""
    stems = sides.by in ("field", "status", "milestone")
    one, other = (
        _by_series(found.indicators, side if stems else None)
        for found, side in ((a, sides.a), (b, sides.b))
    )
    pairs = []
    for series, unit in sorted(one.keys() | other.keys()):
        x, y = (
            None if (line := by.get((series, unit))) is None else _reading(line)
            for by in (one, other)
        )
        pairs.append(
            {
                "series": series,
                "unit": unit,
                "a": x,
                "b": y,
                "difference": None if x is None or y is None else _less(y["value"], x["value"]),
            }
        )
    return pairs


def _by_series(readings: Iterable[Members], side: Side | None) -> dict[tuple[str, str], Members]:
    """Readings by series and unit; of a side, by what its series has in common with the other's,
    unless that is a series of the same side."""
    by = {(line["series"], line["unit"]): line for line in readings}
    if side is None:
        return by
    stems = {key: (_stem(key[0], side), key[1]) for key in by}
    return {key if stems[key] in by else stems[key]: line for key, line in by.items()}


def _stem(series: str, side: Side) -> str:
    """What a series of one country or facility has in common with that of another."""
    if side.place.single is not None:
        return series.removesuffix(f"-{side.place.single.lower()}")
    return series if side.record is None else series.removeprefix(f"{side.record}-")


def _reading(line: Members) -> Members:
    return {name: line[name] for name in ("id", "series", "value", "date")}


def _less(value: float, than: float) -> float:
    """The difference of two numbers as they are written.

    >>> _less(2.01, 0.57)
    1.44
    """
    difference = Decimal(str(value)) - Decimal(str(than))
    is_whole = difference == difference.to_integral_value() and abs(difference) <= LARGEST
    return int(difference) if is_whole else float(difference)
