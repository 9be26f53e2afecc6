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

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from events.clocks import AsOf, as_of
from events.dates import iso
from events.errors import BadClock, ClashingClocks
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.kinds.facility import BIT
from projections.views.reading import Reading
from projections.views.state import Row
from service.asking.filters import COUNTRY, FIELD, Wanted
from service.asking.json_text import Fragment
from service.asking.paging import page_of_records
from service.asking.parameter import values_of, written
from service.asking.query import Arguments, Query, clock_members, pinned_path
from service.asking.question import Question
from service.asking.table import Members
from service.asking.turning import on_a_day
from service.comparing.diff import Comparison
from service.sentences.hindsight import Hindsight, SeenFrom, hindsight_sentence
from service.sentences.sentence import Name, Sentence
from service.sentences.voice import MOST_NAMES, Count
from service.state.row import expected_statuses, row_texts, rows_shown, status_members

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
    shown = _shown(reading, compared)
    then = _Point(reading, compared.start, shown, expecting=True)
    now = _Point(reading, compared.to, shown, expecting=False)
    ran, run = then.running, now.running
    unexpected = sorted(run - ran)
    groups = _Groups(
        came=sorted(ran & run),
        missed=sorted(ran - run),
        unexpected=unexpected,
        unnamed=_unnamed(reading, unexpected, then),
    )
    page, following = page_of_records(compared.wanted, ran | run)
    return {
        "to": {
            **clock_members(compared.to),
            **({"certainty": "last-known"} if now.slice.is_beyond else {}),
        },
        "totals": {
            "then": len(ran),
            "now": len(run),
            "expected_and_came": len(groups.came),
            "expected_not_come": len(groups.missed),
            "unexpected_named": len(unexpected) - len(groups.unnamed),
            "unexpected_unnamed": len(groups.unnamed),
            "range": {"then": then.range(), "now": now.range()},
        },
        "expected_and_came": groups.came,
        "expected_not_come": groups.missed,
        "unexpected": unexpected,
        "rows": list(_rows(page, then, now, groups)),
        "sentence": _sentence(compared.wanted, then, now, groups).members(),
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
    which run: as expected where something is, else as last heard of."""

    def __init__(
        self, reading: Reading, clocks: AsOf, shown: Collection[str] | None, *, expecting: bool
    ) -> None:
        self.slice = reading.at(clocks)
        self.clocks = clocks

        def found(facet: str) -> dict[str, Row]:
            rows = rows_shown(self.slice, facet)
            return {row.record: row for row in rows if shown is None or row.record in shown}

        self.status = found("status")
        self.expected = found("expected") if expecting else {}
        statuses = expected_statuses(self.status.values(), self.expected.values())
        self.running = {id for id, status in statuses.items() if status == RUNS}

    def range(self) -> dict[str, int] | None:
        """How many certainly run, and how many possibly; None where plans have a say in it."""
        if self.expected:
            return None
        odds = [row.odds for row in self.status.values() if row.odds & BIT[RUNS]]
        return {"certain": odds.count(BIT[RUNS]), "possible": len(odds)}

    def count(self) -> Count:
        """How many run: a number where that is certain, else the least and the most."""
        counted = self.range()
        if counted is None or counted["certain"] == counted["possible"]:
            return len(self.running)
        return counted["certain"], counted["possible"]

    def texts(self, page: Collection[str]) -> dict[int, str]:
        """The texts of the rows of some facilities."""
        found = (by.get(id) for by in (self.status, self.expected) for id in page)
        return row_texts(self.slice, (row for row in found if row is not None))

    def names(self, ids: Iterable[str]) -> dict[str, Name]:
        """What some facilities are called, each leading to its record; some may have no card."""
        return {
            id: Name.of(card, pinned_path(f"/v1/records/{id}", self.clocks))
            for id, card in self.slice.cards(ids).items()
        }

    def briefs(self, page: Iterable[str]) -> dict[str, str]:
        """The brief of the card of each facility that had one."""
        return {id: brief for id, (_, brief) in self.slice.briefs(page).items()}


def _shown(reading: Reading, compared: Comparison) -> Collection[str] | None:
    """The facilities that the filters let through; None is all.

    An amendment moves a facility to another country on both sides: it breaks no promise.
    """
    about, now, then = compared.wanted, compared.to, compared.start
    if about.country is None and about.field is None:
        return None

    def carded(clocks: AsOf, country: str | None, field: str | None) -> set[str]:
        rows = reading.at(clocks, country=country, field=field).stab("record", clocks.at)
        return {row.record for row in rows if row.value == "facility"}

    shown = carded(now, about.country, about.field)
    if now.known < then.known:
        shown |= carded(then, about.country, about.field) - carded(now, None, None)
    return shown


def _unnamed(reading: Reading, unexpected: Iterable[str], then: _Point) -> set[str]:
    """Those of some facilities of which nothing had been said."""
    named = then.status.keys() | then.expected.keys()
    unnamed = {id for id in unexpected if id not in named}
    unnamed -= _named(unnamed, then)
    others = {record for id in unnamed for record in reading.lines.belonging(reading.db, id)}
    return unnamed - _named(others, then)


def _named(records: Collection[str], then: _Point) -> set[str]:
    """The facilities that statements of some records belong to."""
    return {row.value for row in then.slice.stab_records("named", records, then.clocks.stated)}


def _rows(page: Collection[str], then: _Point, now: _Point, groups: _Groups) -> Iterator[Fragment]:
    texts = then.texts(page) | now.texts(page)
    # What was taken out of the record since has its card of then.
    briefs = then.briefs(page) | now.briefs(page)
    group = groups.by_id()
    for id in page:
        sides = []
        for point in (then, now):
            status = point.status.get(id)
            beyond = point.slice.is_beyond
            sides.append(status_members(status, texts[status.id] if status else "", beyond=beyond))
        plan = then.expected.get(id)
        expected = f"{{{texts[plan.id]}}}" if plan else "null"
        named = "false" if id in groups.unnamed else "true"
        yield Fragment(
            f'{{{briefs[id]},"then":{{{sides[0]},"expected":{expected}}},"now":{{{sides[1]}}},'
            f'"group":"{group[id]}","named":{named}}}'
        )


def _sentence(about: Wanted, then: _Point, now: _Point, groups: _Groups) -> Sentence:
    part = written((COUNTRY, FIELD), about)
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
            country=about.country,
            field=about.field,
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
        reading.state.turns(
            reading.db,
            first=BEFORE_ALL,
            last=AFTER_ALL,
            stated=query.as_of.stated,
            after=after,
            known=known,
            countries=None,
            field=None,
            facets=["named"],
        )
    )
    return sorted({position for positions in found for position in positions})
