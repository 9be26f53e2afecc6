"""The shapes of lists of records, and of what words find."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from events.vocabulary import FIELDS, STATUSES
from projections import PROJECTIONS
from service.asking.filters import FACETS
from service.asking.schemas import (
    AnswerSchema,
    SinceSchema,
    class_field,
    contested_field,
    count_field,
    last_said_field,
    list_field,
    part_field,
    text_field,
)
from service.coverage.members import CoverageSchema


class RecordItemSchema(Schema):
    """A record in a list. Only facilities have a status; `fields` may leave out all but the id."""

    id = text_field("The record's id.")
    kind = fields.String(validate=OneOf(tuple(PROJECTIONS)))
    name = fields.String(
        metadata={
            "description": "The name on the card, else the title of the statement that names it "
            "best."
        }
    )
    name_zh = fields.String(
        metadata={"description": "The same in Chinese; only where `fields` asks for it."}
    )
    country = fields.String(allow_none=True, metadata={"description": "ISO 3166-1 alpha-2."})
    field = fields.String(allow_none=True, validate=OneOf(FIELDS))
    class_ = class_field()
    status = fields.String(allow_none=True, validate=OneOf(STATUSES))
    since = fields.Nested(
        SinceSchema,
        allow_none=True,
        metadata={"description": "Since when it has its status; only where that sorts the list."},
    )
    contested = contested_field()
    last_said = last_said_field()
    distance_km = fields.Float(
        metadata={"description": "Along a great circle, to the metre; only with `near`."}
    )


class RecordsSchema(AnswerSchema):
    """A page of records."""

    total = count_field("Of all pages.")
    facets = fields.Dict(
        keys=fields.String(validate=OneOf(FACETS)),
        values=fields.Dict(keys=fields.String(), values=fields.Integer()),
        metadata={"description": "Counts over all pages, the most frequent first."},
    )
    items = list_field(RecordItemSchema)
    coverage = part_field(CoverageSchema)
    next = text_field("The path of the next page; null on the last.", null=True)


class MatchSchema(Schema):
    """A text in which the words stand."""

    # `in` is a word of Python's, so the class cannot have it.
    where = fields.String(
        required=True, data_key="in", validate=OneOf(("card", "statement", "source"))
    )
    statement = text_field("The statement's id; null for a card or a source.", null=True)
    field = text_field("The member of its line: name, title, summary, …")
    snippet = text_field("HTML: what was found stands in `<mark>`, all else is escaped.")


class SearchItemSchema(RecordItemSchema):
    """A record or a source that was found."""

    kind = fields.String(validate=OneOf((*PROJECTIONS, "source")))
    score = fields.Float(
        metadata={
            "description": "How well it answers: 6 and more where the name on its card has the "
            "words, 4 and more where a title has them, 2 and more where another text has them."
        }
    )
    hits = fields.Integer(metadata={"description": "How many of its texts have all the words."})
    matches = fields.List(
        fields.Nested(MatchSchema),
        metadata={"description": "Where they stand, for the best few of those texts."},
    )


class SearchSchema(RecordsSchema):
    """A page of what was found."""

    items = list_field(SearchItemSchema)
