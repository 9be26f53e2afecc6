"""What answers show of coverage: the member `coverage`, and its shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from events.dates import iso
from events.vocabulary import CLASSES, FIELDS
from service.asking.schemas import (
    SentenceSchema,
    count_field,
    part_field,
    text_field,
    texts_field,
)
from service.sentences.coverage import (
    Covered,
    Held,
    coverage_sentence,
    sides_coverage_sentence,
)
from service.words.regions import REGIONS


def coverage_members(
    covered: Covered, keys: Iterable[Mapping[str, str | None]] = ()
) -> dict[str, Any]:
    """The members of `CoverageSchema`; `keys` are those of what is set apart, in its order."""
    members = _held_members(covered.held)
    whole = covered.whole
    if whole is not None:
        members["whole"] = {
            "missing": list(whole.missing),
            "left_out": None if whole.left_out is None else dict(whole.left_out),
        }
    by = [
        {"key": dict(key), **_held_members(held)}
        for key, (_, held) in zip(keys, covered.apart, strict=False)
    ]
    if by:
        members["by"] = by
    members["sentence"] = coverage_sentence(covered).members()
    return members


def sides_coverage(a: Covered, b: Covered) -> dict[str, Any]:
    """The members of `SidesCoverageSchema`."""
    sides = {"a": coverage_members(a), "b": coverage_members(b)}
    for members in sides.values():
        del members["sentence"]
    return {**sides, "sentence": sides_coverage_sentence(a, b).members()}


def _held_members(held: Held) -> dict[str, Any]:
    first, last = (None if day is None else iso(day) for day in (held.first, held.last))
    return {"facilities": held.facilities, "first_said": first, "last_said": last}


# --- its shape


class HeldSchema(Schema):
    """How many facilities the log holds at `known` of a part of the world, and when they were told
    of, whatever the status, the words, the page and the other clocks."""

    facilities = count_field()
    first_said = text_field("The first day on which anything was said of them.", null=True)
    last_said = text_field("The last such day.", null=True)


class LeftOutSchema(Schema):
    """What sort of facilities a class leaves out."""

    en = text_field("English.")
    zh = text_field("Chinese.")


class WholeSchema(Schema):
    """What is known to be missing of a class that the chronicle means to hold whole, in all
    countries."""

    missing = texts_field("Facilities, by their names.")
    left_out = part_field(LeftOutSchema, null=True)


class KeySchema(Schema):
    """What is set apart; null where things have none."""

    country = fields.String(allow_none=True, metadata={"description": "ISO 3166-1 alpha-2."})
    region = fields.String(allow_none=True, validate=OneOf(tuple(REGIONS)))
    field = fields.String(allow_none=True, validate=OneOf(FIELDS))
    class_ = fields.String(allow_none=True, data_key="class", validate=OneOf(CLASSES))


class HeldApartSchema(HeldSchema):
    """The same of what the answer sets apart."""

    key = part_field(KeySchema)


class HeldOnSideSchema(HeldSchema):
    """What the log holds of the place, the field and the class of a side."""

    whole = fields.Nested(
        WholeSchema,
        metadata={"description": "Only where the question has a class that is meant to be whole."},
    )


class CoverageSchema(HeldOnSideSchema):
    """What the log holds of the place, the field and the class that a question is about."""

    by = fields.List(
        fields.Nested(HeldApartSchema),
        metadata={
            "description": "Only where the answer sets places, fields or classes apart: one for "
            "each."
        },
    )
    sentence = part_field(SentenceSchema)


class SidesCoverageSchema(Schema):
    """What the log holds of each side, each at its own `known`."""

    a = part_field(HeldOnSideSchema)
    b = part_field(HeldOnSideSchema)
    sentence = part_field(SentenceSchema)
