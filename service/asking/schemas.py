"""The parts of answers that several questions have, as marshmallow schemas.

A schema describes an answer to OpenAPI and to the tests, which load a sample of each by it with
unknown members refused. No schema stands in the way of an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import INCLUDE, Schema, fields
from marshmallow.validate import Equal, OneOf

from events.vocabulary import CLASSES, STATUSES

# --- members that are always there; `null` says that they may have nothing to say


def _described(description: str, **options: Any) -> dict[str, Any]:
    """The options of such a member."""
    if description:
        options["metadata"] = {"description": description}
    return {"required": True, **options}


def text_field(description: str, *, null: bool = False, key: str | None = None) -> fields.String:
    """A text; `key` is its name where that is a word of Python's, which the class cannot have."""
    return fields.String(**_described(description, allow_none=null, data_key=key))


def choice_field(
    words: Iterable[str], description: str = "", *, null: bool = False
) -> fields.String:
    """One word of several."""
    return fields.String(**_described(description, allow_none=null, validate=OneOf(tuple(words))))


def class_field() -> fields.String:
    """The class of a facility, there where its card has one."""
    return fields.String(
        data_key="class",
        validate=OneOf(CLASSES),
        metadata={"description": "Of the facility; absent where its card names none."},
    )


def status_field(*, null: bool = False) -> fields.String:
    """A status of a facility."""
    return choice_field(STATUSES, null=null)


def count_field(description: str = "") -> fields.Integer:
    """A number, with what it counts."""
    return fields.Integer(**_described(description))


def flag_field(description: str = "") -> fields.Boolean:
    """Whether something is so."""
    return fields.Boolean(**_described(description))


def part_field(schema: type[Schema], description: str = "", *, null: bool = False) -> fields.Nested:
    """An object of a schema."""
    return fields.Nested(schema, **_described(description, allow_none=null))


def list_field(schema: type[Schema], description: str = "") -> fields.List[Any]:
    """A list of objects of a schema."""
    return fields.List(fields.Nested(schema), **_described(description))


def texts_field(description: str = "") -> fields.List[Any]:
    """A list of texts, such as ids."""
    return fields.List(fields.String(), **_described(description))


def counts_field(description: str = "", *, of: Iterable[str] = ()) -> fields.Dict:
    """Numbers by what they count, one of some words where these are given."""
    words = tuple(of)
    keys = fields.String(validate=OneOf(words)) if words else fields.String()
    return fields.Dict(keys=keys, values=fields.Integer(), **_described(description))


def pinned_field() -> fields.String:
    """The pinned URL of an answer."""
    return text_field(
        "The URL at which these very bytes stand as long as `view` is the version of the views; one"
        " of an earlier version is answered with 410. `POST /v1/citations` keeps them for ever."
    )


# --- parts of answers


class AnswerSchema(Schema):
    """What every answer begins with: its clocks, defaults written out."""

    at = fields.String(metadata={"description": "Valid time, a day; absent with `during`."})
    during = fields.String(metadata={"description": "The period, in place of `at`."})
    stated = text_field("Decision time: what the sources had said by this day.")
    known = text_field("Transaction time: what the log held at this position, `@n`.")
    known_at = text_field("When that position was recorded; null for the empty log.", null=True)
    view = count_field("The version of the views.")
    pinned = pinned_field()


class FigureSchema(Schema):
    """A figure in a sentence, which a page may link."""

    text = text_field("As it stands there.")
    start = count_field("Where it begins, in characters.")
    end = count_field("Where it has ended.")
    href = text_field("The path that it leads to, if it leads anywhere.", null=True)


class FiguresSchema(Schema):
    """The figures of a sentence in each language, in their order."""

    en = list_field(FigureSchema)
    zh = list_field(FigureSchema)


class SentenceSchema(Schema):
    """What an answer says, in words."""

    en = text_field("English.")
    zh = text_field("Chinese.")
    figures = part_field(FiguresSchema)


class SaidSchema(Schema):
    """From which day a statement is visible on the clock `stated`."""

    day = text_field("ISO 8601.")
    assumed = flag_field("True where the source's own day is not known.")


class BoundsSchema(Schema):
    """The first and the last day that a date allows; null is an open end."""

    earliest = text_field("ISO 8601.", null=True)
    latest = text_field("ISO 8601.", null=True)


class DaysSchema(Schema):
    """A number of days, at least and at most; null is open on that side."""

    earliest = fields.Integer(required=True, allow_none=True)
    latest = fields.Integer(required=True, allow_none=True)


class HoldsSchema(Schema):
    """The days on which something holds, both included; null is an end that is not known."""

    since = text_field("ISO 8601.", null=True, key="from")
    to = text_field("ISO 8601.", null=True)


def contested_field() -> fields.Boolean:
    """Whether a date is contested."""
    return fields.Boolean(
        validate=Equal(True),
        metadata={
            "description": "Only where the date is contested: another visible statement of its "
            "entry is disputed, or another visible one contradicts it."
        },
    )


def last_said_field() -> fields.String:
    """The day of the last word on a facility."""
    return fields.String(
        metadata={
            "description": "The day on which anything was last said of the facility; only where "
            "that lies more than five years before `stated`, and it was not closed for good."
        }
    )


class StatementSchema(Schema):
    """A statement: its line as it stands at `known`, with the day it was said and its bounds."""

    class Meta:
        """The members of a line depend on its type."""

        unknown = INCLUDE

    type = text_field("milestone, discovery, policy, indicator or observation.")
    id = text_field("The statement's own id.")
    title = text_field("One line.")
    title_zh = fields.String(metadata={"description": "The same in Chinese, where there is one."})
    modality = choice_field(("actual", "planned"))
    date = fields.String(metadata={"description": "EDTF, as precise as the source."})
    said = part_field(SaidSchema)
    bounds = part_field(BoundsSchema)
    contested = contested_field()


class HoldingSchema(StatementSchema):
    """A statement that holds for a time."""

    holds = part_field(HoldsSchema)


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

    position = count_field()
    event = text_field("Its name, such as StatementCorrected.")
    statement = text_field("The statement that it is about; null for the card.", null=True)
    recorded_at = text_field("RFC 3339, UTC.")
    actor = text_field("Who recorded it.")
    reason = text_field("Why, where it changes something.", null=True)


class MomentSchema(Schema):
    """A moment of the log."""

    known = text_field("A position, `@n`.")
    known_at = text_field("When it was recorded; null for the empty log.", null=True)
