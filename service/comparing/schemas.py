"""The shapes of `/v1/diff`, `/v1/hindsight` and `/v1/compare`."""

from __future__ import annotations

from typing import Any, get_args

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from events.vocabulary import FIELDS, MILESTONES, STATUSES
from projections import PROJECTIONS
from service.asking.schemas import (
    AnswerSchema,
    BoundsSchema,
    ClocksSchema,
    ExpectedSchema,
    OverdueSchema,
    SentenceSchema,
    ShortEventSchema,
    SinceSchema,
    count_field,
    text_field,
)
from service.comparing.pairing import Change
from service.comparing.sides import By
from service.state.schemas import RangeSchema, TotalsSchema


class CauseSchema(Schema):
    """What made a row change when one clock moved: record for a mending of what was recorded,
    sources for a new word, world for what came to pass."""

    cause = fields.String(required=True, validate=OneOf(("record", "sources", "world")))
    clock = fields.String(required=True, validate=OneOf(("known", "stated", "at")))
    events = fields.List(
        fields.Nested(ShortEventSchema),
        required=True,
        metadata={
            "description": "With known, the events that did it; else those that recorded the "
            "statements that did it. None where `stated` or `at` only passed a day on which "
            "a plan came due, or each other."
        },
    )
    statements = fields.List(fields.String(), required=True)


class DifferenceSchema(Schema):
    """A row of the state that differs, and why."""

    id = text_field("The id of the row: of a facility, or of a statement.")
    kind = fields.String(required=True, validate=OneOf(tuple(PROJECTIONS)))
    cause = fields.String(
        required=True,
        allow_none=True,
        validate=OneOf(("record", "sources", "world")),
        metadata={"description": "The one cause; null where there are several."},
    )
    causes = fields.List(fields.Nested(CauseSchema), required=True)


class RowDifferenceSchema(DifferenceSchema):
    """A row that is in the state at one of the points alone."""

    row = fields.Dict(required=True, metadata={"description": "The row of /v1/state."})


class PatchDifferenceSchema(DifferenceSchema):
    """A row that is in the state at both points, and not the same."""

    patch = fields.List(
        fields.Dict(),
        required=True,
        metadata={"description": "RFC 6902, from the row of /v1/state there to the row here."},
    )


class DiffSchema(AnswerSchema):
    """What differs between two points of the clocks. The patch that `format=patch` gives is over
    one document: each list of /v1/state as an object, by the id of its rows."""

    to = fields.Nested(ClocksSchema, required=True)
    sentence = fields.Nested(SentenceSchema, required=True)
    added = fields.List(fields.Nested(RowDifferenceSchema), required=True)
    removed = fields.List(fields.Nested(RowDifferenceSchema), required=True)
    changed = fields.List(fields.Nested(PatchDifferenceSchema), required=True)
    next = text_field("Always null: a difference has one page.", null=True)


def _ids(description: str) -> Any:
    return fields.List(fields.String(), required=True, metadata={"description": description})


def _status(*, null: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=null, validate=OneOf(STATUSES))


class StandingSchema(Schema):
    """What a facility is on a day, as a row of the state tells it."""

    status = _status(null=True)
    since = fields.Nested(SinceSchema, required=True, allow_none=True)
    alternatives = fields.List(_status(null=True), required=True)
    statement = text_field("The statement that gave the status.", null=True)
    certainty = fields.String(required=True, validate=OneOf(("certain", "possible", "last-known")))


class ThenSchema(StandingSchema):
    """What a facility was, and what was expected of it, as told then."""

    expected = fields.Nested(ExpectedSchema, required=True, allow_none=True)


class HindsightRowSchema(Schema):
    """A facility that was expected to run, or runs."""

    id = text_field("The record's id.")
    name = text_field("The name on its card.")
    country = text_field("ISO 3166-1 alpha-2.")
    field = fields.String(required=True, validate=OneOf(FIELDS))
    then = fields.Nested(ThenSchema, required=True)
    now = fields.Nested(StandingSchema, required=True)
    group = fields.String(
        required=True,
        validate=OneOf(("expected-and-came", "expected-not-come", "unexpected")),
    )
    named = fields.Boolean(
        required=True, metadata={"description": "Whether anything had been said of it by then."}
    )


class RangesSchema(Schema):
    """How many certainly run and how many possibly; null of then where plans have a say."""

    then = fields.Nested(RangeSchema, required=True, allow_none=True)
    now = fields.Nested(RangeSchema, required=True)


class HindsightTotalsSchema(Schema):
    """Counts over all that the filters let through, not the page alone."""

    then = count_field("How many would run, as told then.")
    now = count_field("How many run, as known now.")
    expected_and_came = count_field("How many are both.")
    expected_not_come = count_field("How many would run and do not.")
    unexpected_named = count_field("How many run that nobody expected, though they had been named.")
    unexpected_unnamed = count_field("How many run of which nothing had been said.")
    range = fields.Nested(RangesSchema, required=True)


class NowSchema(ClocksSchema):
    """The clocks of now."""

    certainty = fields.String(
        validate=OneOf(("last-known",)),
        metadata={"description": "There where `at` lies beyond `stated` of now too."},
    )


class HindsightSchema(AnswerSchema):
    """A day as it was then expected beside the same day as it is known now. The clocks at the
    beginning are those of then."""

    to = fields.Nested(NowSchema, required=True, metadata={"description": "Those of now."})
    totals = fields.Nested(HindsightTotalsSchema, required=True)
    expected_and_came = _ids("Facilities that would run, and do.")
    expected_not_come = _ids("Facilities that would run, and do not.")
    unexpected = _ids("Facilities that run, and of which that was not expected.")
    rows = fields.List(fields.Nested(HindsightRowSchema), required=True)
    sentence = fields.Nested(SentenceSchema, required=True)
    next = text_field("The path of the next page of rows; null on the last.", null=True)


class OnSideSchema(Schema):
    """What one side has of a pair: a facility as a row of the state tells it, or how many there
    are of a group, and which."""

    status = fields.String(allow_none=True, validate=OneOf(STATUSES))
    since = fields.Nested(SinceSchema, allow_none=True)
    alternatives = fields.List(_status(null=True))
    statement = fields.String(allow_none=True)
    certainty = fields.String(validate=OneOf(("certain", "possible", "last-known")))
    expected = fields.Nested(ExpectedSchema, allow_none=True)
    overdue = fields.List(fields.Nested(OverdueSchema))
    name_then = fields.String(metadata={"description": "Another name that it bore at `at`."})
    count = fields.Integer(metadata={"description": "How many of a group have a status."})
    counts = fields.Dict(
        keys=fields.String(validate=OneOf((*STATUSES, *FIELDS))),
        values=fields.Integer(),
        metadata={"description": "By status in the group of a field, else by field."},
    )
    facilities = fields.List(fields.String(), metadata={"description": "The ids of a group."})


class PairSchema(Schema):
    """What stands side by side: a facility, or the facilities of a field or a status."""

    id = fields.String(metadata={"description": "The facility's id, where it is one."})
    name = fields.String(metadata={"description": "The name on its card."})
    country = fields.String(metadata={"description": "ISO 3166-1 alpha-2."})
    field = fields.String(validate=OneOf(FIELDS))
    status = fields.String(validate=OneOf(STATUSES), metadata={"description": "Of a group."})
    a = fields.Nested(OnSideSchema, required=True, allow_none=True)
    b = fields.Nested(OnSideSchema, required=True, allow_none=True)
    change = fields.String(required=True, validate=OneOf(get_args(Change)))


class MilestoneOnSideSchema(BoundsSchema):
    """The effective statement of a milestone."""

    entry = text_field("The entry that it fills.")
    statement = text_field("Its id.")
    modality = fields.String(required=True, validate=OneOf(("actual", "planned")))
    counts = fields.Boolean(
        required=True, metadata={"description": "False where the entry is disputed throughout."}
    )
    date = text_field("EDTF; null where a plan is given up.", null=True)


class DaysBetweenSchema(Schema):
    """How many days later it was on side B, at least and at most; null is an open end."""

    earliest = fields.Integer(required=True, allow_none=True)
    latest = fields.Integer(required=True, allow_none=True)


class MilestonePairSchema(Schema):
    """A milestone of one facility beside one of the other, or of the same."""

    milestone = fields.String(required=True, validate=OneOf(MILESTONES))
    a = fields.Nested(MilestoneOnSideSchema, required=True, allow_none=True)
    b = fields.Nested(MilestoneOnSideSchema, required=True, allow_none=True)
    days = fields.Nested(DaysBetweenSchema, required=True, allow_none=True)
    change = fields.String(required=True, validate=OneOf(get_args(Change)))


class DecisionSchema(Schema):
    """A decision that holds."""

    id = text_field("The statement's id.")
    title = text_field("One line.")
    date = text_field("EDTF.")


class PolicyPairSchema(Schema):
    """The decisions of a chain that hold on each side."""

    record = text_field("The chain's id.")
    a = fields.List(fields.Nested(DecisionSchema), required=True)
    b = fields.List(fields.Nested(DecisionSchema), required=True)


class ReadingSchema(Schema):
    """A reading that holds."""

    id = text_field("The statement's id.")
    series = text_field("Its own series.")
    value = fields.Float(required=True)
    date = text_field("EDTF.")


class IndicatorPairSchema(Schema):
    """The readings of a series that hold on each side."""

    series = text_field("The series, or what those of the two sides have in common.")
    unit = text_field("What the values are counted in.")
    a = fields.Nested(ReadingSchema, required=True, allow_none=True)
    b = fields.Nested(ReadingSchema, required=True, allow_none=True)
    difference = fields.Float(
        required=True, allow_none=True, metadata={"description": "The value of B less that of A."}
    )


class OnlySchema(Schema):
    """What one side has and the other lacks."""

    facilities = _ids("Facilities that have a status.")
    fields_ = fields.List(
        fields.String(validate=OneOf(FIELDS)),
        required=True,
        data_key="fields",
        metadata={"description": "Fields of such facilities."},
    )
    statuses = fields.List(_status(), required=True)
    milestones = _ids("Milestones, where facilities are compared.")
    policies = _ids("Policies that hold, by record.")
    indicators = _ids("Series with a reading that holds.")


class LabelSchema(Schema):
    """What tells a side from the other, in each language."""

    en = text_field("English.")
    zh = text_field("Chinese.")


class FacilitySchema(OnSideSchema):
    """The facility that a side is, as a row of the state tells it."""

    id = text_field("The record's id.")
    name = text_field("The name on its card.")
    country = text_field("ISO 3166-1 alpha-2.")
    field = fields.String(required=True, validate=OneOf(FIELDS))


class ExpectedTotalsSchema(Schema):
    """How many facilities are expected to have each status."""

    status = fields.Dict(
        keys=fields.String(validate=OneOf(STATUSES)), values=fields.Integer(), required=True
    )
    operating_by_field = fields.Dict(
        keys=fields.String(validate=OneOf(FIELDS)), values=fields.Integer(), required=True
    )


class SideSchema(Schema):
    """What a side comes to."""

    label = fields.Nested(LabelSchema, required=True)
    totals = fields.Nested(TotalsSchema, required=True)
    by_field = fields.Dict(
        keys=fields.String(validate=OneOf(FIELDS)),
        values=fields.Dict(keys=fields.String(validate=OneOf(STATUSES)), values=fields.Integer()),
        required=True,
        metadata={"description": "How many facilities of each field have each status."},
    )
    expected = fields.Nested(
        ExpectedTotalsSchema,
        required=True,
        allow_none=True,
        metadata={
            "description": "Beyond the horizon, how many are expected to have each status; those "
            "without a plan count by the one that they had last."
        },
    )
    policies = count_field("How many hold.")
    discoveries_to_date = count_field("How many there had been by the day.")
    facility = fields.Nested(
        FacilitySchema,
        required=True,
        allow_none=True,
        metadata={"description": "The facility that the side is, if it is one and is there."},
    )


class CompareSchema(AnswerSchema):
    """Two sides beside each other. The clocks at the beginning are those of side A."""

    to = fields.Nested(ClocksSchema, required=True, metadata={"description": "Those of side B."})
    by = fields.String(
        required=True,
        validate=OneOf(get_args(By)),
        metadata={"description": "What pairs up."},
    )
    a = fields.Nested(SideSchema, required=True)
    b = fields.Nested(SideSchema, required=True)
    pairs = fields.List(fields.Nested(PairSchema), required=True)
    milestones = fields.List(fields.Nested(MilestonePairSchema), required=True)
    policies = fields.List(fields.Nested(PolicyPairSchema), required=True)
    indicators = fields.List(fields.Nested(IndicatorPairSchema), required=True)
    only_a = fields.Nested(OnlySchema, required=True)
    only_b = fields.Nested(OnlySchema, required=True)
    change = fields.Dict(
        keys=fields.String(validate=OneOf(("+", "-", "~", "="))),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Pairs by sign: came, ended, all else, same."},
    )
    sentence = fields.Nested(SentenceSchema, required=True)
    next = text_field("Always null: a comparison has one page.", null=True)
