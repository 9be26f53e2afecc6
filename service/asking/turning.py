"""At which commits the answer to a question can change, for questions of the usual makes.

Which ones matter follows from what the log had up to each of them and never from what came later: a
page of a feed, once full, is the same for good.
"""

from __future__ import annotations

from collections.abc import Collection

from events.dates import Day, day, year_of
from events.stream import Stream
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.views.reading import Reading
from projections.views.state import Scope
from service.asking.filters import place_in
from service.asking.query import Query


def on_a_day(reading: Reading, query: Query, *, after: int, known: int) -> list[int]:
    """Of an answer about the rows that hold near a day, or in a period."""
    clocks = query.as_of
    first = min(clocks.at, clocks.stated, clocks.during.first if clocks.during else AFTER_ALL)
    return between(
        reading,
        query,
        first=day(year_of(first), 1, 1),
        # Findings are counted up to `at`, and listed up to the end of its year.
        last=day(year_of(max(clocks.at, clocks.stated)), 12, 31),
        after=after,
        known=known,
    )


def on_any_day(reading: Reading, query: Query, *, after: int, known: int) -> list[int]:
    """Of an answer about whatever was said by the horizon."""
    return between(reading, query, first=BEFORE_ALL, last=AFTER_ALL, after=after, known=known)


def between(
    reading: Reading,
    query: Query,
    *,
    first: Day,
    last: Day,
    after: int,
    known: int,
    facets: Collection[str] | None = None,
) -> list[int]:
    """Of an answer about the rows that hold on some day from `first` to `last`, of the place, the
    field and the class of the query; of some facets, if they are named."""
    place = place_in(query.filters)
    field, class_ = (query.filters.get(name) for name in ("field", "class"))
    scope = Scope(query.as_of.stated, known, place.codes, field, class_)
    return reading.turns.of_rows(
        reading.db, scope, first=first, last=last, after=after, facets=facets
    )


def of_record(reading: Reading, id: str, *, known: int) -> dict[str, int]:  # noqa: ARG001 - the id alone decides
    """Of an answer about one record: its own stream."""
    return {str(Stream.record(id)): 0}
