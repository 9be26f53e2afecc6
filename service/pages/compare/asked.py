"""What is asked of a comparison: its sides by default, and the form that chooses others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from events.clocks import last_day, utc_day
from events.dates import year_of
from events.vocabulary import FIELDS
from service.comparing.diff import TO_CLOCKS
from service.comparing.question import COMPARE
from service.comparing.sides import TO_PARTS, WHERE, Sides
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import written, year_text
from service.pages.shell.here import PART
from service.pages.shell.layout import Members
from service.pages.shell.like import whole_classes
from service.pages.shell.placing import places_offered
from service.web.response import arguments
from service.words.places import WORLD

OTHER = (*TO_CLOCKS, *TO_PARTS)
"""The parameters of the second side; without any of them it is ten years after the first, and today
at the latest."""

TO_WHERE = {f"to_{name}" for name in WHERE}
"""The parameters of the place of the second side."""

YEARS = 10
"""So far apart are two sides of which one alone is given."""

LAST_YEAR = 9999
"""The last year of four digits."""

MOST_TO_CHOOSE = 1000
"""Of more facilities than this none are offered to choose from: their ids are to be written."""


def default_sides(texts: Mapping[str, str]) -> dict[str, str] | None:
    """The parameters with two sides, ten years apart: the day that is given is the first, and
    without one today is the second; None where the second side is given. Raises what the clocks
    raise."""
    if any(name in texts for name in OTHER):
        return None
    as_of = arguments(COMPARE.path, texts).clocks()
    if "at" not in texts:
        at = year_text(year_of(as_of.at) - YEARS)
        return {**texts, "at": at, "to_at": written(as_of.at)}
    today = arguments(COMPARE.path, {}).clocks().at
    # A year beyond 9999 reads as none.
    year = year_of(as_of.at)
    later = last_day("at", year_text(year + YEARS if year + YEARS <= LAST_YEAR else year - YEARS))
    if as_of.at < today:
        later = min(later, today)
    return {**texts, "to_at": written(later)}


def form(visit: Visit, compared: Sides) -> Members:
    """What the form over the page shows."""
    lang, texts = visit.lang, visit.texts
    world = visit.reading.at(visit.query.as_of)
    records = world.stab("record", world.as_of.at)
    ids = sorted(row.record for row in records if row.value == "facility")
    of_facilities = compared.a.record is not None

    def of_class(code: str) -> str:
        changed = {"class": code, "to_class": None, "field": None, "to_field": None}
        return visit.here.url(**changed)

    return {
        "whole_classes": []
        if of_facilities
        else whole_classes(world, (compared.a.place, compared.b.place), visit.say, of_class),
        "texts": texts,
        "places": places_offered(world, compared.a.place, lang),
        "to_places": places_offered(
            world, compared.b.place if texts.keys() & TO_WHERE else WORLD, lang
        ),
        "of_facilities": of_facilities,
        "facilities": _named_facilities(visit, ids) if of_facilities else [],
        "other_way": _other_way(visit, compared, ids),
        "fields": FIELDS,
        "to_said": _to_said(compared, texts),
        "alone_by_date": not texts.keys() & {*OTHER} - {"to_at"},
        "one_place": not of_facilities and compared.a.place == compared.b.place,
        "at": written(compared.a.as_of.at),
        "to_at": (
            written(compared.b.as_of.at)
            if "to_at" in texts or compared.a.as_of.at != compared.b.as_of.at
            else ""
        ),
    }  # fmt: skip


def _to_said(compared: Sides, texts: Mapping[str, str]) -> str:
    """Which sources the second side hears: the "same" as the first, "all" to date, or up to a
    "day"."""
    if "to_stated" not in texts:
        return "same"
    as_of = compared.b.as_of
    is_all = as_of.known_at is not None and as_of.stated >= utc_day(as_of.known_at)
    return "all" if is_all else "day"


def _named_facilities(visit: Visit, ids: Sequence[str]) -> list[tuple[str, str]]:
    """The ids and the names of facilities to choose from, where there are not too many."""
    if len(ids) > MOST_TO_CHOOSE:
        return []
    names = visit.names(ids)
    return [(id, names[id]) for id in ids if id in names]


def _other_way(visit: Visit, compared: Sides, ids: Sequence[str]) -> str:
    """The URL that compares parts of the world in place of facilities, or the other way round."""
    if compared.a.record is not None:
        return visit.here.url(record=None, to_record=None, to_at=None)
    if len(ids) < 2:
        return ""
    parts = dict.fromkeys((*PART, *(f"to_{name}" for name in PART), "to_at"))
    return visit.here.url(**parts, record=ids[0], to_record=ids[1])
