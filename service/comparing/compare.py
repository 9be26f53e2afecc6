"""Two sides of the chronicle beside each other: `/v1/compare`.

`service.comparing.sides` says what the sides of a question are, `service.comparing.pairing` what
stands beside what, `service.comparing.summary` what each comes to. `/v1/diff` lists every member
that changed between two points and why; this lists pairs.

A facility may be missing from a side that `known` puts before its recording, as long as
the other side has it. What belongs to a facility (policies, indicators, discoveries)
names it as its `facility`.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from events.errors import BadFilter, NotFound
from projections.views.reading import Reading
from service.asking.errors import TooMuchToCompare
from service.asking.filters import PART, Wanted
from service.asking.parameter import written
from service.asking.query import Query, clock_members
from service.comparing.diff import MOST
from service.comparing.pairing import SIGNS, Found, Members, only, paired
from service.comparing.sides import Side, Sides
from service.comparing.summary import side_members, sides_sentence
from service.coverage.members import sides_coverage
from service.coverage.reading import covered
from service.records.answer import RecordAt, facility_members
from service.sentences.coverage import Part
from service.state.answer import state_answer


def compare_answer(reading: Reading, query: Query) -> Members:
    """The members of `CompareSchema`, less the clocks of side A. Raises what `both_sides` does."""
    return side_by_side(reading, query.about, *both_sides(reading, query.about))


def both_sides(reading: Reading, compared: Sides) -> tuple[Found, Found]:
    """What either side has.

    Raises NotFound where neither side has the facility that is asked for, BadFilter where a
    record is no facility, TooMuchToCompare.
    """
    if compared.a.record is None:
        a, b = (_part(reading, side) for side in (compared.a, compared.b))
    else:
        a, b = _facilities(reading, compared)
    for side in (a, b):
        if max(map(len, (side.facilities, side.policies, side.indicators, side.entries))) > MOST:
            raise TooMuchToCompare(MOST)
    return a, b


def side_by_side(reading: Reading, compared: Sides, a: Found, b: Found) -> Members:
    """What two sides have, as members of `CompareSchema`."""
    held = [
        covered(reading, side.as_of.known, Part(side.place, side.field, side.class_))
        for side in (compared.a, compared.b)
    ]
    pairs = paired(a, b, compared)
    counted = Counter(
        SIGNS[pair["change"]]
        for pair in (pairs.milestones if compared.by == "milestone" else pairs.facilities)
    )
    return {
        "to": clock_members(compared.b.as_of),
        "by": compared.by,
        "a": side_members(a, compared.a, compared.b),
        "b": side_members(b, compared.b, compared.a),
        "pairs": pairs.facilities,
        "milestones": pairs.milestones,
        "policies": pairs.policies,
        "indicators": pairs.indicators,
        "only_a": only("a", a, b, pairs),
        "only_b": only("b", a, b, pairs),
        "change": {sign: counted[sign] for sign in "+-~="},
        "sentence": sides_sentence(a, b, compared, held).members(),
        "coverage": sides_coverage(*held),
        "next": None,
    }


def _part(reading: Reading, side: Side) -> Found:
    about = Wanted(
        countries=side.countries, regions=side.regions, field=side.field, class_=side.class_,
        limit=MOST + 1, beside=MOST + 1,
    )  # fmt: skip
    filters = written(PART, about)
    state = state_answer(reading, Query("/v1/state", side.as_of, filters, about=about))
    return Found(
        state["totals"],
        {row["id"]: row for row in state["facilities"]},
        state["policies"],
        state["indicators"],
        state["discoveries_to_date"],
        [],
        {},
    )


def _facilities(reading: Reading, compared: Sides) -> tuple[Found, Found]:
    """The facility of each side. One that both are about may be missing from one of them."""
    found: list[Found] = []
    missing: list[NotFound] = []
    for side, name in ((compared.a, "record"), (compared.b, "to_record")):
        try:
            found.append(_facility(reading, side, name))
        except NotFound as error:
            missing.append(error)
            found.append(Found(_totals(None), {}, [], [], 0, [], {}))
    if missing and (compared.a.record != compared.b.record or len(missing) > 1):
        raise missing[0]
    return found[0], found[1]


def _facility(reading: Reading, side: Side, name: str) -> Found:
    """The facility of a side, which the parameter `name` names."""
    id = side.record or ""
    found = RecordAt.read(reading, id, side.as_of)
    if found.record.kind != "facility":
        raise BadFilter(name, id, f"it is a record of the kind {found.record.kind}, no facility")
    row = {"id": id, **facility_members(found)}
    entries = [
        {
            "milestone": line["milestone"],
            "entry": line["entry"],
            "statement": line["id"],
            "modality": line["modality"],
            "counts": line["counts"],
            "date": line.get("date"),
            **line["bounds"],
        }
        for line in found.effective()
    ]
    return Found(
        _totals(row),
        {id: row},
        _owned(reading, side, "policy"),
        _owned(reading, side, "indicator"),
        len(_owned(reading, side, "discovery")),
        entries,
        found.record.card or {},
    )


def _owned(reading: Reading, side: Side, facet: str) -> list[Members]:
    """What holds on the day, or was found by then, and belongs to the facility."""
    id, slice = side.record or "", reading.at(side.as_of)
    owned = reading.lines.belonging(reading.db, id)
    rows = slice.stab_records(facet, owned, side.as_of.at)
    texts = slice.statements(row.statement for row in rows)
    lines = (msgspec.json.decode(texts[statement]) for statement in sorted(texts))
    return [line for line in lines if line.get("facility") == id]


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
