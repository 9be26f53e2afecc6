"""Slips: what came of promises, and how far it was from what was promised.

The ladders stand in the views (`projections.kinds.ladders`); here they are given their
statements, counted, and put into pages.

A median is an interval, from the median of the least possible slips to
that of the greatest, and of how many. Ladders whose slip is open on one side
are not counted in it; the worst is the one that certainly slipped the most, so
it is found among all whose least slip is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

from msgspec.structs import asdict

from events.dates import Bounds
from events.fact import Line
from projections.kinds.ladders import OPEN, OUTCOMES, Slip, ladder_of, slip
from projections.views.reading import Reading, Slice
from service.asking.json_text import Fragment
from service.asking.paging import page_of, page_of_rows
from service.asking.query import Query, pinned_path
from service.asking.table import Members
from service.coverage.members import coverage_members
from service.coverage.reading import covered
from service.promises.filters import Promised
from service.promises.tally import Counted, Ordered, Tally
from service.sentences.coverage import Covered, Part
from service.sentences.sentence import Name
from service.sentences.slips import Worst, slips_sentence
from service.sentences.times import Lateness
from service.words.places import Place

SET_APART = ("country", "field", "class")
"""The groups of which it is told what the log holds of them."""


def ladders(slice: Slice, *, records: Iterable[str] | None = None) -> list[Counted]:
    """The ladders of a slice by record and entry; of some records, if they are named."""
    day = slice.as_of.stated
    rows = (
        slice.stab("slip", day, detailed=True)
        if records is None
        else slice.stab_records("slip", records, day)
    )
    cards = slice.cards({row.record for row in rows})
    found = [
        Counted(row.record, row.value, ladder_of(row.record, row), cards[row.record])
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.record, each.ladder.entry, each.ladder.plans))


def slips_answer(reading: Reading, query: Query) -> Members:
    """The members of `SlipsSchema`, less the clocks; ladders by record and entry, the greatest
    slip first, or the soonest that is open."""
    meant: Promised = query.about
    view = reading.at(
        query.as_of, countries=meant.place.codes, field=meant.field, class_=meant.class_
    )
    tally = Tally(view, meant)
    groups = [(name, key, part) for name in meant.by for key, part in tally.groups(name)]
    parts = [part for _, _, part in groups]
    farthest, *worst = tally.farthest([tally.every, *parts])
    totals = _totals(*tally.counted(tally.every), worst=farthest)
    by: dict[str, list[Members]] = {name: [] for name in meant.by}
    for (name, key, part), each in zip(groups, worst, strict=True):
        by[name].append({"key": key, **_totals(*tally.counted(part), worst=each)})
    apart = [(name, group["key"]) for name in SET_APART for group in by.get(name, ())]
    held = covered(
        reading,
        query.as_of.known,
        Part(meant.place, meant.field, meant.class_),
        apart=[
            ({name: key}, Place((key,)) if name == "country" else meant.place)
            for name, key in apart
        ],
    )
    links: dict[str, str] = {name: query.url(outcome=name, after=None) for name in OUTCOMES}
    page, following = page_of(query, len(tally))
    orders = {"record": tally.by_record, "slip": tally.by_slip, "due": tally.by_due}
    found = orders[meant.sort](tally.every, page)
    return {
        "sentence": _slips_sentence(
            query, totals, tally.first_slips(), farthest, links, covered=held
        ),
        "coverage": coverage_members(held, [{name: key} for name, key in apart]),
        "totals": totals,
        "by": by,
        "items": _items(view, found),
        "next": following,
    }


def record_slips_answer(reading: Reading, query: Query) -> Members:
    """The members of `RecordSlipsSchema`, less the clocks; ladders by entry. Raises NotFound."""
    reading.history.check_exists(reading.db, f"record:{query.id}", known=query.as_of.known)
    slice = reading.at(query.as_of)
    found = ladders(slice, records=[query.id])
    totals = slip_totals(found)
    came = [each.ladder.slip for each in found if each.ladder.slip is not None]
    page, following = page_of_rows(query, found)
    return {
        "sentence": _slips_sentence(query, totals, came, _farthest(found), None),
        "totals": totals,
        "items": _items(slice, page),
        "next": following,
    }


def lines_of(slice: Slice, found: Iterable[Counted]) -> dict[str, Fragment]:
    """The statements of some ladders, by id: their plans and what came of them."""
    return _lines(slice, (id for each in found for id in (*each.ladder.plans, each.ladder.came)))


def _lines(slice: Slice, ids: Iterable[str | None]) -> dict[str, Fragment]:
    texts = slice.statements({id for id in ids if id is not None})
    return {id: Fragment(text) for id, text in texts.items()}


def _items(slice: Slice, found: Sequence[Counted]) -> list[Members]:
    lines = lines_of(slice, found)
    return [_slip_item(each, lines) for each in found]


def _slips_sentence(
    query: Query,
    totals: Members,
    came: Sequence[Slip],
    farthest: Counted | None,
    links: Mapping[str, str] | None,
    *,
    covered: Covered | None = None,
) -> Members:
    """`came` are the slips of ladders that came to something, two of them if there are more."""
    meant: Promised = query.about
    median, worst = None, None
    if len(came) == 1:
        median = Lateness(came[0].earliest, came[0].latest)
    elif totals["median"] is not None:
        median = Lateness(**totals["median"])
    if farthest is not None and (slip := farthest.ladder.slip) is not None:
        name = name_of(query, farthest.record, farthest.card)
        worst = Worst(name, Lateness(slip.earliest, slip.latest))
    return slips_sentence(
        outcomes=totals["outcomes"],
        median=median,
        of=totals["of"],
        still_open=totals["still_open"],
        worst=worst,
        about=meant,
        only=[outcome for outcome in OUTCOMES if outcome in meant.outcomes],
        links=links,
        covered=covered,
    ).members()


def slip_totals(found: Sequence[Counted]) -> Members:
    """How many ladders came to what, and how far those slipped that came to something."""
    outcomes = Counter(each.outcome for each in found)
    slips = [each.ladder.slip for each in found if each.ladder.slip is not None]
    closed = [
        (slip.earliest, slip.latest)
        for slip in slips
        if slip.earliest is not None and slip.latest is not None
    ]
    least, most = (sorted(ends[end] for ends in closed) for end in (0, 1))
    return _totals(outcomes, least, most, worst=_farthest(found))


def _totals(
    outcomes: Mapping[str, int], least: Ordered, most: Ordered, *, worst: Counted | None
) -> Members:
    """The totals from how many came to what, and the ends of the slips open on neither side."""
    members: dict[str, Any] = {
        "ladders": sum(outcomes.values()),
        "outcomes": {name: outcomes[name] for name in OUTCOMES if outcomes.get(name)},
        "of": len(least),
        # What has not come has no slip yet, and would make the median greater.
        "still_open": sum(outcomes.get(name, 0) for name in OPEN),
        "median": None,
        "lower_quartile": None,
        "upper_quartile": None,
        "worst": None,
    }
    if len(least):
        for name, share in (("lower_quartile", 1), ("median", 2), ("upper_quartile", 3)):
            members[name] = {"earliest": quantile(least, share), "latest": quantile(most, share)}
    if worst is not None:
        members["worst"] = {
            "record": worst.record,
            "entry": worst.ladder.entry,
            "slip_days": days_of(worst.ladder.slip),
        }
    return members


def _farthest(found: Sequence[Counted]) -> Counted | None:
    """The ladder with the greatest least slip, if any has one that is known."""
    known = [each for each in found if each.ladder.slip and each.ladder.slip.earliest is not None]
    return min(known, key=greatest_first, default=None)


def quantile(ordered: Ordered, quarters: int) -> float:
    """A quartile of sorted numbers of days, by linear interpolation between the nearest two, in
    days and quarters of them.

    >>> quantile([0, 3, 4, 10], 2), quantile([1, 2], 1), quantile([7], 2)
    (3.5, 1.25, 7)
    """
    place, rest = divmod((len(ordered) - 1) * quarters, 4)
    first, following = int(ordered[place]), int(ordered[min(place + 1, len(ordered) - 1)])
    whole, part = divmod((following - first) * rest, 4)
    # A whole number is written as one: 1699, not 1699.0.
    return first + whole + (part / 4 if part else 0)


def greatest_first(counted: Counted) -> tuple[int, float, str]:
    """By the slip that is certain, then by the possible one, of what has a least slip."""
    slip = counted.ladder.slip or Slip(0, 0)
    greatest = inf if slip.latest is None else slip.latest
    return (-(slip.earliest or 0), -greatest, counted.record)


def _slip_item(counted: Counted, lines: Mapping[str, Fragment]) -> Members:
    ladder, card = counted.ladder, counted.card
    plans = [lines[id] for id in ladder.plans]
    bounds = [Bounds.of(plan["bounds"]) for plan in plans]
    return {
        "entry": ladder.entry,
        "record": counted.record,
        "name": card["name"],
        "country": card["country"],
        "field": card["field"],
        **({"class": card["class"]} if "class" in card else {}),
        "milestone": ladder.milestone,
        "plans": [
            {
                **rung(plan),
                "said": plan["said"]["day"],
                "stated": plan["stated"],
                "slip_days": days_of(slip(bounds[0], bounds[index])) if index else None,
                "slip_days_before": (
                    days_of(slip(bounds[index - 1], bounds[index])) if index else None
                ),
            }
            for index, plan in enumerate(plans)
        ],
        "came": None if ladder.came is None else rung(lines[ladder.came]),
        "slip_days": days_of(ladder.slip),
        "slip_days_before": days_of(ladder.slip_before),
        "outcome": counted.outcome,
        "ended_by": ladder.by,
    }


# --- what open plans show too


def name_of(query: Query, record: str, card: Line) -> Name:
    """What a facility is called, with the path of its record."""
    return Name.of(card, pinned_path(f"/v1/records/{record}", query.as_of))


def rung(line: Mapping[str, Any]) -> Members:
    """A milestone of a ladder, planned or come."""
    return {
        "statement": line["id"],
        "milestone": line["milestone"],
        "date": line["date"],
        "bounds": line["bounds"],
        "sources": line.get("sources", []),
    }


def days_of(slip: Slip | None) -> Members | None:
    """A slip as `DaysSchema` describes it."""
    return None if slip is None else asdict(slip)
