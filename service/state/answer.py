"""The answer that everything turns on: the state of the chronicle at three clocks.

Its rows are put together from texts that the views hold, never built from
objects, so that a country of 500 facilities costs a few milliseconds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from events.clocks import AsOf
from events.dates import Day, day, iso, year_of
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.kinds.facility import BIT, alternatives
from projections.views.reading import Reading
from projections.views.state import Row
from service.asking.filters import Wanted
from service.asking.json_text import Fragment, json_of, members_of
from service.asking.paging import page_of_records
from service.asking.query import Query
from service.asking.table import Members
from service.state.row import expected_statuses, row_texts, rows_shown, status_members
from service.state.sentence import state_in_words

Rows = dict[str, dict[str, Fragment]]
"""Of each section of a state, by id, a row."""


class HeldDays(NamedTuple):
    """Days from `first` to `last`, both included, on which a facility had a status."""

    first: int
    last: int
    row: Row


class Totals(NamedTuple):
    """How many facilities have each status; `range` is of how many certainly and possibly do."""

    status: Counter[str]
    range: dict[str, tuple[int, int]]
    operating_by_field: Counter[str]

    def members(self) -> dict[str, Any]:
        """What an answer shows of it, statuses in the order of the rules."""
        return {
            "status": {status: self.status[status] for status in BIT if self.status[status]},
            "range": {
                status: dict(zip(("certain", "possible"), self.range[status], strict=True))
                for status in BIT
                if status in self.range
            },
            "operating_by_field": dict(sorted(self.operating_by_field.items())),
        }


def state_answer(reading: Reading, query: Query) -> Members:
    """The members of `StateSchema`, less the clocks; the rows are fragments.

    Facilities are in the order of their ids, policies the latest first, readings by series, and
    findings by date. Raises BadCursor.
    """
    selection = _Selection(reading, query.as_of, query.about)
    return selection.at(query) if query.as_of.during is None else selection.during(query)


SECTIONS = {
    "facilities": "facility",
    "policies": "policy",
    "indicators": "indicator",
    "discoveries": "discovery",
    "observations": "observation",
}
"""The lists of a state, each with the kind of what it lists."""


def state_rows(reading: Reading, as_of: AsOf, wanted: Wanted) -> Rows:
    """The rows of `/v1/state` for a day: of each section, by id, the row there.

    Facilities are those of the page that is wanted.
    """
    return _Selection(reading, as_of, wanted).rows()


class _Selection:
    """The rows of a state that are wanted."""

    def __init__(self, reading: Reading, as_of: AsOf, wanted: Wanted) -> None:
        self.reading = reading
        self.wanted = wanted
        self.slice = reading.at(as_of, country=wanted.country, field=wanted.field)
        self.at_day, self.stated = as_of.at, as_of.stated
        self.period = as_of.during

    def at(self, query: Query) -> Members:
        """The answer for a day."""
        facets, statuses, page, following = self._listed()
        return self._answer(
            query,
            totals=self._totals(statuses),
            statuses=statuses,
            expected=facets["expected"],
            facilities=self._facilities(facets, page),
            following=following,
        )

    def rows(self) -> Rows:
        """The rows of the answer for a day."""
        facets, _, page, _ = self._listed()
        facilities = dict(zip(page, self._facilities(facets, page), strict=True))
        others, _, _ = self._others()
        return {"facilities": facilities, **others}

    def during(self, query: Query) -> Members:
        """The answer for a period: one row for each status that a facility held in it."""
        if self.period is None:
            raise ValueError("the question is about a day")
        first = min(self.period.first, self.stated)
        rows = self.slice.stab("status", self.slice.status_day, first=first)
        held: dict[tuple[str, str], list[HeldDays]] = defaultdict(list)
        possible: dict[str, dict[str, bool]] = defaultdict(dict)
        for row in sorted(rows, key=lambda row: (row.record, row.vf)):
            if row.value:
                held[row.record, row.value].append(self._clipped(row))
            for status in alternatives(row.odds):
                if status is not None:
                    alone = possible[status].get(row.record, False)
                    possible[status][row.record] = alone or row.odds == BIT[status]
        some = [set(each) for each in (self.wanted.statuses, self.wanted.expected) if each]
        if some:
            wanted = set.intersection(*some)
            held = {key: value for key, value in held.items() if key[1] in wanted}
        records = {record for record, _ in held}
        if some:
            possible = {
                status: {record: alone for record, alone in by.items() if record in records}
                for status, by in possible.items()
            }
        counted = Counter(status for _, status in held)
        ranges = {status: (sum(by.values()), len(by)) for status, by in possible.items() if by}
        fields = Counter(
            stretches[0].row.field
            for (_, status), stretches in held.items()
            if status == "operating"
        )
        page, following = page_of_records(self.wanted, records)
        return self._answer(
            query,
            totals=Totals(counted, ranges, fields),
            statuses=[row for row in rows if not some or row.record in records],
            expected=(),
            facilities=self._held(held, page),
            following=following,
        )

    # --- facilities

    def _listed(self) -> tuple[dict[str, list[Row]], list[Row], list[str], str | None]:
        """The rows found for a day, those of the statuses wanted, the page, and what follows."""
        facets = {
            facet: rows_shown(self.slice, facet) for facet in ("status", "overdue", "expected")
        }
        if self.wanted.expected:
            would = expected_statuses(facets["status"], facets["expected"])
            facets = {
                facet: [row for row in found if would.get(row.record) in self.wanted.expected]
                for facet, found in facets.items()
            }
        statuses = facets["status"]
        if self.wanted.statuses:
            statuses = [row for row in statuses if row.value in self.wanted.statuses]
        if self.wanted.statuses and self.wanted.expected:
            having = {row.record for row in statuses}
            facets["expected"] = [row for row in facets["expected"] if row.record in having]
        listed = {row.record for row in statuses if row.value}
        if not self.wanted.statuses:
            promised = (*facets["overdue"], *facets["expected"])
            listed |= {row.record for row in promised}
        page, following = page_of_records(self.wanted, listed)
        return facets, statuses, page, following

    def _facilities(self, facets: dict[str, list[Row]], page: Sequence[str]) -> list[Fragment]:
        paged = set(page)
        rows = {
            facet: [row for row in found if row.record in paged] for facet, found in facets.items()
        }
        names = {row.record: row for row in rows_shown(self.slice, "name")}
        texts = row_texts(self.slice, (row for found in rows.values() for row in found))
        briefs = self.slice.briefs(page)
        status = {row.record: row for row in rows["status"]}
        expected = {row.record: f"{{{texts[row.id]}}}" for row in rows["expected"]}
        overdue: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        for row in rows["overdue"]:
            overdue[row.record].append((row.vf, row.statement, f"{{{texts[row.id]}}}"))
        shown = []
        for record in page:
            name, brief = briefs[record]
            having = status.get(record)
            about = status_members(
                having, texts[having.id] if having else "", beyond=self.slice.is_beyond
            )
            late = ",".join(text for _, _, text in sorted(overdue.get(record, ())))
            renamed = names.get(record)
            then = (
                f',"name_then":{json_of(renamed.value)}'
                if renamed is not None and renamed.value != name
                else ""
            )
            shown.append(
                Fragment(
                    f'{{{brief},{about},"expected":{expected.get(record, "null")},'
                    f'"overdue":[{late}]{then}}}'
                )
            )
        return shown

    def _held(
        self, held: dict[tuple[str, str], list[HeldDays]], page: Sequence[str]
    ) -> list[Fragment]:
        paged = set(page)
        rows = sorted(
            (
                (record, stretches[0].first, status, stretches)
                for (record, status), stretches in held.items()
                if record in paged
            ),
            key=lambda row: row[:3],
        )
        texts = row_texts(self.slice, (stretches[0].row for *_, stretches in rows))
        briefs = self.slice.briefs(page)
        shown = []
        for record, _, status, stretches in rows:
            _, brief = briefs[record]
            certain = any(stretch.row.odds == BIT[status] for stretch in stretches)
            certainty = "certain" if certain else "possible"
            if stretches[0].first > self.stated:
                certainty = "last-known"
            since = msgspec.json.decode("{" + texts[stretches[0].row.id] + "}")["since"]
            members = members_of(
                {
                    "status": status,
                    "holds": [
                        {"from": _iso(first), "to": _iso(last)}
                        for first, last in _joined(stretches)
                    ],
                    "since": since,
                    "certainty": certainty,
                    "statement": stretches[0].row.statement,
                }
            )
            shown.append(Fragment(f"{{{brief},{members}}}"))
        return shown

    def _clipped(self, row: Row) -> HeldDays:
        """The days of the period on which a row's status was held; the last one known
        before the horizon goes on beyond it."""
        if self.period is None:
            raise ValueError("the question is about a day")
        last = min(row.vt - 1, self.period.last)
        if row.vt > self.stated:
            last = self.period.last
        return HeldDays(min(max(row.vf, self.period.first), last), last, row)

    def _totals(self, statuses: list[Row]) -> Totals:
        if self.wanted.country is None and not (self.wanted.statuses or self.wanted.expected):
            counts = [
                (status, odds, field, count)
                for status, odds, field, count in self.slice.count_world()
                if self.wanted.field is None or field == self.wanted.field
            ]
        else:
            counts = [
                (*key, count)
                for key, count in Counter(
                    (row.value, row.odds, row.field) for row in statuses
                ).items()
            ]
        by_status: Counter[str] = Counter()
        fields: Counter[str] = Counter()
        ranges: dict[str, tuple[int, int]] = {}
        for status, odds, field, count in counts:
            if status:
                by_status[status] += count
            if status == "operating":
                fields[field] += count
            for option in alternatives(odds):
                if option is not None:
                    certain, possible = ranges.get(option, (0, 0))
                    ranges[option] = (
                        certain + count * (odds == BIT[option]),
                        possible + count,
                    )
        return Totals(by_status, ranges, fields)

    # --- the rest

    def _answer(
        self,
        query: Query,
        *,
        totals: Totals,
        statuses: Sequence[Row],
        expected: Sequence[Row],
        facilities: list[Fragment],
        following: str | None,
    ) -> Members:
        others, to_date, come = self._others()
        return {
            "totals": totals.members(),
            "facilities": facilities,
            **{name: list(by.values()) for name, by in others.items()},
            "discoveries_to_date": to_date,
            "sentence": state_in_words(
                self.slice,
                query,
                statuses=statuses,
                expected=expected,
                totals=totals.status,
                ranges=totals.range,
                discoveries=[others["discoveries"][statement] for statement in come],
            ),
            "next": None if following is None else query.url(after=following),
        }

    def _others(self) -> tuple[Rows, int, list[str]]:
        """The sections beside the facilities, in their order, how many discoveries there are to
        date, and the statements of those listed that had come by the day."""
        rows = {facet: self._holding(facet) for facet in ("policy", "indicator")}
        dated = {
            facet: self.slice.begun(facet, self._year()[1])
            for facet in ("discovery", "observation")
        }
        to_date = sum(row.vf <= self.at_day for row in dated["discovery"])
        first, last = self._year()
        for facet, found in dated.items():
            rows[facet] = sorted(
                (row for row in found if first <= row.vf <= last),
                key=lambda row: (row.vf, row.statement),
            )
        texts = self.slice.statements({row.statement for found in rows.values() for row in found})
        shown = {
            "policies": _with_holds(rows["policy"], texts),
            "indicators": _with_holds(rows["indicator"], texts),
            "discoveries": _plain(rows["discovery"], texts),
            "observations": _plain(rows["observation"], texts),
        }
        come = [row.statement for row in rows["discovery"] if row.vf <= self.at_day]
        return shown, to_date, come

    def _holding(self, facet: str) -> list[Row]:
        first = self.at_day if self.period is None else self.period.first
        rows = self.slice.stab(facet, self.at_day, first=first)
        if facet == "policy":
            return sorted(rows, key=lambda row: (-row.vf, row.statement))
        return sorted(rows, key=lambda row: (row.value, row.vf))

    def _year(self) -> tuple[Day, Day]:
        if self.period is not None:
            return self.period.first, self.period.last
        year = year_of(self.at_day)
        return day(year, 1, 1), day(year, 12, 31)


def _joined(stretches: Iterable[HeldDays]) -> list[tuple[int, int]]:
    """Stretches in order, neighbours made one."""
    joined: list[tuple[int, int]] = []
    for stretch in stretches:
        if joined and stretch.first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], stretch.last)
        else:
            joined.append((stretch.first, stretch.last))
    return joined


def _with_holds(rows: Iterable[Row], texts: dict[str, str]) -> dict[str, Fragment]:
    shown = {}
    for row in rows:
        holds = json_of({"from": _iso(row.vf), "to": _iso(row.vt - 1)})
        shown[row.statement] = Fragment(f'{texts[row.statement][:-1]},"holds":{holds}}}')
    return shown


def _plain(rows: Iterable[Row], texts: dict[str, str]) -> dict[str, Fragment]:
    return {row.statement: Fragment(texts[row.statement]) for row in rows}


def _iso(day: int) -> str | None:
    """A day as answers show it; None for an open end."""
    return None if day in (BEFORE_ALL, AFTER_ALL - 1) else iso(day)
