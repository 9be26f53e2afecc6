"""Two sides of the chronicle beside each other: `/v1/compare`.

A side is a part of the world at three clocks: `at`, `stated`, `known`, and a `country`, a
`field`, or one facility as `record`. Side A has the plain parameters, side B those that
begin with `to_`; what is not given of B is as A has it. So two countries, two fields or two
facilities are compared at the same clocks, or one at two sets of clocks. `/v1/diff` tells
every member that changed between two points and why; this tells what stands beside what.

What pairs up depends on what the sides are, and is told by `by`:

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

A pair of groups *came* or *ended* where only B or only A has such facilities; it is *same*
where they are as many of each status (or field), else *other*. `change` counts the pairs
by sign: `+` came, `-` ended, `=` same, `~` all the rest.

With `record`, `milestones` has the effective statement of each milestone on both sides,
and in `days` how many days that of B is after that of A, from the least that their dates
allow to the most; null is an open end. One facility at two sets of clocks pairs by entry,
two facilities the first with the first of the same milestone, by date, and so on. What
belongs to a facility (policies, indicators, discoveries) names it as its `facility`.

Policies pair up by their record, the chain of decisions; indicators by series and unit.
The series of two countries are one where they differ in the country's code at their end
(`nature-index-share-cn`), those of two facilities in the id at their beginning
(`heps-cost`); `series` then is what they have in common.

`only_a` and `only_b` name what one side has and the other lacks: facilities (with a
status), fields and statuses of those, milestones, policies (by record), indicators.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import msgspec
from flask import Response, request

from events.clocks import AsOf, Log
from events.dates import civil, display, iso, parse, parse_iso
from events.errors import BadFilter, NotFound
from events.vocabulary import FIELDS, MILESTONES, RANK, STATUSES
from projections.facility import FOR_GOOD
from projections.history import History
from projections.state import State
from projections.views import Database
from service.asking import archive, clocks, parameters, respond
from service.diff import FROM_CLOCKS, MOST, TO_CLOCKS, comparison
from service.errors import NothingToCompare, TooMuchToCompare
from service.filters import given, wanted
from service.question import Question
from service.records import record_answer
from service.sentences.compare import Side as Spoken
from service.sentences.compare import compare_sentence
from service.sentences.labels import country_name, field_name
from service.sentences.sentence import Name, Sentence
from service.sentences.voice import Count
from service.state import Wanted, state_answer
from service.translations import Language

PARTS = ("country", "field", "record")
TO_PARTS = tuple(f"to_{name}" for name in PARTS)

Members = dict[str, Any]
By = Literal["record", "field", "status", "milestone"]
Change = Literal["same", "came", "went-on", "ended", "other"]

SIGNS: Mapping[Change, str] = {
    "came": "+",
    "ended": "-",
    "went-on": "~",
    "other": "~",
    "same": "=",
}


class Side(NamedTuple):
    """A part of the world at three clocks. With a `record`, there is no country and no field."""

    as_of: AsOf
    country: str | None
    field: str | None
    record: str | None


@dataclass(frozen=True, slots=True)
class Sides:
    """Two sides, and the question that is pinned with both written out."""

    question: Question
    a: Side
    b: Side

    @property
    def position(self) -> int:
        """How far the views must have read to answer."""
        return max(self.a.as_of.known, self.b.as_of.known)

    @property
    def by(self) -> By:
        """What pairs up."""
        if self.a.record != self.b.record:
            return "milestone"
        if self.a.field != self.b.field:
            return "status"
        return "record" if self.a.country == self.b.country else "field"


def compare_response() -> Response:
    """The response to `/v1/compare`.

    Raises NothingToCompare, TooMuchToCompare, NotFound, and what every question raises.
    """
    texts = parameters((*FROM_CLOCKS, *TO_CLOCKS, *PARTS, *TO_PARTS, "view"))
    service = archive()
    compared = sides(
        request.path,
        clocks(texts),
        texts,
        log=service.chronicle.log,
        now=service.chronicle.now(),
    )
    return respond(
        texts,
        compared.question,
        lambda db: compare_answer(service.state, service.history, db, compared),
        position=compared.position,
    )


def sides(path: str, start: AsOf, texts: Mapping[str, str], *, log: Log, now: str) -> Sides:
    """The sides that texts tell apart, that of the clocks `start` and the other.

    Raises NothingToCompare where nothing is given of the other, BadClock and
    PositionAhead for a clock, BadFilter for a filter.
    """
    if not texts.keys() & {*TO_CLOCKS, *TO_PARTS}:
        raise NothingToCompare((*TO_CLOCKS, *TO_PARTS))
    end = comparison(path, start, {"to_at": iso(start.at), **texts}, log=log, now=now).to
    parts = {name: texts.get(name) for name in PARTS}
    others = {name: texts.get(f"to_{name}", value) for name, value in parts.items()}
    _check(parts, prefix="")
    _check(others, prefix="to_")
    if parts["record"] is None and others["record"] is not None:
        raise BadFilter(
            "to_record",
            others["record"],
            "only with `record`: a facility is compared with a facility",
        )
    filters = {
        **{name: value for name, value in parts.items() if value is not None},
        **{f"to_{name}": value for name, value in others.items() if value is not None},
        "to_at": iso(end.at),
        "to_stated": iso(end.stated),
        "to_known": f"@{end.known}",
    }
    return Sides(Question(path, start, filters), Side(start, **parts), Side(end, **others))


def _check(parts: Mapping[str, str | None], *, prefix: str) -> None:
    """Refuse a country or a field that there is not, and both beside a record."""
    try:
        wanted(country=parts["country"], field=parts["field"])
    except BadFilter as refused:
        raise BadFilter(
            f"{prefix}{refused.name}", refused.value, refused.why, allowed=refused.allowed
        ) from None
    if parts["record"] is not None and (parts["country"] or parts["field"]):
        raise BadFilter(
            f"{prefix}record", parts["record"], "a facility goes with no country and no field"
        )


def compare_answer(view: State, history: History, db: Database, compared: Sides) -> str:
    """The JSON text of `/v1/compare`."""
    by = compared.by
    if compared.a.record is None:
        a, b = (_part(view, db, side) for side in (compared.a, compared.b))
    else:
        a, b = _facilities(view, history, db, compared)
    pairs = _paired(a, b, by)
    beside = _Beside(
        _milestones(a, b, by_entry=by == "record"), _policies(a, b), _indicators(a, b, compared)
    )
    counted = Counter(
        SIGNS[pair["change"]] for pair in (beside.milestones if by == "milestone" else pairs)
    )
    end = compared.b.as_of
    told = {
        "to": {
            "at": iso(end.at),
            "stated": iso(end.stated),
            "known": f"@{end.known}",
            "known_at": end.known_at,
        },
        "by": by,
        "a": _told(a, compared.a, compared.b),
        "b": _told(b, compared.b, compared.a),
        "pairs": pairs,
        "milestones": beside.milestones,
        "policies": beside.policies,
        "indicators": beside.indicators,
        "only_a": _only("a", a, b, beside),
        "only_b": _only("b", a, b, beside),
        "change": {sign: counted[sign] for sign in "+-~="},
        "sentence": _sentence(a, b, compared).members(),
        "next": None,
    }
    return f"{{{compared.question.head()},{_json(told)[1:-1]}}}"


# --- what a side has


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


def _part(view: State, db: Database, side: Side) -> Found:
    about = Wanted(country=side.country, field=side.field, limit=MOST + 1)
    question = Question("/v1/state", side.as_of, given(about))
    state = msgspec.json.decode(state_answer(view, db, question, about))
    if len(state["facilities"]) > MOST:
        raise TooMuchToCompare(MOST)
    return Found(
        state["totals"],
        {row["id"]: row for row in state["facilities"]},
        state["policies"],
        state["indicators"],
        state["discoveries_to_date"],
        [],
        {},
    )


def _facilities(
    view: State, history: History, db: Database, compared: Sides
) -> tuple[Found, Found]:
    """The facility of each side. One that both are about may be missing from one of them."""
    found: list[Found] = []
    missing: list[NotFound] = []
    for side, name in ((compared.a, "record"), (compared.b, "to_record")):
        try:
            found.append(_facility(view, history, db, side, name))
        except NotFound as error:
            missing.append(error)
            found.append(Found(_totals(None), {}, [], [], 0, [], {}))
    if missing and (compared.a.record != compared.b.record or len(missing) > 1):
        raise missing[0]
    return found[0], found[1]


def _facility(view: State, history: History, db: Database, side: Side, name: str) -> Found:
    """The facility of a side, which the parameter `name` names."""
    id = side.record or ""
    question = Question(f"/v1/records/{id}", side.as_of, {})
    record = msgspec.json.decode(record_answer(history, db, question, id))
    if record["kind"] != "facility":
        raise BadFilter(name, id, f"it is a record of the kind {record['kind']}, no facility")
    row = {"id": id, **{member: record[member] for member in _ROW if member in record}}
    lines = {line["id"]: line for line in record["statements"]}
    entries = [
        {
            "milestone": lines[entry["effective"]]["milestone"],
            "entry": entry["entry"],
            "statement": entry["effective"],
            "modality": lines[entry["effective"]]["modality"],
            "counts": entry["counts"],
            "date": lines[entry["effective"]].get("date"),
            **lines[entry["effective"]]["bounds"],
        }
        for entry in record["entries"]
    ]
    day = side.as_of.at
    return Found(
        _totals(row),
        {id: row},
        _owned(view, db, side, "policy", since=day),
        _owned(view, db, side, "indicator", since=day),
        len(_owned(view, db, side, "discovery")),
        entries,
        record["card"],
    )


_ROW = (
    "name", "country", "field", "status", "since", "alternatives", "statement", "certainty",
    "expected", "overdue", "name_then",
)  # fmt: skip
"""The members of a row of the state."""


def _owned(
    view: State, db: Database, side: Side, facet: str, *, since: int | None = None
) -> list[Members]:
    """What had begun by the day, and held on it or after `since`, and belongs to the facility."""
    clock = side.as_of
    rows = view.begun(
        db,
        facet,
        last=clock.at,
        stated=clock.stated,
        known=clock.known,
        country=None,
        field=None,
    )
    held = [row.statement for row in rows if since is None or row.vt > since]
    texts = view.statements(db, held, known=clock.known)
    lines = (msgspec.json.decode(texts[statement]) for statement in sorted(held))
    return [line for line in lines if line.get("facility") == side.record]


def _totals(row: Members | None) -> Members:
    """The totals of one facility, as those of a state."""
    if row is None:
        return {"status": {}, "range": {}, "operating_by_field": {}}
    status, odds = row["status"], row["alternatives"]
    certain = int(len(odds) == 1)
    return {
        "status": {} if status is None else {status: 1},
        "range": {each: {"certain": certain, "possible": 1} for each in odds if each is not None},
        "operating_by_field": {row["field"]: 1} if status == "operating" else {},
    }


# --- what pairs up


def _paired(a: Found, b: Found, by: By) -> list[Members]:
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
    about = {name: (b or a or {})[name] for name in _CARD}
    one, other = (
        None if row is None else {name: row[name] for name in row if name not in _CARD}
        for row in (a, b)
    )
    return {**about, "a": one, "b": other, "change": change_of(a, b)}


_CARD = ("id", "name", "country", "field")


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
            pairs.append({by: name, "a": one, "b": other, "change": _beside(one, other, same)})
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


def _beside(a: Members | None, b: Members | None, same: bool) -> Change:
    if a is None or b is None:
        return "came" if a is None else "ended"
    return "same" if same else "other"


def _milestones(a: Found, b: Found, *, by_entry: bool) -> list[Members]:
    """The effective milestones of two facilities side by side, in the order of the list."""
    one, other = (_keyed(found.entries, by_entry=by_entry) for found in (a, b))
    pairs = []
    for key in sorted(one.keys() | other.keys(), key=lambda key: (MILESTONES.index(key[0]), key)):
        x, y = one.get(key), other.get(key)
        pairs.append(
            {
                "milestone": key[0],
                "a": x,
                "b": y,
                "days": None if x is None or y is None else _days(x, y),
                "change": _beside(x, y, x is not None and y is not None and _same_date(x, y)),
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
        # However vague its date is, it tells of one day.
        return {"earliest": 0, "latest": 0}

    def between(first: str | None, last: str | None) -> int | None:
        return None if first is None or last is None else parse_iso(last) - parse_iso(first)

    return {
        "earliest": between(a["latest"], b["earliest"]),
        "latest": between(a["earliest"], b["latest"]),
    }


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
        shown = {"id": line["id"], "title": line["title"], "date": line["date"]}
        chains[line.get("record") or line["id"]].append(shown)
    return chains


def _indicators(a: Found, b: Found, compared: Sides) -> list[Members]:
    """The readings that hold, by series and unit."""
    stems = compared.by in ("field", "status", "milestone")
    one, other = (
        {
            (_stem(line["series"], side) if stems else line["series"], line["unit"]): line
            for line in found.indicators
        }
        for found, side in ((a, compared.a), (b, compared.b))
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


def _stem(series: str, side: Side) -> str:
    """What a series of one country or facility has in common with that of another."""
    if side.country is not None:
        return series.removesuffix(f"-{side.country.lower()}")
    return series if side.record is None else series.removeprefix(f"{side.record}-")


def _reading(line: Members) -> Members:
    return {name: line[name] for name in ("id", "series", "value", "date")}


def _less(value: float, than: float) -> float:
    """The difference of two numbers as they are written.

    >>> _less(2.01, 0.57)
    1.44
    """
    difference = Decimal(str(value)) - Decimal(str(than))
    return int(difference) if difference == difference.to_integral_value() else float(difference)


class _Beside(NamedTuple):
    """What pairs up besides facilities."""

    milestones: list[Members]
    policies: list[Members]
    indicators: list[Members]


def _only(side: Literal["a", "b"], a: Found, b: Found, beside: _Beside) -> Members:
    """What one side has and the other lacks."""
    other = "b" if side == "a" else "a"
    held, lacking = (found.held() for found in ((a, b) if side == "a" else (b, a)))

    def kinds(member: str, order: Iterable[str]) -> list[str]:
        has, lacks = ({row[member] for row in rows.values()} for rows in (held, lacking))
        return [each for each in order if each in has - lacks]

    def alone(pairs: Iterable[Members], name: str) -> list[str]:
        return list(dict.fromkeys(pair[name] for pair in pairs if pair[side] and not pair[other]))

    return {
        "facilities": sorted(held.keys() - lacking.keys()),
        "fields": kinds("field", FIELDS),
        "statuses": kinds("status", STATUSES),
        "milestones": alone(beside.milestones, "milestone"),
        "policies": alone(beside.policies, "record"),
        "indicators": alone(beside.indicators, "series"),
    }


# --- how a side is told


def _told(found: Found, side: Side, other: Side) -> Members:
    by_field: dict[str, Counter[str]] = defaultdict(Counter)
    for row in found.held().values():
        by_field[row["field"]][row["status"]] += 1
    return {
        "label": {lang: _label(found, side, other, lang) for lang in _LANGUAGES},
        "totals": found.totals,
        "by_field": {
            field: {status: by_field[field][status] for status in STATUSES if status in counts}
            for field in FIELDS
            if (counts := by_field.get(field))
        },
        "policies": len(found.policies),
        "discoveries_to_date": found.to_date,
        "facility": found.facilities.get(side.record or "", None),
    }


_LANGUAGES: tuple[Language, ...] = ("en", "zh")


def _label(found: Found, side: Side, other: Side, lang: Language) -> str:
    """What tells a side from the other: its part of the world, its clocks.

    Where nothing does, the part of the world and the day.
    """
    parts = []
    clocks, same = side.as_of, side == other
    if same or side._replace(as_of=other.as_of) != other:
        parts += _about(found, side, lang)
    if same or clocks.at != other.as_of.at or not parts:
        parts.append(_day(clocks.at, lang))
    if clocks.stated != other.as_of.stated:
        said = _day(clocks.stated, lang)
        parts.append(f"as said by {said}" if lang == "en" else f"截至{said}所述")
    if clocks.known != other.as_of.known:
        parts.append(
            f"as recorded at @{clocks.known}" if lang == "en" else f"记录至@{clocks.known}"
        )
    return (", " if lang == "en" else "，").join(parts)


def _about(found: Found, side: Side, lang: Language) -> list[str]:
    if side.record is not None:
        name = found.card.get("name_zh") if lang == "zh" else None
        return [name or found.card.get("name") or side.record]
    parts = []
    if side.country is not None:
        parts.append(country_name(side.country, lang))
    if side.field is not None:
        parts.append(field_name(side.field, lang))
    return parts or ["the world" if lang == "en" else "全世界"]


def _day(day: int, lang: Language) -> str:
    """A day in words; the last one of a year or month as that year or month.

    >>> from events.dates import day
    >>> _day(day(2013, 12, 31), "en"), _day(day(2013, 5, 30), "zh")
    ('2013', '2013年5月30日')
    """
    year, month, _ = civil(day)
    written = iso(day)
    if not 0 <= year <= 9999:
        return written
    if civil(day + 1)[0] > year:
        written = f"{year:04d}"
    elif civil(day + 1)[1] > month:
        written = f"{year:04d}-{month:02d}"
    return display(parse(written), lang)


def _sentence(a: Found, b: Found, compared: Sides) -> Sentence:
    """What the comparison says in words; it takes a promise for what it says."""
    ran, run = (
        {id for id, row in found.facilities.items() if _status(row) == "operating"}
        for found in (a, b)
    )
    left, right = _sided(a, compared.a, b.card), _sided(b, compared.b, a.card)
    return compare_sentence(left, right, started=len(run - ran), stopped=len(ran - run))


def _sided(found: Found, side: Side, card: Members) -> Spoken:
    """A side as the sentence takes it. A facility that is not there bears its other name."""
    clocks = side.as_of
    name, status = None, None
    path, part = "/v1/state", given(Wanted(country=side.country, field=side.field))
    if side.record is not None:
        path, part = f"/v1/records/{side.record}", {}
        card = found.card or card
        name = Name.of(card, Question(path, clocks, part).pinned if found.card else None)
        status = next((_status(row) for row in found.facilities.values()), None)
    ranged = found.totals["range"].get("operating", {"certain": 0, "possible": 0})
    running: Count = (ranged["certain"], ranged["possible"])
    if clocks.at > clocks.stated:
        running = sum(_status(row) == "operating" for row in found.facilities.values())
    elif ranged["certain"] == ranged["possible"]:
        running = found.totals["status"].get("operating", 0)
    return Spoken(
        at=clocks.at,
        stated=clocks.stated,
        country=side.country,
        field=side.field,
        running=running,
        name=name,
        status=status,
        href=Question(path, clocks, part).pinned,
    )


def _status(row: Members) -> str | None:
    """The status, and beyond the horizon what is expected, where something is."""
    status: str | None = (row["expected"] or row)["status"]
    return status


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
