"""The filters of a question, read in one place for HTTP and the command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from events.errors import BadFilter
from events.vocabulary import FIELDS, STATUSES, countries
from projections import PROJECTIONS

KINDS = tuple(PROJECTIONS)
FINDABLE = (*KINDS, "source")
"""What words are found in."""

SORTS = ("relevance", "id", "name", "-name", "since", "distance")
FACETS = ("kind", "country", "field", "status")

STATE_FILTERS = ("country", "field", "status", "expected", "limit", "after")
"""What the state takes, wherever it is asked."""

LONGEST_QUERY = 200
"""In characters."""

LIMIT = 500
LARGEST_LIMIT = 2000


class Point(NamedTuple):
    """A place on the Earth, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of the world a question is about, and which page of what it lists.

    `statuses` are those held; `expected` are those of the day asked about, which beyond the
    horizon may still have been to come. `radius` is in kilometres. `facets` are to be counted;
    `fields` are the members that items keep. Of each of these, none is all.
    """

    country: str | None = None
    field: str | None = None
    statuses: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    kind: str | None = None
    q: str | None = None
    near: Point | None = None
    radius: float | None = None
    sort: str | None = None
    facets: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    limit: int = 500
    after: str = ""


def wanted(
    *,
    country: str | None = None,
    field: str | None = None,
    status: str | None = None,
    expected: str | None = None,
    kind: str | None = None,
    q: str | None = None,
    near: str | None = None,
    radius: str | None = None,
    sort: str | None = None,
    facets: str | None = None,
    fields: str | None = None,
    limit: str | None = None,
    after: str | None = None,
) -> Wanted:
    """What a question is about; None where it does not say. Raises BadFilter."""
    if country is not None and country not in countries():
        raise BadFilter("country", country, "no country of ISO 3166-1 alpha-2, such as CN")
    _check("field", field, FIELDS)
    _check("kind", kind, KINDS if q is None else FINDABLE)
    _check("sort", sort, SORTS)
    counted = _listed(facets)
    for facet in counted:
        _check("facets", facet, FACETS)
    return Wanted(
        country=country,
        field=field,
        statuses=_statuses("status", status),
        expected=_statuses("expected", expected),
        kind=kind,
        q=None if q is None else _query(q),
        near=None if near is None else _point(near),
        radius=None if radius is None else _radius(radius, near),
        sort=sort,
        facets=counted,
        fields=_listed(fields),
        limit=LIMIT if limit is None else whole_number("limit", limit, 1, LARGEST_LIMIT),
        after=after or "",
    )


def given(asked: Wanted) -> dict[str, str]:
    """The filters that differ from their defaults, as a URL writes them."""
    named = {
        "country": asked.country,
        "field": asked.field,
        "status": ",".join(asked.statuses) or None,
        "expected": ",".join(asked.expected) or None,
        "kind": asked.kind,
        "q": asked.q,
        "near": None if asked.near is None else ",".join(map(_short, asked.near)),
        "radius": None if asked.radius is None else _short(asked.radius),
        "sort": None if asked.sort == sort_of(asked) else asked.sort,
        "facets": ",".join(asked.facets) or None,
        "fields": ",".join(asked.fields) or None,
        "limit": None if asked.limit == LIMIT else str(asked.limit),
        "after": asked.after or None,
    }
    return {name: value for name, value in named.items() if value is not None}


def sort_of(asked: Wanted) -> str:
    """How a list is sorted where nothing is said of it."""
    if asked.near is not None:
        return "distance"
    return "id" if asked.q is None else "relevance"


def position_after(text: str) -> int:
    """The position after which a page of events begins; 0 where it is not said.

    Raises BadFilter.
    """
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadFilter("after", text, "a position, as the `next` of the page before has it")
    return int(text)


def whole_number(name: str, text: str, least: int, most: int) -> int:
    """A number in digits within bounds. Raises BadFilter.

    >>> whole_number("limit", "20", 1, 2000)
    20
    """
    if (
        not text.isascii()
        or not text.isdigit()
        or len(text) > len(str(most))
        or not least <= int(text) <= most
    ):
        raise BadFilter(name, text, f"a whole number from {least} to {most}")
    return int(text)


def _check(name: str, value: str | None, allowed: Sequence[str]) -> None:
    if value is not None and value not in allowed:
        raise BadFilter(name, value, f"no {name} of that name", allowed=allowed)


def _listed(text: str | None) -> tuple[str, ...]:
    """The words of a list with commas, each once."""
    return () if text is None else tuple(dict.fromkeys(text.split(",")))


def _statuses(name: str, text: str | None) -> tuple[str, ...]:
    """The statuses of a list, in the order of the rules, so that a question has one URL."""
    given = _listed(text)
    for status in given:
        if status not in STATUSES:
            raise BadFilter(name, status, "no status of that name", allowed=STATUSES)
    return tuple(status for status in STATUSES if status in given)


def _query(text: str) -> str:
    query = " ".join(text.split())
    if not 1 <= len(query) <= LONGEST_QUERY:
        raise BadFilter("q", text, f"from 1 to {LONGEST_QUERY} characters to look for")
    return query


_POINT = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]{1,9})?), ?(-?[0-9]{1,3}(?:\.[0-9]{1,9})?)")
_RADIUS = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,3})?")


def _point(text: str) -> Point:
    """A point to six decimals, a tenth of a metre."""
    read = _POINT.fullmatch(text)
    # Adding 0.0 makes a zero of a negative one, so that a place is written in one way.
    point = Point(*(round(float(part), 6) + 0.0 for part in read.groups())) if read else None
    if point is None or abs(point.latitude) > 90 or abs(point.longitude) > 180:
        raise BadFilter("near", text, "a latitude and a longitude in degrees, such as 39.9,116.4")
    return point


def _radius(text: str, near: str | None) -> float:
    if near is None:
        raise BadFilter("radius", text, "only with `near`")
    if not _RADIUS.fullmatch(text) or float(text) == 0:
        raise BadFilter("radius", text, "kilometres, above 0 and below 100,000")
    return float(text)


def _short(number: float) -> str:
    """A number in no more digits than it needs, never with an exponent."""
    return f"{number:.6f}".rstrip("0").rstrip(".")
