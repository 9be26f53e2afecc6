"""The shapes of `/v1/diff`, `/v1/hindsight` and `/v1/compare`."""

from __future__ import annotations

from typing import get_args

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from events.vocabulary import FIELDS, MILESTONES, STATUSES
from projections import PROJECTIONS
from service.asking.schemas import (
    AnswerSchema,
    BoundsSchema,
    ClocksSchema,
    DaysSchema,
    ExpectedSchema,
    OverdueSchema,
    SentenceSchema,
    ShortEventSchema,
    SinceSchema,
    choice_field,
    class_field,
    contested_field,
    count_field,
    counts_field,
    flag_field,
    last_said_field,
    list_field,
    part_field,
    status_field,
    text_field,
    texts_field,
)
from service.comparing.pairing import Change
from service.comparing.sides import By
from service.coverage.members import CoverageSchema, SidesCoverageSchema
from service.state.schemas import RangeSchema, TotalsSchema


class CauseSchema(Schema):
    """What made a row change when one clock moved: record for a mending of what was recorded,
    sources for a new word, world for what came to pass."""

    cause = choice_field(("record", "sources", "world"))
    clock = choice_field(("known", "stated", "at"))
    events = list_field(
        ShortEventSchema,
        "With known, the events that did it; else those that recorded the "
        "statements that did it. None where `stated` or `at` only passed a day on which "
        "a plan came due, or each other.",
    )
    statements = texts_field()


class DifferenceSchema(Schema):
    """A row of the state that differs, and why."""

    id = text_field("The id of the row: of a facility, or of a statement.")
    kind = choice_field(PROJECTIONS)
    cause = choice_field(
        ("record", "sources", "world"), "The one cause; null where there are several.", null=True
    )
    causes = list_field(CauseSchema)


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
    one document: each list of /v1/state as an object, by the id of its rows, which lack `contested`
    and `last_said`."""

    to = part_field(ClocksSchema)
    sentence = part_field(SentenceSchema)
    added = list_field(RowDifferenceSchema)
    removed = list_field(RowDifferenceSchema)
    changed = list_field(PatchDifferenceSchema)
    next = text_field("Always null: a difference has one page.", null=True)


class StandingSchema(Schema):
    """What a facility is on a day, as a row of the state tells it."""

    status = status_field(null=True)
    since = part_field(SinceSchema, null=True)
    alternatives = fields.List(status_field(null=True), required=True)
    statement = text_field("The statement that gave the status.", null=True)
    certainty = choice_field(("certain", "possible", "last-known"))
    contested = contested_field()


class ThenSchema(StandingSchema):
    """What a facility was, and what was expected of it, as told then."""

    expected = part_field(ExpectedSchema, null=True)


class CardSchema(Schema):
    """What a row shows of the card of a facility."""

    id = text_field("The record's id.")
    name = text_field("The name on its card.")
    country = text_field("ISO 3166-1 alpha-2.")
    field = choice_field(FIELDS)
    class_ = class_field()


class HindsightRowSchema(CardSchema):
    """A facility that was expected to run, or runs."""

    then = part_field(ThenSchema)
    now = part_field(StandingSchema)
    group = choice_field(("expected-and-came", "expected-not-come", "unexpected"))
    named = flag_field("Whether anything had been said of it by then.")


class RangesSchema(Schema):
    """How many certainly run and how many possibly; null of then where plans have a say."""

    then = part_field(RangeSchema, null=True)
    now = part_field(RangeSchema)


class HindsightTotalsSchema(Schema):
    """Counts over all that the filters let through, not the page alone."""

    then = count_field("How many would run, as told then.")
    now = count_field("How many run, as known now.")
    expected_and_came = count_field("How many are both.")
    expected_not_come = count_field("How many would run and do not.")
    unexpected_named = count_field("How many run that nobody expected, though they had been named.")
    unexpected_unnamed = count_field("How many run of which nothing had been said.")
    range = part_field(RangesSchema)


class NowSchema(ClocksSchema):
    """The clocks of now."""

    certainty = fields.String(
        validate=OneOf(("last-known",)),
        metadata={"description": "There where `at` lies beyond `stated` of now too."},
    )


class HindsightSchema(AnswerSchema):
    """A day as it was then expected beside the same day as it is known now. The clocks at the
    beginning are those of then."""

    to = part_field(NowSchema, "Those of now.")
    totals = part_field(HindsightTotalsSchema)
    expected_and_came = texts_field("Facilities that would run, and do.")
    expected_not_come = texts_field("Facilities that would run, and do not.")
    unexpected = texts_field("Facilities that run, and of which that was not expected.")
    rows = list_field(HindsightRowSchema)
    coverage = part_field(CoverageSchema, "At `known` of now, by which the filters go.")
    sentence = part_field(SentenceSchema)
    next = text_field("The path of the next page of rows; null on the last.", null=True)


class OnSideSchema(Schema):
    """What one side has of a pair: a facility as a row of the state tells it, or how many there
    are of a group, and which."""

    status = fields.String(allow_none=True, validate=OneOf(STATUSES))
    since = fields.Nested(SinceSchema, allow_none=True)
    alternatives = fields.List(status_field(null=True))
    statement = fields.String(allow_none=True)
    certainty = fields.String(validate=OneOf(("certain", "possible", "last-known")))
    expected = fields.Nested(ExpectedSchema, allow_none=True)
    overdue = fields.List(fields.Nested(OverdueSchema))
    name_then = fields.String(metadata={"description": "Another name that it bore at `at`."})
    contested = contested_field()
    last_said = last_said_field()
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
    class_ = class_field()
    status = fields.String(validate=OneOf(STATUSES), metadata={"description": "Of a group."})
    a = part_field(OnSideSchema, null=True)
    b = part_field(OnSideSchema, null=True)
    change = choice_field(get_args(Change))


class MilestoneOnSideSchema(BoundsSchema):
    """The effective statement of a milestone."""

    entry = text_field("The entry that it fills.")
    statement = text_field("Its id.")
    modality = choice_field(("actual", "planned"))
    counts = flag_field("False where the entry is disputed throughout.")
    date = text_field("EDTF; null where a plan is given up.", null=True)


class DaysBetweenSchema(DaysSchema):
    """How many days later it was on side B, at least and at most; null is an open end."""


class MilestonePairSchema(Schema):
    """A milestone of one facility beside one of the other, or of the same."""

    milestone = choice_field(MILESTONES)
    a = part_field(MilestoneOnSideSchema, null=True)
    b = part_field(MilestoneOnSideSchema, null=True)
    days = part_field(DaysBetweenSchema, null=True)
    change = choice_field(get_args(Change))


class DecisionSchema(Schema):
    """A decision that holds."""

    id = text_field("The statement's id.")
    title = text_field("One line.")
    title_zh = fields.String(metadata={"description": "The same in Chinese, where there is one."})
    date = text_field("EDTF.")


class PolicyPairSchema(Schema):
    """The decisions of a chain that hold on each side."""

    record = text_field("The chain's id.")
    a = list_field(DecisionSchema)
    b = list_field(DecisionSchema)


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
    a = part_field(ReadingSchema, null=True)
    b = part_field(ReadingSchema, null=True)
    difference = fields.Float(
        required=True, allow_none=True, metadata={"description": "The value of B less that of A."}
    )


class OnlySchema(Schema):
    """What one side has and the other lacks."""

    facilities = texts_field("Facilities that have a status.")
    fields_ = fields.List(
        fields.String(validate=OneOf(FIELDS)),
        required=True,
        data_key="fields",
        metadata={"description": "Fields of such facilities."},
    )
    statuses = fields.List(status_field(), required=True)
    milestones = texts_field("Milestones, where facilities are compared.")
    policies = texts_field("Policies that hold, by record.")
    indicators = texts_field("Series with a reading that holds.")


class LabelSchema(Schema):
    """What tells a side from the other, in each language."""

    en = text_field("English.")
    zh = text_field("Chinese.")


class FacilitySchema(CardSchema, OnSideSchema):
    """The facility that a side is, as a row of the state tells it."""


class ExpectedTotalsSchema(Schema):
    """How many facilities are expected to have each status."""

    status = counts_field(of=STATUSES)
    operating_by_field = counts_field(of=FIELDS)


class SideSchema(Schema):
    """What a side comes to."""

    label = part_field(LabelSchema)
    totals = part_field(TotalsSchema)
    by_field = fields.Dict(
        keys=fields.String(validate=OneOf(FIELDS)),
        values=fields.Dict(keys=fields.String(validate=OneOf(STATUSES)), values=fields.Integer()),
        required=True,
        metadata={"description": "How many facilities of each field have each status."},
    )
    expected = part_field(
        ExpectedTotalsSchema,
        "Beyond the horizon, how many are expected to have each status; those "
        "without a plan count by the one that they had last.",
        null=True,
    )
    policies = count_field("How many hold.")
    discoveries_to_date = count_field("How many there had been by the day.")
    facility = part_field(
        FacilitySchema, "The facility that the side is, if it is one and is there.", null=True
    )


class CompareSchema(AnswerSchema):
    """Two sides beside each other. The clocks at the beginning are those of side A."""

    to = part_field(ClocksSchema, "Those of side B.")
    by = choice_field(get_args(By), "What pairs up.")
    a = part_field(SideSchema)
    b = part_field(SideSchema)
    pairs = list_field(PairSchema)
    milestones = list_field(MilestonePairSchema)
    policies = list_field(PolicyPairSchema)
    indicators = list_field(IndicatorPairSchema)
    only_a = part_field(OnlySchema)
    only_b = part_field(OnlySchema)
    change = counts_field("Pairs by sign: came, ended, all else, same.", of=("+", "-", "~", "="))
    coverage = part_field(SidesCoverageSchema)
    sentence = part_field(SentenceSchema)
    next = text_field("Always null: a comparison has one page.", null=True)
