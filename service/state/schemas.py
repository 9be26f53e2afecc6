"""The shape of a state."""

from __future__ import annotations

from marshmallow import Schema, fields

from events.vocabulary import FIELDS
from service.asking.schemas import (
    AnswerSchema,
    ExpectedSchema,
    HoldingSchema,
    HoldsSchema,
    OverdueSchema,
    SentenceSchema,
    SinceSchema,
    StatementSchema,
    choice_field,
    class_field,
    contested_field,
    count_field,
    counts_field,
    last_said_field,
    list_field,
    part_field,
    status_field,
    text_field,
)
from service.coverage.members import CoverageSchema


class FacilityStateSchema(Schema):
    """A facility at three clocks; with `during`, one row for each status it held."""

    id = text_field("The record's id.")
    name = text_field("The name on its card.")
    name_then = fields.String(metadata={"description": "Another name that it bore at `at`."})
    country = text_field("ISO 3166-1 alpha-2.")
    field = choice_field(FIELDS)
    class_ = class_field()
    status = status_field(null=True)
    since = part_field(SinceSchema, null=True)
    certainty = choice_field(("certain", "possible", "last-known"))
    alternatives = fields.List(status_field(null=True))
    statement = text_field("The statement that gave the status.", null=True)
    contested = contested_field()
    expected = fields.Nested(ExpectedSchema, allow_none=True)
    overdue = fields.List(fields.Nested(OverdueSchema))
    holds = fields.List(fields.Nested(HoldsSchema))
    last_said = last_said_field()


class RangeSchema(Schema):
    """How many facilities certainly have a status, and how many possibly."""

    certain = count_field()
    possible = count_field()


def _length_field() -> fields.Integer:
    return fields.Integer(metadata={"description": "The rows of this list; only where it is cut."})


class TotalsSchema(Schema):
    """Counts over everything that the filter lets through, not only this page."""

    status = counts_field()
    range = fields.Dict(keys=fields.String(), values=fields.Nested(RangeSchema), required=True)
    operating_by_field = counts_field()
    policies = _length_field()
    indicators = _length_field()
    discoveries = _length_field()
    observations = _length_field()


class StateSchema(AnswerSchema):
    """The state of the chronicle at three clocks."""

    sentence = part_field(SentenceSchema)
    coverage = part_field(CoverageSchema)
    totals = part_field(TotalsSchema)
    facilities = list_field(FacilityStateSchema)
    policies = list_field(HoldingSchema)
    indicators = list_field(HoldingSchema)
    discoveries = list_field(StatementSchema)
    observations = list_field(StatementSchema)
    discoveries_to_date = count_field()
    next = text_field("The path of the next page; null on the last.", null=True)
