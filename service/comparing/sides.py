"""The two sides of a comparison, as a question names them.

A side is a part of the world at three clocks: `at`, `stated`, `known`, and a place (`country`,
`region`), a `field`, a `class`, or one facility as `record`. Side A has the plain parameters, side
B those that begin with `to_`; what is not given of B is as A has it, and of its place nothing where
either of its parameters is. So two countries, two fields or two
facilities are compared at the same clocks, or one at two sets of clocks. Two sides that are
the same in all of it are refused: nothing would differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from events.clocks import AsOf
from events.errors import BadFilter
from service.asking.errors import NothingToCompare
from service.asking.filters import COUNTRY, PART, REGION
from service.asking.parameter import Texts, values_of, written
from service.asking.query import Arguments, Query
from service.asking.question import Question
from service.comparing.diff import TO_CLOCKS, end_filters, end_of
from service.words.places import Place

PARTS = (*(each.name for each in PART), "record")
TO_PARTS = tuple(f"to_{name}" for name in PARTS)

WHERE = {COUNTRY.name, REGION.name}
"""The parameters of a place, which is given as a whole."""

By = Literal["record", "field", "status", "milestone"]


class Side(NamedTuple):
    """A part of the world at three clocks. With a `record`, there is no other part."""

    as_of: AsOf
    place: Place
    field: str | None
    class_: str | None
    record: str | None

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries of its place that are named."""
        return self.place.countries

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of its place."""
        return self.place.regions

    def filters(self, prefix: str = "") -> dict[str, str]:
        """The part of the world as a pinned URL writes it."""
        named = written(PART, self)
        if self.record is not None:
            named["record"] = self.record
        return {f"{prefix}{name}": text for name, text in named.items()}


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
        return "record" if self.a.place == self.b.place else "field"


def read_sides(question: Question, arguments: Arguments) -> Query:  # noqa: ARG001 - every question is read alike
    """A query about the `Sides` that texts name, with both written out.

    Raises NothingToCompare where nothing is given of the other, or nothing that differs, and what
    `sides_of` raises.
    """
    query = sides_of(arguments)
    if query.about.a == query.about.b:
        raise NothingToCompare((*TO_CLOCKS, *TO_PARTS), same=True)
    return query


def sides_of(arguments: Arguments) -> Query:
    """The same, also of two sides that are the same in all of it.

    Raises NothingToCompare where nothing is given of the other; BadClock and PositionAhead for a
    clock, BadFilter for a filter.
    """
    texts = arguments.texts
    start = arguments.clocks()
    if not texts.keys() & {*TO_CLOCKS, *TO_PARTS}:
        raise NothingToCompare((*TO_CLOCKS, *TO_PARTS))
    end = end_of(start, arguments)
    parts = {name: texts[name] for name in PARTS if name in texts}
    others = {name: texts[f"to_{name}"] for name in PARTS if f"to_{name}" in texts}
    a = _side(start, texts, parts, prefix="")
    if others.keys() & WHERE:
        parts = {name: text for name, text in parts.items() if name not in WHERE}
    b = _side(end, texts, {**parts, **others}, prefix="to_")
    if a.record is None and b.record is not None:
        raise BadFilter(
            "to_record", b.record, "only with `record`: a facility is compared with a facility"
        )
    compared = Sides(a, b)
    filters = {**a.filters(), **b.filters("to_"), **end_filters(end)}
    return Query(arguments.path, start, filters, about=compared, position=compared.position)


def _side(as_of: AsOf, texts: Texts, parts: Texts, *, prefix: str) -> Side:
    """A side of some parts. Refuses a place, a field or a class that there is not, and any of them
    beside a record.

    A refusal names a parameter that was given.
    """
    try:
        values = values_of(PART, parts)
    except BadFilter as refused:
        raise BadFilter(
            f"{prefix}{refused.name}",
            refused.value,
            refused.why,
            allowed=refused.allowed,
            near=refused.near,
        ) from None
    named = [name for name in parts if name != "record"]
    if "record" in parts and named:
        given = f"{prefix}record" if f"{prefix}record" in texts else f"{prefix}{named[0]}"
        raise BadFilter(given, texts[given], "a facility goes with no place, field or class")
    place = Place(values.pop("countries"), values.pop("regions"))
    return Side(as_of, place, record=parts.get("record"), **values)
