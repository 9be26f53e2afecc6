"""The two sides of a comparison, as a question names them.

A side is a part of the world at three clocks: `at`, `stated`, `known`, and a `country`, a
`field`, a `class`, or one facility as `record`. Side A has the plain parameters, side B those that
begin with `to_`; what is not given of B is as A has it. So two countries, two fields or two
facilities are compared at the same clocks, or one at two sets of clocks. Two sides that are
the same in all of it are refused: nothing would differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from events.clocks import AsOf
from events.errors import BadFilter
from service.asking.errors import NothingToCompare
from service.asking.filters import CLASS, COUNTRY, FIELD
from service.asking.query import Arguments, Query
from service.asking.question import Question
from service.comparing.diff import TO_CLOCKS, end_filters, end_of

PARTS = ("country", "field", "class", "record")
TO_PARTS = tuple(f"to_{name}" for name in PARTS)

By = Literal["record", "field", "status", "milestone"]


class Side(NamedTuple):
    """A part of the world at three clocks. With a `record`, there is no other part."""

    as_of: AsOf
    country: str | None
    field: str | None
    class_: str | None
    record: str | None


@dataclass(frozen=True, slots=True)
class Sides:
    """Two sides of the chronicle."""

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
        if (self.a.field, self.a.class_) != (self.b.field, self.b.class_):
            return "status"
        return "record" if self.a.country == self.b.country else "field"


def read_sides(question: Question, arguments: Arguments) -> Query:  # noqa: ARG001 - every question is read alike
    """A query about the `Sides` that texts name, with both written out.

    Raises NothingToCompare where nothing is given of the other, or nothing that differs;
    BadClock and PositionAhead for a clock, BadFilter for a filter.
    """
    texts = arguments.texts
    start = arguments.clocks()
    if not texts.keys() & {*TO_CLOCKS, *TO_PARTS}:
        raise NothingToCompare((*TO_CLOCKS, *TO_PARTS))
    end = end_of(start, arguments)
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
        **end_filters(end),
    }
    a, b = Side(start, *parts.values()), Side(end, *others.values())
    if a == b:
        raise NothingToCompare((*TO_CLOCKS, *TO_PARTS), same=True)
    compared = Sides(a, b)
    return Query(arguments.path, start, filters, about=compared, position=compared.position)


def _check(texts: Mapping[str, str], parts: Mapping[str, str | None], *, prefix: str) -> None:
    """Refuse a country, a field or a class that there is not, and any of them beside a record.

    A refusal names a parameter that was given.
    """
    try:
        for each in (COUNTRY, FIELD, CLASS):
            if (text := parts[each.name]) is not None:
                each.parse(text)
    except BadFilter as refused:
        raise BadFilter(
            f"{prefix}{refused.name}", refused.value, refused.why, allowed=refused.allowed
        ) from None
    if parts["record"] is None:
        return
    for name in PARTS[:-1]:
        part = parts[name]
        if part is None:
            continue
        given = f"{prefix}record" if f"{prefix}record" in texts else f"{prefix}{name}"
        raise BadFilter(given, texts[given], "a facility goes with no country, field or class")
