"""The filters of a question, read in one place for HTTP and the command line."""

from __future__ import annotations

from collections.abc import Sequence

from events.errors import BadFilter
from events.vocabulary import FIELDS, STATUSES, countries
from projections import PROJECTIONS
from service.state import Wanted

KINDS = tuple(PROJECTIONS)

LIMIT = 500
LARGEST_LIMIT = 2000


def wanted(
    *,
    country: str | None = None,
    field: str | None = None,
    status: str | None = None,
    kind: str | None = None,
    limit: str | None = None,
    after: str | None = None,
) -> Wanted:
    """What a question is about; None where it does not say. Raises BadFilter."""
    if country is not None and country not in countries():
        raise BadFilter("country", country, "no country of ISO 3166-1 alpha-2, such as CN")
    _check("field", field, FIELDS)
    _check("status", status, STATUSES)
    _check("kind", kind, KINDS)
    return Wanted(
        country=country,
        field=field,
        status=status,
        kind=kind,
        limit=LIMIT if limit is None else _limit(limit),
        after=after or "",
    )


def given(asked: Wanted) -> dict[str, str]:
    """The filters that differ from their defaults, as a URL writes them."""
    named = {
        "country": asked.country,
        "field": asked.field,
        "status": asked.status,
        "kind": asked.kind,
        "limit": None if asked.limit == LIMIT else str(asked.limit),
        "after": asked.after or None,
    }
    return {name: value for name, value in named.items() if value is not None}


def _check(name: str, value: str | None, allowed: Sequence[str]) -> None:
    if value is not None and value not in allowed:
        raise BadFilter(name, value, f"no {name} of that name", allowed=allowed)


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= LARGEST_LIMIT:
        raise BadFilter("limit", text, f"a whole number from 1 to {LARGEST_LIMIT}")
    return int(text)
