"""Views: what the log adds up to. All of it can be thrown away and rebuilt.

`PROJECTIONS` is the one list of how records become spans: one projection for
each kind of record. A new one is a file with a pure function and a line here.
"""

from projections.engine.spans import Projection
from projections.kinds.facility import FACILITY
from projections.kinds.happenings import DISCOVERY, OBSERVATION
from projections.kinds.indicator import INDICATOR
from projections.kinds.policy import POLICY

PROJECTIONS: dict[str, Projection] = {
    projection.kind: projection
    for projection in (FACILITY, POLICY, INDICATOR, DISCOVERY, OBSERVATION)
}

FACETS = tuple(dict.fromkeys(facet for each in PROJECTIONS.values() for facet in each.facets))
"""Every facet of a row, once. A row has the place in this list."""

EXPECTING = {
    facet: each.beyond
    for each in PROJECTIONS.values()
    if each.beyond is not None
    for facet in each.beyond.facets
}
"""The facets that are worked out beyond the horizon, and by what."""

OF_THE_RECORD, OF_THE_STATEMENT = 1, 2
"""Instead of a place among the values: the id of the row's record, that of its statement."""

VALUES = (
    "",
    "",
    "",
    *dict.fromkeys(
        (*PROJECTIONS, *(value for each in PROJECTIONS.values() for value in each.values))
    ),
)
"""The values that rows have as a place in this list: the kinds of records, and what projections
count. The first is no value, any other is kept as text."""

VIEW = 8
"""The version of all views. Any change of code that changes the bytes of an answer is a new one."""
