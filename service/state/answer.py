"""The answer that everything turns on: the state of the chronicle at three clocks.

Which facilities are meant is worked out in numbers (`service.state.facilities`); the rows of a
page are put together from texts that are kept, never built from objects.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from itertools import compress
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from events.clocks import AsOf
from events.dates import Day, day, iso, year_of
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.kinds.facility import BIT, alternatives
from projections.views.columns import Found
from projections.views.reading import Reading
from projections.views.state import Row, counted
from service.asking.aging import WITH_A_FUTURE, old_words
from service.asking.errors import BadCursor
from service.asking.filters import Wanted
from service.asking.json_text import Fragment, json_of, members_of
from service.asking.paging import page_in_order, page_of_records
from service.asking.query import Query
from service.asking.table import Members
from service.coverage.members import coverage_members
from service.coverage.reading import covered
from service.sentences.coverage import Part
from service.state.facilities import Facilities, Mask, Places, numbers_of
from service.state.row import CONTESTED, row_texts, texts_of
from service.state.sentence import state_in_words

Rows = dict[str, dict[str, Fragment]]
"""Of each section of a state, by id, a row."""


class HeldDays(NamedTuple):
    """Days from `first` to `last`, both included, on which a facility had a status."""

    first: int
    last: int
    row: Row
    contested: bool


class Told(NamedTuple):
    """A row, and the text of the statement behind it."""

    row: Row
    text: str

    @property
    def id(self) -> str:
        """The id of the statement."""
        return self.row.statement


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


class Listed(NamedTuple):
    """The facilities that are meant: of `all`, those with some `statuses`, and what is `expected`
    of them; of the `page` the places in the order of ids, and the id after which another begins."""

    all: Facilities
    statuses: Found
    expected: list[Row]
    page: Places
    following: str | None


def state_answer(reading: Reading, query: Query) -> Members:
    """The members of `StateSchema`, less the clocks; the rows are fragments.

    Facilities are in the order of their ids, policies the latest first, readings by series, and
    findings by date. The lists beside the facilities stand on every page as long as each has room
    there; where one has not, all of them go on from page to page. Raises BadCursor.
    """
    selection = _Selection(reading, query.as_of, query.about)
    return selection.at(query) if query.as_of.during is None else selection.during(query)


NOTHING_PROMISED = '"expected":null,"overdue":[]'
"""What a row shows where there are no plans."""

SECTIONS = {
    "facilities": "facility",
    "policies": "policy",
    "indicators": "indicator",
    "discoveries": "discovery",
    "observations": "observation",
}
"""The lists of a state, each with the kind of what it lists."""


def state_rows(
    reading: Reading, as_of: AsOf, wanted: Wanted, *, among: Iterable[int] | None = None
) -> tuple[Rows, bool]:
    """The rows of `/v1/state` for a day: of each section, by id, the row there; and whether a
    section has more than the page that is wanted.

    Facilities are those of the page, of the records of some numbers if these are given.
    """
    selection = _Selection(reading, as_of, wanted)
    return selection.rows(None if among is None else np.array(list(among), np.int64))


class _Selection:
    """The rows of a state that are wanted."""

    def __init__(self, reading: Reading, as_of: AsOf, wanted: Wanted) -> None:
        after, self.skipped = _cursor(wanted.after)
        self.reading = reading
        self.wanted = wanted = replace(wanted, after=after)
        self.slice = reading.at(
            as_of, countries=wanted.place.codes, field=wanted.field, class_=wanted.class_
        )
        self.at_day, self.stated = as_of.at, as_of.stated
        self.period = as_of.during
        self._marks = True

    def at(self, query: Query) -> Members:
        """The answer for a day."""
        listed = self._listed()
        return self._answer(
            query,
            totals=totals_of(listed.statuses),
            statuses=listed.statuses,
            expected=listed.expected,
            facilities=self._facilities(listed),
            last="".join(listed.all.order.ids_at(listed.page[-1:])),
            following=listed.following,
        )

    def rows(self, among: npt.NDArray[Any] | None) -> tuple[Rows, bool]:
        """The rows of the answer for a day, without what stands beside them: whether a date is
        contested, and how old the last word is."""
        self._marks = False
        listed = self._listed()
        order, following = listed.all.order, listed.following
        if among is not None:
            numbers = order.numbers[listed.page]
            listed = listed._replace(page=listed.page[np.isin(numbers, among)])
        ids = order.ids_at(listed.page)
        facilities = dict(zip(ids, self._facilities(listed), strict=True))
        others, _, _ = self._others()
        are_more = following is not None or any(len(by) > self._room for by in others.values())
        return {"facilities": facilities, **others}, are_more

    def during(self, query: Query) -> Members:
        """The answer for a period: one row for each status that a facility held in it."""
        if self.period is None:
            raise ValueError("the question is about a day")
        first = min(self.period.first, self.stated)
        found = self.slice.find("status", self.slice.status_day, first=first)
        rows, contested = self.slice.rows(found), self._contested(found)
        held: dict[tuple[str, str], list[HeldDays]] = defaultdict(list)
        possible: dict[str, dict[str, bool]] = defaultdict(dict)
        told = zip(rows, found["statement"].tolist(), strict=True)
        for row, number in sorted(told, key=lambda each: (each[0].record, each[0].vf)):
            if row.value:
                clipped = self._clipped(row, contested=number in contested)
                held[row.record, row.value].append(clipped)
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
        # Of a period that ends beyond the horizon the sentence tells of the horizon alone.
        first_end = self.stated + 1 if self.slice.is_beyond else BEFORE_ALL
        of_sentence = np.array(
            [row.vt >= first_end and (not some or row.record in records) for row in rows], bool
        )
        page, following = page_of_records(self.wanted, records)
        return self._answer(
            query,
            totals=Totals(counted, ranges, fields),
            statuses=found.where(of_sentence),
            expected=(),
            facilities=self._held(held, page),
            last="".join(page[-1:]),
            following=following,
        )

    # --- facilities

    def _listed(self) -> Listed:
        """The facilities of the statuses wanted on a day, and the page of them."""
        all = Facilities(self.slice)
        meant = all.meant(self.wanted)
        listed = np.flatnonzero(all.listed(self.wanted, meant))
        page, following = page_in_order(self.wanted, all.order, listed)
        return Listed(
            all,
            all.status.where(meant[all.places(all.status)]),
            list(compress(all.expected, meant[all.expected_places].tolist())),
            page,
            following,
        )

    def _contested(self, rows: Found) -> Container[int]:
        """The statements of some rows whose dates are contested, by number."""
        return self.slice.contested(rows.statements()) if self._marks else ()

    def _facilities(self, listed: Listed) -> list[Fragment]:
        """The rows of a page."""
        statuses = listed.all.statuses_shown(listed.page, marked=self._marks)
        promises = self._promises(listed)
        numbers = listed.all.order.numbers[listed.page]
        briefs = self.slice.briefs_of(numbers)
        old = self._old_words(listed)
        return [
            Fragment(
                f"{{{brief},{status},{promises.get(number, NOTHING_PROMISED)}"
                f"{old.get(number, '')}}}"
            )
            for number, brief, status in zip(numbers.tolist(), briefs, statuses, strict=True)
        ]

    def _old_words(self, listed: Listed) -> dict[int, str]:
        """What the rows of a page show of the last word, where it is old."""
        if not self._marks:
            return {}
        all, page = listed.all, listed.page
        page = page[np.isin(all.statuses[page], numbers_of(WITH_A_FUTURE))]
        old = old_words(self.slice, all.order.numbers[page])
        return {number: f',"last_said":"{iso(said)}"' for number, said in old.items()}

    def _promises(self, listed: Listed) -> dict[int, str]:
        """What the rows of a page show of plans, and of names borne then, where there are any; by
        the number of the record."""
        all, on_page = listed.all, listed.all.order.mask(listed.page)
        overdue = self._overdue(all.overdue.where(on_page[all.places(all.overdue)]))
        expected = all.expected_shown(listed.page)
        names = self._names_then(on_page, all)
        return {
            number: f'"expected":{expected.get(number, "null")}'
            f',"overdue":[{overdue.get(number, "")}]{names.get(number, "")}'
            for number in {*overdue, *expected, *names}
        }

    def _overdue(self, plans: Found) -> dict[int, str]:
        """What the rows of facilities show of overdue plans, by the number of the record; several
        in the order of their days, then of their ids."""
        shown: dict[int, str] = {}
        several: dict[int, list[tuple[int, str]]] = {}
        days, records = self.slice.first_days(plans).tolist(), plans["record"].tolist()
        for record, since, text in zip(records, days, texts_of(self.slice, plans), strict=True):
            if record not in shown:
                shown[record] = f"{{{text}}}"
                several[record] = [(since, shown[record])]
            else:
                # The text of a plan begins with its id.
                several[record].append((since, f"{{{text}}}"))
                shown[record] = ",".join(each for _, each in sorted(several[record]))
        return shown

    def _names_then(self, on_page: Mask, all: Facilities) -> dict[int, str]:
        """What the rows of facilities show of names that they bore, where these are others."""
        names = self.slice.find("name", self.slice.status_day)
        rows = self.slice.rows(names.where(on_page[all.places(names)]))
        briefs = self.slice.briefs(row.record for row in rows)
        return {
            row.id >> 32: f',"name_then":{json_of(row.value)}'
            for row in rows
            if row.value != briefs[row.record][0]
        }

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
        texts = row_texts(self.slice, [stretches[0].row for *_, stretches in rows])
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
            if stretches[0].contested:
                members += CONTESTED
            shown.append(Fragment(f"{{{brief},{members}}}"))
        return shown

    def _clipped(self, row: Row, *, contested: bool) -> HeldDays:
        """The days of the period on which a row's status was held; the last one known
        before the horizon goes on beyond it."""
        if self.period is None:
            raise ValueError("the question is about a day")
        last = min(row.vt - 1, self.period.last)
        if row.vt > self.stated:
            last = self.period.last
        return HeldDays(min(max(row.vf, self.period.first), last), last, row, contested)

    # --- the rest

    def _answer(
        self,
        query: Query,
        *,
        totals: Totals,
        statuses: Found,
        expected: Sequence[Row],
        facilities: list[Fragment],
        last: str,
        following: str | None,
    ) -> Members:
        others, to_date, come = self._others()
        reached = self.skipped + self._room
        go_on = any(len(by) > reached for by in others.values())
        after, lengths = None, {}
        if following is not None or go_on:
            after = last or self.wanted.after
            if go_on or self.skipped:
                after += f":{reached}"
        if go_on or self.skipped:
            lengths = {name: len(by) for name, by in others.items()}
        coverage = covered(self.reading, query.as_of.known, self._part)
        shown = (totals.status, totals.range, expected, to_date, *others.values())
        return {
            "totals": totals.members() | lengths,
            "facilities": facilities,
            **{name: list(by.values())[self.skipped : reached] for name, by in others.items()},
            "discoveries_to_date": to_date,
            "sentence": state_in_words(
                self.slice,
                query,
                statuses=statuses,
                expected=expected,
                totals=totals.status,
                ranges=totals.range,
                discoveries=[others["discoveries"][statement] for statement in come],
                covered=coverage,
                is_empty=not any(shown),
            ),
            "coverage": coverage_members(coverage),
            "next": None if after is None else query.url(after=after),
        }

    @property
    def _part(self) -> Part:
        """The part of the world that is asked about."""
        return Part(self.wanted.place, self.wanted.field, self.wanted.class_)

    @property
    def _room(self) -> int:
        """How many rows of a list beside the facilities a page has at most."""
        return self.wanted.beside

    def _others(self) -> tuple[Rows, int, list[str]]:
        """The sections beside the facilities, in their order, how many discoveries there are to
        date, and the statements of those listed that had come by the day."""
        first, last = self._year()
        policies = sorted(self._held_over("policy"), key=lambda held: (-held.row.vf, held.id))
        indicators = sorted(
            self._held_over("indicator"), key=lambda held: (held.row.value, held.row.vf)
        )
        begun = self.slice.find("discovery", last, first=BEFORE_ALL)
        to_date = int(np.count_nonzero(self.slice.first_days(begun) <= self.at_day))
        discoveries, observations = (
            sorted(self._begun(found, first), key=lambda held: (held.row.vf, held.id))
            for found in (begun, self.slice.find("observation", last, first=BEFORE_ALL))
        )
        shown = {
            "policies": _with_holds(policies),
            "indicators": _with_holds(indicators),
            "discoveries": {held.id: Fragment(held.text) for held in discoveries},
            "observations": {held.id: Fragment(held.text) for held in observations},
        }
        come = [held.id for held in discoveries if held.row.vf <= self.at_day]
        return shown, to_date, come

    def _held_over(self, facet: str) -> list[Told]:
        """What holds on the day, or at some time of the period."""
        first = self.at_day if self.period is None else self.period.first
        return self._told(self.slice.find(facet, self.at_day, first=first))

    def _begun(self, found: Found, first: Day) -> list[Told]:
        """Those of some rows that began on a day or later."""
        return self._told(found.where(self.slice.first_days(found) >= first))

    def _told(self, found: Found) -> list[Told]:
        contested = self._contested(found)
        texts = [
            f"{text[:-1]}{CONTESTED}}}" if number in contested else text
            for number, text in zip(
                found["statement"].tolist(), self.slice.statements_behind(found), strict=True
            )
        ]
        return list(map(Told, self.slice.rows(found), texts))

    def _year(self) -> tuple[Day, Day]:
        if self.period is not None:
            return self.period.first, self.period.last
        year = year_of(self.at_day)
        return day(year, 1, 1), day(year, 12, 31)


def _cursor(after: str) -> tuple[str, int]:
    """After which facility a page begins, and how many rows of every other list come before it.

    Raises BadCursor.
    """
    id, colon, skipped = after.partition(":")
    if not colon:
        return id, 0
    if not skipped.isascii() or not skipped.isdigit() or len(skipped) > 9:
        raise BadCursor(after, "what follows the colon is no number")
    return id, int(skipped)


def totals_of(statuses: Found) -> Totals:
    """The totals of facilities, each by the one status that it has."""
    by_status: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    ranges: dict[str, tuple[int, int]] = {}
    for status, odds, field, count in counted(statuses):
        if status:
            by_status[status] += count
        if status == "operating":
            fields[field] += count
        for option in alternatives(odds):
            if option is not None:
                certain, possible = ranges.get(option, (0, 0))
                ranges[option] = (certain + count * (odds == BIT[option]), possible + count)
    return Totals(by_status, ranges, fields)


def _joined(stretches: Iterable[HeldDays]) -> list[tuple[int, int]]:
    """Stretches in order, neighbours made one."""
    joined: list[tuple[int, int]] = []
    for stretch in stretches:
        if joined and stretch.first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], stretch.last)
        else:
            joined.append((stretch.first, stretch.last))
    return joined


def _with_holds(told: Iterable[Told]) -> dict[str, Fragment]:
    shown = {}
    for row, text in told:
        holds = json_of({"from": _iso(row.vf), "to": _iso(row.vt - 1)})
        shown[row.statement] = Fragment(f'{text[:-1]},"holds":{holds}}}')
    return shown


def _iso(day: int) -> str | None:
    """A day as answers show it; None for an open end."""
    return None if day in (BEFORE_ALL, AFTER_ALL - 1) else iso(day)
