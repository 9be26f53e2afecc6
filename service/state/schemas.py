"""The shape of a state."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

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
    status_field,
    text_field,
)


class FacilityStateSchema(Schema):
    """A facility at three clocks; with `during`, one row for each status it held."""

    id = text_field("The record's id.")
    name = text_field("The name on its card.")
    name_then = fields.String(metadata={"description": "Another name that it bore at `at`."})
    country = text_field("ISO 3166-1 alpha-2.")
    field = fields.String(required=True, validate=OneOf(FIELDS))
    status = status_field(null=True)
    since = fields.Nested(SinceSchema, required=True, allow_none=True)
    certainty = fields.String(required=True, validate=OneOf(("certain", "possible", "last-known")))
    alternatives = fields.List(status_field(null=True))
    statement = text_field("The statement that gave the status.", null=True)
    expected = fields.Nested(ExpectedSchema, allow_none=True)
    overdue = fields.List(fields.Nested(OverdueSchema))
    holds = fields.List(fields.Nested(HoldsSchema))


class RangeSchema(Schema):
    """How many facilities certainly have a status, and how many possibly."""

    certain = fields.Integer(required=True)
    possible = fields.Integer(required=True)


class TotalsSchema(Schema):
    """Counts over everything that the filter lets through, not only this page."""

    status = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    range = fields.Dict(keys=fields.String(), values=fields.Nested(RangeSchema), required=True)
    operating_by_field = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class StateSchema(AnswerSchema):
    """The state of the chronicle at three clocks."""

    sentence = fields.Nested(SentenceSchema, required=True)
    totals = fields.Nested(TotalsSchema, required=True)
    facilities = fields.List(fields.Nested(FacilityStateSchema), required=True)
    policies = fields.List(fields.Nested(HoldingSchema), required=True)
    indicators = fields.List(fields.Nested(HoldingSchema), required=True)
    discoveries = fields.List(fields.Nested(StatementSchema), required=True)
    observations = fields.List(fields.Nested(StatementSchema), required=True)
    discoveries_to_date = fields.Integer(required=True)
    next = text_field("The path of the next page of facilities; null on the last.", null=True)
