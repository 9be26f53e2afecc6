"""What a state says in one sentence, from the rows and figures that its answer was made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from events.dates import day as day_of
from events.dates import parse_iso, year_of
from projections.kinds.facility import BIT
from projections.views.columns import Found
from projections.views.order import Order
from projections.views.reading import Slice
from projections.views.state import Row
from service.asking.filters import place_in
from service.asking.query import Query, pinned_path
from service.sentences.coverage import Covered
from service.sentences.sentence import Name
from service.sentences.state import BEGINNINGS, BUILDING, state_sentence
from service.sentences.voice import MOST_NAMES, Count
from service.state.facilities import counts_by_status, expected_by_place, numbers_of
from service.state.row import row_texts


def state_in_words(
    slice: Slice,
    query: Query,
    *,
    statuses: Found,
    expected: Sequence[Row],
    totals: Mapping[str, int],
    ranges: Mapping[str, tuple[int, int]],
    discoveries: Iterable[Mapping[str, Any]],
    covered: Covered,
    is_empty: bool,
) -> dict[str, Any]:
    """The `sentence` of a state: rows of what held, where the period ends beyond the horizon those
    of the horizon, rows expected beyond it, and the statements of the discoveries that had come.
    `covered` is what the log holds of that part of the world, and `is_empty` that the state lists
    nothing of it."""
    as_of = query.as_of
    beyond, order = slice.is_beyond, slice.order()
    those, besides, last_known = _asked_of(query, beyond=beyond)
    held: Count | None = None
    building: Count | None = None
    if beyond:
        promised = () if last_known else expected
        totals = counts_by_status(expected_by_place(order, statuses, promised))
        ranges = {}
    elif those:
        held = 0 if besides else _among(those, statuses, order)
    else:
        building = _among(BUILDING, statuses, order)
    first = as_of.during.first if as_of.during else day_of(year_of(as_of.at), 1, 1)
    begun = _begun(slice, expected if beyond else _beginning(slice, statuses, first), first)
    # A sentence only counts those after the first few.
    named = {record for records in begun.values() for record in records[:MOST_NAMES]}
    cards = slice.cards(named)
    names = {record: Name.of(cards[record], _record_url(query, record)) for record in named}
    shown = {key: value for key, value in query.filters.items() if key not in ("limit", "after")}
    whole = replace(query, filters=shown)
    if beyond and as_of.during:
        whole = replace(whole, as_of=replace(as_of, at=as_of.stated, during=None))

    def status_filter(statuses: Sequence[str]) -> dict[str, str | None]:
        """The filters of a list of facilities of these statuses, as the sentence counts them."""
        text = ",".join(statuses) or None
        then = beyond and as_of.during is None
        return {"status": None, "expected": text} if then else {"status": text}

    sentence = state_sentence(
        at=as_of.at,
        period=as_of.during,
        stated=as_of.stated,
        beyond=beyond,
        place=place_in(query.filters),
        field=query.filters.get("field"),
        class_=query.filters.get("class"),
        statuses=those,
        besides=besides,
        last_known=last_known,
        totals=totals,
        ranges=ranges,
        held=held,
        building=building,
        begun={
            status: [names.get(record, Name(record)) for record in records]
            for status, records in begun.items()
        },
        discoveries=[_title(query, line) for line in discoveries],
        covered=covered,
        is_empty=is_empty and not those,
        links={
            "total": whole.pinned
            if shown.keys() & {"status", "expected"}
            else whole.url(**status_filter(those)),
            "running": whole.url(**status_filter(["operating"])),
            "building": whole.url(**status_filter(BUILDING)),
        },
    )
    return sentence.members()


def _asked_of(query: Query, *, beyond: bool) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """The statuses that a sentence is about, those that the same facilities have besides, and
    whether it speaks of the horizon alone, as it does of a period beyond it: nothing is expected of
    a period."""
    status, expected = (
        tuple(filter(None, query.filters.get(name, "").split(",")))
        for name in ("status", "expected")
    )
    of_period = query.as_of.during is not None
    if beyond and not of_period:
        return (expected or status, status if expected else (), bool(status) and not expected)
    both = tuple(each for each in status if each in expected) if status and expected else ()
    if status and expected and not both:
        return expected, status, False
    those = both or status or expected
    if beyond and not those:
        those = ("operating",)
    return those, (), beyond


def _among(statuses: Iterable[str], rows: Found, order: Order) -> Count:
    """How many facilities have one of some statuses, at least and at most."""
    bits = sum(BIT[status] for status in statuses)
    odds, places = rows["odds"].astype(np.int64), order.of(rows["record"])
    possible = (odds & bits) != 0
    certain = possible & ((odds & ~bits) == 0)
    least, most = (
        int(np.count_nonzero(order.mask(places[those]))) for those in (certain, possible)
    )
    return least if least == most else (least, most)


def _beginning(slice: Slice, statuses: Found, first: int) -> list[Row]:
    """Of the rows of statuses, those of a sort whose beginning on `first` or later is told of."""
    odds = statuses["odds"].astype(np.int64)
    told = np.isin(statuses["value"], numbers_of(BEGINNINGS))
    told &= (odds & (odds - 1)) == 0
    rows = statuses.where(told)
    return slice.rows(rows.where(slice.first_days(rows) >= first))


def _begun(slice: Slice, rows: Sequence[Row], first: int) -> dict[str, list[str]]:
    """The facilities of which a status certainly began on `first` or later: their ids, by
    status."""
    shown = row_texts(slice, [row for row in rows if row.vf >= first])
    begun: dict[str, dict[str, None]] = {status: {} for status in BEGINNINGS}
    for row in sorted(rows, key=lambda row: row.record):
        if row.id not in shown or row.value not in begun:
            continue
        if row.value != "operating" or _since(shown[row.id], first):
            begun[row.value][row.record] = None
    return {status: list(records) for status, records in begun.items()}


def _since(text: str, first: int) -> bool:
    """Whether a status was reached on `first` or later, and not only became certain then."""
    since = msgspec.json.decode("{" + text + "}").get("since")
    if since is None:
        return True
    return since["earliest"] is not None and parse_iso(since["earliest"]) >= first


def _title(query: Query, line: Mapping[str, Any]) -> Name:
    record = line.get("record") or line["id"]
    return Name.titled(line, _record_url(query, record))


def _record_url(query: Query, record: str) -> str:
    return pinned_path(f"/v1/records/{record}", query.as_of)
