"""The facets of a list: how many of the whole of it have each value, the most frequent first.

They are counted of what is listed, one by one, or of the numbers of rows: both come to the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from projections import VALUES
from projections.views.columns import Found, class_of, country_of, field_of
from service.lists.listed import Listed

Counts = dict[str, int]


def counted(listed: Sequence[Listed], facets: Iterable[str]) -> dict[str, Counts]:
    """The counts of some facets, of what is listed."""
    return {facet: _count(map(COUNTED[facet], listed)) for facet in facets}


COUNTED: dict[str, Callable[[Listed], str | None]] = {
    "kind": lambda each: each.kind,
    "country": lambda each: each.country,
    "field": lambda each: each.field,
    "class": lambda each: each.class_,
    "status": lambda each: each.held,
}
"""What each facet counts; where there is none of it, nothing is counted."""


def counted_in(found: Found, held: npt.NDArray[Any], facets: Iterable[str]) -> dict[str, Counts]:
    """The same, of rows as they were found, and of the status of each as a number."""
    return {facet: COUNTED_IN[facet](found, held) for facet in facets}


COUNTED_IN: dict[str, Callable[[Found, npt.NDArray[Any]], Counts]] = {
    "kind": lambda found, _: _tally(found["value"], lambda value: VALUES[value]),
    "country": lambda found, _: _tally(found["place"], country_of),
    "field": lambda found, _: _tally(found["place"], field_of),
    "class": lambda found, _: _tally(found["place"], class_of),
    "status": lambda _, held: _tally(held, lambda value: VALUES[value]),
}
"""The same, by the numbers that rows have."""


def _count(values: Iterable[str | None]) -> Counts:
    counts = Counter(values)
    return _most_first((value or "", count) for value, count in counts.items())


def _tally(numbers: npt.NDArray[Any], name: Callable[[int], str]) -> Counts:
    counts: Counter[str] = Counter()
    for number, count in zip(*(each.tolist() for each in np.unique_counts(numbers)), strict=True):
        counts[name(number)] += count
    return _most_first(counts.items())


def _most_first(counts: Iterable[tuple[str, int]]) -> Counts:
    """Counts by name, the most frequent first; what has no name is left out."""
    named = [(name, count) for name, count in counts if name]
    return dict(sorted(named, key=lambda item: (-item[1], item[0])))
