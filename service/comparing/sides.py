"""The two sides of a comparison, as a question names them.

A side is a part of the world at three clocks: `at`, `stated`, `known`, and a `country`, a
`field`, or one facility as `record`. Side A has the plain parameters, side B those that
begin with `to_`; what is not given of B is as A has it. So two countries, two fields or two
facilities are compared at the same clocks, or one at two sets of clocks. Two sides that are
the same in all of it are refused: there is nothing to tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from events.clocks import AsOf, Log
from events.dates import iso
from events.errors import BadFilter
from service.asking.errors import NothingToCompare
from service.asking.filters import wanted
from service.asking.query import Query
from service.comparing.diff import TO_CLOCKS, comparison

PARTS = ("country", "field", "record")
TO_PARTS = tuple(f"to_{name}" for name in PARTS)

By = Literal["record", "field", "status", "milestone"]


class Side(NamedTuple):
    """A part of the world at three clocks. With a `record`, there is no country and no field."""

    as_of: AsOf
    country: str | None
    field: str | None
    record: str | None


@dataclass(frozen=True, slots=True)
class Sides:
    """Two sides, and the question that is pinned with both written out."""

    question: Query
    a: Side
    b: Side

    @property
    def position(self) -> int:
        """How far the views must have read to answer."""
        return max(self.a.as_of.known, self.b.as_of.known)

    @property
    def by(self) -> By:
        """What pairs up."""
        if self.a.record != self.b.record:
            return "milestone"
        if self.a.field != self.b.field:
            return "status"
        return "record" if self.a.country == self.b.country else "field"


def sides(path: str, start: AsOf, texts: Mapping[str, str], *, log: Log, now: str) -> Sides:
    """The sides that texts tell apart, that of the clocks `start` and the other.

    Raises NothingToCompare where nothing is given of the other, or nothing that differs;
    BadClock and PositionAhead for a clock, BadFilter for a filter.
    """
    if not texts.keys() & {*TO_CLOCKS, *TO_PARTS}:
        raise NothingToCompare((*TO_CLOCKS, *TO_PARTS))
    end = comparison(path, start, {"to_at": iso(start.at), **texts}, log=log, now=now).to
    parts = {name: texts.get(name) for name in PARTS}
    others = {name: texts.get(f"to_{name}", value) for name, value in parts.items()}
    _check(texts, parts, prefix="")
    _check(texts, others, prefix="to_")
    if parts["record"] is None and others["record"] is not None:
        raise BadFilter(
            "to_record",
            others["record"],
            "only with `record`: a facility is compared with a facility",
        )
    filters = {
        **{name: value for name, value in parts.items() if value is not None},
        **{f"to_{name}": value for name, value in others.items() if value is not None},
        "to_at": iso(end.at),
        "to_stated": iso(end.stated),
        "to_known": f"@{end.known}",
    }
    a, b = Side(start, **parts), Side(end, **others)
    if a == b:
        raise NothingToCompare((*TO_CLOCKS, *TO_PARTS), same=True)
    return Sides(Query(path, start, filters), a, b)


def _check(texts: Mapping[str, str], parts: Mapping[str, str | None], *, prefix: str) -> None:
    """Refuse a country or a field that there is not, and both beside a record.

    What is refused is told of a parameter that was given.
    """
    try:
        wanted(country=parts["country"], field=parts["field"])
    except BadFilter as refused:
        raise BadFilter(
            f"{prefix}{refused.name}", refused.value, refused.why, allowed=refused.allowed
        ) from None
    if parts["record"] is None:
        return
    for name in PARTS[:2]:
        part = parts[name]
        if part is None:
            continue
        given = f"{prefix}record" if f"{prefix}record" in texts else f"{prefix}{name}"
        raise BadFilter(given, texts[given], "a facility goes with no country and no field")
