"""At which commits a comparison can change."""

from __future__ import annotations

from dataclasses import replace

from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.views.reading import Reading
from service.asking.query import Query
from service.asking.turning import on_a_day


def of_two_horizons(reading: Reading, query: Query, *, after: int, known: int) -> list[int]:
    """Of a day as it was expected beside the same day as it is known: of two horizons."""
    points = (query.as_of, replace(query.as_of, stated=query.about.to.stated))
    found = [
        on_a_day(reading, replace(query, as_of=point), after=after, known=known) for point in points
    ]
    # Whether a facility had been named is told by statements of any country and field.
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
