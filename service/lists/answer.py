"""Finding: lists of records and sources by words, place or filter; counted, sorted, in pages.

`/v1/records` and `/v1/search` are one list. Everything in an answer follows
from what stands at its clocks, scores and counts too, so that a pinned page
never changes and a walk from page to page sees one snapshot.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from events.dates import iso, parse, parse_iso
from events.errors import BadFilter
from projections import VALUES
from projections.engine.spans import BEFORE_ALL
from projections.views.reading import Reading
from projections.views.search import Hit
from projections.views.search_words import Terms, found, parse_terms, spots
from projections.views.state import Row
from service.asking.aging import WITH_A_FUTURE, old_words
from service.asking.filters import SORTS, Point, Wanted
from service.asking.json_text import date_text
from service.asking.query import Query
from service.asking.table import Members
from service.coverage.members import coverage_members
from service.coverage.reading import covered
from service.lists.cursor import Cursor, Key, place_of, read_cursor
from service.lists.facets import counted, counted_in
from service.lists.listed import Listed
from service.lists.scores import score, weight
from service.lists.snippets import snippet
from service.sentences.coverage import Part

LISTED = (
    *("id", "kind", "name", "name_zh", "country", "field", "class"),
    *("status", "since", "contested", "last_said", "distance_km"),
)
"""The members of an item of `/v1/records`."""

SEARCHED = (*LISTED, "score", "hits", "matches")
"""The members of an item of `/v1/search`."""

FEW = 50
"""Up to so many records are looked up one by one; for more, all there are is faster."""

SHOWN = 5
"""Of so many texts of an item that match, the best, it is shown where."""

EARTH = 6_371_008.8
"""The mean radius of the Earth in metres, by the IUGG."""


def records_answer(reading: Reading, query: Query) -> Members:
    """The members of `RecordsSchema`, less the clocks; items as `sort` says.

    Raises BadFilter, BadCursor.
    """
    return _Finding(reading, query).answer()


def search_answer(reading: Reading, query: Query) -> Members:
    """The members of `SearchSchema`, less the clocks; items as `sort` says.

    Raises BadFilter where neither words, a place nor a filter is given, BadCursor.
    """
    about: Wanted = query.about
    named = (
        about.q,
        about.near,
        about.kind,
        about.place,
        about.field,
        about.class_,
        about.statuses,
        about.disputed,
    )
    if not any(named):
        raise BadFilter("q", "", "give words to look for, a place (`near`), or a filter")
    return _Finding(reading, query).answer()


def metres(one: Point, other: Point) -> int:
    """The distance between two points along a great circle, in whole metres.

    >>> metres(Point(0, 0), Point(0, 180))
    20015114
    """
    latitudes = math.radians(one.latitude), math.radians(other.latitude)
    half = math.radians(other.longitude - one.longitude) / 2
    chord = (
        math.sin((latitudes[1] - latitudes[0]) / 2) ** 2
        + math.cos(latitudes[0]) * math.cos(latitudes[1]) * math.sin(half) ** 2
    )
    return round(2 * EARTH * math.asin(min(1, math.sqrt(chord))))


class _Finding:
    """One query, with what it has found so far."""

    def __init__(self, reading: Reading, query: Query) -> None:
        wanted: Wanted = query.about
        self.reading, self.query, self.wanted = reading, query, wanted
        self.slice = reading.at(
            query.as_of, countries=wanted.place.codes, field=wanted.field, class_=wanted.class_
        )
        self.words: Terms | None = None if wanted.q is None else parse_terms(wanted.q)
        self.sort = _sort(wanted)
        self.since: dict[int, Members] = {}
        self.names: dict[tuple[str, str], tuple[str, str | None]] = {}

    def answer(self) -> Members:
        """What is found: how many, the page of it, and the path of the next."""
        cursor = read_cursor(self.wanted.after, self.sort) if self.wanted.after else None
        if self.sort == "id" and self.words is None and self.wanted.near is None:
            return self._by_id(cursor)
        listed = self._found()
        if self.sort == "since":
            self._take_since(listed)
        if self.sort in ("name", "-name"):
            self._take_names(listed)
        places = sorted(((self._place(each), each) for each in listed), key=lambda at: at[0])
        if cursor is not None:
            end = cursor.place
            places = [at for at in places if at[0] > end]
        page = [each for _, each in places[: self.wanted.limit]]
        facets = counted(listed, self.wanted.facets)
        return self._members(len(listed), facets, page, goes_on=len(places) > len(page))

    def _by_id(self, cursor: Cursor | None) -> Members:
        """The same of a list by id of all that the filters let through, which is worked out in
        numbers: only the page is looked at."""
        wanted, order = self.wanted, self.slice.order()
        found = self.slice.find("record", self.query.as_of.at)
        if wanted.kind is not None:
            found = found.where(found["value"] == VALUES.index(wanted.kind))
        if wanted.disputed:
            found = found.where(np.isin(found["record"], list(self.slice.doubted())))
        held = np.zeros(len(found), np.int16)
        if wanted.statuses or "status" in wanted.facets:
            status = self.slice.find("status", self.slice.status_day)
            every = order.by_place(status["record"], status["value"], otherwise=0)
            held = every[order.of(found["record"])]
        if wanted.statuses:
            having = np.isin(held, [VALUES.index(status) for status in wanted.statuses])
            found, held = found.where(having), held[having]
        places = order.of(found["record"])
        beyond = np.flatnonzero(places >= (order.after(cursor.id) if cursor else 0))
        those = beyond[np.argsort(places[beyond])[: wanted.limit]]
        rows = self.slice.rows(found.where(those))
        page = [Listed(f"record:{row.record}", row) for row in rows]
        facets = counted_in(found, held, wanted.facets)
        return self._members(len(found), facets, page, goes_on=len(beyond) > len(page))

    def _members(
        self, total: int, facets: Members, page: Sequence[Listed], *, goes_on: bool
    ) -> Members:
        """The members of an answer of so many, with a page of them; `goes_on` says whether there is
        one after it."""
        part = Part(self.wanted.place, self.wanted.field, self.wanted.class_)
        return {
            "total": total,
            **({"facets": facets} if facets else {}),
            "items": self._items(page),
            "coverage": coverage_members(covered(self.reading, self.query.as_of.known, part)),
            "next": self.query.url(after=self._cursor(page[-1]).written()) if goes_on else None,
        }

    # --- what is found

    def _found(self) -> list[Listed]:
        """Everything on the list, in no order."""
        wanted = self.wanted
        hits, distances = self._hits(), self._distances()
        streams: set[str] | None = None
        for some in (hits, distances):
            if some is not None:
                streams = set(some) if streams is None else streams & set(some)
        listed = self._records(streams)
        about_records = any(
            (
                *(wanted.near, wanted.place, wanted.field, wanted.class_),
                *(wanted.statuses, wanted.disputed),
            )
        )
        if streams is not None and not about_records and wanted.kind in (None, "source"):
            sources = (stream for stream in streams if stream.startswith("source:"))
            listed += (Listed(stream) for stream in sources)
        letters = self._letters()
        for each in listed:
            each.metres = (distances or {}).get(each.stream, 0)
            each.hits = (hits or {}).get(each.stream, ())
            each.score = score(each.hits, letters)
        return listed

    def _records(self, streams: set[str] | None) -> list[Listed]:
        """The records that exist and that the filters let through, of some streams if given."""
        wanted = self.wanted
        if wanted.kind == "source":
            return []
        ids = None
        if streams is not None:
            ids = {stream[7:] for stream in streams if stream.startswith("record:")}
        rows = [
            row
            for row in self._stab("record", ids, self.query.as_of.at)
            if wanted.kind in (None, row.value)
        ]
        if wanted.disputed:
            doubted = self.slice.doubted()
            rows = [row for row in rows if row.id >> 32 in doubted]
        listed = [Listed(f"record:{row.record}", row) for row in rows]
        if wanted.statuses or "status" in wanted.facets or self.sort == "since":
            self._take_statuses(listed)
        if wanted.statuses:
            listed = [each for each in listed if each.held in wanted.statuses]
        return listed

    def _stab(self, facet: str, ids: set[str] | None, day: int) -> list[Row]:
        if ids is not None and len(ids) <= FEW:
            return self.slice.stab_records(facet, ids, day)
        found = self.slice.find(facet, day)
        if ids is not None:
            order = self.slice.order()
            meant = order.mask(order.places_of(ids))
            found = found.where(meant[order.of(found["record"])])
        return self.slice.rows(found)

    def _hits(self) -> dict[str, list[Hit]] | None:
        """The texts that match, by stream; None where no words are looked for.

        What is left out is left out as a whole: a record of which any text has the word.
        """
        if self.words is None:
            return None
        if not self.words.having:
            return {}
        as_of, db, search = self.query.as_of, self.reading.db, self.reading.search
        stated, known, budget = as_of.stated, as_of.known, self.reading.budget
        streams = None
        if self.wanted.place or self.wanted.field or self.wanted.class_:
            # What is found elsewhere need not be looked at.
            streams = self.slice.find("record", as_of.at)["record"].tolist()
        hits = defaultdict(list)
        for hit in search.hits(
            db, self.words.having, stated=stated, known=known, budget=budget, streams=streams
        ):
            hits[hit.stream].append(hit)
        if self.words.lacking:
            lacking = self.words.lacking
            for stream in search.streams(db, lacking, stated=stated, known=known, budget=budget):
                hits.pop(stream, None)
        return hits

    def _distances(self) -> dict[str, int] | None:
        """The distance in metres of each stream with a place within the radius."""
        near, radius = self.wanted.near, self.wanted.radius
        if near is None:
            return None
        furthest = math.inf if radius is None else radius * 1000
        # A little more than the radius, lest a rounding lose what lies on it.
        degrees = min(180.0, math.degrees(furthest / EARTH) + 0.001)
        places = self.reading.search.places(
            self.reading.db,
            south=near.latitude - degrees,
            north=near.latitude + degrees,
            known=self.query.as_of.known,
        )
        self.reading.budget.spend(rows=len(places))
        distances = {stream: metres(near, Point(*place)) for stream, place in places.items()}
        return {stream: far for stream, far in distances.items() if far <= furthest}

    def _letters(self) -> int:
        """How many letters are looked for."""
        having = self.words.having if self.words else ()
        return sum(len(word) for phrase in having for word in phrase.words)

    # --- what an item shows

    def _take_statuses(self, listed: Iterable[Listed]) -> None:
        facilities = {each.id: each for each in listed if each.kind == "facility"}
        for row in self._stab("status", set(facilities), self.slice.status_day):
            facilities[row.record].status = row

    def _take_since(self, listed: Iterable[Listed]) -> None:
        rows = [each.status for each in listed if each.status and each.held]
        versions = self.slice.versions({row.statement for row in rows})
        for row in rows:
            date = versions[row.statement].date
            if date is not None:
                self.since[row.id] = date_text(parse(date))

    def _take_names(self, listed: Iterable[Listed]) -> None:
        keys = [each.named_by for each in listed if each.named_by not in self.names]
        self.reading.budget.spend(rows=len(keys))
        self.names |= self.reading.search.names(self.reading.db, keys, known=self.query.as_of.known)

    def _since_of(self, each: Listed) -> Members | None:
        return self.since.get(each.status.id) if each.status else None

    # --- the order

    def _place(self, each: Listed) -> tuple[Any, ...]:
        return place_of(self.sort, self._key(each), each.id, each.space)

    def _key(self, each: Listed) -> Key:
        if self.sort == "relevance":
            return -each.score
        if self.sort == "distance":
            return each.metres
        if self.sort in ("name", "-name"):
            # So short that it fits into a URL.
            return self.names[each.named_by][0].casefold()[:80]
        if self.sort == "since":
            return _first_day(self._since_of(each))
        return None

    def _cursor(self, each: Listed) -> Cursor:
        return Cursor(self.sort, self._key(each), each.id, each.space)

    # --- the page

    def _items(self, page: Sequence[Listed]) -> Sequence[Members]:
        self._take_statuses(each for each in page if each.status is None)
        self._take_names(page)
        kept = set(self.wanted.fields) | {"id"}
        matches = {}
        if self.words and (not self.wanted.fields or "matches" in kept):
            matches = self._matches(page, self.words)
        items = []
        contested = self._contested(page)
        told = [
            each.row.id >> 32
            for each in page
            if each.row is not None and each.held in WITH_A_FUTURE
        ]
        old = old_words(self.slice, np.array(told, np.int64))
        for each in page:
            name, name_zh = self.names[each.named_by]
            record = None if each.row is None else each.row.id >> 32
            shown = {
                "name_zh": name_zh if "name_zh" in kept else None,
                "class": each.class_,
                "contested": True if each.told in contested else None,
                "last_said": iso(old[record]) if record in old else None,
            }
            item: dict[str, Any] = {
                "id": each.id,
                "kind": each.kind,
                "name": name,
                "country": each.country,
                "field": each.field,
                **{member: value for member, value in shown.items() if value is not None},
            }
            if each.kind == "facility":
                item["status"] = each.held
            if self.sort == "since":
                item["since"] = self._since_of(each)
            if self.wanted.near is not None:
                item["distance_km"] = each.metres / 1000
            if self.words is not None:
                item["score"] = each.score / 1000
                item["hits"] = len(each.hits)
                item["matches"] = matches.get(each.stream, [])
            if self.wanted.fields:
                item = {name: value for name, value in item.items() if name in kept}
            items.append(item)
        return items

    def _contested(self, page: Sequence[Listed]) -> set[str]:
        """The statements that items tell by, whose dates are contested."""
        versions = self.slice.versions({each.told for each in page if each.told})
        keys = ((version.record, version.number) for version in versions.values())
        contested = self.slice.contested(keys)
        return {id for id, version in versions.items() if version.number in contested}

    def _matches(self, page: Sequence[Listed], words: Terms) -> dict[str, list[Members]]:
        """Of each stream, where in its best texts the words stand."""
        letters = self._letters()
        best = {
            each.stream: sorted(each.hits, key=lambda hit: (-weight(hit, letters), hit.position))[
                :SHOWN
            ]
            for each in page
        }
        self.reading.budget.spend(texts=sum(map(len, best.values())))
        texts = self.reading.search.passages(
            self.reading.db, (hit.position for hits in best.values() for hit in hits)
        )
        matches: dict[str, list[Members]] = {}
        for stream, hits in best.items():
            matches[stream] = []
            for hit in hits:
                passage = texts[hit.position]
                where = "statement" if passage.statement else stream.partition(":")[0]
                for name, text in passage.texts.items():
                    stretches = found(words.having, spots(text))
                    if stretches:
                        matches[stream].append(
                            {
                                "in": "card" if where == "record" else where,
                                "statement": passage.statement,
                                "field": name,
                                "snippet": snippet(text, stretches),
                            }
                        )
        return matches


def _sort(wanted: Wanted) -> str:
    """How the list is sorted. Raises BadFilter where the question has nothing to sort so by."""
    sort = wanted.sorted_by
    missing = {"relevance": wanted.q is None, "distance": wanted.near is None}
    if missing.get(sort):
        needed = {"relevance": "q", "distance": "near"}[sort]
        allowed = [name for name in SORTS if not missing.get(name)]
        raise BadFilter("sort", sort, f"only with `{needed}`", allowed=allowed)
    return sort


def _first_day(since: Members | None) -> int | None:
    if since is None:
        return None
    return BEFORE_ALL if since["earliest"] is None else parse_iso(since["earliest"])
