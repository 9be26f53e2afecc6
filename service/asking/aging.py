"""How old the last word of a facility is.

It is old where nothing was said of the facility in the five years before the horizon. What was
closed for good needs no further word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy.typing as npt

from events.dates import Day, civil, day
from events.vocabulary import STATUSES
from projections.kinds.facility import FOR_GOOD
from projections.views.reading import NO_WORD, Slice

YEARS = 5

WITH_A_FUTURE = tuple(status for status in STATUSES if status not in FOR_GOOD)
"""The statuses of facilities of which something is still to be heard."""


def old_words(slice: Slice, records: npt.NDArray[Any]) -> dict[int, Day]:
    """The day of the last word on each of some facilities where it is old, by the numbers of their
    records."""
    said = slice.last_said(records)
    old = (said < years_before(slice.as_of.stated)) & (said != NO_WORD)
    return dict(zip(records[old].tolist(), said[old].tolist(), strict=True))


def years_before(stated: Day) -> Day:
    """The day five years before another.

    >>> civil(years_before(day(2024, 2, 29)))
    (2019, 2, 28)
    """
    year, month, of_month = civil(stated)
    return day(year - YEARS, month, min(of_month, 28) if month == 2 else of_month)


def is_old(said: Iterable[Day], stated: Day) -> Day | None:
    """The last of some days on which something was said, where it is old."""
    last = max(said, default=None)
    return last if last is not None and last < years_before(stated) else None
