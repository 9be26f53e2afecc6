"""The shape of `/v1/trends`."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Equal, OneOf

from events.vocabulary import CLASSES, FIELDS, STATUSES
from service.asking.schemas import (
    AnswerSchema,
    SentenceSchema,
    choice_field,
    list_field,
    part_field,
    text_field,
)
from service.coverage.members import CoverageSchema
from service.trends.trend import BY, MEASURES, STEPS
from service.words.regions import REGIONS

_MEMBERS = tuple(
    dict.fromkeys([*BY, *(name for key in MEASURES.values() for name in key), "region"])
)


class TrendKeySchema(Schema):
    """What tells a series from the others; null where its things have none."""

    status = fields.String(validate=OneOf(STATUSES))
    series = fields.String(metadata={"description": "The id of a series of readings."})
    country = fields.String(allow_none=True, metadata={"description": "ISO 3166-1 alpha-2."})
    unit = fields.String(metadata={"description": "What the values are counted in."})
    field = fields.String(allow_none=True, validate=OneOf(FIELDS))
    class_ = fields.String(allow_none=True, data_key="class", validate=OneOf(CLASSES))
    operator = fields.String(
        allow_none=True, metadata={"description": "As the card of a facility names it."}
    )
    region = fields.String(
        allow_none=True,
        validate=OneOf(tuple(REGIONS)),
        metadata={
            "description": "Of what region the series is, its `country` then being null; null in "
            "the series beside it. There where regions are asked for."
        },
    )


class TrendPointSchema(Schema):
    """What `/v1/state` says of a day. Indicators have `value`, `date` and `statement`, all else
    `count`."""

    at = text_field("The last day of a year or a month; ISO 8601.")
    count = fields.Integer(metadata={"description": "How many there are, or were to date."})
    certain = fields.Integer(
        metadata={"description": "How many certainly have the status; absent where all have."}
    )
    possible = fields.Integer(
        metadata={"description": "How many possibly have the status; there beside `certain`."}
    )
    new = fields.Integer(
        metadata={"description": "How many discoveries have their first possible day in the step."}
    )
    value = fields.Float(
        allow_none=True, metadata={"description": "The reading that holds; null where none does."}
    )
    date = fields.String(allow_none=True, metadata={"description": "Of when the reading is; EDTF."})
    statement = fields.String(
        allow_none=True, metadata={"description": "The statement with the reading."}
    )
    certainty = fields.String(
        validate=Equal("last-known"),
        metadata={
            "description": "There where the day is beyond `stated`: what was known last goes on."
        },
    )


class TrendSeriesSchema(Schema):
    """A series: as many points as there are steps, the earliest first."""

    key = part_field(TrendKeySchema)
    name = fields.String(
        metadata={"description": "Of readings: the name on the card of the series, if it has one."}
    )
    name_zh = fields.String(metadata={"description": "The same in Chinese, where there is one."})
    unit = fields.String(metadata={"description": "The unit on the card; the key has its own."})
    unit_zh = fields.String(metadata={"description": "The same in Chinese, where there is one."})
    points = list_field(TrendPointSchema)


class TrendsSchema(AnswerSchema):
    """How counts or indicators went through the years. It has no `at`, since it runs over it."""

    sentence = part_field(
        SentenceSchema,
        "Null where fewer than two points are on or before the day `stated`.",
        null=True,
    )
    coverage = part_field(CoverageSchema)
    measure = choice_field(MEASURES)
    by = fields.List(
        fields.String(validate=OneOf(_MEMBERS)),
        required=True,
        metadata={"description": "The members of every key, in their order."},
    )
    step = choice_field(STEPS)
    since = text_field("The first day of the first step; ISO 8601.", key="from")
    to = text_field("The last day of the last step, on which the last point stands; ISO 8601.")
    series = list_field(
        TrendSeriesSchema,
        "By their keys: those that are not 0 at all points, and those of which "
        "the filters name every member.",
    )
    next = fields.String(
        required=True,
        allow_none=True,
        validate=Equal(None),
        metadata={"description": "Always null: a trend has one page."},
    )
