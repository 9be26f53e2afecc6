"""The parts of answers that several questions have, as marshmallow schemas.

A schema describes an answer to OpenAPI and to the tests, which load a sample of each by it with
unknown members refused. No schema stands in the way of an answer.
"""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields
from marshmallow.validate import OneOf

from events.vocabulary import STATUSES


def text_field(description: str, *, null: bool = False) -> fields.String:
    """A member that is always there, with what it says; `null` where it may have nothing to say."""
    return fields.String(required=True, allow_none=null, metadata={"description": description})


def count_field(description: str) -> fields.Integer:
    """A number that is always there, with what it counts."""
    return fields.Integer(required=True, metadata={"description": description})


def status_field(*, null: bool = False) -> fields.String:
    """A member that is always there, a status of a facility; `null` where it may have none."""
    return fields.String(required=True, allow_none=null, validate=OneOf(STATUSES))


class AnswerSchema(Schema):
    """What every answer begins with: its clocks, defaults written out."""

    at = fields.String(metadata={"description": "Valid time, a day; absent with `during`."})
    during = fields.String(metadata={"description": "The period, in place of `at`."})
    stated = text_field("Decision time: what the sources had said by this day.")
    known = text_field("Transaction time: what the log held at this position, `@n`.")
    known_at = text_field("When that position was recorded; null for the empty log.", null=True)
    view = fields.Integer(required=True, metadata={"description": "The version of the views."})
    pinned = text_field("The URL at which this very body stands for ever.")


class FigureSchema(Schema):
    """A figure in a sentence, which a page may link."""

    text = text_field("As it stands there.")
    start = fields.Integer(
        required=True, metadata={"description": "Where it begins, in characters."}
    )
    end = fields.Integer(required=True, metadata={"description": "Where it has ended."})
    href = text_field("The path that it leads to, if it leads anywhere.", null=True)


class FiguresSchema(Schema):
    """The figures of a sentence in each language, in their order."""

    en = fields.List(fields.Nested(FigureSchema), required=True)
    zh = fields.List(fields.Nested(FigureSchema), required=True)


class SentenceSchema(Schema):
    """What an answer says, in words."""

    en = text_field("English.")
    zh = text_field("Chinese.")
    figures = fields.Nested(FiguresSchema, required=True)


class SaidSchema(Schema):
    """From which day a statement is visible on the clock `stated`."""

    day = text_field("ISO 8601.")
    assumed = fields.Boolean(
        required=True, metadata={"description": "True where the source's own day is not known."}
    )


class BoundsSchema(Schema):
    """The first and the last day that a date allows; null is an open end."""

    earliest = text_field("ISO 8601.", null=True)
    latest = text_field("ISO 8601.", null=True)


class HoldsSchema(Schema):
    """The days on which something holds, both included; null is an end that is not known."""

    # `from` is a word of Python's, so the class cannot have it.
    since = fields.String(
        required=True, allow_none=True, data_key="from", metadata={"description": "ISO 8601."}
    )
    to = text_field("ISO 8601.", null=True)


class StatementSchema(Schema):
    """A statement: its line as it stands at `known`, with the day it was said and its bounds."""

    class Meta:
        """The members of a line depend on its type."""

        unknown = INCLUDE

    type = text_field("milestone, discovery, policy, indicator or observation.")
    id = text_field("The statement's own id.")
    title = text_field("One line.")
    modality = fields.String(required=True, validate=OneOf(("actual", "planned")))
    date = fields.String(metadata={"description": "EDTF, as precise as the source."})
    said = fields.Nested(SaidSchema, required=True)
    bounds = fields.Nested(BoundsSchema, required=True)


class HoldingSchema(StatementSchema):
    """A statement that holds for a time."""

    holds = fields.Nested(HoldsSchema, required=True)


class SinceSchema(BoundsSchema):
    """Since when: the date as given, and its bounds."""

    date = text_field("EDTF.")


class ExpectedSchema(Schema):
    """What was expected of a facility beyond the horizon."""

    status = status_field()
    statement = text_field("The plan behind it.")
    date = text_field("EDTF.")


class OverdueSchema(Schema):
    """A plan whose last possible day has passed unanswered."""

    statement = text_field("The plan.")
    milestone = text_field("What was promised.")
    date = text_field("For when; EDTF.")
    stated = text_field("When it was said; EDTF.")


class ClocksSchema(Schema):
    """A point of the three clocks, written out."""

    at = text_field("Valid time, a day.")
    stated = text_field("Decision time, a day.")
    known = text_field("Transaction time: a position, `@n`.")
    known_at = text_field("When that position was recorded; null for the empty log.", null=True)


class ShortEventSchema(Schema):
    """An event in few words."""

    position = fields.Integer(required=True)
    event = text_field("Its name, such as StatementCorrected.")
    statement = text_field("The statement that it is about; null for the card.", null=True)
    recorded_at = text_field("RFC 3339, UTC.")
    actor = text_field("Who recorded it.")
    reason = text_field("Why, where it changes something.", null=True)


class MomentSchema(Schema):
    """A moment of the log."""

    known = text_field("A position, `@n`.")
    known_at = text_field("When it was recorded; null for the empty log.", null=True)
