"""The shapes of the answers about promises."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from events.vocabulary import FIELDS, MILESTONES
from projections.kinds.ladders import OUTCOMES
from service.asking.schemas import (
    AnswerSchema,
    BoundsSchema,
    DaysSchema,
    SentenceSchema,
    choice_field,
    class_field,
    count_field,
    counts_field,
    list_field,
    part_field,
    text_field,
)
from service.coverage.members import CoverageSchema
from service.promises.filters import GROUPS


class QuartileSchema(Schema):
    """A quartile in days: of the least possible slips, and of the greatest."""

    earliest = fields.Float(required=True)
    latest = fields.Float(required=True)


class WorstSchema(Schema):
    """The ladder that certainly slipped the most; its greatest slip may be open."""

    record = text_field("The facility.")
    entry = text_field("What had been promised.")
    slip_days = part_field(DaysSchema)


class SlipTotalsSchema(Schema):
    """How many ladders came to what, and how far they slipped."""

    ladders = count_field()
    outcomes = counts_field(of=OUTCOMES)
    of = count_field("Of how many the quartiles are.")
    still_open = count_field("How many are pending or overdue, so in no quartile yet.")
    median = part_field(QuartileSchema, null=True)
    lower_quartile = part_field(QuartileSchema, null=True)
    upper_quartile = part_field(QuartileSchema, null=True)
    worst = part_field(WorstSchema, null=True)


class SlipGroupSchema(SlipTotalsSchema):
    """The totals of one country, field, operator or decade."""

    key = text_field("Which one; null where the card says none.", null=True)


class RungSchema(Schema):
    """A milestone of a ladder, planned or come."""

    statement = text_field("The statement behind it.")
    milestone = choice_field(MILESTONES)
    date = text_field("For when it was promised, or when it came; EDTF.")
    bounds = part_field(BoundsSchema)
    sources = fields.List(fields.Dict(), required=True)


class PlanSchema(RungSchema):
    """A plan, and how far it puts off what was planned before."""

    said = text_field("The day from which it is visible on the clock `stated`.")
    stated = text_field("When its source said it; EDTF.")
    slip_days = part_field(DaysSchema, "Against the first plan; null for that one.", null=True)
    slip_days_before = part_field(DaysSchema, "Against the plan before.", null=True)


class SlipSchema(Schema):
    """A ladder: what was promised, how often it was put off, and what came of it."""

    entry = text_field("The entry of the current plan.")
    record = text_field("The facility.")
    name = text_field("Its name.")
    country = text_field("ISO 3166-1 alpha-2.")
    field = choice_field(FIELDS)
    class_ = class_field()
    milestone = choice_field(MILESTONES)
    plans = list_field(PlanSchema, "In the order said.")
    came = part_field(RungSchema, null=True)
    slip_days = part_field(DaysSchema, "From the first plan to what came.", null=True)
    slip_days_before = part_field(DaysSchema, "From the last plan to what came.", null=True)
    outcome = choice_field(OUTCOMES)
    ended_by = text_field(
        "What took the place of the plan, or ended it, where nothing came.", null=True
    )


class RecordSlipsSchema(AnswerSchema):
    """The ladders of one record."""

    sentence = part_field(SentenceSchema)
    totals = part_field(SlipTotalsSchema)
    items = list_field(SlipSchema)
    next = text_field("The path of the next page.", null=True)


class SlipsSchema(RecordSlipsSchema):
    """The ladders of all facilities that are meant."""

    coverage = part_field(CoverageSchema)
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
    field = choice_field(FIELDS)
    class_ = class_field()
    entry = text_field("What was promised.")
    title = text_field("What the statement says, in one line.")
    stated = text_field("When its source said it; EDTF.")
    said = text_field("The day from which it is visible on the clock `stated`.")
    days = part_field(DaysSchema)


class DuePlansSchema(AnswerSchema):
    """Open plans that are due."""

    total = count_field()
    items = list_field(PromiseSchema)
    next = text_field("The path of the next page.", null=True)


class OverduePlansSchema(DuePlansSchema):
    """Open plans that are overdue."""

    sentence = part_field(SentenceSchema)
