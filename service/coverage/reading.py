"""How many facilities the log holds of a part of the world, and from when to when anything was said
of them (rule 20).

It has one clock, `known`, so statuses, words, pages and the other clocks do not alter it. It is
worked out from the columns of the views, where each facility has one row that puts it into lists
and one from the first word on it to the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from events.dates import Day
from projections import VALUES
from projections.engine.spans import SAID
from projections.views.columns import LAST_DAY, Found, class_of, country_of, field_of
from projections.views.reading import Reading
from projections.views.state import Scope
from service.sentences.coverage import Covered, Held, Part
from service.words.places import WORLD, Place

EVERY_WORD = LAST_DAY - 1
"""The last day that columns tell apart: by then everything recorded has been said."""

FACILITY = VALUES.index("facility")


class _Listed(NamedTuple):
    """How many facilities are listed in one place, and the first and the last word on them."""

    facilities: int
    first: Day | None
    last: Day | None


class Holdings:
    """What the log holds at a position, by where it is listed."""

    def __init__(self, reading: Reading, known: int, countries: tuple[str, ...] = ()) -> None:
        find, db = reading.state.find, reading.db
        scope = Scope(EVERY_WORD, known, countries)
        records = find(db, "record", scope)
        facilities = records.where(records["value"] == FACILITY)
        others = np.unique(records["place"][records["value"] != FACILITY]).tolist()
        self._others = {_area(place) for place in others}
        places, counts = np.unique(facilities["place"], return_counts=True)
        said = _days(reading, find(db, SAID, scope))
        self._listed = {
            _area(place): _Listed(count, *said.get(place, (None, None)))
            for place, count in zip(places.tolist(), counts.tolist(), strict=True)
        }

    def of(
        self, place: Place = WORLD, fields: Iterable[str] = (), classes: Iterable[str] = ()
    ) -> Held:
        """What is held of a place, some fields and some classes; none is all of them, and "" what
        has none."""
        wanted = (place.among, frozenset(fields), frozenset(classes))

        def is_meant(area: tuple[str, str, str]) -> bool:
            return all(not some or each in some for some, each in zip(wanted, area, strict=True))

        found = {area: listed for area, listed in self._listed.items() if is_meant(area)}
        firsts = [each.first for each in found.values() if each.first is not None]
        lasts = [each.last for each in found.values() if each.last is not None]
        return Held(
            sum(each.facilities for each in found.values()),
            len({country for country, _, _ in found}),
            min(firsts, default=None),
            max(lasts, default=None),
            any(map(is_meant, self._others)),
        )


def _days(reading: Reading, found: Found) -> dict[int, tuple[Day, Day]]:
    """The first and the last day of rows, by their place."""
    if not len(found):
        return {}
    order = np.argsort(found["place"], kind="stable")
    places, starts = np.unique(found["place"][order], return_index=True)
    first, end = (reading.state.days(reading.db, found, member)[order] for member in ("vf", "vt"))
    firsts, lasts = np.minimum.reduceat(first, starts), np.maximum.reduceat(end, starts) - 1
    ends = zip(firsts.tolist(), lasts.tolist(), strict=True)
    return dict(zip(places.tolist(), ends, strict=True))


def _area(place: int) -> tuple[str, str, str]:
    return country_of(place), field_of(place), class_of(place)


Apart = tuple[Mapping[str, str | None], Place]
"""Of what an answer sets apart the key, and the place in which it lies."""


def covered(
    reading: Reading,
    known: int,
    part: Part,
    *,
    fields: Sequence[str] = (),
    classes: Sequence[str] = (),
    apart: Iterable[Apart] = (),
) -> Covered:
    """What the log holds of a part of the world at a position, or of several fields and classes of
    its place; and of what is set apart, each once."""
    fields = fields or ([part.field] if part.field else [])
    classes = classes or ([part.class_] if part.class_ else [])
    holdings = Holdings(reading, known, part.place.codes)
    held = holdings.of(part.place, fields, classes)
    world = held
    if not held.facilities:
        world = (Holdings(reading, known) if part.place else holdings).of()
    parts: list[tuple[Part, Held]] = []
    for key, place in apart:
        of = Part(
            place if key.get("country") or key.get("region") else WORLD,
            key.get("field"),
            key.get("class"),
        )
        parts.append(
            (
                of,
                holdings.of(
                    place,
                    [key["field"] or ""] if "field" in key else fields,
                    [key["class"] or ""] if "class" in key else classes,
                ),
            )
        )
    return Covered(part, held, world, parts)
