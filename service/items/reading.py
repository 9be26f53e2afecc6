"""The items at `stated` and `known`, read from the rows of the views.

Nothing is folded: the phases of a facility are the stretches of its status that the views hold,
and the texts of statements hold all the rest of an item. What lies in another country or field
is not read, but for records of several statements, each of which may lie elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from events.clocks import AsOf
from events.stream import Stream
from projections.views.reading import Reading
from projections.views.state import Row, Scope, Stretch
from service.items.claim import Claims, claim_of, claims_of
from service.items.home import finder, homes_of
from service.items.item import Item, in_time
from service.items.lives import Life, milestones, phases
from service.items.others import Other, others
from service.items.selection import Selection


def items(reading: Reading, as_of: AsOf, wanted: Selection) -> list[Item]:
    """The items by their first day; those without one come first. Raises what `read` raises."""
    return sorted(read(reading, as_of, wanted), key=in_time)


def read(reading: Reading, as_of: AsOf, wanted: Selection) -> Iterator[Item]:
    """The items in no order, without what only `completed` ones have.

    Raises NotFound where the log had no record of the id that is wanted.
    """
    named = wanted.record
    if named is not None:
        reading.history.check_exists(reading.db, str(Stream.record(named)), known=as_of.known)
    contested = reading.at(as_of).contested_ids()

    def marked(item: Item) -> Item:
        if item.statement not in contested:
            return item
        return msgspec.structs.replace(item, contested=True)

    return map(marked, filter(wanted.takes, _Selected(reading, as_of, wanted).items()))


class _Selected:
    """The records and rows of the views for one selection."""

    def __init__(self, reading: Reading, as_of: AsOf, wanted: Selection) -> None:
        self._view, self._lines, self._db = reading.state, reading.lines, reading.db
        self._stated, self._known = as_of.stated, as_of.known
        self._everywhere = reading.at(as_of)
        self._slice = reading.at(
            as_of, countries=wanted.place.codes, field=wanted.field, class_=wanted.class_
        )
        self._wanted = wanted
        self._among = self._named()

    def items(self) -> Iterator[Item]:
        """The items of all records that can have any that are wanted."""
        kinds = self._records()
        facilities = [id for id, kind in kinds.items() if kind == "facility"]
        if facilities and {"phase", "milestone"} & {*self._wanted.kinds}:
            yield from self._of_facilities(facilities)
        rest = [id for id, kind in kinds.items() if kind in self._wanted.kinds]
        if rest:
            yield from self._of_others(rest)

    # --- which records

    def _named(self) -> list[str] | None:
        """The records to look into where they are named; None is all."""
        wanted = self._wanted
        if wanted.record is not None:
            return [wanted.record, *self._lines.belonging(self._db, wanted.record)]
        if wanted.among is not None:
            return sorted(wanted.among)
        if wanted.facilities is None:
            return None
        belonging = self._lines.belonging(self._db, *wanted.facilities)
        return sorted(wanted.facilities.union(belonging))

    def _records(self) -> dict[str, str]:
        """The records that may have something that is wanted, each with its kind."""
        wanted = self._wanted
        kinds = {row.record: row.value for row in self._listed()}
        elsewhere = bool(wanted.place) or (wanted.field, wanted.class_) != (None, None)
        if self._among is None and elsewhere and {*wanted.kinds} - {"phase", "milestone"}:
            kinds |= self._view.scattered(self._db, Scope(self._stated, self._known))
        return kinds

    def _listed(self) -> list[Row]:
        """The rows of those that are listed where it is wanted; a statement of a record may lie
        elsewhere than its row."""
        wanted, day = self._wanted, self._stated
        if self._among is None:
            return self._slice.stab("record", day)
        rows = self._everywhere.stab_records("record", self._among, day)
        return [row for row in rows if row.value != "facility" or wanted.is_at(row.area)]

    # --- facilities

    def _of_facilities(self, ids: Sequence[str]) -> Iterator[Item]:
        kinds = self._wanted.kinds
        held, expected = self._stretches("status"), self._stretches("expected")
        steps = "milestone" in kinds
        claims = claims_of(self._everywhere, ids) if steps else self._givers([*held, *expected])
        overdue = self._plans("overdue") if steps else set()
        pending = {each.statement for each in expected} | overdue
        pending |= self._plans("due") if steps else set()
        homes = homes_of(self._everywhere, ids)
        held_by, expected_by = _by_record(held), _by_record(expected)
        for id, home in homes.items():
            life = Life(
                record=id,
                home=home,
                horizon=self._stated,
                held=held_by[id],
                expected=expected_by[id],
                claims=claims[id],
                pending=pending,
                overdue=overdue,
            )
            if "phase" in kinds:
                yield from phases(life)
            if steps:
                yield from milestones(life)

    def _plans(self, facet: str) -> set[str]:
        """The plans that are open in a way."""
        return {stretch.statement for stretch in self._stretches(facet)}

    def _givers(self, stretches: Iterable[Stretch]) -> Claims:
        """The statements alone that gave the stretches."""
        givers = {stretch.statement: stretch.record for stretch in stretches}
        claims: Claims = defaultdict(dict)
        for id, text in self._everywhere.statements(givers).items():
            claims[givers[id]][id] = claim_of(text)
        return claims

    # --- the others

    def _of_others(self, ids: Sequence[str]) -> Iterator[Item]:
        claims = claims_of(self._everywhere, ids)
        every = [claim for each in claims.values() for claim in each.values()]
        home_of = finder(self._everywhere, every)
        in_force = {}
        if "policy" in self._wanted.kinds:
            in_force = {stretch.statement: stretch for stretch in self._stretches("policy")}
        for id in ids:
            yield from others(
                Other(
                    record=id,
                    horizon=self._stated,
                    claims=claims[id].values(),
                    home_of=home_of,
                    in_force=in_force,
                )
            )

    # --- rows of the views

    def _stretches(self, facet: str) -> list[Stretch]:
        return self._slice.stretches(facet, records=self._among)


def _by_record(stretches: Iterable[Stretch]) -> defaultdict[str, list[Stretch]]:
    found = defaultdict(list)
    for stretch in stretches:
        found[stretch.record].append(stretch)
    return found
