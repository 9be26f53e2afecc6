"""At which commits a trend can change."""

from __future__ import annotations

from collections.abc import Mapping

from projections.views.reading import Reading
from service.asking.query import Query
from service.trends.asking import Measure, Trend
from service.words.regions import REGIONS

MEASURED: Mapping[Measure, str] = {
    "status": "status",
    "discoveries": "discovery",
    "policies": "policy",
    "indicator": "indicator",
}
"""The facet of the rows that a trend is made of, by its measure."""


def between_ends(reading: Reading, query: Query, *, after: int, known: int) -> list[int]:
    """Of a trend."""
    trend: Trend = query.about
    stated = query.as_of.stated
    return reading.state.turns(
        reading.db,
        # Beyond the horizon a status is the one at the horizon.
        first=min(trend.first, stated),
        last=trend.last,
        stated=stated,
        after=after,
        known=known,
        countries=_countries(trend),
        field=trend.fields[0] if len(trend.fields) == 1 else None,
        facets=[MEASURED[trend.measure]],
    )


def _countries(trend: Trend) -> list[str] | None:
    """The countries of a trend; None where those that are not named count too."""
    if not trend.countries:
        return None
    return [*trend.countries, *(each for name in trend.regions for each in REGIONS[name].countries)]
