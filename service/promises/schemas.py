"""The shapes of the answers about promises."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from events.vocabulary import FIELDS, MILESTONES
from projections.kinds.ladders import OUTCOMES
from service.asking.schemas import AnswerSchema, BoundsSchema, SentenceSchema, text_field
from service.promises.filters import GROUPS


class DaysSchema(Schema):
    """A number of days, at least and at most; null is open on that side."""

    earliest = fields.Integer(required=True, allow_none=True)
    latest = fields.Integer(required=True, allow_none=True)


class QuartileSchema(Schema):
    """A quartile in days: of the least possible slips, and of the greatest."""

    earliest = fields.Float(required=True)
    latest = fields.Float(required=True)


def _slip(description: str) -> fields.Nested:
    return fields.Nested(
        DaysSchema, required=True, allow_none=True, metadata={"description": description}
    )


class WorstSchema(Schema):
    """The ladder that certainly slipped the most; its greatest slip may be open."""

    record = text_field("The facility.")
    entry = text_field("What had been promised.")
    slip_days = fields.Nested(DaysSchema, required=True)


class SlipTotalsSchema(Schema):
    """How many ladders came to what, and how far they slipped."""

    ladders = fields.Integer(required=True)
    outcomes = fields.Dict(
        keys=fields.String(validate=OneOf(OUTCOMES)), values=fields.Integer(), required=True
    )
    of = fields.Integer(required=True, metadata={"description": "Of how many the quartiles are."})
    median = fields.Nested(QuartileSchema, required=True, allow_none=True)
    lower_quartile = fields.Nested(QuartileSchema, required=True, allow_none=True)
    upper_quartile = fields.Nested(QuartileSchema, required=True, allow_none=True)
    worst = fields.Nested(WorstSchema, required=True, allow_none=True)


class SlipGroupSchema(SlipTotalsSchema):
    """The totals of one country, field, operator or decade."""

    key = text_field("Which one; null where the card says none.", null=True)


class RungSchema(Schema):
    """A milestone of a ladder, planned or come."""

    statement = text_field("The statement behind it.")
    milestone = fields.String(required=True, validate=OneOf(MILESTONES))
    date = text_field("For when it was promised, or when it came; EDTF.")
    bounds = fields.Nested(BoundsSchema, required=True)
    sources = fields.List(fields.Dict(), required=True)


class PlanSchema(RungSchema):
    """A plan, and how far it puts off what was planned before."""

    said = text_field("The day from which it is visible on the clock `stated`.")
    stated = text_field("When its source said it; EDTF.")
    slip_days = _slip("Against the first plan; null for that one.")
    slip_days_before = _slip("Against the plan before.")


class SlipSchema(Schema):
    """A ladder: what was promised, how often it was put off, and what came of it."""

    entry = text_field("The entry of the current plan.")
    record = text_field("The facility.")
    name = text_field("Its name.")
    country = text_field("ISO 3166-1 alpha-2.")
    field = fields.String(required=True, validate=OneOf(FIELDS))
    milestone = fields.String(required=True, validate=OneOf(MILESTONES))
    plans = fields.List(
        fields.Nested(PlanSchema), required=True, metadata={"description": "In the order said."}
    )
    came = fields.Nested(RungSchema, required=True, allow_none=True)
    slip_days = _slip("From the first plan to what came.")
    slip_days_before = _slip("From the last plan to what came.")
    outcome = fields.String(required=True, validate=OneOf(OUTCOMES))
    ended_by = text_field(
        "What took the place of the plan, or ended it, where nothing came.", null=True
    )


class RecordSlipsSchema(AnswerSchema):
    """The ladders of one record."""

    sentence = fields.Nested(SentenceSchema, required=True)
    totals = fields.Nested(SlipTotalsSchema, required=True)
    items = fields.List(fields.Nested(SlipSchema), required=True)
    next = text_field("The path of the next page.", null=True)


class SlipsSchema(RecordSlipsSchema):
    """The ladders of all facilities that are meant."""

    by = fields.Dict(
        keys=fields.String(validate=OneOf(GROUPS)),
        values=fields.List(fields.Nested(SlipGroupSchema)),
        required=True,
    )


class PromiseSchema(RungSchema):
    """An open plan."""

    record = text_field("The facility.")
    name = text_field("Its name.")
    country = text_field("ISO 3166-1 alpha-2.")
    field = fields.String(required=True, validate=OneOf(FIELDS))
    entry = text_field("What was promised.")
    title = text_field("What the statement says, in one line.")
    stated = text_field("When its source said it; EDTF.")
    said = text_field("The day from which it is visible on the clock `stated`.")
    days = fields.Nested(DaysSchema, required=True)


class DuePlansSchema(AnswerSchema):
    """Open plans that are due."""

    total = fields.Integer(required=True)
    items = fields.List(fields.Nested(PromiseSchema), required=True)
    next = text_field("The path of the next page.", null=True)


class OverduePlansSchema(DuePlansSchema):
    """Open plans that are overdue."""

    sentence = fields.Nested(SentenceSchema, required=True)
