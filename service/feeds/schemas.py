"""The shape of the list of feeds."""

from __future__ import annotations

from marshmallow import Schema, fields


class FeedParameterSchema(Schema):
    """A parameter that a feed takes."""

    name = fields.String(required=True)
    description = fields.String(required=True)
    schema = fields.Dict(required=True, metadata={"description": "Its JSON Schema."})


class FeedSchema(Schema):
    """A feed: where it is, of which type, what it takes."""

    name = fields.String(required=True)
    summary = fields.String(required=True)
    reader = fields.String(required=True, metadata={"description": "Which tools read it."})
    media_type = fields.String(required=True)
    suffix = fields.String(required=True, metadata={"description": "What a file of it ends in."})
    path = fields.String(required=True)
    try_it = fields.String(required=True, metadata={"description": "A link that gives something."})
    kinds = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The kinds of items that it has where none are asked for."},
    )
    limit = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The `limit` by default; null where none is taken."},
    )
    most = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The greatest `limit`."}
    )
    parameters = fields.List(fields.Nested(FeedParameterSchema), required=True)


class FeedsSchema(Schema):
    """All feeds."""

    feeds = fields.List(fields.Nested(FeedSchema), required=True)
