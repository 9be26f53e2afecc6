"""Then and now: a day as it was once expected, beside the same day as it is known now.

*Then* is the point (`at`, `stated`, `known`), *now* the point (`at`, `to_stated`,
`to_known`); `to_stated` and `to_known` default to what `stated` and `known` default to
and are, so that "now" is everything said and recorded. Where `stated` is not given,
then is now, and nothing is unexpected. Now hears no less than then: a `to_stated` before
`stated` is refused.

- What would run, as the sources had it then: facilities whose status is `operating`; beyond the
  horizon of then, those whose `expected` status is, or who have none and ran when last
  heard of. A plan that is overdue expects nothing of the day.
- What runs, as known now: facilities whose status is `operating`. No plan counts here,
  so of a day beyond both horizons these are those that ran when last heard of; the answer then
  marks now as `last-known`, and what was expected and does not run may come yet.

A facility is `named` where some milestone of its own, or some other statement that
belongs to it by `facility`, filled its entry by then: an actual one or a plan,
disputed or not. A card alone names nothing, for it has no day on which it was said.
Filters are by the card of now, at both points; what has none now (`to_known` is before it
was recorded) goes by its card of then.

The three lists and the totals are of all that the filters let through; `rows` are a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec
import numpy as np

from events.clocks import AsOf, as_of
from events.dates import iso
from events.errors import BadClock, ClashingClocks
from projections import OF_THE_RECORD, VALUES
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.kinds.facility import BIT
from projections.views.order import Order
from projections.views.reading import Reading, Slice
from projections.views.state import Scope
from service.asking.filters import PART, Wanted
from service.asking.json_text import Fragment
from service.asking.paging import page_in_order
from service.asking.parameter import values_of, written
from service.asking.query import Arguments, Query, clock_members, pinned_path
from service.asking.question import Question
from service.asking.table import Members
from service.asking.turning import on_a_day
from service.comparing.diff import Comparison
from service.coverage.members import coverage_members
from service.coverage.reading import covered
from service.sentences.coverage import Covered, Part
from service.sentences.hindsight import Hindsight, SeenFrom, hindsight_sentence
from service.sentences.sentence import Name, Sentence
from service.sentences.voice import MOST_NAMES, Count
from service.state.facilities import NUMBER, UNTOLD, Facilities, Mask, Places

RUNS = "operating"


def read_then_and_now(question: Question, arguments: Arguments) -> Query:
    """A query about the `Comparison` of then and now, defaults written out.

    Raises BadClock and PositionAhead for a clock, BadFilter for a filter, and
    ClashingClocks where now would have heard less than then.
    """
    texts = arguments.texts

    def clocks(**given: str | None) -> AsOf:
        return as_of(**given, log=arguments.log, now=arguments.now)

    heard = clocks(at=texts.get("at"), known=texts.get("known"))
    then, known = heard, f"@{heard.known}"
    if "stated" in texts:
        then = replace(heard, stated=clocks(stated=texts["stated"], known=known).stated)
    try:
        later = clocks(stated=texts.get("to_stated"), known=texts.get("to_known", known))
    except BadClock as refused:
        raise BadClock(f"to_{refused.clock}", refused.value, refused.why) from None
    if "to_stated" not in texts:
        default = later.stated if "to_known" in texts else heard.stated
        later = replace(later, stated=max(default, then.stated))
    elif later.stated < then.stated:
        raise ClashingClocks(
            "to_stated", texts["to_stated"], f"now is not before then, {iso(then.stated)}"
        )
    about = Wanted(**values_of(question.filters, texts))
    compared = Comparison(then, replace(later, at=heard.at), about)
    filters = {
        **written(question.filters, about),
        "to_stated": iso(later.stated),
        "to_known": f"@{later.known}",
    }
    return Query(arguments.path, then, filters, about=compared, position=compared.position)


def hindsight_answer(reading: Reading, query: Query) -> Members:
    """The members of `HindsightSchema`, less the clocks of then; the rows are fragments.

    Raises BadCursor.
    """
    compared: Comparison = query.about
    order = reading.state.order(reading.db)
    shown = _shown(reading, compared, order)
    then = _Point(reading, compared.start, order, shown, expecting=True)
    now = _Point(reading, compared.to, order, shown, expecting=False)
    ran, run = then.running, now.running
    groups = _Groups(
        came=then.ids(ran & run),
        missed=then.ids(ran & ~run),
        unexpected=then.ids(run & ~ran),
        unnamed=_unnamed(reading, run & ~ran, then),
    )
    page, following = page_in_order(compared.wanted, order, np.flatnonzero(ran | run))
    about = compared.wanted
    held = covered(reading, compared.to.known, Part(about.place, about.field, about.class_))
    return {
        "to": {
            **clock_members(compared.to),
            **({"certainty": "last-known"} if now.slice.is_beyond else {}),
        },
        "totals": {
            "then": then.running_count,
            "now": now.running_count,
            "expected_and_came": len(groups.came),
            "expected_not_come": len(groups.missed),
            "unexpected_named": len(groups.unexpected) - len(groups.unnamed),
            "unexpected_unnamed": len(groups.unnamed),
            "range": {"then": then.range(), "now": now.range()},
        },
        "expected_and_came": groups.came,
        "expected_not_come": groups.missed,
        "unexpected": groups.unexpected,
        "rows": list(_rows(page, then, now, groups)),
        "sentence": _sentence(compared.wanted, then, now, groups, held).members(),
        "coverage": coverage_members(held),
        "next": None if following is None else query.url(after=following),
    }


class _Groups(NamedTuple):
    """The facilities concerned, each list by id; `unnamed` are some of the unexpected."""

    came: list[str]
    missed: list[str]
    unexpected: list[str]
    unnamed: set[str]

    def by_id(self) -> dict[str, str]:
        """The `group` of the row of each facility."""
        return {
            **dict.fromkeys(self.came, "expected-and-came"),
            **dict.fromkeys(self.missed, "expected-not-come"),
            **dict.fromkeys(self.unexpected, "unexpected"),
        }


class _Point:
    """The facilities at one of the two points: what status each has, what is expected of it, and
    which run: as expected where something is, else as last heard of. Only those `shown` count."""

    def __init__(
        self, reading: Reading, clocks: AsOf, order: Order, shown: _Shown, *, expecting: bool
    ) -> None:
        self.slice = shown.slice_at(reading, clocks)
        self.clocks = clocks
        self.all = Facilities(self.slice, expecting=expecting, order=order)
        self._shown = shown.mask
        self.running = (self.all.would == NUMBER[RUNS]) & shown.mask

    @property
    def running_count(self) -> int:
        """How many run."""
        return int(np.count_nonzero(self.running))

    @property
    def told(self) -> Mask:
        """Of every record, whether it has a status, or one is expected of it."""
        told: Mask = (self.all.would != UNTOLD) & self._shown
        return told

    def ids(self, those: Mask) -> list[str]:
        """The ids of some records, in order."""
        return self.all.order.ids_at(np.flatnonzero(those))

    def range(self) -> dict[str, int] | None:
        """How many certainly run, and how many possibly; None where plans have a say in it."""
        if self._shown[self.all.expected_places].any():
            return None
        status = self.all.status
        odds = status["odds"][self._shown[self.all.places(status)]]
        possible = odds[(odds & BIT[RUNS]) != 0]
        return {
            "certain": int(np.count_nonzero(possible == BIT[RUNS])),
            "possible": len(possible),
        }

    def count(self) -> Count:
        """How many run: a number where that is certain, else the least and the most."""
        counted = self.range()
        if counted is None or counted["certain"] == counted["possible"]:
            return self.running_count
        return counted["certain"], counted["possible"]

    def names(self, ids: Iterable[str]) -> dict[str, Name]:
        """What some facilities are called, each leading to its record; some may have no card."""
        return {
            id: Name.of(card, pinned_path(f"/v1/records/{id}", self.clocks))
            for id, card in self.slice.cards(ids).items()
        }


class _Part(NamedTuple):
    """A part of the world: some countries, a field and a class; none of them is all of it."""

    countries: tuple[str, ...] = ()
    field: str | None = None
    class_: str | None = None

    def has(self, card: Members) -> bool:
        """Whether a facility with this card is listed in it."""
        return (
            (not self.countries or card["country"] in self.countries)
            and self.field in (None, card["field"])
            and self.class_ in (None, card.get("class"))
        )


WORLD = _Part()


@dataclass(frozen=True, slots=True)
class _Shown:
    """Which facilities the filters let through, of every record whether it is one of them; and the
    part of the world in which all of them are listed at both points, as far as they are."""

    mask: Mask
    part: _Part = WORLD

    def slice_at(self, reading: Reading, clocks: AsOf) -> Slice:
        """The rows in which all of them are."""
        return reading.at(clocks, **self.part._asdict())


def _shown(reading: Reading, compared: Comparison, order: Order) -> _Shown:
    """Which facilities the filters let through.

    An amendment moves a facility to another country on both sides: it breaks no promise.
    """
    about, now, then = compared.wanted, compared.to, compared.start
    part = _Part(about.place.codes, about.field, about.class_)
    if part == WORLD:
        return _Shown(np.ones(len(order.ids), bool))

    def carded(clocks: AsOf, part: _Part) -> Mask:
        found = reading.at(clocks, **part._asdict()).find("record", clocks.at)
        facilities = found["value"] == VALUES.index("facility")
        return order.mask(order.of(found["record"][facilities]))

    shown = carded(now, part)
    if now.known < then.known:
        shown |= carded(then, part) & ~carded(now, WORLD)
    if now.known != then.known and _moved(reading, order.numbers[shown], compared, part):
        return _Shown(shown)
    return _Shown(shown, part)


def _moved(reading: Reading, records: Places, compared: Comparison, part: _Part) -> bool:
    """Whether any of some records was listed elsewhere than the filters say, at either point."""
    for clocks in (compared.start, compared.to):
        briefs = reading.at(clocks).briefs_of(records)
        for card in msgspec.json.decode(f"[{','.join(f'{{{brief}}}' for brief in briefs)}]"):
            # One that had no card yet is listed nowhere.
            if card and not part.has(card):
                return True
    return False


def _unnamed(reading: Reading, unexpected: Mask, then: _Point) -> set[str]:
    """Those of some facilities of which nothing had been said."""
    unnamed = unexpected & ~then.told
    if not unnamed.any():
        return set()
    named = then.slice.find("named", then.clocks.stated)
    by_themselves = named.where(named["value"] == OF_THE_RECORD)
    unnamed[then.all.places(by_themselves)] = False
    ids = set(then.ids(unnamed))
    others = reading.lines.belonging(reading.db, *ids)
    # Those may be listed anywhere.
    everywhere = reading.at(then.clocks)
    rows = everywhere.stab_records("named", others, then.clocks.stated)
    return ids - {row.value for row in rows}


def _rows(page: Places, then: _Point, now: _Point, groups: _Groups) -> Iterator[Fragment]:
    order = then.all.order
    numbers = order.numbers[page]
    statuses = (point.all.statuses_shown(page) for point in (then, now))
    expected = then.all.expected_shown(page)
    # What was taken out of the record since has its card of then.
    briefs = zip(then.slice.briefs_of(numbers), now.slice.briefs_of(numbers), strict=True)
    group = groups.by_id()
    rows = zip(numbers.tolist(), order.ids_at(page), briefs, *statuses, strict=True)
    for number, id, (before, brief), status_then, status_now in rows:
        named = "false" if id in groups.unnamed else "true"
        yield Fragment(
            f'{{{brief or before},"then":{{{status_then}'
            f',"expected":{expected.get(number, "null")}}},"now":{{{status_now}}},'
            f'"group":"{group[id]}","named":{named}}}'
        )


def _sentence(about: Wanted, then: _Point, now: _Point, groups: _Groups, held: Covered) -> Sentence:
    part = written(PART, about)
    unnamed = [id for id in groups.unexpected if id in groups.unnamed]
    named = [id for id in groups.unexpected if id not in groups.unnamed]
    lists = (groups.missed, unnamed, named)
    # A sentence only counts those after the first few.
    first = {id for ids in lists for id in ids[:MOST_NAMES]}
    names = then.names(first) | now.names(first)
    missed, new, unforeseen = ([names.get(id, Name(id)) for id in ids] for ids in lists)
    return hindsight_sentence(
        Hindsight(
            at=then.clocks.at,
            then=SeenFrom(then.clocks.stated, then.clocks.known),
            now=SeenFrom(now.clocks.stated, now.clocks.known),
            expected_count=then.count(),
            now_count=now.count(),
            came=len(groups.came),
            not_come=missed,
            unexpected_unnamed=new,
            unexpected_named=unforeseen,
            place=about.place,
            field=about.field,
            class_=about.class_,
            covered=held,
            links={
                "expected": Query("/v1/state", then.clocks, {**part, "expected": RUNS}).pinned,
                "now": Query("/v1/state", now.clocks, {**part, "status": RUNS}).pinned,
            },
        )
    )


# --- at which commits it can change


def of_two_horizons(reading: Reading, query: Query, *, after: int, known: int) -> list[int]:
    """The commits beyond `after`, up to `known`, that can change a hindsight: their positions.

    It looks at a day from two horizons.
    """
    points = (query.as_of, replace(query.as_of, stated=query.about.to.stated))
    found = [
        on_a_day(reading, replace(query, as_of=point), after=after, known=known) for point in points
    ]
    # Whether a facility had been named depends on statements of any country and field.
    found.append(
        reading.turns.of_rows(
            reading.db,
            Scope(query.as_of.stated, known),
            first=BEFORE_ALL,
            last=AFTER_ALL,
            after=after,
            facets=["named"],
        )
    )
    return sorted({position for positions in found for position in positions})
